/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine: one thread that owns probe and state. It drains, refreshes and publishes; everybody
 * else sees snapshots and sends requests. It never waits for one who reads snapshots; a tap that
 * blocks (a pipe nobody reads) holds it, and then the rings fill and what is lost is counted.
 */
#ifndef TUI_ENGINE_H
#define TUI_ENGINE_H

#include <stdbool.h>
#include <stdint.h>
#include "interest.h"
#include "probe/probe.h"
#include "recorder.h"
#include "rule_watch.h"
#include "state/snapshot.h"
#include "views/choice.h"
#include "views/look.h"
#include "views/view.h"

struct alert_sink;
struct engine;
struct event_count;
struct explain_ask;
struct filter_set;
struct hit_window_ask;
struct rule_book;
struct state;

/*
 * For line output: called in the engine thread for every delivered record after the state has seen
 * it; batch() after each drain, so that lines can be flushed together. Members may be NULL. The
 * state is for fields (state/filter/event.h), which may ask it for names; nothing is fed to it.
 */
struct engine_tap {
	void *ctx;
	void (*event)(void *ctx, struct state *state, const struct history_event *kept);
	/* A rule of engine_opts.rules that the event matches, after event(). */
	rule_hit_fn hit;
	/* Before the event that it precedes. */
	void (*gap)(void *ctx, uint64_t lost, unsigned buffer);
	void (*batch)(void *ctx);
	enum interest_files files; /* does event() tell more of files than the event does? */
};

enum capture_content {
	CAPTURE_ALL,    /* all events in scope, whatever is shown of them */
	CAPTURE_CHOSEN, /* of choice, what filter accepts or what changes the state */
};

struct engine_opts {
	struct probe_opts probe;
	struct probe_scope scope; /* also of the tables: processes outside it get no row */
	struct container_wanted containers; /* the same, with scope.by_cgroup */
	size_t memory_bytes;
	uint64_t delay_ns;       /* between refreshes */
	bool exact_delay;        /* the first interval is a whole delay too (else a short one) */
	enum view_stream stream; /* these wanted from the start */
	struct choice choice;
	enum view_timing timing;
	enum view_objects objects;
	bool idle_containers; /* those in which nothing runs are rows, where nothing is scoped */
	struct look look;
	bool wait_stream; /* engine_start returns only when the stream plane is attached */
	struct engine_tap tap;
	struct filter_set *filter; /* FILTER, one condition; NULL: none. Borrowed while it runs */
	struct rule_book *rules;   /* NULL: none. Borrowed while it runs */
	struct rule_watch_opts watch; /* listeners: the engine adds those that it knows */
	struct alert_sink *alerts;    /* what hits are told to; NULL: nobody. Borrowed */
	/* The file that all in scope is recorded to; -1: none. Taken over. */
	int capture_fd;
	enum capture_packing capture_packing;
	enum capture_content capture_content;
	uint64_t capture_events;         /* as recorder_opts.events */
	struct recorder_result *capture; /* what became of it, set by engine_stop(); borrowed */
};

/*
 * Starts: loads the counter plane in the caller (privileges are still there), the stream plane in a
 * second thread. Returns 0, or -errno with the sentence for the user in *err.
 */
int engine_start(const struct engine_opts *opts, struct engine **ret_engine,
		 struct probe_error *err);
/*
 * Stops, detaches, frees. Drains and refreshes once more first: *ret_last (if not NULL; the caller
 * owns it) has the final totals.
 */
void engine_stop(struct engine *engine, struct snapshot **ret_last);

/*
 * The newest snapshot. The first (interval_ns 0: totals since start, no rates) comes at once, the
 * next after the delay. A reference that the caller owns; NULL before the first. Never blocks.
 */
struct snapshot *engine_snapshot(struct engine *engine);
/* Readable when there is a newer snapshot than the last taken; the caller reads 8 bytes from it. */
int engine_fd(const struct engine *engine);

/* Requests: latest wins, no answer. */
void engine_want_stream(struct engine *engine, enum view_stream stream);
/* Only such calls; a least duration has them measured. */
void engine_choose(struct engine *engine, const struct choice *choice);
/* Durations on or off, from the next turn of the engine. */
void engine_want_timing(struct engine *engine, enum view_timing timing);
void engine_want_objects(struct engine *engine, enum view_objects objects);
/* Open files and details, from the next turn of the engine, then at each refresh. */
void engine_look(struct engine *engine, const struct look *look);
/* Everything of this process (0: nobody), its fds seeded at once. */
void engine_focus(struct engine *engine, uint32_t pid);
void engine_set_delay(struct engine *engine, uint64_t delay_ns);
/* What the recording has come to: 0, 1 when all wanted events are there, or the -errno it met. */
int engine_capture_state(struct engine *engine);
/*
 * Of the events from now on those that the condition (of one, taken over; NULL: none) accepts too.
 * since: the number of the last event before; UINT64_MAX while it is not in force yet.
 */
void engine_set_filter(struct engine *engine, struct filter_set *set);
uint64_t engine_filter_since(struct engine *engine);
/* Why a rule matches an event or does not: the answer comes with a snapshot. Taken over. */
void engine_explain(struct engine *engine, struct explain_ask *ask);
/* How many events in memory a condition accepts: a newer question ends the one before. */
void engine_count(struct engine *engine, struct event_count *count);
/*
 * A capture of what is in memory around a hit (hit_window.h). Taken over. One that was not begun
 * when the engine stops has no file.
 */
void engine_save(struct engine *engine, struct hit_window_ask *ask);
/* The file of alerts was renamed. Also from a handler of signals. */
void engine_reopen_alerts(struct engine *engine);
/* A new refresh now, e.g. after a key. */
void engine_refresh_now(struct engine *engine);

#endif
