/* SPDX-License-Identifier: Apache-2.0 */
/* Durations drawn small: the cell of a duration, how cells are drawn and compared. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "probe/schema/latency.h"
#include "run_suite.h"
#include "views/hist.h"

#define US 1000ull
#define MS 1000000ull
#define SEC 1000000000ull

static const struct cell_case {
	uint64_t ns;
	size_t cell;
} cells[] = {
	{ 0, 0 },          { 511, 0 },         { 512, 1 },      { 2047, 1 },      { 2048, 2 },
	{ 8192, 3 },       { 33 * US, 4 },     { 131 * US, 4 }, { 132 * US, 5 },  { 525 * US, 6 },
	{ 2 * MS, 6 },     { 3 * MS, 7 },      { 9 * MS, 8 },   { 34 * MS, 9 },   { 135 * MS, 10 },
	{ 537 * MS, 11 },  { 2148 * MS, 12 },  { 9 * SEC, 13 }, { 35 * SEC, 14 }, { 138 * SEC, 15 },
	{ 300 * SEC, 15 }, { UINT64_MAX, 15 },
};

/* By the duration itself and by the bucket that the kernel counted it in. */
START_TEST(cell)
{
	const struct cell_case *c = &cells[_i];
	const uint32_t one = 1;
	struct latency_slice slice = { .counts = &one,
				       .first = (uint8_t)latency_bucket(c->ns),
				       .len = 1 };
	uint32_t counts[HIST_CELLS] = { 0 };

	hist_add(counts, c->ns, 2);
	hist_add_slice(counts, &slice);
	for (size_t i = 0; i < HIST_CELLS; i++)
		ck_assert_msg(counts[i] == (i == c->cell ? 3 : 0), "%llu ns: cell %zu has %u",
			      (unsigned long long)c->ns, i, counts[i]);
}
END_TEST

START_TEST(stops_at_the_most)
{
	uint32_t counts[HIST_CELLS] = { UINT32_MAX - 1 };

	hist_add(counts, 100, 7);
	ck_assert_uint_eq(counts[0], UINT32_MAX);
}
END_TEST

static const struct drawn_case {
	const char *name;
	uint32_t counts[HIST_CELLS];
	const char *blocks, *ascii;
} drawn[] = {
	{ "nothing", { 0 }, "                ", "                " },
	{ "one", { [3] = 1 }, "   \u2588            ", "   @            " },
	{ "all heights",
	  { 0, 1, 2, 3, 4, 5, 6, 7 },
	  " \u2582\u2583\u2584\u2585\u2586\u2587\u2588        ",
	  " :-=+*#@        " },
	{ "few beside many",
	  { [0] = 4000000000u, [15] = 1 },
	  "\u2588              \u2581",
	  "@              ." },
};

START_TEST(is_drawn)
{
	const struct drawn_case *c = &drawn[_i];
	struct text_buf buf;
	char text[HIST_CELLS * 3 + 1];

	text_buf_init(&buf, text, sizeof(text));
	hist_render(c->counts, BAR_MARKS_BLOCKS, &buf);
	ck_assert_msg(!strcmp(text, c->blocks), "%s: \"%s\"", c->name, text);
	text_buf_init(&buf, text, sizeof(text));
	hist_render(c->counts, BAR_MARKS_ASCII, &buf);
	ck_assert_msg(!strcmp(text, c->ascii), "%s: \"%s\"", c->name, text);
}
END_TEST

START_TEST(are_numbers)
{
	const uint32_t counts[HIST_CELLS] = { 1, [2] = 20, [15] = UINT32_MAX };
	struct text_buf buf;
	char text[128];

	text_buf_init(&buf, text, sizeof(text));
	hist_json(counts, &buf);
	ck_assert_str_eq(text, "[1,0,20,0,0,0,0,0,0,0,0,0,0,0,0,4294967295]");
	text_buf_init(&buf, text, sizeof(text));
	hist_numbers(counts, " ", &buf);
	ck_assert_str_eq(text, "1 0 20 0 0 0 0 0 0 0 0 0 0 0 0 4294967295");
}
END_TEST

/* Who has more of the longest calls has more. */
START_TEST(are_compared)
{
	const uint32_t quick[HIST_CELLS] = { 900, 900 };
	const uint32_t slow[HIST_CELLS] = { 1, [7] = 1 };
	const uint32_t slower[HIST_CELLS] = { 0, [7] = 2 };

	ck_assert_int_lt(hist_compare(quick, slow), 0);
	ck_assert_int_lt(hist_compare(slow, slower), 0);
	ck_assert_int_gt(hist_compare(slower, quick), 0);
	ck_assert_int_eq(hist_compare(slow, slow), 0);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("hist");

	tcase_add_loop_test(tcase, cell, 0, (int)(sizeof(cells) / sizeof(cells[0])));
	tcase_add_test(tcase, stops_at_the_most);
	tcase_add_loop_test(tcase, is_drawn, 0, (int)(sizeof(drawn) / sizeof(drawn[0])));
	tcase_add_test(tcase, are_numbers);
	tcase_add_test(tcase, are_compared);
	return run_suite("hist", tcase);
}
