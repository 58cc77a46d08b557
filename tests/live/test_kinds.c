/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events that are no calls, on demand: signals with their sender, page faults with address and
 * kind of access, context switches; none of them when nobody asks.
 */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#include "live_probe.h"
#include "watch.h"

#define SNAPLEN 16

/* Bits of capture files. */
#define FAULT_PROTECTION 0x1
#define FAULT_NOT_PRESENT 0x2
#define FAULT_WRITE 0x4
#define FAULT_READ 0x8
#define FAULT_USER 0x10
#define FAULT_SUPERVISOR 0x20

/* Shared with the children. */
static struct {
	void *page;
	pid_t other;
} * shared;

static void on_signal(int sig)
{
}

static int64_t param(const struct event *event, const char *name)
{
	int64_t value = -1;

	ck_assert_int_eq(event_param_int(event, name, &value), 0);
	return value;
}

/* The event of the child's signal; NULL: none. */
static const struct event *signal_event(int sig)
{
	for (size_t i = 0; i < watch.len; i++) {
		const struct event *event = &watch.events[i];

		if (event->desc->code == EVENT_CODE_SIGNALDELIVER_E &&
		    event->tid == (uint64_t)watch.pid && param(event, "sig") == sig)
			return event;
	}
	return NULL;
}

static int signal_to_itself(void *arg)
{
	signal(SIGUSR1, on_signal);
	return kill(getpid(), SIGUSR1);
}

static int signal_of_a_child(void *arg)
{
	pid_t pid;

	signal(SIGCHLD, on_signal);
	pid = fork();
	if (pid == 0)
		_exit(0);
	shared->other = pid;
	while (waitpid(pid, NULL, 0) < 0)
		;
	return 0;
}

static int signal_of_a_timer(void *arg)
{
	struct itimerval soon = { .it_value = { 0, 1000 } };

	signal(SIGALRM, on_signal);
	if (setitimer(ITIMER_REAL, &soon, NULL) < 0)
		return 1;
	pause();
	return 0;
}

static int queued_signal(void *arg)
{
	signal(SIGUSR2, on_signal);
	return sigqueue(getpid(), SIGUSR2, (union sigval){ .sival_int = 7 });
}

static const struct signal_case {
	const char *name;
	int (*work)(void *arg);
	int sig;
	enum { FROM_ITSELF, FROM_OTHER, FROM_KERNEL } from;
} signal_cases[] = {
	{ "to itself", signal_to_itself, SIGUSR1, FROM_ITSELF },
	{ "queued", queued_signal, SIGUSR2, FROM_ITSELF },
	{ "of a child", signal_of_a_child, SIGCHLD, FROM_OTHER },
	{ "of a timer", signal_of_a_timer, SIGALRM, FROM_KERNEL },
};

START_TEST(signals_have_their_sender)
{
	const struct signal_case *c = &signal_cases[_i];
	const struct event *event;
	int64_t sender = 0;

	ck_assert_msg(watch_run(c->work, NULL) == 0, "%s", c->name);
	event = signal_event(c->sig);
	ck_assert_msg(event, "%s: no event", c->name);
	if (c->from == FROM_ITSELF)
		sender = watch.pid;
	else if (c->from == FROM_OTHER)
		sender = shared->other;
	ck_assert_msg(param(event, "spid") == sender, "%s: from %ld, not %ld", c->name,
		      (long)param(event, "spid"), (long)sender);
	ck_assert_int_eq(param(event, "dpid"), watch.pid);
	ck_assert_int_eq(event->prefix.nr, -1);
}
END_TEST

/* Only there do they have tracepoints. */
#if defined(__x86_64__)
static void *new_page(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		abort();
	shared->page = page;
	return page;
}

static int write_fault(void *arg)
{
	*(volatile char *)new_page() = 1;
	return 0;
}

static int read_fault(void *arg)
{
	return *(volatile char *)new_page();
}

static int copy_on_write_fault(void *arg)
{
	volatile char *page = new_page();
	char seen = page[0];

	page[0] = 1;
	return seen;
}

/* The kernel writes where nothing is yet. */
static int kernel_fault(void *arg)
{
	int fds[2];

	if (pipe(fds) < 0 || write(fds[1], "x", 1) != 1)
		return 1;
	return read(fds[0], new_page(), 1) != 1;
}

static const struct fault_case {
	const char *name;
	int (*work)(void *arg);
	uint32_t error; /* of the last fault on the page */
} fault_cases[] = {
	{ "write", write_fault, FAULT_NOT_PRESENT | FAULT_WRITE | FAULT_USER },
	{ "read", read_fault, FAULT_NOT_PRESENT | FAULT_READ | FAULT_USER },
	{ "copy on write", copy_on_write_fault, FAULT_PROTECTION | FAULT_WRITE | FAULT_USER },
	{ "by the kernel", kernel_fault, FAULT_NOT_PRESENT | FAULT_WRITE | FAULT_SUPERVISOR },
};

static const struct event *fault_event(void)
{
	const struct event *last = NULL;

	for (size_t i = 0; i < watch.len; i++) {
		const struct event *event = &watch.events[i];

		if (event->desc->code == EVENT_CODE_PAGE_FAULT_E &&
		    event->tid == (uint64_t)watch.pid &&
		    (uint64_t)param(event, "addr") == (uint64_t)(uintptr_t)shared->page)
			last = event;
	}
	return last;
}

START_TEST(faults_have_address_and_access)
{
	const struct fault_case *c = &fault_cases[_i];
	const struct event *event;

	ck_assert_msg(watch_run(c->work, NULL) == 0, "%s", c->name);
	event = fault_event();
	ck_assert_msg(event, "%s: no event", c->name);
	ck_assert_msg(param(event, "error") == c->error, "%s: %lx, not %x", c->name,
		      (long)param(event, "error"), c->error);
	ck_assert_msg(param(event, "ip") != 0, "%s", c->name);
}
END_TEST
#endif

/* More than once: a switch to the watching process, preempted for this one, is no event. */
static int sleep_a_little(void *arg)
{
	for (int i = 0; i < 10; i++)
		live_sleep_ms(5);
	return 0;
}

START_TEST(switches_say_who_is_next)
{
	size_t seen = 0;

	ck_assert_int_eq(watch_run(sleep_a_little, NULL), 0);
	for (size_t i = 0; i < watch.len; i++) {
		const struct event *event = &watch.events[i];

		/* An earlier child switches for the last time when it was waited for already. */
		if (event->desc->code != EVENT_CODE_SCHEDSWITCH_6_E ||
		    event->tid != (uint64_t)watch.pid)
			continue;
		ck_assert_int_ne(param(event, "next"), watch.pid);
		ck_assert_int_ge(param(event, "pgft_min"), 1);
		seen++;
	}
	/* For one of the sleeps at least. */
	ck_assert_uint_ge(seen, 1);
}
END_TEST

START_TEST(nothing_comes_unasked)
{
	struct probe_interest interest = { .calls = { [SYS_getppid] = PROBE_WANT_SCOPE } };
	struct live_child child = live_child_start(signal_to_itself, NULL);

	watch_clear();
	watch.pid = child.pid;
	live_watch(watch.probe, &child.pid, 1);
	ck_assert_int_eq(probe_set_interest(watch.probe, &interest), 0);
	live_child_go(&child);
	ck_assert_int_eq(live_child_wait(&child), 0);
	live_drain_all(watch.probe, watch_add, NULL);
	ck_assert_uint_eq(watch.len, 0);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("events that are no calls");

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (shared == MAP_FAILED)
		return EXIT_FAILURE;
	watch.kinds = 1u << PROBE_KIND_SIGNALS | 1u << PROBE_KIND_SWITCHES;
	tcase_add_loop_test(tcase, signals_have_their_sender, 0,
			    sizeof(signal_cases) / sizeof(signal_cases[0]));
#if defined(__x86_64__)
	watch.kinds |= 1u << PROBE_KIND_FAULTS;
	tcase_add_loop_test(tcase, faults_have_address_and_access, 0,
			    sizeof(fault_cases) / sizeof(fault_cases[0]));
#endif
	tcase_add_test(tcase, switches_say_who_is_next);
	tcase_add_test(tcase, nothing_comes_unasked);
	return watch_suite("kinds", tcase, SNAPLEN);
}
