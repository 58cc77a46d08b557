/* SPDX-License-Identifier: Apache-2.0 */
/* Columns of characters, and the carets that stand under them. */
#include <check.h>
#include <string.h>

#include "run_suite.h"
#include "state/base/columns.h"
#include "state/filter/error.h"
#include "state/rules/rules.h"

static const struct {
	const char *text;
	size_t bytes;
	int columns;
} characters[] = {
	{ "a", 1, 1 },
	{ "\t", 1, 1 },
	{ "\xc3\xa9", 2, 1 },         /* e with an acute accent */
	{ "\xcc\x81", 2, 0 },         /* that accent alone */
	{ "\xe2\x82\xac", 3, 1 },     /* the euro sign */
	{ "\xe6\x97\xa5", 3, 2 },     /* a Han character */
	{ "\xef\xbc\xa1", 3, 2 },     /* a fullwidth A */
	{ "\xef\xb8\x8f", 3, 0 },     /* a variation selector */
	{ "\xf0\x9f\x98\x80", 4, 2 }, /* an emoji */
	{ "\xe6\x97", 1, -1 },        /* cut */
	{ "\x97", 1, -1 },            /* a byte in the middle of one */
	{ "\xff", 1, -1 },
	{ "\xc1\x81", 1, -1 },         /* longer than it has to be */
	{ "\xed\xa0\x80", 1, -1 },     /* half of a pair of UTF-16 */
	{ "\xf4\x90\x80\x80", 1, -1 }, /* beyond the last one */
	{ "\xf8\x88\x80\x80", 1, -1 },
};

START_TEST(test_characters)
{
	int columns = 9;
	size_t bytes = columns_of(characters[_i].text, strlen(characters[_i].text), &columns);

	ck_assert_msg(bytes == characters[_i].bytes && columns == characters[_i].columns,
		      "%d: %zu bytes, %d columns", _i, bytes, columns);
}
END_TEST

static const struct {
	const char *text;
	uint32_t index;
	size_t width;
	const char *snippet;
} snippets[] = {
	{ "a = b", 4, 76, "a = b\n    ^" },
	{ "a =\nb c", 6, 76, "b c\n  ^" },
	{ "a = \xe6\x97\xa5\xe6\x9c\xac x", 11, 76, "a = \xe6\x97\xa5\xe6\x9c\xac x\n         ^" },
	{ "e\xcc\x81 x", 4, 76, "e\xcc\x81 x\n  ^" },
	{ "\x1b[1m\t\xc2\x9b\xff x", 9, 76, " [1m  ? x\n        ^" },
	{ "a", 1, 76, "a\n ^" },
	{ "", 0, 76, "\n^" },
	{ "0123456789abcdef", 12, 8, "89abcdef\n    ^" },
	{ "\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5xyz", 10, 8, "\xe6\x97\xa5xyz\n   ^" },
};

START_TEST(test_snippet)
{
	const struct filter_pos pos = { .index = snippets[_i].index };
	struct text_buf buf;
	char data[256];

	text_buf_init(&buf, data, sizeof(data));
	filter_error_snippet(snippets[_i].text, strlen(snippets[_i].text), pos, snippets[_i].width,
			     &buf);
	ck_assert_msg(strcmp(data, snippets[_i].snippet) == 0, "%s:\n%s", snippets[_i].text, data);
}
END_TEST

/* The same under a line of a rule file. */
START_TEST(test_rule_file)
{
	static const char file[] = "- macro: m\n  condition: proc.name = \"\xe6\x97\xa5\" and x\n";
	static const char snippet[] = "  condition: proc.name = \"\xe6\x97\xa5\" and x\n"
				      "                                  ^\n";
	struct rules_options options;
	struct rules_loader *loader;

	rules_options_init(&options);
	ck_assert_int_eq(rules_loader_new(&options, &loader), 0);
	ck_assert_int_lt(rules_loader_add(loader, "f", file, strlen(file)), 0);
	ck_assert_str_eq(rules_loader_result(loader, 0)->errors.items[0]->snippet, snippet);
	rules_loader_free(loader);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("columns");

	tcase_add_loop_test(tcase, test_characters, 0, sizeof(characters) / sizeof(characters[0]));
	tcase_add_loop_test(tcase, test_snippet, 0, sizeof(snippets) / sizeof(snippets[0]));
	tcase_add_test(tcase, test_rule_file);
	return run_suite("columns", tcase);
}
