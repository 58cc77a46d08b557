/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one event costs, and how many of them get through.
 *
 *   bench_events families [ROUNDS]   ns of one operation bare, counted and streamed; ns and bytes
 *                                    of one event, by family; ns of the reader for it
 *   bench_events peak [SECONDS]      events/s without loss, by number of ring buffers
 *
 * A child makes the calls and measures its own CPU time; this process loads the probe, scoped to
 * the child, and drains into a state as the engine does. Every round measures all three ways in
 * turn.
 */
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench_child.h"
#include "probe/probe.h"
#include "state/state.h"

#define ROUNDS_MAX 50
#define DRAIN_BATCH 20000
#define MEMORY_BYTES (64u << 20)
#define PEAK_START 200000.0
#define PEAK_STEP 1.3
#define PEAK_BUFFER_BYTES (8u << 20)

struct reader {
	struct probe *probe;
	struct state *state;
	uint64_t events, bytes, cpu_ns;
};

static void die(const char *what)
{
	fprintf(stderr, "bench_events: %s\n", what);
	exit(1);
}

static uint64_t now_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void on_record(void *ctx, const void *record, size_t len)
{
	struct reader *reader = ctx;

	reader->events++;
	reader->bytes += len;
	(void)state_record(reader->state, record, len);
}

/* Until nothing comes any more. */
static void drain(struct reader *reader)
{
	uint64_t began = now_ns(CLOCK_THREAD_CPUTIME_ID);
	int count;

	do {
		count = probe_drain(reader->probe, DRAIN_BATCH, on_record, reader, NULL);
	} while (count > 0);
	reader->cpu_ns += now_ns(CLOCK_THREAD_CPUTIME_ID) - began;
	if (count < 0)
		die("the drain failed");
}

static void reader_open(struct reader *reader, unsigned cpus_per_buffer, const pid_t *pids,
			size_t pids_len)
{
	struct probe_opts opts = { .buffer_bytes = PEAK_BUFFER_BYTES,
				   .cpus_per_buffer = cpus_per_buffer,
				   .cpus_per_buffer_set = true,
				   .snaplen = 80 };
	struct probe_scope scope = { .children = true, .pids_len = pids_len };
	struct state_opts state_opts = { .memory_bytes = MEMORY_BYTES, .host = "bench" };
	static const struct state_source nothing = { .ctx = NULL };
	struct probe_error err = { .what = "" };

	memset(reader, 0, sizeof(*reader));
	memcpy(scope.pids, pids, pids_len * sizeof(*pids));
	if (state_new(&state_opts, &nothing, &reader->state) < 0 ||
	    probe_new(&opts, &reader->probe) < 0)
		die("no memory");
	if (probe_load_counters(reader->probe, &err) < 0 ||
	    probe_load_stream(reader->probe, &err) < 0)
		die(err.what);
	if (probe_set_scope(reader->probe, &scope) < 0)
		die("the scope was refused");
}

static void reader_close(struct reader *reader)
{
	probe_free(reader->probe);
	state_free(reader->state);
}

static void want(struct reader *reader, const struct bench_family *family)
{
	struct probe_interest interest = { .failed = PROBE_FAILED_OFF };

	for (size_t i = 0; family && i < family->nrs_len; i++)
		interest.calls[family->nrs[i]] = PROBE_WANT_SCOPE;
	if (probe_set_interest(reader->probe, &interest) < 0)
		die("the interest was refused");
}

static uint64_t drops(struct reader *reader)
{
	uint64_t lost = 0;

	for (size_t i = 0; i < probe_buffers_len(reader->probe); i++) {
		struct buffer_stats stats;

		if (probe_buffer_stats(reader->probe, i, &stats) < 0)
			die("no statistics of the buffers");
		for (unsigned fate = 0; fate < RECORD_FATE_COUNT; fate++)
			for (unsigned cls = 0; cls < RECORD_CLASS_COUNT; cls++)
				if (fate != RECORD_FATE_PRODUCED && fate != RECORD_FATE_DELIVERED)
					lost += stats.fate[fate][cls];
	}
	return lost;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double median(double *values, size_t len)
{
	qsort(values, len, sizeof(*values), by_value);
	return len % 2 ? values[len / 2] : (values[len / 2 - 1] + values[len / 2]) / 2;
}

/* One round of a family: ns of an operation in each of three ways. */
struct round {
	double bare[ROUNDS_MAX], counted[ROUNDS_MAX], streamed[ROUNDS_MAX], event[ROUNDS_MAX];
	double reader[ROUNDS_MAX];
	double bytes;
	uint64_t lost;
};

static void one_round(const struct bench_family *family, struct round *all, size_t at)
{
	struct bench_child child;
	struct reader reader;
	double per_op;

	bench_child_start(&child, family);
	all->bare[at] = bench_child_run(&child, NULL, NULL);
	reader_open(&reader, 0, &child.pid, 1);
	want(&reader, NULL);
	all->counted[at] = bench_child_run(&child, NULL, NULL);
	want(&reader, family);
	drain(&reader);
	reader.events = reader.bytes = reader.cpu_ns = 0;
	all->streamed[at] = bench_child_run(&child, (bench_meanwhile)drain, &reader);
	drain(&reader);
	all->lost += drops(&reader);
	if (!reader.events)
		die("no event came");
	per_op = (double)reader.events / (double)family->count;
	all->event[at] = (all->streamed[at] - all->counted[at]) / per_op;
	all->bytes = (double)reader.bytes / (double)reader.events;
	all->reader[at] = (double)reader.cpu_ns / (double)reader.events;
	reader_close(&reader);
	bench_child_stop(&child);
}

static void families(size_t rounds)
{
	printf("events: ns of one operation (CPU time of who makes it; medians of %zu rounds)\n",
	       rounds);
	printf("  %-12s %9s %9s %9s   %12s %12s %13s\n", "family", "bare", "counted", "streamed",
	       "ns/event", "bytes/event", "reader ns");
	for (size_t f = 0; f < bench_families_len; f++) {
		static struct round all;

		memset(&all, 0, sizeof(all));
		for (size_t at = 0; at < rounds; at++)
			one_round(&bench_families[f], &all, at);
		printf("  %-12s %9.0f %9.0f %9.0f   %+12.0f %12.0f %13.0f", bench_families[f].name,
		       median(all.bare, rounds), median(all.counted, rounds),
		       median(all.streamed, rounds), median(all.event, rounds), all.bytes,
		       median(all.reader, rounds));
		printf(all.lost ? "   %llu lost\n" : "\n", (unsigned long long)all.lost);
		fflush(stdout);
	}
}

struct bench_children {
	struct bench_child children[PROBE_SCOPE_MAX];
	size_t len;
};

/* Offers so many events a second for some seconds. Returns what was delivered a second. */
static double offer(struct reader *reader, struct bench_children *all, double rate, double seconds,
		    uint64_t *ret_lost)
{
	uint64_t before = drops(reader), began, end;

	reader->events = 0;
	began = now_ns(CLOCK_MONOTONIC);
	for (size_t i = 0; i < all->len; i++)
		bench_child_pace(&all->children[i], rate / (double)all->len, seconds);
	end = began + (uint64_t)(seconds * 1e9);
	while (now_ns(CLOCK_MONOTONIC) < end) {
		if (probe_wait(reader->probe, 5) < 0)
			break;
		drain(reader);
	}
	for (size_t i = 0; i < all->len; i++)
		bench_child_paced(&all->children[i]);
	drain(reader);
	*ret_lost = drops(reader) - before;
	return (double)reader->events * 1e9 / (double)(now_ns(CLOCK_MONOTONIC) - began);
}

/* Raises the rate until events are lost, or no more can be made. */
static void climb(struct reader *reader, struct bench_children *all, double seconds)
{
	double rate = PEAK_START, best = 0, made;
	uint64_t lost = 0;

	for (;; rate *= PEAK_STEP) {
		made = offer(reader, all, rate, seconds, &lost);
		if (lost)
			break;
		if (made > best)
			best = made;
		if (made < rate / 2)
			break;
	}
	printf("  %zu buffer%s: %.0f k/s without loss; %s at %.0f k/s offered\n",
	       probe_buffers_len(reader->probe), probe_buffers_len(reader->probe) == 1 ? " " : "s",
	       best / 1000, lost ? "first loss" : "no loss, no more could be made", rate / 1000);
	fflush(stdout);
}

/* One thread for each CPU; one buffer for each CPU, for two, ... for all. */
static void peak(double seconds)
{
	size_t cpus = (size_t)sysconf(_SC_NPROCESSORS_ONLN);
	struct bench_children all;
	pid_t pids[PROBE_SCOPE_MAX];

	all.len = cpus < PROBE_SCOPE_MAX ? cpus : PROBE_SCOPE_MAX;
	printf("\npeak: events/s of 1-byte reads without loss, from %zu threads; buffers of %u "
	       "MiB\n",
	       all.len, PEAK_BUFFER_BYTES >> 20);
	for (unsigned per_buffer = 1; per_buffer <= cpus; per_buffer *= 2) {
		struct reader reader;

		for (size_t i = 0; i < all.len; i++) {
			bench_child_start(&all.children[i], &bench_families[0]);
			pids[i] = all.children[i].pid;
		}
		reader_open(&reader, per_buffer, pids, all.len);
		want(&reader, &bench_families[0]);
		climb(&reader, &all, seconds);
		reader_close(&reader);
		for (size_t i = 0; i < all.len; i++)
			bench_child_stop(&all.children[i]);
	}
}

int main(int argc, char **argv)
{
	double number = argc > 2 ? atof(argv[2]) : 0;

	if (argc > 1 && strcmp(argv[1], "families") == 0) {
		families(number >= 1 && number <= ROUNDS_MAX ? (size_t)number : 5);
		return 0;
	}
	if (argc > 1 && strcmp(argv[1], "peak") == 0) {
		peak(number > 0 ? number : 1);
		return 0;
	}
	fprintf(stderr, "usage: bench_events families [ROUNDS] | peak [SECONDS]\n");
	return 2;
}
