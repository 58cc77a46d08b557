/* SPDX-License-Identifier: Apache-2.0 */
/* Percentiles of a histogram of durations (latency.h). */
#ifndef PROBE_SCHEMA_PERCENTILE_H
#define PROBE_SCHEMA_PERCENTILE_H

#include <stddef.h>
#include <stdint.h>

/* The buckets first .. first + len - 1 of a histogram; all others are empty. Borrowed. */
struct latency_slice {
	const uint32_t *counts;
	uint8_t first, len;
};

/*
 * The duration that `percent` of the calls do not exceed, ns: the call of that rank, taken to lie
 * where its rank is among those of its bucket. At most a quarter away from the call's own duration,
 * and never above max_ns, the longest of them. 0 when the slice is empty.
 */
uint64_t percentile_of(const struct latency_slice *slice, unsigned percent, uint64_t max_ns);

#endif
