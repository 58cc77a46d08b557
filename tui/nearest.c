/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Edit distance (insert, delete, replace, swap of neighbours: one each) over short names. A name is
 * near when at most a third of the longer one differs, or when one begins with the other.
 */
#include "nearest.h"

#include <string.h>

#define NAME_MAX_BYTES 40

static size_t min2(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Three rows of the usual matrix: i - 2, i - 1 and i. */
static size_t edit_distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t rows[3][NAME_MAX_BYTES + 1];

	for (size_t j = 0; j <= b_len; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t *now = rows[i % 3], *above = rows[(i + 2) % 3], *two_up = rows[(i + 1) % 3];

		now[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			now[j] = min2(min2(above[j], now[j - 1]) + 1,
				      above[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				now[j] = min2(now[j], two_up[j - 2] + 1);
		}
	}
	return rows[a_len % 3][b_len];
}

void nearest_init(struct nearest *nearest, const char *wanted)
{
	*nearest = (struct nearest){ .wanted = wanted };
}

void nearest_offer(struct nearest *nearest, const char *name)
{
	size_t wanted_len = strlen(nearest->wanted), len = strlen(name), distance;
	size_t shorter = min2(wanted_len, len), longer = wanted_len + len - shorter;

	if (wanted_len > NAME_MAX_BYTES || len > NAME_MAX_BYTES)
		return;
	distance = edit_distance(nearest->wanted, wanted_len, name, len);
	if (distance * 3 > longer && !(shorter >= 2 && memcmp(nearest->wanted, name, shorter) == 0))
		return;
	if (!nearest->best || distance < nearest->distance) {
		nearest->best = name;
		nearest->distance = distance;
	}
}
