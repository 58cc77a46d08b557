/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of failed calls: by errno, with those that are no news in one row; and by errno, system
 * call and process, where Enter leads. Both are counted; what failed last is known where it was
 * streamed.
 */
#include "rows.h"

#include <errno.h>
#include <string.h>

#include "probe/schema/outcome.h"

#define ERRNO_MAX 4095
#define LAST_EVENTS 8192 /* how far back the last target is looked for */

/* A group while rows are counted: which processes and calls it has seen. */
struct gathered {
	struct errno_group group;
	uint32_t last_proc; /* rows come by process */
	uint64_t calls[(COUNT_NR_COUNT + 63) / 64];
};

struct gathering {
	struct build *build;
	struct gathered *by_err[ERRNO_MAX + 1]; /* 0: the expected ones */
};

static struct gathered *gathered_of(struct gathering *gathering, uint16_t err)
{
	uint16_t at = outcome_is_expected(err) ? 0 : err;
	struct gathered *gathered = gathering->by_err[at];

	if (gathered)
		return gathered;
	gathered = frame_alloc(gathering->build->frame, sizeof(*gathered));
	if (!gathered)
		return NULL;
	*gathered = (struct gathered){ .group = { .err = at }, .last_proc = UINT32_MAX };
	gathering->by_err[at] = gathered;
	return gathered;
}

static void gathered_add(struct gathered *gathered, const struct errno_row *failed)
{
	uint64_t bit = 1ull << (failed->nr % 64), *word = &gathered->calls[failed->nr / 64];

	gathered->group.count += failed->count;
	gathered->group.delta += failed->count_delta;
	if (gathered->last_proc != failed->proc) {
		gathered->last_proc = failed->proc;
		gathered->group.procs++;
	}
	if (!(*word & bit)) {
		*word |= bit;
		gathered->group.syscalls++;
	}
}

static bool failed_accepted(const struct build *build, const struct errno_row *failed)
{
	return failed->err && failed->err <= ERRNO_MAX && failed->nr < COUNT_NR_COUNT &&
	       failed->count && failed->proc < build->snapshot->procs_len &&
	       scope_accepts_errno(build->scope, failed->err) &&
	       scope_accepts_syscall(build->scope, failed->nr) &&
	       scope_accepts_proc(build->scope, &build->snapshot->procs[failed->proc]);
}

/* The last event of each errno: the newest events, newest first. */
static void find_last(struct gathering *gathering)
{
	const struct snapshot *snapshot = gathering->build->snapshot;
	uint64_t looked = 0;

	for (size_t c = snapshot->chunks_len; c-- > 0;) {
		const struct history_chunk *chunk = snapshot->chunks[c];

		for (size_t i = history_chunk_len(chunk); i-- > 0;) {
			const struct history_event *kept = history_chunk_at(chunk, i);
			struct record_prefix prefix;
			struct gathered *gathered;

			if (looked++ == LAST_EVENTS)
				return;
			if (kept->record_len < sizeof(prefix))
				continue;
			memcpy(&prefix, kept->record, sizeof(prefix));
			if (!outcome_is_error(prefix.ret) ||
			    !scope_accepts_kept(gathering->build->scope, kept))
				continue;
			gathered = gathering->by_err[outcome_is_expected((uint32_t)-prefix.ret)
							     ? 0
							     : -prefix.ret];
			if (gathered && !gathered->group.last)
				gathered->group.last = kept;
		}
	}
}

int rows_build_errno(struct build *build)
{
	const struct snapshot *snapshot = build->snapshot;
	struct gathering *gathering = frame_alloc(build->frame, sizeof(*gathering));

	if (!gathering)
		return -ENOMEM;
	memset(gathering, 0, sizeof(*gathering));
	gathering->build = build;
	for (size_t i = 0; i < snapshot->errnos_len; i++) {
		const struct errno_row *failed = &snapshot->errnos[i];
		struct gathered *gathered;

		if (!failed_accepted(build, failed))
			continue;
		gathered = gathered_of(gathering, failed->err);
		if (!gathered)
			return -ENOMEM;
		gathered_add(gathered, failed);
	}
	find_last(gathering);
	for (size_t err = 0; err <= ERRNO_MAX; err++) {
		struct row *row;

		if (!gathering->by_err[err])
			continue;
		row = rows_add(build);
		if (!row)
			return -ENOMEM;
		row->errno_group = &gathering->by_err[err]->group;
		row->key = (struct row_key){ .a = err };
	}
	return 0;
}

int rows_build_failure(struct build *build)
{
	const struct snapshot *snapshot = build->snapshot;

	for (size_t i = 0; i < snapshot->errnos_len; i++) {
		const struct errno_row *failed = &snapshot->errnos[i];
		struct row *row;

		if (!failed_accepted(build, failed))
			continue;
		row = rows_add(build);
		if (!row)
			return -ENOMEM;
		row->failure = failed;
		row->proc = &snapshot->procs[failed->proc];
		row->key = (struct row_key){
			.a = (uint64_t)row->proc->pid << 32 | (uint32_t)failed->nr << 16 |
			     failed->err,
			.b = row->proc->start_boot_ns,
		};
	}
	return 0;
}
