/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Durations, threads and errnos in the state: totals, what an interval added, the last interval in
 * which something was timed, what ended processes leave behind; and how rows become one.
 */
#include <stdio.h>
#include <string.h>
#include "run_suite.h"
#include "state/state.h"

#define SECOND 1000000000ull
#define MS 1000000ull

static struct state *state;
static struct snapshot *snapshot;
static uint64_t now_ns;

static void setup(void)
{
	struct state_opts opts = { .dead_keep_ns = SECOND };

	now_ns = 0;
	snapshot = NULL;
	ck_assert_int_eq(state_new(&opts, NULL, &state), 0);
}

static void teardown(void)
{
	snapshot_unref(snapshot);
	state_free(state);
}

static void begin(void)
{
	now_ns += SECOND;
	state_refresh_begin(state, now_ns);
}

static void end(void)
{
	state_refresh_end(state);
	snapshot_unref(snapshot);
	snapshot = NULL;
	ck_assert_int_eq(state_publish(state, &snapshot), 0);
}

/* A thread that has made so many reads and, twice as many, writes. */
static void tell_thread(uint32_t pid, uint32_t tid, uint64_t reads, const struct task_sample *more)
{
	struct call_count calls[2] = { { .nr = 0, .calls = reads, .errors = reads / 10 },
				       { .nr = 1, .calls = reads * 2 } };
	struct task_sample task = more ? *more : (struct task_sample){ .flags = 0 };

	task.pid = pid;
	task.tid = tid;
	task.ppid = 1;
	task.start_boot_ns = pid;
	task.thread_start_boot_ns = tid;
	task.threads = 1;
	task.calls_len = reads ? 2 : 0;
	task.cpu_ns = reads * MS;
	task.bytes.file_in = reads * 5;
	memcpy(task.leader_comm, "proc", 5);
	snprintf(task.comm, sizeof(task.comm), "t%u", tid % 1000);
	state_task(state, &task, calls);
}

/* `slow` of the timed calls took 8 ms, the others 1 ms. */
static void tell_timing(uint32_t pid, uint16_t nr, uint64_t timed, uint64_t slow)
{
	struct timing_count count = { .start_boot_ns = pid,
				      .pid = pid,
				      .nr = nr,
				      .timed = timed,
				      .sum_ns = (timed - slow) * MS + slow * 8 * MS,
				      .max_ns = slow ? 8 * MS : MS };

	/* The kernel's counts wrap. */
	count.buckets[latency_bucket(MS)] = (uint32_t)(timed - slow);
	count.buckets[latency_bucket(8 * MS)] = (uint32_t)slow;
	state_timing(state, &count);
}

static const struct call_row *call_row(uint32_t pid, uint16_t nr)
{
	for (size_t i = 0; i < snapshot->calls_len; i++)
		if (snapshot->calls[i].nr == nr &&
		    snapshot->procs[snapshot->calls[i].proc].pid == pid)
			return &snapshot->calls[i];
	ck_abort_msg("no row of %u %u", pid, nr);
}

static void start_timed(uint32_t pid)
{
	begin();
	tell_thread(pid, pid, 10, NULL);
	tell_timing(pid, 0, 0, 0);
	end();
}

START_TEST(of_an_interval)
{
	const struct timing_row *row;

	start_timed(7);
	row = &call_row(7, 0)->timing;
	ck_assert_uint_eq(row->timed, 0);
	begin();
	tell_thread(7, 7, 20, NULL);
	tell_timing(7, 0, 100, 10);
	end();
	row = &call_row(7, 0)->timing;
	ck_assert_uint_eq(row->timed, 100);
	ck_assert_uint_eq(row->time_ns, 170 * MS);
	ck_assert_uint_eq(row->time_delta_ns, 170 * MS);
	ck_assert_uint_eq(row->max_ns, 8 * MS);
	ck_assert(row->fresh);
	ck_assert_uint_eq(row->recent_ns, 170 * MS);
	begin();
	tell_thread(7, 7, 30, NULL);
	tell_timing(7, 0, 104, 14);
	end();
	row = &call_row(7, 0)->timing;
	/* Four more, all slow. */
	ck_assert_uint_eq(row->time_delta_ns, 32 * MS);
	ck_assert_uint_eq(latency_slice_count(&row->recent), 4);
	ck_assert_uint_eq(row->recent.first, latency_bucket(8 * MS));
	ck_assert_uint_eq(row->recent.len, 1);
}
END_TEST

START_TEST(counts_of_buckets_wrap)
{
	start_timed(7);
	begin();
	tell_thread(7, 7, 20, NULL);
	tell_timing(7, 0, UINT32_MAX - 5ull, 0);
	end();
	begin();
	tell_thread(7, 7, 30, NULL);
	tell_timing(7, 0, UINT32_MAX + 5ull, 0);
	end();
	ck_assert_uint_eq(latency_slice_count(&call_row(7, 0)->timing.recent), 10);
	ck_assert_uint_eq(call_row(7, 0)->timing.timed, UINT32_MAX + 5ull);
}
END_TEST

START_TEST(the_last_interval_stays)
{
	const struct timing_row *row;

	start_timed(7);
	begin();
	tell_thread(7, 7, 20, NULL);
	tell_timing(7, 0, 100, 100);
	end();
	for (int i = 0; i < 3; i++) {
		begin();
		tell_thread(7, 7, 20, NULL);
		tell_timing(7, 0, 100, 100);
		end();
		row = &call_row(7, 0)->timing;
		ck_assert(!row->fresh);
		ck_assert_uint_eq(row->time_delta_ns, 0);
		ck_assert_uint_eq(latency_slice_count(&row->recent), 100);
		ck_assert_uint_eq(row->recent_ns, 800 * MS);
	}
}
END_TEST

START_TEST(syscalls_are_the_sum)
{
	const struct timing_row *row;

	begin();
	tell_thread(7, 7, 10, NULL);
	tell_thread(8, 8, 10, NULL);
	tell_timing(7, 0, 0, 0);
	tell_timing(8, 0, 0, 0);
	end();
	begin();
	tell_thread(7, 7, 20, NULL);
	tell_thread(8, 8, 20, NULL);
	tell_timing(7, 0, 50, 0);
	tell_timing(8, 0, 50, 50);
	end();
	row = &snapshot->syscalls[0].timing;
	ck_assert_uint_eq(row->timed, 100);
	ck_assert_uint_eq(row->time_delta_ns, 450 * MS);
	ck_assert_uint_eq(row->max_ns, 8 * MS);
	ck_assert_uint_eq(latency_slice_count(&row->recent), 100);
	/* What one of them did at another time is not mixed with what the other does now. */
	begin();
	tell_thread(7, 7, 30, NULL);
	tell_thread(8, 8, 20, NULL);
	tell_timing(7, 0, 60, 0);
	tell_timing(8, 0, 50, 50);
	end();
	row = &snapshot->syscalls[0].timing;
	ck_assert(row->fresh);
	ck_assert_uint_eq(latency_slice_count(&row->recent), 10);
	ck_assert_uint_eq(row->recent_ns, 10 * MS);
	ck_assert_uint_eq(row->timed, 110);
}
END_TEST

START_TEST(what_ended_keeps_its_sum)
{
	struct task_exit ended = { .pid = 7,
				   .tid = 7,
				   .start_boot_ns = 7,
				   .thread_start_boot_ns = 7,
				   .process_ended = 1,
				   .calls_len = 1,
				   .leader_comm = "proc" };
	struct call_count calls = { .nr = 0, .calls = 30 };

	start_timed(7);
	begin();
	state_exit(state, &ended, &calls);
	tell_timing(7, 0, 100, 10);
	end();
	ck_assert_uint_eq(snapshot->syscalls[0].timing.timed, 100);
	ck_assert_uint_eq(snapshot->threads_len, 0);
	/* Its row goes to the row of its program; the host's sum does not change. */
	for (int i = 0; i < 4; i++) {
		begin();
		end();
		ck_assert_uint_eq(snapshot->syscalls[0].timing.timed, 100);
		ck_assert_uint_eq(snapshot->syscalls[0].timing.time_ns, 170 * MS);
		ck_assert_uint_eq(snapshot->syscalls[0].timing.max_ns, 8 * MS);
	}
	ck_assert_uint_eq(snapshot->procs[0].pid, 0);
	/* Of a process that nobody knows, and an older reading: nothing. */
	begin();
	tell_timing(99, 0, 5, 0);
	end();
	ck_assert_uint_eq(snapshot->syscalls[0].timing.timed, 100);
}
END_TEST

START_TEST(threads_are_rows)
{
	const struct thread_row *row;

	begin();
	tell_thread(7, 7, 100, NULL);
	tell_thread(7, 9, 50, NULL);
	end();
	ck_assert_uint_eq(snapshot->threads_len, 2);
	ck_assert_uint_eq(snapshot->threads[0].calls_delta, 0);
	ck_assert_uint_eq(snapshot->threads[0].top_nr, COUNT_NR_COUNT);
	begin();
	tell_thread(7, 9, 80, NULL);
	tell_thread(7, 7, 100, NULL);
	end();
	ck_assert_uint_eq(snapshot->threads_len, 2);
	row = &snapshot->threads[0];
	ck_assert_uint_eq(row->tid, 7);
	ck_assert_uint_eq(row->calls, 300);
	ck_assert_uint_eq(row->calls_delta, 0);
	ck_assert_uint_eq(row->top_nr, COUNT_NR_COUNT);
	row = &snapshot->threads[1];
	ck_assert_uint_eq(row->tid, 9);
	ck_assert_str_eq(row->comm, "t9");
	ck_assert_uint_eq(row->calls_delta, 90);
	ck_assert_uint_eq(row->errors_delta, 3);
	ck_assert_uint_eq(row->cpu_delta_ns, 30 * MS);
	ck_assert_uint_eq(row->bytes_delta.file_in, 150);
	ck_assert_uint_eq(row->top_nr, 1);
	ck_assert_uint_eq(snapshot->procs[row->proc].pid, 7);
	/* One is gone; a new one has done all in the interval. */
	begin();
	tell_thread(7, 7, 100, NULL);
	tell_thread(7, 11, 5, NULL);
	end();
	ck_assert_uint_eq(snapshot->threads_len, 2);
	ck_assert_uint_eq(snapshot->threads[1].tid, 11);
	ck_assert_uint_eq(snapshot->threads[1].calls_delta, 15);
	ck_assert_uint_eq(snapshot->threads[1].top_nr, 1);
}
END_TEST

START_TEST(threads_outlast_a_failed_refresh)
{
	begin();
	tell_thread(7, 7, 100, NULL);
	end();
	begin();
	tell_thread(7, 7, 110, NULL);
	state_refresh_abandon(state);
	begin();
	tell_thread(7, 7, 120, NULL);
	end();
	ck_assert_uint_eq(snapshot->threads_len, 1);
	ck_assert_uint_eq(snapshot->threads[0].calls_delta, 60);
}
END_TEST

START_TEST(how_long_in_a_call)
{
	static const struct {
		uint64_t reads; /* changes when it has made a call */
		uint32_t flags;
		uint16_t nr;
		uint64_t ns, expected_ns;
		bool exact, known;
	} steps[] = {
		{ 10, TASK_F_IN_CALL, 202, 0, 0, false, true },
		{ 10, TASK_F_IN_CALL, 202, 0, SECOND, false, true },
		{ 10, TASK_F_IN_CALL, 202, 0, 2 * SECOND, false, true },
		/* The same number again, but another call: one has returned meanwhile. */
		{ 11, TASK_F_IN_CALL, 202, 0, 0, false, true },
		{ 11, TASK_F_IN_CALL, 202, 0, SECOND, false, true },
		/* Another number. */
		{ 11, TASK_F_IN_CALL, 7, 0, 0, false, true },
		/* Measured. */
		{ 12, TASK_F_IN_CALL, 7, 350 * MS, 350 * MS, true, true },
		/* Not any more: from when it was seen first. */
		{ 12, TASK_F_IN_CALL, 7, 0, SECOND, false, true },
		{ 12, TASK_F_IN_UNKNOWN, 0, 0, 0, false, false },
		{ 12, 0, 0, 0, 0, false, false },
		{ 12, TASK_F_IN_CALL, 7, 0, 0, false, true },
	};

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		const struct task_sample more = { .flags = steps[i].flags,
						  .in_nr = steps[i].nr,
						  .in_ns = steps[i].ns };
		const struct thread_row *row;

		begin();
		tell_thread(7, 7, steps[i].reads, &more);
		end();
		row = &snapshot->threads[0];
		ck_assert_msg((row->in_nr != COUNT_NR_COUNT) == steps[i].known, "step %zu", i);
		ck_assert_msg(row->in_ns == steps[i].expected_ns, "step %zu: %llu ns", i,
			      (unsigned long long)row->in_ns);
		ck_assert_msg(row->in_exact == steps[i].exact, "step %zu", i);
		ck_assert_msg(row->in_unknown == !!(steps[i].flags & TASK_F_IN_UNKNOWN), "step %zu",
			      i);
	}
}
END_TEST

START_TEST(errnos_differ)
{
	struct errno_count count = { .start_boot_ns = 7, .pid = 7, .nr = 0, .err = 2, .count = 5 };

	begin();
	tell_thread(7, 7, 10, NULL);
	state_errno(state, &count);
	end();
	ck_assert_uint_eq(snapshot->errnos[0].count_delta, 0);
	begin();
	tell_thread(7, 7, 20, NULL);
	count.count = 8;
	state_errno(state, &count);
	end();
	ck_assert_uint_eq(snapshot->errnos_len, 1);
	ck_assert_uint_eq(snapshot->errnos[0].count, 8);
	ck_assert_uint_eq(snapshot->errnos[0].count_delta, 3);
	ck_assert_uint_eq(snapshot->procs[snapshot->errnos[0].proc].pid, 7);
	begin();
	tell_thread(7, 7, 20, NULL);
	state_errno(state, &count);
	end();
	ck_assert_uint_eq(snapshot->errnos[0].count_delta, 0);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("timing");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, of_an_interval);
	tcase_add_test(tcase, counts_of_buckets_wrap);
	tcase_add_test(tcase, the_last_interval_stays);
	tcase_add_test(tcase, syscalls_are_the_sum);
	tcase_add_test(tcase, what_ended_keeps_its_sum);
	tcase_add_test(tcase, threads_are_rows);
	tcase_add_test(tcase, threads_outlast_a_failed_refresh);
	tcase_add_test(tcase, how_long_in_a_call);
	tcase_add_test(tcase, errnos_differ);
	return run_suite("timing", tcase);
}
