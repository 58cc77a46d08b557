/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is around a hit on the host: its process, the parent (but not its other children), and all
 * below, as rows of processes and events tell. A process between two that nothing was seen of is
 * known by its row, one whose parent has ended by what it did before.
 */
#ifndef VIEWS_HIT_TREE_H
#define VIEWS_HIT_TREE_H

#include <stdbool.h>
#include "probe/schema/record.h"
#include "state/snapshot.h"

struct hit_tree;

/* hit: the prefix of its event. 0 or -ENOMEM. */
int hit_tree_new(const struct snapshot *snapshot, const struct record_prefix *hit,
		 struct hit_tree **ret_tree);
void hit_tree_free(struct hit_tree *tree); /* NULL is fine */
/* Is it one of them? Events are shown in their order: children are known by those before. */
bool hit_tree_takes(struct hit_tree *tree, const struct record_prefix *prefix);

#endif
