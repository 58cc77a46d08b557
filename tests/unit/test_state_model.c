/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exact counts. A small host made of random processes and threads calls, forks, ends, becomes
 * zombies and execs while refreshes and early drains of the exit ring run; a naive model says what
 * every (process, syscall) must show.
 */
#include <stdlib.h>
#include <string.h>
#include "run_suite.h"
#include "state/state.h"

#define SECOND 1000000000ull
#define NRS 5
static const uint16_t nrs[NRS] = { 0, 1, 3, 59, COUNT_NR_SKIPPED };

/* --- the host --- */

#define HOST_PROCESSES 400
#define HOST_THREADS 2000
#define COMMS 3
static const char *const comms[COMMS] = { "alpha", "beta", "gamma" };

struct host_process {
	uint32_t pid;
	uint64_t start;
	unsigned comm, living;
	bool ended, reaped;
	uint64_t shown[NRS][3]; /* what the state must show: naive sum, see host_expect() */
};

struct host_thread {
	unsigned process;
	uint32_t tid;
	uint64_t start;
	bool ended, gone; /* gone: no iterator sees it any more */
	uint64_t counts[NRS][3];
	/* what the state was told */
	bool told_end;
	uint64_t final[NRS][3];   /* of exit records */
	uint64_t sampled[NRS][3]; /* of the last sample */
	unsigned sampled_in;      /* refresh of it */
};

struct host {
	struct state *state;
	unsigned random;
	struct host_process processes[HOST_PROCESSES];
	struct host_thread threads[HOST_THREADS];
	unsigned processes_len, threads_len;
	unsigned ring[HOST_THREADS], ring_len; /* threads whose exit record waits */
	struct task_exit ring_exits[HOST_THREADS];
	uint64_t ring_counts[HOST_THREADS][NRS][3];
	uint32_t next_tid;
	uint64_t clock, time;
	unsigned refresh;
	bool flagged; /* zombies are marked and show no counts, as the programs do */
};

static unsigned host_random(struct host *host, unsigned below)
{
	host->random = host->random * 1103515245u + 12345u;
	return (host->random >> 8) % below;
}

static unsigned host_add_thread(struct host *host, unsigned process, uint32_t tid, uint64_t start)
{
	struct host_thread *thread = &host->threads[host->threads_len];

	ck_assert_uint_lt(host->threads_len, HOST_THREADS);
	*thread = (struct host_thread){ .process = process, .tid = tid, .start = start };
	host->processes[process].living++;
	return host->threads_len++;
}

static void host_add_process(struct host *host)
{
	struct host_process *process = &host->processes[host->processes_len];

	if (host->processes_len == HOST_PROCESSES || host->threads_len + 8 > HOST_THREADS)
		return;
	*process = (struct host_process){
		/* Few pids: they are used again. */
		.pid = 2 + host_random(host, 30) * 100,
		.start = ++host->clock,
		.comm = host_random(host, COMMS),
	};
	host_add_thread(host, host->processes_len++, process->pid, process->start);
}

/* Puts a thread's exit record into the ring; flags as in struct task_exit. */
static void host_record_exit(struct host *host, unsigned index, uint32_t tid, uint64_t start,
			     uint32_t flags)
{
	struct host_thread *thread = &host->threads[index];
	struct host_process *process = &host->processes[thread->process];
	struct task_exit *ended = &host->ring_exits[host->ring_len];

	*ended = (struct task_exit){
		.pid = process->pid,
		.tid = tid,
		.ppid = 1,
		.start_boot_ns = process->start,
		.thread_start_boot_ns = start,
		.process_ended = !process->living && !(flags & TASK_F_EXEC),
		.flags = flags,
	};
	memcpy(ended->comm, comms[process->comm], strlen(comms[process->comm]));
	memcpy(ended->leader_comm, comms[process->comm], strlen(comms[process->comm]));
	memcpy(host->ring_counts[host->ring_len], thread->counts, sizeof(thread->counts));
	host->ring[host->ring_len++] = index;
}

static void host_end_thread(struct host *host, unsigned index)
{
	struct host_thread *thread = &host->threads[index];
	struct host_process *process = &host->processes[thread->process];

	if (thread->ended)
		return;
	thread->ended = true;
	process->living--;
	process->ended = !process->living;
	/* Others than the leader vanish at once; a leader waits for its reaper. */
	thread->gone = thread->tid != process->pid && host_random(host, 2);
	host_record_exit(host, index, thread->tid, thread->start, 0);
}

/* execve in a thread that is not the leader: see counts.c. */
static void host_exec(struct host *host, unsigned index)
{
	struct host_thread *caller = &host->threads[index];
	struct host_process *process = &host->processes[caller->process];
	unsigned i;

	if (caller->ended || caller->tid == process->pid || host->threads_len == HOST_THREADS)
		return;
	for (i = 0; i < host->threads_len; i++) {
		if (i != index && host->threads[i].process == caller->process) {
			host_end_thread(host, i);
			host->threads[i].gone = true;
		}
	}
	/* The caller's counts come as a record of its old identity. */
	host_record_exit(host, index, caller->tid, caller->start, TASK_F_EXEC);
	caller->ended = true;
	caller->gone = true;
	process->living--;
	host_add_thread(host, caller->process, process->pid, ++host->clock);
}

static void host_call(struct host *host)
{
	struct host_thread *thread = &host->threads[host_random(host, host->threads_len)];
	unsigned n = host_random(host, NRS);

	if (thread->ended)
		return;
	thread->counts[n][0] += 1 + host_random(host, 20);
	thread->counts[n][1] += host_random(host, 2);
	thread->counts[n][2] += host_random(host, 2);
}

static void host_step(struct host *host, bool exec)
{
	unsigned what = host_random(host, 20);
	unsigned index = host->threads_len ? host_random(host, host->threads_len) : 0;

	if (what == 0 || !host->threads_len)
		host_add_process(host);
	else if (what <= 2 && !host->threads[index].ended && host->threads_len + 8 < HOST_THREADS)
		host_add_thread(host, host->threads[index].process,
				10000 + ++host->next_tid % 500 + 1, ++host->clock);
	else if (what <= 5)
		host_end_thread(host, index);
	else if (what == 6 && exec)
		host_exec(host, index);
	else if (what == 7 && host->processes[host->threads[index].process].ended)
		host->processes[host->threads[index].process].reaped = true;
	else
		host_call(host);
}

/* --- what the state is told --- */

static size_t host_counts(const uint64_t counts[NRS][3], struct call_count *ret_counts)
{
	size_t len = 0;
	int n;

	for (n = NRS - 1; n >= 0; n--) { /* not in the order of numbers */
		if (counts[n][0])
			ret_counts[len++] = (struct call_count){
				.nr = nrs[n],
				.calls = counts[n][0],
				.errors = counts[n][1],
				.restarts = (uint32_t)counts[n][2],
			};
	}
	return len;
}

static void host_drain(struct host *host)
{
	struct call_count counts[NRS];
	unsigned i;
	int n, k;

	for (i = 0; i < host->ring_len; i++) {
		struct host_thread *thread = &host->threads[host->ring[i]];

		host->ring_exits[i].calls_len =
			(uint32_t)host_counts((const uint64_t(*)[3])host->ring_counts[i], counts);
		state_exit(host->state, &host->ring_exits[i], counts);
		thread->told_end = true;
		for (n = 0; n < NRS; n++) {
			for (k = 0; k < 3; k++)
				thread->final[n][k] += host->ring_counts[i][n][k];
		}
	}
	host->ring_len = 0;
}

static void host_sample(struct host *host, unsigned index)
{
	struct host_thread *thread = &host->threads[index];
	struct host_process *process = &host->processes[thread->process];
	struct call_count counts[NRS];
	struct task_sample task = {
		.pid = process->pid,
		.tid = thread->tid,
		.ppid = 1,
		.start_boot_ns = process->start,
		.thread_start_boot_ns = thread->start,
		.threads = process->living,
		.state = 'S',
	};

	if (thread->gone || (thread->ended && process->reaped))
		return;
	memcpy(task.comm, comms[process->comm], strlen(comms[process->comm]));
	memcpy(task.leader_comm, comms[process->comm], strlen(comms[process->comm]));
	/* The end of a thread takes a while: it may still look alive. */
	if (thread->ended && (host->flagged || host_random(host, 2)))
		task.state = 'Z';
	if (thread->ended && host->flagged)
		task.flags |= TASK_F_ENDED;
	else
		task.calls_len =
			(uint32_t)host_counts((const uint64_t(*)[3])thread->counts, counts);
	state_task(host->state, &task, counts);
	if (host->flagged && thread->ended)
		return;
	memcpy(thread->sampled, thread->counts, sizeof(thread->sampled));
	thread->sampled_in = host->refresh;
}

/* A refresh; the host goes on meanwhile when busy > 0. */
static void host_refresh(struct host *host, unsigned busy)
{
	unsigned len = host->threads_len, first = host_random(host, len + 1), i, j;

	host->refresh++;
	host->time += SECOND;
	state_refresh_begin(host->state, host->time);
	for (i = 0; i < len; i++) {
		host_sample(host, (first + i) % len);
		for (j = 0; busy && j < busy; j++)
			host_step(host, false);
	}
	host_drain(host);
	state_refresh_end(host->state);
}

/* --- what must come out --- */

/* The naive sum: final counts of ended threads, last samples of the others. */
static void host_expect(struct host *host)
{
	unsigned i;
	int n, k;

	for (i = 0; i < host->processes_len; i++)
		memset(host->processes[i].shown, 0, sizeof(host->processes[i].shown));
	for (i = 0; i < host->threads_len; i++) {
		struct host_thread *thread = &host->threads[i];

		for (n = 0; n < NRS; n++) {
			for (k = 0; k < 3; k++) {
				uint64_t *shown = &host->processes[thread->process].shown[n][k];

				if (thread->told_end)
					*shown += thread->final[n][k];
				else if (thread->sampled_in == host->refresh)
					*shown += thread->sampled[n][k];
			}
		}
	}
}

static int nr_index(uint16_t nr)
{
	int n;

	for (n = 0; n < NRS; n++) {
		if (nrs[n] == nr)
			return n;
	}
	ck_abort_msg("a number that nobody called: %u", nr);
	return -1;
}

static int comm_index(const char *comm)
{
	int c;

	for (c = 0; c < COMMS; c++) {
		if (!strcmp(comms[c], comm))
			return c;
	}
	ck_abort_msg("a name that nobody has: \"%s\"", comm);
	return -1;
}

static const struct host_process *host_find(const struct host *host, uint32_t pid, uint64_t start)
{
	unsigned i;

	for (i = 0; i < host->processes_len; i++) {
		if (host->processes[i].pid == pid && host->processes[i].start == start)
			return &host->processes[i];
	}
	return NULL;
}

static void check_row(const struct host *host, const struct snapshot *snapshot,
		      const struct proc_row *row, uint64_t by_comm[COMMS][NRS][3])
{
	const struct host_process *process = host_find(host, row->pid, row->start_boot_ns);
	uint64_t shown[NRS][3] = { 0 }, calls = 0;
	uint32_t i;
	int n, k;

	for (i = 0; i < row->calls_len; i++) {
		const struct call_row *call = &snapshot->calls[row->calls_first + i];

		n = nr_index(call->nr);
		ck_assert_ptr_eq(&snapshot->procs[call->proc], row);
		shown[n][0] += call->calls;
		shown[n][1] += call->errors;
		shown[n][2] += call->restarts;
		calls += call->calls;
	}
	ck_assert_uint_eq(row->calls, calls);
	ck_assert_msg(process || !row->pid, "an unknown process %u", row->pid);
	for (n = 0; n < NRS; n++) {
		for (k = 0; k < 3; k++) {
			by_comm[comm_index(row->comm)][n][k] += shown[n][k];
			if (process)
				ck_assert_msg(shown[n][k] == process->shown[n][k],
					      "refresh %u pid %u nr %u kind %d: %lu, not %lu",
					      host->refresh, row->pid, nrs[n], k, shown[n][k],
					      process->shown[n][k]);
		}
	}
}

/* Every row, every program and every syscall is what the model says. */
static void host_check(struct host *host)
{
	uint64_t by_comm[COMMS][NRS][3] = { 0 }, want[COMMS][NRS][3] = { 0 }, total = 0;
	struct snapshot *snapshot = NULL;
	size_t i;
	int n, k, c;

	host_expect(host);
	ck_assert_int_eq(state_publish(host->state, &snapshot), 0);
	for (i = 0; i < snapshot->procs_len; i++)
		check_row(host, snapshot, &snapshot->procs[i], by_comm);
	for (i = 0; i < host->processes_len; i++) {
		for (n = 0; n < NRS; n++) {
			for (k = 0; k < 3; k++)
				want[host->processes[i].comm][n][k] +=
					host->processes[i].shown[n][k];
		}
	}
	for (c = 0; c < COMMS; c++) {
		for (n = 0; n < NRS; n++) {
			for (k = 0; k < 3; k++)
				ck_assert_msg(by_comm[c][n][k] == want[c][n][k],
					      "refresh %u %s nr %u kind %d: %lu, not %lu",
					      host->refresh, comms[c], nrs[n], k, by_comm[c][n][k],
					      want[c][n][k]);
		}
	}
	for (i = 0; i < snapshot->syscalls_len; i++) {
		uint64_t sum = 0;

		n = nr_index(snapshot->syscalls[i].nr);
		for (c = 0; c < COMMS; c++)
			sum += want[c][n][0];
		ck_assert_uint_eq(snapshot->syscalls[i].calls, sum);
		total += sum;
	}
	ck_assert_uint_eq(snapshot->health.calls, total);
	ck_assert(!snapshot->health.inexact);
	snapshot_unref(snapshot);
}

static void run_host(unsigned seed, bool flagged, bool exec)
{
	struct state_opts opts = { .dead_keep_ns = 3 * SECOND };
	struct host *host = calloc(1, sizeof(*host));
	uint64_t last = 0;
	unsigned i, j;

	ck_assert_ptr_nonnull(host);
	host->random = seed;
	host->flagged = flagged;
	ck_assert_int_eq(state_new(&opts, NULL, &host->state), 0);
	for (i = 0; i < 60; i++) {
		struct snapshot *snapshot = NULL;

		for (j = 0; j < 30; j++) {
			host_step(host, exec);
			if (!host_random(host, 10))
				host_drain(host);
		}
		host_refresh(host, i % 3);
		host_check(host);
		ck_assert_int_eq(state_publish(host->state, &snapshot), 0);
		ck_assert_msg(snapshot->health.calls >= last, "totals went back");
		last = snapshot->health.calls;
		snapshot_unref(snapshot);
	}
	/* Quiet: now the model's naive sum is the truth. */
	host_refresh(host, 0);
	host_check(host);
	for (i = 0; i < host->threads_len; i++)
		host_end_thread(host, i);
	for (i = 0; i < host->processes_len; i++)
		host->processes[i].reaped = true;
	for (i = 0; i < 6; i++) {
		host_refresh(host, 0);
		host_check(host);
	}
	state_free(host->state);
	free(host);
}

START_TEST(test_random_unflagged)
{
	run_host((unsigned)_i * 7919 + 1, false, true);
}
END_TEST

START_TEST(test_random_flagged)
{
	run_host((unsigned)_i * 104729 + 3, true, true);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("model");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, test_random_unflagged, 0, 12);
	tcase_add_loop_test(tcase, test_random_flagged, 0, 12);
	return run_suite("state_model", tcase);
}
