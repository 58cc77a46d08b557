/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of the made-up host: what they hit and what they cost. */
#ifndef TESTS_GOLDEN_FAKE_RULES_H
#define TESTS_GOLDEN_FAKE_RULES_H

#include "state/state.h"

/* One of them, in turn, matches the event that the state took last. */
void fake_rules_hit(struct state *state, uint64_t turn);
/* What they did up to now. */
void fake_rules_publish(struct state *state, uint64_t now_ns);
/* What is asked of them and of the events; the context is a fake. */
struct snapshot_source;
void fake_rules_answer(struct snapshot_source *source);

#endif
