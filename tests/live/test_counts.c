/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exact counts: known loads under a flood, and one test for each line of "a call counts once". With
 * ROUNDS=n the load runs n times instead of 10.
 *
 * Run with the single argument below, the program is what a test executes in a thread.
 */
#include <check.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>
#include "known_load.h"
#include "ledger.h"
#include "live_probe.h"

#define ROUNDS_DEFAULT 10
#define REFRESH_MS 3
#define TIMEOUT_S 300
#define EXECUTED "counts-executed"
#define EXECUTED_CALLS 30

static struct probe *probe;

static void probe_setup(void)
{
	struct probe_error err = { .what = "" };

	ck_assert_int_eq(probe_new(&(struct probe_opts){ .snaplen = 80,
							 .plain = live_plain(),
							 .guarded = live_guarded() },
				   &probe),
			 0);
	ck_assert_msg(probe_load_counters(probe, &err) == 0, "%s", err.what);
}

static void probe_teardown(void)
{
	probe_free(probe);
}

/* Known loads. */

static void check_row(const struct ledger *ledger, const struct known_call *call, bool done)
{
	uint64_t calls = 0, errors = 0;
	struct call_count sum = ledger_sum(ledger, call->nr);

	/* Several kinds of calls may share a row. */
	for (size_t i = 0; i < known_calls_len; i++) {
		if (known_calls[i].nr != call->nr)
			continue;
		calls += known_calls[i].each * known_load_sets();
		errors += known_calls[i].err ? known_calls[i].each * known_load_sets() : 0;
	}
	if (done) {
		ck_assert_msg(sum.calls == calls && sum.errors == errors,
			      "%s: %llu calls, %llu errors; made %llu, %llu", call->name, sum.calls,
			      sum.errors, (unsigned long long)calls, (unsigned long long)errors);
		ck_assert_uint_eq(sum.restarts, 0);
		return;
	}
	ck_assert_msg(sum.calls <= calls && sum.errors <= errors, "%s: more than was made",
		      call->name);
}

static void check_growth(const struct ledger *ledger, struct call_count *last)
{
	for (size_t i = 0; i < known_calls_len; i++) {
		struct call_count now = ledger_sum(ledger, known_calls[i].nr);

		ck_assert_msg(now.calls >= last[i].calls && now.errors >= last[i].errors,
			      "%s: %llu calls, %llu errors before, now %llu, %llu",
			      known_calls[i].name, last[i].calls, last[i].errors, now.calls,
			      now.errors);
		last[i] = now;
	}
}

START_TEST(known_load_under_flood)
{
	struct call_count *last = calloc(known_calls_len, sizeof(*last));
	struct ledger ledger;
	unsigned refreshes = 0;
	pid_t flood, load;
	int status;

	ledger_init(&ledger);
	flood = known_flood_start();
	load = known_load_start(&ledger);
	while (waitpid(load, &status, WNOHANG) == 0) {
		ck_assert_int_eq(ledger_refresh(&ledger, probe), 0);
		check_growth(&ledger, last);
		for (size_t i = 0; i < known_calls_len; i++)
			check_row(&ledger, &known_calls[i], false);
		refreshes++;
		live_sleep_ms(REFRESH_MS);
	}
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(ledger_refresh(&ledger, probe), 0);
	kill(flood, SIGKILL);
	waitpid(flood, NULL, 0);

	for (size_t i = 0; i < known_calls_len; i++)
		check_row(&ledger, &known_calls[i], true);
	for (size_t i = 0; i < known_calls_len; i++) {
		const struct known_call *call = &known_calls[i];

		if (call->err)
			ck_assert_msg(
				ledger_errno(&ledger, call->nr, call->err) ==
					call->each * known_load_sets(),
				"%s: %llu", call->name,
				(unsigned long long)ledger_errno(&ledger, call->nr, call->err));
	}
	ck_assert_uint_eq(ledger_sum(&ledger, COUNT_NR_OTHER).calls, 0);
	ck_assert_uint_eq(ledger.errnos_lost, 0);
	/* While it ran, and the one behind it: how many more depends on the machine. */
	ck_assert_uint_gt(refreshes, 0);
	ledger_release(&ledger);
	free(last);
}
END_TEST

/* A call counts once. */

struct once {
	struct ledger ledger;
	struct live_child child;
};

/* Runs work(arg) in a child, to its end; its counts are in the ledger then. */
static void once_run(struct once *once, int (*work)(void *arg), void *arg)
{
	int status;

	ledger_init(&once->ledger);
	once->child = live_child_start(work, arg);
	ledger_add(&once->ledger, once->child.pid);
	ck_assert_int_eq(ledger_refresh(&once->ledger, probe), 0);
	live_child_go(&once->child);
	status = live_child_wait(&once->child);
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(ledger_refresh(&once->ledger, probe), 0);
}

static struct call_count once_count(const struct once *once, int nr)
{
	return ledger_process_sum(&once->ledger, once->child.pid, nr);
}

static void once_expect(const struct once *once, int nr, unsigned calls, unsigned errors,
			unsigned restarts)
{
	struct call_count count = once_count(once, nr);

	ck_assert_msg(count.calls == calls && count.errors == errors && count.restarts == restarts,
		      "number %d: %llu calls %llu errors %u restarts; expected %u %u %u", nr,
		      count.calls, count.errors, count.restarts, calls, errors, restarts);
}

static void *thread_that_exits(void *arg)
{
	syscall(SYS_exit, 0);
	return NULL;
}

static int exits_work(void *arg)
{
	pthread_t threads[3];

	for (int i = 0; i < 3; i++)
		pthread_create(&threads[i], NULL, thread_that_exits, NULL);
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	return 0;
}

START_TEST(exit_is_counted_when_the_task_ends)
{
	struct once once;

	once_run(&once, exits_work, NULL);
	once_expect(&once, SYS_exit, 3, 0, 0);
	once_expect(&once, SYS_exit_group, 1, 0, 0);
	ck_assert_uint_eq(once.ledger.records, 4);
	ck_assert_uint_eq(once.ledger.ended, 1);
	ledger_release(&once.ledger);
}
END_TEST

static int blocked_threads;

static void __attribute__((noreturn)) block_forever(void)
{
	for (;;)
		syscall(SYS_ppoll, NULL, 0, NULL, NULL, 0);
}

static void *thread_that_blocks(void *arg)
{
	__atomic_add_fetch(&blocked_threads, 1, __ATOMIC_RELEASE);
	block_forever();
}

static int killed_work(void *arg)
{
	pthread_t threads[3];

	for (int i = 0; i < 3; i++)
		pthread_create(&threads[i], NULL, thread_that_blocks, NULL);
	while (__atomic_load_n(&blocked_threads, __ATOMIC_ACQUIRE) < 3)
		live_sleep_ms(1);
	live_sleep_ms(20);
	return 0;
}

START_TEST(exit_group_of_another_thread_is_not_a_call)
{
	struct once once;

	once_run(&once, killed_work, NULL);
	once_expect(&once, SYS_exit, 0, 0, 0);
	once_expect(&once, SYS_exit_group, 1, 0, 0);
	/* They were in this call, which returned to no one. */
	once_expect(&once, SYS_ppoll, 3, 0, 3);
	ledger_release(&once.ledger);
}
END_TEST

static void on_signal(int sig)
{
}

static int sigreturn_work(void *arg)
{
	signal(SIGUSR1, on_signal);
	for (int i = 0; i < 5; i++)
		syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), SIGUSR1);
	return 0;
}

START_TEST(rt_sigreturn_is_never_an_error)
{
	struct once once;

	once_run(&once, sigreturn_work, NULL);
	once_expect(&once, COUNT_NR_SKIPPED, 5, 0, 0);
	once_expect(&once, SYS_rt_sigreturn, 0, 0, 0);
	once_expect(&once, SYS_tgkill, 5, 0, 0);
	ledger_release(&once.ledger);
}
END_TEST

#if defined(__x86_64__)
static int traced_work(void *arg)
{
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	raise(SIGSTOP);
	for (int i = 0; i < 4; i++)
		syscall(SYS_getppid);
	return 0;
}

/* Lets the child run to its end; the first two getppid are skipped. */
static int skip_two(pid_t pid)
{
	unsigned skipped = 0;
	bool entering = true;
	int status;

	while (waitpid(pid, &status, 0) == pid) {
		struct user_regs_struct regs;

		if (!WIFSTOPPED(status))
			return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
		if (WSTOPSIG(status) == (SIGTRAP | 0x80)) {
			if (entering && ptrace(PTRACE_GETREGS, pid, NULL, &regs) == 0 &&
			    regs.orig_rax == SYS_getppid && skipped < 2) {
				regs.orig_rax = (unsigned long long)-1;
				ptrace(PTRACE_SETREGS, pid, NULL, &regs);
				skipped++;
			}
			entering = !entering;
		} else {
			ptrace(PTRACE_SETOPTIONS, pid, NULL, (void *)PTRACE_O_TRACESYSGOOD);
		}
		ptrace(PTRACE_SYSCALL, pid, NULL, NULL);
	}
	return 1;
}

START_TEST(skipped_by_a_tracer_is_not_that_call)
{
	struct once once;

	ledger_init(&once.ledger);
	once.child = live_child_start(traced_work, NULL);
	ledger_add(&once.ledger, once.child.pid);
	live_child_go(&once.child);
	ck_assert_int_eq(skip_two(once.child.pid), 0);
	close(once.child.go_fd);
	ck_assert_int_eq(ledger_refresh(&once.ledger, probe), 0);
	once_expect(&once, SYS_getppid, 2, 0, 0);
	once_expect(&once, COUNT_NR_SKIPPED, 2, 0, 0);
	ledger_release(&once.ledger);
}
END_TEST
#endif

/* The family of the child: ended ones are all in the ledger. */
struct clone_args_v0 {
	uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
};

static int clones_work(void *arg)
{
	struct ledger *ledger = arg;
	struct clone_args_v0 args = { .exit_signal = SIGCHLD };
	const long numbers[] = {
#ifdef SYS_fork
		SYS_fork,
#endif
		SYS_clone,
		SYS_clone3,
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		long pid = numbers[i] == SYS_clone3 ? syscall(SYS_clone3, &args, sizeof(args))
						    : syscall(numbers[i], SIGCHLD, 0, 0, 0, 0);

		if (pid == 0) {
			ledger_add(ledger, (pid_t)syscall(SYS_getpid));
			syscall(SYS_exit_group, 0);
		}
		if (pid < 0 || waitpid((pid_t)pid, NULL, 0) != pid)
			return 1;
	}
	return 0;
}

START_TEST(first_return_of_a_new_task_is_not_a_call)
{
	struct once once;

	ledger_init(&once.ledger);
	once.child = live_child_start(clones_work, &once.ledger);
	ledger_add(&once.ledger, once.child.pid);
	live_child_go(&once.child);
	ck_assert_int_eq(live_child_wait(&once.child), 0);
	ck_assert_int_eq(ledger_refresh(&once.ledger, probe), 0);
#ifdef SYS_fork
	ck_assert_uint_eq(ledger_sum(&once.ledger, SYS_fork).calls, 1);
	ck_assert_uint_eq(once.ledger.records, 4);
	/* The children end with one call each after their getpid. */
	ck_assert_uint_eq(ledger_sum(&once.ledger, SYS_exit_group).calls, 4);
#endif
	ck_assert_uint_eq(ledger_sum(&once.ledger, SYS_clone).calls, 1);
	ck_assert_uint_eq(ledger_sum(&once.ledger, SYS_clone3).calls, 1);
	ck_assert_uint_eq(once_count(&once, SYS_clone).calls, 1);
	ck_assert_uint_eq(once_count(&once, SYS_clone3).calls, 1);
	ledger_release(&once.ledger);
}
END_TEST

static void alarm_once(long ms)
{
	struct itimerval timer = { .it_value = { .tv_usec = ms * 1000 } };

	setitimer(ITIMER_REAL, &timer, NULL);
}

static int interrupted_sleep_work(void *arg)
{
	struct timespec wait = { .tv_sec = 5 };

	signal(SIGALRM, on_signal);
	alarm_once(20);
	return syscall(SYS_nanosleep, &wait, NULL) == -1 && errno == EINTR ? 0 : 1;
}

START_TEST(interrupted_sleep_is_a_restart_not_an_error)
{
	struct once once;

	once_run(&once, interrupted_sleep_work, NULL);
	once_expect(&once, SYS_nanosleep, 1, 0, 1);
	ck_assert_uint_eq(ledger_errno(&once.ledger, SYS_nanosleep, EINTR), 0);
	ledger_release(&once.ledger);
}
END_TEST

static int stopped_sleep_work(void *arg)
{
	struct timespec wait = { .tv_nsec = 150000000 };

	return syscall(SYS_nanosleep, &wait, NULL) ? 1 : 0;
}

START_TEST(restart_block_counts_as_restart_syscall)
{
	struct once once;

	ledger_init(&once.ledger);
	once.child = live_child_start(stopped_sleep_work, NULL);
	ledger_add(&once.ledger, once.child.pid);
	live_child_go(&once.child);
	live_sleep_ms(30);
	kill(once.child.pid, SIGSTOP);
	live_sleep_ms(30);
	kill(once.child.pid, SIGCONT);
	ck_assert_int_eq(live_child_wait(&once.child), 0);
	ck_assert_int_eq(ledger_refresh(&once.ledger, probe), 0);
	once_expect(&once, SYS_nanosleep, 1, 0, 1);
	once_expect(&once, SYS_restart_syscall, 1, 0, 0);
	ledger_release(&once.ledger);
}
END_TEST

static int restart_pipe[2];

static void on_alarm_write(int sig)
{
	if (write(restart_pipe[1], "x", 1) != 1)
		_exit(9);
}

static int restarted_read_work(void *arg)
{
	struct sigaction action = { .sa_handler = on_alarm_write, .sa_flags = SA_RESTART };
	char byte;

	if (pipe(restart_pipe) < 0)
		return 2;
	sigaction(SIGALRM, &action, NULL);
	alarm_once(20);
	return syscall(SYS_read, restart_pipe[0], &byte, 1) == 1 ? 0 : 1;
}

START_TEST(restarted_read_counts_each_return)
{
	struct once once;
	struct call_count before, after;

	ledger_init(&once.ledger);
	once.child = live_child_start(restarted_read_work, NULL);
	ledger_add(&once.ledger, once.child.pid);
	ck_assert_int_eq(ledger_refresh(&once.ledger, probe), 0);
	before = once_count(&once, SYS_read);
	live_child_go(&once.child);
	ck_assert_int_eq(live_child_wait(&once.child), 0);
	ck_assert_int_eq(ledger_refresh(&once.ledger, probe), 0);
	after = once_count(&once, SYS_read);
	/* The child's wait for its start returns; the read is interrupted, then successful. */
	ck_assert_uint_eq(after.calls - before.calls, 3);
	ck_assert_uint_eq(after.errors - before.errors, 0);
	ck_assert_uint_eq(after.restarts - before.restarts, 1);
	ledger_release(&once.ledger);
}
END_TEST

static int unknown_work(void *arg)
{
	for (int i = 0; i < 6; i++)
		syscall(512 + i * 100);
	return 0;
}

START_TEST(numbers_beyond_the_table_are_unknown)
{
	struct once once;

	once_run(&once, unknown_work, NULL);
	once_expect(&once, COUNT_NR_UNKNOWN, 6, 6, 0);
	ck_assert_uint_eq(ledger_errno(&once.ledger, COUNT_NR_UNKNOWN, ENOSYS), 6);
	ledger_release(&once.ledger);
}
END_TEST

/* Identity and life. */

static void *thread_that_executes(void *arg)
{
	char *const argv[] = { "test_counts", EXECUTED, NULL };

	for (int i = 0; i < 50; i++)
		syscall(SYS_getsid, -1);
	execv("/proc/self/exe", argv);
	_exit(8);
}

static int executing_work(void *arg)
{
	pthread_t thread;

	for (int i = 0; i < 20; i++)
		syscall(SYS_getsid, -1);
	pthread_create(&thread, NULL, thread_that_executes, NULL);
	block_forever();
}

START_TEST(execve_of_a_thread_keeps_all_counts)
{
	struct ledger ledger;
	struct live_child child;
	uint64_t last = 0;
	int status;

	ledger_init(&ledger);
	child = live_child_start(executing_work, NULL);
	ledger_add(&ledger, child.pid);
	live_child_go(&child);
	while (waitpid(child.pid, &status, WNOHANG) == 0) {
		ck_assert_int_eq(ledger_refresh(&ledger, probe), 0);
		/* No more than was made; a moment within the execve may be missing. */
		last = ledger_sum(&ledger, SYS_getsid).calls;
		ck_assert_uint_le(last, 70 + EXECUTED_CALLS);
	}
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(ledger_refresh(&ledger, probe), 0);
	ck_assert_uint_eq(ledger_sum(&ledger, SYS_getsid).calls, 70 + EXECUTED_CALLS);
	ck_assert_uint_eq(ledger_sum(&ledger, SYS_getsid).errors, 70 + EXECUTED_CALLS);
	ck_assert_uint_eq(ledger_errno(&ledger, SYS_getsid, ESRCH), 70 + EXECUTED_CALLS);
	/* The old leader, the thread under its old tid, and the process. */
	ck_assert_uint_eq(ledger.records, 3);
	ck_assert_uint_eq(ledger.ended, 1);
	close(child.go_fd);
	ledger_release(&ledger);
}
END_TEST

static int few_calls_work(void *arg)
{
	for (int i = 0; i < 25; i++)
		syscall(SYS_getsid, -1);
	return 0;
}

START_TEST(zombie_has_a_name_and_no_counts)
{
	struct ledger ledger;
	struct live_child child;

	ledger_init(&ledger);
	child = live_child_start(few_calls_work, NULL);
	ledger_add(&ledger, child.pid);
	live_child_go(&child);
	while (ledger.zombies == 0) {
		ck_assert_int_eq(ledger_refresh(&ledger, probe), 0);
		live_sleep_ms(1);
	}
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(ledger_refresh(&ledger, probe), 0);
		ck_assert_uint_eq(ledger.zombies, 1);
		ck_assert_uint_eq(ledger_sum(&ledger, SYS_getsid).calls, 25);
	}
	ck_assert_int_eq(live_child_wait(&child), 0);
	ledger_release(&ledger);
}
END_TEST

START_TEST(forgotten_process_leaves_the_errno_table)
{
	struct once once;
	uint64_t start_ns;

	once_run(&once, few_calls_work, NULL);
	ck_assert_uint_eq(ledger_errno(&once.ledger, SYS_getsid, ESRCH), 25);
	start_ns = ledger_start(&once.ledger, once.child.pid);
	ck_assert_int_eq(probe_forget_process(probe, (uint32_t)once.child.pid, start_ns), 0);
	ck_assert_int_eq(ledger_refresh(&once.ledger, probe), 0);
	ck_assert_uint_eq(ledger_errno(&once.ledger, SYS_getsid, ESRCH), 0);
	/* Calls are not forgotten with it: they are the reader's. */
	ck_assert_uint_eq(ledger_sum(&once.ledger, SYS_getsid).calls, 25);
	ledger_release(&once.ledger);
}
END_TEST

static int executed(void)
{
	for (int i = 0; i < EXECUTED_CALLS; i++)
		syscall(SYS_getsid, -1);
	return 0;
}

static unsigned rounds(void)
{
	const char *text = getenv("ROUNDS");
	unsigned long wanted = text ? strtoul(text, NULL, 10) : 0;

	return wanted > 0 && wanted < 100000 ? (unsigned)wanted : ROUNDS_DEFAULT;
}

static int run_all(void)
{
	Suite *suite = suite_create("counts");
	TCase *load = tcase_create("load"), *once = tcase_create("once"),
	      *life = tcase_create("life");
	SRunner *runner;
	int failed;

	tcase_add_unchecked_fixture(load, probe_setup, probe_teardown);
	tcase_add_loop_test(load, known_load_under_flood, 0, (int)rounds());
	tcase_set_timeout(load, TIMEOUT_S);
	suite_add_tcase(suite, load);

	tcase_add_unchecked_fixture(once, probe_setup, probe_teardown);
	tcase_add_test(once, exit_is_counted_when_the_task_ends);
	tcase_add_test(once, exit_group_of_another_thread_is_not_a_call);
	tcase_add_test(once, rt_sigreturn_is_never_an_error);
#if defined(__x86_64__)
	tcase_add_test(once, skipped_by_a_tracer_is_not_that_call);
#endif
	tcase_add_test(once, first_return_of_a_new_task_is_not_a_call);
	tcase_add_test(once, interrupted_sleep_is_a_restart_not_an_error);
	tcase_add_test(once, restart_block_counts_as_restart_syscall);
	tcase_add_test(once, restarted_read_counts_each_return);
	tcase_add_test(once, numbers_beyond_the_table_are_unknown);
	suite_add_tcase(suite, once);

	tcase_add_unchecked_fixture(life, probe_setup, probe_teardown);
	tcase_add_test(life, execve_of_a_thread_keeps_all_counts);
	tcase_add_test(life, zombie_has_a_name_and_no_counts);
	tcase_add_test(life, forgotten_process_leaves_the_errno_table);
	suite_add_tcase(suite, life);

	runner = srunner_create(suite);
	srunner_set_fork_status(runner, CK_NOFORK);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], EXECUTED) == 0)
		return executed();
	live_require();
	return run_all();
}
