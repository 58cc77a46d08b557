/* SPDX-License-Identifier: Apache-2.0 */
/* `saker check FILE|DIR...`: are rule files right? */
#ifndef TUI_CHECK_H
#define TUI_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include "options.h"

struct rules;

/*
 * Loads the files in their order and prints the report. Returns the status: 0, 1 when a file is
 * wrong or cannot be read, and -ENOMEM.
 */
int check_run(FILE *out, const struct options *options);
/*
 * The rules of files that must be right, for modes that use them. Returns 0, or -EINVAL after the
 * report of what is wrong was printed to `report`; -ENOMEM.
 */
int check_load(const struct option_words *files, FILE *report, struct rules **ret_rules);

#endif
