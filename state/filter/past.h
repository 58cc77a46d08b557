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

/* What comes from the state as it is now, and may have been otherwise then. */
enum filter_past_now {
	FILTER_PAST_FD_NOW = 1u << 0,   /* the descriptor; of some only a name is left */
	FILTER_PAST_NAME_NOW = 1u << 1, /* the name that an open had for it */
	FILTER_PAST_PATH_NOW = 1u << 2, /* the folder that a path begins at */
	FILTER_PAST_ARGS_NOW = 1u << 3, /* what arguments are called: descriptors, pids, users */
	FILTER_PAST_REST_NOW = 1u << 4, /* always: when the event before was, other descriptors */
};

struct filter_past {
	struct event event;
	struct fd_entry fd; /* holds references */
	enum filter_past_process process;
	unsigned now; /* bits of enum filter_past_now */
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
