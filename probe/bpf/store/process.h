/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The parameters that exec and clone events share: number 1 (exe) to number 14 (cgroups). */
#ifndef PROBE_BPF_STORE_PROCESS_H
#define PROBE_BPF_STORE_PROCESS_H

#include "text.h"

/* exe and args: the texts in the task's memory, or in a vector that the caller passed (argv). */
static __always_inline void build_args(struct build *b, struct mm_struct *mm)
{
	u64 start = mm ? BPF_CORE_READ(mm, arg_start) : 0;
	u64 end = mm ? BPF_CORE_READ(mm, arg_end) : 0;
	long len = start ? user_text(build_at(b), PARAM_MAX, (void *)start) : 0;

	if (len < 0) {
		b->slot->flags |= RECORD_F_UNREADABLE;
		len = 0;
	}
	build_done(b, 1, len);
	build_user_texts(b, 2, start + len, len ? end : 0);
}

static __always_inline void build_args_vector(struct build *b, u64 argv)
{
	u64 first = 0;
	u32 len;

	if (argv)
		text_pointer(b->slot, argv, 0, &first);
	build_user_text(b, 1, first);
	len = first ? text_vector(b->slot, argv, 1) : 0;
	build_done(b, 2, len & (PARAM_MAX - 1));
}

/* tid to cgroups. task is what the event is about: the current task, or its new child. */
static __always_inline void build_process(struct build *b, struct task_struct *task)
{
	struct mm_struct *mm = BPF_CORE_READ(task, mm);
	u32 flags;

	build_u64(b, 3, (s64)FOLLOW(task, pid));
	build_u64(b, 4, (s64)FOLLOW(task, tgid));
	build_u64(b, 5, (s64)FOLLOW(task, real_parent, pid));
	walk_begin(&b->slot->walk, task, 0);
	flags = walk_path(&b->slot->walk, (u64)BPF_CORE_READ(task, fs, pwd.dentry),
			  (u64)BPF_CORE_READ(task, fs, pwd.mnt));
	build_walk_text(b, 6, flags);
	build_u64(b, 7, BPF_CORE_READ(task, signal, rlim[RLIMIT_NOFILE].rlim_cur));
	build_u64(b, 8, FOLLOW(task, maj_flt));
	build_u64(b, 9, FOLLOW(task, min_flt));
	build_u32(b, 10, mm ? BPF_CORE_READ(mm, total_vm) * PAGE_KIB : 0);
	build_u32(b, 11, mm_rss_kib(mm));
	build_u32(b, 12, mm ? RSS_MEMBER(mm, MM_SWAPENTS) * PAGE_KIB : 0);
	build_kernel_text(b, 13, task->comm, RECORD_COMM_LEN);
	build_cgroups(b, 14, task);
}

#endif
