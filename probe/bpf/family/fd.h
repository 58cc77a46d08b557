/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* close, dup, pipe and sendfile: calls on descriptors, numbers only, on sys_exit. */
#ifndef PROBE_BPF_FAMILY_FD_H
#define PROBE_BPF_FAMILY_FD_H

#include "../store/fixed.h"
#include "../extract/file.h"
#include "../extract/flags.h"

/* close: res, fd */
STORE_FIXED(store_close, { 8, RET }, { 8, FD(0) })
/* dup: res, oldfd */
STORE_FIXED(store_dup, { 8, RET }, { 8, FD(0) })
/* dup2: res, oldfd, newfd */
STORE_FIXED(store_dup2, { 8, RET }, { 8, FD(0) }, { 8, FD(1) })
/* dup3: res, oldfd, newfd, flags */
STORE_FIXED(store_dup3, { 8, RET }, { 8, FD(0) }, { 8, FD(1) },
	    { 4, fd_flags_encode(call.args[2]) })

/* The two descriptors that a successful pipe or socketpair wrote for its caller. */
struct fd_pair {
	s32 fd[2];
};

static __always_inline struct fd_pair fd_pair_read(struct call *call, u64 user)
{
	struct fd_pair pair = { { -1, -1 } };

	if (call->ret >= 0 && bpf_probe_read_user(&pair, sizeof(pair), (void *)user))
		call->flags |= RECORD_F_UNREADABLE;
	return pair;
}

/* pipe: res, fd1, fd2, ino; pipe2: flags too */
ON_RETURN
int CALL_PROG(store_pipe, struct pt_regs *regs, long ret)
{
	struct fd_pair pair;
	struct call call;

	if (call_begin_syscall(&call, regs, ret))
		return 0;
	pair = fd_pair_read(&call, call.args[0]);
	{
		const struct fixed_param params[] = {
			{ 8, RET },
			{ 8, (s64)pair.fd[0] },
			{ 8, (s64)pair.fd[1] },
			{ 8, file_ino(file_of_fd(call.task, pair.fd[0])) },
		};

		fixed_event(&call, params, 4);
	}
	return 0;
}

ON_RETURN
int CALL_PROG(store_pipe2, struct pt_regs *regs, long ret)
{
	struct fd_pair pair;
	struct call call;

	if (call_begin_syscall(&call, regs, ret))
		return 0;
	pair = fd_pair_read(&call, call.args[0]);
	{
		const struct fixed_param params[] = {
			{ 8, RET },
			{ 8, (s64)pair.fd[0] },
			{ 8, (s64)pair.fd[1] },
			{ 8, file_ino(file_of_fd(call.task, pair.fd[0])) },
			{ 4, fd_flags_encode(call.args[1]) },
		};

		fixed_event(&call, params, 5);
	}
	return 0;
}

/* sendfile: res, offset, out_fd, in_fd, size. The offset is the caller's, as the call left it. */
ON_RETURN
int CALL_PROG(store_sendfile, struct pt_regs *regs, long ret)
{
	struct call call;
	u64 offset = 0;
	u32 bytes;

	if (call_begin_syscall(&call, regs, ret))
		return 0;
	/* sendfile of 32-bit programs has a long there, sendfile64 the same as here. */
	bytes = call.abi && call.native == NR32_SENDFILE ? 4 : 8;
	if (call.args[2] && bpf_probe_read_user(&offset, bytes, (void *)call.args[2]))
		call.flags |= RECORD_F_UNREADABLE;
	{
		const struct fixed_param params[] = {
			{ 8, RET }, { 8, offset }, { 8, FD(0) }, { 8, FD(1) }, { 8, A(3) },
		};

		fixed_event(&call, params, 5);
	}
	return 0;
}

#endif
