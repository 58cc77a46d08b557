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

/* True when the call nr of this task is of interest. */
static __always_inline bool call_wanted(struct task_struct *task, u64 nr)
{
	struct thread_counts *counts;
	struct probe_knobs *k;
	u32 interest, kept;

	k = knobs_get();
	barrier_var(nr);
	if (!k || nr >= SYSCALL_NR_MAX)
		return false;
	interest = k->interest[nr];
	if (!interest)
		return false;
	counts = thread_counts_find(task);
	if (counts && counts->gen == k->scope_gen)
		return interest & counts->want;
	kept = counts ? want_kept(counts->want, counts->gen, k->scope_gen) : 0;
	return interest & (want_compute(task) | kept);
}

#endif
