/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The page of a hit, above the fields of its event: tags, the parts of the condition that decided,
 * the ancestors of its process, and what its parent, it and all below did around it. The
 * former were kept with the hit, the latter are events in memory.
 */
#include "rows.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "hit.h"
#include "hit_tree.h"

#define NS_PER_S 1000000000ull
#define WINDOW_NS (10 * NS_PER_S)
#define AROUND_MAX 12 /* lines before, and after */
#define VALUE_MAX 512

struct hit_page {
	struct build *build;
	const struct history_event *kept;
	const struct event *event; /* the same, decoded */
	struct history_hit hit;
	size_t lines;
};

static int add_line(struct hit_page *page, const struct hit_line *line)
{
	struct hit_line *copy = frame_alloc(page->build->frame, sizeof(*copy));
	struct row *row = copy ? rows_add(page->build) : NULL;

	if (!row)
		return -ENOMEM;
	*copy = *line;
	row->kept = page->kept;
	row->event = page->event;
	row->line = copy;
	row->key = (struct row_key){ .a = page->lines++, .b = 1 };
	return 0;
}

static int add_text(struct hit_page *page, const char *name, const char *value, size_t len)
{
	struct hit_line line = { .name = name,
				 .value = frame_copy(page->build->frame, value, len) };

	return line.value ? add_line(page, &line) : -ENOMEM;
}

/* "PART\tVALUE\n" -> "VALUE -> PART": lists may be longer than the line. */
static int add_reason(struct hit_page *page, const char *text, size_t len)
{
	const char *tab = memchr(text, '\t', len);
	char data[VALUE_MAX * 2];
	struct text_buf buf;

	text_buf_init(&buf, data, sizeof(data));
	if (tab) {
		text_buf_addn(&buf, tab + 1, len - (size_t)(tab - text) - 1);
		text_buf_add(&buf, " -> ");
	}
	text_buf_addn(&buf, text, tab ? (size_t)(tab - text) : len);
	return add_text(page, "decided by", buf.data, buf.len);
}

/* "NAME\tPID\n" */
static int add_ancestor(struct hit_page *page, const char *text, size_t len)
{
	const char *tab = memchr(text, '\t', len);
	char data[VALUE_MAX];
	struct hit_line line = { .name = "ancestor" };
	struct text_buf buf;

	if (!tab)
		return 0;
	line.pid = (uint32_t)strtoul(tab + 1, NULL, 10);
	text_buf_init(&buf, data, sizeof(data));
	text_buf_addn(&buf, text, (size_t)(tab - text));
	text_buf_printf(&buf, "[%" PRIu32 "]", line.pid);
	line.value = frame_copy(page->build->frame, buf.data, buf.len);
	return line.value ? add_line(page, &line) : -ENOMEM;
}

static int each_line(struct hit_page *page, const char *text,
		     int (*add)(struct hit_page *page, const char *line, size_t len))
{
	int rc = 0;

	while (*text && rc == 0) {
		size_t len = strcspn(text, "\n");

		rc = add(page, text, len);
		text += len + (text[len] == '\n');
	}
	return rc;
}

/* --- around the event --- */

struct around {
	const struct history_event *before[AROUND_MAX]; /* a ring */
	const struct history_event *after[AROUND_MAX];
	size_t before_len, after_len; /* all that there are */
};

static void look_at(struct hit_page *page, struct hit_tree *tree, const struct history_event *kept,
		    struct around *around)
{
	struct record_prefix prefix;
	uint64_t at = page->kept->ts_ns;

	if (kept->hidden || kept->num == page->hit.event_num || kept->record_len < sizeof(prefix) ||
	    kept->ts_ns + WINDOW_NS < at || kept->ts_ns > at + WINDOW_NS)
		return;
	memcpy(&prefix, kept->record, sizeof(prefix));
	if (!hit_tree_takes(tree, &prefix))
		return;
	if (kept->num < page->hit.event_num)
		around->before[around->before_len++ % AROUND_MAX] = kept;
	else if (around->after_len++ < AROUND_MAX)
		around->after[around->after_len - 1] = kept;
}

static int find_around(struct hit_page *page, struct around *around)
{
	const struct snapshot *snapshot = page->build->snapshot;
	struct hit_tree *tree;
	int rc = hit_tree_new(snapshot, page->kept, &tree);

	if (rc < 0)
		return rc;
	for (size_t c = 0; c < snapshot->chunks_len; c++) {
		const struct history_chunk *chunk = snapshot->chunks[c];
		size_t len = history_chunk_len(chunk);

		/* Old blocks are left out whole. */
		if (!len || history_chunk_at(chunk, len - 1)->ts_ns + WINDOW_NS < page->kept->ts_ns)
			continue;
		for (size_t i = 0; i < len; i++) {
			const struct history_event *kept = history_chunk_at(chunk, i);

			if (kept->num >= snapshot->events_first && kept->num < snapshot->events_end)
				look_at(page, tree, kept, around);
		}
	}
	hit_tree_free(tree);
	return 0;
}

static int add_event(struct hit_page *page, const struct history_event *kept)
{
	bool before = kept->num < page->hit.event_num;
	uint64_t off_ns = kept->ts_ns < page->kept->ts_ns ? page->kept->ts_ns - kept->ts_ns
							  : kept->ts_ns - page->kept->ts_ns;
	struct hit_line line = { .event_num = kept->num };
	char name[48], data[VALUE_MAX];
	struct text_buf buf;
	struct event event;

	if (row_decode(kept, &event) < 0)
		return 0;
	text_buf_init(&buf, name, sizeof(name));
	text_buf_printf(&buf, "%s %c%.3fs", before ? "before" : "after", before ? '-' : '+',
			(double)off_ns / NS_PER_S);
	line.name = frame_copy(page->build->frame, buf.data, buf.len);
	text_buf_init(&buf, data, sizeof(data));
	text_buf_add_safe(&buf, event.prefix.comm, strnlen(event.prefix.comm, RECORD_COMM_LEN));
	/* What came of it first: arguments may be longer than the line. */
	text_buf_printf(&buf, "[%" PRIu32 "] %s = ", event.prefix.pid, event_name(&event));
	event_result_render(&event, &buf);
	text_buf_add(&buf, "  ");
	event_args_render(&event, kept->fd_name, &buf);
	line.value = frame_copy(page->build->frame, buf.data, buf.len);
	line.pid = event.prefix.pid;
	line.start_boot_ns = event.prefix.start_boot_ns;
	return line.name && line.value ? add_line(page, &line) : -ENOMEM;
}

static int add_left_out(struct hit_page *page, const char *name, size_t len)
{
	char text[64];
	struct text_buf buf;

	if (len <= AROUND_MAX)
		return 0;
	text_buf_init(&buf, text, sizeof(text));
	text_buf_printf(&buf, "%zu more events within 10 s", len - AROUND_MAX);
	return add_text(page, name, buf.data, buf.len);
}

/* Nothing before may be all that happened, or all that is left. */
static int add_left_memory(struct hit_page *page)
{
	uint64_t left_ns = hit_tree_left_ns(page->build->snapshot, page->kept->ts_ns - WINDOW_NS);
	time_t seconds = (time_t)(left_ns / NS_PER_S);
	struct tm tm;
	char text[64];
	size_t len;

	if (!left_ns || !localtime_r(&seconds, &tm))
		return 0;
	len = strftime(text, sizeof(text), "events before %H:%M:%S have left memory", &tm);
	return add_text(page, "before", text, len);
}

/* Nobody looked at these processes before there was a hit. */
static int add_incomplete(struct hit_page *page)
{
	static const char text[] = "only what rules and views had asked for is here";

	if (page->build->snapshot->health.complete_since_ns <= page->kept->ts_ns - WINDOW_NS)
		return 0;
	return add_text(page, "before", text, sizeof(text) - 1);
}

static int add_around(struct hit_page *page)
{
	struct around around = { .before_len = 0 };
	size_t shown;
	int rc;

	find_around(page, &around);
	rc = add_left_memory(page);
	if (rc == 0)
		rc = add_incomplete(page);
	if (rc == 0)
		rc = add_left_out(page, "before", around.before_len);
	shown = around.before_len < AROUND_MAX ? around.before_len : AROUND_MAX;
	for (size_t i = around.before_len - shown; i < around.before_len && rc == 0; i++)
		rc = add_event(page, around.before[i % AROUND_MAX]);
	for (size_t i = 0; i < around.after_len && i < AROUND_MAX && rc == 0; i++)
		rc = add_event(page, around.after[i]);
	return rc == 0 ? add_left_out(page, "after", around.after_len) : rc;
}

int rows_build_hit_page(struct build *build, const struct history_event *kept,
			const struct event *event)
{
	struct hit_page page = { .build = build, .kept = kept, .event = event };
	int rc = 0;

	if (!history_hit(kept, &page.hit) || kept->record_len < sizeof(struct record_prefix))
		return 0;
	if (*page.hit.tags)
		rc = add_text(&page, "tags", page.hit.tags, strlen(page.hit.tags));
	if (rc == 0)
		rc = each_line(&page, page.hit.why, add_reason);
	if (rc == 0)
		rc = each_line(&page, page.hit.ancestors, add_ancestor);
	return rc == 0 ? add_around(&page) : rc;
}
