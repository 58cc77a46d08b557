/* SPDX-License-Identifier: Apache-2.0 */
/* Events of the history as fields see them, see past.h. */
#include "past.h"

#include <errno.h>
#include <string.h>

#include "field_getters.h"
#include "probe/schema/render_param.h"
#include "state/tables.h"

/* Calls whose descriptors are not looked at when they happen: see state_record(). */
static bool has_no_fd(const struct state *state, const struct event *event)
{
	return event->prefix.flags & RECORD_F_CHILD ||
	       ((event->desc == state->execve || event->desc == state->execveat) &&
		event->prefix.ret == 0);
}

static bool entry_is_known(const struct fd_entry *entry)
{
	return entry->flags & FD_F_OPEN || entry->name || entry->tuple;
}

/* Is it what the event's descriptor was called then? */
static bool is_called(const struct fd_entry *entry, const char *name)
{
	return entry && entry->name && *name && strcmp(entry->name->data, name) == 0;
}

/* A name is all that is left of it. */
static void name_entry(struct state *state, const char *name, struct fd_entry *entry)
{
	fd_entry_release(state, entry);
	if (!*name)
		return;
	entry->name = text_intern(&state->texts, name, strlen(name));
	entry->type = name[0] == '/' ? FD_TYPE_FILE : FD_TYPE_UNKNOWN;
}

/* May the folder that a path begins at be another one by now? Descriptors change unseen. */
static bool is_path_now(struct filter_event *event, const struct filter_past *past)
{
	enum event_path_from from = field_path_from(event);

	return event->process && (from == EVENT_PATH_FD ||
				  (from == EVENT_PATH_CWD && past->process != FILTER_PAST_SAME));
}

/*
 * What an open has opened, where it says so by a relative path: that was made absolute then, and
 * kept where the kernel had no name.
 */
static void name_opened(struct filter_event *event, const struct history_event *kept,
			struct filter_past *past)
{
	struct text_pool *texts = &event->state->texts;
	bool resolved = past->event.path.len > 0;
	struct field_value path;
	struct text *called;

	if (past->now & FILTER_PAST_PATH_NOW && (resolved || !(past->fd.flags & FD_F_OPEN)))
		past->now |= FILTER_PAST_NAME_NOW;
	if (!(past->fd.flags & FD_F_OPEN) || past->fd.called)
		return;
	if (!resolved) {
		text_replace(texts, &past->fd.name,
			     *kept->fd_name
				     ? text_intern(texts, kept->fd_name, strlen(kept->fd_name))
				     : NULL);
		return;
	}
	if (!field_path_of_open(event, FIELD_PATH_ABSOLUTE, &path))
		return;
	called = text_intern(texts, path.text.data, path.text.len);
	if (called == past->fd.name)
		text_unref(texts, called);
	else
		past->fd.called = called;
}

/*
 * The event's descriptor: from the event, as far as that tells; else as the table has it now, where
 * it is still called so. A process without open files stands in for its own: nothing changes.
 */
static void find_fd(struct filter_event *event, const struct history_event *kept,
		    struct filter_past *past)
{
	struct state *state = event->state;
	struct process blank = { .pid = past->event.prefix.pid };
	const struct event_desc *desc = past->event.desc;
	const struct fd_entry *now;
	struct field_value path;
	struct fd_seen seen;

	if (has_no_fd(state, &past->event))
		return;
	fd_apply(state, &blank, &past->event, &seen);
	past->fd = seen.entry;
	event->fd_num = seen.num;
	event->fd_renamed = seen.renamed;
	now = event->process ? fd_table_at(event->process->fds, seen.num) : NULL;
	if (field_path_of_open(event, FIELD_PATH_RAW, &path)) {
		name_opened(event, kept, past);
	} else if (!past->event.path.data && is_called(now, kept->fd_name)) {
		fd_entry_release(state, &past->fd);
		fd_entry_copy(&past->fd, now);
		past->now |= FILTER_PAST_FD_NOW;
	} else {
		if (!entry_is_known(&past->fd))
			name_entry(state, kept->fd_name, &past->fd);
		/* Of one that it did not make the event tells but a part. */
		if (event->process && entry_is_known(&past->fd) &&
		    !(desc->flags & EVENT_F_CREATES_FD))
			past->now |= FILTER_PAST_FD_NOW;
	}
	if (entry_is_known(&past->fd))
		event->fd = &past->fd;
}

/* Is an argument shown by what the state calls it? */
static bool is_arg_now(const struct filter_event *event, const struct filter_past *past)
{
	const struct event *from = &past->event;

	for (size_t i = 0; i < from->params_len && !event_args_are_raw(from); i++) {
		int64_t fd;

		switch ((int)from->desc->params[i].type) {
		case PARAM_TYPE_PID:
		case PARAM_TYPE_PID32:
		case PARAM_TYPE_UID:
		case PARAM_TYPE_GID: return true;
		case PARAM_TYPE_FD:
		case PARAM_TYPE_FD32: break;
		default: continue;
		}
		if (!from->params[i].len ||
		    event_param_value(from->desc->params[i].type, &from->params[i], &fd) < 0)
			continue;
		if (fd >= 0 && (!event->fd || fd != event->fd_num ||
				past->now & (FILTER_PAST_FD_NOW | FILTER_PAST_NAME_NOW)))
			return true;
	}
	return false;
}

/* A number of a thread may have gone to another one. */
static struct thread *thread_of(const struct state *state, const struct filter_past *past)
{
	struct thread *thread = thread_by_tid(state, (uint32_t)past->event.tid);

	return thread && thread->pid == past->event.prefix.pid &&
			       thread->process_start_boot_ns == past->event.prefix.start_boot_ns
		       ? thread
		       : NULL;
}

int filter_event_past(struct filter_event *event, const struct history_event *kept,
		      struct filter_past *past)
{
	struct state *state = event->state;
	struct history_hit hit;
	int rc;

	*past = (struct filter_past){ .process = FILTER_PAST_GONE, .now = FILTER_PAST_REST_NOW };
	rc = event_decode(kept->record, kept->record_len, &past->event);
	if (rc < 0)
		return rc;
	filter_event_begin(event, &past->event);
	event->num = history_hit(kept, &hit) ? hit.event_num : kept->num;
	event->process =
		process_find(state, past->event.prefix.pid, past->event.prefix.start_boot_ns);
	event->thread = thread_of(state, past);
	event->before_ts_ns = 0;
	if (event->process)
		past->process = process_is_since(state, event->process, event->num)
					? FILTER_PAST_SAME
					: FILTER_PAST_CHANGED;
	past->now |= is_path_now(event, past) ? FILTER_PAST_PATH_NOW : 0;
	find_fd(event, kept, past);
	past->now |= is_arg_now(event, past) ? FILTER_PAST_ARGS_NOW : 0;
	filter_event_name(event);
	return 0;
}

void filter_past_release(struct filter_event *event, struct filter_past *past)
{
	fd_entry_release(event->state, &past->fd);
	event->fd = NULL;
}

bool filter_past_knows(const struct filter_past *past, const struct field *field)
{
	/* By the beginnings of names, the first that fits: bits of enum filter_past_now. */
	static const struct {
		const char *name;
		unsigned asks, names; /* names: where the field depends on those too */
	} fields[] = {
		{ "evt.deltatime", FILTER_PAST_REST_NOW, 0 },
		{ "evt.abspath", 0, FILTER_PAST_PATH_NOW },
		{ "evt.arg", FILTER_PAST_ARGS_NOW, 0 },
		{ "evt.info", FILTER_PAST_ARGS_NOW, 0 },
		{ "evt.is_syslog", FILTER_PAST_FD_NOW, 0 },
		{ "evt.count.error.", FILTER_PAST_FD_NOW, 0 },
		{ "evt.", 0, 0 },
		{ "syscall.", 0, 0 },
		{ "fd.num", 0, 0 },
		{ "fd.types", FILTER_PAST_REST_NOW, 0 },
		{ "fd.", FILTER_PAST_FD_NOW, FILTER_PAST_NAME_NOW },
		{ "fs.", 0, FILTER_PAST_FD_NOW | FILTER_PAST_PATH_NOW },
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		unsigned asks = fields[i].asks;

		if (strncmp(field->name, fields[i].name, strlen(fields[i].name)) != 0)
			continue;
		asks |= field->flags & FIELD_F_NAMES ? fields[i].names : 0;
		return !(past->now & asks);
	}
	/* Of one that is gone there is what the event tells, or nothing. */
	if (past->process == FILTER_PAST_GONE)
		return true;
	return field->flags & FIELD_F_PROCESS && past->process == FILTER_PAST_SAME;
}
