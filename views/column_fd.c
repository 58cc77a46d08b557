/* SPDX-License-Identifier: Apache-2.0 */
/* Columns of open files and of sockets that listen. */
#include "column.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "state/fd_table.h"

void get_fd_fd(const struct row *row, struct cell *ret_cell)
{
	ret_cell->i64 = row->file->fd;
}

void get_fd_type(const struct row *row, struct cell *ret_cell)
{
	cell_set_text(ret_cell, row->file->type);
}

void get_fd_name(const struct row *row, struct cell *ret_cell)
{
	cell_set_text(ret_cell, row->file->name);
}

void get_fd_called(const struct row *row, struct cell *ret_cell)
{
	cell_set_text(ret_cell, row->file->called);
}

/* "rw" and letters; the help of the column explains them. */
void get_fd_flags(const struct row *row, struct cell *ret_cell)
{
	static const struct {
		uint32_t bit;
		char letter;
	} marks[] = {
		{ O_APPEND, 'a' }, { O_NONBLOCK, 'n' }, { O_DIRECT, 'd' },
		{ O_DSYNC, 's' },  { O_PATH, 'p' },
	};
	const struct fd_row *file = row->file;
	uint32_t access = file->open_flags & O_ACCMODE;
	char text[12];
	size_t len = 0;

	if (!(file->open_flags & O_PATH)) {
		text[len++] = access == O_WRONLY ? '-' : 'r';
		text[len++] = access == O_RDONLY ? '-' : 'w';
	}
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (file->open_flags & marks[i].bit)
			text[len++] = marks[i].letter;
	if (file->flags & FD_F_CLOEXEC)
		text[len++] = 'c';
	cell_copy_text(ret_cell, row, text, len);
}

void get_fd_role(const struct row *row, struct cell *ret_cell)
{
	unsigned flags = row->file->flags;

	if (flags & FD_F_LISTENS)
		cell_set_text(ret_cell, "listen");
	else if (flags & FD_F_LISTEN)
		cell_set_text(ret_cell, "bound");
	else if (flags & FD_F_CLIENT)
		cell_set_text(ret_cell, "client");
	else if (flags & FD_F_SERVER)
		cell_set_text(ret_cell, "server");
	else if (flags & FD_F_CONNECTED)
		cell_set_text(ret_cell, "connected");
	else
		cell_set_text(ret_cell, "");
}

static const char *proto_name(const struct fd_row *file)
{
	static const char *const names[] = {
		[FD_L4_UNKNOWN] = "", [FD_L4_NA] = "",       [FD_L4_TCP] = "tcp",
		[FD_L4_UDP] = "udp",  [FD_L4_ICMP] = "icmp", [FD_L4_RAW] = "raw",
	};

	if (file->l4 < sizeof(names) / sizeof(names[0]) && *names[file->l4])
		return names[file->l4];
	return strcmp(file->type, "unix") == 0 ? "unix" : "";
}

void get_fd_proto(const struct row *row, struct cell *ret_cell)
{
	cell_set_text(ret_cell, proto_name(row->file));
}

/*
 * Bytes by object are counted for files and sockets; of the others nobody knows. One that moved
 * none has no row.
 */
static bool fd_counted(const struct row *row, struct cell *ret_cell)
{
	ret_cell->known = row->moved || (row->snapshot->objects_counted && row->file->ino &&
					 (strcmp(row->file->type, "file") == 0 || row->file->l4));
	if (row->moved)
		ret_cell->at_least = row->moved->at_least;
	return row->moved;
}

static void set_moved_rate(const struct row *row, struct cell *ret_cell, uint64_t delta)
{
	if (ret_cell->known)
		cell_set_rate(ret_cell, row, delta);
}

void get_fd_in(const struct row *row, struct cell *ret_cell)
{
	bool moved = fd_counted(row, ret_cell);

	set_moved_rate(row, ret_cell, moved ? row->moved->in_delta : 0);
}

void get_fd_out(const struct row *row, struct cell *ret_cell)
{
	bool moved = fd_counted(row, ret_cell);

	set_moved_rate(row, ret_cell, moved ? row->moved->out_delta : 0);
}

void get_fd_in_total(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = fd_counted(row, ret_cell) ? row->moved->in : 0;
}

void get_fd_out_total(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = fd_counted(row, ret_cell) ? row->moved->out : 0;
}

void get_fd_ops_total(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = fd_counted(row, ret_cell) ? row->moved->ops : 0;
}

enum fd_end { FD_LOCAL, FD_REMOTE };

/* An end of a socket as text; unknown where there is none. */
static void set_end(const struct row *row, enum fd_end end, struct cell *ret_cell)
{
	const struct fd_row *file = row->file;
	bool server = file->flags & FD_F_SERVER;
	struct fd_tuple tuple;
	char text[FD_TUPLE_TEXT];
	size_t len;

	ret_cell->known = false;
	if (!file->tuple || fd_tuple_parse(file->tuple, file->tuple_len, &tuple) < 0)
		return;
	/* The client stands first. */
	if (server == (end == FD_LOCAL))
		tuple = fd_tuple_turned(&tuple);
	if (!tuple.sport)
		return;
	len = fd_address_text(text, sizeof(text), tuple.family, tuple.saddr, tuple.sport);
	if (len)
		cell_copy_text(ret_cell, row, text, len);
}

void get_fd_local(const struct row *row, struct cell *ret_cell)
{
	set_end(row, FD_LOCAL, ret_cell);
}

void get_fd_remote(const struct row *row, struct cell *ret_cell)
{
	set_end(row, FD_REMOTE, ret_cell);
}

void get_fd_dev(const struct row *row, struct cell *ret_cell)
{
	uint32_t dev = row->file->dev;
	char text[32];
	int len;

	/* As stat(2) encodes it in 32 bits. */
	len = snprintf(text, sizeof(text), "%u:%u", dev >> 8 & 0xfff,
		       (dev & 0xff) | (dev >> 12 & 0xfff00));
	ret_cell->known = dev != 0;
	if (ret_cell->known)
		cell_copy_text(ret_cell, row, text, (size_t)len);
}

void get_fd_ino(const struct row *row, struct cell *ret_cell)
{
	ret_cell->known = row->file->ino != 0;
	ret_cell->i64 = (int64_t)row->file->ino;
}

/* Where it listens is the second end. */
static bool listen_end(const struct row *row, struct fd_tuple *ret_tuple)
{
	return row->file->tuple &&
	       fd_tuple_parse(row->file->tuple, row->file->tuple_len, ret_tuple) == 0;
}

void get_listen_addr(const struct row *row, struct cell *ret_cell)
{
	static const uint8_t any[16];
	struct fd_tuple tuple;
	char text[FD_TUPLE_TEXT];
	size_t len;

	if (!listen_end(row, &tuple)) {
		cell_set_text(ret_cell, row->file->name);
		return;
	}
	if (!memcmp(tuple.daddr, any, tuple.family == AF_INET6 ? 16 : 4)) {
		cell_set_text(ret_cell, tuple.family == AF_INET6 ? "[*]" : "*");
		return;
	}
	/* Without ":0" behind it. */
	len = fd_address_text(text, sizeof(text), tuple.family, tuple.daddr, 0);
	ret_cell->known = len > 2;
	if (ret_cell->known)
		cell_copy_text(ret_cell, row, text, len - 2);
}

void get_listen_port(const struct row *row, struct cell *ret_cell)
{
	struct fd_tuple tuple;

	ret_cell->known = listen_end(row, &tuple);
	if (ret_cell->known)
		ret_cell->i64 = tuple.dport;
}

void get_listen_service(const struct row *row, struct cell *ret_cell)
{
	cell_set_text(ret_cell, row->file->service ? row->file->service : "");
}

void get_listen_conns(const struct row *row, struct cell *ret_cell)
{
	ret_cell->known = row->file->l4 == FD_L4_TCP;
	ret_cell->i64 = row->conns;
}

static bool has_queue(const struct row *row)
{
	return row->file->flags & FD_F_LISTENS;
}

void get_listen_queue(const struct row *row, struct cell *ret_cell)
{
	ret_cell->known = has_queue(row);
	ret_cell->i64 = row->file->queue;
}

void get_listen_queue_max(const struct row *row, struct cell *ret_cell)
{
	ret_cell->known = has_queue(row);
	ret_cell->i64 = row->file->queue_max;
}

/* --- of processes --- */

static void set_fds(const struct row *row, struct cell *ret_cell, uint32_t count)
{
	ret_cell->known = row->proc->fds_known && row->snapshot->fds;
	ret_cell->i64 = count;
}

void get_proc_fd_limit(const struct row *row, struct cell *ret_cell)
{
	ret_cell->known = row->proc->fd_limit > 0;
	ret_cell->i64 = row->proc->fd_limit;
}

void get_proc_fds_used(const struct row *row, struct cell *ret_cell)
{
	ret_cell->known = row->proc->fds_known && row->proc->fd_limit > 0;
	if (ret_cell->known)
		cell_set_percent(ret_cell, row->proc->fds, (uint64_t)row->proc->fd_limit);
}

void get_proc_fds_files(const struct row *row, struct cell *ret_cell)
{
	set_fds(row, ret_cell, row->proc->fds_files);
}

void get_proc_fds_sockets(const struct row *row, struct cell *ret_cell)
{
	set_fds(row, ret_cell, row->proc->fds_sockets);
}

void get_proc_fds_pipes(const struct row *row, struct cell *ret_cell)
{
	set_fds(row, ret_cell, row->proc->fds_pipes);
}

void get_proc_fds_other(const struct row *row, struct cell *ret_cell)
{
	set_fds(row, ret_cell,
		row->proc->fds - row->proc->fds_files - row->proc->fds_sockets -
			row->proc->fds_pipes);
}
