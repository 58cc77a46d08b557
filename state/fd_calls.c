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
#include <sys/stat.h>
#include "event_path.h"
#include "fd_table.h"
#include "tables.h"

#define ALWAYS UINT64_MAX
#define CAPTURE_O_DIRECTORY (1u << 10) /* open flags as in capture files */
#define CAPTURE_O_CLOEXEC (1u << 12)
#define CAPTURE_O_UPPER (1u << 15)
#define CAPTURE_O_LOWER (1u << 16)
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

/* A call on its way: what the actions need. The table of the process can be NULL. */
struct fd_context {
	struct state *state;
	struct process *process;
	const struct event *event;
	const struct fd_rule *rule;
	struct fd_seen *seen; /* what the actions tell; its entry is set by what they return */
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

/* The entry of an fd as it is now, with references of its own; flags 0: not open, not known. */
static struct fd_entry fd_entry_of(const struct fd_context *call, int64_t fd)
{
	const struct fd_entry *entry = fd_table_at(call->process->fds, fd);
	struct fd_entry copy = { .flags = 0 };

	if (entry)
		fd_entry_copy(&copy, entry);
	return copy;
}

/* Opens an fd; the references of the entry go to the caller of fd_apply(). */
static struct fd_entry fd_call_put(const struct fd_context *call, int64_t fd, struct fd_entry entry)
{
	entry.flags &= (uint8_t)~FD_F_CLOEXEC;
	entry.flags |= (uint8_t)(fd_call_flags(call) | FD_F_OPEN);
	if (call->process->fds && !fd_table_put(call->state, call->process->fds, fd, &entry))
		fd_forget(call->state, call->process); /* not all of it is known any more */
	if (call->seen->num < 0)
		call->seen->num = fd;
	return entry;
}

/* The name that the kernel has for an opened file, NULL when it told none. */
static struct text *fd_kernel_name(const struct fd_context *call)
{
	const struct event_text *path = &call->event->path;
	char text[FD_NAME_MAX + 16];
	int len;

	if (!path->data || !path->len)
		return NULL;
	if (!(path->flags & (RECORD_EXT_F_RACED | RECORD_EXT_F_DELETED)))
		return fd_intern(call, path->data, path->len);
	if (path->len > FD_NAME_MAX)
		return NULL;
	len = snprintf(text, sizeof(text), "%.*s%s%s", (int)path->len, path->data,
		       (path->flags & RECORD_EXT_F_DELETED) ? " (deleted)" : "",
		       (path->flags & RECORD_EXT_F_RACED) ? "~" : "");
	return fd_intern(call, text, (size_t)len);
}

/* The path that the caller passed, made absolute; NULL when it cannot be. */
static struct text *fd_called_name(const struct fd_context *call)
{
	int index = event_param_index(call->event->desc, "name");
	char text[PATH_TEXT_MAX];
	size_t len;

	if (index < 0)
		return NULL;
	len = event_path_absolute(call->process, call->event, (size_t)index, text, sizeof(text));
	return fd_intern(call, text, len);
}

static enum fd_type fd_open_type(const struct fd_context *call, int64_t flags)
{
	if (call->event->has_file_id) {
		switch (call->event->file_id.mode & S_IFMT) {
		case S_IFDIR: return FD_TYPE_DIRECTORY;
		case S_IFIFO: return FD_TYPE_PIPE;
		default: return FD_TYPE_FILE;
		}
	}
	return (flags & CAPTURE_O_DIRECTORY) ? FD_TYPE_DIRECTORY : FD_TYPE_FILE;
}

/* What an open has opened. */
static struct fd_entry fd_opened(const struct fd_context *call)
{
	struct fd_entry entry = { .name = fd_kernel_name(call), .called = fd_called_name(call) };
	int64_t flags = 0, ino = 0, dev = 0;

	if (!entry.name || entry.name == entry.called) {
		text_unref(&call->state->texts, entry.name);
		entry.name = entry.called;
		entry.called = NULL;
	}
	if (event_param_int(call->event, "flags", &flags) < 0)
		flags = 0;
	if (call->event->has_file_id) {
		entry.ino = call->event->file_id.ino;
		entry.dev = call->event->file_id.dev;
	} else if (event_param_int(call->event, "ino", &ino) == 0 &&
		   event_param_int(call->event, "dev", &dev) == 0) {
		entry.ino = (uint64_t)ino;
		entry.dev = (uint32_t)dev;
	}
	entry.type = (uint8_t)fd_open_type(call, flags);
	if (flags & CAPTURE_O_UPPER)
		entry.flags |= FD_F_UPPER;
	if (flags & CAPTURE_O_LOWER)
		entry.flags |= FD_F_LOWER;
	return entry;
}

/* A parameter of the event, NULL when it has none or no value. */
static const struct event_param *fd_param(const struct fd_context *call, const char *name)
{
	int index = event_param_index(call->event->desc, name);

	if (index < 0 || (size_t)index >= call->event->params_len ||
	    !call->event->params[index].len)
		return NULL;
	return &call->event->params[index];
}

/* A socket's name from the parameter `tuple` or `addr` of the event; NULL when it has none. */
static struct text *fd_address_name(const struct fd_context *call, const char *param)
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

/* Both ends from the event's tuple, or one from its address: that of the server. */
static struct text *fd_address_tuple(const struct fd_context *call, const char *param)
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

static int64_t fd_argument(const struct fd_context *call)
{
	/* An fd is an int: the upper half of the register is not part of it. */
	return call->rule->fd_arg < 0 ? -1 : (int32_t)call->event->prefix.args[call->rule->fd_arg];
}

static struct fd_entry fd_entry_of_argument(const struct fd_context *call)
{
	return fd_entry_of(call, fd_argument(call));
}

static struct fd_entry fd_do_close(const struct fd_context *call)
{
	struct fd_entry entry = fd_entry_of_argument(call);

	/* Linux frees the number even when close fails, but for a number that was not open. */
	if (call->ret != -EBADF && call->process->fds)
		fd_table_close(call->state, call->process->fds, fd_argument(call));
	return entry;
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
static struct fd_entry fd_do_dup(const struct fd_context *call, unsigned flags)
{
	int64_t from = (int32_t)call->event->prefix.args[0];
	struct fd_entry entry = fd_entry_of(call, from);

	/* dup2 of a number to itself changes nothing. */
	if (call->ret < 0 || call->ret == from)
		return entry;
	entry.flags &= (uint8_t)~FD_F_CLOEXEC;
	entry.flags |= (uint8_t)(flags | FD_F_OPEN);
	if (call->process->fds && !fd_table_put(call->state, call->process->fds, call->ret, &entry))
		fd_forget(call->state, call->process);
	call->seen->num = call->ret;
	return entry;
}

static void fd_set_cloexec(const struct fd_context *call, bool on)
{
	struct fd_entry *entry = fd_table_at(call->process->fds, fd_argument(call));

	if (!entry || call->ret < 0)
		return;
	entry->flags &= (uint8_t)~FD_F_CLOEXEC;
	if (on)
		entry->flags |= FD_F_CLOEXEC;
}

static struct fd_entry fd_do_fcntl(const struct fd_context *call)
{
	const __u64 *args = call->event->prefix.args;

	if (args[1] == F_DUPFD || args[1] == F_DUPFD_CLOEXEC)
		return fd_do_dup(call, args[1] == F_DUPFD_CLOEXEC ? FD_F_CLOEXEC : 0);
	if (args[1] == F_SETFD)
		fd_set_cloexec(call, args[2] & FD_CLOEXEC);
	return fd_entry_of_argument(call);
}

static struct fd_entry fd_do_ioctl(const struct fd_context *call)
{
	uint64_t request = (uint32_t)call->event->prefix.args[1];

	if (request == FIOCLEX || request == FIONCLEX)
		fd_set_cloexec(call, request == FIOCLEX);
	return fd_entry_of_argument(call);
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

/* Two numbers of one kind, which the event brings. */
static struct fd_entry fd_put_pair(const struct fd_context *call, struct fd_entry entry)
{
	int64_t first, second;

	if (event_param_int(call->event, "fd1", &first) < 0 ||
	    event_param_int(call->event, "fd2", &second) < 0) {
		fd_forget(call->state, call->process); /* opened, but under which numbers? */
		return entry;
	}
	entry = fd_call_put(call, first, entry);
	return fd_call_put(call, second, entry);
}

static struct fd_entry fd_do_pipe(const struct fd_context *call)
{
	struct fd_entry entry = { .type = FD_TYPE_PIPE };
	char text[48];
	int64_t ino;
	int len;

	if (call->ret < 0)
		return (struct fd_entry){ .flags = 0 };
	if (event_param_int(call->event, "ino", &ino) == 0) {
		len = snprintf(text, sizeof(text), "pipe:[%llu]", (unsigned long long)ino);
		entry.name = fd_intern(call, text, (size_t)len);
		entry.ino = (uint64_t)ino;
	}
	return fd_put_pair(call, entry);
}

static struct fd_entry fd_do_socket(const struct fd_context *call)
{
	const __u64 *args = call->event->prefix.args;
	unsigned family = (unsigned)args[0], type = (unsigned)args[1], protocol = (unsigned)args[2];
	const char *name = fd_socket_name(family, type, protocol);
	struct fd_entry entry = {
		.type = (uint8_t)fd_socket_type(family),
		.l4 = (uint8_t)fd_socket_l4(family, type, protocol),
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

/* What the event's fd became goes to the table. */
static void fd_write_back(const struct fd_context *call, const struct fd_entry *entry)
{
	struct fd_table *table = call->process->fds;
	int64_t fd = fd_argument(call);

	if (fd_table_at(table, fd))
		fd_table_put(call->state, table, fd, entry);
}

/* Addresses say what is spoken: IPv4 through a socket of IPv6 too. */
static void fd_set_family(struct fd_entry *entry)
{
	if (entry->tuple)
		entry->type = (uint8_t)fd_socket_type((uint8_t)entry->tuple->data[0]);
}

static struct fd_entry fd_do_bind(const struct fd_context *call)
{
	struct fd_entry entry = fd_entry_of_argument(call);
	struct text *name;

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

static struct fd_entry fd_do_connect(const struct fd_context *call)
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
		entry.flags &= (uint8_t) ~(FD_F_LISTEN | FD_F_SERVER);
		entry.flags |= FD_F_CLIENT;
	}
	if (call->ret >= 0)
		entry.flags |= FD_F_CONNECTED;
	if (under_way)
		fd_write_back(call, &entry);
	return entry;
}

static struct fd_entry fd_do_accept(const struct fd_context *call)
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
	entry.flags &= (uint8_t) ~(FD_F_LISTEN | FD_F_CLIENT);
	entry.flags |= FD_F_SERVER | FD_F_CONNECTED;
	return fd_call_put(call, call->ret, entry);
}

/* The two ends of a tuple, changed over. */
static struct fd_tuple fd_tuple_turned(const struct fd_tuple *tuple)
{
	return (struct fd_tuple){
		.family = tuple->family,
		.saddr = tuple->daddr,
		.daddr = tuple->saddr,
		.sport = tuple->dport,
		.dport = tuple->sport,
	};
}

/*
 * Messages of a socket that is not connected name its peer. Who speaks first is the client, as
 * nobody else tells.
 */
static struct fd_entry fd_do_message(const struct fd_context *call)
{
	struct fd_entry entry = fd_entry_of_argument(call);
	const struct event_param *value = fd_param(call, "tuple");
	bool sends = call->event->desc->flags & EVENT_F_WRITES_FD;
	struct fd_tuple tuple;

	if (!value || fd_tuple_parse(value->data, value->len, &tuple) < 0 || !tuple.dport ||
	    !tuple.sport || (entry.flags & FD_F_CONNECTED))
		return entry;
	if (!(entry.flags & (FD_F_CLIENT | FD_F_SERVER)) || (entry.flags & FD_F_LISTEN)) {
		entry.flags &= (uint8_t) ~(FD_F_CLIENT | FD_F_SERVER | FD_F_LISTEN);
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

static struct fd_entry fd_do_memfd(const struct fd_context *call)
{
	struct event_text given = event_param_text(call->event, "name");
	struct fd_entry entry = { .type = FD_TYPE_MEMFD };
	char text[300];
	int len;

	len = snprintf(text, sizeof(text), "/memfd:%.*s (deleted)", (int)(given.len & 0xff),
		       given.data ? given.data : "");
	entry.name = fd_intern(call, text, (size_t)len);
	return fd_call_put(call, call->ret, entry);
}

/* Commands of bpf(2) whose result is an fd (include/uapi/linux/bpf.h). */
static struct fd_entry fd_do_bpf(const struct fd_context *call)
{
	struct fd_entry entry = { .type = FD_TYPE_BPF };
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
	default: return (struct fd_entry){ .flags = 0 };
	}
	entry.name = fd_intern(call, name, strlen(name));
	return fd_call_put(call, call->ret, entry);
}

/* A file without a path, by the name that the kernel prints for it. */
static struct fd_entry fd_do_anon(const struct fd_context *call)
{
	const char *name = call->rule->name;
	struct fd_entry entry = { .flags = 0 };

	if (name) {
		entry.type = (uint8_t)fd_anon_type(name, strlen(name));
		entry.name = fd_intern(call, name, strlen(name));
	}
	return fd_call_put(call, call->ret, entry);
}

static struct fd_entry fd_do_new(const struct fd_context *call)
{
	if (call->ret < 0)
		return fd_entry_of_argument(call);
	if (call->rule->action == FD_MEMFD)
		return fd_do_memfd(call);
	if (call->rule->action == FD_BPF)
		return fd_do_bpf(call);
	if (call->rule->action == FD_ANON)
		return fd_do_anon(call);
	return fd_call_put(call, call->ret, fd_opened(call));
}

static struct fd_entry fd_act(const struct fd_context *call)
{
	switch (call->rule->action) {
	case FD_OPEN:
	case FD_OPEN_HOW:
	case FD_MEMFD:
	case FD_ANON:
	case FD_BPF: return fd_do_new(call);
	case FD_CLOSE: return fd_do_close(call);
	case FD_CLOSE_RANGE: fd_do_close_range(call); break;
	case FD_DUP:
	case FD_DUP_TO: return fd_do_dup(call, fd_call_flags(call));
	case FD_FCNTL: return fd_do_fcntl(call);
	case FD_IOCTL: return fd_do_ioctl(call);
	case FD_UNSHARE: fd_do_unshare(call); break;
	case FD_PIPE: return fd_do_pipe(call);
	case FD_SOCKET:
	case FD_SOCKETPAIR: return fd_do_socket(call);
	case FD_BIND: return fd_do_bind(call);
	case FD_CONNECT: return fd_do_connect(call);
	case FD_ACCEPT: return fd_do_accept(call);
	case FD_NOTHING: return fd_do_message(call);
	case FD_ACTION_COUNT: break;
	}
	return (struct fd_entry){ .flags = 0 };
}

/*
 * A call by io_uring on the ring's own files, which have no numbers here. Only an accept from one
 * of them can make a descriptor.
 */
static struct fd_entry fd_act_fixed(const struct fd_context *call)
{
	bool accepts = call->rule->action == FD_ACCEPT && call->ret >= 0;
	struct fd_entry entry = { .flags = 0 };

	if (accepts || call->rule->action == FD_CONNECT) {
		entry.name = fd_address_name(call, "tuple");
		entry.tuple = fd_address_tuple(call, "tuple");
		entry.flags = FD_F_OPEN | (accepts ? FD_F_SERVER : FD_F_CLIENT);
		fd_set_family(&entry);
	} else if (call->event->path.data) {
		entry = fd_opened(call);
		entry.flags |= FD_F_OPEN;
	}
	if (accepts && !(call->event->uring_flags & RECORD_EXT_F_FIXED_RESULT))
		return fd_call_put(call, call->ret, entry);
	return entry;
}

void fd_apply(struct state *state, struct process *process, const struct event *event,
	      struct fd_seen *ret_seen)
{
	const struct record_prefix *prefix = &event->prefix;
	struct fd_context call = {
		.state = state,
		.process = process,
		.event = event,
		.seen = ret_seen,
		.ret = prefix->ret,
	};

	*ret_seen = (struct fd_seen){ .num = -1 };
	if (!event->syscall || prefix->nr < 0 || prefix->nr >= SYSCALL_NR_MAX)
		return;
	call.rule = &state->fd_rules->by_nr[prefix->nr];
	if (event->uring_flags & (RECORD_EXT_F_FIXED_FILE | RECORD_EXT_F_FIXED_RESULT)) {
		ret_seen->entry = fd_act_fixed(&call);
		return;
	}
	/* -512 and below: the call starts again after a signal, nothing has happened. */
	if (prefix->ret <= -512 && prefix->ret >= -516)
		ret_seen->entry = fd_entry_of_argument(&call);
	else
		ret_seen->entry = fd_act(&call);
	if (ret_seen->num < 0 && fd_argument(&call) >= 0)
		ret_seen->num = fd_argument(&call);
}
