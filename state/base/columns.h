/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many columns of a terminal a character takes, for carets under a line. Not of any locale:
 * the same line gives the same caret everywhere.
 */
#ifndef STATE_BASE_COLUMNS_H
#define STATE_BASE_COLUMNS_H

#include <stddef.h>

/*
 * The first character of text[0..len), len > 0: returns its bytes and sets *ret_columns to 0, 1 or
 * 2. What is no UTF-8 is one byte and -1: it has no shape of its own.
 */
size_t columns_of(const char *text, size_t len, int *ret_columns);

#endif
