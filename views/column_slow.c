/* SPDX-License-Identifier: Apache-2.0 */
/* Columns of slow calls by group: what not all calls of the group agree in is not known. */
#include "column.h"

#include <string.h>

#include "event_target.h"
#include "probe/schema/event.h"

static bool agrees(const struct row *row, enum view_group part)
{
	return row->slow->same & part;
}

/* The prefix of a record that was decoded before. */
static struct record_prefix prefix_of(const struct history_event *kept)
{
	struct record_prefix prefix;

	memcpy(&prefix, kept->record, sizeof(prefix));
	return prefix;
}

void get_slow_pid(const struct row *row, struct cell *ret_cell)
{
	ret_cell->known = agrees(row, VIEW_GROUP_PROCESS);
	ret_cell->i64 = row->slow->pid;
}

void get_slow_user(const struct row *row, struct cell *ret_cell)
{
	cell_set_text(ret_cell, agrees(row, VIEW_GROUP_PROCESS) ? row->slow->last->user : NULL);
}

void get_slow_container(const struct row *row, struct cell *ret_cell)
{
	cell_set_text(ret_cell,
		      agrees(row, VIEW_GROUP_PROCESS) ? row->slow->last->container : NULL);
}

/* The command line of the process while that is known, else the name of the last thread. */
void get_slow_command(const struct row *row, struct cell *ret_cell)
{
	struct record_prefix prefix = prefix_of(row->slow->last);

	ret_cell->known = agrees(row, VIEW_GROUP_PROCESS);
	if (!ret_cell->known)
		return;
	if (row->proc && row->proc->cmdline[0])
		cell_set_text(ret_cell, row->proc->cmdline);
	else
		cell_copy_text(ret_cell, row, prefix.comm, strnlen(prefix.comm, RECORD_COMM_LEN));
}

void get_slow_syscall(const struct row *row, struct cell *ret_cell)
{
	cell_set_text(ret_cell,
		      agrees(row, VIEW_GROUP_SYSCALL) ? syscall_count_name(row->slow->nr) : NULL);
}

void get_slow_kind(const struct row *row, struct cell *ret_cell)
{
	cell_set_text(ret_cell,
		      agrees(row, VIEW_GROUP_KIND) ? call_kind_name(row->slow->kind) : NULL);
}

void get_slow_calls(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->slow->calls;
}

void get_slow_failed(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->slow->failed;
}

void get_slow_time(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->slow->time_ns;
}

void get_slow_avg(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->slow->time_ns / row->slow->calls;
}

void get_slow_max(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->slow->max_ns;
}

void get_slow_hist(const struct row *row, struct cell *ret_cell)
{
	ret_cell->hist = row->slow->hist;
}

void get_slow_procs(const struct row *row, struct cell *ret_cell)
{
	ret_cell->i64 = row->slow->procs;
}

void get_slow_last_time(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->slow->last->ts_ns;
}

void get_slow_last_by(const struct row *row, struct cell *ret_cell)
{
	struct record_prefix prefix = prefix_of(row->slow->last);

	cell_set_process(ret_cell, row, prefix.comm, prefix.pid);
}

void get_slow_max_target(const struct row *row, struct cell *ret_cell)
{
	struct event event;

	ret_cell->known = false;
	if (event_decode(row->slow->longest->record, row->slow->longest->record_len, &event) == 0)
		event_target_cell(&event, row->slow->longest, row, ret_cell);
}

void get_slow_target(const struct row *row, struct cell *ret_cell)
{
	ret_cell->known = agrees(row, VIEW_GROUP_TARGET) && row->slow->target_len;
	if (ret_cell->known)
		cell_set_textn(ret_cell, row->slow->target, row->slow->target_len);
}
