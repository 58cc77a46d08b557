/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loss is data: with the smallest buffers, everything streamed and a flood that nobody drains for a
 * while, every record is in exactly one fate, per buffer and class. SAKER_STOP_SECONDS: how long
 * the consumer is stopped (default 2; a minute in `make bench`).
 */
#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sched.h>
#include <time.h>
#include <unistd.h>
#include "live_probe.h"

#define FLOODERS 3
#define FLOOD_LOST 1000   /* records that a flood loses at least */
#define FLOOD_ROUNDS 2000 /* more than all buffers hold, by more than that */
#define KNOWN_ROUNDS 3000

/* What the callback saw, per buffer and class; and how high the drops in the prefixes went. */
struct tally {
	uint64_t delivered[PROBE_SCOPE_MAX][RECORD_CLASS_COUNT];
	uint64_t drops[PROBE_SCOPE_MAX];
	uint64_t late;
};

static void on_record(void *ctx, const void *record, size_t len)
{
	struct record_prefix prefix;
	struct tally *tally = ctx;

	memcpy(&prefix, record, sizeof(prefix));
	if (prefix.buffer >= PROBE_SCOPE_MAX || prefix.cls >= RECORD_CLASS_COUNT)
		abort();
	tally->delivered[prefix.buffer][prefix.cls]++;
	tally->late += (prefix.flags & RECORD_F_LATE) != 0;
	if (prefix.drops > tally->drops[prefix.buffer])
		tally->drops[prefix.buffer] = prefix.drops;
}

/* One of each class of records. */
static void one_round(const struct sockaddr *nowhere, socklen_t nowhere_len)
{
	char bytes[64];
	int fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	int sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	for (int i = 0; i < 8; i++) {
		syscall(SYS_getppid);
		if (read(fd, bytes, sizeof(bytes)) < 0)
			break;
	}
	(void)connect(sock, nowhere, nowhere_len);
	(void)accept4(sock, NULL, NULL, SOCK_CLOEXEC);
	close(sock);
	close(fd);
}

/* Shared between the test and those that make a flood for it. */
struct flood {
	unsigned rounds; /* that all have made */
	bool over;
};

static struct flood *flood_new(void)
{
	struct flood *flood = mmap(NULL, sizeof(*flood), PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	ck_assert_ptr_ne(flood, MAP_FAILED);
	return flood;
}

/* Until it is over; a fork and its exit in between, for their classes. */
static int make_flood(void *arg)
{
	static const struct sockaddr nowhere = { .sa_family = AF_UNIX, .sa_data = "/nowhere" };
	struct flood *flood = arg;

	while (!__atomic_load_n(&flood->over, __ATOMIC_RELAXED)) {
		pid_t pid;

		for (int i = 0; i < 200; i++)
			one_round(&nowhere, sizeof(nowhere));
		__atomic_fetch_add(&flood->rounds, 200, __ATOMIC_RELAXED);
		pid = fork();
		if (pid == 0)
			_exit(0);
		if (pid > 0)
			waitpid(pid, NULL, 0);
	}
	return 0;
}

static uint64_t lost(const struct buffer_stats *stats, size_t cls)
{
	return stats->fate[RECORD_FATE_FULL][cls] + stats->fate[RECORD_FATE_NO_SCRATCH][cls] +
	       stats->fate[RECORD_FATE_TOO_LARGE][cls] + stats->fate[RECORD_FATE_CORRUPT][cls];
}

static uint64_t lost_now(struct probe *probe)
{
	struct buffer_stats stats;
	uint64_t sum = 0;

	for (size_t i = 0; i < probe_buffers_len(probe); i++) {
		ck_assert_int_eq(probe_buffer_stats(probe, i, &stats), 0);
		for (size_t cls = 0; cls < RECORD_CLASS_COUNT; cls++)
			sum += lost(&stats, cls);
	}
	return sum;
}

static uint64_t delivered_of(const struct probe *probe, const struct tally *tally, size_t cls)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < probe_buffers_len(probe); i++)
		sum += tally->delivered[i][cls];
	return sum;
}

static bool all_classes_arrived(const struct probe *probe, const struct tally *tally)
{
	for (size_t cls = 0; cls < RECORD_CLASS_COUNT; cls++)
		if (!delivered_of(probe, tally, cls))
			return false;
	return true;
}

/* Nothing runs any more and all is drained: the equation holds. Returns what was lost in all. */
static uint64_t expect_equation(struct probe *probe, const struct tally *tally)
{
	uint64_t all_lost = 0;

	for (size_t i = 0; i < probe_buffers_len(probe); i++) {
		struct buffer_stats stats;
		uint64_t buffer_lost = 0;

		ck_assert_int_eq(probe_buffer_stats(probe, i, &stats), 0);
		for (size_t cls = 0; cls < RECORD_CLASS_COUNT; cls++) {
			uint64_t produced = stats.fate[RECORD_FATE_PRODUCED][cls];
			uint64_t delivered = stats.fate[RECORD_FATE_DELIVERED][cls];

			ck_assert_msg(produced == delivered + lost(&stats, cls),
				      "buffer %zu class %zu: produced %lu, delivered %lu, lost %lu",
				      i, cls, produced, delivered, lost(&stats, cls));
			ck_assert_msg(delivered == tally->delivered[i][cls],
				      "buffer %zu class %zu: %lu delivered, %lu arrived", i, cls,
				      delivered, tally->delivered[i][cls]);
			ck_assert_uint_eq(stats.fate[RECORD_FATE_CORRUPT][cls], 0);
			buffer_lost += lost(&stats, cls);
		}
		ck_assert_uint_le(tally->drops[i], buffer_lost);
		ck_assert_uint_eq(stats.used_bytes, 0);
		all_lost += buffer_lost;
	}
	return all_lost;
}

struct flood_case {
	const char *name;
	unsigned cpus_per_buffer;
};

static const struct flood_case flood_cases[] = {
	{ "one buffer for all", 0 },
	{ "a buffer for each CPU", 1 },
};

START_TEST(every_record_has_one_fate)
{
	const struct flood_case *c = &flood_cases[_i];
	struct probe_opts opts = {
		.buffer_bytes = PROBE_BUFFER_MIN,
		.cpus_per_buffer = c->cpus_per_buffer,
		.cpus_per_buffer_set = true,
		.snaplen = 80,
	};
	struct probe *probe = live_probe_open(&opts);
	struct live_child children[FLOODERS];
	struct tally tally = { .late = 0 };
	struct flood *flood = flood_new();
	pid_t pids[FLOODERS];
	size_t running = FLOODERS;

	for (size_t i = 0; i < FLOODERS; i++) {
		children[i] = live_child_start(make_flood, flood);
		pids[i] = children[i].pid;
	}
	live_watch(probe, pids, FLOODERS);
	live_want(probe, NULL, 0);
	for (size_t i = 0; i < FLOODERS; i++)
		live_child_go(&children[i]);

	while (lost_now(probe) <= FLOOD_LOST)
		live_sleep_ms(10);
	while (running > 0) {
		probe_wait(probe, 1);
		probe_drain(probe, 10000, on_record, &tally, NULL);
		if (all_classes_arrived(probe, &tally))
			__atomic_store_n(&flood->over, true, __ATOMIC_RELAXED);
		while (running > 0 && waitpid(pids[running - 1], NULL, WNOHANG) > 0)
			running--;
	}
	live_drain_all(probe, on_record, &tally);

	ck_assert_msg(expect_equation(probe, &tally) > FLOOD_LOST, "%s: found again", c->name);
	probe_free(probe);
	munmap(flood, sizeof(*flood));
}
END_TEST

/* Only calls that are counted here are wanted, so that produced can be told beforehand. */
static int known_calls(void *arg)
{
	char bytes[8];
	int fd = -1;

	for (int i = 0; i < KNOWN_ROUNDS; i++) {
		fd = (int)syscall(SYS_openat, AT_FDCWD, "/dev/zero", O_RDONLY | O_CLOEXEC, 0);
		for (int j = 0; j < 10; j++) {
			if (syscall(SYS_read, fd, bytes, sizeof(bytes)) < 0)
				return 1;
		}
		syscall(SYS_close, fd);
	}
	return 0;
}

/*
 * Nothing is drained while the child runs: most of its records find the buffer full, and are
 * known.
 */
START_TEST(produced_is_what_was_called)
{
	static const int wanted[] = { SYS_openat, SYS_read, SYS_close };
	struct probe *probe = live_probe_small();
	struct live_child child = live_child_start(known_calls, NULL);
	uint64_t produced[RECORD_CLASS_COUNT] = { 0 };
	struct tally tally = { .late = 0 };

	live_watch(probe, &child.pid, 1);
	live_want(probe, wanted, sizeof(wanted) / sizeof(wanted[0]));
	live_child_go(&child);
	ck_assert_int_eq(live_child_wait(&child), 0);
	live_drain_all(probe, on_record, &tally);

	ck_assert_uint_gt(expect_equation(probe, &tally), KNOWN_ROUNDS);
	for (size_t i = 0; i < probe_buffers_len(probe); i++) {
		struct buffer_stats stats;

		ck_assert_int_eq(probe_buffer_stats(probe, i, &stats), 0);
		for (size_t cls = 0; cls < RECORD_CLASS_COUNT; cls++)
			produced[cls] += stats.fate[RECORD_FATE_PRODUCED][cls];
	}
	ck_assert_uint_eq(produced[RECORD_CLASS_OPEN], KNOWN_ROUNDS);
	ck_assert_uint_eq(produced[RECORD_CLASS_CLOSE], KNOWN_ROUNDS);
	/* And the read that waited for the go. */
	ck_assert_uint_eq(produced[RECORD_CLASS_READ_WRITE], KNOWN_ROUNDS * 10 + 1);
	probe_free(probe);
}
END_TEST

/* The consumer: drains until its pipe says that the flood is over. */
struct consumer {
	int ready_fd, done_fd;
	pid_t watched[FLOODERS];
};

static int consume(void *arg)
{
	struct consumer *consumer = arg;
	struct probe *probe = live_probe_small();
	struct tally tally = { .late = 0 };
	uint64_t all_lost;
	char byte;

	live_watch(probe, consumer->watched, FLOODERS);
	live_want(probe, NULL, 0);
	if (write(consumer->ready_fd, "r", 1) != 1)
		return 1;
	while (read(consumer->done_fd, &byte, 1) < 0) {
		probe_wait(probe, 5);
		probe_drain(probe, 10000, on_record, &tally, NULL);
	}
	live_drain_all(probe, on_record, &tally);
	all_lost = expect_equation(probe, &tally);
	probe_free(probe);
	return all_lost > FLOOD_LOST ? 0 : 2;
}

START_TEST(a_stopped_consumer_loses_and_says_so)
{
	const char *text = getenv("SAKER_STOP_SECONDS");
	unsigned stop_ms = text ? (unsigned)strtoul(text, NULL, 10) * 1000 : 2000;
	struct flood *flood = flood_new();
	struct live_child flooders[FLOODERS];
	struct consumer consumer;
	struct live_child child;
	int ready[2], done[2];
	char byte;

	ck_assert_int_eq(pipe2(ready, O_CLOEXEC), 0);
	ck_assert_int_eq(pipe2(done, O_CLOEXEC | O_NONBLOCK), 0);
	consumer = (struct consumer){ .ready_fd = ready[1], .done_fd = done[0] };
	for (size_t i = 0; i < FLOODERS; i++) {
		flooders[i] = live_child_start(make_flood, flood);
		consumer.watched[i] = flooders[i].pid;
	}
	child = live_child_start(consume, &consumer);
	live_child_go(&child);
	ck_assert_int_eq(read(ready[0], &byte, 1), 1);

	for (size_t i = 0; i < FLOODERS; i++)
		live_child_go(&flooders[i]);
	while (!__atomic_load_n(&flood->rounds, __ATOMIC_RELAXED))
		live_sleep_ms(1);
	kill(child.pid, SIGSTOP);
	live_sleep_ms(stop_ms);
	while (__atomic_load_n(&flood->rounds, __ATOMIC_RELAXED) < FLOOD_ROUNDS)
		live_sleep_ms(10);
	kill(child.pid, SIGCONT);
	__atomic_store_n(&flood->over, true, __ATOMIC_RELAXED);
	for (size_t i = 0; i < FLOODERS; i++)
		ck_assert_int_eq(live_child_wait(&flooders[i]), 0);
	ck_assert_int_eq(write(done[1], "d", 1), 1);
	ck_assert_int_eq(live_child_wait(&child), 0);
	munmap(flood, sizeof(*flood));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("loss");
	TCase *loss = tcase_create("loss");
	SRunner *runner = srunner_create(suite);
	int failed;

	live_require();
	tcase_set_timeout(loss, 120);
	tcase_add_loop_test(loss, every_record_has_one_fate, 0,
			    sizeof(flood_cases) / sizeof(flood_cases[0]));
	tcase_add_test(loss, produced_is_what_was_called);
	tcase_add_test(loss, a_stopped_consumer_loses_and_says_so);
	suite_add_tcase(suite, loss);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
