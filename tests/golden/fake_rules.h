/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of the made-up host: what they hit and what they cost. */
#ifndef TESTS_GOLDEN_FAKE_RULES_H
#define TESTS_GOLDEN_FAKE_RULES_H

#include "state/state.h"

/* One of them, in turn, matches the event that the state took last. */
void fake_rules_hit(struct state *state, uint64_t turn);
/* What they did up to now. */
void fake_rules_publish(struct state *state, uint64_t now_ns);
/* Answers from them; the ask is taken over. */
struct explain_ask;
void fake_rules_explain(struct state *state, struct explain_ask *ask);

#endif
