/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The lists of the scope: users, commands; and which control groups are out of it. */
#ifndef PROBE_BPF_EXTRACT_LISTS_H
#define PROBE_BPF_EXTRACT_LISTS_H

#include "knobs.h"

#define SCOPE_LIST_MAX 16

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

/* 1 when value is 0, without a branch: see below. */
static __always_inline u32 is_zero(u64 value)
{
	barrier_var(value);
	return 1 ^ (u32)((value | -value) >> 63);
}

/*
 * True when no list of the scope that is in use rejects the task. The name comes as two words: user
 * space fills its unused bytes with zeros, as the kernel does.
 * Verifier: a global function of numbers is verified once, not for each caller. Entries are
 * compared without branches, each of which would have the rest verified twice.
 */
SUBPROG_OF_NUMBERS bool lists_allow_values(u64 cgroup_id, u32 euid, u64 comm0, u64 comm1)
{
	const struct probe_knobs *knob = knobs_get();
	const u32 *in_scope;
	u32 found = 0;

	if (!knob)
		return false;
	in_scope = knob->by_cgroup ? bpf_map_lookup_elem(&scope_cgroups, &cgroup_id) : NULL;
	if (in_scope && !*in_scope)
		return false;
	if (knob->euids_len) {
#pragma unroll
		for (u32 i = 0; i < SCOPE_LIST_MAX; i++)
			found |= is_zero(knob->euids[i] ^ euid) << i;
		if (!(found & ((1u << (knob->euids_len & 31)) - 1)))
			return false;
	}
	if (!knob->comms_len)
		return true;
	found = 0;
#pragma unroll
	for (u32 i = 0; i < SCOPE_LIST_MAX; i++) {
		const u64 *comm = (const u64 *)knob->comms[i];

		found |= is_zero((comm[0] ^ comm0) | (comm[1] ^ comm1)) << i;
	}
	return found & ((1u << (knob->comms_len & 31)) - 1);
}

#endif
