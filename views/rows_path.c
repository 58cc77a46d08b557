/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opens grouped by path. Two open-addressed hash tables in the frame: path -> group, and
 * (group, process) to count each process once. Both are sized for all opens at once.
 */
#include "rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct path_slot {
	uint64_t hash;
	struct path_group *group; /* NULL: free */
};

struct proc_slot {
	const struct path_group *group; /* NULL: free */
	uint64_t start_boot_ns;
	uint32_t pid;
};

struct path_index {
	struct path_slot *paths;
	struct proc_slot *procs;
	size_t mask;
};

/* FNV-1a, 64 bits. */
static uint64_t hash_bytes(const void *data, size_t len)
{
	const unsigned char *bytes = data;
	uint64_t hash = 0xcbf29ce484222325u;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ bytes[i]) * 0x100000001b3u;
	return hash;
}

static size_t count_opens(const struct build *build)
{
	size_t opens = 0;

	for (size_t c = 0; c < build->snapshot->chunks_len; c++) {
		const struct history_chunk *chunk = build->snapshot->chunks[c];

		for (size_t i = 0; i < history_chunk_len(chunk); i++)
			opens += kept_is_open(history_chunk_at(chunk, i));
	}
	return opens;
}

static int index_init(struct path_index *index, struct frame *frame, size_t opens)
{
	size_t slots = 16;

	while (slots < opens * 2)
		slots *= 2;
	index->mask = slots - 1;
	index->paths = frame_alloc(frame, slots * sizeof(index->paths[0]));
	index->procs = frame_alloc(frame, slots * sizeof(index->procs[0]));
	if (!index->paths || !index->procs)
		return -ENOMEM;
	memset(index->paths, 0, slots * sizeof(index->paths[0]));
	memset(index->procs, 0, slots * sizeof(index->procs[0]));
	return 0;
}

static struct path_group *index_group(struct path_index *index, struct build *build,
				      const char *path, size_t len)
{
	uint64_t hash = hash_bytes(path, len);
	struct path_group *group;
	struct row *row;
	size_t i;

	for (i = hash & index->mask; index->paths[i].group; i = (i + 1) & index->mask) {
		group = index->paths[i].group;
		if (index->paths[i].hash == hash && group->path_len == len &&
		    memcmp(group->path, path, len) == 0)
			return group;
	}
	group = frame_alloc(build->frame, sizeof(*group));
	row = group ? rows_add(build) : NULL;
	if (!row)
		return NULL;
	*group = (struct path_group){ .path = path, .path_len = len };
	row->group = group;
	row->key = (struct row_key){ .a = hash, .b = len };
	index->paths[i] = (struct path_slot){ .hash = hash, .group = group };
	return group;
}

static void index_proc(struct path_index *index, struct path_group *group,
		       const struct record_prefix *prefix)
{
	uint64_t mixed[3] = { (uint64_t)(uintptr_t)group, prefix->pid, prefix->start_boot_ns };
	size_t i = hash_bytes(mixed, sizeof(mixed)) & index->mask;

	for (; index->procs[i].group; i = (i + 1) & index->mask) {
		const struct proc_slot *slot = &index->procs[i];

		if (slot->group == group && slot->pid == prefix->pid &&
		    slot->start_boot_ns == prefix->start_boot_ns)
			return;
	}
	index->procs[i] = (struct proc_slot){ .group = group,
					      .pid = prefix->pid,
					      .start_boot_ns = prefix->start_boot_ns };
	group->procs++;
}

/* Letters seen so far and new ones, in the order of OPEN_MODES. */
static void merge_modes(char *modes, const char *more)
{
	char merged[sizeof(OPEN_MODES)];
	size_t len = 0;

	for (const char *c = OPEN_MODES; *c; c++)
		if (strchr(modes, *c) || strchr(more, *c))
			merged[len++] = *c;
	merged[len] = '\0';
	memcpy(modes, merged, len + 1);
}

static int group_open(struct path_index *index, struct build *build,
		      const struct history_event *kept)
{
	const struct snapshot *snapshot = build->snapshot;
	char modes[sizeof(OPEN_MODES)];
	struct path_group *group;
	struct open_name name;
	struct event event;

	if (!scope_accepts_kept(build->scope, kept) || row_decode(kept, &event) < 0 ||
	    !scope_accepts_event(build->scope, &event, kept))
		return 0;
	name = open_event_name(&event, kept);
	if (!name.data)
		return 0;
	group = index_group(index, build, name.data, name.len);
	if (!group)
		return -ENOMEM;
	group->opens++;
	if (event.prefix.ret < 0)
		group->failed++;
	if (snapshot->interval_ns && kept->ts_ns + snapshot->interval_ns > snapshot->time_ns)
		group->delta++;
	group->last = kept;
	open_event_modes(&event, modes);
	merge_modes(group->modes, modes);
	index_proc(index, group, &event.prefix);
	return 0;
}

static int compare_paths(const void *a, const void *b)
{
	const struct path_group *x = ((const struct row *)a)->group;
	const struct path_group *y = ((const struct row *)b)->group;
	int r = memcmp(x->path, y->path, x->path_len < y->path_len ? x->path_len : y->path_len);

	return r ? r : (x->path_len > y->path_len) - (x->path_len < y->path_len);
}

int rows_build_path(struct build *build)
{
	const struct snapshot *snapshot = build->snapshot;
	struct path_index index;
	int r = index_init(&index, build->frame, count_opens(build));

	for (size_t c = 0; c < snapshot->chunks_len && r == 0; c++) {
		const struct history_chunk *chunk = snapshot->chunks[c];
		size_t len = history_chunk_len(chunk);

		for (size_t i = 0; i < len && r == 0; i++) {
			const struct history_event *kept = history_chunk_at(chunk, i);

			if (kept_is_open(kept) && kept->num >= snapshot->events_first &&
			    kept->num < snapshot->events_end)
				r = group_open(&index, build, kept);
		}
	}
	if (r == 0 && build->rows->len)
		qsort(build->rows->rows, build->rows->len, sizeof(struct row), compare_paths);
	return r;
}
