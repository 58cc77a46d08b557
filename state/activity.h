/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What processes do to one object each, apart from their system calls: bytes of a file or socket,
 * requests of an io_uring operation. Counts come cumulative from the probe; those of a process that
 * is given up go to the object's row of nobody, so that sums stay.
 */
#ifndef STATE_ACTIVITY_H
#define STATE_ACTIVITY_H

#include "snapshot.h"

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
	struct activity_sum total, before, delta;
	struct text *name, *remote; /* NULL: not known */
	uint16_t family, protocol;
	uint32_t at; /* index in the list */
};

/* Before the deltas are made: counts of processes that are gone go to nobody. */
void activity_end_refresh(struct state *state);
/* Requests of io_uring of each process, into its rows; rows are those of procs. */
void activity_fill_row(const struct activity *activity, struct activity_row *row);
void activities_release(struct state *state);

#endif
