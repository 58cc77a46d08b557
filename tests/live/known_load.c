/* SPDX-License-Identifier: Apache-2.0 */
#include "known_load.h"

#include <check.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define SHORT_CHILDREN 40 /* each lives under 5 ms */
#define THREADED_CHILDREN 3
#define THREADS 8
#define THREAD_SETS 150
#define GRANDCHILDREN 4

const struct known_call known_calls[] = {
	{ .name = "getppid", .nr = SYS_getppid, .raw = SYS_getppid, .each = 20 },
	{ .name = "getpgid", .nr = SYS_getpgid, .raw = SYS_getpgid, .each = 9 },
	{ .name = "getpgid ESRCH",
	  .nr = SYS_getpgid,
	  .err = ESRCH,
	  .raw = SYS_getpgid,
	  .args = { -1 },
	  .each = 7 },
	{ .name = "dup EBADF",
	  .nr = SYS_dup,
	  .err = EBADF,
	  .raw = SYS_dup,
	  .args = { -1 },
	  .each = 11 },
	{ .name = "sched_getparam EINVAL",
	  .nr = SYS_sched_getparam,
	  .err = EINVAL,
	  .raw = SYS_sched_getparam,
	  .each = 5 },
	{ .name = "flock EBADF",
	  .nr = SYS_flock,
	  .err = EBADF,
	  .raw = SYS_flock,
	  .args = { -1, 1 },
	  .each = 3 },
	{ .name = "getsid ESRCH",
	  .nr = SYS_getsid,
	  .err = ESRCH,
	  .raw = SYS_getsid,
	  .args = { -1 },
	  .each = 13 },
	{ .name = "getitimer EFAULT",
	  .nr = SYS_getitimer,
	  .err = EFAULT,
	  .raw = SYS_getitimer,
	  .args = { 0, 1 },
	  .each = 2 },
	{ .name = "sched_yield", .nr = SYS_sched_yield, .raw = SYS_sched_yield, .each = 1 },
	{ .name = "number 600", .nr = COUNT_NR_UNKNOWN, .err = ENOSYS, .raw = 600, .each = 4 },
};
const size_t known_calls_len = sizeof(known_calls) / sizeof(known_calls[0]);

uint64_t known_load_sets(void)
{
	return SHORT_CHILDREN + THREADED_CHILDREN * (THREADS * THREAD_SETS + GRANDCHILDREN);
}

static void set_run(void)
{
	for (size_t i = 0; i < known_calls_len; i++) {
		const struct known_call *call = &known_calls[i];

		for (unsigned n = 0; n < call->each; n++) {
			long rc = syscall(call->raw, call->args[0], call->args[1], call->args[2]);

			if (call->err ? rc != -1 || errno != call->err : rc < 0)
				_exit(2);
		}
	}
}

static void *thread_run(void *arg)
{
	for (int i = 0; i < THREAD_SETS; i++)
		set_run();
	return NULL;
}

static void wait_all(void)
{
	int status;

	for (;;) {
		pid_t pid = waitpid(-1, &status, 0);

		if (pid < 0 && errno == ECHILD)
			return;
		if (pid > 0 && (!WIFEXITED(status) || WEXITSTATUS(status) != 0))
			_exit(3);
	}
}

static void child_start(struct ledger *ledger, void (*run)(struct ledger *ledger))
{
	pid_t pid = fork();

	if (pid < 0)
		_exit(4);
	if (pid > 0)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	ledger_join(ledger);
	run(ledger);
	_exit(0);
}

static void short_run(struct ledger *ledger)
{
	set_run();
}

static void threaded_run(struct ledger *ledger)
{
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++) {
		if (pthread_create(&threads[i], NULL, thread_run, NULL) != 0)
			_exit(5);
	}
	for (int i = 0; i < GRANDCHILDREN; i++)
		child_start(ledger, short_run);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	wait_all();
}

static void root_run(struct ledger *ledger)
{
	for (int i = 0; i < THREADED_CHILDREN; i++)
		child_start(ledger, threaded_run);
	for (int i = 0; i < SHORT_CHILDREN; i++)
		child_start(ledger, short_run);
	wait_all();
}

pid_t known_load_start(struct ledger *ledger)
{
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		ledger_join(ledger);
		root_run(ledger);
		_exit(0);
	}
	return pid;
}

static void *flood_thread(void *arg)
{
	return NULL;
}

pid_t known_flood_start(void)
{
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid > 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		pthread_t thread;
		pid_t child;

		for (int i = 0; i < 2000; i++) {
			syscall(SYS_getppid);
			syscall(SYS_dup, -1);
		}
		if (pthread_create(&thread, NULL, flood_thread, NULL) == 0)
			pthread_join(thread, NULL);
		child = fork();
		if (child == 0)
			_exit(0);
		if (child > 0)
			waitpid(child, NULL, 0);
	}
}
