/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BPF_MAP_LOOKUP_BATCH walks a hash bucket by bucket (kernel/bpf/hashtab.c): -ENOSPC says that the
 * next bucket does not fit the room given, -ENOENT that the table's end was reached.
 *
 * Step by step: looking for the next key leaves no program out, and a lookup does for some
 * instructions only.
 */
#include "table.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#define BATCH_ENTRIES 4096u

static int scan_steps(const struct table_shape *table, table_fn fn, void *ctx)
{
	uint8_t *key = malloc(table->key_bytes), *value = malloc(table->value_bytes);
	int rc = key && value ? bpf_map_get_next_key(table->fd, NULL, key) : -ENOMEM;

	while (rc == 0) {
		rc = bpf_map_lookup_elem(table->fd, key, value);
		if (rc == 0)
			rc = fn(ctx, key, value);
		if (rc == 0)
			rc = bpf_map_get_next_key(table->fd, key, key);
	}
	free(key);
	free(value);
	return rc == -ENOENT ? 0 : rc;
}

static int scan_batches(const struct table_shape *table, table_fn fn, void *ctx)
{
	uint8_t *keys = malloc(BATCH_ENTRIES * table->key_bytes);
	uint8_t *values = malloc(BATCH_ENTRIES * table->value_bytes);
	/* The position is opaque: a bucket number, but the kernel copies up to a key's size. */
	uint8_t position[64] = { 0 };
	void *in = NULL;
	int rc = keys && values ? 0 : -ENOMEM;

	while (rc == 0) {
		uint32_t len = BATCH_ENTRIES;
		int done;

		done = bpf_map_lookup_batch(table->fd, in, position, keys, values, &len, NULL);
		if (done != 0 && done != -ENOENT) {
			rc = done;
			break;
		}
		for (uint32_t i = 0; rc == 0 && i < len; i++)
			rc = fn(ctx, keys + i * table->key_bytes, values + i * table->value_bytes);
		if (done == -ENOENT)
			break;
		in = position;
	}
	free(keys);
	free(values);
	return rc;
}

int table_scan(const struct table_shape *table, table_fn fn, void *ctx)
{
	return table->stepwise ? scan_steps(table, fn, ctx) : scan_batches(table, fn, ctx);
}
