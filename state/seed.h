/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Seeding: what is known of a process that nobody saw start. The state asks its source for it
 * (struct state_source) when a process is new or has another name, and takes it over with
 * process_seed_apply(); a capture without our own samples hands it in with state_seed_process().
 */
#ifndef STATE_SEED_H
#define STATE_SEED_H

#include "probe/schema/seed.h"

struct process;
struct state;

/* The parts that the state keeps something of, and so asks for. */
#define SEED_STATE SEED_TEXT

/* Takes over the parts that are there; what was known before stays where there is nothing new. */
void process_seed_apply(struct state *state, struct process *process,
			const struct process_seed *seed);
/*
 * The process of (seed->pid, seed->start_boot_ns), made when it is missing, is as the seed says. Of
 * threads (tid differs from pid) nothing is taken. Without memory for it it is counted as evicted.
 */
void state_seed_process(struct state *state, const struct process_seed *seed);

#endif
