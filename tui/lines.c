/* SPDX-License-Identifier: Apache-2.0 */
/* The last lines of a text stream, see lines.h. */
#include "lines.h"
#include <errno.h>
#include <stdlib.h>

#define TAB_CELLS 8

int lines_init(struct lines *lines)
{
	*lines = (struct lines){ .len = 1 };
	lines->text = calloc(LINES_MAX, sizeof(*lines->text));
	return lines->text ? 0 : -ENOMEM;
}

void lines_release(struct lines *lines)
{
	free(lines->text);
	*lines = (struct lines){ 0 };
}

static char *lines_last(const struct lines *lines)
{
	return lines->text[(lines->first + lines->len - 1) % LINES_MAX];
}

static void lines_break(struct lines *lines)
{
	if (lines->len < LINES_MAX) {
		lines->len++;
	} else {
		lines->first = (lines->first + 1) % LINES_MAX;
		lines->dropped++;
	}
	lines->at = 0;
	lines_last(lines)[0] = '\0';
}

static void lines_put(struct lines *lines, char byte)
{
	char *last;

	if (lines->at == LINE_BYTES - 1)
		lines_break(lines);
	last = lines_last(lines);
	last[lines->at++] = byte;
	last[lines->at] = '\0';
}

static void lines_byte(struct lines *lines, char byte)
{
	if (byte == '\x1b') {
		lines->escape = LINES_ESCAPE;
	} else if (byte == '\n') {
		lines_break(lines);
	} else if (byte == '\t') {
		do
			lines_put(lines, ' ');
		while (lines->at % TAB_CELLS);
	} else if (byte && byte != '\r') {
		lines_put(lines, byte);
	}
}

/*
 * ECMA-48: ESC [ ... ends with 0x40..0x7e; ESC ] P X ^ _ ... with BEL or ESC; others are two
 * bytes.
 */
static void lines_escape_byte(struct lines *lines, char byte)
{
	switch (lines->escape) {
	case LINES_ESCAPE:
		if (byte == '[')
			lines->escape = LINES_SEQUENCE;
		else if (byte == ']' || byte == 'P' || byte == 'X' || byte == '^' || byte == '_')
			lines->escape = LINES_STRING;
		else
			lines->escape = LINES_TEXT;
		break;
	case LINES_SEQUENCE:
		if (byte == '\n' || (byte >= 0x40 && byte <= 0x7e))
			lines->escape = LINES_TEXT;
		break;
	case LINES_STRING:
		if (byte == '\x1b')
			lines->escape = LINES_ESCAPE;
		else if (byte == '\a' || byte == '\n')
			lines->escape = LINES_TEXT;
		break;
	case LINES_TEXT: break;
	}
	/* A line always ends, whatever was begun in it. */
	if (byte == '\n')
		lines_break(lines);
}

void lines_add(struct lines *lines, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (lines->escape == LINES_TEXT)
			lines_byte(lines, bytes[i]);
		else
			lines_escape_byte(lines, bytes[i]);
	}
}

size_t lines_len(const struct lines *lines)
{
	return lines->len - !lines->at;
}

const char *lines_at(const struct lines *lines, size_t index)
{
	return lines->text[(lines->first + index) % LINES_MAX];
}
