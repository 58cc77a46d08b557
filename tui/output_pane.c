/* SPDX-License-Identifier: Apache-2.0 */
/* The pane with COMMAND's output: its last lines, at the end until scrolled back. */
#include "ui.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "keys.h"
#include "request.h"

void output_take(struct monitor *monitor)
{
	char bytes[16384];
	ssize_t got = read(monitor->opts->output_fd, bytes, sizeof(bytes));

	if (got > 0) {
		size_t before = lines_len(&monitor->output);

		lines_add(&monitor->output, bytes, (size_t)got);
		/* Scrolled back, the same lines stay in sight. */
		if (monitor->output_back)
			monitor->output_back += lines_len(&monitor->output) - before;
		return;
	}
	if (!got || (errno != EAGAIN && errno != EINTR))
		monitor->output_ended = true;
}

void output_key(struct monitor *monitor, int key)
{
	size_t page = monitor->page_rows ? monitor->page_rows : 1;
	size_t *back = &monitor->output_back;

	switch (key) {
	case INPUT_UP: ++*back; break;
	case INPUT_DOWN: *back -= *back > 0; break;
	case INPUT_PAGE_UP: *back += page; break;
	case INPUT_PAGE_DOWN: *back -= *back < page ? *back : page; break;
	case INPUT_HOME: *back = lines_len(&monitor->output); break;
	case INPUT_END: *back = 0; break;
	case INPUT_ESCAPE:
	case INPUT_BACKSPACE:
	case 'o':
	case 'q': monitor->popup = POPUP_NONE; break;
	default: break;
	}
}

void output_draw(struct monitor *monitor, struct spot area, int rows)
{
	const struct lines *lines = &monitor->output;
	struct screen *screen = monitor->screen;
	size_t page = rows > 1 ? (size_t)rows - 1 : 0, len = lines_len(lines), top;
	char title[96];

	monitor->page_rows = page;
	if (monitor->output_back + page > len)
		monitor->output_back = len > page ? len - page : 0;
	top = len > page ? len - page - monitor->output_back : 0;
	for (int i = 0; i < rows; i++)
		screen_fill(screen, (struct spot){ area.row + i, area.col, area.width },
			    ROLE_POPUP);
	snprintf(title, sizeof(title),
		 "Output of COMMAND%s: Up, Down scroll, End follows, Esc closes",
		 monitor->output_ended ? " (it has closed it)" : "");
	screen_put(screen, (struct spot){ area.row, area.col + 1, area.width - 1 },
		   ROLE_POPUP_TITLE, title);
	for (size_t i = 0; i < page && top + i < len; i++)
		screen_put(screen,
			   (struct spot){ area.row + 1 + (int)i, area.col + 1, area.width - 2 },
			   ROLE_POPUP, lines_at(lines, top + i));
}
