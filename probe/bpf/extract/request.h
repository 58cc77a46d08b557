/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * io_uring requests: the arguments of the call that a request does, its names, its file, and what
 * the tracepoints say. The arguments are those that the kernel keeps for the operation, not the
 * caller's submission entry, which another thread may change meanwhile.
 */
#ifndef PROBE_BPF_EXTRACT_REQUEST_H
#define PROBE_BPF_EXTRACT_REQUEST_H

#include "../kernel_uring.h"
#include "../uring_call.h"

/* include/uapi/linux/io_uring.h */
enum uring_op_number {
#define URING_OP(number, id, name, syscall, store) URING_OP_##id = number,
#include "../../schema/uring_ops.def"
};
#define URING_SQE_BYTES 64ull
#define K_SETUP_SQE128 (1u << 10)
#define K_SETUP_NO_SQARRAY (1u << 16)
#define K_REQ_FIXED_FILE (1u << 0) /* include/linux/io_uring_types.h: the bits of IOSQE_* */
#define K_REQ_BUFFER_SELECT (1u << 5)
#define K_REQ_CQE_SKIP (1u << 6) /* no completion when it succeeds */
#define K_CQE_F_MORE (1u << 1)
#define K_CQE_F_NOTIF (1u << 3)
#define K_ACCEPT_MULTISHOT (1u << 0)
#define K_RECV_MULTISHOT (1u << 1)
#define K_TIMEOUT_MULTISHOT (1u << 6)
#define K_POLL_ONESHOT (1u << 30) /* EPOLLONESHOT */
#define K_SPLICE_FD_IN_FIXED (1u << 31)
#define K_SIOCINQ 0x541b /* include/uapi/asm-generic/ioctls.h: FIONREAD, TIOCOUTQ */
#define K_SIOCOUTQ 0x5411
/* include/uapi/linux/fcntl.h: the lowest free descriptor of the same file */
#define K_F_DUPFD 0
#define K_F_DUPFD_CLOEXEC 1030

/* Set by the loader. */
const volatile struct uring_shape uring_shape = {};

/* What the completion tracepoint says. */
struct uring_result {
	u64 ring, request, user_data;
	s32 res;
	u32 flags; /* of the completion entry */
};

/* Verifier: the shape is read-only data, so accesses of the other shapes are never reached. */
static __always_inline void uring_result_read(u64 *ctx, struct uring_result *done)
{
	struct io_uring_cqe___kernel *cqe;

	done->ring = ctx[0];
	done->request = 0;
	if (uring_shape.complete == URING_COMPLETE_CQE) {
		done->request = ctx[1];
		cqe = (struct io_uring_cqe___kernel *)ctx[2];
		done->user_data = BPF_CORE_READ(cqe, user_data);
		done->res = BPF_CORE_READ(cqe, res);
		done->flags = BPF_CORE_READ(cqe, flags);
	} else if (uring_shape.complete == URING_COMPLETE_VALUES) {
		done->request = ctx[1];
		done->user_data = ctx[2];
		done->res = ctx[3];
		done->flags = ctx[4];
	} else {
		done->user_data = ctx[1];
		done->res = ctx[2];
		done->flags = ctx[3];
	}
}

static __always_inline struct task_struct *request_task(struct io_kiocb *req)
{
	if (bpf_core_field_exists(req->tctx))
		return BPF_CORE_READ(req, tctx, task);
	return BPF_CORE_READ((struct io_kiocb___task *)req, task);
}

/* The submission entry that the ring took last: the one of the request that is being submitted. */
static __always_inline struct io_uring_sqe___kernel *request_sqe(struct io_kiocb *req)
{
	struct io_ring_ctx *ring = BPF_CORE_READ(req, ctx);
	u32 entries = BPF_CORE_READ(ring, sq_entries), flags = BPF_CORE_READ(ring, flags);
	u32 index = (BPF_CORE_READ(ring, cached_sq_head) - 1) & (entries - 1);
	u32 *array = BPF_CORE_READ(ring, sq_array);

	if (!(flags & K_SETUP_NO_SQARRAY) &&
	    bpf_probe_read_kernel(&index, sizeof(index), array + index))
		return NULL;
	if (index >= entries)
		return NULL;
	if (flags & K_SETUP_SQE128)
		index *= 2;
	return (void *)((u64)BPF_CORE_READ(ring, sq_sqes) + index * URING_SQE_BYTES);
}

/* The descriptor of a request that has one. */
static __always_inline s32 request_fd(struct io_kiocb *req)
{
	struct io_uring_sqe___kernel *sqe;

	if (bpf_core_field_exists(req->cqe))
		return BPF_CORE_READ(req, cqe.fd);
	sqe = request_sqe(req);
	return sqe ? BPF_CORE_READ(sqe, fd) : -1;
}

/* A name of the request of that type: its struct filename. */
#define REQUEST_NAME(req, type, field)                                                        \
	(bpf_core_field_exists(((type##___delayed *)0)->field)                                \
		 ? (u64)BPF_CORE_READ((type##___delayed *)(req), field.__incomplete_filename) \
		 : (u64)BPF_CORE_READ((type *)(req), field))

/* The names of an operation on paths, by argument; at most two. */
struct request_names {
	u64 first, second; /* struct filename, 0 = none */
	u64 text;          /* argument 1 that is no path: kernel memory */
	u8 first_arg, second_arg;
};

static __always_inline void request_links(struct io_kiocb *req, u32 op, struct request_names *names)
{
	names->first_arg = op == URING_OP_SYMLINKAT ? 0 : 1;
	names->second_arg = op == URING_OP_SYMLINKAT ? 2 : 3;
	if (bpf_core_type_exists(struct io_link)) {
		names->first = REQUEST_NAME(req, struct io_link, oldpath);
		names->second = REQUEST_NAME(req, struct io_link, newpath);
	} else if (op == URING_OP_SYMLINKAT) {
		names->first = (u64)BPF_CORE_READ((struct io_symlink *)req, oldpath);
		names->second = (u64)BPF_CORE_READ((struct io_symlink *)req, newpath);
	} else {
		names->first = (u64)BPF_CORE_READ((struct io_hardlink *)req, oldpath);
		names->second = (u64)BPF_CORE_READ((struct io_hardlink *)req, newpath);
	}
}

/* The name of the attribute, which the kernel has copied. */
static __always_inline u64 request_xattr_name(struct io_kiocb *req)
{
	if (!bpf_core_type_exists(struct io_xattr))
		return 0;
	return (u64)BPF_CORE_READ((struct io_xattr *)req, ctx.kname);
}

static __always_inline void request_names(struct io_kiocb *req, u32 op, struct request_names *names)
{
	names->first = 0;
	names->second = 0;
	names->text = 0;
	names->first_arg = 1;
	names->second_arg = 3;
	switch (op) {
	case URING_OP_SETXATTR:
	case URING_OP_GETXATTR:
		if (bpf_core_type_exists(struct io_xattr))
			names->first = REQUEST_NAME(req, struct io_xattr, filename);
		names->first_arg = 0;
		names->text = request_xattr_name(req);
		break;
	case URING_OP_FSETXATTR:
	case URING_OP_FGETXATTR: names->text = request_xattr_name(req); break;
	case URING_OP_OPENAT:
	case URING_OP_OPENAT2: names->first = REQUEST_NAME(req, struct io_open, filename); break;
	case URING_OP_STATX: names->first = REQUEST_NAME(req, struct io_statx, filename); break;
	case URING_OP_UNLINKAT: names->first = REQUEST_NAME(req, struct io_unlink, filename); break;
	case URING_OP_MKDIRAT: names->first = REQUEST_NAME(req, struct io_mkdir, filename); break;
	case URING_OP_RENAMEAT:
		names->first = REQUEST_NAME(req, struct io_rename, oldpath);
		names->second = REQUEST_NAME(req, struct io_rename, newpath);
		break;
	case URING_OP_SYMLINKAT:
	case URING_OP_LINKAT: request_links(req, op, names); break;
	}
}

#define REQ(type, field) BPF_CORE_READ((type *)req, field)

/* setxattr, getxattr, and those on descriptors: name or descriptor, name, value, size, flags. */
static __always_inline void request_xattr_args(struct io_kiocb *req, struct uring_call *call)
{
	if (!bpf_core_type_exists(struct io_xattr))
		return;
	call->args[2] = (u64)REQ(struct io_xattr, ctx.value);
	call->args[3] = REQ(struct io_xattr, ctx.size);
	if (call->op == URING_OP_SETXATTR || call->op == URING_OP_FSETXATTR)
		call->args[4] = REQ(struct io_xattr, ctx.flags);
}

/*
 * Futexes. Their flags are kept in a form of the kernel's own, so that those of the submission
 * entry are taken, which the kernel has read just now.
 */
static __always_inline void request_futex_args(struct io_kiocb *req, struct uring_call *call)
{
	struct io_uring_sqe___kernel *sqe = request_sqe(req);
	u64 *args = call->args, value, mask;

	if (!bpf_core_type_exists(struct io_futex))
		return;
	args[0] = (u64)REQ(struct io_futex, uaddr);
	if (call->op == URING_OP_FUTEX_WAITV) {
		args[1] = REQ(struct io_futex, futex_nr);
		return;
	}
	value = REQ(struct io_futex, futex_val);
	mask = REQ(struct io_futex, futex_mask);
	args[1] = call->op == URING_OP_FUTEX_WAIT ? value : mask;
	args[2] = call->op == URING_OP_FUTEX_WAIT ? mask : value;
	args[3] = sqe ? (u32)BPF_CORE_READ(sqe, fd) : 0;
}

/* Operations whose first argument is neither a path nor a descriptor. */
static __always_inline bool request_other_args(struct io_kiocb *req, struct uring_call *call)
{
	u64 *args = call->args;

	switch (call->op) {
	case URING_OP_FUTEX_WAIT:
	case URING_OP_FUTEX_WAKE:
	case URING_OP_FUTEX_WAITV: request_futex_args(req, call); return true;
	case URING_OP_WAITID:
		if (bpf_core_type_exists(struct io_waitid)) {
			args[0] = (u32)REQ(struct io_waitid, which);
			args[1] = (s64)REQ(struct io_waitid, upid);
			args[2] = (u64)REQ(struct io_waitid, infop);
			args[3] = (u32)REQ(struct io_waitid, options);
		}
		return true;
	case URING_OP_PIPE:
		if (bpf_core_type_exists(struct io_pipe)) {
			args[0] = (u64)REQ(struct io_pipe, fds);
			args[1] = (u32)REQ(struct io_pipe, flags);
			call->file_slot = REQ(struct io_pipe, file_slot);
		}
		return true;
	}
	return false;
}

/* Operations on paths. */
static __always_inline bool request_path_args(struct io_kiocb *req, struct uring_call *call)
{
	u64 *args = call->args;

	switch (call->op) {
	case URING_OP_OPENAT:
	case URING_OP_OPENAT2:
		args[0] = (s64)REQ(struct io_open, dfd);
		call->how[0] = REQ(struct io_open, how.flags);
		call->how[1] = REQ(struct io_open, how.mode);
		call->how[2] = REQ(struct io_open, how.resolve);
		if (call->op == URING_OP_OPENAT) {
			args[2] = call->how[0];
			args[3] = call->how[1];
		}
		call->file_slot = REQ(struct io_open, file_slot);
		return true;
	case URING_OP_SETXATTR:
	case URING_OP_GETXATTR: request_xattr_args(req, call); return true;
	case URING_OP_STATX:
		args[0] = (s64)REQ(struct io_statx, dfd);
		args[2] = REQ(struct io_statx, flags);
		args[3] = REQ(struct io_statx, mask);
		args[4] = (u64)REQ(struct io_statx, buffer);
		return true;
	case URING_OP_UNLINKAT:
		args[0] = (s64)REQ(struct io_unlink, dfd);
		args[2] = REQ(struct io_unlink, flags);
		return true;
	case URING_OP_MKDIRAT:
		args[0] = (s64)REQ(struct io_mkdir, dfd);
		args[2] = REQ(struct io_mkdir, mode);
		return true;
	case URING_OP_RENAMEAT:
		args[0] = (s64)REQ(struct io_rename, old_dfd);
		args[2] = (s64)REQ(struct io_rename, new_dfd);
		args[4] = REQ(struct io_rename, flags);
		return true;
	case URING_OP_LINKAT:
		if (!bpf_core_type_exists(struct io_link)) {
			args[0] = (s64)REQ(struct io_hardlink, old_dfd);
			args[2] = (s64)REQ(struct io_hardlink, new_dfd);
			args[4] = REQ(struct io_hardlink, flags);
			return true;
		}
		args[0] = (s64)REQ(struct io_link, old_dfd);
		args[2] = (s64)REQ(struct io_link, new_dfd);
		args[4] = REQ(struct io_link, flags);
		return true;
	case URING_OP_SYMLINKAT:
		args[1] = (s64)(bpf_core_type_exists(struct io_link)
					? REQ(struct io_link, new_dfd)
					: REQ(struct io_symlink, new_dfd));
		return true;
	}
	return false;
}

/*
 * The caller's address of a connect or bind. It is read where the task that submits has it: the
 * kernel's copy is made after that on some kernels.
 */
static __always_inline void request_address(struct uring_call *call)
{
	u32 len = call->args[2];

	barrier_var(len);
	if (len > URING_ADDRESS_MAX)
		len = URING_ADDRESS_MAX;
	if (!bpf_probe_read_user(call->address, len, (void *)call->args[1]))
		call->address_len = len;
}

/* Kernels with commands to sockets keep the entry that says what they take. */
#define HAS_SOCKET_COMMANDS bpf_core_field_exists(struct io_uring_cmd, sqe)

/*
 * Of an ioctl the number is the result. Level and name of an option are where others have addr, its
 * value is at addr3, its length at splice_fd_in.
 */
static __always_inline void request_command(struct io_kiocb *req, struct uring_call *call)
{
	struct io_uring_sqe___kernel *sqe = REQ(struct io_uring_cmd, sqe);
	u32 command = REQ(struct io_uring_cmd, cmd_op);
	u64 *args = call->args;

	if (command == SOCKET_COMMAND_INQ || command == SOCKET_COMMAND_OUTQ) {
		args[1] = command == SOCKET_COMMAND_INQ ? K_SIOCINQ : K_SIOCOUTQ;
		return;
	}
	args[1] = (u32)BPF_CORE_READ(sqe, addr);
	args[2] = BPF_CORE_READ(sqe, addr) >> 32;
	args[3] = BPF_CORE_READ(sqe, addr3);
	args[4] = (u32)BPF_CORE_READ(sqe, splice_fd_in);
}

/* Operations on sockets. */
static __always_inline bool request_socket_args(struct io_kiocb *req, struct uring_call *call)
{
	struct io_uring_sqe___kernel *sqe;
	u64 *args = call->args;

	switch (call->op) {
	case URING_OP_CONNECT:
		args[1] = (u64)REQ(struct io_connect, addr);
		args[2] = REQ(struct io_connect, addr_len);
		request_address(call);
		return true;
	case URING_OP_BIND:
		if (bpf_core_type_exists(struct io_bind)) {
			args[2] = REQ(struct io_bind, addr_len);
			sqe = request_sqe(req);
			args[1] = sqe ? BPF_CORE_READ(sqe, addr) : 0;
			request_address(call);
		}
		return true;
	case URING_OP_LISTEN:
		if (bpf_core_type_exists(struct io_listen))
			args[1] = (s64)REQ(struct io_listen, backlog);
		return true;
	case URING_OP_ACCEPT:
		args[1] = (u64)REQ(struct io_accept, addr);
		args[2] = (u64)REQ(struct io_accept, addr_len);
		args[3] = REQ(struct io_accept, flags);
		call->file_slot = REQ(struct io_accept, file_slot);
		return true;
	case URING_OP_SOCKET:
		if (bpf_core_type_exists(struct io_socket)) {
			args[0] = (s64)REQ(struct io_socket, domain);
			args[1] = (u32)REQ(struct io_socket, type) | REQ(struct io_socket, flags);
			args[2] = (s64)REQ(struct io_socket, protocol);
			call->file_slot = REQ(struct io_socket, file_slot);
		}
		return true;
	case URING_OP_SHUTDOWN: args[1] = (s64)REQ(struct io_shutdown, how); return true;
	case URING_OP_URING_CMD:
		if (HAS_SOCKET_COMMANDS)
			request_command(req, call);
		return true;
	case URING_OP_SEND:
	case URING_OP_RECV:
	case URING_OP_SEND_ZC:
		args[1] = (u64)REQ(struct io_sr_msg, umsg);
		args[2] = REQ(struct io_sr_msg, len);
		args[3] = REQ(struct io_sr_msg, msg_flags);
		return true;
	/* What is received stays in an area of the ring. */
	case URING_OP_RECV_ZC:
		call->flags |= URING_F_BUFFERS;
		if (bpf_core_type_exists(struct io_recvzc)) {
			args[2] = REQ(struct io_recvzc, len);
			/* Not any more in 7.2. */
			if (bpf_core_field_exists(struct io_recvzc, msg_flags))
				args[3] = REQ(struct io_recvzc, msg_flags);
		}
		return true;
	case URING_OP_SENDMSG:
	case URING_OP_RECVMSG:
	case URING_OP_SENDMSG_ZC:
		args[1] = (u64)REQ(struct io_sr_msg, umsg);
		args[2] = REQ(struct io_sr_msg, msg_flags);
		return true;
	}
	return false;
}

/* Operations on descriptors, whatever they are of. */
static __always_inline bool request_fd_args(struct io_kiocb *req, struct uring_call *call)
{
	struct io_uring_sqe___kernel *sqe;
	u64 *args = call->args;

	switch (call->op) {
	case URING_OP_CLOSE:
		args[0] = (s64)REQ(struct io_close, fd);
		call->file_slot = REQ(struct io_close, file_slot);
		return true;
	case URING_OP_EPOLL_CTL:
		args[0] = (s64)REQ(struct io_epoll, epfd);
		args[1] = (s64)REQ(struct io_epoll, op);
		args[2] = (s64)REQ(struct io_epoll, fd);
		/* The kernel has a copy of the event, but not where it was. */
		sqe = request_sqe(req);
		args[3] = sqe ? BPF_CORE_READ(sqe, addr) : 0;
		return true;
	case URING_OP_FSETXATTR:
	case URING_OP_FGETXATTR: request_xattr_args(req, call); return true;
	/* What is made is the lowest free descriptor. */
	case URING_OP_FIXED_FD_INSTALL:
		if (bpf_core_type_exists(struct io_fixed_install))
			args[1] = REQ(struct io_fixed_install, o_flags) ? K_F_DUPFD_CLOEXEC
									: K_F_DUPFD;
		return true;
	case URING_OP_EPOLL_WAIT:
		if (bpf_core_type_exists(struct io_epoll_wait)) {
			args[1] = (u64)REQ(struct io_epoll_wait, events);
			args[2] = (s64)REQ(struct io_epoll_wait, maxevents);
		}
		args[3] = -1; /* it has no end */
		return true;
	}
	return false;
}

/* A length of 4 or 8 bytes. */
#define REQ_LENGTH(type, field)                                                       \
	(bpf_core_field_size(type, field) == sizeof(u32) ? (u64)(u32)REQ(type, field) \
							 : REQ(type, field))

/* The rest: numbers only. */
static __always_inline void request_file_args(struct io_kiocb *req, struct uring_call *call)
{
	u64 *args = call->args;

	switch (call->op) {
	case URING_OP_READ_MULTISHOT:
	case URING_OP_READ:
	case URING_OP_WRITE:
	case URING_OP_READ_FIXED:
	case URING_OP_WRITE_FIXED:
	case URING_OP_READV:
	case URING_OP_WRITEV:
	case URING_OP_READV_FIXED:
	case URING_OP_WRITEV_FIXED:
		args[1] = REQ(struct io_rw, addr);
		args[2] = REQ(struct io_rw, len);
		args[3] = REQ(struct io_rw, kiocb.ki_pos);
		return;
	case URING_OP_FSYNC: args[1] = REQ(struct io_sync, flags); return;
	case URING_OP_SYNC_FILE_RANGE:
		args[1] = REQ(struct io_sync, off);
		args[2] = REQ(struct io_sync, len);
		args[3] = REQ(struct io_sync, flags);
		return;
	case URING_OP_FALLOCATE:
		args[1] = (u32)REQ(struct io_sync, mode);
		args[2] = REQ(struct io_sync, off);
		args[3] = REQ(struct io_sync, len);
		return;
	case URING_OP_FADVISE:
		args[1] = REQ(struct io_fadvise, offset);
		args[2] = REQ_LENGTH(struct io_fadvise, len);
		args[3] = REQ(struct io_fadvise, advice);
		return;
	case URING_OP_MADVISE:
		args[0] = REQ(struct io_madvise, addr);
		args[1] = REQ_LENGTH(struct io_madvise, len);
		args[2] = REQ(struct io_madvise, advice);
		return;
	case URING_OP_FTRUNCATE:
		if (bpf_core_type_exists(struct io_ftrunc))
			args[1] = REQ(struct io_ftrunc, len);
		return;
	case URING_OP_SPLICE:
		args[2] = args[0];
		args[0] = (s64)REQ(struct io_splice, splice_fd_in);
		args[1] = REQ(struct io_splice, off_in);
		args[3] = REQ(struct io_splice, off_out);
		args[4] = REQ(struct io_splice, len);
		args[5] = REQ(struct io_splice, flags) & ~K_SPLICE_FD_IN_FIXED;
		return;
	case URING_OP_TEE:
		args[1] = args[0];
		args[0] = (s64)REQ(struct io_splice, splice_fd_in);
		args[2] = REQ(struct io_splice, len);
		args[3] = REQ(struct io_splice, flags) & ~K_SPLICE_FD_IN_FIXED;
		return;
	}
}

/*
 * True when the request completes several times. Its completions do not name it: only its ring and
 * user_data do. Where nothing tells such an accept from others, all are taken for one.
 */
static __always_inline bool request_repeats(struct io_kiocb *req, u32 op)
{
	if (op == URING_OP_READ_MULTISHOT || op == URING_OP_RECV_ZC)
		return true;
	if (op == URING_OP_ACCEPT)
		return !bpf_core_field_exists(struct io_accept, iou_flags) ||
		       REQ(struct io_accept, iou_flags) & K_ACCEPT_MULTISHOT;
	if (op == URING_OP_POLL_ADD)
		return bpf_core_field_exists(struct io_poll, events) &&
		       !(REQ(struct io_poll, events) & K_POLL_ONESHOT);
	if (op == URING_OP_TIMEOUT) {
		struct io_timeout_data *data = BPF_CORE_READ(req, async_data);

		return BPF_CORE_READ(data, flags) & K_TIMEOUT_MULTISHOT;
	}
	return (op == URING_OP_RECV || op == URING_OP_RECVMSG) &&
	       bpf_core_field_exists(struct io_sr_msg, flags) &&
	       REQ(struct io_sr_msg, flags) & K_RECV_MULTISHOT;
}

/* Those of IOSQE_* that say what its descriptor and its address are. */
static __always_inline u32 request_flags(struct io_kiocb *req)
{
	u32 flags = BPF_CORE_READ(req, flags);

	return (flags & K_REQ_BUFFER_SELECT ? URING_F_BUFFERS : 0) |
	       (flags & K_REQ_FIXED_FILE ? URING_F_FIXED_FILE : 0);
}

/* Arguments of the call; call->op is set, the rest of the call is zero. */
static __always_inline void request_args(struct io_kiocb *req, struct uring_call *call)
{
	u32 flags = request_flags(req);

	call->flags |= flags & URING_F_BUFFERS;
	if (request_path_args(req, call) || request_other_args(req, call))
		return;
	if (call->op != URING_OP_SOCKET && call->op != URING_OP_MADVISE)
		call->args[0] = (s64)request_fd(req);
	call->flags |= flags;
	if (!request_socket_args(req, call) && !request_fd_args(req, call))
		request_file_args(req, call);
}

/* The file in a slot of the ring's own table, 0 when there is none. */
static __always_inline u64 ring_file(struct io_kiocb *req, u32 slot)
{
	struct io_ring_ctx *ring = BPF_CORE_READ(req, ctx);
	struct io_rsrc_node **node_at, *node = NULL;
	struct io_file_table___files *table;
	struct io_fixed_file *files;
	unsigned long file = 0;

	if (bpf_core_field_exists(ring->file_table.data)) {
		if (slot >= BPF_CORE_READ(ring, file_table.data.nr))
			return 0;
		node_at = BPF_CORE_READ(ring, file_table.data.nodes) + slot;
		bpf_probe_read_kernel(&node, sizeof(node), node_at);
		if (node)
			file = BPF_CORE_READ(node, file_ptr);
	} else {
		table = (struct io_file_table___files *)&ring->file_table;
		files = BPF_CORE_READ(table, files);
		if (files)
			bpf_probe_read_kernel(&file, sizeof(file),
					      (void *)((u64)files + slot * sizeof(file)));
	}
	return file & ~7ul; /* FFS_MASK, io_uring/filetable.h */
}

#endif
