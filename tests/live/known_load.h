/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A workload whose calls are known: a tree of processes and threads makes fixed numbers of calls
 * that the C library does not make by itself, some failing; and a flood beside it.
 */
#ifndef TESTS_LIVE_KNOWN_LOAD_H
#define TESTS_LIVE_KNOWN_LOAD_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "ledger.h"

struct known_call {
	const char *name;
	int nr;   /* row of the counts */
	int err;  /* 0: succeeds */
	long raw; /* number that is called */
	long args[3];
	unsigned each; /* times per set */
};
extern const struct known_call known_calls[];
extern const size_t known_calls_len;

/* How many sets the whole tree makes. */
uint64_t known_load_sets(void);
/* Forks the tree's root, which ends with status 0 when all is done. */
pid_t known_load_start(struct ledger *ledger);
/* Floods the machine with calls, errors, forks and short threads until killed. */
pid_t known_flood_start(void);

#endif
