/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The header strip, on every screen: which host, live or paused, what is shown; then calls counted,
 * events delivered, drops per buffer, lag, hits of rules, own cost. On a narrow screen own cost,
 * events and calls leave in this order: drops, lag and hits always stay.
 */
#include "ui.h"
#include <stdio.h>
#include <string.h>
#include "rule_mutes.h"
#include "text.h"
#include "views/hit.h"

#define STRIP_ITEMS_MAX 8
#define REPLAY_NAME_CELLS 20
#define STRIP_GAP 2 /* cells between items */
#define LAG_WARN_NS 1000000000ull

struct strip_item {
	const char *key;
	char value[192];
	enum role role; /* of the value */
	unsigned place; /* from left to right */
};

static void number_text(double number, bool at_least, char *text, size_t size)
{
	struct cell cell = {
		.kind = COLUMN_RATE, .known = true, .at_least = at_least, .number = number
	};
	struct text_buf buf;

	text_buf_init(&buf, text, size);
	cell_human(&cell, &buf);
}

static void rate_text(const struct snapshot *snapshot, uint64_t delta, bool at_least, char *text,
		      size_t size)
{
	char number[32];

	if (!snapshot->interval_ns) {
		snprintf(text, size, "-");
		return;
	}
	number_text((double)delta * 1e9 / (double)snapshot->interval_ns, at_least, number,
		    sizeof(number));
	snprintf(text, size, "%s/s", number);
}

static void duration_text(uint64_t ns, char *text, size_t size)
{
	if (ns < 1000)
		snprintf(text, size, "%uns", (unsigned)ns);
	else if (ns < 1000000)
		snprintf(text, size, "%uus", (unsigned)(ns / 1000));
	else if (ns < 10000000000ull)
		snprintf(text, size, "%ums", (unsigned)(ns / 1000000));
	else
		snprintf(text, size, "%llus", (unsigned long long)(ns / 1000000000));
}

/* "b0 0 b1 12"; false when it does not fit into size. */
static bool drops_per_buffer(const struct snapshot *snapshot, char *text, size_t size)
{
	size_t len = 0;

	for (size_t i = 0; i < snapshot->buffers_len; i++) {
		const struct buffer_row *buffer = &snapshot->buffers[i];
		int added = snprintf(text + len, size - len, "%sb%u %llu", len ? " " : "",
				     buffer->buffer, (unsigned long long)buffer->drops);

		if (added < 0 || (size_t)added >= size - len)
			return false;
		len += (size_t)added;
	}
	return len > 0;
}

/* The total, and the buffer that lost most. */
static void drops_total(const struct snapshot *snapshot, char *text, size_t size)
{
	const struct buffer_row *worst = NULL;

	for (size_t i = 0; i < snapshot->buffers_len; i++)
		if (!worst || snapshot->buffers[i].drops > worst->drops)
			worst = &snapshot->buffers[i];
	if (worst && worst->drops)
		snprintf(text, size, "%llu (b%u %llu)", (unsigned long long)snapshot->health.drops,
			 worst->buffer, (unsigned long long)worst->drops);
	else
		snprintf(text, size, "%llu", (unsigned long long)snapshot->health.drops);
}

static int strip_width(const struct strip_item *items, size_t len)
{
	int width = 1;

	for (size_t i = 0; i < len; i++)
		width += (int)(strlen(items[i].key) + 1 + strlen(items[i].value)) + STRIP_GAP;
	return width - STRIP_GAP;
}

static void item_drops(const struct snapshot *snapshot, size_t room, struct strip_item *ret_item)
{
	*ret_item = (struct strip_item){ .key = "drop",
					 .role = snapshot->health.drops ? ROLE_WARNING : ROLE_STRIP,
					 .place = 2 };
	if (room > sizeof(ret_item->value))
		room = sizeof(ret_item->value);
	if (room < 8 || !drops_per_buffer(snapshot, ret_item->value, room))
		drops_total(snapshot, ret_item->value, sizeof(ret_item->value));
}

static void item_own(const struct snapshot *snapshot, struct strip_item *ret_item)
{
	const struct health_row *health = &snapshot->health;
	int len = 0;

	*ret_item = (struct strip_item){ .key = "own", .role = ROLE_STRIP, .place = 5 };
	if (snapshot->interval_ns)
		len = snprintf(ret_item->value, sizeof(ret_item->value), "%.1f%%",
			       100.0 * (double)health->own_cpu_delta_ns /
				       (double)snapshot->interval_ns);
	else
		len = snprintf(ret_item->value, sizeof(ret_item->value), "-");
	if (health->own_ns_per_call > 0)
		snprintf(ret_item->value + len, sizeof(ret_item->value) - (size_t)len, " %.0fns",
			 health->own_ns_per_call);
}

static void item_calls(const struct snapshot *snapshot, struct strip_item *ret_item)
{
	const struct health_row *health = &snapshot->health;

	*ret_item = (struct strip_item){ .key = "calls",
					 .role = health->inexact ? ROLE_WARNING : ROLE_STRIP,
					 .place = 0 };
	rate_text(snapshot, health->calls_delta, health->inexact, ret_item->value,
		  sizeof(ret_item->value));
}

static void item_events(const struct snapshot *snapshot, struct strip_item *ret_item)
{
	*ret_item = (struct strip_item){ .key = "ev", .role = ROLE_STRIP, .place = 1 };
	rate_text(snapshot, snapshot->health.events_delta, false, ret_item->value,
		  sizeof(ret_item->value));
}

/* Hits of rules, with the most severe priority that had one; nothing before the first. */
static bool item_hits(const struct snapshot *snapshot, struct strip_item *ret_item)
{
	const uint64_t *hits = snapshot->health.hits;
	unsigned worst = 0;
	uint64_t sum = 0;

	while (worst < HISTORY_PRIORITIES && !hits[worst])
		worst++;
	if (worst == HISTORY_PRIORITIES)
		return false;
	for (unsigned i = worst; i < HISTORY_PRIORITIES; i++)
		sum += hits[i];
	*ret_item = (struct strip_item){ .key = "hits", .role = ROLE_WARNING, .place = 4 };
	if (sum == hits[worst])
		snprintf(ret_item->value, sizeof(ret_item->value), "%llu %s",
			 (unsigned long long)sum, hit_priority_name(worst));
	else
		snprintf(ret_item->value, sizeof(ret_item->value), "%llu, %llu %s",
			 (unsigned long long)sum, (unsigned long long)hits[worst],
			 hit_priority_name(worst));
	return true;
}

/* Which items there are, most important first; what does not fit leaves from the end. */
static size_t strip_items(const struct snapshot *snapshot, int cols,
			  struct strip_item items[STRIP_ITEMS_MAX])
{
	const struct health_row *health = &snapshot->health;
	size_t at = item_hits(snapshot, &items[2]) ? 3 : 2, kept = at, len;

	items[1] = (struct strip_item){ .key = "lag",
					.role = health->lag_ns > LAG_WARN_NS ? ROLE_WARNING
									     : ROLE_STRIP,
					.place = 3 };
	duration_text(health->lag_ns, items[1].value, sizeof(items[1].value));
	item_own(snapshot, &items[at]);
	if (cols >= STRIP_FULL_COLS) {
		items[at + 2] = items[at];
		item_calls(snapshot, &items[at]);
		item_events(snapshot, &items[at + 1]);
		at += 2;
	}
	len = at + 1;
	item_drops(snapshot, 0, &items[0]);
	while (len > kept && strip_width(items, len) > cols)
		len--;
	if (cols > strip_width(items, len) && cols >= STRIP_FULL_COLS)
		item_drops(snapshot,
			   (size_t)(cols - strip_width(items, len)) + strlen(items[0].value),
			   &items[0]);
	return len;
}

static void draw_health(struct monitor *monitor, int row)
{
	int cols = screen_cols(monitor->screen), col = 1;
	struct strip_item items[STRIP_ITEMS_MAX];
	size_t len;

	if (!monitor->newest)
		return;
	len = strip_items(monitor->newest, cols, items);
	for (size_t i = 0; i < len * STRIP_ITEMS_MAX; i++) {
		const struct strip_item *item = &items[i % len];

		if (item->place != i / len)
			continue;
		col += screen_put(monitor->screen, (struct spot){ row, col, cols - col },
				  ROLE_STRIP_KEY, item->key) +
		       1;
		col += screen_put(monitor->screen, (struct spot){ row, col, cols - col },
				  item->role, item->value);
		col += STRIP_GAP;
	}
}

/* What is muted is not in tables of hits, but in the sums of the strip. */
static void muted_text(struct monitor *monitor, struct text_buf *buf)
{
	struct rule_mute items[RULE_MUTES_MAX];
	enum entity entity = level_now(monitor)->view->entity;
	size_t len;

	if (!monitor->opts->mutes || (entity != ENTITY_HIT && entity != ENTITY_HIT_RULE &&
				      entity != ENTITY_HIT_PRIORITY && entity != ENTITY_RULE))
		return;
	len = rule_mutes_list(monitor->opts->mutes, items);
	if (len)
		text_buf_printf(buf, " > %zu muted", len);
}

/* A condition of events chooses no hits: they are of all events, and it stands in parentheses. */
static void condition_text(struct monitor *monitor, struct text_buf *buf)
{
	enum entity entity = level_now(monitor)->view->entity;

	if (!*monitor->condition || !entity_is_event(entity))
		return;
	text_buf_add(buf, entity == ENTITY_HIT ? " > (" : " > ");
	text_buf_add_safe(buf, monitor->condition, strlen(monitor->condition));
	text_buf_add(buf, entity == ENTITY_HIT ? ")" : "");
}

/* What follows the name of the view. */
static void breadcrumb_text(struct monitor *monitor, struct text_buf *buf)
{
	struct level *level = level_now(monitor);

	if (monitor->opts->watched) {
		text_buf_add(buf, " > ");
		text_buf_add_safe(buf, monitor->opts->watched, strlen(monitor->opts->watched));
	}
	if (level->scope.len) {
		text_buf_add(buf, " > ");
		scope_render(&level->scope, level->view, buf);
	}
	choice_render(&level->choice, buf);
	condition_text(monitor, buf);
	muted_text(monitor, buf);
}

/* Its beginning is which view it is, its end where the user is: the middle is cut. */
static void draw_breadcrumb(struct monitor *monitor, struct spot spot)
{
	bool utf8 = screen_utf8(monitor->screen);
	char data[1024];
	const char *text = data, *mark = utf8 ? " > \u2026" : " > ~";
	struct text_buf buf;
	int cells, used;

	text_buf_init(&buf, data, sizeof(data));
	breadcrumb_text(monitor, &buf);
	used = screen_put(monitor->screen, spot, ROLE_BREADCRUMB, level_now(monitor)->view->name);
	spot.col += used;
	spot.width -= used;
	cells = text_cells(text, utf8);
	if (cells > spot.width && spot.width > text_cells(mark, utf8)) {
		used = screen_put(monitor->screen, spot, ROLE_BREADCRUMB, mark);
		spot.col += used;
		spot.width -= used;
		text = text_skip(text, cells - spot.width, utf8);
	}
	screen_put(monitor->screen, spot, ROLE_BREADCRUMB, text);
}

/* Durations cost something while they are measured: then it is said. Returns the cells taken. */
static int draw_timing(struct monitor *monitor, struct spot spot)
{
	if (monitor->newest->health.timing == HEALTH_TIMING_OFF)
		return 0;
	return screen_put(monitor->screen, spot, ROLE_STRIP_KEY,
			  monitor->newest->health.timing == HEALTH_TIMING_ON ? "timing on"
									     : "timing ...") +
	       2;
}

/* Where the numbers come from. Returns the cells used. */
static int draw_origin(struct monitor *monitor, struct spot spot)
{
	const char *path = monitor->opts->replay, *name;
	struct text_buf buf;
	char safe[256];
	int col;

	if (monitor->paused || !path)
		return screen_put(monitor->screen, spot, monitor->paused ? ROLE_PAUSED : ROLE_LIVE,
				  monitor->paused ? "paused" : "live");
	name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	text_buf_init(&buf, safe, sizeof(safe));
	text_buf_add_safe(&buf, name, strlen(name));
	col = screen_put(monitor->screen, spot, ROLE_LIVE, "replay ");
	spot.col += col;
	spot.width = spot.width < REPLAY_NAME_CELLS ? spot.width : REPLAY_NAME_CELLS;
	return col + screen_put(monitor->screen, spot, ROLE_LIVE, safe);
}

void draw_strip(struct monitor *monitor)
{
	struct screen *screen = monitor->screen;
	const struct snapshot *shown = monitor->filled, *newest = monitor->newest;
	int cols = screen_cols(screen), col = 1, right;
	char clock[16], delay[32];

	for (int row = 0; row < STRIP_ROWS; row++)
		screen_fill(screen, (struct spot){ row, 0, cols }, ROLE_STRIP);
	draw_health(monitor, 1);
	if (!newest) {
		screen_put(screen, (struct spot){ 0, col, cols - col }, ROLE_STRIP, "starting");
		return;
	}
	if (cols >= STRIP_FULL_COLS)
		col += screen_put(screen, (struct spot){ 0, col, 16 }, ROLE_STRIP,
				  newest->host ? newest->host : "") +
		       1;
	col += draw_origin(monitor, (struct spot){ 0, col, cols - col }) + 1;
	draw_clock(shown ? shown->time_ns : newest->time_ns, clock, sizeof(clock));
	col += screen_put(screen, (struct spot){ 0, col, cols - col }, ROLE_STRIP, clock) + 2;
	col += draw_timing(monitor, (struct spot){ 0, col, cols - col });
	snprintf(delay, sizeof(delay), "%.3gs", (double)monitor->delay_ns / 1e9);
	right = (int)strlen(delay) + 2;
	screen_put_right(screen, (struct spot){ 0, cols - right, right - 1 }, ROLE_STRIP_KEY,
			 delay);
	draw_breadcrumb(monitor, (struct spot){ 0, col, cols - col - right });
}
