/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Accounted memory: every byte that the state keeps is taken through one struct memory, which holds
 * a limit. It is shared with snapshots, which outlive the state and may be freed in any thread:
 * reference-counted, atomic. Sizes are given back by the caller, nothing is stored beside a block.
 */
#ifndef STATE_BASE_MEMORY_H
#define STATE_BASE_MEMORY_H

#include <stddef.h>
#include <stdint.h>

struct memory;

/* Returns 0 or -ENOMEM. limit_bytes 0 = none. */
int memory_new(size_t limit_bytes, struct memory **ret_memory);
struct memory *memory_ref(struct memory *memory);
void memory_unref(struct memory *memory);

/*
 * Asked when an allocation would pass the limit; frees what it can and returns nonzero when it
 * freed something. Called in the allocating thread, so only for owners that live in one thread.
 */
typedef int (*memory_pressure_fn)(void *ctx, size_t bytes);
void memory_set_pressure(struct memory *memory, memory_pressure_fn fn, void *ctx);

/* Zeroed bytes, NULL when the limit or the system refuses. */
void *memory_alloc(struct memory *memory, size_t bytes);
/* The same without zeroing. */
void *memory_alloc_raw(struct memory *memory, size_t bytes);
void memory_free(struct memory *memory, void *block, size_t bytes);
/* Grows a block; NULL on failure, the old one is then untouched. New bytes are not zeroed. */
void *memory_grow(struct memory *memory, void *block, size_t old_bytes, size_t new_bytes);

size_t memory_used(const struct memory *memory);
size_t memory_limit(const struct memory *memory);
/* Tests: the n-th allocation from now on fails, and every later one; 0 = never. */
void memory_fail_after(struct memory *memory, unsigned n);

#endif
