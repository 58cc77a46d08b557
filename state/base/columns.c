/* SPDX-License-Identifier: Apache-2.0 */
#include "columns.h"

#include <stdbool.h>
#include <stdint.h>

struct range {
	uint32_t from, to;
};

/* Combining marks, joiners and selectors (Unicode, categories Mn and Cf, the common blocks). */
static const struct range no_columns[] = {
	{ 0x0300, 0x036f }, { 0x0483, 0x0489 }, { 0x0591, 0x05bd },   { 0x064b, 0x065f },
	{ 0x200b, 0x200f }, { 0x202a, 0x202e }, { 0x2060, 0x2064 },   { 0x20d0, 0x20ff },
	{ 0xfe00, 0xfe0f }, { 0xfe20, 0xfe2f }, { 0xe0100, 0xe01ef },
};

/* East Asian Wide and Fullwidth (Unicode, UAX #11), and emoji. */
static const struct range two_columns[] = {
	{ 0x1100, 0x115f },   { 0x2e80, 0x303e },   { 0x3041, 0x33ff },   { 0x3400, 0x4dbf },
	{ 0x4e00, 0x9fff },   { 0xa000, 0xa4cf },   { 0xa960, 0xa97f },   { 0xac00, 0xd7a3 },
	{ 0xf900, 0xfaff },   { 0xfe30, 0xfe6f },   { 0xff00, 0xff60 },   { 0xffe0, 0xffe6 },
	{ 0x1f300, 0x1f64f }, { 0x1f900, 0x1f9ff }, { 0x20000, 0x3fffd },
};

static bool is_in(const struct range *ranges, size_t len, uint32_t code)
{
	for (size_t i = 0; i < len; i++) {
		if (code >= ranges[i].from && code <= ranges[i].to)
			return true;
	}
	return false;
}

/* Decodes one character; 0: it is none of UTF-8. */
static size_t decode(const unsigned char *text, size_t len, uint32_t *ret_code)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t bytes = text[0] < 0x80 ? 1 : text[0] >> 5 == 6 ? 2 : text[0] >> 4 == 14 ? 3 : 4;
	uint32_t code = bytes == 1 ? text[0] : text[0] & (0xffu >> (bytes + 1));

	if (bytes > len || (bytes == 4 && text[0] >> 3 != 30))
		return 0;
	for (size_t i = 1; i < bytes; i++) {
		if (text[i] >> 6 != 2)
			return 0;
		code = code << 6 | (text[i] & 0x3f);
	}
	if (code < least[bytes] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return 0;
	*ret_code = code;
	return bytes;
}

size_t columns_of(const char *text, size_t len, int *ret_columns)
{
	uint32_t code;
	size_t bytes = decode((const unsigned char *)text, len, &code);

	if (!bytes) {
		*ret_columns = -1;
		return 1;
	}
	*ret_columns = 1;
	if (is_in(no_columns, sizeof(no_columns) / sizeof(no_columns[0]), code))
		*ret_columns = 0;
	else if (is_in(two_columns, sizeof(two_columns) / sizeof(two_columns[0]), code))
		*ret_columns = 2;
	return bytes;
}
