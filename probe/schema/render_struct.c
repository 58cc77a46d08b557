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

static void member_render(const struct member *member, const uint8_t *data, struct text_buf *buf)
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
	}
}

/* The first `count` members, as far as there are bytes of them. */
static void layout_render(const struct layout *layout, size_t count, const struct event_param *data,
			  struct text_buf *buf)
{
	const struct member *first = &layout->members[0];

	if (!*first->name) {
		text_buf_add(buf, "[");
		if (first->bytes <= data->len)
			member_render(first, data->data, buf);
		text_buf_add(buf, "]");
		return;
	}
	text_buf_add(buf, "{");
	for (size_t i = 0; i < count && layout->members[i].name; i++) {
		const struct member *member = &layout->members[i];

		if (member->at + member->bytes > data->len)
			break;
		text_buf_printf(buf, "%s%s=", i ? ", " : "", member->name);
		member_render(member, data->data + member->at, buf);
	}
	text_buf_add(buf, "}");
}

static bool ioctl_data_render(const struct event *event, size_t index, struct text_buf *buf)
{
	uint32_t request = (uint32_t)event->prefix.args[1];

	for (size_t i = 0; i < ARRAY_LEN(ioctl_layouts); i++) {
		const struct ioctl_layout *known = &ioctl_layouts[i];
		bool first_only = known->when == IOCTL_BOTH && event->prefix.ret < 0;

		if (known->request != request)
			continue;
		layout_render(&known->layout, first_only ? 1 : MEMBERS_MAX, &event->arg_data[index],
			      buf);
		return true;
	}
	return false;
}

bool struct_render(const struct event *event, size_t index, struct text_buf *buf)
{
	enum arg_type type = event->syscall->args[index].type;
	const struct layout *layout = &layouts[type];
	uint32_t command = (uint32_t)event->prefix.args[0];

	if (type == ARG_TYPE_IOCTL_DATA)
		return ioctl_data_render(event, index, buf);
	/* The command is bpf's first argument. */
	if (type == ARG_TYPE_BPF_ATTR && command < ARRAY_LEN(bpf_layouts))
		layout = &bpf_layouts[command];
	if (!layout->members[0].name)
		return false;
	layout_render(layout, MEMBERS_MAX, &event->arg_data[index], buf);
	return true;
}
