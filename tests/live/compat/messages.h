/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Datagrams over loopback of a 32-bit program, several with one call. The includer says before what
 * MESSAGES_CALL(which, args) is, which makes one of these calls; args are five.
 */
#ifndef TESTS_LIVE_COMPAT_MESSAGES_H
#define TESTS_LIVE_COMPAT_MESSAGES_H

enum messages_call {
	MESSAGES_SOCKET,
	MESSAGES_BIND,
	MESSAGES_GETSOCKNAME,
	MESSAGES_CONNECT,
	MESSAGES_SEND,
	MESSAGES_RECEIVE,
};

#define MESSAGES_COUNT 3
#define MESSAGES_BYTES (2 + 4 + 6)

#ifdef MESSAGES_CALL
/* 0 when both directions have moved MESSAGES_BYTES; two calls of socket and one of each other. */
static int messages_move(void)
{
	/* AF_INET, port 0, 127.0.0.1 */
	unsigned char address[16] = { 2, 0, 0, 0, 127, 0, 0, 1 }, text[8] = { 0 };
	struct {
		long base, len;
	} vectors[MESSAGES_COUNT];
	struct {
		long name, name_len, iov, iov_len, control, control_len, flags, bytes;
	} messages[MESSAGES_COUNT];
	const long inet[5] = { 2, 2, 0, 0, 0 };
	long len = sizeof(address), at = (long)address;
	long from = MESSAGES_CALL(MESSAGES_SOCKET, inet);
	long to = MESSAGES_CALL(MESSAGES_SOCKET, inet);
	const long bound[5] = { to, at, len, 0, 0 }, named[5] = { to, at, (long)&len, 0, 0 };
	const long connected[5] = { from, at, len, 0, 0 };
	const long sent[5] = { from, (long)messages, MESSAGES_COUNT, 0, 0 };
	const long received[5] = { to, (long)messages, MESSAGES_COUNT, 0, 0 };

	for (int i = 0; i < MESSAGES_COUNT; i++) {
		vectors[i].base = (long)text;
		vectors[i].len = 2 * (i + 1);
		messages[i].name = messages[i].name_len = 0;
		messages[i].iov = (long)&vectors[i];
		messages[i].iov_len = 1;
		messages[i].control = messages[i].control_len = 0;
		messages[i].flags = 0;
		messages[i].bytes = -1;
	}
	return MESSAGES_CALL(MESSAGES_BIND, bound) != 0 ||
	       MESSAGES_CALL(MESSAGES_GETSOCKNAME, named) != 0 ||
	       MESSAGES_CALL(MESSAGES_CONNECT, connected) != 0 ||
	       MESSAGES_CALL(MESSAGES_SEND, sent) != MESSAGES_COUNT ||
	       MESSAGES_CALL(MESSAGES_RECEIVE, received) != MESSAGES_COUNT;
}
#endif

#endif
