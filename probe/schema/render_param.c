/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Event parameters as text, by type. Integers are read by event_param_value(); what their type does
 * not say, the parameter's name does: dev (a device), mode, uid and gid of type uint32.
 */
#include "render_param.h"

#include <inttypes.h>
#include <string.h>
#include "fds.h"

#define NS_PER_SEC UINT64_C(1000000000)
#define AT_FDCWD_VALUE (-100) /* fcntl.h's AT_FDCWD, and what capture files hold */

void fd_render(int64_t fd, struct text_buf *buf)
{
	if (fd == AT_FDCWD_VALUE)
		text_buf_add(buf, "AT_FDCWD");
	else
		text_buf_printf(buf, "%" PRId64, fd);
}

void fd_name_render(const char *name, struct text_buf *buf)
{
	if (!name || !*name)
		return;
	text_buf_add(buf, "(");
	text_buf_add_safe(buf, name, strlen(name));
	text_buf_add(buf, ")");
}

void fd_named_render(const struct event *event, int64_t fd, struct text_buf *buf)
{
	fd_render(fd, buf);
	fd_name_render(event_fd_name(event, fd), buf);
}

void result_render(int64_t value, struct text_buf *buf)
{
	const char *name = value < 0 && value >= -4095 ? errno_name((int)-value) : NULL;

	if (name)
		text_buf_add(buf, name);
	else if (value == RECORD_RET_UNKNOWN)
		text_buf_add(buf, "unknown");
	else
		text_buf_printf(buf, "%" PRId64, value);
}

void mode_render(uint64_t mode, struct text_buf *buf)
{
	static const char *const types[16] = {
		[1] = "S_IFIFO", [2] = "S_IFCHR",  [4] = "S_IFDIR",   [6] = "S_IFBLK",
		[8] = "S_IFREG", [10] = "S_IFLNK", [12] = "S_IFSOCK",
	};
	const char *type = mode < 0x10000 ? types[mode >> 12] : NULL;

	if (type) {
		text_buf_printf(buf, "%s|", type);
		mode &= 0xfff;
	}
	text_buf_printf(buf, "%#" PRIo64, mode);
}

void signal_render(int64_t sig, struct text_buf *buf)
{
	const char *name = sig > 0 && sig <= 64 ? signal_name((int)sig) : NULL;

	if (name)
		text_buf_add(buf, name);
	else
		text_buf_printf(buf, "%" PRId64, sig);
}

void id_render(uint32_t id, struct text_buf *buf)
{
	if (id == UINT32_MAX)
		text_buf_add(buf, "-1");
	else
		text_buf_printf(buf, "%" PRIu32, id);
}

/* The largest unit that is not a fraction below 1; decimals without trailing zeros. */
void reltime_render(uint64_t ns, struct text_buf *buf)
{
	static const struct {
		uint64_t ns;
		unsigned digits;
		const char *name;
	} units[] = {
		{ .ns = NS_PER_SEC, .digits = 9, .name = "s" },
		{ .ns = 1000000, .digits = 6, .name = "ms" },
		{ .ns = 1000, .digits = 3, .name = "us" },
		{ .ns = 1, .digits = 0, .name = "ns" },
	};
	size_t i = 0;
	uint64_t rest;
	unsigned digits;

	if (ns == UINT64_MAX) {
		text_buf_add(buf, "infinite");
		return;
	}
	while (i < sizeof(units) / sizeof(units[0]) - 1 && ns < units[i].ns)
		i++;
	rest = ns % units[i].ns;
	digits = units[i].digits;
	while (digits > 0 && rest % 10 == 0) {
		rest /= 10;
		digits--;
	}
	text_buf_printf(buf, "%" PRIu64, ns / units[i].ns);
	if (digits > 0)
		text_buf_printf(buf, ".%0*" PRIu64, (int)digits, rest);
	text_buf_add(buf, units[i].name);
}

static void sigset_render(uint64_t mask, struct text_buf *buf)
{
	const char *separator = "";

	if (mask == 0)
		text_buf_add(buf, "0");
	for (int bit = 0; bit < 32; bit++) {
		if (!(mask >> bit & 1))
			continue;
		text_buf_add(buf, separator);
		signal_render(bit + 1, buf);
		separator = "|";
	}
}

/* Device numbers as the kernel's new_encode_dev() packs them. */
static void device_render(uint64_t dev, struct text_buf *buf)
{
	text_buf_printf(buf, "%" PRIu64 ":%" PRIu64, dev >> 8 & 0xfff,
			(dev & 0xff) | (dev >> 12 & 0xfff00));
}

static void syscallid_render(uint64_t sc, struct text_buf *buf)
{
	const struct syscall_desc *desc = syscall_by_sc((uint16_t)sc);

	if (desc)
		text_buf_add(buf, desc->name);
	else
		text_buf_printf(buf, "%" PRIu64, sc);
}

/* NUL-terminated words, joined by separators in turn: "a b c", or "k=v k=v" for pairs. */
static void words_render(const struct event_param *param, const char *odd, struct text_buf *buf)
{
	const char *text = (const char *)param->data;
	size_t at = 0;

	for (size_t word = 0; at < param->len; word++) {
		size_t len = strnlen(text + at, param->len - at);

		if (word > 0)
			text_buf_add(buf, word % 2 ? odd : " ");
		text_buf_add_safe(buf, text + at, len);
		at += len + 1;
	}
}

static void bytebuf_render(const struct param_desc *desc, const struct event_param *param,
			   struct text_buf *buf)
{
	/* The vectors of exec events are bytes on the wire, but words in meaning. */
	if (strcmp(desc->name, "args") == 0 || strcmp(desc->name, "env") == 0 ||
	    strcmp(desc->name, "cgroups") == 0) {
		words_render(param, " ", buf);
		return;
	}
	for (size_t i = 0; i < param->len && !buf->truncated; i++) {
		char c = (char)param->data[i];

		text_buf_addn(buf, c >= 0x20 && c < 0x7f ? &c : ".", 1);
	}
}

static void fdlist_render(const struct event *event, const struct event_param *param,
			  struct text_buf *buf)
{
	const struct flag_set *flags = flag_set_by_name("poll_flags");

	for (size_t at = sizeof(uint16_t); at + EVENT_FDLIST_ITEM_BYTES <= param->len;
	     at += EVENT_FDLIST_ITEM_BYTES) {
		int64_t fd;
		uint16_t bits;

		memcpy(&fd, param->data + at, sizeof(fd));
		memcpy(&bits, param->data + at + sizeof(fd), sizeof(bits));
		if (at > sizeof(uint16_t))
			text_buf_add(buf, ",");
		/* Where the call's own list is there, that has the names. */
		if (event_has_registers(event))
			text_buf_printf(buf, "%" PRId64, fd);
		else
			fd_named_render(event, fd, buf);
		text_buf_add(buf, ":");
		flag_set_render(flags, bits, buf);
	}
}

/* What the index byte of a dyn parameter says about the bytes behind it, by event. */
enum dyn_form { DYN_DATA, DYN_RESULT, DYN_DEC, DYN_HEX, DYN_TIME, DYN_SIGNAL, DYN_TEXT };
struct dyn_table {
	const char *event;
	uint8_t forms_len;
	enum dyn_form forms[5];
};
static const struct dyn_table dyn_tables[] = {
	{ .event = "setsockopt",
	  .forms_len = 5,
	  .forms = { DYN_DATA, DYN_RESULT, DYN_DEC, DYN_DEC, DYN_TIME } },
	{ .event = "getsockopt",
	  .forms_len = 5,
	  .forms = { DYN_DATA, DYN_RESULT, DYN_DEC, DYN_DEC, DYN_TIME } },
	{ .event = "ptrace", .forms_len = 2, .forms = { DYN_HEX, DYN_SIGNAL } },
	{ .event = "keyctl", .forms_len = 2, .forms = { DYN_DEC, DYN_TEXT } },
};

static enum dyn_form dyn_form(const char *event, uint8_t index)
{
	for (size_t i = 0; i < sizeof(dyn_tables) / sizeof(dyn_tables[0]); i++) {
		if (strcmp(dyn_tables[i].event, event) == 0 && index < dyn_tables[i].forms_len)
			return dyn_tables[i].forms[index];
	}
	return DYN_DATA;
}

/* Options of sockets that are no SOL_SOCKET: an int, but for names like TCP_CONGESTION's. */
static bool is_int(const struct event_desc *event, const struct event_param *data)
{
	if (data->len != sizeof(int32_t) || !strstr(event->name, "sockopt"))
		return false;
	for (size_t i = 0; i < data->len; i++)
		if (data->data[i] < 0x20 || data->data[i] >= 0x7f)
			return true;
	return false;
}

static void dyn_render(const struct event_desc *event, const struct event_param *param,
		       struct text_buf *buf)
{
	const struct param_desc data = { .name = "data", .type = PARAM_TYPE_BYTEBUF };
	const struct event_param rest = { .data = param->data + 1, .len = param->len - 1u };
	enum dyn_form form = dyn_form(event->name, param->data[0]);
	uint64_t value = 0;

	if (form == DYN_TEXT) {
		text_buf_add_safe(buf, rest.data, strnlen((const char *)rest.data, rest.len));
		return;
	}
	if (form == DYN_DATA && is_int(event, &rest)) {
		int32_t number;

		memcpy(&number, rest.data, sizeof(number));
		text_buf_printf(buf, "%" PRId32, number);
		return;
	}
	if (form == DYN_DATA || rest.len == 0 || rest.len > sizeof(value)) {
		bytebuf_render(&data, &rest, buf);
		return;
	}
	memcpy(&value, rest.data, rest.len);
	switch (form) {
	case DYN_RESULT: result_render((int64_t)value, buf); break;
	case DYN_DEC: text_buf_printf(buf, "%" PRId64, (int64_t)value); break;
	case DYN_HEX: text_buf_printf(buf, "0x%" PRIx64, value); break;
	case DYN_TIME: reltime_render(value, buf); break;
	case DYN_SIGNAL: signal_render((int64_t)value, buf); break;
	case DYN_DATA:
	case DYN_TEXT: break;
	}
}

static bool name_is(const struct param_desc *desc, const char *const *names)
{
	for (; *names; names++) {
		if (strcmp(desc->name, *names) == 0)
			return true;
	}
	return false;
}

/* Integers without a type that says how: by flag set, by name, by format. */
/* The bits of a number of so many bytes. */
static uint64_t type_mask(size_t bytes)
{
	return bytes && bytes < 8 ? (1ull << 8 * bytes) - 1 : UINT64_MAX;
}

static void number_render(const struct param_desc *desc, int64_t value, struct text_buf *buf)
{
	static const char *const devices[] = { "dev", NULL };
	static const char *const ids[] = { "uid",  "gid",  "ruid", "euid", "suid",
					   "rgid", "egid", "sgid", NULL };
	static const char *const modes[] = { "mode", NULL };
	/* Unsigned in files; the calls take signed ones. */
	static const char *const offsets[] = { "offset", "pos", NULL };

	if (desc->flags)
		flag_set_render(desc->flags, (uint64_t)value, buf);
	else if (desc->type == PARAM_TYPE_UINT32 && name_is(desc, devices))
		device_render((uint64_t)value, buf);
	else if (desc->type == PARAM_TYPE_UINT32 && name_is(desc, ids))
		id_render((uint32_t)value, buf);
	else if (desc->format == PARAM_FORMAT_OCT || name_is(desc, modes))
		mode_render((uint64_t)value, buf);
	else if (desc->format == PARAM_FORMAT_HEX)
		text_buf_printf(buf, "0x%" PRIx64,
				(uint64_t)value & type_mask(param_type_bytes(desc->type)));
	else if (desc->type == PARAM_TYPE_UINT64 && !name_is(desc, offsets))
		text_buf_printf(buf, "%" PRIu64, (uint64_t)value);
	else
		text_buf_printf(buf, "%" PRId64, value);
}

/* Types that are one number on the wire; event_param_value() has read it. */
static void value_render(const struct param_desc *desc, int64_t value, struct text_buf *buf)
{
	switch ((int)desc->type) {
	case PARAM_TYPE_ERRNO: result_render(value, buf); break;
	case PARAM_TYPE_FD:
	case PARAM_TYPE_FD32: fd_render(value, buf); break;
	case PARAM_TYPE_UID:
	case PARAM_TYPE_GID: id_render((uint32_t)value, buf); break;
	case PARAM_TYPE_MODE: mode_render((uint64_t)value, buf); break;
	case PARAM_TYPE_SIGTYPE: signal_render(value, buf); break;
	case PARAM_TYPE_SIGSET: sigset_render((uint64_t)value, buf); break;
	case PARAM_TYPE_SYSCALLID: syscallid_render((uint64_t)value, buf); break;
	case PARAM_TYPE_RELTIME: reltime_render((uint64_t)value, buf); break;
	case PARAM_TYPE_ABSTIME:
		text_buf_printf(buf, "%" PRIu64 ".%09" PRIu64, (uint64_t)value / NS_PER_SEC,
				(uint64_t)value % NS_PER_SEC);
		break;
	default: number_render(desc, value, buf);
	}
}

/* Types of bytes. */
static void bytes_render(const struct event *event, size_t index, struct text_buf *buf)
{
	const struct param_desc *desc = &event->desc->params[index];
	const struct event_param *param = &event->params[index];

	switch ((int)desc->type) {
	case PARAM_TYPE_CHARBUF:
	case PARAM_TYPE_FSPATH:
	case PARAM_TYPE_FSRELPATH:
		text_buf_add_safe(buf, param->data, strnlen((const char *)param->data, param->len));
		break;
	case PARAM_TYPE_CHARBUFARRAY: words_render(param, " ", buf); break;
	case PARAM_TYPE_CHARBUF_PAIR_ARRAY: words_render(param, "=", buf); break;
	case PARAM_TYPE_IPV4ADDR: ipv4_render(param->data, buf); break;
	case PARAM_TYPE_IPV6ADDR: ipv6_render(param->data, buf); break;
	case PARAM_TYPE_SOCKADDR: sockaddr_render(param, buf); break;
	case PARAM_TYPE_SOCKTUPLE: socktuple_render(param, buf); break;
	case PARAM_TYPE_FDLIST: fdlist_render(event, param, buf); break;
	case PARAM_TYPE_DYN: dyn_render(event->desc, param, buf); break;
	default: bytebuf_render(desc, param, buf);
	}
}

void param_render(const struct event *event, size_t index, struct text_buf *buf)
{
	const struct param_desc *desc = &event->desc->params[index];
	const struct event_param *param = &event->params[index];
	int64_t value;

	if (param->len == 0) {
		if (desc->type != PARAM_TYPE_BYTEBUF)
			text_buf_add(buf, "<NA>");
		return;
	}
	if (event_param_value(desc->type, param, &value) == 0)
		value_render(desc, value, buf);
	else
		bytes_render(event, index, buf);
}
