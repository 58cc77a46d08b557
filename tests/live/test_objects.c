/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes by file and socket: known loads, exactly. A process is counted by itself; what it shares
 * with another has a row for each.
 */
#include <arpa/inet.h>
#include <check.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "batch.h"
#include "live_probe.h"
#include "probe/live.h"
#include "probe/stream.skel.h"

#define TIMEOUT_S 120
#define ROUNDS 40
#define CHUNK 100
#define ROWS_MAX 64

static struct probe *probe;
static char path[] = "/tmp/saker-objects-XXXXXX";
static struct stat file;

struct rows {
	pid_t pid; /* 0: of all; -1: of nobody */
	struct object_count rows[ROWS_MAX];
	size_t len;
};

static void add_row(void *ctx, const struct object_count *count)
{
	struct rows *rows = ctx;

	if (rows->len == ROWS_MAX)
		return;
	/* pid -1: what belongs to nobody. */
	if (rows->pid == -1 ? count->pid != 0 : rows->pid && count->pid != (uint32_t)rows->pid)
		return;
	rows->rows[rows->len++] = *count;
}

static void await_on(void)
{
	for (int tries = 0; probe_objects(probe) != PROBE_OBJECTS_ON; tries++) {
		ck_assert_int_lt(tries, 5000);
		live_sleep_ms(1);
	}
}

static void setup(void)
{
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(fstat(fd, &file), 0);
	close(fd);
	probe = live_probe_small();
	ck_assert_int_eq(probe_want_objects(probe, PROBE_OBJECTS_ON), 1);
	await_on();
}

static void teardown(void)
{
	probe_free(probe);
	unlink(path);
}

static void read_rows(struct rows *rows)
{
	struct probe_counter_sink sink = { .ctx = rows, .object = add_row };

	ck_assert_int_eq(probe_read_counters(probe, &sink), 0);
}

static uint32_t dev_of(dev_t dev)
{
	return (minor(dev) & 0xff) | major(dev) << 8 | (minor(dev) & ~0xffu) << 12;
}

static const struct object_count *row_of_file(const struct rows *rows)
{
	for (size_t i = 0; i < rows->len; i++)
		if (rows->rows[i].ino == file.st_ino && rows->rows[i].dev == dev_of(file.st_dev))
			return &rows->rows[i];
	return NULL;
}

#define NEED(condition)                  \
	do {                             \
		if (!(condition))        \
			_exit(__LINE__); \
	} while (0)

/* Each way in and out: 6 calls and CHUNK * 8 bytes a round, half of them in. */
static int move_file_bytes(void *arg)
{
	static char buf[CHUNK];
	struct iovec two[2] = { { buf, CHUNK / 2 }, { buf, CHUNK / 2 } };
	int fd = open(path, O_RDWR);

	NEED(fd >= 0);
	for (int i = 0; i < ROUNDS; i++) {
		NEED(pwrite(fd, buf, CHUNK, 0) == CHUNK);
		NEED(pwritev(fd, two, 2, CHUNK) == CHUNK);
		NEED(lseek(fd, 0, SEEK_SET) == 0 && write(fd, buf, CHUNK) == CHUNK);
		NEED(read(fd, buf, CHUNK) == CHUNK);
		NEED(pread(fd, buf, CHUNK, 0) == CHUNK);
		NEED(preadv(fd, two, 2, 0) == CHUNK);
		NEED(read(fd, buf, CHUNK) == 0 && read(999, buf, CHUNK) < 0);
	}
	return 0;
}

static pid_t run(int (*work)(void *arg))
{
	struct live_child child = live_child_start(work, NULL);

	live_child_go(&child);
	ck_assert_int_eq(live_child_wait(&child), 0);
	return child.pid;
}

START_TEST(file_bytes_are_exact)
{
	struct rows rows = { .pid = run(move_file_bytes) };
	const struct object_count *row;
	struct object_name name;

	read_rows(&rows);
	row = row_of_file(&rows);
	ck_assert_ptr_nonnull(row);
	ck_assert_uint_eq(row->in, 3 * ROUNDS * CHUNK);
	ck_assert_uint_eq(row->out, 3 * ROUNDS * CHUNK);
	ck_assert_uint_eq(row->ops, 6 * ROUNDS);
	ck_assert_uint_eq(row->socket, 0);
	ck_assert_int_eq(probe_object_name(probe, row->dev, row->ino, &name), 0);
	ck_assert_uint_eq(name.path_len, strlen(path));
	ck_assert_mem_eq(name.path, path, name.path_len);
}
END_TEST

START_TEST(two_processes_share_a_file)
{
	struct rows first = { .pid = run(move_file_bytes) },
		    second = { .pid = run(move_file_bytes) };

	read_rows(&first);
	read_rows(&second);
	ck_assert_ptr_nonnull(row_of_file(&first));
	ck_assert_ptr_nonnull(row_of_file(&second));
	ck_assert_uint_eq(row_of_file(&first)->in, row_of_file(&second)->in);
	ck_assert_uint_eq(row_of_file(&second)->in, 3 * ROUNDS * CHUNK);
}
END_TEST

static int family;

/* A pair over loopback in one process: 3 sends and 3 receives a round, one socket each. */
static int move_socket_bytes(void *arg)
{
	static char buf[CHUNK];
	struct iovec vector = { buf, CHUNK };
	struct msghdr msg = { .msg_iov = &vector, .msg_iovlen = 1 };
	struct sockaddr_in6 address = { .sin6_family = (sa_family_t)family };
	socklen_t len = family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(address);
	int server = socket(family, SOCK_STREAM, 0), fd = socket(family, SOCK_STREAM, 0), peer;

	if (family == AF_INET)
		((struct sockaddr_in *)(void *)&address)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	else
		address.sin6_addr = in6addr_loopback;
	NEED(bind(server, (void *)&address, len) == 0 && listen(server, 1) == 0);
	NEED(getsockname(server, (void *)&address, &len) == 0);
	NEED(connect(fd, (void *)&address, len) == 0);
	peer = accept(server, NULL, NULL);
	NEED(peer >= 0);
	for (int i = 0; i < ROUNDS; i++) {
		NEED(sendto(fd, buf, CHUNK, 0, NULL, 0) == CHUNK);
		NEED(recvfrom(peer, buf, CHUNK, MSG_WAITALL, NULL, NULL) == CHUNK);
		NEED(sendmsg(fd, &msg, 0) == CHUNK && recvmsg(peer, &msg, MSG_WAITALL) == CHUNK);
		NEED(write(fd, buf, CHUNK) == CHUNK && read(peer, buf, CHUNK) == CHUNK);
	}
	return 0;
}

static void check_socket(const struct object_count *row, uint64_t in, uint64_t out)
{
	static const uint8_t loopback4[4] = { 127, 0, 0, 1 };
	struct object_name name;

	ck_assert_uint_eq(row->in, in);
	ck_assert_uint_eq(row->out, out);
	ck_assert_uint_eq(row->ops, 3 * ROUNDS);
	ck_assert_int_eq(probe_object_name(probe, row->dev, row->ino, &name), 0);
	ck_assert_uint_eq(name.family, family);
	ck_assert_uint_eq(name.protocol, IPPROTO_TCP);
	ck_assert_uint_ne(name.sport, 0);
	ck_assert_uint_ne(name.dport, 0);
	if (family == AF_INET)
		ck_assert_mem_eq(name.daddr, loopback4, 4);
	else
		ck_assert_mem_eq(name.saddr, &in6addr_loopback, 16);
}

static void check_sockets(void)
{
	struct rows rows = { .pid = run(move_socket_bytes) };
	size_t senders = 0, receivers = 0;

	read_rows(&rows);
	for (size_t i = 0; i < rows.len; i++) {
		if (!rows.rows[i].socket)
			continue;
		if (rows.rows[i].out) {
			senders++;
			check_socket(&rows.rows[i], 0, 3 * ROUNDS * CHUNK);
		} else {
			receivers++;
			check_socket(&rows.rows[i], 3 * ROUNDS * CHUNK, 0);
		}
	}
	ck_assert_uint_eq(senders, 1);
	ck_assert_uint_eq(receivers, 1);
}

START_TEST(socket_bytes_are_exact_inet)
{
	family = AF_INET;
	check_sockets();
}
END_TEST

START_TEST(socket_bytes_are_exact_inet6)
{
	family = AF_INET6;
	check_sockets();
}
END_TEST

#define BATCH 100

static int move_batches(void *arg)
{
	struct batch batch;

	NEED(batch_open(&batch) == 0);
	for (int i = 0; i < ROUNDS; i++)
		NEED(batch_move(&batch, BATCH) == batch_bytes(BATCH));
	return 0;
}

START_TEST(bytes_of_many_messages_a_call_are_exact)
{
	struct rows rows = { .pid = run(move_batches) };
	uint64_t in = 0, out = 0, ops = 0;

	read_rows(&rows);
	for (size_t i = 0; i < rows.len; i++) {
		if (!rows.rows[i].socket)
			continue;
		in += rows.rows[i].in;
		out += rows.rows[i].out;
		ops += rows.rows[i].ops;
	}
	ck_assert_uint_eq(in, ROUNDS * batch_bytes(BATCH));
	ck_assert_uint_eq(out, ROUNDS * batch_bytes(BATCH));
	ck_assert_uint_eq(ops, 2 * ROUNDS);
}
END_TEST

START_TEST(off_is_off_and_on_begins_anew)
{
	struct rows rows = { .pid = 0 };

	run(move_file_bytes);
	ck_assert_int_eq(probe_want_objects(probe, PROBE_OBJECTS_OFF), 1);
	read_rows(&rows);
	ck_assert_uint_eq(rows.len, 0);
	ck_assert_int_eq(probe_want_objects(probe, PROBE_OBJECTS_ON), 1);
	await_on();
	rows.pid = run(move_file_bytes);
	read_rows(&rows);
	ck_assert_ptr_nonnull(row_of_file(&rows));
	ck_assert_uint_eq(row_of_file(&rows)->ops, 6 * ROUNDS);
}
END_TEST

/* What finds no room is counted all the same, in the row of nobody. */
START_TEST(full_table_has_a_row_other)
{
	int map_fd = bpf_map__fd(probe->stream->maps.objects);
	struct object_key filler = { .pid = 1, .start = 1 };
	struct object_bytes none = { .in = 0 };
	struct rows rows = { .pid = 0 }, own = { .pid = 0 };
	const struct object_count *other = NULL;

	for (filler.ino = 1; filler.ino <= 2 * OBJECTS_MAX; filler.ino++)
		if (bpf_map_update_elem(map_fd, &filler, &none, BPF_ANY) < 0)
			break;
	ck_assert_uint_le(filler.ino, 2 * OBJECTS_MAX);
	own.pid = run(move_file_bytes);
	read_rows(&own);
	ck_assert_ptr_null(row_of_file(&own));
	rows.pid = -1;
	read_rows(&rows);
	for (size_t i = 0; i < rows.len; i++)
		if (!rows.rows[i].ino)
			other = &rows.rows[i];
	ck_assert_ptr_nonnull(other);
	/* The rest of the machine is in it too. */
	ck_assert_uint_ge(other->in, 3 * ROUNDS * CHUNK);
	ck_assert_uint_ge(other->out, 3 * ROUNDS * CHUNK);
	ck_assert_uint_ge(other->ops, 6 * ROUNDS);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("objects");
	TCase *tcase = tcase_create("objects");
	SRunner *runner;
	int failed;

	live_require();
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, TIMEOUT_S);
	tcase_add_test(tcase, file_bytes_are_exact);
	tcase_add_test(tcase, two_processes_share_a_file);
	tcase_add_test(tcase, socket_bytes_are_exact_inet);
	tcase_add_test(tcase, socket_bytes_are_exact_inet6);
	tcase_add_test(tcase, bytes_of_many_messages_a_call_are_exact);
	tcase_add_test(tcase, off_is_off_and_on_begins_anew);
	tcase_add_test(tcase, full_table_has_a_row_other);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
