/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of open files: all of them, and the sockets that take connections or messages. */
#include <errno.h>
#include <stdlib.h>

#include "rows.h"
#include "state/fd_table.h"

/* What a process moved through the object, NULL where nothing is known; rows come sorted. */
static const struct activity_row *moved_by(const struct snapshot *snapshot,
					   const struct fd_row *file, enum activity_kind kind)
{
	size_t low = 0, high = snapshot->activities_len;

	while (low < high) {
		size_t middle = (low + high) / 2;
		const struct activity_row *at = &snapshot->activities[middle];
		int r = at->kind != kind        ? (at->kind < kind ? -1 : 1)
			: at->dev != file->dev  ? (at->dev < file->dev ? -1 : 1)
			: at->ino != file->ino  ? (at->ino < file->ino ? -1 : 1)
			: at->proc < file->proc ? -1
						: at->proc > file->proc;

		if (r == 0)
			return at;
		if (r < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static struct row *fd_add(struct build *build, const struct fd_row *file)
{
	const struct proc_row *proc = &build->snapshot->procs[file->proc];
	struct row *row = rows_add(build);

	if (!row)
		return NULL;
	row->file = file;
	row->proc = proc;
	row->key = (struct row_key){ .a = (uint64_t)proc->pid << 32 | (uint32_t)file->fd,
				     .b = proc->start_boot_ns };
	return row;
}

/* A chip of a path or a connection is a name here. */
static bool fd_accepted(const struct build *build, const struct fd_row *file)
{
	return scope_accepts_proc(build->scope, &build->snapshot->procs[file->proc]) &&
	       scope_accepts_path(build->scope, file->name);
}

int rows_build_fd(struct build *build)
{
	const struct snapshot *snapshot = build->snapshot;

	for (size_t i = 0; i < snapshot->fds_len; i++) {
		const struct fd_row *file = &snapshot->fds[i];
		struct row *row;

		if (!fd_accepted(build, file))
			continue;
		row = fd_add(build, file);
		if (!row)
			return -ENOMEM;
		row->moved = moved_by(snapshot, file, ACTIVITY_FILE);
		if (!row->moved)
			row->moved = moved_by(snapshot, file, ACTIVITY_SOCKET);
	}
	return 0;
}

/* --- listeners --- */

/* A connection that was accepted: its port, and the socket. */
struct accepted {
	uint16_t port;
	uint64_t ino;
};

static int accepted_order(const void *a, const void *b)
{
	const struct accepted *left = a, *right = b;

	if (left->port != right->port)
		return left->port < right->port ? -1 : 1;
	return left->ino < right->ino ? -1 : left->ino > right->ino;
}

static bool is_accepted(const struct fd_row *file, struct fd_tuple *ret_tuple)
{
	return file->l4 == FD_L4_TCP && file->tuple && (file->flags & FD_F_SERVER) &&
	       (file->flags & FD_F_CONNECTED) &&
	       fd_tuple_parse(file->tuple, file->tuple_len, ret_tuple) == 0;
}

/* Sorted; returns how many, each socket once however many descriptors it has. */
static size_t collect_accepted(const struct build *build, struct accepted *ret_list)
{
	const struct snapshot *snapshot = build->snapshot;
	size_t len = 0, distinct = 0;

	for (size_t i = 0; i < snapshot->fds_len; i++) {
		const struct fd_row *file = &snapshot->fds[i];
		struct fd_tuple tuple;

		if (is_accepted(file, &tuple) && fd_accepted(build, file))
			ret_list[len++] = (struct accepted){ .port = (uint16_t)tuple.dport,
							     .ino = file->ino };
	}
	qsort(ret_list, len, sizeof(*ret_list), accepted_order);
	for (size_t i = 0; i < len; i++)
		if (!i || accepted_order(&ret_list[i - 1], &ret_list[i]))
			ret_list[distinct++] = ret_list[i];
	return distinct;
}

static uint32_t count_port(const struct accepted *list, size_t len, unsigned port)
{
	uint32_t count = 0;
	size_t low = 0, high = len;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (list[middle].port < port)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < len && list[low].port == port; low++)
		count++;
	return count;
}

/* Sockets of TCP and unix that listen, of UDP that have an address and no peer. */
static bool is_listener(const struct fd_row *file)
{
	return (file->flags & FD_F_LISTENS) ||
	       ((file->flags & FD_F_LISTEN) && file->l4 == FD_L4_UDP);
}

/* Another number of the process for the same socket, with a row already. */
static bool is_repeated(const struct build *build, const struct fd_row *file)
{
	const struct rows *rows = build->rows;

	for (size_t i = rows->len; i-- > 0 && rows->rows[i].file->proc == file->proc;)
		if (file->ino && rows->rows[i].file->ino == file->ino)
			return true;
	return false;
}

int rows_build_listener(struct build *build)
{
	const struct snapshot *snapshot = build->snapshot;
	struct accepted *list = frame_alloc(build->frame, snapshot->fds_len * sizeof(*list));
	size_t len = list ? collect_accepted(build, list) : 0;

	if (!list)
		return -ENOMEM;
	for (size_t i = 0; i < snapshot->fds_len; i++) {
		const struct fd_row *file = &snapshot->fds[i];
		struct fd_tuple tuple;
		struct row *row;

		if (!is_listener(file) || !fd_accepted(build, file) || is_repeated(build, file))
			continue;
		row = fd_add(build, file);
		if (!row)
			return -ENOMEM;
		if (file->tuple && fd_tuple_parse(file->tuple, file->tuple_len, &tuple) == 0)
			row->conns = count_port(list, len, tuple.dport);
	}
	return 0;
}
