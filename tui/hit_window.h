/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A capture of what is in memory around a hit: the events of its container, or on the host of its
 * process, the parent and all below, a minute before and after; with the processes and open files
 * that they are about. A state of its own is told all that while a recorder listens, so the file
 * is one like those of `saker record`.
 *
 * The screen asks, whoever owns the state writes: it has the source that knows what is missing.
 */
#ifndef TUI_HIT_WINDOW_H
#define TUI_HIT_WINDOW_H

#include "recorder.h"
#include "state/state.h"

struct hit_window_ask {
	uint64_t question;         /* number of the question, from 1 */
	struct snapshot *snapshot; /* that has the hit; a reference */
	uint64_t event_num;        /* of the hit */
	int fd;                    /* of the new file; owned, -1: taken over */
	enum capture_packing packing;
};

/* Takes over fd, also when there is no memory: NULL then. */
struct hit_window_ask *hit_window_ask_new(uint64_t question, struct snapshot *snapshot,
					  uint64_t event_num, int fd);
void hit_window_ask_free(struct hit_window_ask *ask); /* NULL is fine */

/*
 * Writes the file. source: what the state of the snapshot asks, for what is not in that; origin: is
 * it of this machine? Says what became of it: the first error, -ENOENT when the hit is gone.
 */
struct snapshot_saved hit_window_write(struct hit_window_ask *ask,
				       const struct state_source *source,
				       enum recorder_origin origin);

#endif
