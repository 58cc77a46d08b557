/* SPDX-License-Identifier: Apache-2.0 */
/* Columns of failed calls: by errno (err), by errno, call and process (fail). */
#include "column.h"

#include <string.h>
#include "event_target.h"
#include "probe/schema/event.h"

void get_err_errno(const struct row *row, struct cell *ret_cell)
{
	if (row->errno_group->err)
		cell_set_errno(ret_cell, row, row->errno_group->err);
	else
		cell_set_text(ret_cell, "expected");
}

void get_err_meaning(const struct row *row, struct cell *ret_cell)
{
	cell_set_text(ret_cell, row->errno_group->err
					? errno_text(row->errno_group->err)
					: "EAGAIN, EINPROGRESS, EALREADY, EINTR: mostly no news");
}

void get_err_errors(const struct row *row, struct cell *ret_cell)
{
	cell_set_rate(ret_cell, row, row->errno_group->delta);
}

void get_err_errors_total(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->errno_group->count;
}

void get_err_syscalls(const struct row *row, struct cell *ret_cell)
{
	ret_cell->i64 = row->errno_group->syscalls;
}

void get_err_procs(const struct row *row, struct cell *ret_cell)
{
	ret_cell->i64 = row->errno_group->procs;
}

void get_err_last_target(const struct row *row, struct cell *ret_cell)
{
	const struct history_event *last = row->errno_group->last;
	struct event event;

	ret_cell->known = false;
	if (last && event_decode(last->record, last->record_len, &event) == 0)
		event_target_cell(&event, last, row, ret_cell);
}

void get_err_last_by(const struct row *row, struct cell *ret_cell)
{
	const struct history_event *last = row->errno_group->last;
	struct event event;

	ret_cell->known = false;
	if (last && event_decode(last->record, last->record_len, &event) == 0)
		cell_set_process(ret_cell, row, event.prefix.comm, event.prefix.pid);
}

void get_fail_errno(const struct row *row, struct cell *ret_cell)
{
	cell_set_errno(ret_cell, row, row->failure->err);
}

void get_fail_meaning(const struct row *row, struct cell *ret_cell)
{
	cell_set_text(ret_cell, errno_text(row->failure->err));
}

void get_fail_syscall(const struct row *row, struct cell *ret_cell)
{
	cell_set_text(ret_cell, syscall_count_name(row->failure->nr));
}

void get_fail_errors(const struct row *row, struct cell *ret_cell)
{
	cell_set_rate(ret_cell, row, row->failure->count_delta);
}

void get_fail_errors_total(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->failure->count;
}
