/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls that io_uring does: each case makes one through a ring and none of that number itself. It
 * must be streamed as that call, with the names and addresses that the kernel worked on, marked,
 * under the task that submitted it: also when a worker or the polling thread does it. The counts
 * are those of requests, and no system call is counted for them.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>
#include "expect.h"
#include "live_probe.h"
#include "loopback.h"
#include "uring_case.h"
#include "watch.h"

#define SNAPLEN 80

static const struct uring_mode *mode; /* of the running case */
static struct uring_child ring;
static char folder[] = "/tmp/saker-uring-XXXXXX";
static const struct {
	uint64_t flags, mode, resolve;
} how = { O_RDONLY, 0, 0 };

static struct io_uring_sqe *request(unsigned op)
{
	struct io_uring_sqe *sqe;

	if (!ring.sqes)
		NEED(uring_child_open(&ring, mode->setup) == 0);
	sqe = uring_child_sqe(&ring, op);
	sqe->flags = mode->flags;
	return sqe;
}

static int run(int nr)
{
	int res = uring_child_run(&ring);

	expect_event(nr, res);
	return res;
}

static const char *in_folder(const char *name)
{
	static char paths[4][80];
	static unsigned next;
	char *path = paths[next++ & 3];

	snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

static int made_file(const char *path)
{
	int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_CREAT | O_RDWR | O_TRUNC, 0600);

	NEED(fd >= 0);
	return fd;
}

static int do_openat(void *arg)
{
	const char *path = in_folder("opened");
	struct io_uring_sqe *sqe = request(IORING_OP_OPENAT);
	struct stat st;
	int fd;

	sqe->fd = AT_FDCWD;
	sqe->addr = (uintptr_t)path;
	sqe->open_flags = O_CREAT | O_RDWR | O_EXCL;
	sqe->len = 0640;
	fd = run(SYS_openat);
	NEED(fd >= 0 && fstat(fd, &st) == 0 && unlink(path) == 0);
	expect_int("fd", fd);
	expect_int("dirfd", AT_FDCWD);
	expect_text("name", path);
	expect_any("flags"); /* of capture files; those of the system call are tested elsewhere */
	expect_int("mode", 0640);
	expect_any("dev");
	expect_int("ino", (int64_t)st.st_ino);
	expect_path(path);
	expect_file_of(fd);
	return 0;
}

static int do_openat_failing(void *arg)
{
	struct io_uring_sqe *sqe = request(IORING_OP_OPENAT);

	sqe->fd = AT_FDCWD;
	sqe->addr = (uintptr_t) "/none/such";
	NEED(run(SYS_openat) == -ENOENT);
	expect_int("fd", -ENOENT);
	expect_int("dirfd", AT_FDCWD);
	expect_text("name", "/none/such");
	expect_any("flags");
	expect_int("mode", 0);
	expect_int("dev", 0);
	expect_int("ino", 0);
	return 0;
}

/* What an operation refuses before it has begun is shown as it was asked for. */
static int do_openat_unreadable(void *arg)
{
	struct io_uring_sqe *sqe = request(IORING_OP_OPENAT);

	sqe->fd = AT_FDCWD;
	sqe->addr = 8;
	NEED(run(SYS_openat) == -EFAULT);
	expect_int("fd", -EFAULT);
	expect_int("dirfd", AT_FDCWD);
	expect_none("name");
	expect_any("flags");
	expect_int("mode", 0);
	expect_int("dev", 0);
	expect_int("ino", 0);
	expect_flags(RECORD_F_UNREADABLE);
	return 0;
}

static int do_openat2_refused(void *arg)
{
	struct io_uring_sqe *sqe = request(IORING_OP_OPENAT2);

	sqe->fd = 5;
	sqe->addr = (uintptr_t) "some/name";
	sqe->off = (uintptr_t)&how;
	sqe->len = 3; /* no size of a struct open_how */
	NEED(run(SYS_openat2) == -EINVAL);
	expect_int("fd", -EINVAL);
	expect_int("dirfd", 5);
	expect_text("name", "some/name");
	expect_any("flags");
	expect_int("mode", 0);
	expect_int("resolve", 0);
	expect_int("dev", 0);
	expect_int("ino", 0);
	return 0;
}

static int do_openat2(void *arg)
{
	struct io_uring_sqe *sqe = request(IORING_OP_OPENAT2);
	int fd;

	sqe->fd = AT_FDCWD;
	sqe->addr = (uintptr_t) "/etc/passwd";
	sqe->off = (uintptr_t)&how;
	sqe->len = sizeof(how);
	fd = run(SYS_openat2);
	NEED(fd >= 0);
	expect_int("fd", fd);
	expect_int("dirfd", AT_FDCWD);
	expect_text("name", "/etc/passwd");
	expect_any("flags");
	expect_int("mode", 0);
	expect_int("resolve", 0);
	expect_any("dev");
	expect_any("ino");
	expect_path("/etc/passwd");
	expect_file_of(fd);
	return 0;
}

static int do_write(void *arg)
{
	int fd = made_file(in_folder("written"));
	struct io_uring_sqe *sqe = request(IORING_OP_WRITE);

	sqe->fd = fd;
	sqe->addr = (uintptr_t) "through a ring";
	sqe->len = 14;
	NEED(run(SYS_write) == 14);
	expect_int("res", 14);
	expect_bytes("data", "through a ring", 14);
	expect_int("fd", fd);
	expect_int("size", 14);
	return 0;
}

static int do_read_failing(void *arg)
{
	struct io_uring_sqe *sqe = request(IORING_OP_READ);
	static char buf[8];

	sqe->fd = 999;
	sqe->addr = (uintptr_t)buf;
	sqe->len = sizeof(buf);
	NEED(run(SYS_read) == -EBADF);
	expect_int("res", -EBADF);
	expect_none("data");
	expect_int("fd", 999);
	expect_int("size", sizeof(buf));
	return 0;
}

/* A file that the ring alone has open: what is read from it is named by its path. */
static int do_read_slot(void *arg)
{
	static char buf[4];
	struct io_uring_sqe *sqe = request(IORING_OP_OPENAT);
	int file = (int)syscall(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY);

	NEED(uring_child_slots(&ring, 4) == 0);
	sqe->fd = AT_FDCWD;
	sqe->addr = (uintptr_t) "/etc/passwd";
	sqe->file_index = 3; /* slot 2 */
	NEED(uring_child_run(&ring) == 0);
	sqe = request(IORING_OP_READ);
	sqe->fd = 2;
	sqe->flags |= IOSQE_FIXED_FILE;
	sqe->addr = (uintptr_t)buf;
	sqe->len = sizeof(buf);
	NEED(run(SYS_read) == sizeof(buf));
	expect_int("res", sizeof(buf));
	expect_bytes("data", buf, sizeof(buf));
	expect_int("fd", 2);
	expect_int("size", sizeof(buf));
	expect_path("/etc/passwd");
	expect_file_of(file);
	return 0;
}

/* What it reads from is a slot of the ring, whatever the process has open under that number. */
static int do_read_slot_refused(void *arg)
{
	static char buf[4];
	struct io_uring_sqe *sqe = request(IORING_OP_READ);

	sqe->fd = 0;
	sqe->flags |= IOSQE_FIXED_FILE;
	sqe->addr = (uintptr_t)buf;
	sqe->len = sizeof(buf);
	sqe->ioprio = 0xffff; /* no such class */
	/* -EBADF of kernels that look for the file first. */
	NEED(run(SYS_read) < 0);
	expect_int("res", -EINVAL);
	expect_none("data");
	expect_int("fd", 0);
	expect_int("size", sizeof(buf));
	return 0;
}

static int do_splice_refused(void *arg)
{
	struct io_uring_sqe *sqe = request(IORING_OP_SPLICE);

	sqe->splice_fd_in = 5;
	sqe->fd = 7;
	sqe->len = 4096;
	sqe->splice_flags = 0x40; /* no such flag */
	NEED(run(SYS_splice) == -EINVAL);
	expect_int("res", -EINVAL);
	expect_int("fd_in", 5);
	expect_int("fd_out", 7);
	expect_int("size", 4096);
	expect_int("flags", 0);
	return 0;
}

static int do_close(void *arg)
{
	int fd = made_file(in_folder("closed"));

	request(IORING_OP_CLOSE)->fd = fd;
	NEED(run(SYS_close) == 0);
	expect_int("res", 0);
	expect_int("fd", fd);
	return 0;
}

static int do_unlinkat(void *arg)
{
	const char *path = in_folder("gone");
	struct io_uring_sqe *sqe = request(IORING_OP_UNLINKAT);

	made_file(path);
	sqe->fd = AT_FDCWD;
	sqe->addr = (uintptr_t)path;
	NEED(run(SYS_unlinkat) == 0 && access(path, F_OK) < 0);
	expect_int("res", 0);
	expect_int("dirfd", AT_FDCWD);
	expect_text("name", path);
	expect_int("flags", 0);
	return 0;
}

static int do_unlinkat_failing(void *arg)
{
	struct io_uring_sqe *sqe = request(IORING_OP_UNLINKAT);

	sqe->fd = AT_FDCWD;
	sqe->addr = (uintptr_t) "/tmp";
	NEED(run(SYS_unlinkat) == -EISDIR);
	expect_int("res", -EISDIR);
	expect_int("dirfd", AT_FDCWD);
	expect_text("name", "/tmp");
	expect_int("flags", 0);
	return 0;
}

static int do_unlinkat_refused(void *arg)
{
	struct io_uring_sqe *sqe = request(IORING_OP_UNLINKAT);

	sqe->fd = AT_FDCWD;
	sqe->addr = (uintptr_t) "/none/such";
	sqe->unlink_flags = 0x4000;
	NEED(run(SYS_unlinkat) == -EINVAL);
	expect_int("res", -EINVAL);
	expect_int("dirfd", AT_FDCWD);
	expect_text("name", "/none/such");
	expect_any("flags"); /* of capture files */
	return 0;
}

static int do_renameat_refused(void *arg)
{
	struct io_uring_sqe *sqe = request(IORING_OP_RENAMEAT);

	sqe->fd = AT_FDCWD;
	sqe->addr = (uintptr_t) "/none/from";
	sqe->addr2 = (uintptr_t) "/none/to";
	sqe->len = 5;
	sqe->buf_index = 1; /* takes none */
	NEED(run(SYS_renameat2) == -EINVAL);
	expect_int("res", -EINVAL);
	expect_int("olddirfd", AT_FDCWD);
	expect_text("oldpath", "/none/from");
	expect_int("newdirfd", 5);
	expect_text("newpath", "/none/to");
	expect_int("flags", 0);
	return 0;
}

static int do_symlinkat_refused(void *arg)
{
	struct io_uring_sqe *sqe = request(IORING_OP_SYMLINKAT);

	sqe->fd = AT_FDCWD;
	sqe->addr = (uintptr_t) "where";
	sqe->addr2 = (uintptr_t) "/none/link";
	sqe->len = 5; /* takes none */
	NEED(run(SYS_symlinkat) == -EINVAL);
	expect_int("res", -EINVAL);
	expect_text("target", "where");
	expect_int("linkdirfd", AT_FDCWD);
	expect_text("linkpath", "/none/link");
	return 0;
}

static int do_connect_refused_early(void *arg)
{
	static struct sockaddr_in address = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct io_uring_sqe *sqe = request(IORING_OP_CONNECT);
	uint8_t bytes[160];

	sqe->fd = fd;
	sqe->addr = (uintptr_t)&address;
	sqe->off = sizeof(address);
	sqe->len = 5; /* takes none */
	NEED(run(SYS_connect) == -EINVAL);
	expect_int("res", -EINVAL);
	expect_none("tuple");
	expect_int("fd", fd);
	expect_bytes("addr", bytes, expect_sockaddr(bytes, &address, 0));
	return 0;
}

static int do_renameat(void *arg)
{
	const char *from = in_folder("from"), *to = in_folder("to");
	struct io_uring_sqe *sqe = request(IORING_OP_RENAMEAT);

	made_file(from);
	sqe->fd = AT_FDCWD;
	sqe->addr = (uintptr_t)from;
	sqe->addr2 = (uintptr_t)to;
	sqe->len = (uint32_t)AT_FDCWD;
	NEED(run(SYS_renameat2) == 0);
	expect_int("res", 0);
	expect_int("olddirfd", AT_FDCWD);
	expect_text("oldpath", from);
	expect_int("newdirfd", AT_FDCWD);
	expect_text("newpath", to);
	expect_int("flags", 0);
	return 0;
}

static int do_mkdirat(void *arg)
{
	const char *path = in_folder("made");
	struct io_uring_sqe *sqe = request(IORING_OP_MKDIRAT);

	if (!uring_child_has(&ring, IORING_OP_MKDIRAT))
		return expect_absent();
	sqe->fd = AT_FDCWD;
	sqe->addr = (uintptr_t)path;
	sqe->len = 0700;
	NEED(run(SYS_mkdirat) == 0 && rmdir(path) == 0);
	expect_int("res", 0);
	expect_int("dirfd", AT_FDCWD);
	expect_text("path", path);
	expect_int("mode", 0700);
	return 0;
}

static int do_symlinkat(void *arg)
{
	const char *path = in_folder("link");
	struct io_uring_sqe *sqe = request(IORING_OP_SYMLINKAT);

	if (!uring_child_has(&ring, IORING_OP_SYMLINKAT))
		return expect_absent();
	sqe->fd = AT_FDCWD;
	sqe->addr = (uintptr_t) "where";
	sqe->addr2 = (uintptr_t)path;
	NEED(run(SYS_symlinkat) == 0 && unlink(path) == 0);
	expect_int("res", 0);
	expect_text("target", "where");
	expect_int("linkdirfd", AT_FDCWD);
	expect_text("linkpath", path);
	return 0;
}

/* Sockets. */

static socklen_t loopback(int family, union address *address)
{
	return loopback_address(family, in_folder("socket"), address);
}

static int listening(int family, union address *address)
{
	return loopback_listening(family, in_folder("socket"), address);
}

static void connect_to(int fd, const union address *address, socklen_t len)
{
	struct io_uring_sqe *sqe = request(IORING_OP_CONNECT);

	sqe->fd = fd;
	sqe->addr = (uintptr_t)address;
	sqe->off = len;
}

static int connects(int family)
{
	union address server, own;
	socklen_t len = sizeof(own);
	uint8_t bytes[160];
	int fd = socket(family, SOCK_STREAM, 0);

	listening(family, &server);
	connect_to(fd, &server, family == AF_UNIX ? sizeof(server.un) : sizeof(server.in6));
	NEED(run(SYS_connect) == 0);
	expect_int("res", 0);
	if (family == AF_UNIX) {
		expect_unix_tuple(EXPECT_BOTH, server.un.sun_path);
	} else {
		NEED(getsockname(fd, &own.any, &len) == 0);
		expect_bytes("tuple", bytes, expect_tuple(bytes, &own, &server));
	}
	expect_int("fd", fd);
	expect_bytes("addr", bytes, expect_sockaddr(bytes, &server, sizeof(server.un)));
	if (family == AF_UNIX)
		unlink(server.un.sun_path);
	return 0;
}

static int do_connect_inet(void *arg)
{
	return connects(AF_INET);
}

static int do_connect_inet6(void *arg)
{
	return connects(AF_INET6);
}

static int do_connect_unix(void *arg)
{
	return connects(AF_UNIX);
}

static int do_connect_refused(void *arg)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	union address address;
	uint8_t bytes[160];

	loopback(AF_INET, &address);
	address.in.sin_port = htons(1);
	connect_to(fd, &address, sizeof(address.in));
	NEED(run(SYS_connect) == -ECONNREFUSED);
	expect_int("res", -ECONNREFUSED);
	expect_none("tuple");
	expect_int("fd", fd);
	expect_bytes("addr", bytes, expect_sockaddr(bytes, &address, 0));
	return 0;
}

static int do_accept(void *arg)
{
	union address server, own;
	socklen_t len = sizeof(own);
	uint8_t bytes[160];
	int listener = listening(AF_INET, &server), fd = socket(AF_INET, SOCK_STREAM, 0), accepted;

	NEED(connect(fd, &server.any, sizeof(server.in)) == 0);
	NEED(getsockname(fd, &own.any, &len) == 0);
	request(IORING_OP_ACCEPT)->fd = listener;
	accepted = run(SYS_accept4);
	NEED(accepted >= 0);
	expect_int("fd", accepted);
	expect_bytes("tuple", bytes, expect_tuple(bytes, &own, &server));
	expect_int("queuepct", 0);
	expect_int("queuelen", 0);
	expect_int("queuemax", LOOPBACK_BACKLOG);
	expect_int("flags", 0);
	return 0;
}

static int do_send(void *arg)
{
	int pair[2];
	struct io_uring_sqe *sqe;

	NEED(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	sqe = request(IORING_OP_SEND);
	sqe->fd = pair[0];
	sqe->addr = (uintptr_t) "ping";
	sqe->len = 4;
	NEED(run(SYS_sendto) == 4);
	expect_int("res", 4);
	expect_bytes("data", "ping", 4);
	expect_int("fd", pair[0]);
	expect_int("size", 4);
	expect_unix_tuple(EXPECT_BOTH, "");
	return 0;
}

static int do_recv(void *arg)
{
	static char buf[16];
	struct io_uring_sqe *sqe;
	int pair[2];

	NEED(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0 && write(pair[0], "pong", 4) == 4);
	sqe = request(IORING_OP_RECV);
	sqe->fd = pair[1];
	sqe->addr = (uintptr_t)buf;
	sqe->len = sizeof(buf);
	NEED(run(SYS_recvfrom) == 4);
	expect_int("res", 4);
	expect_bytes("data", "pong", 4);
	expect_unix_tuple(EXPECT_BOTH, "");
	expect_int("fd", pair[1]);
	expect_int("size", sizeof(buf));
	return 0;
}

#define CASE(what)                               \
	{                                        \
		.name = #what, .work = do_##what \
	}
static const struct expect_case cases[] = {
	CASE(openat),
	CASE(openat_failing),
	CASE(openat2),
	CASE(write),
	CASE(read_failing),
	CASE(read_slot),
	CASE(close),
	CASE(unlinkat),
	CASE(renameat),
	CASE(unlinkat_failing),
	CASE(mkdirat),
	CASE(symlinkat),
	CASE(connect_inet),
	CASE(connect_inet6),
	CASE(connect_unix),
	CASE(connect_refused),
	CASE(accept),
	CASE(send),
	CASE(recv),
	CASE(openat_unreadable),
	CASE(openat2_refused),
	CASE(unlinkat_refused),
	CASE(renameat_refused),
	CASE(symlinkat_refused),
	CASE(connect_refused_early),
	CASE(read_slot_refused),
	CASE(splice_refused),
};
#define CASES (sizeof(cases) / sizeof(cases[0]))

/* Is it refused before it is submitted? */
static bool is_early(int (*work)(void *arg))
{
	static int (*const early[])(void *) = {
		do_read_failing,      do_openat_unreadable,     do_openat2_refused,
		do_unlinkat_refused,  do_renameat_refused,      do_symlinkat_refused,
		do_read_slot_refused, do_connect_refused_early, do_splice_refused,
	};

	for (size_t i = 0; i < sizeof(early) / sizeof(early[0]); i++)
		if (work == early[i])
			return true;
	return false;
}

/* Those have a completion of no known request where completions do not name theirs. */
static void check_counted(const struct expect_case *c)
{
	struct uring_sums sums;

	watch_run(c->work, NULL);
	uring_sums_read(&sums);
	ck_assert_msg(sums.calls[URING_OP_UNKNOWN] == 1 && sums.errors[URING_OP_UNKNOWN] == 1,
		      "%s, %s: %lu unknown, %lu failed", c->name, mode->name,
		      (unsigned long)sums.calls[URING_OP_UNKNOWN],
		      (unsigned long)sums.errors[URING_OP_UNKNOWN]);
}

START_TEST(call_by_ring)
{
	const struct expect_case *c = &cases[(size_t)_i % CASES];
	size_t marked = 0;

	mode = &uring_modes[(size_t)_i / CASES];
	if (is_early(c->work) && !uring_names_requests()) {
		check_counted(c);
		return;
	}
	if (!expect_run(c))
		return;
	for (size_t i = 0; i < watch.len; i++) {
		const struct event *event = &watch.events[i];

		if (!(event->prefix.flags & RECORD_F_URING))
			continue;
		marked++;
		ck_assert_msg(event->has_uring_op, "%s, %s: no operation", c->name, mode->name);
		ck_assert_msg(event->tid == (uint64_t)watch.pid, "%s, %s: task %lu", c->name,
			      mode->name, (unsigned long)event->tid);
		ck_assert_msg(event->prefix.duration_ns > 0, "%s: no duration", c->name);
		if (event->prefix.nr == SYS_read)
			ck_assert_msg(!(event->uring_flags & RECORD_EXT_F_FIXED_FILE) ==
					      !strstr(c->name, "slot"),
				      "%s, %s: flags %#x", c->name, mode->name, event->uring_flags);
	}
	ck_assert_msg(marked > 0, "%s, %s: nothing is marked", c->name, mode->name);
}
END_TEST

/* Several completions of one request. */

static struct accepts {
	int first, second;
} * accepts; /* shared with the child */

/* Status of a child whose kernel has no such requests: io_uring before 5.19. */
#define ONE_SHOT_ONLY 200

static int do_accept_twice(void *arg)
{
	union address server;
	int listener = listening(AF_INET, &server);
	struct io_uring_sqe *sqe = request(IORING_OP_ACCEPT);
	unsigned flags = 0;

	sqe->fd = listener;
	sqe->ioprio = IORING_ACCEPT_MULTISHOT;
	NEED(uring_child_submit(&ring) == 0);
	for (int i = 0; i < 2; i++) {
		int fd = socket(AF_INET, SOCK_STREAM, 0), accepted;

		NEED(connect(fd, &server.any, sizeof(server.in)) == 0);
		accepted = uring_child_wait(&ring, &flags);
		if (accepted == -EINVAL)
			return ONE_SHOT_ONLY;
		NEED(accepted >= 0 && flags & IORING_CQE_F_MORE);
		*(i ? &accepts->second : &accepts->first) = accepted;
	}
	return 0;
}

START_TEST(each_completion_of_a_multishot)
{
	int status;

	mode = &uring_modes[_i];
	status = watch_run(do_accept_twice, NULL);
	if (status == ONE_SHOT_ONLY)
		return;
	ck_assert_msg(status == 0, "%s: the child ended at %d", mode->name, status);
	ck_assert_msg(watch_find(SYS_accept4, accepts->first), "%s: the first", mode->name);
	ck_assert_msg(watch_find(SYS_accept4, accepts->second), "%s: the second", mode->name);
}
END_TEST

/* Counts. */

#define ROUNDS 50

static int do_counted(void *arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		struct io_uring_sqe *sqe = request(IORING_OP_OPENAT);

		sqe->fd = AT_FDCWD;
		sqe->addr = (uintptr_t)(i % 2 ? "/none" : "/etc/passwd");
		uring_child_run(&ring);
		request(IORING_OP_NOP);
		NEED(uring_child_run(&ring) == 0);
	}
	return 0;
}

static void add_exit(void *ctx, const struct task_exit *ended, const struct call_count *calls)
{
	uint64_t *opens = ctx;

	for (uint32_t i = 0; ended->pid == (uint32_t)watch.pid && i < ended->calls_len; i++)
		*opens += calls[i].nr == SYS_openat ? calls[i].calls : 0;
}

START_TEST(requests_are_counted_apart)
{
	uint64_t called = 0;
	struct probe_counter_sink sink = { .ctx = &called, .exit = add_exit };
	struct uring_sums sums;

	mode = &uring_modes[_i];
	ck_assert_int_eq(watch_run(do_counted, NULL), 0);
	ck_assert_int_eq(probe_read_counters(watch.probe, &sink), 0);
	uring_sums_read(&sums);
	ck_assert_msg(sums.calls[IORING_OP_OPENAT] == ROUNDS &&
			      sums.errors[IORING_OP_OPENAT] == ROUNDS / 2 &&
			      sums.calls[IORING_OP_NOP] == ROUNDS,
		      "%s: %lu opened, %lu failed, %lu nops", mode->name,
		      (unsigned long)sums.calls[IORING_OP_OPENAT],
		      (unsigned long)sums.errors[IORING_OP_OPENAT],
		      (unsigned long)sums.calls[IORING_OP_NOP]);
	ck_assert_uint_eq(sums.all, ROUNDS);
	ck_assert_uint_eq(called, 0);
}
END_TEST

static void remove_folder(void)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir)
		closedir(dir);
	rmdir(folder);
}

int main(void)
{
	TCase *tcase = tcase_create("uring");
	int status;

	accepts = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (accepts == MAP_FAILED || !mkdtemp(folder))
		return EXIT_FAILURE;
	tcase_add_loop_test(tcase, call_by_ring, 0, CASES * URING_MODES);
	tcase_add_loop_test(tcase, each_completion_of_a_multishot, 0, URING_MODES);
	tcase_add_loop_test(tcase, requests_are_counted_apart, 0, URING_MODES);
	status = watch_suite("uring", tcase, SNAPLEN);
	remove_folder();
	return status;
}
