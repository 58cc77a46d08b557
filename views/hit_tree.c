/* SPDX-License-Identifier: Apache-2.0 */
#include "hit_tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pid_table.h"

#define EVENTS_MAX 4096 /* processes that only events tell of */
#define DEPTH_MAX 64

struct hit_tree {
	struct pid_table *below; /* and who all these are below */
	uint32_t parent;
};

/* Rows are by pid, and children mostly have higher ones: few rounds find all. */
static void take_rows(struct hit_tree *tree, const struct snapshot *snapshot)
{
	size_t before = 0;

	for (unsigned depth = 0; depth < DEPTH_MAX && before != pid_table_len(tree->below);
	     depth++) {
		before = pid_table_len(tree->below);
		for (size_t i = 0; i < snapshot->procs_len; i++) {
			const struct proc_row *row = &snapshot->procs[i];

			if (pid_table_before(tree->below, row->ppid, row->start_boot_ns) !=
			    PID_TABLE_NONE)
				pid_table_add(tree->below, row->pid, row->start_boot_ns);
		}
	}
}

/* The row of the hit's parent; NULL: it has none any more. */
static const struct proc_row *parent_row(const struct snapshot *snapshot,
					 const struct record_prefix *hit)
{
	const struct proc_row *found = NULL;

	for (size_t i = 0; i < snapshot->procs_len; i++) {
		const struct proc_row *row = &snapshot->procs[i];

		if (row->pid == hit->ppid && row->start_boot_ns <= hit->start_boot_ns)
			found = row;
	}
	return found;
}

/* The parent with all that is below it; of a container's process only within its container. */
static void take_parent(struct hit_tree *tree, const struct snapshot *snapshot,
			const struct history_event *kept, const struct record_prefix *hit)
{
	const struct proc_row *row = parent_row(snapshot, hit);

	if (kept->container && *kept->container &&
	    (!row || strcmp(row->container, kept->container) != 0))
		return;
	/* Without a row it is older than all that name it. */
	pid_table_add(tree->below, hit->ppid, row ? row->start_boot_ns : 0);
}

int hit_tree_new(const struct snapshot *snapshot, const struct history_event *kept,
		 struct hit_tree **ret_tree)
{
	struct record_prefix hit;
	struct hit_tree *tree = calloc(1, sizeof(*tree));

	if (!tree)
		return -ENOMEM;
	memcpy(&hit, kept->record, sizeof(hit));
	if (pid_table_new(snapshot->procs_len + EVENTS_MAX, &tree->below) < 0) {
		free(tree);
		return -ENOMEM;
	}
	/* Everybody is below init and kthreadd. */
	tree->parent = hit.ppid > 2 ? hit.ppid : 0;
	pid_table_add(tree->below, hit.pid, hit.start_boot_ns);
	if (tree->parent)
		take_parent(tree, snapshot, kept, &hit);
	take_rows(tree, snapshot);
	*ret_tree = tree;
	return 0;
}

void hit_tree_free(struct hit_tree *tree)
{
	if (!tree)
		return;
	pid_table_free(tree->below);
	free(tree);
}

bool hit_tree_takes(struct hit_tree *tree, const struct record_prefix *prefix)
{
	if (pid_table_find(tree->below, prefix->pid, prefix->start_boot_ns) != PID_TABLE_NONE ||
	    (tree->parent && prefix->pid == tree->parent))
		return true;
	return pid_table_before(tree->below, prefix->ppid, prefix->start_boot_ns) !=
		       PID_TABLE_NONE &&
	       pid_table_add(tree->below, prefix->pid, prefix->start_boot_ns) != PID_TABLE_NONE;
}

uint64_t hit_tree_left_ns(const struct snapshot *snapshot, uint64_t from_ns)
{
	return snapshot->events_first > 1 && snapshot->streaming_since_ns > from_ns
		       ? snapshot->streaming_since_ns
		       : 0;
}
