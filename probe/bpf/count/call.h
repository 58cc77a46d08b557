/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Counting one call that returned. */
#ifndef PROBE_BPF_COUNT_CALL_H
#define PROBE_BPF_COUNT_CALL_H

#include "bytes.h"
#include "task.h"
#include "timing.h"

#define ERRNO_MAX 4095
/* include/linux/errno.h: the call is restarted or becomes EINTR; user space never sees it. */
#define ERESTARTSYS 512
#define ERESTART_RESTARTBLOCK 516

static __always_inline void errno_add(struct task_struct *task, u32 nr, u32 err)
{
	struct errno_key key = {
		.start = BPF_CORE_READ(task, group_leader, start_boottime),
		.pid = task->tgid,
		.nr = nr,
		.err = err,
	};
	u64 one = 1, *count = bpf_map_lookup_elem(&errnos, &key);

	if (!count) {
		if (!bpf_map_update_elem(&errnos, &key, &one, BPF_NOEXIST))
			return;
		/* Another thread of the process was first, or the table is full. */
		count = bpf_map_lookup_elem(&errnos, &key);
	}
	__sync_fetch_and_add(count ? count : &errnos_lost, 1);
}

/* A negative result: a restart, an error, or (below -4095) a value. */
static __noinline int failed_add(struct thread_counts *counts, struct task_struct *task, u32 nr,
				 long ret)
{
	u64 err = -ret;

	if (err > ERRNO_MAX)
		return 0;
	if (err >= ERESTARTSYS && err <= ERESTART_RESTARTBLOCK) {
		count_add(counts, task, SLOT_RESTARTS, nr);
		return 0;
	}
	count_add(counts, task, SLOT_ERRORS, nr);
	errno_add(task, nr, err);
	return 0;
}

/* The numbers of clone, fork, vfork and clone3 are the same for i386 and 32-bit arm. */
static __always_inline bool compat_clones(u32 nr)
{
	return nr == 120 || nr == 2 || nr == 190 || nr == 435;
}

static __always_inline bool compat_exits(u32 nr)
{
#if defined(__TARGET_ARCH_x86)
	return nr == 1 || nr == 252;
#else
	return nr == 1 || nr == 248;
#endif
}

/* A number outside of the table, or of a 32-bit program: one of the rows COUNT_NR_*. */
static __noinline int odd_call(struct thread_counts *counts, struct task_struct *task, u32 nr,
			       long ret)
{
	struct probe_knobs *knob = knobs_get();
	u32 entered = nr;

	if (nr == (u32)-1) {
		count_add(counts, task, SLOT_CALLS, COUNT_NR_SKIPPED);
		return 0;
	}
	if (in_compat(task)) {
		if (!ret && compat_clones(nr))
			return 0;
		nr = COUNT_NR_COMPAT;
	} else {
		nr = COUNT_NR_UNKNOWN;
	}
	count_add(counts, task, SLOT_CALLS, nr);
	if (ret < 0)
		failed_add(counts, task, nr, ret);
	if (knob && knob->timing_gen)
		timing_take(knob, task, entered, nr);
	return 0;
}

#endif
