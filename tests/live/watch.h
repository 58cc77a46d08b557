/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a piece of work in a child and keeps what the stream says of it, decoded. One probe serves
 * all cases of a test program: tests with a watch run without forking (watch_suite).
 */
#ifndef TESTS_LIVE_WATCH_H
#define TESTS_LIVE_WATCH_H

#include <check.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "probe/probe.h"
#include "probe/schema/decode.h"

struct watch {
	struct probe *probe;
	pid_t pid;            /* of the last child */
	int only;             /* the one call that is streamed; 0 = all */
	uint32_t kinds;       /* events that are no calls; set before watch_suite() */
	struct event *events; /* in time order; each points into its own copy of the record */
	size_t len, size;
	size_t corrupt; /* records that did not decode */
};

/* The watch of this program, opened by watch_suite(). */
extern struct watch watch;

/* Runs the case as a program, with the watch open around it. Returns the status for main(). */
int watch_suite(const char *name, TCase *tcase, unsigned snaplen);

/*
 * Streams every call of a child that runs work(arg) and all that it starts. Returns its exit status
 * (128 + signal). The events are there until the next run.
 */
int watch_run(int (*work)(void *arg), void *arg);
/* Forgets the events. */
void watch_clear(void);
/* What watch_run() does with a record; for tests that drain by themselves. */
void watch_add(void *ctx, const void *record, size_t len);

/* The last event of the child's syscall nr with that result, NULL when there is none. */
const struct event *watch_find(int nr, int64_t ret);
/* The last event of that code of any task. */
const struct event *watch_find_code(uint16_t code);
size_t watch_count_code(uint16_t code, uint64_t tid);

#endif
