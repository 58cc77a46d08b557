/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The lists of the scope: users, commands; and which control groups are out of it. */
#ifndef PROBE_BPF_EXTRACT_LISTS_H
#define PROBE_BPF_EXTRACT_LISTS_H

#include "../repeat.h"
#include "knobs.h"

#define SCOPE_LIST_MAX 16 /* a power of two */

/* The count object's; the loader reuses its fd. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, SCOPE_CGROUPS_MAX);
	__type(key, u64);
	__type(value, u32);
} scope_cgroups SEC(".maps");

/* Is there anything that lists_allow_values() could reject by? */
static __always_inline bool lists_used(const struct probe_knobs *knob)
{
	return knob->by_cgroup | knob->euids_len | knob->comms_len;
}

/* Who is looked for. */
struct lists_loop {
	const struct probe_knobs *knob;
	u64 comm0, comm1;
	u32 euid;
	bool found;
};

REPEATED int lists_euid(u32 i, struct lists_loop *loop)
{
	if (i >= loop->knob->euids_len)
		return STOP;
	loop->found = loop->knob->euids[i & (SCOPE_LIST_MAX - 1)] == loop->euid;
	return loop->found ? STOP : GO_ON;
}

REPEATED int lists_comm(u32 i, struct lists_loop *loop)
{
	const u64 *comm = (const u64 *)loop->knob->comms[i & (SCOPE_LIST_MAX - 1)];

	if (i >= loop->knob->comms_len)
		return STOP;
	loop->found = comm[0] == loop->comm0 && comm[1] == loop->comm1;
	return loop->found ? STOP : GO_ON;
}

/*
 * True when no list of the scope that is in use rejects the task. The name comes as two words: user
 * space fills its unused bytes with zeros, as the kernel does.
 * Verifier: a global function of numbers is verified once, not for each caller.
 */
SUBPROG_OF_NUMBERS bool lists_allow_values(u64 cgroup_id, u32 euid, u64 comm0, u64 comm1)
{
	struct lists_loop loop = { knobs_get(), comm0, comm1, euid, false };
	const u32 *in_scope;

	if (!loop.knob)
		return false;
	in_scope = loop.knob->by_cgroup ? bpf_map_lookup_elem(&scope_cgroups, &cgroup_id) : NULL;
	if (in_scope && !*in_scope)
		return false;
	if (loop.knob->euids_len) {
		REPEAT(SCOPE_LIST_MAX, lists_euid, &loop);
		if (!loop.found)
			return false;
	}
	if (!loop.knob->comms_len)
		return true;
	loop.found = false;
	REPEAT(SCOPE_LIST_MAX, lists_comm, &loop);
	return loop.found;
}

#endif
