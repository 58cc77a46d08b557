/* SPDX-License-Identifier: Apache-2.0 */
/* Floods of alerts: what passes, what is held, what is told of it, and that nothing is lost. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "run_suite.h"
#include "state/rules/throttle.h"

#define S 1000000000ull
#define WINDOW (10 * S)

static const struct rule rules[2] = { { .name = "a" }, { .name = "b" } };

/* What was told, as "+" for one that passed and "(N)" for a summary. */
struct told {
	char text[512];
	uint64_t held;
	char message[64];
};

static void told_add(struct told *told, const char *text)
{
	size_t len = strlen(told->text);

	snprintf(told->text + len, sizeof(told->text) - len, "%s", text);
}

static void on_held(void *ctx, const struct throttle_held *held)
{
	struct told *told = ctx;
	char text[32];

	snprintf(text, sizeof(text), "(%s%u)", held->rule->name, (unsigned)held->count);
	told_add(told, text);
	snprintf(told->message, sizeof(told->message), "%.*s|%s", (int)held->message_len,
		 held->message, held->fields);
	told->held += held->count;
	ck_assert_uint_le(held->first_ns, held->last_ns);
}

static struct throttle *start(struct told *told)
{
	const struct throttle_opts opts = { .window_ns = WINDOW, .fn = on_held, .ctx = told };
	struct throttle *throttle;

	*told = (struct told){ .held = 0 };
	ck_assert_int_eq(throttle_new(&opts, &throttle), 0);
	return throttle;
}

static void hit(struct throttle *throttle, struct told *told, const struct throttle_hit *hit)
{
	char message[32];

	switch (throttle_hit(throttle, hit)) {
	case THROTTLE_PASS: told_add(told, "+"); break;
	case THROTTLE_HOLD_FIRST:
		snprintf(message, sizeof(message), "at %u", (unsigned)(hit->ts_ns / S));
		throttle_keep(throttle, message, strlen(message), "{}");
		break;
	case THROTTLE_HOLD: break;
	}
}

/*
 * A script: a digit is that many hits of kind "k" at the clock, '.' lets a second pass, 't' is a
 * tick, 'r' a hit of the other rule, 'v' one under the resolved name, 'o' one of another kind, 'f'
 * flushes.
 */
static const struct script_case {
	const char *name, *script, *text;
} script_cases[] = {
	{ "few pass", "5..........t", "+++++" },
	{ "the rest of a window is one", "9..........t", "+++++(a4)" },
	{ "a lone sixth is told too", "6..........t", "+++++(a1)" },
	{ "while it goes on one a window",
	  "9.........."
	  "3..........t",
	  "+++++(a4)(a3)" },
	{ "a hit ends a window as well", "9..........9", "+++++(a4)" },
	{ "quiet for a window: new again", "9..........t..........t2", "+++++(a4)++" },
	{ "not quiet for a whole one", "9..........t.....1.....t1", "+++++(a4)(a1)" },
	{ "slow ones never add up",
	  "1..........1..........1..........1..........1..........1.........."
	  "1",
	  "+++++++" },
	{ "slow ones without a rest add up", "1....1....1....1....1....1....1....1..........t",
	  "+++++(a1)(a2)" },
	{ "other kinds are not hidden", "9rvo", "++++++++" },
	{ "flush tells and forgets", "9f2", "+++++(a4)++" },
	{ "flush without any", "f", "" },
	{ "no tick, no end", "9.........", "+++++" },
};

static void run(struct throttle *throttle, struct told *told, const char *script)
{
	struct throttle_hit next = { .kind = "k", .kind_len = 1 };
	uint64_t now = 1700000000 * S;

	for (const char *c = script; *c; c++) {
		next.rule = &rules[*c == 'r'];
		next.via = *c == 'v' ? RULE_VIA_RESOLVED : RULE_VIA_CALLED;
		next.kind = *c == 'o' ? "o" : "k";
		next.ts_ns = now;
		if (*c == '.')
			now += S;
		else if (*c == 't')
			throttle_tick(throttle, now);
		else if (*c == 'f')
			throttle_flush(throttle);
		else
			for (int i = 0; i < (*c >= '0' && *c <= '9' ? *c - '0' : 1); i++)
				hit(throttle, told, &next);
	}
}

START_TEST(test_script)
{
	const struct script_case *c = &script_cases[_i];
	struct told told;
	struct throttle *throttle = start(&told);

	run(throttle, &told, c->script);
	ck_assert_msg(strcmp(told.text, c->text) == 0, "%s: %s, wanted %s", c->name, told.text,
		      c->text);
	throttle_free(throttle);
}
END_TEST

/* Whatever comes when: what passes and what is told of add up. */
START_TEST(test_sum)
{
	struct told told;
	struct throttle *throttle = start(&told);
	uint64_t now = S, passed = 0, random = 1;

	for (unsigned i = 0; i < 100000; i++) {
		char kind[16];
		struct throttle_hit next = { .rule = &rules[i & 1], .kind = kind };

		random = random * 6364136223846793005u + 1442695040888963407u;
		now += (random >> 33) % (S / 100);
		snprintf(kind, sizeof(kind), "%u", (unsigned)((random >> 40) % 7));
		next.kind_len = strlen(kind);
		next.ts_ns = now;
		*told.text = '\0';
		passed += throttle_hit(throttle, &next) == THROTTLE_PASS;
	}
	*told.text = '\0';
	throttle_flush(throttle);
	ck_assert_uint_eq(passed + told.held, 100000);
	ck_assert_uint_lt(passed, 200);
	throttle_free(throttle);
}
END_TEST

/* The summary has the texts of the first that it stands for. */
START_TEST(test_texts)
{
	struct told told;
	struct throttle *throttle = start(&told);

	run(throttle, &told, "5.1.3..........t");
	ck_assert_str_eq(told.message, "at 1700000001|{}");
	throttle_free(throttle);
}
END_TEST

/* Kinds that find no room are not hidden. */
START_TEST(test_full)
{
	struct told told;
	struct throttle *throttle = start(&told);
	struct throttle_hit next = { .rule = &rules[0], .ts_ns = S };
	char kind[16];

	next.kind = kind;
	for (unsigned i = 0; i < THROTTLE_KINDS_MAX; i++) {
		snprintf(kind, sizeof(kind), "%u", i);
		next.kind_len = strlen(kind);
		ck_assert_int_eq(throttle_hit(throttle, &next), THROTTLE_PASS);
	}
	next.kind = "more";
	next.kind_len = 4;
	for (unsigned i = 0; i < 2 * THROTTLE_BURST; i++)
		ck_assert_int_eq(throttle_hit(throttle, &next), THROTTLE_PASS);
	/* When the others are over there is room again. */
	next.ts_ns += WINDOW;
	for (unsigned i = 0; i < THROTTLE_BURST; i++)
		ck_assert_int_eq(throttle_hit(throttle, &next), THROTTLE_PASS);
	ck_assert_int_eq(throttle_hit(throttle, &next), THROTTLE_HOLD_FIRST);
	throttle_free(throttle);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("throttle");

	tcase_add_loop_test(tcase, test_script, 0,
			    (int)(sizeof(script_cases) / sizeof(script_cases[0])));
	tcase_add_test(tcase, test_sum);
	tcase_add_test(tcase, test_texts);
	tcase_add_test(tcase, test_full);
	return run_suite("throttle", tcase);
}
