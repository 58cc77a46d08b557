/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Arguments of the call that a submission entry of io_uring asks for. Only of requests that fail
 * before the kernel has made something of them: others have them in extract/request.h.
 */
#ifndef PROBE_BPF_EXTRACT_SQE_H
#define PROBE_BPF_EXTRACT_SQE_H

#include "request.h"

#define K_INSTALL_NO_CLOEXEC (1u << 0) /* include/uapi/linux/io_uring.h */

/* Which arguments are paths: include/uapi/linux/io_uring.h, and *_prep() of io_uring/fs.c. */
struct sqe_names {
	u64 first, second; /* in the caller's memory, 0 = none; names of attributes too */
	u8 first_arg, second_arg;
};

/* One entry, as it is; the fields of unions by one name each. */
struct sqe_values {
	u64 off, addr, addr3;
	s32 fd, fd_in;
	u32 len, op_flags;
};

static __always_inline void sqe_read(struct io_uring_sqe___kernel *sqe, struct sqe_values *v)
{
	v->off = BPF_CORE_READ(sqe, off);
	v->addr = BPF_CORE_READ(sqe, addr);
	v->addr3 = bpf_core_field_exists(sqe->addr3) ? BPF_CORE_READ(sqe, addr3) : 0;
	v->fd = BPF_CORE_READ(sqe, fd);
	v->fd_in = BPF_CORE_READ(sqe, splice_fd_in);
	v->len = BPF_CORE_READ(sqe, len);
	v->op_flags = BPF_CORE_READ(sqe, open_flags);
}

static __always_inline void sqe_how(struct uring_call *call, const struct sqe_values *v)
{
	u64 how[3] = {};

	/* A caller whose struct is another one is refused, but means the first two by it. */
	if (bpf_probe_read_user(how, sizeof(how), (void *)v->off))
		return;
	call->how[0] = how[0];
	call->how[1] = how[1];
	call->how[2] = how[2];
}

/* io_uring/xattr.c: an attribute's name, value, size, flags. */
static __always_inline void sqe_xattr_args(const struct sqe_values *v, struct uring_call *call,
					   struct sqe_names *names)
{
	u64 *args = call->args;

	names->second = v->addr;
	names->second_arg = 1;
	args[1] = 0;
	args[2] = v->off;
	args[3] = v->len;
	args[4] = call->op == URING_OP_SETXATTR || call->op == URING_OP_FSETXATTR ? v->op_flags : 0;
}

/* Operations on paths; false for others. */
static __always_inline bool sqe_path_args(const struct sqe_values *v, struct uring_call *call,
					  struct sqe_names *names)
{
	u64 *args = call->args;

	args[0] = (s64)v->fd;
	names->first = v->addr;
	names->first_arg = 1;
	names->second_arg = 3;
	switch (call->op) {
	case URING_OP_OPENAT:
		args[2] = v->op_flags;
		args[3] = v->len;
		call->how[0] = v->op_flags;
		call->how[1] = v->len;
		return true;
	case URING_OP_OPENAT2: sqe_how(call, v); return true;
	case URING_OP_STATX:
		args[2] = v->op_flags;
		args[3] = v->len;
		args[4] = v->off;
		return true;
	case URING_OP_SETXATTR:
	case URING_OP_GETXATTR:
		args[0] = 0;
		names->first = v->addr3;
		names->first_arg = 0;
		sqe_xattr_args(v, call, names);
		return true;
	case URING_OP_UNLINKAT: args[2] = v->op_flags; return true;
	case URING_OP_MKDIRAT: args[2] = v->len; return true;
	case URING_OP_RENAMEAT:
	case URING_OP_LINKAT:
		args[2] = (s64)(s32)v->len;
		args[4] = v->op_flags;
		names->second = v->off;
		return true;
	case URING_OP_SYMLINKAT:
		args[0] = v->addr;
		args[1] = (s64)v->fd;
		names->first_arg = 0;
		names->second = v->off;
		names->second_arg = 2;
		return true;
	}
	names->first = 0;
	return false;
}

/* Operations that are not on a descriptor: io_uring/futex.c, waitid.c, openclose.c. */
static __always_inline bool sqe_free_args(const struct sqe_values *v, struct uring_call *call)
{
	u64 *args = call->args;

	switch (call->op) {
	case URING_OP_FUTEX_WAIT:
		args[0] = v->addr;
		args[1] = v->off;
		args[2] = v->addr3;
		args[3] = (u32)v->fd;
		return true;
	case URING_OP_FUTEX_WAKE:
		args[0] = v->addr;
		args[1] = v->addr3;
		args[2] = v->off;
		args[3] = (u32)v->fd;
		return true;
	case URING_OP_FUTEX_WAITV:
		args[0] = v->addr;
		args[1] = v->len;
		return true;
	case URING_OP_WAITID:
		args[0] = v->len;
		args[1] = (s64)v->fd;
		args[2] = v->off;
		args[3] = (u32)v->fd_in;
		return true;
	case URING_OP_PIPE:
		args[0] = v->addr;
		args[1] = v->op_flags;
		call->file_slot = v->fd_in;
		return true;
	}
	return false;
}

/* The others whose arguments are not descriptor, address, length, flags. */
static __always_inline void sqe_other_args(const struct sqe_values *v, struct uring_call *call,
					   struct sqe_names *names)
{
	u64 *args = call->args;

	args[0] = (s64)v->fd;
	args[1] = v->addr;
	args[2] = v->len;
	args[3] = v->op_flags;
	switch (call->op) {
	case URING_OP_CONNECT:
	case URING_OP_BIND:
		args[2] = v->off;
		args[3] = 0;
		request_address(call);
		return;
	case URING_OP_FSETXATTR:
	case URING_OP_FGETXATTR: sqe_xattr_args(v, call, names); return;
	case URING_OP_FIXED_FD_INSTALL:
		args[1] = v->op_flags & K_INSTALL_NO_CLOEXEC ? K_F_DUPFD : K_F_DUPFD_CLOEXEC;
		args[2] = 0;
		return;
	case URING_OP_EPOLL_WAIT: args[3] = -1; return;
	case URING_OP_RECV_ZC: args[1] = 0; return;
	case URING_OP_ACCEPT: args[2] = v->off; return;
	case URING_OP_SOCKET: args[1] = v->off; return;
	case URING_OP_LISTEN:
	case URING_OP_SHUTDOWN: args[1] = v->len; return;
	case URING_OP_FSYNC: args[1] = v->op_flags; return;
	case URING_OP_FTRUNCATE: args[1] = v->off; return;
	case URING_OP_FALLOCATE:
		args[1] = v->len;
		args[2] = v->off;
		args[3] = v->addr;
		return;
	case URING_OP_SYNC_FILE_RANGE: args[1] = v->off; return;
	/* io_uring/advise.c: a length of 64 bits, where there is one, comes before that of 32. */
	case URING_OP_FADVISE:
		args[1] = v->off;
		args[2] = v->addr ? v->addr : v->len;
		return;
	case URING_OP_MADVISE:
		args[0] = v->addr;
		args[1] = v->off ? v->off : v->len;
		args[2] = v->op_flags;
		return;
	/* io_uring/splice.c */
	case URING_OP_SPLICE:
		args[0] = (s64)v->fd_in;
		args[1] = v->addr;
		args[2] = (s64)v->fd;
		args[3] = v->off;
		args[4] = v->len;
		args[5] = v->op_flags & ~K_SPLICE_FD_IN_FIXED;
		return;
	case URING_OP_TEE:
		args[0] = (s64)v->fd_in;
		args[1] = (s64)v->fd;
		args[2] = v->len;
		args[3] = v->op_flags & ~K_SPLICE_FD_IN_FIXED;
		return;
	case URING_OP_EPOLL_CTL:
		args[1] = v->len;
		args[2] = v->off;
		args[3] = v->addr;
		return;
	}
}

#endif
