/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * clone, clone3, fork, vfork. The parent's event comes from sys_exit, the child's (result 0) from
 * sched_process_fork, where all architectures have it before the child runs. The child's own first
 * return is not an event.
 */
#ifndef PROBE_BPF_FAMILY_CLONE_H
#define PROBE_BPF_FAMILY_CLONE_H

#include "raw.h"
#include "../store/process.h"
#include "../store/want.h"

#define CLONE_PARAMS 21

#if defined(__TARGET_ARCH_x86)
#define NR_CLONE 56
#define NR_FORK 57
#define NR_VFORK 58
#define NR_CLONE3 435
#else
#define NR_CLONE 220
#define NR_FORK -2 /* not on this architecture */
#define NR_VFORK -2
#define NR_CLONE3 435
#endif

/* include/uapi/linux/sched.h */
#define K_CLONE_VM 0x00000100u
#define K_CLONE_VFORK 0x00004000u
#define K_CLONE_NEWPID 0x20000000u

/* Bits of the kernel's flags in the order of capture files; 0 = a bit that is not the kernel's. */
static __always_inline u32 clone_flags_encode(u64 flags)
{
	static const u32 bits[] = {
		0x00000400 /* FILES */,
		0x00000200 /* FS */,
		0x80000000 /* IO */,
		0x08000000 /* NEWIPC */,
		0x40000000 /* NEWNET */,
		0x00020000 /* NEWNS */,
		0x20000000 /* NEWPID */,
		0x04000000 /* NEWUTS */,
		0x00008000 /* PARENT */,
		0x00100000 /* PARENT_SETTID */,
		0x00002000 /* PTRACE */,
		0x00000800 /* SIGHAND */,
		0x00040000 /* SYSVSEM */,
		0x00010000 /* THREAD */,
		0x00800000 /* UNTRACED */,
		0x00000100 /* VM */,
		0,
		0,
		0,
		0,
		0x10000000 /* NEWUSER */,
		0,
		0,
		0x00200000 /* CHILD_CLEARTID */,
		0x01000000 /* CHILD_SETTID */,
		0x00080000 /* SETTLS */,
		0,
		0x00004000 /* VFORK */,
		0x02000000 /* NEWCGROUP */,
	};
	u32 out = 0;

#pragma unroll
	for (u32 i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
		out |= bits[i] && flags & bits[i] ? 1u << i : 0;
	return out;
}
#define SCAP_CLONE_CHILD_IN_PIDNS (1u << 29)
#define SCAP_CLONE_MAIN_THREAD (1u << 30)

/* The flags that the call had, in the kernel's values. */
static __always_inline u64 clone_call_flags(struct call *call)
{
	u64 flags = 0;

	switch (call->nr) {
	case NR_CLONE3: /* struct clone_args begins with them */
		bpf_probe_read_user(&flags, sizeof(flags), (void *)call->args[0]);
		return flags;
	case NR_CLONE:
		return call->args[0] & 0xffffff00; /* the low byte is the child's exit signal */
	case NR_VFORK: return K_CLONE_VM | K_CLONE_VFORK;
	}
	return 0;
}

static __always_inline void store_clone_event(struct call *call)
{
	struct task_struct *task = call->task;
	struct build b;
	u64 kflags;
	u32 flags;

	if (build_begin(&b, call, CLONE_PARAMS))
		return;
	if (call->nr == NR_CLONE3 && !(call->flags & RECORD_F_CHILD)) {
		build_call(&b);
		raw_data(b.slot, NR_CLONE3, 0);
	}
	kflags = clone_call_flags(call);
	flags = clone_flags_encode(kflags);
	if (kflags & K_CLONE_NEWPID || task_child_pidns(task) ||
	    (call->flags & RECORD_F_CHILD && task_pidns_level(task)))
		flags |= SCAP_CLONE_CHILD_IN_PIDNS;
	if (FOLLOW(task, pid) == FOLLOW(task, tgid))
		flags |= SCAP_CLONE_MAIN_THREAD;
	build_u64(&b, 0, call->ret);
	build_args(&b, BPF_CORE_READ(task, mm));
	build_process(&b, task);
	build_u32(&b, 15, flags);
	build_u32(&b, 16, FOLLOW(task, cred, euid.val));
	build_u32(&b, 17, FOLLOW(task, cred, egid.val));
	build_u64(&b, 18, task_vtid(task));
	build_u64(&b, 19, task_vpid(task));
	build_u64(&b, 20, task_pidns_start(task) + call->knobs->epoch_offset_ns);
	build_submit(&b);
}

/* clone, clone3, fork, vfork: the caller's event. */
ON_RETURN
int CALL_PROG(store_clone, struct pt_regs *regs, long ret)
{
	struct call call;

	if (!ret || call_begin_syscall(&call, regs, ret))
		return 0;
	store_clone_event(&call);
	return 0;
}

/* The child's event. Runs as the parent, whose memory the child shares or has a copy of. */
SEC("tp_btf/sched_process_fork")
int BPF_PROG(stream_fork, struct task_struct *parent, struct task_struct *child)
{
	struct pt_regs *regs = task_regs(parent);
	struct call call;
	u64 nr = call_registers(&call, parent, regs);

	barrier_var(nr);
	/* Made by the kernel itself: kernel threads, io_uring workers. */
	if (nr >= SYSCALL_NR_MAX || !(nr_info[nr].flags & NR_F_CLONE) ||
	    FOLLOW(parent, flags) & PF_KTHREAD)
		nr = NR_CLONE;
	if (!call_wanted(child, nr))
		return 0;
	call.nr = nr;
	call.event = nr_info[nr].event;
	call.task = child;
	call.foreign = true;
	if (call_begin_task(&call, nr_info[nr].loss_class, NR_F_LIFE, 0))
		return 0;
	call.flags |= RECORD_F_CHILD;
	store_clone_event(&call);
	return 0;
}

#endif
