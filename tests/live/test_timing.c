/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Durations: calls of a known least duration are timed at that, under the right process and number;
 * switching on and off while everything runs loses no count; slow and failed calls alone are
 * streamed; which call a thread is in, and since when.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "absent_calls.h"
#include "known_load.h"
#include "ledger.h"
#include "live_probe.h"
#include "probe/live.h"
#include "probe/schema/decode.h"
#include "probe/schema/event.h"
#include "probe/schema/latency.h"

#define TIMEOUT_S 120
#define MS 1000000ull
#define EXECUTED "timing-executed"
#define QUICK 200
#define TOGGLE_MS 4
#define TOGGLES_MIN 16
#define LOADS_MAX 50
/* What the C library's vfork is where there is no fork. */
#define NR_MAKE (CALL_IS_ABSENT(SYS_fork) ? SYS_clone : SYS_fork)

static struct probe *probe;

static void probe_setup(void)
{
	probe = live_probe_small();
}

static void probe_teardown(void)
{
	probe_free(probe);
}

static void timing_of(enum probe_timed wanted)
{
	ck_assert_int_eq(probe_want_timing(probe, wanted), 0);
	while (probe_timing(probe) == PROBE_TIMING_STARTING)
		live_sleep_ms(1);
	ck_assert_int_eq(probe_timing(probe), PROBE_TIMING_ON);
}

static void timing_on(void)
{
	timing_of(PROBE_TIMED_ALL);
}

static long raw_nanosleep(unsigned ms)
{
	const struct timespec wait = { .tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000 * MS) };

	return syscall(SYS_nanosleep, &wait, NULL);
}

/* Runs work(arg) in a child that is the ledger's only member, to its end. */
static struct live_child run_child(struct ledger *ledger, int (*work)(void *arg), void *arg)
{
	struct live_child child;

	ledger_init(ledger);
	child = live_child_start(work, arg);
	ledger_add(ledger, child.pid);
	live_child_go(&child);
	ck_assert_int_eq(live_child_wait(&child), 0);
	ck_assert_int_eq(ledger_refresh(ledger, probe), 0);
	return child;
}

/* The row of a number: so many calls, each at least that long, whatever else they took. */
static void check_timed(const struct ledger *ledger, pid_t pid, int nr, uint64_t calls,
			uint64_t least_ns)
{
	const struct timing_count *timing = ledger_timing(ledger, pid, nr);
	uint64_t in_buckets = 0;

	ck_assert_msg(timing != NULL, "number %d was not timed", nr);
	ck_assert_msg(timing->timed == calls, "number %d: %llu timed, expected %llu", nr,
		      (unsigned long long)timing->timed, (unsigned long long)calls);
	ck_assert_msg(timing->sum_ns >= calls * least_ns && timing->max_ns >= least_ns &&
			      timing->max_ns <= timing->sum_ns,
		      "number %d: sum %llu, max %llu, each at least %llu", nr,
		      (unsigned long long)timing->sum_ns, (unsigned long long)timing->max_ns,
		      (unsigned long long)least_ns);
	for (uint32_t i = 0; i < LATENCY_BUCKETS; i++) {
		in_buckets += timing->buckets[i];
		ck_assert_msg(!timing->buckets[i] || (i >= latency_bucket(least_ns) &&
						      i <= latency_bucket(timing->max_ns)),
			      "number %d: a call in bucket %u", nr, i);
	}
	ck_assert_uint_eq(in_buckets, calls);
	ck_assert_uint_gt(timing->buckets[latency_bucket(timing->max_ns)], 0);
}

struct writer {
	int fd;
};

static void *write_later(void *arg)
{
	const struct writer *writer = arg;

	raw_nanosleep(25);
	return write(writer->fd, "x", 1) == 1 ? arg : NULL;
}

static int known_durations_work(void *arg)
{
	const struct timespec patience = { .tv_nsec = 30 * MS };
	struct writer writer;
	uint32_t word = 7;
	pthread_t thread;
	void *written;
	char byte;
	int ends[2];

	for (int i = 0; i < QUICK; i++)
		syscall(SYS_getppid);
	for (int i = 0; i < 3; i++)
		if (raw_nanosleep(20))
			return 1;
	if (syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 7, &patience, NULL, 0) != -1 ||
	    errno != ETIMEDOUT || pipe(ends))
		return 2;
	writer.fd = ends[1];
	if (pthread_create(&thread, NULL, write_later, &writer) ||
	    syscall(SYS_readahead, -1, 0, 0) != -1 || read(ends[0], &byte, 1) != 1)
		return 3;
	return pthread_join(thread, &written) || !written;
}

START_TEST(known_durations)
{
	const struct timing_count *quick;
	struct live_child child;
	struct ledger ledger;

	timing_on();
	child = run_child(&ledger, known_durations_work, NULL);
	/* Three of the main thread, one of the writer. */
	check_timed(&ledger, child.pid, SYS_nanosleep, 4, 20 * MS);
	check_timed(&ledger, child.pid, SYS_getppid, QUICK, 0);
	quick = ledger_timing(&ledger, child.pid, SYS_getppid);
	/* Nothing of the slow ones has gone to the quick ones. */
	ck_assert_uint_lt(quick->sum_ns / quick->timed, 1 * MS);
	check_timed(&ledger, child.pid, SYS_readahead, 1, 0);
	ck_assert_uint_ge(ledger_timing(&ledger, child.pid, SYS_futex)->max_ns, 30 * MS);
	ck_assert_ptr_nonnull(ledger_timing(&ledger, child.pid, SYS_read));
	ck_assert_uint_ge(ledger_timing(&ledger, child.pid, SYS_read)->max_ns, 20 * MS);
	/* exit_group does not return. */
	ck_assert_ptr_null(ledger_timing(&ledger, child.pid, SYS_exit_group));
	ledger_release(&ledger);
}
END_TEST

START_TEST(off_times_nothing)
{
	struct live_child child;
	struct ledger ledger;

	run_child(&ledger, known_durations_work, NULL);
	ck_assert_uint_eq(ledger_sum(&ledger, SYS_nanosleep).calls, 4);
	ck_assert_uint_eq(ledger_timed(&ledger, -1), 0);
	ledger_release(&ledger);
	timing_on();
	ck_assert_int_eq(probe_want_timing(probe, PROBE_TIMED_NOTHING), 0);
	ck_assert_int_eq(probe_timing(probe), PROBE_TIMING_OFF);
	child = run_child(&ledger, known_durations_work, NULL);
	ck_assert_uint_eq(ledger_sum(&ledger, SYS_getppid).calls, QUICK);
	ck_assert_ptr_null(ledger_timing(&ledger, child.pid, SYS_getppid));
	ledger_release(&ledger);
}
END_TEST

static void on_alarm(int signal_number)
{
}

/* A read that a signal interrupts, and that the kernel enters again. */
static int restarted_read_work(void *arg)
{
	const struct itimerval timer = { .it_value.tv_usec = 20000 };
	const struct sigaction action = { .sa_handler = on_alarm, .sa_flags = SA_RESTART };
	struct writer writer;
	pthread_t thread;
	sigset_t alarms;
	char byte;
	int ends[2];

	sigemptyset(&alarms);
	sigaddset(&alarms, SIGALRM);
	if (pipe(ends) || sigaction(SIGALRM, &action, NULL))
		return 1;
	writer.fd = ends[1];
	/* The writer does not take the signal. */
	pthread_sigmask(SIG_BLOCK, &alarms, NULL);
	if (pthread_create(&thread, NULL, write_later, &writer))
		return 2;
	pthread_sigmask(SIG_UNBLOCK, &alarms, NULL);
	if (setitimer(ITIMER_REAL, &timer, NULL) || syscall(SYS_pread64, -1, &byte, 1, 0) != -1)
		return 3;
	if (read(ends[0], &byte, 1) != 1)
		return 4;
	return pthread_join(thread, NULL);
}

START_TEST(restarted_calls_are_timed_up_to_the_restart)
{
	const struct timing_count *timing;
	struct live_child child;
	struct call_count reads;
	struct ledger ledger;

	timing_on();
	child = run_child(&ledger, restarted_read_work, NULL);
	reads = ledger_sum(&ledger, SYS_read);
	timing = ledger_timing(&ledger, child.pid, SYS_read);
	ck_assert_uint_eq(reads.restarts, 1);
	/* All but the read that it waited in before durations could be timed from its start. */
	ck_assert_uint_ge(timing->timed, reads.calls - 1);
	ck_assert_uint_le(timing->timed, reads.calls);
	ck_assert_uint_lt(timing->max_ns, 10000 * MS);
	ledger_release(&ledger);
}
END_TEST

/* Several corner cases of being entered and not returned from: clone, vfork, exec, exit. */
static int life_work(void *arg)
{
	char *const argv[] = { "/proc/self/exe", EXECUTED, NULL };
	int status;
	pid_t pid;

	for (int i = 0; i < 5; i++) {
		pid = (pid_t)syscall(NR_MAKE, SIGCHLD, 0, 0, 0, 0);
		if (pid == 0)
			syscall(SYS_exit_group, 0);
		if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
			return 1;
	}
	pid = vfork();
	if (pid == 0) {
		execv(argv[0], argv);
		_exit(9);
	}
	return waitpid(pid, &status, 0) != pid || status;
}

START_TEST(clone_exec_and_exit)
{
	struct live_child child;
	struct ledger ledger;

	timing_on();
	child = run_child(&ledger, life_work, NULL);
	/* The parents' returns only: a child's first return is no call. */
	if (NR_MAKE == SYS_clone) {
		check_timed(&ledger, child.pid, SYS_clone, 6, 0);
	} else {
		check_timed(&ledger, child.pid, SYS_fork, 5, 0);
		check_timed(&ledger, child.pid, SYS_vfork, 1, 0);
	}
	ck_assert_ptr_null(ledger_timing(&ledger, child.pid, SYS_exit_group));
	ledger_release(&ledger);
}
END_TEST

/* In flight when durations are switched on: counted, not timed. */
START_TEST(a_call_that_began_before)
{
	struct live_child child;
	struct ledger ledger;

	ledger_init(&ledger);
	child = live_child_start(known_durations_work, NULL);
	ledger_add(&ledger, child.pid);
	timing_on();
	live_child_go(&child);
	ck_assert_int_eq(live_child_wait(&child), 0);
	ck_assert_int_eq(ledger_refresh(&ledger, probe), 0);
	ck_assert_uint_eq(ledger_sum(&ledger, SYS_read).calls,
			  ledger_timing(&ledger, child.pid, SYS_read)->timed + 1);
	ledger_release(&ledger);
}
END_TEST

/* The same for an entry that was stamped in an earlier time of being on. */
START_TEST(a_call_from_an_earlier_generation)
{
	struct live_child child;
	struct ledger ledger;

	timing_on();
	ledger_init(&ledger);
	child = live_child_start(known_durations_work, NULL);
	ledger_add(&ledger, child.pid);
	ck_assert_int_eq(probe_want_timing(probe, PROBE_TIMED_NOTHING), 0);
	timing_on();
	live_child_go(&child);
	ck_assert_int_eq(live_child_wait(&child), 0);
	ck_assert_int_eq(ledger_refresh(&ledger, probe), 0);
	ck_assert_uint_lt(ledger_timing(&ledger, child.pid, SYS_read)->timed,
			  ledger_sum(&ledger, SYS_read).calls);
	ledger_release(&ledger);
}
END_TEST

START_TEST(toggling_under_flood_loses_no_count)
{
	struct ledger ledger;
	unsigned toggles = 0, loads = 0;
	pid_t flood, load;
	int status;

	ledger_init(&ledger);
	flood = known_flood_start();
	/* On a slow machine a load has ended after a few refreshes. */
	for (; loads < LOADS_MAX && (toggles < TOGGLES_MIN || !ledger_timed(&ledger, -1));
	     loads++) {
		load = known_load_start(&ledger);
		while (waitpid(load, &status, WNOHANG) == 0) {
			ck_assert_int_eq(probe_want_timing(probe, toggles++ % 3), 0);
			ck_assert_int_eq(ledger_refresh(&ledger, probe), 0);
			/* Where attaching takes longer than a toggle it would never be on. */
			if (toggles % 16 == 2)
				timing_on();
			live_sleep_ms(TOGGLE_MS);
		}
		ck_assert_int_eq(status, 0);
	}
	ck_assert_int_eq(probe_want_timing(probe, PROBE_TIMED_NOTHING), 0);
	ck_assert_int_eq(ledger_refresh(&ledger, probe), 0);
	kill(flood, SIGKILL);
	waitpid(flood, NULL, 0);

	for (size_t i = 0; i < known_calls_len; i++) {
		const struct known_call *call = &known_calls[i];
		uint64_t sets = known_load_sets() * loads, calls = 0, errors = 0;

		for (size_t j = 0; j < known_calls_len; j++) {
			if (known_calls[j].nr != call->nr)
				continue;
			calls += known_calls[j].each * sets;
			errors += known_calls[j].err ? known_calls[j].each * sets : 0;
		}
		ck_assert_uint_eq(ledger_sum(&ledger, call->nr).calls, calls);
		ck_assert_uint_eq(ledger_sum(&ledger, call->nr).errors, errors);
		ck_assert_uint_le(ledger_timed(&ledger, call->nr), calls);
	}
	ck_assert_uint_gt(ledger_timed(&ledger, -1), 0);
	ck_assert_uint_ge(toggles, TOGGLES_MIN);
	ledger_release(&ledger);
}
END_TEST

/* On all the time: what has a row is timed without exception. */
START_TEST(all_of_a_load_are_timed)
{
	struct ledger ledger;
	int status;
	pid_t load;

	timing_on();
	ledger_init(&ledger);
	load = known_load_start(&ledger);
	while (waitpid(load, &status, WNOHANG) == 0)
		live_sleep_ms(TOGGLE_MS);
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(ledger_refresh(&ledger, probe), 0);
	for (size_t i = 0; i < known_calls_len; i++) {
		int nr = known_calls[i].nr;

		ck_assert_msg(ledger_timed(&ledger, nr) == ledger_sum(&ledger, nr).calls,
			      "%s: %llu timed of %llu", known_calls[i].name,
			      (unsigned long long)ledger_timed(&ledger, nr),
			      (unsigned long long)ledger_sum(&ledger, nr).calls);
	}
	ledger_release(&ledger);
}
END_TEST

/* What was streamed of one process, by number. */
struct streamed {
	pid_t pid;
	unsigned calls[SYSCALL_NR_MAX];
	uint64_t least_ns[SYSCALL_NR_MAX], most_ns[SYSCALL_NR_MAX];
};

static void on_record(void *ctx, const void *record, size_t len)
{
	struct streamed *streamed = ctx;
	const struct record_prefix *prefix = record;

	if (prefix->pid != (uint32_t)streamed->pid || prefix->nr < 0 ||
	    prefix->nr >= SYSCALL_NR_MAX)
		return;
	if (!streamed->calls[prefix->nr]++ || prefix->duration_ns < streamed->least_ns[prefix->nr])
		streamed->least_ns[prefix->nr] = prefix->duration_ns;
	if (prefix->duration_ns > streamed->most_ns[prefix->nr])
		streamed->most_ns[prefix->nr] = prefix->duration_ns;
}

static void run_streamed(struct streamed *streamed, const struct probe_interest *interest,
			 int (*work)(void *arg))
{
	struct live_child child = live_child_start(work, NULL);

	memset(streamed, 0, sizeof(*streamed));
	streamed->pid = child.pid;
	live_watch(probe, &child.pid, 1);
	ck_assert_int_eq(probe_set_interest(probe, interest), 0);
	live_child_go(&child);
	ck_assert_int_eq(live_child_wait(&child), 0);
	live_drain_all(probe, on_record, streamed);
}

START_TEST(records_have_durations)
{
	struct probe_interest interest = { .failed = PROBE_FAILED_OFF };
	struct streamed streamed;

	memset(interest.calls, PROBE_WANT_SCOPE, sizeof(interest.calls));
	run_streamed(&streamed, &interest, known_durations_work);
	ck_assert_uint_eq(streamed.calls[SYS_nanosleep], 4);
	ck_assert_uint_eq(streamed.most_ns[SYS_nanosleep], 0);
	timing_on();
	run_streamed(&streamed, &interest, known_durations_work);
	ck_assert_uint_eq(streamed.calls[SYS_nanosleep], 4);
	ck_assert_uint_ge(streamed.least_ns[SYS_nanosleep], 20 * MS);
	ck_assert_uint_eq(streamed.calls[SYS_getppid], QUICK);
	ck_assert_uint_gt(streamed.least_ns[SYS_getppid], 0);
}
END_TEST

/* Durations for records alone: of calls that have none nothing is measured, nothing is added up. */
START_TEST(only_streamed_calls_are_timed)
{
	struct probe_interest interest = { .failed = PROBE_FAILED_OFF };
	struct streamed streamed;
	struct ledger ledger;

	interest.calls[SYS_nanosleep] = PROBE_WANT_SCOPE;
	timing_of(PROBE_TIMED_STREAMED);
	run_streamed(&streamed, &interest, known_durations_work);
	ck_assert_uint_eq(streamed.calls[SYS_nanosleep], 4);
	ck_assert_uint_ge(streamed.least_ns[SYS_nanosleep], 20 * MS);
	ck_assert_uint_eq(streamed.calls[SYS_getppid], 0);
	run_child(&ledger, known_durations_work, NULL);
	ck_assert_uint_eq(ledger_sum(&ledger, SYS_nanosleep).calls, 4);
	ck_assert_uint_eq(ledger_timed(&ledger, -1), 0);
	ledger_release(&ledger);
}
END_TEST

START_TEST(out_of_scope_is_not_timed)
{
	struct live_child in, out;
	struct ledger ledger;

	ledger_init(&ledger);
	in = live_child_start(known_durations_work, NULL);
	out = live_child_start(known_durations_work, NULL);
	ledger_add(&ledger, in.pid);
	ledger_add(&ledger, out.pid);
	live_watch(probe, &in.pid, 1);
	timing_on();
	live_child_go(&in);
	live_child_go(&out);
	ck_assert_int_eq(live_child_wait(&in), 0);
	ck_assert_int_eq(live_child_wait(&out), 0);
	ck_assert_int_eq(ledger_refresh(&ledger, probe), 0);
	ck_assert_uint_eq(ledger_sum(&ledger, SYS_nanosleep).calls, 8);
	check_timed(&ledger, in.pid, SYS_nanosleep, 4, 20 * MS);
	ck_assert_ptr_null(ledger_timing(&ledger, out.pid, SYS_nanosleep));
	ledger_release(&ledger);
}
END_TEST

START_TEST(only_slow_calls_are_streamed)
{
	struct probe_interest interest = { .min_duration_ns = 10 * MS };
	struct streamed streamed;

	memset(interest.calls, PROBE_WANT_SCOPE, sizeof(interest.calls));
	timing_on();
	run_streamed(&streamed, &interest, known_durations_work);
	ck_assert_uint_eq(streamed.calls[SYS_nanosleep], 4);
	ck_assert_uint_ge(streamed.least_ns[SYS_nanosleep], 20 * MS);
	/* The one that times out; waiting for the thread may be slow too. */
	ck_assert_uint_ge(streamed.calls[SYS_futex], 1);
	/* A quick call that is interrupted in the middle is a slow one: few are. */
	ck_assert_uint_lt(streamed.calls[SYS_getppid], QUICK / 4);
	for (int nr = 0; nr < SYSCALL_NR_MAX; nr++) {
		const struct syscall_desc *call = syscall_by_nr(nr);

		if (streamed.calls[nr] && !(call && call->flags & SYSCALL_F_LIFE))
			ck_assert_uint_ge(streamed.least_ns[nr], 10 * MS);
	}
	/* Processes are followed whatever they take. */
	ck_assert_uint_gt(streamed.calls[SYS_exit_group] + streamed.calls[SYS_clone] +
				  streamed.calls[SYS_clone3],
			  0);
}
END_TEST

START_TEST(only_failed_calls_are_streamed)
{
	struct probe_interest interest = { .failed = PROBE_FAILED_ANY };
	struct streamed streamed;

	memset(interest.calls, PROBE_WANT_SCOPE, sizeof(interest.calls));
	run_streamed(&streamed, &interest, restarted_read_work);
	ck_assert_uint_eq(streamed.calls[SYS_pread64], 1);
	/* A restart is no failure. */
	ck_assert_uint_eq(streamed.calls[SYS_read], 0);
	ck_assert_uint_eq(streamed.calls[SYS_nanosleep], 0);
}
END_TEST

static int expected_failures_work(void *arg)
{
	char byte;
	int ends[2];

	if (pipe2(ends, O_NONBLOCK) || read(ends[0], &byte, 1) != -1 || errno != EAGAIN)
		return 1;
	return syscall(SYS_pread64, -1, &byte, 1, 0) != -1 || errno != EBADF;
}

START_TEST(expected_failures_are_left_out)
{
	struct probe_interest interest = { .failed = PROBE_FAILED_UNEXPECTED };
	struct streamed streamed;

	memset(interest.calls, PROBE_WANT_SCOPE, sizeof(interest.calls));
	run_streamed(&streamed, &interest, expected_failures_work);
	ck_assert_uint_eq(streamed.calls[SYS_pread64], 1);
	ck_assert_uint_eq(streamed.calls[SYS_read], 0);
	interest.failed = PROBE_FAILED_ANY;
	run_streamed(&streamed, &interest, expected_failures_work);
	ck_assert_uint_eq(streamed.calls[SYS_read], 1);
}
END_TEST

/* The sample of one thread. */
struct sampled {
	pid_t tid;
	struct task_sample task;
};

static void on_sample(void *ctx, const struct task_sample *task, const struct call_count *calls)
{
	struct sampled *sampled = ctx;

	if (task->tid == (uint32_t)sampled->tid)
		sampled->task = *task;
}

static struct task_sample sample_of(pid_t tid)
{
	struct sampled sampled = { .tid = tid };
	const struct probe_counter_sink sink = { .ctx = &sampled, .task = on_sample };

	ck_assert_int_eq(probe_read_counters(probe, &sink), 0);
	ck_assert_uint_eq(sampled.task.tid, (uint32_t)tid);
	return sampled.task;
}

static int no_work(void *arg)
{
	return 0;
}

START_TEST(which_call_a_thread_is_in)
{
	struct task_sample task;
	struct live_child child;

	/* A child of live_child_start() is in a read. */
	child = live_child_start(no_work, NULL);
	task = sample_of(child.pid);
	ck_assert(task.flags & TASK_F_IN_CALL);
	ck_assert_uint_eq(task.in_nr, SYS_read);
	ck_assert_uint_eq(task.in_ns, 0);
	/* It was entered before: since when is not known. */
	timing_on();
	task = sample_of(child.pid);
	ck_assert(task.flags & TASK_F_IN_CALL);
	ck_assert_uint_eq(task.in_nr, SYS_read);
	ck_assert_uint_eq(task.in_ns, 0);
	live_child_go(&child);
	ck_assert_int_eq(live_child_wait(&child), 0);

	child = live_child_start(no_work, NULL);
	live_sleep_ms(30);
	task = sample_of(child.pid);
	ck_assert(task.flags & TASK_F_IN_CALL);
	ck_assert_uint_eq(task.in_nr, SYS_read);
	ck_assert_uint_ge(task.in_ns, 30 * MS);
	live_child_go(&child);
	ck_assert_int_eq(live_child_wait(&child), 0);
}
END_TEST

/* Says that it reads, and reads; twice. */
struct reads {
	int said[2], read[2];
};

static int two_reads_work(void *arg)
{
	struct reads *reads = arg;
	char byte = 0;

	for (int i = 0; i < 2; i++)
		if (write(reads->said[1], &byte, 1) != 1 || read(reads->read[0], &byte, 1) != 1)
			return 1;
	return 0;
}

static void await_read(const struct reads *reads, pid_t pid)
{
	struct task_sample task;
	char byte;

	ck_assert_int_eq(read(reads->said[0], &byte, 1), 1);
	do {
		live_sleep_ms(1);
		task = sample_of(pid);
	} while (!(task.flags & TASK_F_IN_CALL) || task.in_nr != SYS_read || task.state != 'S');
}

/* The first is wanted when it begins, the second when it returns: that has no duration. */
START_TEST(a_call_never_meets_an_older_entry)
{
	static const struct probe_interest nothing = { .failed = PROBE_FAILED_OFF };
	struct probe_interest interest = nothing;
	struct streamed streamed = { .pid = 0 };
	struct live_child child;
	struct reads reads;

	ck_assert_int_eq(pipe(reads.said), 0);
	ck_assert_int_eq(pipe(reads.read), 0);
	child = live_child_start(two_reads_work, &reads);
	streamed.pid = child.pid;
	interest.calls[SYS_read] = PROBE_WANT_SCOPE;
	live_watch(probe, &child.pid, 1);
	timing_of(PROBE_TIMED_STREAMED);
	ck_assert_int_eq(probe_set_interest(probe, &interest), 0);
	live_child_go(&child);
	await_read(&reads, child.pid);
	ck_assert_int_eq(probe_set_interest(probe, &nothing), 0);
	live_drain_all(probe, on_record, &streamed);
	memset(streamed.calls, 0, sizeof(streamed.calls));
	ck_assert_int_eq(write(reads.read[1], "x", 1), 1);
	await_read(&reads, child.pid);
	ck_assert_int_eq(probe_set_interest(probe, &interest), 0);
	ck_assert_int_eq(write(reads.read[1], "x", 1), 1);
	ck_assert_int_eq(live_child_wait(&child), 0);
	live_drain_all(probe, on_record, &streamed);
	ck_assert_uint_eq(streamed.calls[SYS_read], 1);
	ck_assert_uint_eq(streamed.least_ns[SYS_read], 0);
}
END_TEST

static int spin_work(void *arg)
{
	volatile unsigned *stop = arg;

	while (!*stop)
		;
	return 0;
}

/* In user mode: in no call, whether an interrupt has stopped it there or it runs. */
START_TEST(a_thread_that_computes_is_in_no_call)
{
	struct live_child child = live_child_start(spin_work, &(unsigned){ 0 });
	struct task_sample task;

	timing_on();
	live_child_go(&child);
	live_sleep_ms(20);
	for (unsigned looks = 0; looks < 50; looks++) {
		task = sample_of(child.pid);
		ck_assert_msg(!(task.flags & TASK_F_IN_CALL), "in number %u", task.in_nr);
		live_sleep_ms(1);
	}
	kill(child.pid, SIGKILL);
	live_child_wait(&child);
}
END_TEST

int main(int argc, char **argv)
{
	TCase *tcase = tcase_create("timing");
	Suite *suite = suite_create("timing");
	SRunner *runner;
	int failed;

	if (argc == 2 && strcmp(argv[1], EXECUTED) == 0)
		return 0;
	live_require();
	tcase_set_timeout(tcase, TIMEOUT_S);
	tcase_add_checked_fixture(tcase, probe_setup, probe_teardown);
	tcase_add_test(tcase, known_durations);
	tcase_add_test(tcase, off_times_nothing);
	tcase_add_test(tcase, restarted_calls_are_timed_up_to_the_restart);
	tcase_add_test(tcase, clone_exec_and_exit);
	tcase_add_test(tcase, a_call_that_began_before);
	tcase_add_test(tcase, a_call_from_an_earlier_generation);
	tcase_add_test(tcase, toggling_under_flood_loses_no_count);
	tcase_add_test(tcase, all_of_a_load_are_timed);
	tcase_add_test(tcase, records_have_durations);
	tcase_add_test(tcase, only_streamed_calls_are_timed);
	tcase_add_test(tcase, out_of_scope_is_not_timed);
	tcase_add_test(tcase, only_slow_calls_are_streamed);
	tcase_add_test(tcase, only_failed_calls_are_streamed);
	tcase_add_test(tcase, expected_failures_are_left_out);
	tcase_add_test(tcase, a_call_never_meets_an_older_entry);
	tcase_add_test(tcase, which_call_a_thread_is_in);
	tcase_add_test(tcase, a_thread_that_computes_is_in_no_call);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
