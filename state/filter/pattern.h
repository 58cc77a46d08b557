/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts against texts: what the operators on texts mean for one text and one constant. Bytes, not
 * letters: case is that of ASCII, in every locale. Times are linear but for glob (product of both
 * lengths).
 */
#ifndef STATE_FILTER_PATTERN_H
#define STATE_FILTER_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

struct bytes {
	const char *data;
	size_t len;
};

enum pattern_case { PATTERN_EXACT_CASE, PATTERN_ANY_CASE };

char pattern_lower(char c);
bool pattern_equal(struct bytes a, struct bytes b);
/* As memcmp(): where one begins the other the shorter is less. */
int pattern_compare(struct bytes a, struct bytes b);
bool pattern_contains(struct bytes text, struct bytes part, enum pattern_case how);
bool pattern_begins(struct bytes text, struct bytes part);
bool pattern_ends(struct bytes text, struct bytes part);
/*
 * Shell patterns: * any bytes (also /), ? one byte, [a-z] [!a-z] one of a class, \ takes the next
 * byte as it is. The whole text has to fit. A [ without ] stands for itself.
 */
bool pattern_glob(struct bytes pattern, struct bytes text, enum pattern_case how);
/* The bytes of the UTF-8 letter at data[0..len), len not 0; 0 when there is none. */
size_t pattern_letter(const unsigned char *data, size_t len);

#endif
