/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BPF_MAP_LOOKUP_BATCH walks a hash bucket by bucket (kernel/bpf/hashtab.c): -ENOSPC says that the
 * next bucket does not fit the room given, -ENOENT that the table's end was reached.
 *
 * The iterator stops where the reader's buffer is full and goes on behind as many entries of the
 * bucket as it had shown: one that was made in front of them meanwhile has it show another again.
 */
#include "table.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "bpf/table_call.h"

#define BATCH_ENTRIES 4096u
#define READ_BYTES (64u << 10) /* twice what the kernel's iterator fills at a time */

void table_choose(struct bpf_object *object, enum table_access access)
{
	struct bpf_program *program;

	bpf_object__for_each_program (program, object) {
		const char *section = bpf_program__section_name(program);

		if (strcmp(section, "iter/bpf_map_elem") != 0 && strcmp(section, "syscall") != 0)
			continue;
		bpf_program__set_autoload(program, access == TABLE_BY_PROGRAMS);
		bpf_program__set_autoattach(program, false);
	}
}

/* Entries, each a key and its value. */
struct entries {
	uint8_t *bytes; /* owned */
	size_t len, size;
};

static int entries_read(int fd, struct entries *entries)
{
	for (;;) {
		ssize_t got;

		if (entries->size - entries->len < READ_BYTES) {
			size_t size = 2 * entries->size + READ_BYTES;
			uint8_t *bigger = realloc(entries->bytes, size);

			if (!bigger)
				return -ENOMEM;
			entries->bytes = bigger;
			entries->size = size;
		}
		got = read(fd, entries->bytes + entries->len, entries->size - entries->len);
		if (got < 0 && errno != EINTR && errno != EAGAIN)
			return -errno;
		if (got == 0)
			return 0;
		if (got > 0)
			entries->len += (size_t)got;
	}
}

static int key_compare(const void *a, const void *b, void *key_bytes)
{
	return memcmp(a, b, *(const size_t *)key_bytes);
}

static int entries_emit(struct entries *entries, const struct table *table, table_fn fn, void *ctx)
{
	size_t key_bytes = bpf_map__key_size(table->map);
	size_t entry_bytes = key_bytes + bpf_map__value_size(table->map);
	const uint8_t *last = NULL;
	int rc = 0;

	if (entries->len)
		qsort_r(entries->bytes, entries->len / entry_bytes, entry_bytes, key_compare,
			&key_bytes);
	for (size_t at = 0; rc == 0 && entry_bytes <= entries->len - at; at += entry_bytes) {
		const uint8_t *entry = entries->bytes + at;

		if (!last || memcmp(last, entry, key_bytes) != 0)
			rc = fn(ctx, entry, entry + key_bytes);
		last = entry;
	}
	return rc;
}

static int scan_iterator(const struct table *table, table_fn fn, void *ctx)
{
	union bpf_iter_link_info info = { .map = { .map_fd = (uint32_t)bpf_map__fd(table->map) } };
	LIBBPF_OPTS(bpf_iter_attach_opts, opts, .link_info = &info, .link_info_len = sizeof(info));
	struct bpf_link *link = bpf_program__attach_iter(table->dump, &opts);
	struct entries entries = { .bytes = NULL };
	int fd, rc;

	if (!link)
		return -errno;
	fd = bpf_iter_create(bpf_link__fd(link));
	rc = fd < 0 ? -errno : entries_read(fd, &entries);
	if (fd >= 0)
		close(fd);
	bpf_link__destroy(link);
	if (rc == 0)
		rc = entries_emit(&entries, table, fn, ctx);
	free(entries.bytes);
	return rc;
}

static int scan_batches(const struct table *table, table_fn fn, void *ctx)
{
	size_t key_bytes = bpf_map__key_size(table->map);
	size_t value_bytes = bpf_map__value_size(table->map);
	uint8_t *keys = malloc(BATCH_ENTRIES * key_bytes);
	uint8_t *values = malloc(BATCH_ENTRIES * value_bytes);
	/* The position is opaque: a bucket number, but the kernel copies up to a key's size. */
	uint8_t position[64] = { 0 };
	void *in = NULL;
	int rc = keys && values ? 0 : -ENOMEM;

	while (rc == 0) {
		uint32_t len = BATCH_ENTRIES;
		int done;

		done = bpf_map_lookup_batch(bpf_map__fd(table->map), in, position, keys, values,
					    &len, NULL);
		if (done != 0 && done != -ENOENT) {
			rc = done;
			break;
		}
		for (uint32_t i = 0; rc == 0 && i < len; i++)
			rc = fn(ctx, keys + i * key_bytes, values + i * value_bytes);
		if (done == -ENOENT)
			break;
		in = position;
	}
	free(keys);
	free(values);
	return rc;
}

static bool has_programs(const struct table *table)
{
	return bpf_program__fd(table->edit) >= 0;
}

int table_scan(const struct table *table, table_fn fn, void *ctx)
{
	return has_programs(table) ? scan_iterator(table, fn, ctx) : scan_batches(table, fn, ctx);
}

static int edit(const struct table *table, enum table_op op, const void *key, const void *value)
{
	struct table_call call = { .op = op };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = &call, .ctx_size_in = sizeof(call));
	int rc;

	memcpy(call.key, key, bpf_map__key_size(table->map));
	if (value)
		memcpy(&call.value, value, bpf_map__value_size(table->map));
	rc = bpf_prog_test_run_opts(bpf_program__fd(table->edit), &opts);
	return rc < 0 ? rc : call.result;
}

int table_get(const struct table *table, const void *key, void *ret_value)
{
	int rc;

	if (!has_programs(table))
		return bpf_map_lookup_elem(bpf_map__fd(table->map), key, ret_value);
	rc = edit(table, TABLE_GET, key, NULL);
	if (rc == 0)
		memcpy(ret_value, table->got, bpf_map__value_size(table->map));
	return rc;
}

int table_put(const struct table *table, const void *key, const void *value)
{
	if (!has_programs(table))
		return bpf_map_update_elem(bpf_map__fd(table->map), key, value, BPF_ANY);
	if (bpf_map__value_size(table->map) > TABLE_PUT_MAX)
		return -E2BIG;
	return edit(table, TABLE_PUT, key, value);
}

int table_delete(const struct table *table, const void *key)
{
	if (!has_programs(table))
		return bpf_map_delete_elem(bpf_map__fd(table->map), key);
	return edit(table, TABLE_DELETE, key, NULL);
}
