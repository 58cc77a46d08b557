/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of containers and users: sums over the processes in scope. */
#include <errno.h>
#include <string.h>

#include "rows.h"

/* As much as a number holds where it is more. */
static void group_add_spark(struct proc_group *group, const uint32_t *spark)
{
	for (size_t i = 0; spark && i < SPARK_SHOWN; i++)
		group->spark[i] = spark[i] > UINT32_MAX - group->spark[i]
					  ? UINT32_MAX
					  : group->spark[i] + spark[i];
}

static void group_add(struct proc_group *group, const struct proc_row *proc)
{
	const struct byte_count *bytes = &proc->bytes_delta;

	group->calls += proc->calls;
	group->errors += proc->errors;
	group->calls_delta += proc->calls_delta;
	group->errors_delta += proc->errors_delta;
	group->opens_delta += proc->opens_delta;
	group->hits += proc->hits;
	group->hits_delta += proc->hits_delta;
	group->cpu_delta_ns += proc->cpu_delta_ns;
	group->file_delta += bytes->file_in + bytes->file_out;
	group->net_delta += bytes->net_in + bytes->net_out;
	group_add_spark(group, proc->spark);
	if (proc->dead)
		return;
	group->procs++;
	group->cpu_ns += proc->cpu_ns;
	group->rss_bytes += proc->rss_bytes;
	if (!group->first || proc->start_boot_ns < group->first->start_boot_ns)
		group->first = proc;
	if (!group->last || proc->start_boot_ns > group->last->start_boot_ns)
		group->last = proc;
}

static struct proc_group *group_new(struct build *build, struct row_key key)
{
	struct proc_group *group = frame_alloc(build->frame, sizeof(*group));
	struct row *row = group ? rows_add(build) : NULL;

	if (!row)
		return NULL;
	*group = (struct proc_group){ .first = NULL };
	row->procs = group;
	row->key = key;
	return group;
}

/* FNV-1a: a key that is the same in every frame. */
static struct row_key text_key(const char *text)
{
	uint64_t hash = 0xcbf29ce484222325ull;

	for (const char *c = text; *c; c++)
		hash = (hash ^ (unsigned char)*c) * 0x100000001b3ull;
	return (struct row_key){ .a = hash };
}

/* Rows of programs whose processes ended (pid 0) are in no container that can be told. */
static bool proc_is_counted(const struct build *build, const struct proc_row *proc)
{
	return proc->pid && scope_accepts_proc(build->scope, proc);
}

/* Containers in which nothing runs, where the scope says nothing of processes but these. */
static int add_idle(struct build *build, struct proc_group **groups)
{
	const struct snapshot *snapshot = build->snapshot;

	for (size_t i = 0; i < snapshot->containers_len; i++) {
		const struct container_row *container = &snapshot->containers[i];

		if (groups[i] || !container->idle ||
		    !scope_accepts_container(build->scope, container->id))
			continue;
		groups[i] = group_new(build, text_key(container->id));
		if (!groups[i])
			return -ENOMEM;
		groups[i]->in = container;
	}
	return 0;
}

int rows_build_container(struct build *build)
{
	const struct snapshot *snapshot = build->snapshot;
	size_t bytes = snapshot->containers_len * sizeof(struct proc_group *);
	struct proc_group **groups = frame_alloc(build->frame, bytes);

	if (!groups)
		return -ENOMEM;
	memset(groups, 0, bytes);
	for (size_t i = 0; i < snapshot->procs_len; i++) {
		const struct proc_row *proc = &snapshot->procs[i];
		struct proc_group **group;

		if (!proc->in || !proc_is_counted(build, proc))
			continue;
		group = &groups[proc->in - snapshot->containers];
		if (!*group)
			*group = group_new(build, text_key(proc->in->id));
		if (!*group)
			return -ENOMEM;
		(*group)->in = proc->in;
		group_add(*group, proc);
	}
	return add_idle(build, groups);
}

/* A user of a container is another one than that of the same number on the host. */
static struct row_key user_key(const struct proc_row *proc)
{
	struct row_key key = text_key(proc->in ? proc->in->id : "");

	return (struct row_key){ .a = proc->euid, .b = key.a };
}

/* Of a few users: the last ones are looked at first. */
static struct proc_group *group_of_user(struct build *build, const struct proc_row *proc)
{
	struct row_key key = user_key(proc);
	struct proc_group *group;

	for (size_t i = build->rows->len; i-- > 0;) {
		struct row *row = &build->rows->rows[i];

		if (row->key.a == key.a && row->key.b == key.b)
			return (struct proc_group *)(uintptr_t)row->procs;
	}
	group = group_new(build, key);
	if (!group)
		return NULL;
	group->user = proc->user;
	group->uid = proc->euid;
	group->in = proc->in;
	return group;
}

int rows_build_user(struct build *build)
{
	const struct snapshot *snapshot = build->snapshot;

	for (size_t i = 0; i < snapshot->procs_len; i++) {
		const struct proc_row *proc = &snapshot->procs[i];
		struct proc_group *group;

		if (!proc_is_counted(build, proc))
			continue;
		group = group_of_user(build, proc);
		if (!group)
			return -ENOMEM;
		group_add(group, proc);
	}
	return 0;
}
