/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `saker alerts`: rules against every event that they can match, hits as lines, text or JSON with
 * Falco's keys. Nothing else is written to the output.
 */
#ifndef TUI_ALERTS_H
#define TUI_ALERTS_H

#include "replay.h"
#include "session.h"

/*
 * Runs until COMMAND ends, -M, -n hits or a signal. The rules are those of start->engine.rules, the
 * lines are written by start->engine.alerts.
 * Returns the status of the program.
 */
int alerts_run(struct session_start *start);
/* The same over a capture. */
int alerts_replay(struct replay *replay, const struct session_start *start);

#endif
