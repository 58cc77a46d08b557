/* SPDX-License-Identifier: Apache-2.0 */
#include "names.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

int vector_add(struct vector *vector, struct arena *arena, const void *item)
{
	if (vector->len == vector->room) {
		size_t room = vector->room ? 2 * vector->room : 8;
		void **items = arena_alloc(arena, room * sizeof(*items));

		if (!items)
			return -ENOMEM;
		if (vector->len)
			memcpy(items, vector->items, vector->len * sizeof(*items));
		vector->items = items;
		vector->room = room;
	}
	/* Items are borrowed: whoever put them in knows whether they may change. */
	memcpy(&vector->items[vector->len++], &item, sizeof(item));
	return 0;
}

/* FNV-1a. */
static size_t name_hash(const char *name, size_t len)
{
	uint64_t hash = 0xcbf29ce484222325u;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)name[i]) * 0x100000001b3u;
	return (size_t)(hash ^ hash >> 32);
}

static size_t names_slot(const struct names *names, const char *name, size_t len)
{
	size_t at = name_hash(name, len) & (names->size - 1);

	while (names->slots[at] && (strncmp(names->slots[at]->name, name, len) != 0 ||
				    names->slots[at]->name[len] != '\0'))
		at = (at + 1) & (names->size - 1);
	return at;
}

void *names_get(const struct names *names, const char *name, size_t len)
{
	return names->size ? names->slots[names_slot(names, name, len)] : NULL;
}

static int names_grow(struct names *names, struct arena *arena)
{
	struct names grown = { .things = names->things,
			       .size = names->size ? 2 * names->size : 64 };

	grown.slots = arena_alloc(arena, grown.size * sizeof(struct named *));
	if (!grown.slots)
		return -ENOMEM;
	memset(grown.slots, 0, grown.size * sizeof(struct named *));
	for (size_t i = 0; i < grown.things.len; i++) {
		struct named *thing = grown.things.items[i];

		grown.slots[names_slot(&grown, thing->name, strlen(thing->name))] = thing;
	}
	*names = grown;
	return 0;
}

int names_add(struct names *names, struct arena *arena, void *thing)
{
	struct named *named = thing;
	int rc;

	if (4 * (names->things.len + 1) > 3 * names->size) {
		rc = names_grow(names, arena);
		if (rc < 0)
			return rc;
	}
	rc = vector_add(&names->things, arena, thing);
	if (rc < 0)
		return rc;
	names->slots[names_slot(names, named->name, strlen(named->name))] = named;
	return 0;
}
