/* SPDX-License-Identifier: Apache-2.0 */
#include "group_index.h"

#include <errno.h>
#include <string.h>

#define SLOTS_MIN 16

/* FNV-1a, 64 bits. */
uint64_t group_hash(uint64_t hash, const void *data, size_t len)
{
	const unsigned char *bytes = data;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ bytes[i]) * 0x100000001b3u;
	return hash;
}

int group_index_init(struct group_index *index, struct frame *frame, size_t most)
{
	size_t slots = SLOTS_MIN;

	while (slots < most * 2)
		slots *= 2;
	index->mask = slots - 1;
	index->groups = frame_alloc(frame, slots * sizeof(index->groups[0]));
	index->procs = frame_alloc(frame, slots * sizeof(index->procs[0]));
	if (!index->groups || !index->procs)
		return -ENOMEM;
	memset(index->groups, 0, slots * sizeof(index->groups[0]));
	memset(index->procs, 0, slots * sizeof(index->procs[0]));
	return 0;
}

void *group_index_next(const struct group_index *index, uint64_t hash, size_t *at)
{
	size_t i = *at == SIZE_MAX ? hash & index->mask : (*at + 1) & index->mask;

	while (index->groups[i].group && index->groups[i].hash != hash)
		i = (i + 1) & index->mask;
	*at = i;
	return index->groups[i].group;
}

void group_index_put(struct group_index *index, uint64_t hash, size_t at, void *group)
{
	index->groups[at] = (struct group_slot){ .hash = hash, .group = group };
}

bool group_index_proc(struct group_index *index, const void *group,
		      const struct record_prefix *prefix)
{
	uint64_t hash = group_hash(GROUP_HASH_START, &group, sizeof(group));
	size_t i;

	hash = group_hash(hash, &prefix->pid, sizeof(prefix->pid));
	hash = group_hash(hash, &prefix->start_boot_ns, sizeof(prefix->start_boot_ns));
	i = hash & index->mask;
	for (; index->procs[i].group; i = (i + 1) & index->mask) {
		const struct group_proc *slot = &index->procs[i];

		if (slot->group == group && slot->pid == prefix->pid &&
		    slot->start_boot_ns == prefix->start_boot_ns)
			return false;
	}
	index->procs[i] = (struct group_proc){ .group = group,
					       .pid = prefix->pid,
					       .start_boot_ns = prefix->start_boot_ns };
	return true;
}
