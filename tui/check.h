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
 * The default rules and those of --rules, which must be right, as the config file has them. What
 * is wrong in a rule file is printed to standard error. Returns 0, or -EINVAL with the sentence in
 * *err, which begins with `what`.
 */
int check_load(const struct options *options, const char *what, struct rules **ret_rules,
	       struct usage_error *err);

/*
 * The same again, perhaps in another thread: nothing is printed, *err has the first error with its
 * place. The rules are ready to match.
 */
int check_reload(const struct options *options, struct rules **ret_rules, struct usage_error *err);

#endif
