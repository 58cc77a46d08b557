/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * When a thread entered the call that it is in: struct call_stamp (../shared.h), in a storage of
 * its own, made at its first call while durations are measured. Both objects look into it; the
 * count object creates the map.
 */
#ifndef PROBE_BPF_COUNT_STAMPS_H
#define PROBE_BPF_COUNT_STAMPS_H

#include "../kernel.h"
#include "../shared.h"

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct call_stamp);
} stamps SEC(".maps");

/* The task's stamp; NULL when it has none. */
static __always_inline struct call_stamp *stamp_find(struct task_struct *task)
{
	return bpf_task_storage_get(&stamps, task, NULL, 0);
}

/* The same, made of zeros on first use; NULL when there is no memory for it. */
static __always_inline struct call_stamp *stamp_make(struct task_struct *task)
{
	return bpf_task_storage_get(&stamps, task, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
}

#endif
