/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One frame:
 *
 *   strip       2 rows   host, state, breadcrumb; health
 *   table       the rest  column headers and rows, or a pop-up
 *   status      1 row    what was said, the prompt, or where the cursor is
 *   footer      1 row    keys
 */
#include "ui.h"
#include <stdio.h>
#include <time.h>

void draw_clock(uint64_t time_ns, char *text, size_t size)
{
	time_t seconds = (time_t)(time_ns / 1000000000ull);
	struct tm tm;

	if (!localtime_r(&seconds, &tm) || !strftime(text, size, "%H:%M:%S", &tm))
		snprintf(text, size, "--:--:--");
}

/* As many words as fit. */
static void draw_too_small(struct screen *screen)
{
	static const char *const formats[] = { "terminal too small (need %dx%d)", "need %dx%d",
					       "%dx%d", "?" };
	int cols = screen_cols(screen);
	char text[64] = "";

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (snprintf(text, sizeof(text), formats[i], SCREEN_MIN_COLS, SCREEN_MIN_ROWS) <=
		    cols)
			break;
	}
	screen_put(screen, (struct spot){ .width = cols }, ROLE_NORMAL, text);
}

void draw_frame(struct monitor *monitor)
{
	struct screen *screen = monitor->screen;
	int rows = screen_rows(screen), cols = screen_cols(screen);
	int middle = rows - STRIP_ROWS - 2;
	struct spot area = { .row = STRIP_ROWS, .col = 0, .width = cols };

	screen_begin(screen);
	if (rows < SCREEN_MIN_ROWS || cols < SCREEN_MIN_COLS) {
		draw_too_small(screen);
		screen_end(screen);
		return;
	}
	level_fill(monitor);
	draw_strip(monitor);
	switch (monitor->popup) {
	case POPUP_NONE: draw_table(monitor, STRIP_ROWS, middle); break;
	case POPUP_HELP: help_draw(monitor, area, middle); break;
	case POPUP_OUTPUT: output_draw(monitor, area, middle); break;
	case POPUP_DRAFT: draft_draw(monitor, area, middle); break;
	case POPUP_RULES: rule_picker_draw(monitor, area, middle); break;
	case POPUP_ACTIONS:
	case POPUP_MUTES:
	case POPUP_VIEWS:
	case POPUP_SORT: picker_draw(monitor, area, middle); break;
	}
	draw_status(monitor, rows - 2);
	draw_footer(monitor, rows - 1);
	screen_end(screen);
}
