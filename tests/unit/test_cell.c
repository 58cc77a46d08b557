/* SPDX-License-Identifier: Apache-2.0 */
/* Cells as text: for people, as JSON, as CSV. */
#include <check.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "views/table.h"

#define LEN(table) ((int)(sizeof(table) / sizeof((table)[0])))
#define SPARK(s)                             \
	.kind = COLUMN_SPARK, .known = true, \
	.spark = { .data = sizeof(s) > 4 ? (s) : NULL, .len = sizeof(s) / 4 }
#define TEXT(s) .kind = COLUMN_TEXT, .known = true, .text = { .data = (s), .len = sizeof(s) - 1 }

static const uint32_t none[1], quiet[] = { 0, 0, 0, 0, 0, 2, 0, 0 };
static const uint32_t steps[] = { 1, 0, 0, 0, 50, 0, 0, 0, 0, 0, 0, 0, 25, 25, 25, 25 };
static const uint32_t hist[16] = { [1] = 8, [4] = 1 };

static const struct cell_case {
	struct cell cell;
	const char *human, *json, *csv;
} cell_cases[] = {
	{ { .kind = COLUMN_INT, .known = true, .i64 = -5 }, "-5", "-5", "-5" },
	{ { .kind = COLUMN_ID, .known = true, .i64 = 4194304 }, "4194304", "4194304", "4194304" },
	{ { .kind = COLUMN_INT }, "-", "null", "" },
	{ { .kind = COLUMN_TEXT }, "-", "null", "" },
	{ { .kind = COLUMN_HIST }, "-", "null", "" },
	{ { .kind = COLUMN_HIST, .known = true, .hist = hist },
	  " \u2588  \u2581           ",
	  "[0,8,0,0,1,0,0,0,0,0,0,0,0,0,0,0]",
	  "0 8 0 0 1 0 0 0 0 0 0 0 0 0 0 0" },
	{ { .kind = COLUMN_COUNT_K, .known = true, .u64 = 0 }, "0", "0", "0" },
	{ { .kind = COLUMN_COUNT_K, .known = true, .u64 = 9999 }, "9999", "9999", "9999" },
	{ { .kind = COLUMN_COUNT_K, .known = true, .u64 = 10000 }, "10.0k", "10000", "10000" },
	{ { .kind = COLUMN_COUNT_K, .known = true, .u64 = 12345 }, "12.3k", "12345", "12345" },
	{ { .kind = COLUMN_COUNT_K, .known = true, .u64 = 999499 }, "999k", "999499", "999499" },
	{ { .kind = COLUMN_COUNT_K, .known = true, .u64 = 999500 }, "1.00M", "999500", "999500" },
	{ { .kind = COLUMN_COUNT_K, .known = true, .u64 = 4500000 },
	  "4.50M",
	  "4500000",
	  "4500000" },
	{ { .kind = COLUMN_COUNT_K, .known = true, .u64 = 99950000 },
	  "100M",
	  "99950000",
	  "99950000" },
	{ { .kind = COLUMN_COUNT_K, .known = true, .at_least = true, .u64 = 7 }, ">=7", "7", "7" },
	{ { .kind = COLUMN_COUNT_K, .known = true, .u64 = UINT64_MAX },
	  "18.4E",
	  "18446744073709551615",
	  "18446744073709551615" },
	{ { .kind = COLUMN_RATE, .known = true, .number = 0 }, "0", "0", "0" },
	{ { .kind = COLUMN_RATE, .known = true, .number = 0.01 }, "<0.1", "0.01", "0.01" },
	{ { .kind = COLUMN_RATE, .known = true, .number = 0.5 }, "0.5", "0.5", "0.5" },
	{ { .kind = COLUMN_RATE, .known = true, .number = 9.96 }, "10", "9.96", "9.96" },
	{ { .kind = COLUMN_RATE, .known = true, .number = 312000 }, "312k", "312000", "312000" },
	{ { .kind = COLUMN_RATE, .known = true, .number = 1.0 / 3 },
	  "0.3",
	  "0.3333333333333333",
	  "0.3333333333333333" },
	{ { .kind = COLUMN_BYTES, .known = true, .u64 = 1023 }, "1023", "1023", "1023" },
	{ { .kind = COLUMN_BYTES, .known = true, .u64 = 1024 }, "1.00K", "1024", "1024" },
	{ { .kind = COLUMN_BYTES, .known = true, .u64 = 12897485 },
	  "12.3M",
	  "12897485",
	  "12897485" },
	{ { .kind = COLUMN_BYTE_RATE, .known = true, .number = 1536 }, "1.50K", "1536", "1536" },
	{ { .kind = COLUMN_PERCENT, .known = true, .number = 0 }, "0%", "0", "0" },
	{ { .kind = COLUMN_PERCENT, .known = true, .number = 0.04 }, "<0.1%", "0.04", "0.04" },
	{ { .kind = COLUMN_PERCENT, .known = true, .number = 0.1 }, "0.1%", "0.1", "0.1" },
	{ { .kind = COLUMN_PERCENT, .known = true, .number = 99.96 }, "100%", "99.96", "99.96" },
	{ { .kind = COLUMN_PERCENT, .known = true, .number = 1234.5 },
	  "1234%",
	  "1234.5",
	  "1234.5" },
	{ { .kind = COLUMN_TIME, .known = true, .u64 = 1700000000123456789 },
	  "22:13:20.123456",
	  "1700000000123456789",
	  "1700000000123456789" },
	{ { .kind = COLUMN_DURATION, .known = true, .u64 = 850 }, "850ns", "850", "850" },
	{ { .kind = COLUMN_DURATION, .known = true, .u64 = 12345 }, "12.3us", "12345", "12345" },
	{ { .kind = COLUMN_DURATION, .known = true, .u64 = 999600 }, "1.00ms", "999600", "999600" },
	{ { .kind = COLUMN_DURATION, .known = true, .u64 = 4560000000 },
	  "4.56s",
	  "4560000000",
	  "4560000000" },
	{ { .kind = COLUMN_DURATION, .known = true, .u64 = 59999000000 },
	  "0m59s",
	  "59999000000",
	  "59999000000" },
	{ { .kind = COLUMN_DURATION, .known = true, .u64 = 123000000000 },
	  "2m03s",
	  "123000000000",
	  "123000000000" },
	{ { .kind = COLUMN_DURATION, .known = true, .u64 = 11520000000000 },
	  "3h12m",
	  "11520000000000",
	  "11520000000000" },
	{ { .kind = COLUMN_DURATION, .known = true, .u64 = 446400000000000 },
	  "5d04h",
	  "446400000000000",
	  "446400000000000" },
	{ { SPARK(none) }, "", "[]", "" },
	{ { SPARK(quiet) }, " \xe2\x96\x88", "[0,0,0,0,0,2,0,0]", "0 0 0 0 0 2 0 0" },
	{ { SPARK(steps) },
	  "\xe2\x96\x81\xe2\x96\x84 \xe2\x96\x88",
	  "[1,0,0,0,50,0,0,0,0,0,0,0,25,25,25,25]",
	  "1 0 0 0 50 0 0 0 0 0 0 0 25 25 25 25" },
	{ { TEXT("plain") }, "plain", "\"plain\"", "plain" },
	{ { TEXT("") }, "", "\"\"", "" },
	{ { TEXT("a,b") }, "a,b", "\"a,b\"", "\"a,b\"" },
	{ { TEXT("say \"x\"") }, "say \"x\"", "\"say \\\"x\\\"\"", "\"say \"\"x\"\"\"" },
	{ { TEXT("a\nb\t\x1b[2J") },
	  "a\\x0ab\\x09\\x1b[2J",
	  "\"a\\nb\\t\\u001b[2J\"",
	  "a\\x0ab\\x09\\x1b[2J" },
	{ { TEXT("a\0b") }, "a\\x00b", "\"a\\u0000b\"", "a\\x00b" },
	{ { TEXT("back\\slash") }, "back\\\\slash", "\"back\\\\slash\"", "back\\\\slash" },
	{ { TEXT("h\xc3\xa9") }, "h\xc3\xa9", "\"h\xc3\xa9\"", "h\xc3\xa9" },
	/* Latin-1, overlong slash, surrogate, beyond Unicode, cut character, DEL, CSI (C1). */
	{ { TEXT("h\xe9!") }, "h\\xe9!", "\"h\xef\xbf\xbd!\"", "h\\xe9!" },
	{ { TEXT("\xc0\xaf") }, "\\xc0\\xaf", "\"\xef\xbf\xbd\xef\xbf\xbd\"", "\\xc0\\xaf" },
	{ { TEXT("\xe0\x80\xaf") },
	  "\\xe0\\x80\\xaf",
	  "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"",
	  "\\xe0\\x80\\xaf" },
	{ { TEXT("\xf0\x80\x80\xaf") },
	  "\\xf0\\x80\\x80\\xaf",
	  "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"",
	  "\\xf0\\x80\\x80\\xaf" },
	{ { TEXT("\xed\xa0\x80") },
	  "\\xed\\xa0\\x80",
	  "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"",
	  "\\xed\\xa0\\x80" },
	{ { TEXT("\xf4\x90\x80\x80") },
	  "\\xf4\\x90\\x80\\x80",
	  "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"",
	  "\\xf4\\x90\\x80\\x80" },
	{ { TEXT("\xe2\x82") }, "\\xe2\\x82", "\"\xef\xbf\xbd\xef\xbf\xbd\"", "\\xe2\\x82" },
	{ { TEXT("\x7f") }, "\\x7f", "\"\\u007f\"", "\\x7f" },
	{ { TEXT("\xc2\x9b") }, "\\xc2\\x9b", "\"\\u009b\"", "\\xc2\\x9b" },
	/* Text that was rendered before is not made safe twice. */
	{ { TEXT("a\\x1b"), .rendered = true }, "a\\x1b", "\"a\\\\x1b\"", "a\\x1b" },
};

START_TEST(test_cell)
{
	const struct cell_case *c = &cell_cases[_i];
	struct text_buf buf;
	char data[256];

	text_buf_init(&buf, data, sizeof(data));
	cell_human(&c->cell, &buf);
	ck_assert_msg(strcmp(data, c->human) == 0, "case %d: human %s, wanted %s", _i, data,
		      c->human);
	text_buf_init(&buf, data, sizeof(data));
	cell_json(&c->cell, &buf);
	ck_assert_msg(strcmp(data, c->json) == 0, "case %d: JSON %s, wanted %s", _i, data, c->json);
	text_buf_init(&buf, data, sizeof(data));
	cell_csv(&c->cell, &buf);
	ck_assert_msg(strcmp(data, c->csv) == 0, "case %d: CSV %s, wanted %s", _i, data, c->csv);
}
END_TEST

/* What is drawn is drawn in ASCII where nothing else is known; all else is as it was. */
START_TEST(test_ascii)
{
	struct cell cell = { .kind = COLUMN_HIST, .known = true, .hist = hist };
	struct text_buf buf;
	char data[64];

	text_buf_init(&buf, data, sizeof(data));
	cell_human_ascii(&cell, &buf);
	ck_assert_str_eq(data, " @  .           ");
	text_buf_init(&buf, data, sizeof(data));
	cell_human_ascii(&(struct cell){ .kind = COLUMN_DURATION, .known = true, .u64 = 850 },
			 &buf);
	ck_assert_str_eq(data, "850ns");
}
END_TEST

/* Every pair of bytes gives a text that a JSON parser takes and that holds no control byte. */
START_TEST(test_bytes)
{
	for (int high = 0; high < 256; high++) {
		char bytes[2 * 256];
		struct cell cell = { .kind = COLUMN_TEXT, .known = true };
		char data[8192];
		struct text_buf buf;
		struct json_object *parsed;
		bool control = false;

		for (int low = 0; low < 256; low++) {
			bytes[2 * low] = (char)high;
			bytes[2 * low + 1] = (char)low;
		}
		cell.text.data = bytes;
		cell.text.len = sizeof(bytes);
		text_buf_init(&buf, data, sizeof(data));
		cell_json(&cell, &buf);
		ck_assert(!buf.truncated);
		parsed = json_tokener_parse(data);
		ck_assert_msg(json_object_is_type(parsed, json_type_string), "byte %#x", high);
		json_object_put(parsed);
		text_buf_add(&buf, "\n");
		cell_human(&cell, &buf);
		text_buf_add(&buf, "\n");
		cell_csv(&cell, &buf);
		ck_assert(!buf.truncated);
		/* One check for all: each costs a write. */
		for (size_t i = 0; i < buf.len; i++)
			control |= data[i] != '\n' &&
				   ((unsigned char)data[i] < 0x20 || data[i] == 0x7f);
		ck_assert_msg(!control, "byte %#x: a control byte was left", high);
	}
}
END_TEST

static const struct gap_case {
	uint64_t lost;
	unsigned buffer;
	const char *text;
} gap_cases[] = {
	{ 1, 0, "-- 1 event lost in buffer 0 --" },
	{ 999, 12, "-- 999 events lost in buffer 12 --" },
	{ 1204, 3, "-- 1,204 events lost in buffer 3 --" },
	{ 1234567, 3, "-- 1,234,567 events lost in buffer 3 --" },
};

START_TEST(test_gap)
{
	struct text_buf buf;
	char data[64];

	text_buf_init(&buf, data, sizeof(data));
	gap_render(gap_cases[_i].lost, gap_cases[_i].buffer, &buf);
	ck_assert_str_eq(data, gap_cases[_i].text);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cell");
	TCase *tcase = tcase_create("cell");
	SRunner *runner = srunner_create(suite);
	int failed;

	setenv("TZ", "UTC", 1);
	tzset();
	suite_add_tcase(suite, tcase);
	tcase_add_loop_test(tcase, test_cell, 0, LEN(cell_cases));
	tcase_add_test(tcase, test_ascii);
	tcase_add_test(tcase, test_bytes);
	tcase_add_loop_test(tcase, test_gap, 0, LEN(gap_cases));
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
