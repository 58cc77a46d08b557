/* SPDX-License-Identifier: Apache-2.0 */
/* Which columns of a view fit on a line. */
#include "view.h"

/* Cells that the chosen columns need, with one blank between. */
static unsigned layout_width(const struct view *view, const uint8_t *indexes, size_t len)
{
	unsigned sum = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned width = view->columns[indexes[i]].column->width;

		sum += (i ? 1 : 0) + (width ? width : VIEW_REST_MIN);
	}
	return sum;
}

/* The column that the view sorts by is as important as the most important. */
static unsigned layout_priority(const struct view *view, size_t index)
{
	return index == view->sort ? 0 : view->columns[index].column->priority;
}

/* The one that leaves first: highest priority, of equals the rightmost. */
static size_t layout_weakest(const struct view *view, const uint8_t *indexes, size_t len)
{
	size_t weakest = 0;

	for (size_t i = 1; i < len; i++)
		if (layout_priority(view, indexes[i]) >= layout_priority(view, indexes[weakest]))
			weakest = i;
	return weakest;
}

size_t view_layout(const struct view *view, unsigned width, uint64_t shown,
		   uint8_t ret_indexes[VIEW_COLUMNS_MAX])
{
	size_t len = 0;

	_Static_assert(VIEW_COLUMNS_MAX <= 64, "one bit per column");
	for (size_t i = 0; i < view->columns_len; i++)
		if (!view->columns[i].optional || (shown >> i & 1))
			ret_indexes[len++] = (uint8_t)i;
	while (width && len > 1 && layout_width(view, ret_indexes, len) > width) {
		size_t weakest = layout_weakest(view, ret_indexes, len);

		for (size_t i = weakest; i + 1 < len; i++)
			ret_indexes[i] = ret_indexes[i + 1];
		len--;
	}
	return len;
}

enum view_objects view_objects(const struct view *view)
{
	bool shown = view->entity == ENTITY_FILE || view->entity == ENTITY_CONN ||
		     view->entity == ENTITY_FD || view->entity == ENTITY_PAGE;

	return shown ? VIEW_OBJECTS_ON : VIEW_OBJECTS_OFF;
}

enum view_timing view_timing(const struct view *view, unsigned width, uint64_t shown)
{
	uint8_t indexes[VIEW_COLUMNS_MAX];
	size_t len = view_layout(view, width, shown, indexes);

	enum view_timing timing =
		view->stream == VIEW_STREAM_SLOW ? VIEW_TIMING_EVENTS : VIEW_TIMING_OFF;

	for (size_t i = 0; i < len; i++) {
		uint32_t flags = view->columns[indexes[i]].column->flags;

		if (flags & COLUMN_F_TIMED)
			return VIEW_TIMING_ON;
		if (flags & COLUMN_F_TOOK)
			timing = VIEW_TIMING_EVENTS;
	}
	return timing;
}
