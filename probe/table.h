/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a whole BPF hash map while the programs write to it. */
#ifndef PROBE_TABLE_H
#define PROBE_TABLE_H

#include <stdbool.h>
#include <stddef.h>

struct table_shape {
	int fd;
	size_t key_bytes, value_bytes;
	bool stepwise; /* one entry a call, during which programs are left out: see guard.h */
};

/*
 * Calls fn for every entry. An entry that exists during the whole scan is seen exactly once; one
 * that is made meanwhile may be missed. fn must not delete. 0, -ENOMEM or the error of the system
 * call.
 */
typedef int (*table_fn)(void *ctx, const void *key, const void *value);
int table_scan(const struct table_shape *table, table_fn fn, void *ctx);

#endif
