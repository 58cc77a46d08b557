/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What calls do to tables of open files, by syscall number, from the record's prefix (arguments,
 * result) and its path, tuple and fd pairs. Calls without a row name the file that they work on.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include "fd_table.h"
#include "tables.h"

#define ALWAYS UINT64_MAX
#define CAPTURE_O_CLOEXEC (1u << 12) /* open flags as in capture files */
#define FD_NAME_MAX RECORD_PATH_MAX
#define CLOSE_RANGE_UNSHARE_BIT 2u /* include/uapi/linux/close_range.h */
#define CLOSE_RANGE_CLOEXEC_BIT 4u

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
	uint64_t cloexec;
	const char *name;
};

/* By syscall number of this architecture. */
struct fd_rules {
	struct fd_rule by_nr[SYSCALL_NR_MAX];
};

struct fd_call {
	const char *syscall;
	enum fd_action action;
	int8_t flags_arg;
	uint64_t cloexec;
	const char *name;
};

static const struct fd_call fd_calls[] = {
#define FD_CALL(call, what, arg, bits, text) \
	{ .syscall = #call,                  \
	  .action = FD_##what,               \
	  .flags_arg = (arg),                \
	  .cloexec = (bits),                 \
	  .name = (text) },
#include "fd_calls.def"
};

/* A call on its way: what the actions need. */
struct fd_context {
	struct state *state;
	struct process *process;
	const struct event *event;
	const struct fd_rule *rule;
	struct fd_table *table; /* of the process, not NULL */
	int64_t ret;
};

/* The first argument that is an fd, but not one of a folder that a path is relative to. */
static int8_t fd_rule_argument(const struct syscall_desc *desc)
{
	int8_t i;

	for (i = 0; i < desc->args_len; i++) {
		const struct arg_desc *arg = &desc->args[i];

		if (arg->type == ARG_TYPE_FD && !strstr(arg->name, "dirfd") &&
		    !strstr(arg->name, "dfd"))
			return i;
	}
	return -1;
}

int fd_rules_new(struct state *state)
{
	struct fd_rules *rules = memory_alloc(state->memory, sizeof(*rules));
	int nr;
	size_t i;

	if (!rules)
		return -ENOMEM;
	for (nr = 0; nr < SYSCALL_NR_MAX; nr++) {
		const struct syscall_desc *desc = syscall_by_nr(nr);

		rules->by_nr[nr] = (struct fd_rule){
			.action = FD_NOTHING,
			.fd_arg = desc ? fd_rule_argument(desc) : -1,
			.flags_arg = -1,
		};
	}
	for (i = 0; i < sizeof(fd_calls) / sizeof(fd_calls[0]); i++) {
		const struct syscall_desc *desc = syscall_by_name(fd_calls[i].syscall);
		struct fd_rule *rule;

		nr = desc ? syscall_nr(desc) : -1;
		if (nr < 0 || nr >= SYSCALL_NR_MAX)
			continue;
		rule = &rules->by_nr[nr];
		rule->action = fd_calls[i].action;
		rule->flags_arg = fd_calls[i].flags_arg;
		rule->cloexec = fd_calls[i].cloexec;
		rule->name = fd_calls[i].name;
	}
	state->fd_rules = rules;
	return 0;
}

void fd_rules_free(struct state *state)
{
	memory_free(state->memory, state->fd_rules, sizeof(*state->fd_rules));
	state->fd_rules = NULL;
}

static unsigned fd_call_flags(const struct fd_context *call)
{
	uint64_t bits = 0;
	int64_t flags;

	if (call->rule->cloexec == ALWAYS)
		return FD_F_CLOEXEC;
	if (call->rule->action == FD_OPEN_HOW)
		return event_param_int(call->event, "flags", &flags) == 0 &&
				       (flags & CAPTURE_O_CLOEXEC)
			       ? FD_F_CLOEXEC
			       : 0;
	if (call->rule->flags_arg >= 0)
		bits = call->event->prefix.args[call->rule->flags_arg];
	return (bits & call->rule->cloexec) ? FD_F_CLOEXEC : 0;
}

static struct text *fd_intern(const struct fd_context *call, const char *text, size_t len)
{
	return len ? text_intern(&call->state->texts, text, len) : NULL;
}

/* Opens an fd under a name (its reference goes to the caller of fd_apply). */
static struct text *fd_call_put(const struct fd_context *call, int64_t fd, struct text *name)
{
	if (!fd_table_put(call->state, call->table, fd, name, fd_call_flags(call)))
		fd_forget(call->state, call->process); /* not all of it is known any more */
	return name;
}

/* The name of an opened file: the kernel's path, else an absolute path that the caller passed. */
static struct text *fd_path_name(const struct fd_context *call)
{
	const struct event_text *path = &call->event->path;
	struct event_text given;
	char text[FD_NAME_MAX + 16];
	int len;

	if (path->data && path->len && !(path->flags & (RECORD_EXT_F_RACED | RECORD_EXT_F_DELETED)))
		return fd_intern(call, path->data, path->len);
	if (path->data && path->len && path->len <= FD_NAME_MAX) {
		len = snprintf(text, sizeof(text), "%.*s%s%s", (int)path->len, path->data,
			       (path->flags & RECORD_EXT_F_DELETED) ? " (deleted)" : "",
			       (path->flags & RECORD_EXT_F_RACED) ? "~" : "");
		return fd_intern(call, text, (size_t)len);
	}
	given = event_param_text(call->event, "name");
	if (given.data && given.len && given.data[0] == '/')
		return fd_intern(call, given.data, given.len);
	return NULL;
}

/* A socket's name from the parameter `tuple` or `addr` of the event; NULL when it has none. */
static struct text *fd_address_name(const struct fd_context *call, const char *param)
{
	int index = event_param_index(call->event->desc, param);
	const struct event_param *value;
	char text[FD_NAME_MAX];
	uint16_t sport, dport;
	size_t bytes, skip;

	if (index < 0 || (size_t)index >= call->event->params_len)
		return NULL;
	value = &call->event->params[index];
	if (!value->len)
		return NULL;
	bytes = value->data[0] == AF_INET ? 4 : value->data[0] == AF_INET6 ? 16 : 0;
	if (bytes && value->len >= 1 + 2 * (bytes + 2)) {
		struct fd_tuple tuple = { .family = value->data[0] };

		tuple.saddr = value->data + 1;
		tuple.daddr = value->data + 1 + bytes + 2;
		memcpy(&sport, value->data + 1 + bytes, sizeof(sport));
		memcpy(&dport, value->data + 1 + 2 * bytes + 2, sizeof(dport));
		tuple.sport = sport;
		tuple.dport = dport;
		return fd_intern(call, text, fd_tuple_text(text, sizeof(text), &tuple));
	}
	if (bytes && value->len >= 1 + bytes + 2) {
		memcpy(&sport, value->data + 1 + bytes, sizeof(sport));
		return fd_intern(call, text,
				 fd_address_text(text, sizeof(text), value->data[0],
						 value->data + 1, sport));
	}
	if (value->data[0] != AF_UNIX)
		return NULL;
	skip = !strcmp(param, "tuple") ? 1 + 16 : 1; /* two kernel addresses come first */
	if (value->len <= skip || !value->data[skip])
		return NULL; /* unnamed or abstract */
	return fd_intern(call, (const char *)value->data + skip,
			 strnlen((const char *)value->data + skip, value->len - skip));
}

static struct text *fd_name_of(const struct fd_context *call, int64_t fd)
{
	return text_ref(fd_table_name(call->table, fd));
}

static int64_t fd_argument(const struct fd_context *call)
{
	/* An fd is an int: the upper half of the register is not part of it. */
	return call->rule->fd_arg < 0 ? -1 : (int32_t)call->event->prefix.args[call->rule->fd_arg];
}

static struct text *fd_do_close(const struct fd_context *call)
{
	struct text *name = fd_name_of(call, fd_argument(call));

	/* Linux frees the number even when close fails, but for a number that was not open. */
	if (call->ret != -EBADF)
		fd_table_close(call->state, call->table, fd_argument(call));
	return name;
}

static void fd_do_close_range(const struct fd_context *call)
{
	const __u64 *args = call->event->prefix.args;
	struct fd_table *table;

	if (call->ret < 0)
		return;
	if (args[2] & CLOSE_RANGE_UNSHARE_BIT)
		fd_unshare(call->state, call->process);
	table = call->process->fds;
	if (table)
		fd_table_close_range(call->state, table, (uint32_t)args[0], (uint32_t)args[1],
				     (args[2] & CLOSE_RANGE_CLOEXEC_BIT) ? FD_RANGE_CLOEXEC
									 : FD_RANGE_CLOSE);
}

/* dup and its relatives: the new number has the file of the old one. */
static struct text *fd_do_dup(const struct fd_context *call, unsigned flags)
{
	int64_t from = (int32_t)call->event->prefix.args[0];
	struct text *name = fd_name_of(call, from);

	/* dup2 of a number to itself changes nothing. */
	if (call->ret < 0 || call->ret == from)
		return name;
	if (!fd_table_put(call->state, call->table, call->ret, name, flags))
		fd_forget(call->state, call->process);
	return name;
}

static void fd_set_cloexec(const struct fd_context *call, bool on)
{
	struct fd_entry *entry = fd_table_at(call->table, fd_argument(call));

	if (!entry || call->ret < 0)
		return;
	entry->flags &= (uint8_t)~FD_F_CLOEXEC;
	if (on)
		entry->flags |= FD_F_CLOEXEC;
}

static struct text *fd_do_fcntl(const struct fd_context *call)
{
	const __u64 *args = call->event->prefix.args;

	if (args[1] == F_DUPFD || args[1] == F_DUPFD_CLOEXEC)
		return fd_do_dup(call, args[1] == F_DUPFD_CLOEXEC ? FD_F_CLOEXEC : 0);
	if (args[1] == F_SETFD)
		fd_set_cloexec(call, args[2] & FD_CLOEXEC);
	return fd_name_of(call, fd_argument(call));
}

static struct text *fd_do_ioctl(const struct fd_context *call)
{
	uint64_t request = (uint32_t)call->event->prefix.args[1];

	if (request == FIOCLEX || request == FIONCLEX)
		fd_set_cloexec(call, request == FIOCLEX);
	return fd_name_of(call, fd_argument(call));
}

/* The table belongs to a process here: a thread that leaves it makes it unknown. */
static void fd_do_unshare(const struct fd_context *call)
{
	if (call->ret < 0 || !(call->event->prefix.args[0] & CLONE_FILES))
		return;
	if (call->process->threads > 1 || call->event->tid != call->process->pid)
		fd_forget(call->state, call->process);
	else
		fd_unshare(call->state, call->process);
}

/* Two numbers of one name, which the event brings. */
static struct text *fd_put_pair(const struct fd_context *call, struct text *name)
{
	int64_t first, second;

	if (event_param_int(call->event, "fd1", &first) < 0 ||
	    event_param_int(call->event, "fd2", &second) < 0) {
		fd_forget(call->state, call->process); /* opened, but under which numbers? */
		return name;
	}
	fd_call_put(call, first, name);
	if (call->process->fds)
		fd_call_put(call, second, name);
	return name;
}

static struct text *fd_do_pipe(const struct fd_context *call)
{
	char text[48];
	int64_t ino;
	int len;

	if (call->ret < 0)
		return NULL;
	if (event_param_int(call->event, "ino", &ino) < 0)
		return fd_put_pair(call, NULL);
	len = snprintf(text, sizeof(text), "pipe:[%llu]", (unsigned long long)ino);
	return fd_put_pair(call, fd_intern(call, text, (size_t)len));
}

static struct text *fd_do_socket(const struct fd_context *call)
{
	const __u64 *args = call->event->prefix.args;
	const char *name = fd_socket_name((unsigned)args[0], (unsigned)args[1], (unsigned)args[2]);
	struct text *text;

	if (call->ret < 0)
		return NULL;
	text = fd_intern(call, name, strlen(name));
	return call->rule->action == FD_SOCKET ? fd_call_put(call, call->ret, text)
					       : fd_put_pair(call, text);
}

/* bind and connect: the socket has a better name from now on. */
static struct text *fd_do_address(const struct fd_context *call, const char *param)
{
	struct fd_entry *entry = fd_table_at(call->table, fd_argument(call));
	struct text *name = NULL;

	/* A connect that goes on in the background has its addresses already. */
	if (call->ret >= 0 || call->ret == -EINPROGRESS)
		name = fd_address_name(call, param);
	if (name && entry)
		text_replace(&call->state->texts, &entry->name, text_ref(name));
	return name ? name : fd_name_of(call, fd_argument(call));
}

static struct text *fd_do_accept(const struct fd_context *call)
{
	struct text *name;

	if (call->ret < 0)
		return fd_name_of(call, fd_argument(call));
	name = fd_address_name(call, "tuple");
	return fd_call_put(call, call->ret, name ? name : fd_name_of(call, fd_argument(call)));
}

static struct text *fd_do_memfd(const struct fd_context *call)
{
	struct event_text given = event_param_text(call->event, "name");
	char text[300];
	int len;

	len = snprintf(text, sizeof(text), "/memfd:%.*s (deleted)", (int)(given.len & 0xff),
		       given.data ? given.data : "");
	return fd_call_put(call, call->ret, fd_intern(call, text, (size_t)len));
}

/* Commands of bpf(2) whose result is an fd (include/uapi/linux/bpf.h). */
static struct text *fd_do_bpf(const struct fd_context *call)
{
	const char *name;

	switch (call->event->prefix.args[0]) {
	case 0: name = "anon_inode:bpf-map"; break;
	case 5: name = "anon_inode:bpf-prog"; break;
	case 18:
	case 19: name = "anon_inode:btf"; break;
	case 28:
	case 30: name = "anon_inode:bpf_link"; break;
	case 7:
	case 13:
	case 14:
	case 17:
	case 33: name = ""; break;
	default: return NULL;
	}
	return fd_call_put(call, call->ret, fd_intern(call, name, strlen(name)));
}

static struct text *fd_do_new(const struct fd_context *call)
{
	if (call->ret < 0)
		return fd_name_of(call, fd_argument(call));
	if (call->rule->action == FD_MEMFD)
		return fd_do_memfd(call);
	if (call->rule->action == FD_BPF)
		return fd_do_bpf(call);
	if (call->rule->action == FD_ANON)
		return fd_call_put(call, call->ret,
				   call->rule->name ? fd_intern(call, call->rule->name,
								strlen(call->rule->name))
						    : NULL);
	return fd_call_put(call, call->ret, fd_path_name(call));
}

static struct text *fd_act(const struct fd_context *call)
{
	switch (call->rule->action) {
	case FD_OPEN:
	case FD_OPEN_HOW:
	case FD_MEMFD:
	case FD_ANON:
	case FD_BPF: return fd_do_new(call);
	case FD_CLOSE: return fd_do_close(call);
	case FD_CLOSE_RANGE: fd_do_close_range(call); return NULL;
	case FD_DUP:
	case FD_DUP_TO: return fd_do_dup(call, fd_call_flags(call));
	case FD_FCNTL: return fd_do_fcntl(call);
	case FD_IOCTL: return fd_do_ioctl(call);
	case FD_UNSHARE: fd_do_unshare(call); return NULL;
	case FD_PIPE: return fd_do_pipe(call);
	case FD_SOCKET:
	case FD_SOCKETPAIR: return fd_do_socket(call);
	case FD_BIND: return fd_do_address(call, "addr");
	case FD_CONNECT: return fd_do_address(call, "tuple");
	case FD_ACCEPT: return fd_do_accept(call);
	case FD_NOTHING:
	case FD_ACTION_COUNT: break;
	}
	return fd_name_of(call, fd_argument(call));
}

struct text *fd_apply(struct state *state, struct process *process, const struct event *event)
{
	const struct record_prefix *prefix = &event->prefix;
	struct fd_context call = {
		.state = state,
		.process = process,
		.event = event,
		.table = process->fds,
		.ret = prefix->ret,
	};

	if (!event->syscall || prefix->nr < 0 || prefix->nr >= SYSCALL_NR_MAX)
		return NULL;
	call.rule = &state->fd_rules->by_nr[prefix->nr];
	if (!process->fds) {
		bool opened = call.rule->action == FD_OPEN || call.rule->action == FD_OPEN_HOW;

		return opened && call.ret >= 0 ? fd_path_name(&call) : NULL;
	}
	/* -512 and below: the call starts again after a signal, nothing has happened. */
	if (prefix->ret <= -512 && prefix->ret >= -516)
		return fd_name_of(&call, fd_argument(&call));
	return fd_act(&call);
}
