/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The call itself: number and arguments from the registers. */
#ifndef PROBE_BPF_EXTRACT_CALL_H
#define PROBE_BPF_EXTRACT_CALL_H

#include "current.h"

#define PF_KTHREAD 0x00200000   /* include/linux/sched.h */
#define PF_IO_WORKER 0x00000010 /* io_uring: makes no system calls */

#if defined(__TARGET_ARCH_x86)
#define NR_EXECVE 59
#define NR_EXECVEAT 322

static __always_inline u32 regs_syscall_nr(struct pt_regs *regs)
{
	return FOLLOW(regs, orig_ax);
}

static __always_inline u32 regs_first_arg(struct pt_regs *regs)
{
	return FOLLOW(regs, di);
}

static __always_inline u64 regs_second_arg(struct pt_regs *regs)
{
	return FOLLOW(regs, si);
}

static __always_inline void regs_syscall_args(struct pt_regs *regs, u64 *args)
{
	args[0] = FOLLOW(regs, di);
	args[1] = FOLLOW(regs, si);
	args[2] = FOLLOW(regs, dx);
	args[3] = FOLLOW(regs, r10);
	args[4] = FOLLOW(regs, r8);
	args[5] = FOLLOW(regs, r9);
}
#else
#define NR_EXECVE 221
#define NR_EXECVEAT 281

static __always_inline u32 regs_syscall_nr(struct pt_regs *regs)
{
	return FOLLOW(regs, syscallno);
}

static __always_inline u32 regs_first_arg(struct pt_regs *regs)
{
	return FOLLOW(regs, orig_x0);
}

static __always_inline u64 regs_second_arg(struct pt_regs *regs)
{
	return FOLLOW(regs, regs[1]);
}

static __always_inline void regs_syscall_args(struct pt_regs *regs, u64 *args)
{
	args[0] = FOLLOW(regs, orig_x0);
	args[1] = FOLLOW(regs, regs[1]);
	args[2] = FOLLOW(regs, regs[2]);
	args[3] = FOLLOW(regs, regs[3]);
	args[4] = FOLLOW(regs, regs[4]);
	args[5] = FOLLOW(regs, regs[5]);
}
#endif

#endif
