/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many events in memory a condition accepts, and whether that is known: cat failed to open
 * a/b.txt and made a folder, then it went to another folder.
 */
#include <check.h>
#include <string.h>

#include "field_steps.h"
#include "run_suite.h"
#include "state/filter/compile.h"
#include "state/filter/eval.h"
#include "state/filter/field.h"
#include "state/filter/parse.h"
#include "tui/event_count.h"

static const struct count_case {
	const char *condition, *field;
	uint64_t matched;
	bool about;
} cases[] = {
	{ "evt.type = openat", "evt.type", 1, false },
	{ "fs.path.nameraw = sub/dir", "fs.path.nameraw", 1, false },
	{ "fs.path.name = /tmp/sub/dir", "fs.path.name", 1, true },
	{ "evt.abspath = /tmp/a/b.txt", "evt.abspath", 1, true },
	{ "evt.deltatime > 0", "evt.deltatime", 0, true },
	{ "proc.cwd = /tmp/", "proc.cwd", 3, true },
};

static void go_to_tmp(struct field_host *host)
{
	field_host_begin(host, "SYSCALL_CHDIR_X", "chdir", 0);
	build_record_int(&host->record, 0);
	build_record_text(&host->record, "/tmp");
	field_host_apply(host);
}

static struct filter_set *compile(const char *condition)
{
	struct filter_error err = { 0 };
	struct filter_ast *ast;
	struct filter_set *set;
	uint32_t id;

	ck_assert_int_eq(filter_parse(condition, strlen(condition), NULL, &ast, &err), 0);
	ck_assert_int_eq(filter_set_new(0, &set), 0);
	ck_assert_int_eq(filter_compile(set, ast, NULL, &id, &err), 0);
	filter_ast_free(ast);
	return set;
}

START_TEST(test_count)
{
	const struct count_case *c = &cases[_i];
	struct event_count_fields fields = { .at = { field_named(c->field, strlen(c->field)) },
					     .len = 1 };
	struct snapshot_counted counted;
	struct snapshot *snapshot;
	struct event_count *count;
	struct field_host host;

	ck_assert_ptr_nonnull(fields.at[0]);
	field_host_init(&host);
	step_open_failed(&host);
	step_mkdir_folder(&host);
	go_to_tmp(&host);
	ck_assert_int_eq(state_publish(host.state, &snapshot), 0);
	/* Those of cat alone. */
	snapshot->events_first = snapshot->events_end - 3;
	count = event_count_new(5, snapshot, compile(c->condition), &fields);
	ck_assert_ptr_nonnull(count);
	while (event_count_step(count, &host.event, 1000000))
		;
	counted = event_count_now(count);
	ck_assert_uint_eq(counted.question, 5);
	ck_assert_uint_eq(counted.looked, 3);
	ck_assert(counted.done);
	ck_assert_msg(counted.matched == c->matched, "%s: %u", c->condition,
		      (unsigned)counted.matched);
	ck_assert_msg(counted.about == c->about, "%s", c->condition);
	event_count_free(count);
	snapshot_unref(snapshot);
	field_host_release(&host);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("event_count");

	tcase_add_loop_test(tcase, test_count, 0, (int)(sizeof(cases) / sizeof(cases[0])));
	return run_suite("event_count", tcase);
}
