/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes of files and sockets and requests of io_uring in the state: totals, deltas, names, ends. */
#include <check.h>
#include <string.h>
#include "build_record.h"
#include "run_suite.h"
#include "state/state.h"

#define SECOND 1000000000ull

static struct state *state;
static uint64_t now_ns;

static void setup(void)
{
	const struct state_opts opts = { .dead_keep_ns = SECOND };

	now_ns = 100 * SECOND;
	ck_assert_int_eq(state_new(&opts, NULL, &state), 0);
}

static void teardown(void)
{
	state_free(state);
}

static struct object_count bytes_of(uint32_t pid, uint64_t in, uint64_t out, uint64_t ops)
{
	return (struct object_count){ .start_boot_ns = pid,
				      .pid = pid,
				      .dev = 0x801,
				      .ino = 42,
				      .in = in,
				      .out = out,
				      .ops = ops };
}

/* One refresh in which these processes live. */
static void refresh_begin(uint32_t first, uint32_t second)
{
	const uint32_t pids[] = { first, second };

	now_ns += SECOND;
	state_refresh_begin(state, now_ns);
	for (size_t i = 0; i < 2; i++) {
		struct task_sample task = { .pid = pids[i],
					    .tid = pids[i],
					    .start_boot_ns = pids[i],
					    .thread_start_boot_ns = pids[i],
					    .threads = 1,
					    .state = 'S',
					    .flags = TASK_F_LEADER | TASK_F_IN_SCOPE };

		if (pids[i])
			state_task(state, &task, NULL);
	}
}

static struct snapshot *refresh_end(void)
{
	struct snapshot *snapshot;

	state_refresh_end(state);
	ck_assert_int_eq(state_publish(state, &snapshot), 0);
	return snapshot;
}

static const struct activity_row *row_of(const struct snapshot *snapshot, enum activity_kind kind,
					 uint32_t pid)
{
	for (size_t i = 0; i < snapshot->activities_len; i++) {
		const struct activity_row *row = &snapshot->activities[i];
		bool owned = row->proc < snapshot->procs_len;

		if (row->kind == kind && (owned ? snapshot->procs[row->proc].pid == pid : !pid))
			return row;
	}
	return NULL;
}

static void first_refresh(void)
{
	struct object_count one = bytes_of(5, 100, 10, 4), two = bytes_of(6, 7, 0, 1);
	struct object_name name = { .path_len = 4, .path = "/a/b" };

	refresh_begin(5, 6);
	ck_assert_int_eq(state_object(state, &one), STATE_OBJECT_NEW);
	state_object_name(state, &one, &name);
	ck_assert_int_eq(state_object(state, &one), STATE_OBJECT_KNOWN);
	ck_assert_int_eq(state_object(state, &two), STATE_OBJECT_NEW);
	snapshot_unref(refresh_end());
}

START_TEST(totals_and_deltas)
{
	struct object_count one = bytes_of(5, 150, 10, 6), two = bytes_of(6, 7, 0, 1);
	struct snapshot *snapshot;
	const struct activity_row *row;

	first_refresh();
	refresh_begin(5, 6);
	state_object(state, &one);
	state_object(state, &two);
	snapshot = refresh_end();
	row = row_of(snapshot, ACTIVITY_FILE, 5);
	ck_assert_ptr_nonnull(row);
	ck_assert_str_eq(row->name, "/a/b");
	ck_assert_uint_eq(row->in, 150);
	ck_assert_uint_eq(row->in_delta, 50);
	ck_assert_uint_eq(row->out_delta, 0);
	ck_assert_uint_eq(row->ops_delta, 2);
	row = row_of(snapshot, ACTIVITY_FILE, 6);
	ck_assert_ptr_nonnull(row);
	ck_assert_uint_eq(row->in, 7);
	ck_assert_uint_eq(row->in_delta, 0);
	snapshot_unref(snapshot);
}
END_TEST

/* What a process has moved stays in the sum of the object when the process is given up. */
START_TEST(ended_process_leaves_its_bytes)
{
	struct snapshot *snapshot;
	const struct activity_row *row;

	first_refresh();
	for (int i = 0; i < 5; i++) {
		refresh_begin(5, 0);
		snapshot = refresh_end();
		ck_assert_uint_eq(snapshot->activities_len, 2);
		snapshot_unref(snapshot);
	}
	refresh_begin(5, 0);
	snapshot = refresh_end();
	row = row_of(snapshot, ACTIVITY_FILE, 0);
	ck_assert_ptr_nonnull(row);
	ck_assert_uint_eq(row->in, 7);
	ck_assert_uint_eq(row->in_delta, 0);
	ck_assert_ptr_null(row_of(snapshot, ACTIVITY_FILE, 6));
	snapshot_unref(snapshot);
}
END_TEST

START_TEST(sockets_have_two_ends)
{
	struct object_count count = bytes_of(5, 1, 1, 2);
	struct object_name name = { .family = 2,
				    .protocol = 6,
				    .sport = 80,
				    .dport = 9000,
				    .saddr = { 127, 0, 0, 1 },
				    .daddr = { 10, 0, 0, 7 } };
	struct snapshot *snapshot;
	const struct activity_row *row;

	count.socket = 1;
	refresh_begin(5, 0);
	ck_assert_int_eq(state_object(state, &count), STATE_OBJECT_NEW);
	state_object_name(state, &count, &name);
	snapshot = refresh_end();
	row = row_of(snapshot, ACTIVITY_SOCKET, 5);
	ck_assert_ptr_nonnull(row);
	ck_assert_str_eq(row->name, "127.0.0.1:80");
	ck_assert_str_eq(row->remote, "10.0.0.7:9000");
	ck_assert_uint_eq(row->protocol, 6);
	snapshot_unref(snapshot);
}
END_TEST

START_TEST(requests_are_in_the_row_of_their_process)
{
	struct uring_count opens = {
		.start_boot_ns = 5, .pid = 5, .op = 18, .calls = 30, .errors = 2
	};
	struct uring_count lost = { .op = URING_OP_UNKNOWN, .calls = 9 };
	struct uring_count stranger = { .start_boot_ns = 77, .pid = 77, .op = 18, .calls = 1 };
	struct snapshot *snapshot;

	refresh_begin(5, 6);
	state_uring(state, &opens);
	snapshot_unref(refresh_end());
	refresh_begin(5, 6);
	opens.calls = 35;
	state_uring(state, &opens);
	state_uring(state, &lost);
	state_uring(state, &stranger);
	snapshot = refresh_end();
	ck_assert_uint_eq(snapshot->activities_len, 2);
	ck_assert_uint_eq(snapshot_proc(snapshot, 5, 5)->uring, 35);
	ck_assert_uint_eq(snapshot_proc(snapshot, 5, 5)->uring_delta, 5);
	ck_assert_uint_eq(snapshot_proc(snapshot, 6, 6)->uring, 0);
	ck_assert_uint_eq(snapshot_proc(snapshot, 5, 5)->calls, 0);
	ck_assert_uint_eq(row_of(snapshot, ACTIVITY_URING, 0)->ops, 9);
	ck_assert_uint_eq(row_of(snapshot, ACTIVITY_URING, 5)->errors, 2);
	snapshot_unref(snapshot);
}
END_TEST

START_TEST(forgotten_objects_leave_requests)
{
	struct uring_count ring = { .start_boot_ns = 5, .pid = 5, .op = 0, .calls = 1 };
	struct snapshot *snapshot;

	first_refresh();
	refresh_begin(5, 6);
	state_uring(state, &ring);
	state_forget_objects(state, STATE_OBJECTS_NOT_COUNTED);
	snapshot = refresh_end();
	ck_assert_uint_eq(snapshot->activities_len, 1);
	ck_assert_int_eq(snapshot->activities[0].kind, ACTIVITY_URING);
	snapshot_unref(snapshot);
}
END_TEST

/* A call of process 5 on a descriptor. */
static void call(const char *name, uint64_t fd, int64_t ret, unsigned flags)
{
	static struct build_record build;
	const struct build_prefix prefix = { .ts_ns = now_ns,
					     .pid = 5,
					     .start_boot_ns = 5,
					     .nr = syscall_nr(syscall_by_name(name)),
					     .ret = ret,
					     .args = { fd },
					     .flags = (uint16_t)flags };
	const uint8_t op = 18;

	build_record_init(&build, EVENT_CODE_GENERIC_X, &prefix);
	if (flags & RECORD_F_URING)
		build_record_ext(&build, RECORD_EXT_URING_OP, 0, &op, 1);
	ck_assert_int_eq(state_record(state, build.data, build_record_finish(&build)), 0);
}

static void open_files(void)
{
	const struct file_sample file = { .pid = 5,
					  .fd = 3,
					  .start_boot_ns = 5,
					  .ino = 42,
					  .dev = 0x801,
					  .mode = 0100644,
					  .path_len = 4 };
	const struct file_sample pipe = {
		.pid = 5, .fd = 4, .start_boot_ns = 5, .ino = 43, .mode = 0010600, .path_len = 9
	};
	const struct file_sample socket = { .pid = 5,
					    .fd = 6,
					    .start_boot_ns = 5,
					    .family = 2,
					    .sock_type = 1,
					    .protocol = 6,
					    .sport = 80,
					    .dport = 9000,
					    .saddr = { 127, 0, 0, 1 },
					    .daddr = { 10, 0, 0, 7 } };

	state_file(state, &file, "/a/b");
	state_file(state, &pipe, "pipe:[43]");
	state_file(state, &socket, "");
}

static void calls(void)
{
	call("read", 3, 100, 0);
	call("read", 3, 0, 0);
	call("read", 3, -11, 0);
	call("write", 3, 7, 0);
	call("write", 4, 50, 0);  /* a pipe */
	call("fsync", 3, 60, 0);  /* moves nothing */
	call("write", 9, 500, 0); /* nobody knows what that is */
	call("sendto", 6, 20, 0);
	call("read", 3, 1000, RECORD_F_URING);
	call("openat", 0, -2, RECORD_F_URING);
}

/* What nobody counted is made up from events, and marked; live it is not. */
START_TEST(events_are_followed)
{
	struct snapshot *snapshot;
	const struct activity_row *row;

	if (_i)
		state_follow_activities(state);
	refresh_begin(5, 0);
	snapshot_unref(refresh_end());
	open_files();
	calls();
	refresh_begin(5, 0);
	snapshot = refresh_end();
	ck_assert_uint_eq(snapshot->activities_len, _i ? 3 : 0);
	if (_i) {
		row = row_of(snapshot, ACTIVITY_FILE, 5);
		ck_assert_str_eq(row->name, "/a/b");
		ck_assert_uint_eq(row->in, 100);
		ck_assert_uint_eq(row->in_delta, 100);
		ck_assert_uint_eq(row->out, 7);
		ck_assert_uint_eq(row->ops, 2);
		ck_assert(row->at_least);
		row = row_of(snapshot, ACTIVITY_SOCKET, 5);
		ck_assert_str_eq(row->name, "127.0.0.1:80");
		ck_assert_str_eq(row->remote, "10.0.0.7:9000");
		ck_assert_uint_eq(row->protocol, 6);
		ck_assert_uint_eq(row->out, 20);
		row = row_of(snapshot, ACTIVITY_URING, 5);
		ck_assert_uint_eq(row->ops, 2);
		ck_assert_uint_eq(row->errors, 1);
		ck_assert_uint_eq(snapshot_proc(snapshot, 5, 5)->uring, 2);
	}
	snapshot_unref(snapshot);
}
END_TEST

/* While somebody counts, the counts are shown; then what all events tell. */
START_TEST(counts_win_over_events)
{
	struct object_count one = bytes_of(5, 150, 10, 6);
	struct uring_count ring = { .start_boot_ns = 5, .pid = 5, .op = 18, .calls = 30 };
	struct snapshot *snapshot;
	const struct activity_row *row;

	state_follow_activities(state);
	refresh_begin(5, 0);
	snapshot_unref(refresh_end());
	open_files();
	calls();
	state_forget_objects(state, STATE_OBJECTS_COUNTED);
	refresh_begin(5, 0);
	state_object(state, &one);
	state_uring(state, &ring);
	snapshot = refresh_end();
	row = row_of(snapshot, ACTIVITY_FILE, 5);
	ck_assert_uint_eq(row->in, 150);
	ck_assert_uint_eq(row->in_delta, 150);
	ck_assert(!row->at_least);
	ck_assert_ptr_null(row_of(snapshot, ACTIVITY_SOCKET, 5));
	ck_assert_uint_eq(row_of(snapshot, ACTIVITY_URING, 5)->ops, 30);
	snapshot_unref(snapshot);
	state_forget_objects(state, STATE_OBJECTS_NOT_COUNTED);
	refresh_begin(5, 0);
	state_uring(state, &ring);
	snapshot = refresh_end();
	row = row_of(snapshot, ACTIVITY_FILE, 5);
	ck_assert_uint_eq(row->in, 100);
	ck_assert_uint_eq(row->in_delta, 0);
	ck_assert(row->at_least);
	ck_assert_uint_eq(row_of(snapshot, ACTIVITY_SOCKET, 5)->out, 20);
	ck_assert_uint_eq(row_of(snapshot, ACTIVITY_URING, 5)->ops, 30);
	snapshot_unref(snapshot);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("activity");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, totals_and_deltas);
	tcase_add_test(tcase, ended_process_leaves_its_bytes);
	tcase_add_test(tcase, sockets_have_two_ends);
	tcase_add_test(tcase, requests_are_in_the_row_of_their_process);
	tcase_add_test(tcase, forgotten_objects_leave_requests);
	tcase_add_loop_test(tcase, events_are_followed, 0, 2);
	tcase_add_test(tcase, counts_win_over_events);
	return run_suite("activity", tcase);
}
