/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What other tools' captures lack: the prefix of an event is made from the process list, from the
 * forks and execs before it and from the event's own parameters. What nobody says stays unknown: no
 * start times, no cgroup ids, no raw arguments, no durations.
 */
#ifndef TUI_REPLAY_FOREIGN_H
#define TUI_REPLAY_FOREIGN_H

#include "probe/capture_reader.h"
#include "state/base/hash.h"
#include "state/state.h"

struct replay_foreign {
	struct memory *memory;     /* borrowed */
	struct hash threads;       /* tid -> struct foreign_thread */
	struct foreign_held *held; /* processes and files that wait for the state, in order */
	struct foreign_held **held_end;
	bool seeded;
	uint8_t *record; /* of the last event; RECORD_MAX_BYTES */
};

void replay_foreign_init(struct replay_foreign *foreign, struct memory *memory);
void replay_foreign_release(struct replay_foreign *foreign);
/* Entries of the lists. 0 or -ENOMEM. */
int replay_foreign_process(struct replay_foreign *foreign, const struct process_seed *seed);
int replay_foreign_file(struct replay_foreign *foreign, const struct file_sample *file,
			const char *name);
/* Tells the state what was kept, once. 0 or -ENOMEM. */
int replay_foreign_seed(struct replay_foreign *foreign, struct state *state);
/*
 * The record of an event, valid until the next. Returns 1, 0 for an event that means nothing here,
 * or -ENOMEM.
 */
int replay_foreign_record(struct replay_foreign *foreign, const struct capture_event *from,
			  const void **ret_record, size_t *ret_len);

#endif
