/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Durations, while they are wanted (knobs.timing_gen is not 0): count_enter stamps the thread, the
 * return of the call takes the stamp and adds to the row of (process, number).
 *
 *   count_enter   stamp = { now, number, generation }
 *   the return    same number and generation: timed, and the stamp holds the duration instead
 *                 no stamp, or another's: counted, not timed (it began before, or was not seen)
 *
 * A stamp is taken once, so a return whose entry no program saw never meets an older entry; nor
 * does one whose entry was not wanted, as that drops what is there.
 */
#ifndef PROBE_BPF_COUNT_TIMING_H
#define PROBE_BPF_COUNT_TIMING_H

#include "slot.h"
#include "stamps.h"

/* Added to by all threads of a process. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, COUNT_TIMINGS_MAX);
	__type(key, struct timing_key);
	__type(value, struct timing_sum);
} timings SEC(".maps");

/* Rows ever made in `timings`: while the reader deleted as many, there is nothing to scan. */
__u64 timing_rows;
/* A struct timing_sum of zeros, to insert. */
const struct timing_sum timing_zero = {};

/* The row of a process and number; NULL when the table is full. */
OUTLINED struct timing_sum *timing_row(u64 start, u32 pid, u32 nr)
{
	struct timing_key key = { .start = start, .pid = pid, .nr = nr };
	struct timing_sum *row = bpf_map_lookup_elem(&timings, &key);

	if (row)
		return row;
	if (!bpf_map_update_elem(&timings, &key, (void *)&timing_zero, BPF_NOEXIST))
		__sync_fetch_and_add(&timing_rows, 1);
	/* Or another thread of the process was first. */
	return bpf_map_lookup_elem(&timings, &key);
}

static __always_inline void timing_add_max(struct timing_sum *row, u64 ns)
{
	u64 max = row->max_ns;

#ifdef PLAIN_KERNEL
	/* Without an exchange the longest of calls that end at one instant can be missed. */
	if (ns > max)
		*(volatile u64 *)&row->max_ns = ns;
#else
	/* Others raise it at the same time: a few tries, and all of them lost would be one lost. */
	for (u32 i = 0; i < 8 && ns > max; i++) {
		u64 seen = __sync_val_compare_and_swap(&row->max_ns, max, ns);

		if (seen == max)
			return;
		max = seen;
	}
#endif
}

/* Verifier: what the tests say of ns stays in here. */
SUBPROG_OF_NUMBERS u32 timing_bucket(u64 ns)
{
	return latency_bucket(ns);
}

/*
 * The duration of the call that returns, ns; 0 when it cannot be told. nr is the number in the
 * registers, as at the entry; row_nr the one that it is counted under.
 */
OUTLINED u64 timing_take(struct probe_knobs *knob, struct task_struct *task, u32 nr, u32 row_nr)
{
	struct call_stamp *stamp = stamp_find(task);
	struct cpu_stats *stats;
	struct timing_sum *row;
	u32 gen, bucket;
	u64 ns;

	if (!stamp)
		return 0;
	gen = stamp->gen;
	stamp->gen = 0;
	if (!gen || gen != knob->timing_gen || stamp->nr != nr)
		return 0;
	ns = bpf_ktime_get_ns() - stamp->ns;
	ns = ns ? ns : 1;
	stamp->ns = ns;
	stamp->gen = gen | STAMP_TAKEN;
	if (!knob->timing_all)
		return ns;

	row = timing_row(FOLLOW(FOLLOW(task, group_leader), start_boottime), FOLLOW(task, tgid),
			 row_nr);
	if (!row) {
		stats = stats_here();
		if (stats)
			__sync_fetch_and_add(&stats->untimed, 1);
		return ns;
	}
	__sync_fetch_and_add(&row->timed, 1);
	__sync_fetch_and_add(&row->sum_ns, ns);
	timing_add_max(row, ns);
	bucket = timing_bucket(ns);
	/* Verifier: the test and the index must be of the same register. */
	barrier_var(bucket);
	if (bucket < LATENCY_BUCKETS)
		__sync_fetch_and_add(&row->buckets[bucket], 1);
	return ns;
}

/*
 * Are durations wanted of a thread with this want, and of calls with this interest? For tables: of
 * whom is in scope by process. Else of calls that are streamed alone.
 */
static __always_inline bool timing_wanted(const struct probe_knobs *knob, u32 interest, u32 want)
{
	return knob->timing_all ? want || !knob->scope_by_pid : interest & want;
}

/* Nobody wants to know: a later return must not meet the stamp. */
static __always_inline void timing_drop(struct thread_counts *counts, struct task_struct *task)
{
	struct call_stamp *stamp;

	if (likely(!counts->stamped))
		return;
	counts->stamped = 0;
	stamp = stamp_find(task);
	if (stamp)
		stamp->gen = 0;
}

/* The duration of the call that was timed last, ns; 0 when it was not. */
static __always_inline u64 timing_taken(struct probe_knobs *knob, struct task_struct *task)
{
	struct call_stamp *stamp = stamp_find(task);

	return stamp && stamp->gen == (knob->timing_gen | STAMP_TAKEN) ? stamp->ns : 0;
}

#endif
