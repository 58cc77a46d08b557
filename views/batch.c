/* SPDX-License-Identifier: Apache-2.0 */
#include "batch.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "frame.h"

/* One byte of text becomes at most "\u00XX"; numbers and marks fit the rest. */
#define BATCH_BYTES_PER_BYTE 6
#define BATCH_BYTES_MIN 512

void batch_init(struct batch *batch, FILE *out, const struct view *view)
{
	*batch = (struct batch){ .out = out, .view = view };
}

void batch_release(struct batch *batch)
{
	free(batch->data);
	*batch = (struct batch){ 0 };
}

/* A buffer that holds text_len bytes in any form. */
static int batch_buf(struct batch *batch, size_t text_len, struct text_buf *ret_buf)
{
	size_t need = text_len * BATCH_BYTES_PER_BYTE + BATCH_BYTES_MIN;

	if (batch->size < need) {
		char *grown = realloc(batch->data, need);

		if (!grown)
			return -ENOMEM;
		batch->data = grown;
		batch->size = need;
	}
	text_buf_init(ret_buf, batch->data, batch->size);
	return 0;
}

typedef void (*cell_render_fn)(const struct cell *cell, struct text_buf *buf);

/* Returns 1 when the value may be more than that, 0 when it is not, or -ENOMEM. */
static int batch_cell(struct batch *batch, const struct row *row, const struct column *column,
		      cell_render_fn render, struct text_buf *ret_buf)
{
	struct cell cell;
	int r;

	table_cell(batch->table, row, column, &cell);
	r = batch_buf(batch, cell.known && cell.kind == COLUMN_TEXT ? cell.text.len : 0, ret_buf);
	if (r < 0)
		return r;
	render(&cell, ret_buf);
	return cell.known && cell.at_least;
}

/* Characters of valid UTF-8; each is taken to be one cell wide. */
static size_t text_width(const char *text, size_t len)
{
	size_t width = 0;

	for (size_t i = 0; i < len; i++)
		width += ((unsigned char)text[i] & 0xc0) != 0x80;
	return width;
}

/* Bytes of the first width characters. */
static size_t text_bytes(const char *text, size_t len, size_t width)
{
	size_t i = 0;

	while (i < len && (width > 0 || ((unsigned char)text[i] & 0xc0) == 0x80)) {
		if (((unsigned char)text[i] & 0xc0) != 0x80)
			width--;
		i++;
	}
	return i;
}

/* A line of columns; blanks are written when something follows them. */
struct text_line {
	FILE *out;
	size_t blanks;
};

static void line_put(struct text_line *line, const char *text, size_t len)
{
	fprintf(line->out, "%*s", (int)line->blanks, "");
	line->blanks = 0;
	fwrite(text, 1, len, line->out);
}

/* A text in its column: at the left and cut with a "+"; numbers at the right and whole. */
static void line_column(struct text_line *line, const struct column *column, size_t width,
			const struct text_buf *text)
{
	size_t used = text_width(text->data, text->len);
	size_t pad = width > used ? width - used : 0;

	if (column_is_right(column)) {
		line->blanks += pad;
		line_put(line, text->data, text->len);
	} else if (width && used > width) {
		line_put(line, text->data, text_bytes(text->data, text->len, width - 1));
		line_put(line, "+", 1);
	} else {
		line_put(line, text->data, text->len);
		line->blanks += pad;
	}
	line->blanks++;
}

/* The columns of a text table and how wide the one is that takes the rest (0 = as it is). */
struct text_layout {
	uint8_t indexes[VIEW_COLUMNS_MAX];
	size_t len;
	size_t rest;
};

static void layout_init(struct text_layout *layout, const struct batch *batch)
{
	size_t used = 0;

	layout->len = view_layout(batch->view, batch->width, batch->shown, layout->indexes);
	for (size_t i = 0; i < layout->len; i++)
		used += batch->view->columns[layout->indexes[i]].column->width + (i ? 1 : 0);
	layout->rest = batch->width > used ? batch->width - used : 0;
}

static size_t layout_column(const struct text_layout *layout, const struct batch *batch, size_t i,
			    const struct column **ret_column)
{
	const struct column *column = batch->view->columns[layout->indexes[i]].column;

	*ret_column = column;
	return column->width ? column->width : layout->rest;
}

static void text_head(struct batch *batch, const struct snapshot *snapshot, enum batch_part part)
{
	const struct health_row *health = &snapshot->health;
	char data[1024];
	struct text_buf buf;
	struct cell time = { .kind = COLUMN_TIME, .known = true, .u64 = snapshot->time_ns };

	text_buf_init(&buf, data, sizeof(data));
	cell_human(&time, &buf);
	fprintf(batch->out, "saker ");
	fwrite(data, 1, buf.len > 8 ? 8 : buf.len, batch->out);
	text_buf_init(&buf, data, sizeof(data));
	text_buf_add(&buf, "  ");
	text_buf_add_safe(&buf, snapshot->host ? snapshot->host : "",
			  snapshot->host ? strlen(snapshot->host) : 0);
	text_buf_printf(&buf, "  %s", batch->view->name);
	if (batch->scope && batch->scope->len) {
		text_buf_add(&buf, " > ");
		scope_render(batch->scope, batch->view, &buf);
	}
	text_buf_add(&buf, part == BATCH_FINAL ? "  final\n" : "\n");
	text_buf_add(&buf, "calls ");
	cell_human(&(struct cell){ .kind = COLUMN_COUNT_K,
				   .known = true,
				   .at_least = health->inexact,
				   .u64 = health->calls },
		   &buf);
	text_buf_printf(&buf, "  events %" PRIu64 "  drops %" PRIu64, health->events,
			health->drops);
	for (size_t i = 0; health->drops && i < snapshot->buffers_len; i++)
		if (snapshot->buffers[i].drops)
			text_buf_printf(&buf, " b%u %" PRIu64, snapshot->buffers[i].buffer,
					snapshot->buffers[i].drops);
	text_buf_add(&buf, "  lag ");
	cell_human(&(struct cell){ .kind = COLUMN_DURATION, .known = true, .u64 = health->lag_ns },
		   &buf);
	text_buf_add(&buf, health->timing == HEALTH_TIMING_ON ? "  timing on" : "");
	if (health->rows_evicted || health->roomless)
		text_buf_printf(&buf, "  no room: %" PRIu64 " threads, %" PRIu64 " rows",
				health->roomless, health->rows_evicted);
	fwrite(buf.data, 1, buf.len, batch->out);
	fputs("\n\n", batch->out);
}

static int text_row(struct batch *batch, const struct text_layout *layout, const struct row *row)
{
	struct text_line line = { .out = batch->out };
	struct text_buf buf;

	if (row->gap_lost) {
		int r = batch_buf(batch, 0, &buf);

		if (r < 0)
			return r;
		gap_render(row->gap_lost, row->gap_buffer, &buf);
		fwrite(buf.data, 1, buf.len, batch->out);
		fputc('\n', batch->out);
		return 0;
	}
	for (size_t i = 0; i < layout->len; i++) {
		const struct column *column;
		size_t width = layout_column(layout, batch, i, &column);
		int r = batch_cell(batch, row, column, batch->ascii ? cell_human_ascii : cell_human,
				   &buf);

		if (r < 0)
			return r;
		line_column(&line, column, width, &buf);
	}
	fputc('\n', batch->out);
	return 0;
}

static void text_begin(struct batch *batch, const struct snapshot *snapshot, enum batch_part part)
{
	struct text_line line = { .out = batch->out };
	struct text_layout layout;

	layout_init(&layout, batch);
	text_head(batch, snapshot, part);
	for (size_t i = 0; i < layout.len; i++) {
		const struct column *column;
		size_t width = layout_column(&layout, batch, i, &column);
		char header[64];
		struct text_buf buf;

		text_buf_init(&buf, header, sizeof(header));
		text_buf_add(&buf, column->header);
		line_column(&line, column, width, &buf);
	}
	fputc('\n', batch->out);
}

/* at_least: by index of the column, as text tables have ">=". */
static void json_at_least(struct batch *batch, const bool *at_least)
{
	const char *before = ",\"at_least\":[";

	for (size_t i = 0; i < batch->view->columns_len; i++) {
		if (!at_least[i])
			continue;
		fprintf(batch->out, "%s\"%s\"", before, batch->view->columns[i].column->id);
		before = ",";
	}
	if (before[1] == '\0')
		fputc(']', batch->out);
}

static int json_row(struct batch *batch, const struct row *row)
{
	bool at_least[VIEW_COLUMNS_MAX];

	if (row->gap_lost) {
		fprintf(batch->out, "{\"lost\":%" PRIu64 ",\"buffer\":%u}", row->gap_lost,
			row->gap_buffer);
		return 0;
	}
	for (size_t i = 0; i < batch->view->columns_len; i++) {
		const struct column *column = batch->view->columns[i].column;
		struct text_buf buf;
		int r = batch_cell(batch, row, column, cell_json, &buf);

		if (r < 0)
			return r;
		at_least[i] = r;
		fprintf(batch->out, "%c\"%s\":", i ? ',' : '{', column->id);
		fwrite(buf.data, 1, buf.len, batch->out);
	}
	json_at_least(batch, at_least);
	fputc('}', batch->out);
	return 0;
}

static void json_begin(struct batch *batch, const struct snapshot *snapshot, enum batch_part part)
{
	const struct health_row *health = &snapshot->health;

	fprintf(batch->out,
		"{\"view\":\"%s\",\"time_ns\":%" PRIu64 ",\"health\":{\"calls\":%" PRIu64
		",\"events\":%" PRIu64 ",\"drops\":%" PRIu64 ",\"lag_ns\":%" PRIu64 "%s%s",
		batch->view->name, snapshot->time_ns, health->calls, health->events, health->drops,
		health->lag_ns, health->inexact ? ",\"inexact\":true" : "",
		health->timing == HEALTH_TIMING_ON ? ",\"timing\":true" : "");
	if (health->rows_evicted || health->roomless)
		fprintf(batch->out, ",\"rows_evicted\":%" PRIu64 ",\"roomless\":%" PRIu64,
			health->rows_evicted, health->roomless);
	fprintf(batch->out, "}%s,\"rows\":[", part == BATCH_FINAL ? ",\"final\":true" : "");
}

static int csv_row(struct batch *batch, const struct row *row)
{
	const struct view *view = batch->view;

	fprintf(batch->out, "%" PRIu64, row->snapshot->time_ns);
	for (size_t i = 0; i < view->columns_len; i++) {
		struct text_buf buf;
		int r = batch_cell(batch, row, view->columns[i].column, cell_csv, &buf);

		if (r < 0)
			return r;
		/* The line of a gap stands in the column that takes the rest. */
		if (row->gap_lost && i + 1 == view->columns_len) {
			text_buf_add(&buf, "\"");
			gap_render(row->gap_lost, row->gap_buffer, &buf);
			text_buf_add(&buf, "\"");
		}
		fputc(',', batch->out);
		fwrite(buf.data, 1, buf.len, batch->out);
	}
	fputs("\r\n", batch->out);
	return 0;
}

static void csv_begin(struct batch *batch)
{
	if (batch->has_header)
		return;
	fputs("time_ns", batch->out);
	for (size_t i = 0; i < batch->view->columns_len; i++)
		fprintf(batch->out, ",%s", batch->view->columns[i].column->id);
	fputs("\r\n", batch->out);
	batch->has_header = true;
}

void batch_begin(struct batch *batch, enum batch_format format, const struct snapshot *snapshot,
		 enum batch_part part)
{
	batch->format = format;
	batch->rows = 0;
	switch (format) {
	case BATCH_TEXT: text_begin(batch, snapshot, part); break;
	case BATCH_JSON: json_begin(batch, snapshot, part); break;
	case BATCH_CSV: csv_begin(batch); break;
	}
}

static int batch_row(struct batch *batch, const struct text_layout *layout, const struct row *row)
{
	switch (batch->format) {
	case BATCH_TEXT: return text_row(batch, layout, row);
	case BATCH_CSV: return csv_row(batch, row);
	case BATCH_JSON: break;
	}
	if (batch->rows)
		fputc(',', batch->out);
	return json_row(batch, row);
}

int batch_rows(struct batch *batch, const struct table *table)
{
	struct text_layout layout;
	int r = 0;

	batch->table = table;
	layout_init(&layout, batch);
	for (size_t i = 0; i < table_len(table) && r == 0; i++) {
		const struct row *row = table_row(table, i);
		struct frame_mark mark = frame_mark(row->frame);

		r = batch_row(batch, &layout, row);
		frame_release(row->frame, mark);
		batch->rows++;
	}
	return r;
}

void batch_evicted(struct batch *batch, uint64_t count)
{
	switch (batch->format) {
	case BATCH_TEXT:
		fprintf(batch->out, "-- %" PRIu64 " events had left the memory (see --memory) --\n",
			count);
		break;
	case BATCH_JSON:
		fprintf(batch->out, "%s{\"evicted\":%" PRIu64 "}", batch->rows ? "," : "", count);
		break;
	case BATCH_CSV:
		for (size_t i = 0; i < batch->view->columns_len; i++)
			fputc(',', batch->out);
		fprintf(batch->out, "\"-- %" PRIu64 " events had left the memory --\"\r\n", count);
		break;
	}
	batch->rows++;
}

int batch_end(struct batch *batch)
{
	switch (batch->format) {
	case BATCH_TEXT: fputc('\n', batch->out); break;
	case BATCH_JSON: fputs("]}\n", batch->out); break;
	case BATCH_CSV: break;
	}
	errno = 0;
	if (fflush(batch->out) != 0 || ferror(batch->out))
		return errno ? -errno : -EIO;
	return 0;
}

int batch_write(struct batch *batch, enum batch_format format, const struct table *table,
		enum batch_part part)
{
	int r;

	batch_begin(batch, format, table_snapshot(table), part);
	r = batch_rows(batch, table);
	return r < 0 ? r : batch_end(batch);
}
