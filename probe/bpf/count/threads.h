/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The storage of a thread: struct thread_counts (../shared.h), one per task for as long as the task
 * exists. Both objects look into it through these functions alone; the count object creates the
 * map.
 */
#ifndef PROBE_BPF_COUNT_THREADS_H
#define PROBE_BPF_COUNT_THREADS_H

#include "../kernel.h"
#include "../shared.h"

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct thread_counts);
} threads SEC(".maps");

/* The task's storage; NULL when it has none. */
static __always_inline struct thread_counts *thread_counts_find(struct task_struct *task)
{
	return bpf_task_storage_get(&threads, task, NULL, 0);
}

/* The same, made of zeros on first use; NULL when there is no memory for it. */
static __always_inline struct thread_counts *thread_counts_make(struct task_struct *task)
{
	return bpf_task_storage_get(&threads, task, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
}

#endif
