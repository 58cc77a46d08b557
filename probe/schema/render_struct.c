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
	MEMBER_INET,
	MEMBER_MAC,
	MEMBER_FLAGS,
	MEMBER_FD,
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

/* When what a request of ioctl points to means something. */
enum ioctl_when { IOCTL_IN, IOCTL_OUT, IOCTL_BOTH };

struct ioctl_layout {
	uint32_t request;
	enum ioctl_when when;
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
static const struct ioctl_layout ioctl_layouts[] = {
#define LAYOUT_IOCTL(number, width, direction, ...) \
	{ .request = (number),                      \
	  .when = IOCTL_##direction,                \
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

static void member_render(const struct event *event, const struct member *member,
			  const uint8_t *data, struct text_buf *buf)
{
	size_t bytes = member->bytes;

	switch (member->how) {
	case MEMBER_DEC: text_buf_printf(buf, "%" PRId64, signed_at(data, bytes)); break;
	case MEMBER_UDEC: text_buf_printf(buf, "%" PRIu64, number_at(data, bytes)); break;
	case MEMBER_HEX: text_buf_printf(buf, "0x%" PRIx64, number_at(data, bytes)); break;
	case MEMBER_MODE: mode_render(number_at(data, bytes), buf); break;
	case MEMBER_ID: id_render((uint32_t)number_at(data, bytes), buf); break;
	case MEMBER_SIGNAL: signal_render(signed_at(data, bytes), buf); break;
	case MEMBER_TIMEVAL: timeval_render(data, buf); break;
	case MEMBER_TEXT: text_buf_add_safe(buf, data, strnlen((const char *)data, bytes)); break;
	case MEMBER_INET: inet_render(data, buf); break;
	case MEMBER_MAC:
		text_buf_printf(buf, "%02x:%02x:%02x:%02x:%02x:%02x", data[0], data[1], data[2],
				data[3], data[4], data[5]);
		break;
	case MEMBER_FLAGS: flag_set_render(member->flags, number_at(data, bytes), buf); break;
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
			member_render(event, first, data->data, buf);
		text_buf_add(buf, "]");
		return;
	}
	text_buf_add(buf, "{");
	for (size_t i = 0; i < count && layout->members[i].name; i++) {
		const struct member *member = &layout->members[i];

		if (member->at + member->bytes > data->len)
			break;
		text_buf_printf(buf, "%s%s=", i ? ", " : "", member->name);
		member_render(event, member, data->data + member->at, buf);
	}
	text_buf_add(buf, "}");
}

static const struct ioctl_layout *ioctl_layout(uint32_t request)
{
	for (size_t i = 0; i < ARRAY_LEN(ioctl_layouts); i++)
		if (ioctl_layouts[i].request == request)
			return &ioctl_layouts[i];
	return NULL;
}

/* What an argument of the call points to; NULL: no struct of the table. */
static const struct layout *layout_of(const struct event *event, size_t index)
{
	enum arg_type type = event->syscall->args[index].type;
	/* The command is bpf's first argument. */
	uint32_t command = (uint32_t)event->prefix.args[0];
	const struct ioctl_layout *known;

	if (type == ARG_TYPE_IOCTL_DATA) {
		known = ioctl_layout((uint32_t)event->prefix.args[1]);
		return known ? &known->layout : NULL;
	}
	if (type == ARG_TYPE_BPF_ATTR)
		return command < ARRAY_LEN(bpf_layouts) ? &bpf_layouts[command] : NULL;
	return layouts[type].members[0].name ? &layouts[type] : NULL;
}

bool struct_render(const struct event *event, size_t index, struct text_buf *buf)
{
	const struct layout *layout = layout_of(event, index);
	size_t count = MEMBERS_MAX;

	if (!layout)
		return false;
	if (event->syscall->args[index].type == ARG_TYPE_IOCTL_DATA && event->prefix.ret < 0 &&
	    ioctl_layout((uint32_t)event->prefix.args[1])->when == IOCTL_BOTH)
		count = 1;
	layout_render(layout, count, event, index, buf);
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
