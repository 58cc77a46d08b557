/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The current task and the registers with which a task entered the kernel. */
#ifndef PROBE_BPF_EXTRACT_CURRENT_H
#define PROBE_BPF_EXTRACT_CURRENT_H

#include "../kernel.h"

/* A pointer that the verifier knows as one to a task. */
static __always_inline struct task_struct *task_current(void)
{
	return bpf_get_current_task_btf();
}

/* The registers of the task's system call, while it is in one. */
static __always_inline struct pt_regs *task_regs(struct task_struct *task)
{
	return (struct pt_regs *)bpf_task_pt_regs(task);
}

#endif
