/* SPDX-License-Identifier: Apache-2.0 */
/* The known name nearest to a wrong one, for "did you mean". */
#ifndef TUI_NEAREST_H
#define TUI_NEAREST_H

#include <stddef.h>

struct nearest {
	const char *wanted;
	const char *best; /* borrowed from nearest_offer(); NULL: none is near */
	size_t distance;
};
void nearest_init(struct nearest *nearest, const char *wanted);
/* Offers a known name, which must outlive the struct. */
void nearest_offer(struct nearest *nearest, const char *name);

#endif
