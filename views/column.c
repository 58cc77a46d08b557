/* SPDX-License-Identifier: Apache-2.0 */
/* The column table, made of columns.def, and what getters share. */
#include "column.h"

#include <string.h>
#include "probe/schema/event.h"

static const struct column columns[] = {
#define COLUMN(id_, header_, entity_, kind_, width_, priority_, flags_, getter_, help_) \
	{                                                                               \
		.id = (id_),                                                            \
		.header = (header_),                                                    \
		.entity = ENTITY_##entity_,                                             \
		.kind = COLUMN_##kind_,                                                 \
		.width = (width_),                                                      \
		.priority = (priority_),                                                \
		.flags = COLUMN_F_##flags_,                                             \
		.get = (getter_),                                                       \
		.help = (help_),                                                        \
	},
#include "columns.def"
};

static const char *const entity_names[] = {
#define ENTITY(id, name, help) [ENTITY_##id] = name,
#include "columns.def"
};
_Static_assert(sizeof(entity_names) / sizeof(entity_names[0]) == ENTITY_COUNT, "one name each");

size_t column_table_len(void)
{
	return sizeof(columns) / sizeof(columns[0]);
}

const struct column *column_at(size_t index)
{
	return index < column_table_len() ? &columns[index] : NULL;
}

const struct column *column_find(enum entity entity, const char *id)
{
	for (size_t i = 0; i < column_table_len(); i++)
		if (columns[i].entity == entity && strcmp(columns[i].id, id) == 0)
			return &columns[i];
	return NULL;
}

const char *entity_name(enum entity entity)
{
	return entity_names[entity];
}

bool entity_is_event(enum entity entity)
{
	return entity == ENTITY_EVENT || entity == ENTITY_OPEN || entity == ENTITY_EXEC ||
	       entity == ENTITY_NEWCONN || entity == ENTITY_HIT;
}

bool entity_is_page(enum entity entity)
{
	return entity == ENTITY_FIELD || entity == ENTITY_WHY;
}

const char *column_kind_name(enum column_kind kind)
{
	switch (kind) {
	case COLUMN_INT: return "number";
	case COLUMN_ID: return "id";
	case COLUMN_COUNT_K: return "count";
	case COLUMN_RATE: return "rate";
	case COLUMN_BYTES: return "bytes";
	case COLUMN_BYTE_RATE: return "byte rate";
	case COLUMN_PERCENT: return "percent";
	case COLUMN_TIME: return "time";
	case COLUMN_DURATION: return "duration";
	case COLUMN_HIST: return "histogram";
	case COLUMN_TEXT: return "text";
	case COLUMN_SPARK: return "spark";
	}
	return "";
}

bool column_is_right(const struct column *column)
{
	return column->kind != COLUMN_TEXT && column->kind != COLUMN_SPARK &&
	       column->kind != COLUMN_HIST;
}

void cell_set_rate(struct cell *cell, const struct row *row, uint64_t delta)
{
	uint64_t interval_ns = row->snapshot->interval_ns;

	if (!interval_ns) {
		cell->known = false;
		return;
	}
	cell->number = (double)delta * 1e9 / (double)interval_ns;
}

void cell_set_percent(struct cell *cell, uint64_t part, uint64_t whole)
{
	if (!whole) {
		cell->known = false;
		return;
	}
	cell->number = (double)part * 100.0 / (double)whole;
}

void cell_set_text(struct cell *cell, const char *text)
{
	cell_set_textn(cell, text, text ? strlen(text) : 0);
}

void cell_set_textn(struct cell *cell, const char *text, size_t len)
{
	cell->known = text != NULL;
	cell->text.data = text;
	cell->text.len = len;
}

void cell_copy_text(struct cell *cell, const struct row *row, const char *text, size_t len)
{
	cell_set_textn(cell, frame_copy(row->frame, text, len), len);
}

void cell_set_process(struct cell *cell, const struct row *row, const char *comm, uint32_t pid)
{
	struct text_buf buf;

	cell->known = false;
	if (frame_text_begin(row->frame, 64, &buf) < 0)
		return;
	text_buf_addn(&buf, comm, strnlen(comm, RECORD_COMM_LEN));
	text_buf_printf(&buf, "[%u]", pid);
	frame_text_end(row->frame, &buf);
	cell_set_textn(cell, buf.data, buf.len);
}

void cell_set_errno(struct cell *cell, const struct row *row, unsigned err)
{
	const char *name = err ? errno_name((int)err) : NULL;
	struct text_buf buf;

	cell->known = false;
	if (name) {
		cell_set_text(cell, name);
	} else if (err && frame_text_begin(row->frame, 16, &buf) == 0) {
		text_buf_printf(&buf, "%u", err);
		frame_text_end(row->frame, &buf);
		cell_set_textn(cell, buf.data, buf.len);
	}
}
