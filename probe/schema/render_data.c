/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What raw arguments point to, as text. The bytes are as the program has them in its memory: those
 * of a 32-bit program (RECORD_F_COMPAT) have shorter longs and pointers, and the calls whose names
 * end in time64 there the longer times all the same, so a time is told by its length.
 */
#include "render_data.h"

#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include "render_param.h"
#include "render_struct.h"

#define NS_PER_SEC 1000000000
/* Longer than this is a point in time: ten years. */
#define DURATION_MAX_SEC (INT64_C(10) * 366 * 86400)
#define UTIME_NOW_NSEC 0x3fffffff /* include/uapi/linux/stat.h of utimensat(2) */
#define UTIME_OMIT_NSEC 0x3ffffffe
#define SIGNALS 64
#define SOCKADDR_TEXT_MAX 128

/* Bytes on their way: every read is checked, what lies beyond the end is 0. */
struct reader {
	const uint8_t *data;
	size_t len, at;
	bool compat;
	const struct event *event;
};

static uint64_t read_bytes(struct reader *r, size_t width)
{
	uint64_t value = 0;

	if (r->at + width <= r->len)
		memcpy(&value, r->data + r->at, width);
	r->at += width;
	return value;
}

static uint32_t read_u32(struct reader *r)
{
	return (uint32_t)read_bytes(r, 4);
}

static int32_t read_s32(struct reader *r)
{
	return (int32_t)read_u32(r);
}

/* A long, a size or a pointer. */
static uint64_t read_word(struct reader *r)
{
	return read_bytes(r, r->compat ? 4 : 8);
}

static int64_t read_long(struct reader *r)
{
	return r->compat ? read_s32(r) : (int64_t)read_bytes(r, 8);
}

/* One of the pair of numbers of a time that has `bytes` bytes. */
static int64_t read_time_part(struct reader *r, size_t bytes)
{
	return bytes >= 16 ? (int64_t)read_bytes(r, 8) : read_s32(r);
}

static void pointer_render(uint64_t value, struct text_buf *buf)
{
	if (value)
		text_buf_printf(buf, "0x%" PRIx64, value);
	else
		text_buf_add(buf, "NULL");
}

/* per_sec: parts of a second in `part`. */
static void time_render(int64_t sec, int64_t part, int64_t per_sec, struct text_buf *buf)
{
	if (sec >= 0 && sec < DURATION_MAX_SEC && part >= 0 && part < per_sec)
		reltime_render((uint64_t)sec * NS_PER_SEC +
				       (uint64_t)(part * (NS_PER_SEC / per_sec)),
			       buf);
	else if (part >= 0 && part < per_sec)
		text_buf_printf(buf, "%" PRId64 ".%0*" PRId64, sec, per_sec == NS_PER_SEC ? 9 : 6,
				part);
	else
		text_buf_printf(buf, "{%" PRId64 ", %" PRId64 "}", sec, part);
}

/* A struct timespec or timeval that takes `bytes` bytes. */
static void pair_render(struct reader *r, size_t bytes, int64_t per_sec, struct text_buf *buf)
{
	int64_t sec = read_time_part(r, bytes), part = read_time_part(r, bytes);

	if (per_sec == NS_PER_SEC && part == UTIME_NOW_NSEC)
		text_buf_add(buf, "now");
	else if (per_sec == NS_PER_SEC && part == UTIME_OMIT_NSEC)
		text_buf_add(buf, "omit");
	else
		time_render(sec, part, per_sec, buf);
}

static void pairs_render(struct reader *r, int64_t per_sec, struct text_buf *buf)
{
	size_t bytes = r->len / 2;

	text_buf_add(buf, "[");
	pair_render(r, bytes, per_sec, buf);
	text_buf_add(buf, ", ");
	pair_render(r, bytes, per_sec, buf);
	text_buf_add(buf, "]");
}

static void utimbuf_render(struct reader *r, struct text_buf *buf)
{
	text_buf_printf(buf, "[%" PRId64, read_long(r));
	text_buf_printf(buf, ", %" PRId64 "]", read_long(r));
}

static void timer_render(struct reader *r, int64_t per_sec, struct text_buf *buf)
{
	size_t bytes = r->len / 2;

	text_buf_add(buf, "{interval=");
	pair_render(r, bytes, per_sec, buf);
	text_buf_add(buf, ", value=");
	pair_render(r, bytes, per_sec, buf);
	text_buf_add(buf, "}");
}

/* As strace has them: without SIG, and a set of most signals by those that are not in it. */
static void sigset_data_render(uint64_t mask, struct text_buf *buf)
{
	bool inverted = __builtin_popcountll(mask) > SIGNALS / 2;
	const char *separator = "";

	if (inverted) {
		mask = ~mask;
		text_buf_add(buf, "~");
	}
	text_buf_add(buf, "[");
	for (int sig = 1; sig <= SIGNALS; sig++) {
		const char *name = signal_name(sig);

		if (!(mask >> (sig - 1) & 1))
			continue;
		text_buf_add(buf, separator);
		if (name)
			text_buf_add(buf, name + strlen("SIG"));
		else
			text_buf_printf(buf, "%d", sig);
		separator = " ";
	}
	text_buf_add(buf, "]");
}

/* struct kernel_sigaction: handler, flags, restorer, mask. arm64 has the restorer as well. */
static void sigaction_render(struct reader *r, struct text_buf *buf)
{
	static const char *const special[] = { "SIG_DFL", "SIG_IGN" };
	uint64_t handler = read_word(r), flags = read_word(r);

	text_buf_add(buf, "{handler=");
	if (handler < sizeof(special) / sizeof(special[0]))
		text_buf_add(buf, special[handler]);
	else
		pointer_render(handler, buf);
	read_word(r); /* where the handler returns to: the C library's business */
	text_buf_add(buf, ", mask=");
	sigset_data_render(read_bytes(r, 8), buf);
	text_buf_add(buf, ", flags=");
	flag_set_render(flag_set_by_name("native_sa"), flags, buf);
	text_buf_add(buf, "}");
}

static void siginfo_render(struct reader *r, struct text_buf *buf)
{
	int32_t sig = read_s32(r), code;
	bool child = sig == SIGCHLD;

	read_s32(r); /* si_errno */
	code = read_s32(r);
	if (!r->compat)
		read_s32(r);
	text_buf_add(buf, "{signo=");
	signal_render(sig, buf);
	text_buf_add(buf, ", code=");
	flag_set_render(flag_set_by_name(child && code > 0 ? "native_cld_code" : "native_si_code"),
			(uint32_t)code, buf);
	text_buf_printf(buf, ", pid=%" PRId32, read_s32(r));
	text_buf_printf(buf, ", uid=%" PRIu32, read_u32(r));
	if (child && code > 0)
		text_buf_printf(buf, ", status=%" PRId32, read_s32(r));
	text_buf_add(buf, "}");
}

static void sigstack_render(struct reader *r, struct text_buf *buf)
{
	text_buf_add(buf, "{sp=");
	pointer_render(read_word(r), buf);
	text_buf_add(buf, ", flags=");
	flag_set_render(flag_set_by_name("native_ss"), read_u32(r), buf);
	if (!r->compat)
		read_u32(r);
	text_buf_printf(buf, ", size=%" PRIu64 "}", read_word(r));
}

/* wait(2): the low seven bits are a signal, 0x7f is a stop, 0xffff a continuation. */
static void status_render(uint32_t status, struct text_buf *buf)
{
	unsigned low = status & 0x7f;

	if (status == 0xffff) {
		text_buf_add(buf, "continued");
	} else if (low == 0) {
		text_buf_printf(buf, "exited %u", status >> 8 & 0xff);
	} else if (low == 0x7f) {
		text_buf_add(buf, "stopped ");
		signal_render(status >> 8 & 0xff, buf);
	} else {
		text_buf_add(buf, "killed ");
		signal_render(low, buf);
		text_buf_add(buf, status & 0x80 ? " core" : "");
	}
}

/* include/uapi/linux/sched/types.h */
static void sched_attr_render(struct reader *r, struct text_buf *buf)
{
	static const char *const parts[] = { "runtime", "deadline", "period" };

	read_u32(r); /* its size */
	text_buf_add(buf, "{policy=");
	flag_set_render(flag_set_by_name("native_sched"), read_u32(r), buf);
	text_buf_add(buf, ", flags=");
	flag_set_render(flag_set_by_name("native_sched_flags"), read_bytes(r, 8), buf);
	text_buf_printf(buf, ", nice=%" PRId32, read_s32(r));
	text_buf_printf(buf, ", priority=%" PRIu32, read_u32(r));
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		text_buf_printf(buf, ", %s=", parts[i]);
		reltime_render(read_bytes(r, 8), buf);
	}
	text_buf_add(buf, "}");
}

static void mq_attr_render(struct reader *r, struct text_buf *buf)
{
	text_buf_add(buf, "{flags=");
	flag_set_render(flag_set_by_name("native_open"), (uint64_t)read_long(r), buf);
	text_buf_printf(buf, ", maxmsg=%" PRId64, read_long(r));
	text_buf_printf(buf, ", msgsize=%" PRId64, read_long(r));
	text_buf_printf(buf, ", curmsgs=%" PRId64 "}", read_long(r));
}

static void mount_attr_render(struct reader *r, struct text_buf *buf)
{
	const struct flag_set *flags = flag_set_by_name("native_mount_attr");

	text_buf_add(buf, "{set=");
	flag_set_render(flags, read_bytes(r, 8), buf);
	text_buf_add(buf, ", clr=");
	flag_set_render(flags, read_bytes(r, 8), buf);
	text_buf_add(buf, ", propagation=");
	flag_set_render(flag_set_by_name("native_mount"), read_bytes(r, 8), buf);
	text_buf_add(buf, ", userns_fd=");
	fd_named_render(r->event, (int64_t)read_bytes(r, 8), buf);
	text_buf_add(buf, "}");
}

static void perf_attr_render(struct reader *r, struct text_buf *buf)
{
	text_buf_add(buf, "{type=");
	flag_set_render(flag_set_by_name("native_perf_type"), read_u32(r), buf);
	text_buf_printf(buf, ", size=%" PRIu32, read_u32(r));
	text_buf_printf(buf, ", config=0x%" PRIx64 "}", read_bytes(r, 8));
}

static void epoll_event_render(struct reader *r, struct text_buf *buf)
{
	text_buf_add(buf, "{");
	flag_set_render(flag_set_by_name("native_epoll"), read_u32(r), buf);
	read_bytes(r, EPOLL_EVENT_BYTES - 12);
	text_buf_printf(buf, ", data=0x%" PRIx64 "}", read_bytes(r, 8));
}

static bool bit_at(const struct reader *r, size_t bit)
{
	return bit / 8 < r->len && r->data[bit / 8] >> bit % 8 & 1;
}

/* Numbers of the bits that are set, runs as first-last. */
static void bits_render(const struct reader *r, struct text_buf *buf)
{
	const char *separator = "";

	text_buf_add(buf, "[");
	for (size_t bit = 0; bit < r->len * 8; bit++) {
		size_t last = bit;

		if (!bit_at(r, bit))
			continue;
		while (bit_at(r, last + 1))
			last++;
		text_buf_printf(buf, "%s%zu", separator, bit);
		if (last > bit)
			text_buf_printf(buf, "%s%zu", last > bit + 1 ? "-" : " ", last);
		separator = " ";
		bit = last;
	}
	text_buf_add(buf, "]");
}

/* A set of descriptors: one by one where some have names. */
static void fdset_render(const struct reader *r, struct text_buf *buf)
{
	const char *separator = "";

	if (!r->event->fd_names_len) {
		bits_render(r, buf);
		return;
	}
	text_buf_add(buf, "[");
	for (size_t bit = 0; bit < r->len * 8 && !buf->truncated; bit++) {
		if (!bit_at(r, bit))
			continue;
		text_buf_add(buf, separator);
		fd_named_render(r->event, (int64_t)bit, buf);
		separator = " ";
	}
	text_buf_add(buf, "]");
}

/* Without CAP_, and a set of most capabilities by those that are not in it; unknown ones as hex. */
static void cap_set_render(uint64_t mask, struct text_buf *buf)
{
	const struct flag_set *caps = flag_set_by_name("native_cap");
	uint64_t known = (UINT64_C(1) << caps->values_len) - 1;
	bool inverted = (size_t)__builtin_popcountll(mask) > caps->values_len / 2;
	const char *separator = "";

	if (mask & ~known) {
		text_buf_printf(buf, "0x%" PRIx64, mask);
		return;
	}
	text_buf_add(buf, inverted ? "~[" : "[");
	for (size_t i = 0; i < caps->values_len; i++) {
		const struct flag_value *cap = &caps->values[i];

		if ((mask >> cap->value & 1) == inverted)
			continue;
		text_buf_printf(buf, "%s%s", separator, cap->name + strlen("CAP_"));
		separator = " ";
	}
	text_buf_add(buf, "]");
}

/* From linux/capability.h: effective, permitted, inheritable, the low halves of all three first. */
static void cap_data_render(const struct reader *r, struct text_buf *buf)
{
	static const char *const names[] = { "effective", "permitted", "inheritable" };
	uint32_t words[6] = { 0 };

	memcpy(words, r->data, r->len < sizeof(words) ? r->len : sizeof(words));
	for (size_t i = 0; i < 3; i++) {
		text_buf_printf(buf, "%s%s=", i ? ", " : "{", names[i]);
		cap_set_render((uint64_t)words[3 + i] << 32 | words[i], buf);
	}
	text_buf_add(buf, "}");
}

/* include/uapi/linux/landlock.h; which it is says the argument in front. */
static void landlock_rule_render(const struct event *event, size_t index, struct reader *r,
				 struct text_buf *buf)
{
	bool net = index && event->prefix.args[index - 1] == 2;

	text_buf_add(buf, "{allowed_access=");
	flag_set_render(flag_set_by_name(net ? "native_landlock_net" : "native_landlock_fs"),
			read_bytes(r, 8), buf);
	text_buf_add(buf, net ? ", port=" : ", parent_fd=");
	if (net)
		text_buf_printf(buf, "%" PRIu64, read_bytes(r, 8));
	else
		fd_named_render(r->event, read_s32(r), buf);
	text_buf_add(buf, "}");
}

/* struct clone_args, include/uapi/linux/sched.h. */
static void clone_args_render(struct reader *r, struct text_buf *buf)
{
	uint32_t low = read_u32(r), high = read_u32(r);
	uint64_t exit_signal, stack;

	text_buf_add(buf, "{flags=");
	if (low || !high)
		flag_set_render(flag_set_by_name("native_clone"), low, buf);
	text_buf_add(buf, low && high ? "|" : "");
	if (high)
		flag_set_render(flag_set_by_name("native_clone_high"), high, buf);
	r->at += 3 * 8; /* pidfd, child_tid, parent_tid */
	exit_signal = read_bytes(r, 8);
	text_buf_add(buf, ", exit_signal=");
	signal_render((int64_t)exit_signal, buf);
	stack = read_bytes(r, 8);
	if (stack)
		text_buf_printf(buf, ", stack=0x%" PRIx64 ", stack_size=%" PRIu64, stack,
				read_bytes(r, 8));
	if (high & 2) {
		r->at = 80;
		text_buf_add(buf, ", cgroup=");
		fd_named_render(r->event, (int64_t)read_bytes(r, 8), buf);
	}
	text_buf_add(buf, "}");
}

static void futex_render(struct reader *r, struct text_buf *buf)
{
	text_buf_printf(buf, "{val=%" PRIu64, read_bytes(r, 8));
	text_buf_printf(buf, ", uaddr=0x%" PRIx64 ", flags=", read_bytes(r, 8));
	flag_set_render(flag_set_by_name("native_futex2"), read_u32(r), buf);
	read_u32(r);
	text_buf_add(buf, "}");
}

static void sembuf_render(struct reader *r, struct text_buf *buf)
{
	text_buf_printf(buf, "{num=%" PRIu64, read_bytes(r, 2));
	text_buf_printf(buf, ", op=%d, flags=", (int16_t)read_bytes(r, 2));
	flag_set_render(flag_set_by_name("native_semop"), read_bytes(r, 2), buf);
	text_buf_add(buf, "}");
}

static void pollfd_render(struct reader *r, struct text_buf *buf)
{
	const struct flag_set *flags = flag_set_by_name("native_poll");

	text_buf_add(buf, "{fd=");
	fd_named_render(r->event, read_s32(r), buf);
	text_buf_add(buf, ", events=");
	flag_set_render(flags, read_bytes(r, 2), buf);
	text_buf_add(buf, ", revents=");
	flag_set_render(flags, read_bytes(r, 2), buf);
	text_buf_add(buf, "}");
}

static void iovec_render(struct reader *r, struct text_buf *buf)
{
	text_buf_printf(buf, "{base=0x%" PRIx64, read_word(r));
	text_buf_printf(buf, ", len=%" PRIu64 "}", read_word(r));
}

/* struct io_event, include/uapi/linux/aio_abi.h. */
static void io_event_render(struct reader *r, struct text_buf *buf)
{
	text_buf_printf(buf, "{data=0x%" PRIx64, read_bytes(r, 8));
	text_buf_printf(buf, ", obj=0x%" PRIx64 ", res=", read_bytes(r, 8));
	result_render((int64_t)read_bytes(r, 8), buf);
	text_buf_printf(buf, ", res2=%" PRId64 "}", (int64_t)read_bytes(r, 8));
}

static void word_render(struct reader *r, struct text_buf *buf)
{
	text_buf_printf(buf, "0x%" PRIx64, read_bytes(r, 8));
}

static void int_render(struct reader *r, struct text_buf *buf)
{
	text_buf_printf(buf, "%" PRId32, read_s32(r));
}

/* Of a list of addresses what the first one stands for; the number is in front. */
static void iocbs_render(const struct event *event, size_t index, struct text_buf *buf)
{
	text_buf_add(buf, "[");
	struct_render(event, index, buf);
	text_buf_add(buf, index && event->prefix.args[index - 1] > 1 ? ", ...]" : "]");
}

/* As it was before the call. */
static void offset_render(struct reader *r, struct text_buf *buf)
{
	int64_t ret = r->event->prefix.ret, offset = (int64_t)read_bytes(r, 8);

	text_buf_printf(buf, "[%" PRId64 "]",
			ret > 0 ? (int64_t)((uint64_t)offset - (uint64_t)ret) : offset);
}

/* Whole items only: what was cut is not made up. */
static void items_render(struct reader *r, size_t bytes,
			 void (*render)(struct reader *r, struct text_buf *buf),
			 struct text_buf *buf)
{
	text_buf_add(buf, "[");
	while (r->at + bytes <= r->len && !buf->truncated) {
		if (r->at)
			text_buf_add(buf, ", ");
		render(r, buf);
	}
	text_buf_add(buf, "]");
}

static void lsm_id_render(struct reader *r, struct text_buf *buf)
{
	flag_set_render(flag_set_by_name("native_lsm_id"), read_bytes(r, 8), buf);
}

/* A call that fills a list returns how many it wrote; the caller made room for more. */
static void ids_render(struct reader *r, struct text_buf *buf)
{
	int64_t ret = r->event->prefix.ret;

	if (ret >= 0 && (uint64_t)ret < r->len / 8)
		r->len = (size_t)ret * 8;
	items_render(r, 8, word_render, buf);
}

static void gids_render(struct reader *r, struct text_buf *buf)
{
	text_buf_add(buf, "[");
	while (r->at + 4 <= r->len && !buf->truncated) {
		if (r->at)
			text_buf_add(buf, " ");
		id_render(read_u32(r), buf);
	}
	text_buf_add(buf, "]");
}

/* From the kernel's struct to the encoding of events, which has its renderer. */
static void sockaddr_data_render(const struct reader *r, struct text_buf *buf)
{
	uint8_t encoded[1 + SOCKADDR_TEXT_MAX];
	struct event_param param = { .data = encoded, .len = 1 };
	size_t text_len = r->len > 2 ? r->len - 2 : 0;

	if (r->len < 2)
		return;
	encoded[0] = r->data[0];
	if (r->data[0] == AF_INET && r->len >= 8) {
		memcpy(encoded + 1, r->data + 4, 4);
		encoded[5] = r->data[3];
		encoded[6] = r->data[2];
		param.len = 7;
	} else if (r->data[0] == AF_INET6 && r->len >= 24) {
		memcpy(encoded + 1, r->data + 8, 16);
		encoded[17] = r->data[3];
		encoded[18] = r->data[2];
		param.len = 19;
	} else if (r->data[0] == AF_UNIX && text_len <= SOCKADDR_TEXT_MAX) {
		memcpy(encoded + 1, r->data + 2, text_len);
		param.len = (uint16_t)(1 + text_len);
	}
	sockaddr_render(&param, buf);
}

static void bytes_data_render(const struct reader *r, struct text_buf *buf)
{
	for (size_t i = 0; i < r->len && !buf->truncated; i++) {
		char c = (char)r->data[i];

		text_buf_addn(buf, c >= 0x20 && c < 0x7f ? &c : ".", 1);
	}
}

static bool number_data_render(enum arg_type type, struct reader *r, struct text_buf *buf)
{
	switch ((int)type) {
	case ARG_TYPE_INTP: text_buf_printf(buf, "[%" PRId32 "]", read_s32(r)); return true;
	case ARG_TYPE_OFFSETP: offset_render(r, buf); return true;
	case ARG_TYPE_LONGP: text_buf_printf(buf, "[%" PRId64 "]", read_long(r)); return true;
	case ARG_TYPE_TIMESPEC: pair_render(r, r->len, NS_PER_SEC, buf); return true;
	case ARG_TYPE_TIMESPECS: pairs_render(r, NS_PER_SEC, buf); return true;
	case ARG_TYPE_TIMEVAL: pair_render(r, r->len, 1000000, buf); return true;
	case ARG_TYPE_TIMEVALS: pairs_render(r, 1000000, buf); return true;
	case ARG_TYPE_UTIMBUF: utimbuf_render(r, buf); return true;
	case ARG_TYPE_ITIMERSPEC: timer_render(r, NS_PER_SEC, buf); return true;
	case ARG_TYPE_ITIMERVAL: timer_render(r, 1000000, buf); return true;
	default: return false;
	}
}

static bool signal_data_render(enum arg_type type, struct reader *r, struct text_buf *buf)
{
	switch ((int)type) {
	case ARG_TYPE_SIGSET_AT:
	case ARG_TYPE_SIGSET: sigset_data_render(read_bytes(r, 8), buf); return true;
	case ARG_TYPE_SIGACTION: sigaction_render(r, buf); return true;
	case ARG_TYPE_SIGINFO: siginfo_render(r, buf); return true;
	case ARG_TYPE_SIGSTACK: sigstack_render(r, buf); return true;
	case ARG_TYPE_STATUS: status_render(read_u32(r), buf); return true;
	default: return false;
	}
}

static bool list_data_render(enum arg_type type, struct reader *r, struct text_buf *buf)
{
	switch ((int)type) {
	case ARG_TYPE_EPOLL_EVENTS:
		items_render(r, EPOLL_EVENT_BYTES, epoll_event_render, buf);
		return true;
	case ARG_TYPE_FUTEXES:
	case ARG_TYPE_FUTEX_PAIR: items_render(r, 24, futex_render, buf); return true;
	case ARG_TYPE_SEMBUFS: items_render(r, 6, sembuf_render, buf); return true;
	case ARG_TYPE_POLLFDS: items_render(r, 8, pollfd_render, buf); return true;
	case ARG_TYPE_IOVECS: items_render(r, 16, iovec_render, buf); return true;
	case ARG_TYPE_IO_EVENTS: items_render(r, 32, io_event_render, buf); return true;
	case ARG_TYPE_POINTERS: items_render(r, 8, word_render, buf); return true;
	case ARG_TYPE_IDS: ids_render(r, buf); return true;
	case ARG_TYPE_LSM_IDS: items_render(r, 8, lsm_id_render, buf); return true;
	case ARG_TYPE_INTS: items_render(r, 4, int_render, buf); return true;
	case ARG_TYPE_FDSET: fdset_render(r, buf); return true;
	case ARG_TYPE_OLD_NODES:
	case ARG_TYPE_NODES:
	case ARG_TYPE_CPUSET: bits_render(r, buf); return true;
	case ARG_TYPE_GIDS: gids_render(r, buf); return true;
	default: return false;
	}
}

void arg_data_render(const struct event *event, size_t index, struct text_buf *buf)
{
	enum arg_type type = event->syscall->args[index].type;
	const struct event_param *data = &event->arg_data[index];
	struct reader r = {
		.data = data->data,
		.len = data->len,
		.compat = event->prefix.flags & RECORD_F_COMPAT,
		.event = event,
	};

	if (number_data_render(type, &r, buf) || signal_data_render(type, &r, buf) ||
	    list_data_render(type, &r, buf) ||
	    (type != ARG_TYPE_IOCBS && struct_render(event, index, buf)))
		return;
	switch ((int)type) {
	case ARG_TYPE_SCHED_ATTR: sched_attr_render(&r, buf); break;
	case ARG_TYPE_MQ_ATTR: mq_attr_render(&r, buf); break;
	case ARG_TYPE_MOUNT_ATTR: mount_attr_render(&r, buf); break;
	case ARG_TYPE_PERF_ATTR: perf_attr_render(&r, buf); break;
	case ARG_TYPE_EPOLL_EVENT: epoll_event_render(&r, buf); break;
	case ARG_TYPE_IOCBS: iocbs_render(event, index, buf); break;
	case ARG_TYPE_CAP_DATA: cap_data_render(&r, buf); break;
	case ARG_TYPE_LANDLOCK_RULE: landlock_rule_render(event, index, &r, buf); break;
	case ARG_TYPE_SOCKADDR: sockaddr_data_render(&r, buf); break;
	case ARG_TYPE_CLONE_ARGS: clone_args_render(&r, buf); break;
	default: bytes_data_render(&r, buf);
	}
}
