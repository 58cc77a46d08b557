/* SPDX-License-Identifier: Apache-2.0 */
/* Pickers: a list over the table to choose a view or a sort column from. */
#include "ui.h"
#include <string.h>
#include "keys.h"

/* Width of the first two columns of a picker. */
#define PICKER_KEY_CELLS 4
#define PICKER_NAME_CELLS 22

static void picker_add(struct picker *picker, size_t item)
{
	if (picker->len < sizeof(picker->items) / sizeof(picker->items[0]))
		picker->items[picker->len++] = item;
}

void picker_open(struct monitor *monitor, enum popup popup)
{
	struct picker *picker = &monitor->picker;
	struct level *level = level_now(monitor);
	const struct view_set *views = monitor->opts->views;

	*picker = (struct picker){ 0 };
	if (popup == POPUP_VIEWS) {
		for (size_t i = 0; i < view_set_len(views); i++) {
			/* The page of an event needs an event: Enter opens it. */
			if (entity_is_page(view_set_at(views, i)->entity))
				continue;
			if (view_set_at(views, i) == level->view)
				picker->cursor = picker->len;
			picker_add(picker, i);
		}
	} else {
		if (level->view->follow)
			picker_add(picker, SIZE_MAX);
		for (size_t i = 0; i < level->view->columns_len; i++) {
			if (i == level->sort)
				picker->cursor = picker->len;
			picker_add(picker, i);
		}
	}
	monitor->popup = popup;
}

static void picker_choose(struct monitor *monitor)
{
	struct picker *picker = &monitor->picker;
	enum popup popup = monitor->popup;
	size_t item;

	monitor->popup = POPUP_NONE;
	if (picker->cursor >= picker->len)
		return;
	item = picker->items[picker->cursor];
	if (popup == POPUP_VIEWS)
		level_switch(monitor, view_set_at(monitor->opts->views, item));
	else if (popup == POPUP_ACTIONS)
		action_run(monitor, item);
	else if (popup == POPUP_MUTES)
		mutes_remove(monitor, item);
	else
		sort_by(monitor, item);
}

static void picker_texts(struct monitor *monitor, size_t item, const char *texts[3]);

/* The line that has this key, -1 when none has. */
static long picker_line_of_key(struct monitor *monitor, int key)
{
	const struct picker *picker = &monitor->picker;

	for (size_t i = 0; i < picker->len; i++) {
		const char *texts[3], *name;

		picker_texts(monitor, picker->items[i], texts);
		name = texts[0];

		if (name[0] && !name[1] && name[0] == key)
			return (long)i;
	}
	return -1;
}

void picker_key(struct monitor *monitor, int key)
{
	struct picker *picker = &monitor->picker;
	size_t page = monitor->page_rows ? monitor->page_rows : 1;
	long line;

	switch (key) {
	case INPUT_UP: picker->cursor -= picker->cursor > 0; break;
	case INPUT_DOWN: picker->cursor++; break;
	case INPUT_PAGE_UP: picker->cursor -= picker->cursor < page ? picker->cursor : page; break;
	case INPUT_PAGE_DOWN: picker->cursor += page; break;
	case INPUT_HOME: picker->cursor = 0; break;
	case INPUT_END: picker->cursor = picker->len; break;
	case INPUT_ENTER: picker_choose(monitor); return;
	case INPUT_ESCAPE:
	case INPUT_BACKSPACE:
	case 'q': monitor->popup = POPUP_NONE; return;
	default:
		line = picker_line_of_key(monitor, key);
		if (line >= 0) {
			picker->cursor = (size_t)line;
			picker_choose(monitor);
		}
		return;
	}
	if (picker->len && picker->cursor >= picker->len)
		picker->cursor = picker->len - 1;
}

static void picker_texts(struct monitor *monitor, size_t item, const char *texts[3])
{
	const struct view *view = level_now(monitor)->view;

	if (monitor->popup == POPUP_VIEWS) {
		view = view_set_at(monitor->opts->views, item);
		texts[0] = view->key;
		texts[1] = view->title;
		texts[2] = view->help;
		return;
	}
	if (monitor->popup == POPUP_ACTIONS) {
		action_texts(item, texts);
		return;
	}
	if (monitor->popup == POPUP_MUTES) {
		mutes_texts(monitor, item, texts);
		return;
	}
	texts[0] = "";
	texts[1] = item == SIZE_MAX ? "arrival" : view->columns[item].column->header;
	texts[2] = item == SIZE_MAX ? "The order in which events came."
				    : view->columns[item].column->help;
}

static const char *picker_title(enum popup popup)
{
	if (popup == POPUP_VIEWS)
		return "Views: Enter opens, Esc closes";
	if (popup == POPUP_ACTIONS)
		return "Actions: Enter or the letter does it, Esc closes";
	return popup == POPUP_MUTES ? "Muted rules: Enter shows one again, Esc closes"
				    : "Sort by: Enter sorts, Esc closes";
}

void picker_draw(struct monitor *monitor, struct spot area, int rows)
{
	struct picker *picker = &monitor->picker;
	struct screen *screen = monitor->screen;
	const char *title = picker_title(monitor->popup);
	size_t page = rows > 1 ? (size_t)rows - 1 : 0;

	monitor->page_rows = page;
	for (int i = 0; i < rows; i++)
		screen_fill(screen, (struct spot){ area.row + i, area.col, area.width },
			    ROLE_POPUP);
	screen_put(screen, (struct spot){ area.row, area.col + 1, area.width - 1 },
		   ROLE_POPUP_TITLE, title);
	if (picker->cursor < picker->top)
		picker->top = picker->cursor;
	if (picker->cursor >= picker->top + page)
		picker->top = picker->cursor + 1 - page;
	for (size_t i = picker->top; i < picker->len && i < picker->top + page; i++) {
		int row = area.row + 1 + (int)(i - picker->top);
		enum role role = i == picker->cursor ? ROLE_POPUP_CURSOR : ROLE_POPUP;
		int help = area.col + 1 + PICKER_KEY_CELLS + PICKER_NAME_CELLS;
		const char *texts[3];

		picker_texts(monitor, picker->items[i], texts);
		screen_fill(screen, (struct spot){ row, area.col, area.width }, role);
		screen_put(screen, (struct spot){ row, area.col + 1, PICKER_KEY_CELLS - 1 }, role,
			   texts[0]);
		screen_put(screen,
			   (struct spot){ row, area.col + 1 + PICKER_KEY_CELLS,
					  PICKER_NAME_CELLS - 1 },
			   role, texts[1]);
		screen_put(screen, (struct spot){ row, help, area.col + area.width - help - 1 },
			   role, texts[2]);
	}
}
