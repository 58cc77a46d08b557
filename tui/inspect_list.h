/* SPDX-License-Identifier: Apache-2.0 */
/* All containers that runtimes' files and sockets list, see inspect_list.c. */
#ifndef TUI_INSPECT_LIST_H
#define TUI_INSPECT_LIST_H

#include "inspect_parts.h"
#include "state/state.h"

#define INSPECT_LIST_MAX 1024

struct inspect_list {
	struct container_listed at[INSPECT_LIST_MAX]; /* each container once */
	size_t len;
};

/*
 * At once, in the calling thread; those beyond INSPECT_LIST_MAX are left out. before: the last one,
 * from which those of a socket that did not answer are taken.
 */
void inspect_list(const char *host_root, struct inspect_memory *memory,
		  const struct inspect_list *before, struct inspect_list *ret_list);

#endif
