/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The storage of a thread: struct thread_counts (../shared.h), one per task for as long as the task
 * exists. Both objects look into it through these functions alone; the count object creates the
 * map.
 */
#ifndef PROBE_BPF_COUNT_THREADS_H
#define PROBE_BPF_COUNT_THREADS_H

#include "task_map.h"

struct {
	TASK_MAP_SHAPE;
	__type(value, struct thread_counts);
} threads SEC(".maps");
_Static_assert(sizeof(exit_zero) >= sizeof(struct thread_counts), "zeros for task_map_make()");

/* The task's storage; NULL when it has none. */
static __always_inline struct thread_counts *thread_counts_find(struct task_struct *task)
{
	return task_map_find(&threads, task);
}

/* The same, made of zeros on first use; NULL when there is no memory for it. */
static __always_inline struct thread_counts *thread_counts_make(struct task_struct *task)
{
	return task_map_make(&threads, task);
}

#endif
