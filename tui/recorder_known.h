/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was last written of counts that are told at each refresh, so that only what has changed is
 * written again. Of each count a few bytes are remembered under a 128-bit key. When there are too
 * many, or no memory, all are written once more: nothing is ever missing.
 */
#ifndef TUI_RECORDER_KNOWN_H
#define TUI_RECORDER_KNOWN_H

#include <stdbool.h>
#include "state/base/hash.h"

struct recorder_known {
	struct hash hash; /* key -> the bytes */
	size_t bytes;     /* of each */
};

void recorder_known_init(struct recorder_known *known, size_t bytes, struct memory *memory);
void recorder_known_release(struct recorder_known *known);
/* Remembers data, known->bytes long; false when the same was remembered under the key. */
bool recorder_known_changed(struct recorder_known *known, uint64_t a, uint64_t b, const void *data);

#endif
