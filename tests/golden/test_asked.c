/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the monitor asks of its source as the user moves: the stream a view needs, the focus of its
 * scope.
 */
#include <check.h>
#include <stdlib.h>
#include "golden.h"

static const struct asked_case {
	const char *script;
	enum view_stream stream;
	unsigned focus;
	unsigned long long delay_ns;
	unsigned timing, failed;
	unsigned long long min_duration_ns;
} cases[] = {
	{ "", VIEW_STREAM_NONE, 0, 0, 0, 0, 0 },
	/* A table of a process shows no events: nothing is streamed for it. */
	{ "Down Enter", VIEW_STREAM_NONE, 0, 0, VIEW_TIMING_ON, 0, 0 },
	{ "Down Enter Enter", VIEW_STREAM_ALL, 1589, 0, 0, 0, 0 },
	{ "Down Enter Enter Bksp", VIEW_STREAM_NONE, 0, 0, VIEW_TIMING_ON, 0, 0 },
	{ "Down Enter Enter Bksp Bksp", VIEW_STREAM_NONE, 0, 0, 0, 0, 0 },
	{ "'s'", VIEW_STREAM_ALL, 2044, 0, 0, 0, 0 },
	{ "'s' Enter", VIEW_STREAM_ALL, 2044, 0, 0, 0, 0 },
	{ "'s' Enter Bksp Bksp", VIEW_STREAM_NONE, 0, 0, 0, 0, 0 },
	{ "'!'", VIEW_STREAM_NONE, 0, 0, 0, 0, 0 },
	{ "'2'", VIEW_STREAM_NONE, 0, 0, VIEW_TIMING_ON, 0, 0 },
	{ "'2' Enter Enter", VIEW_STREAM_ALL, 2044, 0, 0, 0, 0 },
	{ "'O'", VIEW_STREAM_OPENS, 0, 0, 0, 0, 0 },
	{ "'v' Home Down Enter", VIEW_STREAM_NONE, 0, 0, VIEW_TIMING_ON, 0, 0 },
	/* Durations while their columns are on screen, and where they are kept on. */
	{ "'2' '1'", VIEW_STREAM_NONE, 0, 0, 0, 0, 0 },
	{ "'m'", VIEW_STREAM_NONE, 0, 0, VIEW_TIMING_ON, 0, 0 },
	{ "'m' 'm'", VIEW_STREAM_NONE, 0, 0, 0, 0, 0 },
	{ "'2' 'm' '1'", VIEW_STREAM_NONE, 0, 0, VIEW_TIMING_ON, 0, 0 },
	{ "size=45x12 's'", VIEW_STREAM_ALL, 2044, 0, 0, 0, 0 },
	{ "size=132x30 's'", VIEW_STREAM_ALL, 2044, 0, VIEW_TIMING_EVENTS, 0, 0 },
	{ "'s' 'x'", VIEW_STREAM_ALL, 2044, 0, 0, 1, 0 },
	{ "'s' 'x' 'x'", VIEW_STREAM_ALL, 2044, 0, 0, 0, 0 },
	{ "'s' 'x' Bksp", VIEW_STREAM_NONE, 0, 0, 0, 0, 0 },
	{ "'x' '}'", VIEW_STREAM_NONE, 0, 0, 0, 0, 0 },
	{ "'s' '}' '}'", VIEW_STREAM_ALL, 2044, 0, VIEW_TIMING_EVENTS, 0, 10000000 },
	{ "'s' '}' '{' '{'", VIEW_STREAM_ALL, 2044, 0, 0, 0, 0 },
	{ "'E'", VIEW_STREAM_FAILED, 0, 0, 0, 0, 0 },
	{ "'d' '0.25' Enter", VIEW_STREAM_NONE, 0, 250000000, 0, 0, 0 },
	{ "'d' '0.05' Enter", VIEW_STREAM_NONE, 0, 0, 0, 0, 0 },
	{ "'d' '1e9' Enter", VIEW_STREAM_NONE, 0, 0, 0, 0, 0 },
	{ "'d' 'nan' Enter", VIEW_STREAM_NONE, 0, 0, 0, 0, 0 },
	{ "'d' '3x' Enter", VIEW_STREAM_NONE, 0, 0, 0, 0, 0 },
	{ "'d' '2' Esc", VIEW_STREAM_NONE, 0, 0, 0, 0, 0 },
};

START_TEST(asks)
{
	const struct asked_case *at = &cases[_i];
	struct term term;

	golden_start(&term, &(struct golden_case){ .name = "asks" });
	ck_assert(golden_play(&term, at->script));
	ck_assert_msg(term.shared->stream == at->stream, "%s: stream %u", at->script,
		      term.shared->stream);
	ck_assert_msg(term.shared->focus == at->focus, "%s: focus %u", at->script,
		      term.shared->focus);
	ck_assert_msg(term.shared->delay_ns == at->delay_ns, "%s: delay %llu", at->script,
		      term.shared->delay_ns);
	ck_assert_msg(term.shared->timing == at->timing, "%s: timing %u", at->script,
		      term.shared->timing);
	ck_assert_msg(term.shared->failed == at->failed, "%s: failed %u", at->script,
		      term.shared->failed);
	ck_assert_msg(term.shared->min_duration_ns == at->min_duration_ns, "%s: %llu ns",
		      at->script, term.shared->min_duration_ns);
	term_close(&term);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("asked");
	TCase *tcase = tcase_create("asked");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tcase, 120);
	tcase_add_loop_test(tcase, asks, 0, (int)(sizeof(cases) / sizeof(cases[0])));
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
