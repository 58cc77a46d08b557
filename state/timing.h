/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Durations of one (process, syscall), of calls that were timed. Made when the first was, since
 * most are never timed.
 */
#ifndef STATE_TIMING_H
#define STATE_TIMING_H

#include <stdint.h>
#include "base/arena.h"
#include "probe/schema/latency.h"
#include "process.h"
#include "timing_row.h"

struct timing_sum {
	uint64_t timed, ns;
};

/* Invariant, after a refresh: recent is what was timed in the refresh recent_seq. */
struct call_timing {
	struct timing_sum total, before, delta;
	uint64_t max_ns;
	uint64_t recent_seq, recent_ns;
	uint32_t read[LATENCY_BUCKETS]; /* the kernel's buckets at the end of the last refresh */
	uint32_t last[LATENCY_BUCKETS]; /* and as they came since */
	uint32_t recent[LATENCY_BUCKETS];
};

void timing_free(struct state *state, struct call_timing *timing);
/* After all counts of a refresh came: differences. */
void timing_end_refresh(struct state *state, struct process *process);
/* Adds what an ended process took to the row of its program; its histograms end with it. */
void timing_fold(struct state *state, struct process_call *to, const struct process_call *from);
/* The row of a call in the tables of this refresh; its slice lies in the arena. 0 or -ENOMEM. */
int timing_fill(const struct state *state, const struct process_call *call, struct arena *arena,
		struct timing_row *ret_row);

#endif
