/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What process events say of a task: ids in its namespaces, limits, memory, terminal. */
#ifndef PROBE_BPF_EXTRACT_TASK_H
#define PROBE_BPF_EXTRACT_TASK_H

#include "call.h"
#include "file.h"
#include "rss.h"

#define RLIMIT_NOFILE 7
#define PAGE_KIB 4

/* A pid's number in the namespace of that level, 0 when it has none there. */
static __always_inline s64 pid_nr_at(struct pid *pid, u32 level)
{
	s32 nr = 0;
	u64 at = (u64)pid + bpf_core_field_offset(struct pid, numbers) +
		 (level & 63) * sizeof(struct upid);

	if (pid && level <= BPF_CORE_READ(pid, level))
		bpf_probe_read_kernel(&nr, sizeof(nr),
				      (void *)(at + bpf_core_field_offset(struct upid, nr)));
	return nr;
}

/* Level of the pid namespace that the task lives in. */
static __always_inline u32 task_pidns_level(struct task_struct *task)
{
	return BPF_CORE_READ(task, thread_pid, level);
}

/* Ids as the task itself sees them. */
static __always_inline s64 task_vtid(struct task_struct *task)
{
	return pid_nr_at(BPF_CORE_READ(task, thread_pid), task_pidns_level(task));
}

static __always_inline s64 task_vpid(struct task_struct *task)
{
	return pid_nr_at(BPF_CORE_READ(task, signal, pids[PIDTYPE_TGID]), task_pidns_level(task));
}

static __always_inline s64 task_vpgid(struct task_struct *task)
{
	return pid_nr_at(BPF_CORE_READ(task, signal, pids[PIDTYPE_PGID]), task_pidns_level(task));
}

static __always_inline s64 task_pgid(struct task_struct *task)
{
	return pid_nr_at(BPF_CORE_READ(task, signal, pids[PIDTYPE_PGID]), 0);
}

/* Boot time at which the init of the namespace for the task's children started, ns. */
static __always_inline u64 task_pidns_start(struct task_struct *task)
{
	return BPF_CORE_READ(task, nsproxy, pid_ns_for_children, child_reaper, start_boottime);
}

/* The task's namespace for children is not the one that it lives in. */
static __always_inline bool task_child_pidns(struct task_struct *task)
{
	return BPF_CORE_READ(task, nsproxy, pid_ns_for_children, level) != task_pidns_level(task);
}

/* Controlling terminal as dev_encode(), 0 when there is none. */
static __always_inline u32 task_tty(struct task_struct *task)
{
	struct tty_struct *tty = BPF_CORE_READ(task, signal, tty);
	u32 minor;

	if (!tty)
		return 0;
	minor = BPF_CORE_READ(tty, driver, minor_start) + BPF_CORE_READ(tty, index);
	return dev_encode((u32)BPF_CORE_READ(tty, driver, major) << 20 | minor);
}

static __always_inline u32 task_loginuid(struct task_struct *task)
{
	if (bpf_core_field_exists(task->loginuid))
		return BPF_CORE_READ(task, loginuid.val);
	return (u32)-1; /* a kernel without audit: unset */
}

static __always_inline u32 mm_rss_kib(struct mm_struct *mm)
{
	return mm ? rss_pages(mm) * PAGE_KIB : 0;
}

static __always_inline u64 cap_bits(const kernel_cap_t *cap)
{
	u64 bits = 0;

	bpf_probe_read_kernel(&bits, sizeof(bits), cap);
	return bits;
}

#endif
