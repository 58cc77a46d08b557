/* SPDX-License-Identifier: Apache-2.0 */
/* Hash tables, see hash.h. */
#include "hash.h"
#include <assert.h>
#include <errno.h>

#define HASH_FIRST_SIZE 64

void hash_init(struct hash *hash, struct memory *memory)
{
	*hash = (struct hash){ .memory = memory };
}

void hash_release(struct hash *hash)
{
	memory_free(hash->memory, hash->slots, hash->size * sizeof(hash->slots[0]));
	hash->slots = NULL;
	hash->size = 0;
	hash->len = 0;
}

/* Multiply and fold: every bit of the key reaches the low bits. */
static size_t hash_mix(uint64_t a, uint64_t b)
{
	unsigned __int128 product =
		(unsigned __int128)(a ^ 0x9e3779b97f4a7c15ull) * (b * 0xd6e8feb86659fd93ull | 1);
	uint64_t folded = (uint64_t)product ^ (uint64_t)(product >> 64);

	folded ^= a * 0xff51afd7ed558ccdull;
	return (size_t)(folded ^ folded >> 32);
}

/* The slot of a key, or the free one where it would go. */
static size_t hash_find(const struct hash *hash, uint64_t a, uint64_t b)
{
	size_t i = hash_mix(a, b) & (hash->size - 1);

	while (hash->slots[i].value && (hash->slots[i].a != a || hash->slots[i].b != b))
		i = (i + 1) & (hash->size - 1);
	return i;
}

void *hash_get(const struct hash *hash, uint64_t a, uint64_t b)
{
	return hash->size ? hash->slots[hash_find(hash, a, b)].value : NULL;
}

static int hash_resize(struct hash *hash, size_t size)
{
	struct hash old = *hash;
	size_t i;

	hash->slots = memory_alloc(hash->memory, size * sizeof(hash->slots[0]));
	if (!hash->slots) {
		hash->slots = old.slots;
		return -ENOMEM;
	}
	hash->size = size;
	for (i = 0; i < old.size; i++) {
		const struct hash_slot *slot = &old.slots[i];

		if (slot->value)
			hash->slots[hash_find(hash, slot->a, slot->b)] = *slot;
	}
	memory_free(hash->memory, old.slots, old.size * sizeof(old.slots[0]));
	return 0;
}

int hash_put(struct hash *hash, uint64_t a, uint64_t b, void *value)
{
	size_t i;
	int r;

	assert(value);
	if ((hash->len + 1) * 4 > hash->size * 3) {
		r = hash_resize(hash, hash->size ? hash->size * 2 : HASH_FIRST_SIZE);
		if (r < 0)
			return r;
	}
	i = hash_find(hash, a, b);
	if (!hash->slots[i].value)
		hash->len++;
	hash->slots[i] = (struct hash_slot){ .a = a, .b = b, .value = value };
	return 0;
}

void hash_remove(struct hash *hash, uint64_t a, uint64_t b)
{
	size_t mask = hash->size - 1;
	size_t hole, i;

	if (!hash->size)
		return;
	hole = hash_find(hash, a, b);
	if (!hash->slots[hole].value)
		return;
	hash->len--;
	/* Close the gap: a later slot of the run moves in unless its home lies after the hole. */
	for (i = (hole + 1) & mask; hash->slots[i].value; i = (i + 1) & mask) {
		size_t home = hash_mix(hash->slots[i].a, hash->slots[i].b) & mask;

		if (((i - home) & mask) >= ((i - hole) & mask)) {
			hash->slots[hole] = hash->slots[i];
			hole = i;
		}
	}
	hash->slots[hole].value = NULL;
}

void *hash_next(const struct hash *hash, size_t *position)
{
	while (*position < hash->size) {
		void *value = hash->slots[(*position)++].value;

		if (value)
			return value;
	}
	return NULL;
}
