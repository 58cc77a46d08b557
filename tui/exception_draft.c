/* SPDX-License-Identifier: Apache-2.0 */
#include "exception_draft.h"

#include <errno.h>
#include <string.h>

#include "state/filter/print.h"

/* A text between double quotes: printable ASCII as it is, everything else by escapes. */
static void add_quoted(struct text_buf *buf, const char *text, size_t len)
{
	text_buf_add(buf, "\"");
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '"' || c == '\\')
			text_buf_printf(buf, "\\%c", c);
		else if (c < ' ' || c == 0x7f)
			text_buf_printf(buf, "\\x%02x", c);
		else
			text_buf_addn(buf, text + i, 1);
	}
	text_buf_add(buf, "\"");
}

/* A value as it stands in a condition, where its text is put: quoted there unless it is a word. */
static void add_value(struct text_buf *buf, const char *text, size_t len)
{
	const struct filter_str value = { .data = text, .len = len };
	char data[1024];
	struct text_buf quoted;

	text_buf_init(&quoted, data, sizeof(data));
	filter_print_text(&value, &quoted);
	add_quoted(buf, quoted.data, quoted.len);
	/* One that was cut would leave out something else. */
	buf->truncated |= quoted.truncated;
}

/* The name by which the rule saw the file; data NULL: the event has none that stays the same. */
static struct event_text file_name(const struct history_event *kept, const struct event *event,
				   const struct history_hit *hit)
{
	struct event_text called = event_param_text(event, "name");
	struct event_text none = { .data = NULL };

	if (hit->resolved)
		return event->path;
	if (called.data && called.len && called.data[0] == '/')
		return called;
	if (kept->fd_name && kept->fd_name[0] == '/')
		return (struct event_text){ .data = kept->fd_name, .len = strlen(kept->fd_name) };
	return event->path.data && event->path.len && event->path.data[0] == '/' ? event->path
										 : none;
}

int exception_draft(const struct history_event *kept, const struct event *event,
		    struct text_buf *buf)
{
	struct event_text file;
	struct history_hit hit;

	if (!history_hit(kept, &hit))
		return -ENOENT;
	file = file_name(kept, event, &hit);
	text_buf_add(buf, "# Load it behind the file of the rule: saker --rules FILE.\n"
			  "# saker list rules --rules FILE says whether it is right.\n- rule: ");
	add_quoted(buf, hit.rule, strlen(hit.rule));
	text_buf_add(buf, "\n  exceptions:\n    - name: drafted\n      fields: [proc.name");
	text_buf_add(buf,
		     file.data ? ", fd.name]\n      comps: [=, =]\n" : "]\n      comps: [=]\n");
	text_buf_add(buf, "      values:\n        - [");
	add_value(buf, event->prefix.comm, strnlen(event->prefix.comm, RECORD_COMM_LEN));
	if (file.data) {
		text_buf_add(buf, ", ");
		add_value(buf, file.data, file.len);
	}
	text_buf_add(buf, "]\n  override:\n    exceptions: append\n");
	return buf->truncated ? -EMSGSIZE : 0;
}
