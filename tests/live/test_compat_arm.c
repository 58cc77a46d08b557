/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls of 32-bit programs on arm64: counted by the row that each is, with its name and arguments
 * in the stream. A 32-bit program makes them (compat/prog_arm.c).
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#if defined(__aarch64__)
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "compat/arm_calls.h"
#include "compat_case.h"
#include "ledger.h"
#include "live_probe.h"
#include "probe/schema/event.h"
#include "watch.h"

#define SNAPLEN 16
#define NO_32_BIT 100 /* status of a child that could not become the program */

static const struct arm_case {
	const char *name;
	int err;
	const char *row, *line;
} cases[] = {
#define CALL(id, nr, error, call, text, ...) \
	{ .name = (id), .err = (error), .row = (call), .line = (text) },
	ARM_CALLS
};

static char program[4096], first[16], second[16];

static int run_program(void *arg)
{
	execl(program, "compat_arm", first, second, NULL);
	return NO_32_BIT;
}

START_TEST(calls_are_streamed_by_name)
{
	const struct arm_case *c = &cases[_i];

	snprintf(first, sizeof(first), "%d", _i);
	ck_assert_msg(watch_run(run_program, NULL) == 0, "%s: other result", c->name);
	compat_check_line(c->name, c->row, c->err, c->line);
}
END_TEST

static const struct compat_count counts[] = {
	{ "getpid", 3, 0 },      { "openat", 2, 2 },  { "write", 1, 0 },    { "socket", 3, 0 },
	{ "nice", 1, 0 },        { "fork", 1, 0 },    { "wait4", 1, 0 },    { "exit", 1, 0 },
	{ "execve", 1, 0 },      { "writev", 0, 0 },  { "link", 0, 0 },     { "bind", 1, 0 },
	{ "getsockname", 1, 0 }, { "connect", 1, 0 }, { "sendmmsg", 1, 0 }, { "recvmmsg", 1, 0 },
};

START_TEST(a_32_bit_program_counts_exactly)
{
	snprintf(first, sizeof(first), "all");
	compat_check_counts(run_program, second, counts, sizeof(counts) / sizeof(counts[0]));
}
END_TEST

START_TEST(a_32_bit_program_counts_by_file_and_socket)
{
	snprintf(first, sizeof(first), "all");
	compat_check_objects(run_program, second, counts, sizeof(counts) / sizeof(counts[0]));
}
END_TEST

/* A 64-bit program becomes a 32-bit one by execve, and that a 64-bit one by execveat. */
START_TEST(execs_between_both_kinds)
{
	const struct event *event;
	struct ledger ledger;

	snprintf(first, sizeof(first), "become");
	snprintf(second, sizeof(second), "/bin/true");
	ledger_init(&ledger);
	ck_assert_int_eq(watch_run(run_program, NULL), 0);
	event = watch_find(SYS_execve, 0);
	ck_assert_ptr_nonnull(event);
	ck_assert(!(event->prefix.flags & RECORD_F_COMPAT));
	event = compat_find("execveat", 0);
	ck_assert_ptr_nonnull(event);
	ck_assert_int_eq((int32_t)event->prefix.args[0], AT_FDCWD);
	ck_assert_uint_ne(event->prefix.args[1], 0);
	ledger_add(&ledger, watch.pid);
	ck_assert_int_eq(ledger_refresh(&ledger, watch.probe), 0);
	ck_assert_uint_eq(ledger_process_sum(&ledger, watch.pid, SYS_execveat).calls, 1);
	ck_assert_uint_eq(ledger_process_sum(&ledger, watch.pid, SYS_execve).calls, 1);
	/* Numbers of the one that are others in the other. */
	ck_assert_uint_eq(ledger_process_sum(&ledger, watch.pid, COUNT_NR_UNKNOWN).calls, 0);
	ck_assert_uint_eq(ledger_process_sum(&ledger, watch.pid, SYS_fcntl).calls, 0);
	ledger_release(&ledger);
}
END_TEST

/* Not every CPU runs them. */
static bool cpu_has_compat(void)
{
	pid_t pid = fork();
	int status;

	snprintf(first, sizeof(first), "0");
	if (pid == 0)
		_exit(run_program(NULL));
	waitpid(pid, &status, 0);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int main(void)
{
	TCase *tcase = tcase_create("32-bit calls of arm");

	live_require();
	compat_program_find("compat_arm", program, sizeof(program));
	if (!cpu_has_compat()) {
		printf("test_compat_arm: this machine runs no 32-bit programs\n");
		return 77;
	}
	tcase_add_loop_test(tcase, calls_are_streamed_by_name, 0, sizeof(cases) / sizeof(cases[0]));
	tcase_add_test(tcase, a_32_bit_program_counts_exactly);
	tcase_add_test(tcase, a_32_bit_program_counts_by_file_and_socket);
	tcase_add_test(tcase, execs_between_both_kinds);
	return watch_suite("compat_arm", tcase, SNAPLEN);
}
#else
int main(void)
{
	printf("test_compat_arm: arm64 only\n");
	return EXIT_SUCCESS;
}
#endif
