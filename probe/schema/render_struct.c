/* SPDX-License-Identifier: Apache-2.0 */
#include "render_struct.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <string.h>
#include "render_param.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define MEMBERS_MAX 8
#define USEC_PER_SEC 1000000

#define FLAG_SET(set, ...) extern const struct flag_set flag_set_##set;
#include "flags.def"

/* The table of flags takes its own away. */
#if defined(__aarch64__)
#define BY_ARCH(x86_64, arm64) (arm64)
#else
#define BY_ARCH(x86_64, arm64) (x86_64)
#endif

enum member_how {
	MEMBER_DEC,
	MEMBER_UDEC,
	MEMBER_HEX,
	MEMBER_MODE,
	MEMBER_ID,
	MEMBER_SIGNAL,
	MEMBER_TIMEVAL,
	MEMBER_TEXT,
	MEMBER_COUNTED_TEXT,
	MEMBER_INET,
	MEMBER_MAC,
	MEMBER_FLAGS,
	MEMBER_FD,
	MEMBER_ADDRESS,
};

struct member {
	const char *name; /* NULL behind the last */
	uint16_t at;
	uint8_t bytes;
	enum member_how how;
	const struct flag_set *flags;
};

struct layout {
	struct member members[MEMBERS_MAX + 1];
};

/* When what a request or command has written means something. */
enum request_when { REQUEST_IN, REQUEST_OUT, REQUEST_BOTH };

struct request_layout {
	enum arg_type type;
	uint32_t request;
	enum request_when when;
	struct layout layout;
};

#define M(member, offset, width, form)                                                  \
	{                                                                               \
		.name = #member, .at = (offset), .bytes = (width), .how = MEMBER_##form \
	}
#define MF(member, offset, width, set)                                                  \
	{                                                                               \
		.name = #member, .at = (offset), .bytes = (width), .how = MEMBER_FLAGS, \
		.flags = &flag_set_##set                                                \
	}
static const struct layout layouts[ARG_TYPE_COUNT] = {
#define LAYOUT(type, ...) [ARG_TYPE_##type] = { .members = { __VA_ARGS__ } },
#include "layouts.def"
};
/* What stands alone has no name. */
#define V(width, form)                                             \
	{                                                          \
		.name = "", .bytes = (width), .how = MEMBER_##form \
	}
#define VF(width, set)                                                                      \
	{                                                                                   \
		.name = "", .bytes = (width), .how = MEMBER_FLAGS, .flags = &flag_set_##set \
	}
static const struct request_layout request_layouts[] = {
#define LAYOUT_REQUEST(kind, number, width, direction, ...) \
	{ .type = ARG_TYPE_##kind,                          \
	  .request = (number),                              \
	  .when = REQUEST_##direction,                      \
	  .layout = { .members = { __VA_ARGS__ } } },
#include "layouts.def"
};
static const struct layout bpf_layouts[] = {
#define LAYOUT_BPF(command, ...) [command] = { .members = { __VA_ARGS__ } },
#include "layouts.def"
};

/* A number of 1, 2, 4 or 8 bytes. */
static uint64_t number_at(const uint8_t *data, size_t bytes)
{
	uint64_t value = 0;

	memcpy(&value, data, bytes);
	return value;
}

static int64_t signed_at(const uint8_t *data, size_t bytes)
{
	uint64_t value = number_at(data, bytes);

	return bytes == 4 ? (int32_t)value : (int64_t)value;
}

/* The text at an address that is a member: what was read there. */
static void address_render(const struct event_text *text, uint64_t address, struct text_buf *buf)
{
	if (text->data)
		text_buf_add_safe(buf, text->data, text->len);
	else if (address)
		text_buf_printf(buf, "0x%" PRIx64, address);
	else
		text_buf_add(buf, "NULL");
}

static void timeval_render(const uint8_t *data, struct text_buf *buf)
{
	int64_t sec = signed_at(data, 8), usec = signed_at(data + 8, 8);

	if (sec >= 0 && sec < INT32_MAX && usec >= 0 && usec < USEC_PER_SEC)
		reltime_render((uint64_t)(sec * USEC_PER_SEC + usec) * 1000, buf);
	else
		text_buf_printf(buf, "{%" PRId64 ", %" PRId64 "}", sec, usec);
}

static void inet_render(const uint8_t *data, struct text_buf *buf)
{
	char text[INET_ADDRSTRLEN];

	if (number_at(data, 2) != AF_INET)
		text_buf_printf(buf, "family %" PRIu64, number_at(data, 2));
	else
		text_buf_add(buf, inet_ntop(AF_INET, data + 4, text, sizeof(text)));
}

/* How many bytes the member has, as far as the data says; a text ends before its room does. */
static size_t member_bytes(const struct event_param *data, const struct member *member)
{
	size_t left = data->len - member->at;
	uint64_t said;

	if (member->how != MEMBER_COUNTED_TEXT)
		return member->bytes < left ? member->bytes : left;
	said = number_at(data->data + (member - 1)->at, (member - 1)->bytes);
	return said < member->bytes ? (size_t)said : member->bytes;
}

/* Is all of the member there? */
static bool member_is_whole(const struct event_param *data, const struct member *member)
{
	if (member->at > data->len)
		return false;
	if (member->how == MEMBER_COUNTED_TEXT)
		return member->at + member_bytes(data, member) <= data->len;
	return member->at + member->bytes <= data->len ||
	       (member->how == MEMBER_TEXT &&
		memchr(data->data + member->at, 0, data->len - member->at));
}

static void member_render(const struct event *event, size_t index, const struct member *member,
			  struct text_buf *buf)
{
	const struct event_param *all = &event->arg_data[index];
	const uint8_t *data = all->data + member->at;
	size_t bytes = member_bytes(all, member);

	switch (member->how) {
	case MEMBER_DEC: text_buf_printf(buf, "%" PRId64, signed_at(data, bytes)); break;
	case MEMBER_UDEC: text_buf_printf(buf, "%" PRIu64, number_at(data, bytes)); break;
	case MEMBER_HEX: text_buf_printf(buf, "0x%" PRIx64, number_at(data, bytes)); break;
	case MEMBER_MODE: mode_render(number_at(data, bytes), buf); break;
	case MEMBER_ID: id_render((uint32_t)number_at(data, bytes), buf); break;
	case MEMBER_SIGNAL: signal_render(signed_at(data, bytes), buf); break;
	case MEMBER_TIMEVAL: timeval_render(data, buf); break;
	case MEMBER_COUNTED_TEXT:
	case MEMBER_TEXT: text_buf_add_safe(buf, data, strnlen((const char *)data, bytes)); break;
	case MEMBER_INET: inet_render(data, buf); break;
	case MEMBER_MAC:
		text_buf_printf(buf, "%02x:%02x:%02x:%02x:%02x:%02x", data[0], data[1], data[2],
				data[3], data[4], data[5]);
		break;
	case MEMBER_FLAGS: flag_set_render(member->flags, number_at(data, bytes), buf); break;
	case MEMBER_ADDRESS:
		address_render(&event->arg_texts[index], number_at(data, bytes), buf);
		break;
	case MEMBER_FD: fd_named_render(event, signed_at(data, bytes), buf); break;
	}
}

/* The first `count` members, as far as there are bytes of them. */
static void layout_render(const struct layout *layout, size_t count, const struct event *event,
			  size_t index, struct text_buf *buf)
{
	const struct event_param *data = &event->arg_data[index];
	const struct member *first = &layout->members[0];

	if (!*first->name) {
		text_buf_add(buf, "[");
		if (first->bytes <= data->len)
			member_render(event, index, first, buf);
		text_buf_add(buf, "]");
		return;
	}
	text_buf_add(buf, "{");
	for (size_t i = 0; i < count && layout->members[i].name; i++) {
		const struct member *member = &layout->members[i];

		if (!member_is_whole(data, member))
			break;
		text_buf_printf(buf, "%s%s=", i ? ", " : "", member->name);
		member_render(event, index, member, buf);
	}
	text_buf_add(buf, "}");
}

/* By the request or command, which types.def says is in another argument; NULL: not known. */
static const struct request_layout *request_layout(const struct event *event, size_t index)
{
	enum arg_type type = event->syscall->args[index].type;
	const struct arg_shape *shape = arg_type_shape(type);
	uint32_t request;

	if (shape->unit != ARG_COUNT_REQUEST)
		return NULL;
	request = (uint32_t)event->prefix.args[(int)index + shape->count_at];
	for (size_t i = 0; i < ARRAY_LEN(request_layouts); i++)
		if (request_layouts[i].type == type && request_layouts[i].request == request)
			return &request_layouts[i];
	return NULL;
}

/* What an argument of the call points to; NULL: no struct of the table. */
static const struct layout *layout_of(const struct event *event, size_t index)
{
	enum arg_type type = event->syscall->args[index].type;
	const struct request_layout *known = request_layout(event, index);
	/* The command is bpf's first argument. */
	uint32_t command = (uint32_t)event->prefix.args[0];

	if (known)
		return &known->layout;
	if (type == ARG_TYPE_BPF_ATTR)
		return command < ARRAY_LEN(bpf_layouts) ? &bpf_layouts[command] : NULL;
	return layouts[type].members[0].name ? &layouts[type] : NULL;
}

bool struct_render(const struct event *event, size_t index, struct text_buf *buf)
{
	const struct layout *layout = layout_of(event, index);
	const struct request_layout *known = request_layout(event, index);
	bool first_only = known && known->when == REQUEST_BOTH && event->prefix.ret < 0;

	if (!layout)
		return false;
	layout_render(layout, first_only ? 1 : MEMBERS_MAX, event, index, buf);
	return true;
}

static bool layout_has_fds(const struct layout *layout)
{
	for (size_t i = 0; i < MEMBERS_MAX && layout->members[i].name; i++)
		if (layout->members[i].how == MEMBER_FD)
			return true;
	return false;
}

bool struct_has_fds(enum arg_type type)
{
	return type == ARG_TYPE_IOCTL_DATA || type == ARG_TYPE_BPF_ATTR ||
	       layout_has_fds(&layouts[type]);
}

void struct_fds(const struct event *event, size_t index, struct event_fds *fds)
{
	const struct event_param *data = &event->arg_data[index];
	const struct layout *layout = layout_of(event, index);

	for (size_t i = 0; layout && i < MEMBERS_MAX && layout->members[i].name; i++) {
		const struct member *member = &layout->members[i];

		if (member->how == MEMBER_FD && member->at + member->bytes <= data->len)
			event_fds_add(fds, signed_at(data->data + member->at, member->bytes));
	}
}
