/* SPDX-License-Identifier: Apache-2.0 */
#include "percentile.h"
#include "latency.h"

/* The duration of the rank-th of count calls in a bucket, spread evenly over it. */
static uint64_t within(uint32_t bucket, uint64_t rank, uint64_t count, uint64_t max_ns)
{
	uint64_t low = latency_low(bucket);
	uint64_t end = bucket + 1 < LATENCY_BUCKETS ? latency_low(bucket + 1) : max_ns;

	if (end > max_ns)
		end = max_ns;
	if (end <= low)
		return end;
	return low + (uint64_t)((double)(end - low) * (double)rank / (double)count);
}

uint64_t percentile_of(const struct latency_slice *slice, unsigned percent, uint64_t max_ns)
{
	uint64_t total = 0, rank, seen = 0;

	for (size_t i = 0; i < slice->len; i++)
		total += slice->counts[i];
	if (!total)
		return 0;
	/* The least rank with at least that share at or below it; ranks begin at 1. */
	rank = total / 100 * percent + (total % 100 * percent + 99) / 100;
	if (!rank)
		rank = 1;
	for (size_t i = 0; i < slice->len; i++) {
		uint64_t count = slice->counts[i];

		if (seen + count >= rank)
			return within(slice->first + (uint32_t)i, rank - seen, count, max_ns);
		seen += count;
	}
	return max_ns;
}
