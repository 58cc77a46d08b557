/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of containers, users, the tree, the exec log and new connections. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "fake_snapshot.h"
#include "run_suite.h"
#include "views/scope.h"
#include "views/table.h"

static struct view_set *views;
static struct table *table;
static struct fake *fake;
static const struct container_row containers[] = {
	{ .id = "0123456789ab", .name = "shop", .engine = "podman", .image = "localhost/web:1" },
	{ .id = "ffffffffffff", .name = "ffffffffffff", .engine = "docker", .image = "" },
};

static void add_proc(uint32_t pid, uint32_t ppid, uint64_t start, const char *comm)
{
	fake_proc(fake, &(struct proc_row){ .pid = pid,
					    .ppid = ppid,
					    .start_boot_ns = start,
					    .comm = comm,
					    .cmdline = comm });
}

static struct proc_row *last_proc(void)
{
	return &fake->procs[fake->snapshot.procs_len - 1];
}

static void setup(void)
{
	struct view_error err;

	ck_assert_int_eq(view_set_load(NULL, &views, &err), 0);
	ck_assert_int_eq(table_new(&table), 0);
	fake = fake_new();
	fake->snapshot.containers = containers;
	fake->snapshot.containers_len = 2;
}

static void teardown(void)
{
	table_free(table);
	ck_assert_int_eq(fake->refs, 1);
	fake_free(fake);
	view_set_free(views);
}

/* All rows of a view in a scope, the shown columns of each joined by blanks, rows by "; ". */
static void expect(const char *view_name, const struct scope *scope, const char *const *ids,
		   const char *wanted)
{
	const struct view *view = view_set_find(views, view_name);
	struct table_query query = {
		.view = view, .scope = scope, .sort = view->sort, .descending = view->descending
	};
	char data[2048];
	struct text_buf all;

	text_buf_init(&all, data, sizeof(data));
	ck_assert_int_eq(table_fill(table, &fake->snapshot, &query), 0);
	for (size_t i = 0; i < table_len(table); i++) {
		text_buf_add(&all, i ? "; " : "");
		for (size_t c = 0; ids[c]; c++) {
			struct cell cell;

			table_cell(table, table_row(table, i), column_find(view->entity, ids[c]),
				   &cell);
			text_buf_add(&all, c ? " " : "");
			cell_human(&cell, &all);
		}
	}
	ck_assert_msg(strcmp(all.data, wanted) == 0, "%s: \"%s\", wanted \"%s\"", view_name,
		      all.data, wanted);
}

#define IDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

START_TEST(test_containers)
{
	struct chip chip;

	add_proc(10, 1, 5, "sh");
	*last_proc() = (struct proc_row){ .pid = 10,
					  .start_boot_ns = 5,
					  .comm = "sh",
					  .user = "root",
					  .container = "0123456789ab",
					  .in = &containers[0],
					  .rss_bytes = 1 << 20,
					  .cpu_delta_ns = FAKE_SECOND_NS / 4,
					  .calls_delta = 10,
					  .errors_delta = 1,
					  .bytes_delta = { .file_in = 5, .net_out = 7 } };
	add_proc(11, 10, 6, "web");
	last_proc()->in = &containers[0];
	last_proc()->container = "0123456789ab";
	last_proc()->rss_bytes = 2 << 20;
	last_proc()->calls_delta = 20;
	add_proc(12, 1, 7, "job");
	last_proc()->in = &containers[1];
	last_proc()->container = "ffffffffffff";
	/* What has ended still counts for the interval, not as a process. */
	add_proc(13, 1, 8, "old");
	last_proc()->in = &containers[1];
	last_proc()->container = "ffffffffffff";
	last_proc()->dead = true;
	last_proc()->calls_delta = 3;
	last_proc()->rss_bytes = 9 << 20;
	add_proc(14, 1, 9, "host");
	expect("containers", NULL,
	       IDS("name", "engine", "procs", "cpu_pct", "rss_bytes", "calls", "errors", "file",
		   "net", "image", "last_process"),
	       "shop podman 2 25.0% 3.00M 30 1.0 5.0 7.0 localhost/web:1 web[11]; "
	       "ffffffffffff docker 1 0% 0 3.0 0 0 0 - job[12]");
	ck_assert(row_chip(table_row(table, 0), view_set_find(views, "containers"), &chip));
	ck_assert_int_eq(chip.kind, CHIP_CONTAINER);
	ck_assert_str_eq(chip.text, "0123456789ab");
}
END_TEST

START_TEST(test_users)
{
	struct chip chip;

	add_proc(10, 1, 5, "sh");
	last_proc()->calls_delta = 4;
	add_proc(11, 1, 6, "web");
	last_proc()->user = "www";
	last_proc()->euid = 33;
	last_proc()->cpu_delta_ns = FAKE_SECOND_NS;
	add_proc(12, 1, 7, "job");
	last_proc()->calls_delta = 5;
	/* Ended processes of a program together: nobody's. */
	add_proc(0, 0, 0, "cc");
	last_proc()->calls_delta = 100;
	expect("users", NULL, IDS("user", "uid", "procs", "calls", "last_process"),
	       "www 33 1 0 web[11]; root 0 2 9.0 job[12]");
	ck_assert(row_chip(table_row(table, 0), view_set_find(views, "users"), &chip));
	ck_assert_int_eq(chip.kind, CHIP_USER);
	ck_assert_str_eq(chip.text, "www");
}
END_TEST

START_TEST(test_tree)
{
	struct scope scope = { .len = 0 };

	/* By (pid, start), as snapshots are. The pid 20 was used twice. */
	add_proc(1, 0, 1, "init");
	add_proc(10, 30, 7, "late");
	add_proc(20, 1, 2, "first");
	add_proc(20, 1, 9, "again");
	add_proc(25, 20, 5, "kid");
	add_proc(26, 20, 10, "young");
	add_proc(30, 20, 4, "elder");
	add_proc(40, 99, 11, "alone");
	expect("tree", NULL, IDS("pid", "kids", "tree"),
	       "1 2 init; "
	       "20 2 |- first; "
	       "30 1 |  |- elder; "
	       "10 0 |  |  `- late; "
	       "25 0 |  `- kid; "
	       "20 1 `- again; "
	       "26 0    `- young; "
	       "40 0 alone");
	/* A process in the scope brings all below it. */
	scope_push(&scope, &(struct chip){ .kind = CHIP_PROC, .pid = 20, .start_boot_ns = 2 });
	expect("tree", &scope, IDS("pid", "tree"),
	       "20 first; 30 |- elder; 10 |  `- late; 25 `- kid");
}
END_TEST

/* Two that say that they made each other cannot both be younger. */
START_TEST(test_tree_circle)
{
	add_proc(5, 6, 3, "a");
	add_proc(6, 5, 3, "b");
	add_proc(7, 7, 4, "self");
	expect("tree", NULL, IDS("pid", "tree"), "5 a; 6 `- b; 7 self");
}
END_TEST

START_TEST(test_tree_deep)
{
	for (uint32_t i = 1; i < FAKE_ROWS_MAX; i++)
		add_proc(i, i - 1, i, "x");
	expect("tree",
	       &(struct scope){ .len = 1,
				.chips = { { .kind = CHIP_PROC,
					     .pid = FAKE_ROWS_MAX - 1,
					     .start_boot_ns = FAKE_ROWS_MAX - 1 } } },
	       IDS("pid", "tree"), "63 x");
	expect("tree",
	       &(struct scope){ .len = 1,
				.chips = { { .kind = CHIP_PROC,
					     .pid = FAKE_ROWS_MAX - 2,
					     .start_boot_ns = FAKE_ROWS_MAX - 2 } } },
	       IDS("pid", "tree"), "62 x; 63 `- x");
}
END_TEST

static void add_exec(uint32_t pid, int64_t ret, const char *exe, const char *filename)
{
	static struct build_record record;
	const struct event_desc *desc = event_by_id("SYSCALL_EXECVE_19_X");
	struct build_prefix prefix = { .ts_ns = FAKE_TIME_NS + fake->snapshot.events_end,
				       .pid = pid,
				       .ppid = 1,
				       .start_boot_ns = 5,
				       .nr = syscall_nr(syscall_by_name("execve")),
				       .ret = ret,
				       .euid = 1000,
				       .comm = "sh" };

	build_record_init(&record, desc->code, &prefix);
	if (ret >= 0)
		build_record_ext(&record, RECORD_EXT_EXE, 0, "/tmp/x/prog", 11);
	for (size_t i = 0; i < desc->params_len; i++) {
		const char *name = desc->params[i].name;

		if (strcmp(name, "exe") == 0)
			build_record_text(&record, exe);
		else if (strcmp(name, "args") == 0)
			build_record_bytes(&record, "-a\0b c", 7);
		else if (strcmp(name, "filename") == 0)
			build_record_text(&record, filename);
		else if (strcmp(name, "flags") == 0)
			build_record_int(&record, 1 | 4);
		else if (strcmp(name, "cwd") == 0)
			build_record_text(&record, "/root/");
		else
			build_record_empty(&record);
	}
	fake_event(fake, &record);
}

START_TEST(test_exec)
{
	add_proc(10, 1, 5, "prog");
	last_proc()->dead = true;
	last_proc()->exit_code = 3 << 8;
	add_exec(10, 0, "prog", "/tmp/x/prog");
	add_exec(11, -ENOENT, "sh", "/bin/nothing");
	expect("exec", NULL, IDS("pid", "result", "exit_code", "marks", "exe", "args"),
	       "10 0 3 mwt /tmp/x/prog prog -a b c; "
	       "11 ENOENT - mw /bin/nothing /bin/nothing -a b c");
}
END_TEST

static void add_conn(const char *id, const char *call, int64_t ret, const void *tuple, size_t len)
{
	static struct build_record record;
	const struct event_desc *desc = event_by_id(id);
	struct build_prefix prefix = { .ts_ns = FAKE_TIME_NS + fake->snapshot.events_end,
				       .pid = 10,
				       .start_boot_ns = 5,
				       .nr = syscall_nr(syscall_by_name(call)),
				       .ret = ret,
				       .comm = "curl" };

	build_record_init(&record, desc->code, &prefix);
	for (size_t i = 0; i < desc->params_len; i++) {
		if (len && strcmp(desc->params[i].name, "tuple") == 0)
			build_record_bytes(&record, tuple, len);
		else
			build_record_empty(&record);
	}
	fake_event(fake, &record);
}

START_TEST(test_newconn)
{
	static const uint8_t inet[] = { AF_INET, 10, 0, 0, 1, 0x39, 0x05, 10, 0, 0, 2, 80, 0 };
	static const uint8_t path[] = "\x01"
				      "01234567"
				      "89abcdef"
				      "/run/x";

	add_conn("SOCKET_CONNECT_X", "connect", 0, inet, sizeof(inet));
	add_conn("SOCKET_ACCEPT4_6_X", "accept4", 7, inet, sizeof(inet));
	add_conn("SOCKET_CONNECT_X", "connect", -ECONNREFUSED, path, sizeof(path));
	/* Not one that a signal had begin again. */
	add_conn("SOCKET_ACCEPT4_6_X", "accept4", -512, NULL, 0);
	add_conn("SOCKET_LISTEN_X", "listen", 0, NULL, 0);
	expect("newconn", NULL, IDS("dir", "proto", "local", "remote", "result"),
	       "out ipv4 10.0.0.1:1337 10.0.0.2:80 0; "
	       "in ipv4 10.0.0.2:80 10.0.0.1:1337 7; "
	       "out unix - /run/x ECONNREFUSED");
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("rows_group");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, test_containers);
	tcase_add_test(tcase, test_users);
	tcase_add_test(tcase, test_tree);
	tcase_add_test(tcase, test_tree_circle);
	tcase_add_test(tcase, test_tree_deep);
	tcase_add_test(tcase, test_exec);
	tcase_add_test(tcase, test_newconn);
	return run_suite("rows_group", tcase);
}
