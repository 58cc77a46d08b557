/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plain reading of a condition: every check alone, from the tree, with no table and nothing
 * kept. Written apart from state/filter so that the two can be compared; it knows what random
 * conditions (filter_random.h) and the upstream rules use, and stops the test at anything else.
 */
#ifndef TESTS_UNIT_FILTER_NAIVE_H
#define TESTS_UNIT_FILTER_NAIVE_H

#include <stdbool.h>
#include "state/filter/ast.h"

struct filter_event;

bool naive_eval(const struct filter_node *node, struct filter_event *event);

#endif
