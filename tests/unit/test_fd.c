/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Open files: what each call does to the table, and the name that its event gets. A case is a
 * list of steps of one process whose table is seeded with 0..2 as "/dev/tty".
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include "build_record.h"
#include "run_suite.h"
#include "state/state.h"

#define STEPS 8
#define PID 100
#define NONE 0

/* A call and the name that its event must have. */
struct step {
	const char *syscall;
	const char *event; /* event id; NULL = the generic one */
	int64_t ret;
	uint64_t args[4];
	const char *path; /* resolved path in the extension */
	unsigned path_flags;
	int uring;        /* flags of the ring's operation; 0: a system call */
	const char *data; /* bytes of the parameter `data_param` */
	size_t data_len;
	const char *data_param;
	int64_t numbers[2]; /* of parameters fd1 and fd2 */
	const char *name;   /* what fd_name must be; "" = unknown */
};

#define OPEN(fd_, path_)                                                          \
	{                                                                         \
		.syscall = "openat", .event = "SYSCALL_OPENAT_2_X", .ret = (fd_), \
		.args = { AT_FDCWD }, .path = (path_), .name = (path_)            \
	}
#define OPEN_CLOEXEC(fd_, path_)                                                     \
	{                                                                            \
		.syscall = "openat", .event = "SYSCALL_OPENAT_2_X", .ret = (fd_),    \
		.args = { AT_FDCWD, 0, O_CLOEXEC }, .path = (path_), .name = (path_) \
	}
#define CLOSE(fd_, name_)                                              \
	{                                                              \
		.syscall = "close", .args = { (fd_) }, .name = (name_) \
	}
#define READ(fd_, name_)                                                        \
	{                                                                       \
		.syscall = "read", .ret = 1, .args = { (fd_) }, .name = (name_) \
	}
#define EXEC()                                                                  \
	{                                                                       \
		.syscall = "execve", .event = "SYSCALL_EXECVE_19_X", .name = "" \
	}

/* 10.0.0.1:5000 -> 10.0.0.2:80, and the address 10.0.0.2:80. */
#define TUPLE4 "\x02\x0a\x00\x00\x01\x88\x13\x0a\x00\x00\x02\x50\x00"
#define ADDR4 "\x02\x0a\x00\x00\x02\x50\x00"
#define TUPLE6 \
	"\x0a\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\x88\x13\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\x50\x00"
#define TUPLE_UNIX "\x01\1\2\3\4\5\6\7\x08\1\2\3\4\5\6\7\x08/run/x.sock"

/* clang-format off: a table */
static const struct {
	const char *name;
	struct step steps[STEPS];
} cases[] = {
	{ "seeded", { READ(0, "/dev/tty"), READ(2, "/dev/tty"), READ(3, "") } },
	{ "open, read, close",
	  { OPEN(3, "/etc/passwd"), READ(3, "/etc/passwd"), CLOSE(3, "/etc/passwd"),
	    READ(3, "") } },
	{ "open again", { OPEN(3, "/a"), CLOSE(3, "/a"), OPEN(3, "/b"), READ(3, "/b") } },
	{ "open without a seen close", { OPEN(3, "/a"), OPEN(3, "/b"), READ(3, "/b") } },
	{ "a failed open",
	  { { .syscall = "openat", .event = "SYSCALL_OPENAT_2_X", .ret = -ENOENT, .name = "" },
	    READ(3, "") } },
	{ "close that fails after all",
	  { OPEN(3, "/a"),
	    { .syscall = "close", .ret = -EIO, .args = { 3 }, .name = "/a" },
	    READ(3, "") } },
	{ "close of nothing",
	  { OPEN(3, "/a"),
	    { .syscall = "close", .ret = -EBADF, .args = { 4 }, .name = "" },
	    READ(3, "/a") } },
	{ "deleted",
	  { { .syscall = "openat",
	      .event = "SYSCALL_OPENAT_2_X",
	      .ret = 3,
	      .path = "/tmp/x",
	      .path_flags = RECORD_EXT_F_DELETED,
	      .name = "/tmp/x (deleted)" } } },
	{ "raced",
	  { { .syscall = "openat",
	      .event = "SYSCALL_OPENAT_2_X",
	      .ret = 3,
	      .path = "/tmp/x",
	      .path_flags = RECORD_EXT_F_RACED,
	      .name = "/tmp/x~" } } },
	{ "opened into a slot of a ring, not under a number",
	  { { .syscall = "openat",
	      .event = "SYSCALL_OPENAT_2_X",
	      .ret = 0,
	      .path = "/a",
	      .uring = RECORD_EXT_F_FIXED_RESULT,
	      .name = "/a" },
	    READ(0, "/dev/tty") } },
	{ "a slot of a ring gets a number",
	  { { .syscall = "fcntl",
	      .event = "SYSCALL_FCNTL_X",
	      .ret = 5,
	      .args = { 2, 1030 /* F_DUPFD_CLOEXEC */ },
	      .path = "/a",
	      .uring = RECORD_EXT_F_FIXED_FILE,
	      .name = "/a" },
	    READ(5, "/a"),
	    READ(2, "/dev/tty") } },
	{ "a pipe in slots of a ring makes no numbers",
	  { { .syscall = "pipe2",
	      .event = "SYSCALL_PIPE2_X",
	      .ret = 0,
	      .numbers = { 0, 1 },
	      .uring = RECORD_EXT_F_FIXED_RESULT,
	      .name = "" },
	    READ(0, "/dev/tty"),
	    READ(1, "/dev/tty") } },
	{ "a slot of a ring is read and closed, the number stays",
	  { { .syscall = "read",
	      .ret = 1,
	      .args = { 2 },
	      .path = "/a",
	      .uring = RECORD_EXT_F_FIXED_FILE,
	      .name = "/a" },
	    { .syscall = "close",
	      .ret = 0,
	      .args = { 2 },
	      .uring = RECORD_EXT_F_FIXED_FILE,
	      .name = "" },
	    READ(2, "/dev/tty") } },
	{ "dup",
	  { OPEN(3, "/a"),
	    { .syscall = "dup", .ret = 4, .args = { 3 }, .name = "/a" },
	    CLOSE(3, "/a"),
	    READ(4, "/a") } },
	{ "dup2 over an open one",
	  { OPEN(3, "/a"),
	    { .syscall = "dup2", .ret = 1, .args = { 3, 1 }, .name = "/a" },
	    READ(1, "/a"),
	    READ(0, "/dev/tty") } },
	{ "dup3 close-on-exec",
	  { { .syscall = "dup3", .ret = 5, .args = { 0, 5, O_CLOEXEC }, .name = "/dev/tty" },
	    READ(5, "/dev/tty"),
	    EXEC(),
	    READ(5, ""),
	    READ(0, "/dev/tty") } },
	{ "fcntl",
	  { { .syscall = "fcntl", .ret = 10, .args = { 0, F_DUPFD, 10 }, .name = "/dev/tty" },
	    { .syscall = "fcntl",
	      .ret = 11,
	      .args = { 0, F_DUPFD_CLOEXEC, 10 },
	      .name = "/dev/tty" },
	    { .syscall = "fcntl",
	      .ret = 0,
	      .args = { 1, F_SETFD, FD_CLOEXEC },
	      .name = "/dev/tty" },
	    EXEC(),
	    READ(10, "/dev/tty"),
	    READ(11, ""),
	    READ(1, ""),
	    READ(2, "/dev/tty") } },
	{ "ioctl close-on-exec",
	  { { .syscall = "ioctl", .args = { 1, FIOCLEX }, .name = "/dev/tty" },
	    EXEC(),
	    READ(1, "") } },
	{ "open close-on-exec",
	  { OPEN_CLOEXEC(3, "/a"), OPEN(4, "/b"), EXEC(), READ(3, ""), READ(4, "/b") } },
	{ "pipe",
	  { { .syscall = "pipe2",
	      .event = "SYSCALL_PIPE2_X",
	      .numbers = { 3, 4 },
	      .name = "pipe:[77]" },
	    READ(3, "pipe:[77]"),
	    READ(4, "pipe:[77]") } },
	{ "tcp",
	  { { .syscall = "socket",
	      .ret = 3,
	      .args = { AF_INET, SOCK_STREAM | SOCK_CLOEXEC },
	      .name = "tcp" },
	    READ(3, "tcp"),
	    { .syscall = "connect",
	      .event = "SOCKET_CONNECT_X",
	      .ret = -EINPROGRESS,
	      .args = { 3 },
	      .data_param = "tuple",
	      .data = TUPLE4,
	      .data_len = sizeof(TUPLE4) - 1,
	      .name = "10.0.0.1:5000->10.0.0.2:80" },
	    READ(3, "10.0.0.1:5000->10.0.0.2:80"),
	    EXEC(),
	    READ(3, "") } },
	{ "a failed connect",
	  { { .syscall = "socket", .ret = 3, .args = { AF_INET6, SOCK_DGRAM }, .name = "udp6" },
	    { .syscall = "connect",
	      .event = "SOCKET_CONNECT_X",
	      .ret = -ECONNREFUSED,
	      .args = { 3 },
	      .data_param = "tuple",
	      .data = TUPLE6,
	      .data_len = sizeof(TUPLE6) - 1,
	      .name = "udp6" } } },
	{ "ipv6",
	  { { .syscall = "socket", .ret = 3, .args = { AF_INET6, SOCK_STREAM }, .name = "tcp6" },
	    { .syscall = "connect",
	      .event = "SOCKET_CONNECT_X",
	      .args = { 3 },
	      .data_param = "tuple",
	      .data = TUPLE6,
	      .data_len = sizeof(TUPLE6) - 1,
	      .name = "[::1]:5000->[::1]:80" } } },
	{ "bind and accept",
	  { { .syscall = "socket", .ret = 3, .args = { AF_INET, SOCK_STREAM }, .name = "tcp" },
	    { .syscall = "bind",
	      .event = "SOCKET_BIND_X",
	      .args = { 3 },
	      .data_param = "addr",
	      .data = ADDR4,
	      .data_len = sizeof(ADDR4) - 1,
	      .name = "10.0.0.2:80" },
	    { .syscall = "listen", .args = { 3 }, .name = "10.0.0.2:80" },
	    { .syscall = "accept4",
	      .event = "SOCKET_ACCEPT4_6_X",
	      .ret = 4,
	      .args = { 3 },
	      .data_param = "tuple",
	      .data = TUPLE4,
	      .data_len = sizeof(TUPLE4) - 1,
	      .name = "10.0.0.1:5000->10.0.0.2:80" },
	    READ(4, "10.0.0.1:5000->10.0.0.2:80"),
	    READ(3, "10.0.0.2:80") } },
	{ "an accept that waits",
	  { { .syscall = "socket", .ret = 3, .args = { AF_INET, SOCK_STREAM }, .name = "tcp" },
	    { .syscall = "accept4",
	      .event = "SOCKET_ACCEPT4_6_X",
	      .ret = -EAGAIN,
	      .args = { 3 },
	      .name = "tcp" } } },
	{ "unix",
	  { { .syscall = "socket", .ret = 3, .args = { AF_UNIX, SOCK_STREAM }, .name = "unix" },
	    { .syscall = "connect",
	      .event = "SOCKET_CONNECT_X",
	      .args = { 3 },
	      .data_param = "tuple",
	      .data = TUPLE_UNIX,
	      .data_len = sizeof(TUPLE_UNIX),
	      .name = "/run/x.sock" } } },
	{ "socketpair",
	  { { .syscall = "socketpair",
	      .event = "SOCKET_SOCKETPAIR_X",
	      .args = { AF_UNIX, SOCK_STREAM },
	      .numbers = { 6, 7 },
	      .name = "unix" },
	    READ(7, "unix") } },
	{ "anonymous",
	  { { .syscall = "eventfd2", .ret = 3, .name = "anon_inode:[eventfd]" },
	    { .syscall = "epoll_create1", .ret = 4, .name = "anon_inode:[eventpoll]" },
	    { .syscall = "timerfd_create", .ret = 5, .name = "anon_inode:[timerfd]" },
	    { .syscall = "bpf", .ret = 6, .args = { 5 }, .name = "anon_inode:bpf-prog" },
	    { .syscall = "bpf", .ret = 0, .args = { 10 }, .name = "" },
	    READ(0, "/dev/tty"),
	    READ(6, "anon_inode:bpf-prog") } },
	{ "close_range",
	  { OPEN(3, "/a"),
	    OPEN(4, "/b"),
	    { .syscall = "close_range", .args = { 3, 3 }, .name = "" },
	    READ(3, ""),
	    READ(4, "/b"),
	    { .syscall = "close_range", .args = { 1, 0xffffffff }, .name = "" },
	    READ(4, ""),
	    READ(0, "/dev/tty") } },
	{ "close_range for exec",
	  { { .syscall = "close_range", .args = { 1, 0xffffffff, 4 }, .name = "" },
	    READ(1, "/dev/tty"),
	    EXEC(),
	    READ(1, ""),
	    READ(0, "/dev/tty") } },
	{ "a large number", { OPEN(1048575, "/a"), READ(1048575, "/a"), READ(1048574, "") } },
	{ "beyond what is followed", { OPEN(1048576, "/a"), READ(1048576, ""), READ(0, "") } },
	{ "an interrupted call",
	  { { .syscall = "read", .ret = -512, .args = { 0 }, .name = "/dev/tty" } } },
	{ "upper half of the register", { READ(0xffffffff00000001ull, "/dev/tty") } },
	{ "a folder is not the fd",
	  { OPEN(3, "/tmp"), { .syscall = "unlinkat", .args = { 3 }, .name = "" } } },
};

/* clang-format on */

/* A refresh that has seen the process: seeding makes no rows. */
static void meet(struct state *state, uint32_t pid)
{
	struct task_sample task = {
		.pid = pid,
		.tid = pid,
		.start_boot_ns = pid,
		.thread_start_boot_ns = pid,
		.threads = 1,
		.state = 'S',
		.leader_comm = "tool",
	};

	if (state_has_process(state, pid, pid))
		return;
	state_refresh_begin(state, 1);
	state_task(state, &task, NULL);
	state_refresh_end(state);
}

static void seed(struct state *state, uint32_t pid, int fd, const char *path)
{
	struct file_sample file = {
		.pid = pid,
		.fd = fd,
		.start_boot_ns = pid,
		.path_len = (uint16_t)strlen(path),
	};

	meet(state, pid);
	state_file(state, &file, path);
}

/* Makes and applies the record of a step; returns the name that its event got. */
static const char *play(struct state *state, uint32_t pid, const struct step *step)
{
	static struct build_record b;
	const struct event_desc *desc =
		step->event ? event_by_id(step->event) : event_by_code(EVENT_CODE_GENERIC_X);
	const struct syscall_desc *call = syscall_by_name(step->syscall);
	struct build_prefix prefix = {
		.ts_ns = 1,
		.pid = pid,
		.start_boot_ns = pid,
		.comm = "test",
		.ret = step->ret,
	};
	size_t i;

	ck_assert_ptr_nonnull(desc);
	ck_assert_ptr_nonnull(call);
	prefix.nr = syscall_nr(call);
	memcpy(prefix.args, step->args, sizeof(step->args));
	build_record_init(&b, desc->code, &prefix);
	if (step->uring)
		build_record_ext(&b, RECORD_EXT_URING_OP, (uint8_t)step->uring, "\x12", 1);
	if (step->path)
		build_record_ext(&b, RECORD_EXT_PATH, (uint8_t)step->path_flags, step->path,
				 strlen(step->path));
	for (i = 0; i < desc->params_len; i++) {
		if (step->data_param && !strcmp(desc->params[i].name, step->data_param))
			build_record_bytes(&b, step->data, step->data_len);
		else if (!strcmp(desc->params[i].name, "fd1"))
			build_record_int(&b, step->numbers[0]);
		else if (!strcmp(desc->params[i].name, "fd2"))
			build_record_int(&b, step->numbers[1]);
		else if (!strcmp(desc->params[i].name, "ino"))
			build_record_int(&b, 77);
		else
			build_record_empty(&b);
	}
	i = build_record_finish(&b);
	ck_assert_int_eq(state_record(state, b.data, i), 0);
	ck_assert_ptr_nonnull(state_last_event(state));
	return state_last_event(state)->fd_name;
}

static struct state *seeded(void)
{
	struct state_opts opts = { 0 };
	struct state *state = NULL;
	int fd;

	ck_assert_int_eq(state_new(&opts, NULL, &state), 0);
	for (fd = 0; fd < 3; fd++)
		seed(state, PID, fd, "/dev/tty");
	return state;
}

START_TEST(test_cases)
{
	struct state *state = seeded();
	unsigned i;

	for (i = 0; i < STEPS && cases[_i].steps[i].syscall; i++) {
		const struct step *step = &cases[_i].steps[i];
		const char *name = play(state, PID, step);

		ck_assert_msg(!strcmp(name, step->name), "%s, step %u, %s: \"%s\", not \"%s\"",
			      cases[_i].name, i, step->syscall, name, step->name);
	}
	state_free(state);
}
END_TEST

static void check_read(struct state *state, uint32_t pid, int64_t fd, const char *want)
{
	struct step step = READ((uint64_t)fd, want);
	const char *name = play(state, pid, &step);

	ck_assert_msg(!strcmp(name, want), "pid %u fd %ld: \"%s\", not \"%s\"", pid, fd, name,
		      want);
}

/* The child's event of clone. */
static void clone_child(struct state *state, uint32_t pid, uint32_t ppid, int64_t flags)
{
	static struct build_record b;
	const struct event_desc *desc = event_by_id("SYSCALL_CLONE_20_X");
	struct build_prefix prefix = {
		.ts_ns = 1,
		.pid = pid,
		.ppid = ppid,
		.start_boot_ns = pid,
		.comm = "test",
		.flags = RECORD_F_CHILD,
		.nr = syscall_nr(syscall_by_name("clone")),
	};
	size_t i;

	build_record_init(&b, desc->code, &prefix);
	for (i = 0; i < desc->params_len; i++) {
		if (!strcmp(desc->params[i].name, "flags"))
			build_record_int(&b, flags);
		else
			build_record_empty(&b);
	}
	i = build_record_finish(&b);
	ck_assert_int_eq(state_record(state, b.data, i), 0);
}

START_TEST(test_fork_copies)
{
	struct state *state = seeded();

	clone_child(state, 200, PID, 0);
	check_read(state, 200, 0, "/dev/tty");
	play(state, 200, &(struct step)OPEN(3, "/child"));
	check_read(state, 200, 3, "/child");
	check_read(state, PID, 3, "");
	play(state, PID, &(struct step)CLOSE(0, ""));
	check_read(state, 200, 0, "/dev/tty");
	state_free(state);
}
END_TEST

START_TEST(test_clone_files_shares)
{
	struct state *state = seeded();

	clone_child(state, 200, PID, 1);
	play(state, 200, &(struct step)OPEN(3, "/shared"));
	check_read(state, PID, 3, "/shared");
	play(state, 200, &(struct step)EXEC()); /* ends sharing */
	play(state, 200, &(struct step)CLOSE(3, ""));
	check_read(state, PID, 3, "/shared");
	state_free(state);
}
END_TEST

START_TEST(test_unknown_table)
{
	struct state *state = seeded();

	clone_child(state, 300, 299, 0); /* of a parent that nobody knows */
	check_read(state, 300, 0, "");
	/* What an event says itself is known all the same. */
	ck_assert_str_eq(play(state, 300, &(struct step)OPEN(3, "/x")), "/x");
	check_read(state, 300, 3, "");
	state_forget_files(state, 0);
	check_read(state, PID, 0, "");
	state_free(state);
}
END_TEST

/* Who answers for open files: fd 0 of any process. */
struct asked {
	struct state *state;
	unsigned times;
};

static int answer_files(void *ctx, uint32_t pid)
{
	struct asked *asked = ctx;
	struct file_sample file = { .pid = pid, .start_boot_ns = pid, .path_len = 6 };

	asked->times++;
	state_file(asked->state, &file, "/asked");
	return 0;
}

/* While tables are followed a lost one is asked for, once; children have their maker's. */
START_TEST(test_followed)
{
	struct asked asked = { .times = 0 };
	const struct state_source source = { .ctx = &asked, .process_files = answer_files };
	struct state_opts opts = { 0 };

	ck_assert_int_eq(state_new(&opts, &source, &asked.state), 0);
	meet(asked.state, PID);
	check_read(asked.state, PID, 0, "");
	state_follow_files(asked.state, STATE_FILES_FOLLOWED);
	check_read(asked.state, PID, 0, "/asked");
	check_read(asked.state, PID, 0, "/asked");
	ck_assert_uint_eq(asked.times, 1);
	clone_child(asked.state, 200, PID, 0);
	check_read(asked.state, 200, 0, "/asked");
	ck_assert_uint_eq(asked.times, 1);
	clone_child(asked.state, 300, 299, 0); /* of a parent that nobody knows */
	check_read(asked.state, 300, 0, "/asked");
	ck_assert_uint_eq(asked.times, 2);
	state_free(asked.state);
}
END_TEST

START_TEST(test_seeded_socket)
{
	struct state *state = seeded();
	struct file_sample file = {
		.pid = PID,
		.start_boot_ns = PID,
		.fd = 7,
		.family = AF_INET,
		.sock_type = SOCK_STREAM,
		.sport = 22,
		.path_len = 9,
		.saddr = { 127, 0, 0, 1 },
	};
	struct snapshot *snapshot = NULL;

	meet(state, PID);
	state_file(state, &file, "socket:[1");
	check_read(state, PID, 7, "127.0.0.1:22");
	file.dport = 4000;
	file.daddr[0] = 10;
	state_file(state, &file, "socket:[1");
	check_read(state, PID, 7, "127.0.0.1:22->10.0.0.0:4000");
	file.family = AF_NETLINK;
	file.sport = file.dport = 0;
	state_file(state, &file, "socket:[1");
	check_read(state, PID, 7, "netlink");
	ck_assert_int_eq(state_publish(state, &snapshot), 0);
	ck_assert_uint_eq(snapshot->procs[0].fds, 4);
	ck_assert(snapshot->procs[0].fds_known);
	snapshot_unref(snapshot);
	state_free(state);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("fd");

	tcase_add_loop_test(tcase, test_cases, 0, sizeof(cases) / sizeof(cases[0]));
	tcase_add_test(tcase, test_fork_copies);
	tcase_add_test(tcase, test_clone_files_shares);
	tcase_add_test(tcase, test_unknown_table);
	tcase_add_test(tcase, test_followed);
	tcase_add_test(tcase, test_seeded_socket);
	return run_suite("fd", tcase);
}
