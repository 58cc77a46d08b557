/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the word at a place of a condition could be: fields, operators behind a field, values behind
 * an operator (calls, and names of what is in a snapshot).
 */
#ifndef TUI_COMPLETION_H
#define TUI_COMPLETION_H

#include <stddef.h>
#include "state/snapshot.h"

#define COMPLETION_MAX 64
#define COMPLETION_BYTES 64

struct completion {
	size_t start; /* of the word, a byte of the text */
	size_t len;
	char items[COMPLETION_MAX][COMPLETION_BYTES];
};

/*
 * Candidates for the word that ends at byte `at`, those that begin with it. snapshot may be NULL.
 */
void completion_find(const char *text, size_t at, const struct snapshot *snapshot,
		     struct completion *ret_completion);

#endif
