/* SPDX-License-Identifier: Apache-2.0 */
/* Scopes: their text, their condition in the filter language, what they accept. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "build_record.h"
#include "state/filter/compile.h"
#include "state/filter/parse.h"
#include "views/scope.h"

#define LEN(table) ((int)(sizeof(table) / sizeof((table)[0])))

/* The number of a call on the architecture of the test. */
static int nr_of(const char *name)
{
	return syscall_nr(syscall_by_name(name));
}

static const struct text_case {
	const char *name;
	struct chip chips[3];
	size_t len;
	const char *call; /* of a chip of kind SYSCALL */
	const char *text, *condition;
} text_cases[] = {
	{ .name = "empty", .text = "", .condition = "" },
	{ .name = "process",
	  .chips = { { .kind = CHIP_PROC, .pid = 1589, .start_boot_ns = 7, .text = "nginx" } },
	  .len = 1,
	  .text = "proc=nginx[1589]",
	  .condition = "proc.pid=1589" },
	{ .name = "two",
	  .chips = { { .kind = CHIP_CONTAINER, .text = "0123456789ab" },
		     { .kind = CHIP_PROC, .pid = 1589, .text = "nginx" } },
	  .len = 2,
	  .text = "ctr=0123456789ab > proc=nginx[1589]",
	  .condition = "container.id=0123456789ab and proc.pid=1589" },
	{ .name = "host",
	  .chips = { { .kind = CHIP_CONTAINER } },
	  .len = 1,
	  .text = "ctr=host",
	  .condition = "container.id=host" },
	{ .name = "syscall",
	  .chips = { { .kind = CHIP_SYSCALL } },
	  .len = 1,
	  .call = "openat",
	  .text = "syscall=openat",
	  .condition = "evt.type=openat" },
	{ .name = "not",
	  .chips = { { .kind = CHIP_USER, .negated = true, .text = "root" } },
	  .len = 1,
	  .text = "!user=root",
	  .condition = "not user.name=root" },
	{ .name = "rows that are no calls have no condition",
	  .chips = { { .kind = CHIP_SYSCALL, .nr = COUNT_NR_OTHER },
		     { .kind = CHIP_TID, .number = 77 } },
	  .len = 2,
	  .text = "syscall=other > tid=77",
	  .condition = "thread.tid=77" },
	{ .name = "blank",
	  .chips = { { .kind = CHIP_COMMAND, .text = "Web Content" } },
	  .len = 1,
	  .text = "comm=Web Content",
	  .condition = "proc.name=\"Web Content\"" },
	{ .name = "injected condition",
	  .chips = { { .kind = CHIP_COMMAND, .text = "a\" or evt.num>=0 or \"" } },
	  .len = 1,
	  .text = "comm=a\" or evt.num>=0 or \"",
	  .condition = "proc.name=\"a\\\" or evt.num>=0 or \\\"\"" },
	{ .name = "backslash, list, equals",
	  .chips = { { .kind = CHIP_PATH, .text = "/a\\b(c),d='e'" } },
	  .len = 1,
	  .text = "path=/a\\\\b(c),d='e'",
	  .condition = "fd.name=\"/a\\x5cb(c),d='e'\"" },
	{ .name = "bytes that drive terminals",
	  .chips = { { .kind = CHIP_PATH, .text = "/a\x1b[2J\n\xff" } },
	  .len = 1,
	  .text = "path=/a\\x1b[2J\\x0a\\xff",
	  .condition = "fd.name=\"/a\\x1b[2J\\x0a\\xff\"" },
	{ .name = "modifier",
	  .chips = { { .kind = CHIP_COMMAND, .text = "oneof" } },
	  .len = 1,
	  .text = "comm=oneof",
	  .condition = "proc.name=\"oneof\"" },
	{ .name = "connection",
	  .chips = { { .kind = CHIP_CONN, .text = "1.2.3.4:80->[::1]:9" } },
	  .len = 1,
	  .text = "conn=1.2.3.4:80->[::1]:9",
	  .condition = "fd.name in (1.2.3.4:80->[::1]:9, [::1]:9->1.2.3.4:80)" },
	{ .name = "socket with a path",
	  .chips = { { .kind = CHIP_CONN, .negated = true, .text = "/run/a b" } },
	  .len = 1,
	  .text = "!conn=/run/a b",
	  .condition = "not fd.name in (\"/run/a b\")" },
	{ .name = "io_uring, and an operation that does no call",
	  .chips = { { .kind = CHIP_URING, .negated = true, .number = 18, .text = "openat" },
		     { .kind = CHIP_URING, .number = 0, .text = "nop" } },
	  .len = 2,
	  .text = "!uring=openat > uring=nop",
	  .condition = "not (evt.is_uring=true and evt.type=openat)" },
	{ .name = "empty value",
	  .chips = { { .kind = CHIP_COMMAND, .text = "" } },
	  .len = 1,
	  .text = "comm=",
	  .condition = "proc.name=\"\"" },
};

START_TEST(test_text)
{
	const struct text_case *c = &text_cases[_i];
	struct scope scope = { .len = 0 };
	struct text_buf buf;
	char data[512];

	for (size_t i = 0; i < c->len; i++) {
		struct chip chip = c->chips[i];

		if (c->call)
			chip.nr = nr_of(c->call);
		ck_assert_int_eq(scope_push(&scope, &chip), 0);
	}
	text_buf_init(&buf, data, sizeof(data));
	scope_render(&scope, NULL, &buf);
	ck_assert_msg(strcmp(data, c->text) == 0, "%s: text %s", c->name, data);
	text_buf_init(&buf, data, sizeof(data));
	scope_condition(&scope, &buf);
	ck_assert_msg(strcmp(data, c->condition) == 0, "%s: condition %s", c->name, data);
}
END_TEST

/* Whatever a chip is of: its text is a condition that compiles. */
START_TEST(test_legal)
{
	static const char *const texts[] = { "nginx", "a b", "\"",        "\\",
					     "(a)",   "x=y", "\n\x1b[1m", "\xff\xfe",
					     "oneof", "and", "not",       "1.2.3.4:80->[::1]:90",
					     "/a,b" };
	enum chip_kind kind = (enum chip_kind)(_i / 2);

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct chip chip = { .kind = kind,
				     .negated = _i % 2,
				     .pid = 12,
				     .number = i % 3 ? 2 : 0,
				     .nr = nr_of("openat") };
		struct filter_error wrong = { .message = "" };
		struct scope scope = { .len = 0 };
		struct filter_ast *ast = NULL;
		struct filter_set *set;
		struct text_buf buf;
		char data[1024];
		uint32_t id;
		int rc;

		snprintf(chip.text, sizeof(chip.text), "%s", texts[i]);
		ck_assert_int_eq(scope_push(&scope, &chip), 0);
		text_buf_init(&buf, data, sizeof(data));
		scope_condition(&scope, &buf);
		/* Operations of io_uring that do no call have none. */
		if (!buf.len)
			continue;
		ck_assert_int_eq(filter_set_new(0, &set), 0);
		rc = filter_parse(data, buf.len, NULL, &ast, &wrong);
		if (rc == 0)
			rc = filter_compile(set, ast, &(struct filter_compile_opts){ 0 }, &id,
					    &wrong);
		ck_assert_msg(rc == 0, "%s: %s", data, wrong.message);
		filter_ast_free(ast);
		filter_set_free(set);
	}
}
END_TEST

START_TEST(test_push)
{
	struct scope scope = { .len = 0 };
	struct chip chip = { .kind = CHIP_PROC, .start_boot_ns = 5 };

	for (uint32_t i = 0; i < SCOPE_CHIPS_MAX; i++) {
		chip.pid = i + 1;
		ck_assert_int_eq(scope_push(&scope, &chip), 0);
		ck_assert_int_eq(scope_push(&scope, &chip), 0);
		ck_assert_uint_eq(scope.len, i + 1);
	}
	chip.pid = 1000;
	ck_assert_int_eq(scope_push(&scope, &chip), -ENOSPC);
	ck_assert_uint_eq(scope.len, SCOPE_CHIPS_MAX);
	for (size_t i = SCOPE_CHIPS_MAX; i-- > 0;) {
		scope_pop(&scope);
		ck_assert_uint_eq(scope.len, i);
	}
	scope_pop(&scope);
	ck_assert_uint_eq(scope.len, 0);
	/* The same pid started at another time is another process; its negation another chip. */
	ck_assert_int_eq(scope_push(&scope, &chip), 0);
	chip.start_boot_ns = 6;
	ck_assert_int_eq(scope_push(&scope, &chip), 0);
	ck_assert(scope_has_proc(&scope));
	chip.negated = true;
	ck_assert_int_eq(scope_push(&scope, &chip), 0);
	ck_assert_uint_eq(scope.len, 3);
}
END_TEST

/* One process, one event of it: each chip with a value that fits and one that does not. */
static const struct accept_case {
	const char *name;
	struct chip chip;
	const char *call;
	bool proc, event;
} accept_cases[] = {
	{ "pid", { .kind = CHIP_PROC, .pid = 10, .start_boot_ns = 99 }, NULL, true, true },
	{ "any start", { .kind = CHIP_PROC, .pid = 10 }, NULL, true, true },
	{ "other pid", { .kind = CHIP_PROC, .pid = 11, .start_boot_ns = 99 }, NULL, false, false },
	{ "reused pid", { .kind = CHIP_PROC, .pid = 10, .start_boot_ns = 98 }, NULL, false, false },
	{ "tid", { .kind = CHIP_TID, .number = 12 }, NULL, true, true },
	{ "other tid", { .kind = CHIP_TID, .number = 10 }, NULL, true, false },
	{ "call", { .kind = CHIP_SYSCALL }, "openat", true, true },
	{ "other call", { .kind = CHIP_SYSCALL }, "read", true, false },
	{ "user", { .kind = CHIP_USER, .text = "www" }, NULL, true, true },
	{ "other user", { .kind = CHIP_USER, .text = "ww" }, NULL, false, false },
	{ "container", { .kind = CHIP_CONTAINER, .text = "c0" }, NULL, true, true },
	{ "host", { .kind = CHIP_CONTAINER }, NULL, false, false },
	{ "name", { .kind = CHIP_COMMAND, .text = "cat" }, NULL, true, true },
	{ "longer name", { .kind = CHIP_COMMAND, .text = "cats" }, NULL, false, false },
	{ "resolved path", { .kind = CHIP_PATH, .text = "/etc/passwd" }, NULL, true, true },
	{ "called path", { .kind = CHIP_PATH, .text = "passwd" }, NULL, true, true },
	{ "other path", { .kind = CHIP_PATH, .text = "/etc" }, NULL, true, false },
	{ "connection", { .kind = CHIP_CONN, .text = "a:1->b:2" }, NULL, true, true },
	{ "turned", { .kind = CHIP_CONN, .text = "b:2->a:1" }, NULL, true, true },
	{ "other connection", { .kind = CHIP_CONN, .text = "a:1->b:3" }, NULL, true, false },
	{ "operation", { .kind = CHIP_URING, .number = 18 }, NULL, true, true },
	{ "other operation", { .kind = CHIP_URING, .number = 19 }, NULL, true, false },
};

START_TEST(test_accepts)
{
	static struct build_record record;
	const struct accept_case *c = &accept_cases[_i];
	struct proc_row proc = {
		.pid = 10, .start_boot_ns = 99, .user = "www", .comm = "cat", .container = "c0"
	};
	struct history_event kept = {
		.num = 1, .fd_name = "a:1->b:2", .user = "www", .container = "c0"
	};
	struct scope scope = { .len = 1, .chips = { c->chip } };
	struct event event;
	bool by_path = c->chip.kind == CHIP_PATH || c->chip.kind == CHIP_CONN ||
		       c->chip.kind == CHIP_URING;
	const uint8_t op = 18;

	build_record_init(&record, event_by_id("SYSCALL_OPENAT_2_X")->code,
			  &(struct build_prefix){ .pid = 10,
						  .tid = 12,
						  .start_boot_ns = 99,
						  .nr = nr_of("openat"),
						  .ret = 3,
						  .flags = RECORD_F_URING,
						  .comm = "cat" });
	build_record_ext(&record, RECORD_EXT_PATH, 0, "/etc/passwd", 11);
	build_record_ext(&record, RECORD_EXT_URING_OP, 0, &op, 1);
	build_record_int(&record, 3);
	build_record_int(&record, -100);
	build_record_text(&record, "passwd");
	kept.record_len = (uint32_t)build_record_finish(&record);
	kept.record = record.data;
	ck_assert_int_eq(event_decode(kept.record, kept.record_len, &event), 0);
	if (c->call)
		scope.chips[0].nr = nr_of(c->call);
	ck_assert_msg(scope_accepts_proc(&scope, &proc) == c->proc, "%s: process", c->name);
	ck_assert_msg(scope_accepts_event(&scope, &event, &kept) == c->event, "%s: event", c->name);
	kept.hidden = true;
	ck_assert_msg(!scope_accepts_kept(&scope, &kept), "%s: hidden", c->name);
	kept.hidden = false;
	ck_assert_msg(scope_accepts_kept(&scope, &kept) == (c->event || by_path), "%s: prefix",
		      c->name);
	/* The opposite, where the chip says something. */
	scope.chips[0].negated = true;
	ck_assert_msg(scope_accepts_event(&scope, &event, &kept) == !c->event, "%s: not, event",
		      c->name);
	if (c->chip.kind != CHIP_TID && c->chip.kind != CHIP_SYSCALL && !by_path)
		ck_assert_msg(scope_accepts_proc(&scope, &proc) == !c->proc, "%s: not, process",
			      c->name);
}
END_TEST

START_TEST(test_accepts_objects)
{
	struct scope scope = { .len = 3,
			       .chips = { { .kind = CHIP_PATH, .text = "/a" },
					  { .kind = CHIP_CONN, .text = "a:1->b:2" },
					  { .kind = CHIP_URING, .negated = true, .number = 3 } } };

	ck_assert(scope_accepts_path(&scope, "/a"));
	ck_assert(!scope_accepts_path(&scope, "/b"));
	ck_assert(!scope_accepts_path(&scope, NULL));
	ck_assert(scope_accepts_conn(&scope, "a:1", "b:2"));
	ck_assert(scope_accepts_conn(&scope, "b:2", "a:1"));
	ck_assert(!scope_accepts_conn(&scope, "a:1", NULL));
	ck_assert(!scope_accepts_uring(&scope, 3));
	ck_assert(scope_accepts_uring(&scope, 4));
	ck_assert(!scope_of_procs(&scope));
}
END_TEST

/* What says nothing of a view's rows is passed over there, and shown as that. */
START_TEST(test_of_view)
{
	struct scope scope = { .len = 2,
			       .chips = { { .kind = CHIP_SYSCALL, .nr = nr_of("read") },
					  { .kind = CHIP_PROC, .pid = 10, .text = "cat" } } };
	const struct view opens = { .entity = ENTITY_OPEN }, events = { .entity = ENTITY_EVENT };
	struct text_buf buf;
	struct scope taken;
	char data[128];

	taken = scope_of_view(&scope, &opens);
	ck_assert_uint_eq(taken.len, 1);
	ck_assert_int_eq(taken.chips[0].kind, CHIP_PROC);
	ck_assert_uint_eq(scope_of_view(&scope, &events).len, 2);
	ck_assert_uint_eq(scope_of_view(NULL, &events).len, 0);
	text_buf_init(&buf, data, sizeof(data));
	scope_render(&scope, &opens, &buf);
	ck_assert_str_eq(data, "(syscall=read) > proc=cat[10]");
	scope.chips[0].nr = nr_of("openat");
	ck_assert_uint_eq(scope_of_view(&scope, &opens).len, 2);
}
END_TEST

START_TEST(test_accepts_syscall)
{
	struct scope scope = { .len = 1, .chips = { { .kind = CHIP_SYSCALL, .nr = 4 } } };

	ck_assert(scope_accepts_syscall(&scope, 4));
	ck_assert(!scope_accepts_syscall(&scope, 5));
	scope.chips[0].negated = true;
	ck_assert(!scope_accepts_syscall(&scope, 4));
	ck_assert(scope_accepts_syscall(&scope, 5));
	/* Two different values of one kind: nothing is both. */
	scope = (struct scope){ .len = 2,
				.chips = { { .kind = CHIP_SYSCALL, .nr = 4 },
					   { .kind = CHIP_SYSCALL, .nr = 5 } } };
	ck_assert(!scope_accepts_syscall(&scope, 4));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("scope");
	TCase *tcase = tcase_create("scope");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tcase);
	tcase_add_loop_test(tcase, test_text, 0, LEN(text_cases));
	tcase_add_loop_test(tcase, test_legal, 0, 2 * CHIP_COUNT);
	tcase_add_test(tcase, test_push);
	tcase_add_loop_test(tcase, test_accepts, 0, LEN(accept_cases));
	tcase_add_test(tcase, test_accepts_syscall);
	tcase_add_test(tcase, test_accepts_objects);
	tcase_add_test(tcase, test_of_view);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
