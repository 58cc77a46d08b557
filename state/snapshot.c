/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Publishing: tables are copied into one arena per refresh and shared by the snapshots made until
 * the next; a snapshot adds the history as it is then, and the probe's health.
 *
 *   snapshot_box -> tables (refs) -> arena: rows and their text
 *                -> history_chunk[] -> blocks (refs)
 *
 * Whoever drops the last reference frees, in any thread; nothing here is written after publishing
 * but the reference counts.
 */
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include "room.h"
#include "snapshot_tables.h"

#define SNAPSHOT_NOTICE 400 /* more than state.notice and what is said of memory */

struct snapshot_box {
	struct snapshot public; /* first: what others see */
	atomic_uint refs;
	size_t bytes;
	struct memory *memory; /* a reference */
	struct tables *tables; /* a reference */
	struct rule_rows *rules;
	struct explained *explained;
};

static void snapshot_fill_health(const struct state *state, struct health_row *health)
{
	*health = state->health;
	health->calls = state->total.calls;
	health->calls_delta = state->delta.calls;
	health->inexact |= state->inexact || state->stale;
	health->memory_bytes = memory_used(state->memory);
	health->memory_limit_bytes = memory_limit(state->memory);
	health->rows_evicted = state->evictions;
	health->roomless = state->roomless;
	health->evictions = state->evictions + state->history.evicted + state->hits.evicted;
	memcpy(health->hits, state->hit_counts, sizeof(health->hits));
}

/*
 * One block of memory:  box | chunk pointers | chunks | buffer rows | notice
 * The caller takes over the pointers' targets.
 */
static struct snapshot_box *snapshot_box_new(const struct state *state, const char *said,
					     size_t notice_bytes)
{
	size_t events = state->history.blocks_len, chunks = events + state->hits.blocks_len;
	size_t bytes = sizeof(struct snapshot_box) +
		       chunks * (sizeof(struct history_chunk *) + sizeof(struct history_chunk)) +
		       state->buffers_len * sizeof(struct buffer_row) + notice_bytes;
	struct snapshot_box *box = memory_alloc(state->memory, bytes);
	struct history_chunk **pointers;
	struct history_chunk *views;
	struct buffer_row *buffers;
	char *notice;
	size_t i;

	if (!box)
		return NULL;
	pointers = (struct history_chunk **)(box + 1);
	views = (struct history_chunk *)(pointers + chunks);
	buffers = (struct buffer_row *)(views + chunks);
	notice = (char *)(buffers + state->buffers_len);
	atomic_init(&box->refs, 1);
	box->bytes = bytes;
	history_hold(&state->history, views);
	history_hold(&state->hits, views + events);
	for (i = 0; i < chunks; i++)
		pointers[i] = &views[i];
	if (state->buffers_len)
		memcpy(buffers, state->buffers, state->buffers_len * sizeof(*buffers));
	snapshot_fill_health(state, &box->public.health);
	if (notice_bytes)
		memcpy(notice, said, notice_bytes);
	box->public.health.notice = notice_bytes ? notice : NULL;
	box->public.chunks = pointers;
	box->public.chunks_len = events;
	box->public.hit_chunks = pointers + events;
	box->public.hit_chunks_len = chunks - events;
	box->public.buffers = buffers;
	box->public.buffers_len = state->buffers_len;
	return box;
}

/* The first event that was streamed, or the oldest that is still in memory. */
static uint64_t since_ns(const struct state *state, const struct snapshot *snapshot)
{
	if (snapshot->events_first <= 1 || !snapshot->chunks_len ||
	    !history_chunk_len(snapshot->chunks[0]))
		return state->streaming_since_ns;
	return history_chunk_at(snapshot->chunks[0], 0)->ts_ns;
}

/* What the screen has to say: of memory, and what the owner says. Returns its bytes with NUL. */
static size_t snapshot_notice(const struct state *state, char text[SNAPSHOT_NOTICE])
{
	size_t len = 0;

	text[0] = '\0';
	if (state->evictions || state->roomless)
		len = (size_t)snprintf(
			text, SNAPSHOT_NOTICE,
			"memory limit (--memory %zuM): %llu threads have no row, "
			"%llu rows gave up room%s",
			memory_limit(state->memory) >> 20, (unsigned long long)state->roomless,
			(unsigned long long)state->evictions, state->notice[0] ? "; " : "");
	len += (size_t)snprintf(text + len, SNAPSHOT_NOTICE - len, "%s", state->notice);
	return len ? len + 1 : 0;
}

int state_publish(struct state *state, struct snapshot **ret_snapshot)
{
	char notice[SNAPSHOT_NOTICE];
	struct snapshot_box *box;
	struct snapshot *public;
	struct tables *tables;
	int r;

	if (tables_stale(state)) {
		r = tables_make(state);
		if (r == -ENOMEM) {
			/* The tables before can go too: readers have their own reference. */
			state_drop_tables(state);
			room_make_all(state);
			r = tables_make(state);
		}
		if (r < 0)
			return r;
	}
	box = snapshot_box_new(state, notice, snapshot_notice(state, notice));
	if (!box)
		return -ENOMEM;
	tables = state->tables;
	atomic_fetch_add_explicit(&tables->refs, 1, memory_order_relaxed);
	box->tables = tables;
	box->memory = memory_ref(state->memory);
	box->rules = rule_rows_ref(state->rules);
	box->explained = explained_ref(state->explained);
	public = &box->public;
	public->seq = ++state->snapshot_seq;
	public->time_ns = tables->time_ns;
	public->interval_ns = tables->interval_ns;
	public->boot_epoch_ns = state->boot_epoch_ns;
	public->host = tables->host;
	public->procs = tables->procs;
	public->procs_len = tables->procs_len;
	public->calls = tables->calls;
	public->calls_len = tables->calls_len;
	public->syscalls = tables->syscalls;
	public->syscalls_len = tables->syscalls_len;
	public->errnos = tables->errnos;
	public->errnos_len = tables->errnos_len;
	public->threads = tables->threads;
	public->threads_len = tables->threads_len;
	public->activities = tables->activities;
	public->activities_len = tables->activities_len;
	public->containers = tables->containers;
	public->containers_len = tables->containers_len;
	public->objects_counted = tables->objects_counted;
	public->fds = tables->fds;
	public->fds_len = tables->fds_len;
	public->fds_omitted = tables->fds_omitted;
	public->rules_len = rule_rows_len(box->rules);
	public->rules = public->rules_len ? rule_rows_at(box->rules, 0) : NULL;
	public->explained = box->explained;
	public->saved = state->saved;
	public->counted = state->counted;
	public->events_first = history_first(&state->history);
	public->events_end = state->history.last_num + 1;
	public->hits_first = history_first(&state->hits);
	public->hits_end = state->hits.last_num + 1;
	public->streaming_since_ns = since_ns(state, public);
	*ret_snapshot = public;
	return 0;
}

/* The box of a snapshot: public is its first member. */
static struct snapshot_box *snapshot_box(struct snapshot *snapshot)
{
	return (struct snapshot_box *)(void *)snapshot;
}

struct snapshot *snapshot_ref(struct snapshot *snapshot)
{
	if (snapshot)
		atomic_fetch_add_explicit(&snapshot_box(snapshot)->refs, 1, memory_order_relaxed);
	return snapshot;
}

void snapshot_unref(struct snapshot *snapshot)
{
	struct snapshot_box *box = snapshot_box(snapshot);
	struct memory *memory;
	size_t i;

	if (!box || atomic_fetch_sub_explicit(&box->refs, 1, memory_order_acq_rel) != 1)
		return;
	for (i = 0; i < snapshot->chunks_len; i++)
		history_chunk_release(snapshot->chunks[i]);
	for (i = 0; i < snapshot->hit_chunks_len; i++)
		history_chunk_release(snapshot->hit_chunks[i]);
	tables_unref(box->tables);
	rule_rows_unref(box->rules);
	explained_unref(box->explained);
	memory = box->memory;
	memory_free(memory, box, box->bytes);
	memory_unref(memory);
}

const struct proc_row *snapshot_proc(const struct snapshot *snapshot, uint32_t pid,
				     uint64_t start_boot_ns)
{
	size_t low = 0, high = snapshot->procs_len;

	while (low < high) {
		size_t middle = (low + high) / 2;
		const struct proc_row *row = &snapshot->procs[middle];

		if (row->pid == pid && row->start_boot_ns == start_boot_ns)
			return row;
		if (row->pid < pid || (row->pid == pid && row->start_boot_ns < start_boot_ns))
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* The chunk that would hold an event, by the numbers of the chunks' first events. */
static const struct history_chunk *snapshot_chunk(const struct snapshot *snapshot, uint64_t num)
{
	bool hit = num > SNAPSHOT_HIT_BASE;
	struct history_chunk *const *chunks = hit ? snapshot->hit_chunks : snapshot->chunks;
	size_t len = hit ? snapshot->hit_chunks_len : snapshot->chunks_len, low = 0, high = len;

	while (high - low > 1) {
		size_t middle = (low + high) / 2;
		const struct history_chunk *chunk = chunks[middle];

		if (history_chunk_len(chunk) && history_chunk_at(chunk, 0)->num <= num)
			low = middle;
		else
			high = middle;
	}
	return low < len ? chunks[low] : NULL;
}

const struct history_event *snapshot_event(const struct snapshot *snapshot, uint64_t num)
{
	const struct history_chunk *chunk = snapshot_chunk(snapshot, num);
	size_t low = 0, high = chunk ? history_chunk_len(chunk) : 0;

	while (low < high) {
		size_t middle = (low + high) / 2;
		const struct history_event *event = history_chunk_at(chunk, middle);

		if (event->num == num)
			return event;
		if (event->num < num)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}
