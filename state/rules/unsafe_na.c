/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of audit events are never "<NA>": a comparison with that is a mistake. */
#include <string.h>

#include "compile.h"

static bool is_audit_field(const struct filter_operand *operand)
{
	return operand->kind == FILTER_OPERAND_FIELD && operand->name.data &&
	       (strncmp(operand->name.data, "ka.", 3) == 0 ||
		strncmp(operand->name.data, "jevt.", 5) == 0);
}

const struct filter_node *unsafe_na_check(const struct filter_node *node)
{
	switch (node->kind) {
	case FILTER_NODE_MACRO: return NULL;
	case FILTER_NODE_CHECK:
		if (!is_audit_field(node->check.left))
			return NULL;
		for (const struct filter_value *v = node->check.values; v; v = v->next)
			if (v->text.len == 4 && memcmp(v->text.data, "<NA>", 4) == 0)
				return node;
		return NULL;
	case FILTER_NODE_AND:
	case FILTER_NODE_OR:
	case FILTER_NODE_NOT: break;
	}
	for (const struct filter_node *child = node->children; child; child = child->next) {
		const struct filter_node *found = unsafe_na_check(child);

		if (found)
			return found;
	}
	return NULL;
}
