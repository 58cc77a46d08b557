/* SPDX-License-Identifier: Apache-2.0 */
/* Signals to processes of the test's own: the right one, one that ended, one of another start. */
#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run_suite.h"
#include "tui/process_signal.h"

/* A child that waits; its name has what confuses a reader of /proc/PID/stat. */
static pid_t start_child(void)
{
	int ready[2];
	char byte;
	pid_t pid;

	ck_assert_int_eq(pipe(ready), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		/* The harness has a handler for it. */
		signal(SIGTERM, SIG_DFL);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		prctl(PR_SET_NAME, "a) R 1 2 (b");
		byte = 1;
		if (write(ready[1], &byte, 1) == 1)
			pause();
		_exit(7);
	}
	ck_assert_int_eq(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

/* By another way than the code under test: the last fields, counted from the end of the name. */
static uint64_t start_ns(pid_t pid)
{
	char path[64], text[1024];
	unsigned long long ticks = 0;
	FILE *file;
	char *at;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "r");
	ck_assert_ptr_nonnull(file);
	ck_assert_ptr_nonnull(fgets(text, sizeof(text), file));
	fclose(file);
	at = strrchr(text, ')');
	ck_assert_int_eq(sscanf(at + 2,
				"%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d "
				"%*d %*d %*d %llu",
				&ticks),
			 1);
	return ticks * (1000000000u / (uint64_t)sysconf(_SC_CLK_TCK)) + 5;
}

START_TEST(test_sent)
{
	pid_t pid = start_child();
	int status, fd = process_signal_open((uint32_t)pid, start_ns(pid));
	char name[32];

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(process_signal_name((uint32_t)pid, name, sizeof(name)), 0);
	ck_assert_str_eq(name, "a) R 1 2 (b");
	ck_assert_int_eq(process_signal_send(fd, SIGTERM), 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	/* It is gone; whoever has its pid next is safe. */
	ck_assert_int_eq(process_signal_send(fd, SIGKILL), -ESRCH);
	close(fd);
}
END_TEST

START_TEST(test_other_start)
{
	pid_t pid = start_child();
	uint64_t start = start_ns(pid);
	int status, fd;

	ck_assert_int_eq(process_signal_open((uint32_t)pid, start + 1000000000u), -ESRCH);
	ck_assert_int_eq(process_signal_open((uint32_t)pid, start - 100000000u), -ESRCH);
	fd = process_signal_open((uint32_t)pid, 0);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(process_signal_send(fd, SIGKILL), 0);
	waitpid(pid, &status, 0);
	close(fd);
}
END_TEST

START_TEST(test_none)
{
	pid_t pid = start_child();
	int status;

	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	ck_assert_int_eq(process_signal_open((uint32_t)pid, 0), -ESRCH);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("process_signal");

	tcase_add_test(tcase, test_sent);
	tcase_add_test(tcase, test_other_start);
	tcase_add_test(tcase, test_none);
	return run_suite("process_signal", tcase);
}
