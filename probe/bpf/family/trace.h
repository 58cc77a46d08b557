/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Events that are no calls, each on a tracepoint of its own: the delivery of a signal, a page
 * fault, a context switch. Loaded and attached only when they were asked for
 * (../../schema/kinds.def).
 */
#ifndef PROBE_BPF_FAMILY_TRACE_H
#define PROBE_BPF_FAMILY_TRACE_H

#include "../extract/task.h"
#include "../store/fixed.h"
#include "../store/want.h"

#define EVENT_SWITCH 152 /* SCHEDSWITCH_6_E */
#define EVENT_SIGNAL 232 /* SIGNALDELIVER_E */
#define EVENT_FAULT 290  /* PAGE_FAULT_E */
#define K_SIGCHLD 17     /* include/uapi/asm-generic/signal.h */
#define K_SI_USER 0      /* include/uapi/asm-generic/siginfo.h */
#define K_SI_QUEUE -1
#define K_SI_MESGQ -3
#define K_SI_TKILL -6

/* Takes up an event of the current task. 0, or negative when nobody wants it. */
static __always_inline int trace_begin(struct call *call, u32 kind, u32 event)
{
	if (!kind_wanted(task_current(), kind))
		return -1;
	call->nr = -1;
	call->native = -1;
	call->abi = 0;
	call->event = event;
	call->task = task_current_cast();
	call->foreign = false;
	for (u32 i = 0; i < 6; i++)
		call->args[i] = 0;
	return call_begin_task(call, RECORD_CLASS_OTHER, NR_F_LIFE, 0);
}

/*
 * Who sent it, as the receiver sees the process; 0: the kernel, or SIGKILL, of which nothing is
 * left when it is delivered (kernel/signal.c, get_signal).
 */
static __always_inline s64 signal_sender(u32 sig, struct kernel_siginfo *info)
{
	s32 code = BPF_CORE_READ(info, si_code);

	if (code == K_SI_USER || code == K_SI_QUEUE || code == K_SI_MESGQ || code == K_SI_TKILL ||
	    (sig == K_SIGCHLD && code > 0))
		return BPF_CORE_READ(info, _sifields._kill._pid);
	return 0;
}

/* spid, dpid, sig */
SEC("?tp_btf/signal_deliver")
int BPF_PROG(stream_signal, int sig, struct kernel_siginfo *info)
{
	struct call call;

	if (trace_begin(&call, PROBE_KIND_SIGNALS, EVENT_SIGNAL))
		return 0;
	{
		const struct fixed_param params[] = {
			{ 8, signal_sender(sig, info) },
			{ 8, (u32)FOLLOW(call.task, pid) },
			{ 1, sig },
		};

		fixed_event(&call, params, 3);
	}
	return 0;
}

/*
 * next, pgft_maj, pgft_min, vm_size, vm_rss, vm_swap: all but the first of the task that is left.
 * Not of the idle task, and not when saker itself is next: each event would make the next one.
 */
SEC("?tp_btf/sched_switch")
int BPF_PROG(stream_switch, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	struct probe_knobs *k = knobs_get();
	struct task_struct *task;
	struct mm_struct *mm;
	struct call call;

	if (!prev->pid || !k || (u32)next->tgid == k->self_tgid)
		return 0;
	if (trace_begin(&call, PROBE_KIND_SWITCHES, EVENT_SWITCH))
		return 0;
	task = call.task;
	mm = BPF_CORE_READ(task, mm);
	{
		const struct fixed_param params[] = {
			{ 8, (u32)next->pid },
			{ 8, FOLLOW(task, maj_flt) },
			{ 8, FOLLOW(task, min_flt) },
			{ 4, mm ? BPF_CORE_READ(mm, total_vm) * PAGE_KIB : 0 },
			{ 4, mm_rss_kib(mm) },
			{ 4, mm ? RSS_MEMBER(mm, MM_SWAPENTS) * PAGE_KIB : 0 },
		};

		fixed_event(&call, params, 6);
	}
	return 0;
}

#if defined(__TARGET_ARCH_x86)
/* Bits of the processor (arch/x86/include/asm/trap_pf.h) as those of capture files. */
static __always_inline u32 fault_encode(u64 error)
{
	u32 out = 0;

	out |= error & 0x01 ? 1u << 0 : 1u << 1; /* protection violation, or not present */
	out |= error & 0x02 ? 1u << 2 : 1u << 3; /* write, or read */
	out |= error & 0x04 ? 1u << 4 : 1u << 5; /* user, or supervisor */
	out |= error & 0x08 ? 1u << 6 : 0;       /* reserved bit in a page table */
	out |= error & 0x10 ? 1u << 7 : 0;       /* instruction fetch */
	return out;
}

/* addr, ip, error */
static __always_inline void store_fault(u64 address, struct pt_regs *regs, u64 error)
{
	struct call call;

	if (trace_begin(&call, PROBE_KIND_FAULTS, EVENT_FAULT))
		return;
	{
		const struct fixed_param params[] = {
			{ 8, address },
			{ 8, regs->ip },
			{ 4, fault_encode(error) },
		};

		fixed_event(&call, params, 3);
	}
}

SEC("?tp_btf/page_fault_user")
int BPF_PROG(stream_fault_user, unsigned long address, struct pt_regs *regs, unsigned long error)
{
	store_fault(address, regs, error);
	return 0;
}

SEC("?tp_btf/page_fault_kernel")
int BPF_PROG(stream_fault_kernel, unsigned long address, struct pt_regs *regs, unsigned long error)
{
	store_fault(address, regs, error);
	return 0;
}
#endif

#endif
