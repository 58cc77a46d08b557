/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The decoder: good records give back what was put in, and every way to break one is refused with
 * nothing written.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "build_record.h"
#include "probe/schema/decode.h"
#include "probe/schema/sample.h"

#define TS_NS UINT64_C(1700000000123456789)
#define LEN(cases) ((int)(sizeof(cases) / sizeof((cases)[0])))
/* Where parts of the record of build_openat() start. */
#define EXT_AT sizeof(struct record_prefix)
#define EXT_LEN (sizeof(struct record_ext) + 16)
#define EVENT_AT (EXT_AT + EXT_LEN)
#define LENGTHS_AT (EVENT_AT + sizeof(struct event_header))

static int nr_of(const char *name)
{
	return syscall_nr(syscall_by_name(name));
}

/* A successful openat of "link" with its path: all 7 parameters, one extension item. */
static size_t build_openat(struct build_record *b)
{
	const struct build_prefix prefix = {
		.ts_ns = TS_NS,
		.pid = 70,
		.tid = 71,
		.ppid = 1,
		.euid = 1000,
		.nr = nr_of("openat"),
		.ret = 3,
		.cls = RECORD_CLASS_OPEN,
		.comm = "fifteen-letters",
	};

	build_record_init(b, EVENT_CODE_SYSCALL_OPENAT_2_X, &prefix);
	build_record_ext(b, RECORD_EXT_PATH, RECORD_EXT_F_RACED, "/real/file", 10);
	build_record_int(b, 3);
	build_record_int(b, -100);
	build_record_text(b, "link");
	build_record_int(b, 4097);
	build_record_int(b, 0644);
	build_record_int(b, 0x801);
	build_record_int(b, 42);
	return build_record_finish(b);
}

START_TEST(test_good)
{
	static struct build_record b;
	size_t len = build_openat(&b);
	struct event event;
	struct event_text name;
	int64_t value;

	ck_assert_int_eq(event_decode(b.data, len, &event), 0);
	ck_assert_str_eq(event.desc->id, "SYSCALL_OPENAT_2_X");
	ck_assert_str_eq(event.syscall->name, "openat");
	ck_assert(event.ts_ns == TS_NS && event.tid == 71);
	ck_assert(event.prefix.pid == 70 && event.prefix.euid == 1000 && event.prefix.ret == 3);
	ck_assert_str_eq(event.prefix.comm, "fifteen-letters");
	ck_assert_uint_eq(event.params_len, 7);
	ck_assert(event.raw == b.data && event.raw_len == len);
	ck_assert(event.path.len == 10 && memcmp(event.path.data, "/real/file", 10) == 0);
	ck_assert_uint_eq(event.path.flags, RECORD_EXT_F_RACED);
	ck_assert(!event.path_in_fs.data && !event.exe.data && !event.has_file_id);

	ck_assert_int_eq(event_param_int(&event, "dirfd", &value), 0);
	ck_assert_int_eq(value, -100);
	ck_assert_int_eq(event_param_int(&event, "flags", &value), 0);
	ck_assert_int_eq(value, 4097);
	ck_assert_int_eq(event_param_int(&event, "nothing", &value), -ENOENT);
	ck_assert_int_eq(event_param_int(&event, "name", &value), -EINVAL);
	name = event_param_text(&event, "name");
	ck_assert(name.len == 4 && memcmp(name.data, "link", 4) == 0);
	ck_assert_ptr_null(event_param_text(&event, "fd").data);
	ck_assert_ptr_null(event_param_text(&event, "nothing").data);
}
END_TEST

/* One change of a good record; the check word is made right again unless said otherwise. */
struct bad_case {
	const char *name;
	size_t at;    /* offset in the record */
	size_t width; /* bytes written there */
	uint64_t value;
	int len_change;     /* of the length that is passed */
	uint8_t keep_check; /* the check word stays as it was */
};
#define FIELD(member) .at = offsetof(struct record_prefix, member)
#define HEADER(member) .at = EVENT_AT + offsetof(struct event_header, member)
static const struct bad_case bad_cases[] = {
	{ .name = "one byte short", .len_change = -1 },
	{ .name = "one byte long", .len_change = 1 },
	{ .name = "check word", FIELD(check), .width = 4, .value = 0, .keep_check = 1 },
	{ .name = "magic", FIELD(check), .width = 2, .value = 0x1234, .keep_check = 1 },
	{ .name = "total too small", FIELD(total_len), .width = 4, .value = 200 },
	{ .name = "total too large", FIELD(total_len), .width = 4, .value = 70000 },
	{ .name = "total huge", FIELD(total_len), .width = 4, .value = UINT32_MAX },
	{ .name = "prefix too short", FIELD(prefix_len), .width = 2, .value = 136 },
	{ .name = "prefix longer than the record", FIELD(prefix_len), .width = 2, .value = 65528 },
	{ .name = "prefix not padded", FIELD(prefix_len), .width = 2, .value = 145 },
	{ .name = "extension not padded", FIELD(ext_len), .width = 2, .value = EXT_LEN - 1 },
	{ .name = "extension longer than the record", FIELD(ext_len), .width = 2, .value = 65528 },
	{ .name = "extension shorter than its item", FIELD(ext_len), .width = 2, .value = 8 },
	{ .name = "extension shorter than an item header", FIELD(ext_len), .width = 2, .value = 4 },
	{ .name = "no extension", FIELD(ext_len), .width = 2, .value = 0 },
	{ .name = "class", FIELD(cls), .width = 1, .value = RECORD_CLASS_COUNT },
	{ .name = "tid of the prefix", FIELD(tid), .width = 4, .value = 72 },
	{ .name = "comm without NUL", FIELD(comm) + 15, .width = 1, .value = 1 },
	{ .name = "item type 0", .at = EXT_AT, .width = 1, .value = RECORD_EXT_NONE },
	{ .name = "item longer than the extension", .at = EXT_AT + 2, .width = 2, .value = 17 },
	{ .name = "item longest", .at = EXT_AT + 2, .width = 2, .value = UINT16_MAX },
	{ .name = "file id of another size",
	  .at = EXT_AT,
	  .width = 1,
	  .value = RECORD_EXT_FILE_ID },
	{ .name = "opcode of another size",
	  .at = EXT_AT,
	  .width = 1,
	  .value = RECORD_EXT_URING_OP },
	{ .name = "time", HEADER(ts_ns), .width = 8, .value = 1, .keep_check = 1 },
	{ .name = "tid of the event", HEADER(tid), .width = 8, .value = 72 },
	{ .name = "tid of the event beyond 32 bits",
	  HEADER(tid),
	  .width = 8,
	  .value = 1ull << 32 | 71 },
	{ .name = "event too short", HEADER(len), .width = 4, .value = 26 },
	{ .name = "event too long", HEADER(len), .width = 4, .value = 65536 },
	{ .name = "unknown event", HEADER(type), .width = 2, .value = EVENT_CODE_COUNT },
	{ .name = "last event code", HEADER(type), .width = 2, .value = UINT16_MAX },
	{ .name = "another event", HEADER(type), .width = 2, .value = EVENT_CODE_SYSCALL_CLOSE_X },
	{ .name = "more parameters", HEADER(nparams), .width = 4, .value = 8 },
	{ .name = "many parameters", HEADER(nparams), .width = 4, .value = UINT32_MAX },
	{ .name = "parameters that wrap", HEADER(nparams), .width = 4, .value = 0x80000001 },
	{ .name = "fewer parameters, same bytes", HEADER(nparams), .width = 4, .value = 6 },
	{ .name = "no parameters, same bytes", HEADER(nparams), .width = 4, .value = 0 },
	{ .name = "int64 of 7 bytes", .at = LENGTHS_AT, .width = 2, .value = 7 },
	{ .name = "int64 of 9 bytes", .at = LENGTHS_AT + 2, .width = 2, .value = 9 },
	{ .name = "text that ends late", .at = LENGTHS_AT + 4, .width = 2, .value = 6 },
	{ .name = "text of all bytes", .at = LENGTHS_AT + 4, .width = 2, .value = UINT16_MAX },
	{ .name = "uint32 of 8 bytes", .at = LENGTHS_AT + 6, .width = 2, .value = 8 },
	{ .name = "last one missing, its bytes there",
	  .at = LENGTHS_AT + 12,
	  .width = 2,
	  .value = 0 },
};

/* Makes the check word fit the record's other fields, so that one check is tried at a time. */
static void fix_check(uint8_t *data)
{
	struct record_prefix prefix;
	struct event_header header;
	uint32_t check;

	memcpy(&prefix, data, sizeof(prefix));
	memcpy(&header, data + EVENT_AT, sizeof(header));
	check = record_check(prefix.total_len, prefix.tid, header.ts_ns);
	memcpy(data + offsetof(struct record_prefix, check), &check, sizeof(check));
}

START_TEST(test_bad)
{
	static struct build_record b;
	const struct bad_case *c = &bad_cases[_i];
	size_t len = build_openat(&b);
	struct event event;
	uint8_t *copy;

	memcpy(b.data + c->at, &c->value, c->width);
	if (!c->keep_check)
		fix_check(b.data);
	len += (size_t)c->len_change;
	/* A block of exactly that size: the sanitizer sees a read beyond it. */
	copy = malloc(len);
	memcpy(copy, b.data, len);
	memset(&event, 0x55, sizeof(event));
	ck_assert_msg(event_decode(copy, len, &event) == -EBADMSG, "%s: taken", c->name);
	for (size_t i = 0; i < sizeof(event); i++)
		ck_assert_msg(((const uint8_t *)&event)[i] == 0x55, "%s: touched", c->name);
	free(copy);
}
END_TEST

/* The same with the total right: each shorter record is a whole one with wrong sums. */
START_TEST(test_truncated)
{
	static struct build_record b;
	size_t len = build_openat(&b);

	for (size_t cut = 0; cut < len; cut++) {
		uint8_t *copy = malloc(cut > 0 ? cut : 1);
		uint32_t total = (uint32_t)cut;
		struct event event;

		memcpy(copy, b.data, cut);
		if (cut >= 8)
			memcpy(copy + offsetof(struct record_prefix, total_len), &total, 4);
		ck_assert_msg(event_decode(copy, cut, &event) == -EBADMSG, "%zu bytes", cut);
		free(copy);
	}
}
END_TEST

/* One parameter of given bytes in an event that is otherwise empty. */
struct param_case {
	const char *name;
	const char *event;
	const char *param;
	size_t len;
	uint8_t bytes[64];
	int result;
};
static const struct param_case param_cases[] = {
	{ "fd of 8", "SYSCALL_CLOSE_X", "fd", 8, { 3 }, 0 },
	{ "fd of 4", "SYSCALL_CLOSE_X", "fd", 4, { 3 }, -EBADMSG },
	{ "fd unknown", "SYSCALL_CLOSE_X", "fd", 0, { 0 }, 0 },
	{ "sigtype of 1", "SYSCALL_KILL_X", "sig", 1, { 9 }, 0 },
	{ "sigtype of 2", "SYSCALL_KILL_X", "sig", 2, { 9 }, -EBADMSG },
	{ "ipv6 of 16", "ITER_TASK_FILE_SOCKET_INET6_E", "local_ip", 16, { 0 }, 0 },
	{ "ipv6 of 15", "ITER_TASK_FILE_SOCKET_INET6_E", "local_ip", 15, { 0 }, -EBADMSG },
	{ "data of any size", "SYSCALL_READ_X", "data", 5, "abcde", 0 },
	{ "IPv4 address", "SOCKET_BIND_X", "addr", 7, { AF_INET }, 0 },
	{ "IPv4 address cut", "SOCKET_BIND_X", "addr", 6, { AF_INET }, -EBADMSG },
	{ "IPv6 address", "SOCKET_BIND_X", "addr", 19, { AF_INET6 }, 0 },
	{ "IPv6 address long", "SOCKET_BIND_X", "addr", 20, { AF_INET6 }, -EBADMSG },
	{ "unix address", "SOCKET_BIND_X", "addr", 4, { AF_UNIX, '/', 'x' }, 0 },
	{ "other family", "SOCKET_BIND_X", "addr", 1, { AF_NETLINK }, 0 },
	{ "IPv4 tuple", "SOCKET_CONNECT_X", "tuple", 13, { AF_INET }, 0 },
	{ "IPv4 tuple cut", "SOCKET_CONNECT_X", "tuple", 12, { AF_INET }, -EBADMSG },
	{ "IPv6 tuple", "SOCKET_CONNECT_X", "tuple", 37, { AF_INET6 }, 0 },
	{ "IPv6 tuple cut", "SOCKET_CONNECT_X", "tuple", 36, { AF_INET6 }, -EBADMSG },
	{ "unix tuple", "SOCKET_CONNECT_X", "tuple", 17, { AF_UNIX }, 0 },
	{ "unix tuple cut", "SOCKET_CONNECT_X", "tuple", 16, { AF_UNIX }, -EBADMSG },
	{ "fd list of 0", "SYSCALL_POLL_X", "fds", 2, { 0 }, 0 },
	{ "fd list of 2", "SYSCALL_POLL_X", "fds", 22, { 2 }, 0 },
	{ "fd list says 3", "SYSCALL_POLL_X", "fds", 22, { 3 }, -EBADMSG },
	{ "fd list of 1 byte", "SYSCALL_POLL_X", "fds", 1, { 0 }, -EBADMSG },
};

static int decode_param(const struct param_case *c, struct build_record *b, struct event *ret_event)
{
	const struct event_desc *desc = event_by_id(c->event);
	int index;

	ck_assert_msg(desc, "no event %s", c->event);
	index = event_param_index(desc, c->param);
	ck_assert_msg(index >= 0, "%s has no %s", c->event, c->param);
	build_record_init(b, desc->code, &(struct build_prefix){ .pid = 5, .nr = -1 });
	for (int i = 0; i < index; i++)
		build_record_empty(b);
	build_record_bytes(b, c->bytes, c->len);
	return event_decode(b->data, build_record_finish(b), ret_event);
}

START_TEST(test_param)
{
	static struct build_record b;
	const struct param_case *c = &param_cases[_i];
	struct event event;
	int r = decode_param(c, &b, &event);

	ck_assert_msg(r == c->result, "%s: %d", c->name, r);
}
END_TEST

/* Numbers come out with the sign of their type. */
struct value_case {
	struct param_case param; /* name is that of the case */
	int64_t value;
};
static const struct value_case value_cases[] = {
	{ { "int16", "SYSCALL_SEMOP_X", "sem_op_0", 2, { 0xff, 0xff }, 0 }, -1 },
	{ { "int32", "SYSCALL_SEMOP_X", "semid", 4, { 0xfe, 0xff, 0xff, 0xff }, 0 }, -2 },
	{ { "fd32", "ITER_TASK_FILE_PIPE_E", "fd", 4, { 0xff, 0xff, 0xff, 0xff }, 0 }, -1 },
	{ { "uint8", "PROCEXIT_1_E", "core", 1, { 0xff }, 0 }, 255 },
	{ { "uint32", "SYSCALL_READ_X", "size", 4, { 0xff, 0xff, 0xff, 0xff }, 0 }, UINT32_MAX },
	{ { "uint64", "SYSCALL_OPEN_X", "ino", 8, { 1, 2 }, 0 }, 0x201 },
	{ { "errno",
	    "SYSCALL_READ_X",
	    "res",
	    8,
	    { 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
	    0 },
	  -2 },
	{ { "flags16", "SYSCALL_CREAT_X", "creat_flags", 2, { 2 }, 0 }, 2 },
};

START_TEST(test_value)
{
	static struct build_record b;
	const struct value_case *c = &value_cases[_i];
	struct event event;
	int64_t value = 77;

	ck_assert_int_eq(decode_param(&c->param, &b, &event), 0);
	ck_assert_int_eq(event_param_int(&event, c->param.param, &value), 0);
	ck_assert_msg(value == c->value, "%s: %lld", c->param.name, (long long)value);
}
END_TEST

/* Files of older versions lack parameters at the end; those are unknown, not an error. */
/* What a call moved: its result, or what the event of one of its messages says. */
static const struct moved_case {
	const char *row;
	int64_t ret, res;
	int64_t bytes; /* -1: it moved none */
} moved_cases[] = {
	{ "read", 100, 100, 100 },    { "write", 0, 0, 0 },      { "sendto", -11, -11, -1 },
	{ "close", 0, 0, -1 },        { "sendmmsg", 3, 50, 50 }, { "recvmmsg", 1, 0, 0 },
	{ "recvmmsg", -11, -11, -1 }, { "sendmmsg", 3, -5, -1 },
};

START_TEST(test_moved)
{
	const struct moved_case *c = &moved_cases[_i];
	const struct syscall_desc *row = syscall_by_name(c->row);
	static struct build_record b;
	struct event event;
	uint64_t bytes = 77;
	int rc;

	build_record_init(&b, row->exit_event,
			  &(struct build_prefix){ .pid = 5, .nr = syscall_nr(row), .ret = c->ret });
	build_record_int(&b, c->res);
	ck_assert_int_eq(event_decode(b.data, build_record_finish(&b), &event), 0);
	rc = event_moved(&event, &bytes);
	ck_assert_msg(rc == (c->bytes < 0 ? -ENOENT : 0), "%s: %d", c->row, rc);
	ck_assert_int_eq((int64_t)bytes, c->bytes < 0 ? 77 : c->bytes);
}
END_TEST

START_TEST(test_missing_tail)
{
	static struct build_record b;
	size_t len = build_openat(&b);
	struct event_header header;
	struct record_prefix prefix;
	struct event event;
	int64_t value;

	/* Without dev and ino: two lengths and 12 bytes less. */
	memcpy(&header, b.data + EVENT_AT, sizeof(header));
	header.nparams = 5;
	header.len -= 2 * sizeof(uint16_t) + 12;
	memcpy(b.data + EVENT_AT, &header, sizeof(header));
	memmove(b.data + LENGTHS_AT + 10, b.data + LENGTHS_AT + 14, len - LENGTHS_AT - 14);
	len -= 2 * sizeof(uint16_t) + 12;
	memcpy(&prefix, b.data, sizeof(prefix));
	prefix.total_len = (uint32_t)len;
	memcpy(b.data, &prefix, sizeof(prefix));
	fix_check(b.data);
	ck_assert_int_eq(event_decode(b.data, len, &event), 0);
	ck_assert_uint_eq(event.params_len, 5);
	ck_assert_int_eq(event_param_int(&event, "mode", &value), 0);
	ck_assert_int_eq(value, 0644);
	ck_assert_int_eq(event_param_int(&event, "ino", &value), -ENOENT);
}
END_TEST

/* A prefix of a newer writer is longer: what it adds is skipped, and padded like the rest. */
START_TEST(test_longer_prefix)
{
	static const uint16_t more[] = { 8, 7 };
	static struct build_record b;
	static uint8_t data[RECORD_MAX_BYTES];

	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
		size_t len = build_openat(&b) + more[i];
		struct record_prefix prefix;
		struct event event;

		memcpy(&prefix, b.data, sizeof(prefix));
		prefix.prefix_len += more[i];
		prefix.total_len = (uint32_t)len;
		prefix.check = record_check(prefix.total_len, prefix.tid, TS_NS);
		memcpy(data, &prefix, sizeof(prefix));
		memset(data + sizeof(prefix), 0xff, more[i]);
		memcpy(data + sizeof(prefix) + more[i], b.data + sizeof(prefix),
		       len - sizeof(prefix) - more[i]);
		ck_assert_int_eq(event_decode(data, len, &event), more[i] % 8 ? -EBADMSG : 0);
		if (more[i] % 8 == 0)
			ck_assert_uint_eq(event.path.len, 10);
	}
}
END_TEST

/* A length that points behind the record's end: nothing there is read (seen by the sanitizer). */
START_TEST(test_overrun)
{
	static struct build_record b;
	const struct build_prefix prefix = { .pid = 5, .nr = -1 };
	size_t addr_at = sizeof(struct record_prefix) + sizeof(struct event_header) + 2;
	const uint16_t wrong = 7;
	struct event event;
	uint8_t *copy;
	size_t len;

	build_record_init(&b, EVENT_CODE_SOCKET_BIND_X, &prefix);
	len = build_record_finish(&b);
	copy = malloc(len);
	memcpy(copy, b.data, len);
	ck_assert_int_eq(event_decode(copy, len, &event), 0);
	memcpy(copy + addr_at, &wrong, sizeof(wrong));
	ck_assert_int_eq(event_decode(copy, len, &event), -EBADMSG);
	free(copy);
}
END_TEST

/* Every item of the extension, and one of a newer writer between them. */
START_TEST(test_extension)
{
	static struct build_record b;
	const struct record_file_id id = { .ino = 9, .dev = 0x801, .mode = 0100644 };
	struct event event;

	build_record_init(&b, EVENT_CODE_SYSCALL_OPEN_X,
			  &(struct build_prefix){ .pid = 1, .nr = -1 });
	build_record_ext(&b, RECORD_EXT_PATH_IN_FS, 0, "/in", 3);
	build_record_ext(&b, 200, 0, "newer", 5);
	build_record_ext(&b, RECORD_EXT_EXE, RECORD_EXT_F_DELETED, "/bin/x", 6);
	build_record_ext(&b, RECORD_EXT_FILE_ID, 0, &id, sizeof(id));
	build_record_ext(&b, RECORD_EXT_URING_OP, RECORD_EXT_F_FIXED_RESULT, "\x12", 1);
	ck_assert_int_eq(event_decode(b.data, build_record_finish(&b), &event), 0);
	ck_assert(!event.path.data);
	ck_assert(event.path_in_fs.len == 3 && memcmp(event.path_in_fs.data, "/in", 3) == 0);
	ck_assert(event.exe.len == 6 && memcmp(event.exe.data, "/bin/x", 6) == 0);
	ck_assert_uint_eq(event.exe.flags, RECORD_EXT_F_DELETED);
	ck_assert_uint_eq(event.has_uring_op, 1);
	ck_assert_uint_eq(event.uring_op, 0x12);
	ck_assert_uint_eq(event.uring_flags, RECORD_EXT_F_FIXED_RESULT);
	ck_assert(event.has_file_id && event.file_id.ino == 9 && event.file_id.mode == 0100644);
}
END_TEST

/* Which row of the syscall table an event gets. */
START_TEST(test_syscall)
{
	static struct build_record b;
	struct build_prefix prefix = { .pid = 4, .nr = nr_of("getppid") };
	struct event event;

	build_record_init(&b, EVENT_CODE_GENERIC_X, &prefix);
	ck_assert_int_eq(event_decode(b.data, build_record_finish(&b), &event), 0);
	ck_assert_str_eq(event.syscall->name, "getppid");

	prefix.nr = -1;
	build_record_init(&b, EVENT_CODE_PROCEXIT_1_E, &prefix);
	ck_assert_int_eq(event_decode(b.data, build_record_finish(&b), &event), 0);
	ck_assert_ptr_null(event.syscall);

	/* A 32-bit task: the number is that of the same 64-bit call, the native one a parameter. */
	prefix.nr = nr_of("getppid");
	prefix.flags = RECORD_F_COMPAT;
	build_record_init(&b, EVENT_CODE_GENERIC_X, &prefix);
	build_record_int(&b, syscall_by_name("getppid")->sc);
	build_record_int(&b, 64);
	ck_assert_int_eq(event_decode(b.data, build_record_finish(&b), &event), 0);
	ck_assert_str_eq(event.syscall->name, "getppid");
#if defined(__x86_64__)
	prefix.nr = nr_of("sigaction");
	ck_assert_int_ge(prefix.nr, SYSCALL_NR_COMPAT);
	build_record_init(&b, EVENT_CODE_GENERIC_X, &prefix);
	ck_assert_int_eq(event_decode(b.data, build_record_finish(&b), &event), 0);
	ck_assert_str_eq(event.syscall->name, "sigaction");
#endif
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("decode");
	TCase *tcase = tcase_create("decode");
	SRunner *runner;
	int failed;

	tcase_add_test(tcase, test_good);
	tcase_add_loop_test(tcase, test_bad, 0, LEN(bad_cases));
	tcase_add_test(tcase, test_truncated);
	tcase_add_loop_test(tcase, test_param, 0, LEN(param_cases));
	tcase_add_loop_test(tcase, test_value, 0, LEN(value_cases));
	tcase_add_loop_test(tcase, test_moved, 0, LEN(moved_cases));
	tcase_add_test(tcase, test_missing_tail);
	tcase_add_test(tcase, test_longer_prefix);
	tcase_add_test(tcase, test_overrun);
	tcase_add_test(tcase, test_extension);
	tcase_add_test(tcase, test_syscall);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
