/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table: column headers and the rows on screen. Which columns are shown: those that are not
 * scrolled away, less those of highest priority number until the rest fits. Numbers are never cut:
 * a column of numbers is as wide as its widest cell on screen.
 */
#include "ui.h"
#include <stdio.h>
#include <string.h>
#include "text.h"

#define CELL_MAX 4608 /* bytes: a path and what surrounds it */
/* Least width of the column that takes what is left: of events it is what they are about. */
#define REST_MIN 16
#define REST_MIN_LONG 30 /* command lines and paths */
#define REST_MIN_EVENTS 24
/* The same when no column is left that may leave before it. */
#define REST_LEAST 8
#define SHIFT_CELLS 16 /* how far one step scrolls the text of the last column */
#define COLUMN_GAP 1

struct grid_column {
	const struct column *column;
	size_t index; /* in the view */
	int width;
};

struct grid {
	struct grid_column columns[VIEW_COLUMNS_MAX];
	size_t len;
	size_t sort; /* index in the view of what the rows are sorted by */
	int rest;    /* least width of a column that has none of its own */
	int shift;   /* cells left out at the front of the last column */
};

/* Texts, times and lines of bars begin at the left and may be cut; numbers do neither. */
static bool column_is_text(const struct column *column)
{
	return column->kind == COLUMN_TEXT || column->kind == COLUMN_TIME ||
	       column->kind == COLUMN_SPARK || column->kind == COLUMN_HIST;
}

static bool column_shown(const struct level *level, size_t index)
{
	/* An optional column is shown while it is what the rows are sorted by. */
	return !level->view->columns[index].optional || index == level->sort;
}

static void cell_text(const struct monitor *monitor, const struct row *row,
		      const struct column *column, char text[CELL_MAX])
{
	struct text_buf buf;
	struct cell cell;

	table_cell(monitor->table, row, column, &cell);
	text_buf_init(&buf, text, CELL_MAX);
	cell_human(&cell, &buf);
}

/* The widest of the rows [first, first + rows) in a column of numbers; its own width at least. */
static int column_width(const struct monitor *monitor, const struct column *column, size_t first,
			size_t rows)
{
	int width = (int)column->width;
	char text[CELL_MAX];

	if (column_is_text(column) || !width)
		return width;
	for (size_t i = first; i < first + rows && i < level_rows(monitor); i++) {
		const struct row *row = level_row(monitor, i);
		int cells;

		if (row->gap_lost)
			continue;
		cell_text(monitor, row, column, text);
		cells = text_cells(text, true);
		if (cells > width)
			width = cells;
	}
	return width;
}

/* All columns that may be shown: the first, and those that are not scrolled away. */
static void grid_collect(struct monitor *monitor, struct grid *grid, size_t rows)
{
	const struct level *level = level_now(monitor);
	const struct view *view = level->view;
	size_t skip = level->left, shown = 0;

	for (size_t i = 0; i < view->columns_len; i++)
		shown += column_shown(level, i);
	/* The first column stays, and so does the last: its text moves instead. */
	if (skip && skip + 1 >= shown) {
		grid->shift = (int)(skip + 2 - (shown > 2 ? shown : 2)) * SHIFT_CELLS;
		skip = shown > 2 ? shown - 2 : 0;
	}
	for (size_t i = 0; i < view->columns_len; i++) {
		struct grid_column *next = &grid->columns[grid->len];
		int header = (int)strlen(view->columns[i].column->header);

		if (!column_shown(level, i))
			continue;
		if (skip && grid->len) {
			skip--;
			continue;
		}
		*next = (struct grid_column){ .column = view->columns[i].column, .index = i };
		next->width = column_width(monitor, next->column, level->top, rows);
		/* The mark of the sort column stands beside its header. */
		if (next->width && next->width < header + (i == level->sort))
			next->width = header + (i == level->sort);
		grid->len++;
	}
}

static int grid_width(const struct grid *grid)
{
	int width = 0;

	for (size_t i = 0; i < grid->len; i++)
		width +=
			(grid->columns[i].width ? grid->columns[i].width : grid->rest) + COLUMN_GAP;
	return width - COLUMN_GAP;
}

/* The column that the rows are sorted by stays as long as the most important ones. */
static unsigned grid_priority(const struct grid *grid, size_t at)
{
	return grid->columns[at].index == grid->sort ? 0 : grid->columns[at].column->priority;
}

/* Takes out the column that leaves first: of the highest priority number the one on the right. */
static void grid_drop(struct grid *grid)
{
	size_t leaves = 0;

	for (size_t i = 1; i < grid->len; i++)
		if (grid_priority(grid, i) >= grid_priority(grid, leaves))
			leaves = i;
	grid->len--;
	memmove(&grid->columns[leaves], &grid->columns[leaves + 1],
		(grid->len - leaves) * sizeof(grid->columns[0]));
}

/* The highest priority number of the columns. */
static unsigned grid_leaves(const struct grid *grid)
{
	unsigned priority = 0;

	for (size_t i = 0; i < grid->len; i++)
		if (grid_priority(grid, i) > priority)
			priority = grid_priority(grid, i);
	return priority;
}

static void grid_fit(struct grid *grid, int cols)
{
	struct grid_column *last;

	while (grid->len > 1 && grid_width(grid) > cols) {
		if (grid_leaves(grid) == 0 && grid->rest > REST_LEAST)
			grid->rest = REST_LEAST;
		else
			grid_drop(grid);
	}
	if (!grid->len)
		return;
	last = &grid->columns[grid->len - 1];
	if (!last->width) {
		last->width = grid->rest;
		if (cols > grid_width(grid))
			last->width += cols - grid_width(grid);
	}
	/* One in the middle takes the rest too, where a view has it there. */
	for (size_t i = 0; i + 1 < grid->len; i++)
		if (!grid->columns[i].width)
			grid->columns[i].width =
				grid->rest +
				(cols > grid_width(grid) ? cols - grid_width(grid) : 0);
	if (grid->len == 1 && grid->columns[0].width > cols)
		grid->columns[0].width = cols;
}

static void draw_header(struct monitor *monitor, const struct grid *grid, int row)
{
	const struct level *level = level_now(monitor);
	struct screen *screen = monitor->screen;
	bool utf8 = screen_utf8(screen);
	const char *mark = level->descending ? (utf8 ? "\u25bc" : "v") : (utf8 ? "\u25b2" : "^");
	int col = 0;

	screen_fill(screen, (struct spot){ row, 0, screen_cols(screen) }, ROLE_COLUMNS);
	for (size_t i = 0; i < grid->len; i++) {
		const struct grid_column *at = &grid->columns[i];
		struct spot spot = { row, col, at->width };
		bool sorted = at->index == level->sort;
		char text[64];

		snprintf(text, sizeof(text), "%s%s", at->column->header, sorted ? mark : "");
		if (sorted)
			screen_fill(screen, spot, ROLE_SORTED);
		if (column_is_text(at->column))
			screen_put(screen, spot, sorted ? ROLE_SORTED : ROLE_COLUMNS, text);
		else
			screen_put_right(screen, spot, sorted ? ROLE_SORTED : ROLE_COLUMNS, text);
		col += at->width + COLUMN_GAP;
	}
}

#define PRIORITY_ERROR 3 /* of rules, as syslog numbers it */

/* What the whole row looks like; ROLE_COUNT where each cell has its own role. */
static enum role row_role(struct monitor *monitor, const struct row *row, size_t index)
{
	struct history_hit hit;

	if (index == level_now(monitor)->cursor)
		return ROLE_CURSOR;
	if (row->gap_lost)
		return ROLE_GAP;
	if (level_now(monitor)->view->entity == ENTITY_HIT && history_hit(row->kept, &hit))
		return hit.priority <= PRIORITY_ERROR ? ROLE_ERROR : ROLE_COUNT;
	if (row->event) {
		/* -1..-4095 is an error number, see IS_ERR_VALUE in the kernel's err.h. */
		bool failed = row->event->prefix.ret < 0 && row->event->prefix.ret >= -4095;

		return failed && row->event->syscall ? ROLE_ERROR : ROLE_COUNT;
	}
	return row->proc && row->proc->dead ? ROLE_DEAD : ROLE_COUNT;
}

/* Is the cell unknown, or a number that is zero? */
static bool is_nothing(const struct column *column, const char *text)
{
	if (!strcmp(text, "-"))
		return true;
	if (column->kind == COLUMN_ID || column_is_text(column))
		return false;
	return !text[strspn(text, "0.-%BKMG/s")];
}

static void draw_gap(struct monitor *monitor, const struct row *row, struct spot spot,
		     enum role role)
{
	char digits[24], text[96];
	size_t len = (size_t)snprintf(digits, sizeof(digits), "%llu",
				      (unsigned long long)row->gap_lost),
	       out = 0;
	char grouped[40];

	for (size_t i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			grouped[out++] = ',';
		grouped[out++] = digits[i];
	}
	grouped[out] = '\0';
	snprintf(text, sizeof(text), "-- %s event%s lost in buffer %u --", grouped,
		 row->gap_lost == 1 ? "" : "s", row->gap_buffer);
	screen_put(monitor->screen, spot, role, text);
}

/* The part of a text that is too long for its column: what tells most of it. */
static const char *cell_fold(const struct grid_column *at, char *data, bool utf8)
{
	unsigned flags = at->column->flags;
	int cells = text_cells(data, utf8);

	if (cells <= at->width)
		return data;
	if (flags & COLUMN_F_COMMAND) {
		char *slash = memrchr(data, '/', strcspn(data, " "));

		/* Of a title like "nginx: worker" or a script's name in it nothing is left out. */
		return slash && *data == '/' && slash[1] ? slash + 1 : data;
	}
	if (flags & COLUMN_F_PATH) {
		const char *mark = utf8 ? "\u2026" : ">";
		const char *tail = text_skip(data, cells - at->width + 1, utf8);
		size_t mark_len = strlen(mark), tail_len = strlen(tail);

		if (mark_len + tail_len >= CELL_MAX)
			return data;
		memmove(data + mark_len, tail, tail_len + 1);
		for (size_t i = 0; i < mark_len; i++)
			data[i] = mark[i];
	}
	return data;
}

/* Returns whether the text of the last column goes on beyond what was left out at its front. */
static bool draw_cells(struct monitor *monitor, const struct grid *grid, const struct row *row,
		       int screen_row, enum role role)
{
	struct screen *screen = monitor->screen;
	bool more = false;
	int col = 0;

	for (size_t i = 0; i < grid->len; i++) {
		const struct grid_column *at = &grid->columns[i];
		struct spot spot = { screen_row, col, at->width };
		enum role own = role == ROLE_COUNT ? ROLE_NORMAL : role;
		char data[CELL_MAX];
		const char *text = data;

		cell_text(monitor, row, at->column, data);
		if (role == ROLE_COUNT && is_nothing(at->column, text))
			own = ROLE_ZERO;
		if (i + 1 == grid->len && grid->shift) {
			text = text_skip(text, grid->shift, screen_utf8(screen));
			more = *text;
		} else if (column_is_text(at->column)) {
			text = cell_fold(at, data, screen_utf8(screen));
		}
		if (column_is_text(at->column))
			screen_put(screen, spot, own, text);
		else
			screen_put_right(screen, spot, own, text);
		col += at->width + COLUMN_GAP;
	}
	return more;
}

/* Scrolls so that the cursor is on screen, and no screen is left half empty. */
static void table_scroll(struct monitor *monitor, size_t rows)
{
	struct level *level = level_now(monitor);
	size_t len = level_rows(monitor);

	if (level->cursor < level->top)
		level->top = level->cursor;
	if (level->cursor >= level->top + rows)
		level->top = level->cursor + 1 - rows;
	if (level->top + rows > len)
		level->top = len > rows ? len - rows : 0;
}

static bool is_of_events(const struct view *view)
{
	return view->entity != ENTITY_ERRNO && view->entity != ENTITY_FAILURE &&
	       view->stream != VIEW_STREAM_NONE;
}

/* Of views of events: there may be none, none that is chosen, or they had to make room. */
static void no_events_text(const struct monitor *monitor, const struct snapshot *snapshot,
			   struct text_buf *buf)
{
	unsigned long long evicted = snapshot->events_first > 1 ? snapshot->events_first - 1 : 0;
	unsigned long long kept = snapshot->events_end - evicted - 1;

	if (!kept && !evicted)
		text_buf_add(buf,
			     monitor->opts->replay ? "no events in this capture" : "no events yet");
	else if (kept == 1)
		text_buf_add(buf, "the one event in memory is not of this view and scope");
	else
		text_buf_printf(buf, "none of the %llu events in memory is of this view and scope",
				kept);
	if (evicted)
		text_buf_printf(buf, "; %llu older made room", evicted);
}

/* Why there are no rows. */
static void no_rows_text(struct monitor *monitor, struct text_buf *buf)
{
	const struct level *level = level_now(monitor);
	const struct snapshot *snapshot = monitor->filled;

	if (*level->filter) {
		text_buf_add(buf, "no row has the text of the filter");
		return;
	}
	if (level->view->entity == ENTITY_WHY)
		text_buf_add(buf, "the answer is on its way");
	else if (level->held && level->view->entity == ENTITY_FIELD)
		text_buf_add(buf, "the event is no longer in memory");
	else if (snapshot && is_of_events(level->view))
		no_events_text(monitor, snapshot, buf);
	else if (level->scope.len)
		text_buf_add(buf, "no row is in this scope");
	else if (monitor->opts->replay && snapshot)
		text_buf_add(buf, "this capture has nothing of it");
	else
		text_buf_add(buf, "nothing to show yet");
	if (monitor->depth > 1)
		text_buf_add(buf, level->scope.len > level[-1].scope.len
					  ? "; Backspace takes its last part off"
					  : "; Backspace goes up");
}

static void draw_no_rows(struct monitor *monitor, int row)
{
	char text[160];
	struct text_buf buf;

	text_buf_init(&buf, text, sizeof(text));
	no_rows_text(monitor, &buf);
	screen_put(monitor->screen, (struct spot){ row, 1, screen_cols(monitor->screen) - 1 },
		   ROLE_ZERO, text);
}

static int rest_min(const struct view *view)
{
	const struct column *last = view->columns[0].column;

	for (size_t i = 0; i < view->columns_len; i++)
		if (!view->columns[i].column->width)
			last = view->columns[i].column;
	/* Whose hit it is comes before all words of the rule. */
	if (view->entity == ENTITY_HIT)
		return REST_MIN;
	if (view->follow)
		return REST_MIN_EVENTS;
	return last->flags & (COLUMN_F_COMMAND | COLUMN_F_PATH) ? REST_MIN_LONG : REST_MIN;
}

void draw_table(struct monitor *monitor, int first_row, int rows)
{
	struct screen *screen = monitor->screen;
	int cols = screen_cols(screen);
	struct grid grid = { .rest = rest_min(level_now(monitor)->view),
			     .sort = level_now(monitor)->sort };
	size_t page = rows > 1 ? (size_t)rows - 1 : 0;
	bool more = false;

	monitor->page_rows = page;
	table_scroll(monitor, page);
	grid_collect(monitor, &grid, page);
	grid_fit(&grid, cols);
	draw_header(monitor, &grid, first_row);
	if (!level_rows(monitor))
		draw_no_rows(monitor, first_row + 2);
	for (size_t i = 0; i < page && level_now(monitor)->top + i < level_rows(monitor); i++) {
		size_t index = level_now(monitor)->top + i;
		const struct row *row = level_row(monitor, index);
		enum role role = row_role(monitor, row, index);
		struct spot spot = { first_row + 1 + (int)i, 0, cols };

		if (role != ROLE_COUNT)
			screen_fill(screen, spot, role);
		if (row->gap_lost)
			draw_gap(monitor, row, spot, role);
		else
			more |= draw_cells(monitor, &grid, row, spot.row, role);
	}
	/* The last step to the right showed nothing: it is taken back. */
	if (grid.shift && !more && level_now(monitor)->left)
		level_now(monitor)->left--;
}
