/* SPDX-License-Identifier: Apache-2.0 */
/* Paths that a call was given, made absolute with what the state knows of its process. */
#ifndef STATE_EVENT_PATH_H
#define STATE_EVENT_PATH_H

#include <stddef.h>
#include "path.h"
#include "probe/schema/decode.h"

struct process;

/* What the path of a parameter begins at. */
enum event_path_from {
	EVENT_PATH_NONE, /* it has no path */
	EVENT_PATH_ROOT,
	EVENT_PATH_CWD,
	EVENT_PATH_FD, /* the folder of a descriptor, in the parameter before it */
};
enum event_path_from event_path_from(const struct event *event, size_t index);
/*
 * Writes the path of parameter `index`. A relative one is relative to the folder of the descriptor
 * in the parameter before it where that is one, else to the working folder. Returns its length; 0
 * when the parameter is missing, the folder is not known, or the text does not fit. process can be
 * NULL: then only absolute paths are known.
 */
size_t event_path_absolute(const struct process *process, const struct event *event, size_t index,
			   char *text, size_t size);

#endif
