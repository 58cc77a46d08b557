/* SPDX-License-Identifier: Apache-2.0 */
/* Datagrams over loopback, many with one call. */
#ifndef TESTS_LIVE_BATCH_H
#define TESTS_LIVE_BATCH_H

#include <stddef.h>

#define BATCH_MESSAGES_MAX 1200
/* What one sendmmsg takes at most: UIO_MAXIOV. */
#define BATCH_SENT_MAX 1024

struct batch {
	int sender, receiver; /* inet, connected */
};

/* 0, or -1. The sockets stay open. */
int batch_open(struct batch *ret_batch);
/*
 * Sends that many messages of different lengths with as few sendmmsg calls as the kernel allows,
 * and receives them with one recvmmsg. Returns their bytes, 0 when something went wrong.
 */
size_t batch_move(const struct batch *batch, unsigned count);
/* The bytes of the first `count` messages. */
size_t batch_bytes(unsigned count);

#endif
