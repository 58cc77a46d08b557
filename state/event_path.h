/* SPDX-License-Identifier: Apache-2.0 */
/* Paths that a call was given, made absolute with what the state knows of its process. */
#ifndef STATE_EVENT_PATH_H
#define STATE_EVENT_PATH_H

#include <stddef.h>
#include "path.h"
#include "probe/schema/decode.h"

struct process;

/*
 * Writes the path of parameter `index`. A relative one is relative to the folder of the descriptor
 * in the parameter before it where that is one, else to the working folder. Returns its length; 0
 * when the parameter is missing, the folder is not known, or the text does not fit. process can be
 * NULL: then only absolute paths are known.
 */
size_t event_path_absolute(const struct process *process, const struct event *event, size_t index,
			   char *text, size_t size);

#endif
