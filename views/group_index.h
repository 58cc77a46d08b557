/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events by group, for the rows_*.c files that group them: two open-addressed hash tables in the
 * frame, one of groups by the hash of what they have in common, one of (group, process), so that
 * each process of a group is counted once. Both are sized for all events at once and never grow.
 */
#ifndef VIEWS_GROUP_INDEX_H
#define VIEWS_GROUP_INDEX_H

#include <stdbool.h>
#include <stdint.h>
#include "frame.h"
#include "probe/schema/record.h"

struct group_slot {
	uint64_t hash;
	void *group; /* NULL: free */
};

struct group_proc {
	const void *group; /* NULL: free */
	uint64_t start_boot_ns;
	uint32_t pid;
};

struct group_index {
	struct group_slot *groups;
	struct group_proc *procs;
	size_t mask;
};

/* Continues a hash; begin with GROUP_HASH_START. */
#define GROUP_HASH_START 0xcbf29ce484222325u
uint64_t group_hash(uint64_t hash, const void *data, size_t len);

/* most: groups and processes of groups there can be. 0 or -ENOMEM. */
int group_index_init(struct group_index *index, struct frame *frame, size_t most);
/*
 * The next group with this hash, NULL when there is no other; *at begins with SIZE_MAX. After NULL
 * group_index_put() at *at adds one.
 */
void *group_index_next(const struct group_index *index, uint64_t hash, size_t *at);
void group_index_put(struct group_index *index, uint64_t hash, size_t at, void *group);
/* Is the process of the event new in the group? From now on it is not. */
bool group_index_proc(struct group_index *index, const void *group,
		      const struct record_prefix *prefix);

#endif
