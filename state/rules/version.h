/* SPDX-License-Identifier: Apache-2.0 */
/* Versions "MAJOR.MINOR.PATCH"; what follows behind a '-' or '+' is not compared. */
#ifndef STATE_RULES_VERSION_H
#define STATE_RULES_VERSION_H

#include <stdbool.h>
#include <stdint.h>

struct version {
	uint32_t major, minor, patch;
};

/* Returns 0 or -EINVAL. */
int version_parse(const char *text, struct version *ret_version);
/* Does what has version `have` fit what wants `want`: the same major version, and not older? */
bool version_fits(const struct version *have, const struct version *want);

#endif
