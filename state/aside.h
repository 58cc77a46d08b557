/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processes beside the tables: ancestors outside the scope, which fields ask for and which have no
 * row. The source is asked; what it says holds until the next refresh.
 */
#ifndef STATE_ASIDE_H
#define STATE_ASIDE_H

#include <stdint.h>

struct state;
struct process;

/* NULL when the source knows nothing, or ASIDE_MAX were asked for since the refresh. */
struct process *aside_get(struct state *state, uint32_t pid);
/* Forgets all of them. */
void aside_drop(struct state *state);

#endif
