/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Snapshots of plain data for tests of views/, so that rows can be tested without an engine. It
 * defines the functions of state/snapshot.h in place of those of state/: a test program includes it
 * once, in its own file.
 */
#ifndef TESTS_UNIT_FAKE_SNAPSHOT_H
#define TESTS_UNIT_FAKE_SNAPSHOT_H

#include <stdlib.h>
#include <string.h>
#include "build_record.h"
#include "state/snapshot.h"

#ifndef FAKE_ROWS_MAX
#define FAKE_ROWS_MAX 64
#endif
#define FAKE_SECOND_NS 1000000000ull
#define FAKE_TIME_NS (1700000000ull * FAKE_SECOND_NS) /* 22:13:20 UTC */

struct history_chunk {
	const struct history_event *events;
	size_t len;
};

struct fake {
	struct snapshot snapshot; /* first: a snapshot is its fake */
	int refs;
	struct proc_row procs[FAKE_ROWS_MAX];
	struct call_row calls[FAKE_ROWS_MAX];
	struct syscall_row syscalls[FAKE_ROWS_MAX];
	struct buffer_row buffers[FAKE_ROWS_MAX];
	struct history_event events[FAKE_ROWS_MAX];
	struct history_chunk chunks[2];
	struct history_chunk *chunk_list[2];
};

/* An empty snapshot of a host with an interval of one second. */
static inline struct fake *fake_new(void)
{
	struct fake *fake = calloc(1, sizeof(*fake));

	if (!fake)
		abort();
	fake->refs = 1;
	fake->snapshot = (struct snapshot){ .seq = 1,
					    .time_ns = FAKE_TIME_NS,
					    .interval_ns = FAKE_SECOND_NS,
					    .host = "host7",
					    .procs = fake->procs,
					    .calls = fake->calls,
					    .syscalls = fake->syscalls,
					    .buffers = fake->buffers,
					    .chunks = fake->chunk_list,
					    .events_first = 1,
					    .events_end = 1 };
	for (size_t i = 0; i < 2; i++)
		fake->chunk_list[i] = &fake->chunks[i];
	return fake;
}

static inline void fake_free(struct fake *fake)
{
	for (size_t i = 0; i + 1 < fake->snapshot.events_end; i++)
		free((void *)(uintptr_t)fake->events[i].record);
	free(fake);
}

/* Texts that are not given become those of a process of root on the host. */
static inline struct proc_row *fake_proc(struct fake *fake, const struct proc_row *proc)
{
	struct proc_row *row = &fake->procs[fake->snapshot.procs_len++];

	*row = *proc;
	if (!row->user)
		row->user = "root";
	if (!row->comm)
		row->comm = "proc";
	if (!row->cmdline)
		row->cmdline = "";
	if (!row->container)
		row->container = "";
	if (!row->container_name)
		row->container_name = row->container;
	if (!row->container_image)
		row->container_image = "";
	if (!row->state)
		row->state = 'S';
	row->calls_first = (uint32_t)fake->snapshot.calls_len;
	return row;
}

/* A call of the last process added. */
static inline void fake_call(struct fake *fake, const struct call_row *call)
{
	struct call_row *row = &fake->calls[fake->snapshot.calls_len++];

	*row = *call;
	row->proc = (uint32_t)fake->snapshot.procs_len - 1;
	fake->procs[row->proc].calls_len++;
}

/* The next event; chunk 0 holds the first half_len of them, chunk 1 the others. */
static inline struct history_event *fake_event(struct fake *fake, struct build_record *record)
{
	struct snapshot *snapshot = &fake->snapshot;
	struct history_event *kept = &fake->events[snapshot->events_end - 1];
	size_t len = build_record_finish(record);
	uint8_t *copy = malloc(len);

	if (!copy)
		abort();
	memcpy(copy, record->data, len);
	*kept = (struct history_event){ .num = snapshot->events_end++,
					.ts_ns = record->prefix.ts_ns,
					.record = copy,
					.record_len = (uint32_t)len,
					.fd_name = "",
					.user = "root",
					.container = "" };
	fake->chunks[0] = (struct history_chunk){ .events = fake->events,
						  .len = (snapshot->events_end - 1) / 2 };
	fake->chunks[1] = (struct history_chunk){
		.events = fake->events + fake->chunks[0].len,
		.len = snapshot->events_end - 1 - fake->chunks[0].len,
	};
	snapshot->chunks_len = 2;
	return kept;
}

struct snapshot *snapshot_ref(struct snapshot *snapshot)
{
	if (snapshot)
		((struct fake *)snapshot)->refs++;
	return snapshot;
}

void snapshot_unref(struct snapshot *snapshot)
{
	if (snapshot)
		((struct fake *)snapshot)->refs--;
}

const struct proc_row *snapshot_proc(const struct snapshot *snapshot, uint32_t pid,
				     uint64_t start_boot_ns)
{
	for (size_t i = 0; i < snapshot->procs_len; i++)
		if (snapshot->procs[i].pid == pid &&
		    snapshot->procs[i].start_boot_ns == start_boot_ns)
			return &snapshot->procs[i];
	return NULL;
}

size_t history_chunk_len(const struct history_chunk *chunk)
{
	return chunk->len;
}

const struct history_event *history_chunk_at(const struct history_chunk *chunk, size_t index)
{
	return &chunk->events[index];
}

const struct history_event *snapshot_event(const struct snapshot *snapshot, uint64_t num)
{
	const struct fake *fake = (const struct fake *)snapshot;

	return num >= snapshot->events_first && num < snapshot->events_end ? &fake->events[num - 1]
									   : NULL;
}

#endif
