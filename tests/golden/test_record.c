/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Real captures (tests/record, each with the script that made it) through the whole program: the
 * lines of the stream and the views at the end of the file against recorded texts, twice, because
 * the same capture gives the same rows. Nothing of the machine that reads them may be in the texts.
 *
 * A text that differs is shown, or recorded with GOLDEN=accept (make golden ACCEPT=1).
 */
#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "tui/live.h"
#include "tui/options.h"
#include "tui/text.h"

#define RECORD_DIR "tests/record/"
#define TEXT_MAX (4u << 20)

/* What is made of a capture; the text is CAPTURE.NAME.txt. */
static const struct {
	const char *capture, *name;
	const char *words[6];
} uses[] = {
	{ "files", "stream", { "stream" } },
	{ "files", "processes", { "-b", "-v", "processes" } },
	{ "files", "syscalls", { "-b", "-v", "syscalls" } },
	{ "files", "opens", { "-b", "-v", "opens" } },
	{ "files", "files", { "-b", "-v", "files" } },
	{ "sockets", "conn", { "-b", "-v", "conn" } },
	{ "sockets", "stream", { "stream" } },
	{ "sockets", "processes", { "-b", "-v", "processes" } },
	{ "sockets", "intervals", { "-b", "-v", "syscalls", "-n", "2" } },
	{ "processes", "stream", { "stream" } },
	{ "processes", "processes", { "-b" } },
	{ "waits", "comm", { "stream", "--comm", "cat" } },
	{ "processes", "tree", { "-b", "-v", "tree" } },
	{ "processes", "exec", { "-b", "-v", "exec" } },
	{ "sockets", "newconn", { "-b", "-v", "newconn" } },
	{ "files", "errors", { "-b", "-v", "errors" } },
	{ "files", "callers", { "-b", "-v", "callers" } },
	{ "waits", "slow", { "-b", "-v", "slow" } },
	{ "waits", "slow_by_process", { "-b", "-v", "slow_by_process" } },
	{ "waits", "slow_by_syscall", { "-b", "-v", "slow_by_syscall" } },
	{ "waits", "slow_by_target", { "-b", "-v", "slow_by_target" } },
	{ "waits", "syscalls", { "-b", "-v", "syscalls" } },
};
#define USES (sizeof(uses) / sizeof(uses[0]))

/* The whole file; the caller frees it. NULL when it cannot be read. */
static char *read_file(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text = file ? malloc(TEXT_MAX) : NULL;
	size_t len;

	if (!file)
		return NULL;
	ck_assert_ptr_nonnull(text);
	len = fread(text, 1, TEXT_MAX - 1, file);
	text[len] = '\0';
	fclose(file);
	return text;
}

/* Runs one; what it printed, which the caller frees. */
static char *run(size_t use)
{
	char path[128], output[] = "/tmp/saker_record_XXXXXX";
	char *argv[16] = { "saker", "--output", output, "-r", path };
	struct usage_error err = { "" };
	struct options options;
	int argc = 5, fd = mkstemp(output);
	char *text;

	ck_assert_int_ge(fd, 0);
	close(fd);
	snprintf(path, sizeof(path), RECORD_DIR "%s.scap.gz", uses[use].capture);
	for (size_t i = 0; i < 6 && uses[use].words[i]; i++)
		argv[argc++] = (char *)(uintptr_t)uses[use].words[i];
	ck_assert_msg(options_parse(&options, argc, argv, &err) == 0, "%s", err.text);
	ck_assert_msg(live_run(&options, &err) == 0, "%s %s: %s", uses[use].capture, uses[use].name,
		      err.text);
	text = read_file(output);
	ck_assert_ptr_nonnull(text);
	unlink(output);
	return text;
}

static void accept_text(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
}

/* The first line that differs. */
static void show_difference(const char *path, const char *wanted, const char *got)
{
	unsigned line = 1;

	while (*wanted && *wanted == *got) {
		line += *wanted == '\n';
		wanted++;
		got++;
	}
	ck_abort_msg("%s:%u: differs from here\nwanted: %.200s\ngot:    %.200s\n"
		     "(make golden ACCEPT=1 takes it)",
		     path, line, wanted, got);
}

START_TEST(same_text)
{
	size_t use = (size_t)_i;
	const char *mode = getenv("GOLDEN");
	char path[128], *got = run(use), *again = run(use), *wanted;

	ck_assert_str_eq(got, again);
	snprintf(path, sizeof(path), RECORD_DIR "%s.%s.txt", uses[use].capture, uses[use].name);
	wanted = read_file(path);
	if (mode && strcmp(mode, "accept") == 0)
		accept_text(path, got);
	else if (!wanted)
		ck_abort_msg("%s: not recorded yet (make golden ACCEPT=1)", path);
	else if (strcmp(wanted, got) != 0)
		show_difference(path, wanted, got);
	free(wanted);
	free(again);
	free(got);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("record");
	TCase *tcase = tcase_create("record");
	SRunner *runner;
	int failed;

	/* Times are shown in local time, and a user's own views would be others. */
	setenv("TZ", "UTC", 1);
	setenv("HOME", "/nonexistent", 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	text_take_locale();
	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, same_text, 0, (int)USES);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
