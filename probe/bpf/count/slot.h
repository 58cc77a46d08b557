/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where a count goes: a slot of the thread's storage, else a row of `overflow`, else `other`. Each
 * add lands in exactly one of them, so sums stay exact whatever is full.
 */
#ifndef PROBE_BPF_COUNT_SLOT_H
#define PROBE_BPF_COUNT_SLOT_H

#include "maps.h"
#include "../extract/call.h"

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

/* The calling CPU's statistics; NULL never happens, but the verifier wants the test. */
static __always_inline struct cpu_stats *stats_here(void)
{
	u32 cpu = bpf_get_smp_processor_id();

	return bpf_map_lookup_elem(&cpu_stats, &cpu);
}

/* The task's storage; made on first use, NULL when there is no memory for it. */
static __always_inline struct thread_counts *counts_make(struct task_struct *task, u64 start)
{
	struct thread_counts *counts = thread_counts_make(task);

	if (counts && !counts->start) {
		counts->tid = FOLLOW(task, pid);
		counts->start = start;
	}
	return counts;
}

/*
 * The same for a task that has run before: there may have been no memory for it at an earlier call,
 * which then made a row in `overflow`.
 */
static __always_inline struct thread_counts *counts_make_late(struct task_struct *task)
{
	struct thread_counts *counts = counts_make(task, FOLLOW(task, start_boottime));

	if (counts)
		counts->overflowed = 1;
	return counts;
}

/* The identity under which a thread is counted; without storage it is what the task says. */
static __always_inline struct thread_key identity_get(const struct thread_counts *counts,
						      struct task_struct *task)
{
	u64 start = FOLLOW(task, start_boottime);
	u32 tid = FOLLOW(task, pid);

	/* Verifier: one instruction must not load from either of two pointers. */
	barrier_var(start);
	barrier_var(tid);
	if (counts) {
		start = counts->start;
		tid = counts->tid;
	}
	return (struct thread_key){ .start = start, .tid = tid };
}

/* A thread without storage, or with full slots. False when the table is full. */
static __always_inline bool overflow_add(u64 start, u32 tid, u32 kind, u32 nr)
{
	struct overflow_key key = { .start = start, .tid = tid, .nr = nr };
	struct overflow_count first = {};
	struct overflow_count *row = bpf_map_lookup_elem(&overflow, &key);

	if (!row) {
		/* Only this task makes rows of its identity: no race for the insertion. */
		if (bpf_map_update_elem(&overflow, &key, &first, BPF_NOEXIST))
			return false;
		__sync_fetch_and_add(&overflow_rows, 1);
		row = bpf_map_lookup_elem(&overflow, &key);
		if (!row)
			return false;
	}
	if (kind == SLOT_CALLS)
		__sync_fetch_and_add(&row->calls, 1);
	else if (kind == SLOT_ERRORS)
		__sync_fetch_and_add(&row->errors, 1);
	else
		__sync_fetch_and_add(&row->restarts, 1);
	return true;
}

/* The last resort: nothing tells the number any more, but the sum is right. */
static __always_inline void other_add(struct thread_counts *counts, u32 kind)
{
	struct cpu_stats *stats;

	if (counts) {
		if (kind == SLOT_CALLS)
			counts->other.calls++;
		else if (kind == SLOT_ERRORS)
			counts->other.errors++;
		else
			counts->other.restarts++;
		return;
	}
	stats = stats_here();
	if (!stats)
		return;
	if (kind == SLOT_CALLS) {
		__sync_fetch_and_add(&stats->lost_calls, 1);
		__sync_fetch_and_add(&stats->storage_failures, 1);
	} else if (kind == SLOT_ERRORS) {
		__sync_fetch_and_add(&stats->lost_errors, 1);
	} else {
		__sync_fetch_and_add(&stats->lost_restarts, 1);
	}
}

/* slot_hint(). Verifier: up to 5.10 (2921c90d4718) it lost the bounds of an exclusive or. */
static __always_inline u32 hint_index(u32 kind, u32 nr)
{
	u32 hint = slot_hint(kind, nr);

	if (!TYPED_TASK) {
		barrier_var(hint);
		hint &= COUNT_HINTS - 1;
	}
	return hint;
}

/*
 * Adds one to a slot and returns its new word, 0 when the count went elsewhere. A free slot is all
 * zero: for key 0 (calls of number 0) it matches as it is, for others it is claimed. counts may be
 * NULL; start and tid are the identity for `overflow`.
 * Verifier: a global function, so that its loops are verified once and not for each caller.
 */
SUBPROG u64 count_add_slow(struct thread_counts *counts, u64 start, u32 tid, u32 kind, u32 nr)
{
	u64 key = SLOT_KEY(kind, nr), word;

	for (u32 at = 0; counts && at < COUNT_SLOTS; at++) {
		word = counts->slots[at];
		if (!word)
			word = key << SLOT_KEY_SHIFT;
		if (word >> SLOT_KEY_SHIFT != key)
			continue;
		counts->hints[hint_index(kind, nr)] = at;
		return counts->slots[at] = word + 1;
	}
	if (counts)
		counts->overflowed = 1;
	if (!overflow_add(start, tid, kind, nr))
		other_add(counts, kind);
	return 0;
}

static __always_inline u64 count_add(struct thread_counts *counts, struct task_struct *task,
				     u32 kind, u32 nr)
{
	struct thread_key id;
	u32 at;

	if (likely(counts)) {
		at = counts->hints[hint_index(kind, nr)];
		/* Verifier: keep the index, so that the test is of the register that is used. */
		barrier_var(at);
		if (likely(at < COUNT_SLOTS &&
			   counts->slots[at] >> SLOT_KEY_SHIFT == SLOT_KEY(kind, nr)))
			return ++counts->slots[at];
	}
	id = identity_get(counts, task);
	return count_add_slow(counts, id.start, id.tid, kind, nr);
}

#endif
