/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Path prefixes (pmatch): a set of paths, of which one must be the beginning of a path, whole
 * components at a time. /var/run is a beginning of /var/run and /var/run/x, not of /var/runner.
 * A component with ? * or [ is a pattern. A shorter prefix makes longer ones needless. Slashes at
 * the ends and doubled ones do not count.
 */
#ifndef STATE_FILTER_PATHS_H
#define STATE_FILTER_PATHS_H

#include "pattern.h"
#include "state/base/arena.h"

struct path_node;

struct paths {
	struct path_node *root; /* NULL: the set is empty */
};

/* Adds a prefix; its bytes are borrowed for the life of the set. Returns 0 or -ENOMEM. */
int paths_add(struct paths *paths, struct arena *arena, struct bytes prefix);
bool paths_match(const struct paths *paths, struct bytes path);

#endif
