/* SPDX-License-Identifier: Apache-2.0 */
/* `saker stream`: events as lines, as they happen. */
#ifndef TUI_STREAM_H
#define TUI_STREAM_H

#include "replay.h"
#include "session.h"

/* Runs until the session ends. Takes over what start owns. Returns the status of the program. */
int stream_run(struct session_start *start);
/* The same of a capture, from its beginning to its end; out is closed. */
int stream_replay(struct replay *replay, const struct options *options, FILE *out);

#endif
