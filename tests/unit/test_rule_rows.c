/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of rules: each refresh brings new ones, and those before are given back. */
#include <check.h>
#include <malloc.h>

#include "run_suite.h"
#include "state/rule_rows.h"
#include "state/state.h"

#define ROWS 64
#define ROUNDS 200

static void publish(struct state *state)
{
	struct snapshot *snapshot;
	struct rule_rows *rows;

	ck_assert_int_eq(rule_rows_new(ROWS, &rows), 0);
	for (size_t i = 0; i < ROWS; i++)
		rule_rows_at(rows, i)->name = rule_rows_text(rows, "a rule of some length");
	state_set_rules(state, rows);
	ck_assert_int_eq(state_publish(state, &snapshot), 0);
	ck_assert_uint_eq(snapshot->rules_len, ROWS);
	ck_assert_str_eq(snapshot->rules[ROWS - 1].name, "a rule of some length");
	snapshot_unref(snapshot);
}

/* Under AddressSanitizer nothing is counted here, and the leak is found at the end. */
START_TEST(test_given_back)
{
	struct state *state;
	size_t before;

	ck_assert_int_eq(state_new(&(struct state_opts){ .host = "host7" },
				   &(struct state_source){ .ctx = NULL }, &state),
			 0);
	publish(state);
	before = mallinfo2().uordblks;
	for (int i = 0; i < ROUNDS; i++)
		publish(state);
	ck_assert_uint_lt(mallinfo2().uordblks, before + ROUNDS * ROWS);
	state_free(state);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("rule_rows");

	tcase_add_test(tcase, test_given_back);
	return run_suite("rule_rows", tcase);
}
