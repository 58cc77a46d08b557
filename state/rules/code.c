/* SPDX-License-Identifier: Apache-2.0 */
#include "code.h"

#include <errno.h>
#include <strings.h>

static const struct rule_code_desc codes[] = {
#define RULE_CODE(id, level, words, text)                       \
	[RULE_CODE_##id] = { .name = "LOAD_" #id,               \
			     .severity = RULE_SEVERITY_##level, \
			     .title = words,                    \
			     .help = text },
#include "code.def"
};
_Static_assert(sizeof(codes) / sizeof(codes[0]) == RULE_CODE_COUNT, "every code has a row");

const struct rule_code_desc *rule_code_at(enum rule_code code)
{
	return &codes[code];
}

static const char *const items[] = {
#define RULE_ITEM(id, name) [RULE_ITEM_##id] = name,
#include "code.def"
};
_Static_assert(sizeof(items) / sizeof(items[0]) == RULE_ITEM_COUNT, "every item has a row");

const char *rule_item_name(enum rule_item item)
{
	return items[item];
}

static const char *const priorities[] = {
#define RULE_PRIORITY(id, name) [RULE_PRIORITY_##id] = name,
#include "code.def"
};
_Static_assert(sizeof(priorities) / sizeof(priorities[0]) == RULE_PRIORITY_COUNT,
	       "every priority has a row");

const char *rule_priority_name(enum rule_priority priority)
{
	return priorities[priority];
}

int rule_priority_parse(const char *text, enum rule_priority *ret_priority)
{
	if (strcasecmp(text, "info") == 0) {
		*ret_priority = RULE_PRIORITY_INFORMATIONAL;
		return 0;
	}
	for (enum rule_priority p = 0; p < RULE_PRIORITY_COUNT; p++)
		if (strcasecmp(text, priorities[p]) == 0) {
			*ret_priority = p;
			return 0;
		}
	return -ENOENT;
}
