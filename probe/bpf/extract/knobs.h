/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What user space wants at the moment: see struct probe_knobs. The count object makes the map. */
#ifndef PROBE_BPF_EXTRACT_KNOBS_H
#define PROBE_BPF_EXTRACT_KNOBS_H

#include "../kernel.h"
#include "../shared.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct probe_knobs);
} knobs SEC(".maps");

/* NULL never happens, but the verifier wants the test. */
static __always_inline struct probe_knobs *knobs_get(void)
{
	u32 zero = 0;

	return bpf_map_lookup_elem(&knobs, &zero);
}

#endif
