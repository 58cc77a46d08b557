/* SPDX-License-Identifier: Apache-2.0 */
/* What a process did, for its page: the last minute, and most of what. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "column.h"
#include "line.h"
#include "page.h"
#include "probe/schema/event.h"

#define TOP_CALLS 10
#define TOP_ERRORS 5
#define TOP_OBJECTS 5
#define TOP_THREADS 10
#define LAST_HITS 5
#define LAST_EVENTS 20

static void put(struct text_buf *buf, enum column_kind kind, uint64_t value)
{
	struct cell cell = { .kind = kind, .known = true, .u64 = value };

	cell_human(&cell, buf);
}

static void put_rate(struct page *page, struct text_buf *buf, enum column_kind kind, uint64_t delta)
{
	struct row row = { .snapshot = page->build->snapshot };
	struct cell cell = { .kind = kind, .known = true };

	cell_set_rate(&cell, &row, delta);
	cell_human(&cell, buf);
	text_buf_add(buf, "/s");
}

static const struct pulse_line {
	enum pulse_metric metric;
	enum column_kind kind;
	const char *unit;
} pulse_lines[] = {
	{ PULSE_CALLS, COLUMN_COUNT_K, " calls" },
	{ PULSE_ERRORS, COLUMN_COUNT_K, " failed" },
	{ PULSE_BYTES, COLUMN_BYTES, " moved" },
	{ PULSE_CPU_US, COLUMN_DURATION, " of CPU" },
};
#define PULSE_LINES (sizeof(pulse_lines) / sizeof(pulse_lines[0]))

/* bars: NULL: nothing happened; sum: of them. */
static void add_pulse(struct page *page, const char *item, const struct pulse_line *line,
		      const uint32_t *bars, uint64_t sum)
{
	struct cell cell = { .kind = COLUMN_SPARK, .known = true };
	struct text_buf buf;

	cell.spark.data = bars;
	cell.spark.len = SPARK_SHOWN;
	if (!page_begin(page, &buf))
		return;
	if (!bars)
		text_buf_add(&buf, "               ");
	cell_human(&cell, &buf);
	text_buf_add(&buf, "  ");
	put(&buf, line->kind, line->metric == PULSE_CPU_US ? sum * 1000 : sum);
	text_buf_add(&buf, line->unit);
	page_end(page, &buf, item, *item && line->metric == PULSE_CALLS ? "syscalls" : NULL);
}

static void add_minute(struct page *page)
{
	const struct proc_detail *detail = page->proc->detail;

	for (size_t i = 0; detail && i < PULSE_LINES; i++) {
		const uint32_t *bars = detail->pulse[pulse_lines[i].metric];
		uint64_t sum = 0;

		for (size_t s = 0; bars && s < SPARK_SHOWN; s++)
			sum += bars[s];
		add_pulse(page, i ? "" : "last minute", &pulse_lines[i], bars, sum);
	}
}

_Static_assert(SPARK_SLICES == SPARK_SHOWN, "bars of ten minutes are as many as those of one");

/* Only where something was before the last minute. */
static void add_ten_minutes(struct page *page)
{
	const struct proc_detail *detail = page->proc->detail;
	const char *item = "10 minutes";

	for (size_t i = 0; detail && i < PULSE_LINES; i++) {
		const float *slices = detail->slices[pulse_lines[i].metric];
		uint32_t bars[SPARK_SLICES];
		double sum = 0, most = 0, scale;

		for (size_t s = 0; slices && s < SPARK_SLICES; s++) {
			sum += slices[s];
			most = slices[s] > most ? slices[s] : most;
		}
		if (!slices)
			continue;
		scale = most > UINT32_MAX ? UINT32_MAX / (most * 1.001) : 1;
		for (size_t s = 0; s < SPARK_SLICES; s++)
			bars[s] = (uint32_t)(slices[s] * scale);
		add_pulse(page, item, &pulse_lines[i], bars, (uint64_t)sum);
		item = "";
	}
}

static int call_order(const void *a, const void *b)
{
	const struct call_row *left = *(const struct call_row *const *)a;
	const struct call_row *right = *(const struct call_row *const *)b;

	if (left->calls_delta != right->calls_delta)
		return left->calls_delta < right->calls_delta ? 1 : -1;
	if (left->calls != right->calls)
		return left->calls < right->calls ? 1 : -1;
	return left->nr < right->nr ? -1 : left->nr > right->nr;
}

static void add_calls(struct page *page)
{
	const struct snapshot *snapshot = page->build->snapshot;
	uint32_t len = page->proc->calls_len;
	const struct call_row **sorted = frame_alloc(page->build->frame, len * sizeof(*sorted));
	struct text_buf buf;

	if (!sorted) {
		page->failed = true;
		return;
	}
	for (uint32_t i = 0; i < len; i++)
		sorted[i] = &snapshot->calls[page->proc->calls_first + i];
	qsort(sorted, len, sizeof(*sorted), call_order);
	for (uint32_t i = 0; i < len && i < TOP_CALLS && page_begin(page, &buf); i++) {
		text_buf_printf(&buf, "%-18s ", syscall_count_name(sorted[i]->nr));
		put_rate(page, &buf, COLUMN_RATE, sorted[i]->calls_delta);
		text_buf_add(&buf, ", ");
		put(&buf, COLUMN_COUNT_K, sorted[i]->calls);
		text_buf_add(&buf, " in all");
		if (sorted[i]->errors) {
			text_buf_add(&buf, ", ");
			put(&buf, COLUMN_COUNT_K, sorted[i]->errors);
			text_buf_add(&buf, " failed");
		}
		if (sorted[i]->timing.timed) {
			text_buf_add(&buf, ", at most ");
			put(&buf, COLUMN_DURATION, sorted[i]->timing.max_ns);
		}
		page_end(page, &buf, i ? "" : "calls", "syscalls");
	}
}

static int errno_order(const void *a, const void *b)
{
	const struct errno_row *left = *(const struct errno_row *const *)a;
	const struct errno_row *right = *(const struct errno_row *const *)b;

	if (left->count != right->count)
		return left->count < right->count ? 1 : -1;
	if (left->nr != right->nr)
		return left->nr < right->nr ? -1 : 1;
	return left->err < right->err ? -1 : left->err > right->err;
}

static void add_errors(struct page *page)
{
	const struct snapshot *snapshot = page->build->snapshot;
	const struct errno_row **sorted;
	struct text_buf buf;
	size_t len = 0;

	sorted = frame_alloc(page->build->frame, snapshot->errnos_len * sizeof(*sorted));
	if (!sorted) {
		page->failed = true;
		return;
	}
	for (size_t i = 0; i < snapshot->errnos_len; i++)
		if (snapshot->errnos[i].proc == page->index && snapshot->errnos[i].err)
			sorted[len++] = &snapshot->errnos[i];
	qsort(sorted, len, sizeof(*sorted), errno_order);
	for (size_t i = 0; i < len && i < TOP_ERRORS && page_begin(page, &buf); i++) {
		const char *name = errno_name(sorted[i]->err);

		text_buf_printf(&buf, "%-18s ", syscall_count_name(sorted[i]->nr));
		if (name)
			text_buf_add(&buf, name);
		else
			text_buf_printf(&buf, "%u", sorted[i]->err);
		text_buf_add(&buf, ", ");
		put(&buf, COLUMN_COUNT_K, sorted[i]->count);
		page_end(page, &buf, i ? "" : "failures", "failures");
	}
}

static uint64_t moved(const struct activity_row *row)
{
	return row->in + row->out;
}

static int moved_order(const void *a, const void *b)
{
	const struct activity_row *left = *(const struct activity_row *const *)a;
	const struct activity_row *right = *(const struct activity_row *const *)b;

	if (moved(left) != moved(right))
		return moved(left) < moved(right) ? 1 : -1;
	return left < right ? -1 : left > right;
}

static void add_objects(struct page *page, enum activity_kind kind, const char *item,
			const char *drill)
{
	const struct snapshot *snapshot = page->build->snapshot;
	const struct activity_row **sorted;
	struct text_buf buf;
	size_t len = 0;

	sorted = frame_alloc(page->build->frame, snapshot->activities_len * sizeof(*sorted));
	if (!sorted) {
		page->failed = true;
		return;
	}
	for (size_t i = 0; i < snapshot->activities_len; i++) {
		const struct activity_row *row = &snapshot->activities[i];

		if (row->proc == page->index && row->kind == kind && moved(row))
			sorted[len++] = row;
	}
	qsort(sorted, len, sizeof(*sorted), moved_order);
	for (size_t i = 0; i < len && i < TOP_OBJECTS && page_begin(page, &buf); i++) {
		const struct activity_row *row = sorted[i];

		text_buf_add(&buf, row->name ? row->name : "?");
		if (row->remote)
			text_buf_printf(&buf, "->%s", row->remote);
		text_buf_add(&buf, row->at_least ? ": in >=" : ": in ");
		put(&buf, COLUMN_BYTES, row->in);
		text_buf_add(&buf, row->at_least ? ", out >=" : ", out ");
		put(&buf, COLUMN_BYTES, row->out);
		page_end(page, &buf, i ? "" : item, drill);
	}
}

static int thread_order(const void *a, const void *b)
{
	const struct thread_row *left = *(const struct thread_row *const *)a;
	const struct thread_row *right = *(const struct thread_row *const *)b;

	if (left->cpu_delta_ns != right->cpu_delta_ns)
		return left->cpu_delta_ns < right->cpu_delta_ns ? 1 : -1;
	return left->tid < right->tid ? -1 : left->tid > right->tid;
}

static void put_thread(struct page *page, struct text_buf *buf, const struct thread_row *thread)
{
	struct cell cell = { .kind = COLUMN_PERCENT, .known = true };

	text_buf_printf(buf, "%u %s, state %c, CPU ", thread->tid, thread->comm,
			thread->state ? thread->state : '?');
	cell_set_percent(&cell, thread->cpu_delta_ns, page->build->snapshot->interval_ns);
	cell_human(&cell, buf);
	text_buf_add(buf, ", ");
	put_rate(page, buf, COLUMN_RATE, thread->calls_delta);
	if (thread->in_nr == COUNT_NR_COUNT)
		return;
	text_buf_printf(buf, ", in %s for %s", syscall_count_name(thread->in_nr),
			thread->in_exact ? "" : ">=");
	put(buf, COLUMN_DURATION, thread->in_ns);
}

static void add_threads(struct page *page)
{
	const struct snapshot *snapshot = page->build->snapshot;
	uint32_t threads = page->proc->threads;
	const struct thread_row **sorted;
	struct text_buf buf;
	size_t len = 0;

	sorted = frame_alloc(page->build->frame, snapshot->threads_len * sizeof(*sorted));
	if (!sorted) {
		page->failed = true;
		return;
	}
	for (size_t i = 0; i < snapshot->threads_len; i++)
		if (snapshot->threads[i].proc == page->index)
			sorted[len++] = &snapshot->threads[i];
	qsort(sorted, len, sizeof(*sorted), thread_order);
	for (size_t i = 0; i < len && i < TOP_THREADS && page_begin(page, &buf); i++) {
		put_thread(page, &buf, sorted[i]);
		page_end(page, &buf, i ? "" : "threads", "threads");
	}
	if (threads > TOP_THREADS && page_begin(page, &buf)) {
		text_buf_printf(&buf, "%u in all", threads);
		page_end(page, &buf, "", "threads");
	}
}

void page_add_top(struct page *page)
{
	add_minute(page);
	add_ten_minutes(page);
	add_calls(page);
	add_errors(page);
	add_objects(page, ACTIVITY_FILE, "files", "files");
	add_objects(page, ACTIVITY_SOCKET, "connections", "conn");
	add_threads(page);
}

/* Is it of the process? By its prefix. */
static bool is_of(const struct history_event *kept, const struct proc_row *proc)
{
	struct record_prefix prefix;

	if (kept->hidden || kept->record_len < sizeof(prefix))
		return false;
	memcpy(&prefix, kept->record, sizeof(prefix));
	return prefix.pid == proc->pid && prefix.start_boot_ns == proc->start_boot_ns;
}

/* The newest max ones of the process, oldest first; returns how many. */
static size_t last_of(const struct page *page, enum entity entity, size_t max,
		      const struct history_event **ret_list)
{
	struct event_span span = entity_span(page->build->snapshot, entity);
	size_t len = 0;

	for (size_t c = span.chunks_len; c-- > 0 && len < max;) {
		const struct history_chunk *chunk = span.chunks[c];

		for (size_t i = history_chunk_len(chunk); i-- > 0 && len < max;) {
			const struct history_event *kept = history_chunk_at(chunk, i);

			if (kept->num >= span.first && kept->num < span.end &&
			    is_of(kept, page->proc))
				ret_list[len++] = kept;
		}
	}
	for (size_t i = 0; i < len / 2; i++) {
		const struct history_event *swap = ret_list[i];

		ret_list[i] = ret_list[len - 1 - i];
		ret_list[len - 1 - i] = swap;
	}
	return len;
}

void page_add_last(struct page *page)
{
	const struct history_event *list[LAST_EVENTS];
	size_t len = last_of(page, ENTITY_HIT, LAST_HITS, list);
	struct text_buf buf;

	for (size_t i = 0; i < len && page_begin(page, &buf); i++) {
		struct history_hit hit;

		put(&buf, COLUMN_TIME, list[i]->ts_ns);
		if (history_hit(list[i], &hit))
			text_buf_printf(&buf, " %s: %s", hit.rule, hit.output);
		page_end(page, &buf, i ? "" : "rule hits", "hits");
	}
	len = last_of(page, ENTITY_EVENT, LAST_EVENTS, list);
	for (size_t i = 0; i < len && page_begin(page, &buf); i++) {
		line_text(list[i], &buf);
		page_end_rendered(page, &buf, i ? "" : "last events", "stream");
	}
}

void get_page_item(const struct row *row, struct cell *ret_cell)
{
	cell_set_text(ret_cell, row->page->item);
}

void get_page_value(const struct row *row, struct cell *ret_cell)
{
	cell_set_text(ret_cell, row->page->value);
	ret_cell->rendered = row->page->rendered;
}
