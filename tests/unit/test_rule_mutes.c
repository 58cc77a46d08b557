/* SPDX-License-Identifier: Apache-2.0 */
/* Rules that the screen leaves out: for all processes, for those of a name, again shown. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "run_suite.h"
#include "tui/rule_mutes.h"

START_TEST(test_mutes)
{
	struct rule_mute list[RULE_MUTES_MAX];
	struct rule_mutes mutes;

	rule_mutes_init(&mutes);
	ck_assert(!rule_mutes_take(&mutes, "a", "sh"));
	ck_assert_int_eq(rule_mutes_add(&mutes, "a", "sh"), 0);
	ck_assert_int_eq(rule_mutes_add(&mutes, "a", "sh"), -EEXIST);
	ck_assert_int_eq(rule_mutes_add(&mutes, "b", ""), 0);
	ck_assert(rule_mutes_take(&mutes, "a", "sh"));
	ck_assert(!rule_mutes_take(&mutes, "a", "bash"));
	ck_assert(rule_mutes_take(&mutes, "b", "bash"));
	ck_assert(rule_mutes_take(&mutes, "b", "sh"));
	/* One process name alone is not the rule. */
	ck_assert(!rule_mutes_all(&mutes, "a"));
	ck_assert(rule_mutes_all(&mutes, "b"));
	ck_assert_uint_eq(rule_mutes_list(&mutes, list), 2);
	ck_assert_str_eq(list[0].rule, "a");
	ck_assert_uint_eq(list[0].hits, 1);
	ck_assert_uint_eq(list[1].hits, 2);
	rule_mutes_remove(&mutes, 0);
	rule_mutes_remove(&mutes, 7);
	ck_assert(!rule_mutes_take(&mutes, "a", "sh"));
	ck_assert(rule_mutes_take(&mutes, "b", "sh"));
	rule_mutes_release(&mutes);
}
END_TEST

START_TEST(test_bounds)
{
	struct rule_mutes mutes;
	char rule[300];

	rule_mutes_init(&mutes);
	memset(rule, 'r', sizeof(rule) - 1);
	rule[sizeof(rule) - 1] = '\0';
	ck_assert_int_eq(rule_mutes_add(&mutes, rule, ""), -ENAMETOOLONG);
	ck_assert_int_eq(rule_mutes_add(&mutes, "a", "more than 15 bytes"), -ENAMETOOLONG);
	for (int i = 0; i < RULE_MUTES_MAX; i++) {
		snprintf(rule, sizeof(rule), "%d", i);
		ck_assert_int_eq(rule_mutes_add(&mutes, rule, ""), 0);
	}
	ck_assert_int_eq(rule_mutes_add(&mutes, "one more", ""), -ENOSPC);
	rule_mutes_release(&mutes);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("rule_mutes");

	tcase_add_test(tcase, test_mutes);
	tcase_add_test(tcase, test_bounds);
	return run_suite("rule_mutes", tcase);
}
