/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which process trees are wanted, and what that says of a task. */
#ifndef PROBE_BPF_EXTRACT_TREE_H
#define PROBE_BPF_EXTRACT_TREE_H

#include "knobs.h"

#define SCOPE_ANCESTORS_MAX 32
/* enum probe_want of probe.h, which includes more than the programs can. */
#define WANT_SCOPE 1u
#define WANT_FOCUS 2u

/* The count object's; the loader reuses its fd. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, u32);
	__type(value, u32);
} scope_pids SEC(".maps");

/*
 * By process tree: looks for the process and its ancestors in scope_pids.
 * Verifier: following a trusted pointer searches the kernel's BTF by name, at every level and on
 * every path (btf_nested_type_is_trusted): 4 s of load time. Plain reads cost nothing there. Bits
 * are collected without tests, so that all paths through the loop are alike.
 */
SUBPROG_OF_NUMBERS u32 want_of_tree(u32 pid, u64 parent)
{
	struct probe_knobs *knob = knobs_get();
	struct task_struct *at = (struct task_struct *)parent;
	u32 own = 0, above = 0, want = 0;
	u32 *bits;

	if (!knob || pid == knob->self_tgid)
		return 0;
	bits = bpf_map_lookup_elem(&scope_pids, &pid);
	if (bits)
		own = *bits;
	for (u32 level = 1; level < SCOPE_ANCESTORS_MAX; level++) {
		pid = BPF_CORE_READ(at, tgid);
		if (!pid)
			break;
		at = BPF_CORE_READ(at, real_parent);
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

static __always_inline u32 want_compute(struct task_struct *task)
{
	return want_of_tree(FOLLOW(task, tgid), (u64)BPF_CORE_READ(task, real_parent));
}

#endif
