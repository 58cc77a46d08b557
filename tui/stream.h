/* SPDX-License-Identifier: Apache-2.0 */
/* `saker stream`: events as lines, as they happen. */
#ifndef TUI_STREAM_H
#define TUI_STREAM_H

#include "session.h"

/* Runs until the session ends. Takes over what start owns. Returns the status of the program. */
int stream_run(struct session_start *start);

#endif
