/* SPDX-License-Identifier: Apache-2.0 */
#include "json.h"

/*
 * Bytes of the UTF-8 character at data, 0 when it is none (RFC 3629: no overlong forms, no
 * surrogates, nothing above U+10FFFF).
 */
static size_t utf8_len(const unsigned char *data, size_t len)
{
	unsigned char low = 0x80, high = 0xbf;
	size_t need;

	if (data[0] < 0x80)
		return 1;
	if (data[0] >= 0xc2 && data[0] <= 0xdf)
		need = 2;
	else if ((data[0] & 0xf0) == 0xe0)
		need = 3;
	else if (data[0] >= 0xf0 && data[0] <= 0xf4)
		need = 4;
	else
		return 0;
	if (need > len)
		return 0;
	if (data[0] == 0xe0)
		low = 0xa0;
	else if (data[0] == 0xed)
		high = 0x9f;
	else if (data[0] == 0xf0)
		low = 0x90;
	else if (data[0] == 0xf4)
		high = 0x8f;
	if (data[1] < low || data[1] > high)
		return 0;
	for (size_t i = 2; i < need; i++)
		if ((data[i] & 0xc0) != 0x80)
			return 0;
	return need;
}

static void json_ascii(unsigned char c, struct text_buf *buf)
{
	switch (c) {
	case '"': text_buf_add(buf, "\\\""); break;
	case '\\': text_buf_add(buf, "\\\\"); break;
	case '\n': text_buf_add(buf, "\\n"); break;
	case '\r': text_buf_add(buf, "\\r"); break;
	case '\t': text_buf_add(buf, "\\t"); break;
	default: text_buf_printf(buf, "\\u%04x", c);
	}
}

void json_string_part(const char *data, size_t len, struct text_buf *buf)
{
	const unsigned char *bytes = (const unsigned char *)data;
	size_t i = 0;

	while (i < len) {
		size_t n = utf8_len(bytes + i, len - i);

		if (n == 0) {
			text_buf_add(buf, "\xef\xbf\xbd");
			n = 1;
		} else if (n == 1 && (bytes[i] < 0x20 || bytes[i] == 0x7f || bytes[i] == '"' ||
				      bytes[i] == '\\')) {
			json_ascii(bytes[i], buf);
		} else if (n == 2 && bytes[i] == 0xc2 && bytes[i + 1] < 0xa0) {
			/* C1 controls drive terminals too. */
			json_ascii(bytes[i + 1], buf);
		} else {
			text_buf_addn(buf, data + i, n);
		}
		i += n;
	}
}

void json_string(const char *data, size_t len, struct text_buf *buf)
{
	text_buf_add(buf, "\"");
	json_string_part(data, len, buf);
	text_buf_add(buf, "\"");
}
