/* SPDX-License-Identifier: Apache-2.0 */
#include "event_target.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The first text that a raw argument points to. */
static struct open_name raw_text(const struct event *event)
{
	for (unsigned i = 0; i < 6; i++)
		if (event->arg_texts[i].data)
			return (struct open_name){ .data = event->arg_texts[i].data,
						   .len = event->arg_texts[i].len };
	return (struct open_name){ .len = 0 };
}

struct open_name event_target(const struct event *event, const struct history_event *kept)
{
	struct open_name name = open_event_name(event, kept);

	return name.len ? name : raw_text(event);
}

void event_target_cell(const struct event *event, const struct history_event *kept,
		       const struct row *row, struct cell *ret_cell)
{
	struct open_name name = event_target(event, kept);
	struct row with = *row;

	if (name.len) {
		cell_copy_text(ret_cell, row, name.data, name.len);
		return;
	}
	with.event = event;
	get_event_fd(&with, ret_cell);
	if (ret_cell->known) {
		char text[24];
		int len = snprintf(text, sizeof(text), "fd %" PRId64, ret_cell->i64);

		cell_copy_text(ret_cell, row, text, (size_t)len);
	}
}
