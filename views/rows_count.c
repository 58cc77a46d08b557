/* SPDX-License-Identifier: Apache-2.0 */
/* Rows that are counted: processes, callers, system calls, ring buffers. */
#include "rows.h"

#include <errno.h>
#include <string.h>

static bool scope_has(const struct scope *scope, enum chip_kind kind)
{
	for (size_t i = 0; i < scope->len; i++)
		if (scope->chips[i].kind == kind)
			return true;
	return false;
}

/* The end of a process's rows in snapshot.calls. */
static size_t calls_end(const struct snapshot *snapshot, const struct proc_row *proc)
{
	size_t end = (size_t)proc->calls_first + proc->calls_len;

	return end < snapshot->calls_len ? end : snapshot->calls_len;
}

static bool proc_makes_call_in_scope(const struct build *build, const struct proc_row *proc)
{
	size_t end = calls_end(build->snapshot, proc);

	for (size_t i = proc->calls_first; i < end; i++)
		if (scope_accepts_syscall(build->scope, build->snapshot->calls[i].nr))
			return true;
	return false;
}

int rows_build_process(struct build *build)
{
	const struct snapshot *snapshot = build->snapshot;
	bool by_syscall = scope_has(build->scope, CHIP_SYSCALL);

	for (size_t i = 0; i < snapshot->procs_len; i++) {
		const struct proc_row *proc = &snapshot->procs[i];
		struct row *row;

		if (!scope_accepts_proc(build->scope, proc))
			continue;
		if (by_syscall && !proc_makes_call_in_scope(build, proc))
			continue;
		row = rows_add(build);
		if (!row)
			return -ENOMEM;
		row->proc = proc;
		row->key = (struct row_key){ .a = proc->pid, .b = proc->start_boot_ns };
	}
	return 0;
}

/* What the shares of time are shares of. */
static void share_time(struct rows *rows)
{
	uint64_t whole_ns = 0;

	for (size_t i = 0; i < rows->len; i++) {
		const struct row *row = &rows->rows[i];

		whole_ns += row->syscall ? row->syscall->timing.time_delta_ns
					 : row->call->timing.time_delta_ns;
	}
	for (size_t i = 0; i < rows->len; i++)
		rows->rows[i].time_whole_ns = whole_ns;
}

int rows_build_thread(struct build *build)
{
	const struct snapshot *snapshot = build->snapshot;

	for (size_t i = 0; i < snapshot->threads_len; i++) {
		const struct thread_row *thread = &snapshot->threads[i];
		struct row *row;

		if (thread->proc >= snapshot->procs_len ||
		    !scope_accepts_tid(build->scope, thread->tid) ||
		    !scope_accepts_proc(build->scope, &snapshot->procs[thread->proc]))
			continue;
		row = rows_add(build);
		if (!row)
			return -ENOMEM;
		row->thread = thread;
		row->proc = &snapshot->procs[thread->proc];
		row->key = (struct row_key){ .a = thread->tid, .b = thread->start_boot_ns };
	}
	return 0;
}

int rows_build_caller(struct build *build)
{
	const struct snapshot *snapshot = build->snapshot;

	for (size_t i = 0; i < snapshot->calls_len; i++) {
		const struct call_row *call = &snapshot->calls[i];
		const struct proc_row *proc;
		struct row *row;

		if (call->proc >= snapshot->procs_len ||
		    !scope_accepts_syscall(build->scope, call->nr))
			continue;
		proc = &snapshot->procs[call->proc];
		if (!scope_accepts_proc(build->scope, proc))
			continue;
		row = rows_add(build);
		if (!row)
			return -ENOMEM;
		row->proc = proc;
		row->call = call;
		row->key = (struct row_key){ .a = (uint64_t)proc->pid << 16 | call->nr,
					     .b = proc->start_boot_ns };
	}
	share_time(build->rows);
	return 0;
}

static int add_syscall(struct build *build, const struct syscall_row *syscall)
{
	struct row *row = rows_add(build);

	if (!row)
		return -ENOMEM;
	row->syscall = syscall;
	row->key = (struct row_key){ .a = syscall->nr };
	return 0;
}

/* What the sums of one syscall over some processes are made of. */
struct syscall_sum {
	struct syscall_row row;
	uint64_t top_calls, top_errno_count;
	struct timing_merge *timing; /* NULL: none was timed */
	bool seen;
};

static void sum_call(struct syscall_sum *sum, const struct call_row *call)
{
	struct syscall_row *row = &sum->row;

	sum->seen = true;
	row->nr = call->nr;
	row->calls += call->calls;
	row->errors += call->errors;
	row->restarts += call->restarts;
	row->calls_delta += call->calls_delta;
	row->errors_delta += call->errors_delta;
	row->restarts_delta += call->restarts_delta;
	if (call->calls_delta)
		row->procs++;
	if (call->calls_delta > sum->top_calls) {
		sum->top_calls = call->calls_delta;
		row->top_proc = call->proc;
	}
	if (call->top_errno_count > sum->top_errno_count) {
		sum->top_errno_count = call->top_errno_count;
		row->top_errno = call->top_errno;
	}
}

static int sum_timing(struct build *build, struct syscall_sum *sum, const struct call_row *call)
{
	if (!call->timing.timed)
		return 0;
	if (!sum->timing) {
		sum->timing = frame_alloc(build->frame, sizeof(*sum->timing));
		if (!sum->timing)
			return -ENOMEM;
		*sum->timing = (struct timing_merge){ .stale_ns = 0 };
	}
	timing_merge_add(sum->timing, &call->timing);
	return 0;
}

/* The syscalls of the processes in scope, summed from what each of them called. */
static int build_syscalls_of_procs(struct build *build)
{
	const struct snapshot *snapshot = build->snapshot;
	struct syscall_sum *sums = frame_alloc(build->frame, COUNT_NR_COUNT * sizeof(*sums));
	int r = 0;

	if (!sums)
		return -ENOMEM;
	memset(sums, 0, COUNT_NR_COUNT * sizeof(*sums));
	for (size_t nr = 0; nr < COUNT_NR_COUNT; nr++)
		sums[nr].row.top_proc = UINT32_MAX;
	for (size_t i = 0; i < snapshot->procs_len; i++) {
		const struct proc_row *proc = &snapshot->procs[i];
		size_t end = calls_end(snapshot, proc);

		if (!scope_accepts_proc(build->scope, proc))
			continue;
		for (size_t j = proc->calls_first; j < end && r == 0; j++) {
			if (snapshot->calls[j].nr >= COUNT_NR_COUNT)
				continue;
			sum_call(&sums[snapshot->calls[j].nr], &snapshot->calls[j]);
			r = sum_timing(build, &sums[snapshot->calls[j].nr], &snapshot->calls[j]);
		}
	}
	for (size_t nr = 0; nr < COUNT_NR_COUNT && r == 0; nr++) {
		if (!sums[nr].seen || !scope_accepts_syscall(build->scope, (int)nr))
			continue;
		if (sums[nr].timing)
			sums[nr].row.timing = timing_merge_end(sums[nr].timing);
		r = add_syscall(build, &sums[nr].row);
	}
	share_time(build->rows);
	return r;
}

int rows_build_syscall(struct build *build)
{
	static const enum chip_kind proc_chips[] = { CHIP_PROC, CHIP_USER, CHIP_CONTAINER,
						     CHIP_COMMAND };
	const struct snapshot *snapshot = build->snapshot;
	int r = 0;

	for (size_t i = 0; i < sizeof(proc_chips) / sizeof(proc_chips[0]); i++)
		if (scope_has(build->scope, proc_chips[i]))
			return build_syscalls_of_procs(build);
	for (size_t i = 0; i < snapshot->syscalls_len && r == 0; i++)
		if (scope_accepts_syscall(build->scope, snapshot->syscalls[i].nr))
			r = add_syscall(build, &snapshot->syscalls[i]);
	share_time(build->rows);
	return r;
}

int rows_build_buffer(struct build *build)
{
	for (size_t i = 0; i < build->snapshot->buffers_len; i++) {
		struct row *row = rows_add(build);

		if (!row)
			return -ENOMEM;
		row->buffer = &build->snapshot->buffers[i];
		row->key = (struct row_key){ .a = row->buffer->buffer };
	}
	return 0;
}
