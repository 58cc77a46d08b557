/* SPDX-License-Identifier: Apache-2.0 */
/* Opens grouped by path. */
#include "rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "group_index.h"

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

static struct path_group *path_group(struct group_index *index, struct build *build,
				     const char *path, size_t len)
{
	uint64_t hash = group_hash(GROUP_HASH_START, path, len);
	struct path_group *group;
	size_t at = SIZE_MAX;
	struct row *row;

	while ((group = group_index_next(index, hash, &at)))
		if (group->path_len == len && memcmp(group->path, path, len) == 0)
			return group;
	group = frame_alloc(build->frame, sizeof(*group));
	row = group ? rows_add(build) : NULL;
	if (!row)
		return NULL;
	*group = (struct path_group){ .path = path, .path_len = len };
	row->group = group;
	row->key = (struct row_key){ .a = hash, .b = len };
	group_index_put(index, hash, at, group);
	return group;
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

static int group_open(struct group_index *index, struct build *build,
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
	group = path_group(index, build, name.data, name.len);
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
	group->procs += group_index_proc(index, group, &event.prefix);
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
	struct group_index index;
	int r = group_index_init(&index, build->frame, count_opens(build));

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
