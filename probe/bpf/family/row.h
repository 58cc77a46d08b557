/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * store_row: calls whose parameters need nothing but what ../row_op.h can say. Each step is done by
 * one global function, which is verified once, however many calls and parameters there are.
 */
#ifndef PROBE_BPF_FAMILY_ROW_H
#define PROBE_BPF_FAMILY_ROW_H

#include "raw.h"
#include "../store/data.h"
#include "../extract/flags.h"
#include "../extract/task.h"

#define ROW_FDS_MAX 64 /* elements of a pollfd array that are kept */
#define FD_ITEM_BYTES 10
#define DYN_NUMBER 0 /* first byte of a DYN parameter of ptrace and keyctl */
#define DYN_OTHER 1  /* a signal (ptrace), a text (keyctl) */

/* First byte of a socket option's value (capture-format.md, appendix B). */
enum sockopt_kind { SOCKOPT_RAW, SOCKOPT_ERRNO, SOCKOPT_U32, SOCKOPT_U64, SOCKOPT_TIMEVAL };

/* include/uapi/asm-generic/socket.h */
#define K_SOL_SOCKET 1
#define K_SO_ERROR 4
#define K_SO_LINGER 13
#define K_SO_PEERCRED 17
#define K_SO_RCVTIMEO 20
#define K_SO_SNDTIMEO 21
#define K_SO_BINDTODEVICE 25
#define K_SO_ATTACH_FILTER 26
#define K_SO_PEERNAME 28
#define K_SO_PEERSEC 31
#define K_SO_ATTACH_REUSEPORT_CBPF 51
#define K_SO_MEMINFO 55
#define K_SO_COOKIE 57
#define K_SO_PEERGROUPS 59
#define K_SO_RCVTIMEO_NEW 66
#define K_SO_SNDTIMEO_NEW 67

/* include/uapi/linux/ptrace.h */
#define K_PTRACE_PEEKTEXT 1
#define K_PTRACE_PEEKUSR 3
/* CONT, SINGLESTEP, DETACH, SYSCALL, SYSEMU, SYSEMU_SINGLESTEP: data is a signal. */
#define K_PTRACE_SIGNALS (1u << 7 | 1u << 9 | 1u << 17 | 1u << 24 | 1u << 31)

/*
 * A number at a user address, 1, 2, 4 or 8 bytes. False when there is none. The sizes are constants
 * for the verifier.
 */
static __always_inline bool row_read(struct scratch *slot, u64 user, u32 width, u64 *ret_value)
{
	u64 value = 0;
	long failed;

	if (!user)
		return false;
	if (width == 8)
		failed = bpf_probe_read_user(&value, 8, (void *)user);
	else if (width == 4)
		failed = bpf_probe_read_user(&value, 4, (void *)user);
	else
		failed = bpf_probe_read_user(&value, 2, (void *)user);
	if (failed) {
		slot->flags |= RECORD_F_UNREADABLE;
		return false;
	}
	*ret_value = value;
	return true;
}

static __always_inline u64 row_arg(struct scratch *slot, u32 arg)
{
	return slot->args[arg & 7];
}

static __always_inline u64 row_mm(u32 which)
{
	struct task_struct *task = task_current();
	struct mm_struct *mm = BPF_CORE_READ(task, mm);

	if (!mm)
		return 0;
	if (which == ROW_MM_SIZE)
		return BPF_CORE_READ(mm, total_vm) * PAGE_KIB;
	if (which == ROW_MM_RSS)
		return mm_rss_kib(mm);
	return RSS_MEMBER(mm, MM_SWAPENTS) * PAGE_KIB;
}

static __always_inline u64 row_cap(u32 which)
{
	struct task_struct *task = task_current();
	const struct cred *cred = BPF_CORE_READ(task, cred);

	if (which == ROW_CAP_INHERITABLE)
		return cap_bits(&cred->cap_inheritable);
	if (which == ROW_CAP_PERMITTED)
		return cap_bits(&cred->cap_permitted);
	return cap_bits(&cred->cap_effective);
}

/* A struct timespec as ns. */
static __always_inline bool row_time(struct scratch *slot, u64 user, u64 *ret_ns)
{
	s64 at[2] = {};
	s32 narrow[2] = {};
	long failed;

	if (!user)
		return false;
	if (slot->abi && !(slot->abi & CALL_ABI_TIME64)) {
		failed = bpf_probe_read_user(narrow, sizeof(narrow), (void *)user);
		at[0] = narrow[0];
		at[1] = narrow[1];
	} else {
		failed = bpf_probe_read_user(at, sizeof(at), (void *)user);
	}
	if (failed) {
		slot->flags |= RECORD_F_UNREADABLE;
		return false;
	}
	*ret_ns = at[0] * 1000000000ll + at[1];
	return true;
}

/* A number in the caller's memory, where 32-bit programs may have a narrower one. */
static __always_inline bool row_memory(struct scratch *slot, const volatile struct row_step *step,
				       u64 *ret_value)
{
	u64 user = row_arg(slot, step->arg);
	u32 at = step->at, width = step->width;

	if (slot->abi && step->word) {
		at /= 2;
		width = 4;
	} else if (slot->abi & CALL_ABI_ID16 && width == 4) {
		width = 2;
	}
	if (!row_read(slot, user + at, width, ret_value))
		return false;
	/* No limit. */
	if (slot->abi && step->word && *ret_value == 0xffffffff)
		*ret_value = -1;
	return true;
}

/* `bytes` bytes of an argument (0 = all), after a shift. */
static __always_inline u64 row_part(u64 value, u32 shift, u32 bytes)
{
	value >>= shift & 31;
	return bytes ? value & ((1ull << (8 * bytes & 31)) - 1) : value;
}

/* The number before it is translated. False: unknown. */
static __always_inline bool row_number(struct scratch *slot, const volatile struct row_step *step,
				       u64 *ret_value)
{
	u32 from = step->from;

	if (from == ROW_RET)
		*ret_value = slot->ret;
	else if (from == ROW_ARG)
		*ret_value = row_part(row_arg(slot, step->arg), step->at, step->width);
	else if (from == ROW_MM)
		*ret_value = row_mm(step->at);
	else if (from == ROW_CAP)
		*ret_value = row_cap(step->at);
	else if (from == ROW_TIME)
		return row_time(slot, row_arg(slot, step->arg), ret_value);
	else if (from == ROW_LENGTH && slot->uring)
		*ret_value = row_arg(slot, step->arg);
	else if (!row_arg(slot, step->arg))
		return false;
	else
		return row_memory(slot, step, ret_value);
	return true;
}

/* Verifier: global, so that its loop is verified once. */
SUBPROG u32 row_translate(u32 value, u32 first, u32 len, u32 form, u32 fallback)
{
	u32 out = form == ROW_BITS ? 0 : fallback;

	for (u32 i = 0; i < ROW_STEP_PAIRS_MAX; i++) {
		u32 at = first + i, from, to;

		barrier_var(at);
		if (i >= len || at >= ROW_PAIRS_MAX)
			break;
		from = row_table.pairs[at].from;
		to = row_table.pairs[at].to;
		if (form == ROW_BITS) {
			if ((value & from) == from)
				out |= to;
		} else if (value == from) {
			return to;
		}
	}
	return out;
}

static __always_inline u64 row_form(struct scratch *slot, const volatile struct row_step *step,
				    u64 value)
{
	u32 form = step->form;

	if (form == ROW_SIGNED)
		return (s64)(s32)value;
	if (form == ROW_UNSIGNED)
		return (u32)value;
	if (form == ROW_BITS || form == ROW_VALUE)
		return row_translate(value, step->pairs, step->pairs_len, form, step->fallback);
	if (form == ROW_FD_FLAGS)
		return fd_flags_encode(value);
	if (form == ROW_SECONDS)
		return value * 1000000000ull;
	if (form == ROW_START && slot->ret > 0)
		return value - slot->ret;
	return value;
}

static __always_inline void row_put(struct build *b, u32 i, u32 bytes, u64 value)
{
	if (bytes == 8)
		build_u64(b, i, value);
	else if (bytes == 4)
		build_u32(b, i, value);
	else if (bytes == 2)
		build_u16(b, i, value);
	else
		build_u8(b, i, value);
}

/* The first snaplen of len bytes at user, behind `before` bytes of the parameter. */
static __always_inline u32 row_bytes(struct build *b, u64 user, u64 len, u32 before)
{
	u32 limit = b->slot->limit & RECORD_SNAPLEN_MAX, at;

	if (!user || !len)
		return 0;
	if (len > limit) {
		b->slot->flags |= RECORD_F_CUT;
		len = limit;
	}
	/* Verifier: what may stand before data in an event is less than half of the scratch. */
	at = EVENT_AT + (b->slot->pos & TEXT_MASK) + before;
	len &= RECORD_SNAPLEN_MAX;
	if (bpf_probe_read_user(b->slot->data + at, len, (void *)user)) {
		b->slot->flags |= RECORD_F_UNREADABLE;
		return 0;
	}
	return len;
}

/* Of a list of descriptors: i64 fd and i16 revents as flags of capture files. */
static __always_inline void row_fd_item(u8 *to, s32 fd, u32 revents)
{
	/* POLLRDHUP is bit 13 in the kernel and stands fourth in files. */
	put_u64(to, (s64)fd);
	put_u16(to + 8, (revents & 7) | (revents >> 13 & 1) << 3 | (revents & 0x3f8) << 1);
}

struct row_fds_loop {
	struct scratch *slot;
	u64 user;
	u32 count;
};

REPEATED int row_fds_step(u32 i, struct row_fds_loop *loop)
{
	struct {
		s32 fd;
		short events, revents;
	} item; /* struct pollfd, include/uapi/asm-generic/poll.h */
	struct scratch *slot = loop->slot;
	u8 *to = slot->data + EVENT_AT + (slot->pos & (RECORD_MAX_BYTES - 1)) + 2;

	if (i >= loop->count)
		return STOP;
	if (bpf_probe_read_user(&item, sizeof(item), (void *)(loop->user + i * sizeof(item)))) {
		slot->flags |= RECORD_F_UNREADABLE;
		return STOP;
	}
	row_fd_item(to + (i & (ROW_FDS_MAX - 1)) * FD_ITEM_BYTES, item.fd, (u16)item.revents);
	slot->copied = i + 1;
	return GO_ON;
}
_Static_assert((ROW_FDS_MAX & (ROW_FDS_MAX - 1)) == 0, "row_fds_step masks with it");

/* u16 count, then the items. */
SUBPROG int row_fds(struct scratch *slot, u64 user, u32 count)
{
	struct row_fds_loop loop = { slot, user, count };

	if (!slot)
		return 0;
	slot->copied = 0;
	if (count > ROW_FDS_MAX) {
		slot->flags |= RECORD_F_CUT;
		loop.count = ROW_FDS_MAX;
	}
	REPEAT(ROW_FDS_MAX, row_fds_step, &loop);
	put_u16(slot->data + EVENT_AT + (slot->pos & (RECORD_MAX_BYTES - 1)), slot->copied);
	return 0;
}

/* A struct timeval of len bytes as ns; that of 32-bit programs has 8. */
static __always_inline bool row_timeval(struct scratch *slot, u64 user, u64 len, u64 *ret_ns)
{
	s64 time[2] = {};
	s32 narrow[2] = {};
	long failed;

	if (len == sizeof(narrow)) {
		failed = bpf_probe_read_user(narrow, sizeof(narrow), (void *)user);
		time[0] = narrow[0];
		time[1] = narrow[1];
	} else {
		failed = bpf_probe_read_user(time, sizeof(time), (void *)user);
	}
	if (failed) {
		slot->flags |= RECORD_F_UNREADABLE;
		return false;
	}
	*ret_ns = time[0] * 1000000000ll + time[1] * 1000;
	return true;
}

static __always_inline u32 sockopt_kind(u32 level, u32 name, u32 len)
{
	if (level != K_SOL_SOCKET)
		return SOCKOPT_RAW;
	switch (name) {
	case K_SO_ERROR: return len == 4 ? SOCKOPT_ERRNO : SOCKOPT_RAW;
	case K_SO_RCVTIMEO:
	case K_SO_SNDTIMEO:
	case K_SO_RCVTIMEO_NEW:
	case K_SO_SNDTIMEO_NEW: return len == 16 || len == 8 ? SOCKOPT_TIMEVAL : SOCKOPT_RAW;
	case K_SO_COOKIE: return len == 8 ? SOCKOPT_U64 : SOCKOPT_RAW;
	case K_SO_LINGER:
	case K_SO_PEERCRED:
	case K_SO_BINDTODEVICE:
	case K_SO_ATTACH_FILTER:
	case K_SO_PEERNAME:
	case K_SO_PEERSEC:
	case K_SO_ATTACH_REUSEPORT_CBPF:
	case K_SO_MEMINFO:
	case K_SO_PEERGROUPS: return SOCKOPT_RAW;
	default: return len == 4 ? SOCKOPT_U32 : SOCKOPT_RAW;
	}
}

static __always_inline void row_sockopt(struct build *b, u32 i, u64 user, u64 len)
{
	u32 kind = sockopt_kind(b->slot->args[1], b->slot->args[2], len);
	u8 *to = build_at(b);
	u64 value = 0;
	u32 copied;

	*to = kind;
	if (kind == SOCKOPT_RAW) {
		copied = row_bytes(b, user, len, 1);
		build_done(b, i, len && !copied ? 0 : copied + 1);
		return;
	}
	if (kind == SOCKOPT_TIMEVAL) {
		if (!row_timeval(b->slot, user, len, &value)) {
			build_none(b, i);
			return;
		}
	} else if (!row_read(b->slot, user, kind == SOCKOPT_U64 ? 8 : 4, &value)) {
		build_none(b, i);
		return;
	}
	if (kind == SOCKOPT_ERRNO)
		value = -(s64)(s32)value;
	if (kind == SOCKOPT_U32)
		put_u32(to + 1, value);
	else
		put_u64(to + 1, value);
	build_done(b, i, kind == SOCKOPT_U32 ? 5 : 9);
}

static __always_inline void row_dyn_number(struct build *b, u32 i, u64 value)
{
	u8 *to = build_at(b);

	*to = DYN_NUMBER;
	put_u64(to + 1, value);
	build_done(b, i, 9);
}

static __always_inline void row_dyn_text(struct build *b, u32 i, u64 user)
{
	u8 *to = build_at(b);
	long len = user_text(to + 1, PARAM_MAX, (void *)user);

	*to = DYN_OTHER;
	if (len < 0) {
		if (user)
			b->slot->flags |= RECORD_F_UNREADABLE;
		build_none(b, i);
		return;
	}
	build_done(b, i, len + 1);
}

static __always_inline void row_ptrace(struct build *b, u32 i, u64 data)
{
	u64 request = b->slot->args[0];
	u8 *to = build_at(b);
	u64 value = data;

	if (request < 32 && (1u << request) & K_PTRACE_SIGNALS) {
		to[0] = DYN_OTHER;
		to[1] = data;
		build_done(b, i, 2);
		return;
	}
	if (request >= K_PTRACE_PEEKTEXT && request <= K_PTRACE_PEEKUSR && !b->slot->ret &&
	    !row_read(b->slot, data, b->slot->abi ? 4 : 8, &value)) {
		build_none(b, i);
		return;
	}
	row_dyn_number(b, i, value);
}

static __always_inline bool row_condition(struct scratch *slot,
					  const volatile struct row_step *step)
{
	u64 value;

	if (!step->if_arg)
		return true;
	if (step->if_arg == ROW_IF_QUOTA) {
		value = (u32)row_arg(slot, 0) >> 8;
		if (slot->ret < 0 && ROW_QUOTA_READS >> (value & 31) & 1)
			return false;
		return value >> 8 == ROW_QUOTA_COMMANDS && step->if_values >> (value & 31) & 1;
	}
	value = (u32)row_arg(slot, step->if_arg - 1);
	return step->if_values >> (value < 31 ? value : 31) & 1;
}

static __always_inline void row_text(struct build *b, u32 i, u32 arg, u64 user)
{
	if (b->slot->uring)
		build_request_text(b, i, arg);
	else
		build_user_text(b, i, user);
}

static __always_inline void row_variable(struct build *b, u32 i,
					 const volatile struct row_step *step, bool condition)
{
	struct scratch *slot = b->slot;
	u64 user = row_arg(slot, step->arg), len = row_arg(slot, step->at);
	u32 from = step->from;

	if (from == ROW_DYN) {
		if (condition && step->if_arg)
			row_dyn_text(b, i, user);
		else
			row_dyn_number(b, i, user);
	} else if (from == ROW_PTRACE) {
		row_ptrace(b, i, user);
	} else if ((!user && !slot->uring) || !condition) {
		build_none(b, i);
	} else if (from == ROW_TEXT) {
		row_text(b, i, step->arg, user);
	} else if (from == ROW_DATA) {
		build_done(b, i, row_bytes(b, user, len, 0));
	} else if (from == ROW_IOV) {
		u32 limit = slot->ret < slot->limit ? slot->ret : slot->limit;

		if (slot->ret > slot->limit)
			slot->flags |= RECORD_F_CUT;
		build_done(b, i,
			   build_iov(slot, EVENT_AT + slot->pos, user, len, limit) &
				   RECORD_SNAPLEN_MAX);
	} else if (from == ROW_FDS) {
		row_fds(slot, user, len);
		build_done(b, i, 2 + (slot->copied & (2 * ROW_FDS_MAX - 1)) * FD_ITEM_BYTES);
	} else if (from == ROW_SOCKOPT) {
		if (step->width && !slot->uring && !row_read(slot, len, 4, &len))
			build_none(b, i);
		else
			row_sockopt(b, i, user, (u32)len);
	} else {
		build_none(b, i);
	}
}

/* Parameter i of the event, by the step at that index. */
SUBPROG int row_param(struct scratch *slot, u32 at, u32 i)
{
	const volatile struct row_step *step;
	struct build b = { .slot = slot };
	u64 value = 0;
	bool condition;

	if (!slot || at >= ROW_STEPS_MAX || i >= ROW_PARAMS_MAX)
		return 0;
	step = &row_table.steps[at];
	condition = row_condition(slot, step);
	if (step->from == ROW_NONE || (step->when == ROW_SUCCESS && slot->ret < 0))
		build_none(&b, i);
	else if (!step->bytes)
		row_variable(&b, i, step, condition);
	else if (!condition && step->form == ROW_VALUE)
		row_put(&b, i, step->bytes, step->fallback);
	else if (condition && row_number(slot, step, &value))
		row_put(&b, i, step->bytes, row_form(slot, step, value));
	else
		build_none(&b, i);
	return 0;
}

#ifdef PLAIN_KERNEL /* see scratch_at() */
SUBPROG_OF_NUMBERS int row_param_at(u32 index, u32 at, u32 i)
{
	return row_param(scratch_at(index), at, i);
}
#define row_param(slot, at, i) row_param_at((slot)->index, at, i)
#endif

/* How many parameters the call's event has. */
static __always_inline u32 row_len(const struct call *call)
{
	return row_table.rows[call->nr & (SYSCALL_NR_MAX - 1)].len;
}

static __always_inline void row_params(struct build *b, u32 len)
{
	u32 nr = b->call->nr & (SYSCALL_NR_MAX - 1);
	u32 first = row_table.rows[nr].first;

	build_call(b);
	if (row_table.rows[nr].texts | row_table.rows[nr].datas)
		raw_args(b->slot, nr);
	for (u32 i = 0; i < ROW_PARAMS_MAX; i++) {
		if (i >= len)
			break;
		row_param(b->slot, first + i, i);
	}
}

ON_RETURN
int CALL_PROG(store_row, struct pt_regs *regs, long ret)
{
	struct call call;
	struct build b;
	u32 len;

	if (call_begin_syscall(&call, regs, ret))
		return 0;
	len = row_len(&call);
	if (build_begin(&b, &call, len))
		return 0;
	row_params(&b, len);
	build_submit(&b);
	return 0;
}

#endif
