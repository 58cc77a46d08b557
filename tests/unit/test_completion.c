/* SPDX-License-Identifier: Apache-2.0 */
/* What Tab offers in a condition: fields, operators, values, by what stands before. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "run_suite.h"
#include "tui/completion.h"

static const struct proc_row procs[] = {
	{ .comm = "nginx", .user = "www-data", .container = "", .container_name = "" },
	{ .comm = "needs quotes", .user = "root", .container = "0123", .container_name = "web" },
	{ .comm = "nginx", .user = "www-data", .container = "", .container_name = "" },
};
static const struct snapshot snapshot = { .procs = procs, .procs_len = 3 };

/* The place is the end of the text; has, has_not: among the candidates. */
static const struct completion_case {
	const char *text, *has, *has_not;
	size_t start, len; /* len 0: any */
} completion_cases[] = {
	{ "", "not", "and", 0, 0 },
	{ "evt.ty", "evt.type", "evt.time", 0, 0 },
	{ "(proc.na", "proc.name", "proc.exe", 1, 0 },
	{ "not fd.na", "fd.name", "proc.name", 4, 0 },
	{ "proc.name ", "startswith", "and", 10, 0 },
	{ "proc.name st", "startswith", "=", 10, 1 },
	{ "proc.name=", "nginx", "needs quotes", 10, 1 },
	{ "proc.name = ng", "nginx", "proc.name", 12, 1 },
	{ "proc.name in (sshd, n", "nginx", "not", 20, 1 },
	{ "evt.type in (open, opena", "openat", "open", 19, 0 },
	{ "evt.type = conn", "connect", "accept", 11, 1 },
	{ "user.name != www", "www-data", "root", 13, 1 },
	{ "container.id = 0", "0123", "web", 15, 1 },
	{ "container.name = w", "web", "0123", 17, 1 },
	{ "proc.name = nginx a", "and", "or", 18, 1 },
	{ "proc.name = nginx and fd.nu", "fd.num", "fd.name", 22, 0 },
	{ "no.field = x", NULL, "nginx", 11, 0 },
};

static bool has(const struct completion *c, const char *text)
{
	for (size_t i = 0; i < c->len; i++)
		if (strcmp(c->items[i], text) == 0)
			return true;
	return false;
}

START_TEST(test_find)
{
	const struct completion_case *t = &completion_cases[_i];
	static struct completion c;

	completion_find(t->text, strlen(t->text), &snapshot, &c);
	ck_assert_msg(!t->has || has(&c, t->has), "'%s': no %s", t->text, t->has);
	ck_assert_msg(!has(&c, t->has_not), "'%s': %s", t->text, t->has_not);
	ck_assert_msg(c.start == t->start, "'%s': begins at %zu", t->text, c.start);
	ck_assert_msg(!t->len || c.len == t->len, "'%s': %zu candidates", t->text, c.len);
}
END_TEST

/* Every place of texts of all kinds, also without a snapshot. */
START_TEST(test_places)
{
	static const char *const texts[] = {
		"((((a in (b,c) and (d = ", "=<>!(),,,", "\xff\xfe= (", ")))",
		"proc.name in ((",          " "
	};
	static struct completion c;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		for (size_t at = 0; at <= strlen(texts[i]); at++) {
			completion_find(texts[i], at, NULL, &c);
			ck_assert_uint_le(c.start, at);
		}
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("completion");

	tcase_add_loop_test(tcase, test_find, 0,
			    (int)(sizeof(completion_cases) / sizeof(completion_cases[0])));
	tcase_add_test(tcase, test_places);
	return run_suite("completion", tcase);
}
