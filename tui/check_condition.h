/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `saker check -e EXPR`: is this one condition right? Prints its canonical form, or what is wrong,
 * where, and what may have been meant.
 */
#ifndef TUI_CHECK_CONDITION_H
#define TUI_CHECK_CONDITION_H

#include <stdio.h>

enum check_depth {
	CHECK_ALL,
	CHECK_SYNTAX /* the grammar alone: fields and macros may have any name */
};

/*
 * Text: the canonical form on out; errors and warnings on messages, each with its line and a caret.
 * JSON: one object on out,
 *   {"canonical","events":[names],"fields":[names],"warnings":[...]} and, where it is wrong,
 *   "error":{"message","line","column","nearest"}; what is not known is null.
 * Returns the status: 0 it is right, 1 it is not.
 */
int check_condition_text(const char *text, enum check_depth depth, FILE *out, FILE *messages);
int check_condition_json(const char *text, enum check_depth depth, FILE *out);

#endif
