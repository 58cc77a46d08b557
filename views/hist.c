/* SPDX-License-Identifier: Apache-2.0 */
#include "hist.h"

#include <inttypes.h>
#include "probe/schema/latency.h"

#define BUCKETS_PER_CELL 8 /* two powers of two, of four buckets each */

_Static_assert((LATENCY_BUCKETS - 1) / BUCKETS_PER_CELL < HIST_CELLS, "a cell for each bucket");

/* Bucket 0, of what is shorter than all others, is in cell 0 too. */
static size_t cell_of(uint32_t bucket)
{
	return bucket ? (bucket - 1) / BUCKETS_PER_CELL : 0;
}

static void add(uint32_t *cell, uint32_t count)
{
	*cell = count > UINT32_MAX - *cell ? UINT32_MAX : *cell + count;
}

void hist_add(uint32_t counts[static HIST_CELLS], uint64_t duration_ns, uint32_t count)
{
	add(&counts[cell_of(latency_bucket(duration_ns))], count);
}

void hist_add_slice(uint32_t counts[static HIST_CELLS], const struct latency_slice *slice)
{
	for (uint32_t i = 0; i < slice->len; i++)
		add(&counts[cell_of(slice->first + i)], slice->counts[i]);
}

void hist_render(const uint32_t counts[static HIST_CELLS], enum bar_marks marks,
		 struct text_buf *buf)
{
	uint64_t values[HIST_CELLS];

	for (size_t i = 0; i < HIST_CELLS; i++)
		values[i] = counts[i];
	bars_render(values, HIST_CELLS, marks, buf);
}

void hist_numbers(const uint32_t counts[static HIST_CELLS], const char *separator,
		  struct text_buf *buf)
{
	for (size_t i = 0; i < HIST_CELLS; i++)
		text_buf_printf(buf, "%s%" PRIu32, i ? separator : "", counts[i]);
}

void hist_json(const uint32_t counts[static HIST_CELLS], struct text_buf *buf)
{
	text_buf_add(buf, "[");
	hist_numbers(counts, ",", buf);
	text_buf_add(buf, "]");
}

int hist_compare(const uint32_t a[static HIST_CELLS], const uint32_t b[static HIST_CELLS])
{
	for (size_t i = HIST_CELLS; i-- > 0;)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return 0;
}
