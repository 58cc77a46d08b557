/* SPDX-License-Identifier: Apache-2.0 */
/* Texts against texts, see pattern.h. */
#include "pattern.h"

#include <string.h>

#define SHORT_TEXT 256

char pattern_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool pattern_equal(struct bytes a, struct bytes b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

int pattern_compare(struct bytes a, struct bytes b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int order = len ? memcmp(a.data, b.data, len) : 0;

	if (order != 0 || a.len == b.len)
		return order;
	return a.len < b.len ? -1 : 1;
}

static bool equal_any_case(const char *a, const char *b, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (pattern_lower(a[i]) != pattern_lower(b[i]))
			return false;
	}
	return true;
}

/* memmem() makes a table first, which costs more than looking at a short text. */
static bool short_contains(struct bytes text, struct bytes part)
{
	const char *at = text.data, *last = text.data + text.len - part.len;

	while (at <= last && (at = memchr(at, part.data[0], (size_t)(last - at) + 1))) {
		if (memcmp(at, part.data, part.len) == 0)
			return true;
		at++;
	}
	return false;
}

bool pattern_contains(struct bytes text, struct bytes part, enum pattern_case how)
{
	if (part.len == 0)
		return true;
	if (part.len > text.len)
		return false;
	if (how == PATTERN_EXACT_CASE)
		return text.len > SHORT_TEXT
			       ? memmem(text.data, text.len, part.data, part.len) != NULL
			       : short_contains(text, part);
	for (size_t i = 0; i + part.len <= text.len; i++) {
		if (equal_any_case(text.data + i, part.data, part.len))
			return true;
	}
	return false;
}

bool pattern_begins(struct bytes text, struct bytes part)
{
	return part.len <= text.len &&
	       (part.len == 0 || memcmp(text.data, part.data, part.len) == 0);
}

bool pattern_ends(struct bytes text, struct bytes part)
{
	return part.len <= text.len &&
	       (part.len == 0 || memcmp(text.data + text.len - part.len, part.data, part.len) == 0);
}

static char fold(char c, enum pattern_case how)
{
	return how == PATTERN_ANY_CASE ? pattern_lower(c) : c;
}

/* The bytes of a class from its [ to its ], 0 when it has no end. */
static size_t class_len(struct bytes pattern, size_t at)
{
	size_t i = at + 1;

	if (i < pattern.len && (pattern.data[i] == '!' || pattern.data[i] == '^'))
		i++;
	/* A ] in the first place is a member. */
	if (i < pattern.len && pattern.data[i] == ']')
		i++;
	while (i < pattern.len && pattern.data[i] != ']')
		i += pattern.data[i] == '\\' ? 2 : 1;
	return i < pattern.len ? i + 1 - at : 0;
}

/* Is c in a class, given from its [ to its ]? */
static bool class_has(struct bytes class, char c, enum pattern_case how)
{
	unsigned char wanted = (unsigned char)fold(c, how);
	const char *data = class.data;
	bool negated = data[1] == '!' || data[1] == '^', found = false;
	size_t end = class.len - 1;

	for (size_t i = 1 + negated; i < end; i++) {
		unsigned char low, high;

		if (data[i] == '\\' && i + 1 < end)
			i++;
		low = high = (unsigned char)fold(data[i], how);
		if (i + 2 < end && data[i + 1] == '-') {
			i += 2;
			if (data[i] == '\\' && i + 1 < end)
				i++;
			high = (unsigned char)fold(data[i], how);
		}
		found |= low <= wanted && wanted <= high;
	}
	return found != negated;
}

/*
 * Does one byte fit what stands at pattern[at]? Returns the bytes of pattern used, 0 when it does
 * not.
 */
static size_t fits_one(struct bytes pattern, size_t at, char c, enum pattern_case how)
{
	size_t len;

	switch (pattern.data[at]) {
	case '?': return 1;
	case '[':
		len = class_len(pattern, at);
		if (len > 0)
			return class_has((struct bytes){ pattern.data + at, len }, c, how) ? len
											   : 0;
		break;
	case '\\':
		if (at + 1 < pattern.len)
			return fold(pattern.data[at + 1], how) == fold(c, how) ? 2 : 0;
		break;
	default: break;
	}
	return fold(pattern.data[at], how) == fold(c, how) ? 1 : 0;
}

bool pattern_glob(struct bytes pattern, struct bytes text, enum pattern_case how)
{
	size_t p = 0, t = 0, star = 0, star_text = 0;
	bool has_star = false;

	/* The last * seen takes one byte more whenever the rest does not fit. */
	while (t < text.len || p < pattern.len) {
		size_t used = 0;

		if (p < pattern.len && pattern.data[p] == '*') {
			has_star = true;
			star = ++p;
			star_text = t;
			continue;
		}
		if (p < pattern.len && t < text.len)
			used = fits_one(pattern, p, text.data[t], how);
		if (used > 0) {
			p += used;
			t++;
			continue;
		}
		if (!has_star || star_text >= text.len)
			return false;
		p = star;
		t = ++star_text;
	}
	return true;
}

size_t pattern_letter(const unsigned char *data, size_t len)
{
	size_t n = data[0] < 0x80   ? 1
		   : data[0] < 0xc2 ? 0
		   : data[0] < 0xe0 ? 2
		   : data[0] < 0xf0 ? 3
				    : 4;

	if (n > len || data[0] > 0xf4)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if ((data[i] & 0xc0) != 0x80)
			return 0;
	}
	/* Longer than need be, half of a pair, beyond the last. */
	if ((data[0] == 0xe0 && data[1] < 0xa0) || (data[0] == 0xed && data[1] > 0x9f) ||
	    (data[0] == 0xf0 && data[1] < 0x90) || (data[0] == 0xf4 && data[1] > 0x8f))
		return 0;
	return n;
}
