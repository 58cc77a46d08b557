/* SPDX-License-Identifier: Apache-2.0 */
/* Counts drawn as a line of bars, a cell each. */
#ifndef VIEWS_BARS_H
#define VIEWS_BARS_H

#include <stddef.h>
#include <stdint.h>
#include "probe/schema/render.h"

enum bar_marks {
	BAR_MARKS_BLOCKS, /* U+2581 to U+2588 */
	BAR_MARKS_ASCII,  /* ".:-=+*#@", as the terminal draws blocks where it knows ASCII alone */
};

/*
 * Appends len bars: the highest of the line is a full one, what is not 0 is at least one step high,
 * 0 is a blank.
 */
void bars_render(const uint64_t *values, size_t len, enum bar_marks marks, struct text_buf *buf);

#endif
