/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Adds up what refreshes of the counter plane say of a set of processes, as the state does: a
 * thread counts with its last sample while it lives, with its exit record once that was read. A
 * thread that is in neither has gone to row "other".
 */
#ifndef TESTS_LIVE_LEDGER_H
#define TESTS_LIVE_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "probe/probe.h"

#define LEDGER_PID_MAX (1u << 22)

/* Set by the processes themselves: shared memory. */
struct ledger_members {
	uint8_t pids[LEDGER_PID_MAX];
};

struct ledger_thread;
struct ledger {
	struct ledger_members *members; /* owned */
	struct ledger_thread *threads;  /* by first appearance, owned */
	size_t threads_len, threads_size;
	uint64_t since_ns; /* boot time; older processes are not members */
	unsigned refreshes;
	unsigned ended;          /* processes among the members that were seen to end */
	unsigned records;        /* exit records of members */
	unsigned zombies;        /* samples with TASK_F_ENDED of members in the last refresh */
	struct call_count other; /* row "other" of the whole machine */
	struct {
		uint16_t nr, err;
		uint64_t count;
	} errnos[64]; /* of members, in the last refresh */
	size_t errnos_len;
	uint64_t errnos_lost;
	struct timing_count *timings; /* of members, in the last refresh; owned */
	size_t timings_len, timings_size;
};

void ledger_init(struct ledger *ledger);
void ledger_release(struct ledger *ledger);
/* The calling process is a member from now on. */
void ledger_join(struct ledger *ledger);
void ledger_add(struct ledger *ledger, pid_t pid);

/* One refresh. 0 or -errno. */
int ledger_refresh(struct ledger *ledger, struct probe *probe);

/* Sums over all members. nr -1: over all numbers. */
struct call_count ledger_sum(const struct ledger *ledger, int nr);
/* Of one process. */
struct call_count ledger_process_sum(const struct ledger *ledger, pid_t pid, int nr);
/* When it started, boot ns; 0 when it was not seen. */
uint64_t ledger_start(const struct ledger *ledger, pid_t pid);
struct byte_count ledger_bytes(const struct ledger *ledger);
uint64_t ledger_errno(const struct ledger *ledger, int nr, int err);
/* Calls of all members that were timed. nr -1: of all numbers. */
uint64_t ledger_timed(const struct ledger *ledger, int nr);
/* Durations of one process, NULL: none were taken. */
const struct timing_count *ledger_timing(const struct ledger *ledger, pid_t pid, int nr);

#endif
