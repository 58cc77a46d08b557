/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What processes do to one object each, apart from their system calls: bytes of a file or socket,
 * requests of an io_uring operation. Counts come cumulative from the probe; those of a process that
 * is given up go to the object's row of nobody, so that sums stay.
 */
#ifndef STATE_ACTIVITY_H
#define STATE_ACTIVITY_H

#include "snapshot.h"

struct event;
struct fd_entry;
struct process;
struct state;
struct text;

struct activity_sum {
	uint64_t in, out; /* bytes */
	uint64_t ops, errors;
};

/* Identity: kind, process (pid 0: nobody), dev and ino; of io_uring the operation is in ino. */
struct activity {
	enum activity_kind kind;
	uint32_t pid, dev;
	uint64_t start_boot_ns, ino;
	struct activity_sum total;    /* as the probe counts */
	struct activity_sum followed; /* as events tell, see state_follow_activities() */
	struct activity_sum before, delta;
	struct text *name, *remote; /* NULL: not known */
	uint16_t family, protocol;
	uint32_t at; /* index in the list */
};

/* The activity of an identity, made when it is missing; NULL when there is no memory. */
struct activity *activity_get(struct state *state, const struct activity *id);
/* An event of a process, and what its descriptor is: adds to followed, where that is wanted. */
void activity_follow(struct state *state, const struct process *process, const struct event *event,
		     const struct fd_entry *fd);
/* Before the deltas are made: counts of processes that are gone go to nobody. */
void activity_end_refresh(struct state *state);
/* False: there is nothing to show of it. The names are the caller's to set. */
bool activity_fill_row(const struct state *state, const struct activity *activity,
		       struct activity_row *row);
void activities_release(struct state *state);

#endif
