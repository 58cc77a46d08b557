/* SPDX-License-Identifier: Apache-2.0 */
/* Parser and printer of conditions: cases of tests/cases/filter_parse.txt and of ../shared. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cases.h"
#include "run_suite.h"
#include "state/filter/parse.h"
#include "state/filter/print.h"

static char printed[1 << 16];

static void print_tree(const struct filter_ast *ast)
{
	struct text_buf buf;

	text_buf_init(&buf, printed, sizeof(printed));
	filter_print(ast, &buf);
	ck_assert(!buf.truncated);
}

/* Prints what was parsed, which parses again to the same. */
static void check_fixed_point(const char *text, const struct filter_ast *ast)
{
	struct filter_ast *again = NULL;
	struct filter_error err;
	char *first;
	int rc;

	print_tree(ast);
	first = strdup(printed);
	rc = filter_parse(first, strlen(first), NULL, &again, &err);
	ck_assert_msg(rc == 0, "%s: printed as %s: %s", text, first, err.message);
	print_tree(again);
	ck_assert_msg(strcmp(first, printed) == 0, "%s: %s, then %s", text, first, printed);
	filter_ast_free(again);
	free(first);
}

START_TEST(test_text_cases)
{
	struct text_cases cases;

	text_cases_read("filter_parse.txt", &cases);
	for (size_t i = 0; i < cases.len; i++) {
		const struct text_case *c = &cases.cases[i];
		const char *canonical = text_case_get(c, '>'), *wrong = text_case_get(c, '!');
		const char *nearest = text_case_get(c, '~');
		struct filter_ast *ast = NULL;
		struct filter_error err = { 0 };
		char place[512];
		int rc = filter_parse(c->text, c->len, NULL, &ast, &err);

		ck_assert_msg(rc == (wrong ? -EINVAL : 0), "line %d: %d, %s", c->line, rc,
			      err.message);
		if (wrong) {
			snprintf(place, sizeof(place), "%u:%u %s", err.pos.line, err.pos.column,
				 err.message);
			ck_assert_msg(strncmp(place, wrong, strlen(wrong)) == 0, "line %d: %s",
				      c->line, place);
			ck_assert_msg(!nearest || strcmp(err.nearest, nearest) == 0,
				      "line %d: nearest %s", c->line, err.nearest);
			ck_assert_ptr_null(ast);
			continue;
		}
		print_tree(ast);
		ck_assert_msg(strcmp(printed, canonical) == 0, "line %d: %s", c->line, printed);
		/* The one text whose canonical form does not parse says so with a line. */
		if (!text_case_get(c, '*'))
			check_fixed_point(c->text, ast);
		filter_ast_free(ast);
	}
	text_cases_free(&cases);
}
END_TEST

/* A case's text; the one that is made up of many parentheses is built. The caller frees it. */
static char *shared_text(struct json_object *c)
{
	struct json_object *gen, *count;
	const char *text = case_string(c, "filter"), *unit;
	size_t len, times;
	char *made;

	if (text)
		return strdup(text);
	ck_assert(json_object_object_get_ex(c, "gen", &gen));
	ck_assert(json_object_object_get_ex(gen, "count", &count));
	unit = case_string(gen, "repeat");
	times = (size_t)json_object_get_int(count);
	len = strlen(unit);
	made = malloc(len * times + 1);
	ck_assert_ptr_nonnull(made);
	for (size_t i = 0; i < times; i++)
		memcpy(made + i * len, unit, len);
	made[len * times] = '\0';
	return made;
}

static void check_shared_accepted(const char *text)
{
	struct filter_ast *ast = NULL;
	struct filter_error err = { 0 };
	int rc = filter_parse(text, strlen(text), NULL, &ast, &err);

	ck_assert_msg(rc == 0, "%s: %s", text, err.message);
	filter_ast_free(ast);
}

/* A blank at both ends, then all blanks as newlines, then as tabs. */
static void check_blanks(const char *text)
{
	static const char blanks[] = " \n\t";
	char padded[4096];

	for (const char *blank = blanks; *blank; blank++) {
		snprintf(padded, sizeof(padded), " %s ", text);
		for (char *c = padded; *c; c++)
			*c = *c == ' ' ? *blank : *c;
		check_shared_accepted(padded);
	}
}

START_TEST(test_shared_parse)
{
	struct json_object *root = cases_shared("filter_cases.json"), *cases, *member;

	if (!root)
		return;
	ck_assert(json_object_object_get_ex(root, "parse", &cases));
	for (size_t i = 0; i < json_object_array_length(cases); i++) {
		struct json_object *c = json_object_array_get_idx(cases, i);
		const char *want = case_string(c, "msg");
		char *text = shared_text(c);
		struct filter_ast *ast = NULL;
		struct filter_error err = { 0 };
		int rc = filter_parse(text, strlen(text), NULL, &ast, &err);

		if (strcmp(case_string(c, "expect"), "accept") == 0) {
			ck_assert_msg(rc == 0, "%s: %s", text, err.message);
			if (!json_object_object_get_ex(c, "no_ws_variants", &member))
				check_blanks(text);
		} else {
			ck_assert_msg(rc == -EINVAL, "%.200s: accepted", text);
			ck_assert_msg(!want || strstr(err.message, want), "%.200s: %s", text,
				      err.message);
		}
		filter_ast_free(ast);
		free(text);
	}
	json_object_put(root);
}
END_TEST

START_TEST(test_shared_round_trip)
{
	struct json_object *root = cases_shared("filter_cases.json"), *cases;

	if (!root)
		return;
	ck_assert(json_object_object_get_ex(root, "roundtrip", &cases));
	for (size_t i = 0; i < json_object_array_length(cases); i++) {
		struct json_object *c = json_object_array_get_idx(cases, i);
		const char *text = case_string(c, "filter"), *want = case_string(c, "as_string");
		struct filter_ast *ast = NULL;
		struct filter_error err = { 0 };
		int rc = filter_parse(text, strlen(text), NULL, &ast, &err);

		ck_assert_msg(rc == 0, "%s: %s", text, err.message);
		print_tree(ast);
		ck_assert_msg(!want || strcmp(want, printed) == 0, "%s: %s", text, printed);
		/* "stable" cases are to parse again; some canonical texts of the others do not. */
		if (!want)
			check_fixed_point(text, ast);
		filter_ast_free(ast);
	}
	json_object_put(root);
}
END_TEST

static void check_unquoted(struct json_object *c)
{
	const char *in = case_string(c, "in"), *hex = case_string(c, "out_hex");
	struct memory *memory;
	struct filter_str text;
	struct arena arena;
	char found[128] = "";
	int rc;

	ck_assert_int_eq(memory_new(0, &memory), 0);
	arena_init(&arena, memory);
	rc = filter_unquote(&arena, in, strlen(in), &text, NULL);
	ck_assert_msg(rc == (hex ? 0 : -EINVAL), "%s: %d", in, rc);
	for (uint32_t i = 0; rc == 0 && i < text.len; i++)
		snprintf(found + 2 * i, 3, "%02x", (unsigned char)text.data[i]);
	ck_assert_msg(!hex || strcmp(found, hex) == 0, "%s: %s", in, found);
	arena_release(&arena);
	memory_unref(memory);
}

START_TEST(test_shared_escapes)
{
	struct json_object *root = cases_shared("filter_cases.json"), *cases;

	if (!root)
		return;
	ck_assert(json_object_object_get_ex(root, "escape", &cases));
	for (size_t i = 0; i < json_object_array_length(cases); i++) {
		struct json_object *c = json_object_array_get_idx(cases, i);
		const char *in = case_string(c, "in");
		struct filter_str text = { in, (uint32_t)strlen(in) };
		struct text_buf buf;

		if (strcmp(case_string(c, "op"), "unescape") == 0) {
			check_unquoted(c);
			continue;
		}
		text_buf_init(&buf, printed, sizeof(printed));
		filter_quote(&text, &buf);
		ck_assert_msg(strcmp(printed, case_string(c, "out")) == 0, "%s: %s", in, printed);
	}
	json_object_put(root);
}
END_TEST

/* The position behind the last letter, as the parser's error says it. */
START_TEST(test_end_position)
{
	static const struct {
		const char *text;
		struct filter_pos end;
	} cases[] = {
		{ "a and b    )", { 11, 1, 12 } },
		{ "a \n and \n not \n b)", { 17, 4, 3 } },
	};
	struct filter_ast *ast = NULL;
	struct filter_error err;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ck_assert_int_eq(
			filter_parse(cases[i].text, strlen(cases[i].text), NULL, &ast, &err),
			-EINVAL);
		ck_assert_uint_eq(err.pos.index, cases[i].end.index);
		ck_assert_uint_eq(err.pos.line, cases[i].end.line);
		ck_assert_uint_eq(err.pos.column, cases[i].end.column);
	}
}
END_TEST

START_TEST(test_snippet)
{
	static const struct {
		const char *text;
		struct filter_pos pos;
		size_t width;
		const char *want;
	} cases[] = {
		{ "proc.name startwith ca",
		  { 10, 1, 11 },
		  80,
		  "proc.name startwith ca\n          ^" },
		{ "a and\n\tb c", { 9, 2, 4 }, 80, " b c\n   ^" },
		{ "0123456789abcdef", { 8, 1, 9 }, 6, "56789a\n   ^" },
		{ "a\x1b[2Jb", { 99, 1, 99 }, 80, "a [2Jb\n      ^" },
		{ "", { 0, 1, 1 }, 80, "\n^" },
	};
	struct text_buf buf;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		text_buf_init(&buf, printed, sizeof(printed));
		filter_error_snippet(cases[i].text, strlen(cases[i].text), cases[i].pos,
				     cases[i].width, &buf);
		ck_assert_str_eq(printed, cases[i].want);
	}
}
END_TEST

/* Macros are replaced by copies: the tree copied from may go. */
static int replace_macro(void *ctx, struct filter_ast *ast, struct filter_node *macro)
{
	struct filter_ast *body = NULL;
	char text[64];
	int rc;

	snprintf(text, sizeof(text), "x.%s=1 or y.y exists", macro->macro.data);
	ck_assert_int_eq(filter_parse(text, strlen(text), NULL, &body, NULL), 0);
	rc = filter_ast_replace(ast, macro, body->root, 7);
	filter_ast_free(body);
	++*(int *)ctx;
	return rc;
}

START_TEST(test_macros)
{
	static const char text[] = "m and not n and a.b=m";
	struct filter_ast *ast = NULL, *copy = NULL;
	int replaced = 0;

	ck_assert_int_eq(filter_parse(text, sizeof(text) - 1, NULL, &ast, NULL), 0);
	ck_assert_int_eq(filter_ast_macros(ast, replace_macro, &replaced), 0);
	ck_assert_int_eq(replaced, 2);
	ck_assert_int_eq(filter_ast_copy(ast, &copy), 0);
	filter_ast_free(ast);
	print_tree(copy);
	ck_assert_str_eq(printed, "((x.m = 1 or y.y exists) and not (x.n = 1 or y.y exists) and "
				  "a.b = m)");
	ck_assert_uint_eq(copy->root->origin, 0);
	ck_assert_uint_eq(copy->root->children->origin, 7);
	filter_ast_free(copy);
}
END_TEST

START_TEST(test_limits)
{
	static const struct filter_limits small = { .max_depth = 3, .max_len = 64 };
	static const struct filter_limits tiny = { .max_bytes = 1024 };
	struct filter_error err;
	struct filter_ast *ast = NULL;
	char text[66];

	ck_assert_int_eq(filter_parse("(((a)))", 7, &small, &ast, &err), 0);
	filter_ast_free(ast);
	ck_assert_int_eq(filter_parse("((((a))))", 9, &small, &ast, &err), -EINVAL);
	ck_assert_int_eq(err.kind, FILTER_ERROR_LIMIT);
	memset(text, 'a', sizeof(text));
	ck_assert_int_eq(filter_parse(text, 65, &small, &ast, &err), -EINVAL);
	ck_assert_int_eq(err.kind, FILTER_ERROR_LIMIT);
	ck_assert_int_eq(filter_parse("a and b", 7, &tiny, &ast, &err), -ENOMEM);
	ck_assert_int_eq(err.kind, FILTER_ERROR_MEMORY);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("filter_parse");

	tcase_add_test(tcase, test_text_cases);
	tcase_add_test(tcase, test_shared_parse);
	tcase_add_test(tcase, test_shared_round_trip);
	tcase_add_test(tcase, test_shared_escapes);
	tcase_add_test(tcase, test_end_position);
	tcase_add_test(tcase, test_snippet);
	tcase_add_test(tcase, test_macros);
	tcase_add_test(tcase, test_limits);
	return run_suite("filter_parse", tcase);
}
