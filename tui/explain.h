/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions why a rule matches an event or does not. The screen asks, whoever owns the state
 * answers; the answer comes with a snapshot.
 */
#ifndef TUI_EXPLAIN_H
#define TUI_EXPLAIN_H

#include <stdint.h>
#include "state/snapshot.h"

struct rule_watch;

struct explain_ask {
	uint64_t question;         /* number of the question, from 1 */
	struct snapshot *snapshot; /* that has the event; a reference */
	uint64_t event_num;
	char rule[256];
};

/* NULL when there is no memory. */
struct explain_ask *explain_ask_new(uint64_t question, struct snapshot *snapshot,
				    uint64_t event_num, const char *rule);
void explain_ask_free(struct explain_ask *ask); /* NULL is fine */
/* The event of the stream that it is about: of a hit that which the rule matched. 0: it is gone. */
uint64_t explain_ask_event(const struct explain_ask *ask);

/*
 * The answer, from what is known now of an event of the past, or while the event is the one that
 * the state took last: for state_set_explained(). NULL when there is no memory, or the event is
 * gone.
 */
struct explained *explain_past(struct rule_watch *watch, const struct explain_ask *ask);
struct explained *explain_last(struct rule_watch *watch, const struct explain_ask *ask);

#endif
