/* SPDX-License-Identifier: Apache-2.0 */
#include "expect_words.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "expect.h"

static void expect_hex(const char *name, const char *hex)
{
	uint8_t bytes[64];
	size_t len = 0;
	unsigned byte;

	for (; len < sizeof(bytes) && sscanf(hex + 2 * len, "%2x", &byte) == 1; len++)
		bytes[len] = (uint8_t)byte;
	expect_bytes(name, bytes, len);
}

/* One word of `wants`. */
static void expect_word(char *want, long ret)
{
	char *value = strchr(want, '='), *range;

	if (!value) {
		expect_int(want, ret);
		return;
	}
	*value++ = '\0';
	range = strstr(value, "..");
	if (*value == '\'')
		expect_text(want, value + 1);
	else if (strncmp(value, "x:", 2) == 0)
		expect_hex(want, value + 2);
	else if (strcmp(value, "-") == 0)
		expect_none(want);
	else if (strcmp(value, "*") == 0)
		expect_any(want);
	else if (range)
		expect_range(want, strtoll(value, NULL, 10), strtoll(range + 2, NULL, 10));
	else
		expect_int(want, strtoll(value, NULL, 10));
}

void expect_words(const char *wants, long ret)
{
	char text[512], *next = text, *want;

	snprintf(text, sizeof(text), "%s", wants);
	while ((want = strsep(&next, " "))) {
		if (strcmp(want, "!unreadable") == 0)
			expect_flags(RECORD_F_UNREADABLE);
		else if (*want)
			expect_word(want, ret);
	}
}
