/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Levels: the stack of what was drilled into, and the rows of the one on top. Rows come from a
 * snapshot: that which the level holds, else the paused one, else the newest.
 */
#include "ui.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Rows that `hold` keeps in order; a table that is longer is not held. */
#define HOLD_MAX 20000

struct level *level_now(struct monitor *monitor)
{
	return &monitor->levels[monitor->depth - 1];
}

struct snapshot *level_snapshot(struct monitor *monitor)
{
	struct level *level = level_now(monitor);

	if (level->held)
		return level->held;
	return monitor->paused ? monitor->paused : monitor->newest;
}

bool level_arrival(const struct level *level)
{
	return level->sort == SIZE_MAX && level->view->follow;
}

static void level_init(struct level *level, const struct view *view, const struct scope *scope)
{
	*level = (struct level){
		.view = view,
		.scope = *scope,
		.sort = view->sort,
		.descending = view->descending,
		.follow = view->follow && view->sort == SIZE_MAX,
		.choice = choice_of_view(view),
		.limit = LEVEL_ROWS_MIN,
	};
}

/* What is chosen of events stays where the next view is of the same ones. */
static struct choice choice_after(const struct level *level, const struct view *next)
{
	return level->view->stream == next->stream ? level->choice : choice_of_view(next);
}

void level_release(struct level *level)
{
	snapshot_unref(level->held);
	level->held = NULL;
}

/* An optional column that is sorted by is on screen: the filter looks at it too. */
static uint64_t level_shown(const struct level *level)
{
	return level->sort < VIEW_COLUMNS_MAX ? 1ull << level->sort : 0;
}

void level_enter(struct monitor *monitor)
{
	const struct snapshot_source *source = monitor->source;
	const struct level *level = level_now(monitor), *shown;
	size_t from = monitor->depth - 1;
	struct choice choice;

	/* The page of an event keeps what it came from running: the thread's next event. */
	while (from > 0 && entity_is_page(monitor->levels[from].view->entity))
		from--;
	shown = &monitor->levels[from];
	choice = shown->choice;
	choice.only = (uint16_t)(scope_call(&level->scope) + 1);
	if (source->want_stream)
		source->want_stream(source->ctx, shown->view->stream);
	if (source->choose)
		source->choose(source->ctx, &choice);
	/* A table shows no events: nobody's are streamed for it. */
	if (source->focus)
		source->focus(source->ctx, shown->view->stream == VIEW_STREAM_NONE
						   ? 0
						   : scope_pid(&level->scope));
	level_order_release(monitor);
	monitor->refill = true;
}

void level_look(struct monitor *monitor)
{
	const struct level *level = level_now(monitor);
	struct look look = look_of_view(level->view, &level->scope);

	if (look_same(&look, &monitor->look) || !monitor->source->look)
		return;
	monitor->source->look(monitor->source->ctx, &look);
	monitor->look = look;
}

void level_want_objects(struct monitor *monitor)
{
	const struct level *level = level_now(monitor);
	enum view_objects objects = view_objects(level->view);

	if (objects == monitor->objects || !monitor->source->want_objects)
		return;
	monitor->source->want_objects(monitor->source->ctx, objects);
	monitor->objects = objects;
}

void level_want_timing(struct monitor *monitor, int cols)
{
	const struct snapshot_source *source = monitor->source;
	const struct level *level = level_now(monitor);
	enum view_timing timing = VIEW_TIMING_ON;

	/* Columns that are scrolled to may be any. */
	if (!monitor->timing_kept)
		timing = view_timing(level->view, level->left ? 0 : (unsigned)cols,
				     level_shown(level));
	if (timing == VIEW_TIMING_OFF && level->choice.min_duration_ns)
		timing = VIEW_TIMING_EVENTS;
	/* The page of an event looks at what is there. */
	if (entity_is_page(level->view->entity) || timing == monitor->timing ||
	    !source->want_timing)
		return;
	source->want_timing(source->ctx, timing);
	monitor->timing = timing;
}

void level_choose(struct monitor *monitor, const struct choice *choice)
{
	level_now(monitor)->choice = *choice;
	level_enter(monitor);
}

static bool row_is_dead(const struct row *row)
{
	return row->proc && row->proc->dead;
}

/* The cursor is on this row from now on. */
static void level_pin(struct level *level, const struct row *row)
{
	level->key = row->key;
	level->key_dead = row_is_dead(row);
}

void level_start(struct monitor *monitor, const struct view *view, const struct scope *scope)
{
	monitor->depth = 1;
	level_init(&monitor->levels[0], view, scope);
	level_enter(monitor);
}

int level_push(struct monitor *monitor, const struct view *view, const struct chip *chips,
	       size_t chips_len)
{
	struct level *now = level_now(monitor), *next;
	const struct row *row = level_cursor_row(monitor);
	struct scope scope = now->scope;
	bool fits = monitor->depth < LEVELS_MAX;

	for (size_t i = 0; i < chips_len && fits; i++)
		fits = scope_push(&scope, &chips[i]) == 0;
	if (!fits) {
		monitor_say(monitor, "this is as deep as it goes; Backspace goes up");
		return -ENOSPC;
	}
	/* Coming back, the cursor is where it was. */
	if (row && !now->follow) {
		level_pin(now, row);
		now->pinned = true;
	}
	next = &monitor->levels[monitor->depth++];
	level_init(next, view, &scope);
	next->choice = choice_after(now, view);
	level_enter(monitor);
	return 0;
}

void level_switch(struct monitor *monitor, const struct view *view)
{
	struct level *level = level_now(monitor);
	struct scope scope = level->scope;
	struct choice choice = choice_after(level, view);

	level_release(level);
	level_init(level, view, &scope);
	level->choice = choice;
	level_enter(monitor);
}

bool level_pop(struct monitor *monitor)
{
	if (monitor->depth == 1)
		return false;
	level_release(level_now(monitor));
	monitor->depth--;
	level_enter(monitor);
	return true;
}

size_t level_rows(const struct monitor *monitor)
{
	return table_len(monitor->table);
}

const struct row *level_row(const struct monitor *monitor, size_t index)
{
	if (monitor->order)
		index = monitor->order[index];
	return table_row(monitor->table, index);
}

const struct row *level_cursor_row(struct monitor *monitor)
{
	struct level *level = level_now(monitor);

	return level->cursor < level_rows(monitor) ? level_row(monitor, level->cursor) : NULL;
}

static bool key_equal(struct row_key a, struct row_key b)
{
	return a.a == b.a && a.b == b.b;
}

static ssize_t level_find(const struct monitor *monitor, struct row_key key)
{
	if (!monitor->order)
		return table_find(monitor->table, key);
	for (size_t i = 0; i < level_rows(monitor); i++)
		if (key_equal(level_row(monitor, i)->key, key))
			return (ssize_t)i;
	return -1;
}

void level_order_hold(struct monitor *monitor)
{
	size_t len = level_rows(monitor);

	if (monitor->hold || len > HOLD_MAX)
		return;
	monitor->held_keys = calloc(len ? len : 1, sizeof(*monitor->held_keys));
	if (!monitor->held_keys)
		return;
	for (size_t i = 0; i < len; i++)
		monitor->held_keys[i] = level_row(monitor, i)->key;
	monitor->held_len = len;
	monitor->hold = true;
}

void level_order_release(struct monitor *monitor)
{
	if (!monitor->hold)
		return;
	free(monitor->held_keys);
	monitor->held_keys = NULL;
	free(monitor->order);
	monitor->order = NULL;
	monitor->hold = false;
	monitor->refill = true;
}

/* After a fill: held rows in their old order, new ones behind them. */
static void level_order(struct monitor *monitor)
{
	size_t len = table_len(monitor->table), filled = 0;
	bool *placed;

	free(monitor->order);
	monitor->order = NULL;
	if (!monitor->hold || !len)
		return;
	placed = calloc(len, sizeof(*placed));
	monitor->order = calloc(len, sizeof(*monitor->order));
	if (!placed || !monitor->order)
		goto out;
	for (size_t i = 0; i < monitor->held_len; i++) {
		ssize_t at = table_find(monitor->table, monitor->held_keys[i]);

		if (at < 0 || placed[at])
			continue;
		placed[at] = true;
		monitor->order[filled++] = (size_t)at;
	}
	for (size_t i = 0; i < len; i++)
		if (!placed[i])
			monitor->order[filled++] = i;
out:
	if (filled != len) {
		free(monitor->order);
		monitor->order = NULL;
	}
	free(placed);
}

/* Puts the cursor where it belongs in the new rows. */
static void level_place(struct monitor *monitor)
{
	struct level *level = level_now(monitor);
	size_t len = level_rows(monitor);
	ssize_t at;

	if (!len) {
		level->cursor = level->top = 0;
		return;
	}
	if (level->follow) {
		level->cursor = len - 1;
		level_pin(level, level_row(monitor, level->cursor));
		return;
	}
	if (!level->pinned) {
		level->cursor = 0;
		return;
	}
	at = level_find(monitor, level->key);
	if (at < 0 || (!level->key_dead && row_is_dead(level_row(monitor, (size_t)at)))) {
		/* It is gone, or goes to the end of the list: the cursor keeps its place. */
		if (level->cursor >= len)
			level->cursor = len - 1;
		level_pin(level, level_row(monitor, level->cursor));
		return;
	}
	/* Older rows that came in above push the screen down with them. */
	if (level_arrival(level) && (size_t)at > level->cursor)
		level->top += (size_t)at - level->cursor;
	level->cursor = (size_t)at;
}

/* What came before the condition was set is not known to fit. */
static uint64_t level_after(const struct monitor *monitor)
{
	const struct snapshot_source *source = monitor->source;
	enum entity entity = monitor->levels[monitor->depth - 1].view->entity;

	if (!*monitor->condition || !source->filter_since || !entity_is_event(entity) ||
	    entity == ENTITY_HIT)
		return 0;
	return source->filter_since(source->ctx);
}

void level_fill(struct monitor *monitor)
{
	struct level *level = level_now(monitor);
	struct snapshot *snapshot = level_snapshot(monitor);
	struct table_query query = {
		.view = level->view,
		.scope = &level->scope,
		.sort = level->sort,
		.descending = level->descending,
		.choice = level->choice,
		.shown = level_shown(level),
		.text_filter = *level->filter ? level->filter : NULL,
		.event_num = level->event_num,
		.question = level->question,
		.limit = level_arrival(level) ? level->limit : 0,
		.after_num = level_after(monitor),
	};

	if (!monitor->refill || !snapshot)
		return;
	monitor->refill = false;
	if (table_fill(monitor->table, snapshot, &query)) {
		monitor_say(monitor, "no memory for the rows of this view");
		return;
	}
	snapshot_ref(snapshot);
	snapshot_unref(monitor->filled);
	monitor->filled = snapshot;
	level_order(monitor);
	level_place(monitor);
}

void level_hold(struct monitor *monitor)
{
	struct level *level = level_now(monitor);

	level->follow = false;
	if (!level->held && monitor->filled)
		level->held = snapshot_ref(monitor->filled);
}

void level_follow(struct monitor *monitor)
{
	struct level *level = level_now(monitor);

	level_release(level);
	level->follow = true;
	level->pinned = false;
	level->limit = LEVEL_ROWS_MIN;
	monitor->refill = true;
}

void level_anew(struct monitor *monitor)
{
	for (size_t i = 0; i < monitor->depth; i++) {
		struct level *level = &monitor->levels[i];

		if (!entity_is_event(level->view->entity))
			continue;
		level_release(level);
		level->follow = level_arrival(level);
		level->limit = LEVEL_ROWS_MIN;
		level->pinned = false;
	}
	monitor->refill = true;
}

void level_cursor_to(struct monitor *monitor, long index)
{
	struct level *level = level_now(monitor);
	size_t len = level_rows(monitor);

	if (!len)
		return;
	if (level_arrival(level)) {
		if (index >= (long)len && (level->follow || level->cursor == len - 1)) {
			level_follow(monitor);
			return;
		}
		if (level->follow && index < (long)len - 1) {
			level_hold(monitor);
			monitor_say(monitor, "left the tail; End follows it again");
		}
		if (index < 0 && level->limit && len >= level->limit) {
			/* Rows older than those made so far. */
			long step = index - (long)level->cursor;

			level->limit *= 4;
			level->pinned = true;
			level_pin(level, level_row(monitor, level->cursor));
			monitor->refill = true;
			level_fill(monitor);
			index = (long)level->cursor + step;
			len = level_rows(monitor);
		}
	}
	if (index < 0)
		index = 0;
	if (index >= (long)len)
		index = (long)len - 1;
	level->cursor = (size_t)index;
	level_pin(level, level_row(monitor, level->cursor));
	level->pinned = true;
}
