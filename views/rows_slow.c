/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Slow calls grouped by what the view says: process, call, what was waited for, what it was about.
 * A row also knows in which of the others all its calls agree.
 */
#include "rows.h"

#include <errno.h>
#include <string.h>

#include "event_target.h"
#include "group_index.h"
#include "hist.h"

/* What calls of one group have in common: the parts that the view groups by. */
struct slow_key {
	uint64_t start_boot_ns;
	uint32_t pid;
	int32_t nr;
	uint32_t kind;
	const char *target;
	size_t target_len;
};

static size_t count_slow(const struct build *build)
{
	const struct snapshot *snapshot = build->snapshot;
	size_t count = 0;

	for (size_t c = 0; c < snapshot->chunks_len; c++)
		for (size_t i = 0; i < history_chunk_len(snapshot->chunks[c]); i++)
			count += choice_accepts(&build->query->choice,
						history_chunk_at(snapshot->chunks[c], i));
	return count;
}

static struct slow_key key_of(const struct build *build, const struct event *event,
			      const struct history_event *kept)
{
	const struct record_prefix *prefix = &event->prefix;
	struct open_name target = event_target(event, kept);
	const char *text = frame_copy(build->frame, target.len ? target.data : "", target.len);

	return (struct slow_key){ .start_boot_ns = prefix->start_boot_ns,
				  .pid = prefix->pid,
				  .nr = event->syscall ? syscall_nr(event->syscall) : prefix->nr,
				  .kind = call_kind_of(event->syscall, text),
				  .target = text ? text : "",
				  .target_len = text ? target.len : 0 };
}

/* Bits of enum view_group: in which parts do both agree? */
static unsigned key_same(const struct slow_key *a, const struct slow_key *b)
{
	unsigned same = 0;

	if (a->pid == b->pid && a->start_boot_ns == b->start_boot_ns)
		same |= VIEW_GROUP_PROCESS;
	if (a->nr == b->nr)
		same |= VIEW_GROUP_SYSCALL;
	if (a->kind == b->kind)
		same |= VIEW_GROUP_KIND;
	if (a->target_len == b->target_len && memcmp(a->target, b->target, a->target_len) == 0)
		same |= VIEW_GROUP_TARGET;
	return same;
}

static uint64_t key_hash(const struct slow_key *key, unsigned by)
{
	uint64_t hash = GROUP_HASH_START;

	if (by & VIEW_GROUP_PROCESS) {
		hash = group_hash(hash, &key->pid, sizeof(key->pid));
		hash = group_hash(hash, &key->start_boot_ns, sizeof(key->start_boot_ns));
	}
	if (by & VIEW_GROUP_SYSCALL)
		hash = group_hash(hash, &key->nr, sizeof(key->nr));
	if (by & VIEW_GROUP_KIND)
		hash = group_hash(hash, &key->kind, sizeof(key->kind));
	if (by & VIEW_GROUP_TARGET)
		hash = group_hash(hash, key->target, key->target_len);
	return hash;
}

static struct slow_key group_key(const struct slow_group *group)
{
	return (struct slow_key){ .start_boot_ns = group->start_boot_ns,
				  .pid = group->pid,
				  .nr = group->nr,
				  .kind = group->kind,
				  .target = group->target,
				  .target_len = group->target_len };
}

static struct slow_group *slow_group(struct group_index *index, struct build *build,
				     const struct slow_key *key)
{
	unsigned by = build->query->view->group;
	uint64_t hash = key_hash(key, by);
	struct slow_group *group;
	size_t at = SIZE_MAX;
	struct row *row;

	while ((group = group_index_next(index, hash, &at))) {
		struct slow_key other = group_key(group);

		if ((key_same(key, &other) & by) == by)
			return group;
	}
	group = frame_alloc(build->frame, sizeof(*group));
	row = group ? rows_add(build) : NULL;
	if (!row)
		return NULL;
	*group = (struct slow_group){ .start_boot_ns = key->start_boot_ns,
				      .pid = key->pid,
				      .nr = key->nr,
				      .kind = key->kind,
				      .target = key->target,
				      .target_len = key->target_len,
				      .same = VIEW_GROUP_ALL };
	row->slow = group;
	row->key = (struct row_key){ .a = hash, .b = by };
	group_index_put(index, hash, at, group);
	return group;
}

static void slow_count(struct slow_group *group, const struct event *event,
		       const struct history_event *kept)
{
	uint64_t took_ns = event->prefix.duration_ns;

	group->calls++;
	group->failed += event->prefix.ret < 0;
	group->time_ns += took_ns;
	hist_add(group->hist, took_ns, 1);
	group->last = kept;
	if (!group->longest || took_ns > group->max_ns)
		group->longest = kept;
	if (took_ns > group->max_ns)
		group->max_ns = took_ns;
}

static int slow_add(struct group_index *index, struct build *build,
		    const struct history_event *kept)
{
	struct frame_mark mark = frame_mark(build->frame);
	struct slow_key key, first;
	struct slow_group *group;
	struct event event;
	uint64_t groups = build->rows->len;

	if (!choice_accepts(&build->query->choice, kept) ||
	    !scope_accepts_kept(build->scope, kept) || row_decode(kept, &event) < 0 ||
	    event.prefix.nr < 0 || !scope_accepts_event(build->scope, &event, kept))
		return 0;
	key = key_of(build, &event, kept);
	group = slow_group(index, build, &key);
	if (!group)
		return -ENOMEM;
	first = group_key(group);
	group->same &= key_same(&key, &first);
	/* The text is the group's when it is a new one. */
	if (build->rows->len == groups)
		frame_release(build->frame, mark);
	slow_count(group, &event, kept);
	group->procs += group_index_proc(index, group, &event.prefix);
	return 0;
}

int rows_build_slow(struct build *build)
{
	const struct snapshot *snapshot = build->snapshot;
	struct group_index index;
	int r = group_index_init(&index, build->frame, count_slow(build));

	for (size_t c = 0; c < snapshot->chunks_len && r == 0; c++) {
		const struct history_chunk *chunk = snapshot->chunks[c];

		for (size_t i = 0; i < history_chunk_len(chunk) && r == 0; i++) {
			const struct history_event *kept = history_chunk_at(chunk, i);

			if (kept->num >= snapshot->events_first && kept->num < snapshot->events_end)
				r = slow_add(&index, build, kept);
		}
	}
	for (size_t i = 0; i < build->rows->len && r == 0; i++) {
		struct row *row = &build->rows->rows[i];

		if (row->slow->same & VIEW_GROUP_PROCESS)
			row->proc =
				snapshot_proc(snapshot, row->slow->pid, row->slow->start_boot_ns);
	}
	return r;
}
