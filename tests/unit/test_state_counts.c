/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The counter refresh, one case for each thing that could count a call twice, lose it, or take it
 * back. The random test against a model is test_state_model.c.
 */
#include <string.h>
#include "run_suite.h"
#include "state/state.h"

#define SECOND 1000000000ull

static struct state *fresh(void)
{
	struct state_opts opts = { .dead_keep_ns = 3 * SECOND,
				   .boot_epoch_ns = 4 * SECOND + SECOND / 2 };
	struct state *state = NULL;

	ck_assert_int_eq(state_new(&opts, NULL, &state), 0);
	return state;
}

static void tell_task(struct state *state, uint32_t pid, uint32_t tid, char how, uint64_t reads)
{
	struct call_count count = { .nr = 0, .calls = reads };
	struct task_sample task = {
		.pid = pid,
		.tid = tid,
		.ppid = 1,
		.start_boot_ns = pid,
		.thread_start_boot_ns = tid,
		.state = how,
		.threads = 1,
		.calls_len = reads ? 1 : 0,
		.cpu_ns = reads * 10,
		.leader_comm = "proc",
		.bytes = { .file_in = reads },
	};

	state_task(state, &task, &count);
}

static void tell_exit(struct state *state, uint32_t pid, uint32_t tid, uint32_t last,
		      uint64_t reads)
{
	struct call_count count = { .nr = 0, .calls = reads };
	struct task_exit ended = {
		.pid = pid,
		.tid = tid,
		.ppid = 1,
		.start_boot_ns = pid,
		.thread_start_boot_ns = tid,
		.process_ended = last,
		.calls_len = 1,
		.cpu_ns = reads * 10,
		.leader_comm = "proc",
		.bytes = { .file_in = reads },
	};

	state_exit(state, &ended, &count);
}

/* What one process shows after a refresh. */
static struct proc_row row_of(struct state *state, uint32_t pid)
{
	struct snapshot *snapshot = NULL;
	const struct proc_row *found;
	struct proc_row row;

	ck_assert_int_eq(state_publish(state, &snapshot), 0);
	found = snapshot_proc(snapshot, pid, pid ? pid : 1);
	ck_assert_ptr_nonnull(found);
	row = *found; /* numbers only: its text goes with the snapshot */
	snapshot_unref(snapshot);
	return row;
}

START_TEST(test_deltas)
{
	struct state *state = fresh();
	struct proc_row row;

	state_refresh_begin(state, 5 * SECOND);
	tell_task(state, 7, 7, 'S', 100);
	state_refresh_end(state);
	row = row_of(state, 7);
	ck_assert_uint_eq(row.calls, 100);
	ck_assert_uint_eq(row.calls_delta, 0); /* nothing to compare with */
	ck_assert_uint_eq(row.cpu_delta_ns, 0);
	state_refresh_begin(state, 7 * SECOND);
	tell_task(state, 7, 7, 'S', 130);
	tell_task(state, 8, 8, 'S', 5); /* new: all of it is of this interval */
	state_refresh_end(state);
	row = row_of(state, 7);
	ck_assert_uint_eq(row.calls_delta, 30);
	ck_assert_uint_eq(row.cpu_delta_ns, 300);
	ck_assert_uint_eq(row.bytes_delta.file_in, 30);
	ck_assert_uint_eq(row_of(state, 8).calls_delta, 5);
	state_refresh_begin(state, 20 * SECOND);
	tell_task(state, 7, 7, 'S', 131);
	tell_task(state, 9, 9, 'S', 1000); /* began before the interval: it came into scope */
	state_refresh_end(state);
	ck_assert_uint_eq(row_of(state, 9).calls, 1000);
	ck_assert_uint_eq(row_of(state, 9).calls_delta, 0);
	ck_assert_uint_eq(row_of(state, 9).cpu_delta_ns, 0);
	state_refresh_begin(state, 21 * SECOND);
	tell_task(state, 7, 7, 'S', 131);
	tell_task(state, 9, 9, 'S', 1003);
	state_refresh_end(state);
	ck_assert_uint_eq(row_of(state, 9).calls_delta, 3);
	state_free(state);
}
END_TEST

START_TEST(test_exit_in_its_refresh)
{
	struct state *state = fresh();

	state_refresh_begin(state, SECOND);
	tell_task(state, 7, 7, 'S', 10);
	tell_task(state, 7, 9, 'S', 10);
	tell_exit(state, 7, 9, 0, 12);
	state_refresh_end(state);
	ck_assert_uint_eq(row_of(state, 7).calls, 22);
	ck_assert_uint_eq(row_of(state, 7).cpu_ns, 220);
	ck_assert_uint_eq(row_of(state, 7).bytes.file_in, 22);
	state_refresh_begin(state, 2 * SECOND);
	tell_task(state, 7, 7, 'S', 10);
	state_refresh_end(state);
	ck_assert_uint_eq(row_of(state, 7).calls, 22);
	ck_assert_uint_eq(row_of(state, 7).calls_delta, 0);
	state_free(state);
}
END_TEST

START_TEST(test_exit_before_late_sample)
{
	struct state *state = fresh();

	state_refresh_begin(state, SECOND);
	tell_task(state, 7, 7, 'S', 10);
	state_refresh_end(state);
	tell_exit(state, 7, 7, 1, 15); /* drained early */
	state_refresh_begin(state, 2 * SECOND);
	tell_task(state, 7, 7, 'R', 15); /* on its way out */
	state_refresh_end(state);
	ck_assert_uint_eq(row_of(state, 7).calls, 15);
	ck_assert_uint_eq(row_of(state, 7).calls_delta, 5);
	ck_assert(row_of(state, 7).dead);
	state_free(state);
}
END_TEST

START_TEST(test_exec_of_a_thread)
{
	struct task_sample task = { .pid = 7,
				    .tid = 7,
				    .start_boot_ns = 7,
				    .state = 'S',
				    .thread_start_boot_ns = 900,
				    .calls_len = 1,
				    .cpu_ns = 250 };
	struct task_exit ended = { .pid = 7,
				   .tid = 9,
				   .start_boot_ns = 7,
				   .cpu_ns = 240,
				   .thread_start_boot_ns = 9,
				   .calls_len = 1,
				   .flags = TASK_F_EXEC };
	struct call_count count = { .nr = 0, .calls = 24 };
	struct state *state = fresh();

	state_refresh_begin(state, SECOND);
	tell_task(state, 7, 7, 'S', 10);
	tell_task(state, 7, 9, 'S', 20);
	state_refresh_end(state);
	tell_exit(state, 7, 7, 0, 11); /* the old leader */
	state_exit(state, &ended, &count);
	count.calls = 3;
	state_refresh_begin(state, 2 * SECOND);
	state_task(state, &task, &count);
	state_refresh_end(state);
	ck_assert_uint_eq(row_of(state, 7).calls, 11 + 24 + 3);
	ck_assert_uint_eq(row_of(state, 7).cpu_ns, 110 + 250);
	ck_assert(!row_of(state, 7).dead);
	state_free(state);
}
END_TEST

/* The counters could not be read: nobody dies of it, totals stay and are marked. */
START_TEST(test_abandoned_refresh)
{
	struct state *state = fresh();
	struct snapshot *snapshot = NULL;

	state_refresh_begin(state, SECOND);
	tell_task(state, 7, 7, 'S', 10);
	tell_task(state, 8, 8, 'S', 3);
	state_refresh_end(state);
	state_refresh_begin(state, 2 * SECOND);
	tell_task(state, 7, 7, 'S', 14);
	state_refresh_abandon(state);
	ck_assert_uint_eq(row_of(state, 7).calls, 10);
	ck_assert(!row_of(state, 8).dead);
	ck_assert_int_eq(state_publish(state, &snapshot), 0);
	ck_assert(snapshot->health.inexact);
	ck_assert_uint_eq(snapshot->time_ns, SECOND);
	snapshot_unref(snapshot);
	tell_exit(state, 8, 8, 1, 5);
	state_refresh_begin(state, 3 * SECOND);
	tell_task(state, 7, 7, 'S', 20);
	state_refresh_end(state);
	ck_assert_uint_eq(row_of(state, 7).calls, 20);
	ck_assert_uint_eq(row_of(state, 8).calls, 5);
	ck_assert_int_eq(state_publish(state, &snapshot), 0);
	ck_assert(!snapshot->health.inexact);
	ck_assert_uint_eq(snapshot->interval_ns, 2 * SECOND);
	snapshot_unref(snapshot);
	state_free(state);
}
END_TEST

/* Fd tables are kept of processes that have a row; seeding makes none. */
START_TEST(test_file_of_a_stranger)
{
	struct file_sample file = { .pid = 9, .start_boot_ns = 9, .fd = 3 };
	struct state *state = fresh();
	struct snapshot *snapshot = NULL;

	state_refresh_begin(state, SECOND);
	tell_task(state, 7, 7, 'S', 10);
	state_refresh_end(state);
	state_file(state, &file, "/x");
	ck_assert(!state_has_process(state, 9, 9));
	ck_assert(state_has_process(state, 7, 7));
	ck_assert_int_eq(state_publish(state, &snapshot), 0);
	ck_assert_uint_eq(snapshot->procs_len, 1);
	snapshot_unref(snapshot);
	state_free(state);
}
END_TEST

START_TEST(test_zombie_keeps_its_row)
{
	struct state *state = fresh();
	unsigned i;

	tell_exit(state, 7, 7, 1, 15);
	for (i = 1; i < 20; i++) {
		state_refresh_begin(state, i * SECOND);
		tell_task(state, 7, 7, 'Z', 15);
		state_refresh_end(state);
		ck_assert_uint_eq(row_of(state, 7).calls, 15);
	}
	state_refresh_begin(state, 20 * SECOND); /* reaped */
	state_refresh_end(state);
	ck_assert_uint_eq(row_of(state, 0).calls, 15);
	state_free(state);
}
END_TEST

static unsigned forgotten;

static void count_forgotten(void *ctx, uint32_t pid, uint64_t start_boot_ns)
{
	ck_assert_uint_eq(pid, 7);
	ck_assert_uint_eq(start_boot_ns, 7);
	forgotten++;
}

START_TEST(test_dead_row_then_program)
{
	struct errno_count failed = { .pid = 7, .start_boot_ns = 7, .nr = 0, .err = 2, .count = 4 };
	struct state *state = fresh();
	struct snapshot *snapshot = NULL;

	forgotten = 0;
	state_refresh_begin(state, SECOND);
	tell_task(state, 7, 7, 'S', 10);
	state_refresh_end(state);
	state_refresh_begin(state, 2 * SECOND);
	tell_exit(state, 7, 7, 1, 15);
	state_errno(state, &failed);
	state_refresh_end(state);
	ck_assert(row_of(state, 7).dead);
	state_refresh_begin(state, 4 * SECOND);
	state_refresh_end(state);
	ck_assert(row_of(state, 7).dead);
	state_take_forgotten(state, count_forgotten, NULL);
	ck_assert_uint_eq(forgotten, 0);
	state_refresh_begin(state, 5 * SECOND);
	state_refresh_end(state);
	ck_assert_int_eq(state_publish(state, &snapshot), 0);
	ck_assert_ptr_null(snapshot_proc(snapshot, 7, 7));
	ck_assert_uint_eq(snapshot->procs_len, 1);
	ck_assert_str_eq(snapshot->procs[0].comm, "proc");
	ck_assert_str_eq(snapshot->procs[0].cmdline, "proc: 1 exited");
	ck_assert_uint_eq(snapshot->procs[0].pid, 0);
	ck_assert_uint_eq(snapshot->procs[0].calls, 15);
	ck_assert_uint_eq(snapshot->procs[0].calls_delta, 0);
	ck_assert_uint_eq(snapshot->calls[0].top_errno, 2);
	ck_assert_uint_eq(snapshot->calls[0].top_errno_count, 4);
	ck_assert_uint_eq(snapshot->health.calls, 15);
	snapshot_unref(snapshot);
	state_take_forgotten(state, count_forgotten, NULL);
	ck_assert_uint_eq(forgotten, 1);
	state_free(state);
}
END_TEST

START_TEST(test_children)
{
	struct state *state = fresh();
	struct task_sample child = {
		.pid = 9,
		.tid = 9,
		.ppid = 7,
		.start_boot_ns = 9,
		.thread_start_boot_ns = 9,
		.state = 'S',
		.leader_comm = "child",
	};
	struct task_exit ended = {
		.pid = 9,
		.tid = 9,
		.ppid = 7,
		.start_boot_ns = 9,
		.thread_start_boot_ns = 9,
		.process_ended = 1,
		.calls_len = 1,
	};
	struct call_count count = { .nr = 3, .calls = 6, .errors = 2 };

	state_refresh_begin(state, SECOND);
	tell_task(state, 7, 7, 'S', 10);
	state_task(state, &child, NULL);
	state_exit(state, &ended, &count);
	state_refresh_end(state);
	ck_assert_uint_eq(row_of(state, 7).children_calls, 6);
	ck_assert_uint_eq(row_of(state, 7).children_errors, 2);
	ck_assert_uint_eq(row_of(state, 7).calls, 10);
	state_refresh_begin(state, 2 * SECOND);
	tell_task(state, 7, 7, 'S', 10);
	state_refresh_end(state);
	ck_assert_uint_eq(row_of(state, 7).children_calls, 6); /* once */
	state_free(state);
}
END_TEST

START_TEST(test_other_row)
{
	struct call_count other = { .nr = COUNT_NR_OTHER, .calls = 50, .errors = 3 };
	struct state *state = fresh();
	struct snapshot *snapshot = NULL;

	state_refresh_begin(state, SECOND);
	tell_task(state, 7, 7, 'S', 10);
	state_other(state, &other);
	state_refresh_end(state);
	state_refresh_begin(state, 2 * SECOND); /* failed half-way: nothing is taken back */
	tell_task(state, 7, 7, 'S', 11);
	state_refresh_end(state);
	ck_assert_int_eq(state_publish(state, &snapshot), 0);
	ck_assert_uint_eq(snapshot->health.calls, 61);
	ck_assert_uint_eq(snapshot->health.calls_delta, 1);
	ck_assert_uint_eq(snapshot->syscalls[1].nr, COUNT_NR_OTHER);
	ck_assert_uint_eq(snapshot->syscalls[1].calls, 50);
	snapshot_unref(snapshot);
	state_free(state);
}
END_TEST

START_TEST(test_top_rows)
{
	struct errno_count failed[] = {
		{ .pid = 7, .start_boot_ns = 7, .nr = 0, .err = 11, .count = 4 },
		{ .pid = 7, .start_boot_ns = 7, .nr = 0, .err = 2, .count = 5 },
		{ .pid = 8, .start_boot_ns = 8, .nr = 0, .err = 11, .count = 3 },
	};
	struct state *state = fresh();
	struct snapshot *snapshot = NULL;
	size_t round, i;

	for (round = 1; round <= 2; round++) {
		state_refresh_begin(state, round * SECOND);
		tell_task(state, 7, 7, 'S', 10 * round);
		tell_task(state, 8, 8, 'S', 30 * round);
		tell_task(state, 9, 9, 'S', 20);
		for (i = 0; i < 3; i++)
			state_errno(state, &failed[i]);
		state_refresh_end(state);
	}
	ck_assert_int_eq(state_publish(state, &snapshot), 0);
	ck_assert_uint_eq(snapshot->syscalls_len, 1);
	ck_assert_uint_eq(snapshot->syscalls[0].calls, 100);
	ck_assert_uint_eq(snapshot->syscalls[0].calls_delta, 40);
	ck_assert_uint_eq(snapshot->syscalls[0].procs, 2);
	ck_assert_uint_eq(snapshot->procs[snapshot->syscalls[0].top_proc].pid, 8);
	ck_assert_uint_eq(snapshot->syscalls[0].top_errno, 11); /* 7 of all, against 5 */
	ck_assert_uint_eq(snapshot->calls[0].top_errno, 2);
	ck_assert_uint_eq(snapshot->errnos_len, 3);
	snapshot_unref(snapshot);
	state_free(state);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("counts");

	tcase_add_test(tcase, test_deltas);
	tcase_add_test(tcase, test_exit_in_its_refresh);
	tcase_add_test(tcase, test_exit_before_late_sample);
	tcase_add_test(tcase, test_exec_of_a_thread);
	tcase_add_test(tcase, test_abandoned_refresh);
	tcase_add_test(tcase, test_file_of_a_stranger);
	tcase_add_test(tcase, test_zombie_keeps_its_row);
	tcase_add_test(tcase, test_dead_row_then_program);
	tcase_add_test(tcase, test_children);
	tcase_add_test(tcase, test_other_row);
	tcase_add_test(tcase, test_top_rows);
	return run_suite("state_counts", tcase);
}
