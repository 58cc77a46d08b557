/* SPDX-License-Identifier: Apache-2.0 */
/* `saker -b`: a view once per interval as text, JSON or CSV. */
#ifndef TUI_BATCH_H
#define TUI_BATCH_H

#include "session.h"
#include "views/view.h"

/* Runs until the session ends. Takes over what start owns. Returns the status of the program. */
int batch_run(struct session_start *start, const struct view *view);

#endif
