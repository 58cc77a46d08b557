/* SPDX-License-Identifier: Apache-2.0 */
/* Accounted memory, arenas, hash tables and interned text, against naive models. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "run_suite.h"
#include "state/base/arena.h"
#include "state/base/hash.h"
#include "state/base/memory.h"
#include "state/base/text.h"

static struct memory *new_memory(size_t limit)
{
	struct memory *memory = NULL;

	ck_assert_int_eq(memory_new(limit, &memory), 0);
	return memory;
}

START_TEST(test_memory_limit)
{
	struct memory *memory = new_memory(1000);
	char *a = memory_alloc(memory, 600), *b;

	ck_assert_ptr_nonnull(a);
	ck_assert_uint_eq(memory_used(memory), 600);
	ck_assert_ptr_null(memory_alloc(memory, 401));
	b = memory_alloc_raw(memory, 400);
	ck_assert_ptr_nonnull(b);
	ck_assert_ptr_null(memory_grow(memory, b, 400, 500));
	memory_free(memory, a, 600);
	b = memory_grow(memory, b, 400, 500);
	ck_assert_ptr_nonnull(b);
	ck_assert_uint_eq(memory_used(memory), 500);
	memory_free(memory, b, 500);
	ck_assert_uint_eq(memory_used(memory), 0);
	memory_unref(memory);
}
END_TEST

static int give_back(void *ctx, size_t bytes)
{
	void **block = ctx;
	struct memory *memory = block[1];

	if (!block[0])
		return 0;
	memory_free(memory, block[0], 600);
	block[0] = NULL;
	return 1;
}

START_TEST(test_memory_pressure)
{
	struct memory *memory = new_memory(1000);
	void *ctx[2] = { memory_alloc(memory, 600), memory };
	void *b;

	memory_set_pressure(memory, give_back, ctx);
	b = memory_alloc(memory, 700);
	ck_assert_ptr_nonnull(b);
	ck_assert_ptr_null(ctx[0]);
	ck_assert_ptr_null(memory_alloc(memory, 700));
	memory_free(memory, b, 700);
	memory_unref(memory);
}
END_TEST

START_TEST(test_arena)
{
	struct memory *memory = new_memory(0);
	static const uint8_t starts[] = { 0, 1, 3, 6 };
	struct arena arena;
	uint8_t *blocks[500];
	size_t i, j, wrong = 0;

	arena_init(&arena, memory);
	for (i = 0; i < 500; i++) {
		size_t bytes = (i * 7919) % 5000;

		blocks[i] = arena_alloc(&arena, bytes);
		ck_assert_ptr_nonnull(blocks[i]);
		ck_assert_uint_eq((uintptr_t)blocks[i] % 16, 0);
		memset(blocks[i], (int)i, bytes);
		ck_assert_str_eq(arena_text(&arena, "abc", i % 4), &"\0a\0ab\0abc"[starts[i % 4]]);
	}
	for (i = 0; i < 500; i++) {
		for (j = 0; j < (i * 7919) % 5000; j++)
			wrong += blocks[i][j] != (uint8_t)i;
	}
	ck_assert_uint_eq(wrong, 0);
	ck_assert_ptr_nonnull(arena_alloc(&arena, 5u << 20));
	ck_assert_ptr_null(arena_alloc(&arena, SIZE_MAX - 8));
	arena_release(&arena);
	ck_assert_uint_eq(memory_used(memory), 0);
	memory_unref(memory);
}
END_TEST

#define KEYS 2000

START_TEST(test_hash)
{
	struct memory *memory = new_memory(0);
	static char values[KEYS];
	static bool there[KEYS];
	struct hash hash;
	size_t i, len = 0, at = 0;
	unsigned random = 1;

	hash_init(&hash, memory);
	memset(there, 0, sizeof(there));
	ck_assert_ptr_null(hash_get(&hash, 1, 1));
	hash_remove(&hash, 1, 1);
	for (i = 0; i < 40000; i++) {
		size_t key;

		random = random * 1103515245u + 12345u;
		key = (random >> 8) % KEYS;
		ck_assert_ptr_eq(hash_get(&hash, key, key / 3), there[key] ? &values[key] : NULL);
		if ((random >> 24) % 2) {
			ck_assert_int_eq(hash_put(&hash, key, key / 3, &values[key]), 0);
			len += !there[key];
			there[key] = true;
		} else {
			hash_remove(&hash, key, key / 3);
			len -= there[key];
			there[key] = false;
		}
		ck_assert_uint_eq(hash.len, len);
	}
	for (i = 0; i < KEYS; i++)
		ck_assert_ptr_eq(hash_get(&hash, i, i / 3), there[i] ? &values[i] : NULL);
	for (i = 0; hash_next(&hash, &at); i++)
		;
	ck_assert_uint_eq(i, len);
	hash_release(&hash);
	ck_assert_uint_eq(memory_used(memory), 0);
	memory_unref(memory);
}
END_TEST

START_TEST(test_text)
{
	struct memory *memory = new_memory(0);
	struct text *texts[300] = { NULL };
	struct text_pool pool;
	unsigned random = 7;
	size_t i, k, used;
	char data[1200];

	text_pool_init(&pool, memory);
	for (i = 0; i < 20000; i++) {
		size_t len;

		random = random * 1103515245u + 12345u;
		k = (random >> 8) % 300;
		len = k * 4; /* large ones are not kept when freed */
		memset(data, 'a' + (int)k % 26, len);
		if (texts[k]) {
			struct text *again = text_intern(&pool, data, len);

			ck_assert_ptr_eq(again, texts[k]);
			ck_assert_uint_eq(again->refs, 2);
			text_unref(&pool, again);
			text_replace(&pool, &texts[k], NULL);
		} else {
			texts[k] = text_intern(&pool, data, len);
			ck_assert_uint_eq(texts[k]->refs, 1);
			ck_assert_uint_eq(texts[k]->len, len);
			ck_assert_mem_eq(texts[k]->data, data, len);
			ck_assert_int_eq(texts[k]->data[len], 0);
		}
	}
	for (k = 0; k < 300; k++)
		text_unref(&pool, texts[k]);
	ck_assert_uint_eq(pool.len, 0);
	/* What comes and goes costs nothing new. */
	text_unref(&pool, text_intern(&pool, "name", 4));
	used = memory_used(memory);
	for (i = 0; i < 1000; i++)
		text_unref(&pool, text_intern(&pool, "another name", 12));
	ck_assert_uint_le(memory_used(memory), used + 96);
	text_pool_release(&pool);
	ck_assert_uint_eq(memory_used(memory), 0);
	memory_unref(memory);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("base");

	tcase_add_test(tcase, test_memory_limit);
	tcase_add_test(tcase, test_memory_pressure);
	tcase_add_test(tcase, test_arena);
	tcase_add_test(tcase, test_hash);
	tcase_add_test(tcase, test_text);
	return run_suite("base", tcase);
}
