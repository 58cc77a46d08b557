/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The current task; the system call that a task is in. */
#ifndef PROBE_BPF_EXTRACT_CURRENT_H
#define PROBE_BPF_EXTRACT_CURRENT_H

#include "../kernel.h"

/* Its fields are read with FOLLOW(). */
static __always_inline struct task_struct *task_current(void)
{
#ifdef PLAIN_KERNEL
	return (struct task_struct *)bpf_get_current_task();
#else
	return bpf_get_current_task_btf();
#endif
}

/* Writes RECORD_COMM_LEN bytes. */
static __always_inline void task_comm_put(char *to, struct task_struct *task)
{
#ifdef PLAIN_KERNEL
	BPF_CORE_READ_INTO((char(*)[sizeof(task->comm)])to, task, comm);
#else
	((u64 *)to)[0] = ((u64 *)task->comm)[0];
	((u64 *)to)[1] = ((u64 *)task->comm)[1];
#endif
}

/*
 * The registers that the task entered the kernel with. Since 5.15 (dd6e10fbd9fb) a helper knows
 * where they are. They lie at the same place of every stack, regs_at, which count_exit learns.
 */
static __always_inline struct pt_regs *task_regs(struct task_struct *task)
{
#ifdef PLAIN_KERNEL
	return (struct pt_regs *)(BPF_CORE_READ(task, stack) + regs_at);
#else
	return (struct pt_regs *)bpf_task_pt_regs(task);
#endif
}

/* ctx of a program on the return of a call: registers, result; or common, number, result. */
static __always_inline struct pt_regs *returned_regs(u64 *ctx)
{
	return GUARDED ? task_regs(task_current()) : (struct pt_regs *)ctx[0];
}

static __always_inline long returned_result(u64 *ctx)
{
	return ctx[GUARDED ? 2 : 1];
}

/*
 * CALL_PROG(name, struct pt_regs *regs, long ret): such a program, as BPF_PROG() makes others; ctx
 * is there too.
 */
#define CALL_PROG(name, args...)                                                   \
	name(u64 *ctx);                                                            \
	static __always_inline int name##_body(u64 *ctx, args);                    \
	int name(u64 *ctx)                                                         \
	{                                                                          \
		return name##_body(ctx, returned_regs(ctx), returned_result(ctx)); \
	}                                                                          \
	static __always_inline int name##_body(u64 *ctx, args)

#endif
