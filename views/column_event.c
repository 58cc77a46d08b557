/* SPDX-License-Identifier: Apache-2.0 */
/* Columns of events, of opens and of their grouped twin. */
#include "column.h"

#include <string.h>
#include "probe/schema/event.h"

void get_event_num(const struct row *row, struct cell *ret_cell)
{
	ret_cell->i64 = (int64_t)row->kept->num;
}

void get_event_time(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->kept->ts_ns;
}

void get_event_cpu(const struct row *row, struct cell *ret_cell)
{
	ret_cell->i64 = row->event->prefix.cpu;
}

void get_event_buffer(const struct row *row, struct cell *ret_cell)
{
	ret_cell->i64 = row->event->prefix.buffer;
}

void get_event_process(const struct row *row, struct cell *ret_cell)
{
	const char *comm = row->event->prefix.comm;

	cell_copy_text(ret_cell, row, comm, strnlen(comm, RECORD_COMM_LEN));
}

void get_event_pid(const struct row *row, struct cell *ret_cell)
{
	ret_cell->i64 = row->event->prefix.pid;
}

void get_event_tid(const struct row *row, struct cell *ret_cell)
{
	ret_cell->i64 = (int64_t)row->event->tid;
}

void get_event_ppid(const struct row *row, struct cell *ret_cell)
{
	ret_cell->i64 = row->event->prefix.ppid;
}

void get_event_syscall(const struct row *row, struct cell *ret_cell)
{
	cell_set_text(ret_cell, event_name(row->event));
}

void get_event_result(const struct row *row, struct cell *ret_cell)
{
	struct text_buf buf;

	ret_cell->known = false;
	if (frame_text_begin(row->frame, 128, &buf) < 0)
		return;
	event_result_render(row->event, &buf);
	frame_text_end(row->frame, &buf);
	if (buf.len == 0 || strcmp(buf.data, "-") == 0)
		return;
	cell_set_textn(ret_cell, buf.data, buf.len);
	ret_cell->rendered = true;
}

void get_event_duration(const struct row *row, struct cell *ret_cell)
{
	ret_cell->known = row->event->prefix.duration_ns != 0;
	ret_cell->u64 = row->event->prefix.duration_ns;
}

void get_event_fd(const struct row *row, struct cell *ret_cell)
{
	ret_cell->known = event_fd(row->event, &ret_cell->i64) == 0;
}

void get_event_fd_name(const struct row *row, struct cell *ret_cell)
{
	const char *name = row->kept->fd_name;

	cell_set_text(ret_cell, name && name[0] ? name : NULL);
}

void get_event_user(const struct row *row, struct cell *ret_cell)
{
	cell_set_text(ret_cell, row->kept->user);
}

void get_event_container(const struct row *row, struct cell *ret_cell)
{
	cell_set_text(ret_cell, row->kept->container);
}

void get_event_exe(const struct row *row, struct cell *ret_cell)
{
	cell_set_textn(ret_cell, row->event->exe.data, row->event->exe.len);
}

void get_event_args(const struct row *row, struct cell *ret_cell)
{
	struct text_buf buf;

	ret_cell->known = false;
	if (frame_text_begin(row->frame, CELL_TEXT_MAX, &buf) < 0)
		return;
	event_args_render(row->event, row->kept->fd_name, &buf);
	frame_text_end(row->frame, &buf);
	cell_set_textn(ret_cell, buf.data, buf.len);
	ret_cell->rendered = true;
}

const char *page_field_name(const struct row *row)
{
	return event_field_name(row->event, row->index, row->frame);
}

void get_field_name(const struct row *row, struct cell *ret_cell)
{
	cell_set_text(ret_cell, row->line ? row->line->name : page_field_name(row));
}

void get_field_value(const struct row *row, struct cell *ret_cell)
{
	struct text_buf buf;

	if (row->line) {
		cell_set_text(ret_cell, row->line->value);
		ret_cell->rendered = true;
		return;
	}
	ret_cell->known = false;
	if (frame_text_begin(row->frame, CELL_VALUE_MAX, &buf) < 0)
		return;
	event_field_render(row->event, row->kept, row->index, &buf);
	frame_text_end(row->frame, &buf);
	if (buf.len == 0)
		return;
	cell_set_textn(ret_cell, buf.data, buf.len);
	ret_cell->rendered = true;
}

/* Opens. */

struct event_text open_event_called(const struct event *event)
{
	struct event_text text = event_param_text(event, "name");

	return text.data ? text : event_param_text(event, "path");
}

struct open_name open_event_name(const struct event *event, const struct history_event *kept)
{
	struct event_text called;

	if (event->path.data)
		return (struct open_name){ .data = event->path.data,
					   .len = event->path.len,
					   .flags = event->path.flags };
	if (kept->fd_name && kept->fd_name[0])
		return (struct open_name){ .data = kept->fd_name, .len = strlen(kept->fd_name) };
	called = open_event_called(event);
	return (struct open_name){ .data = called.data, .len = called.len };
}

/* Flags as captures have them (PPM_O_*): read 1, write 2, create 4, exclusive 32, truncate 256. */
size_t open_event_modes(const struct event *event, char ret_modes[sizeof(OPEN_MODES)])
{
	static const struct {
		char letter;
		uint32_t bit;
	} modes[] = {
		{ .letter = 'r', .bit = 1 },  { .letter = 'w', .bit = 2 },
		{ .letter = 'c', .bit = 4 },  { .letter = 't', .bit = 256 },
		{ .letter = 'x', .bit = 32 },
	};
	int64_t flags = 0;
	size_t len = 0;

	if (event_param_int(event, "flags", &flags) < 0) {
		/* creat() has none: it is open with O_CREAT | O_WRONLY | O_TRUNC. */
		if (event_param_index(event->desc, "creat_flags") < 0) {
			ret_modes[0] = '\0';
			return 0;
		}
		flags = 2 | 4 | 256;
	}
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if ((uint64_t)flags & modes[i].bit)
			ret_modes[len++] = modes[i].letter;
	ret_modes[len] = '\0';
	return len;
}

void get_open_modes(const struct row *row, struct cell *ret_cell)
{
	char modes[sizeof(OPEN_MODES)];
	size_t len = open_event_modes(row->event, modes);

	cell_copy_text(ret_cell, row, modes, len);
	if (len == 0)
		ret_cell->known = false;
}

void get_open_called(const struct row *row, struct cell *ret_cell)
{
	struct event_text called = open_event_called(row->event);

	cell_set_textn(ret_cell, called.data, called.len);
}

/* What is not sure is marked: "~" raced with a rename, "..." the front is missing. */
void get_open_path(const struct row *row, struct cell *ret_cell)
{
	struct open_name name = open_event_name(row->event, row->kept);
	struct text_buf buf;

	cell_set_textn(ret_cell, name.data, name.len);
	if (!name.data || !name.flags)
		return;
	ret_cell->known = false;
	if (frame_text_begin(row->frame, RECORD_PATH_MAX + 32, &buf) < 0)
		return;
	if (name.flags & RECORD_EXT_F_RACED)
		text_buf_add(&buf, "~");
	if (name.flags & RECORD_EXT_F_CUT)
		text_buf_add(&buf, "...");
	text_buf_addn(&buf, name.data, name.len);
	if (name.flags & RECORD_EXT_F_DELETED)
		text_buf_add(&buf, " (deleted)");
	frame_text_end(row->frame, &buf);
	cell_set_textn(ret_cell, buf.data, buf.len);
}

/* Their grouped twin. */

void get_path_opens(const struct row *row, struct cell *ret_cell)
{
	cell_set_rate(ret_cell, row, row->group->delta);
}

void get_path_opens_kept(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->group->opens;
}

void get_path_failed_kept(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->group->failed;
}

void get_path_modes(const struct row *row, struct cell *ret_cell)
{
	cell_set_text(ret_cell, row->group->modes[0] ? row->group->modes : NULL);
}

void get_path_procs(const struct row *row, struct cell *ret_cell)
{
	ret_cell->i64 = row->group->procs;
}

void get_path_last_by(const struct row *row, struct cell *ret_cell)
{
	struct event event;

	ret_cell->known = false;
	if (event_decode(row->group->last->record, row->group->last->record_len, &event) == 0)
		cell_set_process(ret_cell, row, event.prefix.comm, event.prefix.pid);
}

void get_path_last_time(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->group->last->ts_ns;
}

void get_path_path(const struct row *row, struct cell *ret_cell)
{
	cell_set_textn(ret_cell, row->group->path, row->group->path_len);
}
