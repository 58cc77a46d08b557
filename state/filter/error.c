/* SPDX-License-Identifier: Apache-2.0 */
/* Errors of conditions, see error.h. */
#include "error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

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

/* Appends bytes with everything that is not printable ASCII or UTF-8 as one '?' a byte. */
static void add_columns(struct text_buf *buf, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if ((unsigned char)c < ' ' || c == 0x7f)
			c = ' ';
		else if ((unsigned char)c >= 0x80)
			c = '?';
		text_buf_addn(buf, &c, 1);
	}
}

void filter_error_snippet(const char *text, size_t len, struct filter_pos pos, size_t width,
			  struct text_buf *buf)
{
	size_t at = pos.index < len ? pos.index : len;
	size_t start = at, end = at;

	while (start > 0 && text[start - 1] != '\n')
		start--;
	while (end < len && text[end] != '\n')
		end++;
	if (end - start > width) {
		size_t back = at - start < width / 2 ? at - start : width / 2;

		start = at - back;
		if (end - start > width)
			end = start + width;
	}
	add_columns(buf, text + start, end - start);
	text_buf_add(buf, "\n");
	for (size_t i = start; i < at; i++)
		text_buf_add(buf, " ");
	text_buf_add(buf, "^");
}
