/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The counter plane: every call of every thread is counted once, when it returns.
 *
 *   count_exit       sys_exit: counts; ends in a tail call into the stream when somebody looks
 *   relay_call       sys_exit: makes that tail call where count_exit must not (relay.h)
 *   count_enter      sys_enter: stamps the call; attached only while durations are wanted
 *   count_task_exit  sched_process_exit: counts exit and exit_group, writes the exit record
 *   count_rename     task_rename: notes which call an exec is before the kernel forgets it
 *   count_exec       sched_process_exec: a thread that takes over its leader's identity
 *   count_fork       sched_process_fork: the child's storage and what is wanted of it
 *   *_guarded        the same by perf's tracepoints: see ../guard.h
 *   count_task_free  sched_process_free: the end of a storage that is not the kernel's
 *   cgroup_made, _removed  cgroup_mkdir, _rmdir: what became of control groups
 *   dump_tasks       iterator: every thread with its counts
 *   dump_files       iterator: open files
 *   dump_*, edit_*   ways into a table: see table.h
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
#include "count/cgroups.h"
#include "count/ended.h"
#include "count/dump.h"
#include "relay.h"
#include "table.h"

char _license[] SEC("license") = "Dual BSD/GPL";

TABLE(overflow, struct overflow_key, struct overflow_count)
TABLE(errnos, struct errno_key, u64)
TABLE(late_exits, struct thread_key, struct exit_wire)
TABLE(timings, struct timing_key, struct timing_sum)
TABLE(scope_pids, u32, u32)

#define TIMED_MASK 1023 /* one call in about a thousand is timed */

/* What the programs themselves cost, of a call in about a thousand; began_ns 0: of no other. */
struct own_cost {
	u64 began_ns;
	u64 clock_ns; /* of reading the clock */
};

static __always_inline void own_cost_begin(struct own_cost *cost)
{
	cost->clock_ns = bpf_ktime_get_ns();
	cost->began_ns = bpf_ktime_get_ns();
	cost->clock_ns = cost->began_ns - cost->clock_ns;
}

/* parts is 1 once for each call. */
static __always_inline void own_cost_end(const struct own_cost *cost, u64 parts)
{
	struct cpu_stats *stats;
	u64 spent_ns;

	if (likely(!cost->began_ns))
		return;
	spent_ns = bpf_ktime_get_ns() - cost->began_ns;
	stats = stats_here();
	if (!stats)
		return;
	__sync_fetch_and_add(&stats->count_ns,
			     spent_ns > cost->clock_ns ? spent_ns - cost->clock_ns : 0);
	/* An atomic add of nothing becomes another instruction, which not every kernel has. */
	if (parts)
		__sync_fetch_and_add(&stats->count_samples, parts);
}

/*
 * One program on sys_exit, or one of two (../guard.h), of which each call needs one: the first
 * counts it and says so, the second does when the first did not run. The second cannot enter the
 * stream: its type is another.
 */
enum call_turn { CALL_ALONE, CALL_FIRST, CALL_SECOND };

/*
 * A call that was counted: its duration, and the stream. Does not return when somebody looks at
 * calls of this number and at this thread. While durations are not wanted they cost nothing here:
 * one test says that nobody wants anything of this number. With ctx NULL: not the stream.
 */
static __always_inline void call_watched(u64 *ctx, struct thread_counts *counts,
					 struct task_struct *task, u64 nr,
					 const struct own_cost *cost)
{
	struct probe_knobs *knob = knobs_get();
	u32 interest = knob ? knob->interest[nr] : 0, want;
	u64 took_ns = 0;

	if (!knob || likely(!interest)) {
		own_cost_end(cost, 1);
		return;
	}
	want = counts ? want_update(knob, counts, task) : want_compute(task);
	if (interest & INTEREST_TIMED && counts) {
		if (timing_wanted(knob, interest, want))
			took_ns = timing_take(knob, task, nr, nr);
		else
			timing_drop(counts, task);
	}
	own_cost_end(cost, 1);
	if (!(interest & want) || !ctx)
		return;
	/* A call that was not timed is not known to be a slow one. */
	if (took_ns < knob->min_duration_ns && !(interest & INTEREST_WHOLE) &&
	    !(nr_info[nr].flags & NR_F_LIFE))
		return;
	tail_call(ctx, &stream_progs, nr_info[nr].store, RELAY_CALL);
}

/* The same of a 32-bit call, which odd_call() has timed. nr is that of its row. */
static __always_inline void odd_watched(u64 *ctx, struct thread_counts *counts,
					struct task_struct *task, u64 nr)
{
	struct probe_knobs *knob = knobs_get();
	u32 interest = knob ? knob->interest[nr] : 0, want;

	if (!knob || !(interest & ~INTEREST_TIMED))
		return;
	want = counts ? want_update(knob, counts, task) : want_compute(task);
	if (!(interest & want))
		return;
	if (knob->min_duration_ns && !(interest & INTEREST_WHOLE) &&
	    !(nr_info[nr].flags & NR_F_LIFE) && timing_taken(knob, task) < knob->min_duration_ns)
		return;
	tail_call(ctx, &stream_progs, nr_info[nr].store, RELAY_CALL);
}

/* A record of the call that no program of the stream is there to make. */
static __always_inline void call_unstreamed(struct thread_counts *counts, struct task_struct *task,
					    struct cpu_stats *stats, u64 nr)
{
	struct probe_knobs *knob = knobs_get();
	u32 cls;

	barrier_var(nr);
	if (!knob || nr >= SYSCALL_NR_MAX ||
	    !(knob->interest[nr] & ~INTEREST_TIMED & want_update(knob, counts, task)))
		return;
	cls = nr_info[nr].loss_class & (RECORD_CLASS_COUNT - 1);
	__sync_fetch_and_add(&stats->fate[RECORD_FATE_PRODUCED][cls], 1);
	__sync_fetch_and_add(&stats->fate[RECORD_FATE_NO_SCRATCH][cls], 1);
}

/* Is the call for this program to count? */
static __always_inline bool call_mine(struct thread_counts *counts, struct task_struct *task,
				      enum call_turn turn, u64 nr)
{
	struct cpu_stats *stats;

	if (turn == CALL_ALONE)
		return true;
	if (turn == CALL_FIRST) {
		if (counts)
			counts->counted = 1;
		return true;
	}
	if (!counts)
		return false;
	if (counts->counted) {
		counts->counted = 0;
		return false;
	}
	stats = stats_here();
	if (stats) {
		__sync_fetch_and_add(&stats->covered, 1);
		call_unstreamed(counts, task, stats, nr);
	}
	return true;
}

/* Where the registers are in every stack: see task_regs(). */
static __always_inline void regs_learn(struct pt_regs *regs, struct task_struct *task)
{
	u64 at = (u64)regs;

	/* Verifier: it takes no difference of what it knows as a pointer; a copy is a number. */
	bpf_probe_read_kernel(&at, sizeof(at), &at);
	regs_at = at - (u64)FOLLOW(task, stack);
}

/* The order is that of likelihood: most calls succeed, move no bytes and are not looked at. */
static __always_inline int call_returned(u64 *ctx, struct pt_regs *regs, long ret,
					 enum file_lookup lookup, enum call_turn turn)
{
	struct files_struct *files;
	struct task_struct *task = task_current();
	struct thread_counts *counts = thread_counts_find(task), *again;
	struct own_cost cost = { .began_ns = 0 };
	u64 nr = regs_syscall_nr(regs), word;
	u32 io;
	u64 *stream_ctx = turn == CALL_SECOND ? NULL : ctx;

	if (unlikely(!counts))
		counts = counts_make_late(task);
	if (!call_mine(counts, task, turn, nr))
		return 0;
	if (!TYPED_TASK && unlikely(!regs_at))
		regs_learn(regs, task);
	/* Verifier: the test and the indices must be of the same 64-bit register. */
	barrier_var(nr);
	if (unlikely(nr >= SYSCALL_NR_COMPAT || in_compat(task))) {
		nr = odd_call(counts, task, regs, ret);
		barrier_var(nr);
		if (nr < SYSCALL_NR_MAX && turn != CALL_SECOND)
			odd_watched(ctx, counts, task, nr);
		return 0;
	}
	if (!TYPED_TASK) {
		/* Verifier: a copy on the stack, made before the test, does not know its result. */
		barrier_var(nr);
		nr &= SYSCALL_NR_MAX - 1;
	}
	if (!ret && nr_info[nr].flags & (NR_F_CLONE | NR_F_EXEC)) {
		/* A new task's first return is no call. */
		if (nr_info[nr].flags & NR_F_EXEC)
			exec_returned(counts, nr);
		return 0;
	}
	if (unlikely(!counts)) {
		count_add(NULL, task, SLOT_CALLS, nr);
		if (ret < 0)
			failed_add(NULL, task, nr, ret);
		call_watched(stream_ctx, NULL, task, nr, &cost);
		return 0;
	}
	if (unlikely(counts->timed)) {
		counts->timed = 0;
		own_cost_begin(&cost);
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
	else if (ret && (io = nr_info[nr].io) && (files = FOLLOW(task, files)))
		bytes_add(counts, fd_class(files, regs_first_arg(regs), lookup), io,
			  unlikely(io & COUNT_IO_MESSAGES)
				  ? messages_moved(regs_second_arg(regs), ret, MMSGHDR_BYTES)
				  : ret);
	call_watched(stream_ctx, counts, task, nr, &cost);
	return 0;
}

/* Of a 32-bit call the number says nothing here: of its thread some calls are wanted. */
static __always_inline bool enter_wanted(struct probe_knobs *knob, struct thread_counts *counts,
					 struct task_struct *task, u64 nr)
{
	u32 want = want_update(knob, counts, task);

	barrier_var(nr);
	return timing_wanted(
		knob, nr < SYSCALL_NR_MAX && !in_compat(task) ? knob->interest[nr] : ~0, want);
}

/*
 * ctx: registers, number; or common, number. The clock is read last, so that this is not in the
 * duration. One entry in about a thousand is timed itself, by chance of the clock. A thread's first
 * call that we see has no counts yet and is not timed.
 */
ON_ENTER
int count_enter(u64 *ctx)
{
	struct probe_knobs *knob = knobs_get();
	struct task_struct *task = task_current();
	struct thread_counts *counts;
	struct own_cost cost = { .began_ns = 0 };
	struct call_stamp *stamp;
	u32 gen;

	if (!knob || !(gen = knob->timing_gen))
		return 0;
	counts = thread_counts_find(task);
	if (!counts)
		return 0;
	if (!enter_wanted(knob, counts, task, ctx[1])) {
		timing_drop(counts, task);
		return 0;
	}
	counts->stamped = 1;
	stamp = stamp_make(task);
	if (!stamp)
		return 0;
	if (unlikely(!(stamp->ns & TIMED_MASK))) {
		own_cost_begin(&cost);
		stamp = stamp_make(task);
		if (!stamp)
			return 0;
	}
	stamp->gen = 0;
	stamp->nr = ctx[1];
	stamp->ns = bpf_ktime_get_ns();
	barrier();
	stamp->gen = gen;
	own_cost_end(&cost, 0);
	return 0;
}

#ifdef GUARDED_KERNEL
/* The first of the two on its hook is attached first. */
ON_RETURN
int count_exit_cast(u64 *ctx)
{
	return call_returned(ctx, task_regs(task_current()), returned_result(ctx), FILE_BY_CAST,
			     CALL_FIRST);
}

SEC("tp_btf/sys_exit")
int count_exit(u64 *ctx)
{
	return call_returned(ctx, (struct pt_regs *)ctx[0], ctx[1], FILE_BY_CAST, CALL_SECOND);
}
#else
SEC("tp_btf/sys_exit")
int count_exit(u64 *ctx)
{
	return call_returned(ctx, (struct pt_regs *)ctx[0], ctx[1], FILE_BY_HELPERS, CALL_ALONE);
}

/* Cheaper for calls that move bytes; the loader takes it instead of count_exit where it can. */
SEC("?tp_btf/sys_exit")
int count_exit_cast(u64 *ctx)
{
	return call_returned(ctx, (struct pt_regs *)ctx[0], ctx[1], FILE_BY_CAST, CALL_ALONE);
}
#endif

/* Attached behind count_exit where that makes no tail calls. */
SEC("tp_btf/sys_exit")
int relay_call(u64 *ctx)
{
	return relay_take(ctx, &stream_progs, RELAY_CALL);
}

/* Runs as the parent, before the child runs. */
SEC("tp_btf/sched_process_fork")
int count_fork(u64 *ctx)
{
	struct task_struct *parent = (struct task_struct *)ctx[0];
	struct task_struct *child = (struct task_struct *)ctx[1];
	struct thread_counts *from, *counts;
	struct probe_knobs *knob = knobs_get();

	if (!knob || FOLLOW(child, flags) & (PF_KTHREAD | PF_IO_WORKER))
		return 0;
#ifdef PLAIN_KERNEL
	/*
	 * What an earlier task of this address left: a table refuses a deletion that interrupts a
	 * change of it on the same CPU (kernel/bpf/hashtab.c, htab_lock_bucket), and tasks are
	 * freed in an interrupt.
	 */
	task_map_forget(&threads, child);
	task_map_forget(&stamps, child);
	task_map_forget(&execs, child);
#endif
	counts = counts_make(child, FOLLOW(child, start_boottime));
	from = thread_counts_find(parent);
	if (!counts || !from)
		return 0;
	/* Nothing is wanted of saker; what it starts finds out for itself, at its first call. */
	if ((u32)FOLLOW(parent, tgid) == knob->self_tgid)
		return 0;
	counts->want = want_update(knob, from, parent);
	if (FOLLOW(parent, tgid) != FOLLOW(child, tgid) && knob->scope_by_pid &&
	    !knob->scope_children)
		counts->want &= ~WANT_SCOPE;
	counts->gen = from->gen;
	return 0;
}

/* ctx: task, its name from now on. */
SEC("tp_btf/task_rename")
int count_rename(u64 *ctx)
{
	struct task_struct *task = task_current(), *renamed = (struct task_struct *)ctx[0];

	if (FOLLOW(renamed, pid) == FOLLOW(task, pid) && !(FOLLOW(task, flags) & PF_KTHREAD))
		exec_note(task);
	return 0;
}

/* What the first program on a hook missed and the second does. */
static __always_inline void second_covers(void)
{
	struct cpu_stats *stats = GUARDED ? stats_here() : NULL;

	if (stats)
		__sync_fetch_and_add(&stats->covered, 1);
}

/* Does nothing when it was done before. */
static __always_inline bool thread_executed(struct task_struct *task)
{
	struct probe_knobs *knob = knobs_get();
	struct thread_counts *counts;

	if (!knob)
		return false;
	counts = counts_make(task, bpf_ktime_get_boot_ns());
	if (!counts || counts->tid == (u32)FOLLOW(task, pid))
		return false;
	ended_write(knob, counts, task, ENDED_EXEC);
	counts_restart(counts, FOLLOW(task, pid));
	return true;
}

/* ctx: task, its tid before, binprm. */
SEC("tp_btf/sched_process_exec")
int count_exec(u64 *ctx)
{
	struct task_struct *task = (struct task_struct *)ctx[0];

	if ((u32)ctx[1] != (u32)FOLLOW(task, pid) && thread_executed(task))
		second_covers();
	return 0;
}

SEC("?tp/sched/sched_process_exec")
int count_exec_guarded(void *ctx)
{
	thread_executed(task_current());
	return 0;
}

SEC("?tp_btf/cgroup_mkdir")
int cgroup_made(u64 *ctx)
{
	return cgroup_tell(ctx, CGROUP_MADE);
}

SEC("?tp_btf/cgroup_rmdir")
int cgroup_removed(u64 *ctx)
{
	return cgroup_tell(ctx, CGROUP_REMOVED);
}

/* The storage goes with the task by itself, or else here; the loader knows. */
SEC("?tp_btf/sched_process_free")
int count_task_free(u64 *ctx)
{
	struct task_struct *task = (struct task_struct *)ctx[0];

	task_map_forget(&threads, task);
	task_map_forget(&stamps, task);
	task_map_forget(&execs, task);
	return 0;
}

/* Does nothing when it was done before. */
static __always_inline bool thread_ended(struct task_struct *task, bool again)
{
	struct probe_knobs *knob = knobs_get();
	struct thread_counts *counts;
	struct pt_regs *regs;
	u32 ended_nr;
	u64 nr;

	if (!knob)
		return false;
	counts = thread_counts_find(task);
	if (counts ? counts->ended : again)
		return false;
	if (!(FOLLOW(task, flags) & PF_KTHREAD)) {
		if (!counts)
			counts = counts_make_late(task);
		regs = task_regs(task);
		nr = regs_syscall_nr(regs);
		barrier_var(nr);
		/* A thread that another one killed is in some other call, or in none (-1). */
		if (in_compat(task)) {
			if (compat_ends(regs, &ended_nr))
				count_add(counts, task, SLOT_CALLS, ended_nr);
		} else if (nr < SYSCALL_NR_MAX && nr_info[nr].flags & NR_F_EXIT) {
			count_add(counts, task, SLOT_CALLS, nr);
		}
	}
	ended_write(knob, counts, task, ENDED_EXIT);
	return true;
}

SEC("tp_btf/sched_process_exit")
int count_task_exit(u64 *ctx)
{
	if (thread_ended(task_current(), GUARDED))
		second_covers();
	return 0;
}

SEC("?tp/sched/sched_process_exit")
int count_task_exit_guarded(void *ctx)
{
	thread_ended(task_current(), false);
	return 0;
}
