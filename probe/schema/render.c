/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events as text: which arguments an event has, raw arguments by the type of the syscall's row, the
 * result, flags. Parameters are rendered in render_param.c.
 */
#include "render.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include "render_data.h"
#include "render_param.h"

/* Unnamed values of an enumeration: small ones are counted, large ones are made of bit fields. */
#define ENUM_DECIMAL_MAX 4096

/* Appends the names of value's bits below the field; returns what had no name. */
static uint64_t flag_bits_render(const struct flag_set *set, uint64_t value, const char **separator,
				 struct text_buf *buf)
{
	for (size_t i = 0; i < set->values_len && value != 0; i++) {
		uint32_t bits = set->values[i].value;

		if (bits == 0 || (bits & set->field) || (value & bits) != bits)
			continue;
		text_buf_add(buf, *separator);
		text_buf_add(buf, set->values[i].name);
		*separator = "|";
		value &= ~(uint64_t)bits;
	}
	return value;
}

static const char *flag_field_name(const struct flag_set *set, uint32_t value)
{
	for (size_t i = 0; i < set->values_len; i++) {
		uint32_t bits = set->values[i].value;

		if (bits == value && (bits & ~set->field) == 0)
			return set->values[i].name;
	}
	return NULL;
}

/* Permissions in octal, behind the bits that are none. */
static void permissions_render(uint64_t value, struct text_buf *buf)
{
	uint64_t others = value & ~(uint64_t)FLAG_FIELD_MODE, mode = value & FLAG_FIELD_MODE;

	if (others)
		text_buf_printf(buf, "0x%" PRIx64 "%s", others, mode ? "|" : "");
	if (mode)
		text_buf_printf(buf, "0%03" PRIo64, mode);
}

void flag_set_render(const struct flag_set *set, uint64_t value, struct text_buf *buf)
{
	uint32_t field = (uint32_t)value & set->field;
	const char *name = NULL;
	const char *separator = "";
	uint64_t rest = value;

	/* In a plain mask only 0 as a whole has a name; a field's 0 is a value like others. */
	if (set->field != 0 || value == 0)
		name = flag_field_name(set, field);
	if (name) {
		text_buf_add(buf, name);
		separator = "|";
		rest &= ~(uint64_t)field;
	}
	rest = flag_bits_render(set, rest, &separator, buf);
	if (rest == 0 && separator[0] != '\0')
		return;
	text_buf_add(buf, separator);
	if (set->field == FLAG_FIELD_MODE && rest)
		permissions_render(rest, buf);
	else if (rest < (set->field == UINT32_MAX ? ENUM_DECIMAL_MAX : 1))
		text_buf_printf(buf, "%" PRIu64, rest);
	else
		text_buf_printf(buf, "0x%" PRIx64, rest);
}

bool event_args_are_raw(const struct event *event)
{
	return event->syscall && !(event->prefix.flags & RECORD_F_FOREIGN) &&
	       (event->desc->code == EVENT_CODE_GENERIC_X ||
		(event->syscall->flags & SYSCALL_F_RAW));
}

const char *event_name(const struct event *event)
{
	return event->syscall && event->desc->code == EVENT_CODE_GENERIC_X ? event->syscall->name
									   : event->desc->name;
}

size_t event_args_len(const struct event *event)
{
	return event_args_are_raw(event) ? event->syscall->args_len : event->params_len;
}

const char *event_arg_name(const struct event *event, size_t index)
{
	if (index >= event_args_len(event))
		return "";
	return event_args_are_raw(event) ? event->syscall->args[index].name
					 : event->desc->params[index].name;
}

static void pointer_render(uint64_t value, struct text_buf *buf)
{
	if (value == 0)
		text_buf_add(buf, "NULL");
	else
		text_buf_printf(buf, "0x%" PRIx64, value);
}

static void flags_arg_render(const struct arg_desc *arg, uint64_t value, struct text_buf *buf)
{
	/* Registers hold 64 bits; of an int the kernel takes 32, sign-extended by some callers. */
	if (arg->type == ARG_TYPE_ENUM || value >> 32 == UINT32_MAX)
		value = (uint32_t)value;
	if (arg->flags)
		flag_set_render(arg->flags, value, buf);
	else
		text_buf_printf(buf, arg->type == ARG_TYPE_ENUM ? "%" PRIu64 : "0x%" PRIx64, value);
}

static void clock_render(int32_t clock, struct text_buf *buf)
{
	/* Negative ones are made from a pid or an fd (clock_getcpuclockid(3)). */
	if (clock < 0)
		text_buf_printf(buf, "%" PRId32, clock);
	else
		flag_set_render(flag_set_by_name("native_clock"), (uint64_t)clock, buf);
}

/* An option of setsockopt or getsockopt: its names go by the level, which is argument 1. */
static void sockopt_render(const struct event *event, uint64_t value, struct text_buf *buf)
{
	static const struct {
		uint32_t level; /* SOL_* of include/linux/socket.h */
		const char *set;
	} sets[] = {
		{ .level = 0, .set = "native_ip" },       { .level = 1, .set = "native_so" },
		{ .level = 6, .set = "native_tcp" },      { .level = 41, .set = "native_ipv6" },
		{ .level = 17, .set = "native_udp" },     { .level = 132, .set = "native_sctp" },
		{ .level = 136, .set = "native_udp" },    { .level = 255, .set = "native_raw" },
		{ .level = 263, .set = "native_packet" }, { .level = 270, .set = "native_netlink" },
		{ .level = 282, .set = "native_tls" },
	};
	uint32_t level = (uint32_t)event->prefix.args[1];

	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		if (sets[i].level == level) {
			flag_set_render(flag_set_by_name(sets[i].set), (uint32_t)value, buf);
			return;
		}
	}
	text_buf_printf(buf, "%" PRIu32, (uint32_t)value);
}

/* The protocol of a socket: its names go by the family, which is argument 0. */
static void protocol_render(const struct event *event, uint32_t value, struct text_buf *buf)
{
	const char *set = NULL;

	switch ((uint32_t)event->prefix.args[0]) {
	case AF_INET:
	case AF_INET6: set = "native_ipproto"; break;
	case AF_NETLINK: set = "native_netlink_protocol"; break;
	case AF_PACKET: /* in the byte order of the network */
		set = "native_packet_protocol";
		value = ntohs((uint16_t)value);
		break;
	default: break;
	}
	if (set)
		flag_set_render(flag_set_by_name(set), value, buf);
	else
		text_buf_printf(buf, "%" PRId32, (int32_t)value);
}

/* What is in no table, by its parts: include/uapi/asm-generic/ioctl.h, of both architectures. */
static void ioctl_render(const struct flag_set *set, uint32_t request, struct text_buf *buf)
{
	static const char *const directions[] = { "_IOC_NONE", "_IOC_WRITE", "_IOC_READ",
						  "_IOC_READ|_IOC_WRITE" };
	const char *name = flag_field_name(set, request);

	if (name)
		text_buf_add(buf, name);
	else
		text_buf_printf(buf, "_IOC(%s, %#x, %#x, %#x)", directions[request >> 30],
				request >> 8 & 0xff, request & 0xff, request >> 16 & 0x3fff);
}

/* What a command of fcntl(2), which is argument 1, takes. */
static void fcntl_render(const struct event *event, uint64_t value, struct text_buf *buf)
{
	const char *set = NULL;

	switch ((uint32_t)event->prefix.args[1]) {
	case F_SETFD: set = "native_fd"; break;
	case F_SETFL: set = "native_open"; break;
	case F_SETLEASE: set = "native_lease"; break;
	case F_NOTIFY: set = "native_notify"; break;
	case F_ADD_SEALS: set = "native_seals"; break;
	case F_SETSIG: signal_render((int32_t)value, buf); return;
	case F_DUPFD:
	case F_DUPFD_CLOEXEC:
	case F_SETOWN:
	case F_SETPIPE_SZ: text_buf_printf(buf, "%" PRId32, (int32_t)value); return;
	default: text_buf_printf(buf, "0x%" PRIx64, value); return;
	}
	flag_set_render(flag_set_by_name(set), (uint32_t)value, buf);
}

/* The first and second value that an option of prctl(2), which is argument 0, takes. */
static void prctl_render(const struct event *event, size_t index, uint64_t value,
			 struct text_buf *buf)
{
	const char *set = NULL;

	switch ((uint32_t)event->prefix.args[0]) {
	case PR_SET_PDEATHSIG: signal_render((int32_t)value, buf); return;
	case PR_SET_SECCOMP: set = index == 1 ? "native_seccomp_mode" : NULL; break;
	case PR_CAPBSET_READ:
	case PR_CAPBSET_DROP: set = "native_cap"; break;
	case PR_CAP_AMBIENT: set = index == 1 ? "native_cap_ambient" : "native_cap"; break;
	default: break;
	}
	if (set)
		flag_set_render(flag_set_by_name(set), value, buf);
	else
		text_buf_printf(buf, "0x%" PRIx64, value);
}

static void key_render(int32_t key, struct text_buf *buf)
{
	if (key < 0)
		flag_set_render(flag_set_by_name("native_key"), (uint32_t)key, buf);
	else
		text_buf_printf(buf, "%" PRId32, key);
}

static void ipc_key_render(uint32_t key, struct text_buf *buf)
{
	if (key)
		text_buf_printf(buf, "0x%" PRIx32, key);
	else
		text_buf_add(buf, "IPC_PRIVATE");
}

static void register_render(const struct event *event, size_t index, struct text_buf *buf)
{
	const struct arg_desc *arg = &event->syscall->args[index];
	uint64_t value = event->prefix.args[index];

	switch ((int)arg->type) {
	case ARG_TYPE_INT:
	case ARG_TYPE_PID: text_buf_printf(buf, "%" PRId32, (int32_t)value); break;
	case ARG_TYPE_LONG:
	case ARG_TYPE_OFFSET: text_buf_printf(buf, "%" PRId64, (int64_t)value); break;
	case ARG_TYPE_UINT: text_buf_printf(buf, "%" PRIu32, (uint32_t)value); break;
	case ARG_TYPE_ULONG:
	case ARG_TYPE_SIZE: text_buf_printf(buf, "%" PRIu64, value); break;
	case ARG_TYPE_FD: fd_render((int32_t)value, buf); break;
	case ARG_TYPE_UID:
	case ARG_TYPE_GID: id_render((uint32_t)value, buf); break;
	case ARG_TYPE_MODE: mode_render((uint16_t)value, buf); break;
	case ARG_TYPE_FLAGS:
	case ARG_TYPE_ENUM: flags_arg_render(arg, value, buf); break;
	case ARG_TYPE_SIGNAL: signal_render((int32_t)value, buf); break;
	case ARG_TYPE_CLOCK: clock_render((int32_t)value, buf); break;
	case ARG_TYPE_SOCKOPT: sockopt_render(event, value, buf); break;
	case ARG_TYPE_PROTOCOL: protocol_render(event, (uint32_t)value, buf); break;
	case ARG_TYPE_IOCTL: ioctl_render(arg->flags, (uint32_t)value, buf); break;
	case ARG_TYPE_PRCTL: prctl_render(event, index, value, buf); break;
	case ARG_TYPE_FCNTL: fcntl_render(event, value, buf); break;
	case ARG_TYPE_KEY: key_render((int32_t)value, buf); break;
	case ARG_TYPE_IPC_KEY: ipc_key_render((uint32_t)value, buf); break;
	case ARG_TYPE_NONE:
	case ARG_TYPE_HEX:
	case ARG_TYPE_COUNT: text_buf_printf(buf, "0x%" PRIx64, value); break;
	default: pointer_render(value, buf);
	}
}

int event_result_index(const struct event *event)
{
	const struct event_desc *desc = event->desc;

	if (desc->direction != EVENT_EXIT || desc->code == EVENT_CODE_GENERIC_X ||
	    strcmp(desc->kind, "syscall") != 0 || event->params_len == 0)
		return -1;
	/* getuid and the like have nothing else; events that make an fd call it fd. */
	if (strcmp(desc->params[0].name, "res") == 0 || desc->params_len == 1 ||
	    (desc->flags & EVENT_F_CREATES_FD))
		return 0;
	return -1;
}

void event_raw_arg_render(const struct event *event, size_t index, struct text_buf *buf)
{
	const struct event_text *text = &event->arg_texts[index];

	/* Data that a text is in shows it. */
	if (event->arg_data[index].data)
		arg_data_render(event, index, buf);
	else if (text->data)
		text_buf_add_safe(buf, text->data, text->len);
	else
		register_render(event, index, buf);
}

void event_arg_render(const struct event *event, size_t index, struct text_buf *buf)
{
	int64_t value;

	if (index >= event_args_len(event))
		return;
	if (event_args_are_raw(event)) {
		event_raw_arg_render(event, index, buf);
		return;
	}
	/* A failed open's fd is an errno, whatever its type says. */
	if ((int)index == event_result_index(event) &&
	    event->desc->params[index].type == PARAM_TYPE_FD &&
	    event_param_value(PARAM_TYPE_FD, &event->params[index], &value) == 0)
		result_render(value, buf);
	else
		param_render(event, index, buf);
}

void event_result_render(const struct event *event, struct text_buf *buf)
{
	int index = event_result_index(event);
	int64_t ret = event->prefix.ret;

	if (event->desc->direction == EVENT_ENTER) {
		text_buf_add(buf, "-");
		return;
	}
	if (event->prefix.nr < 0) {
		if (index < 0 || event->params[index].len == 0)
			text_buf_add(buf, "-");
		else
			event_arg_render(event, (size_t)index, buf);
		return;
	}
	if (event->syscall && (event->syscall->flags & SYSCALL_F_EXIT))
		text_buf_add(buf, "-");
	else if (event->syscall && (event->syscall->flags & SYSCALL_F_ADDRESS) &&
		 (ret > 0 || ret < -4095))
		text_buf_printf(buf, "0x%" PRIx64, (uint64_t)ret);
	else
		result_render(ret, buf);
}
