/* SPDX-License-Identifier: Apache-2.0 */
#include "frame.h"

#include <errno.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define FRAME_BLOCK_BYTES ((size_t)256 << 10)
#define FRAME_ALIGN alignof(max_align_t)

struct frame_block {
	struct frame_block *next;
	size_t used, size; /* of data */
	alignas(max_align_t) unsigned char data[];
};

/* Blocks before current are full, those after it are empty. */
struct frame {
	struct frame_block *first, *current;
};

struct frame *frame_new(void)
{
	return calloc(1, sizeof(struct frame));
}

void frame_free(struct frame *frame)
{
	struct frame_block *block, *next;

	if (!frame)
		return;
	for (block = frame->first; block; block = next) {
		next = block->next;
		free(block);
	}
	free(frame);
}

void frame_reset(struct frame *frame)
{
	struct frame_block *block;

	for (block = frame->first; block; block = block->next)
		block->used = 0;
	frame->current = frame->first;
}

/* A block behind the current one with room for size; reuses what is there. */
static struct frame_block *frame_next_block(struct frame *frame, size_t size)
{
	struct frame_block *block = frame->current ? frame->current->next : frame->first;
	size_t bytes = size > FRAME_BLOCK_BYTES ? size : FRAME_BLOCK_BYTES;

	if (block && block->size >= size)
		return block;
	if (bytes > SIZE_MAX - sizeof(*block))
		return NULL;
	block = malloc(sizeof(*block) + bytes);
	if (!block)
		return NULL;
	block->used = 0;
	block->size = bytes;
	if (frame->current) {
		block->next = frame->current->next;
		frame->current->next = block;
	} else {
		block->next = frame->first;
		frame->first = block;
	}
	return block;
}

void *frame_alloc(struct frame *frame, size_t size)
{
	struct frame_block *block = frame->current;
	void *data;

	if (size > SIZE_MAX / 2)
		return NULL;
	size = (size + FRAME_ALIGN - 1) & ~(FRAME_ALIGN - 1);
	if (!block || block->size - block->used < size) {
		block = frame_next_block(frame, size);
		if (!block)
			return NULL;
		frame->current = block;
	}
	data = block->data + block->used;
	block->used += size;
	return data;
}

struct frame_mark frame_mark(const struct frame *frame)
{
	return (struct frame_mark){ .block = frame->current,
				    .used = frame->current ? frame->current->used : 0 };
}

void frame_release(struct frame *frame, struct frame_mark mark)
{
	struct frame_block *block = mark.block ? mark.block : frame->first;

	if (!block)
		return;
	block->used = mark.used;
	frame->current = block;
	/* Later blocks are empty again. */
	for (block = block->next; block; block = block->next)
		block->used = 0;
}

char *frame_copy(struct frame *frame, const void *data, size_t len)
{
	char *copy = frame_alloc(frame, len + 1);

	if (!copy)
		return NULL;
	if (len)
		memcpy(copy, data, len);
	copy[len] = '\0';
	return copy;
}

int frame_text_begin(struct frame *frame, size_t max, struct text_buf *ret_buf)
{
	char *data = frame_alloc(frame, max);

	if (!data)
		return -ENOMEM;
	text_buf_init(ret_buf, data, max);
	return 0;
}

void frame_text_end(struct frame *frame, struct text_buf *buf)
{
	struct frame_block *block = frame->current;
	size_t used;

	if (buf->truncated && buf->size > 4) {
		size_t cut = buf->len > buf->size - 4 ? buf->size - 4 : buf->len;

		/* Not in the middle of a character. */
		while (cut > 0 && ((unsigned char)buf->data[cut] & 0xc0) == 0x80)
			cut--;
		memcpy(buf->data + cut, "...", 4);
		buf->len = cut + 3;
	}
	used = (size_t)((unsigned char *)buf->data - block->data) + buf->len + 1;
	used = (used + FRAME_ALIGN - 1) & ~(FRAME_ALIGN - 1);
	if (used < block->used)
		block->used = used;
}
