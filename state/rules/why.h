/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why a rule matches an event or does not: what stands before its condition (it is disabled, not
 * for this kind of event, below the least priority, another rule came first), the exceptions that
 * take the event away, and the tree of its condition with what each check saw, under each name of
 * the file.
 */
#ifndef STATE_RULES_WHY_H
#define STATE_RULES_WHY_H

#include "rules.h"
#include "state/explained.h"

struct filter_past;

struct rules_why {
	const char *rule; /* its name */
	enum rules_names names;
	enum rules_which which;
	const struct filter_past *past; /* what describes the event; NULL: it is the last one */
	const char *muted;  /* how the screen leaves out hits of it; NULL: it does not */
	uint64_t since_num; /* these rules are evaluated since the event after this one */
};

/* Adds the lines of the answer. Returns 0 or -ENOMEM. rules may be NULL: there are none. */
int rules_why(struct rules *rules, struct filter_event *event, const struct rules_why *why,
	      struct explained *explained);

#endif
