/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A capture of what is in memory around a hit: the events of its container, or on the host of its
 * process, the parent and all below both (hit_tree.h), a minute before and after; with the
 * processes and open files that they are about. A state of its own is told all that while a
 * recorder listens, so the file is one like those of `saker record`.
 *
 * The screen asks; it is written from the snapshot that the screen has, live in a thread of its
 * own: whoever owns the state goes on.
 */
#ifndef TUI_HIT_WINDOW_H
#define TUI_HIT_WINDOW_H

#include <stdbool.h>
#include "recorder.h"
#include "state/state.h"

struct hit_window_ask {
	uint64_t question;         /* number of the question, from 1 */
	struct snapshot *snapshot; /* that has the hit; a reference */
	uint64_t event_num;        /* of the hit */
	int fd;                    /* of the new file; owned, -1: none yet, or taken over */
	char *path;                /* of it; owned */
	enum capture_packing packing;
};

/* NULL: there is no memory. */
struct hit_window_ask *hit_window_ask_new(uint64_t question, struct snapshot *snapshot,
					  uint64_t event_num, const char *path);
/* Takes the file away where nothing was written to it. NULL is fine. */
void hit_window_ask_free(struct hit_window_ask *ask);

/* Who knows what is not in the snapshot. */
struct hit_window_from {
	const struct state_source *source; /* as that of the snapshot's state; borrowed */
	enum recorder_origin origin;
	size_t memory_bytes; /* limit of the state, which the file tells too */
	bool waits; /* for answers that a source has later; not where the screen is drawn */
};

/* Writes the file. Says what became of it: the first error, -ENOENT when the hit is gone. */
struct snapshot_saved hit_window_write(struct hit_window_ask *ask,
				       const struct hit_window_from *from);

/* The same in a thread, with a source of its own below host_root. */
struct hit_save;

/* Takes over the question. 0, or -errno: the question is freed, nothing is written. */
int hit_save_start(struct hit_window_ask *ask, const char *host_root, size_t memory_bytes,
		   struct hit_save **ret_save);
bool hit_save_is_done(const struct hit_save *save);
/* Waits for its end, tells what became of it, frees. */
struct snapshot_saved hit_save_end(struct hit_save *save);

#endif
