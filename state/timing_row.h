/* SPDX-License-Identifier: Apache-2.0 */
/* Durations as snapshots hold them, and how those of several processes become one. */
#ifndef STATE_TIMING_ROW_H
#define STATE_TIMING_ROW_H

#include <stdbool.h>
#include <stdint.h>
#include "probe/schema/latency.h"
#include "probe/schema/percentile.h"

/*
 * Durations of calls that began and returned while they were measured, of one (process, syscall).
 * timed 0: none was.
 */
struct timing_row {
	uint64_t timed, time_ns, max_ns; /* since the probe started */
	uint64_t time_delta_ns;
	/* Of the last interval in which one was timed; fresh: that of this snapshot. */
	struct latency_slice recent;
	uint64_t recent_ns;
	bool fresh;
};

/* Calls in a slice. */
uint64_t latency_slice_count(const struct latency_slice *slice);
/* The part of LATENCY_BUCKETS counts between the first and the last that is not 0; borrows them. */
struct latency_slice latency_slice_of(const uint32_t *counts);

/*
 * A sum. Where one of the rows is fresh, only fresh ones go into `recent`: what others did at
 * another time is not mixed with it. Zeroed = empty.
 */
struct timing_merge {
	struct timing_row row;
	uint64_t stale_ns;
	uint32_t fresh[LATENCY_BUCKETS], stale[LATENCY_BUCKETS];
};
void timing_merge_add(struct timing_merge *merge, const struct timing_row *row);
/* The sum; its slice borrows from the merge. */
struct timing_row timing_merge_end(struct timing_merge *merge);

#endif
