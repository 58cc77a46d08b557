/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The last lines of a text stream, for COMMAND's output in the monitor. Bounded: LINES_MAX lines of
 * LINE_BYTES bytes; a longer line goes on in the next. Bytes are kept as they come, but for escape
 * sequences, which are left out, and tabs, which become blanks; whoever draws makes the rest safe.
 */
#ifndef TUI_LINES_H
#define TUI_LINES_H

#include <stddef.h>
#include <stdint.h>

#define LINES_MAX 2000
#define LINE_BYTES 256 /* with its NUL */

enum lines_escape { LINES_TEXT, LINES_ESCAPE, LINES_SEQUENCE, LINES_STRING };

struct lines {
	char (*text)[LINE_BYTES]; /* owned: a ring of LINES_MAX */
	size_t first, len;        /* lines in use, the one that grows included */
	size_t at;                /* bytes in the last line */
	uint64_t dropped;         /* lines that were given up */
	enum lines_escape escape; /* where in a sequence the stream is */
};

/* 0 or -ENOMEM. */
int lines_init(struct lines *lines);
void lines_release(struct lines *lines);
void lines_add(struct lines *lines, const char *bytes, size_t len);
/* Complete lines and the one that grows, when it has a byte. */
size_t lines_len(const struct lines *lines);
const char *lines_at(const struct lines *lines, size_t index);

#endif
