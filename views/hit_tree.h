/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is around a hit: its process, the parent, and all below both, as rows of processes and events
 * tell. The other children of the parent are left out where it is init or kthreadd, or where the
 * hit is of a container and it is not. A process between two that nothing was seen of is known by
 * its row, one whose parent has ended by what it did before.
 */
#ifndef VIEWS_HIT_TREE_H
#define VIEWS_HIT_TREE_H

#include <stdbool.h>
#include "probe/schema/record.h"
#include "state/snapshot.h"

struct hit_tree;

/* kept: the hit, with a whole prefix. 0 or -ENOMEM. */
int hit_tree_new(const struct snapshot *snapshot, const struct history_event *kept,
		 struct hit_tree **ret_tree);
void hit_tree_free(struct hit_tree *tree); /* NULL is fine */
/* Is it one of them? Events are shown in their order: children are known by those before. */
bool hit_tree_takes(struct hit_tree *tree, const struct record_prefix *prefix);
/* Events from then on are wanted: those before the result have left memory; 0: none has. */
uint64_t hit_tree_left_ns(const struct snapshot *snapshot, uint64_t from_ns);

#endif
