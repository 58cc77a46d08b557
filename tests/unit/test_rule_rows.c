/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of rules: each refresh brings new ones, and those before are given back. */
#include <check.h>
#include <malloc.h>

#include "field_host.h"
#include "run_suite.h"
#include "state/rule_rows.h"
#include "state/state.h"
#include "tui/rule_watch.h"

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

/* What stays the same is there once, and as long as rows that have it. */
START_TEST(test_like)
{
	struct rule_rows *first, *second;

	ck_assert_int_eq(rule_rows_new(2, &first), 0);
	rule_rows_at(first, 1)->name = rule_rows_text(first, "a rule");
	rule_rows_at(first, 1)->line = 7;
	ck_assert_int_eq(rule_rows_like(first, &second), 0);
	rule_rows_at(second, 1)->hits = 3;
	ck_assert_uint_eq(rule_rows_at(first, 1)->hits, 0);
	ck_assert_ptr_eq(rule_rows_at(second, 1)->name, rule_rows_at(first, 1)->name);
	rule_rows_unref(first);
	ck_assert_uint_eq(rule_rows_len(second), 2);
	ck_assert_uint_eq(rule_rows_at(second, 1)->line, 7);
	ck_assert_str_eq(rule_rows_at(second, 1)->name, "a rule");
	rule_rows_unref(second);
}
END_TEST

static struct rules *load(unsigned min_priority)
{
	static const char file[] = "- rule: low\n  desc: d\n  condition: evt.type = close\n"
				   "  output: o\n  priority: DEBUG\n";
	struct rules_options options;
	struct rules_loader *loader;
	struct rules *rules;

	rules_options_init(&options);
	options.min_priority = min_priority;
	ck_assert_int_eq(rules_loader_new(&options, &loader), 0);
	ck_assert_int_eq(rules_loader_add(loader, "a.yaml", file, sizeof(file) - 1), 0);
	ck_assert_int_eq(rules_loader_finish(loader, &rules), 0);
	rules_loader_free(loader);
	return rules;
}

/* Also when none is loaded, the rules that are not are rows. */
START_TEST(test_publish)
{
	const bool below = _i != 0;
	struct rules *rules = load(below ? RULE_PRIORITY_WARNING : RULE_PRIORITY_DEBUG);
	const struct rule_watch_opts opts = { .which = RULES_ALL };
	struct rule_watch watch;
	struct snapshot *snapshot;
	struct field_host host;

	field_host_init_empty(&host);
	rule_watch_init(&watch, &opts, &host.event, host.state);
	rule_watch_use(&watch, rules);
	for (int i = 0; i < 2; i++) {
		rule_watch_publish(&watch);
		ck_assert_int_eq(state_publish(host.state, &snapshot), 0);
		ck_assert_uint_eq(snapshot->rules_len, 1);
		ck_assert_str_eq(snapshot->rules[0].name, "low");
		ck_assert_int_eq(snapshot->rules[0].below, below);
		ck_assert_int_eq(snapshot->rules[0].kinds != NULL, !below);
		snapshot_unref(snapshot);
	}
	rule_watch_release(&watch);
	field_host_release(&host);
	rules_free(rules);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("rule_rows");

	tcase_add_test(tcase, test_given_back);
	tcase_add_test(tcase, test_like);
	tcase_add_loop_test(tcase, test_publish, 0, 2);
	return run_suite("rule_rows", tcase);
}
