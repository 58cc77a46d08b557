/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An arena: many allocations, one release. Blocks double up to 1 MiB; a larger request gets a block
 * of its own. Not thread-safe while it is filled; read-only contents may be read by any thread.
 */
#ifndef STATE_BASE_ARENA_H
#define STATE_BASE_ARENA_H

#include <stddef.h>
#include "memory.h"

struct arena_block;

struct arena {
	struct memory *memory;      /* borrowed */
	struct arena_block *blocks; /* newest first */
	size_t left;                /* bytes left in the newest */
	char *at;
	size_t next_bytes; /* size of the next block */
};

void arena_init(struct arena *arena, struct memory *memory);
void arena_release(struct arena *arena);
/*
 * Bytes aligned to 16, not zeroed; NULL when there is no memory. A size of 0 gives a valid pointer.
 */
void *arena_alloc(struct arena *arena, size_t bytes);
/* A NUL-terminated copy, without padding for alignment; NULL when there is no memory. */
char *arena_text(struct arena *arena, const char *text, size_t len);

#endif
