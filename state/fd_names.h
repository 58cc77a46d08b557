/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the descriptors among an event's arguments were when the call was made, where it may have
 * more of them than the one that struct state_now has.
 */
#ifndef STATE_FD_NAMES_H
#define STATE_FD_NAMES_H

#include <stdbool.h>
#include <stdint.h>
#include "probe/schema/fds.h"

struct state;
struct process;
struct text;

struct fd_named {
	int64_t fd;
	struct text *name; /* in a list a reference, never NULL */
};

/* Invariant: none, or all of the event whose names are known. */
struct fd_names {
	struct fd_named list[EVENT_FDS_MAX];
	uint8_t len;
};

/* Looks them up in the table of the process, before the event changes it. */
void fd_names_look_up(struct state *state, const struct process *process, const struct event *event,
		      struct fd_names *names);
/*
 * Where the table is not followed: asks the source for the arguments themselves, within the budget
 * of look-ups. known: one that was asked for already, borrowed; without a name: none.
 */
void fd_names_ask(struct state *state, const struct process *process, const struct event *event,
		  struct fd_named known, struct fd_names *names);
void fd_names_release(struct state *state, struct fd_names *names);

#endif
