/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of files, sockets and operations of io_uring: what processes in scope did to each. */
#include <errno.h>

#include "rows.h"

/* Activities come sorted by object, so those of one object are neighbours. */
static bool same_object(const struct activity_row *a, const struct activity_row *b)
{
	return a->kind == b->kind && a->dev == b->dev && a->ino == b->ino;
}

static uint64_t moved(uint64_t in, uint64_t out, uint64_t ops)
{
	return in + out ? in + out : ops;
}

static void group_add(struct activity_group *group, const struct activity_row *add,
		      const struct proc_row *proc)
{
	uint64_t delta = moved(add->in_delta, add->out_delta, add->ops_delta);
	uint64_t total = moved(add->in, add->out, add->ops);

	group->sum.in += add->in;
	group->sum.out += add->out;
	group->sum.ops += add->ops;
	group->sum.errors += add->errors;
	group->sum.in_delta += add->in_delta;
	group->sum.out_delta += add->out_delta;
	group->sum.ops_delta += add->ops_delta;
	group->sum.errors_delta += add->errors_delta;
	if (!group->sum.name)
		group->sum.name = add->name;
	if (!proc)
		return;
	group->procs++;
	if (!group->top || delta > group->top_delta ||
	    (delta == group->top_delta && total > group->top_total)) {
		group->top = proc;
		group->top_delta = delta;
		group->top_total = total;
	}
}

static const struct proc_row *proc_of(const struct build *build, const struct activity_row *row)
{
	return row->proc < build->snapshot->procs_len ? &build->snapshot->procs[row->proc] : NULL;
}

static bool object_accepted(const struct scope *scope, const struct activity_row *row)
{
	switch (row->kind) {
	case ACTIVITY_FILE: return scope_accepts_path(scope, row->name);
	case ACTIVITY_SOCKET: return scope_accepts_conn(scope, row->name, row->remote);
	case ACTIVITY_URING: return scope_accepts_uring(scope, (unsigned)row->ino);
	}
	return true;
}

/* With chips of processes, what nobody is known to have done is not in scope. */
static bool accepted(const struct build *build, const struct activity_row *row)
{
	const struct proc_row *proc = proc_of(build, row);

	if (!object_accepted(build->scope, row))
		return false;
	return proc ? scope_accepts_proc(build->scope, proc) : !scope_of_procs(build->scope);
}

static struct activity_group *group_new(struct build *build, const struct activity_row *first)
{
	struct activity_group *group = frame_alloc(build->frame, sizeof(*group));
	struct row *row = group ? rows_add(build) : NULL;

	if (!row)
		return NULL;
	*group = (struct activity_group){ .sum = { .kind = first->kind,
						   .proc = first->proc,
						   .dev = first->dev,
						   .ino = first->ino,
						   .at_least = first->at_least,
						   .name = first->name,
						   .remote = first->remote,
						   .family = first->family,
						   .protocol = first->protocol } };
	row->activity = group;
	row->key = (struct row_key){ .a = first->ino, .b = first->dev };
	return group;
}

/* One row an object. */
static int build_objects(struct build *build, enum activity_kind kind)
{
	const struct snapshot *snapshot = build->snapshot;
	struct activity_group *group = NULL;

	for (size_t i = 0; i < snapshot->activities_len; i++) {
		const struct activity_row *row = &snapshot->activities[i];

		if (row->kind != kind || !accepted(build, row))
			continue;
		if (!group || !same_object(&group->sum, row))
			group = group_new(build, row);
		if (!group)
			return -ENOMEM;
		group_add(group, row, proc_of(build, row));
	}
	return 0;
}

int rows_build_file(struct build *build)
{
	return build_objects(build, ACTIVITY_FILE);
}

int rows_build_uring(struct build *build)
{
	return build_objects(build, ACTIVITY_URING);
}

/* One row a socket and process. */
int rows_build_conn(struct build *build)
{
	const struct snapshot *snapshot = build->snapshot;

	for (size_t i = 0; i < snapshot->activities_len; i++) {
		const struct activity_row *row = &snapshot->activities[i];
		const struct proc_row *proc = proc_of(build, row);
		struct activity_group *group;
		struct row *added;

		if (row->kind != ACTIVITY_SOCKET || !accepted(build, row))
			continue;
		group = group_new(build, row);
		if (!group)
			return -ENOMEM;
		group_add(group, row, proc);
		added = &build->rows->rows[build->rows->len - 1];
		added->proc = proc;
		added->key.b =
			(proc ? proc->start_boot_ns ^ (uint64_t)proc->pid << 40 : 0) ^ row->dev;
	}
	return 0;
}
