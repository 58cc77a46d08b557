/* SPDX-License-Identifier: Apache-2.0 */
/* What a thread did since the refresh before, and the call that it is in. */
#include <string.h>
#include "tables.h"

static uint64_t grown(uint64_t now, uint64_t before)
{
	return now > before ? now - before : 0;
}

/* Its calls of a number in the refresh before. They mostly stand at the same place. */
static uint64_t calls_before(const struct call_count *before, uint32_t len, uint32_t at,
			     uint16_t nr)
{
	if (at < len && before[at].nr == nr)
		return before[at].calls;
	for (uint32_t i = 0; i < len; i++)
		if (before[i].nr == nr)
			return before[i].calls;
	return 0;
}

/* Before any thread has made a call there is no vector to point into. */
static const struct call_count *calls_of(const struct call_count *vector,
					 const struct thread_sample *sample)
{
	return sample->calls_len ? &vector[sample->calls_first] : NULL;
}

/* The number with most calls in the interval. */
static uint16_t top_call(const struct state *state, const struct thread *thread,
			 const struct thread_sample *sample)
{
	const struct call_count *calls = calls_of(state->sample_calls, sample), *before = NULL;
	uint32_t before_len = 0;
	uint16_t top = COUNT_NR_COUNT;
	uint64_t most = 0;

	if (thread->before_seq && thread->before_seq == state->samples_before_seq) {
		const struct thread_sample *old = &state->samples_before[thread->before];

		before = calls_of(state->sample_calls_before, old);
		before_len = old->calls_len;
	} else if (state->refresh_seq == 1) {
		return top;
	}
	for (uint32_t i = 0; i < sample->calls_len; i++) {
		uint64_t made =
			grown(calls[i].calls, calls_before(before, before_len, i, calls[i].nr));

		if (made > most && calls[i].nr < COUNT_NR_COUNT) {
			most = made;
			top = calls[i].nr;
		}
	}
	return top;
}

/*
 * Since when: timed, or from when it was first seen in this call. It is the same call when no other
 * of the thread has returned in between.
 */
static void thread_in_call(struct state *state, struct thread *thread,
			   const struct thread_sample *sample, bool moved)
{
	bool same = !moved && thread->in_nr == sample->in_nr && thread->in_since_ns;

	thread->in_nr = sample->in_nr;
	thread->in_unknown = sample->in_unknown;
	thread->in_exact = sample->in_ns != 0;
	thread->in_ns = 0;
	if (sample->in_nr == COUNT_NR_COUNT) {
		thread->in_since_ns = 0;
		return;
	}
	if (!same)
		thread->in_since_ns = state->refresh_time_ns;
	thread->in_ns =
		sample->in_ns ? sample->in_ns : grown(state->refresh_time_ns, thread->in_since_ns);
}

void thread_count(struct state *state, struct thread *thread, const struct thread_sample *sample)
{
	const struct call_count *calls = calls_of(state->sample_calls, sample);
	bool first = state->refresh_seq == 1;
	struct call_sum sum = { 0 };

	for (uint32_t i = 0; i < sample->calls_len; i++) {
		sum.calls += calls[i].calls;
		sum.errors += calls[i].errors;
		sum.restarts += calls[i].restarts;
	}
	thread_in_call(state, thread, sample, sum.calls != thread->total.calls);
	thread->top_nr = top_call(state, thread, sample);
	if (!first) {
		thread->delta.calls = grown(sum.calls, thread->total.calls);
		thread->delta.errors = grown(sum.errors, thread->total.errors);
		thread->delta.restarts = grown(sum.restarts, thread->total.restarts);
		thread->cpu_delta_ns = grown(thread->cpu_ns, thread->cpu_before_ns);
		thread->bytes_delta = byte_count_grown(&sample->bytes, &thread->bytes);
	}
	thread->total = sum;
	thread->cpu_before_ns = thread->cpu_ns;
	thread->bytes = sample->bytes;
}
