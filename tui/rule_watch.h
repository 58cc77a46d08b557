/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules against the events of a state, live or replayed: a rule that matches an event is kept with
 * it in the state, and told to whoever wants to know.
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

/* Who wants to know of hits; fn NULL: nobody. */
struct rule_listener {
	rule_hit_fn fn;
	void *ctx;
};
/* In the order in which they are told. */
enum rule_listener_id { RULE_LISTENER_ALERTS, RULE_LISTENER_TAP, RULE_LISTENER_COUNT };

struct rule_watch {
	struct rules *rules; /* NULL: there are none. Borrowed */
	enum rules_names names;
	enum rules_which which;
	struct filter_event *event; /* borrowed; initialised by the owner */
	struct state *state;
	struct rule_listener listeners[RULE_LISTENER_COUNT];
};

/* Shows the record that the state took last to the rules. */
void rule_watch_last(struct rule_watch *watch);

#endif
