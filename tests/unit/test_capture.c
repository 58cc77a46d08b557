/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The capture file: what is written comes back byte by byte, plain and gzip; a file that is cut
 * anywhere or changed anywhere is read up to there or refused, and a write that fails half-way
 * leaves whole blocks.
 */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "build_record.h"
#include "probe/capture_reader.h"
#include "probe/capture_writer.h"
#include "run_suite.h"

#define RECORDS 3

/* What the reader told. */
struct seen {
	unsigned machines, users, processes, files, records, events, items;
	uint32_t uid;
	size_t user_len;
	struct capture_machine machine;
	struct process_seed process;
	struct file_sample sample[4];
	char name[4][CAPTURE_PATH_MAX];
	uint8_t record[RECORDS][4096];
	size_t record_len[RECORDS];
	uint16_t item_kind;
	size_t item_len;
	uint8_t item[64];
};

static struct seen seen;
static struct build_record build;
static uint8_t written[RECORDS][4096];
static size_t written_len[RECORDS];

static int on_machine(void *ctx, const struct capture_machine *machine)
{
	seen.machines++;
	seen.machine = *machine;
	return 0;
}

static int on_user(void *ctx, uint32_t uid, const char *name, size_t len)
{
	seen.users++;
	seen.uid = uid;
	seen.user_len = len;
	return 0;
}

static int on_process(void *ctx, const struct process_seed *seed)
{
	seen.processes++;
	seen.process = *seed;
	return 0;
}

static int on_file(void *ctx, const struct file_sample *file, const char *name)
{
	if (seen.files < 4) {
		seen.sample[seen.files] = *file;
		memcpy(seen.name[seen.files], name, file->path_len);
	}
	seen.files++;
	return 0;
}

static int on_record(void *ctx, const void *record, size_t len)
{
	if (seen.records < RECORDS && len <= sizeof(seen.record[0])) {
		memcpy(seen.record[seen.records], record, len);
		seen.record_len[seen.records] = len;
	}
	seen.records++;
	return 0;
}

static int on_event(void *ctx, const struct capture_event *event)
{
	seen.events++;
	return 0;
}

static int on_item(void *ctx, uint16_t kind, const uint8_t *data, size_t len)
{
	if (kind == CAPTURE_ITEM_NOTICE) {
		seen.item_kind = kind;
		seen.item_len = len;
		memcpy(seen.item, data, len < sizeof(seen.item) ? len : sizeof(seen.item));
	}
	seen.items++;
	return 0;
}

static const struct capture_sink sink = {
	.machine = on_machine,
	.user = on_user,
	.process = on_process,
	.file = on_file,
	.record = on_record,
	.event = on_event,
	.item = on_item,
};

/* Takes fd. Returns what the last block gave. */
static int read_all(int fd, struct capture_error *err, bool *ret_truncated)
{
	struct capture_reader *reader;
	uint64_t offset;
	int rc;

	memset(&seen, 0, sizeof(seen));
	*err = (struct capture_error){ "" };
	ck_assert_int_eq(capture_reader_new(fd, &reader), 0);
	do {
		rc = capture_read(reader, &sink, err);
	} while (rc > 0);
	*ret_truncated = capture_reader_truncated(reader, &offset);
	capture_reader_free(reader);
	return rc;
}

/* An open, a read (whose enter event is written too) and a call whose code others must not see. */
static void make_records(void)
{
	static const struct {
		const char *id;
		struct build_prefix prefix;
	} made[RECORDS] = {
		{ "SYSCALL_OPENAT_2_X",
		  { .ts_ns = 1000, .pid = 7, .nr = 257, .ret = 3, .comm = "cat" } },
		{ "SYSCALL_READ_X",
		  { .ts_ns = 2000,
		    .pid = 7,
		    .tid = 9,
		    .nr = 0,
		    .ret = 5,
		    .duration_ns = 50,
		    .comm = "cat" } },
		{ "GENERIC_X", { .ts_ns = 3000, .pid = 7, .nr = 334, .comm = "cat" } },
	};

	for (size_t i = 0; i < RECORDS; i++) {
		build_record_init(&build, event_by_id(made[i].id)->code, &made[i].prefix);
		if (i == 0)
			build_record_ext(&build, RECORD_EXT_PATH, 0, "/etc/passwd", 11);
		build_record_int(&build, i == 2 ? 380 : 3);
		if (i == 1)
			build_record_bytes(&build, "hello", 5);
		written_len[i] = build_record_finish(&build);
		ck_assert_uint_le(written_len[i], sizeof(written[i]));
		memcpy(written[i], build.data, written_len[i]);
	}
}

static struct process_seed make_process(void)
{
	static struct process_seed seed;

	process_seed_init(&seed);
	seed = (struct process_seed){ .parts = SEED_ALL,
				      .pid = 7,
				      .tid = 9,
				      .ppid = 1,
				      .sid = 5,
				      .pgid = 6,
				      .vpgid = 2,
				      .vtid = 3,
				      .vpid = 1,
				      .uid = 33,
				      .gid = 34,
				      .tty = 1025,
				      .flags = 1u << 13,
				      .vm_size_kb = 900,
				      .vm_rss_kb = 80,
				      .vm_swap_kb = 7,
				      .minor_faults = 11,
				      .major_faults = 12,
				      .cap_inheritable = 1,
				      .cap_permitted = 2,
				      .cap_effective = 3,
				      .pidns_init_start_ns = 99,
				      .loginuid = 1000,
				      .exe_flags = SEED_EXE_WRITABLE | SEED_EXE_FROM_MEMFD,
				      .exe_ino = 5,
				      .exe_ino_ctime_ns = 6,
				      .exe_ino_mtime_ns = 7,
				      .fd_limit = 1024,
				      .comm = "worker" };
	seed.cmdline_len = 9;
	memcpy(seed.cmdline, "nginx\0-g", 9);
	seed.exe_len = 10;
	memcpy(seed.exe, "/bin/nginx", 10);
	seed.cwd_len = 4;
	memcpy(seed.cwd, "/srv", 4);
	seed.env_len = 4;
	memcpy(seed.env, "A=1", 4);
	seed.cgroups_len = 6;
	memcpy(seed.cgroups, "cpu=/", 6);
	seed.root_len = 1;
	seed.root[0] = '/';
	return seed;
}

static const struct file_sample files[] = {
	{ .pid = 7,
	  .fd = 0,
	  .ino = 4,
	  .dev = 5,
	  .mode = S_IFREG,
	  .open_flags = O_RDWR | O_APPEND,
	  .path_len = 6 },
	{ .pid = 7,
	  .fd = 3,
	  .family = AF_INET,
	  .sock_type = SOCK_STREAM,
	  .protocol = IPPROTO_TCP,
	  .sport = 80,
	  .dport = 4000,
	  .saddr = { 127, 0, 0, 1 },
	  .daddr = { 10, 0, 0, 9 } },
	{ .pid = 7,
	  .fd = 4,
	  .family = AF_INET6,
	  .sock_type = SOCK_DGRAM,
	  .protocol = IPPROTO_UDP,
	  .sport = 53,
	  .saddr = { 1, 2, 3 } },
	{ .pid = 8, .fd = 1, .ino = 77, .mode = S_IFIFO, .path_len = 9 },
};
static const char *const names[] = { "/tmp/a", "", "", "pipe:[77]" };

/* Writes all there is; takes fd. Returns what closing gave. */
static int write_all(int fd, enum capture_packing packing, unsigned rounds)
{
	const struct capture_machine machine = { .cpus = 2, .host = "host7", .boot_epoch_ns = 55 };
	const struct capture_user user = {
		.name = "www-data", .home = "/", .shell = "/bin/sh", .uid = 33
	};
	const struct capture_interface lo = { .name = "lo", .family = AF_INET, .address = { 127 } };
	const struct capture_part part = { "notice", 6 };
	const struct process_seed process = make_process();
	struct capture_writer *writer;
	int rc;

	make_records();
	ck_assert_int_eq(capture_writer_new(fd, packing, &writer), 0);
	capture_write_machine(writer, &machine);
	capture_write_interface(writer, &lo);
	capture_write_user(writer, &user);
	capture_write_group(writer, 34, "www");
	capture_write_process(writer, &process);
	for (size_t i = 0; i < 4; i++)
		capture_write_file(writer, &files[i], names[i]);
	capture_write_item(writer, CAPTURE_ITEM_NOTICE, &part, 1);
	for (unsigned round = 0; round < rounds; round++)
		for (size_t i = 0; i < RECORDS; i++)
			capture_write_record(writer, written[i], written_len[i]);
	rc = capture_writer_close(writer);
	if (rc == 0)
		ck_assert_uint_eq(capture_writer_events(writer), (uint64_t)rounds * RECORDS);
	ck_assert_uint_eq(capture_writer_too_large(writer), 0);
	capture_writer_free(writer);
	return rc;
}

static int new_file(void)
{
	int fd = memfd_create("capture", 0);

	ck_assert_int_ge(fd, 0);
	return fd;
}

START_TEST(test_round_trip)
{
	struct process_seed process = make_process();
	struct capture_error err;
	bool truncated;
	int fd = new_file();

	ck_assert_int_eq(write_all(dup(fd), (enum capture_packing)_i, 1), 0);
	ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
	ck_assert_msg(read_all(fd, &err, &truncated) == 0, "%s", err.text);
	ck_assert(!truncated);
	ck_assert_uint_eq(seen.machines, 1);
	ck_assert_str_eq(seen.machine.host, "host7");
	ck_assert_uint_eq(seen.machine.boot_epoch_ns, 55);
	ck_assert_uint_eq(seen.users, 1);
	ck_assert_uint_eq(seen.uid, 33);
	ck_assert_uint_eq(seen.user_len, 8);
	ck_assert_uint_eq(seen.processes, 1);
	ck_assert_mem_eq(&seen.process, &process, offsetof(struct process_seed, cmdline));
	ck_assert_mem_eq(seen.process.cmdline, process.cmdline, process.cmdline_len);
	ck_assert_mem_eq(seen.process.exe, process.exe, process.exe_len);
	ck_assert_mem_eq(seen.process.env, process.env, process.env_len);
	ck_assert_mem_eq(seen.process.cgroups, process.cgroups, process.cgroups_len);
	ck_assert_uint_eq(seen.files, 4);
	for (size_t i = 0; i < 4; i++) {
		struct file_sample wanted = files[i];

		if (wanted.family)
			wanted.mode = 0;
		ck_assert_msg(memcmp(&seen.sample[i], &wanted, sizeof(wanted)) == 0, "file %zu", i);
		ck_assert_mem_eq(seen.name[i], names[i], wanted.path_len);
	}
	ck_assert_uint_eq(seen.item_len, 6);
	ck_assert_mem_eq(seen.item, "notice", 6);
	ck_assert_uint_eq(seen.items, 2);
	ck_assert_uint_eq(seen.events, 0);
	ck_assert_uint_eq(seen.records, RECORDS);
	for (size_t i = 0; i < RECORDS; i++) {
		ck_assert_uint_eq(seen.record_len[i], written_len[i]);
		ck_assert_mem_eq(seen.record[i], written[i], written_len[i]);
	}
}
END_TEST

static uint8_t *take_bytes(int fd, size_t *ret_len)
{
	off_t len = lseek(fd, 0, SEEK_END);
	uint8_t *data = malloc((size_t)len);

	ck_assert_ptr_nonnull(data);
	ck_assert_int_eq(pread(fd, data, (size_t)len, 0), len);
	close(fd);
	*ret_len = (size_t)len;
	return data;
}

static int file_of(const uint8_t *data, size_t len)
{
	int fd = new_file();

	ck_assert_int_eq(write(fd, data, len), (ssize_t)len);
	ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

/* Cut after every byte: what is whole before that is told, and nothing is wrong but the end. */
START_TEST(test_cut)
{
	struct capture_error err;
	unsigned records = 0;
	bool truncated;
	uint8_t *data;
	size_t len;
	int fd = new_file();

	ck_assert_int_eq(write_all(dup(fd), (enum capture_packing)_i, 1), 0);
	data = take_bytes(fd, &len);
	for (size_t cut = 0; cut < len; cut++) {
		int rc = read_all(file_of(data, cut), &err, &truncated);

		/* Of one byte nobody can tell that it is gzip. */
		if (rc < 0 && _i == CAPTURE_GZIP && cut > 1)
			ck_assert_str_eq(err.text,
					 "byte 0 of the unpacked data: too short to be a capture");
		else if (rc < 0)
			ck_assert_str_eq(err.text, "byte 0: too short to be a capture");
		ck_assert_msg(seen.records >= records, "%zu bytes", cut);
		records = seen.records;
	}
	free(data);
}
END_TEST

/* Every byte changed: told, passed over or refused with its place, and no crash. */
START_TEST(test_changed)
{
	struct capture_error err;
	bool truncated;
	uint8_t *data;
	size_t len;
	int fd = new_file();

	ck_assert_int_eq(write_all(dup(fd), CAPTURE_PLAIN, 1), 0);
	data = take_bytes(fd, &len);
	for (size_t at = 0; at < len; at++) {
		int rc;

		data[at] ^= (uint8_t)(_i ? 0xff : 0x40);
		rc = read_all(file_of(data, len), &err, &truncated);
		if (rc < 0)
			ck_assert_msg(strncmp(err.text, "byte ", 5) == 0, "byte %zu: %s", at,
				      err.text);
		data[at] ^= (uint8_t)(_i ? 0xff : 0x40);
	}
	free(data);
}
END_TEST

/*
 * A limit in the middle of a piece: the file ends with the piece before, and says how much that is.
 */
START_TEST(test_full)
{
	char path[] = "/tmp/saker_capture_XXXXXX";
	const struct rlimit limit = { 700000, 700000 };
	struct capture_error err;
	bool truncated;
	int fd = mkstemp(path);
	pid_t pid;
	int status;

	ck_assert_int_ge(fd, 0);
	pid = fork();
	if (pid == 0) {
		signal(SIGXFSZ, SIG_IGN);
		setrlimit(RLIMIT_FSIZE, &limit);
		_exit(write_all(dup(fd), CAPTURE_PLAIN, 2000) == -EFBIG ? 0 : 1);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
	ck_assert_msg(read_all(fd, &err, &truncated) == 0, "%s", err.text);
	ck_assert(!truncated);
	ck_assert_uint_gt(seen.records, 1000);
	ck_assert_uint_lt(seen.records, 2000 * RECORDS);
	unlink(path);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("capture");

	tcase_set_timeout(tcase, 120);
	tcase_add_loop_test(tcase, test_round_trip, 0, 2);
	tcase_add_loop_test(tcase, test_cut, 0, 2);
	tcase_add_loop_test(tcase, test_changed, 0, 2);
	tcase_add_test(tcase, test_full);
	return run_suite("capture", tcase);
}
