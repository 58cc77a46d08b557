/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parser: the text of a condition -> a tree. The grammar is Falco's and sysdig's, with what is
 * odd in it: keywords are matched as beginnings ("a and(b)" but not "a andb"), behind `exists`
 * nothing is checked, an even number of `not` cancels, quotes know few escapes. It knows no field
 * names: those are the compiler's.
 */
#ifndef STATE_FILTER_PARSE_H
#define STATE_FILTER_PARSE_H

#include <stddef.h>
#include "ast.h"
#include "error.h"

#define FILTER_DEPTH_DEFAULT 100
#define FILTER_DEPTH_RULES 1000
#define FILTER_DEPTH_MAX 1000 /* later passes recurse as deep */

struct filter_limits {
	unsigned max_depth; /* of parentheses and transformers; 0 = FILTER_DEPTH_DEFAULT */
	size_t max_len;     /* bytes of the text; 0 = 1 MiB */
	size_t max_bytes;   /* memory of the tree, macros included; 0 = 16 MiB */
};

/*
 * Parses text[0..len); limits NULL: defaults. Returns 0, -EINVAL or -ENOMEM with *err filled (err
 * may be NULL) and *ret_ast untouched. The caller owns the tree.
 */
int filter_parse(const char *text, size_t len, const struct filter_limits *limits,
		 struct filter_ast **ret_ast, struct filter_error *err);

/*
 * What a quoted text means: text[0..len) with its quotes. Returns 0 and a text owned by the arena,
 * -EINVAL or -ENOMEM with *err.
 */
int filter_unquote(struct arena *arena, const char *text, size_t len, struct filter_str *ret_text,
		   struct filter_error *err);

#endif
