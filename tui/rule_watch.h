/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules against the events of a state, live or replayed: a rule that matches an event is kept with
 * it in the state, with what made it match, and told to whoever wants to know.
 *
 *   rule_watch_init() -> rule_watch_use(rules) -> rule_watch_last() for each record
 *                        rule_watch_publish() for each refresh      -> rule_watch_release()
 */
#ifndef TUI_RULE_WATCH_H
#define TUI_RULE_WATCH_H

#include <stdbool.h>
#include "state/filter/event.h"
#include "state/rules/rules.h"

struct format;
struct rule_mutes;
struct rule_rows;
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

/* How much is kept of a hit: for lines and tables its output, for pages also why. */
enum rule_keeping { RULE_KEEP_OUTPUT, RULE_KEEP_REASONS };

#define RULE_ANCESTORS 8

struct rule_watch_opts {
	enum rules_names names;
	enum rules_which which;
	enum rule_keeping keeping;
	struct rule_mutes *mutes; /* NULL: none. Borrowed */
	struct rule_listener listeners[RULE_LISTENER_COUNT];
};

/* What a rule had counted at the last refresh. */
struct rule_counted {
	uint64_t evaluations, hits;
};

struct rule_watch {
	struct rule_watch_opts opts;
	struct rules *rules;        /* NULL: there are none. Borrowed */
	uint64_t since_num;         /* of the last event before they were used */
	struct filter_event *event; /* borrowed */
	struct state *state;
	uint64_t reasons_ns; /* time of the event whose reasons were kept last */
	struct format *ancestors[RULE_ANCESTORS];
	struct format *exepath;  /* NULL: not kept */
	struct rule_rows *still; /* rows with what never changes of the rules */
	struct rule_cost *costs; /* room for those of the rules */
	struct rule_counted *before;
	size_t before_len; /* 0: these rules were not published yet */
};

/* event is initialised by its owner. */
void rule_watch_init(struct rule_watch *watch, const struct rule_watch_opts *opts,
		     struct filter_event *event, struct state *state);
void rule_watch_release(struct rule_watch *watch);
/* These rules from now on. */
void rule_watch_use(struct rule_watch *watch, struct rules *rules);
/* Shows the record that the state took last to the rules. */
void rule_watch_last(struct rule_watch *watch);
/* Tells the state what rules did, for the tables of the next snapshot. */
void rule_watch_publish(struct rule_watch *watch);

#endif
