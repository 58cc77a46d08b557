/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Columns of durations: of system calls over all processes, of one process, of one event. Time is
 * per second of the interval; average and percentiles are of the last interval in which a call was
 * timed; the maximum is of all that were.
 */
#include "column.h"

#include <string.h>

#include "call_kind.h"
#include "event_target.h"
#include "hist.h"
#include "probe/schema/event.h"

static const struct timing_row *timing_of(const struct row *row)
{
	return row->syscall ? &row->syscall->timing : &row->call->timing;
}

void get_timing_time(const struct row *row, struct cell *ret_cell)
{
	uint64_t interval_ns = row->snapshot->interval_ns;

	ret_cell->known = timing_of(row)->timed && interval_ns;
	if (ret_cell->known)
		ret_cell->u64 = (uint64_t)((double)timing_of(row)->time_delta_ns * 1e9 /
					   (double)interval_ns);
}

void get_timing_time_pct(const struct row *row, struct cell *ret_cell)
{
	cell_set_percent(ret_cell, timing_of(row)->time_delta_ns, row->time_whole_ns);
	ret_cell->known &= timing_of(row)->timed != 0;
}

void get_timing_time_total(const struct row *row, struct cell *ret_cell)
{
	ret_cell->known = timing_of(row)->timed != 0;
	ret_cell->u64 = timing_of(row)->time_ns;
}

void get_timing_timed_total(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = timing_of(row)->timed;
}

void get_timing_avg(const struct row *row, struct cell *ret_cell)
{
	const struct timing_row *timing = timing_of(row);
	uint64_t count = latency_slice_count(&timing->recent);

	ret_cell->known = count != 0;
	if (count)
		ret_cell->u64 = timing->recent_ns / count;
}

static void percentile_cell(const struct row *row, unsigned percent, struct cell *ret_cell)
{
	const struct timing_row *timing = timing_of(row);

	ret_cell->known = timing->recent.len != 0;
	ret_cell->about = true;
	ret_cell->u64 = percentile_of(&timing->recent, percent, timing->max_ns);
}

void get_timing_p50(const struct row *row, struct cell *ret_cell)
{
	percentile_cell(row, 50, ret_cell);
}

void get_timing_p99(const struct row *row, struct cell *ret_cell)
{
	percentile_cell(row, 99, ret_cell);
}

void get_timing_hist(const struct row *row, struct cell *ret_cell)
{
	const struct timing_row *timing = timing_of(row);
	uint32_t *counts = NULL;

	if (timing->recent.len)
		counts = frame_alloc(row->frame, HIST_CELLS * sizeof(*counts));
	ret_cell->known = counts != NULL;
	if (!counts)
		return;
	memset(counts, 0, HIST_CELLS * sizeof(*counts));
	hist_add_slice(counts, &timing->recent);
	ret_cell->hist = counts;
}

void get_timing_max(const struct row *row, struct cell *ret_cell)
{
	ret_cell->known = timing_of(row)->timed != 0;
	ret_cell->u64 = timing_of(row)->max_ns;
}

/* Of an event. */

void get_event_target(const struct row *row, struct cell *ret_cell)
{
	ret_cell->known = false;
	event_target_cell(row->event, row->kept, row, ret_cell);
}

/* What a call of the read, write, send and receive families moved. */
void get_event_bytes(const struct row *row, struct cell *ret_cell)
{
	ret_cell->known = event_moved(row->event, &ret_cell->u64) == 0;
}

void get_event_kind(const struct row *row, struct cell *ret_cell)
{
	struct open_name target = event_target(row->event, row->kept);
	const char *text = frame_copy(row->frame, target.len ? target.data : "", target.len);

	ret_cell->known = false;
	if (row->event->prefix.nr >= 0)
		cell_set_text(ret_cell, call_kind_name(call_kind_of(row->event->syscall, text)));
}

/* The command line of its process while that is known, else the name of the thread. */
void get_event_command(const struct row *row, struct cell *ret_cell)
{
	const struct record_prefix *prefix = &row->event->prefix;
	const struct proc_row *proc =
		snapshot_proc(row->snapshot, prefix->pid, prefix->start_boot_ns);

	if (proc && proc->cmdline[0])
		cell_set_text(ret_cell, proc->cmdline);
	else
		get_event_process(row, ret_cell);
}
