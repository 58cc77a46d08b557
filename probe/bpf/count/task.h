/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What samples and exit records say of a task. None of this is on the path of a call, and what a
 * pointer of the task leads to is read by helpers: the verifier searches the kernel's BTF for each
 * field that is followed from a trusted pointer, on every path, which took half a second of
 * loading.
 */
#ifndef PROBE_BPF_COUNT_TASK_H
#define PROBE_BPF_COUNT_TASK_H

#include "../extract/compat.h"
#include "../extract/rss.h"
#include "scope.h"

/* include/linux/sched.h; the letters are those of fs/proc/array.c. */
#define TASK_INTERRUPTIBLE 0x01
#define TASK_UNINTERRUPTIBLE 0x02
#define TASK_STOPPED 0x04
#define TASK_TRACED 0x08
#define EXIT_DEAD 0x10
#define EXIT_ZOMBIE 0x20
#define TASK_PARKED 0x40
#define TASK_NOLOAD 0x400
#define TASK_RTLOCK_WAIT 0x1000
#define TASK_FROZEN 0x8000

static __always_inline char task_state_letter(struct task_struct *task)
{
	u64 state;

	if (FOLLOW(task, exit_state) & EXIT_ZOMBIE)
		return 'Z';
	if (FOLLOW(task, exit_state) & EXIT_DEAD)
		return 'X';
	if (bpf_core_field_exists(task->__state))
		state = FOLLOW(task, __state);
	else
		state = BPF_CORE_READ((struct task_struct___state *)task, state);
	if (state & TASK_PARKED)
		return 'P';
	if (state & TASK_TRACED)
		return 't';
	if (state & TASK_STOPPED)
		return 'T';
	if (state & TASK_UNINTERRUPTIBLE)
		return state & TASK_NOLOAD ? 'I' : 'D';
	if (state & (TASK_RTLOCK_WAIT | TASK_FROZEN))
		return 'D';
	return state & TASK_INTERRUPTIBLE ? 'S' : 'R';
}

static __always_inline void leader_comm_put(char *to, struct task_struct *task)
{
	BPF_CORE_READ_INTO((char(*)[RECORD_COMM_LEN])to, task, group_leader, comm);
}

/* enum task_flag of any task. */
static __always_inline u32 task_flags(struct probe_knobs *knob, struct thread_counts *counts,
				      struct task_struct *task)
{
	u32 flags = 0, want;

	if (FOLLOW(task, flags) & PF_KTHREAD)
		flags |= TASK_F_KTHREAD;
	if (FOLLOW(task, pid) == FOLLOW(task, tgid))
		flags |= TASK_F_LEADER;
	/* The storage is the task's own to write: another task only looks. */
	if (counts && counts->gen == knob->scope_gen)
		want = counts->want;
	else
		want = want_compute(task) |
		       (counts ? want_kept(counts->want, counts->gen, knob->scope_gen) : 0);
	/* saker itself wants nothing but is in scope where everything is. */
	if (want & WANT_SCOPE || !knob->scope_by_pid)
		flags |= lists_allow(knob, task) ? TASK_F_IN_SCOPE : 0;
	return flags;
}

static __always_inline void counts_copy(u64 *to, const u64 *from)
{
	for (u32 i = 0; i < COUNT_SLOTS; i++)
		to[i] = from[i];
}

/* Everything of an exit record. counts may be NULL. `ready` is left to the caller. */
static __always_inline void exit_fill(struct exit_wire *wire, struct probe_knobs *knob,
				      struct thread_counts *counts, struct task_struct *task)
{
	struct thread_key id = identity_get(counts, task);
	struct task_exit *exit = &wire->exit;

	exit->pid = FOLLOW(task, tgid);
	exit->tid = id.tid;
	exit->thread_start_boot_ns = id.start;
	exit->ppid = BPF_CORE_READ(task, real_parent, tgid);
	exit->euid = BPF_CORE_READ(task, cred, euid.val);
	exit->start_boot_ns = BPF_CORE_READ(task, group_leader, start_boottime);
	exit->cgroup_id = cgroup_of_task(task, knob->cgroup_v1);
	exit->exit_boot_ns = bpf_ktime_get_boot_ns();
	exit->exit_code = FOLLOW(task, exit_code);
	exit->process_ended = BPF_CORE_READ(task, signal, live.counter) == 0;
	exit->calls_len = 0;
	exit->flags = task_flags(knob, counts, task);
	exit->cpu_ns = FOLLOW(task, se.sum_exec_runtime);
	task_comm_put(exit->comm, task);
	leader_comm_put(exit->leader_comm, task);
	wire->overflowed = !counts || counts->overflowed;
	if (!counts) {
		__builtin_memset(&exit->bytes, 0, sizeof(exit->bytes));
		__builtin_memset(&wire->other, 0, sizeof(wire->other));
		__builtin_memset(wire->slots, 0, sizeof(wire->slots));
		return;
	}
	exit->bytes = counts->bytes;
	wire->other = counts->other;
	counts_copy(wire->slots, counts->slots);
}

#endif
