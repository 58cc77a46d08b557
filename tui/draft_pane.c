/* SPDX-License-Identifier: Apache-2.0 */
/* The pop-up with the draft of an exception; w writes it to a file that is not there yet. */
#include "ui.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "exception_draft.h"
#include "keys.h"
#include "output.h"

#define DRAFT_FILE "saker-exception.yaml"
#define DRAFT_BYTES 16384 /* paths of 4096 bytes may be quoted */

void draft_key(struct monitor *monitor, int key)
{
	switch (key) {
	case INPUT_UP: monitor->draft_top -= monitor->draft_top > 0; break;
	case INPUT_DOWN: monitor->draft_top++; break;
	case 'w':
		monitor->popup = POPUP_NONE;
		prompt_open(monitor, PROMPT_DRAFT, DRAFT_FILE);
		break;
	case INPUT_ESCAPE:
	case INPUT_BACKSPACE:
	case 'q': monitor->popup = POPUP_NONE; break;
	default: break;
	}
}

/* All of the file, when it is at path. */
static void draft_text(const struct monitor *monitor, const char *path, struct text_buf *buf)
{
	const struct subject *subject = &monitor->subject;

	exception_draft_head(exception_draft_rules(monitor->subject_snapshot, subject->rule), path,
			     buf);
	text_buf_add(buf, subject->draft);
}

void draft_draw(struct monitor *monitor, struct spot area, int rows)
{
	struct screen *screen = monitor->screen;
	char data[DRAFT_BYTES];
	const char *line = data;
	struct text_buf buf;
	size_t index = 0;
	int row = 1;

	text_buf_init(&buf, data, sizeof(data));
	draft_text(monitor, DRAFT_FILE, &buf);
	for (int i = 0; i < rows; i++)
		screen_fill(screen, (struct spot){ area.row + i, area.col, area.width },
			    ROLE_POPUP);
	screen_put(screen, (struct spot){ area.row, area.col + 1, area.width - 1 },
		   ROLE_POPUP_TITLE, "Exception: w writes it to a file, Esc closes");
	for (; *line && row < rows; index++) {
		size_t len = strcspn(line, "\n");
		char text[FILTER_MAX * 4];

		snprintf(text, sizeof(text), "%.*s", (int)len, line);
		if (index >= monitor->draft_top)
			screen_put(screen,
				   (struct spot){ area.row + row++, area.col + 1, area.width - 2 },
				   ROLE_POPUP, text);
		line += len + (line[len] == '\n');
	}
	if (index && monitor->draft_top >= index)
		monitor->draft_top = index - 1;
}

void draft_write(struct monitor *monitor)
{
	const char *path = monitor->prompt.text;
	char data[DRAFT_BYTES];
	struct text_buf buf;
	int fd, rc = 0;

	if (!*path)
		return;
	fd = output_new_fd(path);
	if (fd < 0) {
		prompt_refuse(monitor, PROMPT_DRAFT, 0, "%s",
			      fd == -EEXIST ? "is there already; nothing was written"
					    : strerror(-fd));
		return;
	}
	text_buf_init(&buf, data, sizeof(data));
	draft_text(monitor, path, &buf);
	if (write(fd, buf.data, buf.len) != (ssize_t)buf.len)
		rc = -errno;
	if (close(fd) < 0 && rc == 0)
		rc = -errno;
	if (rc < 0)
		monitor_say(monitor, "%s: %s", path, strerror(-rc));
	else
		monitor_say(monitor, "%s was written; --rules loads it behind the rule's file",
			    path);
}
