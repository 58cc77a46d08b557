/* SPDX-License-Identifier: Apache-2.0 */
/* Processes and threads, see process.h. */
#include "process.h"
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include "aside.h"
#include "room.h"
#include "tables.h"
#include "timing.h"

#define PROCESS_PROGRAMS_MAX 1024u
#define PROCESS_PROGRAM_REST "(others)" /* ended processes of programs beyond that */
#define PROCESS_ANCESTORS_MAX 64

struct process *process_find(const struct state *state, uint32_t pid, uint64_t start_boot_ns)
{
	return hash_get(&state->process_ids, pid, start_boot_ns);
}

struct process *process_by_pid(const struct state *state, uint32_t pid)
{
	struct process *process = hash_get(&state->process_pids, pid, 0);

	return process && !(process->flags & PROCESS_F_DEAD) ? process : NULL;
}

/* Appends to the list of all processes; 0 when there is no memory. */
static int process_enlist(struct state *state, struct process *process)
{
	struct process **list = state_vector(state, state->processes, &state->processes_size,
					     sizeof(struct process *), state->processes_len + 1);

	if (!list)
		return 0;
	state->processes = list;
	process->at = (uint32_t)state->processes_len;
	list[state->processes_len++] = process;
	return 1;
}

static void process_delist(struct state *state, struct process *process)
{
	struct process *last = state->processes[--state->processes_len];

	state->processes[process->at] = last;
	last->at = process->at;
}

struct process *process_get(struct state *state, uint32_t pid, uint64_t start_boot_ns)
{
	struct process *process = state->last_process;
	struct process *namesake;

	if (process && process->pid == pid && process->start_boot_ns == start_boot_ns)
		return process;
	process = process_find(state, pid, start_boot_ns);
	if (process) {
		state->last_process = process;
		return process;
	}
	if (!room_for_process(state))
		return NULL;
	process = memory_alloc(state->memory, sizeof(*process));
	if (!process)
		return NULL;
	if (state->in_refresh)
		state->ancestry++; /* it can be the parent of some that are known */
	process->pid = pid;
	process->made_seq = state->refresh_seq + !state->in_refresh;
	process->generation = ++state->generations;
	process->start_boot_ns = start_boot_ns;
	process->state = '?';
	process->comm = text_ref(state->none);
	process->flags = PROCESS_F_WANT_TEXT;
	process->active_ns = state->refresh_time_ns;
	if (!process_enlist(state, process)) {
		text_unref(&state->texts, process->comm);
		memory_free(state->memory, process, sizeof(*process));
		return NULL;
	}
	if (hash_put(&state->process_ids, pid, start_boot_ns, process) < 0) {
		process_delist(state, process);
		text_unref(&state->texts, process->comm);
		memory_free(state->memory, process, sizeof(*process));
		return NULL;
	}
	/* Looked up by pid are parents: without memory for it the process just has no children. */
	namesake = hash_get(&state->process_pids, pid, 0);
	if (!namesake || namesake->start_boot_ns <= start_boot_ns)
		hash_put(&state->process_pids, pid, 0, process);
	state->last_process = process;
	if (room_has_ended(state, pid, start_boot_ns)) {
		process->flags |= PROCESS_F_ENDED;
		process_die(state, process);
	}
	return process;
}

void process_release(struct state *state, struct process *process)
{
	text_unref(&state->texts, process->comm);
	text_unref(&state->texts, process->cmdline);
	text_unref(&state->texts, process->exe);
	text_unref(&state->texts, process->cwd);
	text_unref(&state->texts, process->container);
	facts_release(state, &process->facts);
	fd_table_unref(state, process->fds);
	pulse_free(state, process);
	for (uint32_t i = 0; i < process->calls_len; i++)
		timing_free(state, process->calls[i].timing);
	memory_free(state->memory, process->calls, process->calls_size * sizeof(process->calls[0]));
	memory_free(state->memory, process->errnos,
		    process->errnos_size * sizeof(process->errnos[0]));
	memory_free(state->memory, process, sizeof(*process));
}

void process_free(struct state *state, struct process *process)
{
	if (state->last_process == process)
		state->last_process = NULL;
	if (state->now.process == process)
		state->now.valid = false;
	if (!(process->flags & PROCESS_F_EXITED_ROW)) {
		hash_remove(&state->process_ids, process->pid, process->start_boot_ns);
		if (hash_get(&state->process_pids, process->pid, 0) == process)
			hash_remove(&state->process_pids, process->pid, 0);
	}
	process_delist(state, process);
	process_release(state, process);
}

void process_set_text(struct state *state, struct text **slot, const char *data, size_t len)
{
	struct text *text = NULL;

	if (data && len)
		text = text_intern(&state->texts, data,
				   len < PROCESS_TEXT_MAX ? len : PROCESS_TEXT_MAX);
	text_replace(&state->texts, slot, text);
}

void process_set_comm(struct state *state, struct process *process, const char *comm)
{
	size_t len = strnlen(comm, RECORD_COMM_LEN - 1);
	struct text *text;

	if (!memcmp(process->comm16, comm, len) && !process->comm16[len] &&
	    process->comm->len == len)
		return;
	text = text_intern(&state->texts, comm, len);
	if (!text)
		return;
	memset(process->comm16, 0, sizeof(process->comm16));
	memcpy(process->comm16, comm, len);
	text_replace(&state->texts, &process->comm, text);
	process->flags |= PROCESS_F_WANT_TEXT;
	process_changed(state, process);
}

void process_set_cmdline(struct state *state, struct process *process, const char *args, size_t len)
{
	char line[PROCESS_TEXT_MAX];
	size_t i;

	if (len > sizeof(line))
		len = sizeof(line);
	process_set_text(state, &process->facts.words, args, len);
	process_changed(state, process);
	while (len && !args[len - 1])
		len--;
	for (i = 0; i < len; i++)
		line[i] = args[i] ? args[i] : ' ';
	process_set_text(state, &process->cmdline, line, len);
}

void process_ask_text(struct state *state, struct process *process)
{
	struct process_seed seed;

	process->flags &= ~(uint32_t)PROCESS_F_WANT_TEXT;
	if (!state->source.process_seed || (process->flags & PROCESS_F_KTHREAD))
		return;
	process_seed_init(&seed);
	if (state->source.process_seed(state->source.ctx, process->pid, SEED_STATE, &seed) == 0)
		process_seed_apply(state, process, &seed);
}

struct process *process_look(struct state *state, uint32_t pid)
{
	/* One that ended a moment ago too: events come later than exit records. */
	struct process *process = hash_get(&state->process_pids, pid, 0);

	return process ? process : aside_get(state, pid);
}

struct process *process_parent(struct state *state, const struct process *process)
{
	struct process *parent = process->ppid ? process_look(state, process->ppid) : NULL;

	/* A pid that was used again is nobody's parent. */
	if (!parent || parent == process || parent->start_boot_ns > process->start_boot_ns)
		return NULL;
	parent->flags |= PROCESS_F_PARENT;
	return parent;
}

struct process *process_ancestor(struct state *state, struct process *process, unsigned n)
{
	/* Parents are never younger, but can be as old: the walk ends all the same. */
	if (n > PROCESS_ANCESTORS_MAX)
		return NULL;
	while (process && n--)
		process = process_parent(state, process);
	return process;
}

uint64_t process_generation(const struct state *state, const struct process *process)
{
	return process->generation + state->ancestry;
}

bool process_is_since(const struct state *state, const struct process *process, uint64_t num)
{
	for (unsigned depth = 0; process && depth < PROCESS_ANCESTORS_MAX; depth++) {
		if (num <= process->changed_num)
			return false;
		process = process->ppid ? process_by_pid(state, process->ppid) : NULL;
	}
	return true;
}

void process_changed(struct state *state, struct process *process)
{
	process->generation = ++state->generations;
	process->changed_num = state->history.last_num;
	if (process->flags & PROCESS_F_PARENT)
		state->ancestry++;
}

void process_set_ppid(struct state *state, struct process *process, uint32_t ppid)
{
	if (process->ppid == ppid)
		return;
	process->ppid = ppid;
	process_changed(state, process);
}

void process_die(struct state *state, struct process *process)
{
	if (process->flags & PROCESS_F_DEAD)
		return;
	process->flags |= PROCESS_F_DEAD;
	process->dead_ns = state->refresh_time_ns;
	process->threads = 0;
	process->rss_bytes = 0;
	process->vm_bytes = 0;
}

/* The index of the first row with at least this number. */
static uint32_t process_call_place(const struct process *process, uint16_t nr)
{
	uint32_t low = 0, high = process->calls_len;

	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (process->calls[middle].nr < nr)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct process_call *process_call(struct state *state, struct process *process, uint16_t nr)
{
	uint32_t i = process_call_place(process, nr);
	size_t size = process->calls_size;
	struct process_call *calls;

	if (i < process->calls_len && process->calls[i].nr == nr)
		return &process->calls[i];
	calls = state_vector(state, process->calls, &size, sizeof(*calls), process->calls_len + 1u);
	if (!calls)
		return NULL;
	process->calls = calls;
	process->calls_size = (uint32_t)size;
	memmove(&calls[i + 1], &calls[i], (process->calls_len - i) * sizeof(*calls));
	process->calls_len++;
	calls[i] = (struct process_call){ .nr = nr };
	return &calls[i];
}

struct process_errno *process_errno(struct state *state, struct process *process, uint16_t nr,
				    uint16_t err)
{
	uint32_t key = (uint32_t)nr << 16 | err;
	uint32_t low = 0, high = process->errnos_len;
	size_t size = process->errnos_size;
	struct process_errno *errnos;

	while (low < high) {
		uint32_t middle = (low + high) / 2;
		const struct process_errno *at = &process->errnos[middle];

		if (((uint32_t)at->nr << 16 | at->err) < key)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < process->errnos_len && process->errnos[low].nr == nr &&
	    process->errnos[low].err == err)
		return &process->errnos[low];
	errnos = state_vector(state, process->errnos, &size, sizeof(*errnos),
			      process->errnos_len + 1u);
	if (!errnos)
		return NULL;
	process->errnos = errnos;
	process->errnos_size = (uint32_t)size;
	memmove(&errnos[low + 1], &errnos[low], (process->errnos_len - low) * sizeof(*errnos));
	process->errnos_len++;
	errnos[low] = (struct process_errno){ .nr = nr, .err = err };
	return &errnos[low];
}

void process_top_errnos(struct process *process)
{
	uint32_t e = 0, i;

	for (i = 0; i < process->calls_len; i++) {
		struct process_call *call = &process->calls[i];

		call->top_errno = 0;
		call->top_errno_count = 0;
		for (; e < process->errnos_len && process->errnos[e].nr <= call->nr; e++) {
			const struct process_errno *failed = &process->errnos[e];

			if (failed->nr != call->nr || !failed->err ||
			    failed->count <= call->top_errno_count)
				continue;
			call->top_errno = failed->err;
			call->top_errno_count = failed->count;
		}
	}
}

/* The exited row of a program, made when missing; NULL when there is no memory. */
static struct process *process_program(struct state *state, struct text *comm)
{
	struct process *row = hash_get(&state->programs, (uintptr_t)comm, 0);

	if (row)
		return row;
	row = memory_alloc(state->memory, sizeof(*row));
	if (!row)
		return NULL;
	row->flags = PROCESS_F_EXITED_ROW | PROCESS_F_DEAD;
	row->state = 'X';
	row->start_boot_ns = state->programs_made + 1;
	if (!process_enlist(state, row)) {
		memory_free(state->memory, row, sizeof(*row));
		return NULL;
	}
	row->comm = text_ref(comm);
	if (hash_put(&state->programs, (uintptr_t)comm, 0, row) < 0) {
		process_free(state, row);
		return NULL;
	}
	state->programs_made++;
	return row;
}

/* The row that a process of this name is folded to. */
static struct process *process_program_of(struct state *state, struct text *comm)
{
	struct process *row;
	struct text *rest;

	if (hash_get(&state->programs, (uintptr_t)comm, 0) ||
	    state->programs.len < PROCESS_PROGRAMS_MAX)
		return process_program(state, comm);
	rest = text_intern(&state->texts, PROCESS_PROGRAM_REST, strlen(PROCESS_PROGRAM_REST));
	if (!rest)
		return NULL;
	row = process_program(state, rest);
	text_unref(&state->texts, rest);
	return row;
}

void call_sum_add(struct call_sum *to, const struct call_sum *from)
{
	to->calls += from->calls;
	to->errors += from->errors;
	to->restarts += from->restarts;
}

void byte_count_add(struct byte_count *to, const struct byte_count *from)
{
	to->file_in += from->file_in;
	to->file_out += from->file_out;
	to->net_in += from->net_in;
	to->net_out += from->net_out;
	to->ipc_in += from->ipc_in;
	to->ipc_out += from->ipc_out;
}

/* Adds what a process has counted to the row of its program: totals stay, deltas too. */
static void process_fold_counts(struct state *state, struct process *row,
				const struct process *from)
{
	uint32_t i;

	for (i = 0; i < from->calls_len; i++) {
		const struct process_call *call = &from->calls[i];
		struct process_call *to = process_call(state, row, call->nr);

		if (!to) {
			state->inexact = true;
			continue;
		}
		call_sum_add(&to->ended, &call->ended);
		call_sum_add(&to->total, &call->total);
		call_sum_add(&to->delta, &call->delta);
		timing_fold(state, to, call);
	}
	for (i = 0; i < from->errnos_len; i++) {
		const struct process_errno *failed = &from->errnos[i];
		struct process_errno *to = process_errno(state, row, failed->nr, failed->err);

		if (!to) {
			state->inexact = true;
			continue;
		}
		to->count += failed->count;
		to->before += failed->before;
		to->delta += failed->delta;
	}
	call_sum_add(&row->total, &from->total);
	call_sum_add(&row->delta, &from->delta);
	byte_count_add(&row->ended_bytes, &from->ended_bytes);
	byte_count_add(&row->bytes, &from->bytes);
	byte_count_add(&row->bytes_delta, &from->bytes_delta);
	row->opens += from->opens;
	row->opens_delta += from->opens_delta;
	row->hits += from->hits;
	row->hits_before += from->hits;
	row->hits_delta += from->hits_delta;
	row->cpu_ns += from->cpu_ns;
	row->cpu_before_ns += from->cpu_ns;
	row->cpu_delta_ns += from->cpu_delta_ns;
	row->exited++;
}

/* Tells the owner that the kernel's rows of the process are not needed any more. */
static void process_note_forgotten(struct state *state, const struct process *process)
{
	struct forgotten *list = state_vector(state, state->forgotten, &state->forgotten_size,
					      sizeof(*list), state->forgotten_len + 1);

	if (!list)
		return; /* its rows stay in the kernel's tables, nothing is wrong */
	state->forgotten = list;
	list[state->forgotten_len++] = (struct forgotten){
		.pid = process->pid,
		.start_boot_ns = process->start_boot_ns,
	};
}

void process_fold(struct state *state, struct process *process)
{
	struct process *row = process_program_of(state, process->comm);
	char line[64];
	int len;

	assert(process->flags & PROCESS_F_DEAD);
	if (!row) {
		state->inexact = true;
	} else {
		process_fold_counts(state, row, process);
		process_top_errnos(row);
		len = snprintf(line, sizeof(line), "%.15s: %llu exited", row->comm->data,
			       (unsigned long long)row->exited);
		process_set_text(state, &row->cmdline, line, (size_t)len);
	}
	process_note_forgotten(state, process);
	process_free(state, process);
}

struct thread *thread_find(const struct state *state, uint32_t tid, uint64_t start_boot_ns)
{
	return hash_get(&state->thread_ids, tid, start_boot_ns);
}

struct thread *thread_by_tid(const struct state *state, uint32_t tid)
{
	return hash_get(&state->thread_tids, tid, 0);
}

struct thread *thread_get(struct state *state, struct process *process, uint32_t tid,
			  uint64_t start_boot_ns)
{
	struct thread *thread = thread_find(state, tid, start_boot_ns);
	struct thread *namesake;
	struct thread **list;

	if (thread) {
		thread->process = process;
		thread->pid = process->pid;
		thread->process_start_boot_ns = process->start_boot_ns;
		return thread;
	}
	list = state_vector(state, state->threads, &state->threads_size, sizeof(struct thread *),
			    state->threads_len + 1);
	if (!list)
		return NULL;
	state->threads = list;
	thread = memory_alloc(state->memory, sizeof(*thread));
	if (!thread)
		return NULL;
	*thread = (struct thread){
		.tid = tid,
		.start_boot_ns = start_boot_ns,
		.process = process,
		.pid = process->pid,
		.process_start_boot_ns = process->start_boot_ns,
		.state = '?',
		.top_nr = COUNT_NR_COUNT,
		.in_nr = COUNT_NR_COUNT,
		.at = (uint32_t)state->threads_len,
	};
	if (tid == process->pid) {
		thread->cpu_ns = process->leader_cpu_ns;
		process->leader_cpu_ns = 0;
	}
	if (hash_put(&state->thread_ids, tid, start_boot_ns, thread) < 0) {
		memory_free(state->memory, thread, sizeof(*thread));
		return NULL;
	}
	list[state->threads_len++] = thread;
	/* Fields ask for an event's thread by tid: without memory for it the thread is unknown. */
	namesake = thread_by_tid(state, tid);
	if (!namesake || namesake->start_boot_ns <= start_boot_ns)
		hash_put(&state->thread_tids, tid, 0, thread);
	return thread;
}

void thread_free(struct state *state, struct thread *thread)
{
	struct thread *last = state->threads[--state->threads_len];

	state->threads[thread->at] = last;
	last->at = thread->at;
	hash_remove(&state->thread_ids, thread->tid, thread->start_boot_ns);
	if (thread_by_tid(state, thread->tid) == thread)
		hash_remove(&state->thread_tids, thread->tid, 0);
	if (state->now.thread == thread)
		state->now.thread = NULL;
	memory_free(state->memory, thread, sizeof(*thread));
}
