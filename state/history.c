/* SPDX-License-Identifier: Apache-2.0 */
/* The event history, see history.h. */
#include "history.h"
#include <assert.h>
#include <errno.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <string.h>
#include "probe/schema/record.h"

#define HISTORY_BLOCK_MAX (1u << 20)
#define HISTORY_BLOCK_MIN (160u << 10) /* the largest record and its names fit */
#define HISTORY_BLOCKS_WANTED 32       /* dropping one loses so small a part */

struct history_block {
	struct memory *memory; /* a reference */
	atomic_uint refs;
	size_t bytes; /* of the whole block */
	uint64_t stamp;
	size_t len;       /* events; written by the owner only */
	size_t low, high; /* free bytes are data[low .. high) */
	_Alignas(8) uint8_t data[];
};

int history_init(struct history *history, struct memory *memory, size_t share_bytes)
{
	size_t block_bytes = share_bytes / HISTORY_BLOCKS_WANTED;

	if (block_bytes > HISTORY_BLOCK_MAX)
		block_bytes = HISTORY_BLOCK_MAX;
	if (block_bytes < HISTORY_BLOCK_MIN)
		block_bytes = HISTORY_BLOCK_MIN;
	*history = (struct history){
		.memory = memory,
		.block_bytes = block_bytes,
		.share_bytes = share_bytes > block_bytes ? share_bytes : block_bytes,
	};
	history->blocks_size = history->share_bytes / block_bytes + 1;
	history->blocks = memory_alloc(memory, history->blocks_size * sizeof(history->blocks[0]));
	history->drops = memory_alloc(memory, SNAPSHOT_BUFFERS_MAX * sizeof(history->drops[0]));
	if (history->blocks && history->drops)
		return 0;
	history_release(history);
	return -ENOMEM;
}

static void history_block_unref(struct history_block *block)
{
	struct memory *memory = block->memory;

	if (atomic_fetch_sub_explicit(&block->refs, 1, memory_order_acq_rel) != 1)
		return;
	memory_free(memory, block, block->bytes);
	memory_unref(memory);
}

void history_release(struct history *history)
{
	size_t i;

	for (i = 0; history->blocks && i < history->blocks_len; i++)
		history_block_unref(history->blocks[i]);
	memory_free(history->memory, history->blocks,
		    history->blocks_size * sizeof(history->blocks[0]));
	memory_free(history->memory, history->drops,
		    SNAPSHOT_BUFFERS_MAX * sizeof(history->drops[0]));
	*history = (struct history){ .memory = history->memory };
}

int history_drop(struct history *history)
{
	if (history->blocks_len < 2)
		return 0;
	history_block_unref(history->blocks[0]);
	history->blocks_len--;
	memmove(&history->blocks[0], &history->blocks[1],
		history->blocks_len * sizeof(history->blocks[0]));
	history->evicted++;
	return 1;
}

/* Would another block take what the tables need? Snapshots may hold many dropped ones. */
static int history_is_crowded(const struct history *history)
{
	size_t limit = memory_limit(history->memory);

	return limit && memory_used(history->memory) + history->block_bytes > limit / 8 * 7;
}

/* A fresh block at the end of the list; 0 when there is no memory. */
static int history_extend(struct history *history)
{
	struct history_block *block;

	while (history->blocks_len &&
	       (history->blocks_len + 1) * history->block_bytes > history->share_bytes) {
		if (history->blocks_len == 1) {
			history_block_unref(history->blocks[0]);
			history->blocks_len = 0;
			history->evicted++;
		} else {
			history_drop(history);
		}
	}
	while (history_is_crowded(history)) {
		if (!history_drop(history))
			return 0;
	}
	block = memory_alloc_raw(history->memory, history->block_bytes);
	if (!block)
		return 0;
	*block = (struct history_block){
		.memory = memory_ref(history->memory),
		.bytes = history->block_bytes,
		.stamp = ++history->stamps,
		.high = history->block_bytes - sizeof(*block),
	};
	atomic_init(&block->refs, 1);
	assert(history->blocks_len < history->blocks_size);
	history->blocks[history->blocks_len++] = block;
	return 1;
}

/* Bytes from the upper end of the free space, NULL when an event's header would not fit then. */
static void *history_take(struct history_block *block, size_t bytes)
{
	if (block->high - block->low < bytes + sizeof(struct history_event))
		return NULL;
	block->high -= bytes;
	return block->data + block->high;
}

/* The block's copy of a text; NULL when it has no room. */
static const char *history_text(struct history_block *block, struct text *text)
{
	char *copy;

	if (!text || !text->len)
		return "";
	if (text->stamp[TEXT_IN_HISTORY] == block->stamp)
		return text->copy[TEXT_IN_HISTORY];
	copy = history_take(block, text->len + 1u);
	if (!copy)
		return NULL;
	memcpy(copy, text->data, text->len + 1u);
	text->stamp[TEXT_IN_HISTORY] = block->stamp;
	text->copy[TEXT_IN_HISTORY] = copy;
	return copy;
}

/* The names of an event's descriptors; 0 when the block is full. */
static int history_fill_fds(struct history_block *block, struct history_event *event,
			    const struct fd_names *names)
{
	size_t len = names ? names->len : 0;
	struct fd_name *fds;
	uintptr_t place;

	event->fds = NULL;
	event->fds_len = (uint32_t)len;
	if (!len)
		return 1;
	place = (uintptr_t)history_take(block, len * sizeof(*fds) + alignof(struct fd_name) - 1);
	if (!place)
		return 0;
	fds = (struct fd_name *)((place + alignof(struct fd_name) - 1) &
				 ~(uintptr_t)(alignof(struct fd_name) - 1));
	for (size_t i = 0; i < len; i++) {
		fds[i].fd = names->list[i].fd;
		fds[i].name = history_text(block, names->list[i].name);
		if (!fds[i].name)
			return 0;
	}
	event->fds = fds;
	return 1;
}

/* Fills the next event of a block; 0 when the block is full. */
static int history_fill(struct history_block *block, struct history_event *event,
			const void *record, const struct history_names *names)
{
	uint8_t *bytes;

	event->fd_name = history_text(block, names->fd_name);
	event->user = history_text(block, names->user);
	event->container = history_text(block, names->container);
	if (names->hit) {
		bytes = history_take(block, names->hit_len);
		if (!bytes)
			return 0;
		memcpy(bytes, names->hit, names->hit_len);
		event->hit = bytes;
	}
	if (!history_fill_fds(block, event, names->fds))
		return 0;
	bytes = history_take(block, event->record_len);
	if (!event->fd_name || !event->user || !event->container || !bytes)
		return 0;
	memcpy(bytes, record, event->record_len);
	event->record = bytes;
	memcpy(block->data + block->low, event, sizeof(*event));
	block->low += sizeof(*event);
	block->len++;
	return 1;
}

int history_append(struct history *history, const void *record, size_t len,
		   const struct history_names *names)
{
	struct record_prefix prefix;
	struct event_header header;
	struct history_event event = { .record_len = (uint32_t)len };
	struct history_block *block;

	memcpy(&prefix, record, sizeof(prefix));
	memcpy(&header, (const uint8_t *)record + sizeof(prefix) + prefix.ext_len, sizeof(header));
	event.num = ++history->last_num;
	event.ts_ns = header.ts_ns;
	event.lost_buffer = prefix.buffer;
	if (prefix.buffer < SNAPSHOT_BUFFERS_MAX && prefix.drops > history->drops[prefix.buffer])
		event.lost_before = prefix.drops - history->drops[prefix.buffer];
	history->last = NULL;
	if (!history->blocks_len ||
	    !history_fill(history->blocks[history->blocks_len - 1], &event, record, names)) {
		if (!history_extend(history) ||
		    !history_fill(history->blocks[history->blocks_len - 1], &event, record,
				  names)) {
			history->evicted++;
			return -ENOMEM;
		}
	}
	if (event.lost_before)
		history->drops[prefix.buffer] = prefix.drops;
	block = history->blocks[history->blocks_len - 1];
	history->last = (struct history_event *)(void *)block->data + (block->len - 1);
	return 0;
}

static const struct history_event *history_block_at(const struct history_block *block, size_t index)
{
	return (const struct history_event *)(const void *)block->data + index;
}

uint64_t history_first(const struct history *history)
{
	size_t i;

	for (i = 0; i < history->blocks_len; i++) {
		if (history->blocks[i]->len)
			return history_block_at(history->blocks[i], 0)->num;
	}
	return history->last_num + 1;
}

void history_hold(const struct history *history, struct history_chunk *chunks)
{
	size_t i;

	for (i = 0; i < history->blocks_len; i++) {
		struct history_block *block = history->blocks[i];

		atomic_fetch_add_explicit(&block->refs, 1, memory_order_relaxed);
		chunks[i] = (struct history_chunk){ .block = block, .len = block->len };
	}
}

void history_chunk_release(struct history_chunk *chunk)
{
	history_block_unref(chunk->block);
}

size_t history_chunk_len(const struct history_chunk *chunk)
{
	return chunk->len;
}

const struct history_event *history_chunk_at(const struct history_chunk *chunk, size_t index)
{
	assert(index < chunk->len);
	return history_block_at(chunk->block, index);
}
