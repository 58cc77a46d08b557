/* SPDX-License-Identifier: Apache-2.0 */
#include "event_count.h"

#include <stdlib.h>
#include <time.h>

#include "state/filter/eval.h"
#include "state/filter/past.h"

#define LOOK_EVERY 32 /* events between two looks at the clock */

struct event_count {
	struct snapshot *snapshot; /* a reference */
	struct filter_set *set;
	struct event_count_fields fields;
	size_t chunk, left; /* chunks that are not looked at, and events of the one at hand */
	struct snapshot_counted now;
};

struct event_count *event_count_new(uint64_t question, struct snapshot *snapshot,
				    struct filter_set *set, const struct event_count_fields *fields)
{
	struct event_count *count = calloc(1, sizeof(*count));
	uint64_t events = snapshot->events_end - snapshot->events_first;

	if (!count) {
		filter_set_free(set);
		return NULL;
	}
	*count = (struct event_count){
		.snapshot = snapshot_ref(snapshot),
		.set = set,
		.fields = *fields,
		.chunk = snapshot->chunks_len,
		.now = { .question = question,
			 .total = events < EVENT_COUNT_MAX ? events : EVENT_COUNT_MAX,
			 .cut = events > EVENT_COUNT_MAX },
	};
	return count;
}

void event_count_free(struct event_count *count)
{
	if (!count)
		return;
	snapshot_unref(count->snapshot);
	filter_set_free(count->set);
	free(count);
}

/* The next event, back from the newest; NULL when there is none. */
static const struct history_event *next(struct event_count *count)
{
	const struct snapshot *snapshot = count->snapshot;

	while (count->now.looked < count->now.total) {
		const struct history_event *kept;

		if (!count->left) {
			if (!count->chunk)
				break;
			count->chunk--;
			count->left = history_chunk_len(snapshot->chunks[count->chunk]);
			continue;
		}
		kept = history_chunk_at(snapshot->chunks[count->chunk], --count->left);
		if (kept->num >= snapshot->events_first && kept->num < snapshot->events_end)
			return kept;
	}
	return NULL;
}

/* Is anything that was asked for as it is now? */
static bool is_about(const struct event_count *count, const struct filter_past *past)
{
	bool about = count->fields.more;

	for (size_t i = 0; i < count->fields.len && !about; i++)
		about = !filter_past_knows(past, count->fields.at[i]);
	return about;
}

static void look_at(struct event_count *count, struct filter_event *event,
		    const struct history_event *kept)
{
	struct filter_past past;

	count->now.looked++;
	if (filter_event_past(event, kept, &past) < 0)
		return;
	count->now.matched += filter_set_accepts(count->set, event);
	count->now.about =
		count->now.about || past.process == FILTER_PAST_GONE || is_about(count, &past);
	filter_past_release(event, &past);
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000ull + (uint64_t)now.tv_nsec;
}

bool event_count_step(struct event_count *count, struct filter_event *event, uint64_t budget_ns)
{
	uint64_t end = now_ns() + budget_ns;

	do {
		for (unsigned i = 0; i < LOOK_EVERY; i++) {
			const struct history_event *kept = next(count);

			if (!kept) {
				count->now.done = true;
				return false;
			}
			look_at(count, event, kept);
		}
	} while (now_ns() < end);
	return true;
}

struct snapshot_counted event_count_now(const struct event_count *count)
{
	return count->now;
}
