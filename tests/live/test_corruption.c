/* SPDX-License-Identifier: Apache-2.0 */
/*
 * No record is corrupt: threads, real-time threads, signals and fork storms make calls with
 * self-checking contents on all CPUs for two seconds, and on until enough records were looked at;
 * every record that is delivered must be right.
 */
#include <check.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#include "live_probe.h"
#include "self_check.h"
#include "watch.h"

#define SNAPLEN 128
#define STRESS_NS 2000000000ull
#define RECORDS_CHECKED 10000
#define THREADS 4
#define SIGNAL_US 700

static int *stress_over; /* shared with the children: 1 = they end */
static int null_fd;

static bool stress_goes_on(void)
{
	return !__atomic_load_n(stress_over, __ATOMIC_RELAXED);
}

/* Interrupts whatever its thread does, and does the same. */
static void on_alarm(int sig)
{
	static uint64_t seq;

	self_check_write(null_fd, __atomic_fetch_add(&seq, 1, __ATOMIC_RELAXED));
}

/* A thread takes signals when it has its name. */
static void alarms(int how)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	pthread_sigmask(how, &set, NULL);
}

static void *stress_thread(void *arg)
{
	bool realtime = *(int *)arg == 0;
	uint64_t seq = 0;

	self_check_name_thread();
	alarms(SIG_UNBLOCK);
	if (realtime) {
		struct sched_param param = { .sched_priority = 10 };

		/* Where it is not permitted the thread is one more of the others. */
		realtime = pthread_setschedparam(pthread_self(), SCHED_FIFO, &param) == 0;
	}
	while (stress_goes_on()) {
		for (int i = 0; i < 50; i++) {
			self_check_write(null_fd, seq++);
			self_check_open(seq++);
		}
		/* A real-time thread that never sleeps would keep the consumer from its CPU. */
		if (realtime)
			live_sleep_ms(2);
	}
	return NULL;
}

static void fork_storm(void)
{
	while (stress_goes_on()) {
		pid_t pids[8];

		for (size_t i = 0; i < 8; i++) {
			pids[i] = fork();
			if (pids[i] == 0) {
				self_check_name_thread();
				self_check_write(null_fd, i);
				self_check_open(i);
				_exit(0);
			}
		}
		for (size_t i = 0; i < 8; i++) {
			if (pids[i] > 0)
				waitpid(pids[i], NULL, 0);
		}
	}
}

static int stress(void *arg)
{
	struct itimerval timer = { { 0, SIGNAL_US }, { 0, SIGNAL_US } };
	struct sigaction action = { .sa_handler = on_alarm, .sa_flags = SA_RESTART };
	pthread_t threads[THREADS];
	int numbers[THREADS];
	pid_t storm;

	null_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	self_check_name_thread();
	storm = fork();
	if (storm == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		fork_storm();
		_exit(0);
	}
	sigaction(SIGALRM, &action, NULL);
	alarms(SIG_BLOCK);
	for (int i = 0; i < THREADS; i++) {
		numbers[i] = i;
		if (pthread_create(&threads[i], NULL, stress_thread, &numbers[i]) != 0)
			return 1;
	}
	setitimer(ITIMER_REAL, &timer, NULL);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	memset(&timer, 0, sizeof(timer));
	setitimer(ITIMER_REAL, &timer, NULL);
	return waitpid(storm, NULL, 0) != storm;
}

struct verdict {
	size_t right, wrong, broken, all;
	char first[256]; /* the first wrong one */
};

static void on_record(void *ctx, const void *record, size_t len)
{
	struct verdict *verdict = ctx;
	struct event event;

	verdict->all++;
	if (event_decode(record, len, &event) < 0) {
		verdict->broken++;
		return;
	}
	switch (self_check_record(&event)) {
	case SELF_CHECK_OTHER: return;
	case SELF_CHECK_RIGHT: verdict->right++; return;
	case SELF_CHECK_WRONG:
		verdict->wrong++;
		if (!verdict->first[0])
			snprintf(verdict->first, sizeof(verdict->first),
				 "call %d of thread %u (%.16s), path %.*s", event.prefix.nr,
				 event.prefix.tid, event.prefix.comm, (int)event.path.len,
				 event.path.data ? event.path.data : "");
	}
}

static uint64_t corrupt_records(struct probe *probe)
{
	uint64_t corrupt = 0;

	for (size_t i = 0; i < probe_buffers_len(probe); i++) {
		struct buffer_stats stats;

		ck_assert_int_eq(probe_buffer_stats(probe, i, &stats), 0);
		for (size_t cls = 0; cls < RECORD_CLASS_COUNT; cls++)
			corrupt += stats.fate[RECORD_FATE_CORRUPT][cls];
	}
	return corrupt;
}

START_TEST(every_record_is_right)
{
	struct live_child child = live_child_start(stress, NULL);
	struct verdict verdict = { .all = 0 };
	uint64_t began_ns = live_now_ns();
	int status;

	live_watch(watch.probe, &child.pid, 1);
	live_want(watch.probe, NULL, 0);
	live_child_go(&child);
	while (waitpid(child.pid, &status, WNOHANG) == 0) {
		probe_wait(watch.probe, 2);
		probe_drain(watch.probe, 20000, on_record, &verdict, NULL);
		if (verdict.right > RECORDS_CHECKED && live_now_ns() - began_ns > STRESS_NS)
			__atomic_store_n(stress_over, 1, __ATOMIC_RELAXED);
	}
	live_drain_all(watch.probe, on_record, &verdict);
	close(child.go_fd);
	ck_assert_int_eq(status, 0);
	ck_assert_msg(verdict.wrong == 0, "%zu wrong of %zu: %s", verdict.wrong, verdict.all,
		      verdict.first);
	ck_assert_uint_eq(verdict.broken, 0);
	ck_assert_uint_eq(corrupt_records(watch.probe), 0);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("no corruption");

	stress_over = mmap(NULL, sizeof(*stress_over), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (stress_over == MAP_FAILED)
		return EXIT_FAILURE;
	tcase_add_test(tcase, every_record_is_right);
	return watch_suite("corruption", tcase, SNAPLEN);
}
