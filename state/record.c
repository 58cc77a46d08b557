/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Event records: what an event says about processes is taken over, then the event is kept with the
 * names that only the state knew at that moment. Every record's prefix tells who made it, so no
 * event belongs to an unknown process.
 */
#include <errno.h>
#include <string.h>
#include "container_table.h"
#include "probe/schema/decode.h"
#include "tables.h"

/* clone flags as in capture files (libscap's PPM_CL_*). */
#define CAPTURE_CLONE_FILES (1u << 0)
#define CAPTURE_CLONE_PARENT (1u << 8)
#define CAPTURE_CLONE_THREAD (1u << 13)

static void record_set_param(struct state *state, struct text **slot, const struct event *event,
			     const char *name)
{
	struct event_text text = event_param_text(event, name);

	if (text.data && text.len)
		process_set_text(state, slot, text.data, text.len);
}

/* argv[0] and the other arguments, as execve's event has them. */
static void record_set_cmdline(struct state *state, struct process *process,
			       const struct event *event)
{
	struct event_text first = event_param_text(event, "exe");
	int index = event_param_index(event->desc, "args");
	char line[RECORD_PATH_MAX];
	size_t len = 0;

	if (!first.data || !first.len || first.len >= sizeof(line))
		return;
	memcpy(line, first.data, first.len);
	len = first.len;
	line[len++] = '\0';
	if (index >= 0 && (size_t)index < event->params_len && event->params[index].len) {
		size_t more = event->params[index].len;

		if (more > sizeof(line) - len)
			more = sizeof(line) - len;
		memcpy(line + len, event->params[index].data, more);
		len += more;
	}
	process_set_cmdline(state, process, line, len);
}

/* The program's path as /proc/PID/exe has it; none when the event does not say. */
static void record_set_exe(struct state *state, struct process *process, const struct event *event)
{
	static const char deleted[] = " (deleted)";
	const struct event_text *exe = &event->exe;
	char text[RECORD_PATH_MAX + sizeof(deleted)];

	text_replace(&state->texts, &process->exe, NULL);
	if (!exe->data || !exe->len)
		record_set_param(state, &process->exe, event, "trusted_exepath");
	else if (!(exe->flags & RECORD_EXT_F_DELETED) || exe->len > RECORD_PATH_MAX)
		process_set_text(state, &process->exe, exe->data, exe->len);
	else {
		memcpy(text, exe->data, exe->len);
		memcpy(text + exe->len, deleted, sizeof(deleted));
		process_set_text(state, &process->exe, text, exe->len + sizeof(deleted) - 1);
	}
}

/* A successful exec: the process is another program now. */
static void record_exec(struct state *state, struct process *process, const struct event *event)
{
	process_set_comm(state, process, event->prefix.comm);
	record_set_cmdline(state, process, event);
	record_set_exe(state, process, event);
	record_set_param(state, &process->cwd, event, "cwd");
	process->flags &= ~(uint32_t)PROCESS_F_WANT_TEXT;
	if (!process->cmdline || !process->exe)
		process->flags |= PROCESS_F_WANT_TEXT;
	fd_exec(state, process);
	facts_exec(state, process, event);
}

/* The child's event of the clone family: a new process is like its parent at first. */
static void record_child(struct state *state, struct process *process, const struct event *event)
{
	struct process *parent = process_by_pid(state, event->prefix.ppid);
	int64_t flags = 0;

	/* One that is late: it is another program by now. */
	if (event->tid != event->prefix.pid || parent == process || process->facts.exec_ns)
		return;
	if (event_param_int(event, "flags", &flags) < 0)
		flags = 0;
	/* Made by a sibling that the event does not name. */
	if (flags & CAPTURE_CLONE_PARENT)
		parent = NULL;
	facts_child(state, process, parent, event);
	if (process->flags & PROCESS_F_SAMPLED)
		return;
	if (!parent) {
		record_set_cmdline(state, process, event);
		record_set_param(state, &process->cwd, event, "cwd");
		return;
	}
	text_replace(&state->texts, &process->cmdline, text_ref(parent->cmdline));
	text_replace(&state->texts, &process->exe, text_ref(parent->exe));
	text_replace(&state->texts, &process->cwd, text_ref(parent->cwd));
	fd_inherit(state, process, parent, (flags & CAPTURE_CLONE_FILES) ? FD_SHARE : FD_COPY);
}

/* What the prefix says of its process. */
static void record_describe(struct state *state, struct process *process, const struct event *event)
{
	const struct record_prefix *prefix = &event->prefix;

	process->active_ns = state->refresh_time_ns;
	/* One that is late says what was true before. */
	if (event->ts_ns < process->event_ns)
		return;
	process->event_ns = event->ts_ns;
	process_set_ppid(state, process, prefix->ppid);
	if (process->euid != prefix->euid) {
		process->euid = prefix->euid;
		process_changed(state, process);
	}
	if (prefix->flags & RECORD_F_KTHREAD)
		process->flags |= PROCESS_F_KTHREAD;
	if (!(process->flags & PROCESS_F_SAMPLED)) {
		if (!(process->flags & PROCESS_F_ENDED))
			process->flags &= ~(uint32_t)PROCESS_F_DEAD;
		if (!process->cgroup_id)
			process->cgroup_id = prefix->cgroup_id;
	}
	if (!process->comm->len || prefix->tid == prefix->pid)
		process_set_comm(state, process, prefix->comm);
}

static bool record_is_exec(const struct state *state, const struct event *event)
{
	return (event->desc == state->execve || event->desc == state->execveat) &&
	       event->prefix.ret == 0;
}

/* What was asked for the event before is known no longer: nobody follows it. */
static void record_forget_asked(struct state *state)
{
	struct process *process = process_by_pid(state, state->now.asked_pid);

	state->now.asked_pid = 0;
	if (process && process->flags & PROCESS_F_ASKED_FILES)
		fd_forget(state, process);
}

/*
 * Begins a record, decoded to state->now: what fields saw of the one before is gone. Returns 0 or
 * -EBADMSG; all stays as it was then.
 */
static int record_begin(struct state *state, const void *record, size_t len)
{
	struct state_now *now = &state->now;
	uint64_t before_ts_ns = now->event.ts_ns;
	int r = event_decode(record, len, &now->event);

	if (r < 0)
		return r;
	if (now->asked_pid)
		record_forget_asked(state);
	fd_entry_release(state, &now->fd);
	fd_names_release(state, &now->fds);
	now->valid = true;
	now->process = NULL;
	now->thread = NULL;
	now->has_fd = false;
	now->fd_num = -1;
	now->fd_renamed = false;
	now->before_ts_ns = before_ts_ns;
	return 0;
}

/*
 * The name of an event's fd that is in no table that is followed: what it is now, a moment
 * after the call. So many in an interval; opens name their file themselves.
 */
static void record_ask_fd(struct state *state, const struct process *process,
			  const struct event *event)
{
	struct state_now *now = &state->now;
	char name[RECORD_PATH_MAX];
	size_t len = sizeof(name);
	int64_t fd;

	if ((fd_table_is_followed(process->fds) && !state->asks_unknown_files) ||
	    !state->source.fd_name || !event->syscall || (event->syscall->flags & SYSCALL_F_OPEN) ||
	    event_fd(event, &fd) < 0 || state->fd_questions == STATE_FDS_PER_REFRESH)
		return;
	state->fd_questions++;
	if (state->source.fd_name(state->source.ctx, process->pid, fd, name, &len) < 0)
		return;
	now->fd.name = text_intern(&state->texts, name, len);
	now->fd_num = fd;
	now->has_fd = now->fd.name != NULL;
}

/* Where tables are followed: one that is not known is asked for. */
static void record_ask_files(struct state *state, struct process *process)
{
	unsigned known = PROCESS_F_ASKED_FILES | PROCESS_F_ENDED | PROCESS_F_KTHREAD;

	if (process->fds || process->flags & known || !state->source.process_files ||
	    state->table_questions == STATE_TABLES_PER_REFRESH)
		return;
	state->table_questions++;
	process->flags |= PROCESS_F_ASKED_FILES;
	state->source.process_files(state->source.ctx, process->pid);
}

/* A call that is neither exec nor a child's first return. */
static void record_call(struct state *state, struct process *process, const struct event *event)
{
	struct state_now *now = &state->now;
	struct fd_seen seen;

	fd_names_look_up(state, process, event, &now->fds);
	fd_apply(state, process, event, &seen);
	now->fd = seen.entry;
	now->fd_num = seen.num;
	now->fd_renamed = seen.renamed;
	now->has_fd = (seen.entry.flags & FD_F_OPEN) || seen.entry.name || seen.entry.tuple;
	if (!now->has_fd)
		record_ask_fd(state, process, event);
	fd_names_ask(state, process, event,
		     (struct fd_named){ .fd = now->fd_num, .name = now->fd.name }, &now->fds);
	activity_follow(state, process, event, &now->fd);
	facts_call(state, process, event);
}

static struct history_names record_names(struct state *state, const struct state_now *now)
{
	const struct record_prefix *prefix = &now->event.prefix;
	struct text *container = container_of_event(state, now->process, prefix->cgroup_id);

	return (struct history_names){
		.user = user_name(state, container_find(state, container), prefix->euid),
		.container = container,
		.fd_name = now->fd.name,
		.fds = &now->fds,
	};
}

int state_hit(struct state *state, const struct history_hit *hit)
{
	const struct state_now *now = &state->now;
	struct history_hit numbered = *hit;
	uint8_t bytes[HISTORY_HIT_BYTES_MAX];
	struct history_names names;

	if (!now->valid)
		return -ENOENT;
	if (now->process)
		now->process->hits++;
	state->hit_counts[hit->priority < HISTORY_PRIORITIES ? hit->priority
							     : HISTORY_PRIORITIES - 1]++;
	names = record_names(state, now);
	names.hit = bytes;
	numbered.event_num = state->history.last_num;
	names.hit_len = history_hit_pack(&numbered, bytes);
	return history_append(&state->hits, now->event.raw, now->event.raw_len, &names);
}

int state_record(struct state *state, const void *record, size_t len)
{
	struct history_names names;
	struct state_now *now = &state->now;
	const struct event *event = &now->event;
	struct process *process;
	int r;

	r = record_begin(state, record, len);
	if (r < 0)
		return r;
	state->records++;
	if (!state->streaming_since_ns)
		state->streaming_since_ns = event->ts_ns;
	process = process_get(state, event->prefix.pid, event->prefix.start_boot_ns);
	now->process = process;
	if (process) {
		record_describe(state, process, event);
		/* A child has its maker's in a moment. */
		if (state->files_followed && !(event->prefix.flags & RECORD_F_CHILD))
			record_ask_files(state, process);
		if (record_is_exec(state, event) && event->ts_ns >= process->facts.exec_ns)
			record_exec(state, process, event);
		else if (event->prefix.flags & RECORD_F_CHILD)
			record_child(state, process, event);
		else
			record_call(state, process, event);
	} else {
		state->evictions++;
	}
	names = record_names(state, now);
	now->thread = thread_by_tid(state, (uint32_t)event->tid);
	/* Without room for it the event has done its work all the same; the history counts it. */
	history_append(&state->history, record, len, &names);
	return 0;
}
