/* SPDX-License-Identifier: Apache-2.0 */
/* `saker check FILE|DIR...`: are rule files right? */
#ifndef TUI_CHECK_H
#define TUI_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include "options.h"

struct rule_config;
struct rules;

/*
 * Loads the files in their order and prints the report. Returns the status: 0, 1 when a file is
 * wrong or cannot be read, and -ENOMEM.
 */
int check_run(FILE *out, const struct options *options);
/*
 * The rules of files that must be right, for modes that use them, as the config file has them.
 * Returns 0, or -EINVAL after the report of what is wrong was printed to `report`; -ENOMEM.
 */
int check_load(const struct option_words *files, const struct rule_config *config, FILE *report,
	       struct rules **ret_rules);

#endif
