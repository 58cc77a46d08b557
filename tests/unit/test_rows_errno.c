/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of errors, of failed calls, of threads and of slow calls; what drilling into them adds. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fake_snapshot.h"
#include "run_suite.h"
#include "views/call_kind.h"
#include "views/scope.h"
#include "views/table.h"

static struct view_set *views;
static struct table *table;
static struct fake *fake;
static struct errno_row errnos[16];
static struct thread_row threads[8];

static uint16_t nr_of(const char *name)
{
	return (uint16_t)syscall_nr(syscall_by_name(name));
}

static void add_errno(uint32_t proc, const char *call, uint16_t err, uint64_t count)
{
	errnos[fake->snapshot.errnos_len++] = (struct errno_row){ .proc = proc,
								  .nr = nr_of(call),
								  .err = err,
								  .count = count,
								  .count_delta = count / 2 };
}

static struct history_event *add_event(const char *call, int64_t ret, uint64_t took_ns)
{
	struct build_prefix prefix = { .ts_ns = FAKE_TIME_NS + fake->snapshot.events_end,
				       .pid = 30,
				       .tid = 31,
				       .start_boot_ns = 1,
				       .nr = nr_of(call),
				       .ret = ret,
				       .args = { 9 },
				       .duration_ns = took_ns,
				       .comm = "nginx" };
	static struct build_record record;

	build_record_init(&record, EVENT_CODE_GENERIC_X, &prefix);
	return fake_event(fake, &record);
}

static void setup(void)
{
	struct view_error err;

	ck_assert_int_eq(view_set_load(NULL, &views, &err), 0);
	ck_assert_int_eq(table_new(&table), 0);
	fake = fake_new();
	fake_proc(fake, &(struct proc_row){ .pid = 30, .start_boot_ns = 1, .comm = "nginx" });
	fake_proc(fake, &(struct proc_row){ .pid = 40, .start_boot_ns = 2, .comm = "cat" });
	fake->snapshot.errnos = errnos;
	fake->snapshot.threads = threads;
	add_errno(0, "read", EAGAIN, 1000);
	add_errno(0, "openat", ENOENT, 20);
	add_errno(0, "statx", ENOENT, 4);
	add_errno(1, "openat", ENOENT, 6);
	add_errno(1, "connect", EINPROGRESS, 2);
	add_errno(1, "openat", 0, 9);
	add_errno(1, "close", EBADF, 100);
}

static void teardown(void)
{
	table_free(table);
	ck_assert_int_eq(fake->refs, 1);
	fake_free(fake);
	view_set_free(views);
}

static struct table_query query_of(const char *name)
{
	const struct view *view = view_set_find(views, name);

	ck_assert_ptr_nonnull(view);
	return (struct table_query){ .view = view,
				     .sort = view->sort,
				     .descending = view->descending,
				     .choice = choice_of_view(view) };
}

static void expect_cells(const struct table_query *query, const char *id, const char *wanted)
{
	const struct column *column = column_find(query->view->entity, id);
	char all[1024] = "", one[256];

	ck_assert_ptr_nonnull(column);
	ck_assert_int_eq(table_fill(table, &fake->snapshot, query), 0);
	for (size_t i = 0; i < table_len(table); i++) {
		struct text_buf buf;
		struct cell cell;

		text_buf_init(&buf, one, sizeof(one));
		table_cell(table, table_row(table, i), column, &cell);
		cell_human(&cell, &buf);
		if (i)
			strncat(all, "|", sizeof(all) - strlen(all) - 1);
		strncat(all, one, sizeof(all) - strlen(all) - 1);
	}
	ck_assert_msg(strcmp(all, wanted) == 0, "%s: %s, wanted %s", id, all, wanted);
}

START_TEST(errors)
{
	struct table_query query = query_of("errors");
	struct scope scope = { .len = 1, .chips = { { .kind = CHIP_PROC, .pid = 40 } } };

	expect_cells(&query, "errno", "expected|EBADF|ENOENT");
	expect_cells(&query, "errors", "501|50|15");
	expect_cells(&query, "errors_total", "1002|100|30");
	expect_cells(&query, "syscalls", "2|1|2");
	expect_cells(&query, "procs", "2|1|2");
	expect_cells(&query, "last_target", "-|-|-");
	add_event("close", -EBADF, 0);
	add_event("read", 12, 0);
	expect_cells(&query, "last_target", "-|fd 9|-");
	expect_cells(&query, "last_by", "-|nginx[30]|-");
	query.scope = &scope;
	expect_cells(&query, "errno", "EBADF|ENOENT|expected");
	expect_cells(&query, "errors_total", "100|6|2");
}
END_TEST

START_TEST(failures)
{
	struct table_query query = query_of("errors");
	struct scope scope = { .len = 0 };
	struct text_buf buf;
	struct chip chip, chips[ROW_CHIPS_MAX];
	char text[200];

	ck_assert_int_eq(table_fill(table, &fake->snapshot, &query), 0);
	ck_assert(row_chip(table_row(table, 2), query.view, &chip));
	ck_assert_int_eq(scope_push(&scope, &chip), 0);
	query = query_of("failures");
	query.scope = &scope;
	expect_cells(&query, "syscall", "openat|openat|statx");
	expect_cells(&query, "pid", "30|40|30");
	expect_cells(&query, "errors_total", "20|6|4");
	text_buf_init(&buf, text, sizeof(text));
	scope_render(&scope, NULL, &buf);
	text_buf_add(&buf, "; ");
	scope_condition(&scope, &buf);
	ck_assert_str_eq(text, "errno=ENOENT; evt.res=ENOENT");
	/* The row leads to its process, in the errors that were chosen. */
	ck_assert(row_chip(table_row(table, 1), query.view, &chip));
	ck_assert_int_eq(chip.kind, CHIP_PROC);
	ck_assert_uint_eq(chip.pid, 40);
	ck_assert_uint_eq(row_chips(table_row(table, 1), query.view, chips), 3);
	ck_assert_int_eq(chips[0].kind, CHIP_ERRNO);
	ck_assert_uint_eq(chips[0].number, ENOENT);
	ck_assert_str_eq(chips[1].text, "openat");
	ck_assert_uint_eq(chips[2].pid, 40);

	scope.chips[0].number = 0;
	expect_cells(&query, "errno", "EAGAIN|EINPROGRESS");
	text_buf_init(&buf, text, sizeof(text));
	scope_condition(&scope, &buf);
	ck_assert_str_eq(text, "evt.res in (EINTR, EAGAIN, EALREADY, EINPROGRESS)");
	scope.chips[0].negated = true;
	expect_cells(&query, "errno", "EBADF|ENOENT|ENOENT|ENOENT");
}
END_TEST

START_TEST(events_by_errno)
{
	struct scope scope = { .len = 1, .chips = { { .kind = CHIP_ERRNO, .number = ENOENT } } };
	struct table_query query = query_of("stream");

	add_event("openat", -ENOENT, 0);
	add_event("openat", 3, 0);
	add_event("read", -EAGAIN, 0);
	add_event("read", -512, 0);
	query.scope = &scope;
	expect_cells(&query, "num", "1");
	scope.chips[0].number = 0;
	expect_cells(&query, "num", "3");
	query.scope = NULL;
	query.choice.failed = true;
	/* A restart is no failure. */
	expect_cells(&query, "num", "1|3");
}
END_TEST

START_TEST(thread_rows)
{
	struct scope scope = { .len = 0 };
	struct table_query query = query_of("threads");
	struct chip chip;

	threads[0] =
		(struct thread_row){ .proc = 0,
				     .tid = 30,
				     .start_boot_ns = 1,
				     .comm = "nginx",
				     .state = 'S',
				     .cpu_delta_ns = FAKE_SECOND_NS / 4,
				     .calls_delta = 12,
				     .bytes_delta = { .file_in = 1, .file_out = 2, .net_in = 4 },
				     .top_nr = nr_of("read"),
				     .in_nr = nr_of("epoll_wait"),
				     .in_ns = 2500000000 };
	threads[1] = (struct thread_row){ .proc = 1,
					  .tid = 41,
					  .start_boot_ns = 9,
					  .comm = "worker",
					  .state = 'R',
					  .top_nr = COUNT_NR_COUNT,
					  .in_nr = COUNT_NR_COUNT,
					  .in_unknown = true };
	threads[2] = (struct thread_row){ .proc = 1,
					  .tid = 42,
					  .start_boot_ns = 9,
					  .comm = "timed",
					  .state = 'D',
					  .top_nr = COUNT_NR_COUNT,
					  .in_nr = nr_of("fsync"),
					  .in_exact = true,
					  .in_ns = 1200 };
	fake->snapshot.threads_len = 3;
	expect_cells(&query, "tid", "30|41|42");
	expect_cells(&query, "cpu_pct", "25.0%|0%|0%");
	expect_cells(&query, "top_syscall", "read|-|-");
	expect_cells(&query, "in_call", "epoll_wait|running|fsync");
	expect_cells(&query, "in_call_ns", ">=2.50s|-|1.20us");
	expect_cells(&query, "file", "3.0|0|0");
	expect_cells(&query, "net", "4.0|0|0");
	ck_assert(row_chip(table_row(table, 1), query.view, &chip));
	ck_assert_int_eq(chip.kind, CHIP_TID);
	ck_assert_int_eq(scope_push(&scope, &chip), 0);
	query.scope = &scope;
	expect_cells(&query, "tid", "41");
}
END_TEST

START_TEST(slow_calls)
{
	struct table_query query = query_of("slow");

	add_event("fsync", 0, 23000000);
	add_event("fsync", 0, 9000000);
	add_event("epoll_wait", 1, 900000000);
	add_event("futex", -ETIMEDOUT, 50000000);
	add_event("futex", 0, 40000000);
	add_event("sendto", 1400, 70000000);
	add_event("getppid", 1, 0);
	expect_cells(&query, "num", "6|5|1");
	expect_cells(&query, "duration_ns", "70.0ms|40.0ms|23.0ms");
	expect_cells(&query, "kind", "net|lock|fsync");
	expect_cells(&query, "bytes", "1.37K|-|-");
	expect_cells(&query, "target", "fd 9|-|fd 9");
	query.choice.min_duration_ns = 1000000;
	expect_cells(&query, "num", "6|5|1|2");
	/* As a batch asks for what is new. */
	query.after_num = 2;
	expect_cells(&query, "num", "6|5");
	/* In the order of arrival, and with what waits. */
	query = query_of("stream");
	query.choice.min_duration_ns = 50000000;
	expect_cells(&query, "num", "3|4|6");
}
END_TEST

/* The chips of a row and what is left when they are the scope. */
static void expect_drill(const struct table_query *query, size_t row, const char *chips_wanted,
			 const char *nums_wanted)
{
	struct table_query slow = query_of("slow");
	struct chip chips[ROW_CHIPS_MAX];
	struct scope scope = { .len = 0 };
	struct text_buf buf;
	char text[200];
	size_t len;

	ck_assert_int_eq(table_fill(table, &fake->snapshot, query), 0);
	len = row_chips(table_row(table, row), query->view, chips);
	for (size_t i = 0; i < len; i++)
		ck_assert_int_eq(scope_push(&scope, &chips[i]), 0);
	text_buf_init(&buf, text, sizeof(text));
	scope_render(&scope, NULL, &buf);
	ck_assert_str_eq(text, chips_wanted);
	slow.scope = &scope;
	expect_cells(&slow, "num", nums_wanted);
}

START_TEST(slow_groups)
{
	struct table_query query;

	add_event("fsync", 0, 23000000)->fd_name = "/data/log";
	add_event("sendto", 9, 70000000)->fd_name = "10.0.0.1:80->10.0.0.2:90";
	add_event("fsync", -EIO, 40000000)->fd_name = "/data/log";
	add_event("fsync", 0, 9000000)->fd_name = "/data/log"; /* is not slow */
	add_event("epoll_wait", 1, 900000000);                 /* waits */
	add_event("write", 9, 15000000)->fd_name = "/data/log";
	add_event("futex", 0, 12000000);

	query = query_of("slow_by_syscall");
	expect_cells(&query, "syscall", "sendto|fsync|write|futex");
	expect_cells(&query, "calls_kept", "1|2|1|1");
	expect_cells(&query, "failed_kept", "0|1|0|0");
	expect_cells(&query, "time_kept", "70.0ms|63.0ms|15.0ms|12.0ms");
	expect_cells(&query, "avg_ns", "70.0ms|31.5ms|15.0ms|12.0ms");
	expect_cells(&query, "max_ns", "70.0ms|40.0ms|15.0ms|12.0ms");
	expect_cells(&query, "max_target", "10.0.0.1:80->10.0.0.2:90|/data/log|/data/log|-");
	expect_cells(&query, "procs", "1|1|1|1");
	expect_drill(&query, 1, "syscall=fsync", "3|1");
	/* 23 ms is from 8.4 ms, 40 ms from 34 ms on. */
	query.sort = SIZE_MAX;
	expect_cells(&query, "hist",
		     "        \u2588\u2588      |         \u2588      |"
		     "        \u2588       |        \u2588       ");

	query = query_of("slow_by_target");
	expect_cells(&query, "kind", "net|fsync|file|lock");
	expect_cells(&query, "target", "10.0.0.1:80->10.0.0.2:90|/data/log|/data/log|-");
	expect_cells(&query, "syscall", "sendto|fsync|write|futex");
	expect_drill(&query, 0, "conn=10.0.0.1:80->10.0.0.2:90", "2");
	expect_drill(&query, 1, "path=/data/log", "3|1|6");

	query = query_of("slow_by_process");
	expect_cells(&query, "pid", "30");
	expect_cells(&query, "calls_kept", "5");
	/* In what not all agree is not known. */
	expect_cells(&query, "syscall", "-");
	expect_cells(&query, "target", "-");
	expect_drill(&query, 0, "proc=nginx[30]", "2|3|1|6|7");
	/* As { and } choose. */
	query.choice.min_duration_ns = 40000000;
	expect_cells(&query, "calls_kept", "2");
}
END_TEST

static const struct kind_case {
	const char *call, *target;
	enum call_kind kind;
} kinds[] = {
	{ "fsync", "/data/file", CALL_KIND_FSYNC },
	{ "flock", "/data/file", CALL_KIND_LOCK },
	{ "poll", NULL, CALL_KIND_WAIT },
	{ "recvfrom", NULL, CALL_KIND_NET },
	{ "read", "/data/a->b", CALL_KIND_FILE },
	{ "read", "127.0.0.1:80->127.0.0.1:9", CALL_KIND_NET },
	{ "read", "tcp", CALL_KIND_NET },
	{ "read", "pipe:[12]", CALL_KIND_OTHER },
	{ "read", "unix", CALL_KIND_OTHER },
	{ "read", NULL, CALL_KIND_OTHER },
	{ "openat", "relative", CALL_KIND_FILE },
	{ "getppid", "", CALL_KIND_OTHER },
};

START_TEST(kind)
{
	const struct kind_case *c = &kinds[_i];
	enum call_kind got = call_kind_of(syscall_by_name(c->call), c->target);

	ck_assert_msg(got == c->kind, "%s of %s: %s", c->call, c->target ? c->target : "nothing",
		      call_kind_name(got));
}
END_TEST

/* Every call that the table names is one. */
START_TEST(kinds_are_of_calls)
{
	static const char *const names[] = {
#define CALL_KIND(call, kind) #call,
#include "views/call_kinds.def"
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		ck_assert_msg(syscall_by_name(names[i]) != NULL, "%s", names[i]);
}
END_TEST

START_TEST(durations_of_calls)
{
	static const uint32_t counts[] = { 9, 0, 1 };
	struct timing_row timing = { .timed = 500,
				     .time_ns = 7000000,
				     .max_ns = 9000,
				     .time_delta_ns = 250000000,
				     .recent = { .counts = counts, .first = 12, .len = 3 },
				     .recent_ns = 12000,
				     .fresh = true };
	struct syscall_row rows[] = { { .nr = nr_of("read"), .calls = 1, .timing = timing },
				      { .nr = nr_of("write"), .calls = 1 } };
	struct table_query query = query_of("syscalls");

	rows[0].calls_delta = 2;
	fake->snapshot.syscalls = rows;
	fake->snapshot.syscalls_len = 2;
	expect_cells(&query, "time", "250ms|-");
	expect_cells(&query, "time_pct", "100%|-");
	expect_cells(&query, "avg_ns", "1.20us|-");
	expect_cells(&query, "p50_ns", "~967ns|-");
	expect_cells(&query, "p99_ns", "~1.54us|-");
	expect_cells(&query, "max_ns", "9.00us|-");
	expect_cells(&query, "timed_total", "500|0");
	/* Buckets 12 and 14: 896 ns and 1,280 ns, both between 512 ns and 2 us. */
	expect_cells(&query, "hist", " \u2588              |-");
	query.sort = 7;
	ck_assert_str_eq(query.view->columns[query.sort].column->id, "p50_ns");
	expect_cells(&query, "syscall", "read|write");
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("rows_errno");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, errors);
	tcase_add_test(tcase, failures);
	tcase_add_test(tcase, events_by_errno);
	tcase_add_test(tcase, thread_rows);
	tcase_add_test(tcase, slow_calls);
	tcase_add_test(tcase, slow_groups);
	tcase_add_loop_test(tcase, kind, 0, (int)(sizeof(kinds) / sizeof(kinds[0])));
	tcase_add_test(tcase, kinds_are_of_calls);
	tcase_add_test(tcase, durations_of_calls);
	return run_suite("rows_errno", tcase);
}
