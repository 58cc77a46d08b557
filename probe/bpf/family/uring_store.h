/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Events of io_uring: those of the call that the request did, under the name of the task that
 * submitted it. Entered by tail call from uring_complete and uring_overflow, and from uring_submit
 * for requests that say nothing when they succeed: their result is unknown then.
 *
 * The caller's memory and descriptors are at hand while a task of its process completes the
 * request; where another does, data and objects are missing and the record is marked.
 */
#ifndef PROBE_BPF_FAMILY_URING_STORE_H
#define PROBE_BPF_FAMILY_URING_STORE_H

#include "io.h"
#include "message.h"
#include "open.h"
#include "row.h"
#include "socket.h"
#include "uring.h"

/* Values of fcntl_commands (capture-format.md, appendix B). */
#define SCAP_F_DUPFD 1
#define SCAP_F_DUPFD_CLOEXEC 26

/* Of which tracepoint. */
enum uring_when { URING_COMPLETED, URING_OVERFLOWED, URING_SUBMITTED };

/* One completion, or submission, on its way into a record. */
struct uring_event {
	enum uring_when when;
	struct uring_result done;
	struct uring_key key;
	struct uring_call *request;
	struct call call;
	struct build b;
	bool near; /* a task of the process is running */
};

/* The knobs that reject a completed request. */
static __always_inline bool uring_rejected(struct probe_knobs *k, const struct uring_event *e,
					   u64 now_ns)
{
	if (k->interest[e->request->nr & (SYSCALL_NR_MAX - 1)] & INTEREST_WHOLE)
		return false;
	/* What is not known to have failed, or to have taken long, is not wanted then. */
	if (e->when == URING_SUBMITTED)
		return k->failed_only || k->min_duration_ns;
	if (k->failed_only && !outcome_is_wanted(k->failed_only, e->done.res))
		return true;
	return k->min_duration_ns && now_ns - e->request->submitted_ns < k->min_duration_ns;
}

/* Fills e->call. Returns 0, or -1 when nobody wants the event. */
static __always_inline int uring_call_begin(struct uring_event *e)
{
	struct uring_call *request = e->request;
	struct io_kiocb *req = (struct io_kiocb *)request->request;
	struct call *call = &e->call;
	u32 nr = request->nr & (SYSCALL_NR_MAX - 1), zero = 0;
	struct probe_knobs *k;

	k = bpf_map_lookup_elem(&knobs, &zero);
	call->began_ns = bpf_ktime_get_boot_ns();
	if (!k || uring_rejected(k, e, call->began_ns) || ring_find(&call->ring))
		return -1;
	call->knobs = k;
	call->task = task_current_cast();
	call->foreign = false;
	call->request = request;
	call->nr = nr;
	call->native = nr;
	call->abi = 0;
	call->event = nr_info[nr].event;
	call->ring.cls = nr_info[nr].loss_class;
	call->ret = e->when == URING_SUBMITTED ? RECORD_RET_UNKNOWN : e->done.res;
	call->ts_ns = call->began_ns + k->epoch_offset_ns;
	call->took_ns = e->when == URING_SUBMITTED ? 0 : call->began_ns - request->submitted_ns;
	call->flags = RECORD_F_URING;
	if (k->cgroup_v1)
		call->flags |= RECORD_F_CGROUP_V1;
	for (u32 i = 0; i < 6; i++)
		call->args[i] = request->args[i];
	call->file = 0;
	if (req && request->op != URING_OP_CLOSE)
		call->file = (u64)BPF_CORE_READ(req, file);
	ring_count(&call->ring, RECORD_FATE_PRODUCED);
	return 0;
}

/* Which operation it was, and what of its numbers is no descriptor. */
static __always_inline void uring_ext(struct uring_event *e)
{
	u32 flags = 0, at;

	if (e->request->flags & URING_F_FIXED_FILE)
		flags |= RECORD_EXT_F_FIXED_FILE;
	if (e->request->file_slot)
		flags |= e->request->op == URING_OP_CLOSE ? RECORD_EXT_F_FIXED_FILE
							  : RECORD_EXT_F_FIXED_RESULT;
	at = build_ext(&e->b, RECORD_EXT_URING_OP, flags, 1) & 0x3fff;
	put_u64(e->b.slot->data + at, e->request->op);
}

/* A request that is submitted has its completion, if any, before it. */
static __always_inline void uring_dealt_with(struct uring_event *e)
{
	if (e->when != URING_SUBMITTED)
		uring_call_done(&e->done, &e->key, e->request);
}

/* uring_overflow has found the request. */
static __always_inline void uring_overflow_found(u64 *ctx, struct uring_result *done)
{
	struct uring_flush *flush;

	uring_overflow_read(ctx, done);
	flush = bpf_map_lookup_elem(&uring_flushes, &done->ring);
	if (flush)
		done->request = flush->request;
}

static __always_inline void uring_find(u64 *ctx, struct uring_event *e)
{
	struct uring_submission s;

	if (e->when == URING_SUBMITTED) {
		uring_submission_read(ctx, &s);
		e->key = s.key;
		/* Nothing was moved or made yet. */
		e->done = (struct uring_result){ .request = (u64)s.req, .res = -1 };
		e->request = bpf_map_lookup_elem(&uring_calls, &e->key);
		return;
	}
	if (e->when == URING_OVERFLOWED)
		uring_overflow_found(ctx, &e->done);
	else
		uring_result_read(ctx, &e->done);
	e->request = uring_call_find(&e->done, &e->key);
}

/* Begins the record of n parameters of a completion. 0, or -1 with the request dealt with. */
static __always_inline int uring_begin(u64 *ctx, struct uring_event *e, const enum uring_when when)
{
	e->when = when;
	uring_find(ctx, e);
	if (!e->request)
		return -1;
	if (uring_call_begin(e)) {
		uring_dealt_with(e);
		return -1;
	}
	e->near = (u32)FOLLOW(e->call.task, tgid) == e->request->pid;
	return 0;
}

static __always_inline int uring_build(struct uring_event *e, const u32 n)
{
	if (build_begin(&e->b, &e->call, n)) {
		uring_dealt_with(e);
		return -1;
	}
	e->b.slot->uring = e->near ? TEXTS_KEPT : TEXTS_FAR;
	e->b.slot->request[0] = e->key.object;
	e->b.slot->request[1] = e->key.user_data;
	uring_ext(e);
	return 0;
}

static __always_inline void uring_end(struct uring_event *e)
{
	build_submit(&e->b);
	uring_dealt_with(e);
}

/* The three programs of a kind, which the loader finds by these names. */
#define URING_PROG(program, hook, kind, when)     \
	SEC("?tp_btf/io_uring_" hook)             \
	int program(u64 *ctx)                     \
	{                                         \
		struct uring_event e;             \
                                                  \
		if (!uring_begin(ctx, &e, when))  \
			uring_##kind##_event(&e); \
		return 0;                         \
	}
#define URING_STORE(kind)                                                   \
	URING_PROG(uring_##kind, "complete", kind, URING_COMPLETED)         \
	URING_PROG(overflow_##kind, "cqe_overflow", kind, URING_OVERFLOWED) \
	URING_PROG(silent_##kind, "submit_req", kind, URING_SUBMITTED)

/* A file that has no descriptor is named in the record. */
static __always_inline void uring_fixed_object(struct uring_event *e)
{
	struct file_info info = {};

	if (e->request->flags & URING_F_FIXED_FILE && e->call.file)
		file_object(&e->b, e->call.file, &info);
}

/* The file that a successful request made: by descriptor, or in the ring's own table. */
static __always_inline u64 uring_result_file(struct uring_event *e)
{
	u32 slot = e->request->file_slot;

	if (e->done.res < 0)
		return 0;
	if (!slot)
		return e->near ? file_of_fd(e->call.task, e->done.res) : 0;
	if (!e->request->request)
		return 0;
	return ring_file((struct io_kiocb *)e->request->request,
			 slot == (u32)-1 ? (u32)e->done.res : slot - 1);
}

/*
 * The value of an option is where the caller's memory is at hand. The length of one that was got is
 * the result, where the call writes it for its caller.
 */
static __always_inline void uring_option(struct uring_event *e)
{
	if (e->request->op != URING_OP_URING_CMD)
		return;
	if (!e->near)
		e->call.args[3] = 0;
	if (e->call.ret < 0 ||
	    e->request->nr != uring_ops[URING_OPS_MAX + SOCKET_COMMAND_GETSOCKOPT].nr)
		return;
	e->call.args[4] = e->call.ret;
	e->call.ret = 0;
}

static __always_inline void uring_row_event(struct uring_event *e)
{
	u32 len = row_len(&e->call);

	uring_option(e);

	if (uring_build(e, len))
		return;
	row_params(&e->b, len);
	uring_end(e);
}
URING_STORE(row)

static __always_inline void uring_raw_event(struct uring_event *e)
{
	if (uring_build(e, 2))
		return;
	raw_params(&e->b);
	uring_fixed_object(e);
	uring_end(e);
}
URING_STORE(raw)

/* openat: fd, dirfd, name, flags, mode, dev, ino; openat2: resolve in front of dev */
static __always_inline void uring_open_params(struct uring_event *e, struct file_info *info,
					      const u32 n)
{
	const u64 *how = e->request->how;

	build_u64(&e->b, 0, e->call.ret);
	build_u64(&e->b, 1, (s64)(s32)e->call.args[0]);
	build_request_text(&e->b, 2, 1);
	build_u32(&e->b, 3, open_flags(how[0], info));
	build_u32(&e->b, 4, open_mode_encode(how[0], how[1]));
	if (n == 8)
		build_u32(&e->b, 5, resolve_flags_encode(how[2]));
	build_u32(&e->b, n - 2, info->dev);
	build_u64(&e->b, n - 1, info->ino);
}

static __always_inline void uring_open_build(struct uring_event *e, const u32 n)
{
	struct file_info info = {};
	u64 file;

	if (uring_build(e, n))
		return;
	file = uring_result_file(e);
	if (file)
		file_object(&e->b, file, &info);
	uring_open_params(e, &info, n);
	uring_end(e);
}

static __always_inline void uring_open_event(struct uring_event *e)
{
	if (e->request->op == URING_OP_OPENAT2)
		uring_open_build(e, 8);
	else
		uring_open_build(e, 7);
}
URING_STORE(open)

/* Where the caller's buffer is not to be had, none is read. Returns the bytes to look at. */
static __always_inline s64 uring_data_len(struct uring_event *e, s64 len)
{
	if (e->request->flags & URING_F_BUFFERS)
		return 0;
	if (!e->near)
		e->call.args[1] = 0;
	return len;
}

static __always_inline bool uring_writes(u32 op)
{
	return op == URING_OP_WRITE || op == URING_OP_WRITE_FIXED || op == URING_OP_WRITEV ||
	       op == URING_OP_WRITEV_FIXED;
}

static __always_inline bool uring_has_vector(u32 op)
{
	return op == URING_OP_READV || op == URING_OP_WRITEV || op == URING_OP_READV_FIXED ||
	       op == URING_OP_WRITEV_FIXED;
}

static __always_inline void uring_buffer_event(struct uring_event *e)
{
	s64 len;
	u32 op;

	if (uring_build(e, 4))
		return;
	op = e->request->op;
	len = e->done.res;
	if (uring_writes(op) && len <= 0)
		len = e->call.args[2];
	len = uring_data_len(e, len);
	uring_fixed_object(e);
	if (!uring_has_vector(op))
		buffer_params(&e->b, len, 4);
	else if (uring_writes(op))
		vector_out_params(&e->b, e->call.ret, 4);
	else
		vector_in_params(&e->b, 4);
	uring_end(e);
}
URING_STORE(buffer)

static __always_inline void uring_message_event(struct uring_event *e)
{
	u32 op = e->request->op;

	if (uring_build(e, op == URING_OP_RECVMSG ? 6 : 5))
		return;
	if (!e->near)
		e->call.args[1] = 0;
	uring_fixed_object(e);
	/* The address of a message is in the header; send and receive have none. */
	if (op == URING_OP_RECVMSG) {
		recvmsg_params(&e->b, e->call.ret);
	} else if (op == URING_OP_SENDMSG || op == URING_OP_SENDMSG_ZC) {
		sendmsg_params(&e->b, e->call.ret);
	} else if (op == URING_OP_RECV || op == URING_OP_RECV_ZC) {
		recvfrom_params(&e->b, e->request->flags & URING_F_BUFFERS ? 0 : e->call.ret);
	} else {
		sendto_params(&e->b, e->call.ret);
	}
	uring_end(e);
}
URING_STORE(message)

/* The address that was kept, where address functions look for it. */
static __always_inline struct user_address uring_address(struct uring_event *e)
{
	struct uring_call *request = e->request;

	if (!request->address_len)
		return (struct user_address){};
	__builtin_memcpy(e->b.slot->stage + STAGE_USER, request->address, URING_ADDRESS_MAX);
	return (struct user_address){ ADDRESS_STAGED, request->address_len };
}

/* socket: fd, domain, type, proto, flags; listen: res, fd, backlog; shutdown: res, fd, how;
 * close: res, fd; fcntl: res, fd, cmd, arg */
static __always_inline void uring_number_params(struct uring_event *e)
{
	const u64 *args = e->call.args;
	struct build *b = &e->b;

	build_u64(b, 0, e->call.ret);
	if (e->request->op == URING_OP_SOCKET) {
		build_u32(b, 1, args[0]);
		build_u32(b, 2, args[1] & K_SOCK_TYPE_MASK);
		build_u32(b, 3, args[2]);
		build_u32(b, 4, fd_flags_encode(args[1]) & ~SCAP_O_DIRECT);
		return;
	}
	build_u64(b, 1, (s64)(s32)args[0]);
	if (e->request->op == URING_OP_LISTEN)
		build_u32(b, 2, args[1]);
	else if (e->request->op == URING_OP_SHUTDOWN)
		build_u8(b, 2, args[1]);
	if (e->request->op != URING_OP_FIXED_FD_INSTALL)
		return;
	build_u8(b, 2, args[1] == K_F_DUPFD ? SCAP_F_DUPFD : SCAP_F_DUPFD_CLOEXEC);
	build_u64(b, 3, args[2]);
}

/*
 * The two descriptors that a pipe made, or their places in the ring's own table: the kernel wrote
 * them for its caller, but not the places that the caller had chosen (up to 7.0). False: not seen.
 */
static __always_inline bool uring_pipe_pair(struct uring_event *e, struct fd_pair *ret_pair)
{
	u32 slot = e->request->file_slot;

	*ret_pair = (struct fd_pair){ { -1, -1 } };
	if (e->done.res < 0)
		return true;
	if (slot && slot != (u32)-1) {
		*ret_pair = (struct fd_pair){ { slot - 1, slot } };
		return true;
	}
	return e->near &&
	       !bpf_probe_read_user(ret_pair, sizeof(*ret_pair), (void *)e->call.args[0]);
}

/* pipe2: res, fd1, fd2, ino, flags */
static __always_inline void uring_pipe_params(struct uring_event *e)
{
	struct build *b = &e->b;
	struct fd_pair pair;
	u64 file;

	build_u64(b, 0, e->call.ret);
	if (uring_pipe_pair(e, &pair)) {
		build_u64(b, 1, (s64)pair.fd[0]);
		build_u64(b, 2, (s64)pair.fd[1]);
		file = e->request->file_slot && e->request->request
			       ? ring_file((struct io_kiocb *)e->request->request, pair.fd[0])
			       : file_of_fd(e->call.task, pair.fd[0]);
		build_u64(b, 3, file_ino(file));
	} else {
		b->slot->flags |= RECORD_F_UNREADABLE;
		build_none(b, 1);
		build_none(b, 2);
		build_none(b, 3);
	}
	build_u32(b, 4, fd_flags_encode(e->call.args[1]));
}

/* The result of the request is what is ready of its one descriptor; the call's is how many are. */
static __always_inline void uring_poll_call(struct uring_event *e)
{
	u64 *args = e->call.args;

	if (e->done.res > 0)
		e->call.ret = 1;
	args[0] = 0;
	args[1] = 1;
}

/* ppoll: res, fds, timeout, sigmask. */
static __always_inline void uring_poll_params(struct uring_event *e)
{
	struct build *b = &e->b;
	u8 *to;

	build_u64(b, 0, e->call.ret);
	to = build_at(b);
	put_u16(to, 1);
	row_fd_item(to + 2, e->request->args[0], e->done.res > 0 ? e->done.res : 0);
	build_done(b, 1, 2 + FD_ITEM_BYTES);
	build_none(b, 2);
	build_none(b, 3);
}

static __always_inline u32 uring_socket_params(u32 op)
{
	switch (op) {
	case URING_OP_ACCEPT: return 6;
	case URING_OP_PIPE:
	case URING_OP_SOCKET: return 5;
	case URING_OP_POLL_ADD:
	case URING_OP_FIXED_FD_INSTALL:
	case URING_OP_CONNECT: return 4;
	case URING_OP_CLOSE: return 2;
	}
	return 3;
}

static __always_inline void uring_socket_event(struct uring_event *e)
{
	u32 op = e->request->op;

	if (op == URING_OP_POLL_ADD)
		uring_poll_call(e);
	if (uring_build(e, uring_socket_params(op)))
		return;
	uring_fixed_object(e);
	if (op == URING_OP_CONNECT)
		connect_params(&e->b, uring_address(e));
	else if (op == URING_OP_BIND)
		bind_params(&e->b, uring_address(e));
	else if (op == URING_OP_PIPE)
		uring_pipe_params(e);
	else if (op == URING_OP_POLL_ADD)
		uring_poll_params(e);
	else if (op == URING_OP_ACCEPT)
		accept_params(&e->b, 6, sock_of_file(uring_result_file(e)));
	else
		uring_number_params(e);
	uring_end(e);
}
URING_STORE(socket)

#endif
