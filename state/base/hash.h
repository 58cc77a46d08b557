/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hash table from a 128-bit key to a pointer: identities of processes and threads, cgroups, uids.
 * Open addressing, linear probing, no tombstones. Order of iteration is arbitrary: sort what is
 * shown.
 */
#ifndef STATE_BASE_HASH_H
#define STATE_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>
#include "memory.h"

struct hash_slot {
	uint64_t a, b;
	void *value; /* NULL = free */
};

struct hash {
	struct memory *memory; /* borrowed */
	struct hash_slot *slots;
	size_t size; /* slots, a power of two; 0 = nothing yet */
	size_t len;  /* used ones, at most 3/4 of size */
};

void hash_init(struct hash *hash, struct memory *memory);
void hash_release(struct hash *hash);
/* NULL when the key is not there. */
void *hash_get(const struct hash *hash, uint64_t a, uint64_t b);
/* Adds or replaces; value is not NULL. Returns 0 or -ENOMEM. */
int hash_put(struct hash *hash, uint64_t a, uint64_t b, void *value);
void hash_remove(struct hash *hash, uint64_t a, uint64_t b);
/* The next value from *position on (start with 0), NULL at the end. No changes meanwhile. */
void *hash_next(const struct hash *hash, size_t *position);

#endif
