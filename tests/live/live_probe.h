/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A probe for live tests, and children to look at. Tests watch only processes that they start.
 * What goes wrong here fails the running test.
 */
#ifndef TESTS_LIVE_LIVE_PROBE_H
#define TESTS_LIVE_LIVE_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "probe/probe.h"

/* Ends the program with status 77 where the probe cannot run, saying why. First thing in main(). */
void live_require(void);

/* Is LIVE_PLAIN set: the programs for kernels without task storage are under test. */
bool live_plain(void);
/* Is LIVE_GUARDED set: those for kernels that preempt programs on raw tracepoints. */
bool live_guarded(void);

/* Is LIVE_RELAYED set: tail calls by second programs (probe/relay.h). */
bool live_relayed(void);

/* A loaded probe, both planes. The caller frees it. */
struct probe *live_probe_open(const struct probe_opts *opts);
/* Small buffers, the default of all else. */
struct probe *live_probe_small(void);

/* The scope is these processes and what they start; NULL, 0: everything. */
void live_watch(struct probe *probe, const pid_t *pids, size_t pids_len);
/* Streams these calls, or all when nrs is NULL, of every task in scope. */
void live_want(struct probe *probe, const int *nrs, size_t nrs_len);

/* Drains until a drain finds nothing; returns the number of records. */
size_t live_drain_all(struct probe *probe, probe_record_fn fn, void *ctx);

/*
 * A child of the test that waits in a read until live_child_go(), then runs work(arg) and exits
 * with what it returns. Of the child itself the probe sees the return of that read, then its work.
 */
struct live_child {
	pid_t pid;
	int go_fd;
};
struct live_child live_child_start(int (*work)(void *arg), void *arg);
void live_child_go(struct live_child *child);
/* Waits for the end; returns the exit status, 128 + signal when one ended it. */
int live_child_wait(struct live_child *child);

void live_sleep_ms(unsigned ms);
/* CLOCK_MONOTONIC. */
uint64_t live_now_ns(void);

#endif
