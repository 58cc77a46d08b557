/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the options: who takes a value, and from where it came. */
#ifndef TUI_OPTION_VALUE_H
#define TUI_OPTION_VALUE_H

#include "options.h"

struct option_value {
	struct options *options; /* where it goes */
	struct usage_error *err;
	const char *from; /* where a wrong value is reported from later: "-v", "FILE:LINE:COLUMN" */
	char what[64];    /* as the user wrote the option: "-d", "--view", "delay" */
};

/* Checks and stores a value ("" for options without). Returns 0, or -EINVAL with err filled. */
typedef int (*option_value_fn)(struct option_value *input, const char *value);
#define OPTION(id, set, group, letter, name, argument, modes, config, help) \
	int option_##set(struct option_value *input, const char *value);
#include "options.def"

/* Writes the sentence; returns -EINVAL. */
int option_fail(struct usage_error *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
