/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which control group a task is in, as the kernfs id of the v2 hierarchy or, where user space wants
 * that (knobs.cgroup_v1), of the pids controller. There a task in the controller's root may be in a
 * group of v2 all the same: then the id is of v2, with CGROUP_ID_V2.
 */
#ifndef PROBE_BPF_EXTRACT_CGROUP_H
#define PROBE_BPF_EXTRACT_CGROUP_H

#include "../kernel.h"
#include "../shared.h"

/* Of any task, by helpers. */
static __always_inline u64 cgroup_of_task(struct task_struct *task, u32 v1)
{
	struct css_set *set = BPF_CORE_READ(task, cgroups);
	struct cgroup_subsys_state *css = NULL;
	struct cgroup *v2 = BPF_CORE_READ(set, dfl_cgrp), *pids;

	if (!v1)
		return BPF_CORE_READ(v2, kn, id);
	bpf_core_read(&css, sizeof(css),
		      &set->subsys[bpf_core_enum_value(enum cgroup_subsys_id, pids_cgrp_id)]);
	pids = BPF_CORE_READ(css, cgroup);
	if (!BPF_CORE_READ(pids, level) && BPF_CORE_READ(v2, level))
		return BPF_CORE_READ(v2, kn, id) | CGROUP_ID_V2;
	return BPF_CORE_READ(pids, kn, id);
}

/* The same by loads, of a task that may be followed so. */
static __always_inline u64 task_cgroup_id(struct task_struct *task, u32 v1)
{
	struct cgroup *v2 = task->cgroups->dfl_cgrp, *pids;

	if (!v1)
		return v2->kn->id;
	pids = task->cgroups->subsys[bpf_core_enum_value(enum cgroup_subsys_id, pids_cgrp_id)]
		       ->cgroup;
	if (!pids->level && v2->level)
		return v2->kn->id | CGROUP_ID_V2;
	return pids->kn->id;
}

#endif
