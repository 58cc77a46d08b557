/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scope, focus and interest: who is streamed, and that a change takes effect at the next call. A
 * small family of processes does known calls in steps; what arrives is counted by process.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "live_probe.h"

#define CALLS 10
#define TIMEOUT_S 120
#define OTHER_UID 65534

enum role {
	LEADER,       /* the root of the family */
	CHILD,        /* its child since before the scope was set */
	ORPHAN,       /* its grandchild, whose parent ended before the scope was set */
	LATER,        /* its child since the first step */
	LATER_ORPHAN, /* its grandchild since the first step, whose parent ended */
	STRANGER,     /* not of the family, with another effective uid */
	ROLE_COUNT
};

#define BIT(role) (1u << (role))
#define ALL (BIT(ROLE_COUNT) - 1)

static const char *const role_names[ROLE_COUNT] = {
	[LEADER] = "leader",
	[CHILD] = "child",
	[ORPHAN] = "orphan",
	[LATER] = "later",
	[LATER_ORPHAN] = "later orphan",
	[STRANGER] = "stranger",
};

/* Shared by all processes of a test. */
struct family {
	int step;             /* atomic: of the test */
	int done[ROLE_COUNT]; /* atomic: the last step that a role has finished */
	pid_t pids[ROLE_COUNT];
};

static struct family *family;
static struct probe *probe;
static unsigned records[ROLE_COUNT];
static uint64_t leader_cgroup; /* of its last record */

static void do_calls(void)
{
	char byte;

	for (int i = 0; i < CALLS; i++) {
		syscall(SYS_getppid);
		/* Fails with EBADF. */
		if (syscall(SYS_read, -1, &byte, 1) >= 0)
			_exit(1);
	}
}

/* A process of the family: at each step its calls, until it is killed. */
static void __attribute__((noreturn)) play(enum role role, int step, void (*at_step)(int step))
{
	char name[RECORD_COMM_LEN];

	prctl(PR_SET_PDEATHSIG, role == ORPHAN || role == LATER_ORPHAN ? 0 : SIGKILL);
	snprintf(name, sizeof(name), "fam %d", (int)role);
	prctl(PR_SET_NAME, name);
	family->pids[role] = getpid();
	__atomic_store_n(&family->done[role], step, __ATOMIC_RELEASE);
	for (;;) {
		int now = __atomic_load_n(&family->step, __ATOMIC_ACQUIRE);

		if (now == step) {
			live_sleep_ms(1);
			continue;
		}
		step = now;
		if (at_step)
			at_step(step);
		do_calls();
		__atomic_store_n(&family->done[role], step, __ATOMIC_RELEASE);
	}
}

static void await(enum role role, int step)
{
	while (__atomic_load_n(&family->done[role], __ATOMIC_ACQUIRE) != step)
		live_sleep_ms(1);
}

static void start(enum role role, int step)
{
	if (fork() == 0)
		play(role, step, NULL);
}

/* Its parent ends at once. */
static void start_orphan(enum role role, int step)
{
	pid_t parent = fork();

	if (parent == 0) {
		if (fork() == 0)
			play(role, step, NULL);
		_exit(0);
	}
	waitpid(parent, NULL, 0);
}

/* The leader at the first step: its later offspring take part in it. */
static void leader_step(int step)
{
	if (step != 1)
		return;
	start(LATER, step - 1);
	start_orphan(LATER_ORPHAN, step - 1);
}

static void family_start(void)
{
	family = mmap(NULL, sizeof(*family), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	ck_assert_ptr_ne(family, MAP_FAILED);
	for (int role = 0; role < ROLE_COUNT; role++)
		family->done[role] = -1;

	if (fork() == 0) {
		start(CHILD, 0);
		start_orphan(ORPHAN, 0);
		play(LEADER, 0, leader_step);
	}
	if (fork() == 0) {
		if (syscall(SYS_setresuid, -1, OTHER_UID, -1) < 0)
			_exit(1);
		play(STRANGER, 0, NULL);
	}
	await(LEADER, 0);
	await(CHILD, 0);
	await(ORPHAN, 0);
	await(STRANGER, 0);
}

/* Loading takes longer than the tests: they share one probe, and so one process. */
static void probe_setup(void)
{
	probe = live_probe_small();
}

static void probe_teardown(void)
{
	probe_free(probe);
}

static void setup(void)
{
	family_start();
}

static void teardown(void)
{
	live_watch(probe, NULL, 0);
	probe_set_focus(probe, NULL, 0);
	for (int role = 0; role < ROLE_COUNT; role++) {
		if (family->pids[role] > 0)
			kill(family->pids[role], SIGKILL);
	}
	while (waitpid(-1, NULL, 0) > 0)
		;
	munmap(family, sizeof(*family));
}

static void on_record(void *ctx, const void *record, size_t len)
{
	struct record_prefix prefix;

	memcpy(&prefix, record, sizeof(prefix));
	for (int role = 0; role < ROLE_COUNT; role++)
		records[role] += (pid_t)prefix.pid == family->pids[role];
	if ((pid_t)prefix.pid == family->pids[LEADER])
		leader_cgroup = prefix.cgroup_id;
}

/* All do their calls once; what arrived is in records[]. */
static void step(void)
{
	int next = family->step + 1;

	live_drain_all(probe, on_record, NULL);
	memset(records, 0, sizeof(records));
	__atomic_store_n(&family->step, next, __ATOMIC_RELEASE);
	for (int role = 0; role < ROLE_COUNT; role++)
		await(role, next);
	live_drain_all(probe, on_record, NULL);
}

/* After a step: each of these roles gave so many records, the others none. */
static void expect(const char *name, unsigned roles, unsigned each)
{
	for (int role = 0; role < ROLE_COUNT; role++) {
		unsigned expected = roles & BIT(role) ? each : 0;

		ck_assert_msg(records[role] == expected, "%s: %u records of the %s, expected %u",
			      name, records[role], role_names[role], expected);
	}
}

/* Streams getppid of whom want says. */
static void want_getppid(uint8_t want, uint8_t want_read)
{
	struct probe_interest interest = { .failed = PROBE_FAILED_OFF };

	interest.calls[SYS_getppid] = want;
	interest.calls[SYS_read] = want_read;
	ck_assert_int_eq(probe_set_interest(probe, &interest), 0);
}

struct scope_case {
	const char *name;
	unsigned pids; /* roles */
	bool children;
	unsigned comms; /* roles */
	uint32_t euids[2];
	size_t euids_len;
	unsigned expected; /* roles */
};

#define FAMILY (BIT(LEADER) | BIT(CHILD) | BIT(LATER) | BIT(LATER_ORPHAN))

static const struct scope_case scope_cases[] = {
	{ .name = "everything", .expected = ALL },
	{ .name = "a process with its children",
	  .pids = BIT(LEADER),
	  .children = true,
	  .expected = FAMILY },
	{ .name = "a process alone", .pids = BIT(LEADER), .expected = BIT(LEADER) },
	{ .name = "a child", .pids = BIT(CHILD), .children = true, .expected = BIT(CHILD) },
	{ .name = "two processes",
	  .pids = BIT(CHILD) | BIT(STRANGER),
	  .children = true,
	  .expected = BIT(CHILD) | BIT(STRANGER) },
	{ .name = "an orphan named itself", .pids = BIT(ORPHAN), .expected = BIT(ORPHAN) },
	{ .name = "a user", .euids = { OTHER_UID }, .euids_len = 1, .expected = BIT(STRANGER) },
	{ .name = "two users", .euids = { OTHER_UID, 0 }, .euids_len = 2, .expected = ALL },
	{ .name = "a user that nobody is", .euids = { 12345 }, .euids_len = 1, .expected = 0 },
	{ .name = "a command", .comms = BIT(ORPHAN), .expected = BIT(ORPHAN) },
	{ .name = "two commands",
	  .comms = BIT(LATER) | BIT(STRANGER),
	  .expected = BIT(LATER) | BIT(STRANGER) },
	{ .name = "a process and a command",
	  .pids = BIT(LEADER),
	  .children = true,
	  .comms = BIT(CHILD) | BIT(STRANGER),
	  .expected = BIT(CHILD) },
	{ .name = "a process and another's user",
	  .pids = BIT(LEADER),
	  .children = true,
	  .euids = { OTHER_UID },
	  .euids_len = 1,
	  .expected = 0 },
	{ .name = "a command and a user",
	  .comms = ALL,
	  .euids = { OTHER_UID },
	  .euids_len = 1,
	  .expected = BIT(STRANGER) },
};

START_TEST(scope_decides)
{
	const struct scope_case *c = &scope_cases[_i];
	struct probe_scope scope = { .children = c->children, .euids_len = c->euids_len };

	for (int role = 0; role < ROLE_COUNT; role++) {
		if (c->pids & BIT(role))
			scope.pids[scope.pids_len++] = family->pids[role];
		if (c->comms & BIT(role))
			snprintf(scope.comms[scope.comms_len++], RECORD_COMM_LEN, "fam %d", role);
	}
	memcpy(scope.euids, c->euids, sizeof(c->euids));
	ck_assert_int_eq(probe_set_scope(probe, &scope), 0);
	want_getppid(PROBE_WANT_SCOPE, PROBE_WANT_NONE);
	/* Once where nobody was looked at yet, once where everybody was. */
	step();
	expect(c->name, c->expected, CALLS);
	step();
	expect(c->name, c->expected, CALLS);
}
END_TEST

START_TEST(a_new_scope_replaces_the_old)
{
	want_getppid(PROBE_WANT_SCOPE, PROBE_WANT_NONE);
	live_watch(probe, &family->pids[LEADER], 1);
	step();
	expect("leader", FAMILY, CALLS);
	live_watch(probe, &family->pids[STRANGER], 1);
	step();
	expect("stranger", BIT(STRANGER), CALLS);
	live_watch(probe, NULL, 0);
	step();
	expect("everything", ALL, CALLS);
}
END_TEST

START_TEST(focus_streams_more_of_one)
{
	live_watch(probe, &family->pids[LEADER], 1);
	want_getppid(PROBE_WANT_FOCUS, PROBE_WANT_NONE);
	step();
	expect("nobody focused", 0, CALLS);
	ck_assert_int_eq(probe_set_focus(probe, &family->pids[CHILD], 1), 0);
	step();
	expect("child focused", BIT(CHILD), CALLS);
	ck_assert_int_eq(probe_set_focus(probe, &family->pids[STRANGER], 1), 0);
	step();
	expect("focus is not bound to the scope", BIT(STRANGER), CALLS);
	want_getppid(PROBE_WANT_FOCUS | PROBE_WANT_SCOPE, PROBE_WANT_NONE);
	step();
	expect("both", FAMILY | BIT(STRANGER), CALLS);
	ck_assert_int_eq(probe_set_focus(probe, NULL, 0), 0);
	step();
	expect("focus ended", FAMILY, CALLS);
}
END_TEST

START_TEST(an_orphan_stays_in_scope_when_the_focus_changes)
{
	live_watch(probe, &family->pids[LEADER], 1);
	want_getppid(PROBE_WANT_SCOPE, PROBE_WANT_NONE);
	step();
	ck_assert_int_eq(probe_set_focus(probe, &family->pids[CHILD], 1), 0);
	step();
	expect("after the focus", FAMILY, CALLS);
	ck_assert_int_eq(probe_set_focus(probe, NULL, 0), 0);
	step();
	expect("after its end", FAMILY, CALLS);
}
END_TEST

START_TEST(interest_takes_effect_at_once)
{
	live_watch(probe, &family->pids[LEADER], 1);
	want_getppid(PROBE_WANT_NONE, PROBE_WANT_NONE);
	step();
	expect("nothing", 0, 0);
	want_getppid(PROBE_WANT_SCOPE, PROBE_WANT_SCOPE);
	step();
	expect("two calls", FAMILY, 2 * CALLS);
	want_getppid(PROBE_WANT_NONE, PROBE_WANT_SCOPE);
	step();
	expect("one call", FAMILY, CALLS);
}
END_TEST

START_TEST(failed_only)
{
	struct probe_interest interest = { .failed = PROBE_FAILED_ANY };

	live_watch(probe, &family->pids[LEADER], 1);
	interest.calls[SYS_getppid] = PROBE_WANT_SCOPE;
	interest.calls[SYS_read] = PROBE_WANT_SCOPE;
	ck_assert_int_eq(probe_set_interest(probe, &interest), 0);
	step();
	expect("the reads that fail", FAMILY, CALLS);
}
END_TEST

START_TEST(a_minimum_duration_is_refused)
{
	struct probe_interest interest = { .min_duration_ns = 1 };

	interest.calls[SYS_getppid] = PROBE_WANT_SCOPE;
	want_getppid(PROBE_WANT_NONE, PROBE_WANT_SCOPE);
	ck_assert_int_eq(probe_set_interest(probe, &interest), -EOPNOTSUPP);
	step();
	expect("the interest before", ALL, CALLS);
}
END_TEST

START_TEST(too_many_values_are_refused)
{
	static const struct probe_scope scopes[] = {
		{ .pids_len = PROBE_SCOPE_MAX + 1 },
		{ .euids_len = PROBE_SCOPE_MAX + 1 },
		{ .comms_len = PROBE_SCOPE_MAX + 1 },
	};
	pid_t pids[PROBE_SCOPE_MAX + 1] = { 0 };

	for (size_t i = 0; i < sizeof(scopes) / sizeof(scopes[0]); i++)
		ck_assert_msg(probe_set_scope(probe, &scopes[i]) == -E2BIG, "kind %zu", i);
	ck_assert_int_eq(probe_set_focus(probe, pids, PROBE_SCOPE_MAX + 1), -E2BIG);
}
END_TEST

/* What the programs told of a control group. */
struct told {
	const char *name; /* last component */
	uint64_t id;      /* 0: nothing yet */
	pid_t maker;
	bool removed;
};

static void on_cgroup(void *ctx, const struct probe_cgroup *cgroup)
{
	struct told *told = ctx;
	const char *name = strrchr(cgroup->path, '/');

	if (cgroup->fate == PROBE_CGROUP_MADE && name && strcmp(name + 1, told->name) == 0) {
		told->id = cgroup->id;
		told->maker = (pid_t)cgroup->pid;
	}
	told->removed |= cgroup->fate == PROBE_CGROUP_REMOVED && cgroup->id == told->id;
}

/* The hierarchy that the records name; a group of the test's own in it, with one process. */
static void group_make(pid_t pid, char *dir, size_t size)
{
	static const char *const roots[] = { "/sys/fs/cgroup/pids", "/sys/fs/cgroup/unified",
					     "/sys/fs/cgroup" };
	char path[160];
	FILE *procs;
	size_t at = 0;

	do {
		ck_assert_uint_lt(at, sizeof(roots) / sizeof(roots[0]));
		snprintf(dir, size, "%s/saker-test-%d", roots[at++], (int)getpid());
	} while (mkdir(dir, 0755) < 0);
	snprintf(path, sizeof(path), "%s/cgroup.procs", dir);
	procs = fopen(path, "we");
	ck_assert_ptr_nonnull(procs);
	fprintf(procs, "%d\n", (int)pid);
	ck_assert_int_eq(fclose(procs), 0);
}

START_TEST(a_control_group)
{
	struct probe_scope scope = { .by_cgroup = true };
	struct told told = { .id = 0 };
	struct stat group;
	char dir[128];

	probe_drain_cgroups(probe, on_cgroup, &(struct told){ .name = "" });
	group_make(family->pids[CHILD], dir, sizeof(dir));
	told.name = strrchr(dir, '/') + 1;
	probe_drain_cgroups(probe, on_cgroup, &told);
	/* A kernfs id is the directory's inode number (64-bit kernels, 40430452fd5d). */
	ck_assert_int_eq(stat(dir, &group), 0);
	ck_assert_uint_eq(told.id, group.st_ino);
	ck_assert_int_eq(told.maker, getpid());

	ck_assert_int_eq(probe_set_scope(probe, &scope), 0);
	want_getppid(PROBE_WANT_SCOPE, PROBE_WANT_NONE);
	step();
	expect("nothing is known of any group", ALL, CALLS);
	ck_assert_int_eq(probe_judge_cgroup(probe, told.id, PROBE_CGROUP_OUT), 0);
	step();
	expect("the group is out", ALL & ~BIT(CHILD), CALLS);
	ck_assert_int_eq(probe_judge_cgroup(probe, leader_cgroup, PROBE_CGROUP_OUT), 0);
	ck_assert_int_eq(probe_judge_cgroup(probe, told.id, PROBE_CGROUP_IN), 0);
	step();
	expect("the others' group is out", BIT(CHILD), CALLS);
	ck_assert_int_eq(probe_judge_cgroup(probe, leader_cgroup, PROBE_CGROUP_IN), 0);
	kill(family->pids[CHILD], SIGKILL);
	/* Its parent does not wait for it: the group is empty when it is no longer in it. */
	for (int i = 0; i < 1000 && rmdir(dir) < 0; i++)
		live_sleep_ms(1);
	probe_drain_cgroups(probe, on_cgroup, &told);
	ck_assert(told.removed);
}
END_TEST

/* This process is never streamed, unless asked for. */
static void count_own(void *ctx, const void *record, size_t len)
{
	struct record_prefix prefix;

	memcpy(&prefix, record, sizeof(prefix));
	*(unsigned *)ctx += (pid_t)prefix.pid == getpid() && prefix.nr == SYS_getppid;
}

static unsigned own_records(bool watch_self)
{
	struct probe_opts opts = { .buffer_bytes = PROBE_BUFFER_MIN, .watch_self = watch_self };
	struct probe *own = live_probe_open(&opts);
	pid_t self = getpid();
	unsigned count = 0;

	live_watch(own, &self, 1);
	live_want(own, (const int[]){ SYS_getppid }, 1);
	for (int i = 0; i < CALLS; i++)
		syscall(SYS_getppid);
	live_drain_all(own, count_own, &count);
	probe_free(own);
	return count;
}

START_TEST(itself_only_when_asked)
{
	ck_assert_uint_eq(own_records(false), 0);
	ck_assert_uint_eq(own_records(true), CALLS);
}
END_TEST

#define PROCESS_NAME "scope leader"
#define THREAD_NAME "scope thread"

static void *named_thread(void *arg)
{
	pthread_setname_np(pthread_self(), THREAD_NAME);
	for (int i = 0; i < CALLS; i++)
		syscall(SYS_getppid);
	return arg;
}

/* The calls of a thread with a name of its own, when the scope is that command. */
static unsigned thread_records(const char *comm)
{
	struct probe_opts opts = { .buffer_bytes = PROBE_BUFFER_MIN, .watch_self = true };
	struct probe_scope scope = { .comms_len = 1 };
	struct probe *own = live_probe_open(&opts);
	unsigned count = 0;
	pthread_t thread;

	snprintf(scope.comms[0], sizeof(scope.comms[0]), "%s", comm);
	ck_assert_int_eq(probe_set_scope(own, &scope), 0);
	live_want(own, (const int[]){ SYS_getppid }, 1);
	ck_assert_int_eq(pthread_create(&thread, NULL, named_thread, NULL), 0);
	pthread_join(thread, NULL);
	live_drain_all(own, count_own, &count);
	probe_free(own);
	return count;
}

START_TEST(a_command_is_the_name_of_the_process)
{
	char before[RECORD_COMM_LEN];

	prctl(PR_GET_NAME, before);
	prctl(PR_SET_NAME, PROCESS_NAME);
	ck_assert_uint_eq(thread_records(PROCESS_NAME), CALLS);
	ck_assert_uint_eq(thread_records(THREAD_NAME), 0);
	prctl(PR_SET_NAME, before);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("scope");
	TCase *family_case = tcase_create("family");
	TCase *self = tcase_create("self");
	SRunner *runner = srunner_create(suite);
	int failed;

	live_require();
	srunner_set_fork_status(runner, CK_NOFORK);
	alarm(TIMEOUT_S);
	tcase_add_unchecked_fixture(family_case, probe_setup, probe_teardown);
	tcase_add_checked_fixture(family_case, setup, teardown);
	tcase_add_loop_test(family_case, scope_decides, 0,
			    sizeof(scope_cases) / sizeof(scope_cases[0]));
	tcase_add_test(family_case, a_new_scope_replaces_the_old);
	tcase_add_test(family_case, focus_streams_more_of_one);
	tcase_add_test(family_case, an_orphan_stays_in_scope_when_the_focus_changes);
	tcase_add_test(family_case, interest_takes_effect_at_once);
	tcase_add_test(family_case, failed_only);
	tcase_add_test(family_case, a_minimum_duration_is_refused);
	tcase_add_test(family_case, too_many_values_are_refused);
	tcase_add_test(family_case, a_control_group);
	tcase_add_test(self, itself_only_when_asked);
	tcase_add_test(self, a_command_is_the_name_of_the_process);
	suite_add_tcase(suite, family_case);
	suite_add_tcase(suite, self);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
