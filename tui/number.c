/* SPDX-License-Identifier: Apache-2.0 */
#include "number.h"

#include <errno.h>
#include <stddef.h>
#include <stdbool.h>

#define NS_PER_S 1000000000ull

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Reads digits at *text and moves it behind them. */
static int read_digits(const char **text, uint64_t *ret_value)
{
	const char *p = *text;
	uint64_t value = 0;

	if (!is_digit(*p))
		return -EINVAL;
	for (; is_digit(*p); p++)
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(*p - '0'), &value))
			return -ERANGE;
	*text = p;
	*ret_value = value;
	return 0;
}

int number_whole(const char *text, uint64_t *ret_value)
{
	uint64_t value;
	int rc = read_digits(&text, &value);

	if (rc < 0)
		return rc;
	if (*text)
		return -EINVAL;
	*ret_value = value;
	return 0;
}

int number_size(const char *text, uint64_t *ret_bytes)
{
	unsigned shift = 0;
	uint64_t value;
	int rc = read_digits(&text, &value);

	if (rc < 0)
		return rc;
	switch (*text) {
	case 'k':
	case 'K': shift = 10; break;
	case 'm':
	case 'M': shift = 20; break;
	case 'g':
	case 'G': shift = 30; break;
	}
	if (shift)
		text++;
	if (*text)
		return -EINVAL;
	if (value > UINT64_MAX >> shift)
		return -ERANGE;
	*ret_bytes = value << shift;
	return 0;
}

int number_seconds(const char *text, uint64_t *ret_ns)
{
	uint64_t seconds = 0, ns = 0, unit = NS_PER_S / 10;
	bool digits = is_digit(*text);

	if (digits) {
		int rc = read_digits(&text, &seconds);

		if (rc < 0)
			return rc;
	}
	if (*text == '.')
		for (text++; is_digit(*text); text++, unit /= 10) {
			digits = true;
			if (!unit)
				return -EINVAL;
			ns += (uint64_t)(*text - '0') * unit;
		}
	if (!digits || *text)
		return -EINVAL;
	if (__builtin_mul_overflow(seconds, NS_PER_S, &seconds) ||
	    __builtin_add_overflow(seconds, ns, &seconds))
		return -ERANGE;
	*ret_ns = seconds;
	return 0;
}
