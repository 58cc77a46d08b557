/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Regular expressions of conditions: POSIX extended syntax as RE2 reads it, which has neither back
 * references nor look-around, so a condition means the same here and elsewhere. The whole text has
 * to match. Matching is bounded: a pattern that needs more steps than REGEX_STEPS_MAX does not
 * match. Texts need not be UTF-8: bytes that are not become U+FFFD.
 */
#ifndef STATE_FILTER_REGEX_H
#define STATE_FILTER_REGEX_H

#include <stdbool.h>
#include "error.h"
#include "pattern.h"

#define REGEX_STEPS_MAX 200000
#define REGEX_DEPTH_MAX 1000
#define REGEX_HEAP_MAX_KIB 1024
#define REGEX_TEXT_MAX 65536 /* longer texts are cut before they are made UTF-8 */

struct regex;

/* Returns 0, -EINVAL (not a regex; not one of this syntax) or -ENOMEM, with *err. */
int regex_new(struct bytes pattern, struct filter_pos pos, struct regex **ret_regex,
	      struct filter_error *err);
/* NULL is fine. */
void regex_free(struct regex *regex);
bool regex_match(struct regex *regex, struct bytes text);
/*
 * Could =, contains, startswith, endswith, glob or exists say the same? True for plain text, with
 * ^ .* .+ .? at its beginning and .* .+ .? $ at its end.
 */
bool regex_is_plain(struct bytes pattern);

#endif
