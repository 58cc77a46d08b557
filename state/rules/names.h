/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Things in the order in which they were added, and the same by name. A thing is a struct that
 * begins with its name. Nothing is ever removed. All memory is the arena's.
 */
#ifndef STATE_RULES_NAMES_H
#define STATE_RULES_NAMES_H

#include <stddef.h>
#include "state/base/arena.h"

/* A growing array of pointers. */
struct vector {
	void **items;
	size_t len, room;
};
/* Returns 0 or -ENOMEM. */
int vector_add(struct vector *vector, struct arena *arena, const void *item);

/* What every named thing begins with. */
struct named {
	const char *name;
};

struct names {
	struct vector things;
	struct named **slots; /* open addressing by hash of the name */
	size_t size;          /* of slots, a power of two; 0 = none yet */
};

/* The thing of that name, NULL when there is none. */
void *names_get(const struct names *names, const char *name, size_t len);
/* Adds a thing whose name is not there yet. Returns 0 or -ENOMEM. */
int names_add(struct names *names, struct arena *arena, void *thing);

#endif
