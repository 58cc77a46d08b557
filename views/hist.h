/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A histogram of durations in HIST_CELLS cells, the same in all rows, so that rows can be compared:
 * each cell is four times as long as the one before it.
 *
 *   cell   0       1        2      3      4        5        6      ... 11       ... 15
 *   from   0       512 ns   2 us   8 us   33 us    131 us   524 us ... 537 ms   ... 137 s
 *
 * A cell is drawn as high as its count is against the highest of the row; one that is not empty is
 * drawn in any case. Counts are of calls and stop at UINT32_MAX.
 */
#ifndef VIEWS_HIST_H
#define VIEWS_HIST_H

#include <stddef.h>
#include <stdint.h>
#include "bars.h"
#include "probe/schema/percentile.h"
#include "probe/schema/render.h"

#define HIST_CELLS 16

/* Adds `count` calls of a duration. */
void hist_add(uint32_t counts[static HIST_CELLS], uint64_t duration_ns, uint32_t count);
void hist_add_slice(uint32_t counts[static HIST_CELLS], const struct latency_slice *slice);
/* Appends HIST_CELLS characters; an empty cell is a blank. */
void hist_render(const uint32_t counts[static HIST_CELLS], enum bar_marks marks,
		 struct text_buf *buf);
/* Appends the counts. */
void hist_numbers(const uint32_t counts[static HIST_CELLS], const char *separator,
		  struct text_buf *buf);
void hist_json(const uint32_t counts[static HIST_CELLS], struct text_buf *buf);
/* Order: more of the longest calls is more. Below, 0 or above 0. */
int hist_compare(const uint32_t a[static HIST_CELLS], const uint32_t b[static HIST_CELLS]);

#endif
