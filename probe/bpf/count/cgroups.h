/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Control groups that are made and removed: user space learns what an id stands for before the
 * first process is in it. A full ring loses nothing for good: what an id stands for can be asked
 * for as long as the group exists.
 */
#ifndef PROBE_BPF_COUNT_CGROUPS_H
#define PROBE_BPF_COUNT_CGROUPS_H

#include "../extract/knobs.h"

#define CGROUPS_BYTES (64u << 10)

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, CGROUPS_BYTES);
} cgroups SEC(".maps");

/* The id under which its tasks are known; 0: none, it is of another hierarchy. */
static __always_inline u64 cgroup_shown_id(struct cgroup *cgroup, u32 v1)
{
	struct cgroup_root *root = BPF_CORE_READ(cgroup, root);
	u32 pids = 1u << bpf_core_enum_value(enum cgroup_subsys_id, pids_cgrp_id);
	u64 id = BPF_CORE_READ(cgroup, kn, id);

	if (!BPF_CORE_READ(root, hierarchy_id))
		return v1 ? id | CGROUP_ID_V2 : id;
	return v1 && BPF_CORE_READ(root, subsys_mask) & pids ? id : 0;
}

/* ctx of cgroup_mkdir and cgroup_rmdir: the group, its path. */
static __always_inline int cgroup_tell(u64 *ctx, u32 fate)
{
	struct cgroup *cgroup = (struct cgroup *)ctx[0];
	struct probe_knobs *knob = knobs_get();
	u64 id = knob ? cgroup_shown_id(cgroup, knob->cgroup_v1) : 0;
	struct cgroup_wire *wire;
	long len;

	if (!id)
		return 0;
	wire = bpf_ringbuf_reserve(&cgroups, sizeof(*wire), 0);
	if (!wire)
		return 0;
	len = bpf_probe_read_kernel_str(wire->path, sizeof(wire->path), (const void *)ctx[1]);
	wire->id = id;
	wire->fate = fate;
	wire->pid = bpf_get_current_pid_tgid() >> 32;
	wire->pad = 0;
	wire->path_len = len > 0 ? len : 0;
	bpf_ringbuf_submit(wire, BPF_RB_NO_WAKEUP);
	return 0;
}

#endif
