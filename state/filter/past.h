/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An event of the history as fields see it, some time after it happened: what it tells itself is as
 * it was, what fields take from the state is as it is now. Whether that is the same is known of
 * the process: it is when nothing about it, or an ancestor, has changed since.
 *
 *   filter_event_past(&event, kept, &past);
 *           ... field_get(&ref, &event, ...)
 *   filter_past_release(&event, &past);
 */
#ifndef STATE_FILTER_PAST_H
#define STATE_FILTER_PAST_H

#include "event.h"
#include "state/fd_table.h"

struct field;
struct history_event;

enum filter_past_process {
	FILTER_PAST_SAME,    /* as it was */
	FILTER_PAST_CHANGED, /* another program, user, parent, ... than then, or found out since */
	FILTER_PAST_GONE,    /* not known any more: fields have what the event itself tells */
};

struct filter_past {
	struct event event;
	struct fd_entry fd; /* holds references */
	enum filter_past_process process;
	bool fd_now; /* the descriptor is what the table of its process says now */
};

/*
 * Describes an event that the history has, or had: kept and its record live as long as past. No
 * other event may be described in between. Returns 0, or -EBADMSG for a record that fails its
 * checks: there is nothing to release.
 */
int filter_event_past(struct filter_event *event, const struct history_event *kept,
		      struct filter_past *past);
void filter_past_release(struct filter_event *event, struct filter_past *past);
/* Is what the field says what it would have said then? */
bool filter_past_knows(const struct filter_past *past, const struct field *field);

#endif
