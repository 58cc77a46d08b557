/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * sendto, sendmsg, sendmmsg, recvfrom, recvmsg, recvmmsg, on sys_exit.
 */
#ifndef PROBE_BPF_FAMILY_MESSAGE_H
#define PROBE_BPF_FAMILY_MESSAGE_H

#include "../extract/messages.h"
#include "../store/address.h"
#include "../store/data.h"

/* struct user_msghdr, include/linux/socket.h: the ABI of 64-bit callers. */
struct msghdr_user {
	u64 name;
	u32 name_len, pad;
	u64 iov, iov_len;
	u64 control, control_len;
	u32 flags, pad2;
};

/* struct compat_msghdr, include/net/compat.h. */
struct msghdr_user32 {
	u32 name, name_len;
	u32 iov, iov_len;
	u32 control, control_len;
	u32 flags;
};

/* The tuple of a call that did not fail. */
static __always_inline void build_message_tuple(struct build *b, const u32 i, const u32 direction,
						struct user_address name)
{
	struct call *call = b->call;

	if (call->ret < 0)
		build_none(b, i);
	else
		build_tuple_to(b, i, call_sock(call), direction, name);
}

/*
 * Reads the message header into the stage, in the layout of 64-bit callers; zeros when it cannot be
 * read. Verifier: by itself, so that the two layouts are one for what follows.
 */
SUBPROG int message_stage(struct scratch *slot, u64 user)
{
	struct msghdr_user32 narrow = {};
	struct msghdr_user *msg;

	if (!slot)
		return 0;
	msg = (struct msghdr_user *)(slot->stage + STAGE_MSG);
	__builtin_memset(msg, 0, sizeof(*msg));
	if (!slot->abi) {
		if (bpf_probe_read_user(msg, sizeof(*msg), (void *)user)) {
			slot->flags |= RECORD_F_UNREADABLE;
			__builtin_memset(msg, 0, sizeof(*msg));
		}
		return 0;
	}
	if (bpf_probe_read_user(&narrow, sizeof(narrow), (void *)user))
		slot->flags |= RECORD_F_UNREADABLE;
	msg->name = narrow.name;
	msg->name_len = narrow.name_len;
	msg->iov = narrow.iov;
	msg->iov_len = narrow.iov_len;
	msg->control = narrow.control;
	msg->control_len = narrow.control_len;
	return 0;
}

#ifdef PLAIN_KERNEL /* see scratch_at() */
SUBPROG_OF_NUMBERS int message_stage_at(u32 index, u64 user)
{
	return message_stage(scratch_at(index), user);
}
#define message_stage(slot, user) message_stage_at((slot)->index, user)
#endif

static __always_inline void message_read(struct build *b, u64 user, struct msghdr_user *msg)
{
	message_stage(b->slot, user);
	*msg = *(struct msghdr_user *)(b->slot->stage + STAGE_MSG);
}

/* The received control data, whole up to PARAM_MAX. */
static __always_inline void build_control(struct build *b, const u32 i, struct msghdr_user *msg)
{
	u64 len = b->call->ret < 0 ? 0 : msg->control_len;

	if (len >= PARAM_MAX) {
		b->slot->flags |= RECORD_F_CUT;
		len = PARAM_MAX - 1;
	}
	len &= PARAM_MAX - 1;
	if (len && bpf_probe_read_user(build_at(b), len, (void *)msg->control)) {
		b->slot->flags |= RECORD_F_UNREADABLE;
		len = 0;
	}
	build_done(b, i, len);
}

/* sendto: res, data, fd, size, tuple */
static __always_inline void sendto_params(struct build *b, s64 ret)
{
	struct call *call = b->call;

	build_u64(b, 0, ret);
	build_data(b, 1, DATA_AT(5, 8), call->args[1], ret > 0 ? ret : (s64)call->args[2]);
	build_u64(b, 2, (s64)(s32)call->args[0]);
	build_u32(b, 3, call->args[2]);
	build_message_tuple(b, 4, TUPLE_SEND,
			    (struct user_address){ call->args[4], (u32)call->args[5] });
}

ON_RETURN
int CALL_PROG(store_sendto, struct pt_regs *regs, long ret)
{
	struct call call;
	struct build b;

	if (call_begin_syscall(&call, regs, ret) || build_begin(&b, &call, 5))
		return 0;
	sendto_params(&b, ret);
	build_submit(&b);
	return 0;
}

/* recvfrom: res, data, tuple, fd, size. data_len: bytes that may be read of the buffer. */
static __always_inline void recvfrom_params(struct build *b, s64 data_len)
{
	struct call *call = b->call;
	u32 name_len = 0;

	build_u64(b, 0, call->ret);
	build_data(b, 1, DATA_AT(5, 8), call->args[1], data_len);
	if (call->args[5])
		bpf_probe_read_user(&name_len, sizeof(name_len), (void *)call->args[5]);
	build_message_tuple(b, 2, TUPLE_IN, (struct user_address){ call->args[4], name_len });
	build_u64(b, 3, (s64)(s32)call->args[0]);
	build_u32(b, 4, call->args[2]);
}

ON_RETURN
int CALL_PROG(store_recvfrom, struct pt_regs *regs, long ret)
{
	struct call call;
	struct build b;

	if (call_begin_syscall(&call, regs, ret) || build_begin(&b, &call, 5))
		return 0;
	recvfrom_params(&b, ret);
	build_submit(&b);
	return 0;
}

/* sendmsg: res, data, fd, size, tuple */
static __always_inline void sendmsg_params(struct build *b, s64 ret)
{
	struct msghdr_user msg;
	struct iovec_user vector;
	u64 size;

	message_read(b, b->call->args[1], &msg);
	vector.base = msg.iov;
	vector.len = (u32)msg.iov_len;
	size = build_iov_size(b->slot, vector.base, vector.len);
	build_u64(b, 0, ret);
	build_iov_data(b, 1, DATA_AT(5, 8), vector, ret > 0 ? ret : (s64)size);
	build_u64(b, 2, (s64)(s32)b->call->args[0]);
	build_u32(b, 3, size);
	build_message_tuple(b, 4, TUPLE_SEND, (struct user_address){ msg.name, msg.name_len });
}

ON_RETURN
int CALL_PROG(store_sendmsg, struct pt_regs *regs, long ret)
{
	struct call call;
	struct build b;

	if (call_begin_syscall(&call, regs, ret) || build_begin(&b, &call, 5))
		return 0;
	sendmsg_params(&b, ret);
	build_submit(&b);
	return 0;
}

/* recvmsg: res, size, data, tuple, msgcontrol, fd */
static __always_inline void recvmsg_params(struct build *b, s64 ret)
{
	struct msghdr_user msg;
	struct iovec_user vector;

	message_read(b, b->call->args[1], &msg);
	vector.base = msg.iov;
	vector.len = (u32)msg.iov_len;
	build_u64(b, 0, ret);
	build_u32(b, 1, build_iov_size(b->slot, vector.base, vector.len));
	build_iov_data(b, 2, DATA_AT(6, 12), vector, ret);
	build_message_tuple(b, 3, TUPLE_IN, (struct user_address){ msg.name, msg.name_len });
	build_control(b, 4, &msg);
	build_u64(b, 5, (s64)(s32)b->call->args[0]);
}

ON_RETURN
int CALL_PROG(store_recvmsg, struct pt_regs *regs, long ret)
{
	struct call call;
	struct build b;

	if (call_begin_syscall(&call, regs, ret) || build_begin(&b, &call, 6))
		return 0;
	recvmsg_params(&b, ret);
	build_submit(&b);
	return 0;
}

/*
 * sendmmsg and recvmmsg: one event for each message, whose res is the bytes of that message; one
 * event when the call failed. What of the call is handed on to the function that stores a message.
 */
#define MESSAGES_MAX 16

struct messages {
	u64 args[6];
	u64 began_ns, ts_ns, took_ns;
	s64 ret;
	u32 nr, native, abi, cls;
	u32 index; /* of the message */
	u32 bytes; /* that it moved; 0 of a failed call */
	u64 user;  /* where its header is */
	u16 flags, event;
};

/*
 * How many messages are to be stored. Verifier: not inlined, so that the call is off the stack when
 * the messages follow; kernels allow 512 bytes along a chain of calls.
 */
static __noinline u32 messages_begin(struct messages *m, struct pt_regs *regs, long ret)
{
	struct call taken;
	struct call *call = &taken;

	if (call_begin_syscall(call, regs, ret))
		return 0;
	for (u32 i = 0; i < 6; i++)
		m->args[i] = call->args[i];
	m->began_ns = call->began_ns;
	m->ts_ns = call->ts_ns;
	m->took_ns = call->took_ns;
	m->ret = call->ret;
	m->nr = call->nr;
	m->native = call->native;
	m->abi = call->abi;
	m->cls = call->ring.cls;
	m->index = 0;
	m->bytes = 0;
	m->user = 0;
	m->flags = call->flags;
	m->event = call->event;
	return call->ret > 0 ? call->ret : 1;
}

/* The call again. Returns 0, or -1 when there is no room for an event; the loss is counted. */
static __always_inline int message_begin(struct build *b, struct call *call, struct messages *m,
					 const u32 n)
{
	u32 at = m->abi ? MMSGHDR32_BYTES_AT : MMSGHDR_BYTES_AT;
	u32 stride = m->abi ? MMSGHDR32_BYTES : MMSGHDR_BYTES, zero = 0;

	call->task = task_current_cast();
	call->knobs = bpf_map_lookup_elem(&knobs, &zero);
	if (!call->knobs || ring_find(&call->ring))
		return -1;
	for (u32 i = 0; i < 6; i++)
		call->args[i] = m->args[i];
	call->ring.cls = m->cls;
	call->began_ns = m->began_ns;
	call->ts_ns = m->ts_ns;
	call->took_ns = m->took_ns;
	call->ret = m->ret;
	call->nr = m->nr;
	call->native = m->native;
	call->abi = m->abi;
	call->flags = m->flags;
	call->event = m->event;
	call->foreign = false;
	call->file = 0;
	call->request = NULL;
	/* The first was counted as the call was taken up. */
	if (m->index)
		ring_count(&call->ring, RECORD_FATE_PRODUCED);
	if (build_begin(b, call, n))
		return -1;
	if (m->index == MESSAGES_MAX - 1 && m->ret > MESSAGES_MAX)
		b->slot->flags |= RECORD_F_CUT;
	m->user = m->args[1] + m->index * stride;
	m->bytes = 0;
	if (m->ret > 0)
		bpf_probe_read_user(&m->bytes, sizeof(m->bytes), (void *)(m->user + at));
	return 0;
}

/* sendmmsg: res, fd, size, data, tuple */
SUBPROG int message_sent(struct messages *m)
{
	struct iovec_user vector;
	struct msghdr_user msg;
	struct call call;
	struct build b;
	u64 size;

	if (!m || message_begin(&b, &call, m, 5))
		return 0;
	message_read(&b, m->user, &msg);
	vector.base = msg.iov;
	vector.len = (u32)msg.iov_len;
	size = build_iov_size(b.slot, vector.base, vector.len);
	build_u64(&b, 0, call.ret > 0 ? m->bytes : call.ret);
	build_u64(&b, 1, (s64)(s32)call.args[0]);
	build_u32(&b, 2, size);
	build_iov_data(&b, 3, DATA_AT(5, 20), vector, call.ret > 0 ? m->bytes : (s64)size);
	build_message_tuple(&b, 4, TUPLE_SEND, (struct user_address){ msg.name, msg.name_len });
	build_submit(&b);
	return 0;
}

/* recvmmsg: res, fd, size, data, tuple, msgcontrol */
SUBPROG int message_received(struct messages *m)
{
	struct iovec_user vector;
	struct msghdr_user msg;
	struct call call;
	struct build b;

	if (!m || message_begin(&b, &call, m, 6))
		return 0;
	build_call(&b);
	raw_data(b.slot, m->nr, 4);
	message_read(&b, m->user, &msg);
	vector.base = msg.iov;
	vector.len = (u32)msg.iov_len;
	build_u64(&b, 0, call.ret > 0 ? m->bytes : call.ret);
	build_u64(&b, 1, (s64)(s32)call.args[0]);
	build_u32(&b, 2, build_iov_size(b.slot, vector.base, vector.len));
	build_iov_data(&b, 3, DATA_AT(6, 20), vector, m->bytes);
	build_message_tuple(&b, 4, TUPLE_IN, (struct user_address){ msg.name, msg.name_len });
	build_control(&b, 5, &msg);
	build_submit(&b);
	return 0;
}

ON_RETURN
int CALL_PROG(store_sendmmsg, struct pt_regs *regs, long ret)
{
	struct messages m;
	u32 count = messages_begin(&m, regs, ret);

	for (u32 i = 0; i < MESSAGES_MAX && i < count; i++) {
		m.index = i;
		message_sent(&m);
	}
	return 0;
}

ON_RETURN
int CALL_PROG(store_recvmmsg, struct pt_regs *regs, long ret)
{
	struct messages m;
	u32 count = messages_begin(&m, regs, ret);

	for (u32 i = 0; i < MESSAGES_MAX && i < count; i++) {
		m.index = i;
		message_received(&m);
	}
	return 0;
}

#endif
