/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Room: what goes when memory runs short, and who is not let in.
 *
 *   | processes, files, names ...  | history | snapshots: one held, one in the making |
 *   0                       5/8 of the limit                                      limit
 *
 * Above the mark no process gets a row that has none; sums have its calls all the same. What goes
 * goes in this order: old events; rows of processes that ended; of the living, those that were
 * idle longest first, what can be asked for again (names, environments, open files, the last
 * minute). What somebody looks at stays. The screen tells how many. A refresh leaves a sixteenth of
 * the limit below the mark: room for what starts until the next.
 */
#ifndef STATE_ROOM_H
#define STATE_ROOM_H

#include <stdbool.h>
#include <stdint.h>

struct process;
struct state;

/* From now on allocations that pass the limit drop old events first. */
void room_watch(struct state *state);
/* Is there room for a process more? Drops old events for it. */
bool room_for_process(struct state *state);
/*
 * A process ended that never had a row. Its events can still come, and there can be room by then:
 * the row that they make is of one that has ended. The last 512 are known.
 */
void room_note_ended(struct state *state, uint32_t pid, uint64_t start_boot_ns);
bool room_has_ended(const struct state *state, uint32_t pid, uint64_t start_boot_ns);
/* At the end of a refresh: makes room for the tables that follow. */
void room_make(struct state *state);
/* A publish found none: everything that can go goes. */
void room_make_all(struct state *state);

#endif
