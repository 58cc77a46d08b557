/* SPDX-License-Identifier: Apache-2.0 */
/* The files that conditions name in full. */
#include <string.h>

#include "compile.h"
#include "set.h"

static bool names_files(const struct predicate *p)
{
	return p->left->kind == OPERAND_FIELD && !p->right &&
	       strcmp(p->left->ref.field->name, "fd.name") == 0 &&
	       (p->op == FILTER_OP_EQ || p->op == FILTER_OP_IN);
}

void filter_set_files(const struct filter_set *set, filter_file_fn fn, void *ctx)
{
	for (size_t i = 0; i < set->predicates_len; i++) {
		const struct predicate *p = set->predicates[i];

		for (size_t k = 0; names_files(p) && k < p->constants_len; k++) {
			struct bytes path = value_bytes(&p->constants[k].value);

			if (path.len && path.data[0] == '/')
				fn(ctx, path.data, path.len);
		}
	}
}
