/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A call on its way through the rules of open files: for fd_calls.c, which finds the rule, and
 * fd_calls_socket.c, which knows the calls of sockets.
 */
#ifndef STATE_FD_CALL_H
#define STATE_FD_CALL_H

#include "fd_table.h"
#include "tables.h"

#define FD_NAME_MAX RECORD_PATH_MAX

enum fd_action {
	FD_NOTHING, /* names its argument */
	FD_OPEN,
	FD_OPEN_HOW, /* flags are in memory: from the event */
	FD_CLOSE,
	FD_CLOSE_RANGE,
	FD_DUP,
	FD_DUP_TO,
	FD_FCNTL,
	FD_IOCTL,
	FD_UNSHARE,
	FD_PIPE,
	FD_SOCKET,
	FD_SOCKETPAIR,
	FD_BIND,
	FD_LISTEN_AT,
	FD_SOCKET_OPTION,
	FD_RECEIVE, /* messages that may bring descriptors */
	FD_CONNECT,
	FD_ACCEPT,
	FD_MEMFD,
	FD_ANON,
	FD_BPF,
	FD_ACTION_COUNT
};

struct fd_rule {
	enum fd_action action;
	int8_t fd_arg;    /* argument that is an fd, -1: none */
	int8_t flags_arg; /* -1: none */
	bool more_fds;    /* it may have others among its arguments, see fd_names.h */
	uint64_t cloexec;
	const char *name;
};

/* A call on its way: what the actions need. The table of the process can be NULL. */
struct fd_context {
	struct state *state;
	struct process *process;
	const struct event *event;
	const struct fd_rule *rule;
	struct fd_seen *seen; /* what the actions tell; its entry is set by what they return */
	int64_t ret;
};

/* Whether calls of that number may have other descriptors among their arguments; any number. */
bool fd_call_has_more(const struct state *state, int nr);
/* NULL for an empty one. */
struct text *fd_intern(const struct fd_context *call, const char *text, size_t len);
/* A parameter of the event, NULL when it has none or no value. */
const struct event_param *fd_param(const struct fd_context *call, const char *name);
/* The argument that is an fd; -1: none. */
int64_t fd_argument(const struct fd_context *call);
/* The entry of that fd as it is now, with references of its own; flags 0: not open, not known. */
struct fd_entry fd_entry_of_argument(const struct fd_context *call);
/* Opens an fd; the references of the entry go to the caller of fd_apply(). */
struct fd_entry fd_call_put(const struct fd_context *call, int64_t fd, struct fd_entry entry);
/* Two numbers of one kind, which the event brings. */
struct fd_entry fd_put_pair(const struct fd_context *call, struct fd_entry entry);
/* What the event's fd became goes to the table. */
void fd_write_back(const struct fd_context *call, const struct fd_entry *entry);
/*
 * Has the source tell anew what the process has open, where events do not: the port that the kernel
 * chose, descriptors that came in a message. Within the budget of look-ups; the table is as it was
 * when there is nobody to ask.
 */
void fd_ask_again(const struct fd_context *call);

/* The socket's name from the parameter `tuple` or `addr` of the event; NULL when it has none. */
struct text *fd_address_name(const struct fd_context *call, const char *param);
/* Both ends from the event's tuple, or one from its address: that of the server. */
struct text *fd_address_tuple(const struct fd_context *call, const char *param);
/* Addresses say what is spoken: IPv4 through a socket of IPv6 too. */
void fd_set_family(struct fd_entry *entry);
/* O_* of what is no file and was made by this call. */
uint32_t fd_flags_of_anon(const struct fd_context *call);
/* The calls of sockets. */
struct fd_entry fd_do_socket(const struct fd_context *call);
struct fd_entry fd_do_bind(const struct fd_context *call);
struct fd_entry fd_do_listen(const struct fd_context *call);
struct fd_entry fd_do_connect(const struct fd_context *call);
struct fd_entry fd_do_accept(const struct fd_context *call);
struct fd_entry fd_do_option(const struct fd_context *call);
struct fd_entry fd_do_message(const struct fd_context *call);
struct fd_entry fd_do_receive(const struct fd_context *call);

#endif
