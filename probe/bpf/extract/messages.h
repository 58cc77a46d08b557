/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What sendmmsg and recvmmsg moved: the kernel writes it behind each message of the caller's. */
#ifndef PROBE_BPF_EXTRACT_MESSAGES_H
#define PROBE_BPF_EXTRACT_MESSAGES_H

#include "../kernel.h"

/* msg_len of struct mmsghdr, behind the message header: include/linux/socket.h, net/compat.h. */
#define MMSGHDR_BYTES_AT 56
#define MMSGHDR_BYTES 64
#define MMSGHDR32_BYTES_AT 28
#define MMSGHDR32_BYTES 32

/* UIO_MAXIOV, the most that sendmmsg sends; recvmmsg has no such limit (net/socket.c). */
#define MESSAGES_COUNTED 1024
#define MESSAGES_A_READ 4 /* divides MESSAGES_COUNTED */

#define MESSAGES_UNREAD (1ull << 63)

/*
 * The sum of msg_len of `count` messages; `at` is that of the first. One read takes several of them
 * with what lies between; those of the first read are 1 to MESSAGES_A_READ.
 * Verifier: entry_bytes and with it every index is a constant.
 */
static __always_inline u64 messages_sum(u64 at, u32 count, const u32 entry_bytes)
{
	const u32 step = entry_bytes / sizeof(u32);
	const u32 whole = (MESSAGES_A_READ - 1) * entry_bytes + sizeof(u32);
	u32 words[(MESSAGES_A_READ - 1) * MMSGHDR_BYTES / sizeof(u32) + 1] = {};
	u32 more = (count - 1) & (MESSAGES_A_READ - 1), done;
	u64 sum = 0;

	if (bpf_probe_read_user(words, more * entry_bytes + sizeof(u32), (void *)at))
		return MESSAGES_UNREAD;
	for (done = 0;; done += MESSAGES_A_READ) {
		sum += (u64)words[0] + words[step] + words[2 * step] + words[3 * step];
		at += (more + 1) * entry_bytes;
		count -= more + 1;
		if (!count)
			return sum;
		more = MESSAGES_A_READ - 1;
		if (done == MESSAGES_COUNTED - MESSAGES_A_READ ||
		    bpf_probe_read_user(words, whole, (void *)at))
			return sum | MESSAGES_UNREAD;
	}
}

/*
 * The bytes of the first `count` messages at `vector`, with MESSAGES_UNREAD when they are not all
 * of them. entry_bytes: MMSGHDR_BYTES, or MMSGHDR32_BYTES of a 32-bit caller. What the memory says
 * is taken: another thread can have changed it since the kernel wrote it.
 * Verifier: by itself, so that its loops are walked once for each program.
 */
SUBPROG_OF_NUMBERS u64 messages_bytes(u64 vector, u32 count, u32 entry_bytes)
{
	if (entry_bytes == MMSGHDR32_BYTES)
		return messages_sum(vector + MMSGHDR32_BYTES_AT, count, MMSGHDR32_BYTES);
	return messages_sum(vector + MMSGHDR_BYTES_AT, count, MMSGHDR_BYTES);
}

#endif
