/* SPDX-License-Identifier: Apache-2.0 */
/* Tables: rows of every entity, order, filters, scope, limits, what drilling adds. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fake_snapshot.h"
#include "views/scope.h"
#include "views/table.h"

#define LEN(table) ((int)(sizeof(table) / sizeof((table)[0])))

static struct view_set *views;
static struct table *table;
static struct fake *fake;

static void setup(void)
{
	struct view_error err;

	ck_assert_int_eq(view_set_load(NULL, &views, &err), 0);
	ck_assert_int_eq(table_new(&table), 0);
	fake = fake_new();
}

static void teardown(void)
{
	table_free(table);
	/* The table gave back what it held. */
	ck_assert_int_eq(fake->refs, 1);
	fake_free(fake);
	view_set_free(views);
}

static uint16_t nr_of(const char *name)
{
	return (uint16_t)syscall_nr(syscall_by_name(name));
}

static size_t column_index(const struct view *view, const char *id)
{
	for (size_t i = 0; i < view->columns_len; i++)
		if (strcmp(view->columns[i].column->id, id) == 0)
			return i;
	ck_abort_msg("view %s has no column %s", view->name, id);
}

/* A query as the view asks for it. */
static struct table_query query_of(const char *name)
{
	const struct view *view = view_set_find(views, name);

	ck_assert_ptr_nonnull(view);
	return (struct table_query){ .view = view,
				     .sort = view->sort,
				     .descending = view->descending };
}

static const char *cell_text(const struct row *row, const char *id, char *data, size_t size)
{
	const struct column *column = NULL;
	struct text_buf buf;
	struct cell cell;

	for (unsigned i = 0; i < ENTITY_COUNT && !column; i++)
		if ((row->group && i == ENTITY_PATH) || (row->buffer && i == ENTITY_BUFFER) ||
		    (row->call && i == ENTITY_CALLER) || (row->syscall && i == ENTITY_SYSCALL) ||
		    (row->proc && !row->call && i == ENTITY_PROCESS) ||
		    (row->kept && (i == ENTITY_EVENT || i == ENTITY_OPEN || i == ENTITY_FIELD)))
			column = column_find(i, id);
	ck_assert_msg(column != NULL, "%s", id);
	text_buf_init(&buf, data, size);
	table_cell(table, row, column, &cell);
	cell_human(&cell, &buf);
	return data;
}

/* Fills and compares the column's cells, joined by blanks; gap lines are in brackets. */
static void expect_cells(const char *what, const struct table_query *query, const char *id,
			 const char *wanted)
{
	char all[2048] = "", one[512];

	ck_assert_int_eq(table_fill(table, &fake->snapshot, query), 0);
	for (size_t i = 0; i < table_len(table); i++) {
		const struct row *row = table_row(table, i);

		if (row->gap_lost)
			snprintf(one, sizeof(one), "[%u:%u]", row->gap_buffer,
				 (unsigned)row->gap_lost);
		else
			cell_text(row, id, one, sizeof(one));
		if (i)
			strncat(all, " ", sizeof(all) - strlen(all) - 1);
		strncat(all, one, sizeof(all) - strlen(all) - 1);
	}
	ck_assert_msg(strcmp(all, wanted) == 0, "%s: %s: %s, wanted %s", what, id, all, wanted);
}

/* Three processes, two of the same CPU, one reused pid. */
static void add_procs(void)
{
	fake_proc(fake, &(struct proc_row){ .pid = 30,
					    .start_boot_ns = 1,
					    .comm = "nginx",
					    .cmdline = "nginx -g daemon",
					    .user = "www",
					    .cpu_delta_ns = FAKE_SECOND_NS / 2,
					    .calls = 1000,
					    .calls_delta = 100,
					    .errors_delta = 50 });
	fake_call(fake, &(struct call_row){ .nr = nr_of("read"),
					    .calls = 900,
					    .calls_delta = 60,
					    .errors_delta = 50,
					    .errors = 50,
					    .top_errno = 11,
					    .top_errno_count = 40 });
	fake_call(fake,
		  &(struct call_row){ .nr = nr_of("write"), .calls = 100, .calls_delta = 40 });
	fake_proc(fake, &(struct proc_row){ .pid = 20,
					    .start_boot_ns = 5,
					    .comm = "cat",
					    .cpu_delta_ns = FAKE_SECOND_NS,
					    .container = "0123456789ab",
					    .fds_known = true,
					    .fds = 3 });
	fake_call(fake, &(struct call_row){ .nr = nr_of("read"),
					    .calls = 10,
					    .calls_delta = 10,
					    .errors = 3,
					    .top_errno = 2,
					    .top_errno_count = 3 });
	fake_proc(fake, &(struct proc_row){ .pid = 20,
					    .start_boot_ns = 4,
					    .comm = "old",
					    .dead = true,
					    .exit_code = 3 << 8,
					    .cpu_delta_ns = FAKE_SECOND_NS / 2 });
	fake->syscalls[0] = (struct syscall_row){ .nr = nr_of("read"),
						  .calls = 5000,
						  .calls_delta = 70,
						  .procs = 2,
						  .top_proc = 0,
						  .top_errno = 11 };
	fake->syscalls[1] = (struct syscall_row){
		.nr = COUNT_NR_OTHER, .calls = 7, .calls_delta = 700, .top_proc = UINT32_MAX
	};
	fake->snapshot.syscalls_len = 2;
}

START_TEST(test_process_order)
{
	struct table_query query = query_of("processes");

	add_procs();
	/* Of equal CPU the lower (pid, start) comes first, in both directions. */
	expect_cells("cpu descending", &query, "name", "cat old nginx");
	query.descending = false;
	expect_cells("cpu ascending", &query, "name", "old nginx cat");
	/* Unknown ones stay last. */
	query.sort = column_index(query.view, "fds");
	expect_cells("fds ascending", &query, "fds", "3 - -");
	query.descending = true;
	expect_cells("fds descending", &query, "fds", "3 - -");
	query.sort = column_index(query.view, "command");
	query.descending = false;
	expect_cells("text", &query, "command", "cat nginx -g daemon old");
	query.limit = 2;
	expect_cells("limit", &query, "name", "cat nginx");
}
END_TEST

START_TEST(test_process_cells)
{
	struct table_query query = query_of("processes");

	add_procs();
	expect_cells("cpu", &query, "cpu_pct", "100% 50.0% 50.0%");
	expect_cells("rate", &query, "calls", "0 0 100");
	expect_cells("errors", &query, "error_pct", "- - 50.0%");
	expect_cells("exit", &query, "exit_code", "- 3 -");
	expect_cells("state", &query, "state", "S X S");
	expect_cells("top", &query, "top_syscall", "read - read");
	expect_cells("total", &query, "calls_total", "0 0 1000");
	fake->snapshot.health.inexact = true;
	expect_cells("at least", &query, "calls_total", ">=0 >=0 >=1000");
	expect_cells("rates are not marked", &query, "calls", "0 0 100");
	/* The first snapshot has no interval: no rates yet. */
	fake->snapshot.interval_ns = 0;
	expect_cells("no interval", &query, "calls", "- - -");
	expect_cells("no interval", &query, "cpu_pct", "- - -");
}
END_TEST

static const struct filter_case {
	const char *text, *names;
	bool show_fds;
} filter_cases[] = {
	{ .text = "", .names = "cat old nginx" },
	{ .text = "NGINX", .names = "nginx" },
	{ .text = "daemon", .names = "nginx" },
	{ .text = "100%", .names = "cat" },
	{ .text = "50.0", .names = "old nginx" },
	{ .text = "-", .names = "nginx" },
	{ .text = "20", .names = "cat old" },
	{ .text = "nothing", .names = "" },
	/* Only cells that are on screen count. */
	{ .text = "read", .names = "" },
	{ .text = "read", .names = "cat nginx", .show_fds = true },
};

START_TEST(test_text_filter)
{
	const struct filter_case *c = &filter_cases[_i];
	struct table_query query = query_of("processes");

	add_procs();
	query.text_filter = c->text;
	if (c->show_fds)
		query.shown = 1ull << column_index(query.view, "top_syscall");
	expect_cells(c->text, &query, "name", c->names);
}
END_TEST

START_TEST(test_process_scope)
{
	struct scope scope = { .len = 1, .chips = { { .kind = CHIP_USER, .text = "www" } } };
	struct table_query query = query_of("processes");

	add_procs();
	query.scope = &scope;
	expect_cells("user", &query, "name", "nginx");
	scope.chips[0] = (struct chip){ .kind = CHIP_PROC, .pid = 20, .start_boot_ns = 5 };
	expect_cells("one of a reused pid", &query, "name", "cat");
	scope.chips[0] = (struct chip){ .kind = CHIP_SYSCALL, .nr = nr_of("write") };
	expect_cells("who calls write", &query, "name", "nginx");
}
END_TEST

START_TEST(test_syscalls)
{
	struct scope scope = { .len = 1,
			       .chips = { { .kind = CHIP_PROC, .pid = 30, .start_boot_ns = 1 } } };
	struct table_query query = query_of("syscalls");

	add_procs();
	expect_cells("host", &query, "syscall", "other read");
	expect_cells("host", &query, "calls_total", "7 5000");
	expect_cells("host", &query, "top_caller", "- nginx[30]");
	/* Of one process: from its own calls. */
	query.scope = &scope;
	expect_cells("process", &query, "syscall", "read write");
	expect_cells("process", &query, "calls_total", "900 100");
	expect_cells("process", &query, "error_pct", "83.3% 0%");
	expect_cells("process", &query, "top_errno", "EAGAIN -");
	/* Of several: their sum. */
	scope.chips[0] = (struct chip){ .kind = CHIP_USER, .negated = true, .text = "nobody" };
	expect_cells("all users but one", &query, "syscall", "read write");
	expect_cells("all users but one", &query, "calls_total", "910 100");
	expect_cells("all users but one", &query, "procs", "2 1");
	expect_cells("all users but one", &query, "top_caller", "nginx[30] nginx[30]");
	expect_cells("all users but one", &query, "errors_total", "53 0");
	scope.chips[scope.len++] = (struct chip){ .kind = CHIP_SYSCALL, .nr = nr_of("write") };
	expect_cells("and one syscall", &query, "calls_total", "100");
}
END_TEST

START_TEST(test_callers)
{
	struct scope scope = { .len = 1,
			       .chips = { { .kind = CHIP_SYSCALL, .nr = nr_of("read") } } };
	struct table_query query = query_of("callers");

	add_procs();
	expect_cells("all", &query, "pid", "30 30 20");
	expect_cells("all", &query, "syscall", "read write read");
	query.scope = &scope;
	expect_cells("of read", &query, "pid", "30 20");
	expect_cells("of read", &query, "top_errno_total", "40 3");
	expect_cells("of read", &query, "command", "nginx -g daemon cat");
}
END_TEST

START_TEST(test_buffers)
{
	struct table_query query = query_of("health");
	struct buffer_row *row = &fake->buffers[1];

	*row = (struct buffer_row){ .buffer = 1,
				    .cpus = 2,
				    .drops = 30,
				    .drops_delta = 10,
				    .used_bytes = 1 << 19,
				    .size_bytes = 1 << 20 };
	row->fate[RECORD_FATE_PRODUCED][RECORD_CLASS_OPEN] = 100;
	row->fate[RECORD_FATE_DELIVERED][RECORD_CLASS_OPEN] = 70;
	row->fate[RECORD_FATE_FULL][RECORD_CLASS_OPEN] = 20;
	row->fate[RECORD_FATE_NO_SCRATCH][RECORD_CLASS_OPEN] = 10;
	fake->snapshot.buffers_len = 2;
	expect_cells("order", &query, "buffer", "1 0");
	expect_cells("fill", &query, "fill_pct", "50.0% -");
	expect_cells("drops", &query, "drops", "10 0");
	expect_cells("drops", &query, "drop_pct", "30.0% -");
	expect_cells("class", &query, "lost_open_total", "30 0");
	expect_cells("class", &query, "lost_close_total", "0 0");
	expect_cells("fate", &query, "fate_produced_total", "100 0");
	expect_cells("fate", &query, "fate_full_total", "20 0");
	expect_cells("delivered", &query, "events_total", "70 0");
}
END_TEST

/* An event of a generic call. */
static struct history_event *add_call_event(uint32_t pid, const char *call, int64_t ret)
{
	static struct build_record record;

	build_record_init(&record, EVENT_CODE_GENERIC_X,
			  &(struct build_prefix){ .ts_ns = FAKE_TIME_NS - 5000,
						  .pid = pid,
						  .tid = pid + 1,
						  .start_boot_ns = 9,
						  .nr = nr_of(call),
						  .ret = ret,
						  .args = { 5 },
						  .comm = "cat" });
	return fake_event(fake, &record);
}

static struct history_event *add_open(uint32_t pid, const char *called, const char *path,
				      int64_t ret, uint64_t age_ns)
{
	static struct build_record record;

	build_record_init(&record, event_by_id("SYSCALL_OPENAT_2_X")->code,
			  &(struct build_prefix){ .ts_ns = FAKE_TIME_NS - age_ns,
						  .pid = pid,
						  .start_boot_ns = 9,
						  .nr = nr_of("openat"),
						  .ret = ret,
						  .comm = "cat" });
	if (path)
		build_record_ext(&record, RECORD_EXT_PATH, 0, path, strlen(path));
	build_record_int(&record, ret);
	build_record_int(&record, -100);
	build_record_text(&record, called);
	build_record_int(&record, ret < 0 ? 1 : 2 | 4); /* read; write and create */
	return fake_event(fake, &record);
}

START_TEST(test_events)
{
	struct table_query query = query_of("stream");
	struct scope scope = { .len = 1, .chips = { { .kind = CHIP_PROC, .pid = 7 } } };

	ck_assert(query.sort == SIZE_MAX);
	expect_cells("none", &query, "num", "");
	add_call_event(7, "getppid", 1);
	add_call_event(8, "fsync", -5);
	add_call_event(7, "fsync", 0);
	add_call_event(7, "getuid", 0);
	expect_cells("arrival", &query, "num", "1 2 3 4");
	expect_cells("call", &query, "syscall", "getppid fsync fsync getuid");
	expect_cells("result", &query, "result", "1 EIO 0 0");
	expect_cells("fd", &query, "fd", "- 5 5 -");
	expect_cells("tid", &query, "tid", "8 9 8 8");
	query.limit = 2;
	expect_cells("newest", &query, "num", "3 4");
	query.scope = &scope;
	query.limit = 3;
	expect_cells("scope", &query, "num", "1 3 4");
	query.text_filter = "FSYNC";
	expect_cells("text", &query, "num", "3");
	query = query_of("stream");
	query.sort = column_index(query.view, "syscall");
	query.descending = true;
	expect_cells("by call", &query, "num", "4 1 2 3");
	query.limit = 1;
	expect_cells("first by call", &query, "syscall", "getuid");
	/* What was shown before is left out. */
	query = query_of("stream");
	query.after_num = 2;
	expect_cells("after", &query, "num", "3 4");
	query.after_num = 4;
	expect_cells("nothing new", &query, "num", "");
	/* Events that were evicted are not there. */
	query = query_of("stream");
	fake->snapshot.events_first = 3;
	expect_cells("evicted", &query, "num", "3 4");
}
END_TEST

/* What a filter found in one snapshot is not looked for again in the next, and stays right. */
START_TEST(test_filter_kept)
{
	static const struct {
		const char *text, *nums;
		size_t limit;
		uint32_t pid;  /* of the scope; 0: none */
		unsigned more; /* events that come before the fill */
	} steps[] = {
		{ "fsync", "2 4 6", 0, 0, 6 },
		{ "fsync", "2 4 6 8", 0, 0, 2 },
		{ "fsync", "6 8", 2, 0, 0 },
		{ "fsync", "2 4 6 8", 0, 0, 0 },
		{ "getppid", "1 3 5 7", 0, 0, 0 },
		{ "getppid", "1 3 5 7 9", 0, 0, 1 },
		{ "getppid", "3 9", 0, 8, 0 },
		{ "getppid", "1 3 5 7 9", 0, 0, 0 },
		/* Stops before it reaches what was known, then goes on. */
		{ "getppid", "17 19", 2, 0, 10 },
		{ "getppid", "1 3 5 7 9 11 13 15 17 19", 0, 0, 0 },
		{ "GETPPID", "1 3 5 7 9 11 13 15 17 19", 0, 0, 0 },
		{ "nothing", "", 0, 0, 0 },
		{ "nothing", "", 0, 0, 3 },
		{ NULL, "21 22", 2, 0, 0 },
		{ "fsync", "2 4 6 8 10 12 14 16 18 20 22", 0, 0, 0 },
	};
	struct table_query query = query_of("stream");
	struct scope scope;

	query.scope = &scope;
	for (size_t i = 0; i < LEN(steps); i++) {
		char what[32];

		for (unsigned j = 0; j < steps[i].more; j++) {
			uint64_t num = fake->snapshot.events_end;

			add_call_event(num % 3 ? 7 : 8, num % 2 ? "getppid" : "fsync", 1);
		}
		scope = (struct scope){ .len = steps[i].pid ? 1 : 0,
					.chips = { { .kind = CHIP_PROC, .pid = steps[i].pid } } };
		query.text_filter = steps[i].text;
		query.limit = steps[i].limit;
		snprintf(what, sizeof(what), "step %zu", i);
		expect_cells(what, &query, "num", steps[i].nums);
	}
	/* An older snapshot, as when the screen is paused; then the newest again. */
	query.limit = 0;
	fake->snapshot.events_end = 5;
	expect_cells("older", &query, "num", "2 4");
	fake->snapshot.events_end = 23;
	expect_cells("newest", &query, "num", "2 4 6 8 10 12 14 16 18 20 22");
}
END_TEST

START_TEST(test_gaps)
{
	struct scope scope = { .len = 1, .chips = { { .kind = CHIP_PROC, .pid = 7 } } };
	struct table_query query = query_of("stream");

	for (unsigned i = 0; i < 6; i++) {
		struct history_event *kept = add_call_event(i == 2 || i == 3 ? 8 : 7, "getppid", 1);

		kept->lost_before = i ? 10 * i : 0;
		kept->lost_buffer = i % 2;
	}
	expect_cells("all", &query, "num", "1 [1:10] 2 [0:20] 3 [1:30] 4 [0:40] 5 [1:50] 6");
	/* With nothing between them gaps of a buffer are one line; none is lost. */
	query.scope = &scope;
	expect_cells("scope", &query, "num", "1 [1:10] 2 [1:30] [0:60] 5 [1:50] 6");
	query.limit = 2;
	expect_cells("limit", &query, "num", "[1:50] 6");
	ck_assert_int_eq(table_find(table, table_row(table, 0)->key), 0);
	ck_assert_int_eq(table_find(table, table_row(table, 1)->key), 1);
	ck_assert_int_eq(table_find(table, (struct row_key){ .a = 77 }), -1);
}
END_TEST

START_TEST(test_opens)
{
	struct table_query query = query_of("opens");
	const struct row *row;
	struct chip chip;

	add_open(7, "passwd", "/etc/passwd", 3, 100);
	add_call_event(7, "getppid", 1);
	add_open(8, "/nowhere", NULL, -2, 50);
	expect_cells("opens", &query, "path", "/etc/passwd /nowhere");
	expect_cells("opens", &query, "called", "passwd /nowhere");
	expect_cells("opens", &query, "result", "3 ENOENT");
	expect_cells("opens", &query, "modes", "wc r");
	expect_cells("opens", &query, "fd", "3 -");
	row = table_row(table, 0);
	ck_assert(!row_chip(row, query.view, &chip));
	query.sort = column_index(query.view, "path");
	query.descending = true;
	expect_cells("by path", &query, "path", "/nowhere /etc/passwd");
}
END_TEST

START_TEST(test_paths)
{
	struct table_query query = query_of("opens_by_path");
	struct chip chip;

	add_open(7, "b", "/b", 3, 2 * FAKE_SECOND_NS);
	add_open(7, "b", "/b", 3, 100);
	add_open(8, "/x/../b", "/b", 3, 50);
	add_open(7, "/nowhere", NULL, -2, 10);
	add_open(7, "/a", "/a", 3, 10);
	add_call_event(7, "getppid", 1);
	expect_cells("paths", &query, "path", "/b /a /nowhere");
	expect_cells("kept", &query, "opens_kept", "3 1 1");
	expect_cells("rate", &query, "opens", "2.0 1.0 1.0");
	expect_cells("failed", &query, "failed_kept", "0 0 1");
	expect_cells("processes", &query, "procs", "2 1 1");
	expect_cells("modes", &query, "modes", "wc wc r");
	expect_cells("last", &query, "last_by", "cat[8] cat[7] cat[7]");
	ck_assert(row_chip(table_row(table, 0), query.view, &chip));
	ck_assert_int_eq(chip.kind, CHIP_PATH);
	ck_assert_str_eq(chip.text, "/b");
}
END_TEST

START_TEST(test_fields)
{
	static const struct {
		const char *field, *value;
	} wanted[] = {
		{ "evt.num", "1" },
		{ "evt.type", "openat" },
		{ "evt.res", "3" },
		{ "proc.pid", "7" },
		{ "user.name", "root (0)" },
		{ "path", "/etc/passwd" },
		{ "evt.arg.name", "passwd" },
		{ "container.id", "host" },
		{ "call.flags", "O_RDONLY" },
		{ "raw arguments", "dirfd=0x0 filename=0x0 flags=0x0 mode=0x0" },
	};
	struct table_query query = query_of("event");
	size_t found = 0;

	add_open(7, "passwd", "/etc/passwd", 3, 100);
	query.event_num = 2;
	expect_cells("no such event", &query, "field", "");
	query.event_num = 1;
	ck_assert_int_eq(table_fill(table, &fake->snapshot, &query), 0);
	for (size_t i = 0; i < table_len(table); i++) {
		char field[256], value[256];

		cell_text(table_row(table, i), "field", field, sizeof(field));
		cell_text(table_row(table, i), "value", value, sizeof(value));
		for (size_t j = 0; j < LEN(wanted); j++) {
			if (strcmp(wanted[j].field, field) != 0)
				continue;
			ck_assert_msg(strcmp(wanted[j].value, value) == 0, "%s = %s", field, value);
			found++;
		}
	}
	ck_assert_uint_eq(found, LEN(wanted));
}
END_TEST

START_TEST(test_chips)
{
	struct scope scope = { .len = 0 };
	struct table_query query = query_of("callers");
	struct chip chip, chips[ROW_CHIPS_MAX];

	add_procs();
	ck_assert_int_eq(table_fill(table, &fake->snapshot, &query), 0);
	ck_assert(row_chip(table_row(table, 0), query.view, &chip));
	ck_assert_int_eq(chip.kind, CHIP_PROC);
	ck_assert_uint_eq(chip.pid, 30);
	ck_assert_uint_eq(chip.start_boot_ns, 1);
	ck_assert_str_eq(chip.text, "nginx");
	/* Enter narrows to the call as well, however the view was opened. */
	ck_assert_uint_eq(row_chips(table_row(table, 0), query.view, chips), 2);
	ck_assert_int_eq(chips[0].kind, CHIP_SYSCALL);
	ck_assert_int_eq(chips[0].nr, table_row(table, 0)->call->nr);
	ck_assert_int_eq(chips[1].kind, CHIP_PROC);
	query = query_of("syscalls");
	ck_assert_int_eq(table_fill(table, &fake->snapshot, &query), 0);
	ck_assert(row_chip(table_row(table, 1), query.view, &chip));
	ck_assert_int_eq(chip.kind, CHIP_SYSCALL);
	ck_assert_int_eq(chip.nr, nr_of("read"));
	/* From a syscall to its callers; of one process to its stream. */
	ck_assert_str_eq(view_drill(query.view, &scope), "callers");
	ck_assert_int_eq(scope_push(&scope, &(struct chip){ .kind = CHIP_PROC, .pid = 30 }), 0);
	ck_assert_str_eq(view_drill(query.view, &scope), "stream");
}
END_TEST

/* The same row is found again in the next snapshot, wherever it went. */
START_TEST(test_find)
{
	struct table_query query = query_of("processes");
	struct row_key key;

	add_procs();
	ck_assert_int_eq(table_fill(table, &fake->snapshot, &query), 0);
	key = table_row(table, 0)->key;
	fake->procs[1].cpu_delta_ns = 0;
	ck_assert_int_eq(table_fill(table, &fake->snapshot, &query), 0);
	ck_assert_int_eq(table_find(table, key), 2);
	ck_assert_ptr_eq(table_row(table, 2)->proc, &fake->procs[1]);
	ck_assert_ptr_null(table_row(table, 3));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("table");
	TCase *tcase = tcase_create("table");
	SRunner *runner = srunner_create(suite);
	int failed;

	setenv("TZ", "UTC", 1);
	tzset();
	suite_add_tcase(suite, tcase);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, test_process_order);
	tcase_add_test(tcase, test_process_cells);
	tcase_add_loop_test(tcase, test_text_filter, 0, LEN(filter_cases));
	tcase_add_test(tcase, test_process_scope);
	tcase_add_test(tcase, test_syscalls);
	tcase_add_test(tcase, test_callers);
	tcase_add_test(tcase, test_buffers);
	tcase_add_test(tcase, test_events);
	tcase_add_test(tcase, test_filter_kept);
	tcase_add_test(tcase, test_gaps);
	tcase_add_test(tcase, test_opens);
	tcase_add_test(tcase, test_paths);
	tcase_add_test(tcase, test_fields);
	tcase_add_test(tcase, test_chips);
	tcase_add_test(tcase, test_find);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
