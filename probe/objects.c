/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes by file and socket: on and off, and their rows. While it is off the program is not attached
 * and the tables are empty; each time begins from zero.
 */
#include "objects.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "bpf/object.h"
#include "hook.h"
#include "table.h"
#include "probe/stream.skel.h"

/* Keys that are deleted after a scan. */
struct doomed {
	uint8_t *keys; /* owned */
	size_t len, size, key_bytes;
};

static int doomed_add(struct doomed *doomed, const void *key)
{
	if (doomed->len == doomed->size) {
		size_t size = doomed->size ? doomed->size * 2 : 256;
		uint8_t *keys = reallocarray(doomed->keys, size, doomed->key_bytes);

		if (!keys)
			return -ENOMEM;
		doomed->keys = keys;
		doomed->size = size;
	}
	memcpy(doomed->keys + doomed->len++ * doomed->key_bytes, key, doomed->key_bytes);
	return 0;
}

static void doomed_delete(struct doomed *doomed, const struct table *table)
{
	for (size_t i = 0; i < doomed->len; i++)
		table_delete(table, doomed->keys + i * doomed->key_bytes);
	free(doomed->keys);
}

static int doom_each(void *ctx, const void *key, const void *value)
{
	return doomed_add(ctx, key);
}

static void table_clear(const struct table *table)
{
	struct doomed doomed = { .key_bytes = bpf_map__key_size(table->map) };

	table_scan(table, doom_each, &doomed);
	doomed_delete(&doomed, table);
}

static void objects_clear(struct probe *probe)
{
	struct table rows = TABLE_OF(probe->stream, objects);
	struct table names = TABLE_OF(probe->stream, object_names);

	table_clear(&rows);
	table_clear(&names);
	memset(&probe->stream->bss->objects_other, 0, sizeof(probe->stream->bss->objects_other));
}

int probe_want_objects(struct probe *probe, enum probe_objects wanted)
{
	int rc;

	if (!probe_stream_ready(probe))
		return wanted == PROBE_OBJECTS_OFF ? 0 : -EAGAIN;
	if (probe->objects_wanted == (wanted == PROBE_OBJECTS_ON))
		return 0;
	if (!probe->objects_hook) {
		rc = hook_new(probe->stream->progs.count_objects, "saker-objects",
			      &probe->objects_hook);
		if (rc < 0)
			return rc;
	}
	objects_clear(probe);
	probe->objects_wanted = wanted == PROBE_OBJECTS_ON;
	hook_want(probe->objects_hook, probe->objects_wanted);
	return 1;
}

int probe_objects(const struct probe *probe)
{
	int state = probe->objects_hook && probe->objects_wanted ? hook_state(probe->objects_hook)
								 : HOOK_OFF;

	return state == HOOK_ON ? PROBE_OBJECTS_ON : state < 0 ? state : PROBE_OBJECTS_OFF;
}

int probe_object_name(struct probe *probe, uint32_t dev, uint64_t ino, struct object_name *ret_name)
{
	const struct object_id id = { .ino = ino, .dev = dev };
	struct table names;

	if (!probe_stream_ready(probe))
		return -ENOENT;
	names = TABLE_OF(probe->stream, object_names);
	return table_get(&names, &id, ret_name);
}

/* One pass over the rows. */
struct object_scan {
	const struct probe_counter_sink *sink;
	objects_forgotten_fn forgotten;
	const void *ctx;
	struct doomed doomed;
};

static int object_emit(void *ctx, const void *key, const void *value)
{
	struct object_scan *scan = ctx;
	const struct object_key *from = key;
	const struct object_bytes *bytes = value;

	if (scan->forgotten(scan->ctx, from->pid, from->start))
		return doomed_add(&scan->doomed, from);
	scan->sink->object(scan->sink->ctx, &(struct object_count){
						    .start_boot_ns = from->start,
						    .ino = from->ino,
						    .in = bytes->in,
						    .out = bytes->out,
						    .ops = bytes->ops,
						    .pid = from->pid,
						    .dev = from->dev,
						    .socket = bytes->socket,
					    });
	return 0;
}

int objects_read(struct probe *probe, const struct probe_counter_sink *sink,
		 objects_forgotten_fn forgotten, const void *ctx)
{
	struct object_scan scan = { .sink = sink, .forgotten = forgotten, .ctx = ctx };
	struct object_count other = { .ino = 0 };
	struct table table;
	int rc;

	if (!sink->object || !probe->objects_wanted)
		return 0;
	table = TABLE_OF(probe->stream, objects);
	scan.doomed.key_bytes = sizeof(struct object_key);
	rc = table_scan(&table, object_emit, &scan);
	doomed_delete(&scan.doomed, &table);
	other.in = __atomic_load_n(&probe->stream->bss->objects_other.in, __ATOMIC_RELAXED);
	other.out = __atomic_load_n(&probe->stream->bss->objects_other.out, __ATOMIC_RELAXED);
	other.ops = __atomic_load_n(&probe->stream->bss->objects_other.ops, __ATOMIC_RELAXED);
	if (rc == 0 && other.ops)
		sink->object(sink->ctx, &other);
	return rc;
}

void objects_free(struct probe *probe)
{
	hook_free(probe->objects_hook);
	probe->objects_hook = NULL;
}
