/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many of the events in memory a condition accepts, while it is typed. The screen asks; whoever
 * owns the state counts in small steps, from the newest event back, and tells how far it is with
 * snapshots.
 */
#ifndef TUI_EVENT_COUNT_H
#define TUI_EVENT_COUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "state/snapshot.h"

struct field;
struct filter_event;
struct filter_set;

#define EVENT_COUNT_MAX 500000 /* of the newest events */

#define EVENT_COUNT_FIELDS 32

struct event_count;

/* What a condition asks for: it is counted exactly where all that is known of an event. */
struct event_count_fields {
	const struct field *at[EVENT_COUNT_FIELDS];
	size_t len;
	bool more; /* than there is room for */
};

/* Takes over the set (of one condition), also when there is no memory: NULL then. */
struct event_count *event_count_new(uint64_t question, struct snapshot *snapshot,
				    struct filter_set *set,
				    const struct event_count_fields *fields);
void event_count_free(struct event_count *count); /* NULL is fine */
/* Looks at some more events, for about that long; false when all were. */
bool event_count_step(struct event_count *count, struct filter_event *event, uint64_t budget_ns);
/* What it has come to. */
struct snapshot_counted event_count_now(const struct event_count *count);

#endif
