/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the page of a process shows and no table does: facts that are asked of the source while the
 * page is on screen, and its pulse.
 */
#include <errno.h>
#include "container_table.h"
#include "facts.h"
#include "snapshot_tables.h"

#define DETAILS_MAX 2000 /* pages in one snapshot, when all are wanted */
#define LIMITS_BYTES 4096

/* What changes without an event that says so. */
#define DETAIL_VOLATILE (SEED_IDS | SEED_CGROUP)
#define DETAIL_PARTS (SEED_IDS | SEED_CGROUP | SEED_ROOT | SEED_LOGIN | SEED_EXE_FILE | SEED_LIMITS)

static const char *detail_bytes(struct tables_maker *maker, struct text *text, size_t *ret_len)
{
	*ret_len = text ? text->len : 0;
	return tables_text(maker, text);
}

static const char *detail_limits(struct tables_maker *maker, uint32_t pid)
{
	const struct state_source *source = &maker->state->source;
	char text[LIMITS_BYTES];
	size_t len = sizeof(text);
	const char *copy;

	if (!source->process_limits || source->process_limits(source->ctx, pid, text, &len) < 0)
		return NULL;
	copy = arena_text(&maker->tables->arena, text, len);
	if (!copy)
		maker->failed = true;
	return copy;
}

static void detail_fill_facts(struct tables_maker *maker, const struct process *process,
			      struct proc_detail *detail)
{
	const struct container *in = container_find(maker->state, process->container);
	const struct facts *facts = &process->facts;
	struct state *state = maker->state;

	*detail = (struct proc_detail){
		.known = facts->known,
		.gid = facts->gid,
		.tty = facts->tty,
		.loginuid = facts->loginuid,
		.exe_flags = facts->exe_flags,
		.pgid = facts->pgid,
		.sid = facts->sid,
		.vpgid = facts->vpgid,
		.vpid = facts->vpid,
		.cap_inheritable = facts->cap_inheritable,
		.cap_permitted = facts->cap_permitted,
		.cap_effective = facts->cap_effective,
		.faults_major = facts->faults_major,
		.faults_minor = facts->faults_minor,
		.swap_kb = facts->swap_kb,
		.root = tables_text(maker, facts->root),
	};
	if (facts->known & FACT_GID)
		detail->group = tables_text(maker, group_known_name(state, in, facts->gid));
	if (facts->known & FACT_LOGINUID)
		detail->login = tables_text(maker, user_known_name(state, NULL, facts->loginuid));
	detail->words = detail_bytes(maker, facts->words, &detail->words_len);
	detail->cgroups = detail_bytes(maker, facts->cgroups, &detail->cgroups_len);
	if (state->detail == STATE_DETAIL_ENVIRONMENT)
		detail->env = detail_bytes(maker, facts->env, &detail->env_len);
}

/* What one metric was in the last minute, and in ten where there was something before it. */
static void detail_fill_pulse(struct tables_maker *maker, const struct spark *spark, size_t metric,
			      struct proc_detail *detail)
{
	uint64_t time_ns = maker->tables->time_ns;
	float *slices = arena_alloc(&maker->tables->arena, SPARK_SLICES * sizeof(*slices));
	bool before = false;

	detail->pulse[metric] = tables_spark(maker, spark);
	if (!slices)
		return;
	spark_last_slices(spark, time_ns, slices);
	for (size_t i = 0; i < SPARK_SLICES - SPARK_SHOWN / SPARK_SLICE_S; i++)
		before |= slices[i] > 0;
	detail->slices[metric] = before ? slices : NULL;
}

static void detail_fill(struct tables_maker *maker, struct process *process,
			struct proc_detail *detail)
{
	struct state *state = maker->state;
	unsigned env = state->detail == STATE_DETAIL_ENVIRONMENT ? SEED_ENV : 0;

	/* Of one process it is asked anew each time. */
	if (state->detail_pid)
		process->facts.asked &= ~(uint32_t)DETAIL_VOLATILE;
	facts_want(state, process, DETAIL_PARTS | env);
	detail_fill_facts(maker, process, detail);
	detail->real_user = tables_text(
		maker, user_name(state, container_find(state, process->container), process->uid));
	if (!(process->flags & PROCESS_F_DEAD))
		detail->limits = detail_limits(maker, process->pid);
	for (size_t i = 0; process->pulse && i < PULSE_COUNT; i++)
		detail_fill_pulse(maker, &process->pulse->metrics[i], i, detail);
}

int tables_fill_details(struct tables_maker *maker)
{
	struct state *state = maker->state;
	size_t len = 0;

	for (size_t i = 0; i < state->processes_len && len < DETAILS_MAX; i++) {
		struct process *process = maker->sorted[i];
		struct proc_detail *detail;

		if ((process->flags & PROCESS_F_EXITED_ROW) ||
		    (state->detail_pid && process->pid != state->detail_pid))
			continue;
		detail = arena_alloc(&maker->tables->arena, sizeof(*detail));
		if (!detail)
			return -ENOMEM;
		detail_fill(maker, process, detail);
		maker->procs[i].detail = detail;
		len++;
	}
	return maker->failed ? -ENOMEM : 0;
}
