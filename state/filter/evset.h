/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which kinds of events a condition can be true for, from the tree alone. Only evt.type and
 * syscall.type with = == != in, and exists, narrow; every other check is neutral, negated too.
 * evt.num is at least 1 always, so a check on it can be never true, or always.
 */
#ifndef STATE_FILTER_EVSET_H
#define STATE_FILTER_EVSET_H

#include "ast.h"
#include "error.h"
#include "kind.h"

/*
 * Returns 0, or -EINVAL with *err (may be NULL) where evt.type is compared with something that is
 * only known when the event is there: a transformer, a field.
 */
int filter_ast_kinds(const struct filter_ast *ast, struct filter_kinds *ret_kinds,
		     struct filter_error *err);

#endif
