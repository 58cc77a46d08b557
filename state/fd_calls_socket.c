/* SPDX-License-Identifier: Apache-2.0 */
/* What the calls of sockets do to tables of open files. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include "fd_call.h"

struct text *fd_address_name(const struct fd_context *call, const char *param)
{
	const struct event_param *value = fd_param(call, param);
	struct fd_tuple tuple;
	char text[FD_NAME_MAX];
	uint16_t port;
	size_t bytes, skip;

	if (!value)
		return NULL;
	if (fd_tuple_parse(value->data, value->len, &tuple) == 0)
		return fd_intern(call, text, fd_tuple_text(text, sizeof(text), &tuple));
	bytes = value->data[0] == AF_INET ? 4 : value->data[0] == AF_INET6 ? 16 : 0;
	if (bytes && value->len >= 1 + bytes + 2) {
		memcpy(&port, value->data + 1 + bytes, sizeof(port));
		return fd_intern(
			call, text,
			fd_address_text(text, sizeof(text), value->data[0], value->data + 1, port));
	}
	if (value->data[0] != AF_UNIX)
		return NULL;
	skip = !strcmp(param, "tuple") ? 1 + 16 : 1; /* two kernel addresses come first */
	if (value->len <= skip || !value->data[skip])
		return NULL; /* unnamed or abstract */
	return fd_intern(call, (const char *)value->data + skip,
			 strnlen((const char *)value->data + skip, value->len - skip));
}

static struct text *fd_intern_tuple(const struct fd_context *call, struct fd_tuple tuple)
{
	uint8_t bytes[FD_TUPLE_BYTES];

	fd_tuple_unmap(&tuple);
	return fd_intern(call, (const char *)bytes, fd_tuple_bytes(bytes, &tuple));
}

struct text *fd_address_tuple(const struct fd_context *call, const char *param)
{
	static const uint8_t nowhere[16];
	const struct event_param *value = fd_param(call, param);
	struct fd_tuple tuple = { .saddr = nowhere };
	uint16_t port;
	size_t address;

	if (!value)
		return NULL;
	if (fd_tuple_parse(value->data, value->len, &tuple) == 0)
		return fd_intern_tuple(call, tuple);
	address = value->data[0] == AF_INET ? 4 : value->data[0] == AF_INET6 ? 16 : 0;
	if (!address || value->len != 1 + address + 2)
		return NULL;
	memcpy(&port, value->data + 1 + address, sizeof(port));
	tuple.family = value->data[0];
	tuple.daddr = value->data + 1;
	tuple.dport = port;
	return fd_intern_tuple(call, tuple);
}

struct fd_entry fd_do_socket(const struct fd_context *call)
{
	const __u64 *args = call->event->prefix.args;
	unsigned family = (unsigned)args[0], type = (unsigned)args[1], protocol = (unsigned)args[2];
	const char *name = fd_socket_name(family, type, protocol);
	struct fd_entry entry = {
		.type = (uint8_t)fd_socket_type(family),
		.l4 = (uint8_t)fd_socket_l4(family, type, protocol),
		.open_flags = fd_flags_of_anon(call),
	};

	if (call->ret < 0)
		return (struct fd_entry){ .flags = 0 };
	entry.name = fd_intern(call, name, strlen(name));
	return call->rule->action == FD_SOCKET ? fd_call_put(call, call->ret, entry)
					       : fd_put_pair(call, entry);
}

/* Gives a socket other ends; takes the reference. */
static void fd_set_tuple(const struct fd_context *call, struct fd_entry *entry, struct text *tuple)
{
	if (!tuple || tuple == entry->tuple) {
		text_unref(&call->state->texts, tuple);
		return;
	}
	text_replace(&call->state->texts, &entry->tuple, tuple);
	call->seen->renamed = true;
}

void fd_set_family(struct fd_entry *entry)
{
	if (entry->tuple)
		entry->type = (uint8_t)fd_socket_type((uint8_t)entry->tuple->data[0]);
}

/* Did the caller leave the port to the kernel? */
static bool fd_is_any_port(const struct fd_context *call)
{
	const struct event_param *value = fd_param(call, "addr");
	size_t bytes = !value                       ? 0
		       : value->data[0] == AF_INET  ? 4
		       : value->data[0] == AF_INET6 ? 16
						    : 0;

	return bytes && value->len == 1 + bytes + 2 && !value->data[1 + bytes] &&
	       !value->data[2 + bytes];
}

struct fd_entry fd_do_bind(const struct fd_context *call)
{
	struct fd_entry entry;
	struct text *name;

	if (call->ret >= 0 && fd_is_any_port(call)) {
		fd_ask_again(call);
		return fd_entry_of_argument(call);
	}
	entry = fd_entry_of_argument(call);
	if (call->ret < 0)
		return entry;
	name = fd_address_name(call, "addr");
	if (name)
		text_replace(&call->state->texts, &entry.name, name);
	fd_set_tuple(call, &entry, fd_address_tuple(call, "addr"));
	fd_set_family(&entry);
	if (entry.tuple)
		entry.flags |= FD_F_LISTEN | FD_F_SERVER;
	fd_write_back(call, &entry);
	return entry;
}

/* One that was not bound before has a port of the kernel's now; how many may wait is its limit. */
struct fd_entry fd_do_listen(const struct fd_context *call)
{
	struct fd_entry entry = fd_entry_of_argument(call);

	if (call->ret < 0 || !(entry.flags & FD_F_OPEN))
		return entry;
	entry.flags |= FD_F_LISTENS;
	if (!entry.queue_max)
		entry.queue_max = (uint32_t)call->event->prefix.args[1];
	fd_write_back(call, &entry);
	if (!(entry.flags & FD_F_LISTEN))
		fd_ask_again(call);
	return entry;
}

#define FD_SOL_SOCKET 1 /* include/uapi/asm-generic/socket.h */
#define FD_SO_ERROR 4

/*
 * getsockopt: a connect that went on in the background has ended when the socket is asked for its
 * error, well or not. The value has its kind in front (1: an errno).
 */
struct fd_entry fd_do_option(const struct fd_context *call)
{
	const struct event_param *value = fd_param(call, "val");
	struct fd_entry entry = fd_entry_of_argument(call);
	const __u64 *args = call->event->prefix.args;
	int64_t err;

	if (call->ret < 0 || args[1] != FD_SOL_SOCKET || args[2] != FD_SO_ERROR || !value ||
	    value->len != 1 + sizeof(err) || !(entry.flags & FD_F_CLIENT) ||
	    (entry.flags & FD_F_CONNECTED))
		return entry;
	memcpy(&err, value->data + 1, sizeof(err));
	if (err) {
		entry.flags &= (uint16_t)~FD_F_CLIENT;
		text_unref(&call->state->texts, entry.tuple);
		entry.tuple = NULL;
	} else {
		entry.flags |= FD_F_CONNECTED;
	}
	fd_write_back(call, &entry);
	return entry;
}

struct fd_entry fd_do_connect(const struct fd_context *call)
{
	struct fd_entry entry = fd_entry_of_argument(call);
	/* A connect that goes on in the background has its addresses already. */
	bool under_way = call->ret >= 0 || call->ret == -EINPROGRESS;
	struct text *name = under_way ? fd_address_name(call, "tuple") : NULL;
	struct text *tuple = fd_address_tuple(call, "tuple");

	if (name)
		text_replace(&call->state->texts, &entry.name, name);
	/* Of one that failed the event alone tells where to. */
	fd_set_tuple(call, &entry, tuple ? tuple : fd_address_tuple(call, "addr"));
	fd_set_family(&entry);
	if (entry.tuple) {
		entry.flags &= (uint16_t) ~(FD_F_LISTEN | FD_F_SERVER);
		entry.flags |= FD_F_CLIENT;
	}
	if (call->ret >= 0)
		entry.flags |= FD_F_CONNECTED;
	if (under_way)
		fd_write_back(call, &entry);
	return entry;
}

struct fd_entry fd_do_accept(const struct fd_context *call)
{
	struct fd_entry entry = fd_entry_of_argument(call);
	struct text *name, *tuple;

	if (call->ret < 0)
		return entry;
	name = fd_address_name(call, "tuple");
	if (name)
		text_replace(&call->state->texts, &entry.name, name);
	tuple = fd_address_tuple(call, "tuple");
	text_replace(&call->state->texts, &entry.tuple, tuple);
	fd_set_family(&entry);
	if (entry.l4 == FD_L4_UNKNOWN && entry.tuple)
		entry.l4 = FD_L4_TCP;
	/* Another object than the socket that listens. */
	entry.ino = 0;
	entry.dev = 0;
	entry.queue = entry.queue_max = 0;
	entry.open_flags = fd_flags_of_anon(call);
	entry.flags &= (uint16_t) ~(FD_F_LISTEN | FD_F_LISTENS | FD_F_CLIENT);
	entry.flags |= FD_F_SERVER | FD_F_CONNECTED;
	return fd_call_put(call, call->ret, entry);
}

/*
 * Messages of a socket that is not connected name its peer. Who speaks first is the client, as
 * nobody else tells.
 */
struct fd_entry fd_do_message(const struct fd_context *call)
{
	struct fd_entry entry = fd_entry_of_argument(call);
	const struct event_param *value = fd_param(call, "tuple");
	bool sends = call->event->desc->flags & EVENT_F_WRITES_FD;
	struct fd_tuple tuple;

	if (call->ret >= 0 && entry.l4 == FD_L4_TCP &&
	    (entry.flags & (FD_F_CLIENT | FD_F_CONNECTED)) == FD_F_CLIENT) {
		entry.flags |= FD_F_CONNECTED; /* what moves is connected */
		fd_write_back(call, &entry);
		return entry;
	}
	if (!value || fd_tuple_parse(value->data, value->len, &tuple) < 0 || !tuple.dport ||
	    !tuple.sport || (entry.flags & FD_F_CONNECTED))
		return entry;
	if (!(entry.flags & (FD_F_CLIENT | FD_F_SERVER)) || (entry.flags & FD_F_LISTEN)) {
		entry.flags &= (uint16_t) ~(FD_F_CLIENT | FD_F_SERVER | FD_F_LISTEN);
		entry.flags |= sends ? FD_F_CLIENT : FD_F_SERVER;
	}
	/* In the event who sends is first; in the entry the client. */
	if (sends == !(entry.flags & FD_F_CLIENT))
		tuple = fd_tuple_turned(&tuple);
	fd_set_tuple(call, &entry, fd_intern_tuple(call, tuple));
	fd_set_family(&entry);
	if (call->seen->renamed)
		fd_write_back(call, &entry);
	return entry;
}

/* Number of the first descriptor of a control message, and how many; 0: it brings none. */
static size_t fd_rights(const struct event_param *control, size_t at, const uint8_t **ret_fds,
			size_t *ret_next)
{
	struct cmsghdr head;

	if (control->len < at + sizeof(head))
		return 0;
	memcpy(&head, control->data + at, sizeof(head));
	if (head.cmsg_len < CMSG_LEN(0) || head.cmsg_len > control->len - at)
		return 0;
	*ret_next = at + CMSG_ALIGN(head.cmsg_len);
	*ret_fds = control->data + at + CMSG_LEN(0);
	if (head.cmsg_level != SOL_SOCKET || head.cmsg_type != SCM_RIGHTS)
		return 0;
	return (head.cmsg_len - CMSG_LEN(0)) / sizeof(int);
}

/*
 * Descriptors that came in a message: what they are only the kernel knows. Without an answer they
 * are open and nothing more is known.
 */
static void fd_take_rights(const struct fd_context *call, const struct event_param *control)
{
	struct fd_table *table = call->process->fds;
	size_t at = 0, next;
	bool asked = false;

	while (table && at < control->len) {
		const uint8_t *fds = NULL;
		size_t len;

		next = control->len;
		len = fd_rights(control, at, &fds, &next);
		if (len && !asked)
			fd_ask_again(call);
		asked |= len > 0;
		table = call->process->fds;
		for (size_t i = 0; i < len; i++) {
			struct fd_entry unknown = { .flags = FD_F_OPEN | FD_F_CLOEXEC_UNKNOWN };
			int fd;

			memcpy(&fd, fds + i * sizeof(fd), sizeof(fd));
			if (table && !fd_table_at(table, fd))
				fd_table_put(call->state, table, fd, &unknown);
		}
		at = next;
	}
}

struct fd_entry fd_do_receive(const struct fd_context *call)
{
	const struct event_param *control = fd_param(call, "msgcontrol");

	if (call->ret >= 0 && control)
		fd_take_rights(call, control);
	return fd_do_message(call);
}
