/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Exit records: into the ring, else into late_exits, else folded into row "other". Nothing is
 * woken: the engine drains the ring at every refresh.
 */
#ifndef PROBE_BPF_COUNT_ENDED_H
#define PROBE_BPF_COUNT_ENDED_H

#include "task.h"

enum ended_why { ENDED_EXIT, ENDED_EXEC };

/* Both tables are full: only the sums are kept, per CPU. */
static __always_inline void ended_fold(struct thread_counts *counts)
{
	struct cpu_stats *stats = stats_here();
	u64 calls, errors, restarts, word;

	if (!counts || !stats)
		return;
	calls = counts->other.calls;
	errors = counts->other.errors;
	restarts = counts->other.restarts;
	for (u32 i = 0; i < COUNT_SLOTS; i++) {
		word = counts->slots[i];
		if (SLOT_KIND(word) == SLOT_CALLS)
			calls += SLOT_COUNT(word);
		else if (SLOT_KIND(word) == SLOT_ERRORS)
			errors += SLOT_COUNT(word);
		else
			restarts += SLOT_COUNT(word);
	}
	__sync_fetch_and_add(&stats->lost_calls, calls);
	__sync_fetch_and_add(&stats->lost_errors, errors);
	__sync_fetch_and_add(&stats->lost_restarts, restarts);
}

static __always_inline void ended_fill(struct exit_wire *wire, struct probe_knobs *knob,
				       struct thread_counts *counts, struct task_struct *task,
				       enum ended_why why)
{
	exit_fill(wire, knob, counts, task);
	if (why == ENDED_EXEC) {
		wire->exit.flags = (wire->exit.flags & ~TASK_F_LEADER) | TASK_F_EXEC;
		wire->exit.process_ended = 0;
	}
	barrier();
	wire->ready = 1;
}

static __always_inline void ended_write(struct probe_knobs *knob, struct thread_counts *counts,
					struct task_struct *task, enum ended_why why)
{
	struct exit_wire *wire = bpf_ringbuf_reserve(&exits, sizeof(*wire), 0);

	if (wire) {
		ended_fill(wire, knob, counts, task, why);
		bpf_ringbuf_submit(wire, BPF_RB_NO_WAKEUP);
	} else {
		struct thread_key key = identity_get(counts, task);
		bpf_map_update_elem(&late_exits, &key, (void *)&exit_zero, BPF_NOEXIST);
		wire = bpf_map_lookup_elem(&late_exits, &key);
		if (wire) {
			ended_fill(wire, knob, counts, task, why);
			__sync_fetch_and_add(&late_exits_made, 1);
		} else {
			ended_fold(counts);
		}
	}
	if (counts && why == ENDED_EXIT)
		counts->ended = 1;
}

/* The thread goes on as another: the reader of the old identity has the record. */
static __always_inline void counts_restart(struct thread_counts *counts, u32 tid)
{
	for (u32 i = 0; i < COUNT_SLOTS; i++)
		counts->slots[i] = 0;
	__builtin_memset(counts->hints, 0, sizeof(counts->hints));
	__builtin_memset(&counts->bytes, 0, sizeof(counts->bytes));
	counts->other.calls = 0;
	counts->other.errors = 0;
	counts->other.restarts = 0;
	counts->overflowed = 0;
	/* Slots are zero before anyone can read them under the new identity. */
	barrier();
	counts->start = bpf_ktime_get_boot_ns();
	counts->tid = tid;
}

#endif
