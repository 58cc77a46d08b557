/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The counter plane: every call of every thread is counted once, when it returns.
 *
 *   count_exit       sys_exit: counts; ends in a tail call into the stream when somebody looks
 *   count_task_exit  sched_process_exit: counts exit and exit_group, writes the exit record
 *   count_exec       sched_process_exec: a thread that takes over its leader's identity
 *   count_fork       sched_process_fork: the child's storage and what is wanted of it
 *   dump_tasks       iterator: every thread with its counts
 *   dump_files       iterator: open files
 *
 * Exactness: a thread's counts are written by itself only. A refresh reads living threads first and
 * exit records then. A record is written before `ended` is set, so whoever sees `ended` finds the
 * record; a thread seen before that is in the record too, and the record wins.
 */
#include "kernel.h"
#include "shared.h"
#include "count/maps.h"
#include "count/slot.h"
#include "count/bytes.h"
#include "count/scope.h"
#include "count/task.h"
#include "count/call.h"
#include "count/ended.h"
#include "count/dump.h"

char _license[] SEC("license") = "Dual BSD/GPL";

#define TIMED_MASK 1023 /* one call in about a thousand is timed */

static __always_inline void timing_add(u64 began_ns, u64 timing_ns)
{
	struct cpu_stats *stats = stats_here();
	u64 spent_ns = bpf_ktime_get_ns() - began_ns;

	if (!stats)
		return;
	__sync_fetch_and_add(&stats->count_ns, spent_ns > timing_ns ? spent_ns - timing_ns : 0);
	__sync_fetch_and_add(&stats->count_samples, 1);
}

/* Does not return when somebody looks at calls of this number and at this thread. */
static __always_inline void stream_call(u64 *ctx, struct thread_counts *counts,
					struct task_struct *task, u64 nr)
{
	struct probe_knobs *knob = knobs_get();
	u32 want;

	if (!knob || likely(!knob->interest[nr]))
		return;
	want = counts ? want_update(knob, counts, task) : want_compute(knob, task);
	if (knob->interest[nr] & want)
		bpf_tail_call(ctx, &stream_progs, nr_info[nr].store);
}

/* The order is that of likelihood: most calls succeed, move no bytes and are not looked at. */
static __always_inline int call_returned(u64 *ctx, enum file_lookup lookup)
{
	struct files_struct *files;
	struct pt_regs *regs = (struct pt_regs *)ctx[0];
	long ret = ctx[1];
	struct task_struct *task = task_current();
	struct thread_counts *counts = thread_counts_find(task), *again;
	u64 nr = regs_syscall_nr(regs), word, began_ns = 0, timing_ns = 0;

	if (unlikely(!counts))
		counts = counts_make_late(task);
	/* Verifier: the test and the indices must be of the same 64-bit register. */
	barrier_var(nr);
	if (unlikely(nr >= SYSCALL_NR_MAX || in_compat(task))) {
		odd_call(counts, task, nr, ret);
		return 0;
	}
	if (!ret && nr_info[nr].flags & NR_F_CLONE)
		return 0; /* a new task's first return */
	if (unlikely(!counts)) {
		count_add(NULL, task, SLOT_CALLS, nr);
		if (ret < 0)
			failed_add(NULL, task, nr, ret);
		stream_call(ctx, NULL, task, nr);
		return 0;
	}
	if (unlikely(counts->timed)) {
		counts->timed = 0;
		timing_ns = bpf_ktime_get_ns();
		began_ns = bpf_ktime_get_ns();
		timing_ns = began_ns - timing_ns;
		/* The lookup above is not within the timed part: do it again. */
		again = thread_counts_find(task);
		if (again)
			counts = again;
	}
	word = count_add(counts, task, SLOT_CALLS, nr);
	if (unlikely(!(word & TIMED_MASK)) && word)
		counts->timed = 1;
	if (ret < 0)
		failed_add(counts, task, nr, ret);
	else if (ret && nr_info[nr].io && (files = task->files))
		bytes_add(counts, fd_class(files, regs_first_arg(regs), lookup), nr_info[nr].io,
			  ret);
	if (unlikely(began_ns))
		timing_add(began_ns, timing_ns);
	stream_call(ctx, counts, task, nr);
	return 0;
}

SEC("tp_btf/sys_exit")
int count_exit(u64 *ctx)
{
	return call_returned(ctx, FILE_BY_HELPERS);
}

/* Cheaper for calls that move bytes; the loader takes it instead of count_exit where it can. */
SEC("?tp_btf/sys_exit")
int count_exit_cast(u64 *ctx)
{
	return call_returned(ctx, FILE_BY_CAST);
}

/* Runs as the parent, before the child runs. */
SEC("tp_btf/sched_process_fork")
int count_fork(u64 *ctx)
{
	struct task_struct *parent = (struct task_struct *)ctx[0];
	struct task_struct *child = (struct task_struct *)ctx[1];
	struct thread_counts *from, *counts;
	struct probe_knobs *knob = knobs_get();

	if (!knob || child->flags & (PF_KTHREAD | PF_IO_WORKER))
		return 0;
	counts = counts_make(child, child->start_boottime);
	from = thread_counts_find(parent);
	if (!counts || !from)
		return 0;
	/* Nothing is wanted of saker; what it starts finds out for itself, at its first call. */
	if ((u32)parent->tgid == knob->self_tgid)
		return 0;
	counts->want = want_update(knob, from, parent);
	if (parent->tgid != child->tgid && knob->scope_by_pid && !knob->scope_children)
		counts->want &= ~WANT_SCOPE;
	counts->gen = from->gen;
	return 0;
}

/* ctx: task, its tid before, binprm. */
SEC("tp_btf/sched_process_exec")
int count_exec(u64 *ctx)
{
	struct task_struct *task = (struct task_struct *)ctx[0];
	struct probe_knobs *knob = knobs_get();
	struct thread_counts *counts;

	if (!knob || (u32)ctx[1] == (u32)task->pid)
		return 0;
	counts = counts_make(task, bpf_ktime_get_boot_ns());
	if (!counts || counts->tid == (u32)task->pid)
		return 0;
	ended_write(knob, counts, task, ENDED_EXEC);
	counts_restart(counts, task->pid);
	return 0;
}

SEC("tp_btf/sched_process_exit")
int count_task_exit(u64 *ctx)
{
	struct task_struct *task = task_current();
	struct probe_knobs *knob = knobs_get();
	struct thread_counts *counts;
	struct pt_regs *regs;
	u64 nr;

	if (!knob)
		return 0;
	counts = thread_counts_find(task);
	if (!(task->flags & PF_KTHREAD)) {
		if (!counts)
			counts = counts_make_late(task);
		regs = task_regs(task);
		nr = regs_syscall_nr(regs);
		barrier_var(nr);
		/* A thread that another one killed is in some other call, or in none (-1). */
		if (in_compat(task)) {
			if (compat_exits(nr))
				count_add(counts, task, SLOT_CALLS, COUNT_NR_COMPAT);
		} else if (nr < SYSCALL_NR_MAX && nr_info[nr].flags & NR_F_EXIT) {
			count_add(counts, task, SLOT_CALLS, nr);
		}
	}
	ended_write(knob, counts, task, ENDED_EXIT);
	return 0;
}
