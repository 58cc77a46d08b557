/* SPDX-License-Identifier: Apache-2.0 */
#include "compat_case.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
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
	ledger_release(&ledger);
	close(ends[0]);
	close(ends[1]);
}
