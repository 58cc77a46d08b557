/* SPDX-License-Identifier: Apache-2.0 */
#include "live_probe.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SNAPLEN 80
#define DRAIN_BATCH 100000

void live_require(void)
{
	struct probe_error err = { .what = "" };

	if (privileges_check(&err) == 0)
		return;
	fprintf(stderr, "skipped: %s; %s\n", err.what, err.remedy);
	exit(77);
}

bool live_plain(void)
{
	return getenv("LIVE_PLAIN") != NULL;
}

bool live_guarded(void)
{
	return getenv("LIVE_GUARDED") != NULL;
}

bool live_relayed(void)
{
	return getenv("LIVE_RELAYED") != NULL;
}

struct probe *live_probe_open(const struct probe_opts *opts)
{
	struct probe_error err = { .what = "" };
	struct probe_opts wanted = *opts;
	struct probe *probe = NULL;

	wanted.plain = live_plain();
	wanted.guarded = live_guarded();
	wanted.relayed = live_relayed();
	ck_assert_int_eq(probe_new(&wanted, &probe), 0);
	ck_assert_msg(probe_load_counters(probe, &err) == 0, "%s", err.what);
	ck_assert_msg(probe_load_stream(probe, &err) == 0, "%s", err.what);
	ck_assert(probe_stream_ready(probe));
	return probe;
}

struct probe *live_probe_small(void)
{
	return live_probe_open(
		&(struct probe_opts){ .buffer_bytes = PROBE_BUFFER_MIN, .snaplen = SNAPLEN });
}

void live_watch(struct probe *probe, const pid_t *pids, size_t pids_len)
{
	struct probe_scope scope = { .children = true, .pids_len = pids_len };

	ck_assert_uint_le(pids_len, PROBE_SCOPE_MAX);
	for (size_t i = 0; i < pids_len; i++)
		scope.pids[i] = pids[i];
	ck_assert_int_eq(probe_set_scope(probe, &scope), 0);
}

void live_want(struct probe *probe, const int *nrs, size_t nrs_len)
{
	struct probe_interest interest = { .failed = PROBE_FAILED_OFF };

	if (!nrs)
		memset(interest.calls, PROBE_WANT_SCOPE, sizeof(interest.calls));
	for (size_t i = 0; nrs && i < nrs_len; i++)
		interest.calls[nrs[i]] = PROBE_WANT_SCOPE;
	/* What the probe was not asked for is not there. */
	memset(interest.kinds, PROBE_WANT_SCOPE, sizeof(interest.kinds));
	ck_assert_int_eq(probe_set_interest(probe, &interest), 0);
}

size_t live_drain_all(struct probe *probe, probe_record_fn fn, void *ctx)
{
	size_t total = 0;

	for (;;) {
		int drained = probe_drain(probe, DRAIN_BATCH, fn, ctx, NULL);

		ck_assert_int_ge(drained, 0);
		if (drained == 0)
			return total;
		total += (size_t)drained;
	}
}

/* As in /proc/PID/stat; 0 when it is gone. */
static char live_child_state(const struct live_child *child)
{
	char path[64];
	char state = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)child->pid);
	file = fopen(path, "re");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(fscanf(file, "%*d (%*[^)]) %c", &state), 1);
	fclose(file);
	return state;
}

struct live_child live_child_start(int (*work)(void *arg), void *arg)
{
	struct live_child child;
	int go[2];

	ck_assert_int_eq(pipe2(go, O_CLOEXEC), 0);
	child.pid = fork();
	/* In the child an assertion would be a write: the library tells its parent where it is. */
	if (child.pid == 0) {
		char byte;

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (read(go[0], &byte, 1) != 1)
			_exit(99);
		_exit(work(arg));
	}
	ck_assert_int_ge(child.pid, 0);
	close(go[0]);
	/* In the read: what it does from now on is its work and the return of that call. */
	while (live_child_state(&child) != 'S')
		live_sleep_ms(1);
	child.go_fd = go[1];
	return child;
}

void live_child_go(struct live_child *child)
{
	ck_assert_int_eq(write(child->go_fd, "g", 1), 1);
	close(child->go_fd);
	child->go_fd = -1;
}

int live_child_wait(struct live_child *child)
{
	int status;

	if (child->go_fd >= 0)
		close(child->go_fd);
	while (waitpid(child->pid, &status, 0) < 0)
		ck_assert_int_eq(errno, EINTR);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void live_sleep_ms(unsigned ms)
{
	struct timespec wait = { .tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000 };

	while (nanosleep(&wait, &wait) < 0 && errno == EINTR)
		;
}

uint64_t live_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}
