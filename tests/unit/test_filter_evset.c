/* SPDX-License-Identifier: Apache-2.0 */
/* Kinds of events that a condition can be true for: the cases of ../shared, and of our own. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "cases.h"
#include "run_suite.h"
#include "state/filter/evset.h"
#include "state/filter/parse.h"

static int kinds_of(const char *text, struct filter_kinds *ret_kinds)
{
	struct filter_ast *ast = NULL;
	struct filter_error err = { 0 };
	int rc = filter_parse(text, strlen(text), NULL, &ast, &err);

	ck_assert_msg(rc == 0, "%s: %s", text, err.message);
	rc = filter_ast_kinds(ast, ret_kinds, &err);
	filter_ast_free(ast);
	return rc;
}

/* The sets that cases name, made from names alone. */
static void named_set(const char *set, struct filter_kinds *kinds)
{
	memset(kinds, 0, sizeof(*kinds));
	if (strstr(set, "openat"))
		filter_kinds_add_named(kinds, "openat", 6);
	if (strstr(set, "close"))
		filter_kinds_add_named(kinds, "close", 5);
	if (strncmp(set, "not_", 4) == 0)
		filter_kinds_invert(kinds);
	if (strcmp(set, "all_events") == 0)
		filter_kinds_fill(kinds);
}

START_TEST(test_shared)
{
	struct json_object *root = cases_shared("filter_cases.json"), *cases;

	if (!root)
		return;
	ck_assert(json_object_object_get_ex(root, "event_set", &cases));
	for (size_t i = 0; i < json_object_array_length(cases); i++) {
		struct json_object *c = json_object_array_get_idx(cases, i);
		const char *text = case_string(c, "filter"), *set = case_string(c, "set");
		const char *same = case_string(c, "same_as");
		const char *analysis = case_string(c, "analysis");
		struct filter_kinds kinds, want;
		int rc = kinds_of(text, &kinds);

		if (analysis) {
			ck_assert_msg((rc == 0) == (strcmp(analysis, "ok") == 0), "%s", text);
			continue;
		}
		ck_assert_msg(rc == 0, "%s", text);
		if (same)
			ck_assert_int_eq(kinds_of(same, &want), 0);
		else
			named_set(set, &want);
		ck_assert_msg(memcmp(&kinds, &want, sizeof(kinds)) == 0, "%s: not %s", text,
			      same ? same : set);
	}
	json_object_put(root);
}
END_TEST

/* Calls that have no event of their own share codes and are told apart all the same. */
START_TEST(test_raw_calls)
{
	struct filter_kinds kinds;
	const char *names[4];

	ck_assert_int_eq(kinds_of("evt.type in (getcpu, membarrier)", &kinds), 0);
	ck_assert_uint_eq(filter_kinds_names(&kinds, names, 4), 2);
	ck_assert_str_eq(names[0], "getcpu");
	ck_assert_str_eq(names[1], "membarrier");
	ck_assert_uint_eq(filter_kinds_codes(&kinds), 2);
	ck_assert(filter_kinds_has_code(&kinds, EVENT_CODE_GENERIC_X));
	ck_assert(!filter_kinds_has_call(&kinds, syscall_by_name("openat")));
	ck_assert(filter_kinds_has_call(&kinds, syscall_by_name("getcpu")));
	/* That others are not it does not leave out their code. */
	ck_assert_int_eq(kinds_of("evt.type != getcpu", &kinds), 0);
	ck_assert(filter_kinds_has_code(&kinds, EVENT_CODE_GENERIC_X));
	ck_assert(!filter_kinds_has_call(&kinds, syscall_by_name("getcpu")));
	ck_assert(filter_kinds_has_call(&kinds, syscall_by_name("membarrier")));
}
END_TEST

/* A call whose event has another name is asked of the kernel under its own. */
START_TEST(test_other_name)
{
	struct filter_kinds kinds;

	ck_assert_int_eq(kinds_of("evt.type = pread64", &kinds), 0);
	ck_assert(filter_kinds_has_code(&kinds, EVENT_CODE_SYSCALL_PREAD_X));
	ck_assert_int_eq(kinds_of("evt.type != pread64", &kinds), 0);
	ck_assert(filter_kinds_has_code(&kinds, EVENT_CODE_SYSCALL_PREAD_X));
	ck_assert_int_eq(kinds_of("evt.type = pread", &kinds), 0);
	ck_assert(filter_kinds_has_call(&kinds, syscall_by_name("pread64")));
}
END_TEST

START_TEST(test_names)
{
	struct filter_kinds all;
	const char *names[FILTER_KINDS_MAX];
	size_t len;

	filter_kinds_fill(&all);
	ck_assert_uint_le(filter_kind_count(), FILTER_KINDS_MAX);
	ck_assert_uint_gt(filter_kinds_codes(&all), 100);
	len = filter_kinds_names(&all, names, FILTER_KINDS_MAX);
	for (size_t i = 0; i < len; i++) {
		ck_assert_msg(filter_kind_is_name(names[i], strlen(names[i])), "%s", names[i]);
		ck_assert_msg(i == 0 || strcmp(names[i - 1], names[i]) < 0, "%s", names[i]);
		ck_assert_str_ne(names[i], "NA");
	}
	ck_assert(!filter_kind_is_name("openatx", 7));
	ck_assert(!filter_kind_is_name("NA", 2));
	ck_assert(filter_kind_is_name("container", 9));
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("filter_evset");

	tcase_add_test(tcase, test_shared);
	tcase_add_test(tcase, test_raw_calls);
	tcase_add_test(tcase, test_other_name);
	tcase_add_test(tcase, test_names);
	return run_suite("filter_evset", tcase);
}
