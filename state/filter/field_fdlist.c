/* SPDX-License-Identifier: Apache-2.0 */
/* Several open files: those of the process, and those that poll and its like wait for. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "field_getters.h"
#include "state/path.h"
#include "state/tables.h"

/*
 * The table of open files, asked for once where nobody follows it; NULL: not known. On an exec,
 * about which rules ask without following anything, it is asked for that event alone.
 */
const struct fd_table *field_fds(struct filter_event *event)
{
	struct state *state = event->state;
	struct process *process = event->process;

	if (!process)
		return NULL;
	if (!process->fds && !(process->flags & (PROCESS_F_DEAD | PROCESS_F_ASKED_FILES)) &&
	    state->source.process_files && state->table_questions < STATE_TABLES_PER_REFRESH) {
		state->table_questions++;
		process->flags |= PROCESS_F_ASKED_FILES;
		if (event->event->syscall && event->event->syscall->flags & SYSCALL_F_EXEC)
			state->now.asked_pid = process->pid;
		state->source.process_files(state->source.ctx, process->pid);
	}
	return process->fds;
}

static size_t put_stdio(struct filter_event *event, int64_t fd, bool names,
			struct field_value *value)
{
	const struct fd_entry *entry = fd_table_at(field_fds(event), fd);

	if (!entry)
		return 0;
	return names ? field_fd_name(event, entry, value)
		     : field_put_static(value, fd_type_name(entry->type));
}

GETTER(proc_stdin_type)
{
	return put_stdio(event, 0, false, values);
}

GETTER(proc_stdout_type)
{
	return put_stdio(event, 1, false, values);
}

GETTER(proc_stderr_type)
{
	return put_stdio(event, 2, false, values);
}

GETTER(proc_stdin_name)
{
	return put_stdio(event, 0, true, values);
}

GETTER(proc_stdout_name)
{
	return put_stdio(event, 1, true, values);
}

GETTER(proc_stderr_name)
{
	return put_stdio(event, 2, true, values);
}

GETTER(fd_types)
{
	const struct fd_table *fds = field_fds(event);
	const struct fd_entry *entry;
	uint64_t seen = 0;
	size_t count = 0, at = 0;

	if (ref->has_arg) {
		entry = fd_table_at(fds, ref->index);
		return entry ? field_put_static(values, fd_type_name(entry->type)) : 0;
	}
	while (count < max && (entry = fd_table_next(fds, &at))) {
		if (!(seen >> entry->type & 1))
			count += field_put_static(&values[count], fd_type_name(entry->type));
		seen |= UINT64_C(1) << entry->type;
	}
	return count;
}

/* One item of a list as text; the length, 0: none. */
typedef size_t (*fdlist_item)(struct filter_event *event, int64_t fd, char *text, size_t size);

/* Writes the items joined by commas; text NULL: only measures. */
static size_t fdlist_join(struct filter_event *event, const struct event_param *list,
			  fdlist_item item, char *text)
{
	char one[PATH_TEXT_MAX];
	size_t len = 0, at;

	for (at = sizeof(uint16_t); at + EVENT_FDLIST_ITEM_BYTES <= list->len;
	     at += EVENT_FDLIST_ITEM_BYTES) {
		size_t one_len;
		int64_t fd;

		memcpy(&fd, list->data + at, sizeof(fd));
		one_len = item(event, fd, one, sizeof(one));
		if (!one_len)
			continue;
		if (text && len)
			text[len] = ',';
		len += len != 0;
		if (text)
			memcpy(text + len, one, one_len);
		len += one_len;
	}
	return len;
}

static size_t put_fdlist(struct filter_event *event, fdlist_item item, struct field_value *value)
{
	const struct event *from = event->event;
	int index = event_param_index(from->desc, "fds");
	size_t len;
	char *text;

	if (index < 0 || (size_t)index >= from->params_len ||
	    from->desc->params[index].type != PARAM_TYPE_FDLIST || !from->params[index].len)
		return 0;
	len = fdlist_join(event, &from->params[index], item, NULL);
	text = filter_event_alloc(event, len + 1);
	if (!text)
		return 0;
	fdlist_join(event, &from->params[index], item, text);
	return field_put_text(value, text, len);
}

static size_t item_num(struct filter_event *event, int64_t fd, char *text, size_t size)
{
	return (size_t)snprintf(text, size, "%" PRId64, fd);
}

static size_t item_name(struct filter_event *event, int64_t fd, char *text, size_t size)
{
	const struct fd_entry *entry = fd_table_at(field_fds(event), fd);
	struct field_value name;

	if (!entry || !field_fd_name(event, entry, &name) || name.text.len >= size)
		return (size_t)snprintf(text, size, "<NA>");
	memcpy(text, name.text.data, name.text.len);
	return name.text.len;
}

/* Address and port of one end. */
static size_t item_address(struct filter_event *event, int64_t fd, enum field_end end, char *text,
			   size_t size)
{
	const struct fd_entry *entry = fd_table_at(field_fds(event), fd);
	struct field_value address;
	struct text_buf buf;

	if (!entry || !field_fd_address(event, entry, end, &address))
		return 0;
	text_buf_init(&buf, text, size);
	field_value_render(NULL, &address, &buf);
	return buf.len;
}

static size_t item_port(struct filter_event *event, int64_t fd, enum field_end end, char *text,
			size_t size)
{
	const struct fd_entry *entry = fd_table_at(field_fds(event), fd);
	struct field_value port;

	if (!entry || !field_fd_port(event, entry, end, &port))
		return 0;
	return (size_t)snprintf(text, size, "%" PRIu64, port.u64);
}

static size_t item_cip(struct filter_event *event, int64_t fd, char *text, size_t size)
{
	return item_address(event, fd, FIELD_END_CLIENT, text, size);
}

static size_t item_sip(struct filter_event *event, int64_t fd, char *text, size_t size)
{
	return item_address(event, fd, FIELD_END_SERVER, text, size);
}

static size_t item_cport(struct filter_event *event, int64_t fd, char *text, size_t size)
{
	return item_port(event, fd, FIELD_END_CLIENT, text, size);
}

static size_t item_sport(struct filter_event *event, int64_t fd, char *text, size_t size)
{
	return item_port(event, fd, FIELD_END_SERVER, text, size);
}

GETTER(fdlist_nums)
{
	return put_fdlist(event, item_num, values);
}

GETTER(fdlist_names)
{
	return put_fdlist(event, item_name, values);
}

GETTER(fdlist_cips)
{
	return put_fdlist(event, item_cip, values);
}

GETTER(fdlist_sips)
{
	return put_fdlist(event, item_sip, values);
}

GETTER(fdlist_cports)
{
	return put_fdlist(event, item_cport, values);
}

GETTER(fdlist_sports)
{
	return put_fdlist(event, item_sport, values);
}
