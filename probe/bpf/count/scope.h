/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What is wanted of a thread (enum probe_want). Kept in its storage and computed anew when
 * knobs.scope_gen moved on; a child inherits it in sched_process_fork, so an orphan keeps it.
 */
#ifndef PROBE_BPF_COUNT_SCOPE_H
#define PROBE_BPF_COUNT_SCOPE_H

#include "slot.h"
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

/* As task_cgroup_id(), by helpers: see task.h. */
static __always_inline u64 task_cgroup_read(struct task_struct *task, u32 v1)
{
	struct cgroup_subsys_state *css = NULL;
	struct css_set *set = BPF_CORE_READ(task, cgroups);

	if (!v1)
		return BPF_CORE_READ(set, dfl_cgrp, kn, id);
	bpf_core_read(&css, sizeof(css),
		      &set->subsys[bpf_core_enum_value(enum cgroup_subsys_id, pids_cgrp_id)]);
	return BPF_CORE_READ(css, cgroup, kn, id);
}

static __always_inline bool lists_allow(const struct probe_knobs *knob, struct task_struct *task)
{
	u64 comm[2] = {};

	if (!(knob->cgroups_len | knob->euids_len | knob->comms_len))
		return true;
	BPF_CORE_READ_INTO(&comm, task, group_leader, comm);
	return lists_allow_values(task_cgroup_read(task, knob->cgroup_v1),
				  BPF_CORE_READ(task, cred, euid.val), comm[0], comm[1]);
}

#endif
