/* SPDX-License-Identifier: Apache-2.0 */
/* Every view, pop-up and state of the monitor, against recorded screens. */
#include <check.h>
#include <stdlib.h>
#include "golden.h"

static const struct golden_case cases[] = {
	{ .name = "processes", .script = "" },
	{ .name = "processes_40x10", .script = "", .rows = 10, .cols = 40 },
	{ .name = "processes_132x30", .script = "", .rows = 30, .cols = 132 },
	{ .name = "processes_too_small", .script = "", .rows = 9, .cols = 60 },
	{ .name = "syscalls", .script = "'2'" },
	{ .name = "syscalls_40x10", .script = "'2'", .rows = 10, .cols = 40 },
	{ .name = "callers", .script = "'2' Down Enter" },
	{ .name = "process_syscalls", .script = "Down Enter" },
	{ .name = "process_syscall_stream", .script = "Down Enter End Up Enter" },
	{ .name = "stream", .script = "", .view = "stream" },
	{ .name = "stream_40x10", .script = "", .view = "stream", .rows = 10, .cols = 40 },
	{ .name = "stream_gap", .script = "Home", .view = "stream" },
	{ .name = "stream_left_tail", .script = "Up Up step", .view = "stream" },
	{ .name = "stream_tail_again", .script = "Up Up step End", .view = "stream" },
	{ .name = "stream_of_row", .script = "'s'" },
	{ .name = "event", .script = "Up Enter", .view = "stream" },
	{ .name = "event_previous", .script = "Up Enter '['", .view = "stream" },
	{ .name = "opens", .script = "", .view = "opens" },
	{ .name = "opens_by_path", .script = "'g'", .view = "opens" },
	{ .name = "opens_of_path", .script = "'g' Enter", .view = "opens" },
	{ .name = "health", .script = "'D'" },
	{ .name = "syscalls_timed", .script = "'2' step" },
	{ .name = "syscalls_timed_132x30", .script = "'2' step", .rows = 30, .cols = 132 },
	{ .name = "process_syscalls_timed", .script = "Down Enter step" },
	{ .name = "callers_timed_132x30",
	  .script = "'2' Down Enter step",
	  .rows = 30,
	  .cols = 132 },
	{ .name = "timing_kept", .script = "'m' step" },
	{ .name = "threads", .script = "step step", .view = "threads" },
	{ .name = "threads_timed", .script = "'m' step", .view = "threads" },
	{ .name = "threads_132x30", .script = "", .view = "threads", .rows = 30, .cols = 132 },
	{ .name = "thread_stream", .script = "Enter", .view = "threads" },
	{ .name = "files", .script = "'3' step" },
	{ .name = "conn", .script = "'4' step" },
	{ .name = "uring", .script = "step", .view = "uring" },
	{ .name = "containers", .script = "'7' step" },
	{ .name = "users", .script = "'U' step" },
	{ .name = "net", .script = "'6' step" },
	{ .name = "tree", .script = "'t' step step" },
	{ .name = "tree_of_process", .script = "Down '=' 't'" },
	{ .name = "exec", .script = "step step", .view = "exec" },
	{ .name = "newconn", .script = "step step", .view = "newconn" },
	{ .name = "hits", .script = "'8' step step", .kind = FAKE_RULES },
	{ .name = "hits_132x30",
	  .script = "'8' step",
	  .kind = FAKE_RULES,
	  .rows = 30,
	  .cols = 132 },
	{ .name = "hits_45x12", .script = "'8' step", .kind = FAKE_RULES, .rows = 12, .cols = 45 },
	{ .name = "hit_event", .script = "'8' step End Enter", .kind = FAKE_RULES },
	{ .name = "hits_none", .script = "'8' step" },
	{ .name = "hostile_tree", .script = "'t' step", .kind = FAKE_HOSTILE },
	{ .name = "hostile_containers", .script = "'7' step", .kind = FAKE_HOSTILE },
	{ .name = "hostile_files", .script = "step", .view = "files", .kind = FAKE_HOSTILE },
	{ .name = "file_stream", .script = "'3' step Enter" },
	{ .name = "conn_stream", .script = "'4' step Enter" },
	{ .name = "uring_stream", .script = "step Enter", .view = "uring" },
	{ .name = "health_callers", .script = "'D' Enter" },
	{ .name = "caller_stream", .script = "Enter", .view = "callers" },
	{ .name = "opens_of_read", .script = "'2' Enter 'O'" },
	{ .name = "errors", .script = "'E'" },
	{ .name = "errors_40x10", .script = "'9'", .rows = 10, .cols = 40 },
	{ .name = "failures", .script = "'9' Down Enter" },
	{ .name = "failures_expected", .script = "'9' Enter" },
	{ .name = "slow", .script = "step step", .view = "slow" },
	{ .name = "slow_slower", .script = "step step '}'", .view = "slow" },
	{ .name = "slow_quicker", .script = "step step '{' '{'", .view = "slow" },
	{ .name = "slow_empty", .script = "", .view = "slow" },
	{ .name = "slow_by_process", .script = "step step '}' 'g'", .view = "slow" },
	{ .name = "slow_by_syscall", .script = "step step 'g' 'g'", .view = "slow" },
	{ .name = "slow_by_target", .script = "step step 'g' 'g' 'g'", .view = "slow" },
	{ .name = "slow_of_group", .script = "step step 'g' 'g' Enter", .view = "slow" },
	{ .name = "slow_ungrouped", .script = "step step '}' 'g' 'g' 'g' 'g'", .view = "slow" },
	{ .name = "stream_failed", .script = "'x'", .view = "stream" },
	{ .name = "stream_slow", .script = "'}' step", .view = "stream" },
	{ .name = "hostile_errors", .script = "", .view = "errors", .kind = FAKE_HOSTILE },
	{ .name = "hostile_threads", .script = "", .view = "threads", .kind = FAKE_HOSTILE },
	{ .name = "hostile_slow_groups",
	  .script = "step '{' 'g' 'g' 'g'",
	  .view = "slow",
	  .kind = FAKE_HOSTILE },
	{ .name = "hostile_slow", .script = "step '{'", .view = "slow", .kind = FAKE_HOSTILE },
	{ .name = "inexact", .script = "step step step step '2'" },
	{ .name = "dead", .script = "step 'M' End" },
	{ .name = "help", .script = "'?'" },
	{ .name = "help_end", .script = "F1 End" },
	{ .name = "help_40x10", .script = "'?' PgDn", .rows = 10, .cols = 40 },
	{ .name = "picker_views", .script = "'v' Down" },
	{ .name = "picker_sort", .script = "F9 Down Down" },
	{ .name = "spark",
	  .script = "step step step step F9 Home Down Down Down Down Down Down Down Down Down Down "
		    "Down Down Down Enter" },
	{ .name = "picked_sort", .script = "F9 Home Enter" },
	{ .name = "prompt_filter", .script = "'f' 'nginx'" },
	{ .name = "filtered", .script = "F4 'redis' Enter" },
	{ .name = "filter_empty", .script = "'f' 'no such text' Enter" },
	{ .name = "filter_cancelled", .script = "'f' 'redis' Esc" },
	{ .name = "prompt_wide", .script = "'/' '\xe6\x97\xa5\xe6\x9c\xac' Left" },
	{ .name = "searched", .script = "'/' 'sshd' Enter" },
	{ .name = "search_next", .script = "'/' 'an' Enter 'n'" },
	{ .name = "user", .script = "'u' 'ann' Enter" },
	{ .name = "user_unknown", .script = "'u' 'anna' Enter" },
	{ .name = "delay", .script = "'d' '2.5' Enter" },
	{ .name = "delay_wrong", .script = "'d' '0' Enter" },
	{ .name = "paused", .script = "'p' step step" },
	{ .name = "cursor_dead", .script = "Down Down step" },
	{ .name = "cursor_on_dead", .script = "step 'M' End 'I'" },
	{ .name = "cursor_stays", .script = "Down Down 'I' step" },
	{ .name = "up_restores_cursor", .script = "Down Down Enter step Bksp" },
	{ .name = "sorted_left", .script = "'<'" },
	{ .name = "columns_right", .script = "Right Right Right Right" },
	{ .name = "text_right",
	  .script = "Right Right Right Right Right Right Right Right Right Right Right Right "
		    "Right Right 'n'" },
	{ .name = "excluded", .script = "'!'" },
	{ .name = "only", .script = "'='" },
	{ .name = "output", .script = "'o'", .output = true },
	{ .name = "output_scrolled", .script = "'o' PgUp Up", .output = true },
	{ .name = "output_first", .script = "'o' Home", .output = true },
	{ .name = "output_none", .script = "'o'" },
	{ .name = "unknown_key", .script = "'y'" },
	{ .name = "first_view", .script = "Bksp" },
	{ .name = "held", .script = "'z' 'I'" },
	{ .name = "resized", .script = "size=60x12 step size=80x24" },
	{ .name = "resized_with_popup", .script = "'v' size=45x11" },
	{ .name = "grown", .script = "size=30x5 size=100x28" },
	{ .name = "light", .script = "Down 'v'", .theme = "light" },
	{ .name = "classic_8_colors", .script = "Down", .theme = "classic", .term = "xterm" },
	{ .name = "dark_8_colors", .script = "Down", .term = "xterm" },
	{ .name = "mono_vt100", .script = "Down", .term = "vt100" },
	{ .name = "mono_no_color", .script = "Down step", .no_color = true },
	{ .name = "mono_stream", .script = "", .view = "stream", .no_color = true },
	{ .name = "locale_c", .script = "Down", .locale = "C" },
	{ .name = "locale_c_hist", .script = "'2' step", .rows = 30, .cols = 132, .locale = "C" },
	{ .name = "locale_c_stream", .script = "", .view = "stream", .locale = "C" },
	{ .name = "hostile_processes", .script = "", .kind = FAKE_HOSTILE },
	{ .name = "hostile_stream", .script = "", .view = "stream", .kind = FAKE_HOSTILE },
	{ .name = "hostile_event", .script = "Enter", .view = "stream", .kind = FAKE_HOSTILE },
	{ .name = "hostile_opens", .script = "", .view = "opens", .kind = FAKE_HOSTILE },
	{ .name = "hostile_scope", .script = "Enter", .kind = FAKE_HOSTILE },
	{ .name = "hostile_locale_c", .script = "", .kind = FAKE_HOSTILE, .locale = "C" },
};

START_TEST(screen)
{
	char *difference = golden_check(&cases[_i]);

	ck_assert_msg(!difference, "%s", difference ? difference : "");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("screens");
	TCase *tcase = tcase_create("screens");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tcase, 120);
	tcase_add_loop_test(tcase, screen, 0, (int)(sizeof(cases) / sizeof(cases[0])));
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
