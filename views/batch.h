/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables as text for pipes and files, one per interval: like `top -b`, as one JSON object a line,
 * or as CSV. Writes to the FILE that the caller gave, does no other I/O.
 *
 * JSON: {"view","time_ns","health":{"calls","events","drops","lag_ns"},"rows":[{id: value}]}, all
 * columns of the view, optional ones too, raw values; health counts are totals since start. Added
 * where they apply: "final":true, in health "inexact":true (calls were missed: totals are at least)
 * and "timing":true (durations are measured), "rows_evicted" and "roomless" (the memory limit took
 * rows or parts of rows, and so many threads have none), {"lost":N,"buffer":B} as a row where
 * events were lost, {"evicted":N} where events had left the memory before they could be written.
 * CSV: one header line, then rows with the snapshot's time_ns first.
 */
#ifndef VIEWS_BATCH_H
#define VIEWS_BATCH_H

#include <stdio.h>
#include "table.h"

enum batch_format { BATCH_TEXT, BATCH_JSON, BATCH_CSV };

/* Which table of the run this is. */
enum batch_part { BATCH_INTERVAL, BATCH_FINAL };

struct batch {
	FILE *out;                 /* borrowed */
	const struct view *view;   /* borrowed */
	const struct scope *scope; /* for the head of text tables; may be NULL; borrowed */
	unsigned width;            /* cells of a text line; 0 = no limit */
	uint64_t shown;            /* optional columns of text tables, see table_query */
	bool ascii;                /* what text tables draw is drawn in ASCII */
	/* Private: the table being written; one cell as text; is the CSV header out? */
	const struct table *table;
	char *data;
	size_t size;
	uint64_t rows; /* written since batch_begin() */
	enum batch_format format;
	bool has_header;
};

void batch_init(struct batch *batch, FILE *out, const struct view *view);
void batch_release(struct batch *batch);
/*
 * One table in pieces, so that many rows need not be in memory at once: begin, any number of rows,
 * end, which flushes. Rows returns 0 or -ENOMEM, end 0 or the -errno of a write since begin.
 */
void batch_begin(struct batch *batch, enum batch_format format, const struct snapshot *snapshot,
		 enum batch_part part);
int batch_rows(struct batch *batch, const struct table *table);
/* In the place of count events that left the memory before they could be written. */
void batch_evicted(struct batch *batch, uint64_t count);
int batch_end(struct batch *batch);
/*
 * Writes one table in one piece and flushes. Returns 0, -ENOMEM, or the -errno of the write
 * (-EPIPE).
 */
int batch_write(struct batch *batch, enum batch_format format, const struct table *table,
		enum batch_part part);

#endif
