/* SPDX-License-Identifier: Apache-2.0 */
/* Columns of system calls: over all processes (sys), of one process (call). */
#include "column.h"

#include "probe/schema/event.h"

void get_sys_syscall(const struct row *row, struct cell *ret_cell)
{
	cell_set_text(ret_cell, syscall_count_name(row->syscall->nr));
}

void get_call_syscall(const struct row *row, struct cell *ret_cell)
{
	cell_set_text(ret_cell, syscall_count_name(row->call->nr));
}

void get_sys_calls(const struct row *row, struct cell *ret_cell)
{
	cell_set_rate(ret_cell, row, row->syscall->calls_delta);
}

void get_sys_calls_total(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->syscall->calls;
}

void get_sys_errors(const struct row *row, struct cell *ret_cell)
{
	cell_set_rate(ret_cell, row, row->syscall->errors_delta);
}

void get_sys_errors_total(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->syscall->errors;
}

void get_sys_restarts(const struct row *row, struct cell *ret_cell)
{
	cell_set_rate(ret_cell, row, row->syscall->restarts_delta);
}

void get_sys_restarts_total(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->syscall->restarts;
}

void get_sys_error_pct(const struct row *row, struct cell *ret_cell)
{
	cell_set_percent(ret_cell, row->syscall->errors_delta, row->syscall->calls_delta);
}

void get_sys_top_errno(const struct row *row, struct cell *ret_cell)
{
	cell_set_errno(ret_cell, row, row->syscall->top_errno);
}

void get_call_calls(const struct row *row, struct cell *ret_cell)
{
	cell_set_rate(ret_cell, row, row->call->calls_delta);
}

void get_call_calls_total(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->call->calls;
}

void get_call_errors(const struct row *row, struct cell *ret_cell)
{
	cell_set_rate(ret_cell, row, row->call->errors_delta);
}

void get_call_errors_total(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->call->errors;
}

void get_call_restarts(const struct row *row, struct cell *ret_cell)
{
	cell_set_rate(ret_cell, row, row->call->restarts_delta);
}

void get_call_restarts_total(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->call->restarts;
}

void get_call_error_pct(const struct row *row, struct cell *ret_cell)
{
	cell_set_percent(ret_cell, row->call->errors_delta, row->call->calls_delta);
}

void get_call_top_errno(const struct row *row, struct cell *ret_cell)
{
	cell_set_errno(ret_cell, row, row->call->top_errno);
}

void get_call_top_errno_total(const struct row *row, struct cell *ret_cell)
{
	ret_cell->known = row->call->top_errno != 0;
	ret_cell->u64 = row->call->top_errno_count;
}

void get_sys_procs(const struct row *row, struct cell *ret_cell)
{
	ret_cell->i64 = row->syscall->procs;
}

void get_sys_top_caller(const struct row *row, struct cell *ret_cell)
{
	uint32_t top = row->syscall->top_proc;

	ret_cell->known = false;
	if (top < row->snapshot->procs_len)
		cell_set_process(ret_cell, row, row->snapshot->procs[top].comm,
				 row->snapshot->procs[top].pid);
}
