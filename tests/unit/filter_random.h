/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random conditions over the fields of filter_mock.h, and random values for them. From a small
 * alphabet, so that things often match. The same seed gives the same.
 */
#ifndef TESTS_UNIT_FILTER_RANDOM_H
#define TESTS_UNIT_FILTER_RANDOM_H

#include <stddef.h>
#include <stdint.h>
#include "filter_mock.h"

#define RANDOM_TEXT_MAX 16384

struct random {
	uint64_t state;
};

uint32_t random_below(struct random *random, uint32_t limit);
void random_condition(struct random *random, char *text, size_t size);
/* New values for all fields; none was asked for yet. */
void random_world(struct random *random, struct mock_world *world);

#endif
