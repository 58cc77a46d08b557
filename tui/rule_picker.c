/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pop-up that asks of which rule to say why it matches an event or does not: rules that are for
 * events of its kind first, found by what is typed. Rules and event are of one snapshot, which the
 * picker holds.
 */
#include "ui.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "explain.h"
#include "keys.h"
#include "request.h"
#include "state/filter/kind.h"
#include "text.h"
#include "views/hit.h"

#define PRIORITY_CELLS 9
#define NOTE_CELLS 22

void rule_picker_release(struct rule_picker *picker)
{
	snapshot_unref(picker->snapshot);
	free(picker->items);
	*picker = (struct rule_picker){ .len = 0 };
}

static bool is_for(const struct rule_row *rule, uint16_t kind)
{
	return rule->kinds && filter_kinds_has(rule->kinds, kind);
}

/* The name has what was typed, letters of either case. */
static bool is_found(const struct rule_picker *picker, const struct rule_row *rule)
{
	return !*picker->find || strcasestr(rule->name, picker->find);
}

/* Those that are for the event, then the others, each in their order. */
static void find(struct rule_picker *picker)
{
	const struct snapshot *snapshot = picker->snapshot;

	picker->len = picker->cursor = picker->top = 0;
	for (int round = 0; round < 2; round++)
		for (size_t i = 0; i < snapshot->rules_len; i++)
			if (is_for(&snapshot->rules[i], picker->kind) == !round &&
			    is_found(picker, &snapshot->rules[i]))
				picker->items[picker->len++] = i;
}

/* The cursor is at the rule of a hit. */
static void go_to_rule(struct rule_picker *picker, const struct history_event *kept)
{
	struct history_hit hit;

	if (!history_hit(kept, &hit))
		return;
	for (size_t i = 0; i < picker->len; i++)
		if (strcmp(picker->snapshot->rules[picker->items[i]].name, hit.rule) == 0)
			picker->cursor = i;
}

/* A snapshot that has the event of the page of an answer; NULL: it is gone. Borrowed. */
static struct snapshot *snapshot_of_answer(struct monitor *monitor)
{
	struct level *level = level_now(monitor);
	struct snapshot *may[] = { level->held, monitor->newest,
				   monitor->depth > 1 ? monitor->levels[monitor->depth - 2].held
						      : NULL };

	for (size_t i = 0; i < sizeof(may) / sizeof(may[0]); i++)
		if (may[i] && snapshot_event(may[i], level->event_num))
			return may[i];
	return NULL;
}

/* The event under the cursor, and a snapshot that has it; NULL and says so when there is none. */
static struct snapshot *find_event(struct monitor *monitor, uint64_t *ret_num)
{
	const struct level *level = level_now(monitor);
	const struct row *row = level_cursor_row(monitor);
	struct snapshot *snapshot;

	if (level->view->entity == ENTITY_WHY) {
		*ret_num = level->event_num;
		snapshot = snapshot_of_answer(monitor);
		if (!snapshot)
			monitor_say(monitor, "the event is no longer in memory");
		return snapshot;
	}
	if (!row || row->gap_lost || !row->kept) {
		monitor_say(monitor, "this is for events: s streams them");
		return NULL;
	}
	*ret_num = level->view->entity == ENTITY_FIELD ? level->event_num : row->kept->num;
	return monitor->filled;
}

void request_why(struct monitor *monitor)
{
	struct rule_picker *picker = &monitor->rule_picker;
	const struct history_event *kept;
	struct snapshot *snapshot;
	struct event event;
	uint64_t num;

	snapshot = find_event(monitor, &num);
	if (!snapshot)
		return;
	kept = snapshot_event(snapshot, num);
	if (!snapshot->rules_len || !monitor->source->explain) {
		monitor_say(monitor, "there are no rules; --rules loads some");
		return;
	}
	if (!kept || event_decode(kept->record, kept->record_len, &event) < 0)
		return;
	rule_picker_release(picker);
	picker->items = calloc(snapshot->rules_len, sizeof(*picker->items));
	if (!picker->items) {
		monitor_say(monitor, "no memory for the list of rules");
		return;
	}
	picker->snapshot = snapshot_ref(snapshot);
	picker->event_num = num;
	picker->kind = filter_kind_of(&event);
	find(picker);
	go_to_rule(picker, kept);
	monitor->popup = POPUP_RULES;
}

/* Opens the page of the answer, or asks anew on it. */
static void ask(struct monitor *monitor, const char *rule)
{
	const struct view *page = view_set_find(monitor->opts->views, "why");
	struct rule_picker *picker = &monitor->rule_picker;
	struct explain_ask *question =
		explain_ask_new(monitor->questions + 1, picker->snapshot, picker->event_num, rule);
	struct level *level;

	if (!page || !question) {
		explain_ask_free(question);
		monitor_say(monitor, page ? "no memory" : "there is no view 'why'");
		return;
	}
	if (level_now(monitor)->view->entity != ENTITY_WHY &&
	    level_push(monitor, page, NULL, 0) < 0) {
		explain_ask_free(question);
		return;
	}
	level = level_now(monitor);
	level_release(level);
	level->event_num = picker->event_num;
	level->question = ++monitor->questions;
	level->cursor = level->top = 0;
	level->pinned = false;
	monitor->refill = true;
	monitor->source->explain(monitor->source->ctx, question);
}

static void type(struct rule_picker *picker, int key)
{
	size_t len = strlen(picker->find);

	if (key == INPUT_BACKSPACE && len)
		picker->find[len - 1] = '\0';
	else if (key >= ' ' && key <= '~' && len + 1 < sizeof(picker->find))
		picker->find[len] = (char)key;
	else
		return;
	if (key != INPUT_BACKSPACE)
		picker->find[len + 1] = '\0';
	find(picker);
}

void rule_picker_key(struct monitor *monitor, int key)
{
	struct rule_picker *picker = &monitor->rule_picker;
	size_t page = monitor->page_rows ? monitor->page_rows : 1;

	switch (key) {
	case INPUT_UP: picker->cursor -= picker->cursor > 0; break;
	case INPUT_DOWN: picker->cursor++; break;
	case INPUT_PAGE_UP: picker->cursor -= picker->cursor < page ? picker->cursor : page; break;
	case INPUT_PAGE_DOWN: picker->cursor += page; break;
	case INPUT_HOME: picker->cursor = 0; break;
	case INPUT_END: picker->cursor = picker->len; break;
	case INPUT_ENTER:
		if (!picker->len)
			return;
		monitor->popup = POPUP_NONE;
		ask(monitor, picker->snapshot->rules[picker->items[picker->cursor]].name);
		return;
	case INPUT_ESCAPE: monitor->popup = POPUP_NONE; return;
	default: type(picker, key);
	}
	if (picker->len && picker->cursor >= picker->len)
		picker->cursor = picker->len - 1;
}

/* What stands before its condition already. */
static void note(const struct rule_picker *picker, const struct rule_row *rule, char *text,
		 size_t size)
{
	const char *off = rule->below ? "not loaded" : !rule->enabled ? "disabled" : "";

	if (*off || is_for(rule, picker->kind))
		snprintf(text, size, "%s", *off ? off : rule->muted ? "muted" : "");
	else
		snprintf(text, size, "not for %.60s", filter_kind_name(picker->kind));
}

static void draw_rule(struct monitor *monitor, struct spot line, size_t index)
{
	const struct rule_picker *picker = &monitor->rule_picker;
	const struct rule_row *rule = &picker->snapshot->rules[picker->items[index]];
	enum role role = index == picker->cursor ? ROLE_POPUP_CURSOR : ROLE_POPUP;
	struct screen *screen = monitor->screen;
	int name = line.col + 1 + PRIORITY_CELLS;
	int right = line.col + line.width - NOTE_CELLS - 1;
	char text[80];

	screen_fill(screen, line, role);
	screen_put(screen, (struct spot){ line.row, line.col + 1, PRIORITY_CELLS - 1 }, role,
		   hit_priority_name(rule->priority));
	screen_put(screen, (struct spot){ line.row, name, right - name - 1 }, role, rule->name);
	note(picker, rule, text, sizeof(text));
	screen_put(screen, (struct spot){ line.row, right, NOTE_CELLS }, role, text);
}

void rule_picker_draw(struct monitor *monitor, struct spot area, int rows)
{
	struct rule_picker *picker = &monitor->rule_picker;
	struct screen *screen = monitor->screen;
	size_t page = rows > 2 ? (size_t)rows - 2 : 0;
	char text[128];
	int col;

	monitor->page_rows = page;
	for (int i = 0; i < rows; i++)
		screen_fill(screen, (struct spot){ area.row + i, area.col, area.width },
			    ROLE_POPUP);
	screen_put(screen, (struct spot){ area.row, area.col + 1, area.width - 1 },
		   ROLE_POPUP_TITLE, "Why does a rule match, or not? Enter asks, Esc closes");
	snprintf(text, sizeof(text), "find: %s", picker->find);
	col = screen_put(screen, (struct spot){ area.row + 1, area.col + 1, area.width - 1 },
			 ROLE_PROMPT, text);
	if (!picker->len)
		screen_put(screen, (struct spot){ area.row + 2, area.col + 1, area.width - 2 },
			   ROLE_POPUP, "no rule has this in its name");
	if (picker->cursor < picker->top)
		picker->top = picker->cursor;
	if (picker->cursor >= picker->top + page)
		picker->top = picker->cursor + 1 - page;
	for (size_t i = picker->top; i < picker->len && i < picker->top + page; i++)
		draw_rule(monitor,
			  (struct spot){ area.row + 2 + (int)(i - picker->top), area.col,
					 area.width },
			  i);
	screen_cursor(screen, area.row + 1, area.col + 1 + col);
}
