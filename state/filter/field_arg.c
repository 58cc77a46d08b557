/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evt.arg and its relatives: arguments of an event as conditions compare them.
 *
 *   text, paths    the bytes that the caller passed
 *   flags, modes   names joined by `|`
 *   errnos, fds    ENOENT, AT_FDCWD, <f>/etc/hosts (what an open descriptor is), else the number
 *   users, groups  their name, else the number
 *   pids           the name of the process, else the number
 *   all others     as lines show them (render.h)
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include "field_getters.h"
#include "probe/schema/render_param.h"
#include "state/tables.h"

#define ARG_TEXT_MAX (4 * RECORD_MAX_BYTES) /* a byte that is not printable takes four */
#define ARG_TEXT_FIRST 1024

/* What a function appends to a text_buf, as a value in the event's scratch. */
typedef void (*render_fn)(struct filter_event *event, size_t index, struct text_buf *buf);

static size_t put_rendered(struct filter_event *event, size_t index, render_fn render,
			   struct field_value *value)
{
	size_t size;

	for (size = ARG_TEXT_FIRST; size <= ARG_TEXT_MAX; size *= 16) {
		char *room = filter_event_alloc(event, size);
		struct text_buf buf;

		if (!room)
			return 0;
		text_buf_init(&buf, room, size);
		render(event, index, &buf);
		if (!buf.truncated || size * 16 > ARG_TEXT_MAX)
			return field_put_text(value, buf.data, buf.len);
	}
	return 0;
}

static void render_as_shown(struct filter_event *event, size_t index, struct text_buf *buf)
{
	event_arg_render(event->event, index, buf);
}

static size_t put_number(struct filter_event *event, struct field_value *value, int64_t number)
{
	char text[24];
	int len = snprintf(text, sizeof(text), "%" PRId64, number);

	return field_put_copy(event, value, text, (size_t)len);
}

static size_t put_errno(struct filter_event *event, struct field_value *value, int64_t result)
{
	const char *name = result < 0 && result >= -4095 ? errno_name((int)-result) : NULL;

	return name ? field_put_static(value, name) : put_number(event, value, result);
}

/* An open descriptor's kind and name, as "<f>/etc/hosts". */
static size_t put_fd(struct filter_event *event, struct field_value *value, int64_t fd)
{
	enum filter_names names = event->names;
	const struct fd_entry *entry = NULL;
	struct field_value name;
	size_t named, size;
	char *text;
	int len;

	if (fd == AT_FDCWD)
		return field_put_static(value, "AT_FDCWD");
	if (fd < 0)
		return put_errno(event, value, fd);
	if (event->fd && event->fd_num == fd)
		entry = event->fd;
	else if (event->process)
		entry = fd_table_at(event->process->fds, fd);
	/* Arguments are as the caller has them, whatever name the condition is about. */
	event->names = FILTER_NAMES_CALLED;
	named = entry ? field_fd_name(event, entry, &name) : 0;
	event->names = names;
	if (!named)
		return put_number(event, value, fd);
	size = name.text.len + 4;
	text = filter_event_alloc(event, size);
	if (!text)
		return 0;
	len = snprintf(text, size, "<%s>%.*s", fd_type_letter(entry->type), (int)name.text.len,
		       name.text.data);
	return field_put_text(value, text, (size_t)len);
}

static size_t put_user(struct filter_event *event, struct field_value *value, uint32_t uid)
{
	const struct text *name =
		uid == UINT32_MAX ? NULL
				  : user_known_name(event->state, field_container(event), uid);

	if (name)
		return field_put_interned(value, name);
	return put_number(event, value, uid == UINT32_MAX ? -1 : (int64_t)uid);
}

static size_t put_group(struct filter_event *event, struct field_value *value, uint32_t gid)
{
	const struct text *name =
		gid == UINT32_MAX ? NULL
				  : group_known_name(event->state, field_container(event), gid);

	if (name)
		return field_put_interned(value, name);
	return put_number(event, value, gid == UINT32_MAX ? -1 : (int64_t)gid);
}

static size_t put_pid(struct filter_event *event, struct field_value *value, int64_t pid)
{
	const struct process *process =
		pid > 0 && pid <= UINT32_MAX ? process_by_pid(event->state, (uint32_t)pid) : NULL;

	if (process && process->comm->len)
		return field_put_interned(value, process->comm);
	return pid < 0 ? put_errno(event, value, pid) : put_number(event, value, pid);
}

static size_t put_flags(struct filter_event *event, struct field_value *value,
			const struct flag_set *set, uint64_t bits)
{
	char text[1024];
	struct text_buf buf;

	text_buf_init(&buf, text, sizeof(text));
	flag_set_render(set, bits, &buf);
	if (!field_put_copy(event, value, buf.data, buf.len))
		return 0;
	value->is_name = true;
	value->text.number = (int64_t)bits;
	return 1;
}

/* A parameter that is one number. */
static size_t put_number_param(struct filter_event *event, size_t index, int64_t number,
			       struct field_value *value)
{
	const struct param_desc *desc = &event->event->desc->params[index];

	if (desc->flags)
		return put_flags(event, value, desc->flags, (uint64_t)number);
	switch ((int)desc->type) {
	case PARAM_TYPE_ERRNO: return put_errno(event, value, number);
	case PARAM_TYPE_FD:
	case PARAM_TYPE_FD32: return put_fd(event, value, number);
	case PARAM_TYPE_UID: return put_user(event, value, (uint32_t)number);
	case PARAM_TYPE_GID: return put_group(event, value, (uint32_t)number);
	case PARAM_TYPE_PID:
	case PARAM_TYPE_PID32: return put_pid(event, value, number);
	default: return put_rendered(event, index, render_as_shown, value);
	}
}

size_t field_arg_text(struct filter_event *event, size_t index, struct field_value *value)
{
	const struct event *from = event->event;
	const struct event_param *param;
	enum param_type type;
	int64_t number;

	if (index >= event_args_len(from))
		return 0;
	if (event_args_are_raw(from)) {
		if (from->arg_texts[index].data)
			return field_put_text(value, from->arg_texts[index].data,
					      from->arg_texts[index].len);
		return put_rendered(event, index, render_as_shown, value);
	}
	param = &from->params[index];
	type = from->desc->params[index].type;
	if (type == PARAM_TYPE_CHARBUF || type == PARAM_TYPE_FSPATH || type == PARAM_TYPE_FSRELPATH)
		return param->len ? field_put_text(value, (const char *)param->data,
						   strnlen((const char *)param->data, param->len))
				  : 0;
	if (!param->len && type != PARAM_TYPE_BYTEBUF)
		return 0;
	if (event_param_value(type, param, &number) == 0)
		return put_number_param(event, index, number, value);
	return put_rendered(event, index, render_as_shown, value);
}

/* The argument that a reference names; -1: the event has none. */
static int arg_index(const struct field_ref *ref, const struct event *event)
{
	size_t i, len = event_args_len(event);

	if (ref->index >= 0)
		return (uint64_t)ref->index < len ? (int)ref->index : -1;
	for (i = 0; i < len; i++) {
		if (!strcmp(event_arg_name(event, i), ref->key))
			return (int)i;
	}
	return -1;
}

bool field_may_be_enum(const struct field_ref *ref)
{
	if (!(ref->field->flags & FIELD_F_ENUM))
		return false;
	for (uint16_t code = 0; code < EVENT_CODE_COUNT; code++) {
		const struct event_desc *desc = event_by_code(code);
		int index = ref->index >= 0 ? (int)ref->index : event_param_index(desc, ref->key);

		if (index >= 0 && (size_t)index < desc->params_len && desc->params[index].flags)
			return true;
	}
	return false;
}

bool field_enum_key(const struct field_ref *ref, const struct event *event,
		    struct field_enum_key *ret_key)
{
	const struct param_desc *desc;
	int index = arg_index(ref, event);
	int64_t number;

	if (index < 0 || event_args_are_raw(event) || !event->params[index].len)
		return false;
	desc = &event->desc->params[index];
	if (!desc->flags || event_param_value(desc->type, &event->params[index], &number) < 0)
		return false;
	*ret_key = (struct field_enum_key){ desc->flags, (uint64_t)number };
	return true;
}

GETTER(evt_arg)
{
	int index = arg_index(ref, event->event);

	return index < 0 ? 0 : field_arg_text(event, (size_t)index, values);
}

/* A raw argument of a call without parameters of its own. */
static size_t put_raw_argument(const struct event *event, size_t index, struct field_value *value)
{
	const struct arg_desc *arg = &event->syscall->args[index];
	uint64_t bits = event->prefix.args[index];

	if (event->arg_texts[index].data)
		return field_put_text(value, event->arg_texts[index].data,
				      event->arg_texts[index].len);
	if (arg->type == ARG_TYPE_INT || arg->type == ARG_TYPE_FD || arg->type == ARG_TYPE_PID)
		return field_put_i64(value, (int32_t)bits);
	if (arg->type == ARG_TYPE_LONG || arg->type == ARG_TYPE_OFFSET)
		return field_put_i64(value, (int64_t)bits);
	return field_put_u64(value, bits);
}

static size_t put_raw_number(struct field_value *value, enum param_type type, int64_t number)
{
	switch ((int)type) {
	case PARAM_TYPE_RELTIME: return field_put_time(value, FIELD_RELTIME, (uint64_t)number);
	case PARAM_TYPE_ABSTIME: return field_put_time(value, FIELD_ABSTIME, (uint64_t)number);
	case PARAM_TYPE_PORT: return field_put_time(value, FIELD_PORT, (uint16_t)number);
	case PARAM_TYPE_INT8:
	case PARAM_TYPE_INT16:
	case PARAM_TYPE_INT32:
	case PARAM_TYPE_INT64:
	case PARAM_TYPE_ERRNO:
	case PARAM_TYPE_FD:
	case PARAM_TYPE_FD32:
	case PARAM_TYPE_PID:
	case PARAM_TYPE_PID32: return field_put_i64(value, number);
	default: return field_put_u64(value, (uint64_t)number);
	}
}

static size_t put_raw_bytes(struct field_value *value, enum param_type type,
			    const struct event_param *param)
{
	struct field_ip *ip = &value->ip;

	switch ((int)type) {
	case PARAM_TYPE_CHARBUF:
	case PARAM_TYPE_FSPATH:
	case PARAM_TYPE_FSRELPATH:
		return field_put_text(value, (const char *)param->data,
				      strnlen((const char *)param->data, param->len));
	case PARAM_TYPE_IPV4ADDR:
	case PARAM_TYPE_IPV6ADDR:
		*value = (struct field_value){ .type = FIELD_IP };
		ip->family = type == PARAM_TYPE_IPV4ADDR ? AF_INET : AF_INET6;
		memcpy(ip->bytes, param->data, param->len);
		return 1;
	default: return field_put_bytes(value, param->data, param->len);
	}
}

GETTER(evt_rawarg)
{
	const struct event *from = event->event;
	int index = arg_index(ref, from);
	const struct event_param *param;
	enum param_type type;
	int64_t number;

	if (index < 0)
		return 0;
	if (event_args_are_raw(from))
		return put_raw_argument(from, (size_t)index, values);
	param = &from->params[index];
	type = from->desc->params[index].type;
	if (!param->len && type != PARAM_TYPE_BYTEBUF)
		return 0;
	if (event_param_value(type, param, &number) == 0)
		return put_raw_number(values, type, number);
	return put_raw_bytes(values, type, param);
}

/* The number behind a name, where the text of an argument is one: "-2", "100"; "" else. */
static void render_number(const struct event *event, size_t index, struct text_buf *buf)
{
	int64_t number;

	if (event_args_are_raw(event) || !event->params[index].len)
		return;
	switch ((int)event->desc->params[index].type) {
	case PARAM_TYPE_ERRNO:
	case PARAM_TYPE_FD:
	case PARAM_TYPE_PID:
	case PARAM_TYPE_UID:
	case PARAM_TYPE_GID: break;
	default: return;
	}
	if (event_param_value(event->desc->params[index].type, &event->params[index], &number) == 0)
		text_buf_printf(buf, "%" PRId64, number);
}

/* Appends an argument: its text, or its number and behind it what that means. */
static void render_one(struct filter_event *event, size_t index, struct text_buf *buf)
{
	struct field_value value;
	char number[24];
	struct text_buf raw;
	bool both;

	if (!field_arg_text(event, index, &value)) {
		text_buf_add(buf, "<NA>");
		return;
	}
	text_buf_init(&raw, number, sizeof(number));
	render_number(event->event, index, &raw);
	both = raw.len &&
	       (raw.len != value.text.len || memcmp(number, value.text.data, raw.len) != 0);
	if (both)
		text_buf_printf(buf, "%s(", number);
	text_buf_addn(buf, value.text.data, value.text.len);
	text_buf_add(buf, both ? ")" : "");
}

static void render_all(struct filter_event *event, size_t unused, struct text_buf *buf)
{
	size_t i, len = event_args_len(event->event);

	for (i = 0; i < len; i++) {
		text_buf_add(buf, i ? " " : "");
		text_buf_add(buf, event_arg_name(event->event, i));
		text_buf_add(buf, "=");
		render_one(event, i, buf);
	}
}

GETTER(evt_args)
{
	return put_rendered(event, 0, render_all, values);
}

/* The data of a call that reads or writes; NULL: it has none. */
static const struct event_param *data_param(const struct event *event)
{
	int index = event_param_index(event->desc, "data");

	if (index < 0 || (size_t)index >= event->params_len ||
	    event->desc->params[index].type != PARAM_TYPE_BYTEBUF)
		return NULL;
	return &event->params[index];
}

GETTER(evt_buffer)
{
	const struct event_param *data = data_param(event->event);

	return data ? field_put_bytes(values, data->data, data->len) : 0;
}

GETTER(evt_buflen)
{
	const struct event_param *data = data_param(event->event);

	return data ? field_put_u64(values, data->len) : 0;
}
