/* SPDX-License-Identifier: Apache-2.0 */
/* Events of the history as fields see them, see past.h. */
#include "past.h"

#include <errno.h>
#include <string.h>

#include "field.h"
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

/*
 * The event's descriptor: from the event, as far as that tells; else as the table has it now, where
 * it is still called so. A process without open files stands in for its own: nothing changes.
 */
static void find_fd(struct filter_event *event, const struct history_event *kept,
		    struct filter_past *past)
{
	struct state *state = event->state;
	struct process blank = { .pid = past->event.prefix.pid,
				 .cwd = event->process ? event->process->cwd : NULL };
	const struct fd_entry *now;
	struct fd_seen seen;

	if (has_no_fd(state, &past->event))
		return;
	fd_apply(state, &blank, &past->event, &seen);
	past->fd = seen.entry;
	event->fd_num = seen.num;
	event->fd_renamed = seen.renamed;
	now = event->process ? fd_table_at(event->process->fds, seen.num) : NULL;
	if (!past->event.path.data && is_called(now, kept->fd_name)) {
		fd_entry_release(state, &past->fd);
		fd_entry_copy(&past->fd, now);
		past->fd_now = true;
	} else if (!entry_is_known(&past->fd)) {
		name_entry(state, kept->fd_name, &past->fd);
	}
	if (entry_is_known(&past->fd))
		event->fd = &past->fd;
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

	*past = (struct filter_past){ .process = FILTER_PAST_GONE };
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
	find_fd(event, kept, past);
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
	/* Of one that is gone there is what the event tells, or nothing. */
	if (strncmp(field->name, "evt.", 4) == 0 || past->process == FILTER_PAST_GONE)
		return true;
	if (strncmp(field->name, "fd.", 3) == 0 || strncmp(field->name, "fs.", 3) == 0)
		return !past->fd_now;
	return field->flags & FIELD_F_PROCESS && past->process == FILTER_PAST_SAME;
}
