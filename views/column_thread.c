/* SPDX-License-Identifier: Apache-2.0 */
/* Columns of threads. */
#include "column.h"

#include "probe/schema/event.h"

void get_thread_tid(const struct row *row, struct cell *ret_cell)
{
	ret_cell->i64 = row->thread->tid;
}

void get_thread_name(const struct row *row, struct cell *ret_cell)
{
	cell_set_text(ret_cell, row->thread->comm);
}

void get_thread_state(const struct row *row, struct cell *ret_cell)
{
	cell_copy_text(ret_cell, row, &row->thread->state, 1);
}

void get_thread_cpu_pct(const struct row *row, struct cell *ret_cell)
{
	cell_set_percent(ret_cell, row->thread->cpu_delta_ns, row->snapshot->interval_ns);
}

void get_thread_cpu_ns(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->thread->cpu_ns;
}

void get_thread_calls(const struct row *row, struct cell *ret_cell)
{
	cell_set_rate(ret_cell, row, row->thread->calls_delta);
}

void get_thread_calls_total(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->thread->calls;
}

void get_thread_errors(const struct row *row, struct cell *ret_cell)
{
	cell_set_rate(ret_cell, row, row->thread->errors_delta);
}

void get_thread_errors_total(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->thread->errors;
}

void get_thread_restarts(const struct row *row, struct cell *ret_cell)
{
	cell_set_rate(ret_cell, row, row->thread->restarts_delta);
}

void get_thread_top_syscall(const struct row *row, struct cell *ret_cell)
{
	ret_cell->known = false;
	if (row->thread->top_nr < COUNT_NR_COUNT)
		cell_set_text(ret_cell, syscall_count_name(row->thread->top_nr));
}

void get_thread_in_call(const struct row *row, struct cell *ret_cell)
{
	ret_cell->known = false;
	if (row->thread->in_unknown)
		cell_set_text(ret_cell, "running");
	else if (row->thread->in_nr < COUNT_NR_COUNT)
		cell_set_text(ret_cell, syscall_count_name(row->thread->in_nr));
}

/* Measured, or at least since it was first seen in it: in the refresh that saw it so, nothing. */
void get_thread_in_call_ns(const struct row *row, struct cell *ret_cell)
{
	const struct thread_row *thread = row->thread;

	ret_cell->known = thread->in_nr < COUNT_NR_COUNT && (thread->in_exact || thread->in_ns);
	ret_cell->at_least = !thread->in_exact;
	ret_cell->u64 = thread->in_ns;
}

void get_thread_file(const struct row *row, struct cell *ret_cell)
{
	cell_set_rate(ret_cell, row,
		      row->thread->bytes_delta.file_in + row->thread->bytes_delta.file_out);
}

void get_thread_net(const struct row *row, struct cell *ret_cell)
{
	cell_set_rate(ret_cell, row,
		      row->thread->bytes_delta.net_in + row->thread->bytes_delta.net_out);
}
