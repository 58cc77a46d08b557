/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sockets: from a struct file to its struct sock, addresses, and the queue of a listening one. */
#ifndef PROBE_BPF_EXTRACT_SOCKET_H
#define PROBE_BPF_EXTRACT_SOCKET_H

#include "file.h"

#define K_AF_UNIX 1
#define K_AF_INET 2
#define K_AF_INET6 10
#define K_SOCK_TYPE_MASK 0xfu
#define K_SOCK_DGRAM 2
#define K_S_IFSOCK 0140000u
#define SOCK_BYTES 128 /* head of struct sock_common */
#define UNIX_PATH_MAX 108

/* The struct sock of a file, 0 when it is not a socket. */
static __always_inline u64 sock_of_file(u64 file)
{
	struct inode *inode = (struct inode *)file_inode(file);
	struct socket *socket;

	if (!inode || (BPF_CORE_READ(inode, i_mode) & K_S_IFMT) != K_S_IFSOCK)
		return 0;
	socket = BPF_CORE_READ((struct file *)file, private_data);
	return (u64)BPF_CORE_READ(socket, sk);
}

static __always_inline u64 sock_of_fd(struct task_struct *task, s64 fd)
{
	return sock_of_file(file_of_fd(task, fd));
}

/* The socket that a call works on. */
static __always_inline u64 call_sock(struct call *call)
{
	if (call->file)
		return sock_of_file(call->file);
	return sock_of_fd(call->task, (s32)call->args[0]);
}

/* Connections that wait to be accepted, and how many may. */
struct accept_queue {
	u32 len, max;
};

static __always_inline struct accept_queue accept_queue(u64 sock)
{
	struct accept_queue queue = {};

	if (!sock)
		return queue;
	/* A unix socket keeps them as packets. */
	if (BPF_CORE_READ((struct sock *)sock, __sk_common.skc_family) == K_AF_UNIX)
		queue.len = BPF_CORE_READ((struct sock *)sock, sk_receive_queue.qlen);
	else
		queue.len = BPF_CORE_READ((struct sock *)sock, sk_ack_backlog);
	queue.max = BPF_CORE_READ((struct sock *)sock, sk_max_ack_backlog);
	return queue;
}

#endif
