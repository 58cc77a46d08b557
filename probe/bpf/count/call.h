/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Counting one call that returned. */
#ifndef PROBE_BPF_COUNT_CALL_H
#define PROBE_BPF_COUNT_CALL_H

#include "bytes.h"
#include "exec.h"
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
		.pid = FOLLOW(task, tgid),
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
OUTLINED int failed_add(struct thread_counts *counts, struct task_struct *task, u32 nr, long ret)
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

/* The row of a 32-bit call that returned, SYSCALL_NR_MAX for a new task's first return. */
static __always_inline u32 compat_returned(struct pt_regs *regs, long ret)
{
	u64 nr = compat_nr(regs);

	barrier_var(nr);
	if (!ret && nr < SYSCALL_NR_MAX && nr_info[nr].flags & NR_F_CLONE)
		return SYSCALL_NR_MAX;
	return nr;
}

/*
 * On x86_64 the kernel says that it was execve, as which the new program would have made it (nr);
 * on arm64 the number is that of the entry, whoever made it: a 64-bit or a 32-bit program.
 */
static __always_inline bool compat_may_be_exec(u32 entered, u64 nr)
{
#if defined(__TARGET_ARCH_arm64)
	nr = entered;
#endif
	barrier_var(nr);
	return nr < SYSCALL_NR_MAX && nr_info[nr].flags & NR_F_EXEC;
}

static __always_inline bool compat_ends(struct pt_regs *regs, u32 *ret_nr)
{
	u64 nr = compat_nr(regs);

	*ret_nr = nr;
	barrier_var(nr);
	return nr < SYSCALL_NR_MAX && nr_info[nr].flags & NR_F_EXIT;
}

/* Programs on perf's tracepoints lack a helper; what guards them has the casts. */
#define ODD_LOOKUP (GUARDED ? FILE_BY_CAST : FILE_BY_HELPERS)

/*
 * A call whose number is not one of the 64-bit table: of a 32-bit program, skipped, or beyond the
 * table. Counts it and returns its row, SYSCALL_NR_MAX or more where it has none.
 */
OUTLINED u32 odd_call(struct thread_counts *counts, struct task_struct *task, struct pt_regs *regs,
		      long ret)
{
	struct files_struct *files;
	struct probe_knobs *knob = knobs_get();
	struct compat_io args;
	u32 io = 0, entered = regs_syscall_nr(regs);
	u64 nr = COUNT_NR_UNKNOWN;

	if (entered == (u32)-1) {
		count_add(counts, task, SLOT_CALLS, COUNT_NR_SKIPPED);
		return SYSCALL_NR_MAX;
	}
	if (in_compat(task)) {
		nr = compat_returned(regs, ret);
		if (nr == SYSCALL_NR_MAX)
			return nr;
		if (!ret && compat_may_be_exec(entered, nr)) {
			exec_returned(counts, nr);
			return SYSCALL_NR_MAX;
		}
	}
	count_add(counts, task, SLOT_CALLS, nr);
	if (ret < 0)
		failed_add(counts, task, nr, ret);
	/* Verifier: the test and the index must be of the same register. */
	barrier_var(nr);
	if (nr < SYSCALL_NR_MAX)
		io = nr_info[nr].io;
	if (counts && io && ret > 0 && (files = FOLLOW(task, files))) {
		args = compat_io(regs);
		if (io & COUNT_IO_MESSAGES)
			ret = messages_moved(args.memory, ret, MMSGHDR32_BYTES);
		bytes_add(counts, fd_class(files, args.fd, ODD_LOOKUP), io, ret);
	}
	if (knob && knob->timing_gen)
		timing_take(knob, task, entered, nr);
	return nr;
}

#endif
