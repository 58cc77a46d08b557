/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the state costs: seeding it with processes and open files that are there, through the
 * iterators and through /proc; applying events by family; bytes that it keeps of each.
 *
 *   bench_state [PROCESSES [FDS]]   10,000 processes with 10 files each
 *
 * The processes are children that wait, in a tree of their own; they end with it. One of them has
 * 1,000 threads later, whose bytes are what is added by them.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "probe/files_proc.h"
#include "probe/probe.h"
#include "probe/proc_seed.h"
#include "state/tables.h"
#include "tests/unit/build_record.h"

#define EVENTS 300000
#define MEMORY_BYTES ((size_t)2 << 30)

static void die(const char *what)
{
	fprintf(stderr, "bench_state: %s\n", what);
	exit(1);
}

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* --- the host --- */

static pid_t *children;
static int children_len;

static void stop_children(void)
{
	for (int i = 0; i < children_len; i++)
		kill(children[i], SIGKILL);
	while (wait(NULL) > 0)
		;
}

static void start_children(int processes, int fds)
{
	children = calloc((size_t)processes + 1, sizeof(*children));
	if (!children)
		die("no memory");
	for (int i = 0; i < fds; i++)
		if (open("/dev/null", O_RDONLY) < 0)
			die("cannot open so many files");
	atexit(stop_children);
	while (children_len < processes) {
		pid_t pid = fork();

		if (pid < 0)
			die("cannot make so many processes");
		if (!pid) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			pause();
			_exit(0);
		}
		children[children_len++] = pid;
	}
}

#define THREADS 1000
static int threads_wanted[2], threads_made[2]; /* pipes */

static void *wait_for_ever(void *arg)
{
	for (;;)
		pause();
	return NULL;
}

/* A child that makes its threads when it is told to. */
static void start_threader(void)
{
	pthread_attr_t small;
	pthread_t thread;
	char byte = 0;

	if (pipe(threads_wanted) < 0 || pipe(threads_made) < 0)
		die("no pipe");
	children[children_len] = fork();
	if (children[children_len] < 0)
		die("cannot make so many processes");
	if (children[children_len++])
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 65536);
	if (read(threads_wanted[0], &byte, 1) != 1)
		_exit(1);
	for (int i = 0; i < THREADS; i++)
		byte |= pthread_create(&thread, &small, wait_for_ever, NULL) != 0;
	if (write(threads_made[1], &byte, 1) != 1)
		_exit(1);
	pause();
	_exit(0);
}

static void make_threads(void)
{
	char byte = 0;

	if (write(threads_wanted[1], &byte, 1) != 1 || read(threads_made[0], &byte, 1) != 1 || byte)
		die("cannot make so many threads");
}

/* --- seeding --- */

struct feed {
	struct state *state;
	size_t tasks, files, refreshes;
};

static void on_task(void *ctx, const struct task_sample *task, const struct call_count *calls)
{
	struct feed *feed = ctx;

	feed->tasks++;
	state_task(feed->state, task, calls);
}

static void on_exit_record(void *ctx, const struct task_exit *ended, const struct call_count *calls)
{
	struct feed *feed = ctx;

	state_exit(feed->state, ended, calls);
}

static void on_errno(void *ctx, const struct errno_count *count)
{
}

static void on_other(void *ctx, const struct call_count *count)
{
}

static void on_file(void *ctx, const struct file_sample *file, const char *path)
{
	struct feed *feed = ctx;

	feed->files++;
	state_file(feed->state, file, path);
}

static struct state *new_state(void)
{
	struct state_opts opts = { .memory_bytes = MEMORY_BYTES };
	struct state *state;

	if (state_new(&opts, NULL, &state) < 0)
		die("no memory");
	return state;
}

static void refresh(struct probe *probe, struct feed *feed)
{
	struct probe_counter_sink sink = { .ctx = feed,
					   .task = on_task,
					   .exit = on_exit_record,
					   .err = on_errno,
					   .other = on_other };

	feed->tasks = 0;
	state_refresh_begin(feed->state, 1000000000ull * ++feed->refreshes);
	if (probe_read_counters(probe, &sink) < 0)
		die("cannot read the counters");
	state_refresh_end(feed->state);
}

static void bench_seeding(int processes)
{
	struct probe_error err = { .what = "" };
	struct feed feed = { .state = new_state() };
	struct process_seed *seed = malloc(sizeof(*seed));
	struct snapshot *snapshot;
	struct probe *probe = NULL;
	size_t before, with_tasks, with_files;
	double start;

	if (!seed || probe_new(&(struct probe_opts){ .snaplen = 80 }, &probe) < 0 ||
	    probe_load_counters(probe, &err) < 0)
		die(*err.what ? err.what : "no probe");
	before = memory_used(feed.state->memory);
	start = now_s();
	refresh(probe, &feed);
	printf("tasks by the iterator     %8zu  %7.1f ms\n", feed.tasks, (now_s() - start) * 1e3);
	with_tasks = memory_used(feed.state->memory);
	start = now_s();
	state_files_begin(feed.state, 0, STATE_PASS_FOLLOW);
	probe_read_files(probe, 0, on_file, &feed);
	state_files_end(feed.state, 0);
	printf("files by the iterator     %8zu  %7.1f ms\n", feed.files, (now_s() - start) * 1e3);
	with_files = memory_used(feed.state->memory);
	start = now_s();
	if (state_publish(feed.state, &snapshot) < 0)
		die("cannot publish");
	printf("rows of a snapshot        %8zu  %7.1f ms\n", snapshot->procs_len,
	       (now_s() - start) * 1e3);
	printf("bytes kept: %.0f a process with a thread, %.0f an open file, %.0f a row\n",
	       (double)(with_tasks - before) / (double)feed.tasks,
	       (double)(with_files - with_tasks) / (double)feed.files,
	       (double)(memory_used(feed.state->memory) - with_files) /
		       (double)snapshot->procs_len);
	snapshot_unref(snapshot);
	start = now_s();
	for (int i = 0; i < processes; i++) {
		process_seed_init(seed);
		proc_seed_read("", (uint32_t)children[i], SEED_ALL, seed);
	}
	printf("processes by /proc        %8d  %7.1f ms\n", processes, (now_s() - start) * 1e3);
	feed.files = 0;
	start = now_s();
	files_proc_read("", 0, on_file, &feed);
	printf("files by /proc            %8zu  %7.1f ms\n", feed.files, (now_s() - start) * 1e3);
	/* What processes get with their second sample is theirs. */
	refresh(probe, &feed);
	before = memory_used(feed.state->memory);
	with_tasks = feed.tasks;
	make_threads();
	refresh(probe, &feed);
	printf("bytes kept: %.0f a thread more, of %zu\n",
	       (double)(memory_used(feed.state->memory) - before) / THREADS,
	       feed.tasks - with_tasks);
	free(seed);
	state_free(feed.state);
	probe_free(probe);
}

/* --- events --- */

static const struct family {
	const char *name;
	struct {
		const char *call, *event, *param, *text;
		int64_t ret;
	} calls[2];
} families[] = {
	{ "open, close",
	  { { "openat", "SYSCALL_OPENAT_2_X", "name", "/usr/share/zoneinfo/UTC", 5 },
	    { "close", "SYSCALL_CLOSE_X", NULL, NULL, 0 } } },
	{ "read, write",
	  { { "read", "SYSCALL_READ_X", "data", "some eighty bytes of data", 80 },
	    { "write", "SYSCALL_WRITE_X", "data", "some eighty bytes of data", 80 } } },
	{ "socket, close",
	  { { "socket", "SOCKET_SOCKET_X", NULL, NULL, 6 },
	    { "close", "SYSCALL_CLOSE_X", NULL, NULL, 0 } } },
	{ "execve",
	  { { "execve", "SYSCALL_EXECVE_19_X", "exe", "/bin/true", 0 },
	    { "execve", "SYSCALL_EXECVE_19_X", "exe", "/bin/false", 0 } } },
	{ "raw arguments",
	  { { "getppid", "GENERIC_X", NULL, NULL, 1 }, { "getpid", "GENERIC_X", NULL, NULL, 1 } } },
};

static size_t make_record(struct build_record *b, const struct family *family, size_t which)
{
	const struct event_desc *desc = event_by_id(family->calls[which].event);
	const char *param = family->calls[which].param;
	struct build_prefix prefix = {
		.ts_ns = 1,
		.pid = 100,
		.start_boot_ns = 1,
		.comm = "bench",
		.ret = family->calls[which].ret,
		.nr = syscall_nr(syscall_by_name(family->calls[which].call)),
		.args = { 5 },
	};

	if (!desc)
		die("no such event");
	build_record_init(b, desc->code, &prefix);
	for (size_t i = 0; i < desc->params_len; i++) {
		if (param && strcmp(desc->params[i].name, param) == 0)
			build_record_bytes(b, family->calls[which].text,
					   strlen(family->calls[which].text) + 1);
		else
			build_record_empty(b);
	}
	return build_record_finish(b);
}

static void bench_family(const struct family *family)
{
	static struct build_record records[2];
	struct state *state = new_state();
	struct file_sample file = {
		.pid = 100, .fd = 0, .start_boot_ns = 1, .mode = S_IFCHR, .path_len = 9
	};
	size_t lens[2];
	double start;

	for (size_t i = 0; i < 2; i++)
		lens[i] = make_record(&records[i], family, i);
	/* Its table is known, as while everything is streamed. */
	state_record(state, records[0].data, lens[0]);
	state_file(state, &file, "/dev/null");
	start = now_s();
	for (size_t i = 0; i < EVENTS; i++)
		if (state_record(state, records[i % 2].data, lens[i % 2]) < 0)
			die("a record was refused");
	printf("%-16s %8.2f million events/s\n", family->name, EVENTS / (now_s() - start) / 1e6);
	state_free(state);
}

int main(int argc, char **argv)
{
	int processes = argc > 1 ? atoi(argv[1]) : 10000;
	int fds = argc > 2 ? atoi(argv[2]) : 10;

	if (processes < 1 || processes > 30000 || fds < 0 || fds > 1000)
		die("usage: bench_state [PROCESSES [FDS]]");
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		bench_family(&families[i]);
	start_children(processes, fds);
	start_threader();
	bench_seeding(processes);
	return 0;
}
