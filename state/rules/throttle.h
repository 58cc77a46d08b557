/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Alerts of one kind that come in floods become one: the first THROTTLE_BURST of a kind pass as
 * they come, those behind them are held until the window is over and told together, with their
 * number.
 * While they go on there is one such summary a window. A kind that was quiet for a whole window is
 * new again, so the first of it always passes.
 *
 *   hits      1 2 3 4 5 6 7 8 ......... | ............. | - | 1 2
 *   passes    1 2 3 4 5                 | one: 395 more | one: 412 more | 1 2
 *             '-------- window ---------'
 *
 * A kind is the rule, by which name it matched, and what throttle_kind() says of the event: who did
 * it, where, to what. Times are those of the events, in ns since the epoch; windows are closed by
 * the events and by throttle_tick(). A kind that finds no room passes always.
 */
#ifndef STATE_RULES_THROTTLE_H
#define STATE_RULES_THROTTLE_H

#include <stddef.h>
#include <stdint.h>
#include "probe/schema/render.h"
#include "rules.h"

#define THROTTLE_BURST 5
#define THROTTLE_KINDS_MAX 4096
#define THROTTLE_KIND_BYTES 4096 /* of what throttle_kind() writes; a longer one is cut */

struct throttle;

/* The alerts of a kind that were held in a window. Valid during the call. */
struct throttle_held {
	const struct rule *rule;
	enum rule_via via;
	uint64_t count;
	uint64_t first_ns, last_ns;   /* of the events that were held */
	const char *message, *fields; /* as in struct alert, of the first of them */
	size_t message_len;
};
typedef void (*throttle_held_fn)(void *ctx, const struct throttle_held *held);

struct throttle_opts {
	uint64_t window_ns; /* not 0 */
	throttle_held_fn fn;
	void *ctx;
};

/* Returns 0 or -ENOMEM. */
int throttle_new(const struct throttle_opts *opts, struct throttle **ret_throttle);
void throttle_free(struct throttle *throttle); /* NULL is fine */

/*
 * Appends what tells kinds apart besides rule and name: program, container, user, and the file, or
 * the addresses without the client's port. Fields of the event under its current names.
 */
void throttle_kind(struct throttle *throttle, struct filter_event *event, struct text_buf *buf);

/* PASS: tell it now. HOLD: it is counted. HOLD_FIRST: and throttle_keep() is to follow. */
enum throttle_verdict { THROTTLE_PASS, THROTTLE_HOLD, THROTTLE_HOLD_FIRST };
struct throttle_hit {
	const struct rule *rule; /* borrowed until throttle_flush() */
	enum rule_via via;
	uint64_t ts_ns;
	const char *kind;
	size_t kind_len;
};
enum throttle_verdict throttle_hit(struct throttle *throttle, const struct throttle_hit *hit);
/* The texts of the alert that was held just now, copied; without memory the summary has none. */
void throttle_keep(struct throttle *throttle, const char *message, size_t message_len,
		   const char *fields);

/* Tells of the windows that are over; returns how many it told of. Costs nothing when none is. */
size_t throttle_tick(struct throttle *throttle, uint64_t now_ns);
/* Tells of all that is held and forgets all kinds: before rules are freed, and at the end. */
size_t throttle_flush(struct throttle *throttle);

#endif
