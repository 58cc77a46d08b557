/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a text filter found among the events, kept from fill to fill: an event never changes, so it
 * is rendered and searched once for a filter, not once a second. Events are known by their numbers.
 *
 *   judged:   [first ............ end)     nums: those of them that were accepted, ascending
 *   a walk:              [last ........... events_end)  from the newest back
 *
 * A walk that reaches the judged range is joined to it; one that stops before replaces it.
 */
#ifndef VIEWS_FOUND_H
#define VIEWS_FOUND_H

#include "table.h"

struct found {
	const struct view *view; /* NULL: nothing is known */
	struct scope scope;
	struct choice choice;
	uint64_t shown;
	char text[128];
	uint64_t first, end;
	uint64_t *nums;
	size_t len, size;
	/* The walk that is under way: accepted numbers, descending, and the last one looked at. */
	uint64_t *walk;
	size_t walk_len, walk_size;
	uint64_t walk_end, last;
	bool failed; /* out of memory: nothing is kept of this walk */
};

enum found_verdict { FOUND_UNKNOWN, FOUND_ACCEPTED, FOUND_REJECTED };

void found_release(struct found *found);
/* Starts a walk back from events_end - 1. Forgets what another filter found. */
void found_begin(struct found *found, const struct table_query *query, uint64_t events_end);
/* What is known of an event. */
enum found_verdict found_look(const struct found *found, uint64_t num);
/* The walk has judged an event; in descending order. */
void found_note(struct found *found, uint64_t num, enum found_verdict verdict);
void found_end(struct found *found);

#endif
