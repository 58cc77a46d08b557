/* SPDX-License-Identifier: Apache-2.0 */
/* Arenas, see arena.h. */
#include "arena.h"
#include <stdint.h>
#include <string.h>

#define ARENA_ALIGN 16
#define ARENA_FIRST_BYTES (16u << 10)
#define ARENA_BLOCK_MAX (1u << 20)

struct arena_block {
	struct arena_block *next;
	size_t bytes; /* of the whole block */
};

void arena_init(struct arena *arena, struct memory *memory)
{
	*arena = (struct arena){ .memory = memory, .next_bytes = ARENA_FIRST_BYTES };
}

void arena_release(struct arena *arena)
{
	struct arena_block *block = arena->blocks;

	while (block) {
		struct arena_block *next = block->next;

		memory_free(arena->memory, block, block->bytes);
		block = next;
	}
	arena->blocks = NULL;
	arena->left = 0;
	arena->at = NULL;
}

/* Makes room for bytes in the newest block; 0 when there is no memory. */
static int arena_extend(struct arena *arena, size_t bytes)
{
	size_t want = bytes + ARENA_ALIGN + sizeof(struct arena_block);
	struct arena_block *block;

	if (want < bytes)
		return 0;
	if (want < arena->next_bytes)
		want = arena->next_bytes;
	block = memory_alloc_raw(arena->memory, want);
	if (!block)
		return 0;
	block->next = arena->blocks;
	block->bytes = want;
	arena->blocks = block;
	arena->at = (char *)(block + 1);
	arena->left = want - sizeof(*block);
	if (arena->next_bytes < ARENA_BLOCK_MAX)
		arena->next_bytes *= 2;
	return 1;
}

static void *arena_take(struct arena *arena, size_t bytes)
{
	char *block = arena->at;

	arena->at += bytes;
	arena->left -= bytes;
	return block;
}

void *arena_alloc(struct arena *arena, size_t bytes)
{
	size_t pad = -(uintptr_t)arena->at & (ARENA_ALIGN - 1);

	if (!arena->at || arena->left < pad || arena->left - pad < bytes) {
		if (!arena_extend(arena, bytes))
			return NULL;
		pad = -(uintptr_t)arena->at & (ARENA_ALIGN - 1);
	}
	arena_take(arena, pad);
	return arena_take(arena, bytes);
}

char *arena_text(struct arena *arena, const char *text, size_t len)
{
	char *copy;

	if (len == SIZE_MAX ||
	    ((!arena->at || arena->left < len + 1) && !arena_extend(arena, len + 1)))
		return NULL;
	copy = arena_take(arena, len + 1);
	memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}
