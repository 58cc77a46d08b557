/* SPDX-License-Identifier: Apache-2.0 */
/* The memory of a frame: alignment, blocks that are kept, marks, texts that are cut. */
#include <check.h>
#include <errno.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "views/frame.h"

#define LEN(table) ((int)(sizeof(table) / sizeof((table)[0])))

static struct frame *frame;

static void setup(void)
{
	frame = frame_new();
	ck_assert_ptr_nonnull(frame);
}

static void teardown(void)
{
	frame_free(frame);
}

static const size_t sizes[] = { 0, 1, 7, 16, 17, 1000, 300000, 3, 1 << 20 };

/* Nothing that was given out overlaps, in the first frame and in a second from its memory. */
START_TEST(test_alloc)
{
	for (int round = 0; round < 2; round++) {
		unsigned char *blocks[LEN(sizes)];

		for (int i = 0; i < LEN(sizes); i++) {
			blocks[i] = frame_alloc(frame, sizes[i]);
			ck_assert_ptr_nonnull(blocks[i]);
			ck_assert_uint_eq((uintptr_t)blocks[i] % alignof(max_align_t), 0);
			memset(blocks[i], i, sizes[i]);
		}
		for (int i = 0; i < LEN(sizes); i++)
			for (size_t j = 0; j < sizes[i]; j++)
				if (blocks[i][j] != i)
					ck_abort_msg("round %d: block %d was overwritten", round,
						     i);
		frame_reset(frame);
	}
	ck_assert_ptr_null(frame_alloc(frame, SIZE_MAX));
	ck_assert_str_eq(frame_copy(frame, "abc", 2), "ab");
}
END_TEST

START_TEST(test_release)
{
	struct frame_mark empty = frame_mark(frame), mark;
	char *kept, *first, *again;

	first = frame_alloc(frame, 100);
	frame_release(frame, empty);
	ck_assert_ptr_eq(frame_alloc(frame, 100), first);
	kept = frame_copy(frame, "kept", 4);
	mark = frame_mark(frame);
	again = frame_alloc(frame, 10);
	/* Into a block of its own, and back over it. */
	memset(frame_alloc(frame, 1 << 20), 1, 1 << 20);
	frame_release(frame, mark);
	ck_assert_ptr_eq(frame_alloc(frame, 10), again);
	memset(again, 2, 10);
	ck_assert_str_eq(kept, "kept");
}
END_TEST

static const struct text_case {
	const char *text;
	size_t max;
	const char *wanted;
} text_cases[] = {
	{ "", 10, "" },
	{ "abcdefghi", 10, "abcdefghi" },
	{ "abcdefghij", 10, "abcdef..." },
	/* A character is not cut in two. */
	{ "abcde\xc3\xa9hijk", 10, "abcde..." },
	{ "abcd\xe2\x82\xac\xe2\x82\xac", 10, "abcd..." },
};

START_TEST(test_text)
{
	const struct text_case *c = &text_cases[_i];
	struct text_buf buf;
	char *next;

	ck_assert_int_eq(frame_text_begin(frame, c->max, &buf), 0);
	text_buf_add(&buf, c->text);
	frame_text_end(frame, &buf);
	ck_assert_msg(strcmp(buf.data, c->wanted) == 0, "%s: %s", c->text, buf.data);
	ck_assert_uint_eq(buf.len, strlen(c->wanted));
	/* What was not used is given to the next one. */
	ck_assert_int_eq(frame_text_begin(frame, 4096, &buf), 0);
	text_buf_add(&buf, "x");
	frame_text_end(frame, &buf);
	next = frame_alloc(frame, 1);
	ck_assert_int_le(next - buf.data, (int)alignof(max_align_t));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("frame");
	TCase *tcase = tcase_create("frame");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tcase);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, test_alloc);
	tcase_add_test(tcase, test_release);
	tcase_add_loop_test(tcase, test_text, 0, LEN(text_cases));
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
