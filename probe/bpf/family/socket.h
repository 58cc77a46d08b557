/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* socket, socketpair, bind, listen, connect, accept and shutdown, on sys_exit. */
#ifndef PROBE_BPF_FAMILY_SOCKET_H
#define PROBE_BPF_FAMILY_SOCKET_H

#include "../store/fixed.h"
#include "../store/address.h"
#include "../extract/flags.h"
#include "fd.h"

#define K_EINPROGRESS 115

/* socket: fd, domain, type, proto, flags (the bits of the type that describe the descriptor) */
STORE_FIXED(store_socket, { 8, RET }, { 4, A(0) }, { 4, A(1) & K_SOCK_TYPE_MASK }, { 4, A(2) },
	    { 4, fd_flags_encode(A(1)) & ~SCAP_O_DIRECT })
/* listen: res, fd, backlog */
STORE_FIXED(store_listen, { 8, RET }, { 8, FD(0) }, { 4, A(1) })
/* shutdown: res, fd, how */
STORE_FIXED(store_shutdown, { 8, RET }, { 8, FD(0) }, { 1, A(1) })

/* socketpair: res, fd1, fd2, source, peer, domain, type, proto */
ON_RETURN
int CALL_PROG(store_socketpair, struct pt_regs *regs, long ret)
{
	struct fd_pair pair;
	struct call call;
	u64 source, peer;

	if (call_begin_syscall(&call, regs, ret))
		return 0;
	pair = fd_pair_read(&call, call.args[3]);
	source = sock_of_fd(call.task, pair.fd[0]);
	peer = sock_of_fd(call.task, pair.fd[1]);
	{
		const struct fixed_param params[] = {
			{ 8, RET },
			{ 8, (s64)pair.fd[0] },
			{ 8, (s64)pair.fd[1] },
			{ 8, source },
			{ 8, peer },
			{ 4, A(0) },
			{ 4, A(1) },
			{ 4, A(2) },
		};

		fixed_event(&call, params, 8);
	}
	return 0;
}

/* The parameters of a bind or connect whose record was begun: the address is the caller's. */
static __always_inline struct user_address address_of_call(struct call *call)
{
	return (struct user_address){ call->args[1], (u32)call->args[2] };
}

/* bind: res, addr, fd */
static __always_inline void bind_params(struct build *b, struct user_address address)
{
	build_u64(b, 0, b->call->ret);
	build_sockaddr(b, 1, address.at, address.len);
	build_u64(b, 2, (s64)(s32)b->call->args[0]);
}

ON_RETURN
int CALL_PROG(store_bind, struct pt_regs *regs, long ret)
{
	struct call call;
	struct build b;

	if (call_begin_syscall(&call, regs, ret) || build_begin(&b, &call, 3))
		return 0;
	bind_params(&b, address_of_call(&call));
	build_submit(&b);
	return 0;
}

/* connect: res, tuple (of a connection that is made or on its way), fd, addr */
static __always_inline void connect_params(struct build *b, struct user_address address)
{
	s64 ret = b->call->ret;

	build_u64(b, 0, ret);
	if (!ret || ret == -K_EINPROGRESS)
		build_tuple_to(b, 1, call_sock(b->call), TUPLE_OUT, address);
	else
		build_none(b, 1);
	build_u64(b, 2, (s64)(s32)b->call->args[0]);
	build_sockaddr(b, 3, address.at, address.len);
}

ON_RETURN
int CALL_PROG(store_connect, struct pt_regs *regs, long ret)
{
	struct call call;
	struct build b;

	if (call_begin_syscall(&call, regs, ret) || build_begin(&b, &call, 4))
		return 0;
	connect_params(&b, address_of_call(&call));
	build_submit(&b);
	return 0;
}

/*
 * accept: fd, tuple, queuepct, queuelen, queuemax; accept4: flags too. accepted: the socket that a
 * successful call made.
 */
static __always_inline void accept_params(struct build *b, const u32 n, u64 accepted)
{
	struct accept_queue queue = accept_queue(call_sock(b->call));

	build_u64(b, 0, b->call->ret);
	build_tuple(b, 1, accepted, TUPLE_IN);
	build_u8(b, 2, queue.max ? (u64)queue.len * 100 / queue.max : 0);
	build_u32(b, 3, queue.len);
	build_u32(b, 4, queue.max);
	if (n == 6)
		build_u32(b, 5, b->call->args[3]);
}

static __always_inline void store_accept_event(struct call *call, const u32 n)
{
	struct build b;

	if (build_begin(&b, call, n))
		return;
	accept_params(&b, n, call->ret >= 0 ? sock_of_fd(call->task, call->ret) : 0);
	build_submit(&b);
}

ON_RETURN
int CALL_PROG(store_accept, struct pt_regs *regs, long ret)
{
	struct call call;

	if (!call_begin_syscall(&call, regs, ret))
		store_accept_event(&call, 5);
	return 0;
}

ON_RETURN
int CALL_PROG(store_accept4, struct pt_regs *regs, long ret)
{
	struct call call;

	if (!call_begin_syscall(&call, regs, ret))
		store_accept_event(&call, 6);
	return 0;
}

#endif
