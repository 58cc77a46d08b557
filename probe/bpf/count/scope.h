/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What is wanted of a thread (enum probe_want). Kept in its storage and computed anew when
 * knobs.scope_gen moved on; a child inherits it in sched_process_fork, so an orphan keeps it.
 */
#ifndef PROBE_BPF_COUNT_SCOPE_H
#define PROBE_BPF_COUNT_SCOPE_H

#include "slot.h"

#define SCOPE_ANCESTORS_MAX 32
#define SCOPE_LIST_MAX 16
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
 * every path (btf_nested_type_is_trusted): 4 s of load time. Plain reads cost nothing there.
 */
static __noinline u32 want_compute(struct probe_knobs *knob, struct task_struct *task)
{
	struct task_struct *at = task;
	u32 want = 0;

	if (!knob || (u32)task->tgid == knob->self_tgid)
		return 0;
	if (!knob->scope_by_pid)
		want |= WANT_SCOPE;
	for (u32 level = 0; level < SCOPE_ANCESTORS_MAX; level++) {
		u32 pid = BPF_CORE_READ(at, tgid);
		u32 *bits;

		if (!pid)
			break;
		bits = bpf_map_lookup_elem(&scope_pids, &pid);
		if (bits && *bits & SCOPE_PID_FOCUS)
			want |= WANT_FOCUS;
		if (bits && *bits & SCOPE_PID_SCOPE && (!level || knob->scope_children))
			want |= WANT_SCOPE;
		at = BPF_CORE_READ(at, real_parent);
	}
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

/* True when no list of the scope that is in use rejects the task. */
static __noinline bool lists_allow(struct probe_knobs *knob, struct task_struct *task)
{
	u64 id, comm0, comm1;
	u32 euid, found = 1;

	if (!knob)
		return false;
	if (knob->cgroups_len) {
		id = task_cgroup_id(task, knob->cgroup_v1);
		found = 0;
		for (u32 i = 0; i < SCOPE_LIST_MAX; i++)
			found |= i < knob->cgroups_len && knob->cgroup_ids[i] == id;
	}
	if (found && knob->euids_len) {
		euid = task->cred->euid.val;
		found = 0;
		for (u32 i = 0; i < SCOPE_LIST_MAX; i++)
			found |= i < knob->euids_len && knob->euids[i] == euid;
	}
	if (found && knob->comms_len) {
		comm0 = ((u64 *)task->comm)[0];
		comm1 = ((u64 *)task->comm)[1];
		found = 0;
		/* User space fills the unused bytes of a name with zeros, as the kernel does. */
		for (u32 i = 0; i < SCOPE_LIST_MAX; i++)
			found |= i < knob->comms_len && ((u64 *)knob->comms[i])[0] == comm0 &&
				 ((u64 *)knob->comms[i])[1] == comm1;
	}
	return found;
}

#endif
