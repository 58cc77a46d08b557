/* SPDX-License-Identifier: Apache-2.0 */
/* Accounted memory, see memory.h. */
#include "memory.h"
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* Invariant: used is the sum of all blocks given out and not given back. */
struct memory {
	atomic_size_t used;
	size_t limit;
	atomic_uint refs;
	atomic_uint fail_after; /* 0 = off, 1 = fail now */
	memory_pressure_fn pressure;
	void *pressure_ctx;
};

int memory_new(size_t limit_bytes, struct memory **ret_memory)
{
	struct memory *memory = calloc(1, sizeof(*memory));

	if (!memory)
		return -ENOMEM;
	memory->limit = limit_bytes;
	atomic_init(&memory->refs, 1);
	*ret_memory = memory;
	return 0;
}

struct memory *memory_ref(struct memory *memory)
{
	atomic_fetch_add_explicit(&memory->refs, 1, memory_order_relaxed);
	return memory;
}

void memory_unref(struct memory *memory)
{
	if (memory && atomic_fetch_sub_explicit(&memory->refs, 1, memory_order_acq_rel) == 1)
		free(memory);
}

void memory_set_pressure(struct memory *memory, memory_pressure_fn fn, void *ctx)
{
	memory->pressure = fn;
	memory->pressure_ctx = ctx;
}

/* Books bytes; 0 when the limit refuses them. */
static int memory_take(struct memory *memory, size_t bytes)
{
	unsigned fail = atomic_load_explicit(&memory->fail_after, memory_order_relaxed);

	if (fail == 1)
		return 0;
	if (fail)
		atomic_store_explicit(&memory->fail_after, fail - 1, memory_order_relaxed);
	while (memory->limit && memory_used(memory) + bytes > memory->limit) {
		if (!memory->pressure || !memory->pressure(memory->pressure_ctx, bytes))
			return 0;
	}
	atomic_fetch_add_explicit(&memory->used, bytes, memory_order_relaxed);
	return 1;
}

void *memory_alloc(struct memory *memory, size_t bytes)
{
	void *block;

	if (!memory_take(memory, bytes))
		return NULL;
	block = calloc(1, bytes);
	if (!block)
		atomic_fetch_sub_explicit(&memory->used, bytes, memory_order_relaxed);
	return block;
}

void *memory_alloc_raw(struct memory *memory, size_t bytes)
{
	void *block;

	if (!memory_take(memory, bytes))
		return NULL;
	block = malloc(bytes);
	if (!block)
		atomic_fetch_sub_explicit(&memory->used, bytes, memory_order_relaxed);
	return block;
}

void memory_free(struct memory *memory, void *block, size_t bytes)
{
	if (!block)
		return;
	free(block);
	atomic_fetch_sub_explicit(&memory->used, bytes, memory_order_relaxed);
}

void *memory_grow(struct memory *memory, void *block, size_t old_bytes, size_t new_bytes)
{
	void *grown;

	if (!memory_take(memory, new_bytes - old_bytes))
		return NULL;
	grown = realloc(block, new_bytes);
	if (!grown)
		atomic_fetch_sub_explicit(&memory->used, new_bytes - old_bytes,
					  memory_order_relaxed);
	return grown;
}

size_t memory_used(const struct memory *memory)
{
	return atomic_load_explicit(&memory->used, memory_order_relaxed);
}

size_t memory_limit(const struct memory *memory)
{
	return memory->limit;
}

void memory_fail_after(struct memory *memory, unsigned n)
{
	atomic_store_explicit(&memory->fail_after, n, memory_order_relaxed);
}
