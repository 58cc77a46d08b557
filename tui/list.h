/* SPDX-License-Identifier: Apache-2.0 */
/* `saker list SUBJECT`: what this program knows. */
#ifndef TUI_LIST_H
#define TUI_LIST_H

#include <stdbool.h>
#include <stdio.h>

#include "options.h"

/*
 * Prints a subject. Returns 0, or -EINVAL with the sentence in *err when there is no such subject.
 */
int list_run(FILE *out, const struct options *options, struct usage_error *err);

#endif
