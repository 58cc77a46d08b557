/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A process that makes calls of one family on request and says what one operation cost it, or makes
 * them at a given rate.
 */
#ifndef TESTS_BENCH_BENCH_CHILD_H
#define TESTS_BENCH_BENCH_CHILD_H

#include <stddef.h>
#include <sys/types.h>

struct bench_family {
	const char *name;
	void (*begin)(void); /* once, in the child; NULL: nothing */
	void (*run)(void);   /* one operation */
	int nrs[6];          /* syscall numbers to stream */
	size_t nrs_len;
	long count; /* operations of one measurement */
};
/* The first is the one for rates: an operation is one event. */
extern const struct bench_family bench_families[];
extern const size_t bench_families_len;

struct bench_child {
	pid_t pid;
	int ask_fd, answer_fd;
};
void bench_child_start(struct bench_child *child, const struct bench_family *family);
void bench_child_stop(struct bench_child *child);

typedef void (*bench_meanwhile)(void *ctx);
/* All operations of the family; CPU ns of one. Calls meanwhile (NULL: nothing) until it is done. */
double bench_child_run(struct bench_child *child, bench_meanwhile meanwhile, void *ctx);

/* Starts operations at a rate (per second) for some seconds; the second waits for their end. */
void bench_child_pace(struct bench_child *child, double rate, double seconds);
void bench_child_paced(struct bench_child *child);

#endif
