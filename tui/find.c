/* SPDX-License-Identifier: Apache-2.0 */
/* Searching the rows for a text: in all columns that the view shows when there is room. */
#include "ui.h"
#include "text.h"

#define FIND_CELL_MAX 4608 /* a path and what surrounds it */

static bool row_contains(const struct monitor *monitor, const struct level *level,
			 const struct row *row)
{
	for (size_t i = 0; i < level->view->columns_len; i++) {
		const struct view_column *shown = &level->view->columns[i];
		char text[FIND_CELL_MAX];
		struct text_buf buf;
		struct cell cell;

		if (shown->optional || row->gap_lost)
			continue;
		table_cell(monitor->table, row, shown->column, &cell);
		text_buf_init(&buf, text, sizeof(text));
		cell_human(&cell, &buf);
		if (text_contains(text, monitor->search))
			return true;
	}
	return false;
}

/* Looks at all rows, beginning skip rows after the cursor. */
static void find_from(struct monitor *monitor, int step, size_t skip)
{
	struct level *level = level_now(monitor);
	size_t len;

	level_fill(monitor);
	len = level_rows(monitor);
	for (size_t i = skip; i < len + skip; i++) {
		size_t at = (level->cursor + (step > 0 ? i : len - i % len)) % len;

		if (row_contains(monitor, level, level_row(monitor, at))) {
			level_cursor_to(monitor, (long)at);
			return;
		}
	}
	monitor_say(monitor, "no row shows '%s'", monitor->search);
}

void find_next(struct monitor *monitor, int step)
{
	find_from(monitor, step, 1);
}

void find_here(struct monitor *monitor)
{
	find_from(monitor, 1, 0);
}
