/* SPDX-License-Identifier: Apache-2.0 */
#include "version.h"

#include <errno.h>
#include <stddef.h>

/* The digits at *text, which moves behind them. */
static int read_number(const char **text, uint32_t *ret_number)
{
	uint64_t number = 0;
	const char *at = *text;

	while (*at >= '0' && *at <= '9' && number <= UINT32_MAX)
		number = 10 * number + (uint64_t)(*at++ - '0');
	if (at == *text || number > UINT32_MAX)
		return -EINVAL;
	*text = at;
	*ret_number = (uint32_t)number;
	return 0;
}

int version_parse(const char *text, struct version *ret_version)
{
	struct version version;
	uint32_t *const parts[] = { &version.major, &version.minor, &version.patch };

	for (size_t i = 0; i < 3; i++) {
		if (i && *text++ != '.')
			return -EINVAL;
		if (read_number(&text, parts[i]) < 0)
			return -EINVAL;
	}
	if (*text && *text != '-' && *text != '+')
		return -EINVAL;
	*ret_version = version;
	return 0;
}

bool version_fits(const struct version *have, const struct version *want)
{
	if (have->major != want->major)
		return false;
	if (have->minor != want->minor)
		return have->minor > want->minor;
	return have->patch >= want->patch;
}
