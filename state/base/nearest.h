/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The known name nearest to a wrong one, for error messages: set a struct nearest to
 * { .wrong = text }, offer every known name, take the best.
 */
#ifndef STATE_BASE_NEAREST_H
#define STATE_BASE_NEAREST_H

#include <stddef.h>

struct nearest {
	const char *wrong;
	const char *best; /* NULL: none was near enough; borrowed from the offers */
	size_t distance;  /* of best */
};

void nearest_offer(struct nearest *nearest, const char *name);
/* Insertions, deletions, replacements, swaps of neighbours; SIZE_MAX above 64 bytes. */
size_t edit_distance(const char *a, const char *b);

#endif
