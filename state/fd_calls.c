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
#include "fd_call.h"

#define ALWAYS UINT64_MAX
#define CAPTURE_O_DIRECTORY (1u << 10) /* open flags as in capture files */
#define CAPTURE_O_CLOEXEC (1u << 12)
#define CAPTURE_O_UPPER (1u << 15)
#define CAPTURE_O_LOWER (1u << 16)
#define CLOSE_RANGE_UNSHARE_BIT 2u /* include/uapi/linux/close_range.h */
#define CLOSE_RANGE_CLOEXEC_BIT 4u

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
			.more_fds = desc && call_has_more_fds(desc),
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

bool fd_call_has_more(const struct state *state, int nr)
{
	return nr >= 0 && nr < SYSCALL_NR_MAX && state->fd_rules->by_nr[nr].more_fds;
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
	if (call->rule->action == FD_FCNTL)
		return call->event->prefix.args[1] == F_DUPFD_CLOEXEC ? FD_F_CLOEXEC : 0;
	if (call->rule->flags_arg >= 0)
		bits = call->event->prefix.args[call->rule->flags_arg];
	return (bits & call->rule->cloexec) ? FD_F_CLOEXEC : 0;
}

struct text *fd_intern(const struct fd_context *call, const char *text, size_t len)
{
	return len ? text_intern(&call->state->texts, text, len) : NULL;
}

const struct event_param *fd_param(const struct fd_context *call, const char *name)
{
	int index = event_param_index(call->event->desc, name);

	if (index < 0 || (size_t)index >= call->event->params_len ||
	    !call->event->params[index].len)
		return NULL;
	return &call->event->params[index];
}

/* The entry of an fd as it is now, with references of its own; flags 0: not open, not known. */
static struct fd_entry fd_entry_of(const struct fd_context *call, int64_t fd)
{
	const struct fd_entry *entry = fd_table_at(call->process->fds, fd);
	struct fd_entry copy = { .flags = 0 };

	if (entry && fd_table_is_followed(call->process->fds))
		fd_entry_copy(&copy, entry);
	return copy;
}

struct fd_entry fd_call_put(const struct fd_context *call, int64_t fd, struct fd_entry entry)
{
	entry.flags &= (uint16_t) ~(FD_F_CLOEXEC | FD_F_CLOEXEC_UNKNOWN);
	entry.flags |= (uint16_t)(fd_call_flags(call) | FD_F_OPEN);
	entry.file = ++call->state->fd_files;
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

/* As the kernel keeps them; where the arguments do not have them from the event. */
static uint32_t fd_flags_of_open(const struct fd_context *call, int64_t captured)
{
	static const struct {
		uint32_t captured, flag;
	} bits[] = {
		{ 1u << 3, O_APPEND }, { 1u << 4, O_DSYNC },  { 1u << 6, O_NONBLOCK },
		{ 1u << 7, O_SYNC },   { 1u << 9, O_DIRECT }, { CAPTURE_O_DIRECTORY, O_DIRECTORY },
	};
	uint32_t flags = (captured & 3) == 2 ? O_WRONLY : (captured & 3) == 3 ? O_RDWR : O_RDONLY;

	if (call->rule->action == FD_OPEN && call->rule->flags_arg >= 0)
		return (uint32_t)call->event->prefix.args[call->rule->flags_arg] & FD_OPEN_FLAGS;
	for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
		if (captured & bits[i].captured)
			flags |= bits[i].flag;
	if (call->rule->flags_arg < 0 && call->rule->action == FD_OPEN)
		flags = O_WRONLY; /* creat */
	return flags & FD_OPEN_FLAGS;
}

/* Of what is no file: read and write, and whether it waits, which is one bit in all these calls. */
uint32_t fd_flags_of_anon(const struct fd_context *call)
{
	int8_t arg = call->rule->flags_arg;

	return O_RDWR | (arg >= 0 ? (uint32_t)call->event->prefix.args[arg] & O_NONBLOCK : 0);
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
	entry.open_flags = fd_flags_of_open(call, flags);
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

int64_t fd_argument(const struct fd_context *call)
{
	/* An fd is an int: the upper half of the register is not part of it. */
	return call->rule->fd_arg < 0 ? -1 : (int32_t)call->event->prefix.args[call->rule->fd_arg];
}

struct fd_entry fd_entry_of_argument(const struct fd_context *call)
{
	return fd_entry_of(call, fd_argument(call));
}

/* A pass over the files of a process costs as much as so many descriptors. */
#define FD_PASS_COST 25

void fd_ask_again(const struct fd_context *call)
{
	struct state *state = call->state;

	if (!state->source.process_files || !fd_table_is_followed(call->process->fds) ||
	    state->fd_questions + FD_PASS_COST > STATE_FDS_PER_REFRESH)
		return;
	state->fd_questions += FD_PASS_COST;
	state->source.process_files(state->source.ctx, call->process->pid);
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
	entry.flags &= (uint16_t) ~(FD_F_CLOEXEC | FD_F_CLOEXEC_UNKNOWN);
	entry.flags |= (uint16_t)(flags | FD_F_OPEN);
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
	entry->flags &= (uint16_t) ~(FD_F_CLOEXEC | FD_F_CLOEXEC_UNKNOWN);
	if (on)
		entry->flags |= FD_F_CLOEXEC;
}

/* All numbers of one open file have its flags; those of other processes are not looked for. */
static void fd_set_status(const struct fd_context *call, uint32_t flags)
{
	const uint32_t settable = O_APPEND | O_NONBLOCK | O_DIRECT | O_NOATIME;
	const struct fd_entry *changed = fd_table_at(call->process->fds, fd_argument(call));
	uint64_t file = changed ? changed->file : 0;
	struct fd_entry *entry;
	size_t at = 0;

	if (!changed || call->ret < 0)
		return;
	while ((entry = fd_table_next(call->process->fds, &at)))
		if (entry == changed || (file && entry->file == file))
			entry->open_flags = (entry->open_flags & ~settable) | (flags & settable);
}

static struct fd_entry fd_do_fcntl(const struct fd_context *call)
{
	const __u64 *args = call->event->prefix.args;

	if (args[1] == F_DUPFD || args[1] == F_DUPFD_CLOEXEC)
		return fd_do_dup(call, fd_call_flags(call));
	if (args[1] == F_SETFD)
		fd_set_cloexec(call, args[2] & FD_CLOEXEC);
	if (args[1] == F_SETFL)
		fd_set_status(call, (uint32_t)args[2]);
	return fd_entry_of_argument(call);
}

static struct fd_entry fd_do_ioctl(const struct fd_context *call)
{
	uint64_t request = (uint32_t)call->event->prefix.args[1];

	if (request == FIOCLEX || request == FIONCLEX)
		fd_set_cloexec(call, request == FIOCLEX);
	if (request == FIONBIO && call->ret >= 0)
		fd_ask_again(call); /* on or off is in memory */
	return fd_entry_of_argument(call);
}

void fd_write_back(const struct fd_context *call, const struct fd_entry *entry)
{
	struct fd_table *table = call->process->fds;
	int64_t fd = fd_argument(call);

	if (fd_table_at(table, fd))
		fd_table_put(call->state, table, fd, entry);
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

struct fd_entry fd_put_pair(const struct fd_context *call, struct fd_entry entry)
{
	int64_t first, second;

	if (event_param_int(call->event, "fd1", &first) < 0 ||
	    event_param_int(call->event, "fd2", &second) < 0) {
		fd_forget(call->state, call->process); /* opened, but under which numbers? */
		return entry;
	}
	entry = fd_call_put(call, first, entry);
	if (entry.type == FD_TYPE_PIPE)
		entry.open_flags |= O_WRONLY;
	return fd_call_put(call, second, entry);
}

static struct fd_entry fd_do_pipe(const struct fd_context *call)
{
	struct fd_entry entry = { .type = FD_TYPE_PIPE, .open_flags = fd_flags_of_anon(call) };
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
	entry.open_flags &= (uint32_t)~O_ACCMODE;
	return fd_put_pair(call, entry);
}

static struct fd_entry fd_do_memfd(const struct fd_context *call)
{
	struct event_text given = event_param_text(call->event, "name");
	struct fd_entry entry = { .type = FD_TYPE_MEMFD, .open_flags = O_RDWR };
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
	struct fd_entry entry = { .type = FD_TYPE_BPF, .open_flags = O_RDWR };
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
		entry.open_flags = fd_flags_of_anon(call);
		if (entry.type == FD_TYPE_INOTIFY)
			entry.open_flags &= (uint32_t)~O_ACCMODE;
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
	case FD_LISTEN_AT: return fd_do_listen(call);
	case FD_SOCKET_OPTION: return fd_do_option(call);
	case FD_RECEIVE: return fd_do_receive(call);
	case FD_CONNECT: return fd_do_connect(call);
	case FD_ACCEPT: return fd_do_accept(call);
	case FD_NOTHING: return fd_do_message(call);
	case FD_ACTION_COUNT: break;
	}
	return (struct fd_entry){ .flags = 0 };
}

/*
 * A call by io_uring on the ring's own files, which have no numbers here. Only an accept from one
 * of them and what is called a dup of one can make a descriptor.
 */
static struct fd_entry fd_act_fixed(const struct fd_context *call)
{
	bool accepts = call->rule->action == FD_ACCEPT && call->ret >= 0;
	bool installs = call->rule->action == FD_FCNTL && call->ret >= 0;
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
	/* How it is open is not in the event, nor what it is when it has no path. */
	if (installs)
		fd_ask_again(call);
	if (installs || (accepts && !(call->event->uring_flags & RECORD_EXT_F_FIXED_RESULT)))
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

bool fd_is_made(const struct state *state, const struct event *event, int64_t fd)
{
	static const bool makes[FD_ACTION_COUNT] = {
		[FD_OPEN] = true,   [FD_OPEN_HOW] = true,   [FD_DUP] = true,
		[FD_DUP_TO] = true, [FD_FCNTL] = true,      [FD_PIPE] = true,
		[FD_SOCKET] = true, [FD_SOCKETPAIR] = true, [FD_ACCEPT] = true,
		[FD_MEMFD] = true,  [FD_ANON] = true,       [FD_BPF] = true,
	};
	const struct record_prefix *prefix = &event->prefix;
	enum fd_action action;

	if (!event->syscall || prefix->nr < 0 || prefix->nr >= SYSCALL_NR_MAX || prefix->ret < 0)
		return false;
	action = state->fd_rules->by_nr[prefix->nr].action;
	if (action == FD_PIPE || action == FD_SOCKETPAIR)
		return true;
	if (action == FD_FCNTL && prefix->args[1] != F_DUPFD && prefix->args[1] != F_DUPFD_CLOEXEC)
		return false;
	/* dup2 of a number to itself makes none. */
	if (action == FD_DUP_TO && (int32_t)prefix->args[0] == fd)
		return false;
	return makes[action] && prefix->ret == fd;
}
