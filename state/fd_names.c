/* SPDX-License-Identifier: Apache-2.0 */
#include "fd_names.h"

#include "fd_call.h"

/* Those of a ring have no numbers here. */
static bool may_have_more(const struct state *state, const struct event *event)
{
	return fd_call_has_more(state, event->prefix.nr) &&
	       !(event->uring_flags & (RECORD_EXT_F_FIXED_FILE | RECORD_EXT_F_FIXED_RESULT));
}

static void add(struct fd_names *names, int64_t fd, struct text *name)
{
	names->list[names->len++] = (struct fd_named){ .fd = fd, .name = name };
}

void fd_names_look_up(struct state *state, const struct process *process, const struct event *event,
		      struct fd_names *names)
{
	struct event_fds fds;

	if (!may_have_more(state, event) || !fd_table_is_followed(process->fds))
		return;
	event_fds(event, &fds);
	for (size_t i = 0; i < fds.len; i++) {
		struct text *name = fd_table_name(process->fds, fds.fds[i]);

		if (name)
			add(names, fds.fds[i], text_ref(name));
	}
}

static struct text *ask(struct state *state, const struct process *process, int64_t fd)
{
	char name[RECORD_PATH_MAX];
	size_t len = sizeof(name);

	if (state->fd_questions == STATE_FDS_PER_REFRESH)
		return NULL;
	state->fd_questions++;
	if (state->source.fd_name(state->source.ctx, process->pid, fd, name, &len) < 0)
		return NULL;
	return text_intern(&state->texts, name, len);
}

void fd_names_ask(struct state *state, const struct process *process, const struct event *event,
		  struct fd_named known, struct fd_names *names)
{
	struct event_fds fds;

	if (!may_have_more(state, event) || fd_table_is_followed(process->fds) ||
	    !state->source.fd_name)
		return;
	event_fds(event, &fds);
	for (size_t i = 0; i < fds.direct; i++) {
		int64_t fd = fds.fds[i];
		struct text *name = known.name && fd == known.fd ? text_ref(known.name)
								 : ask(state, process, fd);

		if (name)
			add(names, fd, name);
	}
}

void fd_names_release(struct state *state, struct fd_names *names)
{
	for (size_t i = 0; i < names->len; i++)
		text_unref(&state->texts, names->list[i].name);
	names->len = 0;
}
