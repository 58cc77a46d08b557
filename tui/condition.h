/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conditions that stand on the command line: FILTER and check -e.
 */
#ifndef TUI_CONDITION_H
#define TUI_CONDITION_H

#include <stddef.h>

#include "options.h"
#include "state/filter/compile.h"
#include "state/filter/parse.h"

extern const struct filter_limits condition_limits;

/* An error's sentence with the nearest name. */
void condition_message(const struct filter_error *err, char *text, size_t size);
/*
 * For conditions on what happens on this host: its services, and its names of hosts (host_names.h).
 * Conditions on a capture do not know the latter: it says the same on every machine.
 */
extern const struct filter_compile_opts condition_live, condition_capture;
/*
 * Compiles FILTER. Returns 0 and a set of one condition that the caller frees, or -EINVAL with the
 * sentence in *err.
 */
int condition_load(const char *text, const struct filter_compile_opts *opts,
		   struct filter_set **ret_set, struct usage_error *err);

#endif
