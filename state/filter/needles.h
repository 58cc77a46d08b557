/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which of many texts are parts of one: an automaton (Aho and Corasick, 1975) that goes over the
 * text once, one table look-up a byte, whatever the number of needles.
 *
 *   needles_new, needles_add for each, needles_finish; then needles_match any number of times
 */
#ifndef STATE_FILTER_NEEDLES_H
#define STATE_FILTER_NEEDLES_H

#include <stdint.h>
#include "pattern.h"
#include "state/base/arena.h"

struct needles;

/*
 * bytes: of all needles together; words: of the row of bits that a match fills. Returns 0,
 * -E2BIG when the table would pass NEEDLES_TABLE_MAX, or -ENOMEM.
 */
#define NEEDLES_TABLE_MAX (8u << 20)
int needles_new(struct arena *arena, size_t bytes, size_t words, enum pattern_case how,
		struct needles **ret_needles);
/* Returns 0 or -ENOMEM. */
int needles_add(struct needles *needles, struct bytes needle, uint32_t bit);
int needles_finish(struct needles *needles);
/* Sets the bits of all needles that are in the text. */
void needles_match(const struct needles *needles, struct bytes text, uint64_t *row);

#endif
