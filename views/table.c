/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables: build rows (rows_*.c), filter by text, sort, cut. Sort keys are taken once per row; equal
 * ones keep the order of their identities, unknown ones come last in both directions.
 */
#include "rows.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hist.h"

struct table {
	struct snapshot *snapshot;
	struct frame *frame;
	struct rows rows;
	struct found found;
};

/* A row while it is sorted. */
struct sort_item {
	struct cell cell;
	struct row_key key;
	size_t index;
};

struct sort_order {
	enum column_kind kind;
	bool descending;
};

int table_new(struct table **ret_table)
{
	struct table *table = calloc(1, sizeof(*table));

	if (!table)
		return -ENOMEM;
	table->frame = frame_new();
	if (!table->frame) {
		free(table);
		return -ENOMEM;
	}
	*ret_table = table;
	return 0;
}

void table_free(struct table *table)
{
	if (!table)
		return;
	snapshot_unref(table->snapshot);
	frame_free(table->frame);
	free(table->rows.rows);
	found_release(&table->found);
	free(table);
}

struct row *rows_add(struct build *build)
{
	struct rows *rows = build->rows;
	struct row *row;

	if (rows->len == rows->size) {
		size_t size = rows->size ? rows->size * 2 : 256;
		struct row *grown = reallocarray(rows->rows, size, sizeof(*grown));

		if (!grown)
			return NULL;
		rows->rows = grown;
		rows->size = size;
	}
	row = &rows->rows[rows->len++];
	*row = (struct row){ .snapshot = build->snapshot, .frame = build->frame };
	return row;
}

void row_cell(const struct row *row, const struct column *column, struct cell *ret_cell)
{
	*ret_cell = (struct cell){ .kind = column->kind, .known = true };
	if (row->gap_lost) {
		ret_cell->known = false;
		return;
	}
	column->get(row, ret_cell);
	if (ret_cell->known && (column->flags & COLUMN_F_TOTAL))
		ret_cell->at_least |= row->snapshot->health.inexact;
}

void table_cell(const struct table *table, const struct row *row, const struct column *column,
		struct cell *ret_cell)
{
	row_cell(row, column, ret_cell);
}

/* ASCII letters are equal in both cases; everything else byte by byte. */
static unsigned char fold(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

static bool contains_folded(const char *text, size_t len, const char *needle)
{
	size_t needle_len = strlen(needle);

	for (size_t i = 0; i + needle_len <= len; i++) {
		size_t j = 0;

		while (j < needle_len &&
		       fold((unsigned char)text[i + j]) == fold((unsigned char)needle[j]))
			j++;
		if (j == needle_len)
			return true;
	}
	return false;
}

/* Can a cell of this kind hold the text? Numbers have no letters but those of their units. */
static bool kind_can_hold(enum column_kind kind, const char *needle)
{
	switch (kind) {
	case COLUMN_INT:
	case COLUMN_ID: return !needle[strspn(needle, "-0123456789")];
	case COLUMN_COUNT_K:
	case COLUMN_RATE:
	case COLUMN_BYTES:
	case COLUMN_BYTE_RATE:
	case COLUMN_PERCENT: return !needle[strspn(needle, "-0123456789.<>=%kKmMgGtTpPeE")];
	case COLUMN_TIME: return !needle[strspn(needle, "-0123456789:.")];
	case COLUMN_DURATION: return !needle[strspn(needle, "-0123456789.nusmhdNUSMHD")];
	case COLUMN_HIST: return false;
	case COLUMN_TEXT: return true;
	case COLUMN_SPARK: return false;
	}
	return true;
}

bool rows_match_text(const struct build *build, const struct row *row)
{
	const char *needle = build->query->text_filter;
	struct frame_mark mark = frame_mark(row->frame);
	char data[CELL_TEXT_MAX * 4];
	bool found = false;

	if (!needle || !needle[0])
		return true;
	for (size_t i = 0; i < build->visible_len && !found; i++) {
		const struct column *column = build->query->view->columns[build->visible[i]].column;
		struct text_buf buf;
		struct cell cell;

		if (!kind_can_hold(column->kind, needle))
			continue;
		text_buf_init(&buf, data, sizeof(data));
		row_cell(row, column, &cell);
		cell_human(&cell, &buf);
		found = contains_folded(buf.data, buf.len, needle);
	}
	frame_release(row->frame, mark);
	return found;
}

/* Rows of events are built undecoded when all of them are sorted. */
static bool row_is_undecoded(const struct row *row)
{
	return row->kept && !row->event && !row->gap_lost;
}

/* Drops rows that the text filter (or, of late decoded events, the scope) does not accept. */
static void filter_rows(struct build *build)
{
	const struct scope *scope = build->scope;
	struct rows *rows = build->rows;
	size_t len = 0;

	for (size_t i = 0; i < rows->len; i++) {
		struct row row = rows->rows[i];
		struct event event;

		if (row_is_undecoded(&row)) {
			if (row_decode(row.kept, &event) < 0 ||
			    !scope_accepts_event(scope, &event, row.kept))
				continue;
			row.event = &event;
		}
		if (!row.gap_lost && !rows_match_text(build, &row))
			continue;
		rows->rows[len++] = rows->rows[i];
	}
	rows->len = len;
}

static int compare_u64(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int compare_text(const struct cell *a, const struct cell *b)
{
	size_t len = a->text.len < b->text.len ? a->text.len : b->text.len;
	int r = len ? memcmp(a->text.data, b->text.data, len) : 0;

	return r ? r : compare_u64(a->text.len, b->text.len);
}

/* By what they have in common with other rates: how much in all. */
static uint64_t spark_sum(const struct cell *cell)
{
	uint64_t sum = 0;

	for (size_t i = 0; cell->spark.data && i < cell->spark.len; i++)
		sum += cell->spark.data[i];
	return sum;
}

static int compare_cells(enum column_kind kind, const struct cell *a, const struct cell *b)
{
	switch (kind) {
	case COLUMN_INT:
	case COLUMN_ID: return a->i64 < b->i64 ? -1 : a->i64 > b->i64;
	case COLUMN_COUNT_K:
	case COLUMN_BYTES:
	case COLUMN_TIME:
	case COLUMN_DURATION: return compare_u64(a->u64, b->u64);
	case COLUMN_RATE:
	case COLUMN_BYTE_RATE:
	case COLUMN_PERCENT: return a->number < b->number ? -1 : a->number > b->number;
	case COLUMN_HIST: return hist_compare(a->hist, b->hist);
	case COLUMN_TEXT: return compare_text(a, b);
	case COLUMN_SPARK: return compare_u64(spark_sum(a), spark_sum(b));
	}
	return 0;
}

static int compare_items(const void *x, const void *y, void *ctx)
{
	const struct sort_item *a = x, *b = y;
	const struct sort_order *order = ctx;
	int r;

	if (a->cell.known != b->cell.known)
		return a->cell.known ? -1 : 1;
	r = a->cell.known ? compare_cells(order->kind, &a->cell, &b->cell) : 0;
	if (r)
		return order->descending ? -r : r;
	r = compare_u64(a->key.a, b->key.a);
	if (r == 0)
		r = compare_u64(a->key.b, b->key.b);
	return r ? r : compare_u64(a->index, b->index);
}

/* Takes the sort key of a row; of an undecoded event through a scratch event. */
static void take_key(const struct row *row, const struct column *column, struct cell *ret_cell)
{
	struct row copy = *row;
	struct event event;

	if (row_is_undecoded(row)) {
		*ret_cell = (struct cell){ .kind = column->kind };
		if (row_decode(row->kept, &event) < 0)
			return;
		copy.event = &event;
	}
	row_cell(&copy, column, ret_cell);
}

static int sort_rows(struct build *build)
{
	const struct table_query *query = build->query;
	const struct column *column;
	struct rows *rows = build->rows;
	struct sort_order order;
	struct sort_item *items;
	struct row *sorted;
	size_t keep = query->limit && query->limit < rows->len ? query->limit : rows->len;

	if (query->sort >= query->view->columns_len || rows->len == 0)
		return 0;
	column = query->view->columns[query->sort].column;
	order = (struct sort_order){ .kind = column->kind, .descending = query->descending };
	items = frame_alloc(build->frame, rows->len * sizeof(*items));
	sorted = frame_alloc(build->frame, keep * sizeof(*sorted));
	if (!items || !sorted)
		return -ENOMEM;
	for (size_t i = 0; i < rows->len; i++) {
		take_key(&rows->rows[i], column, &items[i].cell);
		/* Paths come in their own order, which their keys (hashes) have not. */
		items[i].key = query->view->entity == ENTITY_PATH ? (struct row_key){ 0 }
								  : rows->rows[i].key;
		items[i].index = i;
	}
	qsort_r(items, rows->len, sizeof(*items), compare_items, &order);
	for (size_t i = 0; i < keep; i++)
		sorted[i] = rows->rows[items[i].index];
	memcpy(rows->rows, sorted, keep * sizeof(*sorted));
	rows->len = keep;
	return 0;
}

/* The first rows; in arrival order the newest, which are the last. */
static void cut_rows(struct build *build)
{
	struct rows *rows = build->rows;
	size_t limit = build->query->limit;

	if (!limit || rows->len <= limit)
		return;
	if (build->query->sort == SIZE_MAX && build->query->view->follow)
		memmove(rows->rows, rows->rows + rows->len - limit, limit * sizeof(rows->rows[0]));
	rows->len = limit;
}

/* What stays is decoded for good. */
static int decode_rows(struct build *build)
{
	for (size_t i = 0; i < build->rows->len; i++) {
		struct row *row = &build->rows->rows[i];
		struct event *event;

		if (!row_is_undecoded(row))
			continue;
		event = frame_alloc(build->frame, sizeof(*event));
		if (!event)
			return -ENOMEM;
		/* It was decoded before, when it was filtered. */
		if (row_decode(row->kept, event) < 0)
			return -EBADMSG;
		row->event = event;
	}
	return 0;
}

static int build_rows(struct build *build)
{
	switch (build->query->view->entity) {
	case ENTITY_PROCESS: return rows_build_process(build);
	case ENTITY_SYSCALL: return rows_build_syscall(build);
	case ENTITY_CALLER: return rows_build_caller(build);
	case ENTITY_EVENT: return rows_build_event(build);
	case ENTITY_FIELD: return rows_build_field(build);
	case ENTITY_OPEN: return rows_build_open(build);
	case ENTITY_PATH: return rows_build_path(build);
	case ENTITY_SLOW: return rows_build_slow(build);
	case ENTITY_BUFFER: return rows_build_buffer(build);
	case ENTITY_THREAD: return rows_build_thread(build);
	case ENTITY_ERRNO: return rows_build_errno(build);
	case ENTITY_FAILURE: return rows_build_failure(build);
	case ENTITY_FILE: return rows_build_file(build);
	case ENTITY_CONN: return rows_build_conn(build);
	case ENTITY_URING: return rows_build_uring(build);
	case ENTITY_CONTAINER: return rows_build_container(build);
	case ENTITY_USER: return rows_build_user(build);
	case ENTITY_TREE: return rows_build_tree(build);
	case ENTITY_EXEC: return rows_build_exec(build);
	case ENTITY_HIT: return rows_build_hit(build);
	case ENTITY_RULE: return rows_build_rule(build);
	case ENTITY_HIT_RULE:
	case ENTITY_HIT_PRIORITY: return rows_build_hits(build);
	case ENTITY_NEWCONN: return rows_build_newconn(build);
	case ENTITY_FD: return rows_build_fd(build);
	case ENTITY_LISTENER: return rows_build_listener(build);
	case ENTITY_PAGE: return rows_build_page(build);
	case ENTITY_VARIABLE: return rows_build_variable(build);
	case ENTITY_WHY: return rows_build_why(build);
	case ENTITY_COUNT: break;
	}
	return 0;
}

/* Events in arrival order are filtered while they are built. */
static bool is_walked(const struct table_query *query)
{
	return query->sort == SIZE_MAX && entity_is_event(query->view->entity);
}

int table_fill(struct table *table, struct snapshot *snapshot, const struct table_query *query)
{
	struct scope scope = scope_of_view(query->scope, query->view);
	struct snapshot *old = table->snapshot;
	struct build build = { .snapshot = snapshot,
			       .query = query,
			       .scope = &scope,
			       .frame = table->frame,
			       .rows = &table->rows,
			       .found = &table->found };
	int r;

	table->snapshot = snapshot_ref(snapshot);
	snapshot_unref(old);
	table->rows.len = 0;
	frame_reset(table->frame);
	build.visible_len = view_layout(query->view, 0, query->shown, build.visible);
	r = build_rows(&build);
	if (r == 0 && !is_walked(query))
		filter_rows(&build);
	if (r == 0)
		r = sort_rows(&build);
	if (r == 0) {
		cut_rows(&build);
		r = decode_rows(&build);
	}
	if (r < 0)
		table->rows.len = 0;
	return r;
}

const struct snapshot *table_snapshot(const struct table *table)
{
	return table->snapshot;
}

size_t table_len(const struct table *table)
{
	return table->rows.len;
}

const struct row *table_row(const struct table *table, size_t index)
{
	return index < table->rows.len ? &table->rows.rows[index] : NULL;
}

ssize_t table_find(const struct table *table, struct row_key key)
{
	for (size_t i = 0; i < table->rows.len; i++) {
		const struct row_key *at = &table->rows.rows[i].key;

		if (at->a == key.a && at->b == key.b)
			return (ssize_t)i;
	}
	return -1;
}

const char *view_drill(const struct view *view, const struct scope *scope)
{
	if (view->drill_scoped[0] && scope && scope_has_proc(scope))
		return view->drill_scoped;
	return view->drill;
}
