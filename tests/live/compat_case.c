/* SPDX-License-Identifier: Apache-2.0 */
#include "compat_case.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "compat/messages.h"
#include "ledger.h"
#include "live_probe.h"
#include "probe/schema/event.h"
#include "probe/schema/render.h"
#include "watch.h"

void compat_program_find(const char *name, char *path, size_t size)
{
	size_t name_bytes = strlen(name) + 1;
	ssize_t len = size > name_bytes ? readlink("/proc/self/exe", path, size - name_bytes) : 0;
	char *slash;

	if (len <= 0)
		abort();
	path[len] = '\0';
	slash = strrchr(path, '/');
	if (!slash)
		abort();
	memcpy(slash + 1, name, name_bytes);
}

const struct event *compat_find(const char *row, int err)
{
	for (size_t i = watch.len; i-- > 0;) {
		const struct event *event = &watch.events[i];

		if (event->prefix.flags & RECORD_F_COMPAT && event->syscall &&
		    strcmp(event->syscall->name, row) == 0 &&
		    (err ? event->prefix.ret == -err : event->prefix.ret >= 0))
			return event;
	}
	return NULL;
}

void compat_check_line(const char *name, const char *row, int err, const char *line)
{
	const struct event *event = compat_find(row, err);
	struct text_buf buf;
	char text[1024];

	ck_assert_msg(event, "%s: no event of %s", name, row);
	text_buf_init(&buf, text, sizeof(text));
	event_args_render(event, NULL, &buf);
	ck_assert_msg(strncmp(text, line, strlen(line)) == 0, "%s: \"%s\", expected \"%s\"", name,
		      text, line);
}

static void check_row(struct ledger *ledger, pid_t pid, const struct compat_count *count,
		      uint64_t calls_before)
{
	int nr = syscall_nr(syscall_by_name(count->row));
	struct call_count sum;

	/* A call that the table of 64-bit programs lacks on this machine. */
	if (nr < 0)
		return;
	sum = ledger_process_sum(ledger, pid, nr);
	if (nr == SYS_write)
		sum.calls -= calls_before;
	ck_assert_msg(sum.calls == count->calls && sum.errors == count->errors,
		      "%s: %llu calls, %llu errors", count->row, sum.calls, sum.errors);
}

/* What the program moves over loopback in each direction. */
static uint64_t net_bytes(const struct compat_count *counts, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (strcmp(counts[i].row, "sendmmsg") == 0)
			return (uint64_t)counts[i].calls * MESSAGES_BYTES;
	ck_abort_msg("the program sends nothing");
}

void compat_check_counts(int (*run)(void *arg), char write_fd[16],
			 const struct compat_count *counts, size_t len)
{
	struct ledger ledger;
	struct live_child child;
	uint64_t writes, bytes;
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	snprintf(write_fd, 16, "%d", ends[1]);
	ledger_init(&ledger);
	child = live_child_start(run, NULL);
	ledger_add(&ledger, child.pid);
	ck_assert_int_eq(ledger_refresh(&ledger, watch.probe), 0);
	/* Until then it is the test program, whose assertions write. */
	writes = ledger_process_sum(&ledger, child.pid, SYS_write).calls;
	bytes = ledger_bytes(&ledger).ipc_out;
	live_child_go(&child);
	ck_assert_int_eq(live_child_wait(&child), 0);
	ck_assert_int_eq(ledger_refresh(&ledger, watch.probe), 0);
	for (size_t i = 0; i < len; i++)
		check_row(&ledger, child.pid, &counts[i], writes);
	ck_assert_uint_eq(ledger_process_sum(&ledger, child.pid, COUNT_NR_UNKNOWN).calls, 1);
	ck_assert_uint_eq(ledger_bytes(&ledger).ipc_out - bytes, 5);
	ck_assert_uint_eq(ledger_bytes(&ledger).net_in, net_bytes(counts, len));
	ck_assert_uint_eq(ledger_bytes(&ledger).net_out, net_bytes(counts, len));
	ledger_release(&ledger);
	close(ends[0]);
	close(ends[1]);
}

struct moved {
	pid_t pid;
	uint64_t ino;      /* of the file that it writes to */
	uint64_t file_out; /* into that */
	uint64_t net_in, net_out;
};

static void add_moved(void *ctx, const struct object_count *count)
{
	struct moved *moved = ctx;

	if (count->pid != (uint32_t)moved->pid)
		return;
	if (count->socket) {
		moved->net_in += count->in;
		moved->net_out += count->out;
	} else if (count->ino == moved->ino) {
		moved->file_out += count->out;
	}
}

void compat_check_objects(int (*run)(void *arg), char write_fd[16],
			  const struct compat_count *counts, size_t len)
{
	char path[] = "/tmp/saker-compat-XXXXXX";
	struct moved moved = { .pid = 0 };
	struct probe_counter_sink sink = { .ctx = &moved, .object = add_moved };
	struct live_child child;
	int fd = mkstemp(path);
	struct stat file;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(fstat(fd, &file), 0);
	snprintf(write_fd, 16, "%d", fd);
	ck_assert_int_eq(probe_want_objects(watch.probe, PROBE_OBJECTS_ON), 1);
	for (int tries = 0; probe_objects(watch.probe) != PROBE_OBJECTS_ON; tries++) {
		ck_assert_int_lt(tries, 5000);
		live_sleep_ms(1);
	}
	child = live_child_start(run, NULL);
	live_child_go(&child);
	ck_assert_int_eq(live_child_wait(&child), 0);
	moved.pid = child.pid;
	moved.ino = file.st_ino;
	ck_assert_int_eq(probe_read_counters(watch.probe, &sink), 0);
	ck_assert_int_eq(probe_want_objects(watch.probe, PROBE_OBJECTS_OFF), 1);
	ck_assert_uint_eq(moved.file_out, 5);
	ck_assert_uint_eq(moved.net_in, net_bytes(counts, len));
	ck_assert_uint_eq(moved.net_out, net_bytes(counts, len));
	close(fd);
}
