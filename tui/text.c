/* SPDX-License-Identifier: Apache-2.0 */
/* Text as cells, see text.h. */
#include "text.h"
#include <langinfo.h>
#include <locale.h>
#include <string.h>
#include <strings.h>
#include <wchar.h>

#define BAR_LOWEST 0x2581 /* an eighth of a cell high, ... */
#define BAR_FULL 0x2588

/*
 * Decodes one UTF-8 sequence by the table of RFC 3629; returns its bytes, 0 when it is not valid.
 */
static size_t utf8_decode(const unsigned char *text, uint32_t *ret_code)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t len = text[0] < 0x80       ? 1
		     : text[0] >> 5 == 6  ? 2
		     : text[0] >> 4 == 14 ? 3
		     : text[0] >> 3 == 30 ? 4
					  : 0;
	uint32_t code;

	if (!len)
		return 0;
	code = len == 1 ? text[0] : text[0] & (0x7fu >> len);
	for (size_t i = 1; i < len; i++) {
		if (text[i] >> 6 != 2)
			return 0;
		code = code << 6 | (text[i] & 0x3f);
	}
	if (code < least[len] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return 0;
	*ret_code = code;
	return len;
}

/* Marks, embeddings, overrides and isolates: they would reorder what stands beside them. */
static bool is_direction(uint32_t code)
{
	return code == 0x061c || code == 0x200e || code == 0x200f ||
	       (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

void text_take_locale(void)
{
	setlocale(LC_CTYPE, "");
}

bool text_locale_is_utf8(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

const char *glyph_next(const char *text, bool utf8, struct glyph *ret_glyph)
{
	uint32_t code = 0;
	size_t len = utf8_decode((const unsigned char *)text, &code);
	int cells;

	*ret_glyph = (struct glyph){ .code = '?', .cells = 1 };
	if (!len)
		return text + 1;
	if (!utf8 && code >= BAR_LOWEST && code <= BAR_FULL)
		code = (unsigned char)".:-=+*#@"[code - BAR_LOWEST];
	if (code < 0x20 || code == 0x7f || (code > 0x7e && !utf8) || is_direction(code))
		return text + len;
	cells = code < 0x7f ? 1 : wcwidth((wchar_t)code);
	/* Unassigned and private characters have no width that two programs agree on. */
	if (cells < 0)
		return text + len;
	*ret_glyph = (struct glyph){ .code = code, .cells = cells };
	return text + len;
}

int text_cells(const char *text, bool utf8)
{
	int cells = 0;

	while (*text) {
		struct glyph glyph;

		text = glyph_next(text, utf8, &glyph);
		cells += glyph.cells;
	}
	return cells;
}

const char *text_skip(const char *text, int cells, bool utf8)
{
	while (*text && cells > 0) {
		struct glyph glyph;

		text = glyph_next(text, utf8, &glyph);
		cells -= glyph.cells;
	}
	return text;
}

size_t text_encode(uint32_t code, char bytes[4])
{
	if (code < 0x80) {
		bytes[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		bytes[0] = (char)(0xc0 | code >> 6);
		bytes[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	if (code < 0x10000) {
		bytes[0] = (char)(0xe0 | code >> 12);
		bytes[1] = (char)(0x80 | (code >> 6 & 0x3f));
		bytes[2] = (char)(0x80 | (code & 0x3f));
		return 3;
	}
	bytes[0] = (char)(0xf0 | code >> 18);
	bytes[1] = (char)(0x80 | (code >> 12 & 0x3f));
	bytes[2] = (char)(0x80 | (code >> 6 & 0x3f));
	bytes[3] = (char)(0x80 | (code & 0x3f));
	return 4;
}

bool text_contains(const char *haystack, const char *needle)
{
	size_t len = strlen(needle);

	for (; len && *haystack; haystack++)
		if (!strncasecmp(haystack, needle, len))
			return true;
	return !len;
}
