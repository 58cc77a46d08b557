/* SPDX-License-Identifier: Apache-2.0 */
/* Errors of conditions, see error.h. */
#include "error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdbool.h>
#include <string.h>

#include "state/base/columns.h"

int filter_fail(struct filter_error *err, enum filter_error_kind kind, struct filter_pos pos,
		const char *format, ...)
{
	va_list args;

	if (!err)
		return -EINVAL;
	*err = (struct filter_error){ .kind = kind, .pos = pos };
	va_start(args, format);
	vsnprintf(err->message, sizeof(err->message), format, args);
	va_end(args);
	return -EINVAL;
}

int filter_fail_memory(struct filter_error *err)
{
	static const struct filter_pos start = { 0, 1, 1 };

	filter_fail(err, FILTER_ERROR_MEMORY, start, "the condition needs too much memory");
	return -ENOMEM;
}

int filter_fail_macro(struct filter_error *err, const struct filter_node *node)
{
	const char *name = node->macro.data;

	if (strcmp(name, "not") == 0 || strcmp(name, "and") == 0 || strcmp(name, "or") == 0)
		filter_fail(err, FILTER_ERROR_SYNTAX, node->pos,
			    "a condition is missing: '%s' stands alone", name);
	else
		filter_fail(err, FILTER_ERROR_UNKNOWN_MACRO, node->pos,
			    "unknown macro '%.64s': a check is a field, an operator and a value",
			    name);
	if (err)
		err->origin = node->origin;
	return -EINVAL;
}

/*
 * Appends a line: control characters as blanks, what is no UTF-8 as '?'. buf NULL: none. Returns
 * how many columns it takes.
 */
static size_t add_line(struct text_buf *buf, const char *text, size_t len)
{
	size_t columns = 0;

	for (size_t i = 0, bytes; i < len; i += bytes) {
		char c = text[i];
		int wide;

		bytes = columns_of(text + i, len - i, &wide);
		/* C1 controls are two bytes of UTF-8. */
		if ((unsigned char)c < ' ' || c == 0x7f ||
		    ((unsigned char)c == 0xc2 && bytes == 2 && (unsigned char)text[i + 1] < 0xa0))
			c = ' ';
		else if (wide < 0)
			c = '?';
		if (buf && c == text[i])
			text_buf_addn(buf, text + i, bytes);
		else if (buf)
			text_buf_addn(buf, &c, 1);
		columns += c == text[i] ? (size_t)wide : 1;
	}
	return columns;
}

/* Is this byte inside a character? */
static bool is_inside(const char *text, size_t len, size_t at)
{
	return at < len && ((unsigned char)text[at] & 0xc0) == 0x80;
}

void filter_error_snippet(const char *text, size_t len, struct filter_pos pos, size_t width,
			  struct text_buf *buf)
{
	size_t at = pos.index < len ? pos.index : len;
	size_t start = at, end = at, columns;

	while (start > 0 && text[start - 1] != '\n')
		start--;
	while (end < len && text[end] != '\n')
		end++;
	if (end - start > width) {
		size_t back = at - start < width / 2 ? at - start : width / 2;

		start = at - back;
		if (end - start > width)
			end = start + width;
		while (start < at && is_inside(text, len, start))
			start++;
		while (end > at && is_inside(text, len, end))
			end--;
	}
	add_line(buf, text + start, end - start);
	text_buf_add(buf, "\n");
	columns = add_line(NULL, text + start, at - start);
	for (size_t i = 0; i < columns; i++)
		text_buf_add(buf, " ");
	text_buf_add(buf, "^");
}
