/* SPDX-License-Identifier: Apache-2.0 */
#include "expect.h"

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>
#include "probe/schema/render.h"
#include "watch.h"
#include "state/rules/rules.h"

#define PARAMS_MAX 32
#define BYTES_MAX 4200
#define EVENTS_MAX 4
#define LINE_MAX_BYTES 1024

enum expect_kind { EXPECT_INT, EXPECT_RANGE, EXPECT_BYTES, EXPECT_UNIX_TUPLE, EXPECT_ANY };

struct expect_param {
	char name[32];
	enum expect_kind kind;
	int64_t low, high;
	size_t len;
	uint8_t bytes[BYTES_MAX];
};

struct expect {
	int nr;
	int64_t ret;
	uint64_t tid; /* 0: the child itself */
	uint16_t flags;
	uint8_t path_flags;
	bool has_file, has_args, absent;
	uint64_t args[6]; /* registers: the C library may make the same call, too */
	struct record_file_id file;
	char path[4096], path_in_fs[4096], exe[4096], line[LINE_MAX_BYTES];
	size_t len;
	struct expect_param params[PARAMS_MAX];
};

/* Shared between test and child; one case at a time. */
static struct {
	size_t len;
	struct expect events[EVENTS_MAX];
} * shared;
/* The event that is being written down, or compared. */
static struct expect *expect;

void expect_another(void)
{
	if (shared->len == EVENTS_MAX)
		abort();
	expect = &shared->events[shared->len++];
}

long expect_call(long nr, const long *args)
{
	long ret;

	if (!expect_has(nr))
		return -ENOSYS;
	ret = syscall(nr, args[0], args[1], args[2], args[3], args[4], args[5]);
	if (ret == -1)
		ret = -errno;
	expect_event((int)nr, ret);
	for (size_t i = 0; i < 6; i++)
		expect->args[i] = (uint64_t)args[i];
	expect->has_args = true;
	return ret;
}

bool expect_has(long nr)
{
	expect->absent |= CALL_IS_ABSENT(nr);
	return !expect->absent;
}

int expect_absent(void)
{
	expect->absent = true;
	return 0;
}

void expect_event(int nr, int64_t ret)
{
	expect->nr = nr;
	expect->ret = ret;
}

void expect_tid(uint64_t tid)
{
	expect->tid = tid;
}

static struct expect_param *expect_next(const char *name, enum expect_kind kind)
{
	struct expect_param *param = &expect->params[expect->len];

	if (expect->len == PARAMS_MAX)
		abort();
	expect->len++;
	snprintf(param->name, sizeof(param->name), "%s", name);
	param->kind = kind;
	return param;
}

void expect_int(const char *name, int64_t value)
{
	expect_next(name, EXPECT_INT)->low = value;
}

void expect_range(const char *name, int64_t low, int64_t high)
{
	struct expect_param *param = expect_next(name, EXPECT_RANGE);

	param->low = low;
	param->high = high;
}

void expect_bytes(const char *name, const void *data, size_t len)
{
	struct expect_param *param = expect_next(name, EXPECT_BYTES);

	if (len > BYTES_MAX)
		abort();
	param->len = len;
	if (len)
		memcpy(param->bytes, data, len);
}

void expect_text(const char *name, const char *text)
{
	expect_bytes(name, text, strlen(text) + 1);
}

void expect_unix_tuple(unsigned ends, const char *path)
{
	struct expect_param *param = expect_next("tuple", EXPECT_UNIX_TUPLE);

	param->low = ends;
	param->len = strlen(path) + 1;
	memcpy(param->bytes, path, param->len);
}

void expect_none(const char *name)
{
	expect_bytes(name, NULL, 0);
}

void expect_any(const char *name)
{
	expect_next(name, EXPECT_ANY);
}

void expect_line(const char *line)
{
	snprintf(expect->line, sizeof(expect->line), "%s", line);
}

void expect_path(const char *path)
{
	snprintf(expect->path, sizeof(expect->path), "%s", path);
}

void expect_path_in_fs(const char *path)
{
	snprintf(expect->path_in_fs, sizeof(expect->path_in_fs), "%s", path);
}

void expect_exe(const char *path)
{
	snprintf(expect->exe, sizeof(expect->exe), "%s", path);
}

void expect_path_flags(uint8_t flags)
{
	expect->path_flags = flags;
}

void expect_flags(uint16_t flags)
{
	expect->flags = flags;
}

void expect_file_of(int fd)
{
	struct stat st;

	if (expect->absent)
		return;
	if (fstat(fd, &st) < 0)
		abort();
	expect->has_file = true;
	expect->file.ino = st.st_ino;
	expect->file.mode = st.st_mode;
	expect->file.dev = (minor(st.st_dev) & 0xff) | major(st.st_dev) << 8 |
			   (minor(st.st_dev) & ~0xffu) << 12;
}

size_t expect_sockaddr(uint8_t *at, const void *addr, size_t len)
{
	const struct sockaddr_in *in = addr;
	const struct sockaddr_in6 *in6 = addr;
	const struct sockaddr_un *un = addr;
	uint16_t port;

	at[0] = (uint8_t)in->sin_family;
	if (in->sin_family == AF_INET) {
		port = ntohs(in->sin_port);
		memcpy(at + 1, &in->sin_addr, 4);
		memcpy(at + 5, &port, 2);
		return 7;
	}
	if (in->sin_family == AF_INET6) {
		port = ntohs(in6->sin6_port);
		memcpy(at + 1, &in6->sin6_addr, 16);
		memcpy(at + 17, &port, 2);
		return 19;
	}
	len -= offsetof(struct sockaddr_un, sun_path);
	memcpy(at + 1, un->sun_path, len);
	if (!un->sun_path[0])
		at[1] = '@';
	else
		len = strnlen(un->sun_path, len);
	at[1 + len] = 0;
	return 2 + len;
}

size_t expect_tuple(uint8_t *at, const void *source, const void *destination)
{
	size_t len = expect_sockaddr(at, source, 0);
	uint8_t other[160];
	size_t more = expect_sockaddr(other, destination, 0) - 1;

	memcpy(at + len, other + 1, more);
	return len + more;
}

/* Family, the kernel's addresses of source and destination, the name. */
static void compare_unix_tuple(const char *name, const struct event_param *have,
			       const struct expect_param *want)
{
	uint64_t ends[2];
	size_t before = 1 + sizeof(ends);

	ck_assert_msg(have->len == before + want->len, "%s: the tuple has %u bytes, not %zu", name,
		      have->len, before + want->len);
	ck_assert_msg(have->data[0] == AF_UNIX, "%s: the tuple is of family %u", name,
		      have->data[0]);
	memcpy(ends, have->data + 1, sizeof(ends));
	ck_assert_msg(!ends[0] == !(want->low & EXPECT_SOURCE) &&
			      !ends[1] == !(want->low & EXPECT_DESTINATION) && ends[0] != ends[1],
		      "%s: sockets %#lx and %#lx", name, (unsigned long)ends[0],
		      (unsigned long)ends[1]);
	ck_assert_msg(memcmp(have->data + before, want->bytes, want->len) == 0,
		      "%s: the tuple's name is '%s', not '%s'", name,
		      (const char *)have->data + before, (const char *)want->bytes);
}

static void compare_param(const char *name, const struct event *event, size_t i)
{
	const struct expect_param *want = &expect->params[i];
	const struct event_param *have = &event->params[i];
	int64_t value = 0;

	ck_assert_msg(strcmp(event->desc->params[i].name, want->name) == 0,
		      "%s: parameter %zu is %s, not %s", name, i, event->desc->params[i].name,
		      want->name);
	switch (want->kind) {
	case EXPECT_ANY: return;
	case EXPECT_UNIX_TUPLE: compare_unix_tuple(name, have, want); return;
	case EXPECT_BYTES:
		ck_assert_msg(have->len == want->len, "%s: %s has %u bytes, not %zu: %.*s", name,
			      want->name, have->len, want->len, (int)have->len,
			      (const char *)have->data);
		ck_assert_msg(memcmp(have->data, want->bytes, want->len) == 0,
			      "%s: %s is '%.*s', not '%.*s'", name, want->name, (int)have->len,
			      (const char *)have->data, (int)want->len, (const char *)want->bytes);
		return;
	case EXPECT_INT:
	case EXPECT_RANGE:
		ck_assert_msg(event_param_int(event, want->name, &value) == 0,
			      "%s: %s is no number", name, want->name);
		if (want->kind == EXPECT_INT)
			ck_assert_msg(value == want->low, "%s: %s is %ld, not %ld", name,
				      want->name, (long)value, (long)want->low);
		else
			ck_assert_msg(value >= want->low && value <= want->high,
				      "%s: %s is %ld, not in %ld..%ld", name, want->name,
				      (long)value, (long)want->low, (long)want->high);
	}
}

static void compare_text(const char *name, const char *what, const struct event_text *have,
			 const char *want)
{
	size_t len = strlen(want);

	ck_assert_msg(have->len == len && (!len || memcmp(have->data, want, len) == 0),
		      "%s: %s is '%.*s', not '%s'", name, what, (int)have->len,
		      have->data ? have->data : "", want);
}

static void compare_extension(const char *name, const struct event *event)
{
	uint16_t marks = RECORD_F_CUT | RECORD_F_UNREADABLE | RECORD_F_CHILD | RECORD_F_KTHREAD |
			 RECORD_F_COMPAT;

	compare_text(name, "path", &event->path, expect->path);
	compare_text(name, "path in the file system", &event->path_in_fs, expect->path_in_fs);
	compare_text(name, "executable", &event->exe, expect->exe);
	ck_assert_msg(event->path.flags == expect->path_flags, "%s: path flags %u, not %u", name,
		      event->path.flags, expect->path_flags);
	ck_assert_msg(event->has_file_id == expect->has_file, "%s: file identity %d", name,
		      event->has_file_id);
	if (expect->has_file) {
		ck_assert_msg(event->file_id.ino == expect->file.ino, "%s: inode", name);
		ck_assert_msg(event->file_id.dev == expect->file.dev, "%s: device %x, not %x", name,
			      event->file_id.dev, expect->file.dev);
		ck_assert_msg(event->file_id.mode == expect->file.mode, "%s: mode", name);
	}
	ck_assert_msg((event->prefix.flags & marks) == expect->flags, "%s: record flags %x, not %x",
		      name, event->prefix.flags, expect->flags);
}

static void compare_line(const char *name, const struct event *event)
{
	char line[LINE_MAX_BYTES];
	struct text_buf buf;

	if (!expect->line[0])
		return;
	text_buf_init(&buf, line, sizeof(line));
	event_args_render(event, NULL, &buf);
	ck_assert_msg(rules_name_fits(expect->line, line), "%s: \"%s\", expected \"%s\"", name,
		      line, expect->line);
}

static const struct event *expect_find(void)
{
	uint64_t tid = expect->tid ? expect->tid : (uint64_t)watch.pid;

	for (size_t i = watch.len; i-- > 0;) {
		const struct record_prefix *prefix = &watch.events[i].prefix;

		if (prefix->tid == tid && prefix->nr == expect->nr && prefix->ret == expect->ret &&
		    (!expect->has_args ||
		     memcmp(prefix->args, expect->args, sizeof(expect->args)) == 0))
			return &watch.events[i];
	}
	return NULL;
}

static void compare(const char *name)
{
	const struct event *event = expect_find();

	ck_assert_msg(event, "%s: no event of call %d with result %ld among %zu", name, expect->nr,
		      (long)expect->ret, watch.len);
	ck_assert_msg(event->params_len == expect->len, "%s: %zu parameters, not %zu", name,
		      event->params_len, expect->len);
	ck_assert_uint_eq(event->desc->params_len, expect->len);
	for (size_t i = 0; i < expect->len; i++)
		compare_param(name, event, i);
	compare_extension(name, event);
	compare_line(name, event);
}

/*
 * All pages present: a program cannot wait for one, and a call that fails early has not read what
 * it was given.
 */
static int work_with_pages(void *arg)
{
	const struct expect_case *c = arg;

	if (mlockall(MCL_CURRENT) < 0 || munlockall() < 0)
		abort();
	return c->work(NULL);
}

bool expect_run(const struct expect_case *c)
{
	int status;

	if (!shared) {
		shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		ck_assert_ptr_ne(shared, MAP_FAILED);
	}
	memset(shared, 0, sizeof(*shared));
	for (size_t i = 0; i < EVENTS_MAX; i++)
		shared->events[i].nr = -2;
	expect_another();
	status = watch_run(work_with_pages, (void *)(uintptr_t)c);
	for (size_t i = 0; i < shared->len; i++) {
		if (shared->events[i].absent)
			return false;
	}
	ck_assert_msg(status == 0, "%s: the child ended with %d", c->name, status);
	for (size_t i = 0; i < shared->len; i++) {
		expect = &shared->events[i];
		compare(c->name);
	}
	return true;
}
