/* SPDX-License-Identifier: Apache-2.0 */
/* Interned text, see text.h. */
#include "text.h"
#include <assert.h>
#include <string.h>

#define TEXT_STEP 32
#define TEXT_FIRST_SIZE 256

void text_pool_init(struct text_pool *pool, struct memory *memory)
{
	*pool = (struct text_pool){ .memory = memory };
}

/* Bytes of the object of a text, rounded to a class. */
static size_t text_bytes(size_t len)
{
	return (sizeof(struct text) + len + TEXT_STEP) & ~(size_t)(TEXT_STEP - 1);
}

static struct text *text_next_free(const struct text *text)
{
	struct text *next;

	memcpy(&next, &text->copy[0], sizeof(next));
	return next;
}

void text_pool_release(struct text_pool *pool)
{
	size_t i;

	for (i = 0; i < pool->size; i++) {
		if (pool->slots[i])
			memory_free(pool->memory, pool->slots[i], text_bytes(pool->slots[i]->len));
	}
	for (i = 0; i < TEXT_CLASSES; i++) {
		while (pool->free[i]) {
			struct text *next = text_next_free(pool->free[i]);

			memory_free(pool->memory, pool->free[i], (i + 1) * TEXT_STEP);
			pool->free[i] = next;
		}
	}
	memory_free(pool->memory, pool->slots, pool->size * sizeof(struct text *));
	text_pool_init(pool, pool->memory);
}

static uint64_t text_hash(const char *data, size_t len)
{
	uint64_t hash = len * 0x9e3779b97f4a7c15ull + 0x632be59bd9b4e019ull;
	uint64_t word;

	while (len) {
		size_t part = len < sizeof(word) ? len : sizeof(word);

		word = 0;
		memcpy(&word, data, part);
		hash = (hash ^ word) * 0xff51afd7ed558ccdull;
		hash ^= hash >> 29;
		data += part;
		len -= part;
	}
	hash *= 0xc4ceb9fe1a85ec53ull;
	return hash ^ hash >> 32;
}

static size_t text_find(const struct text_pool *pool, uint64_t hash, const char *data, size_t len)
{
	size_t mask = pool->size - 1;
	size_t i = hash & mask;

	for (; pool->slots[i]; i = (i + 1) & mask) {
		const struct text *text = pool->slots[i];

		if (text->hash == hash && text->len == len && !memcmp(text->data, data, len))
			break;
	}
	return i;
}

static int text_pool_extend(struct text_pool *pool)
{
	size_t size = pool->size ? pool->size * 2 : TEXT_FIRST_SIZE;
	struct text **slots = memory_alloc(pool->memory, size * sizeof(struct text *));
	size_t i, j;

	if (!slots)
		return 0;
	for (i = 0; i < pool->size; i++) {
		if (!pool->slots[i])
			continue;
		for (j = pool->slots[i]->hash & (size - 1); slots[j]; j = (j + 1) & (size - 1))
			;
		slots[j] = pool->slots[i];
	}
	memory_free(pool->memory, pool->slots, pool->size * sizeof(struct text *));
	pool->slots = slots;
	pool->size = size;
	return 1;
}

static struct text *text_new(struct text_pool *pool, size_t len)
{
	size_t bytes = text_bytes(len);
	size_t class = bytes / TEXT_STEP - 1;
	struct text *text;

	if (class >= TEXT_CLASSES || !pool->free[class])
		return memory_alloc_raw(pool->memory, bytes);
	text = pool->free[class];
	pool->free[class] = text_next_free(text);
	return text;
}

struct text *text_intern(struct text_pool *pool, const char *data, size_t len)
{
	uint64_t hash = text_hash(data, len);
	struct text *text;
	size_t i;

	if (len > UINT32_MAX - 1)
		return NULL;
	if ((pool->len + 1) * 2 > pool->size && !text_pool_extend(pool))
		return NULL;
	i = text_find(pool, hash, data, len);
	if (pool->slots[i]) {
		pool->slots[i]->refs++;
		return pool->slots[i];
	}
	text = text_new(pool, len);
	if (!text)
		return NULL;
	*text = (struct text){ .refs = 1, .len = (uint32_t)len, .hash = hash };
	memcpy(text->data, data, len);
	text->data[len] = '\0';
	pool->slots[i] = text;
	pool->len++;
	return text;
}

struct text *text_ref(struct text *text)
{
	if (text)
		text->refs++;
	return text;
}

/* Takes a text out of the index, closing the gap as in hash_remove(). */
static void text_forget(struct text_pool *pool, const struct text *text)
{
	size_t mask = pool->size - 1;
	size_t hole = text_find(pool, text->hash, text->data, text->len);
	size_t i;

	assert(pool->slots[hole] == text);
	for (i = (hole + 1) & mask; pool->slots[i]; i = (i + 1) & mask) {
		size_t home = pool->slots[i]->hash & mask;

		if (((i - home) & mask) >= ((i - hole) & mask)) {
			pool->slots[hole] = pool->slots[i];
			hole = i;
		}
	}
	pool->slots[hole] = NULL;
	pool->len--;
}

void text_unref(struct text_pool *pool, struct text *text)
{
	size_t bytes, class;

	if (!text || --text->refs)
		return;
	text_forget(pool, text);
	bytes = text_bytes(text->len);
	class = bytes / TEXT_STEP - 1;
	if (class >= TEXT_CLASSES) {
		memory_free(pool->memory, text, bytes);
		return;
	}
	text->copy[0] = NULL;
	memcpy(&text->copy[0], &pool->free[class], sizeof(pool->free[class]));
	pool->free[class] = text;
}

void text_replace(struct text_pool *pool, struct text **slot, struct text *text)
{
	text_unref(pool, *slot);
	*slot = text;
}
