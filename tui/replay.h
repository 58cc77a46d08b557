/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A capture in place of the live system. Headless modes read it in one go (replay_run); the monitor
 * has a thread for it (replay_begin, replay_start), which publishes what it has read so far now and
 * then and the end of the file in any case.
 */
#ifndef TUI_REPLAY_H
#define TUI_REPLAY_H

#include <stdio.h>
#include "options.h"
#include "replay_feed.h"
#include "state/snapshot.h"

struct alert_sink;
struct event_count;
struct explain_ask;
struct hit_window_ask;
struct replay;

struct replay_error {
	char text[400]; /* one sentence, with the file's name */
};

/*
 * Opens the capture that options->read names, '-' for standard input, for the scope of the options
 * and FILTER and rules (NULL: none; borrowed).
 * Returns 0, or -errno with the sentence in *err.
 */
int replay_open(const struct options *options, struct filter_set *filter, struct rules *rules,
		struct replay **ret_replay, struct replay_error *err);
/* How rules are watched and where hits go (borrowed; NULL: nowhere), before it is read. */
void replay_set_watch(struct replay *replay, const struct rule_watch_opts *watch,
		      struct alert_sink *alerts);
/* Stops the thread, closes, frees. NULL is fine. */
void replay_close(struct replay *replay);

/*
 * Reads up to the first thing that has rows, which is there however the file goes on: before the
 * screen opens. Returns 0, or -errno with the sentence in *err when the file is wrong before that.
 */
int replay_begin(struct replay *replay, struct replay_error *err);
/*
 * Reads up to the end, telling tap. Returns 0, what the tap returned, or -errno with the sentence
 * in *err; what was read before stays.
 */
int replay_run(struct replay *replay, const struct replay_tap *tap, struct replay_error *err);
/* After replay_run(): false when the file was wrong before anything that has rows. */
bool replay_has_rows(const struct replay *replay);
/* Tables and events as they are now; the caller owns the reference. 0 or -errno. */
int replay_publish(struct replay *replay, struct snapshot **ret_snapshot);
/*
 * Says what went wrong (rc: of replay_run()) and what there is to remark on standard error, closes
 * out. Returns the status of the program.
 */
int replay_finish(struct replay *replay, int rc, const struct replay_error *err, FILE *out);
/*
 * After the end: why the file tells less than its writer wanted to, and how many events it holds.
 * False when all is well.
 */
bool replay_remark(const struct replay *replay, struct replay_error *ret_remark);

/* Reads in a thread of its own. 0 or -errno. */
int replay_start(struct replay *replay);
/* Can the file be read more than once? Not where it is a pipe. */
bool replay_is_readable_again(const struct replay *replay);
/* As engine_explain(). */
void replay_explain(struct replay *replay, struct explain_ask *ask);
/* As engine_count(). */
void replay_count(struct replay *replay, struct event_count *count);
/* As engine_save(). */
void replay_save(struct replay *replay, struct hit_window_ask *ask);
/*
 * Has the file, which can be read again, read with this condition besides (of one, taken over;
 * NULL: none). Alerts are not told again.
 */
void replay_set_filter(struct replay *replay, struct filter_set *set);
/* As engine_snapshot() and engine_fd(). */
struct snapshot *replay_snapshot(struct replay *replay);
int replay_fd(const struct replay *replay);

#endif
