/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of rules, and of their hits in memory by rule and by priority. */
#include "rows.h"

#include <errno.h>
#include <string.h>

#include "hit.h"

/* FNV-1a: a key that is the same in every frame. */
static uint64_t text_hash(const char *text)
{
	uint64_t hash = 0xcbf29ce484222325u;

	for (const char *c = text; *c; c++)
		hash = (hash ^ (unsigned char)*c) * 0x100000001b3u;
	return hash;
}

int rows_build_rule(struct build *build)
{
	const struct snapshot *snapshot = build->snapshot;
	uint64_t whole_ns = 0;

	for (size_t i = 0; i < snapshot->rules_len; i++)
		whole_ns += rule_time_ns(&snapshot->rules[i]);
	for (size_t i = 0; i < snapshot->rules_len; i++) {
		const struct rule_row *rule = &snapshot->rules[i];
		struct row *row = rows_add(build);

		if (!row)
			return -ENOMEM;
		row->rule = rule;
		row->time_whole_ns = whole_ns;
		row->key = (struct row_key){ .a = text_hash(rule->name), .b = 1 };
	}
	return 0;
}

/* --- groups of hits --- */

/* A process or container that was counted for a group. */
struct seen {
	const struct hit_group *group; /* NULL: free */
	uint64_t a, b;
};

struct hits_index {
	struct seen *seen; /* open addressing; two for each hit fit */
	size_t mask;
	bool by_rule; /* else by priority */
};

static int index_init(struct hits_index *index, struct build *build)
{
	const struct snapshot *snapshot = build->snapshot;
	size_t slots = 64;

	while (slots < (snapshot->hits_end - snapshot->hits_first) * 4)
		slots *= 2;
	index->mask = slots - 1;
	index->by_rule = build->query->view->entity == ENTITY_HIT_RULE;
	index->seen = frame_alloc(build->frame, slots * sizeof(*index->seen));
	if (!index->seen)
		return -ENOMEM;
	memset(index->seen, 0, slots * sizeof(*index->seen));
	return 0;
}

/* Is it the first time that the group has it? */
static bool is_new(struct hits_index *index, const struct hit_group *group, uint64_t a, uint64_t b)
{
	uint64_t hash = ((uintptr_t)group >> 4) * 0x9e3779b97f4a7c15u;
	size_t i;

	hash = (hash ^ a) * 0x100000001b3u;
	hash = (hash ^ b) * 0x100000001b3u;
	for (i = (hash ^ hash >> 32) & index->mask; index->seen[i].group; i = (i + 1) & index->mask)
		if (index->seen[i].group == group && index->seen[i].a == a && index->seen[i].b == b)
			return false;
	index->seen[i] = (struct seen){ .group = group, .a = a, .b = b };
	return true;
}

static struct hit_group *find_group(struct hits_index *index, struct build *build,
				    const struct history_hit *hit)
{
	struct row_key key = { .a = index->by_rule ? text_hash(hit->rule) : 0,
			       .b = hit->priority + 1 };
	struct hit_group *group;
	struct row *row;

	for (size_t i = 0; i < build->rows->len; i++)
		if (build->rows->rows[i].key.a == key.a && build->rows->rows[i].key.b == key.b)
			return build->rows->rows[i].hits;
	group = frame_alloc(build->frame, sizeof(*group));
	row = group ? rows_add(build) : NULL;
	if (!row)
		return NULL;
	*group = (struct hit_group){ .rule = hit->rule, .priority = hit->priority };
	row->hits = group;
	row->key = key;
	return group;
}

static void add_spark(const struct build *build, struct hit_group *group, uint64_t ts_ns)
{
	uint64_t age_ns = build->snapshot->time_ns > ts_ns ? build->snapshot->time_ns - ts_ns : 0;
	uint64_t bucket = age_ns / HIT_SPARK_NS;

	if (bucket < SPARK_SHOWN)
		group->spark[SPARK_SHOWN - 1 - bucket]++;
}

static int group_hit(struct hits_index *index, struct build *build,
		     const struct history_event *kept)
{
	const struct snapshot *snapshot = build->snapshot;
	struct history_hit hit;
	struct hit_group *group;
	struct event event;

	if (!history_hit(kept, &hit) || !scope_accepts_kept(build->scope, kept) ||
	    row_decode(kept, &event) < 0 || !scope_accepts_event(build->scope, &event, kept))
		return 0;
	group = find_group(index, build, &hit);
	if (!group)
		return -ENOMEM;
	if (!group->count++)
		group->first_ns = kept->ts_ns;
	group->last_ns = kept->ts_ns;
	group->last = kept;
	if (snapshot->time_ns < kept->ts_ns + HIT_MINUTE_NS)
		group->minute++;
	add_spark(build, group, kept->ts_ns);
	group->procs += is_new(index, group, event.prefix.pid, event.prefix.start_boot_ns);
	if (kept->container && *kept->container)
		group->containers += is_new(index, group, UINT64_MAX, text_hash(kept->container));
	if (!index->by_rule)
		group->rules += is_new(index, group, UINT64_MAX - 1, text_hash(hit.rule));
	return 0;
}

int rows_build_hits(struct build *build)
{
	const struct snapshot *snapshot = build->snapshot;
	struct hits_index index;
	int r = index_init(&index, build);

	for (size_t c = 0; c < snapshot->hit_chunks_len && r == 0; c++) {
		const struct history_chunk *chunk = snapshot->hit_chunks[c];

		for (size_t i = 0; i < history_chunk_len(chunk) && r == 0; i++) {
			const struct history_event *kept = history_chunk_at(chunk, i);

			if (kept->num >= snapshot->hits_first && kept->num < snapshot->hits_end)
				r = group_hit(&index, build, kept);
		}
	}
	return r;
}
