/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A frame's memory: an arena that lives from one table_fill() to the next. Rows, decoded events and
 * texts that cells make come from it; nothing in it is freed alone.
 */
#ifndef VIEWS_FRAME_H
#define VIEWS_FRAME_H

#include <stddef.h>
#include "probe/schema/render.h"

struct frame;

/* NULL when out of memory. */
struct frame *frame_new(void);
void frame_free(struct frame *frame); /* NULL is fine */
/* Everything given out is void; the memory is kept for the next frame. */
void frame_reset(struct frame *frame);
/* Aligned for any type, not zeroed; NULL when out of memory. */
void *frame_alloc(struct frame *frame, size_t size);
/* A NUL-terminated copy; NULL when out of memory. */
char *frame_copy(struct frame *frame, const void *data, size_t len);

/*
 * A place to go back to: what is allocated after the mark is void after the release. For candidates
 * that turn out not to be shown.
 */
struct frame_mark {
	void *block; /* NULL: nothing was allocated yet */
	size_t used;
};
struct frame_mark frame_mark(const struct frame *frame);
void frame_release(struct frame *frame, struct frame_mark mark);

/*
 * A text of unknown length: begin, append at most max - 1 bytes, end gives back what was not used.
 * Nothing else is allocated between. Begin returns -ENOMEM and leaves *ret_buf alone. A text that
 * was too long ends in "...".
 */
int frame_text_begin(struct frame *frame, size_t max, struct text_buf *ret_buf);
void frame_text_end(struct frame *frame, struct text_buf *buf);

#endif
