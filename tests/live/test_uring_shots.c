/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests of io_uring that are more than one call with one result: those that complete again and
 * again, those that another one ends, those with buffers and rings that were registered. Each
 * completion that stands for a call is streamed as one; each is counted once.
 */
#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>
#include "uring_case.h"
#include "watch.h"

#define SNAPLEN 80
#define BUFFER_BYTES 64
#define BUFFERS 4
/* Newer than the headers. */
#define URING_TIMEOUT_MULTISHOT (1u << 6)
#define URING_READ_MULTISHOT 49
/* Status of a child whose kernel has no such operation: io_uring before 6.7. */
#define NO_SUCH_REQUEST 255

static const struct uring_mode *mode; /* of the running test */
static struct uring_child ring;
static char buffers[BUFFERS][BUFFER_BYTES];

static struct io_uring_sqe *request(unsigned op, int fd, uint8_t flags)
{
	struct io_uring_sqe *sqe = uring_child_sqe(&ring, op);

	sqe->fd = fd;
	sqe->flags = mode->flags | flags;
	return sqe;
}

static void open_ring(void)
{
	NEED(uring_child_open(&ring, mode->setup) == 0);
}

/* The results of the next completions, in whatever order they come. */
static void wait_for(const int *results, size_t len)
{
	uint32_t seen = 0;

	for (size_t i = 0; i < len; i++) {
		int result = uring_child_wait(&ring, NULL);
		size_t j = 0;

		while (j < len && (results[j] != result || seen >> j & 1))
			j++;
		NEED(j < len);
		seen |= 1u << j;
	}
}
#define WAIT_FOR(...) \
	wait_for((const int[]){ __VA_ARGS__ }, sizeof((const int[]){ __VA_ARGS__ }) / sizeof(int))

/* A read of an empty pipe that the request linked behind it gives up. */
static int do_linked_timeout(void *arg)
{
	static struct __kernel_timespec soon = { .tv_nsec = 1000000 };
	struct io_uring_sqe *sqe;
	int ends[2];

	NEED(pipe(ends) == 0);
	open_ring();
	sqe = request(IORING_OP_READ, ends[0], IOSQE_IO_LINK);
	sqe->addr = (uintptr_t)buffers[0];
	sqe->len = 4;
	sqe = request(IORING_OP_LINK_TIMEOUT, -1, 0);
	sqe->flags = 0;
	sqe->addr = (uintptr_t)&soon;
	sqe->len = 1;
	NEED(uring_child_submit(&ring) == 0);
	WAIT_FOR(-ECANCELED, -ETIME);
	return 0;
}

static int do_poll_again(void *arg)
{
	struct io_uring_sqe *sqe;
	int ends[2];

	NEED(pipe(ends) == 0);
	open_ring();
	sqe = request(IORING_OP_POLL_ADD, ends[0], 0);
	sqe->len = IORING_POLL_ADD_MULTI;
	sqe->poll32_events = POLLIN;
	sqe->user_data = 77;
	NEED(uring_child_submit(&ring) == 0);
	for (int i = 0; i < 2; i++) {
		NEED(write(ends[1], "x", 1) == 1);
		NEED(uring_child_wait(&ring, NULL) == POLLIN);
		/* What else has its user_data is not taken for it. */
		sqe = request(IORING_OP_READ, ends[0], 0);
		sqe->addr = (uintptr_t)buffers[i];
		sqe->len = 1;
		sqe->user_data = 77;
		NEED(uring_child_run(&ring) == 1);
	}
	sqe = request(IORING_OP_POLL_REMOVE, -1, 0);
	sqe->addr = 77;
	NEED(uring_child_submit(&ring) == 0);
	WAIT_FOR(0, -ECANCELED);
	return 0;
}

static int do_timeout_again(void *arg)
{
	static struct __kernel_timespec soon = { .tv_nsec = 1000000 };
	struct io_uring_sqe *sqe;
	unsigned flags = 0;

	open_ring();
	sqe = request(IORING_OP_TIMEOUT, -1, 0);
	sqe->addr = (uintptr_t)&soon;
	sqe->len = 1;
	sqe->off = 2; /* times */
	sqe->timeout_flags = URING_TIMEOUT_MULTISHOT;
	NEED(uring_child_submit(&ring) == 0);
	NEED(uring_child_wait(&ring, &flags) == -ETIME && flags & IORING_CQE_F_MORE);
	NEED(uring_child_wait(&ring, &flags) == -ETIME && !(flags & IORING_CQE_F_MORE));
	return 0;
}

static void provide_buffers(void)
{
	struct io_uring_sqe *sqe = request(IORING_OP_PROVIDE_BUFFERS, BUFFERS, 0);

	sqe->addr = (uintptr_t)buffers;
	sqe->len = BUFFER_BYTES;
	sqe->buf_group = 1;
	NEED(uring_child_run(&ring) == 0);
}

static int do_recv_again(void *arg)
{
	struct io_uring_sqe *sqe;
	int pair[2];

	NEED(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	open_ring();
	provide_buffers();
	sqe = request(IORING_OP_RECV, pair[1], IOSQE_BUFFER_SELECT);
	sqe->ioprio = IORING_RECV_MULTISHOT;
	sqe->buf_group = 1;
	NEED(uring_child_submit(&ring) == 0);
	NEED(write(pair[0], "four", 4) == 4 && uring_child_wait(&ring, NULL) == 4);
	NEED(write(pair[0], "seventy", 7) == 7 && uring_child_wait(&ring, NULL) == 7);
	/* The other end goes: the last completion. */
	close(pair[0]);
	NEED(uring_child_wait(&ring, NULL) == 0);
	return 0;
}

static int do_read_again(void *arg)
{
	struct io_uring_sqe *sqe;
	int ends[2];

	NEED(pipe(ends) == 0);
	open_ring();
	if (!uring_child_has(&ring, URING_READ_MULTISHOT))
		return NO_SUCH_REQUEST;
	provide_buffers();
	sqe = request(URING_READ_MULTISHOT, ends[0], IOSQE_BUFFER_SELECT);
	sqe->buf_group = 1;
	NEED(uring_child_submit(&ring) == 0);
	NEED(write(ends[1], "four", 4) == 4 && uring_child_wait(&ring, NULL) == 4);
	NEED(write(ends[1], "seventy", 7) == 7 && uring_child_wait(&ring, NULL) == 7);
	close(ends[1]);
	NEED(uring_child_wait(&ring, NULL) == 0);
	return 0;
}

/* A send that copies nothing: its result, and then word that the buffer is free. */
static int do_send_zc(void *arg)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(address);
	int server = socket(AF_INET, SOCK_STREAM, 0), fd = socket(AF_INET, SOCK_STREAM, 0);
	struct io_uring_sqe *sqe;
	unsigned flags = 0;

	NEED(bind(server, (struct sockaddr *)&address, len) == 0 && listen(server, 1) == 0);
	NEED(getsockname(server, (struct sockaddr *)&address, &len) == 0);
	NEED(connect(fd, (struct sockaddr *)&address, len) == 0);
	open_ring();
	memcpy(buffers[0], "free!", 5);
	sqe = request(IORING_OP_SEND_ZC, fd, 0);
	sqe->addr = (uintptr_t)buffers[0];
	sqe->len = 5;
	NEED(uring_child_submit(&ring) == 0);
	NEED(uring_child_wait(&ring, &flags) == 5 && flags & IORING_CQE_F_MORE);
	NEED(uring_child_wait(&ring, &flags) == 0 && flags & IORING_CQE_F_NOTIF);
	return 0;
}

static int do_read_fixed(void *arg)
{
	struct iovec vector = { buffers[1], BUFFER_BYTES };
	struct io_uring_sqe *sqe;
	int ends[2];

	NEED(pipe(ends) == 0 && write(ends[1], "in place", 8) == 8);
	open_ring();
	NEED(syscall(SYS_io_uring_register, ring.fd, IORING_REGISTER_BUFFERS, &vector, 1) == 0);
	sqe = request(IORING_OP_READ_FIXED, ends[0], 0);
	sqe->addr = (uintptr_t)buffers[1];
	sqe->len = BUFFER_BYTES;
	sqe->buf_index = 0;
	NEED(uring_child_run(&ring) == 8);
	return 0;
}

/* The ring is entered by its number among those that are registered, not by a descriptor. */
static int do_registered_ring(void *arg)
{
	struct io_uring_rsrc_update update = { .offset = -1u };
	struct io_uring_sqe *sqe;
	int ends[2];

	NEED(pipe(ends) == 0);
	open_ring();
	update.data = (uint64_t)ring.fd;
	NEED(syscall(SYS_io_uring_register, ring.fd, IORING_REGISTER_RING_FDS, &update, 1) == 1);
	sqe = request(IORING_OP_WRITE, ends[1], 0);
	sqe->addr = (uintptr_t) "ring";
	sqe->len = 4;
	if (mode->setup & IORING_SETUP_SQPOLL) {
		NEED(uring_child_submit(&ring) == 0);
	} else {
		__atomic_store_n(ring.sq_tail, ring.taken, __ATOMIC_RELEASE);
		NEED(syscall(SYS_io_uring_enter, update.offset, 1, 1,
			     IORING_ENTER_GETEVENTS | IORING_ENTER_REGISTERED_RING, NULL, 0) == 1);
	}
	NEED(uring_child_wait(&ring, NULL) == 4);
	return 0;
}

/* An event that must be there; data NULL: whatever it has. */
struct shot_event {
	int nr;
	int64_t ret;
	const char *data;
};
struct shot_count {
	unsigned op;
	uint64_t calls, errors;
};
static const struct shot_case {
	const char *name;
	int (*work)(void *arg);
	bool here_alone; /* a worker would wait in the call instead */
	struct shot_event events[5];
	size_t events_len; /* no others are of io_uring */
	struct shot_count counts[2];
	uint64_t all, failed;
} cases[] = {
	{ .name = "linked timeout",
	  .work = do_linked_timeout,
	  .here_alone = true,
	  .events = { { SYS_read, -ECANCELED, NULL } },
	  .events_len = 1,
	  .counts = { { IORING_OP_READ, 1, 1 }, { IORING_OP_LINK_TIMEOUT, 1, 1 } },
	  .all = 2,
	  .failed = 2 },
	{ .name = "poll again and again",
	  .work = do_poll_again,
	  .events = { { SYS_read, 1, "x" },
		      { SYS_read, 1, "x" },
		      { SYS_ppoll, 1, NULL },
		      { SYS_ppoll, 1, NULL },
		      { SYS_ppoll, -ECANCELED, NULL } },
	  .events_len = 5,
	  .counts = { { IORING_OP_POLL_ADD, 3, 1 }, { IORING_OP_READ, 2, 0 } },
	  .all = 6,
	  .failed = 1 },
	{ .name = "timeout again and again",
	  .work = do_timeout_again,
	  .counts = { { IORING_OP_TIMEOUT, 2, 2 } },
	  .all = 2,
	  .failed = 2 },
	{ .name = "receive again and again",
	  .work = do_recv_again,
	  .here_alone = true,
	  .events = { { SYS_recvfrom, 4, NULL },
		      { SYS_recvfrom, 7, NULL },
		      { SYS_recvfrom, 0, NULL } },
	  .events_len = 3,
	  .counts = { { IORING_OP_RECV, 3, 0 }, { IORING_OP_PROVIDE_BUFFERS, 1, 0 } },
	  .all = 4 },
	{ .name = "read again and again",
	  .work = do_read_again,
	  .here_alone = true,
	  .events = { { SYS_read, 4, NULL }, { SYS_read, 7, NULL }, { SYS_read, 0, NULL } },
	  .events_len = 3,
	  .counts = { { URING_READ_MULTISHOT, 3, 0 }, { IORING_OP_PROVIDE_BUFFERS, 1, 0 } },
	  .all = 4 },
	{ .name = "send without copying",
	  .work = do_send_zc,
	  .events = { { SYS_sendto, 5, "free!" } },
	  .events_len = 1,
	  .counts = { { IORING_OP_SEND_ZC, 1, 0 } },
	  .all = 1 },
	{ .name = "registered buffer",
	  .work = do_read_fixed,
	  .events = { { SYS_read, 8, "in place" } },
	  .events_len = 1,
	  .counts = { { IORING_OP_READ_FIXED, 1, 0 } },
	  .all = 1 },
	{ .name = "registered ring",
	  .work = do_registered_ring,
	  .events = { { SYS_write, 4, "ring" } },
	  .events_len = 1,
	  .counts = { { IORING_OP_WRITE, 1, 0 } },
	  .all = 1 },
};
#define CASES (sizeof(cases) / sizeof(cases[0]))

static const struct event *find(const struct shot_event *wanted)
{
	for (size_t i = 0; i < watch.len; i++) {
		const struct event *event = &watch.events[i];

		if (event->prefix.flags & RECORD_F_URING && event->prefix.nr == wanted->nr &&
		    event->prefix.ret == wanted->ret)
			return event;
	}
	return NULL;
}

static void check_events(const struct shot_case *c)
{
	size_t marked = 0;

	for (size_t i = 0; i < watch.len; i++)
		marked += watch.events[i].prefix.flags & RECORD_F_URING ? 1 : 0;
	ck_assert_msg(marked == c->events_len, "%s, %s: %zu events", c->name, mode->name, marked);
	for (size_t i = 0; i < c->events_len; i++) {
		const struct shot_event *wanted = &c->events[i];
		const struct event *event = find(wanted);
		const char *data = wanted->data;
		int index;

		ck_assert_msg(event, "%s, %s: call %d with result %ld", c->name, mode->name,
			      wanted->nr, (long)wanted->ret);
		index = event_param_index(event->desc, "data");
		ck_assert_msg(!data || (event->params[index].len == strlen(data) &&
					memcmp(event->params[index].data, data, strlen(data)) == 0),
			      "%s, %s: data '%.*s'", c->name, mode->name,
			      (int)event->params[index].len,
			      (const char *)event->params[index].data);
	}
}

START_TEST(shots)
{
	const struct shot_case *c = &cases[(size_t)_i % CASES];
	struct uring_sums sums;
	int status;

	mode = &uring_modes[(size_t)_i / CASES];
	if (c->here_alone && mode->flags)
		return;
	status = watch_run(c->work, NULL);
	if (status == NO_SUCH_REQUEST)
		return;
	ck_assert_msg(status == 0, "%s, %s: the child ended at %d", c->name, mode->name, status);
	check_events(c);
	uring_sums_read(&sums);
	for (size_t i = 0; i < sizeof(c->counts) / sizeof(c->counts[0]); i++) {
		const struct shot_count *count = &c->counts[i];

		if (!count->calls)
			continue;
		ck_assert_msg(sums.calls[count->op] == count->calls &&
				      sums.errors[count->op] == count->errors,
			      "%s, %s: operation %u: %lu, %lu failed", c->name, mode->name,
			      count->op, (unsigned long)sums.calls[count->op],
			      (unsigned long)sums.errors[count->op]);
	}
	ck_assert_msg(sums.all == c->all && sums.failed == c->failed,
		      "%s, %s: %lu requests, %lu failed", c->name, mode->name,
		      (unsigned long)sums.all, (unsigned long)sums.failed);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("shots");

	tcase_add_loop_test(tcase, shots, 0, CASES * URING_MODES);
	return watch_suite("uring_shots", tcase, SNAPLEN);
}
