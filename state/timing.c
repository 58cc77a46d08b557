/* SPDX-License-Identifier: Apache-2.0 */
#include "timing.h"
#include <errno.h>
#include <string.h>
#include "tables.h"

static struct call_timing *timing_get(struct state *state, struct process_call *call)
{
	if (!call->timing)
		call->timing = memory_alloc(state->memory, sizeof(*call->timing));
	return call->timing;
}

void timing_free(struct state *state, struct call_timing *timing)
{
	memory_free(state->memory, timing, sizeof(*timing));
}

/* Of a process that is not known any more, or not yet: nothing shows it. */
void state_timing(struct state *state, const struct timing_count *count)
{
	struct process *process = process_find(state, count->pid, count->start_boot_ns);
	uint16_t nr = count->nr < COUNT_NR_COUNT ? count->nr : COUNT_NR_UNKNOWN;
	struct process_call *call = process ? process_call(state, process, nr) : NULL;
	struct call_timing *timing = call ? timing_get(state, call) : NULL;

	if (!timing) {
		if (process)
			state->evictions++;
		return;
	}
	/* Cumulative, as all that the probe counts: a lower one is older. */
	if (count->timed < timing->total.timed)
		return;
	timing->total = (struct timing_sum){ .timed = count->timed, .ns = count->sum_ns };
	if (count->max_ns > timing->max_ns)
		timing->max_ns = count->max_ns;
	memcpy(timing->last, count->buckets, sizeof(timing->last));
}

static void call_end_refresh(struct state *state, struct call_timing *timing)
{
	bool first = state->refresh_seq == 1;

	timing->delta = (struct timing_sum){ .timed = timing->total.timed - timing->before.timed,
					     .ns = timing->total.ns - timing->before.ns };
	timing->before = timing->total;
	if (!timing->delta.timed)
		return;
	for (uint32_t i = 0; i < LATENCY_BUCKETS; i++)
		timing->recent[i] = timing->last[i] - timing->read[i];
	memcpy(timing->read, timing->last, sizeof(timing->read));
	timing->recent_seq = state->refresh_seq;
	timing->recent_ns = timing->delta.ns;
	if (first)
		timing->delta = (struct timing_sum){ 0 };
}

void timing_end_refresh(struct state *state, struct process *process)
{
	for (uint32_t i = 0; i < process->calls_len; i++)
		if (process->calls[i].timing)
			call_end_refresh(state, process->calls[i].timing);
}

void timing_fold(struct state *state, struct process_call *to, const struct process_call *from)
{
	struct call_timing *timing = from->timing ? timing_get(state, to) : NULL;

	if (!timing)
		return;
	timing->total.timed += from->timing->total.timed;
	timing->total.ns += from->timing->total.ns;
	timing->before.timed += from->timing->before.timed;
	timing->before.ns += from->timing->before.ns;
	timing->delta.timed += from->timing->delta.timed;
	timing->delta.ns += from->timing->delta.ns;
	if (from->timing->max_ns > timing->max_ns)
		timing->max_ns = from->timing->max_ns;
}

int timing_fill(const struct state *state, const struct process_call *call, struct arena *arena,
		struct timing_row *ret_row)
{
	const struct call_timing *timing = call->timing;
	struct latency_slice slice = { .len = 0 };
	uint32_t *counts;

	if (!timing)
		return 0;
	if (timing->recent_seq) {
		slice = latency_slice_of(timing->recent);
		counts = arena_alloc(arena, slice.len * sizeof(*counts));
		if (!counts)
			return -ENOMEM;
		memcpy(counts, slice.counts, slice.len * sizeof(*counts));
		slice.counts = counts;
	}
	*ret_row = (struct timing_row){
		.timed = timing->total.timed,
		.time_ns = timing->total.ns,
		.max_ns = timing->max_ns,
		.time_delta_ns = timing->delta.ns,
		.recent = slice,
		.recent_ns = timing->recent_ns,
		.fresh = timing->recent_seq && timing->recent_seq == state->refresh_seq,
	};
	return 0;
}
