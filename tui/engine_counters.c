/* SPDX-License-Identifier: Apache-2.0 */
/* What a refresh of the counters tells, handed on to the state and the recorder. */
#include "engine_parts.h"

#include <stdlib.h>

/*
 * Tables have rows for the processes whose events can be streamed. Who was in scope once keeps its
 * row to its end: totals never go back when a process changes its name or user.
 */
static void sink_task(void *ctx, const struct task_sample *task, const struct call_count *calls)
{
	struct engine *engine = ctx;

	if (!(task->flags & TASK_F_IN_SCOPE &&
	      engine_wants_cgroup(engine, task->cgroup_id, task->pid)) &&
	    !state_has_process(engine->state, task->pid, task->start_boot_ns))
		return;
	if (engine->recorder)
		recorder_task(engine->recorder, task, calls);
	state_task(engine->state, task, calls);
}

/* Ended outside the scope: the state never forgets what it never knew, so we do it here. */
void engine_note_gone(struct engine *engine, const struct task_exit *ended)
{
	if (!ended->process_ended)
		return;
	if (engine->gone_len == engine->gone_size) {
		size_t size = engine->gone_size ? engine->gone_size * 2 : 64;
		struct gone *grown = reallocarray(engine->gone, size, sizeof(*grown));

		if (!grown)
			return; /* its rows stay until the table is full, which is said then */
		engine->gone = grown;
		engine->gone_size = size;
	}
	engine->gone[engine->gone_len++] =
		(struct gone){ .pid = ended->pid, .start_boot_ns = ended->start_boot_ns };
}

void engine_deliver_exit(struct engine *engine, const struct task_exit *ended,
			 const struct call_count *calls)
{
	if (engine->recorder)
		recorder_exit(engine->recorder, ended, calls);
	state_exit(engine->state, ended, calls);
}

static void sink_exit(void *ctx, const struct task_exit *ended, const struct call_count *calls)
{
	struct engine *engine = ctx;
	enum engine_turn turn = ENGINE_NEVER;

	if (state_has_process(engine->state, ended->pid, ended->start_boot_ns))
		turn = ENGINE_NOW;
	else if (ended->flags & TASK_F_IN_SCOPE)
		turn = engine_admit_exit(engine, ended, calls);
	if (turn == ENGINE_NOW)
		engine_deliver_exit(engine, ended, calls);
	else if (turn == ENGINE_NEVER)
		engine_note_gone(engine, ended);
}

static void sink_timing(void *ctx, const struct timing_count *count)
{
	struct engine *engine = ctx;

	if (engine->recorder && state_has_process(engine->state, count->pid, count->start_boot_ns))
		recorder_timing(engine->recorder, count);
	state_timing(engine->state, count);
}

/* Pid 0 is nobody: what found no room in a table. */
static bool is_told(const struct engine *engine, uint32_t pid, uint64_t start_boot_ns)
{
	return !pid || state_has_process(engine->state, pid, start_boot_ns);
}

static void sink_uring(void *ctx, const struct uring_count *count)
{
	struct engine *engine = ctx;

	if (engine->recorder && is_told(engine, count->pid, count->start_boot_ns))
		recorder_uring(engine->recorder, count);
	state_uring(engine->state, count);
}

static void sink_object(void *ctx, const struct object_count *count)
{
	struct engine *engine = ctx;
	struct object_name name;

	if (engine->recorder && is_told(engine, count->pid, count->start_boot_ns))
		recorder_object(engine->recorder, count);
	if (state_object(engine->state, count) != STATE_OBJECT_NEW ||
	    probe_object_name(engine->probe, count->dev, count->ino, &name) < 0)
		return;
	if (engine->recorder)
		recorder_object_name(engine->recorder, count, &name);
	state_object_name(engine->state, count, &name);
}

static void sink_errno(void *ctx, const struct errno_count *count)
{
	struct engine *engine = ctx;

	if (count->nr == COUNT_NR_OTHER && !count->err) {
		engine->errnos_lost |= count->count > 0;
		return;
	}
	if (engine->recorder && state_has_process(engine->state, count->pid, count->start_boot_ns))
		recorder_errno(engine->recorder, count);
	state_errno(engine->state, count);
}

bool engine_scope_is_everything(const struct probe_scope *scope)
{
	return !scope->pids_len && !scope->by_cgroup && !scope->euids_len && !scope->comms_len;
}

static void sink_other(void *ctx, const struct call_count *count)
{
	struct engine *engine = ctx;

	if (!engine_scope_is_everything(&engine->opts.scope))
		return;
	if (engine->recorder)
		recorder_other(engine->recorder, count);
	state_other(engine->state, count);
}

void engine_forget(void *ctx, uint32_t pid, uint64_t start_boot_ns)
{
	struct engine *engine = ctx;

	probe_forget_process(engine->probe, pid, start_boot_ns);
}

struct probe_counter_sink engine_counter_sink(struct engine *engine)
{
	return (struct probe_counter_sink){
		.ctx = engine,
		.task = sink_task,
		.exit = sink_exit,
		.err = sink_errno,
		.timing = sink_timing,
		.uring = sink_uring,
		.object = sink_object,
		.other = sink_other,
	};
}

void engine_forget_gone(struct engine *engine)
{
	for (size_t i = 0; i < engine->gone_len; i++)
		engine_forget(engine, engine->gone[i].pid, engine->gone[i].start_boot_ns);
	engine->gone_len = 0;
}
