/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * read, write and their vector and positioned forms, on sys_exit. What was read is kept of a
 * successful call; what was to be written also of a failed one.
 */
#ifndef PROBE_BPF_FAMILY_IO_H
#define PROBE_BPF_FAMILY_IO_H

#include "../store/data.h"
#include "../store/test_reenter.h"

/* Bytes that a writing call took, or was asked to take when it failed. */
#define WRITTEN(size) (ret > 0 ? ret : (s64)(size))

/* The vector of a readv or writev. */
static __always_inline struct iovec_user call_vector(struct call *call)
{
	return (struct iovec_user){ call->args[1], (u32)call->args[2] };
}

/* read, write: res, data, fd, size; pread64, pwrite64: pos too */
static __always_inline void buffer_params(struct build *b, s64 len, const u32 n)
{
	struct call *call = b->call;

	build_u64(b, 0, call->ret);
	build_data(b, 1, DATA_AT(n, 8), call->args[1], len);
	build_u64(b, 2, (s64)(s32)call->args[0]);
	build_u32(b, 3, call->args[2]);
	if (n == 5)
		build_u64(b, 4, call->args[3]);
}

static __always_inline void store_buffer(struct call *call, s64 len, const u32 n)
{
	struct build b;

	if (build_begin(&b, call, n))
		return;
	buffer_params(&b, len, n);
	test_reenter(call);
	build_submit(&b);
}

ON_RETURN
int CALL_PROG(store_read, struct pt_regs *regs, long ret)
{
	struct call call;

	if (!call_begin_syscall(&call, regs, ret))
		store_buffer(&call, ret, 4);
	return 0;
}

ON_RETURN
int CALL_PROG(store_write, struct pt_regs *regs, long ret)
{
	struct call call;

	if (!call_begin_syscall(&call, regs, ret))
		store_buffer(&call, WRITTEN(call.args[2]), 4);
	return 0;
}

ON_RETURN
int CALL_PROG(store_pread, struct pt_regs *regs, long ret)
{
	struct call call;

	if (!call_begin_syscall(&call, regs, ret))
		store_buffer(&call, ret, 5);
	return 0;
}

ON_RETURN
int CALL_PROG(store_pwrite, struct pt_regs *regs, long ret)
{
	struct call call;

	if (!call_begin_syscall(&call, regs, ret))
		store_buffer(&call, WRITTEN(call.args[2]), 5);
	return 0;
}

/* readv: res, size, data, fd; preadv: pos too */
static __always_inline void vector_in_params(struct build *b, const u32 n)
{
	struct call *call = b->call;
	struct iovec_user vector = call_vector(call);

	build_u64(b, 0, call->ret);
	build_u32(b, 1, build_iov_size(b->slot, vector.base, vector.len));
	build_iov_data(b, 2, DATA_AT(n, 12), vector, call->ret);
	build_u64(b, 3, (s64)(s32)call->args[0]);
	if (n == 5)
		build_u64(b, 4, call->args[3]);
}

static __always_inline void store_vector_in(struct call *call, const u32 n)
{
	struct build b;

	if (build_begin(&b, call, n))
		return;
	vector_in_params(&b, n);
	build_submit(&b);
}

ON_RETURN
int CALL_PROG(store_readv, struct pt_regs *regs, long ret)
{
	struct call call;

	if (!call_begin_syscall(&call, regs, ret))
		store_vector_in(&call, 4);
	return 0;
}

ON_RETURN
int CALL_PROG(store_preadv, struct pt_regs *regs, long ret)
{
	struct call call;

	if (!call_begin_syscall(&call, regs, ret))
		store_vector_in(&call, 5);
	return 0;
}

/* writev: res, data, fd, size; pwritev: pos too */
static __always_inline void vector_out_params(struct build *b, s64 ret, const u32 n)
{
	struct call *call = b->call;
	struct iovec_user vector = call_vector(call);
	u64 size = build_iov_size(b->slot, vector.base, vector.len);

	build_u64(b, 0, ret);
	build_iov_data(b, 1, DATA_AT(n, 8), vector, WRITTEN(size));
	build_u64(b, 2, (s64)(s32)call->args[0]);
	build_u32(b, 3, size);
	if (n == 5)
		build_u64(b, 4, call->args[3]);
}

static __always_inline void store_vector_out(struct call *call, s64 ret, const u32 n)
{
	struct build b;

	if (build_begin(&b, call, n))
		return;
	vector_out_params(&b, ret, n);
	build_submit(&b);
}

ON_RETURN
int CALL_PROG(store_writev, struct pt_regs *regs, long ret)
{
	struct call call;

	if (!call_begin_syscall(&call, regs, ret))
		store_vector_out(&call, ret, 4);
	return 0;
}

ON_RETURN
int CALL_PROG(store_pwritev, struct pt_regs *regs, long ret)
{
	struct call call;

	if (!call_begin_syscall(&call, regs, ret))
		store_vector_out(&call, ret, 5);
	return 0;
}

#endif
