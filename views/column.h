/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For the files that implement columns: the getters that columns.def names, and what they share.
 * A getter finds known = true and the column's kind in the cell; it sets the value, or known =
 * false where there is none. Nobody outside of views/ includes this.
 */
#ifndef VIEWS_COLUMN_H
#define VIEWS_COLUMN_H

#include "frame.h"
#include "table.h"

#define COLUMN(id, header, entity, kind, width, priority, flags, getter, help) \
	void getter(const struct row *row, struct cell *ret_cell);
#include "columns.def"

/* Longest text that one cell makes: arguments of a stream row, a value of the event page. */
#define CELL_TEXT_MAX 2048
#define CELL_VALUE_MAX 65536

/* delta per second of the snapshot's interval; unknown when there is none. */
void cell_set_rate(struct cell *cell, const struct row *row, uint64_t delta);
/* part of whole in percent; unknown when the whole is 0. */
void cell_set_percent(struct cell *cell, uint64_t part, uint64_t whole);
/* Borrowed text; unknown when NULL. */
void cell_set_text(struct cell *cell, const char *text);
void cell_set_textn(struct cell *cell, const char *text, size_t len);
/* Text copied to the row's frame. */
void cell_copy_text(struct cell *cell, const struct row *row, const char *text, size_t len);
/* "comm[pid]" */
void cell_set_process(struct cell *cell, const struct row *row, const char *comm, uint32_t pid);
/* "ENOENT", the number where it has no name, unknown for 0. */
void cell_set_errno(struct cell *cell, const struct row *row, unsigned err);

/* Text of the file an open event is about; len 0 when unknown. Host bytes. */
struct open_name {
	const char *data;
	size_t len;
	uint8_t flags; /* enum record_ext_flag */
};
struct open_name open_event_name(const struct event *event, const struct history_event *kept);
/* The path that the caller passed; data NULL when the event has none. */
struct event_text open_event_called(const struct event *event);
/* Appends the letters of "rwctx" that apply. */
#define OPEN_MODES "rwctx"
size_t open_event_modes(const struct event *event, char ret_modes[sizeof(OPEN_MODES)]);

/* Fields of the event page: how many an event has, the name and the rendered value of one. */
/* Of a hit these come first, then the lines of rows_hit_page.c. */
#define EVENT_FIELDS_OF_HIT 3
size_t event_fields_first(const struct history_event *kept); /* the others do not apply */
size_t event_fields_len(const struct event *event);
const char *event_field_name(const struct event *event, size_t index, struct frame *frame);
/* Appends the value; appends nothing when it is unknown. */
void event_field_render(const struct event *event, const struct history_event *kept, size_t index,
			struct text_buf *buf);

#endif
