/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A map with one value per task, for as long as the task exists: the kernel's storage of tasks, or
 * where tracing programs have none (../kernels.h), a table by the task's address. The address is
 * the task's own until sched_process_free. The table is not preallocated: it takes memory only for
 * tasks that exist. A deletion can be refused: who makes the value of a new task deletes first.
 */
#ifndef PROBE_BPF_COUNT_TASK_MAP_H
#define PROBE_BPF_COUNT_TASK_MAP_H

#include "../kernel.h"
#include "../shared.h"

/* To insert in tables of struct exit_wire or of anything smaller. */
static const struct exit_wire exit_zero = {};

#ifdef PLAIN_KERNEL
#define TASK_MAP_SHAPE                          \
	__uint(type, BPF_MAP_TYPE_HASH);        \
	__uint(map_flags, BPF_F_NO_PREALLOC);   \
	__uint(max_entries, COUNT_THREADS_MAX); \
	__type(key, u64)

static __always_inline void *task_map_find(void *map, struct task_struct *task)
{
	u64 key = (u64)task;

	return bpf_map_lookup_elem(map, &key);
}

static __always_inline void *task_map_make(void *map, struct task_struct *task)
{
	u64 key = (u64)task;
	void *value = bpf_map_lookup_elem(map, &key);

	if (value)
		return value;
	bpf_map_update_elem(map, &key, (void *)&exit_zero, BPF_NOEXIST);
	return bpf_map_lookup_elem(map, &key);
}

static __always_inline void task_map_forget(void *map, struct task_struct *task)
{
	u64 key = (u64)task;

	bpf_map_delete_elem(map, &key);
}
#else
#define TASK_MAP_SHAPE                           \
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE); \
	__uint(map_flags, BPF_F_NO_PREALLOC);    \
	__type(key, int)

/* The task's value; NULL when it has none. */
static __always_inline void *task_map_find(void *map, struct task_struct *task)
{
	return bpf_task_storage_get(map, task, NULL, 0);
}

/* The same, made of zeros on first use; NULL when there is no room for it. */
static __always_inline void *task_map_make(void *map, struct task_struct *task)
{
	return bpf_task_storage_get(map, task, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
}

/* The task is about to be freed. */
static __always_inline void task_map_forget(void *map, struct task_struct *task)
{
	bpf_task_storage_delete(map, task);
}
#endif

#endif
