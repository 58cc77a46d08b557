/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Scope and interest for the programs that count_exit does not call: those on sched_process_fork,
 * _exec and _exit. The counter plane's program on the same hook has run before.
 */
#ifndef PROBE_BPF_STORE_WANT_H
#define PROBE_BPF_STORE_WANT_H

#include "prefix.h"
#include "../count/threads.h"
#include "../extract/tree.h"

/* True when an event of this task is, where interest (enum probe_want) says from whom. */
static __always_inline bool interest_wants(struct probe_knobs *k, struct task_struct *task,
					   u32 interest)
{
	struct thread_counts *counts;
	u32 kept;

	if (!interest)
		return false;
	counts = thread_counts_find(task);
	if (counts && counts->gen == k->scope_gen)
		return interest & counts->want;
	kept = counts ? want_kept(counts->want, counts->gen, k->scope_gen) : 0;
	return interest & (want_compute(task) | kept);
}

/* The same of events that are no calls. kind: a constant. */
static __always_inline bool kind_wanted(struct task_struct *task, const u32 kind)
{
	struct probe_knobs *k = knobs_get();

	return k && interest_wants(k, task, k->kinds[kind]);
}

/* True when the call nr of this task is of interest. */
static __always_inline bool call_wanted(struct task_struct *task, u64 nr)
{
	struct probe_knobs *k = knobs_get();

	barrier_var(nr);
	if (!k || nr >= SYSCALL_NR_MAX)
		return false;
	return interest_wants(k, task, k->interest[nr]);
}

#endif
