/* SPDX-License-Identifier: Apache-2.0 */
/* Events as fields see them, see event.h. */
#include "event.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "state/tables.h"

#define SCRATCH_FIRST_BYTES (64u << 10)

/*
 * Blocks, newest first. The oldest is kept from event to event: the others are for the rare event
 * whose values do not fit.
 */
struct scratch_block {
	struct scratch_block *next;
	size_t bytes, used; /* of data */
	_Alignas(16) char data[];
};

struct filter_scratch {
	struct scratch_block *blocks;
	size_t total;
	int8_t notes[FILTER_NOTE_COUNT][EVENT_CODE_COUNT];
};

static struct scratch_block *scratch_block_new(size_t bytes)
{
	struct scratch_block *block = malloc(sizeof(*block) + bytes);

	if (block)
		*block = (struct scratch_block){ .bytes = bytes };
	return block;
}

int filter_event_init(struct filter_event *event, struct state *state)
{
	struct filter_scratch *scratch = calloc(1, sizeof(*scratch));

	if (!scratch)
		return -ENOMEM;
	scratch->blocks = scratch_block_new(SCRATCH_FIRST_BYTES);
	if (!scratch->blocks) {
		free(scratch);
		return -ENOMEM;
	}
	scratch->total = SCRATCH_FIRST_BYTES;
	memset(scratch->notes, FILTER_NOTE_NONE, sizeof(scratch->notes));
	*event = (struct filter_event){ .state = state, .fd_num = -1, .scratch = scratch };
	return 0;
}

/* Frees all blocks but the oldest. */
static void scratch_reset(struct filter_scratch *scratch)
{
	while (scratch->blocks->next) {
		struct scratch_block *block = scratch->blocks;

		scratch->blocks = block->next;
		scratch->total -= block->bytes;
		free(block);
	}
	scratch->blocks->used = 0;
}

void filter_event_release(struct filter_event *event)
{
	if (!event->scratch)
		return;
	scratch_reset(event->scratch);
	free(event->scratch->blocks);
	free(event->scratch);
	event->scratch = NULL;
}

void *filter_event_alloc(struct filter_event *event, size_t bytes)
{
	struct filter_scratch *scratch = event->scratch;
	struct scratch_block *block = scratch->blocks;
	size_t padded = (bytes + 15) & ~(size_t)15;
	size_t want = padded > SCRATCH_FIRST_BYTES ? padded : SCRATCH_FIRST_BYTES;

	if (padded < bytes)
		return NULL;
	if (block->bytes - block->used < padded) {
		if (want > FILTER_SCRATCH_MAX - scratch->total)
			return NULL;
		block = scratch_block_new(want);
		if (!block)
			return NULL;
		block->next = scratch->blocks;
		scratch->blocks = block;
		scratch->total += want;
	}
	block->used += padded;
	return block->data + block->used - padded;
}

int8_t *filter_event_note(struct filter_event *event, enum filter_note note)
{
	return &event->scratch->notes[note][event->event->desc->code];
}

/* What rules call the file that was opened, where the event itself says something else. */
static const struct text *inode_name(const struct filter_event *event)
{
	struct state *state = event->state;
	const struct event *opened = event->event;
	const struct text *container, *name;

	if (!state->named_files.len || !opened->has_file_id || !event->fd ||
	    (opened->file_id.mode & S_IFMT) != S_IFREG)
		return NULL;
	container = container_of_event(state, event->process, opened->prefix.cgroup_id);
	name = named_file_find(state, container, opened->file_id.dev, opened->file_id.ino);
	/* Texts that are equal are one. */
	return name == event->fd->name || name == event->fd->called ? NULL : name;
}

bool filter_event_is_by_inode(const struct filter_event *event)
{
	return event->inode_name && (event->names == FILTER_NAMES_INODE ||
				     (event->names == FILTER_NAMES_RESOLVED && event->by_inode));
}

void filter_event_begin(struct filter_event *event, const struct event *decoded)
{
	scratch_reset(event->scratch);
	event->event = decoded;
	event->process = NULL;
	event->thread = NULL;
	event->fd = NULL;
	event->fd_num = -1;
	event->fd_renamed = false;
	event->names = FILTER_NAMES_CALLED;
	event->first_ts_ns = event->state->streaming_since_ns;
	event->by_inode = false;
	event->inode_name = NULL;
}

void filter_event_name(struct filter_event *event)
{
	event->inode_name = inode_name(event);
}

bool filter_event_last(struct filter_event *event)
{
	const struct state_now *now = &event->state->now;

	if (!now->valid)
		return false;
	filter_event_begin(event, &now->event);
	event->process = now->process;
	event->thread = now->thread;
	event->fd = now->has_fd ? &now->fd : NULL;
	event->fd_num = now->fd_num;
	event->fd_renamed = now->fd_renamed;
	event->num = event->state->history.last_num;
	event->before_ts_ns = now->before_ts_ns;
	filter_event_name(event);
	return true;
}
