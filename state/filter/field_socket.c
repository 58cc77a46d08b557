/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fd.*: the ends of a connection. Client and server are what connect and accept made them; of a
 * socket that nobody saw made, this end is the server where the process also listens on its port.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include "field_getters.h"
#include "state/tables.h"

/* Does the process listen on this port? */
static bool listens(struct filter_event *event, unsigned port)
{
	const struct fd_table *fds = event->process ? event->process->fds : NULL;
	const struct fd_entry *entry;
	struct fd_tuple tuple;
	size_t at = 0;

	while ((entry = fd_table_next(fds, &at))) {
		if ((entry->flags & FD_F_LISTEN) && entry->tuple &&
		    fd_tuple_parse(entry->tuple->data, entry->tuple->len, &tuple) == 0 &&
		    tuple.dport == port)
			return true;
	}
	return false;
}

struct ends {
	struct fd_tuple tuple; /* client first */
	bool server;           /* this process is the server */
};

static bool fd_ends(struct filter_event *event, const struct fd_entry *entry, struct ends *ret_ends)
{
	struct fd_tuple tuple;

	if (!entry || !entry->tuple ||
	    fd_tuple_parse(entry->tuple->data, entry->tuple->len, &tuple) < 0)
		return false;
	*ret_ends = (struct ends){ .tuple = tuple, .server = entry->flags & FD_F_SERVER };
	if ((entry->flags & (FD_F_CLIENT | FD_F_SERVER)) || !listens(event, tuple.sport))
		return true;
	/* Without roles this end is the first one. */
	ret_ends->server = true;
	ret_ends->tuple.saddr = tuple.daddr;
	ret_ends->tuple.sport = tuple.dport;
	ret_ends->tuple.daddr = tuple.saddr;
	ret_ends->tuple.dport = tuple.sport;
	return true;
}

/* Which of the two is meant: the client's, else the server's. */
static bool is_client_end(const struct ends *ends, enum field_end end)
{
	switch (end) {
	case FIELD_END_CLIENT: return true;
	case FIELD_END_SERVER: return false;
	case FIELD_END_LOCAL: return !ends->server;
	case FIELD_END_REMOTE: return ends->server;
	}
	return false;
}

size_t field_fd_address(struct filter_event *event, const struct fd_entry *entry,
			enum field_end end, struct field_value *value)
{
	struct ends ends;
	bool client;

	if (!fd_ends(event, entry, &ends))
		return 0;
	client = is_client_end(&ends, end);
	if (client && (entry->flags & FD_F_LISTEN))
		return 0;
	*value = (struct field_value){ .type = FIELD_IP };
	value->ip.family = (uint8_t)ends.tuple.family;
	memcpy(value->ip.bytes, client ? ends.tuple.saddr : ends.tuple.daddr,
	       ends.tuple.family == AF_INET ? 4 : 16);
	return 1;
}

size_t field_fd_port(struct filter_event *event, const struct fd_entry *entry, enum field_end end,
		     struct field_value *value)
{
	struct ends ends;
	bool client;

	if (!fd_ends(event, entry, &ends))
		return 0;
	client = is_client_end(&ends, end);
	if (client && (entry->flags & FD_F_LISTEN))
		return 0;
	return field_put_time(value, FIELD_PORT, client ? ends.tuple.sport : ends.tuple.dport);
}

/* A port by the name of its service, else its number. */
static size_t put_service(struct filter_event *event, enum field_end end, struct field_value *value)
{
	struct state_source *source = &event->state->source;
	const char *protocol;
	struct field_value port;
	char name[64];
	size_t len = sizeof(name);

	if (!field_fd_port(event, event->fd, end, &port))
		return 0;
	protocol = event->fd->l4 == FD_L4_UDP ? "udp" : "tcp";
	if (source->service_name &&
	    source->service_name(source->ctx, (uint16_t)port.u64, protocol, name, &len) == 0)
		return field_put_copy(event, value, name, len);
	len = (size_t)snprintf(name, sizeof(name), "%" PRIu64, port.u64);
	return field_put_copy(event, value, name, len);
}

/* Fields of one end each. */
#define OF_END(letter, end)                                             \
	GETTER(fd_##letter##ip)                                         \
	{                                                               \
		return field_fd_address(event, event->fd, end, values); \
	}                                                               \
	GETTER(fd_##letter##ip_name)                                    \
	{                                                               \
		return field_fd_address(event, event->fd, end, values); \
	}                                                               \
	GETTER(fd_##letter##port)                                       \
	{                                                               \
		return field_fd_port(event, event->fd, end, values);    \
	}                                                               \
	GETTER(fd_##letter##proto)                                      \
	{                                                               \
		return put_service(event, end, values);                 \
	}

OF_END(c, FIELD_END_CLIENT)
OF_END(s, FIELD_END_SERVER)
OF_END(l, FIELD_END_LOCAL)
OF_END(r, FIELD_END_REMOTE)

GETTER(fd_ip)
{
	size_t count = field_fd_address(event, event->fd, FIELD_END_CLIENT, values);

	if (count < max)
		count += field_fd_address(event, event->fd, FIELD_END_SERVER, &values[count]);
	return count;
}

GETTER(fd_port)
{
	size_t count = field_fd_port(event, event->fd, FIELD_END_CLIENT, values);

	if (count < max)
		count += field_fd_port(event, event->fd, FIELD_END_SERVER, &values[count]);
	return count;
}

GETTER(fd_is_server)
{
	struct ends ends;

	if (!event->fd)
		return 0;
	return field_put_bool(values, fd_ends(event, event->fd, &ends) && ends.server);
}
