/* SPDX-License-Identifier: Apache-2.0 */
#include "bars.h"

#define STEPS 8

/* 0 for nothing, else 1 to STEPS; of values that would overflow the product both lose a digit. */
static size_t step_of(uint64_t value, uint64_t most)
{
	if (most > UINT64_MAX / STEPS) {
		value = value ? value / STEPS + 1 : 0;
		most = most / STEPS + 1;
	}
	return value && most ? 1 + (size_t)(value * (STEPS - 1) / most) : 0;
}

void bars_render(const uint64_t *values, size_t len, enum bar_marks marks, struct text_buf *buf)
{
	static const char *const steps[][STEPS + 1] = {
		[BAR_MARKS_BLOCKS] = { " ", "\u2581", "\u2582", "\u2583", "\u2584", "\u2585",
				       "\u2586", "\u2587", "\u2588" },
		[BAR_MARKS_ASCII] = { " ", ".", ":", "-", "=", "+", "*", "#", "@" },
	};
	uint64_t most = 0;

	for (size_t i = 0; i < len; i++)
		if (values[i] > most)
			most = values[i];
	for (size_t i = 0; i < len; i++)
		text_buf_add(buf, steps[marks][step_of(values[i], most)]);
}
