/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where hits of rules go as alerts: lines of `saker alerts`, --alerts FILE, the system's log; and
 * how many of a kind (state/rules/throttle.h). All is written by the thread that owns the state, as
 * events are delivered. Whatever cannot be written is counted and said: by alert_sink_notice() on
 * screen, on standard error elsewhere.
 *
 *   alert_sink_new()    before privileges are dropped
 *   alert_sink_listener()    for every hit;  alert_sink_tick() now and then
 *   alert_sink_end()    tells what is held; then alert_sink_free()
 */
#ifndef TUI_ALERT_SINK_H
#define TUI_ALERT_SINK_H

#include <stdbool.h>
#include <stdio.h>
#include "options.h"
#include "rule_watch.h"
#include "state/rules/rules.h"

struct alert_sink;

/*
 * Opens what the options name. lines: where `saker alerts` writes, borrowed; NULL: this mode does
 * not. *ret_sink is NULL where alerts go nowhere. Returns 0, or -errno with the sentence in *err.
 */
int alert_sink_new(const struct options *options, FILE *lines, struct alert_sink **ret_sink,
		   struct usage_error *err);
void alert_sink_free(struct alert_sink *sink); /* NULL is fine */

/* Who tells the sink (NULL: nobody) of hits. Rules are borrowed until alert_sink_settle(). */
struct rule_listener alert_sink_listener(struct alert_sink *sink);
/* Takes requests, tells of what was held long enough. Returns how many lines were written. */
size_t alert_sink_tick(struct alert_sink *sink, uint64_t now_ns);
/* Tells of all that is held: rules are about to be freed. */
void alert_sink_settle(struct alert_sink *sink);
/* The same at the end of a run: nothing is taken any more. Any number of times. */
void alert_sink_end(struct alert_sink *sink);
/* The file is opened again at the next tick: any thread, also a handler of signals. */
void alert_sink_reopen(struct alert_sink *sink);
/* Does it write to a file that can be reopened? */
bool alert_sink_has_file(const struct alert_sink *sink);
/* What is wrong now; false when all is well. The thread that writes. */
bool alert_sink_notice(const struct alert_sink *sink, char *text, size_t size);
/* Were alerts lost? After the end. */
bool alert_sink_lost(const struct alert_sink *sink);

#endif
