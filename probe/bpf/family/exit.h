/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The end of every thread, from sched_process_exit: PROCEXIT_1_E. exit and exit_group do not return
 * and are this event.
 */
#ifndef PROBE_BPF_FAMILY_EXIT_H
#define PROBE_BPF_FAMILY_EXIT_H

#include "../store/fixed.h"
#include "../store/want.h"

#define EVENT_PROCEXIT 186 /* PROCEXIT_1_E */
#define REAPER_LEVELS 16
#define REAPER_THREADS 16

#if defined(__TARGET_ARCH_x86)
#define NR_EXIT 60
#define NR_EXIT_GROUP 231
#else
#define NR_EXIT 93
#define NR_EXIT_GROUP 94
#endif

#define PF_EXITING 0x00000004 /* include/linux/sched.h */

/* Another thread of the process that is not ending; 0 when there is none among the first. */
static __noinline s64 living_thread(struct task_struct *task)
{
	u64 head = (u64)BPF_CORE_READ(task, signal) +
		   bpf_core_field_offset(struct signal_struct, thread_head);
	u64 node = (u64)BPF_CORE_READ((struct list_head *)head, next);

	for (u32 i = 0; i < REAPER_THREADS; i++) {
		struct task_struct *thread =
			(struct task_struct *)(node - bpf_core_field_offset(struct task_struct,
									    thread_node));

		if (node == head || !node)
			break;
		if (!(BPF_CORE_READ(thread, flags) & PF_EXITING))
			return BPF_CORE_READ(thread, pid);
		node = (u64)BPF_CORE_READ((struct list_head *)node, next);
	}
	return 0;
}

/*
 * Who becomes the parent of the task's children (kernel/exit.c, find_new_reaper), 0 when it has
 * none: another thread, the nearest ancestor that asked for it, the init of the pid namespace.
 */
static __noinline s64 reaper_of(struct task_struct *task)
{
	u64 children = (u64)task + bpf_core_field_offset(struct task_struct, children);
	struct signal_struct *own;
	struct task_struct *at;
	s64 tid;

	if ((u64)BPF_CORE_READ(task, children.next) == children)
		return 0;
	tid = living_thread(task);
	if (tid)
		return tid;
	own = FOLLOW(task, signal);
	if (BPF_CORE_READ_BITFIELD_PROBED(own, has_child_subreaper)) {
		at = BPF_CORE_READ(task, real_parent);
		for (u32 i = 0; i < REAPER_LEVELS; i++) {
			struct signal_struct *signal = BPF_CORE_READ(at, signal);

			if (BPF_CORE_READ_BITFIELD_PROBED(signal, is_child_subreaper))
				return BPF_CORE_READ(at, pid);
			at = BPF_CORE_READ(at, real_parent);
		}
	}
	/* Children live in the namespace for them, whose init adopts. */
	return BPF_CORE_READ(task, nsproxy, pid_ns_for_children, child_reaper, pid);
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(stream_exit, struct task_struct *task)
{
	struct call call = { .nr = -1, .event = EVENT_PROCEXIT };
	u32 code;

	if (!call_wanted(task, NR_EXIT_GROUP) && !call_wanted(task, NR_EXIT))
		return 0;
	call.task = task;
	if (call_begin_task(&call, RECORD_CLASS_EXIT, NR_F_LIFE, 0))
		return 0;
	code = FOLLOW(task, exit_code);
	{
		const struct fixed_param params[] = {
			{ 8, code },          { 8, code >> 8 & 0xff }, { 1, code & 0x7f },
			{ 1, code >> 7 & 1 }, { 8, reaper_of(task) },
		};

		fixed_event(&call, params, 5);
	}
	return 0;
}

#endif
