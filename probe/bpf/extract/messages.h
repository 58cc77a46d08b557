/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What sendmmsg and recvmmsg moved: the kernel writes it behind each message of the caller's. */
#ifndef PROBE_BPF_EXTRACT_MESSAGES_H
#define PROBE_BPF_EXTRACT_MESSAGES_H

#include "../kernel.h"
#include "../repeat.h"

/* msg_len of struct mmsghdr, behind the message header: include/linux/socket.h, net/compat.h. */
#define MMSGHDR_BYTES_AT 56
#define MMSGHDR_BYTES 64
#define MMSGHDR32_BYTES_AT 28
#define MMSGHDR32_BYTES 32

/* UIO_MAXIOV, the most that sendmmsg sends; recvmmsg has no such limit (net/socket.c). */
#define MESSAGES_COUNTED 1024
#define MESSAGES_A_READ 4 /* divides MESSAGES_COUNTED */

#define MESSAGES_UNREAD (1ull << 63)

struct messages_loop {
	u64 at; /* msg_len of the first one that is not read */
	u64 sum;
	u32 left;
	u32 words[(MESSAGES_A_READ - 1) * MMSGHDR_BYTES / sizeof(u32) + 1];
};

/*
 * One read takes several messages with what lies between; the first one takes 1 to MESSAGES_A_READ,
 * so that all others take as many. Verifier: with entry_bytes every index is a constant.
 */
static __always_inline int messages_read(struct messages_loop *loop, const u32 entry_bytes)
{
	const u32 step = entry_bytes / sizeof(u32);
	u32 more = (loop->left - 1) & (MESSAGES_A_READ - 1);
	u32 *words = loop->words;

	if (bpf_probe_read_user(words, more * entry_bytes + sizeof(u32), (void *)loop->at))
		return STOP;
	loop->sum += (u64)words[0] + words[step] + words[2 * step] + words[3 * step];
	loop->at += (more + 1) * entry_bytes;
	loop->left -= more + 1;
	return loop->left ? GO_ON : STOP;
}

REPEATED int messages_step(u32 i, struct messages_loop *loop)
{
	return messages_read(loop, MMSGHDR_BYTES);
}

REPEATED int messages_step32(u32 i, struct messages_loop *loop)
{
	return messages_read(loop, MMSGHDR32_BYTES);
}

/*
 * The bytes of the first `count` messages at `vector`, with MESSAGES_UNREAD when they are not all
 * of them. entry_bytes: MMSGHDR_BYTES, or MMSGHDR32_BYTES of a 32-bit caller. What the memory says
 * is taken: another thread can have changed it since the kernel wrote it.
 * Verifier: by itself, so that its loops are walked once for each program.
 */
SUBPROG_OF_NUMBERS u64 messages_bytes(u64 vector, u32 count, u32 entry_bytes)
{
	struct messages_loop loop = { .left = count };

	if (entry_bytes == MMSGHDR32_BYTES) {
		loop.at = vector + MMSGHDR32_BYTES_AT;
		REPEAT(MESSAGES_COUNTED / MESSAGES_A_READ, messages_step32, &loop);
	} else {
		loop.at = vector + MMSGHDR_BYTES_AT;
		REPEAT(MESSAGES_COUNTED / MESSAGES_A_READ, messages_step, &loop);
	}
	return loop.left ? loop.sum | MESSAGES_UNREAD : loop.sum;
}

#endif
