/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The counter refresh: living threads' samples, exit records, errnos and what no thread owns become
 * exact totals and deltas per (process, syscall), per process, per syscall and for the host.
 *
 * Samples are only put down as they come; state_refresh_end() adds up those whose thread has no
 * exit record. An exit record is folded into its process at once and for ever. So it does not
 * matter whether it comes in the refresh, after its thread's sample, or between two refreshes:
 * the sample of an ended thread is not added. See the invariant in tables.h.
 *
 * When a thread other than the leader calls execve, the kernel ends all others and the caller goes
 * on under the leader's tid (de_thread() in fs/exec.c). The programs then end its old identity with
 * a record (TASK_F_EXEC) and start a new one: (pid, time of the exec), counted from zero.
 */
#include <assert.h>
#include <string.h>
#include "aside.h"
#include "room.h"
#include "tables.h"
#include "timing.h"

/* Wall clock and boot clock may have moved against each other by this much. */
#define COUNTS_LATE_NS 1000000000ull

static void call_sum_count(struct call_sum *to, const struct call_count *count)
{
	to->calls += count->calls;
	to->errors += count->errors;
	to->restarts += count->restarts;
}

static uint64_t grown(uint64_t now, uint64_t before)
{
	return now > before ? now - before : 0;
}

static struct call_sum call_sum_grown(const struct call_sum *now, const struct call_sum *before)
{
	return (struct call_sum){
		.calls = grown(now->calls, before->calls),
		.errors = grown(now->errors, before->errors),
		.restarts = grown(now->restarts, before->restarts),
	};
}

struct byte_count byte_count_grown(const struct byte_count *now, const struct byte_count *before)
{
	return (struct byte_count){
		.file_in = grown(now->file_in, before->file_in),
		.file_out = grown(now->file_out, before->file_out),
		.net_in = grown(now->net_in, before->net_in),
		.net_out = grown(now->net_out, before->net_out),
		.ipc_in = grown(now->ipc_in, before->ipc_in),
		.ipc_out = grown(now->ipc_out, before->ipc_out),
	};
}

/*
 * Numbers beyond the table come from a newer program or a damaged sample: they are counted as such.
 */
static uint16_t count_nr(uint16_t nr)
{
	return nr < COUNT_NR_COUNT ? nr : COUNT_NR_UNKNOWN;
}

/* Those that ended before this refresh are in none of its samples. */
static void counts_take_disowned(struct state *state)
{
	for (unsigned nr = 0; nr < COUNT_NR_COUNT; nr++)
		call_sum_add(&state->disowned_ended[nr], &state->disowned_pending[nr]);
	memset(state->disowned_pending, 0, sizeof(state->disowned_pending));
	memset(state->disowned_now, 0, sizeof(state->disowned_now));
	state->roomless = 0;
}

void state_refresh_begin(struct state *state, uint64_t time_ns)
{
	assert(!state->in_refresh);
	state->in_refresh = true;
	state->before_time_ns = state->refresh_time_ns;
	state->before_interval_ns = state->interval_ns;
	state->interval_ns = state->refresh_seq ? grown(time_ns, state->refresh_time_ns) : 0;
	state->refresh_seq++;
	state->fd_questions = 0;
	state->table_questions = 0;
	state->refresh_time_ns = time_ns;
	state->samples_len = 0;
	state->sample_calls_len = 0;
	memset(state->other_now, 0, sizeof(state->other_now));
	counts_take_disowned(state);
	users_new_refresh(state);
	aside_drop(state);
}

/* A count could not be kept: from now on totals are marked. */
static void counts_lost(struct state *state)
{
	state->inexact = true;
	state->evictions++;
}

/*
 * Of a thread whose process found no room: sums have its calls all the same. Exit records wait for
 * the next refresh: in this one the thread may have been sampled.
 */
static void counts_disown(struct state *state, struct call_sum *to, const struct call_count *calls,
			  uint32_t len)
{
	state->roomless++;
	for (uint32_t i = 0; i < len; i++)
		call_sum_count(&to[count_nr(calls[i].nr)], &calls[i]);
}

/* Puts down a sample; a second one of the same thread replaces the first. */
static void counts_keep_sample(struct state *state, struct thread *thread,
			       const struct task_sample *task, const struct call_count *calls)
{
	struct thread_sample *samples;
	struct call_count *kept;

	samples = state_vector(state, state->samples, &state->samples_size, sizeof(*samples),
			       state->samples_len + 1);
	if (!samples) {
		counts_lost(state);
		return;
	}
	state->samples = samples;
	kept = state_vector(state, state->sample_calls, &state->sample_calls_size, sizeof(*kept),
			    state->sample_calls_len + task->calls_len);
	if (!kept && task->calls_len) {
		counts_lost(state);
		return;
	}
	state->sample_calls = kept;
	if (thread->seen_seq == state->refresh_seq && thread->sample < state->samples_len &&
	    samples[thread->sample].thread == thread)
		samples[thread->sample].thread = NULL;
	if (task->calls_len)
		memcpy(&kept[state->sample_calls_len], calls, task->calls_len * sizeof(*kept));
	thread->sample = (uint32_t)state->samples_len;
	samples[state->samples_len++] = (struct thread_sample){
		.thread = thread,
		.calls_first = state->sample_calls_len,
		.calls_len = task->calls_len,
		.bytes = task->bytes,
		.in_nr = task->flags & TASK_F_IN_CALL ? count_nr(task->in_nr) : COUNT_NR_COUNT,
		.in_unknown = task->flags & TASK_F_IN_UNKNOWN,
		.in_ns = task->in_ns,
	};
	state->sample_calls_len += task->calls_len;
}

/* What a sample says of its process besides counts. */
static void counts_describe(struct state *state, struct process *process,
			    const struct task_sample *task)
{
	bool first = process->seen_seq != state->refresh_seq;
	bool leader = task->tid == task->pid;

	process->seen_seq = state->refresh_seq;
	process->active_ns = state->refresh_time_ns;
	if (leader || first)
		process->state = task->state;
	if (process->flags & PROCESS_F_ENDED) {
		process->flags |= PROCESS_F_SAMPLED; /* a zombie: keeps its row until reaped */
		return;
	}
	if (!(process->flags & PROCESS_F_SAMPLED) && state->refresh_seq == 1)
		process->cpu_ns += task->exited_cpu_ns; /* of threads that ended before we came */
	process->flags |= PROCESS_F_SAMPLED;
	process->flags &= ~(uint32_t)PROCESS_F_DEAD; /* was missed, not dead */
	process->threads = task->threads;
	process->rss_bytes = task->rss_bytes;
	process->vm_bytes = task->vm_bytes;
	if (leader || first) {
		process_set_ppid(state, process, task->ppid);
		if (process->euid != task->euid || process->cgroup_id != task->cgroup_id)
			process_changed(state, process);
		process->uid = task->uid;
		process->euid = task->euid;
		process->cgroup_id = task->cgroup_id;
		process->facts.gid = task->gid;
		process->facts.known |= FACT_GID;
		process->flags &= ~(uint32_t)(PROCESS_F_IN_SCOPE | PROCESS_F_KTHREAD);
		if (task->flags & TASK_F_IN_SCOPE)
			process->flags |= PROCESS_F_IN_SCOPE;
		if (task->flags & TASK_F_KTHREAD)
			process->flags |= PROCESS_F_KTHREAD;
		process_set_comm(state, process, task->leader_comm);
	}
}

void state_task(struct state *state, const struct task_sample *task, const struct call_count *calls)
{
	struct process *process = process_get(state, task->pid, task->start_boot_ns);
	struct thread *thread;

	if (!process) {
		counts_disown(state, state->disowned_now, calls, task->calls_len);
		return;
	}
	counts_describe(state, process, task);
	thread = thread_get(state, process, task->tid, task->thread_start_boot_ns);
	if (!thread) {
		counts_lost(state);
		return;
	}
	if (!(thread->flags & THREAD_F_ENDED) && !(process->flags & PROCESS_F_ENDED) &&
	    !(task->flags & TASK_F_ENDED)) {
		process->cpu_ns += grown(task->cpu_ns, thread->cpu_ns);
		if (task->cpu_ns > thread->cpu_ns)
			thread->cpu_ns = task->cpu_ns;
		memcpy(thread->comm, task->comm, sizeof(thread->comm));
		thread->comm[sizeof(thread->comm) - 1] = '\0';
		thread->state = task->state;
		counts_keep_sample(state, thread, task, calls);
	}
	thread->seen_seq = state->refresh_seq;
}

/* Folds the counts of an exit record; they are final. */
static void counts_fold_exit(struct state *state, struct process *process,
			     const struct task_exit *ended, const struct call_count *calls)
{
	uint32_t i;

	for (i = 0; i < ended->calls_len; i++) {
		struct process_call *call = process_call(state, process, count_nr(calls[i].nr));

		if (call)
			call_sum_count(&call->ended, &calls[i]);
		else
			counts_lost(state);
	}
	byte_count_add(&process->ended_bytes, &ended->bytes);
}

/* What an exit record says of its process besides counts. */
static void counts_describe_end(struct state *state, struct process *process,
				const struct task_exit *ended)
{
	const char *comm = ended->leader_comm[0] ? ended->leader_comm : ended->comm;

	if (!process->comm->len || ended->tid == ended->pid)
		process_set_comm(state, process, comm);
	if (ended->ppid)
		process_set_ppid(state, process, ended->ppid);
	if (!(process->flags & PROCESS_F_SAMPLED)) {
		process->uid = ended->euid;
		process->euid = ended->euid;
		process->cgroup_id = ended->cgroup_id;
		if (ended->flags & TASK_F_IN_SCOPE)
			process->flags |= PROCESS_F_IN_SCOPE;
	}
	process->active_ns = state->refresh_time_ns;
	if (!ended->process_ended)
		return;
	process->flags |= PROCESS_F_ENDED;
	process->exit_code = ended->exit_code;
	process->exit_boot_ns = ended->exit_boot_ns;
	process_die(state, process);
}

void state_exit(struct state *state, const struct task_exit *ended, const struct call_count *calls)
{
	struct process *process = process_get(state, ended->pid, ended->start_boot_ns);
	struct thread *thread;

	if (!process) {
		counts_disown(state, state->disowned_pending, calls, ended->calls_len);
		if (ended->process_ended)
			room_note_ended(state, ended->pid, ended->start_boot_ns);
		return;
	}
	counts_describe_end(state, process, ended);
	container_place(state, process);
	counts_fold_exit(state, process, ended, calls);
	thread = thread_get(state, process, ended->tid, ended->thread_start_boot_ns);
	if (!thread) {
		counts_lost(state); /* a late sample of it would be counted again */
		return;
	}
	process->cpu_ns += grown(ended->cpu_ns, thread->cpu_ns);
	thread->cpu_ns = ended->cpu_ns;
	thread->flags |= THREAD_F_ENDED;
	thread->ended_seq = state->refresh_seq;
	if (ended->flags & TASK_F_EXEC)
		process->leader_cpu_ns = ended->cpu_ns;
}

void state_errno(struct state *state, const struct errno_count *count)
{
	/*
	 * Unknown: given up before the kernel's row was deleted, or hidden from the task iterator.
	 */
	struct process *process = process_find(state, count->pid, count->start_boot_ns);
	struct process_errno *failed;

	if (!process)
		return;
	failed = process_errno(state, process, count_nr(count->nr), count->err);
	if (!failed)
		counts_lost(state);
	else if (count->count > failed->count)
		failed->count = count->count;
}

void state_other(struct state *state, const struct call_count *count)
{
	call_sum_count(&state->other_now[count_nr(count->nr)], count);
}

/* Before adding: the old totals wait in delta, the new ones start with what is final. */
static void counts_restart(struct process *process)
{
	uint32_t i;

	for (i = 0; i < process->calls_len; i++) {
		process->calls[i].delta = process->calls[i].total;
		process->calls[i].total = process->calls[i].ended;
	}
	process->bytes_delta = process->bytes;
	process->bytes = process->ended_bytes;
}

/* Adds a living thread's sample to its process. */
static void counts_add_sample(struct state *state, const struct thread_sample *sample)
{
	struct process *process = sample->thread->process;
	uint32_t i;

	for (i = 0; i < sample->calls_len; i++) {
		const struct call_count *count = &state->sample_calls[sample->calls_first + i];
		struct process_call *call = process_call(state, process, count_nr(count->nr));

		if (call)
			call_sum_count(&call->total, count);
		else
			counts_lost(state);
	}
	byte_count_add(&process->bytes, &sample->bytes);
}

/*
 * Is the process new here although it began before the interval? It came into scope: what it did
 * until then is no difference of this interval.
 */
static bool counts_is_late(const struct state *state, const struct process *process)
{
	return process->made_seq == state->refresh_seq &&
	       !(process->flags & PROCESS_F_EXITED_ROW) &&
	       process->start_boot_ns + state->boot_epoch_ns + state->interval_ns + COUNTS_LATE_NS <
		       state->refresh_time_ns;
}

/* After adding: deltas, the process's sums, and its part of the totals by number. */
static void counts_sum_process(struct state *state, struct process *process)
{
	bool first = state->refresh_seq == 1 || counts_is_late(state, process);
	struct call_sum sum = { 0 };
	uint64_t opens = 0;
	uint32_t i;

	for (i = 0; i < process->calls_len; i++) {
		struct process_call *call = &process->calls[i];

		call->delta =
			first ? (struct call_sum){ 0 } : call_sum_grown(&call->total, &call->delta);
		call_sum_add(&sum, &call->total);
		call_sum_add(&state->nr_total[call->nr], &call->total);
		if (state->nr_open[call->nr])
			opens += call->total.calls;
	}
	process->delta = first ? (struct call_sum){ 0 } : call_sum_grown(&sum, &process->total);
	process->total = sum;
	process->opens_delta = first ? 0 : grown(opens, process->opens);
	process->opens = opens;
	process->hits_delta = first ? 0 : grown(process->hits, process->hits_before);
	process->hits_before = process->hits;
	process->bytes_delta = first ? (struct byte_count){ 0 }
				     : byte_count_grown(&process->bytes, &process->bytes_delta);
	process->cpu_delta_ns = first ? 0 : grown(process->cpu_ns, process->cpu_before_ns);
	process->cpu_before_ns = process->cpu_ns;
	for (i = 0; i < process->errnos_len; i++) {
		struct process_errno *failed = &process->errnos[i];

		failed->delta = first ? 0 : grown(failed->count, failed->before);
		failed->before = failed->count;
	}
	process_top_errnos(process);
	if (process->delta.calls || process->cpu_delta_ns || first)
		process->busy_ns = state->refresh_time_ns;
	timing_end_refresh(state, process);
	if (!(process->flags & PROCESS_F_EXITED_ROW))
		pulse_beat(state, process);
}

/* Gives what an ended process has counted to those above it, once. */
static void counts_inherit(struct state *state, struct process *process)
{
	uint64_t calls = grown(process->total.calls, process->inherited.calls);
	uint64_t errors = grown(process->total.errors, process->inherited.errors);
	const struct process *child = process;
	unsigned depth;

	if (!calls && !errors)
		return;
	process->inherited = process->total;
	for (depth = 0; depth < 64; depth++) { /* pids of ended parents could form a ring */
		struct process *parent = process_by_pid(state, child->ppid);

		if (!parent || parent == child || parent == process ||
		    parent->start_boot_ns > child->start_boot_ns)
			return;
		parent->children_calls += calls;
		parent->children_errors += errors;
		child = parent;
	}
}

/* Who was not seen is dead; who was only heard of is after a while. */
static void counts_find_dead(struct state *state)
{
	size_t i;

	for (i = 0; i < state->processes_len; i++) {
		struct process *process = state->processes[i];

		if (!(process->flags & PROCESS_F_DEAD) && process->seen_seq != state->refresh_seq) {
			if ((process->flags & PROCESS_F_SAMPLED) ||
			    process->active_ns + state->dead_keep_ns < state->refresh_time_ns)
				process_die(state, process);
		}
		if ((process->flags & PROCESS_F_DEAD) && !(process->flags & PROCESS_F_EXITED_ROW))
			counts_inherit(state, process);
	}
}

/* Threads that are gone: not sampled, and their exit record is not just of this refresh. */
static void counts_drop_threads(struct state *state)
{
	size_t i = 0;

	while (i < state->threads_len) {
		struct thread *thread = state->threads[i];

		if (thread->seen_seq == state->refresh_seq ||
		    thread->ended_seq == state->refresh_seq)
			i++;
		else
			thread_free(state, thread); /* the last one takes its place */
	}
}

/*
 * Rows whose time is over. A zombie that nobody reaps is still sampled and stays: given up, its
 * next sample would count it again.
 */
static void counts_fold_dead(struct state *state)
{
	size_t i = 0;

	while (i < state->processes_len) {
		struct process *process = state->processes[i];

		if (!(process->flags & PROCESS_F_DEAD) || (process->flags & PROCESS_F_EXITED_ROW) ||
		    process->seen_seq == state->refresh_seq ||
		    process->active_ns >= state->refresh_time_ns ||
		    process->dead_ns + state->dead_keep_ns > state->refresh_time_ns)
			i++;
		else
			process_fold(state, process);
	}
}

/* Totals by number and of the host, with what no thread owns. */
static void counts_sum_host(struct state *state, const struct call_sum *before)
{
	struct call_sum sum = { 0 };
	bool first = state->refresh_seq == 1;
	unsigned nr;

	for (nr = 0; nr < COUNT_NR_COUNT; nr++) {
		struct call_sum *total = &state->nr_total[nr];

		/* Cumulative: a refresh that failed half-way must not take anything back. */
		if (state->other_now[nr].calls > state->other[nr].calls)
			state->other[nr] = state->other_now[nr];
		call_sum_add(total, &state->other[nr]);
		call_sum_add(total, &state->disowned_now[nr]);
		call_sum_add(total, &state->disowned_ended[nr]);
		/* Who loses its row between its last sample and its exit record. */
		if (total->calls < before[nr].calls)
			*total = before[nr];
		state->nr_delta[nr] =
			first ? (struct call_sum){ 0 } : call_sum_grown(total, &before[nr]);
		call_sum_add(&sum, total);
	}
	state->delta = first ? (struct call_sum){ 0 } : call_sum_grown(&sum, &state->total);
	state->total = sum;
}

/* Asks for names of processes that are new or have changed, so many in one refresh. */
static void counts_ask_texts(struct state *state)
{
	unsigned asked = 0;
	size_t i;

	for (i = 0; i < state->processes_len; i++) {
		struct process *process = state->processes[i];

		if (process->seen_seq != state->refresh_seq ||
		    (process->flags & (PROCESS_F_DEAD | PROCESS_F_EXITED_ROW)))
			continue;
		container_update(state, process);
		if ((process->flags & PROCESS_F_WANT_TEXT) && asked < STATE_TEXTS_PER_REFRESH) {
			asked += !(process->flags & PROCESS_F_KTHREAD);
			process_ask_text(state, process);
		}
	}
}

void state_refresh_abandon(struct state *state)
{
	assert(state->in_refresh);
	state->in_refresh = false;
	state->stale = true;
	/* The next interval begins where the last good one ended; the first is still to come. */
	state->refresh_time_ns = state->before_time_ns;
	state->interval_ns = state->before_interval_ns;
	if (state->refresh_seq == 1)
		state->refresh_seq = 0;
}

/* The samples become those of the refresh before. */
static void counts_turn_samples(struct state *state)
{
	struct thread_sample *samples = state->samples_before;
	struct call_count *calls = state->sample_calls_before;
	size_t samples_size = state->samples_before_size;
	size_t calls_size = state->sample_calls_before_size;
	size_t i;

	for (i = 0; i < state->samples_len; i++) {
		struct thread *thread = state->samples[i].thread;

		if (!thread)
			continue;
		thread->before = (uint32_t)i;
		thread->before_seq = state->refresh_seq;
	}
	state->samples_before = state->samples;
	state->samples_before_size = state->samples_size;
	state->sample_calls_before = state->sample_calls;
	state->sample_calls_before_size = state->sample_calls_size;
	state->samples_before_seq = state->refresh_seq;
	state->samples = samples;
	state->samples_size = samples_size;
	state->samples_len = 0;
	state->sample_calls = calls;
	state->sample_calls_size = calls_size;
	state->sample_calls_len = 0;
}

void state_refresh_end(struct state *state)
{
	struct call_sum before[COUNT_NR_COUNT];
	size_t i;

	assert(state->in_refresh);
	state->in_refresh = false;
	state->stale = false;
	for (i = 0; i < state->processes_len; i++)
		counts_restart(state->processes[i]);
	for (i = 0; i < state->samples_len; i++) {
		struct thread *thread = state->samples[i].thread;

		if (!thread || (thread->flags & THREAD_F_ENDED))
			continue;
		counts_add_sample(state, &state->samples[i]);
		thread_count(state, thread, &state->samples[i]);
	}
	counts_turn_samples(state);
	memcpy(before, state->nr_total, sizeof(before));
	memset(state->nr_total, 0, sizeof(state->nr_total));
	for (i = 0; i < state->processes_len; i++)
		counts_sum_process(state, state->processes[i]);
	counts_sum_host(state, before);
	counts_find_dead(state);
	counts_drop_threads(state);
	counts_fold_dead(state);
	activity_end_refresh(state);
	counts_ask_texts(state);
	containers_end_refresh(state);
	room_make(state);
}
