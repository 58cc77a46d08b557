/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The help: what the view shows, its keys from the key table, the keys of other views from their
 * files, its columns from the column table. Made anew for each frame, at the width of the screen.
 */
#include "ui.h"
#include <stdio.h>
#include <string.h>
#include "keys.h"
#include "request.h"
#include "text.h"

#define HELP_KEY_CELLS 14

/* Lines go to the screen when they are in the window, and are counted always. */
struct help_page {
	struct monitor *monitor;
	struct spot area; /* without the title */
	size_t rows, top, line;
};

/* The next line's spot; false when it is not in the window. */
static bool help_line(struct help_page *page, struct spot *ret_spot)
{
	size_t line = page->line++;

	if (line < page->top || line >= page->top + page->rows)
		return false;
	*ret_spot = (struct spot){ page->area.row + (int)(line - page->top), page->area.col + 1,
				   page->area.width - 2 };
	return true;
}

static void help_title(struct help_page *page, const char *title)
{
	struct spot spot;

	help_line(page, &spot);
	if (help_line(page, &spot))
		screen_put(page->monitor->screen, spot, ROLE_POPUP_TITLE, title);
}

/* How many bytes of text fit into width cells, broken at a blank where there is one. */
static size_t help_break(const char *text, int width)
{
	size_t at = 0, blank = 0;

	if ((int)strlen(text) <= width)
		return strlen(text);
	for (; text[at] && (int)at <= width; at++)
		if (text[at] == ' ')
			blank = at;
	return blank ? blank : (size_t)width;
}

/* A name, and a text behind it that is wrapped. All texts of the help are ASCII. */
static void help_item(struct help_page *page, const char *name, const char *text)
{
	int width = page->area.width - 2 - HELP_KEY_CELLS;
	bool first = true;

	if (width < 1)
		width = 1;
	do {
		size_t len = help_break(text, width);
		char part[256];
		struct spot spot;

		snprintf(part, sizeof(part), "%.*s", (int)len, text);
		text += len;
		while (*text == ' ')
			text++;
		if (!help_line(page, &spot)) {
			first = false;
			continue;
		}
		if (first)
			screen_put(page->monitor->screen,
				   (struct spot){ spot.row, spot.col, HELP_KEY_CELLS - 1 },
				   ROLE_POPUP_TITLE, name);
		first = false;
		screen_put(page->monitor->screen,
			   (struct spot){ spot.row, spot.col + HELP_KEY_CELLS, width }, ROLE_POPUP,
			   part);
	} while (*text);
}

/* All keys of a request are one line, at the place of the first. */
static void help_keys(struct help_page *page, enum key_group group)
{
	help_title(page, key_group_title(group));
	for (size_t i = 0; i < key_table_len(); i++) {
		const struct key_row *row = key_at(i);
		char names[64] = "";
		size_t len = 0;

		if (row->group != group)
			continue;
		for (size_t j = 0; j < key_table_len(); j++) {
			char name[16];

			if (key_at(j)->request != row->request)
				continue;
			if (j < i)
				break;
			key_text(key_at(j)->key, name, sizeof(name));
			len += (size_t)snprintf(names + len, sizeof(names) - len, "%s%s",
						len ? " " : "", name);
			if (len >= sizeof(names))
				break;
		}
		if (len)
			help_item(page, names, request_help_text((enum request)row->request));
	}
}

static void help_views(struct help_page *page)
{
	const struct view_set *views = page->monitor->opts->views;

	help_title(page, "Views");
	for (size_t i = 0; i < view_set_len(views); i++) {
		const struct view *view = view_set_at(views, i);
		char text[320];

		if (!*view->key)
			continue;
		snprintf(text, sizeof(text), "%s: %s", view->title, view->help);
		help_item(page, view->key, text);
	}
}

static void help_columns(struct help_page *page)
{
	const struct view *view = level_now(page->monitor)->view;

	help_title(page, "Columns of this view");
	for (size_t i = 0; i < view->columns_len; i++)
		if (!view->columns[i].optional)
			help_item(page, view->columns[i].column->header,
				  view->columns[i].column->help);
}

/* What the lines at the top of every screen say. */
static void help_strip(struct help_page *page)
{
	static const struct {
		const char *name, *text;
	} items[] = {
		{ "calls", "system calls per second, counted in the kernel: none is missed, or it "
			   "says >=" },
		{ "ev", "events per second that were streamed: only what a view looks at" },
		{ "drop", "events lost in each ring buffer since start; counts do not suffer" },
		{ "lag", "age of the oldest event that has not been taken from the buffers" },
		{ "own", "CPU of saker itself, and what counting adds to a call" },
	};

	help_title(page, "The lines at the top");
	for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++)
		help_item(page, items[i].name, items[i].text);
}

void help_draw(struct monitor *monitor, struct spot area, int rows)
{
	const struct view *view = level_now(monitor)->view;
	struct help_page page = {
		.monitor = monitor,
		.area = { area.row + 1, area.col, area.width },
		.rows = rows > 1 ? (size_t)rows - 1 : 0,
	};
	char title[128];

	if (monitor->help_top + page.rows > monitor->help_lines && monitor->help_lines)
		monitor->help_top =
			monitor->help_lines > page.rows ? monitor->help_lines - page.rows : 0;
	page.top = monitor->help_top;
	monitor->page_rows = page.rows;
	for (int i = 0; i < rows; i++)
		screen_fill(monitor->screen, (struct spot){ area.row + i, area.col, area.width },
			    ROLE_POPUP);
	snprintf(title, sizeof(title), "Help for %s: Up, Down, PgUp, PgDn scroll, Esc closes",
		 view->title);
	screen_put(monitor->screen, (struct spot){ area.row, area.col + 1, area.width - 1 },
		   ROLE_POPUP_TITLE, title);
	help_item(&page, view->title, view->help);
	for (enum key_group group = 0; group < KEY_GROUP_COUNT; group++)
		help_keys(&page, group);
	help_views(&page);
	help_columns(&page);
	help_strip(&page);
	monitor->help_lines = page.line;
}

void help_key(struct monitor *monitor, int key)
{
	size_t page = monitor->page_rows ? monitor->page_rows : 1;

	switch (key) {
	case INPUT_UP: monitor->help_top -= monitor->help_top > 0; break;
	case INPUT_DOWN: monitor->help_top++; break;
	case INPUT_PAGE_UP:
		monitor->help_top -= monitor->help_top < page ? monitor->help_top : page;
		break;
	case INPUT_PAGE_DOWN:
	case ' ': monitor->help_top += page; break;
	case INPUT_HOME: monitor->help_top = 0; break;
	case INPUT_END: monitor->help_top = monitor->help_lines; break;
	case INPUT_ESCAPE:
	case INPUT_BACKSPACE:
	case INPUT_ENTER:
	case INPUT_F1:
	case '?':
	case 'q': monitor->popup = POPUP_NONE; break;
	default: break;
	}
}
