/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Successful execs are what they were called as: an execveat is counted, timed and streamed as
 * execveat with the caller's arguments, although by its return the kernel has made it an execve and
 * the registers are the new program's. The same for failed ones, for which nothing is rewritten.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "ledger.h"
#include "live_probe.h"
#include "watch.h"

#define SNAPLEN 80
#define MS 1000000ull

/* Where the descriptor of an execveat comes from. */
enum from { FROM_CWD, FROM_FOLDER, FROM_FILE, FROM_NOWHERE };
/* Who makes the call, and under which circumstances. */
enum by { BY_LEADER, BY_THREAD, BY_TRACED };

static char folder[] = "/tmp/saker-exec-XXXXXX";

static const struct way {
	const char *name;
	int nr, err;
	enum from from;
	enum by by;
	const char *path;
	int flags;
} ways[] = {
	{ "execve", SYS_execve, .path = "/bin/true" },
	{ "execve of a script", SYS_execve, .path = "script" },
	{ "execve in a thread", SYS_execve, .by = BY_THREAD, .path = "/bin/true" },
	{ "execve, traced", SYS_execve, .by = BY_TRACED, .path = "/bin/true" },
	{ "execve fails", SYS_execve, ENOENT, .path = "/none/such" },
	{ "execveat of a path", SYS_execveat, .path = "/bin/true" },
	{ "execveat from the folder", SYS_execveat, .path = "link" },
	{ "execveat from a descriptor", SYS_execveat, .from = FROM_FOLDER, .path = "link" },
	{ "execveat of a descriptor", SYS_execveat, .from = FROM_FILE, .path = "",
	  .flags = AT_EMPTY_PATH },
	{ "execveat of a script", SYS_execveat, .from = FROM_FOLDER, .path = "script" },
	{ "execveat in a thread", SYS_execveat, .by = BY_THREAD, .path = "/bin/true" },
	{ "execveat, traced", SYS_execveat, .by = BY_TRACED, .path = "/bin/true" },
	{ "execveat fails", SYS_execveat, ENOENT, .from = FROM_FOLDER, .path = "none" },
	{ "execveat of no descriptor", SYS_execveat, EBADF, .from = FROM_NOWHERE, .path = "link" },
	{ "execveat of a link", SYS_execveat, ELOOP, .path = "link", .flags = AT_SYMLINK_NOFOLLOW },
	{ "execveat of no program", SYS_execveat, EACCES, .from = FROM_FOLDER, .path = "",
	  .flags = AT_EMPTY_PATH },
};

static const struct way *way;
/* Of the call, shared with the child. */
static long *args;

static int descriptor_of(enum from from)
{
	if (from == FROM_CWD)
		return AT_FDCWD;
	if (from == FROM_NOWHERE)
		return 999;
	/* The interpreter of a script opens it by this descriptor. */
	return open(from == FROM_FILE ? "/bin/true" : folder, O_RDONLY);
}

/* On success there is nothing to return to. */
static void *make_call(void *arg)
{
	static const char *const argv[] = { "true", "with an argument", NULL };
	static const char *const envp[] = { "A=1", NULL };
	bool at = way->nr == SYS_execveat;

	/* A name as long as an exec's: not every new name is one of an exec. */
	prctl(PR_SET_NAME, "renamed");
	args[0] = descriptor_of(way->from);
	args[at ? 1 : 0] = (long)way->path;
	args[at ? 2 : 1] = (long)argv;
	args[at ? 3 : 2] = (long)envp;
	args[at ? 4 : 3] = at ? way->flags : 0x77;
	args[5] = 0x88;
	syscall(way->nr, args[0], args[1], args[2], args[3], args[4], args[5]);
	_exit(errno == way->err ? 0 : errno);
	return NULL;
}

/* Stops the parent at every call and at its exec. Ends when that has ended. */
static void trace_parent(int attached_fd)
{
	pid_t pid = getppid();
	int status;

	if (ptrace(PTRACE_SEIZE, pid, NULL, (void *)PTRACE_O_TRACEEXEC) < 0 ||
	    ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) < 0 || write(attached_fd, "x", 1) != 1)
		_exit(1);
	while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status))
		ptrace(PTRACE_SYSCALL, pid, NULL, NULL);
	_exit(0);
}

static int do_exec(void *arg)
{
	pthread_t thread;
	int ends[2];
	char byte;

	if (chdir(folder) < 0)
		return 8;
	if (way->by == BY_THREAD) {
		pthread_create(&thread, NULL, make_call, NULL);
		for (;;)
			pause();
	}
	if (way->by == BY_TRACED) {
		if (pipe(ends) < 0)
			return 7;
		if (fork() == 0)
			trace_parent(ends[1]);
		if (read(ends[0], &byte, 1) != 1)
			return 6;
	}
	make_call(NULL);
	return 1;
}

static void folder_fill(void)
{
	static const char text[] = "#!/bin/true\n";
	char path[80];
	int fd;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/link", folder);
	ck_assert_int_eq(symlink("/bin/true", path), 0);
	snprintf(path, sizeof(path), "%s/script", folder);
	fd = open(path, O_CREAT | O_WRONLY, 0755);
	ck_assert(fd >= 0 && write(fd, text, sizeof(text) - 1) == sizeof(text) - 1);
	close(fd);
}

static void folder_remove(void)
{
	char path[80];

	snprintf(path, sizeof(path), "%s/link", folder);
	unlink(path);
	snprintf(path, sizeof(path), "%s/script", folder);
	unlink(path);
	rmdir(folder);
}

static void timing_on(void)
{
	ck_assert_int_eq(probe_want_timing(watch.probe, PROBE_TIMED_ALL), 0);
	while (probe_timing(watch.probe) == PROBE_TIMING_STARTING)
		live_sleep_ms(1);
}

/* Runs the way; its counts are in the ledger, its events in the watch. */
static void run_way(struct ledger *ledger)
{
	struct live_child child;
	int status;

	ledger_init(ledger);
	child = live_child_start(do_exec, NULL);
	ledger_add(ledger, child.pid);
	watch_clear();
	watch.pid = child.pid;
	live_watch(watch.probe, &child.pid, 1);
	live_want(watch.probe, NULL, 0);
	live_child_go(&child);
	status = live_child_wait(&child);
	ck_assert_msg(status == 0, "%s: the child ended with %d", way->name, status);
	live_drain_all(watch.probe, watch_add, NULL);
	ck_assert_int_eq(ledger_refresh(ledger, watch.probe), 0);
}

static void check_counts(const struct ledger *ledger)
{
	int other = way->nr == SYS_execve ? SYS_execveat : SYS_execve;
	struct call_count sum = ledger_process_sum(ledger, watch.pid, way->nr);
	const struct timing_count *timing = ledger_timing(ledger, watch.pid, way->nr);

	ck_assert_msg(sum.calls == 1 && sum.errors == (way->err ? 1 : 0),
		      "%s: %llu calls, %llu errors", way->name, sum.calls, sum.errors);
	sum = ledger_process_sum(ledger, watch.pid, other);
	ck_assert_msg(sum.calls == 0, "%s: %llu of the other name", way->name, sum.calls);
	ck_assert_msg(timing && timing->timed == 1, "%s: not timed", way->name);
	ck_assert_ptr_null(ledger_timing(ledger, watch.pid, other));
}

static void check_event(const struct ledger *ledger)
{
	const struct timing_count *timing = ledger_timing(ledger, watch.pid, way->nr);
	const struct event *event = NULL;
	size_t found = 0;

	for (size_t i = 0; i < watch.len; i++) {
		int nr = watch.events[i].prefix.nr;

		if (nr != SYS_execve && nr != SYS_execveat)
			continue;
		event = &watch.events[i];
		found++;
	}
	ck_assert_msg(found == 1, "%s: %zu events", way->name, found);
	ck_assert_msg(event->prefix.nr == way->nr && event->prefix.ret == -way->err,
		      "%s: number %d, result %ld", way->name, event->prefix.nr,
		      (long)event->prefix.ret);
	ck_assert_ptr_eq(event->desc, event_by_code(syscall_by_nr(way->nr)->exit_event));
	ck_assert_uint_eq(event->prefix.flags & RECORD_F_COMPAT, 0);
	for (size_t i = 0; i < 6; i++)
		ck_assert_msg(event->prefix.args[i] == (uint64_t)args[i],
			      "%s: argument %zu is %lx, not %lx", way->name, i,
			      (long)event->prefix.args[i], args[i]);
	/* Of a success up to when the new program is in place. */
	ck_assert_msg(event->prefix.duration_ns > 0 && event->prefix.duration_ns <= timing->max_ns,
		      "%s: %llu ns of %llu", way->name,
		      (unsigned long long)event->prefix.duration_ns,
		      (unsigned long long)timing->max_ns);
}

START_TEST(an_exec_is_what_it_was_called_as)
{
	struct ledger ledger;

	way = &ways[_i];
	memset(args, 0, 6 * sizeof(*args));
	timing_on();
	run_way(&ledger);
	check_counts(&ledger);
	check_event(&ledger);
	ledger_release(&ledger);
}
END_TEST

/* The program of the second exec has nothing of the first. */
static int do_two(void *arg)
{
	static const char *const argv[] = { "sh", "-c", "exec /bin/true", NULL };
	static const char *const envp[] = { "PATH=/bin", NULL };

	syscall(SYS_execveat, AT_FDCWD, "/bin/sh", argv, envp, 0);
	return 1;
}

START_TEST(one_after_the_other)
{
	struct live_child child;
	struct ledger ledger;

	ledger_init(&ledger);
	child = live_child_start(do_two, NULL);
	ledger_add(&ledger, child.pid);
	live_child_go(&child);
	ck_assert_int_eq(live_child_wait(&child), 0);
	ck_assert_int_eq(ledger_refresh(&ledger, watch.probe), 0);
	ck_assert_uint_eq(ledger_process_sum(&ledger, child.pid, SYS_execveat).calls, 1);
	ck_assert_uint_eq(ledger_process_sum(&ledger, child.pid, SYS_execve).calls, 1);
	ledger_release(&ledger);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("exec");
	int status;

	args = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (args == MAP_FAILED)
		return EXIT_FAILURE;
	tcase_add_unchecked_fixture(tcase, folder_fill, folder_remove);
	tcase_add_loop_test(tcase, an_exec_is_what_it_was_called_as, 0,
			    sizeof(ways) / sizeof(ways[0]));
	tcase_add_test(tcase, one_after_the_other);
	status = watch_suite("exec", tcase, SNAPLEN);
	return status;
}
