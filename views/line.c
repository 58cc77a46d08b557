/* SPDX-License-Identifier: Apache-2.0 */
#include "line.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "probe/schema/event.h"
#include "probe/schema/json.h"
#include "probe/schema/uring.h"
#include "rows.h"
#include "table.h"

#define NAMES_MAX_BYTES 512 /* of one parameter; longer ones have no other names */

static void add_cell(struct text_buf *buf, enum column_kind kind, uint64_t value)
{
	cell_human(&(struct cell){ .kind = kind, .known = true, .u64 = value }, buf);
}

static bool has_fd_name(const struct history_event *kept)
{
	return kept->fd_name && kept->fd_name[0];
}

int line_text(const struct history_event *kept, struct text_buf *buf)
{
	const struct record_prefix *prefix;
	struct event event;
	int r = row_decode(kept, &event);

	if (r < 0)
		return r;
	prefix = &event.prefix;
	text_buf_printf(buf, "%" PRIu64 " ", kept->num);
	add_cell(buf, COLUMN_TIME, event.ts_ns);
	text_buf_printf(buf, " %u ", prefix->cpu);
	text_buf_add_safe(buf, prefix->comm, strnlen(prefix->comm, RECORD_COMM_LEN));
	text_buf_printf(buf, " (%u.%" PRIu64 ") %s ", prefix->pid, event.tid, event_name(&event));
	event_result_render(&event, buf);
	if (prefix->duration_ns) {
		text_buf_add(buf, " ");
		add_cell(buf, COLUMN_DURATION, prefix->duration_ns);
	}
	if (prefix->flags & RECORD_F_COMPAT)
		text_buf_add(buf, " 32-bit");
	text_buf_add(buf, " ");
	event_args_render(&event, kept->fd_name, buf);
	return 0;
}

static void add_string(struct text_buf *buf, const char *key, const char *text, size_t len)
{
	text_buf_printf(buf, ",\"%s\":", key);
	json_string(text, len, buf);
}

/* Of all descriptors among the arguments, by number. */
static void add_fd_names(struct text_buf *buf, const struct history_event *kept)
{
	if (!kept->fds_len)
		return;
	text_buf_add(buf, ",\"fd.names\":{");
	for (size_t i = 0; i < kept->fds_len; i++) {
		text_buf_printf(buf, "%s\"%" PRId64 "\":", i ? "," : "", kept->fds[i].fd);
		json_string(kept->fds[i].name, strlen(kept->fds[i].name), buf);
	}
	text_buf_add(buf, "}");
}

/* Events that are no calls (the end of a process) have no result. */
static void add_result(struct text_buf *buf, const struct event *event)
{
	int64_t ret = event->prefix.ret;
	const char *name;

	if (event->prefix.nr < 0 && event_param_index(event->desc, "res") < 0 &&
	    event_param_index(event->desc, "fd") < 0) {
		text_buf_add(buf, ",\"evt.res\":null,\"evt.rawres\":null");
		return;
	}
	if (ret == RECORD_RET_UNKNOWN) {
		text_buf_add(buf, ",\"evt.res\":\"UNKNOWN\",\"evt.rawres\":null");
		return;
	}
	name = ret < 0 && ret >= -4095 ? errno_name((int)-ret) : "SUCCESS";
	if (name)
		text_buf_printf(buf, ",\"evt.res\":\"%s\"", name);
	else
		text_buf_printf(buf, ",\"evt.res\":\"%" PRId64 "\"", -ret);
	text_buf_printf(buf, ",\"evt.rawres\":%" PRId64, ret);
}

/*
 * An argument that the event lacks. One that is named like a parameter is there where it says more:
 * "call.NAME", as on the page of an event.
 */
static void add_extra(struct text_buf *buf, const struct event *event, int extra, char *scratch,
		      size_t size)
{
	int param = event_extra_param(event, extra);
	char text[NAMES_MAX_BYTES];
	struct text_buf value, same;

	text_buf_init(&value, scratch, size);
	event_raw_arg_render(event, (size_t)extra, &value);
	if (param >= 0) {
		text_buf_init(&same, text, sizeof(text));
		event_arg_render(event, (size_t)param, &same);
		if (strcmp(text, scratch) == 0)
			return;
	}
	text_buf_printf(buf, "%s\"%s%s\":", event_args_len(event) ? "," : "",
			param < 0 ? "" : "call.", event->syscall->args[extra].name);
	json_string(value.data, value.len, buf);
}

/* The rendered arguments. The scratch is as large as the largest value. */
static int add_args(struct text_buf *buf, const struct event *event)
{
	size_t size = LINE_MAX_BYTES / 2, len = event_args_len(event);
	char *scratch = malloc(size);

	if (!scratch)
		return -ENOMEM;
	text_buf_add(buf, ",\"args\":{");
	for (size_t i = 0; i < len; i++) {
		struct text_buf value;

		text_buf_init(&value, scratch, size);
		event_arg_render(event, i, &value);
		text_buf_printf(buf, "%s\"%s\":", i ? "," : "", event_arg_name(event, i));
		json_string(value.data, value.len, buf);
	}
	for (int i = event_extra_next(event, -1); i >= 0; i = event_extra_next(event, i))
		add_extra(buf, event, i, scratch, size);
	text_buf_add(buf, "}");
	free(scratch);
	return 0;
}

int line_json(const struct history_event *kept, struct text_buf *buf)
{
	const struct record_prefix *prefix;
	const char *container = kept->container && kept->container[0] ? kept->container : "host";
	struct event event;
	int r = event_decode(kept->record, kept->record_len, &event);

	if (r < 0)
		return r;
	prefix = &event.prefix;
	text_buf_printf(buf,
			"{\"evt.num\":%" PRIu64 ",\"evt.time\":%" PRIu64 ",\"thread.tid\":%" PRIu64
			",\"proc.pid\":%u",
			kept->num, event.ts_ns, event.tid, prefix->pid);
	add_string(buf, "proc.name", prefix->comm, strnlen(prefix->comm, RECORD_COMM_LEN));
	add_string(buf, "container.id", container, strlen(container));
	add_string(buf, "evt.type", event_name(&event), strlen(event_name(&event)));
	if (prefix->flags & RECORD_F_COMPAT)
		text_buf_add(buf, ",\"evt.abi\":\"32-bit\"");
	add_result(buf, &event);
	if (prefix->duration_ns)
		text_buf_printf(buf, ",\"latency_ns\":%" PRIu64, (uint64_t)prefix->duration_ns);
	else
		text_buf_add(buf, ",\"latency_ns\":null");
	if (event.has_uring_op) {
		const char *op = uring_op_name(event.uring_op);

		add_string(buf, "io_uring", op ? op : "unknown", strlen(op ? op : "unknown"));
	}
	if (has_fd_name(kept))
		add_string(buf, "fd.name", kept->fd_name, strlen(kept->fd_name));
	add_fd_names(buf, kept);
	r = add_args(buf, &event);
	text_buf_add(buf, "}");
	return r;
}

void line_gap_text(uint64_t lost, unsigned buffer, struct text_buf *buf)
{
	gap_render(lost, buffer, buf);
}

void line_gap_json(uint64_t lost, unsigned buffer, struct text_buf *buf)
{
	text_buf_printf(buf, "{\"lost\":%" PRIu64 ",\"buffer\":%u}", lost, buffer);
}
