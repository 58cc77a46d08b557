/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * When a thread entered the call that it is in: struct call_stamp (../shared.h), in a storage of
 * its own, made at its first call while durations are measured. Both objects look into it; the
 * count object creates the map.
 */
#ifndef PROBE_BPF_COUNT_STAMPS_H
#define PROBE_BPF_COUNT_STAMPS_H

#include "task_map.h"

struct {
	TASK_MAP_SHAPE;
	__type(value, struct call_stamp);
} stamps SEC(".maps");
_Static_assert(sizeof(exit_zero) >= sizeof(struct call_stamp), "zeros for task_map_make()");

/* The task's stamp; NULL when it has none. */
static __always_inline struct call_stamp *stamp_find(struct task_struct *task)
{
	return task_map_find(&stamps, task);
}

/* The same, made of zeros on first use; NULL when there is no memory for it. */
static __always_inline struct call_stamp *stamp_make(struct task_struct *task)
{
	return task_map_make(&stamps, task);
}

#endif
