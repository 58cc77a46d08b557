/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Scope and interest for the programs that count_exit does not call: those on sched_process_fork,
 * _exec and _exit. The counter plane's program on the same hook has run before.
 */
#ifndef PROBE_BPF_STORE_WANT_H
#define PROBE_BPF_STORE_WANT_H

#include "prefix.h"

/* The count object's; the loader reuses the fds. */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct thread_counts);
} threads SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, u32);
	__type(value, u32);
} scope_pids SEC(".maps");

#define WANT_SCOPE 1u /* PROBE_WANT_SCOPE, probe.h */
#define WANT_FOCUS 2u
#define WANT_LEVELS 32

/* By process tree, for a thread that has not returned from a call since the scope changed. */
static __noinline u32 want_of_tree(struct probe_knobs *k, struct task_struct *task)
{
	u32 want = k->scope_by_pid ? 0 : WANT_SCOPE;
	struct task_struct *at = task;

	for (u32 level = 0; level < WANT_LEVELS; level++) {
		u32 pid = BPF_CORE_READ(at, tgid); /* as in count/scope.h: quick to verify */
		u32 *bits = bpf_map_lookup_elem(&scope_pids, &pid);

		if (!pid)
			break;
		if (bits && *bits & SCOPE_PID_FOCUS)
			want |= WANT_FOCUS;
		if (bits && *bits & SCOPE_PID_SCOPE && (!level || k->scope_children))
			want |= WANT_SCOPE;
		at = BPF_CORE_READ(at, real_parent);
	}
	return want;
}

/* True when the call nr of this task is of interest. */
static __always_inline bool call_wanted(struct task_struct *task, u64 nr)
{
	struct thread_counts *counts;
	struct probe_knobs *k;
	u32 zero = 0, interest, kept;

	k = bpf_map_lookup_elem(&knobs, &zero);
	barrier_var(nr);
	if (!k || nr >= SYSCALL_NR_MAX)
		return false;
	interest = k->interest[nr];
	if (!interest)
		return false;
	counts = bpf_task_storage_get(&threads, task, NULL, 0);
	if (counts && counts->gen == k->scope_gen)
		return interest & counts->want;
	kept = counts ? want_kept(counts->want, counts->gen, k->scope_gen) : 0;
	return interest & (want_of_tree(k, task) | kept);
}

#endif
