/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many constants at once: all checks of one operand and one way to compare share a table, which is
 * asked once per event and knows then which of the constants fit.
 *
 *   EXACT   = != in intersects   a hash table
 *   BEGIN   startswith           a tree by bytes
 *   END     endswith             the same from the back
 *   PART    contains             an automaton (Aho-Corasick) over the text
 *   ANY_CASE icontains           the same without regard to case
 *
 * A constant has a bit; constants that differ in nothing that matters to their check share one.
 */
#ifndef STATE_FILTER_MATCH_H
#define STATE_FILTER_MATCH_H

#include "pattern.h"
#include "predicate.h"
#include "state/base/arena.h"

enum matcher_kind {
	MATCHER_EXACT,
	MATCHER_BEGIN,
	MATCHER_END,
	MATCHER_PART,
	MATCHER_ANY_CASE,
	MATCHER_COUNT
};

struct matcher;

/* How a predicate can share; MATCHER_COUNT: not at all. */
enum matcher_kind matcher_kind_of(const struct predicate *predicate);
/*
 * Makes the table of predicates[0..len), all of one operand and kind, in the arena, and attaches
 * it to them where it is faster than each for itself. Returns 0 or -ENOMEM; no predicate refers to
 * it then.
 */
int matcher_new(struct arena *arena, enum matcher_kind kind, struct predicate *const *predicates,
		size_t len);
/* What a predicate with a matcher says; its operand has a value for this event. */
bool matcher_result(const struct predicate *predicate);

#endif
