/* SPDX-License-Identifier: Apache-2.0 */
/* All containers that runtimes' files and sockets list, see inspect_list.c. */
#ifndef TUI_INSPECT_LIST_H
#define TUI_INSPECT_LIST_H

#include "inspect_parts.h"
#include "state/state.h"

#define INSPECT_LIST_MAX 1024

/* At once, in the calling thread. Returns how many are in list; those beyond size are left out. */
size_t inspect_list(const char *host_root, struct inspect_memory *memory,
		    struct container_listed *list, size_t size);

#endif
