/* SPDX-License-Identifier: Apache-2.0 */
#include "kind.h"

#include <errno.h>
#include <string.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

static const struct {
	const char *name;
} kinds[] = {
#define KIND(id, text, meaning) [PROBE_KIND_##id] = { .name = (text) },
#include "kinds.def"
};
_Static_assert(ARRAY_LEN(kinds) == PROBE_KIND_COUNT, "a name for each kind");

const char *probe_kind_name(enum probe_kind kind)
{
	return kinds[kind].name;
}

int probe_kind_by_name(const char *name, size_t len)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (strlen(kinds[i].name) == len && memcmp(kinds[i].name, name, len) == 0)
			return (int)i;
	}
	return -ENOENT;
}
