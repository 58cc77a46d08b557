/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ring buffers on the running kernel: the options take effect, each CPU writes to its ring, the
 * merge is in order of time, the consumer is woken when a ring fills, and the figures are right.
 */
#include <check.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "live_probe.h"

#define CALLS 200
#define M (1u << 20)

static unsigned online(void)
{
	return (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
}

struct option_case {
	const char *name;
	uint64_t bytes;
	bool cpus_set;
	unsigned cpus;    /* per buffer; see all_cpus */
	bool all_cpus;    /* cpus is the number online */
	unsigned buffers; /* 0: one per CPU online */
	uint64_t expected_bytes;
};

static const struct option_case option_cases[] = {
	{ .name = "1M, one for all",
	  .bytes = M,
	  .cpus_set = true,
	  .buffers = 1,
	  .expected_bytes = M },
	{ .name = "2M, one each",
	  .bytes = 2 * M,
	  .cpus_set = true,
	  .cpus = 1,
	  .expected_bytes = 2 * M },
	{ .name = "4M, all in one",
	  .bytes = 4 * M,
	  .cpus_set = true,
	  .all_cpus = true,
	  .buffers = 1,
	  .expected_bytes = 4 * M },
	{ .name = "default size, one for all",
	  .cpus_set = true,
	  .buffers = 1,
	  .expected_bytes = PROBE_BUFFER_DEFAULT },
};

START_TEST(options_take_effect)
{
	const struct option_case *c = &option_cases[_i];
	struct probe_opts opts = {
		.buffer_bytes = c->bytes,
		.cpus_per_buffer_set = c->cpus_set,
		.cpus_per_buffer = c->all_cpus ? online() : c->cpus,
		.snaplen = 80,
	};
	struct probe *probe = live_probe_open(&opts);
	size_t buffers = c->buffers ? c->buffers : online();
	struct probe_health health;
	struct buffer_stats stats;
	unsigned cpus = 0;

	ck_assert_msg(probe_buffers_len(probe) == buffers, "%s: %zu buffers", c->name,
		      probe_buffers_len(probe));
	for (size_t i = 0; i < buffers; i++) {
		ck_assert_int_eq(probe_buffer_stats(probe, i, &stats), 0);
		ck_assert_msg(stats.size_bytes == c->expected_bytes, "%s: buffer %zu has %lu bytes",
			      c->name, i, stats.size_bytes);
		ck_assert_uint_eq(stats.buffer, i);
		cpus += stats.cpus;
	}
	ck_assert_msg(cpus == online(), "%s: %u CPUs write", c->name, cpus);
	ck_assert_int_eq(probe_buffer_stats(probe, buffers, &stats), -EINVAL);
	ck_assert_int_eq(probe_health(probe, &health), 0);
	ck_assert_msg(health.map_bytes >= buffers * c->expected_bytes, "%s: %lu bytes of maps",
		      c->name, health.map_bytes);
	probe_free(probe);
}
END_TEST

/* The default: two CPUs for each buffer. */
START_TEST(defaults)
{
	struct probe *probe = live_probe_open(&(struct probe_opts){ .snaplen = 80 });
	struct buffer_stats stats;

	ck_assert_uint_eq(probe_buffers_len(probe), (online() + 1) / 2);
	ck_assert_int_eq(probe_buffer_stats(probe, 0, &stats), 0);
	ck_assert_uint_eq(stats.size_bytes, PROBE_BUFFER_DEFAULT);
	probe_free(probe);
}
END_TEST

static int calls_on_each_cpu(void *arg)
{
	for (int i = 0; i < CALLS; i++) {
		for (unsigned cpu = 0; cpu < online(); cpu++) {
			cpu_set_t set;

			CPU_ZERO(&set);
			CPU_SET(cpu, &set);
			/* CPUs may be numbered with gaps. */
			if (sched_setaffinity(0, sizeof(set), &set) == 0)
				syscall(SYS_getppid);
		}
	}
	return 0;
}

/* What arrived, and where from. */
struct arrived {
	size_t len;
	size_t by_cpu[CPU_SETSIZE];
	int buffer_of_cpu[CPU_SETSIZE]; /* + 1 */
	size_t misplaced;               /* a CPU in two buffers */
	size_t disordered;              /* older than the one before, without the mark */
	size_t not_late;                /* marked, but not older */
	uint64_t ts_ns, oldest_ns, newest_ns;
};

static void on_record(void *ctx, const void *record, size_t len)
{
	struct arrived *arrived = ctx;
	struct record_prefix prefix;
	struct event_header header;
	bool late;

	memcpy(&prefix, record, sizeof(prefix));
	memcpy(&header, (const char *)record + prefix.prefix_len + prefix.ext_len, sizeof(header));
	late = prefix.flags & RECORD_F_LATE;
	arrived->len++;
	arrived->by_cpu[prefix.cpu]++;
	if (arrived->buffer_of_cpu[prefix.cpu] == 0)
		arrived->buffer_of_cpu[prefix.cpu] = prefix.buffer + 1;
	arrived->misplaced += arrived->buffer_of_cpu[prefix.cpu] != prefix.buffer + 1;
	arrived->disordered += header.ts_ns < arrived->ts_ns && !late;
	arrived->not_late += header.ts_ns >= arrived->ts_ns && late;
	if (header.ts_ns > arrived->ts_ns)
		arrived->ts_ns = header.ts_ns;
	if (arrived->oldest_ns == 0)
		arrived->oldest_ns = header.ts_ns;
	arrived->newest_ns = header.ts_ns;
}

static uint64_t wall_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

START_TEST(merged_in_order_of_time)
{
	struct probe_opts opts = { .buffer_bytes = M,
				   .cpus_per_buffer_set = true,
				   .cpus_per_buffer = 1 };
	struct probe *probe = live_probe_open(&opts);
	struct live_child child = live_child_start(calls_on_each_cpu, NULL);
	static struct arrived arrived;
	uint64_t began_ns, ended_ns;

	live_watch(probe, &child.pid, 1);
	live_want(probe, (const int[]){ SYS_getppid }, 1);
	began_ns = wall_ns();
	live_child_go(&child);
	ck_assert_int_eq(live_child_wait(&child), 0);
	ended_ns = wall_ns();
	live_drain_all(probe, on_record, &arrived);

	ck_assert_uint_eq(arrived.len, CALLS * online());
	ck_assert_uint_eq(arrived.misplaced, 0);
	/* One thread moved over the CPUs: the merge has its calls in order, and none is late. */
	ck_assert_uint_eq(arrived.disordered, 0);
	ck_assert_uint_eq(arrived.not_late, 0);
	for (unsigned cpu = 0; cpu < online(); cpu++)
		ck_assert_msg(arrived.by_cpu[cpu] == CALLS, "CPU %u: %zu records", cpu,
			      arrived.by_cpu[cpu]);
	/* The clock of records is the wall clock, to a millisecond. */
	ck_assert_uint_ge(arrived.oldest_ns + 1000000, began_ns);
	ck_assert_uint_le(arrived.newest_ns, ended_ns + 1000000);
	probe_free(probe);
}
END_TEST

static int many_calls(void *arg)
{
	for (int i = 0; i < 100000; i++)
		syscall(SYS_getppid);
	return 0;
}

START_TEST(waits_and_is_woken_when_a_ring_fills)
{
	struct probe *probe = live_probe_open(&(struct probe_opts){
		.buffer_bytes = M, .cpus_per_buffer_set = true, .cpus_per_buffer = 0 });
	struct live_child child = live_child_start(many_calls, NULL);
	struct buffer_stats stats;
	uint64_t began_ns = live_now_ns();
	uint64_t waited_ms;

	live_watch(probe, &child.pid, 1);
	live_want(probe, (const int[]){ SYS_getppid }, 1);
	ck_assert_int_eq(probe_wait(probe, 50), 0);
	waited_ms = (live_now_ns() - began_ns) / 1000000;
	ck_assert_msg(waited_ms >= 45, "idle: waited %lu ms", waited_ms);

	began_ns = live_now_ns();
	live_child_go(&child);
	ck_assert_int_eq(probe_wait(probe, 20000), 0);
	waited_ms = (live_now_ns() - began_ns) / 1000000;
	ck_assert_msg(waited_ms < 15000, "not woken for %lu ms", waited_ms);
	ck_assert_int_eq(probe_buffer_stats(probe, 0, &stats), 0);
	ck_assert_msg(stats.used_bytes > M / 2, "woken with %lu bytes in the ring",
		      stats.used_bytes);
	ck_assert_int_eq(live_child_wait(&child), 0);
	probe_free(probe);
}
END_TEST

static int few_calls(void *arg)
{
	for (int i = 0; i < CALLS; i++)
		syscall(SYS_getppid);
	return 0;
}

START_TEST(figures_follow_the_drain)
{
	struct probe *probe = live_probe_open(&(struct probe_opts){
		.buffer_bytes = M, .cpus_per_buffer_set = true, .cpus_per_buffer = 0 });
	struct live_child child = live_child_start(few_calls, NULL);
	static struct arrived arrived;
	struct probe_health health;
	struct buffer_stats stats;
	bool more = false;

	live_watch(probe, &child.pid, 1);
	live_want(probe, (const int[]){ SYS_getppid }, 1);
	ck_assert_int_eq(probe_health(probe, &health), 0);
	ck_assert_uint_eq(health.lag_ns, 0);
	live_child_go(&child);
	ck_assert_int_eq(live_child_wait(&child), 0);
	live_sleep_ms(20);
	ck_assert_int_eq(probe_health(probe, &health), 0);
	ck_assert_msg(health.lag_ns >= 20000000 && health.lag_ns < 60000000000u, "lag %lu ns",
		      health.lag_ns);

	ck_assert_int_eq(probe_drain(probe, CALLS - 1, on_record, &arrived, &more), CALLS - 1);
	ck_assert(more);
	ck_assert_int_eq(probe_buffer_stats(probe, 0, &stats), 0);
	ck_assert_uint_ge(stats.used_bytes, sizeof(struct record_prefix));
	ck_assert_uint_ge(stats.high_bytes, CALLS * sizeof(struct record_prefix));
	ck_assert_uint_eq(stats.fate[RECORD_FATE_PRODUCED][RECORD_CLASS_OTHER], CALLS);
	ck_assert_uint_eq(stats.fate[RECORD_FATE_DELIVERED][RECORD_CLASS_OTHER], CALLS - 1);

	ck_assert_int_eq(probe_drain(probe, CALLS, on_record, &arrived, &more), 1);
	ck_assert(!more);
	ck_assert_int_eq(probe_buffer_stats(probe, 0, &stats), 0);
	ck_assert_uint_eq(stats.used_bytes, 0);
	ck_assert_uint_eq(stats.fate[RECORD_FATE_DELIVERED][RECORD_CLASS_OTHER], CALLS);
	ck_assert_int_eq(probe_health(probe, &health), 0);
	ck_assert_uint_eq(health.lag_ns, 0);
	ck_assert_uint_eq(health.recursion_misses, 0);
	ck_assert_uint_gt(health.own_cpu_ns, 0);
	probe_free(probe);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("buffers");
	TCase *buffers = tcase_create("buffers");
	SRunner *runner = srunner_create(suite);
	int failed;

	live_require();
	tcase_set_timeout(buffers, 60);
	tcase_add_loop_test(buffers, options_take_effect, 0,
			    sizeof(option_cases) / sizeof(option_cases[0]));
	tcase_add_test(buffers, defaults);
	tcase_add_test(buffers, merged_in_order_of_time);
	tcase_add_test(buffers, waits_and_is_woken_when_a_ring_fills);
	tcase_add_test(buffers, figures_follow_the_drain);
	suite_add_tcase(suite, buffers);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
