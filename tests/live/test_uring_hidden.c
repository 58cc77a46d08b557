/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests of io_uring whose completions do not come the usual way: those that say nothing when
 * they succeed (IOSQE_CQE_SKIP_SUCCESS) are streamed when they are submitted, with an unknown
 * result, and once more when they fail; those that find the queue full are streamed as others are.
 * A program that opens, writes, connects and unlinks in either way is seen doing so.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "live_probe.h"
#include "uring_case.h"
#include "watch.h"

#define SNAPLEN 80
#define NAME_MAX_BYTES 64

static const struct uring_mode *mode; /* of the running test */

static char folder[] = "/tmp/saker-hidden-XXXXXX";
static char path[NAME_MAX_BYTES];
static struct uring_child ring;

/* What the child did, in order; shared with the test. */
#define STEPS 5
static struct {
	int fd, results[STEPS];
} * done;

/* No completion when it succeeds. A request behind it says that it has. */
#define SILENT (IOSQE_CQE_SKIP_SUCCESS | IOSQE_IO_LINK)

/* Submits and waits until the ring has taken it: with one entry the next needs its place. */
static void submit(uint8_t flags)
{
	if (flags & IOSQE_IO_LINK) {
		uring_child_sqe(&ring, IORING_OP_NOP);
		NEED(uring_child_run(&ring) == 0);
		return;
	}
	NEED(uring_child_submit(&ring) == 0);
	while (__atomic_load_n(ring.sq_head, __ATOMIC_ACQUIRE) != ring.taken)
		sched_yield();
}

/* All with the same user_data, which tells nothing; where nothing else does, with their own. */
static struct io_uring_sqe *request(unsigned op, uint8_t flags)
{
	struct io_uring_sqe *sqe = uring_child_sqe(&ring, op);

	if (uring_names_requests())
		sqe->user_data = 7;
	sqe->flags = mode->flags | flags;
	return sqe;
}

static void submit_open(const char *name, uint8_t flags)
{
	struct io_uring_sqe *sqe = request(IORING_OP_OPENAT, flags);

	sqe->fd = AT_FDCWD;
	sqe->addr = (uintptr_t)name;
	sqe->open_flags = O_CREAT | O_RDWR;
	sqe->len = 0600;
	submit(flags);
}

static void submit_write(int fd, uint8_t flags)
{
	struct io_uring_sqe *sqe = request(IORING_OP_WRITE, flags);

	sqe->fd = fd;
	sqe->addr = (uintptr_t) "unseen";
	sqe->len = 6;
	submit(flags);
}

static void submit_connect(uint8_t flags)
{
	static struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t len = sizeof(address);
	int server = socket(AF_INET, SOCK_STREAM, 0), fd = socket(AF_INET, SOCK_STREAM, 0);
	struct io_uring_sqe *sqe;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	NEED(bind(server, (struct sockaddr *)&address, len) == 0 && listen(server, 1) == 0);
	NEED(getsockname(server, (struct sockaddr *)&address, &len) == 0);
	sqe = request(IORING_OP_CONNECT, flags);
	sqe->fd = fd;
	sqe->addr = (uintptr_t)&address;
	sqe->off = len;
	submit(flags);
}

static void submit_unlink(uint8_t flags)
{
	struct io_uring_sqe *sqe = request(IORING_OP_UNLINKAT, flags);

	sqe->fd = AT_FDCWD;
	sqe->addr = (uintptr_t)path;
	submit(flags);
}

/* Status of a child whose kernel has no silent requests: io_uring before 5.17. */
#define NEVER_SILENT 200

static int do_silently(void *arg)
{
	char written[8] = "";
	int fd;

	NEED(uring_child_open(&ring, mode->setup) == 0);
	if (!(ring.features & IORING_FEAT_CQE_SKIP))
		return NEVER_SILENT;
	submit_open(path, SILENT);
	fd = open(path, O_RDWR);
	NEED(fd >= 0);
	done->fd = fd;
	submit_write(fd, SILENT);
	NEED(pread(fd, written, sizeof(written), 0) == 6);
	submit_connect(SILENT);
	submit_unlink(SILENT);
	NEED(access(path, F_OK) < 0);
	submit_open("/none/such", IOSQE_CQE_SKIP_SUCCESS);
	NEED(uring_child_wait(&ring, NULL) == -ENOENT);
	return 0;
}

static int do_overflowing(void *arg)
{
	int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_CREAT | O_RDWR, 0600);

	NEED(fd >= 0 && uring_child_open_small(&ring, mode->setup) == 0);
	done->fd = fd;
	submit_open(path, 0);
	submit_write(fd, 0);
	submit_connect(0);
	submit_unlink(0);
	submit_open("/none/such", 0);
	/* Workers complete some of them, by way of this task as it returns from a call. */
	while (!(__atomic_load_n(ring.sq_flags, __ATOMIC_RELAXED) & IORING_SQ_CQ_OVERFLOW))
		sched_yield();
	for (int i = 0; i < STEPS; i++)
		done->results[i] = uring_child_wait(&ring, NULL);
	return 0;
}

/* The only event of io_uring of that number and result. */
static const struct event *find(int nr, int64_t ret)
{
	const struct event *found = NULL;

	for (size_t i = 0; i < watch.len; i++) {
		const struct event *event = &watch.events[i];

		if (!(event->prefix.flags & RECORD_F_URING) || event->prefix.nr != nr ||
		    event->prefix.ret != ret)
			continue;
		ck_assert_msg(!found, "%s: two of call %d with result %ld", mode->name, nr,
			      (long)ret);
		found = event;
	}
	ck_assert_msg(found, "%s: no event of call %d with result %ld", mode->name, nr, (long)ret);
	ck_assert(found->has_uring_op);
	ck_assert_uint_eq(found->tid, (uint64_t)watch.pid);
	return found;
}

static void check_text(const struct event *event, const char *param, const char *text, size_t len)
{
	int i = event_param_index(event->desc, param);

	ck_assert_int_ge(i, 0);
	ck_assert_msg(event->params[i].len == len && memcmp(event->params[i].data, text, len) == 0,
		      "%s: %s of call %d is '%.*s'", mode->name, param, event->prefix.nr,
		      (int)event->params[i].len, (const char *)event->params[i].data);
}

static size_t count_uring(void)
{
	size_t count = 0;

	for (size_t i = 0; i < watch.len; i++)
		count += watch.events[i].prefix.flags & RECORD_F_URING ? 1 : 0;
	return count;
}

static void check_counts(void)
{
	struct uring_sums sums;

	uring_sums_read(&sums);
	ck_assert_msg(sums.calls[IORING_OP_OPENAT] == 2 && sums.all == 5 && sums.failed == 1 &&
			      !sums.calls[URING_OP_UNKNOWN],
		      "%s: %lu opens, %lu in all, %lu failed, %lu unknown", mode->name,
		      (unsigned long)sums.calls[IORING_OP_OPENAT], (unsigned long)sums.all,
		      (unsigned long)sums.failed, (unsigned long)sums.calls[URING_OP_UNKNOWN]);
}

START_TEST(silent_requests)
{
	const struct event *first = NULL, *event;
	size_t opens = 0;
	int status;

	mode = &uring_modes[_i];
	status = watch_run(do_silently, NULL);
	if (status == NEVER_SILENT)
		return;
	ck_assert_msg(status == 0, "%s: the child ended at %d", mode->name, status);
	for (size_t i = 0; i < watch.len; i++) {
		event = &watch.events[i];
		if (!(event->prefix.flags & RECORD_F_URING) || event->prefix.nr != SYS_openat ||
		    event->prefix.ret != RECORD_RET_UNKNOWN)
			continue;
		first = first ? first : event;
		ck_assert_uint_eq(event->prefix.duration_ns, 0);
		opens++;
	}
	ck_assert_uint_eq(opens, 2);
	check_text(first, "name", path, strlen(path) + 1);
	event = find(SYS_openat, -ENOENT);
	check_text(event, "name", "/none/such", sizeof("/none/such"));
	event = find(SYS_write, RECORD_RET_UNKNOWN);
	check_text(event, "data", "unseen", 6);
	ck_assert_int_eq((int)event->prefix.args[0], done->fd);
	event = find(SYS_connect, RECORD_RET_UNKNOWN);
	ck_assert_int_eq(event->params[event_param_index(event->desc, "addr")].len, 7);
	event = find(SYS_unlinkat, RECORD_RET_UNKNOWN);
	check_text(event, "name", path, strlen(path) + 1);
	ck_assert_uint_eq(count_uring(), 6);
	check_counts();
}
END_TEST

START_TEST(completions_that_find_the_queue_full)
{
	const struct event *event;
	int status;

	mode = &uring_modes[_i];
	status = watch_run(do_overflowing, NULL);
	ck_assert_msg(status == 0, "%s: the child ended at %d", mode->name, status);
	event = find(SYS_openat, -ENOENT);
	check_text(event, "name", "/none/such", sizeof("/none/such"));
	event = find(SYS_write, 6);
	check_text(event, "data", "unseen", 6);
	event = find(SYS_connect, 0);
	ck_assert_int_eq(event->params[event_param_index(event->desc, "addr")].len, 7);
	event = find(SYS_unlinkat, 0);
	check_text(event, "name", path, strlen(path) + 1);
	ck_assert_uint_eq(count_uring(), STEPS);
	check_counts();
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("hidden");
	int status;

	done = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (done == MAP_FAILED || !mkdtemp(folder))
		return EXIT_FAILURE;
	snprintf(path, sizeof(path), "%s/file", folder);
	tcase_add_loop_test(tcase, silent_requests, 0, URING_MODES);
	tcase_add_loop_test(tcase, completions_that_find_the_queue_full, 0, URING_MODES);
	status = watch_suite("uring_hidden", tcase, SNAPLEN);
	unlink(path);
	rmdir(folder);
	return status;
}
