/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A monkey at the keys: thousands of random keys, texts, broken escape sequences, bytes, resizes
 * and intervals. The monitor must still be there, then leave with status 0 and restore the
 * terminal. Built with sanitizers by rules.mk, where a leak or a wrong access ends it with another
 * status.
 *
 * $MONKEY_SEED and $MONKEY_KEYS repeat or prolong a run; the same seed does the same.
 */
#include <check.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include "golden.h"
#include "tui/keys.h"

#define MONKEY_KEYS 5000
#define BURST_MAX 16 /* keys sent without waiting */
#define BYTES_MAX 12
#define REPORT_MAX 8000 /* bytes */

static uint64_t monkey_seed(void)
{
	const char *text = getenv("MONKEY_SEED");

	return text ? strtoull(text, NULL, 0) : 20260101;
}

static long monkey_keys(void)
{
	const char *text = getenv("MONKEY_KEYS");

	return text ? strtol(text, NULL, 0) : MONKEY_KEYS;
}

/* splitmix64: the sequence depends on the seed alone. */
static uint64_t monkey_random(uint64_t *state)
{
	uint64_t mixed = *state += 0x9e3779b97f4a7c15ull;

	mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9ull;
	mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebull;
	return mixed ^ mixed >> 31;
}

static uint64_t monkey_below(uint64_t *state, uint64_t limit)
{
	return monkey_random(state) % limit;
}

/*
 * Keys that end or stop it are left out: q, F10, and the characters that the terminal itself acts
 * on (interrupt, quit, suspend, flow control, literal-next, discard).
 */
static bool monkey_allows(const char *bytes, size_t len)
{
	static const char never[] = "q\x03\x1a\x1c\x11\x13\x16\x0f";

	for (size_t i = 0; i < len; i++)
		if (!bytes[i] || strchr(never, bytes[i]))
			return false;
	return strncmp(bytes, "\x1b[21~", len) != 0;
}

static size_t monkey_bytes(uint64_t *state, char bytes[BYTES_MAX])
{
	static const char *const texts[] = { "nginx",    "\xe6\x97\xa5\xe6\x9c\xac",
					     "\x1b[",    "\x1b[1;5",
					     "\x1bO",    "\xf0\x9f\xa6\x85",
					     "\xff\xfe", "0.5",
					     "%s%n",     "\x1b[200~",
					     "ann",      "\xc2\x9b" };
	size_t len;

	switch (monkey_below(state, 8)) {
	case 0:
	case 1:
	case 2:
		len = (size_t)snprintf(bytes, BYTES_MAX, "%s",
				       golden_key_at(monkey_below(state, golden_keys_len())));
		break;
	case 3:
	case 4:
	case 5: {
		int key = key_at(monkey_below(state, key_table_len()))->key;

		len = 1;
		bytes[0] =
			key > 0 && key < 0x7f ? (char)key : (char)('0' + monkey_below(state, 10));
		break;
	}
	case 6:
		len = (size_t)snprintf(
			bytes, BYTES_MAX, "%s",
			texts[monkey_below(state, sizeof(texts) / sizeof(texts[0]))]);
		break;
	default:
		len = 1 + monkey_below(state, 4);
		for (size_t i = 0; i < len; i++)
			bytes[i] = (char)monkey_below(state, 256);
	}
	return monkey_allows(bytes, len) ? len : 0;
}

static bool monkey_play(struct term *term, uint64_t *state, long keys)
{
	while (keys > 0) {
		size_t burst = 1 + monkey_below(state, BURST_MAX);

		for (size_t i = 0; i < burst; i++) {
			char bytes[BYTES_MAX];

			term_type(term, bytes, monkey_bytes(state, bytes));
		}
		keys -= (long)burst;
		if (!monkey_below(state, 12))
			term_resize(term, 1 + (int)monkey_below(state, 50),
				    1 + (int)monkey_below(state, 140));
		if (!monkey_below(state, 10))
			term_step(term);
		if (!term_sync(term))
			return false;
	}
	return true;
}

/* What the child wrote last: a sanitizer's report, if there is one. */
static void monkey_report(const struct term *term)
{
	size_t len = term->raw_len < REPORT_MAX ? term->raw_len : REPORT_MAX;

	fwrite(term->raw + term->raw_len - len, 1, len, stderr);
}

static const struct golden_case monkeys[] = {
	{ .name = "calm", .output = true },
	{ .name = "hostile", .kind = FAKE_HOSTILE, .view = "stream" },
	{ .name = "small", .rows = 10, .cols = 40, .no_color = true },
	{ .name = "ascii", .locale = "C", .term = "vt100", .kind = FAKE_HOSTILE },
};

START_TEST(monkey)
{
	const struct golden_case *at = &monkeys[_i];
	uint64_t seed = monkey_seed() + (uint64_t)_i, state = seed;
	struct term term;
	int status;
	bool alive;

	golden_start(&term, at);
	alive = monkey_play(&term, &state,
			    monkey_keys() / (long)(sizeof(monkeys) / sizeof(monkeys[0])));
	if (alive) {
		/* Out of a sequence, a prompt, a pop-up. */
		golden_play(&term, "'~' Esc Esc Esc size=80x24");
		term_type(&term, "\x03", 1);
	}
	status = term_wait(&term);
	if (!alive || status)
		monkey_report(&term);
	ck_assert_msg(alive && status == 0, "%s: seed %llu: status %#x", at->name,
		      (unsigned long long)seed, status);
	ck_assert_msg(term_restored(&term), "%s: seed %llu: the terminal is not as before",
		      at->name, (unsigned long long)seed);
	term_close(&term);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("monkey");
	TCase *tcase = tcase_create("monkey");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tcase, 600);
	tcase_add_loop_test(tcase, monkey, 0, (int)(sizeof(monkeys) / sizeof(monkeys[0])));
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
