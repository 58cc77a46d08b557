/* SPDX-License-Identifier: Apache-2.0 */
/* The two lines at the bottom: what was said, typed or is known of the rows; and the keys. */
#include "ui.h"
#include <stdio.h>
#include <string.h>
#include "keys.h"
#include "request.h"
#include "text.h"

/* Above the line at row, whose text begins in a column: what is wrong, under its place. */
static void draw_wrong(struct monitor *monitor, int row, int column)
{
	struct screen *screen = monitor->screen;
	int cols = screen_cols(screen), at;
	char front[FILTER_MAX];

	snprintf(front, sizeof(front), "%.*s", (int)monitor->wrong_at, monitor->prompt.text);
	at = column + text_cells(front, screen_utf8(screen));
	screen_fill(screen, (struct spot){ row - 1, 0, cols }, ROLE_POPUP);
	/* The caret, and the sentence where there is room for it. */
	if (at >= 0 && at < cols)
		screen_put(screen, (struct spot){ row - 1, at, 1 }, ROLE_ERROR, "v");
	if (cols - at > (int)strlen(monitor->wrong) + 3) {
		screen_put(screen, (struct spot){ row - 1, at + 2, cols - at - 3 }, ROLE_POPUP,
			   monitor->wrong);
		return;
	}
	/* Else above it, in the place of the candidates. */
	screen_fill(screen, (struct spot){ row - 2, 0, cols }, ROLE_POPUP);
	screen_put(screen, (struct spot){ row - 2, 1, cols - 2 }, ROLE_POPUP, monitor->wrong);
}

static void draw_prompt(struct monitor *monitor, int row)
{
	struct prompt *prompt = &monitor->prompt;
	struct screen *screen = monitor->screen;
	bool utf8 = screen_utf8(screen);
	int cols = screen_cols(screen), col = 1, room, before;
	const char *text = prompt->text;
	char front[FILTER_MAX];

	col += screen_put(
		screen,
		(struct spot){ row, col, prompt->kind == PROMPT_CONFIRM ? cols - 8 : cols / 2 },
		ROLE_PROMPT, prompt_label(monitor));
	col += screen_put(screen, (struct spot){ row, col, 2 }, ROLE_PROMPT, ": ");
	room = cols - col - 1;
	snprintf(front, sizeof(front), "%.*s", (int)prompt->at, prompt->text);
	before = text_cells(front, utf8);
	/* The place of the next character stays in sight. */
	if (before > room) {
		text = text_skip(text, before - room, utf8);
		before = room;
	}
	screen_put(screen, (struct spot){ row, col, room + 1 },
		   prompt->selected ? ROLE_POPUP_CURSOR : ROLE_PROMPT, text);
	if (prompt->kind == PROMPT_COMMAND)
		command_draw(monitor, row);
	if (*monitor->wrong)
		draw_wrong(monitor, row, col - text_cells(front, utf8) + before);
	screen_cursor(screen, row, col + before);
}

/* What the probe holds and what it could not do, beside the buffers. */
static void probe_text(const struct health_row *health, struct text_buf *buf)
{
	text_buf_add(buf, "maps ");
	cell_human(&(struct cell){ .kind = COLUMN_BYTES, .known = true, .u64 = health->map_bytes },
		   buf);
	text_buf_printf(buf, "  calls missed %llu  threads without storage %llu  reads failed %llu",
			(unsigned long long)health->recursion_misses,
			(unsigned long long)health->storage_failures,
			(unsigned long long)health->read_failures);
}

/* What is worth saying when nothing was asked. */
static void idle_text(struct monitor *monitor, const char *notice, struct text_buf *buf)
{
	struct level *level = level_now(monitor);
	const struct snapshot *snapshot = monitor->filled;
	uint64_t complete_ns = snapshot ? snapshot->health.complete_since_ns : 0;
	char clock[16];

	if (*level->filter) {
		text_buf_add(buf, "filter: ");
		text_buf_add(buf, level->filter);
		text_buf_add(buf, "  ");
	}
	if (monitor->hold)
		text_buf_add(buf, "order held  ");
	if (notice)
		text_buf_add(buf, notice);
	if (!notice && snapshot && level->view->entity == ENTITY_BUFFER)
		probe_text(&snapshot->health, buf);
	if (notice || level->view->stream == VIEW_STREAM_NONE || !snapshot)
		return;
	if (!snapshot->health.stream_ready) {
		text_buf_add(buf, "the stream is loading");
	} else if (level->view->follow && snapshot->streaming_since_ns) {
		text_buf_add(buf, level->follow ? "at the tail" : "End: back to the tail");
		/* Before it there is what rules and other views had asked for. */
		if (complete_ns > snapshot->streaming_since_ns && complete_ns != UINT64_MAX) {
			draw_clock(complete_ns, clock, sizeof(clock));
			text_buf_printf(buf, ", complete since %s", clock);
		}
		draw_clock(snapshot->streaming_since_ns, clock, sizeof(clock));
		text_buf_printf(buf, ", in memory since %s", clock);
	}
}

void draw_status(struct monitor *monitor, int row)
{
	struct screen *screen = monitor->screen;
	int cols = screen_cols(screen);
	const char *notice = monitor->newest ? monitor->newest->health.notice : NULL;
	size_t rows = level_rows(monitor);
	char data[512], position[48];
	struct text_buf buf;
	int right;

	screen_fill(screen, (struct spot){ row, 0, cols }, ROLE_STATUS);
	if (monitor->prompt.kind != PROMPT_NONE) {
		draw_prompt(monitor, row);
		return;
	}
	if (monitor->popup != POPUP_NONE)
		return;
	if (level_now(monitor)->follow && rows >= level_now(monitor)->limit)
		snprintf(position, sizeof(position), "last %zu", rows);
	else
		snprintf(position, sizeof(position), "%zu/%zu",
			 rows ? level_now(monitor)->cursor + 1 : 0, rows);
	right = (int)strlen(position) + 2;
	screen_put_right(screen, (struct spot){ row, cols - right, right - 1 }, ROLE_STATUS,
			 position);
	text_buf_init(&buf, data, sizeof(data));
	idle_text(monitor, notice, &buf);
	if (*monitor->status)
		screen_put(screen, (struct spot){ row, 1, cols - right - 1 }, ROLE_PROMPT,
			   monitor->status);
	else
		screen_put(screen, (struct spot){ row, 1, cols - right - 1 },
			   notice ? ROLE_NOTICE : ROLE_STATUS, data);
}

/* Does the key do something in the view? Keys of every view stay in their places. */
static bool footer_applies(struct monitor *monitor, const struct key_row *row)
{
	const struct view *view = level_now(monitor)->view;

	switch (row->request) {
	case REQUEST_THREAD_PREVIOUS:
	case REQUEST_THREAD_NEXT: return view->entity == ENTITY_FIELD;
	case REQUEST_WHY: return entity_is_event(view->entity) || entity_is_page(view->entity);
	case REQUEST_QUICKER:
	case REQUEST_SLOWER: return view->stream == VIEW_STREAM_SLOW;
	case REQUEST_TWIN: return *view->twin;
	case REQUEST_UP: return monitor->depth > 1;
	default: return true;
	}
}

/* The word beside a key: for Enter, what it opens. */
static const char *footer_word(struct monitor *monitor, const struct key_row *row)
{
	const struct view *target;

	if (row->request != REQUEST_DRILL)
		return row->footer;
	if (level_now(monitor)->view->entity == ENTITY_FIELD)
		return "follow";
	target = request_drill_target(monitor);
	return target ? target->name : "-";
}

void draw_footer(struct monitor *monitor, int row)
{
	struct screen *screen = monitor->screen;
	int cols = screen_cols(screen), col = 0;
	bool wide = cols >= STRIP_FULL_COLS;

	screen_fill(screen, (struct spot){ row, 0, cols }, ROLE_FOOTER);
	for (size_t i = 0; i < key_table_len(); i++) {
		const struct key_row *key = key_at(i);
		/* Where there is no room for all words, Enter needs none. */
		const char *word =
			key->footer && !wide && key->request == REQUEST_DRILL ? "" : key->footer;
		char name[16];
		int width;

		if (!key->footer || !footer_applies(monitor, key))
			continue;
		if (*word)
			word = footer_word(monitor, key);
		key_text(key->key, name, sizeof(name));
		width = (int)(strlen(name) + !!*word + strlen(word)) + wide;
		if (col + width > cols)
			break;
		col += wide;
		col += screen_put(screen, (struct spot){ row, col, cols - col }, ROLE_FOOTER_KEY,
				  name) +
		       !!*word;
		col += screen_put(screen, (struct spot){ row, col, cols - col }, ROLE_FOOTER,
				  word) +
		       1 + wide;
	}
}
