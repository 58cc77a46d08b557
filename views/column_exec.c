/* SPDX-License-Identifier: Apache-2.0 */
/* Columns of the exec log. */
#include "column.h"

#include <string.h>

#include "event_target.h"

/* Flag set execve_flags of captures. */
enum exe_flag { EXE_WRITABLE = 1, EXE_UPPER_LAYER = 2, EXE_FROM_MEMFD = 4 };

/* The process of the event as it is now, while its row is kept. */
static const struct proc_row *proc_now(const struct row *row)
{
	const struct record_prefix *prefix = &row->event->prefix;

	return snapshot_proc(row->snapshot, prefix->pid, prefix->start_boot_ns);
}

void get_exec_exit(const struct row *row, struct cell *ret_cell)
{
	struct row now = *row;

	now.proc = proc_now(row);
	ret_cell->known = now.proc && now.proc->dead && row->event->prefix.ret >= 0;
	if (ret_cell->known)
		get_proc_exit(&now, ret_cell);
}

/* Folders that everybody may write to, as Debian has them. */
static bool is_in_open_folder(const struct event_text *exe)
{
	static const char *const folders[] = { "/tmp/", "/var/tmp/", "/dev/shm/", "/run/shm/" };

	for (size_t i = 0; exe->data && i < sizeof(folders) / sizeof(folders[0]); i++) {
		size_t len = strlen(folders[i]);

		if (exe->len > len && memcmp(exe->data, folders[i], len) == 0)
			return true;
	}
	return false;
}

void get_exec_marks(const struct row *row, struct cell *ret_cell)
{
	static const struct {
		char letter;
		unsigned bit;
	} bits[] = { { .letter = 'm', .bit = EXE_FROM_MEMFD },
		     { .letter = 'u', .bit = EXE_UPPER_LAYER } };
	char marks[4];
	int64_t flags = 0;
	size_t len = 0;

	if (event_param_int(row->event, "flags", &flags) < 0)
		flags = 0;
	for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
		if ((uint64_t)flags & bits[i].bit)
			marks[len++] = bits[i].letter;
	if (((uint64_t)flags & EXE_WRITABLE) && row->event->prefix.euid != 0)
		marks[len++] = 'w';
	if (is_in_open_folder(&row->event->exe))
		marks[len++] = 't';
	cell_copy_text(ret_cell, row, marks, len);
}

void get_exec_cwd(const struct row *row, struct cell *ret_cell)
{
	struct event_text cwd = event_param_text(row->event, "cwd");

	cell_set_textn(ret_cell, cwd.data, cwd.len);
}

/* The program as it was called, where the event has it, else what the caller asked for. */
static struct open_name exec_called(const struct row *row)
{
	bool failed = row->event->prefix.ret < 0;
	struct event_text exe = event_param_text(row->event, failed ? "filename" : "exe");

	return exe.len ? (struct open_name){ .data = exe.data, .len = exe.len }
		       : event_target(row->event, row->kept);
}

void get_exec_exe(const struct row *row, struct cell *ret_cell)
{
	const struct event_text *exe = &row->event->exe;
	struct open_name called;

	if (exe->len && row->event->prefix.ret >= 0) {
		cell_set_textn(ret_cell, exe->data, exe->len);
		return;
	}
	called = exec_called(row);
	cell_set_textn(ret_cell, called.data, called.len);
}

/* Arguments come with a NUL behind each. */
static void add_arguments(const struct event *event, struct text_buf *buf)
{
	int index = event_param_index(event->desc, "args");
	const struct event_param *args;

	if (index < 0 || index >= (int)event->params_len)
		return;
	args = &event->params[index];
	for (size_t i = 0; args->data && i < args->len;) {
		const char *arg = (const char *)args->data + i;
		size_t len = strnlen(arg, args->len - i);

		text_buf_add(buf, " ");
		text_buf_addn(buf, arg, len);
		i += len + 1;
	}
}

void get_exec_command(const struct row *row, struct cell *ret_cell)
{
	struct open_name called = exec_called(row);
	struct text_buf buf;

	ret_cell->known = false;
	if (!called.len || frame_text_begin(row->frame, CELL_TEXT_MAX, &buf) < 0)
		return;
	text_buf_addn(&buf, called.data, called.len);
	add_arguments(row->event, &buf);
	frame_text_end(row->frame, &buf);
	cell_set_textn(ret_cell, buf.data, buf.len);
}
