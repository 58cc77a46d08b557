/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the start to the end of a probe: nothing of it stays in the kernel, however it ends; two
 * beside each other do not disturb one another; which privileges it takes, and what it does without
 * them.
 */
#include <cap-ng.h>
#include <check.h>
#include <errno.h>
#include <grp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "live_probe.h"
#include "probe/live.h"
#include "probe/own_pid.h"
#include "probe/count.skel.h"
#include "probe/stream.skel.h"

#define IDS_MAX 256
#define CALLS 50
#define NOBODY 65534

/* Kernel objects of a probe, by id. */
struct ids {
	uint32_t progs[IDS_MAX], links[IDS_MAX];
	size_t progs_len, links_len;
};

static int getppid_calls(void *arg)
{
	for (int i = 0; i < CALLS; i++)
		syscall(SYS_getppid);
	return 0;
}

static void ids_add_programs(struct ids *ids, const struct bpf_object *object)
{
	struct bpf_program *prog;

	bpf_object__for_each_program (prog, object) {
		struct bpf_prog_info info = { 0 };
		uint32_t len = sizeof(info);

		if (bpf_program__fd(prog) < 0)
			continue;
		ck_assert_uint_lt(ids->progs_len, IDS_MAX);
		ck_assert_int_eq(bpf_obj_get_info_by_fd(bpf_program__fd(prog), &info, &len), 0);
		ids->progs[ids->progs_len++] = info.id;
	}
}

static bool ids_has_program(const struct ids *ids, uint32_t id)
{
	for (size_t i = 0; i < ids->progs_len; i++) {
		if (ids->progs[i] == id)
			return true;
	}
	return false;
}

/* The links of our programs among all links of the machine. */
static void ids_add_links(struct ids *ids)
{
	uint32_t id = 0;

	while (bpf_link_get_next_id(id, &id) == 0) {
		struct bpf_link_info info = { 0 };
		uint32_t len = sizeof(info);
		int fd = bpf_link_get_fd_by_id(id);

		if (fd < 0)
			continue;
		if (bpf_obj_get_info_by_fd(fd, &info, &len) == 0 &&
		    ids_has_program(ids, info.prog_id)) {
			ck_assert_uint_lt(ids->links_len, IDS_MAX);
			ids->links[ids->links_len++] = id;
		}
		close(fd);
	}
}

static void ids_of(struct ids *ids, struct probe *probe)
{
	ids->progs_len = 0;
	ids->links_len = 0;
	ids_add_programs(ids, probe->count->obj);
	ids_add_programs(ids, probe->stream->obj);
	ids_add_links(ids);
	ck_assert_uint_ge(ids->progs_len, 6);
	ck_assert_uint_ge(ids->links_len, 4);
}

static bool is_gone(int (*open_id)(uint32_t id), uint32_t id)
{
	int fd = open_id(id);

	if (fd >= 0)
		close(fd);
	return fd < 0;
}

/* The kernel frees after a grace period: a few seconds are given to it. */
static void expect_gone(const struct ids *ids)
{
	for (int tries = 0; tries < 500; tries++) {
		size_t left = 0;

		for (size_t i = 0; i < ids->links_len; i++)
			left += !is_gone(bpf_link_get_fd_by_id, ids->links[i]);
		for (size_t i = 0; i < ids->progs_len; i++)
			left += !is_gone(bpf_prog_get_fd_by_id, ids->progs[i]);
		if (left == 0)
			return;
		live_sleep_ms(10);
	}
	ck_abort_msg("links or programs are still there");
}

START_TEST(nothing_stays_after_free)
{
	struct probe *probe = live_probe_small();
	struct ids ids;

	ids_of(&ids, probe);
	for (size_t i = 0; i < ids.progs_len; i++)
		ck_assert(!is_gone(bpf_prog_get_fd_by_id, ids.progs[i]));
	probe_free(probe);
	expect_gone(&ids);
}
END_TEST

/* Loads, tells its ids, then waits to be killed. */
static int hold_probe(void *arg)
{
	struct ids *ids = arg;
	struct probe *probe = live_probe_small();

	live_want(probe, NULL, 0);
	ids_of(ids, probe);
	raise(SIGSTOP);
	return 0;
}

START_TEST(nothing_stays_after_sigkill)
{
	struct ids *ids =
		mmap(NULL, sizeof(*ids), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct live_child child;
	int status;

	ck_assert_ptr_ne(ids, MAP_FAILED);
	child = live_child_start(hold_probe, ids);
	live_child_go(&child);
	ck_assert_int_eq(waitpid(child.pid, &status, WUNTRACED), child.pid);
	ck_assert_msg(WIFSTOPPED(status), "status %x", (unsigned)status);
	ck_assert(!is_gone(bpf_link_get_fd_by_id, ids->links[0]));
	kill(child.pid, SIGKILL);
	ck_assert_int_eq(live_child_wait(&child), 128 + SIGKILL);
	expect_gone(ids);
}
END_TEST

START_TEST(free_at_every_stage)
{
	struct probe_opts opts = { .buffer_bytes = PROBE_BUFFER_MIN };
	struct probe_error err = { .what = "" };
	struct probe *probe = NULL;

	probe_free(NULL);
	ck_assert_int_eq(probe_new(&opts, &probe), 0);
	probe_free(probe);
	ck_assert_int_eq(probe_new(&opts, &probe), 0);
	ck_assert_msg(probe_load_counters(probe, &err) == 0, "%s", err.what);
	ck_assert(!probe_stream_ready(probe));
	ck_assert_uint_eq(probe_buffers_len(probe), 0);
	ck_assert_int_eq(probe_drain(probe, 10, NULL, NULL, NULL), 0);
	ck_assert_int_eq(probe_wait(probe, 0), 0);
	probe_free(probe);
}
END_TEST

static void count_record(void *ctx, const void *record, size_t len)
{
	struct record_prefix prefix;

	memcpy(&prefix, record, sizeof(prefix));
	*(unsigned *)ctx += prefix.nr == SYS_getppid;
}

START_TEST(two_at_once)
{
	static const int wanted[] = { SYS_getppid };
	struct probe *first = live_probe_small();
	struct probe *second = live_probe_small();
	struct live_child child = live_child_start(getppid_calls, NULL);
	unsigned by_first = 0;
	unsigned by_second = 0;

	live_watch(first, &child.pid, 1);
	live_watch(second, &child.pid, 1);
	live_want(first, wanted, 1);
	live_want(second, wanted, 1);
	live_child_go(&child);
	ck_assert_int_eq(live_child_wait(&child), 0);
	live_drain_all(first, count_record, &by_first);
	ck_assert_uint_eq(by_first, CALLS);
	probe_free(first);
	live_drain_all(second, count_record, &by_second);
	ck_assert_uint_eq(by_second, CALLS);

	/* The second goes on without the first. */
	child = live_child_start(getppid_calls, NULL);
	live_watch(second, &child.pid, 1);
	live_child_go(&child);
	ck_assert_int_eq(live_child_wait(&child), 0);
	live_drain_all(second, count_record, &by_second);
	ck_assert_uint_eq(by_second, 2 * CALLS);
	probe_free(second);
}
END_TEST

/* Becomes nobody with these capabilities only. Never returns without. */
static void become_nobody(const unsigned *caps, size_t caps_len)
{
	prctl(PR_SET_KEEPCAPS, 1);
	if (setgroups(0, NULL) < 0 || setresgid(NOBODY, NOBODY, NOBODY) < 0 ||
	    setresuid(NOBODY, NOBODY, NOBODY) < 0)
		_exit(90);
	capng_clear(CAPNG_SELECT_BOTH);
	for (size_t i = 0; i < caps_len; i++)
		capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, caps[i]);
	if (capng_apply(CAPNG_SELECT_CAPS) != 0)
		_exit(91);
	/* After a change of the uid a process cannot look into its own /proc files. */
	prctl(PR_SET_DUMPABLE, 1);
}

struct caps_case {
	const char *name;
	unsigned caps[4];
	size_t caps_len;
	const char *what; /* NULL: it works */
};

static const struct caps_case caps_cases[] = {
	{ "none", { 0 }, 0, "CAP_BPF is missing" },
	{ "CAP_BPF", { CAP_BPF }, 1, "CAP_PERFMON is missing" },
	{ "CAP_PERFMON", { CAP_PERFMON }, 1, "CAP_BPF is missing" },
	{ "CAP_SYS_PTRACE", { CAP_SYS_PTRACE }, 1, "CAP_BPF is missing" },
	{ "CAP_BPF and CAP_PERFMON", { CAP_BPF, CAP_PERFMON }, 2, NULL },
	{ "CAP_SYS_ADMIN", { CAP_SYS_ADMIN }, 1, NULL },
};

static void ignore_task(void *ctx, const struct task_sample *task, const struct call_count *calls)
{
	(*(size_t *)ctx)++;
}

static void ignore_exit(void *ctx, const struct task_exit *exit, const struct call_count *calls)
{
}

static void ignore_errno(void *ctx, const struct errno_count *count)
{
}

static void ignore_other(void *ctx, const struct call_count *count)
{
}

static void ignore_file(void *ctx, const struct file_sample *file, const char *path)
{
	(*(size_t *)ctx)++;
}

/*
 * All that the engine does once the probe is loaded. Returns 0, or the number of the step that
 * failed.
 */
static int use_probe(struct probe *probe)
{
	size_t tasks = 0;
	size_t files = 0;
	struct probe_counter_sink sink = {
		.ctx = &tasks,
		.task = ignore_task,
		.exit = ignore_exit,
		.err = ignore_errno,
		.other = ignore_other,
	};
	struct probe_health health;
	struct buffer_stats stats;
	pid_t self = getpid();
	unsigned count = 0;

	live_watch(probe, &self, 1);
	live_want(probe, (const int[]){ SYS_getppid }, 1);
	for (int i = 0; i < CALLS; i++)
		syscall(SYS_getppid);
	live_drain_all(probe, count_record, &count);
	if (count != CALLS)
		return 10;
	if (probe_read_counters(probe, &sink) < 0 || tasks == 0)
		return 11;
	if (probe_drain_exits(probe, &sink) < 0)
		return 12;
	if (probe_read_files(probe, self, ignore_file, &files) < 0 || files == 0)
		return 13;
	/* Its rows may or may not be there: what matters is that deleting is allowed. */
	if (probe_forget_process(probe, (uint32_t)self, 1) < 0)
		return 14;
	if (probe_set_focus(probe, &self, 1) < 0 || probe_set_focus(probe, NULL, 0) < 0)
		return 15;
	if (probe_health(probe, &health) < 0 || health.map_bytes < PROBE_BUFFER_MIN)
		return 16;
	if (probe_buffer_stats(probe, 0, &stats) < 0)
		return 17;
	return probe_wait(probe, 1) < 0 ? 18 : 0;
}

/* Loads with what there is. 0 when it works, 1 when err->what is the expected refusal. */
static int load_and_use(const char *what)
{
	struct probe_opts opts = { .buffer_bytes = PROBE_BUFFER_MIN, .watch_self = true };
	struct probe_error err = { .what = "" };
	struct probe *probe = NULL;
	int rc;

	if (probe_new(&opts, &probe) < 0)
		return 2;
	rc = probe_load_counters(probe, &err);
	if (rc == 0)
		rc = probe_load_stream(probe, &err);
	if (rc == 0)
		rc = use_probe(probe);
	else if (what && rc == -EPERM && strcmp(err.what, what) == 0 && err.remedy[0])
		rc = 1;
	else
		fprintf(stderr, "%s\n", err.what);
	probe_free(probe);
	return rc < 0 ? 3 : rc;
}

static int run_with_caps(void *arg)
{
	const struct caps_case *c = arg;

	become_nobody(c->caps, c->caps_len);
	return load_and_use(c->what);
}

START_TEST(capabilities)
{
	struct caps_case c = caps_cases[_i];
	struct live_child child = live_child_start(run_with_caps, &c);
	int status;

	live_child_go(&child);
	status = live_child_wait(&child);
	ck_assert_msg(status == (c.what ? 1 : 0), "%s: status %d", c.name, status);
}
END_TEST

static bool only_these(const unsigned *caps, size_t caps_len, capng_type_t set)
{
	for (unsigned cap = 0; cap <= CAP_LAST_CAP; cap++) {
		bool expected = false;

		for (size_t i = 0; i < caps_len; i++)
			expected |= caps[i] == cap;
		if ((capng_have_capability(set, cap) != 0) != expected)
			return false;
	}
	return true;
}

struct drop_case {
	const char *name;
	enum privileges_keep keep;
	unsigned left[8];
	size_t left_len;
	bool nobody; /* starts without all rights: CAP_BPF, CAP_PERFMON and CAP_KILL */
};

static const struct drop_case drop_cases[] = {
	{ .name = "readonly",
	  .keep = PRIVILEGES_READONLY,
	  .left = { CAP_BPF, CAP_PERFMON, CAP_SYS_PTRACE, CAP_DAC_READ_SEARCH },
	  .left_len = 4 },
	{ .name = "actions",
	  .keep = PRIVILEGES_ACTIONS,
	  .left = { CAP_BPF, CAP_PERFMON, CAP_SYS_PTRACE, CAP_DAC_READ_SEARCH, CAP_KILL,
		    CAP_SYS_NICE },
	  .left_len = 6 },
	{ .name = "some are absent",
	  .keep = PRIVILEGES_ACTIONS,
	  .left = { CAP_BPF, CAP_PERFMON, CAP_KILL },
	  .left_len = 3,
	  .nobody = true },
	{ .name = "some are absent, readonly",
	  .keep = PRIVILEGES_READONLY,
	  .left = { CAP_BPF, CAP_PERFMON },
	  .left_len = 2,
	  .nobody = true },
};

static int drop_and_look(void *arg)
{
	static const unsigned some[] = { CAP_BPF, CAP_PERFMON, CAP_KILL };
	const struct drop_case *c = arg;
	struct probe_error err = { .what = "" };

	if (c->nobody)
		become_nobody(some, sizeof(some) / sizeof(some[0]));
	if (privileges_drop(c->keep, &err) < 0)
		return 20;
	capng_clear(CAPNG_SELECT_ALL);
	if (capng_get_caps_process() != 0)
		return 21;
	if (!only_these(c->left, c->left_len, CAPNG_EFFECTIVE) ||
	    !only_these(c->left, c->left_len, CAPNG_PERMITTED) ||
	    !only_these(NULL, 0, CAPNG_INHERITABLE) || !only_these(NULL, 0, CAPNG_AMBIENT))
		return 22;
	/* Whoever may not change the bounding set has no more to gain from it. */
	if (!c->nobody && !only_these(c->left, c->left_len, CAPNG_BOUNDING_SET))
		return 23;
	return privileges_check(&err) < 0 ? 24 : 0;
}

START_TEST(drop_leaves_what_is_needed)
{
	struct drop_case c = drop_cases[_i];
	struct live_child child = live_child_start(drop_and_look, &c);
	int status;

	live_child_go(&child);
	status = live_child_wait(&child);
	ck_assert_msg(status == 0, "%s: status %d", c.name, status);
}
END_TEST

static int drop_then_load(void *arg)
{
	struct probe_error err = { .what = "" };

	return privileges_drop(PRIVILEGES_READONLY, &err) < 0 ? 20 : load_and_use(NULL);
}

static int load_then_drop(void *arg)
{
	struct probe_opts opts = { .buffer_bytes = PROBE_BUFFER_MIN, .watch_self = true };
	struct probe *probe = live_probe_open(&opts);
	struct probe_error err = { .what = "" };
	int rc = privileges_drop(PRIVILEGES_READONLY, &err) < 0 ? 20 : use_probe(probe);

	probe_free(probe);
	return rc;
}

static void *load_stream(void *arg)
{
	struct probe_error err = { .what = "" };

	return (void *)(intptr_t)probe_load_stream(arg, &err);
}

/* As the engine does: it reads counters while another thread loads the stream plane. */
static int load_in_a_thread(void *arg)
{
	struct probe_opts opts = { .buffer_bytes = PROBE_BUFFER_MIN, .watch_self = true };
	size_t tasks = 0;
	struct probe_counter_sink sink = {
		.ctx = &tasks,
		.task = ignore_task,
		.exit = ignore_exit,
		.err = ignore_errno,
		.other = ignore_other,
	};
	struct probe_error err = { .what = "" };
	struct probe *probe = NULL;
	struct probe_health health;
	pthread_t loader;
	void *loaded;
	int rc;

	if (probe_new(&opts, &probe) < 0 || probe_load_counters(probe, &err) < 0)
		return 20;
	if (pthread_create(&loader, NULL, load_stream, probe) != 0)
		return 21;
	do {
		rc = probe_read_counters(probe, &sink) < 0 || probe_health(probe, &health) < 0 ||
		     probe_drain(probe, 10, NULL, NULL, NULL) != 0 || probe_wait(probe, 1) < 0;
	} while (rc == 0 && !probe_stream_ready(probe));
	pthread_join(loader, &loaded);
	if (rc == 0)
		rc = loaded ? 22 : use_probe(probe);
	probe_free(probe);
	return tasks > 0 ? rc : 23;
}

struct order_case {
	const char *name;
	int (*work)(void *arg);
};

static const struct order_case order_cases[] = {
	{ "drop, then load", drop_then_load },
	{ "load, then drop", load_then_drop },
	{ "load the stream in a thread", load_in_a_thread },
};

START_TEST(all_works_in_this_order)
{
	struct live_child child = live_child_start(order_cases[_i].work, NULL);
	int status;

	live_child_go(&child);
	status = live_child_wait(&child);
	ck_assert_msg(status == 0, "%s: status %d", order_cases[_i].name, status);
}
END_TEST

/* In a pid namespace of its own a process has another number than the one that the programs see. */
static int tell_initial_pid(void *arg)
{
	uint32_t *told = arg;
	pid_t child;

	if (unshare(CLONE_NEWPID) < 0)
		return 20;
	child = fork();
	if (child == 0) {
		told[1] = own_initial_pid();
		told[2] = (uint32_t)getpid();
		_exit(0);
	}
	told[0] = (uint32_t)child;
	return child > 0 && waitpid(child, NULL, 0) == child ? 0 : 21;
}

START_TEST(knows_itself_in_a_pid_namespace)
{
	uint32_t *told =
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct live_child child;

	ck_assert_ptr_ne(told, MAP_FAILED);
	child = live_child_start(tell_initial_pid, told);
	live_child_go(&child);
	ck_assert_int_eq(live_child_wait(&child), 0);
	ck_assert_uint_eq(told[2], 1);
	ck_assert_uint_eq(told[1], told[0]);
	ck_assert_uint_eq(own_initial_pid(), (uint32_t)getpid());
}
END_TEST

#define LEN(table) ((int)(sizeof(table) / sizeof((table)[0])))

int main(void)
{
	Suite *suite = suite_create("lifetime");
	TCase *lifetime = tcase_create("lifetime");
	TCase *privileges = tcase_create("privileges");
	SRunner *runner = srunner_create(suite);
	int failed;

	live_require();
	tcase_set_timeout(lifetime, 120);
	tcase_set_timeout(privileges, 120);
	tcase_add_test(lifetime, nothing_stays_after_free);
	tcase_add_test(lifetime, nothing_stays_after_sigkill);
	tcase_add_test(lifetime, free_at_every_stage);
	tcase_add_test(lifetime, two_at_once);
	tcase_add_test(lifetime, knows_itself_in_a_pid_namespace);
	tcase_add_loop_test(privileges, capabilities, 0, LEN(caps_cases));
	tcase_add_loop_test(privileges, drop_leaves_what_is_needed, 0, LEN(drop_cases));
	tcase_add_loop_test(privileges, all_works_in_this_order, 0, LEN(order_cases));
	suite_add_tcase(suite, lifetime);
	suite_add_tcase(suite, privileges);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
