/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of the stream: events and opens, the fields of one event. In arrival order the newest rows
 * are built from the end of the history and turned round; nothing older is decoded.
 */
#include "rows.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "probe/schema/event.h"
#include "probe/schema/outcome.h"

int row_decode(const struct history_event *kept, struct event *ret_event)
{
	int rc = event_decode(kept->record, kept->record_len, ret_event);

	if (rc < 0)
		return rc;
	ret_event->fd_names = kept->fds;
	ret_event->fd_names_len = kept->fds_len;
	return 0;
}

/*
 * By the syscall's number; by the event's name where there is no number of this architecture
 * (io_uring). NULL: no call, or one without a name.
 */
static const struct syscall_desc *kept_call(const struct history_event *kept)
{
	const struct event_desc *desc;
	const struct syscall_desc *syscall;
	struct record_prefix prefix;
	struct event_header header;
	size_t at;

	if (kept->record_len < sizeof(prefix))
		return NULL;
	memcpy(&prefix, kept->record, sizeof(prefix));
	at = (size_t)prefix.prefix_len + prefix.ext_len;
	if (kept->record_len < at + sizeof(header))
		return NULL;
	memcpy(&header, kept->record + at, sizeof(header));
	syscall = syscall_by_nr(prefix.nr);
	if (syscall)
		return syscall;
	desc = event_by_code(header.type);
	if (!desc || header.type == EVENT_CODE_GENERIC_X)
		return NULL;
	return syscall_by_name(desc->name);
}

bool kept_is_open(const struct history_event *kept)
{
	const struct syscall_desc *call = kept_call(kept);

	return call && (call->flags & SYSCALL_F_OPEN);
}

static bool call_is_one_of(const struct history_event *kept, const char *const *names, size_t len)
{
	const struct syscall_desc *call = kept_call(kept);

	for (size_t i = 0; call && i < len; i++)
		if (strcmp(call->name, names[i]) == 0)
			return true;
	return false;
}

static bool kept_is_exec(const struct history_event *kept)
{
	static const char *const names[] = { "execve", "execveat" };

	return call_is_one_of(kept, names, sizeof(names) / sizeof(names[0]));
}

static bool kept_is_newconn(const struct history_event *kept)
{
	static const char *const names[] = { "connect", "accept", "accept4" };
	struct record_prefix prefix;

	if (!call_is_one_of(kept, names, sizeof(names) / sizeof(names[0])))
		return false;
	memcpy(&prefix, kept->record, sizeof(prefix));
	/* A signal came first, and the call begins again: nothing was connected. */
	return prefix.ret >= 0 || outcome_is_error(prefix.ret) || prefix.ret == RECORD_RET_UNKNOWN;
}

static bool kept_is_any(const struct history_event *kept)
{
	return kept->record_len != 0;
}

struct event_span entity_span(const struct snapshot *snapshot, enum entity entity)
{
	if (entity == ENTITY_HIT)
		return (struct event_span){ .chunks = snapshot->hit_chunks,
					    .chunks_len = snapshot->hit_chunks_len,
					    .first = snapshot->hits_first,
					    .end = snapshot->hits_end };
	return (struct event_span){ .chunks = snapshot->chunks,
				    .chunks_len = snapshot->chunks_len,
				    .first = snapshot->events_first,
				    .end = snapshot->events_end };
}

/* Which events a view is of. */
typedef bool (*event_test)(const struct history_event *kept);

static int add_gap(struct build *build, const struct history_event *kept)
{
	struct row *row = rows_add(build);

	if (!row)
		return -ENOMEM;
	row->kept = kept;
	row->gap_lost = kept->lost_before;
	row->gap_buffer = kept->lost_buffer;
	row->key = (struct row_key){ .a = kept->num, .b = 1u + kept->lost_buffer };
	return 0;
}

/*
 * A gap before an event. first is the index of the first gap since the last event on screen (built
 * backwards: the next newer one): gaps of one buffer with no row between them are one line.
 */
static int note_gap(struct build *build, const struct history_event *kept, size_t first)
{
	for (size_t i = first; i < build->rows->len; i++) {
		struct row *row = &build->rows->rows[i];

		if (row->gap_lost && row->gap_buffer == kept->lost_buffer) {
			row->gap_lost += kept->lost_before;
			return 0;
		}
	}
	return add_gap(build, kept);
}

/* Does the text filter accept the row? Once for each event and filter. */
static bool event_matches(struct build *build, const struct row *row)
{
	switch (found_look(build->found, row->kept->num)) {
	case FOUND_ACCEPTED: return true;
	case FOUND_REJECTED: return false;
	case FOUND_UNKNOWN: break;
	}
	return rows_match_text(build, row);
}

/* Adds the event's row when scope and text filter accept it. Returns 1 when added, 0, -ENOMEM. */
static int add_event(struct build *build, const struct history_event *kept)
{
	struct row candidate = { .snapshot = build->snapshot,
				 .frame = build->frame,
				 .kept = kept,
				 .key = { .a = kept->num } };
	struct event scratch, *event;
	struct row *row;

	if (found_look(build->found, kept->num) == FOUND_REJECTED ||
	    !choice_accepts(&build->query->choice, kept) ||
	    !scope_accepts_kept(build->scope, kept) || row_decode(kept, &scratch) < 0 ||
	    !scope_accepts_event(build->scope, &scratch, kept))
		return 0;
	candidate.event = &scratch;
	if (!event_matches(build, &candidate))
		return 0;
	event = frame_alloc(build->frame, sizeof(*event));
	row = event ? rows_add(build) : NULL;
	if (!row)
		return -ENOMEM;
	*event = scratch;
	*row = candidate;
	row->event = event;
	return 1;
}

static void reverse_rows(struct rows *rows)
{
	for (size_t i = 0, j = rows->len; i + 1 < j; i++) {
		struct row row = rows->rows[i];

		rows->rows[i] = rows->rows[--j];
		rows->rows[j] = row;
	}
}

/* One step back: the event, and the gap before it, which comes after it that way round. */
static int step_back(struct build *build, event_test test, const struct history_event *kept,
		     size_t *first_gap)
{
	size_t limit = build->query->limit ? build->query->limit : SIZE_MAX;
	int r = 0;

	if (test(kept))
		r = add_event(build, kept);
	if (r < 0)
		return r;
	found_note(build->found, kept->num, r > 0 ? FOUND_ACCEPTED : FOUND_REJECTED);
	if (r > 0)
		*first_gap = build->rows->len;
	if (kept->lost_before && build->rows->len < limit)
		r = note_gap(build, kept, *first_gap);
	return r < 0 ? r : 0;
}

/* Arrival order: from the newest back until limit rows are there. */
static int walk_back(struct build *build, event_test test)
{
	struct event_span span = entity_span(build->snapshot, build->query->view->entity);
	size_t limit = build->query->limit ? build->query->limit : SIZE_MAX;
	uint64_t before = build->query->before_num;
	uint64_t end = before && before < span.end ? before : span.end;
	size_t first_gap = 0;
	bool done = false;
	int r = 0;

	found_begin(build->found, build->query, end);
	for (size_t c = span.chunks_len; c-- > 0 && !done && r == 0;) {
		const struct history_chunk *chunk = span.chunks[c];

		if (!history_chunk_len(chunk) || history_chunk_at(chunk, 0)->num >= end)
			continue;

		for (size_t i = history_chunk_len(chunk); i-- > 0 && !done && r == 0;) {
			const struct history_event *kept = history_chunk_at(chunk, i);

			if (kept->num < span.first || kept->num >= end)
				continue;
			done = kept->num <= build->query->after_num || build->rows->len >= limit;
			if (!done)
				r = step_back(build, test, kept, &first_gap);
		}
	}
	if (r < 0)
		return r;
	found_end(build->found);
	reverse_rows(build->rows);
	return 0;
}

/* Any other order: all rows, undecoded; table.c decodes them one at a time. */
static int walk_all(struct build *build, event_test test)
{
	struct event_span span = entity_span(build->snapshot, build->query->view->entity);

	for (size_t c = 0; c < span.chunks_len; c++) {
		const struct history_chunk *chunk = span.chunks[c];

		for (size_t i = 0; i < history_chunk_len(chunk); i++) {
			const struct history_event *kept = history_chunk_at(chunk, i);
			struct row *row;

			if (kept->num < span.first || kept->num >= span.end ||
			    kept->num <= build->query->after_num ||
			    !choice_accepts(&build->query->choice, kept) ||
			    !scope_accepts_kept(build->scope, kept) || !test(kept))
				continue;
			row = rows_add(build);
			if (!row)
				return -ENOMEM;
			row->kept = kept;
			row->key = (struct row_key){ .a = kept->num };
		}
	}
	return 0;
}

static int walk_events(struct build *build, event_test test)
{
	return build->query->sort == SIZE_MAX ? walk_back(build, test) : walk_all(build, test);
}

int rows_build_event(struct build *build)
{
	return walk_events(build, kept_is_any);
}

int rows_build_open(struct build *build)
{
	return walk_events(build, kept_is_open);
}

int rows_build_exec(struct build *build)
{
	return walk_events(build, kept_is_exec);
}

int rows_build_hit(struct build *build)
{
	return walk_events(build, kept_is_any);
}

int rows_build_newconn(struct build *build)
{
	return walk_events(build, kept_is_newconn);
}

int rows_build_field(struct build *build)
{
	const struct history_event *kept = snapshot_event(build->snapshot, build->query->event_num);
	struct event *event;
	size_t len;

	if (!kept)
		return 0;
	event = frame_alloc(build->frame, sizeof(*event));
	if (!event)
		return -ENOMEM;
	if (row_decode(kept, event) < 0)
		return 0;
	len = event_fields_len(event);
	for (size_t i = event_fields_first(kept); i < len; i++) {
		struct row *row;

		if (i == EVENT_FIELDS_OF_HIT && rows_build_hit_page(build, kept, event) < 0)
			return -ENOMEM;
		row = rows_add(build);
		if (!row)
			return -ENOMEM;
		row->kept = kept;
		row->event = event;
		row->index = i;
		row->key = (struct row_key){ .a = i };
	}
	return 0;
}
