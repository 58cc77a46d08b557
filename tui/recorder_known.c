/* SPDX-License-Identifier: Apache-2.0 */
#include "recorder_known.h"

#include <string.h>

#define KNOWN_MAX (1u << 17)

void recorder_known_init(struct recorder_known *known, size_t bytes, struct memory *memory)
{
	hash_init(&known->hash, memory);
	known->bytes = bytes;
}

void recorder_known_release(struct recorder_known *known)
{
	struct memory *memory = known->hash.memory;
	size_t at = 0;
	void *data;

	while ((data = hash_next(&known->hash, &at)))
		memory_free(memory, data, known->bytes);
	hash_release(&known->hash);
	hash_init(&known->hash, memory);
}

bool recorder_known_changed(struct recorder_known *known, uint64_t a, uint64_t b, const void *data)
{
	struct memory *memory = known->hash.memory;
	void *before = hash_get(&known->hash, a, b);

	if (before && memcmp(before, data, known->bytes) == 0)
		return false;
	if (!before) {
		if (known->hash.len >= KNOWN_MAX)
			recorder_known_release(known);
		before = memory_alloc_raw(memory, known->bytes);
		if (!before)
			return true;
		if (hash_put(&known->hash, a, b, before) < 0) {
			memory_free(memory, before, known->bytes);
			return true;
		}
	}
	memcpy(before, data, known->bytes);
	return true;
}
