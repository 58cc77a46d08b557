/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Open files that were found open: by the iterator or in /proc. Passes join what they find with
 * what events have told.
 */
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include "fd.h"
#include "fd_table.h"
#include "tables.h"

/* What a file of the iterator or of /proc is. */
static enum fd_type fd_seed_type(const struct file_sample *file, const char *path)
{
	enum fd_type anon = path ? fd_anon_type(path, file->path_len) : FD_TYPE_UNKNOWN;

	if (file->family)
		return fd_socket_type(file->family);
	/* Since 6.9 some of them look like regular files. */
	if (anon != FD_TYPE_UNKNOWN)
		return anon;
	switch (file->mode & S_IFMT) {
	case S_IFDIR: return FD_TYPE_DIRECTORY;
	case S_IFIFO: return FD_TYPE_PIPE;
	case S_IFREG:
	case S_IFCHR:
	case S_IFBLK: return FD_TYPE_FILE;
	default: return FD_TYPE_UNKNOWN;
	}
}

/* Not "socket:[123]", which a socket without a name has. */
static bool fd_is_unix_name(const char *path)
{
	return strncmp(path, "socket:[", 8) != 0;
}

static struct text *fd_seed_name(struct state *state, const struct file_sample *file,
				 const char *path, const struct fd_tuple *tuple)
{
	bool inet = file->family == AF_INET || file->family == AF_INET6;
	char text[FD_TUPLE_TEXT];
	size_t len = 0;

	if (inet && (file->sport || file->dport))
		len = fd_tuple_text(text, sizeof(text), tuple);
	if (len)
		return text_intern(&state->texts, text, len);
	if (file->family && !(file->family == AF_UNIX && path && fd_is_unix_name(path))) {
		const char *kind = fd_socket_name(file->family, file->sock_type, file->protocol);

		return text_intern(&state->texts, kind, strlen(kind));
	}
	return file->path_len && path ? text_intern(&state->texts, path, file->path_len) : NULL;
}

/*
 * A socket's ends. Who is the client is not told: where the number is still of the same socket what
 * was known of that stays, and ends are in that order.
 */
static void fd_seed_tuple(struct state *state, const struct file_sample *file,
			  struct fd_entry *entry, struct fd_tuple tuple)
{
	static const uint8_t nowhere[16];
	uint8_t bytes[FD_TUPLE_BYTES];
	size_t len;

	if (!tuple.sport && !tuple.dport)
		return;
	if (!tuple.dport) {
		entry->flags |= FD_F_LISTEN | FD_F_SERVER;
		tuple.daddr = tuple.saddr;
		tuple.dport = tuple.sport;
		tuple.saddr = nowhere;
		tuple.sport = 0;
	} else if (file->sock_state == 0 || file->sock_state == FILE_SOCK_ESTABLISHED) {
		entry->flags |= FD_F_CONNECTED;
	}
	if (tuple.sport && (entry->flags & FD_F_SERVER))
		tuple = fd_tuple_turned(&tuple);
	fd_tuple_unmap(&tuple);
	entry->type = (uint8_t)fd_socket_type(tuple.family);
	len = fd_tuple_bytes(bytes, &tuple);
	if (len)
		entry->tuple = text_intern(&state->texts, (const char *)bytes, len);
}

/* What a file sample says by itself. */
static struct fd_entry fd_seed_entry(const struct file_sample *file, const char *path)
{
	struct fd_entry entry = {
		.ino = file->ino,
		.dev = file->dev,
		.open_flags = file->open_flags & FD_OPEN_FLAGS,
		.flags = FD_F_SEEN,
		.type = (uint8_t)fd_seed_type(file, path),
		.queue = file->queue,
		.queue_max = file->queue_max,
	};

	if (!(file->marks & FILE_F_CLOEXEC_KNOWN))
		entry.flags |= FD_F_CLOEXEC_UNKNOWN;
	else if (file->marks & FILE_F_CLOEXEC)
		entry.flags |= FD_F_CLOEXEC;
	if (file->family)
		entry.l4 = (uint8_t)fd_socket_l4(file->family, file->sock_type, file->protocol);
	if (file->sock_state == FILE_SOCK_LISTEN)
		entry.flags |= FD_F_LISTENS;
	if (file->family == AF_UNIX && file->sock_state == FILE_SOCK_ESTABLISHED)
		entry.flags |= FD_F_CONNECTED;
	return entry;
}

/* Has it these two ends, in whichever order? */
static bool fd_has_ends(const struct fd_entry *entry, struct fd_tuple tuple)
{
	uint8_t bytes[FD_TUPLE_BYTES];
	bool same = false;

	if (!entry->tuple)
		return false;
	fd_tuple_unmap(&tuple);
	for (int i = 0; i < 2 && !same; i++) {
		size_t len = fd_tuple_bytes(bytes, &tuple);

		same = len == entry->tuple->len && !memcmp(bytes, entry->tuple->data, len);
		tuple = fd_tuple_turned(&tuple);
	}
	return same;
}

/* Of sockets and anonymous files events do not tell the inode: ends or names say enough. */
static bool fd_is_same(const struct fd_entry *before, const struct fd_entry *entry,
		       const struct fd_tuple *tuple)
{
	if (before->ino)
		return before->ino == entry->ino && before->dev == entry->dev;
	if (tuple->sport || tuple->dport)
		return fd_has_ends(before, *tuple);
	return before->type == entry->type && before->name && before->name == entry->name;
}

/* What only events tell, where the number is still of the same object. */
static void fd_seed_join(struct fd_entry *entry, const struct fd_entry *before)
{
	entry->flags |= before->flags & (FD_F_CLIENT | FD_F_SERVER | FD_F_UPPER | FD_F_LOWER);
	if (entry->flags & FD_F_CLOEXEC_UNKNOWN) {
		entry->flags &= (uint16_t)~FD_F_CLOEXEC_UNKNOWN;
		entry->flags |= before->flags & (FD_F_CLOEXEC | FD_F_CLOEXEC_UNKNOWN);
	}
	entry->file = before->file;
	entry->called = text_ref(before->called);
}

void fd_seed(struct state *state, struct process *process, const struct file_sample *file,
	     const char *path)
{
	struct fd_tuple tuple = {
		.family = file->family,
		.saddr = file->saddr,
		.daddr = file->daddr,
		.sport = file->sport,
		.dport = file->dport,
		.listening = true,
	};
	struct fd_entry entry = fd_seed_entry(file, path);
	const struct fd_entry *before;

	if (!process->fds)
		process->fds = fd_table_new(state);
	if (!process->fds)
		return;
	before = fd_table_at(process->fds, file->fd);
	entry.name = fd_seed_name(state, file, path, &tuple);
	if (before && fd_is_same(before, &entry, &tuple))
		fd_seed_join(&entry, before);
	if (file->family == AF_INET || file->family == AF_INET6)
		fd_seed_tuple(state, file, &entry, tuple);
	if (!fd_table_put(state, process->fds, file->fd, &entry))
		fd_forget(state, process); /* not all of it is known */
	fd_entry_release(state, &entry);
}

/* --- passes --- */

static void fd_pass_clear(struct process *process)
{
	struct fd_entry *entry;
	size_t at = 0;

	while ((entry = fd_table_next(process->fds, &at)))
		entry->flags &= (uint16_t)~FD_F_SEEN;
}

/* Calls fn for the living processes of a pass. */
static void fd_pass_each(struct state *state, uint32_t pid,
			 void (*fn)(struct state *state, struct process *process))
{
	struct process *one = pid ? process_by_pid(state, pid) : NULL;

	if (one)
		fn(state, one);
	for (size_t i = 0; !pid && i < state->processes_len; i++)
		if (!(state->processes[i]->flags & PROCESS_F_DEAD))
			fn(state, state->processes[i]);
}

static void fd_pass_begin_one(struct state *state, struct process *process)
{
	fd_pass_clear(process);
}

static void fd_pass_end_one(struct state *state, struct process *process)
{
	const struct fd_entry *entry;
	size_t at = 0;

	/* Events come late: what they follow stays open until they say otherwise. */
	if (!process->fds ||
	    (state->files_pass == FD_PASS_FOLLOW && fd_table_is_followed(process->fds) &&
	     fd_table_is_exact(process->fds)))
		return;
	while ((entry = fd_table_next(process->fds, &at)))
		if (!(entry->flags & FD_F_SEEN))
			fd_table_close(state, process->fds, (int64_t)at - 1);
	/* Without one open file it was not told of, or is not there any more. */
	if (!fd_table_len(process->fds))
		fd_forget(state, process);
	else
		fd_table_follow(process->fds, state->files_pass == FD_PASS_FOLLOW);
}

/* Ports of this end that something listens at, while the roles of a pass are found. */
struct fd_ports {
	uint8_t bits[65536 / 8];
};

static void fd_ports_add(struct fd_ports *ports, const struct process *process)
{
	const struct fd_entry *entry;
	struct fd_tuple tuple;
	size_t at = 0;

	while ((entry = fd_table_next(process->fds, &at)))
		if ((entry->flags & FD_F_LISTENS) && entry->tuple &&
		    fd_tuple_parse(entry->tuple->data, entry->tuple->len, &tuple) == 0)
			ports->bits[tuple.dport / 8 & 8191] |= (uint8_t)(1u << tuple.dport % 8);
}

/*
 * A connection of TCP whose beginning nobody saw is the server's where something listens at its
 * port, else the client's. Ends are in the order client, server then.
 */
static void fd_ports_tell(struct state *state, const struct fd_ports *ports,
			  const struct process *process)
{
	uint8_t bytes[FD_TUPLE_BYTES];
	struct fd_entry *entry;
	struct fd_tuple tuple;
	size_t at = 0, len;

	while ((entry = fd_table_next(process->fds, &at))) {
		if ((entry->flags & (FD_F_CLIENT | FD_F_SERVER)) || entry->l4 != FD_L4_TCP ||
		    !(entry->flags & FD_F_CONNECTED) || !entry->tuple ||
		    fd_tuple_parse(entry->tuple->data, entry->tuple->len, &tuple) < 0)
			continue;
		if (!(ports->bits[tuple.sport / 8 & 8191] >> tuple.sport % 8 & 1)) {
			entry->flags |= FD_F_CLIENT;
			continue;
		}
		tuple = fd_tuple_turned(&tuple);
		len = fd_tuple_bytes(bytes, &tuple);
		text_replace(&state->texts, &entry->tuple,
			     text_intern(&state->texts, (const char *)bytes, len));
		entry->flags |= FD_F_SERVER;
	}
}

/* Of all processes, so that nothing that listens is missed. */
static void fd_pass_roles(struct state *state)
{
	struct fd_ports *ports = memory_alloc(state->memory, sizeof(*ports));

	for (size_t i = 0; ports && i < state->processes_len; i++)
		fd_ports_add(ports, state->processes[i]);
	for (size_t i = 0; ports && i < state->processes_len; i++)
		fd_ports_tell(state, ports, state->processes[i]);
	memory_free(state->memory, ports, sizeof(*ports));
}

void fd_pass_begin(struct state *state, uint32_t pid, enum fd_pass pass)
{
	state->files_pass = pass;
	fd_pass_each(state, pid, fd_pass_begin_one);
}

void fd_pass_end(struct state *state, uint32_t pid)
{
	fd_pass_each(state, pid, fd_pass_end_one);
	if (!pid)
		fd_pass_roles(state);
}
