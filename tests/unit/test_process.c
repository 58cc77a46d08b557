/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processes: what samples, exit records and events say of them, when they die and live again,
 * what is asked of the source, and that missing memory is counted, not fatal.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "build_record.h"
#include "run_suite.h"
#include "state/state.h"
#include "state/tables.h"

#define SECOND 1000000000ull

struct fake {
	const char *cmdline, *exe, *cwd;
	size_t cmdline_len;
	unsigned asked, users_asked;
	bool user_known;
};

/* Hands out a name as sources do: bytes and their number, no NUL. */
static void hand_out(const char *name, char *data, size_t *len)
{
	for (*len = 0; name[*len]; ++*len)
		data[*len] = name[*len];
}

static int fake_seed(void *ctx, uint32_t pid, unsigned parts, struct process_seed *ret_seed)
{
	struct fake *fake = ctx;

	fake->asked++;
	if (!fake->cmdline)
		return -ENOENT;
	ret_seed->cmdline_len = fake->cmdline_len;
	memcpy(ret_seed->cmdline, fake->cmdline, fake->cmdline_len);
	hand_out(fake->exe, ret_seed->exe, &ret_seed->exe_len);
	hand_out(fake->cwd, ret_seed->cwd, &ret_seed->cwd_len);
	ret_seed->parts = SEED_TEXT;
	return 0;
}

static int fake_user(void *ctx, uint32_t uid, char *name, size_t *len)
{
	struct fake *fake = ctx;

	fake->users_asked++;
	if (!fake->user_known)
		return -ENOENT;
	hand_out("alice", name, len);
	return 0;
}

static struct state *new_state(struct fake *fake)
{
	struct state_source source = { .ctx = fake,
				       .process_seed = fake_seed,
				       .user_name = fake_user };
	struct state_opts opts = { .host = "host7", .boot_epoch_ns = 77 };
	struct state *state = NULL;

	ck_assert_int_eq(state_new(&opts, &source, &state), 0);
	return state;
}

static struct task_sample sample(uint32_t pid, const char *comm)
{
	struct task_sample task = {
		.pid = pid,
		.tid = pid,
		.ppid = 1,
		.uid = 1000,
		.euid = 1000,
		.start_boot_ns = pid,
		.thread_start_boot_ns = pid,
		.state = 'S',
		.threads = 1,
	};

	strncpy(task.leader_comm, comm, sizeof(task.leader_comm) - 1);
	return task;
}

/* One refresh in which these processes live. */
static void refresh(struct state *state, uint64_t time_s, const struct task_sample *tasks,
		    size_t len)
{
	size_t i;

	state_refresh_begin(state, time_s * SECOND);
	for (i = 0; i < len; i++)
		state_task(state, &tasks[i], NULL);
	state_refresh_end(state);
}

static struct snapshot *publish(struct state *state)
{
	struct snapshot *snapshot = NULL;

	ck_assert_int_eq(state_publish(state, &snapshot), 0);
	return snapshot;
}

START_TEST(test_text)
{
	struct fake fake = { .cmdline = "vi\0my file\0",
			     .cmdline_len = 11,
			     .exe = "/bin/vi",
			     .cwd = "/home/alice",
			     .user_known = true };
	struct state *state = new_state(&fake);
	struct task_sample task = sample(10, "vi");
	struct snapshot *snapshot;

	refresh(state, 1, &task, 1);
	refresh(state, 2, &task, 1);
	snapshot = publish(state);
	ck_assert_str_eq(snapshot->procs[0].cmdline, "vi my file");
	ck_assert_str_eq(snapshot->procs[0].exe, "/bin/vi");
	ck_assert_str_eq(snapshot->procs[0].cwd, "/home/alice");
	ck_assert_str_eq(snapshot->procs[0].user, "alice");
	ck_assert_str_eq(snapshot->host, "host7");
	ck_assert_uint_eq(snapshot->boot_epoch_ns, 77);
	ck_assert_uint_eq(snapshot->interval_ns, SECOND);
	snapshot_unref(snapshot);
	ck_assert_uint_eq(fake.asked, 1);
	ck_assert_uint_eq(fake.users_asked, 1);
	/* Another name: it may be another program. */
	task = sample(10, "other");
	refresh(state, 3, &task, 1);
	ck_assert_uint_eq(fake.asked, 2);
	state_free(state);
}
END_TEST

/* A process from a capture's list: there without any sample, and not asked for. */
START_TEST(test_seeded)
{
	static struct process_seed seed;
	struct fake fake = { 0 };
	struct state *state = new_state(&fake);
	struct snapshot *snapshot;
	const struct proc_row *row;

	process_seed_init(&seed);
	seed.pid = seed.tid = 71;
	seed.ppid = 7;
	memcpy(seed.comm, "nginx", 6);
	seed.parts = SEED_TEXT | SEED_IDS;
	seed.uid = 33;
	seed.vm_rss_kb = 5;
	memcpy(seed.cmdline, "nginx\0-g", 9);
	seed.cmdline_len = 9;
	hand_out("/srv", seed.cwd, &seed.cwd_len);
	state_seed_process(state, &seed);
	seed.tid = 72; /* a thread: changes nothing */
	hand_out("/tmp", seed.cwd, &seed.cwd_len);
	state_seed_process(state, &seed);
	ck_assert_int_eq(state_publish(state, &snapshot), 0);
	ck_assert_uint_eq(snapshot->procs_len, 1);
	row = snapshot_proc(snapshot, 71, 0);
	ck_assert_ptr_nonnull(row);
	ck_assert_str_eq(row->comm, "nginx");
	ck_assert_str_eq(row->cmdline, "nginx -g");
	ck_assert_str_eq(row->cwd, "/srv");
	ck_assert_uint_eq(row->ppid, 7);
	ck_assert_uint_eq(row->euid, 33);
	ck_assert_uint_eq(row->rss_bytes, 5 * 1024);
	ck_assert_uint_eq(fake.asked, 0);
	snapshot_unref(snapshot);
	state_free(state);
}
END_TEST

START_TEST(test_names_without_source)
{
	struct state *state = new_state(&(struct fake){ 0 });
	struct task_sample tasks[] = { sample(10, "kthreadd"), sample(11, "plain") };
	struct snapshot *snapshot;

	tasks[0].flags = TASK_F_KTHREAD;
	refresh(state, 1, tasks, 2);
	snapshot = publish(state);
	ck_assert_str_eq(snapshot->procs[0].cmdline, "[kthreadd]");
	ck_assert(snapshot->procs[0].kthread);
	ck_assert_str_eq(snapshot->procs[1].cmdline, "plain");
	ck_assert_ptr_null(snapshot->procs[1].exe);
	ck_assert_str_eq(snapshot->procs[1].user, "1000");
	ck_assert_str_eq(snapshot->procs[1].container, "");
	snapshot_unref(snapshot);
	state_free(state);
}
END_TEST

START_TEST(test_user_asked_again)
{
	struct fake fake = { 0 };
	struct state *state = new_state(&fake);
	struct task_sample task = sample(10, "x");
	struct snapshot *snapshot;
	uint64_t time;

	for (time = 1; time < 20; time++) {
		refresh(state, time, &task, 1);
		snapshot_unref(publish(state));
	}
	ck_assert_uint_eq(fake.users_asked, 1);
	fake.user_known = true;
	refresh(state, 60, &task, 1);
	snapshot = publish(state);
	ck_assert_str_eq(snapshot->procs[0].user, "alice");
	snapshot_unref(snapshot);
	state_free(state);
}
END_TEST

START_TEST(test_missed_is_dead_and_comes_back)
{
	struct state *state = new_state(&(struct fake){ 0 });
	struct task_sample tasks[] = { sample(10, "a"), sample(11, "b") };
	struct snapshot *snapshot;

	refresh(state, 1, tasks, 2);
	refresh(state, 2, tasks, 1);
	snapshot = publish(state);
	ck_assert(!snapshot->procs[0].dead);
	ck_assert(snapshot->procs[1].dead);
	snapshot_unref(snapshot);
	refresh(state, 3, tasks, 2);
	snapshot = publish(state);
	ck_assert(!snapshot->procs[1].dead);
	snapshot_unref(snapshot);
	state_free(state);
}
END_TEST

START_TEST(test_pid_used_again)
{
	struct state *state = new_state(&(struct fake){ 0 });
	struct task_sample old = sample(10, "old"), new = sample(10, "new");
	struct snapshot *snapshot;

	new.start_boot_ns = new.thread_start_boot_ns = 500;
	refresh(state, 1, &old, 1);
	refresh(state, 2, &new, 1);
	snapshot = publish(state);
	ck_assert_uint_eq(snapshot->procs_len, 2);
	ck_assert_str_eq(snapshot_proc(snapshot, 10, 10)->comm, "old");
	ck_assert(snapshot_proc(snapshot, 10, 10)->dead);
	ck_assert_str_eq(snapshot_proc(snapshot, 10, 500)->comm, "new");
	ck_assert(!snapshot_proc(snapshot, 10, 500)->dead);
	ck_assert_ptr_null(snapshot_proc(snapshot, 10, 11));
	snapshot_unref(snapshot);
	state_free(state);
}
END_TEST

/* What an exec's event says of the program's file. */
struct exec_file {
	const char *path; /* NULL: no item */
	uint8_t flags;
	const char *name; /* the parameter, NULL: empty */
};

static void feed_exec_of(struct state *state, uint32_t pid, int64_t ret,
			 const struct exec_file *file)
{
	static struct build_record b;
	const struct event_desc *desc = event_by_id("SYSCALL_EXECVE_19_X");
	struct build_prefix prefix = {
		.ts_ns = 5,
		.pid = pid,
		.ppid = 3,
		.start_boot_ns = pid,
		.nr = syscall_nr(syscall_by_name("execve")),
		.ret = ret,
		.comm = ret ? "sh" : "grep",
	};
	size_t i;

	build_record_init(&b, desc->code, &prefix);
	if (file->path)
		build_record_ext(&b, RECORD_EXT_EXE, file->flags, file->path, strlen(file->path));
	for (i = 0; i < desc->params_len; i++) {
		const char *name = desc->params[i].name;

		if (!strcmp(name, "exe"))
			build_record_text(&b, "grep");
		else if (!strcmp(name, "args"))
			build_record_bytes(&b, "-r\0a b\0", 7);
		else if (!strcmp(name, "cwd"))
			build_record_text(&b, "/tmp");
		else if (!strcmp(name, "trusted_exepath") && file->name)
			build_record_text(&b, file->name);
		else
			build_record_empty(&b);
	}
	i = build_record_finish(&b);
	ck_assert_int_eq(state_record(state, b.data, i), 0);
}

static void feed_exec(struct state *state, uint32_t pid, int64_t ret)
{
	feed_exec_of(state, pid, ret, &(struct exec_file){ .path = "/usr/bin/grep" });
}

/* The program's path after an exec, whatever it was before. */
static const struct exec_case {
	const char *name;
	struct exec_file file;
	const char *exe; /* NULL: not known */
} exec_cases[] = {
	{ "a file", { "/usr/bin/cat", 0, "/usr/bin/cat" }, "/usr/bin/cat" },
	{ "a deleted file", { "/tmp/x", RECORD_EXT_F_DELETED, "/tmp/x" }, "/tmp/x (deleted)" },
	{ "a file of memory", { NULL, 0, "memfd:x" }, "memfd:x" },
	{ "nothing is told", { NULL, 0, NULL }, NULL },
};

START_TEST(test_exec_file)
{
	const struct exec_case *c = &exec_cases[_i];
	struct state *state = new_state(&(struct fake){ 0 });
	struct snapshot *snapshot;

	feed_exec(state, 10, 0);
	feed_exec_of(state, 10, 0, &c->file);
	snapshot = publish(state);
	if (c->exe)
		ck_assert_msg(!strcmp(snapshot->procs[0].exe, c->exe), "%s: %s", c->name,
			      snapshot->procs[0].exe);
	else
		ck_assert_msg(!snapshot->procs[0].exe, "%s: %s", c->name, snapshot->procs[0].exe);
	snapshot_unref(snapshot);
	state_free(state);
}
END_TEST

START_TEST(test_exec_event)
{
	struct state *state = new_state(&(struct fake){ 0 });
	struct snapshot *snapshot;

	feed_exec(state, 10, -ENOENT);
	snapshot = publish(state);
	ck_assert_str_eq(snapshot->procs[0].comm, "sh");
	ck_assert_ptr_null(snapshot->procs[0].exe);
	snapshot_unref(snapshot);
	feed_exec(state, 10, 0);
	snapshot = publish(state);
	ck_assert_str_eq(snapshot->procs[0].comm, "grep");
	ck_assert_str_eq(snapshot->procs[0].cmdline, "grep -r a b");
	ck_assert_str_eq(snapshot->procs[0].exe, "/usr/bin/grep");
	ck_assert_str_eq(snapshot->procs[0].cwd, "/tmp");
	ck_assert_uint_eq(snapshot->procs[0].ppid, 3);
	ck_assert(!snapshot->procs[0].dead);
	snapshot_unref(snapshot);
	state_free(state);
}
END_TEST

START_TEST(test_heard_of_only)
{
	struct state *state = new_state(&(struct fake){ 0 });
	struct snapshot *snapshot;
	uint64_t time;

	refresh(state, 1, NULL, 0);
	feed_exec(state, 10, 0);
	for (time = 2; time <= 11; time++)
		refresh(state, time, NULL, 0);
	snapshot = publish(state);
	ck_assert(!snapshot_proc(snapshot, 10, 10)->dead); /* the iterator may not see it at all */
	snapshot_unref(snapshot);
	for (; time <= 30; time++)
		refresh(state, time, NULL, 0);
	snapshot = publish(state);
	ck_assert_ptr_null(snapshot_proc(snapshot, 10, 10));
	snapshot_unref(snapshot);
	state_free(state);
}
END_TEST

/* Ended while there was no room for a row; an event that comes later does not raise it. */
START_TEST(test_ended_without_room)
{
	struct state *state = new_state(&(struct fake){ 0 });
	struct task_exit ended = { .pid = 10, .tid = 10, .start_boot_ns = 10, .process_ended = 1 };
	struct snapshot *snapshot;

	refresh(state, 1, NULL, 0);
	memory_fail_after(state->memory, 1);
	state_exit(state, &ended, NULL);
	memory_fail_after(state->memory, 0);
	ck_assert_uint_eq(state->roomless, 1);
	feed_exec(state, 10, 0);
	feed_exec(state, 11, 0);
	refresh(state, 2, NULL, 0);
	snapshot = publish(state);
	ck_assert(snapshot_proc(snapshot, 10, 10)->dead);
	ck_assert(!snapshot_proc(snapshot, 11, 11)->dead);
	snapshot_unref(snapshot);
	state_free(state);
}
END_TEST

START_TEST(test_same_input_same_tables)
{
	struct snapshot *snapshots[2];
	struct state *states[2];
	size_t i, p;

	for (i = 0; i < 2; i++) {
		struct task_sample tasks[50];

		states[i] = new_state(&(struct fake){ 0 });
		for (p = 0; p < 50; p++)
			tasks[p] = sample(1000 - 7 * (uint32_t)p, "x");
		refresh(states[i], 1, tasks, 50);
		refresh(states[i], 2, tasks, 25);
		refresh(states[i], 30, tasks, 20);
		snapshots[i] = publish(states[i]);
	}
	ck_assert_uint_eq(snapshots[0]->procs_len, snapshots[1]->procs_len);
	for (p = 0; p < snapshots[0]->procs_len; p++) {
		ck_assert_uint_eq(snapshots[0]->procs[p].pid, snapshots[1]->procs[p].pid);
		ck_assert_str_eq(snapshots[0]->procs[p].cmdline, snapshots[1]->procs[p].cmdline);
	}
	for (i = 0; i < 2; i++) {
		snapshot_unref(snapshots[i]);
		state_free(states[i]);
	}
}
END_TEST

/*
 * Every allocation from the n-th on fails: nothing crashes, and totals say that they are not exact.
 */
START_TEST(test_no_memory)
{
	struct state *state = new_state(&(struct fake){ 0 });
	struct task_sample tasks[40];
	struct snapshot *snapshot = NULL;
	struct task_exit ended = { .pid = 2000, .tid = 2000, .process_ended = 1, .calls_len = 1 };
	struct call_count count = { .nr = 7, .calls = 3 };
	size_t p;

	for (p = 0; p < 40; p++)
		tasks[p] = sample(100 + (uint32_t)p, "x");
	refresh(state, 1, tasks, 10);
	memory_fail_after(state->memory, (unsigned)_i + 1);
	feed_exec(state, 10, 0);
	state_refresh_begin(state, 2 * SECOND);
	for (p = 0; p < 40; p++)
		state_task(state, &tasks[p], NULL);
	state_exit(state, &ended, &count);
	state_refresh_end(state);
	refresh(state, 60, tasks, 2);
	if (state_publish(state, &snapshot) == 0)
		snapshot_unref(snapshot);
	memory_fail_after(state->memory, 0);
	snapshot = publish(state);
	if (_i == 0) {
		ck_assert(snapshot->health.inexact);
		ck_assert_uint_gt(snapshot->health.evictions, 0);
	}
	snapshot_unref(snapshot);
	state_free(state);
}
END_TEST

START_TEST(test_limit_holds)
{
	struct state_opts opts = { .memory_bytes = 4u << 20 };
	struct state *state = NULL;
	struct snapshot *snapshot = NULL;
	uint32_t p;
	unsigned round;

	ck_assert_int_eq(state_new(&opts, NULL, &state), 0);
	for (round = 1; round <= 3; round++) {
		state_refresh_begin(state, round * SECOND);
		for (p = 0; p < 20000; p++) {
			struct task_sample task = sample(100 + p, "x");

			state_task(state, &task, NULL);
		}
		state_refresh_end(state);
		ck_assert_uint_le(memory_used(state->memory), 4u << 20);
		if (state_publish(state, &snapshot) == 0)
			snapshot_unref(snapshot);
	}
	ck_assert_uint_gt(state->roomless, 0);
	state_free(state);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("process");

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, test_text);
	tcase_add_test(tcase, test_seeded);
	tcase_add_test(tcase, test_names_without_source);
	tcase_add_test(tcase, test_user_asked_again);
	tcase_add_test(tcase, test_missed_is_dead_and_comes_back);
	tcase_add_test(tcase, test_pid_used_again);
	tcase_add_test(tcase, test_exec_event);
	tcase_add_loop_test(tcase, test_exec_file, 0,
			    (int)(sizeof(exec_cases) / sizeof(exec_cases[0])));
	tcase_add_test(tcase, test_heard_of_only);
	tcase_add_test(tcase, test_ended_without_room);
	tcase_add_test(tcase, test_same_input_same_tables);
	tcase_add_loop_test(tcase, test_no_memory, 0, 120);
	tcase_add_test(tcase, test_limit_holds);
	return run_suite("process", tcase);
}
