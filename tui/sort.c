/* SPDX-License-Identifier: Apache-2.0 */
/* Sorting: by a column, by the next one, by one of a kind. */
#include "ui.h"
#include <string.h>
#include "request.h"

/* Numbers are wanted largest first, names from A. */
static bool sort_falls(const struct column *column)
{
	return column->kind != COLUMN_TEXT && column->kind != COLUMN_ID;
}

void sort_by(struct monitor *monitor, size_t column)
{
	struct level *level = level_now(monitor);

	level->sort = column;
	level->descending = column == SIZE_MAX ? level->view->descending
					       : sort_falls(level->view->columns[column].column);
	level_release(level);
	level->follow = level_arrival(level);
	level->top = 0;
	level_order_release(monitor);
	monitor->refill = true;
}

/* Steps through the columns that are not optional, and arrival where the view has that order. */
static void sort_step(struct monitor *monitor, int step)
{
	struct level *level = level_now(monitor);
	long len = (long)level->view->columns_len;
	long first = level->view->follow ? -1 : 0;
	long at = level->sort == SIZE_MAX ? -1 : (long)level->sort;

	do {
		at += step;
		if (at < first || at >= len)
			return;
	} while (at >= 0 && level->view->columns[at].optional);
	sort_by(monitor, at < 0 ? SIZE_MAX : (size_t)at);
}

void request_sort_left(struct monitor *monitor)
{
	sort_step(monitor, -1);
}

void request_sort_right(struct monitor *monitor)
{
	sort_step(monitor, 1);
}

void request_sort_reverse(struct monitor *monitor)
{
	struct level *level = level_now(monitor);

	if (level->sort == SIZE_MAX) {
		monitor_say(monitor, "rows are in the order of arrival; < and > sort them");
		return;
	}
	level->descending = !level->descending;
	level_order_release(monitor);
	monitor->refill = true;
}

/* Sorts by the first of these columns that the view has. */
static void sort_kind(struct monitor *monitor, const char *what, const char *const *ids,
		      size_t ids_len)
{
	const struct view *view = level_now(monitor)->view;

	for (size_t i = 0; i < ids_len; i++) {
		for (size_t j = 0; j < view->columns_len; j++) {
			if (!strcmp(view->columns[j].column->id, ids[i])) {
				sort_by(monitor, j);
				return;
			}
		}
	}
	monitor_say(monitor, "%s has no %s to sort by", view->title, what);
}

void request_sort_cpu(struct monitor *monitor)
{
	static const char *const ids[] = { "cpu_pct" };

	sort_kind(monitor, "CPU", ids, 1);
}

void request_sort_memory(struct monitor *monitor)
{
	static const char *const ids[] = { "rss_bytes" };

	sort_kind(monitor, "memory", ids, 1);
}

void request_sort_time(struct monitor *monitor)
{
	static const char *const ids[] = { "cpu_ns", "time", "last_time", "duration_ns" };

	sort_kind(monitor, "time", ids, sizeof(ids) / sizeof(ids[0]));
}

void request_sort_pick(struct monitor *monitor)
{
	picker_open(monitor, POPUP_SORT);
}

void request_hold(struct monitor *monitor)
{
	struct level *level = level_now(monitor);

	if (level_arrival(level)) {
		monitor_say(monitor, "rows are in the order of arrival; p pauses them");
		return;
	}
	if (monitor->hold)
		level_order_release(monitor);
	else
		level_order_hold(monitor);
	monitor_say(monitor, monitor->hold ? "the order of the rows is held; z sorts again"
					   : "sorted again");
}
