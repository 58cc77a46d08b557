/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The event page: every field of one event. First those that every event has (a table), then one
 * for each argument, then what the kernel's own objects told (extension). Names are those of the
 * filter language where it has one.
 */
#include "column.h"

#include <inttypes.h>
#include <string.h>
#include "probe/schema/event.h"
#include "probe/schema/fds.h"
#include "probe/schema/render_param.h"
#include "hit.h"

struct event_field {
	const char *name;
	void (*render)(const struct event *event, const struct history_event *kept,
		       struct text_buf *buf);
};

static void render_cell(struct text_buf *buf, enum column_kind kind, uint64_t value)
{
	cell_human(&(struct cell){ .kind = kind, .known = true, .u64 = value }, buf);
}

static void field_num(const struct event *event, const struct history_event *kept,
		      struct text_buf *buf)
{
	struct history_hit hit;

	text_buf_printf(buf, "%" PRIu64, history_hit(kept, &hit) ? hit.event_num : kept->num);
}

static void field_rule(const struct event *event, const struct history_event *kept,
		       struct text_buf *buf)
{
	struct history_hit hit;

	if (!history_hit(kept, &hit))
		return;
	text_buf_printf(buf, "%s: ", hit_priority_name(hit.priority));
	text_buf_add_safe(buf, hit.rule, strlen(hit.rule));
	text_buf_add(buf, hit.resolved ? " (via=resolved)" : "");
}

static void field_output(const struct event *event, const struct history_event *kept,
			 struct text_buf *buf)
{
	struct history_hit hit;

	if (history_hit(kept, &hit))
		text_buf_add(buf, hit.output);
}

static void field_hit_exepath(const struct event *event, const struct history_event *kept,
			      struct text_buf *buf)
{
	struct history_hit hit;

	if (history_hit(kept, &hit))
		text_buf_add(buf, hit.exepath);
}

static void field_time(const struct event *event, const struct history_event *kept,
		       struct text_buf *buf)
{
	render_cell(buf, COLUMN_TIME, event->ts_ns);
	text_buf_printf(buf, " (%" PRIu64 ")", event->ts_ns);
}

static void field_type(const struct event *event, const struct history_event *kept,
		       struct text_buf *buf)
{
	text_buf_add(buf, event_name(event));
}

static void field_category(const struct event *event, const struct history_event *kept,
			   struct text_buf *buf)
{
	if (event->desc->category)
		text_buf_add(buf, event->desc->category);
}

static void field_result(const struct event *event, const struct history_event *kept,
			 struct text_buf *buf)
{
	event_result_render(event, buf);
}

static void field_rawres(const struct event *event, const struct history_event *kept,
			 struct text_buf *buf)
{
	if (event->prefix.nr >= 0 && event->prefix.ret != RECORD_RET_UNKNOWN)
		text_buf_printf(buf, "%" PRId64, (int64_t)event->prefix.ret);
}

static void field_duration(const struct event *event, const struct history_event *kept,
			   struct text_buf *buf)
{
	if (!event->prefix.duration_ns)
		return;
	render_cell(buf, COLUMN_DURATION, event->prefix.duration_ns);
	text_buf_printf(buf, " (%" PRIu64 " ns)", (uint64_t)event->prefix.duration_ns);
}

static void field_cpu(const struct event *event, const struct history_event *kept,
		      struct text_buf *buf)
{
	text_buf_printf(buf, "%u", event->prefix.cpu);
}

static void field_buffer(const struct event *event, const struct history_event *kept,
			 struct text_buf *buf)
{
	text_buf_printf(buf, "%u, %" PRIu64 " events lost in it before this one",
			event->prefix.buffer, (uint64_t)event->prefix.drops);
}

static void field_marks(const struct event *event, const struct history_event *kept,
			struct text_buf *buf)
{
	static const struct {
		uint16_t flag;
		const char *name;
	} marks[] = {
		{ .flag = RECORD_F_COMPAT, .name = "32-bit" },
		{ .flag = RECORD_F_URING, .name = "io_uring" },
		{ .flag = RECORD_F_LATE, .name = "late" },
		{ .flag = RECORD_F_UNREADABLE, .name = "unreadable memory" },
		{ .flag = RECORD_F_CUT, .name = "cut" },
		{ .flag = RECORD_F_KTHREAD, .name = "kernel thread" },
		{ .flag = RECORD_F_CHILD, .name = "child" },
	};
	size_t start = buf->len;

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		if (!(event->prefix.flags & marks[i].flag))
			continue;
		if (buf->len > start)
			text_buf_add(buf, ", ");
		text_buf_add(buf, marks[i].name);
	}
}

static void field_proc_name(const struct event *event, const struct history_event *kept,
			    struct text_buf *buf)
{
	text_buf_add_safe(buf, event->prefix.comm, strnlen(event->prefix.comm, RECORD_COMM_LEN));
}

static void field_pid(const struct event *event, const struct history_event *kept,
		      struct text_buf *buf)
{
	text_buf_printf(buf, "%u", event->prefix.pid);
}

static void field_tid(const struct event *event, const struct history_event *kept,
		      struct text_buf *buf)
{
	text_buf_printf(buf, "%" PRIu64, event->tid);
}

static void field_ppid(const struct event *event, const struct history_event *kept,
		       struct text_buf *buf)
{
	text_buf_printf(buf, "%u", event->prefix.ppid);
}

static void field_start(const struct event *event, const struct history_event *kept,
			struct text_buf *buf)
{
	text_buf_printf(buf, "%" PRIu64 " ns after boot", (uint64_t)event->prefix.start_boot_ns);
}

static void field_user(const struct event *event, const struct history_event *kept,
		       struct text_buf *buf)
{
	if (kept->user)
		text_buf_add_safe(buf, kept->user, strlen(kept->user));
	text_buf_printf(buf, " (%u)", event->prefix.euid);
}

static void field_container(const struct event *event, const struct history_event *kept,
			    struct text_buf *buf)
{
	if (kept->container && kept->container[0])
		text_buf_add_safe(buf, kept->container, strlen(kept->container));
	else
		text_buf_add(buf, "host");
}

static void field_cgroup(const struct event *event, const struct history_event *kept,
			 struct text_buf *buf)
{
	if (event->prefix.cgroup_id)
		text_buf_printf(buf, "%" PRIu64 "%s", (uint64_t)event->prefix.cgroup_id,
				event->prefix.flags & RECORD_F_CGROUP_V1 ? " (pids, v1)" : "");
}

static void field_fd_name(const struct event *event, const struct history_event *kept,
			  struct text_buf *buf)
{
	if (kept->fd_name && kept->fd_name[0])
		text_buf_add_safe(buf, kept->fd_name, strlen(kept->fd_name));
}

static void field_nr(const struct event *event, const struct history_event *kept,
		     struct text_buf *buf)
{
	if (event->prefix.nr >= 0)
		text_buf_printf(buf, "%d", event->prefix.nr);
}

static void field_raw_args(const struct event *event, const struct history_event *kept,
			   struct text_buf *buf)
{
	size_t len = event_has_registers(event) ? event->syscall->args_len : 0;

	for (size_t i = 0; i < len && i < 6; i++)
		text_buf_printf(buf, "%s%s=0x%" PRIx64, i ? " " : "", event->syscall->args[i].name,
				(uint64_t)event->prefix.args[i]);
}

static void render_path(const struct event_text *text, struct text_buf *buf)
{
	if (!text->data)
		return;
	if (text->flags & RECORD_EXT_F_RACED)
		text_buf_add(buf, "~");
	if (text->flags & RECORD_EXT_F_CUT)
		text_buf_add(buf, "...");
	text_buf_add_safe(buf, text->data, text->len);
	if (text->flags & RECORD_EXT_F_DELETED)
		text_buf_add(buf, " (deleted)");
}

static void field_path(const struct event *event, const struct history_event *kept,
		       struct text_buf *buf)
{
	render_path(&event->path, buf);
}

static void field_path_in_fs(const struct event *event, const struct history_event *kept,
			     struct text_buf *buf)
{
	render_path(&event->path_in_fs, buf);
}

static void field_exe(const struct event *event, const struct history_event *kept,
		      struct text_buf *buf)
{
	render_path(&event->exe, buf);
}

/* Device numbers as captures have them: (minor & 0xff) | major << 8 | (minor & ~0xff) << 12. */
static void field_file_id(const struct event *event, const struct history_event *kept,
			  struct text_buf *buf)
{
	uint32_t dev = event->file_id.dev;

	if (event->has_file_id)
		text_buf_printf(buf, "device %u:%u inode %" PRIu64 " mode 0%o", (dev >> 8) & 0xfff,
				(dev & 0xff) | ((dev >> 12) & ~0xffu), (uint64_t)event->file_id.ino,
				event->file_id.mode);
}

static const struct event_field fields[] = {
	{ .name = "rule", .render = field_rule },
	{ .name = "output", .render = field_output },
	{ .name = "proc.exepath", .render = field_hit_exepath },
	{ .name = "evt.num", .render = field_num },
	{ .name = "evt.time", .render = field_time },
	{ .name = "evt.type", .render = field_type },
	{ .name = "evt.category", .render = field_category },
	{ .name = "evt.res", .render = field_result },
	{ .name = "evt.rawres", .render = field_rawres },
	{ .name = "duration", .render = field_duration },
	{ .name = "evt.cpu", .render = field_cpu },
	{ .name = "buffer", .render = field_buffer },
	{ .name = "marks", .render = field_marks },
	{ .name = "proc.name", .render = field_proc_name },
	{ .name = "proc.pid", .render = field_pid },
	{ .name = "thread.tid", .render = field_tid },
	{ .name = "proc.ppid", .render = field_ppid },
	{ .name = "process start", .render = field_start },
	{ .name = "user.name", .render = field_user },
	{ .name = "container.id", .render = field_container },
	{ .name = "cgroup id", .render = field_cgroup },
	{ .name = "fd.name", .render = field_fd_name },
	{ .name = "path", .render = field_path },
	{ .name = "path in file system", .render = field_path_in_fs },
	{ .name = "new program", .render = field_exe },
	{ .name = "file id", .render = field_file_id },
	{ .name = "syscall number", .render = field_nr },
	{ .name = "raw arguments", .render = field_raw_args },
};
#define FIELDS_LEN (sizeof(fields) / sizeof(fields[0]))

/* Those of rules are of hits alone. */
size_t event_fields_first(const struct history_event *kept)
{
	return kept->hit ? 0 : EVENT_FIELDS_OF_HIT;
}

/* Of calls with an event of their own: the arguments as the caller passed them. */
static size_t call_args_len(const struct event *event)
{
	return event_has_registers(event) && !event_args_are_raw(event) ? event->syscall->args_len
									: 0;
}

size_t event_fields_len(const struct event *event)
{
	return FIELDS_LEN + event_args_len(event) + call_args_len(event);
}

const char *event_field_name(const struct event *event, size_t index, struct frame *frame)
{
	struct text_buf buf;

	if (index < FIELDS_LEN)
		return fields[index].name;
	if (frame_text_begin(frame, 64, &buf) < 0)
		return NULL;
	index -= FIELDS_LEN;
	if (index < event_args_len(event))
		text_buf_printf(&buf, "evt.arg.%s", event_arg_name(event, index));
	else
		text_buf_printf(&buf, "call.%s",
				event->syscall->args[index - event_args_len(event)].name);
	frame_text_end(frame, &buf);
	return buf.data;
}

void event_field_render(const struct event *event, const struct history_event *kept, size_t index,
			struct text_buf *buf)
{
	int64_t fd;

	if (index < FIELDS_LEN) {
		fields[index].render(event, kept, buf);
	} else if (index - FIELDS_LEN < event_args_len(event)) {
		event_arg_render(event, index - FIELDS_LEN, buf);
		if (event_arg_fd(event, index - FIELDS_LEN, &fd))
			fd_name_render(event_fd_name(event, fd), buf);
	} else {
		event_raw_arg_render(event, index - FIELDS_LEN - event_args_len(event), buf);
	}
}
