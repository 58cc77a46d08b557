/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bounded text buffer, and host bytes made safe for a terminal. Everything that is added is
 * UTF-8, so a cut looks back at most three bytes for the start of a character.
 */
#include "render.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void text_buf_init(struct text_buf *buf, char *data, size_t size)
{
	*buf = (struct text_buf){ .data = data, .size = size };
	data[0] = '\0';
}

/* Drops the bytes of a character that was cut in two at the end. */
static void text_buf_cut(struct text_buf *buf, size_t len)
{
	size_t start = len;

	while (start > 0 && len - start < 3 && ((uint8_t)buf->data[start - 1] & 0xc0) == 0x80)
		start--;
	if (start > 0 && ((uint8_t)buf->data[start - 1] & 0xc0) == 0xc0) {
		uint8_t lead = (uint8_t)buf->data[start - 1];
		size_t want = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;

		if (len - (start - 1) < want)
			len = start - 1;
	}
	buf->len = len;
	buf->data[len] = '\0';
	buf->truncated = 1;
}

void text_buf_addn(struct text_buf *buf, const char *text, size_t len)
{
	size_t room = buf->size - 1 - buf->len;

	if (buf->truncated)
		return;
	if (len > room) {
		memcpy(buf->data + buf->len, text, room);
		text_buf_cut(buf, buf->len + room);
		return;
	}
	if (len > 0)
		memcpy(buf->data + buf->len, text, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
}

void text_buf_add(struct text_buf *buf, const char *text)
{
	text_buf_addn(buf, text, strlen(text));
}

void text_buf_printf(struct text_buf *buf, const char *format, ...)
{
	size_t room = buf->size - buf->len;
	va_list args;
	int len;

	if (buf->truncated)
		return;
	va_start(args, format);
	len = vsnprintf(buf->data + buf->len, room, format, args);
	va_end(args);
	if (len < 0)
		buf->data[buf->len] = '\0';
	else if ((size_t)len >= room)
		text_buf_cut(buf, buf->size - 1);
	else
		buf->len += (size_t)len;
}

/* The bytes of the UTF-8 character at data[0..len) and its number; 0 when it is not well-formed. */
static size_t utf8_char(const uint8_t *data, size_t len, uint32_t *ret_code)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint8_t lead = data[0];
	size_t bytes = lead < 0x80 ? 1 : lead < 0xc0 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
	uint32_t code;

	if (bytes == 0 || bytes > len || lead >= 0xf8)
		return 0;
	code = bytes == 1 ? lead : lead & (0x7fu >> bytes);
	for (size_t i = 1; i < bytes; i++) {
		if ((data[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (data[i] & 0x3f);
	}
	if (code < smallest[bytes] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return 0;
	*ret_code = code;
	return bytes;
}

/* Characters that act on a terminal or reorder what stands around them (Unicode UAX 9, table 4). */
static bool is_unsafe(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x061c ||
	       (code >= 0x200e && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
	       (code >= 0x2066 && code <= 0x2069) || code == 0xfeff;
}

void text_buf_add_safe(struct text_buf *buf, const void *data, size_t len)
{
	const uint8_t *bytes = data;
	size_t at = 0;

	while (at < len && !buf->truncated) {
		uint32_t code = 0;
		size_t n = utf8_char(bytes + at, len - at, &code);

		if (n == 0 || is_unsafe(code)) {
			n = n > 0 ? n : 1;
			for (size_t i = 0; i < n; i++)
				text_buf_printf(buf, "\\x%02x", bytes[at + i]);
		} else if (code == '\\') {
			text_buf_addn(buf, "\\\\", 2);
		} else {
			text_buf_addn(buf, (const char *)bytes + at, n);
		}
		at += n;
	}
}
