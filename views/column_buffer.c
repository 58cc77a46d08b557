/* SPDX-License-Identifier: Apache-2.0 */
/* Columns of the probe's ring buffers. */
#include "column.h"

#include "probe/schema/record.h"

/* Ways to be lost: every fate but produced and delivered. */
static uint64_t lost_of(const struct buffer_row *buffer, enum record_class cls)
{
	uint64_t sum = 0;

	for (unsigned fate = 0; fate < RECORD_FATE_COUNT; fate++)
		if (fate != RECORD_FATE_PRODUCED && fate != RECORD_FATE_DELIVERED)
			sum += buffer->fate[fate][cls];
	return sum;
}

static uint64_t fate_of(const struct buffer_row *buffer, enum record_fate fate)
{
	uint64_t sum = 0;

	for (unsigned cls = 0; cls < RECORD_CLASS_COUNT; cls++)
		sum += buffer->fate[fate][cls];
	return sum;
}

void get_buf_buffer(const struct row *row, struct cell *ret_cell)
{
	ret_cell->i64 = row->buffer->buffer;
}

void get_buf_cpus(const struct row *row, struct cell *ret_cell)
{
	ret_cell->i64 = row->buffer->cpus;
}

void get_buf_events(const struct row *row, struct cell *ret_cell)
{
	cell_set_rate(ret_cell, row, row->buffer->events_delta);
}

void get_buf_events_total(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = fate_of(row->buffer, RECORD_FATE_DELIVERED);
}

void get_buf_bytes(const struct row *row, struct cell *ret_cell)
{
	cell_set_rate(ret_cell, row, row->buffer->bytes_delta);
}

void get_buf_bytes_total(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->buffer->bytes;
}

void get_buf_fill(const struct row *row, struct cell *ret_cell)
{
	cell_set_percent(ret_cell, row->buffer->used_bytes, row->buffer->size_bytes);
}

void get_buf_used(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->buffer->used_bytes;
}

void get_buf_high(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->buffer->high_bytes;
}

void get_buf_size(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->buffer->size_bytes;
}

void get_buf_drops(const struct row *row, struct cell *ret_cell)
{
	cell_set_rate(ret_cell, row, row->buffer->drops_delta);
}

void get_buf_drops_total(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->buffer->drops;
}

void get_buf_drop_pct(const struct row *row, struct cell *ret_cell)
{
	cell_set_percent(ret_cell, row->buffer->drops, fate_of(row->buffer, RECORD_FATE_PRODUCED));
}

void get_buf_late(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->buffer->late;
}

void get_buf_unreadable(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->buffer->unreadable;
}

void get_buf_cut(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->buffer->cut;
}

/* One column for each row of loss.def. */
#define LOSS_CLASS(id, name)                                                 \
	void get_buf_lost_##id(const struct row *row, struct cell *ret_cell) \
	{                                                                    \
		ret_cell->u64 = lost_of(row->buffer, RECORD_CLASS_##id);     \
	}
#include "probe/schema/loss.def"

#define LOSS_FATE(id, name, help)                                            \
	void get_buf_fate_##id(const struct row *row, struct cell *ret_cell) \
	{                                                                    \
		ret_cell->u64 = fate_of(row->buffer, RECORD_FATE_##id);      \
	}
#include "probe/schema/loss.def"
