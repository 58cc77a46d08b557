/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Explanations: for every part of a condition its result, whether it is a reason for the whole, and
 * the values that a check saw, also where evaluation would have ended before it.
 */
#include <check.h>
#include <string.h>

#include "field_steps.h"
#include "run_suite.h"
#include "state/filter/compile.h"
#include "state/filter/explain.h"
#include "state/filter/parse.h"
#include "state/filter/print.h"

/*
 * cat (of bash, of systemd) opened /work/link/../hosts, which is /etc/hosts. A line a part: as deep
 * as it is, + true or - false, ! a reason, the check, what its sides were.
 */
static const struct {
	const char *condition, *wanted;
} cases[] = {
	{ "proc.name = cat", "+! proc.name = cat [cat]\n" },
	{ "proc.name = dog and fd.num = 3", "-! and\n"
					    " -! proc.name = dog [cat]\n"
					    " +  fd.num = 3 [3]\n" },
	{ "proc.name = dog or (fd.num = 3 and not evt.failed = true)",
	  "+! or\n"
	  " -  proc.name = dog [cat]\n"
	  " +! and\n"
	  "  +! fd.num = 3 [3]\n"
	  "  +! not\n"
	  "   -! evt.failed = true [false]\n" },
	{ "not (proc.name = cat or fd.sport = 1)", "-! not\n"
						   " +! or\n"
						   "  +! proc.name = cat [cat]\n"
						   "  -  fd.sport = 1 [<NA>]\n" },
	{ "not (proc.name = cat and fd.sport = 1)", "+! not\n"
						    " -! and\n"
						    "  +  proc.name = cat [cat]\n"
						    "  -! fd.sport = 1 [<NA>]\n" },
	{ "proc.aname = systemd and proc.aname[1] in (sh, bash)",
	  "+! and\n"
	  " +! proc.aname = systemd [(bash, systemd)]\n"
	  " +! proc.aname[1] in (sh, bash) [bash]\n" },
	{ "toupper(proc.name) = CAT and len(proc.name) > 5 and basename(fd.name) exists",
	  "-! and\n"
	  " +  toupper(proc.name) = CAT [CAT]\n"
	  " -! len(proc.name) > 5 [3]\n"
	  " +  basename(fd.name) exists [hosts]\n" },
	{ "proc.name = val(proc.pname)", "-! proc.name = val(proc.pname) [cat] [bash]\n" },
	{ "fd.filename = basename(proc.exepath)",
	  "-! fd.filename = basename(proc.exepath) [hosts] [cat]\n" },
	{ "proc.args intersects (a) or join(\"+\", (proc.name, fd.sport)) exists",
	  "-! or\n"
	  " -! proc.args intersects (a) [-n /etc/hosts]\n"
	  " -! join(+,(proc.name,fd.sport)) exists [<NA>]\n" },
	{ "evt.arg.flags contains O_RDWR and evt.arg.mode exists",
	  "+! and\n"
	  " +! evt.arg.flags contains O_RDWR [O_CREAT|O_RDWR|O_F_CREATED|FD_UPPER_LAYER]\n"
	  " +! evt.arg.mode exists [0755]\n" },
	{ "fd.name != \"a\\x1b\" and fd.nameraw startswith link",
	  "+! and\n"
	  " +! fd.name != \"a\\x1b\" [/home/alice/hosts]\n"
	  " +! fd.nameraw startswith link [link/../hosts]\n" },
	{ "getopt(proc.args, \"n:\")[n] = /etc/hosts",
	  "+! getopt(proc.args,n:)[n] = /etc/hosts [/etc/hosts]\n" },
};

struct output {
	struct text_buf buf;
};

static const char *name_of(const struct filter_node *node)
{
	return node->kind == FILTER_NODE_AND ? "and" : node->kind == FILTER_NODE_OR ? "or" : "not";
}

static void put_part(void *ctx, const struct filter_explained *part)
{
	struct text_buf *buf = ctx;

	text_buf_printf(buf, "%*s%c%c ", (int)part->depth, "", part->result ? '+' : '-',
			part->decides ? '!' : ' ');
	if (part->node->kind != FILTER_NODE_CHECK) {
		ck_assert_str_eq(part->value, "");
		text_buf_printf(buf, "%s\n", name_of(part->node));
		return;
	}
	filter_print_node(part->node, buf);
	text_buf_printf(buf, " [%s]", part->value);
	if (*part->right)
		text_buf_printf(buf, " [%s]", part->right);
	text_buf_add(buf, "\n");
}

START_TEST(test_explain)
{
	const char *condition = cases[_i].condition;
	struct filter_error err = { 0 };
	struct field_host host;
	struct filter_ast *ast;
	struct text_buf buf;
	char text[4096];

	field_host_init(&host);
	step_open_file(&host);
	ck_assert_msg(filter_parse(condition, strlen(condition), NULL, &ast, &err) == 0, "%s: %s",
		      condition, err.message);
	text_buf_init(&buf, text, sizeof(text));
	ck_assert_int_eq(filter_explain(ast, &host.event, NULL, put_part, &buf), 0);
	ck_assert_msg(cases[_i].wanted && strcmp(text, cases[_i].wanted) == 0, "%s:\n%s", condition,
		      text);
	filter_ast_free(ast);
	field_host_release(&host);
}
END_TEST

/* 199 bytes and a letter of two. */
START_TEST(test_value)
{
	char value[256], text[512];
	struct text_buf buf;

	memset(value, 'a', sizeof(value));
	memcpy(value + FILTER_VALUE_SHOWN - 1, "\u00e9", sizeof("\u00e9"));
	text_buf_init(&buf, text, sizeof(text));
	filter_explained_value(value, &buf);
	ck_assert_uint_eq(buf.len, FILTER_VALUE_SHOWN - 1 + 3);
	ck_assert_str_eq(text + buf.len - 4, "a...");
	buf.len = 0;
	filter_explained_value("all of it", &buf);
	ck_assert_str_eq(text, "all of it");
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("filter_explain");

	tcase_add_loop_test(tcase, test_explain, 0, sizeof(cases) / sizeof(cases[0]));
	tcase_add_test(tcase, test_value);
	return run_suite("filter_explain", tcase);
}
