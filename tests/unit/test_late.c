/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What comes late, twice or not at all: samples, exit records and events of a few processes in
 * every order that they can come in, by hand.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include "build_record.h"
#include "run_suite.h"
#include "state/state.h"

#define SECOND 1000000000ull
#define T (1700000000ull * SECOND)

static struct state *state;
static struct snapshot *snapshot;
static uint64_t now_ns;
static unsigned asked; /* for what is known of a process */

static int know(void *ctx, uint32_t pid, unsigned parts, struct process_seed *ret_seed)
{
	asked++;
	return -2;
}

static void setup(void)
{
	struct state_opts opts = { .boot_epoch_ns = T };
	struct state_source source = { .process_seed = know };

	now_ns = T + 100 * SECOND;
	snapshot = NULL;
	asked = 0;
	ck_assert_int_eq(state_new(&opts, &source, &state), 0);
}

static void teardown(void)
{
	snapshot_unref(snapshot);
	state_free(state);
}

static void begin(void)
{
	now_ns += SECOND;
	state_refresh_begin(state, now_ns);
}

static void end(void)
{
	struct snapshot *next;

	state_refresh_end(state);
	ck_assert_int_eq(state_publish(state, &next), 0);
	snapshot_unref(snapshot);
	snapshot = next;
}

static const struct proc_row *row(uint32_t pid, uint64_t start)
{
	return snapshot_proc(snapshot, pid, start);
}

static void sample(uint32_t pid, uint64_t start, const char *comm, uint64_t calls)
{
	struct call_count count = { .nr = 0, .calls = calls };
	struct task_sample task = { .pid = pid,
				    .tid = pid,
				    .ppid = 1,
				    .start_boot_ns = start,
				    .thread_start_boot_ns = start,
				    .threads = 1,
				    .state = 'S',
				    .calls_len = 1 };

	strncpy(task.leader_comm, comm, sizeof(task.leader_comm) - 1);
	state_task(state, &task, &count);
}

static void exits(uint32_t pid, uint64_t start, const char *comm, uint64_t calls)
{
	struct call_count count = { .nr = 0, .calls = calls };
	struct task_exit ended = { .pid = pid,
				   .tid = pid,
				   .ppid = 1,
				   .start_boot_ns = start,
				   .thread_start_boot_ns = start,
				   .exit_boot_ns = 101 * SECOND,
				   .exit_code = 9 << 8,
				   .process_ended = 1,
				   .calls_len = 1 };

	strncpy(ended.comm, comm, sizeof(ended.comm) - 1);
	strncpy(ended.leader_comm, comm, sizeof(ended.leader_comm) - 1);
	state_exit(state, &ended, &count);
}

struct happened {
	const char *call, *event;
	uint32_t pid, ppid;
	uint64_t start;
	const char *comm;
	uint16_t flags;
	int64_t ret;
	uint64_t args[3];
	const char *exe; /* of an exec */
	uint64_t at_ns;  /* after the last refresh */
};

static void record(const struct happened *what)
{
	static struct build_record b;
	const struct event_desc *desc = event_by_id(what->event);
	struct build_prefix prefix = { .ts_ns = now_ns + what->at_ns,
				       .pid = what->pid,
				       .ppid = what->ppid,
				       .start_boot_ns = what->start,
				       .comm = what->comm,
				       .flags = what->flags,
				       .ret = what->ret,
				       .nr = syscall_nr(syscall_by_name(what->call)) };
	size_t len;

	memcpy(prefix.args, what->args, sizeof(what->args));
	build_record_init(&b, desc->code, &prefix);
	for (size_t i = 0; i < desc->params_len; i++) {
		if (what->exe && !strcmp(desc->params[i].name, "exe"))
			build_record_text(&b, what->exe);
		else if (what->exe && !strcmp(desc->params[i].name, "trusted_exepath"))
			build_record_text(&b, what->exe);
		else
			build_record_empty(&b);
	}
	len = build_record_finish(&b);
	ck_assert_int_eq(state_record(state, b.data, len), 0);
}

#define EXECVE "execve", "SYSCALL_EXECVE_19_X"
#define CLONE "clone", "SYSCALL_CLONE_20_X"

/* A shell that makes a child, which becomes another program. */
static const struct happened child = {
	CLONE, 20, 10, 500, "sh", RECORD_F_CHILD, 0, { 0 }, NULL, 1
};
static const struct happened parent = { CLONE, 10, 1, 5, "sh", 0, 20, { 0 }, NULL, 2 };
static const struct happened exec = { EXECVE, 20, 10, 500, "tool", 0, 0, { 0 }, "/bin/tool", 3 };

/* vfork: the parent's return comes after the child's exec; a late clone after that as well. */
START_TEST(any_order_of_birth)
{
	static const struct happened *const orders[][3] = {
		{ &child, &parent, &exec }, { &parent, &child, &exec }, { &child, &exec, &parent },
		{ &exec, &child, &parent }, { &parent, &exec, &child }, { &exec, &parent, &child },
	};

	begin();
	sample(10, 5, "sh", 1);
	end();
	for (size_t i = 0; i < 3; i++)
		record(orders[_i][i]);
	begin();
	sample(10, 5, "sh", 2);
	end();
	ck_assert_str_eq(row(20, 500)->comm, "tool");
	ck_assert_str_eq(row(20, 500)->cmdline, "/bin/tool");
	ck_assert_str_eq(row(20, 500)->exe, "/bin/tool");
	ck_assert_uint_eq(row(20, 500)->ppid, 10);
}
END_TEST

/* A pid that is used again: two rows, each with its own counts, whatever comes first. */
START_TEST(reused_pid)
{
	begin();
	sample(30, 100, "old", 7);
	end();
	switch (_i) {
	case 0:
		exits(30, 100, "old", 9);
		begin();
		sample(30, 900, "new", 1);
		break;
	case 1:
		begin();
		sample(30, 900, "new", 1);
		exits(30, 100, "old", 9);
		break;
	default: /* the new one's event is the first that is heard of it */
		record(&(struct happened){ EXECVE, 30, 1, 900, "new", 0, 0, { 0 }, "/bin/new", 0 });
		begin();
		exits(30, 100, "old", 9);
		sample(30, 900, "new", 1);
		break;
	}
	end();
	ck_assert_str_eq(row(30, 100)->comm, "old");
	ck_assert(row(30, 100)->dead);
	ck_assert_int_eq(row(30, 100)->exit_code, 9 << 8);
	ck_assert_uint_eq(row(30, 100)->calls, 9);
	ck_assert_str_eq(row(30, 900)->comm, "new");
	ck_assert(!row(30, 900)->dead);
	ck_assert_uint_eq(row(30, 900)->calls, 1);
	/* A late event of the one that ended does not bring it back. */
	record(&(struct happened){ EXECVE, 30, 1, 100, "old", 0, 0, { 0 }, "/bin/old", 0 });
	begin();
	sample(30, 900, "new", 2);
	end();
	ck_assert(row(30, 100)->dead);
	ck_assert_uint_eq(row(30, 900)->calls, 2);
}
END_TEST

/* Exit records that are lost: who is missing has ended, who comes back has not. */
START_TEST(lost_exit)
{
	begin();
	sample(40, 100, "gone", 5);
	sample(41, 101, "there", 5);
	end();
	begin();
	sample(41, 101, "there", 6);
	end();
	ck_assert(row(40, 100)->dead);
	ck_assert_uint_ne(row(40, 100)->ended_ns, 0);
	begin();
	sample(40, 100, "gone", 8);
	sample(41, 101, "there", 6);
	end();
	ck_assert(!row(40, 100)->dead);
	ck_assert_uint_eq(row(40, 100)->calls, 8);
	ck_assert_uint_eq(snapshot->health.calls, 14);
}
END_TEST

/* Ended before anything else was heard of it; then its events come. */
START_TEST(exit_comes_first)
{
	begin();
	end();
	exits(20, 500, "tool", 4);
	record(&child);
	record(&exec);
	begin();
	end();
	ck_assert(row(20, 500)->dead);
	ck_assert_str_eq(row(20, 500)->comm, "tool");
	ck_assert_str_eq(row(20, 500)->exe, "/bin/tool");
	ck_assert_uint_eq(row(20, 500)->calls, 4);
	ck_assert_uint_eq(snapshot->health.calls, 4);
}
END_TEST

/* Nothing but a number: shown as such, not as somebody else. */
START_TEST(no_name)
{
	begin();
	sample(50, 100, "", 1);
	end();
	ck_assert_str_eq(row(50, 100)->comm, "?50");
	ck_assert_str_eq(row(50, 100)->cmdline, "?50");
	ck_assert_uint_gt(asked, 0);
	begin();
	sample(50, 100, "late", 1);
	end();
	ck_assert_str_eq(row(50, 100)->comm, "late");
}
END_TEST

/* Events of two processes, told one after the other, and mixed: the same tables. */
START_TEST(interleaved)
{
	static const struct happened lives[2][4] = {
		{ { CLONE, 60, 10, 600, "sh", RECORD_F_CHILD, 0, { 0 }, NULL, 1 },
		  { EXECVE, 60, 10, 600, "a", 0, 0, { 0 }, "/bin/a", 2 },
		  { "close", "SYSCALL_CLOSE_X", 60, 10, 600, "a", 0, 0, { 3 }, NULL, 3 },
		  { EXECVE, 60, 10, 600, "b", 0, 0, { 0 }, "/bin/b", 4 } },
		{ { CLONE, 61, 10, 601, "sh", RECORD_F_CHILD, 0, { 0 }, NULL, 5 },
		  { EXECVE, 61, 10, 601, "c", 0, 0, { 0 }, "/bin/c", 6 },
		  { EXECVE, 61, 10, 601, "d", 0, 0, { 0 }, "/bin/d", 7 },
		  { "close", "SYSCALL_CLOSE_X", 61, 10, 601, "d", 0, 0, { 3 }, NULL, 8 } },
	};
	size_t at[2] = { 0 };
	unsigned bits = (unsigned)_i;

	begin();
	sample(10, 5, "sh", 1);
	end();
	for (unsigned i = 0; i < 8; i++) {
		unsigned who = bits >> i & 1;

		if (at[who] == 4)
			who = !who;
		record(&lives[who][at[who]++]);
	}
	begin();
	sample(10, 5, "sh", 1);
	end();
	ck_assert_uint_eq(snapshot->procs_len, 3);
	ck_assert_str_eq(row(60, 600)->comm, "b");
	ck_assert_str_eq(row(60, 600)->exe, "/bin/b");
	ck_assert_str_eq(row(61, 601)->comm, "d");
	ck_assert_str_eq(row(61, 601)->exe, "/bin/d");
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("late");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, any_order_of_birth, 0, 6);
	tcase_add_loop_test(tcase, reused_pid, 0, 3);
	tcase_add_test(tcase, lost_exit);
	tcase_add_test(tcase, exit_comes_first);
	tcase_add_test(tcase, no_name);
	tcase_add_loop_test(tcase, interleaved, 0, 256);
	return run_suite("late", tcase);
}
