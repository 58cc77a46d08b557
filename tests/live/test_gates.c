/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gates: what the kernel side leaves out of calls that somebody looks at. Counted where records are
 * made, so that leaving out later would not do. First by the interest itself, then from a condition
 * to what the engine asks of the probe.
 */
#include <check.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "live_probe.h"
#include "tui/condition.h"
#include "tui/engine.h"

#define SNAPLEN 80
#define TIMEOUT_S 120
#define READS_DONE 100
#define READS_FAILED 7

/* How many opens of each sort a child makes. */
struct opens {
	unsigned reading, writing, failing, folders, by_openat2;
};

static const struct opens all_sorts = { 1000, 10, 5, 3, 2 };
static const struct opens files_only = { 1000, 10, 0, 0, 0 };
static const struct opens with_failures = { 1000, 10, 5, 0, 0 };

static int open_one(const char *path, int flags)
{
	int fd = (int)syscall(SYS_openat, AT_FDCWD, path, flags, 0);

	if (fd >= 0)
		close(fd);
	return fd;
}

static int work(void *arg)
{
	const struct opens *opens = arg;
	struct open_how how = { .flags = O_RDONLY };
	char byte;
	int zero = (int)syscall(SYS_openat, AT_FDCWD, "/dev/zero", O_RDONLY, 0);
	bool right = zero >= 0;

	for (unsigned i = 1; i < opens->reading; i++)
		right &= open_one("/dev/null", O_RDONLY | O_CLOEXEC) >= 0;
	for (unsigned i = 0; i < opens->writing; i++)
		right &= open_one("/dev/null", i & 1 ? O_WRONLY : O_RDWR) >= 0;
	for (unsigned i = 0; i < opens->failing; i++)
		right &= open_one("/nonexistent", O_RDONLY) < 0;
	for (unsigned i = 0; i < opens->folders; i++)
		right &= open_one("/", O_RDONLY) >= 0;
	for (unsigned i = 0; i < opens->by_openat2; i++)
		right &= syscall(SYS_openat2, AT_FDCWD, "/dev/null", &how, sizeof(how)) >= 0;
	for (unsigned i = 0; i < READS_DONE; i++)
		right &= read(zero, &byte, 1) == 1;
	for (unsigned i = 0; i < READS_FAILED; i++)
		right &= read(-1, &byte, 1) < 0;
	return right ? 0 : 1;
}

/* --- the interest --- */

static uint64_t produced(struct probe *probe, enum record_class cls)
{
	struct buffer_stats stats;
	uint64_t sum = 0;

	for (size_t i = 0; i < probe_buffers_len(probe); i++) {
		ck_assert_int_eq(probe_buffer_stats(probe, i, &stats), 0);
		sum += stats.fate[RECORD_FATE_PRODUCED][cls];
	}
	return sum;
}

static void drop(void *ctx, const void *record, size_t len)
{
	(void)ctx;
	(void)record;
	(void)len;
}

struct gate_case {
	const char *name;
	uint8_t gates;
	uint64_t opens, reads; /* produced; the child's first read is that which it waits in */
};

static const struct gate_case gate_cases[] = {
	{ "none", 0, 1000 + 10 + 5 + 3 + 2, 1 + READS_DONE + READS_FAILED },
	/* Folders and openat2 pass. */
	{ "writes", PROBE_GATE_WRITES, 10 + 3 + 2, 1 + READS_DONE + READS_FAILED },
	{ "failed", PROBE_GATE_FAILED, 5 + 3, READS_FAILED },
	{ "both", PROBE_GATE_WRITES | PROBE_GATE_FAILED, 3, READS_FAILED },
};

START_TEST(interest_with_gates)
{
	const struct gate_case *c = &gate_cases[_i];
	struct probe_interest interest = { .failed = PROBE_FAILED_OFF };
	struct live_child child = live_child_start(work, (void *)&all_sorts);
	struct probe *probe = live_probe_small();
	uint64_t opens, reads;

	live_watch(probe, &child.pid, 1);
	interest.calls[SYS_openat] = PROBE_WANT_SCOPE | c->gates;
	interest.calls[SYS_openat2] = PROBE_WANT_SCOPE | c->gates;
	interest.calls[SYS_read] = PROBE_WANT_SCOPE | c->gates;
	/* A gate alone is no interest. */
	interest.calls[SYS_close] = c->gates;
	ck_assert_int_eq(probe_set_interest(probe, &interest), 0);
	live_child_go(&child);
	ck_assert_int_eq(live_child_wait(&child), 0);
	live_drain_all(probe, drop, NULL);
	opens = produced(probe, RECORD_CLASS_OPEN);
	reads = produced(probe, RECORD_CLASS_READ_WRITE);
	ck_assert_msg(opens == c->opens, "%s: %lu opens", c->name, opens);
	ck_assert_msg(reads == c->reads, "%s: %lu reads", c->name, reads);
	probe_free(probe);
}
END_TEST

/* --- conditions --- */

struct seen {
	unsigned lines;
};

static void on_event(void *ctx, struct state *state, const struct history_event *kept)
{
	struct seen *seen = ctx;

	(void)state;
	(void)kept;
	seen->lines++;
}

struct condition_case {
	const char *filter;
	const struct opens *work;
	enum interest_files files;
	uint64_t opens, reads; /* produced */
	unsigned lines;
};

static const struct condition_case condition_cases[] = {
	{ "evt.is_open_write=true", &files_only, INTEREST_FILES_HIDDEN, 10, 0, 10 },
	{ "evt.type=openat and evt.failed=true", &with_failures, INTEREST_FILES_HIDDEN, 5, 0, 5 },
	{ "evt.failed=true and evt.type=read", &with_failures, INTEREST_FILES_HIDDEN, 1015,
	  READS_FAILED, READS_FAILED },
	/* Names need the opens, other calls are gated all the same. */
	{ "evt.failed=true", &with_failures, INTEREST_FILES_HIDDEN, 1015, READS_FAILED,
	  5 + READS_FAILED },
	/* Somebody looks at files, or the condition does. */
	{ "evt.is_open_write=true", &files_only, INTEREST_FILES_SHOWN, 1010, 0, 10 },
	{ "evt.is_open_write=true and proc.fdopencount > 0", &files_only, INTEREST_FILES_HIDDEN,
	  1010, 0, 10 },
	{ "evt.is_open_write=true or evt.is_open_read=true", &files_only, INTEREST_FILES_HIDDEN,
	  1010, 1 + READS_DONE + READS_FAILED, 1010 },
};

/* Takes what the engine has counted when it has stopped. */
static void expect_produced(const struct condition_case *c, const struct snapshot *last)
{
	uint64_t opens = 0, reads = 0;

	for (size_t i = 0; i < last->buffers_len; i++) {
		opens += last->buffers[i].fate[RECORD_FATE_PRODUCED][RECORD_CLASS_OPEN];
		reads += last->buffers[i].fate[RECORD_FATE_PRODUCED][RECORD_CLASS_READ_WRITE];
	}
	ck_assert_msg(opens == c->opens, "%s: %lu opens", c->filter, opens);
	ck_assert_msg(reads == c->reads, "%s: %lu reads", c->filter, reads);
}

START_TEST(condition_with_gates)
{
	const struct condition_case *c = &condition_cases[_i];
	struct live_child child = live_child_start(work, (void *)c->work);
	struct usage_error wrong;
	struct probe_error err = { .what = "" };
	struct filter_set *set = NULL;
	struct seen seen = { 0 };
	struct engine_opts opts = {
		.probe = { .buffer_bytes = PROBE_BUFFER_MIN,
			   .snaplen = SNAPLEN,
			   .plain = live_plain() },
		.scope = { .pids = { child.pid }, .pids_len = 1, .children = true },
		.memory_bytes = 64u << 20,
		.delay_ns = 1000000000,
		.stream = VIEW_STREAM_ALL,
		.wait_stream = true,
		.tap = { .ctx = &seen, .event = on_event, .files = c->files },
		.capture_fd = -1,
	};
	struct snapshot *last = NULL;
	struct engine *engine;

	ck_assert_int_eq(condition_load(c->filter, &condition_live, &set, &wrong), 0);
	opts.filter = set;
	ck_assert_msg(engine_start(&opts, &engine, &err) == 0, "%s", err.what);
	live_child_go(&child);
	ck_assert_int_eq(live_child_wait(&child), 0);
	engine_stop(engine, &last);
	expect_produced(c, last);
	ck_assert_msg(seen.lines == c->lines, "%s: %u lines", c->filter, seen.lines);
	snapshot_unref(last);
	filter_set_free(set);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("gates");
	TCase *cases = tcase_create("gates");
	SRunner *runner = srunner_create(suite);
	int failed;

	live_require();
	srunner_set_fork_status(runner, CK_NOFORK);
	alarm(TIMEOUT_S);
	tcase_add_loop_test(cases, interest_with_gates, 0,
			    sizeof(gate_cases) / sizeof(gate_cases[0]));
	tcase_add_loop_test(cases, condition_with_gates, 0,
			    sizeof(condition_cases) / sizeof(condition_cases[0]));
	suite_add_tcase(suite, cases);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
