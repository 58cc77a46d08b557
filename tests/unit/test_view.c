/* SPDX-License-Identifier: Apache-2.0 */
/* View files: what is taken, what is refused and where the message points, sets, layout. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "state/base/nearest.h"
#include "views/view.h"

#define LEN(table) ((int)(sizeof(table) / sizeof((table)[0])))
#define HEAD "name: x\ntitle: X\nentity: process\n"

static const struct wrong_case {
	const char *name, *text;
	unsigned line, column;
	const char *message; /* part of it */
} wrong_cases[] = {
	{ "empty file", "", 1, 1, "expected \"key: value\" lines" },
	{ "a list", "- a\n", 1, 1, "expected \"key: value\" lines" },
	{ "a word", "hello\n", 1, 1, "expected \"key: value\" lines" },
	{ "not YAML", "name: x\n@y: z\n", 2, 1, "not YAML" },
	{ "tab", "name:\n\t- x\n", 2, 1, "not YAML" },
	{ "unknown key", HEAD "colums: [pid]\n", 4, 1,
	  "unknown key \"colums\"; did you mean \"columns\"?" },
	{ "unknown key, nothing near", HEAD "zebra: [pid]\n", 4, 1, "unknown key \"zebra\"" },
	{ "twice", "name: x\nname: y\n", 2, 1, "\"name\" is there twice" },
	{ "no name", "title: X\nentity: process\ncolumns: [pid]\n", 1, 1, "\"name\" is missing" },
	{ "no title", "name: x\nentity: process\ncolumns: [pid]\n", 1, 1, "\"title\" is missing" },
	{ "no entity", "name: x\ntitle: X\ncolumns: [pid]\n", 1, 1, "\"entity\" is missing" },
	{ "no columns", HEAD, 1, 1, "\"columns\" is missing" },
	{ "empty columns", HEAD "columns: []\n", 1, 1, "columns: is empty" },
	{ "list for a word", "name: [x]\n", 1, 7, "name: expected a word, found a list" },
	{ "mapping for a word", "name: {a: b}\n", 1, 7, "name: expected a word, found a mapping" },
	{ "word for a list", HEAD "columns: pid\n", 4, 10, "columns: expected a list" },
	{ "list in a list", HEAD "columns: [[pid]]\n", 4, 11, "expected a word, found a list" },
	{ "anchor", "name: &a x\n", 1, 7, "anchors and tags are not allowed" },
	{ "alias", "name: *a\n", 1, 7, "found a alias" },
	{ "tag", "name: !!str x\n", 1, 7, "anchors and tags are not allowed" },
	{ "second document", HEAD "columns: [pid]\n---\nname: y\n", 5, 1,
	  "expected the end of the file" },
	{ "unknown entity", "name: x\nentity: proces\n", 2, 9,
	  "unknown entity \"proces\"; did you mean \"process\"?" },
	{ "unknown column", HEAD "columns: [pid, cpu_pc]\n", 4, 16,
	  "entity \"process\" has no column \"cpu_pc\"; did you mean \"cpu_pct\"?" },
	{ "column of another entity", HEAD "columns: [pid, top_caller]\n", 4, 16,
	  "entity \"process\" has no column \"top_caller\"" },
	{ "unknown optional column", HEAD "columns: [pid]\noptional: [ppid, statee]\n", 5, 18,
	  "did you mean \"state\"?" },
	{ "column twice", HEAD "columns: [pid, user, pid]\n", 4, 22,
	  "column \"pid\" is there twice" },
	{ "column optional too", HEAD "columns: [pid]\noptional: [pid]\n", 5, 12,
	  "column \"pid\" is there twice" },
	{ "unknown sort", HEAD "columns: [pid]\nsort: pidd\n", 5, 7,
	  "has no column \"pidd\"; did you mean \"pid\"?" },
	{ "sort by a column not shown", HEAD "columns: [pid]\nsort: user\n", 5, 7,
	  "sort: \"user\" is not among the view's columns" },
	{ "sort direction", HEAD "columns: [pid]\nsort: pid down\n", 5, 7,
	  "sort: \"down\"; expected asc or desc" },
	{ "stream", HEAD "columns: [pid]\nstream: some\n", 5, 9,
	  "stream: \"some\"; expected none, opens, execs, connects, failed, slow or all" },
	{ "group of a wrong thing", "name: x\ntitle: T\nentity: slow\ngroup: [kind, call]\n", 4, 15,
	  "group: \"call\"; expected process, syscall, kind or target" },
	{ "group is a word", "name: x\ntitle: T\nentity: slow\ngroup: kind\n", 4, 8,
	  "group: expected a list" },
	{ "group of another entity", HEAD "columns: [pid]\ngroup: [kind]\n", 5, 9,
	  "group: only entity slow has groups" },
	{ "slow calls without group", "name: x\ntitle: T\nentity: slow\ncolumns: [pid]\n", 3, 9,
	  "entity slow needs group:" },
	{ "follow", HEAD "columns: [pid]\nfollow: yes\n", 5, 9,
	  "follow: \"yes\"; expected true or false" },
	{ "name with a path", "name: ../x\n", 1, 7, "\"../x\" is no name" },
	{ "long name", "name: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n", 1, 7,
	  "name: longer than 31 bytes" },
	{ "long key", HEAD "key: abcdefgh\ncolumns: [pid]\n", 4, 6, "key: longer than 7 bytes" },
	{ "empty title", "name: x\ntitle: \"\"\n", 2, 8, "title: is empty" },
	{ "control character", "name: x\ntitle: \"a\\x1b\"\n", 2, 8, "has a control character" },
	{ "C1 control", "name: x\ntitle: \"a\\x9bm\"\n", 2, 8, "has a control character" },
	{ "NUL", "name: x\ntitle: \"a\\0b\"\n", 2, 8, "has a NUL byte" },
};

START_TEST(test_wrong)
{
	const struct wrong_case *c = &wrong_cases[_i];
	struct view view = { .name = "untouched" };
	struct view_error err = { .line = 0 };
	int r = view_parse("folder/x.yaml", c->text, strlen(c->text), &view, &err);

	ck_assert_msg(r == -EINVAL, "%s: returned %d", c->name, r);
	ck_assert_msg(strcmp(view.name, "untouched") == 0, "%s: the view was touched", c->name);
	ck_assert_msg(strcmp(err.file, "folder/x.yaml") == 0, "%s: file %s", c->name, err.file);
	ck_assert_msg(strstr(err.text, c->message) != NULL, "%s: message %s", c->name, err.text);
	ck_assert_msg(err.line == c->line && err.column == c->column, "%s: at %u:%u (%s)", c->name,
		      err.line, err.column, err.text);
}
END_TEST

START_TEST(test_right)
{
	static const char text[] =
		"name: mine\ntitle: \"My view\"\nkey: \"9\"\nentity: process\n"
		"sort: calls desc\ndrill: syscalls\ndrill_scoped: stream\n"
		"twin: processes\nstream: opens\nfollow: true\nhelp: What I want.\n"
		"columns:\n  - pid\n  - command\n  - calls\noptional: [ppid]\n";
	struct view_error err;
	struct view view;

	ck_assert_int_eq(view_parse("mine.yaml", text, strlen(text), &view, &err), 0);
	ck_assert_str_eq(view.name, "mine");
	ck_assert_str_eq(view.title, "My view");
	ck_assert_str_eq(view.key, "9");
	ck_assert_int_eq(view.entity, ENTITY_PROCESS);
	ck_assert_str_eq(view.drill, "syscalls");
	ck_assert_str_eq(view.drill_scoped, "stream");
	ck_assert_str_eq(view.twin, "processes");
	ck_assert_int_eq(view.stream, VIEW_STREAM_OPENS);
	ck_assert(view.follow);
	ck_assert_str_eq(view.help, "What I want.");
	/* What takes the rest of the line goes last, the optional ones before it. */
	ck_assert_uint_eq(view.columns_len, 4);
	ck_assert_str_eq(view.columns[0].column->id, "pid");
	ck_assert_str_eq(view.columns[1].column->id, "calls");
	ck_assert_str_eq(view.columns[2].column->id, "ppid");
	ck_assert(view.columns[2].optional);
	ck_assert_str_eq(view.columns[3].column->id, "command");
	ck_assert(!view.columns[3].optional);
	ck_assert_uint_eq(view.sort, 1);
	ck_assert(view.descending);
}
END_TEST

START_TEST(test_too_large)
{
	size_t len = 65537;
	char *text = malloc(len);
	struct view_error err;
	struct view view;

	ck_assert_ptr_nonnull(text);
	memset(text, ' ', len);
	ck_assert_int_eq(view_parse("x.yaml", text, len, &view, &err), -EINVAL);
	ck_assert_ptr_nonnull(strstr(err.text, "larger than"));
	free(text);
}
END_TEST

START_TEST(test_too_many_columns)
{
	char text[4096] = HEAD "columns: [";
	struct view_error err;
	struct view view;

	for (int i = 0; i <= VIEW_COLUMNS_MAX; i++)
		strncat(text, "pid, ", sizeof(text) - strlen(text) - 1);
	strncat(text, "pid]\n", sizeof(text) - strlen(text) - 1);
	ck_assert_int_eq(view_parse("x.yaml", text, strlen(text), &view, &err), -EINVAL);
	ck_assert_ptr_nonnull(strstr(err.text, "columns: more than"));
}
END_TEST

/* The columns are a promise to scripts: ids, one meaning each, one sentence of help. */
START_TEST(test_columns)
{
	ck_assert_ptr_null(column_at(column_table_len()));
	for (size_t i = 0; i < column_table_len(); i++) {
		const struct column *column = column_at(i);
		size_t help_len = strlen(column->help);
		bool moves_bytes = column->entity == ENTITY_PROCESS &&
				   (column->kind == COLUMN_BYTE_RATE ||
				    (column->kind == COLUMN_BYTES && strstr(column->id, "_total")));

		ck_assert_msg(
			column->id[strspn(column->id, "abcdefghijklmnopqrstuvwxyz_0123456789")] ==
				'\0',
			"%s", column->id);
		ck_assert_msg(column_find(column->entity, column->id) == column,
			      "%s is there twice", column->id);
		ck_assert_msg(help_len > 1 && column->help[help_len - 1] == '.' &&
				      !strstr(column->help, ". "),
			      "%s: help is not one sentence: %s", column->id, column->help);
		ck_assert_msg(!moves_bytes ||
				      strstr(column->help,
					     "splice, mmap and io_uring data are not in it"),
			      "%s: help does not say what is not in it", column->id);
		ck_assert_msg(column->get != NULL, "%s", column->id);
		ck_assert_msg(!column->width || strlen(column->header) <= column->width,
			      "%s: the header is wider than the column", column->id);
	}
}
END_TEST

static const struct embedded_case {
	const char *name, *key, *drill, *drill_scoped, *twin;
	enum entity entity;
	enum view_stream stream;
	bool follow;
} embedded_cases[] = {
	{ "processes", "1", "syscalls", "", "", ENTITY_PROCESS, VIEW_STREAM_NONE, false },
	{ "syscalls", "2", "callers", "stream", "", ENTITY_SYSCALL, VIEW_STREAM_NONE, false },
	{ "callers", "", "stream", "", "", ENTITY_CALLER, VIEW_STREAM_NONE, false },
	{ "stream", "s", "event", "", "", ENTITY_EVENT, VIEW_STREAM_ALL, true },
	{ "event", "", "", "", "", ENTITY_FIELD, VIEW_STREAM_ALL, false },
	{ "opens", "O", "event", "", "opens_by_path", ENTITY_OPEN, VIEW_STREAM_OPENS, true },
	{ "opens_by_path", "", "opens", "", "opens", ENTITY_PATH, VIEW_STREAM_OPENS, false },
	{ "health", "D", "callers", "", "", ENTITY_BUFFER, VIEW_STREAM_NONE, false },
	{ "threads", "", "stream", "", "", ENTITY_THREAD, VIEW_STREAM_NONE, false },
	{ "errors", "9", "failures", "", "", ENTITY_ERRNO, VIEW_STREAM_FAILED, false },
	{ "failures", "", "stream", "", "", ENTITY_FAILURE, VIEW_STREAM_FAILED, false },
	{ "slow", "", "event", "", "slow_by_process", ENTITY_EVENT, VIEW_STREAM_SLOW, false },
	{ "slow_by_process", "", "slow", "", "slow_by_syscall", ENTITY_SLOW, VIEW_STREAM_SLOW,
	  false },
	{ "slow_by_syscall", "", "slow", "", "slow_by_target", ENTITY_SLOW, VIEW_STREAM_SLOW,
	  false },
	{ "slow_by_target", "", "slow", "", "slow", ENTITY_SLOW, VIEW_STREAM_SLOW, false },
	{ "files", "3", "stream", "", "", ENTITY_FILE, VIEW_STREAM_NONE, false },
	{ "conn", "4", "stream", "", "", ENTITY_CONN, VIEW_STREAM_NONE, false },
	{ "uring", "", "stream", "", "", ENTITY_URING, VIEW_STREAM_NONE, false },
	{ "containers", "7", "processes", "", "", ENTITY_CONTAINER, VIEW_STREAM_NONE, false },
	{ "users", "U", "processes", "", "", ENTITY_USER, VIEW_STREAM_NONE, false },
	{ "net", "6", "conn", "", "", ENTITY_PROCESS, VIEW_STREAM_NONE, false },
	{ "tree", "t", "syscalls", "", "", ENTITY_TREE, VIEW_STREAM_NONE, false },
	{ "exec", "", "event", "", "", ENTITY_EXEC, VIEW_STREAM_EXECS, true },
	{ "hit", "", "", "", "", ENTITY_FIELD, VIEW_STREAM_NONE, false },
	{ "hits_by_rule", "", "hits", "", "hits_by_priority", ENTITY_HIT_RULE, VIEW_STREAM_NONE,
	  false },
	{ "hits_by_priority", "", "hits", "", "hits", ENTITY_HIT_PRIORITY, VIEW_STREAM_NONE,
	  false },
	{ "why", "", "", "", "", ENTITY_WHY, VIEW_STREAM_NONE, false },
	{ "rules", "R", "hits", "", "hits_by_rule", ENTITY_RULE, VIEW_STREAM_NONE, false },
	{ "hits", "8", "hit", "", "hits_by_rule", ENTITY_HIT, VIEW_STREAM_NONE, true },
	{ "newconn", "", "event", "", "", ENTITY_NEWCONN, VIEW_STREAM_CONNECTS, true },
	{ "fds", "", "stream", "", "", ENTITY_FD, VIEW_STREAM_NONE, false },
	{ "fd_usage", "F", "fds", "", "", ENTITY_PROCESS, VIEW_STREAM_NONE, false },
	{ "listen", "5", "conn", "", "", ENTITY_LISTENER, VIEW_STREAM_NONE, false },
	{ "process", "", "syscalls", "", "", ENTITY_PAGE, VIEW_STREAM_NONE, false },
	{ "environment", "", "", "", "", ENTITY_VARIABLE, VIEW_STREAM_NONE, false },
};

START_TEST(test_embedded)
{
	const struct embedded_case *c = &embedded_cases[_i];
	struct view_set *set;
	struct view_error err;
	const struct view *view;

	ck_assert_int_eq(view_set_load(NULL, &set, &err), 0);
	view = view_set_find(set, c->name);
	ck_assert_ptr_nonnull(view);
	ck_assert_str_eq(view->key, c->key);
	ck_assert_str_eq(view->drill, c->drill);
	ck_assert_str_eq(view->drill_scoped, c->drill_scoped);
	ck_assert_str_eq(view->twin, c->twin);
	ck_assert_int_eq(view->entity, c->entity);
	ck_assert_int_eq(view->stream, c->stream);
	ck_assert_int_eq(view->follow, c->follow);
	ck_assert_ptr_null(view_set_find(set, "nothing"));
	ck_assert_str_eq(view_set_nearest(set, "proceses"), "processes");
	ck_assert_ptr_null(view_set_nearest(set, "xyzzy"));
	ck_assert_str_eq(view_set_at(set, 0)->name, "processes");
	ck_assert_str_eq(view_set_at(set, 1)->name, "syscalls");
	ck_assert_ptr_null(view_set_at(set, view_set_len(set)));
	view_set_free(set);
}
END_TEST

static bool view_has(const struct view *view, const struct column *column)
{
	for (size_t i = 0; i < view->columns_len; i++)
		if (view->columns[i].column == column)
			return true;
	return false;
}

START_TEST(test_every_column)
{
	struct view_set *set;
	struct view_error err;

	ck_assert_int_eq(view_set_load(NULL, &set, &err), 0);
	for (size_t i = 0; i < column_table_len(); i++) {
		const struct column *column = column_at(i);
		bool found = false;

		for (size_t j = 0; j < view_set_len(set) && !found; j++)
			found = view_has(view_set_at(set, j), column);
		ck_assert_msg(found, "no view can show column %s of %s", column->id,
			      entity_name(column->entity));
	}
	view_set_free(set);
}
END_TEST

static char folder[] = "/tmp/saker-test-view-XXXXXX";

/* mkdtemp() writes over the pattern. */
static void folder_name(void)
{
	snprintf(folder, sizeof(folder), "/tmp/saker-test-view-XXXXXX");
}

static void write_file(const char *name, const char *text)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
}

static void remove_file(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	unlink(path);
}

START_TEST(test_override)
{
	struct view_set *set;
	struct view_error err = { .line = 0 };

	ck_assert_ptr_nonnull(mkdtemp(folder));
	write_file("syscalls.yaml", "name: syscalls\ntitle: Mine\nkey: \"2\"\nentity: syscall\n"
				    "columns: [syscall, calls]\n");
	write_file("extra.yaml", "name: extra\ntitle: Extra\nentity: process\ncolumns: [pid]\n");
	write_file("notes.txt", "not a view");
	ck_assert_int_eq(view_set_load(folder, &set, &err), 0);
	ck_assert_str_eq(view_set_find(set, "syscalls")->title, "Mine");
	ck_assert_uint_eq(view_set_find(set, "syscalls")->columns_len, 2);
	ck_assert_str_eq(view_set_find(set, "extra")->title, "Extra");
	ck_assert_uint_eq(view_set_len(set), LEN(embedded_cases) + 1);
	view_set_free(set);
	remove_file("syscalls.yaml");
	remove_file("extra.yaml");
	remove_file("notes.txt");
	ck_assert_int_eq(rmdir(folder), 0);
	/* No folder is no error. */
	ck_assert_int_eq(view_set_load(folder, &set, &err), 0);
	view_set_free(set);
}
END_TEST

static const struct set_case {
	const char *name, *file, *text;
	unsigned line;
	const char *message;
} set_cases[] = {
	{ "another name", "a.yaml", "name: b\ntitle: B\nentity: process\ncolumns: [pid]\n", 1,
	  "must be the file's name" },
	{ "drill to nowhere", "a.yaml",
	  "name: a\ntitle: A\nentity: process\ndrill: steam\ncolumns: [pid]\n", 4,
	  "drill: there is no view \"steam\"; did you mean \"stream\"?" },
	{ "twin to nowhere", "a.yaml",
	  "name: a\ntitle: A\nentity: process\ntwin: nowhere\ncolumns: [pid]\n", 4,
	  "twin: there is no view \"nowhere\"" },
	{ "key taken", "a.yaml", "name: a\ntitle: A\nkey: \"1\"\nentity: process\ncolumns: [pid]\n",
	  3, "belongs to view \"processes\"" },
	{ "broken", "a.yaml", "name: a\nbroken\n", 3, "not YAML" },
};

START_TEST(test_set_wrong)
{
	const struct set_case *c = &set_cases[_i];
	struct view_set *set = NULL;
	struct view_error err = { .line = 0 };
	int r;

	folder_name();
	ck_assert_ptr_nonnull(mkdtemp(folder));
	write_file(c->file, c->text);
	r = view_set_load(folder, &set, &err);
	remove_file(c->file);
	rmdir(folder);
	ck_assert_msg(r == -EINVAL && !set, "%s: returned %d", c->name, r);
	ck_assert_msg(strstr(err.text, c->message) != NULL, "%s: %s", c->name, err.text);
	ck_assert_msg(strstr(err.file, c->file) != NULL, "%s: file %s", c->name, err.file);
	ck_assert_msg(err.line == c->line, "%s: line %u (%s)", c->name, err.line, err.text);
}
END_TEST

/* A pipe in the folder must not block the start. */
START_TEST(test_set_fifo)
{
	struct view_set *set;
	struct view_error err;
	char path[256];
	int r;

	folder_name();
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/a.yaml", folder);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	r = view_set_load(folder, &set, &err);
	unlink(path);
	rmdir(folder);
	ck_assert_int_eq(r, -EINVAL);
	ck_assert_str_eq(err.text, "is not a regular file");
}
END_TEST

static const struct layout_case {
	const char *view;
	unsigned width;
	uint64_t shown;
	const char *ids;
} layout_cases[] = {
	{ "processes", 0, 0,
	  "pid user container threads cpu_pct rss_bytes calls errors hits_total file_in file_out "
	  "net_in "
	  "net_out "
	  "command " },
	{ "processes", 80, 0, "pid user cpu_pct rss_bytes calls errors file_in file_out command " },
	{ "processes", 60, 0, "pid user cpu_pct rss_bytes calls errors command " },
	{ "processes", 40, 0, "pid cpu_pct calls command " },
	{ "processes", 1, 0, "pid " },
	{ "processes", 80, 1u << 13,
	  "pid user cpu_pct rss_bytes calls errors file_in file_out command " },
	{ "processes", 200, 1u << 13,
	  "pid user container threads cpu_pct rss_bytes calls errors hits_total file_in file_out "
	  "net_in "
	  "net_out "
	  "ppid command " },
	{ "stream", 80, 0, "time process tid syscall result fd args " },
};

START_TEST(test_layout)
{
	const struct layout_case *c = &layout_cases[_i];
	uint8_t indexes[VIEW_COLUMNS_MAX];
	const struct view *view;
	struct view_set *set;
	struct view_error err;
	char ids[1024] = "";
	size_t len;

	ck_assert_int_eq(view_set_load(NULL, &set, &err), 0);
	view = view_set_find(set, c->view);
	len = view_layout(view, c->width, c->shown, indexes);
	for (size_t i = 0; i < len; i++) {
		strncat(ids, view->columns[indexes[i]].column->id, 64);
		strncat(ids, " ", 2);
	}
	ck_assert_msg(strcmp(ids, c->ids) == 0, "%s at %u: %s", c->view, c->width, ids);
	view_set_free(set);
}
END_TEST

static const struct distance_case {
	const char *a, *b;
	size_t distance;
} distance_cases[] = {
	{ "", "", 0 },         { "abc", "abc", 0 }, { "abc", "", 3 },           { "abc", "abd", 1 },
	{ "abc", "acb", 1 },   { "abc", "ab", 1 },  { "kitten", "sitting", 3 }, { "ca", "abc", 3 },
	{ "abcd", "badc", 2 },
};

START_TEST(test_distance)
{
	const struct distance_case *c = &distance_cases[_i];

	ck_assert_uint_eq(edit_distance(c->a, c->b), c->distance);
	ck_assert_uint_eq(edit_distance(c->b, c->a), c->distance);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("view");
	TCase *tcase = tcase_create("view");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tcase);
	tcase_add_loop_test(tcase, test_wrong, 0, LEN(wrong_cases));
	tcase_add_test(tcase, test_right);
	tcase_add_test(tcase, test_too_large);
	tcase_add_test(tcase, test_too_many_columns);
	tcase_add_test(tcase, test_columns);
	tcase_add_loop_test(tcase, test_embedded, 0, LEN(embedded_cases));
	tcase_add_test(tcase, test_every_column);
	tcase_add_test(tcase, test_override);
	tcase_add_loop_test(tcase, test_set_wrong, 0, LEN(set_cases));
	tcase_add_test(tcase, test_set_fifo);
	tcase_add_loop_test(tcase, test_layout, 0, LEN(layout_cases));
	tcase_add_loop_test(tcase, test_distance, 0, LEN(distance_cases));
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
