/* SPDX-License-Identifier: Apache-2.0 */
/* The codes, items and priorities of code.def. */
#ifndef STATE_RULES_CODE_H
#define STATE_RULES_CODE_H

#include <stddef.h>

enum rule_code {
#define RULE_CODE(id, severity, title, help) RULE_CODE_##id,
#include "code.def"
	RULE_CODE_COUNT
};

enum rule_severity { RULE_SEVERITY_ERROR, RULE_SEVERITY_WARNING };

struct rule_code_desc {
	const char *name; /* LOAD_... */
	enum rule_severity severity;
	const char *title;
	const char *help;
};
const struct rule_code_desc *rule_code_at(enum rule_code code);

enum rule_item {
#define RULE_ITEM(id, name) RULE_ITEM_##id,
#include "code.def"
	RULE_ITEM_COUNT
};
const char *rule_item_name(enum rule_item item);

enum rule_priority {
#define RULE_PRIORITY(id, name) RULE_PRIORITY_##id,
#include "code.def"
	RULE_PRIORITY_COUNT
};
const char *rule_priority_name(enum rule_priority priority);
/* Case does not matter, "info" is informational. Returns 0 or -ENOENT. */
int rule_priority_parse(const char *text, enum rule_priority *ret_priority);

#endif
