/* SPDX-License-Identifier: Apache-2.0 */
/* A thread's counts from slots and overflow rows. */
#include <check.h>
#include <stdlib.h>
#include "probe/tally.h"

#define WORD(kind, nr, count) ((__u64)SLOT_KEY(kind, nr) << SLOT_KEY_SHIFT | (count))
#define MOST ((1ull << SLOT_KEY_SHIFT) - 1)

static const struct tally_case {
	const char *name;
	__u64 slots[COUNT_SLOTS];
	struct call_count rows[3]; /* from overflow; calls, errors and restarts 0: none */
	struct call_count expected[3];
	size_t expected_len;
} cases[] = {
	{ .name = "nothing" },
	{ .name = "number 0 is a number",
	  .slots = { WORD(SLOT_CALLS, 0, 5) },
	  .expected = { { .calls = 5, .nr = 0 } },
	  .expected_len = 1 },
	{ .name = "kinds of a number are one row",
	  .slots = { WORD(SLOT_ERRORS, 3, 2), WORD(SLOT_CALLS, 3, 9), WORD(SLOT_RESTARTS, 3, 1) },
	  .expected = { { .calls = 9, .errors = 2, .restarts = 1, .nr = 3 } },
	  .expected_len = 1 },
	{ .name = "slots and overflow add up",
	  .slots = { [COUNT_SLOTS - 1] = WORD(SLOT_CALLS, 257, 4) },
	  .rows = { { .errors = 3, .nr = 257 }, { .calls = 7, .errors = 7, .nr = 4 } },
	  .expected = { { .calls = 4, .errors = 3, .nr = 257 },
			{ .calls = 7, .errors = 7, .nr = 4 } },
	  .expected_len = 2 },
	{ .name = "largest number and count",
	  .slots = { WORD(SLOT_CALLS, COUNT_NR_OTHER, MOST) },
	  .expected = { { .calls = MOST, .nr = COUNT_NR_OTHER } },
	  .expected_len = 1 },
	{ .name = "a number beyond all goes to other",
	  .slots = { WORD(SLOT_CALLS, 1023, 2) },
	  .rows = { { .calls = 1, .nr = 65535 } },
	  .expected = { { .calls = 3, .nr = COUNT_NR_OTHER } },
	  .expected_len = 1 },
};

START_TEST(tally_adds_up)
{
	const struct tally_case *c = &cases[_i];
	struct tally *tally = calloc(1, sizeof(*tally));

	ck_assert_ptr_nonnull(tally);
	/* Twice: what a reset leaves behind would show. */
	for (int pass = 0; pass < 2; pass++) {
		tally_reset(tally);
		tally_add_slots(tally, c->slots);
		for (size_t i = 0; i < sizeof(c->rows) / sizeof(c->rows[0]); i++) {
			if (c->rows[i].calls || c->rows[i].errors || c->rows[i].restarts)
				tally_add(tally, &c->rows[i]);
		}
		ck_assert_msg(tally->len == c->expected_len, "%s: %zu rows", c->name, tally->len);
		for (size_t i = 0; i < tally->len; i++) {
			const struct call_count *got = &tally->calls[i];
			const struct call_count *want = &c->expected[i];

			ck_assert_msg(got->nr == want->nr && got->calls == want->calls &&
					      got->errors == want->errors &&
					      got->restarts == want->restarts,
				      "%s: row %zu", c->name, i);
		}
	}
	free(tally);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("tally");
	TCase *tcase = tcase_create("tally");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(tcase, tally_adds_up, 0, sizeof(cases) / sizeof(cases[0]));
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
