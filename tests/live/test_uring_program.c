/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program that opens, writes and unlinks a file and connects a socket, all of it by io_uring: it
 * is seen to do these four things, marked, with names and addresses, and by the counts of its calls
 * it made none of them itself.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "expect.h"
#include "loopback.h"
#include "uring_case.h"
#include "watch.h"

#define SNAPLEN 80
#define SAID "written by a ring"

/* Of the running test. */
static const struct uring_mode *mode;
static int family;

static struct io_uring_sqe *request(struct uring_child *ring, unsigned op)
{
	struct io_uring_sqe *sqe = uring_child_sqe(ring, op);

	sqe->flags = mode->flags;
	return sqe;
}

static int opens(struct uring_child *ring, const char *path)
{
	struct io_uring_sqe *sqe = request(ring, IORING_OP_OPENAT);
	struct stat st;
	int fd;

	sqe->fd = AT_FDCWD;
	sqe->addr = (uintptr_t)path;
	sqe->open_flags = O_CREAT | O_WRONLY | O_EXCL;
	sqe->len = 0600;
	fd = uring_child_run(ring);
	NEED(fd >= 0 && fstat(fd, &st) == 0);
	expect_event(SYS_openat, fd);
	expect_int("fd", fd);
	expect_int("dirfd", AT_FDCWD);
	expect_text("name", path);
	expect_any("flags"); /* of capture files; those of the system call are tested elsewhere */
	expect_int("mode", 0600);
	expect_any("dev");
	expect_int("ino", (int64_t)st.st_ino);
	expect_path(path);
	expect_file_of(fd);
	return fd;
}

static void writes(struct uring_child *ring, int fd)
{
	struct io_uring_sqe *sqe = request(ring, IORING_OP_WRITE);
	int len = (int)strlen(SAID);

	sqe->fd = fd;
	sqe->addr = (uintptr_t)SAID;
	sqe->len = (unsigned)len;
	NEED(uring_child_run(ring) == len);
	expect_another();
	expect_event(SYS_write, len);
	expect_int("res", len);
	expect_bytes("data", SAID, (size_t)len);
	expect_int("fd", fd);
	expect_int("size", len);
}

static void unlinks(struct uring_child *ring, const char *path)
{
	struct io_uring_sqe *sqe = request(ring, IORING_OP_UNLINKAT);

	sqe->fd = AT_FDCWD;
	sqe->addr = (uintptr_t)path;
	NEED(uring_child_run(ring) == 0 && access(path, F_OK) < 0);
	expect_another();
	expect_event(SYS_unlinkat, 0);
	expect_int("res", 0);
	expect_int("dirfd", AT_FDCWD);
	expect_text("name", path);
	expect_int("flags", 0);
}

static void connects(struct uring_child *ring, int fd, const union address *server)
{
	struct io_uring_sqe *sqe = request(ring, IORING_OP_CONNECT);
	union address own;
	socklen_t len = sizeof(own);
	uint8_t bytes[160];

	sqe->fd = fd;
	sqe->addr = (uintptr_t)server;
	sqe->off = server->any.sa_family == AF_UNIX ? sizeof(server->un) : sizeof(server->in6);
	NEED(uring_child_run(ring) == 0);
	expect_another();
	expect_event(SYS_connect, 0);
	expect_int("res", 0);
	if (server->any.sa_family == AF_UNIX) {
		expect_unix_tuple(EXPECT_BOTH, server->un.sun_path);
	} else {
		NEED(getsockname(fd, &own.any, &len) == 0);
		expect_bytes("tuple", bytes, expect_tuple(bytes, &own, server));
	}
	expect_int("fd", fd);
	expect_bytes("addr", bytes, expect_sockaddr(bytes, server, sizeof(server->un)));
}

/* Of the child's pid, so that the parent can name them, too. */
static void path_of(char *path, size_t size, const char *what, pid_t pid)
{
	snprintf(path, size, "/tmp/saker-uring-%s.%d", what, pid);
}

/* The other end, too, is made here: what is not done by the ring is none of the four calls. */
static int program(void *arg)
{
	int fd;
	struct uring_child ring;
	union address server;
	char path[64], unix_path[64];

	path_of(path, sizeof(path), "file", getpid());
	path_of(unix_path, sizeof(unix_path), "socket", getpid());
	loopback_listening(family, unix_path, &server);
	fd = socket(family, SOCK_STREAM, 0);
	NEED(uring_child_open(&ring, mode->setup) == 0);
	writes(&ring, opens(&ring, path));
	unlinks(&ring, path);
	connects(&ring, fd, &server);
	return 0;
}

static const struct step {
	unsigned op;
	int nr;
} steps[] = {
	{ IORING_OP_OPENAT, SYS_openat },
	{ IORING_OP_WRITE, SYS_write },
	{ IORING_OP_UNLINKAT, SYS_unlinkat },
	{ IORING_OP_CONNECT, SYS_connect },
};
#define STEPS (sizeof(steps) / sizeof(steps[0]))

static const struct family {
	const char *name;
	int family;
} families[] = { { "inet", AF_INET }, { "inet6", AF_INET6 }, { "unix", AF_UNIX } };
#define FAMILIES (sizeof(families) / sizeof(families[0]))

/* These four, in this order, and no others. */
static void check_marks(const char *name)
{
	size_t marked = 0;

	for (size_t i = 0; i < watch.len; i++) {
		const struct event *event = &watch.events[i];

		if (!(event->prefix.flags & RECORD_F_URING))
			continue;
		ck_assert_msg(marked < STEPS, "%s: more than %zu are marked", name, STEPS);
		ck_assert_msg(event->prefix.nr == steps[marked].nr && event->has_uring_op &&
				      event->uring_op == steps[marked].op,
			      "%s: marked event %zu is of call %d, operation %u", name, marked,
			      event->prefix.nr, event->uring_op);
		ck_assert_uint_eq(event->tid, (uint64_t)watch.pid);
		marked++;
	}
	ck_assert_msg(marked == STEPS, "%s: %zu are marked", name, marked);
}

/* What the child's threads called: of what the ring did, and that it was set up at all. */
struct called {
	uint64_t by_ring, setups;
	uint16_t last; /* of the first */
};

static bool is_done_by_ring(uint16_t nr)
{
	static const int others[] = { SYS_open,     SYS_creat,  SYS_openat2, SYS_writev,
				      SYS_pwrite64, SYS_unlink, SYS_sendto };

	for (size_t i = 0; i < STEPS; i++)
		if (nr == steps[i].nr)
			return true;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (nr == others[i])
			return true;
	return false;
}

static void add_exit(void *ctx, const struct task_exit *ended, const struct call_count *calls)
{
	struct called *called = ctx;

	for (uint32_t i = 0; ended->pid == (uint32_t)watch.pid && i < ended->calls_len; i++) {
		called->setups += calls[i].nr == SYS_io_uring_setup ? calls[i].calls : 0;
		if (!is_done_by_ring(calls[i].nr))
			continue;
		called->by_ring += calls[i].calls;
		called->last = calls[i].nr;
	}
}

static void check_counts(const char *name)
{
	struct called called = { 0 };
	struct probe_counter_sink sink = { .ctx = &called, .exit = add_exit };
	struct uring_sums sums;

	ck_assert_int_eq(probe_read_counters(watch.probe, &sink), 0);
	ck_assert_msg(called.by_ring == 0, "%s: %lu calls, of %u", name,
		      (unsigned long)called.by_ring, called.last);
	ck_assert_msg(called.setups == 1, "%s: %lu rings", name, (unsigned long)called.setups);
	uring_sums_read(&sums);
	for (size_t i = 0; i < STEPS; i++)
		ck_assert_msg(sums.calls[steps[i].op] == 1, "%s: %lu of operation %u", name,
			      (unsigned long)sums.calls[steps[i].op], steps[i].op);
	ck_assert_uint_eq(sums.all, STEPS);
	ck_assert_uint_eq(sums.failed, 0);
}

START_TEST(program_by_ring)
{
	const struct family *f = &families[(size_t)_i % FAMILIES];
	struct expect_case c = { .work = program };
	char name[64], unix_path[64];

	mode = &uring_modes[(size_t)_i / FAMILIES];
	family = f->family;
	snprintf(name, sizeof(name), "%s, %s", f->name, mode->name);
	c.name = name;
	expect_run(&c);
	path_of(unix_path, sizeof(unix_path), "socket", watch.pid);
	if (family == AF_UNIX)
		ck_assert_int_eq(unlink(unix_path), 0);
	check_marks(name);
	check_counts(name);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("program by ring");

	tcase_add_loop_test(tcase, program_by_ring, 0, (int)FAMILIES * URING_MODES);
	return watch_suite("uring_program", tcase, SNAPLEN);
}
