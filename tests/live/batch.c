/* SPDX-License-Identifier: Apache-2.0 */
#include "batch.h"

#include <limits.h>
#include <sys/uio.h>
#include "loopback.h"

#define LONGEST 9
#define ROOM (8 << 20) /* a datagram takes about 1 KiB of a socket's room */

static size_t message_bytes(unsigned i)
{
	return 1 + i % LONGEST;
}

size_t batch_bytes(unsigned count)
{
	size_t bytes = 0;

	for (unsigned i = 0; i < count; i++)
		bytes += message_bytes(i);
	return bytes;
}

int batch_open(struct batch *ret_batch)
{
	union address address;
	socklen_t len = loopback_address(AF_INET, NULL, &address);
	struct batch batch = { socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0),
			       socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0) };
	const int room = ROOM;

	if (batch.sender < 0 || batch.receiver < 0 ||
	    setsockopt(batch.receiver, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) < 0 ||
	    bind(batch.receiver, &address.any, len) < 0 ||
	    getsockname(batch.receiver, &address.any, &len) < 0 ||
	    connect(batch.sender, &address.any, len) < 0)
		return -1;
	*ret_batch = batch;
	return 0;
}

size_t batch_move(const struct batch *batch, unsigned count)
{
	static struct mmsghdr messages[BATCH_MESSAGES_MAX];
	static struct iovec vectors[BATCH_MESSAGES_MAX];
	static char data[LONGEST];

	if (count > BATCH_MESSAGES_MAX)
		return 0;
	for (unsigned i = 0; i < count; i++) {
		vectors[i] = (struct iovec){ data, message_bytes(i) };
		messages[i] =
			(struct mmsghdr){ { .msg_iov = &vectors[i], .msg_iovlen = 1 }, UINT_MAX };
	}
	for (unsigned sent = 0; sent < count;) {
		int more = sendmmsg(batch->sender, messages + sent, count - sent, 0);

		if (more <= 0)
			return 0;
		sent += (unsigned)more;
	}
	if (recvmmsg(batch->receiver, messages, count, 0, NULL) != (int)count)
		return 0;
	return batch_bytes(count);
}
