/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why a condition is true or false for an event: its tree, with the result of every part and the
 * value that each check saw. Evaluated on its own and in full, part by part: for showing, not for
 * speed.
 */
#ifndef STATE_FILTER_EXPLAIN_H
#define STATE_FILTER_EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include "ast.h"

struct filter_event;
struct filter_compile_opts;
struct text_buf;

struct filter_explained {
	const struct filter_node *node;
	unsigned depth; /* 0 = the condition itself */
	bool result;
	bool decides; /* it is a reason for the result of the whole */
	/* What a check saw, made safe: "cat", "(1, 22)"; "<NA>": no value; "" for other parts. */
	const char *value;
	const char *right; /* the same of a field or transformer on the right; "" for others */
};

/*
 * Calls fn for every node, parents before children, in the order of the text. Returns 0, -ENOMEM,
 * or -EINVAL for a condition that does not compile. What fn gets is valid during the call.
 */
typedef void (*filter_explain_fn)(void *ctx, const struct filter_explained *part);
int filter_explain(const struct filter_ast *ast, struct filter_event *event,
		   const struct filter_compile_opts *opts, filter_explain_fn fn, void *ctx);

/* Adds a value, or what is shown of it: whole characters, and ... behind them. */
#define FILTER_VALUE_SHOWN 200
void filter_explained_value(const char *value, struct text_buf *buf);

#endif
