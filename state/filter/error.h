/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is wrong with a condition, and where: filled by the parser and the compiler.
 */
#ifndef STATE_FILTER_ERROR_H
#define STATE_FILTER_ERROR_H

#include <stddef.h>
#include <stdint.h>
#include "ast.h"
#include "probe/schema/render.h"

enum filter_error_kind {
	FILTER_ERROR_SYNTAX,
	FILTER_ERROR_LIMIT,         /* too long, too deep, too much memory */
	FILTER_ERROR_UNKNOWN_FIELD, /* no such field, or its argument is missing or wrong */
	FILTER_ERROR_UNKNOWN_EVENT, /* evt.type = no_such_call */
	FILTER_ERROR_UNKNOWN_MACRO,
	FILTER_ERROR_TYPE,  /* operator, transformer or right side do not fit the field */
	FILTER_ERROR_VALUE, /* a constant does not fit the field */
	FILTER_ERROR_MEMORY,
};

struct filter_error {
	enum filter_error_kind kind;
	struct filter_pos pos;
	uint32_t origin;   /* of the node: whose text pos is in, 0 = the condition's own */
	char message[256]; /* one sentence without place; host bytes are escaped */
	char nearest[64];  /* the known name nearest to a wrong one; "" = none */
};

/* Fills *err (NULL is fine); returns -EINVAL, so that a caller can return it. */
int filter_fail(struct filter_error *err, enum filter_error_kind kind, struct filter_pos pos,
		const char *format, ...) __attribute__((format(printf, 4, 5)));
/* The same for the name of a macro that is still in a tree when it is compiled. */
int filter_fail_macro(struct filter_error *err, const struct filter_node *node);
/* Fills *err; returns -ENOMEM. */
int filter_fail_memory(struct filter_error *err);

/*
 * Appends the line of the condition that pos is in (a window of at most `width` bytes around
 * it), a newline, and a caret under the place:
 *
 *   proc.name startwith ca
 *             ^
 *
 * Host bytes are made safe; no newline at the end.
 */
void filter_error_snippet(const char *text, size_t len, struct filter_pos pos, size_t width,
			  struct text_buf *buf);

#endif
