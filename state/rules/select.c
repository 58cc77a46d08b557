/* SPDX-License-Identifier: Apache-2.0 */
/* Rules on and off, by name or tag. */
#include <string.h>

#include "rules_private.h"

/*
 * Greedy with one step back: where the text stops fitting, the last star takes one byte more. That
 * is enough, because an earlier star can leave everything to a later one.
 */
bool rules_name_fits(const char *pattern, const char *name)
{
	const char *star = NULL, *mark = NULL;

	while (*name) {
		if (*pattern == '*') {
			star = pattern++;
			mark = name;
		} else if (*pattern == *name) {
			pattern++;
			name++;
		} else if (star) {
			pattern = star + 1;
			name = ++mark;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

size_t rules_select_name(struct rules *rules, const char *pattern, enum rules_switch to)
{
	size_t found = 0;

	for (size_t i = 0; i < rules->len; i++) {
		if (!rules_name_fits(pattern, rules->items[i].name))
			continue;
		rules->items[i].enabled = to == RULES_ENABLE;
		found++;
	}
	return found;
}

size_t rules_select_tag(struct rules *rules, const char *tag, enum rules_switch to)
{
	size_t found = 0;

	for (size_t i = 0; i < rules->len; i++) {
		struct rule *rule = &rules->items[i];
		size_t k = 0;

		while (k < rule->tags_len && strcmp(rule->tags[k], tag) != 0)
			k++;
		if (k == rule->tags_len)
			continue;
		rule->enabled = to == RULES_ENABLE;
		found++;
	}
	return found;
}
