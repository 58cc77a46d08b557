/* SPDX-License-Identifier: Apache-2.0 */
#include "timing_row.h"
#include <stddef.h>

uint64_t latency_slice_count(const struct latency_slice *slice)
{
	uint64_t count = 0;

	for (size_t i = 0; i < slice->len; i++)
		count += slice->counts[i];
	return count;
}

struct latency_slice latency_slice_of(const uint32_t *counts)
{
	uint8_t first = 0, end = LATENCY_BUCKETS;

	while (first < end && !counts[first])
		first++;
	while (end > first && !counts[end - 1])
		end--;
	return (struct latency_slice){ .counts = counts + first,
				       .first = first,
				       .len = (uint8_t)(end - first) };
}

void timing_merge_add(struct timing_merge *merge, const struct timing_row *row)
{
	uint32_t *to = row->fresh ? merge->fresh : merge->stale;

	if (!row->timed)
		return;
	merge->row.timed += row->timed;
	merge->row.time_ns += row->time_ns;
	merge->row.time_delta_ns += row->time_delta_ns;
	if (row->max_ns > merge->row.max_ns)
		merge->row.max_ns = row->max_ns;
	for (size_t i = 0; i < row->recent.len; i++)
		to[row->recent.first + i] += row->recent.counts[i];
	if (row->fresh) {
		merge->row.fresh = true;
		merge->row.recent_ns += row->recent_ns;
	} else {
		merge->stale_ns += row->recent_ns;
	}
}

struct timing_row timing_merge_end(struct timing_merge *merge)
{
	struct timing_row row = merge->row;

	if (!row.fresh)
		row.recent_ns = merge->stale_ns;
	row.recent = latency_slice_of(row.fresh ? merge->fresh : merge->stale);
	return row;
}
