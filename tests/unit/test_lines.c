/* SPDX-License-Identifier: Apache-2.0 */
/* The last lines of a text stream: what stays of sequences, of long lines and of many lines. */
#include <stdio.h>
#include <string.h>
#include "run_suite.h"
#include "tui/lines.h"

#define LEN(table) ((int)(sizeof(table) / sizeof((table)[0])))

static const struct lines_case {
	const char *input;
	const char *lines; /* joined by '|' */
} cases[] = {
	{ "", "" },
	{ "one\ntwo\n", "one|two" },
	{ "one\ntwo", "one|two" },
	{ "\n\n", "|" },
	{ "dos\r\nline\r\n", "dos|line" },
	{ "a\tb\n", "a       b" },
	{ "12345678\tb", "12345678        b" },
	{ "\x1b[1;31mred\x1b[0m text\n", "red text" },
	{ "\x1b]0;title\x07text\n", "text" },
	{ "\x1b]0;title\x1b\\text\n", "text" },
	{ "\x1bPdata\x1b\\text\n", "text" },
	{ "\x1b"
	  "7x\x1b"
	  "8y\n",
	  "xy" },
	{ "cut \x1b[12\nnext\n", "cut |next" },
	{ "cut \x1b]no end\nnext\n", "cut |next" },
	{ "end in \x1b", "end in " },
};

static void join(const struct lines *lines, char *text, size_t size)
{
	size_t len = 0;

	text[0] = '\0';
	for (size_t i = 0; i < lines_len(lines) && len < size; i++)
		len += (size_t)snprintf(text + len, size - len, "%s%s", i ? "|" : "",
					lines_at(lines, i));
}

/* However the bytes come in, the lines are the same. */
START_TEST(keeps_text)
{
	const struct lines_case *at = &cases[_i];
	char text[256];

	for (size_t step = 1; step <= 4; step++) {
		struct lines lines;

		ck_assert_int_eq(lines_init(&lines), 0);
		for (size_t i = 0; i < strlen(at->input); i += step) {
			size_t left = strlen(at->input) - i;

			lines_add(&lines, at->input + i, left < step ? left : step);
		}
		join(&lines, text, sizeof(text));
		ck_assert_str_eq(text, at->lines);
		lines_release(&lines);
	}
}
END_TEST

START_TEST(long_line_goes_on)
{
	struct lines lines;

	ck_assert_int_eq(lines_init(&lines), 0);
	for (int i = 0; i < LINE_BYTES; i++)
		lines_add(&lines, "x", 1);
	ck_assert_uint_eq(lines_len(&lines), 2);
	ck_assert_uint_eq(strlen(lines_at(&lines, 0)), LINE_BYTES - 1);
	ck_assert_str_eq(lines_at(&lines, 1), "x");
	lines_release(&lines);
}
END_TEST

START_TEST(oldest_lines_go)
{
	struct lines lines;
	char text[32];

	ck_assert_int_eq(lines_init(&lines), 0);
	for (int i = 0; i < LINES_MAX + 100; i++) {
		int len = snprintf(text, sizeof(text), "%d\n", i);

		lines_add(&lines, text, (size_t)len);
	}
	/* The line that grows takes one place. */
	ck_assert_uint_eq(lines_len(&lines), LINES_MAX - 1);
	ck_assert_uint_eq(lines.dropped, 101);
	ck_assert_str_eq(lines_at(&lines, 0), "101");
	snprintf(text, sizeof(text), "%d", LINES_MAX + 99);
	ck_assert_str_eq(lines_at(&lines, LINES_MAX - 2), text);
	lines_release(&lines);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("lines");

	tcase_add_loop_test(tcase, keeps_text, 0, LEN(cases));
	tcase_add_test(tcase, long_line_goes_on);
	tcase_add_test(tcase, oldest_lines_go);
	return run_suite("lines", tcase);
}
