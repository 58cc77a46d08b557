/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Activities from events, for captures whose writer did not count them: bytes of the read, write,
 * send and receive families, by the file or socket behind the descriptor; requests of io_uring. It
 * is at least what happened: nothing is known of calls that are not in the capture, or whose
 * descriptor nobody knows.
 */
#include <netinet/in.h>
#include <sys/socket.h>
#include "activity.h"
#include "fd_table.h"
#include "tables.h"

/* Stands for a device where the object has no number: then its name is what it is known by. */
#define DEV_NONE UINT32_MAX

static void follow_uring(struct state *state, const struct process *process,
			 const struct event *event)
{
	struct activity *activity =
		activity_get(state, &(struct activity){ .kind = ACTIVITY_URING,
							.pid = process->pid,
							.start_boot_ns = process->start_boot_ns,
							.ino = event->uring_op });

	if (!activity) {
		state->evictions++;
		return;
	}
	activity->followed.ops++;
	activity->followed.errors += event->prefix.ret < 0;
}

/* What the counters know as files and sockets; pipes and the like are neither. */
static const struct follow_kind {
	bool followed;
	enum activity_kind kind;
	uint16_t family;
} kinds[FD_TYPE_COUNT] = {
	[FD_TYPE_FILE] = { true, ACTIVITY_FILE, 0 },
	[FD_TYPE_DIRECTORY] = { true, ACTIVITY_FILE, 0 },
	[FD_TYPE_MEMFD] = { true, ACTIVITY_FILE, 0 },
	[FD_TYPE_IPV4] = { true, ACTIVITY_SOCKET, AF_INET },
	[FD_TYPE_IPV6] = { true, ACTIVITY_SOCKET, AF_INET6 },
	[FD_TYPE_UNIX] = { true, ACTIVITY_SOCKET, AF_UNIX },
	[FD_TYPE_NETLINK] = { true, ACTIVITY_SOCKET, AF_NETLINK },
	[FD_TYPE_PACKET] = { true, ACTIVITY_SOCKET, AF_PACKET },
	[FD_TYPE_SOCKET] = { true, ACTIVITY_SOCKET, 0 },
};

static uint16_t follow_protocol(unsigned l4)
{
	switch (l4) {
	case FD_L4_TCP: return IPPROTO_TCP;
	case FD_L4_UDP: return IPPROTO_UDP;
	case FD_L4_ICMP: return IPPROTO_ICMP;
	default: return 0;
	}
}

static struct text *end_name(struct state *state, const struct fd_tuple *tuple, bool destination)
{
	char text[FD_TUPLE_TEXT];
	size_t len = fd_address_text(text, sizeof(text), tuple->family,
				     destination ? tuple->daddr : tuple->saddr,
				     destination ? tuple->dport : tuple->sport);

	return len ? text_intern(&state->texts, text, len) : NULL;
}

/* This end first: a tuple has the client's first, where it is known who that is. */
static void follow_ends(struct state *state, struct activity *activity, const struct fd_entry *fd)
{
	bool server = fd->flags & FD_F_SERVER;
	struct fd_tuple tuple;

	if (fd_tuple_parse(fd->tuple->data, fd->tuple->len, &tuple) < 0)
		return;
	activity->name = end_name(state, &tuple, server);
	activity->remote = end_name(state, &tuple, !server);
}

static void follow_name(struct state *state, struct activity *activity, const struct fd_entry *fd)
{
	if (activity->kind == ACTIVITY_SOCKET) {
		activity->family = kinds[fd->type].family;
		activity->protocol = follow_protocol(fd->l4);
		if (fd->tuple)
			follow_ends(state, activity, fd);
	}
	if (!activity->name && fd->name)
		activity->name = text_ref(fd->name);
}

void activity_follow(struct state *state, const struct process *process, const struct event *event,
		     const struct fd_entry *fd)
{
	const struct text *known_by = fd->tuple ? fd->tuple : fd->name;
	struct activity id = { .pid = process->pid, .start_boot_ns = process->start_boot_ns };
	struct activity *activity;
	uint64_t bytes;

	if (!state->follows)
		return;
	if (event->prefix.flags & RECORD_F_URING) {
		if (event->has_uring_op)
			follow_uring(state, process, event);
		return;
	}
	if (event_moved(event, &bytes) < 0 || event->prefix.ret == 0 || !kinds[fd->type].followed ||
	    (!fd->ino && !known_by))
		return;
	id.kind = kinds[fd->type].kind;
	id.dev = fd->ino ? fd->dev : DEV_NONE;
	/* Both ends of a connection have the tuple that begins with the client. */
	id.ino = fd->ino ? fd->ino : known_by->hash ^ (fd->flags & FD_F_SERVER ? 1 : 0);
	activity = activity_get(state, &id);
	if (!activity) {
		state->evictions++;
		return;
	}
	if (!activity->followed.ops && !activity->name)
		follow_name(state, activity, fd);
	activity->followed.ops++;
	if (event->syscall->io & SYSCALL_IO_IN)
		activity->followed.in += bytes;
	else
		activity->followed.out += bytes;
}
