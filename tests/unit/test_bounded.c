/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Captures of hosts that are larger than the memory limit, made here: the limit holds at every
 * refresh with a reader that holds the snapshot before, what is missing is counted and said, sums
 * stay, and what somebody looks at is there. The same capture gives the same twice.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "probe/capture_reader.h"
#include "run_suite.h"
#include "state/state.h"
#include "tui/recorder.h"
#include "tui/replay_feed.h"

#define SECOND 1000000000ull
#define REFRESHES 4u
#define KEPT_PID 77u /* idle, and looked at */

static const struct host {
	const char *name;
	unsigned processes, fds; /* fds: of each of the first fd_processes */
	unsigned fd_processes;
	unsigned memory_mb;
	bool evicts;
} hosts[] = {
	{ "200,000 processes in the default limit", 200000, 0, 0, 256, true },
	{ "50,000 processes in 32 MiB", 50000, 0, 0, 32, true },
	{ "a million files of 1,000 processes in 64 MiB", 1000, 1000, 1000, 64, true },
	{ "a million files of one process", 10, 1000000, 1, 512, false },
	{ "a small host", 300, 20, 300, 32, false },
};

static int know_nothing(void *ctx, uint32_t pid, unsigned parts, struct process_seed *ret_seed)
{
	return -ENOENT;
}

static int know_no_text(void *ctx, uint32_t id, char *text, size_t *len)
{
	return -ENOENT;
}

/* Every tenth process works; the others are idle since their start. */
static uint64_t calls_of(unsigned pid, unsigned refresh)
{
	return pid % 10 ? 5 : 100ull * refresh + 7;
}

static uint64_t tell_tasks(struct recorder *recorder, const struct host *host, unsigned refresh)
{
	uint64_t sum = 0;

	for (unsigned i = 1; i <= host->processes; i++) {
		struct call_count calls[2] = { { .nr = 0, .calls = calls_of(i, refresh) },
					       { .nr = 1, .calls = 3, .errors = 1 } };
		struct task_sample task = {
			.pid = i,
			.tid = i,
			.ppid = 1,
			.start_boot_ns = i,
			.thread_start_boot_ns = i,
			.threads = 1,
			.state = 'S',
			.flags = TASK_F_IN_SCOPE | TASK_F_LEADER,
			.calls_len = 2,
		};

		snprintf(task.comm, sizeof(task.comm), "prog%u", i % 500);
		memcpy(task.leader_comm, task.comm, sizeof(task.comm));
		recorder_task(recorder, &task, calls);
		sum += calls[0].calls + calls[1].calls;
	}
	return sum;
}

static void tell_files(struct recorder *recorder, const struct host *host)
{
	char path[64];

	recorder_files_begin(recorder, 0, STATE_PASS_FOLLOW);
	for (unsigned pid = 1; pid <= host->fd_processes; pid++) {
		for (unsigned fd = 0; fd < host->fds; fd++) {
			struct file_sample file = { .pid = pid,
						    .fd = (int32_t)fd,
						    .start_boot_ns = pid,
						    .ino = fd + 1,
						    .dev = 1,
						    .mode = S_IFREG };

			file.path_len = (uint16_t)snprintf(path, sizeof(path), "/srv/data/%u/%u",
							   pid % 100, fd);
			recorder_file(recorder, &file, path);
		}
	}
	recorder_files_end(recorder, 0);
}

/* Writes the capture; returns the calls that it tells of in all. */
static uint64_t make_capture(const char *path, int fd, const struct host *host)
{
	static const struct state_source source = { .process_seed = know_nothing,
						    .process_cgroup = know_no_text,
						    .user_name = know_no_text };
	const struct recorder_opts opts = { .fd = fd, .source = &source, .host = "large" };
	struct health_row health = { .events = 0 };
	struct recorder_result result;
	struct recorder *recorder;
	uint64_t calls = 0;

	ck_assert_int_eq(recorder_new(&opts, &recorder), 0);
	for (unsigned refresh = 1; refresh <= REFRESHES; refresh++) {
		recorder_begin(recorder, refresh * SECOND);
		calls = tell_tasks(recorder, host, refresh);
		recorder_end(recorder, RECORDER_COMPLETE);
		if (refresh == 1)
			tell_files(recorder, host);
		recorder_health(recorder, &health, NULL, 0);
	}
	recorder_close(recorder, &result);
	ck_assert_msg(result.error == 0, "%s", strerror(-result.error));
	return calls;
}

struct seen {
	struct replay_feed *feed;
	struct snapshot *held; /* by a reader who is one behind */
	uint64_t most_bytes;
	unsigned snapshots;
};

static int on_refreshed(void *ctx)
{
	struct seen *seen = ctx;
	struct state *state = replay_feed_state(seen->feed);
	struct snapshot *snapshot;

	state_keep(state, KEPT_PID);
	ck_assert_int_eq(state_publish(state, &snapshot), 0);
	if (snapshot->health.memory_bytes > seen->most_bytes)
		seen->most_bytes = snapshot->health.memory_bytes;
	snapshot_unref(seen->held);
	seen->held = snapshot;
	seen->snapshots++;
	return 0;
}

/* Replays the file; the last snapshot is the caller's. */
static void replay(const char *path, const struct host *host, struct seen *seen,
		   int (*refreshed)(void *ctx))
{
	struct replay_feed_opts opts = { .memory_bytes = (size_t)host->memory_mb << 20,
					 .tap = { .ctx = seen, .refreshed = refreshed } };
	struct capture_error err = { .text = "" };
	struct capture_reader *reader;
	FILE *file = fopen(path, "re");
	int rc;

	*seen = (struct seen){ .feed = NULL };
	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(capture_reader_new(dup(fileno(file)), &reader), 0);
	fclose(file);
	ck_assert_int_eq(replay_feed_new(&opts, &seen->feed), 0);
	do {
		rc = capture_read(reader, replay_feed_sink(seen->feed), &err);
	} while (rc > 0);
	ck_assert_msg(rc == 0, "%s", err.text);
	capture_reader_free(reader);
}

static void seen_release(struct seen *seen)
{
	snapshot_unref(seen->held);
	replay_feed_free(seen->feed);
}

static void check_seen(const struct host *host, const struct seen *seen, uint64_t calls)
{
	const struct snapshot *last = seen->held;
	const struct proc_row *kept = snapshot_proc(last, KEPT_PID, KEPT_PID);
	uint64_t limit = (uint64_t)host->memory_mb << 20;

	ck_assert_uint_eq(seen->snapshots, REFRESHES);
	ck_assert_msg(seen->most_bytes <= limit, "%s: %llu bytes", host->name,
		      (unsigned long long)seen->most_bytes);
	ck_assert_msg(last->health.calls == calls, "%s: %llu calls, told %llu", host->name,
		      (unsigned long long)last->health.calls, (unsigned long long)calls);
	ck_assert_msg((last->health.rows_evicted + last->health.roomless > 0) == host->evicts,
		      "%s: %llu evicted, %llu without a row", host->name,
		      (unsigned long long)last->health.rows_evicted,
		      (unsigned long long)last->health.roomless);
	ck_assert(!last->health.inexact);
	if (host->evicts)
		ck_assert_msg(last->health.notice && strstr(last->health.notice, "memory limit"),
			      "%s: %s", host->name, last->health.notice);
	if (host->processes > KEPT_PID)
		ck_assert_ptr_nonnull(kept);
	if (host->fd_processes > KEPT_PID) {
		ck_assert(kept->fds_known);
		ck_assert_uint_eq(kept->fds, host->fds);
	}
}

START_TEST(stays_within_the_limit)
{
	const struct host *host = &hosts[_i];
	char path[] = "/tmp/saker_bounded_XXXXXX";
	struct seen first, second;
	uint64_t calls = make_capture(path, mkstemp(path), host);

	replay(path, host, &first, on_refreshed);
	check_seen(host, &first, calls);
	replay(path, host, &second, on_refreshed);
	unlink(path);
	ck_assert_uint_eq(first.held->procs_len, second.held->procs_len);
	ck_assert_uint_eq(first.held->fds_len, second.held->fds_len);
	ck_assert_uint_eq(first.held->health.rows_evicted, second.held->health.rows_evicted);
	for (size_t i = 0; i < first.held->procs_len; i++)
		ck_assert_uint_eq(first.held->procs[i].pid, second.held->procs[i].pid);
	seen_release(&first);
	seen_release(&second);
}
END_TEST

#define CHURN_ALIVE 100u
#define CHURN_KINDS 100u
#define CHURN_REFRESHES 40u

static int on_churned(void *ctx)
{
	struct seen *seen = ctx;
	unsigned alive = 0;
	int r = on_refreshed(ctx);

	for (size_t i = 0; i < seen->held->procs_len; i++)
		alive += !seen->held->procs[i].dead;
	ck_assert_msg(alive == CHURN_ALIVE && !seen->held->health.roomless,
		      "refresh %u: %u of %u living ones have a row, %llu without", seen->snapshots,
		      alive, CHURN_ALIVE, (unsigned long long)seen->held->health.roomless);
	return r;
}

/* A generation lives from one refresh to the next. */
static void tell_generation(struct recorder *recorder, unsigned generation)
{
	struct call_count calls[CHURN_KINDS];
	struct task_sample task = { .threads = 1,
				    .state = 'S',
				    .comm = "churn",
				    .flags = TASK_F_IN_SCOPE | TASK_F_LEADER,
				    .calls_len = CHURN_KINDS };
	struct task_exit ended = { .comm = "churn",
				   .flags = TASK_F_IN_SCOPE | TASK_F_LEADER,
				   .process_ended = true,
				   .calls_len = CHURN_KINDS };

	for (unsigned nr = 0; nr < CHURN_KINDS; nr++)
		calls[nr] = (struct call_count){ .nr = (uint16_t)nr, .calls = 1 };
	for (unsigned i = 1; i <= CHURN_ALIVE; i++) {
		task.pid = task.tid = generation * CHURN_ALIVE + i;
		task.start_boot_ns = task.thread_start_boot_ns = generation * SECOND + i;
		recorder_task(recorder, &task, calls);
	}
	for (unsigned i = 1; generation > 1 && i <= CHURN_ALIVE; i++) {
		ended.pid = ended.tid = (generation - 1) * CHURN_ALIVE + i;
		ended.start_boot_ns = ended.thread_start_boot_ns = (generation - 1) * SECOND + i;
		recorder_exit(recorder, &ended, calls);
	}
}

/* Rows of those that ended fill the memory: whoever starts finds room all the same. */
START_TEST(the_dead_make_room)
{
	static const struct host host = { "churn", CHURN_ALIVE, 0, 0, 16, true };
	static const struct state_source source = { .process_seed = know_nothing,
						    .process_cgroup = know_no_text,
						    .user_name = know_no_text };
	char path[] = "/tmp/saker_churn_XXXXXX";
	struct recorder_opts opts = { .source = &source, .host = "churn" };
	struct health_row health = { .events = 0 };
	struct recorder_result result;
	struct recorder *recorder;
	struct seen seen;

	opts.fd = mkstemp(path);
	ck_assert_int_eq(recorder_new(&opts, &recorder), 0);
	for (unsigned refresh = 1; refresh <= CHURN_REFRESHES; refresh++) {
		recorder_begin(recorder, refresh * SECOND);
		tell_generation(recorder, refresh);
		recorder_end(recorder, RECORDER_COMPLETE);
		recorder_health(recorder, &health, NULL, 0);
	}
	recorder_close(recorder, &result);
	replay(path, &host, &seen, on_churned);
	ck_assert_uint_eq(seen.snapshots, CHURN_REFRESHES);
	ck_assert_uint_gt(seen.held->health.rows_evicted, 0);
	unlink(path);
	seen_release(&seen);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("bounded");

	tcase_set_timeout(tcase, 300);
	tcase_add_loop_test(tcase, stays_within_the_limit, 0,
			    (int)(sizeof(hosts) / sizeof(hosts[0])));
	tcase_add_test(tcase, the_dead_make_room);
	return run_suite("bounded", tcase);
}
