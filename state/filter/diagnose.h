/* SPDX-License-Identifier: Apache-2.0 */
/* All that is wrong with a condition, where filter_compile() ends at the first error. */
#ifndef STATE_FILTER_DIAGNOSE_H
#define STATE_FILTER_DIAGNOSE_H

#include "compile.h"

#define FILTER_DIAGNOSE_MAX 32 /* errors of one tree; whoever repairs those compiles again */

typedef void (*filter_error_fn)(void *ctx, const struct filter_error *err);
/*
 * Calls fn for every check and macro that filter_compile() would refuse, in the order of the text,
 * at most FILTER_DIAGNOSE_MAX times; where no check is wrong by itself, for what is wrong with the
 * whole. Gives no warnings. Returns 0 or -ENOMEM.
 */
int filter_diagnose(const struct filter_ast *ast, const struct filter_compile_opts *opts,
		    filter_error_fn fn, void *ctx);

#endif
