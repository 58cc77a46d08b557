/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scope by container, and names before events. A record from a cgroup whose container is not named
 * yet waits, and so does what comes behind it: files are read within a millisecond, in another
 * thread, so a container's first event is shown with its name. What takes longer than HOLD_NS is
 * not waited for. Where nothing but some containers is wanted, nobody waits for the rest: a busy
 * machine is given the time.
 *
 * The kernel has the verdicts on cgroups as far as they are known, and lets the others through;
 * here every record, sample and end is judged once more.
 */
#include "engine_parts.h"

#include <stddef.h>
#include <string.h>
#include <time.h>

#define HOLD_NS 250000000ull
#define HOLD_SCOPE_NS 2000000000ull /* with --container */
#define SETTLE_PAUSE_NS 2000000

enum held_kind { HELD_RECORD, HELD_EXIT };

/* What a record or end is judged by. */
struct task_key {
	uint64_t cgroup_id;
	uint32_t pid;
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000ull + (uint64_t)now.tv_nsec;
}

/* The kernel filters by what it was told last; an entry may have been evicted. */
static void tell_kernel(struct engine *engine, uint64_t cgroup_id, enum container_verdict verdict)
{
	if (engine->opts.scope.by_cgroup && verdict <= CONTAINER_IN)
		probe_judge_cgroup(engine->probe, cgroup_id,
				   verdict == CONTAINER_IN ? PROBE_CGROUP_IN : PROBE_CGROUP_OUT);
}

bool engine_wants_cgroup(struct engine *engine, uint64_t cgroup_id, uint32_t pid)
{
	enum container_verdict verdict;
	enum state_news news = STATE_OLD;

	if (!engine->opts.scope.by_cgroup)
		return true;
	verdict = state_judge_cgroup(engine->state, cgroup_id, pid, &news);
	if (news == STATE_NEW)
		tell_kernel(engine, cgroup_id, verdict);
	return verdict == CONTAINER_IN;
}

static enum engine_turn turn_of(struct engine *engine, uint64_t cgroup_id,
				enum container_verdict verdict)
{
	if (verdict == CONTAINER_PENDING)
		return ENGINE_LATER;
	if (verdict == CONTAINER_IN)
		return ENGINE_NOW;
	engine->unplaced += verdict == CONTAINER_UNKNOWN;
	tell_kernel(engine, cgroup_id, verdict);
	return ENGINE_NEVER;
}

/* Keeps what cannot be judged yet, or has one such before it; without room it is judged now. */
static enum engine_turn admit(struct engine *engine, enum held_kind kind,
			      const struct task_key *task, const struct hold_part *parts)
{
	bool first = hold_is_empty(&engine->hold);
	/* Also behind others: the newest process is the one that leads to files. */
	enum container_verdict verdict =
		state_judge_cgroup(engine->state, task->cgroup_id, task->pid, NULL);

	if (first && verdict != CONTAINER_PENDING)
		return turn_of(engine, task->cgroup_id, verdict);
	if (hold_put(&engine->hold, kind, &parts[0], kind == HELD_EXIT ? &parts[1] : NULL) == 0) {
		if (first)
			engine->hold.since_ns = now_ns();
		return ENGINE_LATER;
	}
	engine_release_held(engine, ENGINE_RELEASE_ALL);
	return turn_of(engine, task->cgroup_id,
		       state_judge_now(engine->state, task->cgroup_id, task->pid));
}

static struct task_key record_task(const void *record)
{
	struct record_prefix prefix;

	memcpy(&prefix, record, sizeof(prefix));
	return (struct task_key){ prefix.cgroup_id, prefix.pid };
}

enum engine_turn engine_admit_record(struct engine *engine, const void *record, size_t len)
{
	const struct task_key task = record_task(record);
	const struct hold_part part = { record, len };

	return admit(engine, HELD_RECORD, &task, &part);
}

enum engine_turn engine_admit_exit(struct engine *engine, const struct task_exit *ended,
				   const struct call_count *calls)
{
	const struct task_key task = { ended->cgroup_id, ended->pid };
	const struct hold_part parts[] = { { ended, sizeof(*ended) },
					   { calls, ended->calls_len * sizeof(*calls) } };

	if (!engine->opts.scope.by_cgroup)
		return ENGINE_NOW;
	return admit(engine, HELD_EXIT, &task, parts);
}

static int release_record(struct engine *engine, const struct hold_entry *entry,
			  enum engine_turn turn)
{
	if (turn == ENGINE_NOW)
		engine_deliver_record(engine, entry->data, entry->len);
	return turn == ENGINE_NOW;
}

static int release_exit(struct engine *engine, const struct hold_entry *entry,
			enum engine_turn turn)
{
	struct task_exit ended;

	memcpy(&ended, entry->data, sizeof(ended));
	if (turn == ENGINE_NOW)
		engine_deliver_exit(engine, &ended, (const void *)(entry->data + sizeof(ended)));
	else
		engine_note_gone(engine, &ended);
	return 0;
}

static struct task_key held_task(const struct hold_entry *entry)
{
	struct task_exit ended;

	if (entry->kind == HELD_RECORD)
		return record_task(entry->data);
	memcpy(&ended, entry->data, sizeof(ended));
	return (struct task_key){ ended.cgroup_id, ended.pid };
}

static bool held_too_long(const struct engine *engine, uint64_t now)
{
	uint64_t limit = engine->opts.scope.by_cgroup ? HOLD_SCOPE_NS : HOLD_NS;

	return now - engine->hold.since_ns > limit;
}

int engine_release_held(struct engine *engine, enum engine_release which)
{
	uint64_t now = hold_is_empty(&engine->hold) ? 0 : now_ns();
	struct hold_entry entry;
	int records = 0;

	while (hold_first(&engine->hold, &entry) == 0) {
		const struct task_key task = held_task(&entry);
		bool late = which == ENGINE_RELEASE_ALL || held_too_long(engine, now);
		enum container_verdict verdict =
			late ? state_judge_now(engine->state, task.cgroup_id, 0)
			     : state_judge_cgroup(engine->state, task.cgroup_id, 0, NULL);
		enum engine_turn turn;

		if (verdict == CONTAINER_PENDING)
			break;
		turn = turn_of(engine, task.cgroup_id, verdict);
		if (entry.kind == HELD_RECORD)
			records += release_record(engine, &entry, turn);
		else
			release_exit(engine, &entry, turn);
		hold_next(&engine->hold);
		engine->hold.since_ns = now;
	}
	return records;
}

static void settle_task(void *ctx, const struct task_sample *task, const struct call_count *calls)
{
	struct engine *engine = ctx;

	if (state_judge_cgroup(engine->state, task->cgroup_id, task->pid, NULL) ==
	    CONTAINER_PENDING)
		engine->settling = true;
}

void engine_settle_names(struct engine *engine)
{
	const struct probe_counter_sink sink = { .ctx = engine, .task = settle_task };
	const struct timespec pause = { .tv_nsec = SETTLE_PAUSE_NS };
	uint64_t since = now_ns();

	do {
		engine->settling = false;
		if (probe_read_counters(engine->probe, &sink) < 0 || !engine->settling)
			return;
		nanosleep(&pause, NULL);
	} while (now_ns() - since < HOLD_NS);
}

static void on_cgroup(void *ctx, const struct probe_cgroup *cgroup)
{
	struct engine *engine = ctx;

	if (cgroup->fate == PROBE_CGROUP_REMOVED) {
		if (engine->recorder)
			recorder_cgroup_removed(engine->recorder, cgroup->id);
		state_cgroup_removed(engine->state, cgroup->id);
	} else if (*cgroup->path) {
		if (engine->recorder)
			recorder_cgroup_made(engine->recorder, cgroup->id, cgroup->path);
		if (state_cgroup_made(engine->state, cgroup->id, cgroup->path))
			source_cgroup_made(engine->source, cgroup->path, cgroup->pid);
	}
}

void engine_drain_cgroups(struct engine *engine)
{
	probe_drain_cgroups(engine->probe, on_cgroup, engine);
}
