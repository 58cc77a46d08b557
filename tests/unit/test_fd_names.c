/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every descriptor among the arguments of a call was: of calls with several of them, in lists
 * and in structs, as lines, JSON and the page of an event show it.
 */
#include <stdio.h>
#include <check.h>
#include <errno.h>
#include <string.h>
#include "build_record.h"
#include "probe/schema/fds.h"
#include "run_suite.h"
#include "state/fd_table.h"
#include "state/state.h"
#include "views/line.h"

#define PID 100
#define BYTES(literal) .data = (literal), .data_len = sizeof(literal) - 1

static struct state *state;
static unsigned asked;

/* What is not followed: even numbers have a name. */
static int fd_name(void *ctx, uint32_t pid, int64_t fd, char *name, size_t *len)
{
	asked++;
	if (pid != PID || fd % 2)
		return -ENOENT;
	*len = (size_t)snprintf(name, *len, "/asked/%d", (int)fd);
	return 0;
}

static void setup(void)
{
	struct state_opts opts = { .dead_keep_ns = 1 };
	struct state_source source = { .fd_name = fd_name };

	asked = 0;
	ck_assert_int_eq(state_new(&opts, &source, &state), 0);
}

static void teardown(void)
{
	state_free(state);
}

/* 3, 4 and 5 are open, each as the file of its name. */
static void follow(void)
{
	static const char *const names[] = { "/three", "/four", "pipe:[5]" };
	struct task_sample task = { .pid = PID,
				    .tid = PID,
				    .start_boot_ns = PID,
				    .thread_start_boot_ns = PID,
				    .threads = 1 };

	state_refresh_begin(state, 1000000000ull);
	state_task(state, &task, NULL);
	state_refresh_end(state);
	for (int i = 0; i < 3; i++) {
		struct file_sample file = { .pid = PID,
					    .fd = i + 3,
					    .start_boot_ns = PID,
					    .path_len = (uint16_t)strlen(names[i]) };

		state_file(state, &file, names[i]);
	}
}

struct named_case {
	const char *call;
	uint64_t args[6];
	/* Of the event's own integer parameters, in their order. */
	int64_t params[8];
	uint8_t data_arg; /* what this argument points to is `data` */
	const char *data;
	size_t data_len;
	int64_t ret;
	uint8_t uring;    /* flags of its operation's item */
	const char *part; /* of the line */
};
static const struct named_case cases[] = {
	/* Arguments: all of them, what they were before. */
	{ "dup2", { 3, 4 }, { 4, 3, 4 }, .ret = 4, .part = "oldfd=3(/three) newfd=4(/four)" },
	{ "dup3", { 3, 9 }, { 9, 3, 9 }, .ret = 9, .part = "oldfd=3(/three) newfd=9 " },
	{ "sendfile", { 5, 4 }, { 7, 0, 5, 4 }, .part = "out_fd=5(pipe:[5]) in_fd=4(/four)" },
	{ "splice", { 3, 0, 5 }, { 7, 3, 5 }, .part = "fd_in=3(/three) fd_out=5(pipe:[5])" },
	{ "copy_file_range",
	  { 3, 0, 4 },
	  { 7, 4, 0, 3, 0 },
	  .part = "fdout=4(/four) fdin=3(/three)" },
	{ "tee", { 5, 4 }, { 0 }, .part = "fdin=5(pipe:[5]) fdout=4(/four)" },
	{ "epoll_ctl", { 5, 1, 3 }, { 0 }, .part = "epfd=5(pipe:[5]) fd=3(/three)" },
	{ "epoll_ctl", { 5, 1, 9 }, { 0 }, .part = "epfd=5(pipe:[5]) fd=9 " },
	{ "fanotify_mark",
	  { 5, 1, 0, 4 },
	  { 0 },
	  .part = "fanotify_fd=5(pipe:[5]) dirfd=4(/four)" },
	{ "move_mount", { 3, 0, 4 }, { 0 }, .part = "from_dirfd=3(/three) to_dirfd=4(/four)" },
	{ "renameat", { 3, 0, 4 }, { 0, 3, 4 }, .part = "olddirfd=3(/three) newdirfd=4(/four)" },
	{ "openat", { 4 }, { 9, 4 }, .ret = 9, .part = " dirfd=4(/four) " },
	{ "unlinkat", { 3 }, { 0, 3 }, .ret = -ENOENT, .part = "dirfd=3(/three)" },
	{ "openat", { -100ull }, { 9, -100 }, .ret = 9, .part = "dirfd=AT_FDCWD " },
	/* That of another process has its number alone. */
	{ "pidfd_getfd",
	  { 5, 3 },
	  { 9, 5, 3 },
	  .ret = 9,
	  .part = "pid_fd=5(pipe:[5]) target_fd=3 " },
	/* Numbers of a ring's own files are no descriptors. */
	{ "splice",
	  { 3, 0, 5 },
	  { 7, 3, 5 },
	  .uring = RECORD_EXT_F_FIXED_FILE,
	  .part = "fd_in=3 fd_out=5 " },
	/* Lists. */
	{ "pselect6", { 6, 1 }, { 0 }, 1, BYTES("\x38"), .part = "inp=[3(/three) 4(/four) 5(" },
	{ "poll",
	  { 1, 2 },
	  { 0 },
	  0,
	  BYTES("\3\0\0\0\1\0\1\0\x9\0\0\0\1\0\0\0"),
	  .part = "ufds=[{fd=3(/three), events=POLLIN, revents=POLLIN}, {fd=9, events" },
	/* Members of structs, when they are descriptors. */
	{ "bpf", { 1, 1 }, { 4, 1 }, 1, BYTES("\4\0\0\0"), .part = "attr={map_fd=4(/four)}" },
	{ "ioctl",
	  { 3, 0x4020940d, 1 },
	  { 0, 3 },
	  2,
	  BYTES("\4\0\0\0\0\0\0\0"),
	  .part = "fd=3(/three) request=FICLONERANGE argument={src_fd=4(/four)}" },
	{ "landlock_add_rule",
	  { 5, 1, 1 },
	  { 0 },
	  2,
	  BYTES("\0\0\0\0\0\0\0\0\3\0\0\0"),
	  .part = "parent_fd=3(/three)}" },
	{ "landlock_add_rule",
	  { 5, 2, 1 },
	  { 0 },
	  2,
	  BYTES("\0\0\0\0\0\0\0\0\3\0\0\0\0\0\0\0"),
	  .part = "port=3}" },
};

/* One kept event of the call. */
static const struct history_event *play(const struct named_case *c)
{
	static struct build_record b;
	const struct syscall_desc *call = syscall_by_name(c->call);
	const struct event_desc *desc = event_by_code(call->exit_event);
	bool raw = call->flags & SYSCALL_F_RAW || desc->code == EVENT_CODE_GENERIC_X;
	struct build_prefix prefix = { .ts_ns = 5,
				       .pid = PID,
				       .start_boot_ns = PID,
				       .nr = syscall_nr(call),
				       .ret = c->ret,
				       .flags = c->uring ? RECORD_F_URING : 0,
				       .comm = "cat" };
	uint8_t item[64] = { c->data_arg };
	size_t next = 0;

	memcpy(prefix.args, c->args, sizeof(prefix.args));
	build_record_init(&b, desc->code, &prefix);
	if (c->uring)
		build_record_ext(&b, RECORD_EXT_URING_OP, c->uring, "\x1e", 1);
	if (c->data) {
		memcpy(item + 1, c->data, c->data_len);
		build_record_ext(&b, RECORD_EXT_ARG_DATA, 0, item, c->data_len + 1);
	}
	for (size_t i = 0; i < desc->params_len; i++) {
		if (raw || !param_type_bytes(desc->params[i].type) || next == 8)
			build_record_empty(&b);
		else
			build_record_int(&b, c->params[next++]);
	}
	ck_assert_int_eq(state_record(state, b.data, build_record_finish(&b)), 0);
	ck_assert_ptr_nonnull(state_last_event(state));
	return state_last_event(state);
}

START_TEST(each_is_named)
{
	const struct named_case *c = &cases[_i];
	struct text_buf buf;
	char line[512];

	follow();
	text_buf_init(&buf, line, sizeof(line));
	ck_assert_int_eq(line_text(play(c), &buf), 0);
	text_buf_add(&buf, " ");
	ck_assert_msg(strstr(line, c->part), "%s: \"%s\" lacks \"%s\"", c->call, line, c->part);
	ck_assert_uint_eq(asked, 0);
}
END_TEST

/* The numbers stay numbers there, and the names stand beside them. */
START_TEST(json_has_names_by_number)
{
	const struct named_case c = { .call = "sendfile",
				      .args = { 5, 4 },
				      .params = { 7, 0, 5, 4 } };
	struct text_buf buf;
	char line[1024];

	follow();
	text_buf_init(&buf, line, sizeof(line));
	ck_assert_int_eq(line_json(play(&c), &buf), 0);
	ck_assert_ptr_nonnull(strstr(line, ",\"fd.name\":\"pipe:[5]\","
					   "\"fd.names\":{\"5\":\"pipe:[5]\",\"4\":\"/four\"},"));
	ck_assert_ptr_nonnull(strstr(line, "\"out_fd\":\"5\",\"in_fd\":\"4\""));
}
END_TEST

/* A second one of one number has one name; a list longer than the room has as many as fit. */
START_TEST(many_are_bounded)
{
	static char list[8 * (EVENT_FDS_MAX + 9)];
	struct named_case c = { "poll", { 1, 9 }, { 0 }, .data = list, .data_len = 56 };
	struct event event;
	struct event_fds fds;
	const struct history_event *kept;

	follow();
	for (size_t i = 0; i < sizeof(list) / 8; i++)
		list[i * 8] = (char)(i % 2 ? 3 : 4);
	kept = play(&c);
	ck_assert_uint_eq(kept->fds_len, 2);
	ck_assert_int_eq(kept->fds[0].fd, 4);
	ck_assert_str_eq(kept->fds[1].name, "/three");
	ck_assert_int_eq(event_decode(kept->record, kept->record_len, &event), 0);
	event.arg_data[0] = (struct event_param){ .data = (uint8_t *)list, .len = sizeof(list) };
	for (size_t i = 0; i < sizeof(list) / 8; i++)
		list[i * 8] = (char)i;
	event_fds(&event, &fds);
	ck_assert_uint_eq(fds.len, EVENT_FDS_MAX);
	ck_assert_uint_eq(fds.direct, 0);
}
END_TEST

/* Where nothing is followed the arguments are asked for, lists are not. */
START_TEST(unknown_ones_are_asked_for)
{
	const struct named_case both = { .call = "tee", .args = { 6, 4 } };
	const struct named_case one = { .call = "tee", .args = { 6, 5 } };
	const struct named_case list = { "pselect6", { 9, 1 }, { 0 }, 1, BYTES("\x50") };
	const struct history_event *kept = play(&both);

	ck_assert_str_eq(kept->fd_name, "/asked/6");
	ck_assert_uint_eq(kept->fds_len, 2);
	ck_assert_str_eq(kept->fds[1].name, "/asked/4");
	ck_assert_uint_eq(asked, 2);
	kept = play(&one);
	ck_assert_uint_eq(kept->fds_len, 1);
	ck_assert_uint_eq(asked, 4);
	kept = play(&list);
	ck_assert_uint_eq(kept->fds_len, 0);
	ck_assert_uint_eq(asked, 4);
}
END_TEST

/* Of a followed table only what is not in it is asked for, and only where calls are left out. */
START_TEST(gaps_are_asked_for)
{
	const struct named_case known = { .call = "fsync", .args = { 4 } };
	const struct named_case unknown = { .call = "fsync", .args = { 6 } };

	follow();
	ck_assert_str_eq(play(&unknown)->fd_name, "");
	ck_assert_uint_eq(asked, 0);
	state_ask_unknown_files(state, true);
	ck_assert_str_eq(play(&known)->fd_name, "/four");
	ck_assert_uint_eq(asked, 0);
	ck_assert_str_eq(play(&unknown)->fd_name, "/asked/6");
	ck_assert_uint_eq(asked, 1);
}
END_TEST

/* Calls with one descriptor are told by that, at no cost. */
START_TEST(calls_with_one_are_left_alone)
{
	static const char *const few[] = { "read", "write", "close", "fsync", "connect", "mmap" };
	static const char *const more[] = {
		"dup2", "openat", "poll", "select", "bpf", "epoll_ctl"
	};

	for (size_t i = 0; i < sizeof(few) / sizeof(few[0]); i++) {
		ck_assert_msg(!call_has_more_fds(syscall_by_name(few[i])), "%s", few[i]);
		ck_assert_msg(call_has_more_fds(syscall_by_name(more[i])), "%s", more[i]);
	}
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("fd_names");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, each_is_named, 0, sizeof(cases) / sizeof(cases[0]));
	tcase_add_test(tcase, json_has_names_by_number);
	tcase_add_test(tcase, many_are_bounded);
	tcase_add_test(tcase, unknown_ones_are_asked_for);
	tcase_add_test(tcase, gaps_are_asked_for);
	tcase_add_test(tcase, calls_with_one_are_left_alone);
	return run_suite("fd_names", tcase);
}
