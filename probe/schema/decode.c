/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The only reader of records. Checks run from the outside in: prefix, extension, event header,
 * lengths, parameters; nothing of *ret_event is written before all of them passed.
 */
#include "decode.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

/* Sums can only be trusted when no part wraps: all lengths are bounded by RECORD_MAX_BYTES. */
static int decode_prefix(const uint8_t *data, size_t len, struct record_prefix *ret_prefix)
{
	struct record_prefix prefix;

	if (len < sizeof(prefix) + sizeof(struct event_header) || len > RECORD_MAX_BYTES)
		return -EBADMSG;
	memcpy(&prefix, data, sizeof(prefix));
	if (prefix.total_len != len || prefix.prefix_len < sizeof(prefix) || prefix.prefix_len % 8)
		return -EBADMSG;
	if ((size_t)prefix.prefix_len + prefix.ext_len + sizeof(struct event_header) > len)
		return -EBADMSG;
	if (prefix.cls >= RECORD_CLASS_COUNT)
		return -EBADMSG;
	/* Host text: whoever prints it relies on the NUL. */
	if (!memchr(prefix.comm, '\0', sizeof(prefix.comm)))
		return -EBADMSG;
	*ret_prefix = prefix;
	return 0;
}

static void decode_ext_text(const struct record_ext *item, const uint8_t *data,
			    struct event_text *ret_text)
{
	*ret_text = (struct event_text){
		.data = (const char *)data,
		.len = item->len,
		.flags = item->flags,
	};
}

static int decode_ext_arg(const struct record_ext *item, const uint8_t *data, struct event *event)
{
	if (item->len < 1 || data[0] >= sizeof(event->arg_texts) / sizeof(event->arg_texts[0]))
		return -EBADMSG;
	event->arg_texts[data[0]] = (struct event_text){
		.data = (const char *)data + 1,
		.len = item->len - 1u,
		.flags = item->flags,
	};
	return 0;
}

static int decode_ext_data(const struct record_ext *item, const uint8_t *data, struct event *event)
{
	if (item->len < 1 || data[0] >= sizeof(event->arg_data) / sizeof(event->arg_data[0]))
		return -EBADMSG;
	event->arg_data[data[0]] =
		(struct event_param){ .data = data + 1, .len = (uint16_t)(item->len - 1) };
	return 0;
}

static int decode_ext_item(const struct record_ext *item, const uint8_t *data, struct event *event)
{
	switch ((enum record_ext_type)item->type) {
	case RECORD_EXT_PATH: decode_ext_text(item, data, &event->path); return 0;
	case RECORD_EXT_PATH_IN_FS: decode_ext_text(item, data, &event->path_in_fs); return 0;
	case RECORD_EXT_EXE: decode_ext_text(item, data, &event->exe); return 0;
	case RECORD_EXT_FILE_ID:
		if (item->len != sizeof(event->file_id))
			return -EBADMSG;
		memcpy(&event->file_id, data, sizeof(event->file_id));
		event->has_file_id = 1;
		return 0;
	case RECORD_EXT_URING_OP:
		if (item->len != 1)
			return -EBADMSG;
		event->has_uring_op = 1;
		event->uring_op = data[0];
		event->uring_flags = item->flags;
		return 0;
	case RECORD_EXT_ARG_TEXT: return decode_ext_arg(item, data, event);
	case RECORD_EXT_ARG_DATA: return decode_ext_data(item, data, event);
	case RECORD_EXT_NONE:
	case RECORD_EXT_COUNT: return -EBADMSG;
	}
	return 0; /* an item of a newer writer: skipped */
}

/* Items are padded to 8 bytes, so that a length that is no multiple of 8 leaves a part of one. */
static int decode_ext(const uint8_t *data, size_t len, struct event *event)
{
	size_t at = 0;

	while (at < len) {
		struct record_ext item;
		size_t padded;
		int r;

		if (len - at < sizeof(item))
			return -EBADMSG;
		memcpy(&item, data + at, sizeof(item));
		at += sizeof(item);
		padded = ((size_t)item.len + 7) & ~(size_t)7;
		if (padded > len - at)
			return -EBADMSG;
		r = decode_ext_item(&item, data + at, event);
		if (r < 0)
			return r;
		at += padded;
	}
	return 0;
}

/* Sizes by family; families that have no encoding of their own carry just their number. */
static int check_address(const uint8_t *data, size_t len, size_t ipv4_len, size_t ipv6_len,
			 size_t unix_len_min)
{
	switch (data[0]) {
	case AF_INET: return len == ipv4_len ? 0 : -EBADMSG;
	case AF_INET6: return len == ipv6_len ? 0 : -EBADMSG;
	case AF_UNIX: return len >= unix_len_min ? 0 : -EBADMSG;
	default: return 0;
	}
}

static int check_fdlist(const uint8_t *data, size_t len)
{
	uint16_t count;

	if (len < sizeof(count))
		return -EBADMSG;
	memcpy(&count, data, sizeof(count));
	return len == sizeof(count) + (size_t)count * EVENT_FDLIST_ITEM_BYTES ? 0 : -EBADMSG;
}

/* One parameter against its type. No bytes: the value is unknown, legal for every type. */
static int check_param(enum param_type type, const uint8_t *data, size_t len)
{
	size_t fixed = param_type_bytes(type);

	if (len == 0)
		return 0;
	if (fixed > 0)
		return len == fixed ? 0 : -EBADMSG;
	if (type == PARAM_TYPE_SOCKADDR)
		return check_address(data, len, 1 + 4 + 2, 1 + 16 + 2, 1);
	if (type == PARAM_TYPE_SOCKTUPLE)
		return check_address(data, len, 1 + 2 * (4 + 2), 1 + 2 * (16 + 2), 1 + 8 + 8);
	if (type == PARAM_TYPE_FDLIST)
		return check_fdlist(data, len);
	return 0;
}

static int decode_params(const uint8_t *data, size_t len, size_t nparams, struct event *event)
{
	size_t at = nparams * sizeof(uint16_t);

	if (nparams > event->desc->params_len || nparams > EVENT_PARAMS_MAX || at > len)
		return -EBADMSG;
	for (size_t i = 0; i < nparams; i++) {
		uint16_t param_len;
		int r;

		memcpy(&param_len, data + i * sizeof(param_len), sizeof(param_len));
		if (param_len > len - at)
			return -EBADMSG;
		r = check_param(event->desc->params[i].type, data + at, param_len);
		if (r < 0)
			return r;
		event->params[i] = (struct event_param){ .data = data + at, .len = param_len };
		at += param_len;
	}
	event->params_len = nparams;
	return at == len ? 0 : -EBADMSG;
}

static int decode_header(const uint8_t *data, size_t len, struct event *event)
{
	struct event_header header;

	memcpy(&header, data, sizeof(header));
	if (header.len != len || header.tid != event->prefix.tid)
		return -EBADMSG;
	if (event->prefix.check !=
	    record_check(event->prefix.total_len, event->prefix.tid, header.ts_ns))
		return -EBADMSG;
	event->desc = event_by_code(header.type);
	if (!event->desc)
		return -EBADMSG;
	event->ts_ns = header.ts_ns;
	event->tid = header.tid;
	return decode_params(data + sizeof(header), len - sizeof(header), header.nparams, event);
}

int event_decode(const void *data, size_t len, struct event *ret_event)
{
	const uint8_t *bytes = data;
	struct event event = { .raw = data, .raw_len = len };
	size_t at;
	int r;

	r = decode_prefix(bytes, len, &event.prefix);
	if (r < 0)
		return r;
	at = event.prefix.prefix_len;
	r = decode_ext(bytes + at, event.prefix.ext_len, &event);
	if (r < 0)
		return r;
	at += event.prefix.ext_len;
	r = decode_header(bytes + at, len - at, &event);
	if (r < 0)
		return r;
	event.syscall = syscall_by_nr(event.prefix.nr);
	*ret_event = event;
	return 0;
}

int event_param_index(const struct event_desc *desc, const char *name)
{
	for (size_t i = 0; i < desc->params_len; i++) {
		/* Most differ in their first letter. */
		if (desc->params[i].name[0] == name[0] && strcmp(desc->params[i].name, name) == 0)
			return (int)i;
	}
	return -1;
}

int event_param_value(enum param_type type, const struct event_param *param, int64_t *ret_value)
{
	uint64_t value = 0;

	if (param->len == 0 || param->len > sizeof(value))
		return -EINVAL;
	memcpy(&value, param->data, param->len);
	switch (type) {
	case PARAM_TYPE_INT8: *ret_value = (int64_t)(value << 56) >> 56; return 0;
	case PARAM_TYPE_INT16: *ret_value = (int16_t)value; return 0;
	case PARAM_TYPE_INT32:
	case PARAM_TYPE_FD32:
	case PARAM_TYPE_PID32: *ret_value = (int32_t)value; return 0;
	case PARAM_TYPE_INT64:
	case PARAM_TYPE_ERRNO:
	case PARAM_TYPE_FD:
	case PARAM_TYPE_PID:
	case PARAM_TYPE_UINT8:
	case PARAM_TYPE_UINT16:
	case PARAM_TYPE_UINT32:
	case PARAM_TYPE_UINT64:
	case PARAM_TYPE_UID:
	case PARAM_TYPE_GID:
	case PARAM_TYPE_MODE:
	case PARAM_TYPE_PORT:
	case PARAM_TYPE_FLAGS8:
	case PARAM_TYPE_FLAGS16:
	case PARAM_TYPE_FLAGS32:
	case PARAM_TYPE_ENUMFLAGS8:
	case PARAM_TYPE_ENUMFLAGS16:
	case PARAM_TYPE_ENUMFLAGS32:
	case PARAM_TYPE_SIGTYPE:
	case PARAM_TYPE_SIGSET:
	case PARAM_TYPE_SYSCALLID:
	case PARAM_TYPE_RELTIME:
	case PARAM_TYPE_ABSTIME: *ret_value = (int64_t)value; return 0;
	case PARAM_TYPE_NONE:
	case PARAM_TYPE_IPV4ADDR:
	case PARAM_TYPE_IPV6ADDR:
	case PARAM_TYPE_CHARBUF:
	case PARAM_TYPE_CHARBUFARRAY:
	case PARAM_TYPE_CHARBUF_PAIR_ARRAY:
	case PARAM_TYPE_BYTEBUF:
	case PARAM_TYPE_FSPATH:
	case PARAM_TYPE_FSRELPATH:
	case PARAM_TYPE_SOCKADDR:
	case PARAM_TYPE_SOCKTUPLE:
	case PARAM_TYPE_FDLIST:
	case PARAM_TYPE_DYN:
	case PARAM_TYPE_COUNT: break;
	}
	return -EINVAL;
}

int event_param_int(const struct event *event, const char *name, int64_t *ret_value)
{
	int index = event_param_index(event->desc, name);

	if (index < 0 || (size_t)index >= event->params_len || event->params[index].len == 0)
		return -ENOENT;
	return event_param_value(event->desc->params[index].type, &event->params[index], ret_value);
}

int event_moved(const struct event *event, uint64_t *ret_bytes)
{
	int64_t bytes = event->prefix.ret;
	int rc;

	if (!event->syscall || event->syscall->io == SYSCALL_IO_NONE || bytes < 0)
		return -ENOENT;
	if (event->syscall->io & SYSCALL_IO_MESSAGES) {
		rc = event_param_int(event, "res", &bytes);
		if (rc < 0 || bytes < 0)
			return -ENOENT;
	}
	*ret_bytes = (uint64_t)bytes;
	return 0;
}

struct event_text event_param_text(const struct event *event, const char *name)
{
	int index = event_param_index(event->desc, name);
	const struct event_param *param;
	enum param_type type;
	size_t len;

	if (index < 0 || (size_t)index >= event->params_len)
		return (struct event_text){ .data = NULL };
	param = &event->params[index];
	type = event->desc->params[index].type;
	if (param->len == 0 || (type != PARAM_TYPE_CHARBUF && type != PARAM_TYPE_FSPATH &&
				type != PARAM_TYPE_FSRELPATH))
		return (struct event_text){ .data = NULL };
	len = strnlen((const char *)param->data, param->len);
	return (struct event_text){ .data = (const char *)param->data, .len = len };
}

/* The fd of an event with parameters, else the first raw argument that is one. */
int event_fd(const struct event *event, int64_t *ret_fd)
{
	const struct syscall_desc *syscall = event->syscall;
	int64_t fd;

	if (event_param_int(event, "fd", &fd) == 0) {
		if (fd < 0)
			return -ENOENT;
		*ret_fd = fd;
		return 0;
	}
	if (!syscall || event->desc->code != EVENT_CODE_GENERIC_X)
		return -ENOENT;
	for (unsigned i = 0; i < syscall->args_len; i++) {
		if (syscall->args[i].type != ARG_TYPE_FD)
			continue;
		fd = (int32_t)event->prefix.args[i];
		if (fd < 0)
			return -ENOENT;
		*ret_fd = fd;
		return 0;
	}
	return -ENOENT;
}
