/* SPDX-License-Identifier: Apache-2.0 */
/* What the counter plane says of files: bytes by class, and the open files of processes. */
#include <arpa/inet.h>
#include <check.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include "batch.h"
#include "ledger.h"
#include "live_probe.h"

#define TIMEOUT_S 60

static struct probe *probe;

static void probe_setup(void)
{
	struct probe_error err = { .what = "" };

	ck_assert_int_eq(
		probe_new(&(struct probe_opts){ .snaplen = 80, .plain = live_plain() }, &probe), 0);
	ck_assert_msg(probe_load_counters(probe, &err) == 0, "%s", err.what);
}

static void probe_teardown(void)
{
	probe_free(probe);
}

/* Bytes. */

#define FILE_IN 300
#define FILE_OUT 500
#define NET_BYTES 700
#define IPC_BYTES 1100

static int transfer(int from_fd, int to_fd, size_t bytes)
{
	char buf[2048] = { 0 };

	return write(to_fd, buf, bytes) == (ssize_t)bytes &&
			       read(from_fd, buf, sizeof(buf)) == (ssize_t)bytes
		       ? 0
		       : 1;
}

/* A connected pair of TCP sockets on the loopback. */
static int tcp_pair(int fds[2])
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(addr);
	int listener = socket(AF_INET, SOCK_STREAM, 0);

	if (bind(listener, (struct sockaddr *)&addr, sizeof(addr)) < 0 || listen(listener, 1) < 0 ||
	    getsockname(listener, (struct sockaddr *)&addr, &len) < 0)
		return -1;
	fds[0] = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(fds[0], (struct sockaddr *)&addr, sizeof(addr)) < 0)
		return -1;
	fds[1] = accept(listener, NULL, NULL);
	close(listener);
	return fds[1] < 0 ? -1 : 0;
}

/* arg: the lowest fd to use. */
static int bytes_work(void *arg)
{
	int low = *(const int *)arg;
	int net[2], local[2], pipes[2];
	char buf[2048];
	int zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (tcp_pair(net) < 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, local) < 0 || pipe(pipes) < 0)
		return 1;
	int *const all[] = { &zero,     &null,     &net[0],   &net[1],
			     &local[0], &local[1], &pipes[0], &pipes[1] };
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		*all[i] = fcntl(*all[i], F_DUPFD_CLOEXEC, low);
	if (read(zero, buf, FILE_IN) != FILE_IN || write(null, buf, FILE_OUT) != FILE_OUT)
		return 2;
	if (transfer(net[1], net[0], NET_BYTES) || transfer(local[1], local[0], IPC_BYTES) ||
	    transfer(pipes[0], pipes[1], IPC_BYTES))
		return 3;
	return 0;
}

START_TEST(bytes_go_to_the_class_of_the_file)
{
	static const int lowest[] = { 3, 40, 64, 200 };
	struct byte_count before, after;
	struct ledger ledger;
	struct live_child child;

	ledger_init(&ledger);
	child = live_child_start(bytes_work, (void *)&lowest[_i]);
	ledger_add(&ledger, child.pid);
	ck_assert_int_eq(ledger_refresh(&ledger, probe), 0);
	before = ledger_bytes(&ledger);
	live_child_go(&child);
	ck_assert_int_eq(live_child_wait(&child), 0);
	ck_assert_int_eq(ledger_refresh(&ledger, probe), 0);
	after = ledger_bytes(&ledger);
	ck_assert_uint_eq(after.file_in - before.file_in, FILE_IN);
	ck_assert_uint_eq(after.file_out - before.file_out, FILE_OUT);
	ck_assert_uint_eq(after.net_in - before.net_in, NET_BYTES);
	ck_assert_uint_eq(after.net_out - before.net_out, NET_BYTES);
	/* The byte that started the child came through a pipe. */
	ck_assert_uint_eq(after.ipc_in - before.ipc_in, 2 * IPC_BYTES + 1);
	ck_assert_uint_eq(after.ipc_out - before.ipc_out, 2 * IPC_BYTES);
	ledger_release(&ledger);
}
END_TEST

/* Many messages a call: both directions, of every number that one read of theirs can leave over. */
static const unsigned batches[] = { 1, 2, 3, 4, 5, 6, 7, 8, 63, 1023, 1024 };

static int batch_work(void *arg)
{
	const unsigned *count = arg;
	struct batch batch;

	return batch_open(&batch) < 0 || batch_move(&batch, *count) == 0;
}

static struct byte_count bytes_of_batch(unsigned count)
{
	struct byte_count bytes;
	struct live_child child;
	struct ledger ledger;

	ledger_init(&ledger);
	child = live_child_start(batch_work, &count);
	ledger_add(&ledger, child.pid);
	ck_assert_int_eq(ledger_refresh(&ledger, probe), 0);
	live_child_go(&child);
	ck_assert_int_eq(live_child_wait(&child), 0);
	ck_assert_int_eq(ledger_refresh(&ledger, probe), 0);
	bytes = ledger_bytes(&ledger);
	ledger_release(&ledger);
	return bytes;
}

START_TEST(messages_count_their_bytes)
{
	struct byte_count bytes = bytes_of_batch(batches[_i]);

	ck_assert_uint_eq(bytes.net_in, batch_bytes(batches[_i]));
	ck_assert_uint_eq(bytes.net_out, batch_bytes(batches[_i]));
}
END_TEST

/* recvmmsg can return more messages than are looked at: what is missing is told. */
START_TEST(bytes_that_are_missing_are_told)
{
	struct probe_health before, after;
	struct byte_count bytes;

	ck_assert_int_eq(probe_health(probe, &before), 0);
	bytes = bytes_of_batch(BATCH_MESSAGES_MAX);
	ck_assert_int_eq(probe_health(probe, &after), 0);
	ck_assert_uint_eq(bytes.net_out, batch_bytes(BATCH_MESSAGES_MAX));
	ck_assert_uint_eq(bytes.net_in, batch_bytes(BATCH_SENT_MAX));
	ck_assert_uint_gt(after.unread_transfers, before.unread_transfers);
}
END_TEST

/* Open files. */

#define NAMED_FILE "/etc/passwd"

struct seen_files {
	pid_t pid;
	unsigned others;
	bool file, pipe, tcp;
	uint16_t port;
	uint64_t ino;
};

static void on_file(void *ctx, const struct file_sample *file, const char *path)
{
	struct seen_files *seen = ctx;

	if (file->pid != (uint32_t)seen->pid) {
		seen->others++;
		return;
	}
	if (strcmp(path, NAMED_FILE) == 0 && file->ino == seen->ino && S_ISREG(file->mode) &&
	    file->pos == 7)
		seen->file = true;
	if (strncmp(path, "pipe:[", 6) == 0 && S_ISFIFO(file->mode))
		seen->pipe = true;
	if (file->family == AF_INET && file->sock_type == SOCK_STREAM &&
	    file->protocol == IPPROTO_TCP && file->sport == seen->port && file->saddr[0] == 127 &&
	    file->saddr[3] == 1)
		seen->tcp = true;
}

START_TEST(open_files_have_names_and_addresses)
{
	struct seen_files seen = { .pid = getpid() };
	struct sockaddr_in addr = { .sin_port = 0 };
	socklen_t len = sizeof(addr);
	int net[2] = { -1, -1 }, pipes[2] = { -1, -1 };
	struct stat st;
	int file = open(NAMED_FILE, O_RDONLY | O_CLOEXEC);

	ck_assert_int_eq(fstat(file, &st), 0);
	seen.ino = st.st_ino;
	ck_assert_int_eq(tcp_pair(net), 0);
	ck_assert_int_eq(pipe(pipes), 0);
	ck_assert_int_eq(getsockname(net[0], (struct sockaddr *)&addr, &len), 0);
	seen.port = ntohs(addr.sin_port);
	ck_assert_int_eq(lseek(file, 7, SEEK_SET), 7);

	ck_assert_int_eq(probe_read_files(probe, getpid(), on_file, &seen), 0);
	ck_assert(seen.file && seen.pipe && seen.tcp);
	ck_assert_uint_eq(seen.others, 0);

	seen.file = seen.pipe = seen.tcp = false;
	ck_assert_int_eq(probe_read_files(probe, 0, on_file, &seen), 0);
	ck_assert(seen.file && seen.pipe && seen.tcp);
	ck_assert_uint_gt(seen.others, 0);
	close(file);
	close(net[0]);
	close(net[1]);
	close(pipes[0]);
	close(pipes[1]);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("files");
	TCase *tcase = tcase_create("files");
	SRunner *runner;
	int failed;

	live_require();
	tcase_add_unchecked_fixture(tcase, probe_setup, probe_teardown);
	tcase_add_loop_test(tcase, bytes_go_to_the_class_of_the_file, 0, 4);
	tcase_add_loop_test(tcase, messages_count_their_bytes, 0,
			    sizeof(batches) / sizeof(batches[0]));
	tcase_add_test(tcase, bytes_that_are_missing_are_told);
	tcase_add_test(tcase, open_files_have_names_and_addresses);
	tcase_set_timeout(tcase, TIMEOUT_S);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_set_fork_status(runner, CK_NOFORK);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
