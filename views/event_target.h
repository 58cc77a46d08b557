/* SPDX-License-Identifier: Apache-2.0 */
/* What an event was about: the file, socket or path. For columns. */
#ifndef VIEWS_EVENT_TARGET_H
#define VIEWS_EVENT_TARGET_H

#include "column.h"

/*
 * Host bytes, not NUL-terminated: the path of the object, the name of the descriptor, or the path
 * as the caller wrote it. len 0: none is known.
 */
struct open_name event_target(const struct event *event, const struct history_event *kept);
/* The same as a cell; of events without, what the descriptor's number is, unknown without that. */
void event_target_cell(const struct event *event, const struct history_event *kept,
		       const struct row *row, struct cell *ret_cell);

#endif
