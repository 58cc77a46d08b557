/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What is wanted of a thread (enum probe_want). Kept in its storage and computed anew when
 * knobs.scope_gen moved on; a child inherits it in sched_process_fork, so an orphan keeps it.
 */
#ifndef PROBE_BPF_COUNT_SCOPE_H
#define PROBE_BPF_COUNT_SCOPE_H

#include "slot.h"
#include "../extract/cgroup.h"
#include "../extract/lists.h"
#include "../extract/tree.h"

/* The want of a thread now; stores it. */
static __always_inline u32 want_update(struct probe_knobs *knob, struct thread_counts *counts,
				       struct task_struct *task)
{
	u32 gen = knob->scope_gen;

	if (unlikely(counts->gen != gen)) {
		counts->want = want_compute(task) | want_kept(counts->want, counts->gen, gen);
		counts->gen = gen;
	}
	return counts->want;
}

static __always_inline bool lists_allow(const struct probe_knobs *knob, struct task_struct *task)
{
	u64 comm[2] = {};

	if (!lists_used(knob))
		return true;
	BPF_CORE_READ_INTO(&comm, task, group_leader, comm);
	return lists_allow_values(cgroup_of_task(task, knob->cgroup_v1),
				  BPF_CORE_READ(task, cred, euid.val), comm[0], comm[1]);
}

#endif
