/* SPDX-License-Identifier: Apache-2.0 */
#include "number.h"

#include <errno.h>
#include <stddef.h>
#include <stdbool.h>
#include <string.h>

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

/* Reads "1.25" as 1 and 250,000,000: at most nine decimals; one side of the point may be empty. */
static int read_decimal(const char **text, uint64_t *ret_whole, uint64_t *ret_billionths)
{
	uint64_t whole = 0, billionths = 0, unit = NS_PER_S / 10;
	const char *p = *text;
	bool digits = is_digit(*p);

	if (digits) {
		int rc = read_digits(&p, &whole);

		if (rc < 0)
			return rc;
	}
	if (*p == '.')
		for (p++; is_digit(*p); p++, unit /= 10) {
			digits = true;
			if (!unit)
				return -EINVAL;
			billionths += (uint64_t)(*p - '0') * unit;
		}
	if (!digits)
		return -EINVAL;
	*text = p;
	*ret_whole = whole;
	*ret_billionths = billionths;
	return 0;
}

int number_seconds(const char *text, uint64_t *ret_ns)
{
	uint64_t seconds, ns;
	int rc = read_decimal(&text, &seconds, &ns);

	if (rc < 0)
		return rc;
	if (*text)
		return -EINVAL;
	if (__builtin_mul_overflow(seconds, NS_PER_S, &seconds) ||
	    __builtin_add_overflow(seconds, ns, &seconds))
		return -ERANGE;
	*ret_ns = seconds;
	return 0;
}

int number_duration(const char *text, uint64_t *ret_ns)
{
	static const struct {
		const char *name;
		uint64_t ns;
	} units[] = {
		{ "", 1000000 }, { "ms", 1000000 }, { "us", 1000 }, { "ns", 1 }, { "s", NS_PER_S },
	};
	uint64_t whole, billionths;
	int rc = read_decimal(&text, &whole, &billionths);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(text, units[i].name) != 0)
			continue;
		if (billionths && units[i].ns == 1)
			return -EINVAL;
		if (__builtin_mul_overflow(whole, units[i].ns, &whole) ||
		    __builtin_add_overflow(whole, billionths * units[i].ns / NS_PER_S, &whole))
			return -ERANGE;
		*ret_ns = whole;
		return 0;
	}
	return -EINVAL;
}
