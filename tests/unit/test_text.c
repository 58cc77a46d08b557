/* SPDX-License-Identifier: Apache-2.0 */
/* Text as cells: nothing that comes out drives a terminal, and widths are those of the terminal. */
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include "run_suite.h"
#include "tui/keys.h"
#include "tui/request.h"
#include "tui/text.h"

#define LEN(table) ((int)(sizeof(table) / sizeof((table)[0])))

static const struct text_case {
	const char *text, *shown, *ascii;
	int cells;
} text_cases[] = {
	{ "plain", "plain", "plain", 5 },
	{ "", "", "", 0 },
	{ "\x1b[31m", "?[31m", "?[31m", 5 },
	{ "a\tb\nc\rd\x7f", "a?b?c?d?", "a?b?c?d?", 8 },
	{ "\xc2\x9b"
	  "31m",
	  "?31m", "?31m", 4 },
	{ "\xe6\x97\xa5\xe6\x9c\xac", "\xe6\x97\xa5\xe6\x9c\xac", "??", 4 },
	{ "e\xcc\x81", "e\xcc\x81", "e?", 1 },
	{ "\xe2\x96\x81\xe2\x96\x88\xe2\x96\x89", "\xe2\x96\x81\xe2\x96\x88\xe2\x96\x89", ".@?",
	  3 },
	{ "\xff\xfe", "??", "??", 2 },
	{ "\xc0\xaf", "??", "??", 2 },
	{ "\xe0\x80\xaf", "???", "???", 3 },
	{ "\xed\xa0\x80", "???", "???", 3 },
	{ "\xf4\x90\x80\x80", "????", "????", 4 },
	{ "\xe6\x97", "??", "??", 2 },
	{ "a\xe2\x80\xae"
	  "b",
	  "a?b", "a?b", 3 },
	{ "\xe2\x81\xa6x\xe2\x81\xa9", "?x?", "?x?", 3 },
	{ "\xd7\xa9\xd7\x9c", "\xd7\xa9\xd7\x9c", "??", 2 },
};

static void shown_text(const char *text, bool utf8, char *out, int *ret_cells)
{
	*ret_cells = 0;
	while (*text) {
		struct glyph glyph;

		text = glyph_next(text, utf8, &glyph);
		out += text_encode(glyph.code, out);
		*ret_cells += glyph.cells;
	}
	*out = '\0';
}

START_TEST(glyphs)
{
	const struct text_case *at = &text_cases[_i];
	char out[128];
	int cells;

	setlocale(LC_CTYPE, "C.UTF-8");
	shown_text(at->text, true, out, &cells);
	ck_assert_str_eq(out, at->shown);
	ck_assert_int_eq(cells, at->cells);
	ck_assert_int_eq(text_cells(at->text, true), at->cells);
	shown_text(at->text, false, out, &cells);
	ck_assert_str_eq(out, at->ascii);
}
END_TEST

START_TEST(skips)
{
	setlocale(LC_CTYPE, "C.UTF-8");
	ck_assert_str_eq(text_skip("abc", 1, true), "bc");
	ck_assert_str_eq(text_skip("abc", 9, true), "");
	ck_assert_str_eq(text_skip("\xe6\x97\xa5x", 1, true), "x");
	ck_assert_str_eq(text_skip("abc", 0, true), "abc");
}
END_TEST

START_TEST(contains)
{
	ck_assert(text_contains("Nginx", "nGI"));
	ck_assert(text_contains("abc", ""));
	ck_assert(text_contains("", ""));
	ck_assert(!text_contains("", "a"));
	ck_assert(!text_contains("ab", "abc"));
	ck_assert(text_contains("\xe6\x97\xa5\xe6\x9c\xac", "\xe6\x9c\xac"));
}
END_TEST

/* No key asks for two things, every request has a key, and each has a name and a help. */
START_TEST(key_table)
{
	bool asked[REQUEST_COUNT] = { false };

	for (size_t i = 0; i < key_table_len(); i++) {
		const struct key_row *row = key_at(i);
		char name[16];

		ck_assert_ptr_eq(key_find(row->key), row);
		key_text(row->key, name, sizeof(name));
		ck_assert_msg(name[0] && (strcmp(name, "?") != 0 || row->key == '?'),
			      "key %d has no name", row->key);
		asked[row->request] = true;
	}
	for (int i = 0; i < REQUEST_COUNT; i++) {
		ck_assert_msg(asked[i], "no key asks for %s", request_name(i));
		ck_assert(*request_help_text(i));
	}
	ck_assert_ptr_null(key_find('~'));
	ck_assert_ptr_null(key_find(INPUT_OTHER));
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("text");

	tcase_add_loop_test(tcase, glyphs, 0, LEN(text_cases));
	tcase_add_test(tcase, skips);
	tcase_add_test(tcase, contains);
	tcase_add_test(tcase, key_table);
	return run_suite("text", tcase);
}
