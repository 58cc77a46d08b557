/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of snapshots from what the state knows, see snapshot_tables.h. */
#include "snapshot_tables.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "container_table.h"
#include "timing.h"

void tables_unref(struct tables *tables)
{
	struct memory *memory;

	if (!tables || atomic_fetch_sub_explicit(&tables->refs, 1, memory_order_acq_rel) != 1)
		return;
	memory = tables->memory;
	arena_release(&tables->arena);
	memory_free(memory, tables, sizeof(*tables));
	memory_unref(memory);
}

void state_drop_tables(struct state *state)
{
	tables_unref(state->tables);
	state->tables = NULL;
}

const char *tables_text(struct tables_maker *maker, struct text *text)
{
	if (!text)
		return NULL;
	if (text->stamp[TEXT_IN_TABLES] != maker->stamp) {
		text->copy[TEXT_IN_TABLES] =
			arena_text(&maker->tables->arena, text->data, text->len);
		text->stamp[TEXT_IN_TABLES] = maker->stamp;
	}
	if (!text->copy[TEXT_IN_TABLES])
		maker->failed = true;
	return text->copy[TEXT_IN_TABLES];
}

static int process_order(const void *a, const void *b)
{
	const struct process *left = *(struct process *const *)a;
	const struct process *right = *(struct process *const *)b;

	if (left->pid != right->pid)
		return left->pid < right->pid ? -1 : 1;
	if (left->start_boot_ns != right->start_boot_ns)
		return left->start_boot_ns < right->start_boot_ns ? -1 : 1;
	return 0;
}

/* The name; of a process of which nothing but its number is known "?pid". */
static const char *tables_comm(struct tables_maker *maker, const struct process *process)
{
	const char *name;
	char text[16];
	int len;

	if (process->comm->len || !process->pid)
		return tables_text(maker, process->comm);
	len = snprintf(text, sizeof(text), "?%u", process->pid);
	name = arena_text(&maker->tables->arena, text, (size_t)len);
	if (!name)
		maker->failed = true;
	return name;
}

/* The command line as shown: "[comm]" for kernel threads, the name where nothing else is known. */
static const char *tables_cmdline(struct tables_maker *maker, const struct process *process)
{
	char name[RECORD_COMM_LEN + 2];
	const char *text;

	if (process->cmdline)
		return tables_text(maker, process->cmdline);
	if (!(process->flags & PROCESS_F_KTHREAD) || process->comm->len >= RECORD_COMM_LEN)
		return tables_comm(maker, process);
	name[0] = '[';
	memcpy(name + 1, process->comm->data, process->comm->len);
	name[process->comm->len + 1] = ']';
	text = arena_text(&maker->tables->arena, name, process->comm->len + 2u);
	if (!text)
		maker->failed = true;
	return text;
}

/* By its exit record; where that was lost by the refresh that missed it. */
static uint64_t ended_ns(const struct state *state, const struct process *process)
{
	if (!(process->flags & PROCESS_F_DEAD))
		return 0;
	return process->exit_boot_ns ? state->boot_epoch_ns + process->exit_boot_ns
				     : process->dead_ns;
}

const uint32_t *tables_spark(struct tables_maker *maker, const struct spark *spark)
{
	uint32_t *values;

	if (spark_is_flat(spark, maker->tables->time_ns))
		return NULL;
	values = arena_alloc(&maker->tables->arena, SPARK_SHOWN * sizeof(*values));
	if (values)
		spark_last(spark, maker->tables->time_ns, values, SPARK_SHOWN);
	else
		maker->failed = true;
	return values;
}

static void tables_fill_proc(struct tables_maker *maker, struct process *process,
			     struct proc_row *row)
{
	bool dead = process->flags & PROCESS_F_DEAD;
	const struct container *known = container_find(maker->state, process->container);
	struct text *container = process->container ? process->container : maker->state->none;

	*row = (struct proc_row){
		.pid = process->pid,
		.ppid = process->ppid,
		.uid = process->uid,
		.euid = process->euid,
		.start_boot_ns = process->start_boot_ns,
		.user = tables_text(maker, process->flags & PROCESS_F_EXITED_ROW
						   ? maker->state->none
						   : user_name(maker->state, known, process->euid)),
		.comm = tables_comm(maker, process),
		.cmdline = tables_cmdline(maker, process),
		.exe = tables_text(maker, process->exe),
		.cwd = tables_text(maker, process->cwd),
		.container = tables_text(maker, container),
		.container_name =
			tables_text(maker, known && known->name ? known->name : container),
		.container_image = tables_text(maker, known && known->image ? known->image
									    : maker->state->none),
		.in = known ? known->row : NULL,
		.threads = process->threads,
		.state = process->state,
		.dead = dead,
		.kthread = process->flags & PROCESS_F_KTHREAD,
		.in_scope = process->flags & PROCESS_F_IN_SCOPE,
		.exit_code = process->exit_code,
		.ended_ns = ended_ns(maker->state, process),
		.cpu_ns = process->cpu_ns,
		.cpu_delta_ns = process->cpu_delta_ns,
		.rss_bytes = process->rss_bytes,
		.vm_bytes = process->vm_bytes,
		.cgroup_id = process->cgroup_id,
		.calls = process->total.calls,
		.errors = process->total.errors,
		.restarts = process->total.restarts,
		.calls_delta = process->delta.calls,
		.errors_delta = process->delta.errors,
		.restarts_delta = process->delta.restarts,
		.opens = process->opens,
		.opens_delta = process->opens_delta,
		.hits = process->hits,
		.hits_delta = process->hits_delta,
		.children_calls = process->children_calls,
		.children_errors = process->children_errors,
		.bytes = process->bytes,
		.bytes_delta = process->bytes_delta,
		.fds = (uint32_t)fd_table_len(process->fds),
		.fds_known = fd_table_is_exact(process->fds) && !dead,
		.calls_len = process->calls_len,
		.spark = process->pulse ? tables_spark(maker, &process->pulse->metrics[PULSE_CALLS])
					: NULL,
	};
}

static void tables_fill_call(struct tables_maker *maker, const struct process *process,
			     const struct process_call *call, struct call_row *row)
{
	*row = (struct call_row){
		.proc = process->row,
		.nr = call->nr,
		.top_errno = call->top_errno,
		.top_errno_count = call->top_errno_count,
		.calls = call->total.calls,
		.errors = call->total.errors,
		.restarts = call->total.restarts,
		.calls_delta = call->delta.calls,
		.errors_delta = call->delta.errors,
		.restarts_delta = call->delta.restarts,
	};
	if (timing_fill(maker->state, call, &maker->tables->arena, &row->timing) < 0)
		maker->failed = true;
}

/* Rows of processes, their calls and errnos, in the order of (pid, start). */
static int tables_fill_procs(struct tables_maker *maker)
{
	struct tables *tables = maker->tables;
	struct state *state = maker->state;
	size_t calls_len = 0, errnos_len = 0, c = 0, e = 0, i;
	struct errno_row *errnos;
	struct proc_row *procs;
	struct call_row *calls;
	uint32_t j;

	for (i = 0; i < state->processes_len; i++) {
		calls_len += state->processes[i]->calls_len;
		errnos_len += state->processes[i]->errnos_len;
	}
	procs = arena_alloc(&tables->arena, state->processes_len * sizeof(*procs));
	calls = arena_alloc(&tables->arena, calls_len * sizeof(*calls));
	errnos = arena_alloc(&tables->arena, errnos_len * sizeof(*errnos));
	if (!procs || !calls || !errnos)
		return -ENOMEM;
	for (i = 0; i < state->processes_len; i++) {
		struct process *process = maker->sorted[i];

		process->row = (uint32_t)i;
		tables_fill_proc(maker, process, &procs[i]);
		procs[i].calls_first = (uint32_t)c;
		for (j = 0; j < process->calls_len; j++)
			tables_fill_call(maker, process, &process->calls[j], &calls[c++]);
		for (j = 0; j < process->errnos_len; j++)
			errnos[e++] = (struct errno_row){
				.proc = (uint32_t)i,
				.nr = process->errnos[j].nr,
				.err = process->errnos[j].err,
				.count = process->errnos[j].count,
				.count_delta = process->errnos[j].delta,
			};
	}
	maker->procs = procs;
	tables->procs = procs;
	tables->procs_len = state->processes_len;
	tables->calls = calls;
	tables->calls_len = c;
	tables->errnos = errnos;
	tables->errnos_len = e;
	return maker->failed ? -ENOMEM : 0;
}

static int errno_order(const void *a, const void *b)
{
	const struct errno_row *left = *(const struct errno_row *const *)a;
	const struct errno_row *right = *(const struct errno_row *const *)b;

	if (left->nr != right->nr)
		return left->nr < right->nr ? -1 : 1;
	return left->err < right->err ? -1 : left->err > right->err;
}

/*
 * The most frequent errno of each syscall over all processes. rows[nr] of numbers without calls:
 * NULL.
 */
static int tables_top_errnos(struct tables_maker *maker, struct syscall_row **rows)
{
	const struct tables *tables = maker->tables;
	size_t bytes = tables->errnos_len * sizeof(struct errno_row *);
	uint64_t best[COUNT_NR_COUNT] = { 0 };
	const struct errno_row **sorted;
	size_t i, j;

	if (!bytes)
		return 0;
	sorted = memory_alloc_raw(maker->state->memory, bytes);
	if (!sorted)
		return -ENOMEM;
	for (i = 0; i < tables->errnos_len; i++)
		sorted[i] = &tables->errnos[i];
	qsort(sorted, tables->errnos_len, sizeof(sorted[0]), errno_order);
	for (i = 0; i < tables->errnos_len; i = j) {
		uint64_t sum = 0;

		for (j = i; j < tables->errnos_len && !errno_order(&sorted[i], &sorted[j]); j++)
			sum += sorted[j]->count;
		if (!sorted[i]->err || !rows[sorted[i]->nr] || sum <= best[sorted[i]->nr])
			continue;
		best[sorted[i]->nr] = sum;
		rows[sorted[i]->nr]->top_errno = sorted[i]->err;
	}
	memory_free(maker->state->memory, sorted, bytes);
	return 0;
}

/* Durations of the syscalls: the sum of all processes. */
static int tables_merge_timing(struct tables_maker *maker, struct syscall_row **rows)
{
	struct tables *tables = maker->tables;
	struct timing_merge *merges[COUNT_NR_COUNT] = { NULL };

	for (size_t i = 0; i < tables->calls_len; i++) {
		const struct call_row *call = &tables->calls[i];

		if (!call->timing.timed || !rows[call->nr])
			continue;
		if (!merges[call->nr]) {
			merges[call->nr] = arena_alloc(&tables->arena, sizeof(*merges[0]));
			if (!merges[call->nr])
				return -ENOMEM;
			*merges[call->nr] = (struct timing_merge){ .stale_ns = 0 };
		}
		timing_merge_add(merges[call->nr], &call->timing);
	}
	for (size_t nr = 0; nr < COUNT_NR_COUNT; nr++)
		if (merges[nr])
			rows[nr]->timing = timing_merge_end(merges[nr]);
	return 0;
}

/* Rows of syscalls, in the order of their numbers; of those that were ever called. */
static int tables_fill_syscalls(struct tables_maker *maker)
{
	struct tables *tables = maker->tables;
	const struct state *state = maker->state;
	struct syscall_row *by_nr[COUNT_NR_COUNT] = { NULL };
	uint64_t most[COUNT_NR_COUNT] = { 0 };
	struct syscall_row *rows;
	size_t len = 0, i;
	unsigned nr;

	rows = arena_alloc(&tables->arena, COUNT_NR_COUNT * sizeof(*rows));
	if (!rows)
		return -ENOMEM;
	for (nr = 0; nr < COUNT_NR_COUNT; nr++) {
		const struct call_sum *total = &state->nr_total[nr];
		const struct call_sum *delta = &state->nr_delta[nr];

		if (!total->calls)
			continue;
		by_nr[nr] = &rows[len];
		rows[len++] = (struct syscall_row){
			.nr = (uint16_t)nr,
			.calls = total->calls,
			.errors = total->errors,
			.restarts = total->restarts,
			.calls_delta = delta->calls,
			.errors_delta = delta->errors,
			.restarts_delta = delta->restarts,
			.top_proc = UINT32_MAX,
		};
	}
	for (i = 0; i < tables->calls_len; i++) {
		const struct call_row *call = &tables->calls[i];

		if (!call->calls_delta || !by_nr[call->nr])
			continue;
		by_nr[call->nr]->procs++;
		if (call->calls_delta > most[call->nr]) {
			most[call->nr] = call->calls_delta;
			by_nr[call->nr]->top_proc = call->proc;
		}
	}
	tables->syscalls = rows;
	tables->syscalls_len = len;
	if (tables_merge_timing(maker, by_nr) < 0)
		return -ENOMEM;
	return tables_top_errnos(maker, by_nr);
}

static void tables_fill_thread(struct tables_maker *maker, const struct thread *thread,
			       const struct process *process, struct thread_row *row)
{
	*row = (struct thread_row){
		.proc = process->row,
		.tid = thread->tid,
		.start_boot_ns = thread->start_boot_ns,
		.comm = arena_text(&maker->tables->arena, thread->comm,
				   strnlen(thread->comm, sizeof(thread->comm))),
		.state = thread->state,
		.cpu_ns = thread->cpu_ns,
		.cpu_delta_ns = thread->cpu_delta_ns,
		.calls = thread->total.calls,
		.errors = thread->total.errors,
		.restarts = thread->total.restarts,
		.calls_delta = thread->delta.calls,
		.errors_delta = thread->delta.errors,
		.restarts_delta = thread->delta.restarts,
		.bytes = thread->bytes,
		.bytes_delta = thread->bytes_delta,
		.top_nr = thread->top_nr,
		.in_nr = thread->in_nr,
		.in_unknown = thread->in_unknown,
		.in_exact = thread->in_exact,
		.in_ns = thread->in_ns,
	};
	if (!row->comm)
		maker->failed = true;
}

static int thread_order(const void *a, const void *b)
{
	const struct thread_row *left = a, *right = b;

	if (left->proc != right->proc)
		return left->proc < right->proc ? -1 : 1;
	if (left->tid != right->tid)
		return left->tid < right->tid ? -1 : 1;
	return left->start_boot_ns < right->start_boot_ns
		       ? -1
		       : left->start_boot_ns > right->start_boot_ns;
}

/* Threads that the last refresh saw alive. */
static int tables_fill_threads(struct tables_maker *maker)
{
	const struct state *state = maker->state;
	struct tables *tables = maker->tables;
	struct thread_row *rows;
	size_t len = 0;

	rows = arena_alloc(&tables->arena, state->threads_len * sizeof(*rows));
	if (!rows)
		return -ENOMEM;
	for (size_t i = 0; i < state->threads_len; i++) {
		const struct thread *thread = state->threads[i];
		const struct process *process;

		if ((thread->flags & THREAD_F_ENDED) ||
		    thread->before_seq != state->samples_before_seq)
			continue;
		/* By its identity: after a refresh that failed it may have been given up. */
		process = process_find(state, thread->pid, thread->process_start_boot_ns);
		if (process && !(process->flags & PROCESS_F_DEAD))
			tables_fill_thread(maker, thread, process, &rows[len++]);
	}
	qsort(rows, len, sizeof(*rows), thread_order);
	tables->threads = rows;
	tables->threads_len = len;
	return maker->failed ? -ENOMEM : 0;
}

static int activity_order(const void *a, const void *b)
{
	const struct activity_row *left = a, *right = b;

	if (left->kind != right->kind)
		return left->kind < right->kind ? -1 : 1;
	if (left->dev != right->dev)
		return left->dev < right->dev ? -1 : 1;
	if (left->ino != right->ino)
		return left->ino < right->ino ? -1 : 1;
	return left->proc < right->proc ? -1 : left->proc > right->proc;
}

/* Rows by object and process; of io_uring they also go into the process's own row. */
static int tables_fill_activities(struct tables_maker *maker)
{
	const struct state *state = maker->state;
	struct tables *tables = maker->tables;
	struct activity_row *rows;
	size_t len = 0;

	rows = arena_alloc(&tables->arena, state->activities_len * sizeof(*rows));
	if (!rows)
		return -ENOMEM;
	for (size_t i = 0; i < state->activities_len; i++) {
		const struct activity *activity = state->activities[i];
		const struct process *process =
			process_find(state, activity->pid, activity->start_boot_ns);

		struct activity_row *row = &rows[len];

		if (!activity_fill_row(state, activity, row))
			continue;
		len++;
		row->name = tables_text(maker, activity->name);
		row->remote = tables_text(maker, activity->remote);
		if (!process)
			continue;
		row->proc = process->row;
		if (activity->kind != ACTIVITY_URING)
			continue;
		maker->procs[process->row].uring += row->ops;
		maker->procs[process->row].uring_delta += row->ops_delta;
	}
	qsort(rows, len, sizeof(*rows), activity_order);
	tables->activities = rows;
	tables->activities_len = len;
	return maker->failed ? -ENOMEM : 0;
}

static int tables_fill(struct tables_maker *maker)
{
	struct state *state = maker->state;
	size_t bytes = state->processes_len * sizeof(struct process *);
	int r;

	maker->tables->host = arena_text(&maker->tables->arena, state->host, strlen(state->host));
	if (!maker->tables->host)
		return -ENOMEM;
	maker->sorted = memory_alloc_raw(state->memory, bytes ? bytes : 1);
	if (!maker->sorted)
		return -ENOMEM;
	if (bytes)
		memcpy(maker->sorted, state->processes, bytes);
	qsort(maker->sorted, state->processes_len, sizeof(struct process *), process_order);
	r = container_table_rows(state, &maker->tables->arena, &maker->tables->containers,
				 &maker->tables->containers_len);
	if (r == 0)
		r = tables_fill_procs(maker);
	if (r == 0)
		r = tables_fill_syscalls(maker);
	if (r == 0)
		r = tables_fill_threads(maker);
	if (r == 0)
		r = tables_fill_activities(maker);
	if (r == 0 && state->files_shown)
		r = tables_fill_files(maker);
	if (r == 0 && state->detail != STATE_DETAIL_OFF)
		r = tables_fill_details(maker);
	memory_free(state->memory, maker->sorted, bytes ? bytes : 1);
	return r;
}

int tables_make(struct state *state)
{
	struct tables *tables = memory_alloc(state->memory, sizeof(*tables));
	struct tables_maker maker = {
		.state = state,
		.tables = tables,
		.stamp = ++state->tables_stamp,
	};
	int r;

	if (!tables)
		return -ENOMEM;
	tables->memory = memory_ref(state->memory);
	atomic_init(&tables->refs, 1);
	arena_init(&tables->arena, state->memory);
	tables->time_ns = state->refresh_time_ns;
	tables->interval_ns = state->interval_ns;
	tables->objects_counted = state->objects_counted || state->follows;
	r = tables_fill(&maker);
	if (r < 0) {
		tables_unref(tables);
		return r;
	}
	state_drop_tables(state);
	state->tables = tables;
	state->tables_seq = state->refresh_seq;
	state->tables_records = state->records;
	state->tables_dirty = false;
	return 0;
}

/* Without refreshes (a bare stream) events make them. */
bool tables_stale(const struct state *state)
{
	if (!state->tables)
		return true;
	if (state->in_refresh)
		return false;
	return state->tables_dirty || state->tables_seq != state->refresh_seq ||
	       (!state->refresh_seq && state->tables_records != state->records);
}
