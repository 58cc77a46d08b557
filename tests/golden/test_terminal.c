/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the monitor does to its terminal: it is given back as it was on every way out, nothing from
 * the host drives it, and no size of it is a problem.
 */
#include <check.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "golden.h"
#include "tui/text.h"

static const struct exit_case {
	const char *name;
	const char *keys; /* script */
	int sig;          /* sent after the keys; 0 = none */
	int killed_by;    /* 0 = leaves with status 0 */
} exit_cases[] = {
	{ .name = "q", .keys = "'q'" },
	{ .name = "F10", .keys = "F10" },
	{ .name = "Ctrl-C", .keys = "Ctrl-C" },
	{ .name = "F10 in a prompt", .keys = "'f' 'q' F10" },
	{ .name = "Ctrl-C in a prompt", .keys = "'f' 'q' Ctrl-C" },
	{ .name = "q in the stream", .keys = "'s' 'q'" },
	{ .name = "q closes help, then leaves", .keys = "'?' 'q' 'q'" },
	{ .name = "SIGINT", .keys = "", .sig = SIGINT },
	{ .name = "SIGTERM", .keys = "", .sig = SIGTERM },
	{ .name = "SIGQUIT", .keys = "", .sig = SIGQUIT },
	{ .name = "SIGHUP", .keys = "Down", .sig = SIGHUP },
	{ .name = "SIGTERM in help", .keys = "'?'", .sig = SIGTERM },
	{ .name = "SIGABRT", .keys = "", .sig = SIGABRT, .killed_by = SIGABRT },
	{ .name = "SIGSEGV in a prompt", .keys = "'f' 'x'", .sig = SIGSEGV, .killed_by = SIGSEGV },
};

START_TEST(leaves)
{
	const struct exit_case *at = &exit_cases[_i];
	struct term term;
	int status;

	golden_start(&term, &(struct golden_case){ .name = at->name });
	ck_assert_msg(term.alternate, "%s: no alternate screen", at->name);
	golden_play(&term, at->keys);
	if (at->sig)
		term_kill(&term, at->sig);
	status = term_wait(&term);
	if (at->killed_by)
		ck_assert_msg(WIFSIGNALED(status) && WTERMSIG(status) == at->killed_by,
			      "%s: status %#x", at->name, status);
	else
		ck_assert_msg(WIFEXITED(status) && !WEXITSTATUS(status), "%s: status %#x", at->name,
			      status);
	ck_assert_msg(term_restored(&term), "%s: the terminal is not as before", at->name);
	term_close(&term);
}
END_TEST

/* By Ctrl-Z: the terminal is as before while stopped, and the screen comes back. */
START_TEST(suspends)
{
	struct term term;
	char *before, *after;

	golden_start(&term, &(struct golden_case){ .name = "suspend" });
	golden_play(&term, "Down");
	before = term_dump(&term);
	for (unsigned i = 1; i <= 2; i++) {
		term_type(&term, "\x1a", 1);
		ck_assert_msg(term_wait_stopped(&term, i), "not stopped");
		ck_assert_msg(term_restored(&term), "stopped, and the terminal is not as before");
		term_kill(&term, SIGCONT);
		ck_assert(term_settle(&term));
		ck_assert_msg(term.alternate && !term.cursor,
			      "continued, and the screen is not taken");
		after = term_dump(&term);
		ck_assert_str_eq(before, after);
		free(after);
	}
	golden_play(&term, "'q'");
	ck_assert_int_eq(term_wait(&term), 0);
	ck_assert(term_restored(&term));
	free(before);
	term_close(&term);
}
END_TEST

/*
 * SIGSTOP cannot be caught: what others wrote meanwhile is drawn over, and the modes are set
 * again.
 */
START_TEST(stopped_from_outside)
{
	struct term term;
	char *before, *after;

	golden_start(&term, &(struct golden_case){ .name = "stop" });
	before = term_dump(&term);
	term_kill(&term, SIGSTOP);
	ck_assert(term_wait_stopped(&term, 1));
	vterm_input_write(term.vterm, "\x1b[2J\x1b[Hgarbage", 14);
	tcsetattr(term.slave, TCSANOW, &term.before);
	term_kill(&term, SIGCONT);
	ck_assert(term_settle(&term));
	after = term_dump(&term);
	ck_assert_str_eq(before, after);
	golden_play(&term, "'q'");
	ck_assert_int_eq(term_wait(&term), 0);
	ck_assert(term_restored(&term));
	free(before);
	free(after);
	term_close(&term);
}
END_TEST

/* Output that nobody takes: the loop is stuck in a write, and a signal ends it all the same. */
START_TEST(terminal_is_stuck)
{
	struct term term;
	int status;

	golden_start(&term, &(struct golden_case){ .name = "stuck" });
	ck_assert_int_eq(tcflow(term.slave, TCOOFF), 0);
	term_type(&term, "?", 1);
	term_kill(&term, SIGTERM);
	status = term_wait(&term);
	ck_assert_msg(WIFEXITED(status), "status %#x", status);
	ck_assert(term_restored(&term));
	term_close(&term);
}
END_TEST

START_TEST(terminal_goes_away)
{
	struct term term;
	char answer;

	golden_start(&term, &(struct golden_case){ .name = "hangup" });
	close(term.slave);
	close(term.master);
	/* The child's end of the socket closes with it. */
	ck_assert_int_eq(read(term.control, &answer, 1), 0);
	term.master = term.slave = -1;
	waitpid(term.leader, NULL, 0);
	term.leader = 0;
	term_close(&term);
}
END_TEST

static const struct size_case {
	int rows, cols;
	const char *keys;
} size_cases[] = {
	{ 1, 1, "Down Enter Bksp '?' Esc 'v' Down Enter step" },
	{ 1, 200, "'?' PgDn Esc 'f' 'abc' Esc" },
	{ 200, 1, "'v' End Esc F9 Enter" },
	{ 2, 2, "'s' Up Enter Bksp" },
	{ 9, 40, "End 'f' 'n' Enter" },
	{ 10, 39, "Right Right Left" },
	{ 10, 40, "'D' Right Right Right Right Right Right Right Right Right Right" },
	{ 60, 300, "'?' End Esc 's' Home PgDn" },
};

START_TEST(any_size)
{
	const struct size_case *at = &size_cases[_i];
	struct term term;
	int status;

	golden_start(&term,
		     &(struct golden_case){ .name = "size", .rows = at->rows, .cols = at->cols });
	ck_assert_msg(golden_play(&term, at->keys), "%dx%d: ended", at->cols, at->rows);
	ck_assert_msg(golden_play(&term, "size=1x1 Down Enter size=80x24 step"), "%dx%d: ended",
		      at->cols, at->rows);
	golden_play(&term, "Esc Esc 'q'");
	status = term_wait(&term);
	ck_assert_msg(status == 0, "%dx%d: status %#x", at->cols, at->rows, status);
	ck_assert(term_restored(&term));
	term_close(&term);
}
END_TEST

static const struct refused_case {
	const char *term, *message;
} refused_cases[] = {
	{ "no-such-terminal", "terminal 'no-such-terminal' is not known; set TERM, or use -b" },
	{ "dumb", "terminal 'dumb' cannot move its cursor; use -b" },
	{ "", "TERM is not set; set it, or use -b" },
};

START_TEST(refuses)
{
	const struct refused_case *at = &refused_cases[_i];
	struct term term;
	int status;
	bool said;

	golden_start(&term, &(struct golden_case){ .name = "refused", .term = at->term });
	status = term_wait(&term);
	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 101, "%s: status %#x", at->term,
		      status);
	said = memmem(term.raw, term.raw_len, at->message, strlen(at->message));
	ck_assert_msg(said, "%s: said %.*s", at->term, (int)term.raw_len, term.raw);
	ck_assert(term_restored(&term));
	term_close(&term);
}
END_TEST

/* Is this what ncurses sends: control sequences, character sets, and no other escape? */
static size_t escape_len(const char *at, size_t left)
{
	size_t len = 2;

	if (left < 2)
		return left;
	if (strchr("=>78MHcn", at[1]) && at[1])
		return 2;
	if (strchr("()", at[1]))
		return left < 3 ? left : 3;
	if (at[1] != '[')
		return 0;
	while (len < left && (at[len] < 0x40 || at[len] > 0x7e))
		len++;
	return len < left ? len + 1 : left;
}

/* Every byte that went to the terminal is a text character or a sequence of ncurses. */
static void check_raw(const char *name, const char *raw, size_t len)
{
	size_t at = 0;

	while (at < len) {
		unsigned char byte = (unsigned char)raw[at];
		struct glyph glyph;
		char text[5] = "";
		size_t used;

		if (byte == 0x1b) {
			used = escape_len(raw + at, len - at);
			ck_assert_msg(used, "%s: escape %02x at %zu", name, raw[at + 1], at);
		} else if (byte < 0x20 || byte == 0x7f) {
			ck_assert_msg(byte && strchr("\r\n\b\t\x0e\x0f", byte),
				      "%s: control %02x at %zu", name, byte, at);
			used = 1;
		} else {
			memcpy(text, raw + at, len - at < 4 ? len - at : 4);
			used = (size_t)(glyph_next(text, true, &glyph) - text);
			ck_assert_msg(glyph.code != '?' || byte == '?' || len - at < 4,
				      "%s: byte %02x at %zu", name, byte, at);
		}
		at += used;
	}
}

static const char *const hostile_scripts[] = {
	"End Right Right Right Right Right Right Right Right Right Right Right Right Right Right",
	"'2' Enter Enter Enter End",
	"'s' Home Right Right Right Right Right Right Right Right Right Right Right Right",
	"'s' Enter End PgUp Right Right Right Right Right",
	"'v' Down Down Down Down Enter 'g' Enter Enter",
	"'/' 'owned' Enter '=' '!' 'u' 'x' Enter Bksp Bksp",
};

START_TEST(nothing_drives_it)
{
	struct term term;

	setlocale(LC_CTYPE, "C.UTF-8");
	golden_start(&term, &(struct golden_case){ .name = "hostile", .kind = FAKE_HOSTILE });
	ck_assert(golden_play(&term, hostile_scripts[_i]));
	check_raw(hostile_scripts[_i], term.raw, term.raw_len);
	term_close(&term);
}
END_TEST

/* What is typed into a prompt is host bytes too. */
START_TEST(typed_bytes)
{
	static const char typed[] = "\xff\xfe\xc3(\xe2\x80\xae\xc2\x9bok\x02";
	struct term term;
	char *row;

	setlocale(LC_CTYPE, "C.UTF-8");
	golden_start(&term, &(struct golden_case){ .name = "typed" });
	golden_play(&term, "'f'");
	term_type(&term, typed, sizeof(typed) - 1);
	ck_assert(term_settle(&term));
	check_raw("typed", term.raw, term.raw_len);
	row = term_row(&term, 22);
	ck_assert_msg(strstr(row, "filter: (ok"), "the prompt shows: %s", row);
	free(row);
	term_close(&term);
}
END_TEST

#define ADD_LOOP(tcase, test, cases) \
	tcase_add_loop_test(tcase, test, 0, (int)(sizeof(cases) / sizeof((cases)[0])))

int main(void)
{
	Suite *suite = suite_create("terminal");
	TCase *tcase = tcase_create("terminal");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tcase, 120);
	ADD_LOOP(tcase, leaves, exit_cases);
	tcase_add_test(tcase, suspends);
	tcase_add_test(tcase, stopped_from_outside);
	tcase_add_test(tcase, terminal_is_stuck);
	tcase_add_test(tcase, terminal_goes_away);
	ADD_LOOP(tcase, any_size, size_cases);
	ADD_LOOP(tcase, refuses, refused_cases);
	ADD_LOOP(tcase, nothing_drives_it, hostile_scripts);
	tcase_add_test(tcase, typed_bytes);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
