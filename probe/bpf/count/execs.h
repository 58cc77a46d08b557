/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which call a successful exec was, and its arguments. When it returns, the registers no longer
 * tell: they are those of the new program (start_thread()), and on x86_64 the number is that of
 * execve (arch/x86/kernel/process_64.c, "pretend to come from a 64bit execve"). So both are noted
 * in between, when the kernel gives the task its new name (begin_new_exec() in fs/exec.c): then the
 * exec can only succeed or end the task.
 *
 *   task_rename          exec_note: number, arguments       -> execs
 *   sched_process_exec   the stream's event takes them
 *   sys_exit, result 0   exec_returned: counted as what it was; the note is deleted
 *
 * The count object makes the map, and both look into it.
 */
#ifndef PROBE_BPF_COUNT_EXECS_H
#define PROBE_BPF_COUNT_EXECS_H

#include "task_map.h"

struct {
	TASK_MAP_SHAPE;
	__type(value, struct exec_call);
} execs SEC(".maps");
_Static_assert(sizeof(exit_zero) >= sizeof(struct exec_call), "zeros for task_map_make()");

/* The exec that the task is in; NULL when it is in none, or one that the kernel itself makes. */
static __always_inline struct exec_call *exec_find(struct task_struct *task)
{
	return task_map_find(&execs, task);
}

#endif
