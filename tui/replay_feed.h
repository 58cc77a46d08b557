/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Feeds a state from a capture: what was told to the state that was recorded is told to this one in
 * the same order, so it has the same events and tables. What the state lacks is answered from the
 * file; nothing is asked of the host that reads it.
 *
 * A capture of another tool has neither our prefixes nor samples: its processes and files come from
 * the lists at its beginning, what an event's prefix would say from those and from the event.
 */
#ifndef TUI_REPLAY_FEED_H
#define TUI_REPLAY_FEED_H

#include "probe/capture_reader.h"
#include "probe/probe.h"
#include "rule_watch.h"
#include "state/state.h"

struct filter_set;
struct replay_feed;

/*
 * Who is told of what the state was just told; members may be NULL. Not 0 ends the reading. state
 * is for fields, as in struct engine_tap.
 */
struct replay_tap {
	void *ctx;
	int (*event)(void *ctx, struct state *state, const struct history_event *kept);
	rule_hit_fn hit; /* before event() */
	/* A refresh is complete: tables can be published. */
	int (*refreshed)(void *ctx);
};

struct replay_feed_opts {
	struct probe_scope scope; /* empty: everything that is in the file */
	struct container_wanted containers;
	size_t memory_bytes;       /* limit of the state; 0 = as recorded */
	struct filter_set *filter; /* FILTER: other events are hidden; NULL: none. Borrowed */
	struct filter_set *chosen; /* the same of the screen */
	struct rules *rules;       /* NULL: none. Borrowed */
	/* Nothing is told to rules or tap, and this is called with the event of the number. */
	uint64_t until_num;                                 /* 0: everything is told */
	void (*until)(void *ctx, struct rule_watch *watch); /* then the reading ends: -ECANCELED */
	void *until_ctx;
	struct rule_watch_opts watch;
	struct replay_tap tap;
};

int replay_feed_new(const struct replay_feed_opts *opts, struct replay_feed **ret_feed);
void replay_feed_free(struct replay_feed *feed); /* NULL is fine */
/* How rules are watched; before anything is read. */
void replay_feed_set_watch(struct replay_feed *feed, const struct rule_watch_opts *watch);
/* Its events as conditions see them; NULL when there is no memory for that. */
struct filter_event *replay_feed_event(struct replay_feed *feed);
/* What its state asks; valid as long as the state. */
const struct state_source *replay_feed_source(const struct replay_feed *feed);
/* Rules against the state; NULL as that is. */
struct rule_watch *replay_feed_watch(struct replay_feed *feed);
/* What capture_read() is to tell. Valid as long as the feed. */
const struct capture_sink *replay_feed_sink(const struct replay_feed *feed);
/* Borrowed; NULL while the file has told nothing that a state is needed for. */
struct state *replay_feed_state(const struct replay_feed *feed);
/* Were an event or a whole refresh told? */
bool replay_feed_has_rows(const struct replay_feed *feed);
/* Does the file say how often calls were made? Captures of other tools do not. */
bool replay_feed_has_counters(const struct replay_feed *feed);
/* Shows a line on screen with what is published from now on. */
void replay_feed_notice(struct replay_feed *feed, const char *text);
/* At the end of the file: makes up for what is missing there. Returns 0 or -errno. */
int replay_feed_end(struct replay_feed *feed);

enum replay_completeness {
	REPLAY_CLOSED,  /* the writer came to its end */
	REPLAY_CUT,     /* ours, but the writer did not */
	REPLAY_FOREIGN, /* not ours: nothing says so */
};
enum replay_completeness replay_feed_completeness(const struct replay_feed *feed);
uint64_t replay_feed_events(const struct replay_feed *feed);

#endif
