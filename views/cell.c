/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cells as text. Counts are abbreviated in thousands (12.3k), bytes in 1024s (12.3M); both round
 * to the nearest and never show more than five characters below 10^15.
 */
#include "table.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bars.h"
#include "hist.h"
#include "probe/schema/json.h"

#define SPARK_STEP 4 /* seconds of a bar */

/* Three digits and a unit. step is 1000 or 1024; plain numbers up to limit are shown whole. */
static void render_scaled(struct text_buf *buf, double value, double step, double limit,
			  const char *units)
{
	size_t unit = 0;

	if (value < limit) {
		text_buf_printf(buf, "%.0f", value);
		return;
	}
	value /= step;
	/* 999.5 would be rounded to four digits. */
	while (value >= 999.5 && units[unit + 1]) {
		value /= step;
		unit++;
	}
	if (value < 9.995)
		text_buf_printf(buf, "%.2f%c", value, units[unit]);
	else if (value < 99.95)
		text_buf_printf(buf, "%.1f%c", value, units[unit]);
	else
		text_buf_printf(buf, "%.0f%c", value, units[unit]);
}

static void render_count(struct text_buf *buf, double value)
{
	render_scaled(buf, value, 1000, 9999.5, "kMGTPE");
}

static void render_bytes(struct text_buf *buf, double value)
{
	render_scaled(buf, value, 1024, 1023.5, "KMGTPE");
}

/* Small rates keep a digit; what would round to zero says so. */
static void render_small(struct text_buf *buf, double value, void (*big)(struct text_buf *, double))
{
	if (value <= 0)
		text_buf_add(buf, "0");
	else if (value < 0.05)
		text_buf_add(buf, "<0.1");
	else if (value < 9.95)
		text_buf_printf(buf, "%.1f", value);
	else
		big(buf, value);
}

static void render_percent(struct text_buf *buf, double value)
{
	if (value <= 0)
		text_buf_add(buf, "0%");
	else if (value < 0.05)
		text_buf_add(buf, "<0.1%");
	else if (value < 99.95)
		text_buf_printf(buf, "%.1f%%", value);
	else
		text_buf_printf(buf, "%.0f%%", value);
}

static void render_time(struct text_buf *buf, uint64_t time_ns)
{
	time_t seconds = (time_t)(time_ns / 1000000000u);
	unsigned micros = (unsigned)(time_ns % 1000000000u / 1000u);
	struct tm tm;

	if (!localtime_r(&seconds, &tm))
		text_buf_printf(buf, "%" PRIu64, time_ns);
	else
		text_buf_printf(buf, "%02d:%02d:%02d.%06u", tm.tm_hour, tm.tm_min, tm.tm_sec,
				micros);
}

/* "850ns" "12.3us" "1.23ms" "4.56s" "2m03s" "3h12m" "5d04h" */
static void render_duration(struct text_buf *buf, uint64_t ns)
{
	static const char *const units[] = { "us", "ms", "s" };
	uint64_t seconds = ns / 1000000000u;
	double value = (double)ns;
	size_t unit = 0;

	if (ns < 1000) {
		text_buf_printf(buf, "%" PRIu64 "ns", ns);
	} else if (value < 59.995e9) {
		value /= 1e3;
		for (; unit < 2 && value >= 999.5; unit++)
			value /= 1e3;
		text_buf_printf(buf, "%.*f%s",
				value < 9.995   ? 2
				: value < 99.95 ? 1
						: 0,
				value, units[unit]);
	} else if (seconds < 3600) {
		text_buf_printf(buf, "%" PRIu64 "m%02" PRIu64 "s", seconds / 60, seconds % 60);
	} else if (seconds < 86400) {
		text_buf_printf(buf, "%" PRIu64 "h%02" PRIu64 "m", seconds / 3600,
				seconds / 60 % 60);
	} else {
		text_buf_printf(buf, "%" PRIu64 "d%02" PRIu64 "h", seconds / 86400,
				seconds / 3600 % 24);
	}
}

static void render_text(struct text_buf *buf, const struct cell *cell)
{
	if (cell->rendered)
		text_buf_addn(buf, cell->text.data, cell->text.len);
	else
		text_buf_add_safe(buf, cell->text.data, cell->text.len);
}

/* A bar for each SPARK_STEP seconds. */
static void render_spark(struct text_buf *buf, const struct cell *cell, enum bar_marks marks)
{
	uint64_t sums[SPARK_SHOWN / SPARK_STEP] = { 0 };
	size_t len = cell->spark.data ? cell->spark.len / SPARK_STEP : 0;

	if (len > SPARK_SHOWN / SPARK_STEP)
		len = SPARK_SHOWN / SPARK_STEP;
	for (size_t i = 0; i < len * SPARK_STEP; i++)
		sums[i / SPARK_STEP] += cell->spark.data[i];
	bars_render(sums, len, marks, buf);
}

static void render_human(const struct cell *cell, enum bar_marks marks, struct text_buf *buf)
{
	if (!cell->known) {
		text_buf_add(buf, "-");
		return;
	}
	if (cell->at_least)
		text_buf_add(buf, ">=");
	if (cell->about)
		text_buf_add(buf, "~");
	switch (cell->kind) {
	case COLUMN_INT:
	case COLUMN_ID: text_buf_printf(buf, "%" PRId64, cell->i64); break;
	case COLUMN_COUNT_K: render_count(buf, (double)cell->u64); break;
	case COLUMN_RATE: render_small(buf, cell->number, render_count); break;
	case COLUMN_BYTES: render_bytes(buf, (double)cell->u64); break;
	case COLUMN_BYTE_RATE: render_small(buf, cell->number, render_bytes); break;
	case COLUMN_PERCENT: render_percent(buf, cell->number); break;
	case COLUMN_TIME: render_time(buf, cell->u64); break;
	case COLUMN_DURATION: render_duration(buf, cell->u64); break;
	case COLUMN_HIST: hist_render(cell->hist, marks, buf); break;
	case COLUMN_TEXT: render_text(buf, cell); break;
	case COLUMN_SPARK: render_spark(buf, cell, marks); break;
	}
}

void cell_human(const struct cell *cell, struct text_buf *buf)
{
	render_human(cell, BAR_MARKS_BLOCKS, buf);
}

void cell_human_ascii(const struct cell *cell, struct text_buf *buf)
{
	render_human(cell, BAR_MARKS_ASCII, buf);
}

/* Shortest digits that read back as the same number; the point whatever the locale says. */
static void render_number(struct text_buf *buf, double value)
{
	char text[40];
	char *comma;

	if (!isfinite(value)) {
		text_buf_add(buf, "0");
		return;
	}
	if (fabs(value) < 1e15 && value == floor(value)) {
		text_buf_printf(buf, "%.0f", value);
		return;
	}
	for (int digits = 6; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, value);
		if (strtod(text, NULL) == value)
			break;
	}
	comma = strchr(text, ',');
	if (comma)
		*comma = '.';
	text_buf_add(buf, text);
}

/* The number of a cell that is known and no text. */
static void render_raw(const struct cell *cell, struct text_buf *buf)
{
	switch (cell->kind) {
	case COLUMN_INT:
	case COLUMN_ID: text_buf_printf(buf, "%" PRId64, cell->i64); break;
	case COLUMN_COUNT_K:
	case COLUMN_BYTES:
	case COLUMN_TIME:
	case COLUMN_DURATION: text_buf_printf(buf, "%" PRIu64, cell->u64); break;
	case COLUMN_RATE:
	case COLUMN_BYTE_RATE:
	case COLUMN_PERCENT: render_number(buf, cell->number); break;
	case COLUMN_HIST: hist_numbers(cell->hist, " ", buf); break;
	case COLUMN_TEXT:
	case COLUMN_SPARK: break;
	}
}

/* The numbers, oldest first; nothing where all would be zero. */
static void render_numbers(const struct cell *cell, const char *between, struct text_buf *buf)
{
	for (size_t i = 0; cell->spark.data && i < cell->spark.len; i++)
		text_buf_printf(buf, "%s%" PRIu32, i ? between : "", cell->spark.data[i]);
}

void cell_json(const struct cell *cell, struct text_buf *buf)
{
	if (!cell->known) {
		text_buf_add(buf, "null");
	} else if (cell->kind == COLUMN_SPARK) {
		text_buf_add(buf, "[");
		render_numbers(cell, ",", buf);
		text_buf_add(buf, "]");
	} else if (cell->kind == COLUMN_TEXT) {
		json_string(cell->text.data, cell->text.len, buf);
	} else if (cell->kind == COLUMN_HIST) {
		hist_json(cell->hist, buf);
	} else {
		render_raw(cell, buf);
	}
}

void cell_csv(const struct cell *cell, struct text_buf *buf)
{
	const char *data;
	size_t start, len;

	if (!cell->known)
		return;
	if (cell->kind == COLUMN_SPARK) {
		render_numbers(cell, " ", buf);
		return;
	}
	if (cell->kind != COLUMN_TEXT) {
		render_raw(cell, buf);
		return;
	}
	start = buf->len;
	render_text(buf, cell);
	data = buf->data + start;
	len = buf->len - start;
	if (!memchr(data, '"', len) && !memchr(data, ',', len) && !memchr(data, '\n', len) &&
	    !memchr(data, '\r', len))
		return;
	/* Again, quoted: from the cell, because the buffer cannot be its own source. */
	buf->len = start;
	buf->data[start] = '\0';
	text_buf_add(buf, "\"");
	for (size_t i = 0; i < cell->text.len;) {
		const char *quote = memchr(cell->text.data + i, '"', cell->text.len - i);
		struct cell part = *cell;

		part.text.data = cell->text.data + i;
		part.text.len = quote ? (size_t)(quote - part.text.data) : cell->text.len - i;
		render_text(buf, &part);
		if (quote)
			text_buf_add(buf, "\"\"");
		i += part.text.len + (quote != NULL);
	}
	text_buf_add(buf, "\"");
}

void gap_render(uint64_t lost, unsigned buffer, struct text_buf *buf)
{
	char digits[24];
	size_t len = (size_t)snprintf(digits, sizeof(digits), "%" PRIu64, lost);

	text_buf_add(buf, "-- ");
	for (size_t i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			text_buf_add(buf, ",");
		text_buf_addn(buf, digits + i, 1);
	}
	text_buf_printf(buf, " event%s lost in buffer %u --", lost == 1 ? "" : "s", buffer);
}
