/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What is wanted of a thread (enum probe_want). Kept in its storage and computed anew when
 * knobs.scope_gen moved on; a child inherits it in sched_process_fork, so an orphan keeps it.
 */
#ifndef PROBE_BPF_COUNT_SCOPE_H
#define PROBE_BPF_COUNT_SCOPE_H

#include "slot.h"
#include "../extract/lists.h"

#define SCOPE_ANCESTORS_MAX 32
/* enum probe_want of probe.h, which includes more than the programs can. */
#define WANT_SCOPE 1u
#define WANT_FOCUS 2u

static __always_inline struct probe_knobs *knobs_get(void)
{
	u32 zero = 0;

	return bpf_map_lookup_elem(&knobs, &zero);
}

/*
 * By process tree: looks for the process and its ancestors in scope_pids.
 * Verifier: following a trusted pointer searches the kernel's BTF by name, at every level and on
 * every path (btf_nested_type_is_trusted): 4 s of load time. Plain reads cost nothing there. Bits
 * are collected without tests, so that all paths through the loop are alike.
 */
static __noinline u32 want_compute(struct probe_knobs *knob, struct task_struct *task)
{
	u32 pid = task->tgid, own = 0, above = 0, want = 0;
	struct task_struct *at = task;
	u32 *bits;

	if (!knob || pid == knob->self_tgid)
		return 0;
	bits = bpf_map_lookup_elem(&scope_pids, &pid);
	if (bits)
		own = *bits;
	for (u32 level = 1; level < SCOPE_ANCESTORS_MAX; level++) {
		at = BPF_CORE_READ(at, real_parent);
		pid = BPF_CORE_READ(at, tgid);
		if (!pid)
			break;
		bits = bpf_map_lookup_elem(&scope_pids, &pid);
		if (bits)
			above |= *bits;
	}
	if ((own | above) & SCOPE_PID_FOCUS)
		want |= WANT_FOCUS;
	if (knob->scope_children)
		own |= above;
	if (!knob->scope_by_pid || own & SCOPE_PID_SCOPE)
		want |= WANT_SCOPE;
	return want;
}

/* The want of a thread now; stores it. */
static __always_inline u32 want_update(struct probe_knobs *knob, struct thread_counts *counts,
				       struct task_struct *task)
{
	u32 gen = knob->scope_gen;

	if (unlikely(counts->gen != gen)) {
		counts->want = want_compute(knob, task) | want_kept(counts->want, counts->gen, gen);
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
	if (!(knob->cgroups_len | knob->euids_len | knob->comms_len))
		return true;
	return lists_allow_values(knob, task_cgroup_read(task, knob->cgroup_v1),
				  BPF_CORE_READ(task, cred, euid.val), ((u64 *)task->comm)[0],
				  ((u64 *)task->comm)[1]);
}

#endif
