/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules against the events of a state, live or replayed: the first rule that matches an event is
 * kept with it in the state, and told to whoever wants to know.
 */
#ifndef TUI_RULE_WATCH_H
#define TUI_RULE_WATCH_H

#include <stdbool.h>
#include "state/filter/event.h"
#include "state/rules/rules.h"

struct state;

/* Called in the thread that owns the state; event is as it was matched. */
typedef void (*rule_hit_fn)(void *ctx, const struct rule *rule, enum rule_via via,
			    struct filter_event *event);

struct rule_watch {
	struct rules *rules; /* NULL: there are none. Borrowed */
	enum rules_names names;
	struct filter_event *event; /* borrowed; initialised by the owner */
	struct state *state;
	rule_hit_fn hit; /* NULL: nobody wants to know */
	void *ctx;
};

/* Shows the record that the state took last to the rules. */
void rule_watch_last(struct rule_watch *watch);

#endif
