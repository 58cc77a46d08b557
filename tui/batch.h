/* SPDX-License-Identifier: Apache-2.0 */
/* `saker -b`: a view once per interval as text, JSON or CSV. */
#ifndef TUI_BATCH_H
#define TUI_BATCH_H

#include "replay.h"
#include "session.h"
#include "views/view.h"

/*
 * The view at the end of a capture; with -n or -d also once per interval, where the capture was
 * refreshed. out is closed. Returns the status of the program.
 */
int batch_replay(struct replay *replay, const struct options *options, FILE *out,
		 const struct view *view);
/* Runs until the session ends. Takes over what start owns. Returns the status of the program. */
int batch_run(struct session_start *start, const struct view *view);

#endif
