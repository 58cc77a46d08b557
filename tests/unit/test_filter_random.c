/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Properties, over random conditions and events from fixed seeds: what is printed parses to the
 * same; a set with its tables, programs and shared parts says what a naive reading of each
 * condition alone says; no value is taken twice; an explanation agrees.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "filter_mock.h"
#include "filter_naive.h"
#include "filter_random.h"
#include "run_suite.h"
#include "state/filter/eval.h"
#include "state/filter/explain.h"
#include "state/filter/parse.h"
#include "state/filter/print.h"

#define CONDITIONS 60
#define EVENTS 150
#define ROUNDS 12
#define KINDS 4

static const struct filter_limits deep = { .max_depth = FILTER_DEPTH_RULES };

static struct filter_ast *parse(const char *text)
{
	struct filter_ast *ast = NULL;
	struct filter_error err = { 0 };
	int rc = filter_parse(text, strlen(text), &deep, &ast, &err);

	ck_assert_msg(rc == 0, "%s: %u %s", text, err.pos.column, err.message);
	return ast;
}

static void print_tree(const struct filter_ast *ast, char *text, size_t size)
{
	struct text_buf buf;

	text_buf_init(&buf, text, size);
	filter_print(ast, &buf);
	ck_assert(!buf.truncated);
}

START_TEST(test_print)
{
	static char text[RANDOM_TEXT_MAX], first[1 << 16], second[1 << 16];
	struct random random = { 11 };

	for (int i = 0; i < 20000; i++) {
		struct filter_ast *ast, *again;

		random_condition(&random, text, sizeof(text));
		ast = parse(text);
		print_tree(ast, first, sizeof(first));
		again = parse(first);
		print_tree(again, second, sizeof(second));
		ck_assert_msg(strcmp(first, second) == 0, "%s\n%s\n%s", text, first, second);
		filter_ast_free(again);
		filter_ast_free(ast);
	}
}
END_TEST

struct explanation {
	bool result;
	unsigned reasons;
};

static void take_part(void *ctx, const struct filter_explained *part)
{
	struct explanation *explanation = ctx;

	if (part->depth == 0)
		explanation->result = part->result;
	explanation->reasons += part->decides;
}

struct round {
	struct filter_set *set;
	struct filter_ast *asts[CONDITIONS];
	char texts[CONDITIONS][RANDOM_TEXT_MAX];
};

/* Every third condition has two earlier ones in it, as rules have macros: parts are shared. */
static void make_condition(struct round *round, uint32_t i, struct random *random)
{
	static const char *const forms[] = { "(%s) and (%s)", "(%s) or not (%s)",
					     "not (%s) and (%s)" };
	char *text = round->texts[i];
	int len = RANDOM_TEXT_MAX;

	if (i >= 3 && i % 3 == 0)
		len = snprintf(text, RANDOM_TEXT_MAX, forms[i / 3 % 3],
			       round->texts[random_below(random, i)],
			       round->texts[random_below(random, i)]);
	if (len >= RANDOM_TEXT_MAX)
		random_condition(random, text, RANDOM_TEXT_MAX);
}

static void round_init(struct round *round, struct random *random)
{
	struct filter_error err = { 0 };
	uint32_t id;

	ck_assert_int_eq(filter_set_new(0, &round->set), 0);
	for (uint32_t i = 0; i < CONDITIONS; i++) {
		int rc;

		make_condition(round, i, random);
		round->asts[i] = parse(round->texts[i]);
		rc = filter_compile(round->set, round->asts[i], NULL, &id, &err);
		ck_assert_msg(rc == 0, "%s: %u %s", round->texts[i], err.pos.column, err.message);
		ck_assert_uint_eq(id, i);
	}
}

static void round_release(struct round *round)
{
	for (size_t i = 0; i < CONDITIONS; i++)
		filter_ast_free(round->asts[i]);
	filter_set_free(round->set);
}

static void check_condition(struct round *round, uint32_t i, struct filter_event *event, bool got)
{
	struct explanation explanation = { 0 };
	bool want = naive_eval(round->asts[i]->root, event);

	ck_assert_msg(want == got, "%s: %d, naive %d, of a %s", round->texts[i], got, want,
		      event->event->desc->name);
	ck_assert(filter_set_eval(round->set, i, event) == want);
	/* What can be true for an event must not be left out of its kinds. */
	ck_assert(!want ||
		  filter_kinds_has(filter_set_events(round->set, i), filter_kind_of(event->event)));
	if (i % 16 != 0)
		return;
	ck_assert_int_eq(filter_explain(round->asts[i], event, NULL, take_part, &explanation), 0);
	ck_assert_msg(explanation.result == want, "%s", round->texts[i]);
	ck_assert_uint_ge(explanation.reasons, 1);
}

/* All conditions on one event under one name. */
static void check_event(struct round *round, struct filter_event *event)
{
	uint32_t ids[CONDITIONS];
	size_t found = filter_set_match(round->set, event, ids, CONDITIONS), at = 0;

	for (uint32_t i = 0; i < CONDITIONS; i++) {
		bool got = at < found && ids[at] == i;

		check_condition(round, i, event, got);
		at += got;
	}
	ck_assert_uint_eq(at, found);
}

/* No value was taken twice, whatever the number of conditions. */
static void check_asked(void)
{
	/* Not of those that are parts of transformers: these take them for themselves. */
	static const enum mock_id once[] = { MOCK_NUMBER, MOCK_BOOL, MOCK_IP,
					     MOCK_NET,    MOCK_PORT, MOCK_DYN };

	for (size_t i = 0; i < sizeof(once) / sizeof(once[0]); i++)
		ck_assert_uint_le(mock_world.asked[once[i]], 1);
}

START_TEST(test_naive)
{
	static const struct {
		uint16_t code;
		int nr;
	} kinds[KINDS] = {
		{ EVENT_CODE_SYSCALL_OPENAT_2_X, 257 },
		{ EVENT_CODE_SYSCALL_UNLINK_2_X, 87 },
		{ EVENT_CODE_GENERIC_X, 309 },
		{ EVENT_CODE_PROCEXIT_1_E, -1 },
	};
	static struct mock_event mocks[KINDS];
	static struct round round;
	struct random random = { (uint64_t)_i * 7919 + 1 };

	for (size_t i = 0; i < KINDS; i++)
		mock_event_init(&mocks[i], kinds[i].code, kinds[i].nr);
	round_init(&round, &random);
	for (uint64_t num = 1; num <= EVENTS; num++) {
		struct mock_event *mock = &mocks[random_below(&random, KINDS)];
		uint32_t ids[CONDITIONS];

		mock->filter.num = num;
		mock->filter.names = FILTER_NAMES_CALLED;
		random_world(&random, &mock_world);
		filter_set_match(round.set, &mock->filter, ids, CONDITIONS);
		check_asked();
		check_event(&round, &mock->filter);
		mock->filter.names = FILTER_NAMES_RESOLVED;
		check_event(&round, &mock->filter);
		mock_event_clear(mock);
	}
	round_release(&round);
	for (size_t i = 0; i < KINDS; i++)
		mock_event_release(&mocks[i]);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("filter_random");

	tcase_set_timeout(tcase, 120);
	tcase_add_checked_fixture(tcase, mock_fields_add, mock_fields_remove);
	tcase_add_test(tcase, test_print);
	tcase_add_loop_test(tcase, test_naive, 0, ROUNDS);
	return run_suite("filter_random", tcase);
}
