/* SPDX-License-Identifier: Apache-2.0 */
/* Captures around a hit: which events of a history that was made by hand are in the file. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "build_record.h"
#include "probe/capture_reader.h"
#include "probe/schema/render.h"
#include "run_suite.h"
#include "state/container.h"
#include "state/container_info_build.h"
#include "state/fd_table.h"
#include "tui/capture_container.h"
#include "tui/hit_window.h"
#include "views/hit_tree.h"

#define SECOND UINT64_C(1000000000)
#define BEGIN (UINT64_C(1700000000) * SECOND)
#define START 7 /* of all: a child is no older than its parent */
#define STEPS 16

typedef int (*answer_fn)(void *ctx, const struct container_match *match, uint32_t pid,
			 struct container_info *ret_info);
#define PATH_ROOM 64
#define IN_CONTAINER 2 /* its cgroup */

enum kind {
	END,
	CALL,  /* an event */
	HIT,   /* one that a rule matched */
	EXEC,  /* one that makes it another program */
	LIVES, /* a row of it alone */
	ENDED, /* the same, of one that has ended */
	FLOOD, /* so many events that none of those before is left in the stream */
	TURN,  /* a refresh, in which runtimes are asked */
};

struct step {
	enum kind kind;
	int time_s;
	uint32_t pid, ppid;
	uint64_t cgroup_id;
};

static const struct window_case {
	const char *name;
	struct step steps[STEPS];
	const char *events; /* "PID at SECOND\n" */
	uint64_t processes;
} cases[] = {
	{ "the edges of the window",
	  { { CALL, -61, 100, 50, 0 },
	    { CALL, -60, 100, 50, 0 },
	    { HIT, 0, 100, 50, 0 },
	    { CALL, 60, 100, 50, 0 },
	    { CALL, 61, 100, 50, 0 } },
	  "100 at -60\n100 at 0\n100 at 60\n",
	  1 },
	{ "its process, the parent and all below both",
	  { { CALL, -3, 50, 1, 0 },
	    { CALL, -2, 60, 50, 0 },
	    { CALL, -1, 70, 1, 0 },
	    { HIT, 0, 100, 50, 0 },
	    { CALL, 1, 200, 100, 0 },
	    { CALL, 2, 300, 200, 0 },
	    { CALL, 3, 61, 60, 0 } },
	  "50 at -3\n60 at -2\n100 at 0\n200 at 1\n300 at 2\n61 at 3\n",
	  6 },
	{ "another child of a parent that ended unseen",
	  { { HIT, 0, 100, 50, 0 }, { CALL, 1, 60, 50, 0 }, { CALL, 2, 61, 51, 0 } },
	  "100 at 0\n60 at 1\n",
	  2 },
	{ "a process between that did nothing",
	  { { LIVES, 0, 200, 100, 0 }, { HIT, 0, 100, 50, 0 }, { CALL, 1, 300, 200, 0 } },
	  "100 at 0\n300 at 1\n",
	  3 },
	{ "two of them, which ended, the first with a higher pid",
	  { { ENDED, 0, 400, 100, 0 },
	    { ENDED, 0, 200, 400, 0 },
	    { HIT, 0, 100, 50, 0 },
	    { CALL, 1, 300, 200, 0 },
	    { CALL, 2, 300, 1, 0 } },
	  "100 at 0\n300 at 1\n300 at 2\n",
	  4 },
	{ "a parent of no interest",
	  { { CALL, -1, 1, 0, 0 }, { HIT, 0, 100, 1, 0 }, { CALL, 1, 70, 1, 0 } },
	  "100 at 0\n",
	  2 },
	{ "nor one of threads of the kernel",
	  { { CALL, -1, 2, 0, 0 }, { HIT, 0, 100, 2, 0 }, { CALL, 1, 70, 2, 0 } },
	  "100 at 0\n",
	  2 },
	{ "a container",
	  { { CALL, -2, 50, 1, 0 },
	    { CALL, -1, 70, 1, IN_CONTAINER },
	    { HIT, 0, 100, 50, IN_CONTAINER },
	    { CALL, 1, 200, 100, 0 },
	    { CALL, 2, 300, 100, IN_CONTAINER } },
	  "70 at -1\n100 at 0\n300 at 2\n",
	  4 },
	{ "a program that it becomes",
	  { { HIT, 0, 100, 50, 0 }, { EXEC, 1, 100, 50, 0 }, { CALL, 2, 100, 50, 0 } },
	  "100 at 0\n100 at 1\n100 at 2\n",
	  1 },
	{ "a hit that the stream has dropped",
	  { { CALL, -1, 100, 50, 0 },
	    { HIT, 0, 100, 50, 0 },
	    { FLOOD, 1, 70, 1, 0 },
	    { CALL, 2, 100, 50, 0 } },
	  "100 at 0\n100 at 2\n",
	  1 },
};

/* --- the history --- */

static int no_seed(void *ctx, uint32_t pid, unsigned parts, struct process_seed *ret_seed)
{
	return -ENOENT;
}

static int no_user(void *ctx, uint32_t uid, char *name, size_t *len)
{
	return -ENOENT;
}

static int cgroup(void *ctx, uint32_t pid, char *text, size_t *len)
{
	const struct step *step = ctx;
	const char *found = "0::/\n";

	for (; step->kind != END; step++)
		if (step->pid == pid && step->cgroup_id == IN_CONTAINER)
			found = "0::/docker/"
				"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
				"\n";
	*len = strlen(found);
	memcpy(text, found, *len);
	return 0;
}

static void tell(struct state *state, const struct step *step, struct build_record *b)
{
	bool exec = step->kind == EXEC;
	const struct build_prefix prefix = {
		.ts_ns = BEGIN + (uint64_t)((int64_t)SECOND * step->time_s),
		.pid = step->pid,
		.ppid = step->ppid,
		.start_boot_ns = START,
		.cgroup_id = step->cgroup_id ? step->cgroup_id : 1,
		.nr = syscall_nr(syscall_by_name(exec ? "execve" : "getuid")),
		.comm = exec ? "new" : "old",
	};
	size_t len;

	build_record_init(b, event_by_id(exec ? "SYSCALL_EXECVE_19_X" : "SYSCALL_GETUID_X")->code,
			  &prefix);
	build_record_int(b, 0);
	if (exec)
		build_record_text(b, "new");
	len = build_record_finish(b);
	ck_assert_int_eq(state_record(state, b->data, len), 0);
	if (step->kind == HIT)
		ck_assert_int_eq(
			state_hit(state, &(struct history_hit){ .rule = "r", .output = "o" }), 0);
}

static void tell_row(struct state *state, const struct step *step)
{
	const struct task_sample task = { .pid = step->pid,
					  .tid = step->pid,
					  .ppid = step->ppid,
					  .start_boot_ns = START,
					  .thread_start_boot_ns = START,
					  .threads = 1,
					  .flags = TASK_F_LEADER | TASK_F_IN_SCOPE,
					  .state = 'S',
					  .comm = "row",
					  .leader_comm = "row" };

	state_task(state, &task, NULL);
}

static void refresh(struct state *state, uint64_t time_ns, const struct step *steps, bool ended)
{
	state_refresh_begin(state, time_ns);
	for (const struct step *step = steps; step->kind != END; step++)
		if (step->kind == LIVES || (step->kind == ENDED && !ended))
			tell_row(state, step);
	state_refresh_end(state);
}

static void flood(struct state *state, const struct step *step, struct build_record *b)
{
	for (int i = 0; i < 20000; i++)
		tell(state, step, b);
}

static struct snapshot *make_history(const struct step *steps, const struct state_source *source)
{
	const struct state_opts opts = { .memory_bytes = 4 << 20, .host = "host7" };
	struct build_record *b = malloc(sizeof(*b));
	struct snapshot *snapshot;
	struct state *state;

	ck_assert_int_eq(state_new(&opts, source, &state), 0);
	refresh(state, BEGIN - 100 * SECOND, steps, false);
	refresh(state, BEGIN - 99 * SECOND, steps, true);
	for (const struct step *step = steps; step->kind != END; step++) {
		if (step->kind == FLOOD)
			flood(state, step, b);
		else if (step->kind == TURN)
			refresh(state, BEGIN + (uint64_t)step->time_s * SECOND, steps, true);
		else if (step->kind < LIVES)
			tell(state, step, b);
	}
	ck_assert_int_eq(state_publish(state, &snapshot), 0);
	state_free(state);
	free(b);
	return snapshot;
}

/* --- the file --- */

struct found {
	char text[1024];
	struct text_buf events;
};

static int on_record(void *ctx, const void *record, size_t len)
{
	struct found *found = ctx;
	struct event event;

	ck_assert_int_eq(event_decode(record, len, &event), 0);
	text_buf_printf(&found->events, "%u at %d\n", event.prefix.pid,
			(int)(((int64_t)event.ts_ns - (int64_t)BEGIN) / (int64_t)SECOND));
	return 0;
}

static int on_process(void *ctx, const struct process_seed *seed)
{
	/* What it executes later it is not at the beginning. */
	ck_assert(seed->cmdline_len < 3 || memcmp(seed->cmdline, "new", 3) != 0);
	return 0;
}

static void read_sink(int fd, const struct capture_sink *sink)
{
	struct capture_reader *reader;
	struct capture_error err;
	int rc;

	ck_assert_int_eq(capture_reader_new(fd, &reader), 0);
	do {
		rc = capture_read(reader, sink, &err);
	} while (rc > 0);
	ck_assert_msg(rc == 0, "%s", err.text);
	capture_reader_free(reader);
}

static void read_file(int fd, struct found *found)
{
	const struct capture_sink sink = { .ctx = found,
					   .record = on_record,
					   .process = on_process };

	text_buf_init(&found->events, found->text, sizeof(found->text));
	read_sink(fd, &sink);
}

static struct hit_window_ask *new_ask(struct snapshot *snapshot, uint64_t event_num, char *path)
{
	struct hit_window_ask *ask;

	int fd;

	snprintf(path, PATH_ROOM, "/tmp/test_hit_window.XXXXXX");
	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	ask = hit_window_ask_new(1, snapshot, event_num, path);
	ck_assert_ptr_nonnull(ask);
	ask->fd = fd;
	return ask;
}

/* Then the oldest event that is left is one of those. */
static bool drops(const struct step *steps)
{
	while (steps->kind != END && steps->kind != FLOOD)
		steps++;
	return steps->kind == FLOOD;
}

START_TEST(test_window)
{
	const struct window_case *c = &cases[_i];
	const struct state_source source = { .ctx = (void *)(uintptr_t)c->steps,
					     .process_seed = no_seed,
					     .process_cgroup = cgroup,
					     .user_name = no_user };
	const struct hit_window_from from = { .source = &source, .origin = RECORDER_ELSEWHERE };
	struct snapshot *snapshot = make_history(c->steps, &source);
	struct snapshot_saved saved;
	struct hit_window_ask *ask;
	struct found found;
	char path[PATH_ROOM];

	ask = new_ask(snapshot, SNAPSHOT_HIT_BASE + 1, path);
	snapshot_unref(snapshot);
	saved = hit_window_write(ask, &from);
	hit_window_ask_free(ask);
	ck_assert_int_eq(saved.error, 0);
	ck_assert_uint_eq(saved.left_ns, drops(c->steps) ? BEGIN + SECOND : 0);
	read_file(open(path, O_RDONLY | O_CLOEXEC), &found);
	ck_assert_msg(strcmp(found.text, c->events) == 0, "%s:\n%s", c->name, found.text);
	ck_assert_msg(saved.processes == c->processes, "%s: %llu processes", c->name,
		      (unsigned long long)saved.processes);
	unlink(path);
}
END_TEST

/* One that is never written, or has no hit any more, leaves no file. */
START_TEST(test_no_file)
{
	const struct step steps[] = { { HIT, 0, 100, 50, 0 }, { .kind = END } };
	const struct state_source source = { .ctx = (void *)(uintptr_t)steps,
					     .process_seed = no_seed,
					     .process_cgroup = cgroup,
					     .user_name = no_user };
	const struct hit_window_from from = { .source = &source, .origin = RECORDER_ELSEWHERE };
	struct snapshot *snapshot = make_history(steps, &source);
	struct hit_window_ask *ask;
	char path[PATH_ROOM];

	hit_window_ask_free(new_ask(snapshot, SNAPSHOT_HIT_BASE + 1, path));
	ck_assert_int_eq(access(path, F_OK), -1);
	ask = new_ask(snapshot, SNAPSHOT_HIT_BASE + 2, path);
	ck_assert_int_eq(hit_window_write(ask, &from).error, -ENOENT);
	hit_window_ask_free(ask);
	ck_assert_int_eq(access(path, F_OK), -1);
	snapshot_unref(snapshot);
}
END_TEST

/* The thread's. */
START_TEST(test_thread)
{
	const struct state_source source = { .ctx = (void *)(uintptr_t)cases[0].steps,
					     .process_seed = no_seed,
					     .process_cgroup = cgroup,
					     .user_name = no_user };
	struct snapshot *snapshot = make_history(cases[0].steps, &source);
	struct snapshot_saved saved;
	struct hit_save *save;
	struct found found;
	char path[PATH_ROOM];

	ck_assert_int_eq(hit_save_start(new_ask(snapshot, SNAPSHOT_HIT_BASE + 1, path), "/nowhere",
					0, &save),
			 0);
	snapshot_unref(snapshot);
	saved = hit_save_end(save);
	ck_assert_int_eq(saved.error, 0);
	ck_assert_uint_eq(saved.question, 1);
	read_file(open(path, O_RDONLY | O_CLOEXEC), &found);
	ck_assert_str_eq(found.text, cases[0].events);
	unlink(path);
}
END_TEST

/* --- what the runtime says of the hit's container --- */

static unsigned asks_left; /* before there is an answer */

static int late_container(void *ctx, const struct container_match *match, uint32_t pid,
			  struct container_info *ret_info)
{
	if (asks_left) {
		asks_left--;
		return -EAGAIN;
	}
	*ret_info = (struct container_info){ .name = strdup("shop") };
	return container_info_take_image(ret_info, "localhost/web:7");
}

static int no_container(void *ctx, const struct container_match *match, uint32_t pid,
			struct container_info *ret_info)
{
	return -ENOENT;
}

/* Its name and image at the first event; "": the file had not told them by then. */
struct told {
	char name[64], repository[64];
	bool seen;
};

static int on_item(void *ctx, uint16_t kind, const uint8_t *data, size_t len)
{
	struct capture_cursor cursor = { .data = data, .len = len };
	struct container_info info;
	struct told *told = ctx;
	char id[CONTAINER_ID_MAX];
	bool found;

	if (kind != CAPTURE_ITEM_CONTAINER || told->seen)
		return 0;
	cursor_u32(&cursor);
	found = cursor_u32(&cursor) == 0;
	cursor_text(&cursor, id, sizeof(id));
	if (!found)
		return 0;
	ck_assert_int_eq(capture_container_take(&cursor, &info), 0);
	snprintf(told->name, sizeof(told->name), "%s", info.name);
	snprintf(told->repository, sizeof(told->repository), "%s", info.repository);
	container_info_release(&info);
	return 0;
}

static int on_first_record(void *ctx, const void *record, size_t len)
{
	struct told *told = ctx;

	told->seen = true;
	return 0;
}

static const struct named_case {
	const char *name;
	answer_fn before, now; /* of the history's state; while the file is written */
	bool waits;
	const char *told;
} named_cases[] = {
	{ "an answer that comes later", NULL, late_container, true, "shop" },
	{ "nobody may wait", NULL, late_container, false, "" },
	{ "it is gone, the snapshot knows it", late_container, no_container, true, "shop" },
	{ "nobody knows it", no_container, no_container, true, "" },
};

START_TEST(test_named)
{
	const struct named_case *c = &named_cases[_i];
	static const struct step steps[] = { { HIT, 0, 100, 50, IN_CONTAINER },
					     { CALL, 1, 100, 50, IN_CONTAINER },
					     { .kind = TURN, .time_s = 2 },
					     { .kind = END } };
	struct state_source source = { .ctx = (void *)(uintptr_t)steps,
				       .process_seed = no_seed,
				       .process_cgroup = cgroup,
				       .container_info = c->before,
				       .user_name = no_user };
	const struct hit_window_from from = { .source = &source,
					      .origin = RECORDER_ELSEWHERE,
					      .waits = c->waits };
	struct told told = { .seen = false };
	const struct capture_sink sink = { .ctx = &told,
					   .item = on_item,
					   .record = on_first_record };
	struct snapshot *snapshot;
	struct hit_window_ask *ask;
	char path[PATH_ROOM];

	asks_left = 0;
	snapshot = make_history(steps, &source);
	source.container_info = c->now;
	asks_left = 5;
	ask = new_ask(snapshot, SNAPSHOT_HIT_BASE + 1, path);
	snapshot_unref(snapshot);
	ck_assert_int_eq(hit_window_write(ask, &from).error, 0);
	hit_window_ask_free(ask);
	read_sink(open(path, O_RDONLY | O_CLOEXEC), &sink);
	unlink(path);
	ck_assert(told.seen);
	ck_assert_msg(strcmp(told.name, c->told) == 0, "%s: '%s'", c->name, told.name);
	ck_assert_str_eq(told.repository, *c->told ? "localhost/web" : "");
}
END_TEST

static const struct tree_case {
	const char *name, *hit_in, *parent_in;
	bool sibling;
} tree_cases[] = {
	{ "on the host", "", "", true },
	{ "both in a container", "c1", "c1", true },
	{ "a parent outside of it", "c1", "", false },
	{ "a parent in another one", "c1", "c0", false },
	{ "a parent in one", "", "c0", true },
};

/* The parent's other children, as the page of a hit has them. */
START_TEST(test_tree)
{
	const struct tree_case *c = &tree_cases[_i];
	const struct proc_row rows[] = {
		{ .pid = 50, .ppid = 1, .start_boot_ns = START, .container = c->parent_in },
		{ .pid = 60, .ppid = 50, .start_boot_ns = START, .container = c->hit_in },
	};
	const struct snapshot snapshot = { .procs = rows, .procs_len = 2 };
	const struct record_prefix hit = { .pid = 100, .ppid = 50, .start_boot_ns = START };
	const struct record_prefix sibling = { .pid = 60, .ppid = 50, .start_boot_ns = START };
	const struct record_prefix child = { .pid = 70, .ppid = 100, .start_boot_ns = START };
	const struct history_event kept = { .record = (const uint8_t *)&hit,
					    .record_len = sizeof(hit),
					    .container = c->hit_in };
	struct hit_tree *tree;

	ck_assert_int_eq(hit_tree_new(&snapshot, &kept, &tree), 0);
	ck_assert(hit_tree_takes(tree, &hit));
	ck_assert(hit_tree_takes(tree, &child));
	ck_assert_msg(hit_tree_takes(tree, &sibling) == c->sibling, "%s", c->name);
	hit_tree_free(tree);
}
END_TEST

static const struct made_case {
	const char *call;
	uint64_t args[2];
	int64_t ret, fd;
	bool made;
} made_cases[] = {
	{ "openat", { 0 }, 3, 3, true },
	{ "openat", { 0 }, -ENOENT, 3, false },
	{ "read", { 3 }, 3, 3, false },
	{ "dup", { 3 }, 4, 4, true },
	{ "dup", { 3 }, 4, 3, false },
	{ "dup2", { 3, 1 }, 1, 1, true },
	{ "dup2", { 3, 1 }, 1, 3, false },
	{ "dup2", { 3, 3 }, 3, 3, false },
	{ "dup3", { 3, 1 }, 1, 1, true },
	{ "fcntl", { 3, F_DUPFD_CLOEXEC }, 7, 7, true },
	{ "fcntl", { 3, F_GETFL }, 3, 3, false },
	{ "pipe2", { 0 }, 0, 5, true },
	{ "connect", { 3 }, 0, 3, false },
	{ "accept4", { 3 }, 4, 4, true },
};

/* What a call makes was not open before it. */
START_TEST(test_made)
{
	const struct made_case *c = &made_cases[_i];
	const struct state_source source = { .user_name = no_user };
	struct build_record *b = malloc(sizeof(*b));
	struct build_prefix prefix = { .pid = 100,
				       .nr = syscall_nr(syscall_by_name(c->call)),
				       .ret = c->ret };
	struct state *state;
	struct event event;

	memcpy(prefix.args, c->args, sizeof(c->args));
	build_record_init(b, event_by_id("GENERIC_X")->code, &prefix);
	ck_assert_int_eq(event_decode(b->data, build_record_finish(b), &event), 0);
	ck_assert_int_eq(state_new(&(struct state_opts){ .host = "host7" }, &source, &state), 0);
	ck_assert_msg(fd_is_made(state, &event, c->fd) == c->made, "%s of %lld", c->call,
		      (long long)c->fd);
	state_free(state);
	free(b);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("hit_window");

	tcase_add_loop_test(tcase, test_window, 0, (int)(sizeof(cases) / sizeof(cases[0])));
	tcase_add_loop_test(tcase, test_made, 0, (int)(sizeof(made_cases) / sizeof(made_cases[0])));
	tcase_add_loop_test(tcase, test_named, 0,
			    (int)(sizeof(named_cases) / sizeof(named_cases[0])));
	tcase_add_loop_test(tcase, test_tree, 0, (int)(sizeof(tree_cases) / sizeof(tree_cases[0])));
	tcase_add_test(tcase, test_no_file);
	tcase_add_test(tcase, test_thread);
	return run_suite("hit_window", tcase);
}
