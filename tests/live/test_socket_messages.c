/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls that send and receive, each over inet, inet6 and unix, as it works and as it fails: every
 * parameter. Datagrams have both ends; a connected stream of unix sockets has the name of the one
 * that listened. What a call of several messages does with each is in test_params_messages.c.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>
#include "expect.h"
#include "loopback.h"
#include "watch.h"

#define SNAPLEN 80
#define ROOM 32
#define SAID "hello"
#define SAID_LEN 5

/* Of the running case. */
static int family;

/* Sockets of AF_UNIX have one of two names. */
static void path_of(char *path, size_t size, pid_t pid, int which)
{
	snprintf(path, size, "/tmp/saker-message.%d.%d", pid, which);
}

static const char *own_path(int which)
{
	static char paths[2][64];

	path_of(paths[which], sizeof(paths[which]), getpid(), which);
	return paths[which];
}

/* Two datagram sockets; what the first sends to the second's address arrives there. */
struct ends {
	int sender, receiver;
	union address from, to, source; /* source: where a receiver is told who sent */
	char bytes[ROOM];
	struct iovec parts[2];
	struct msghdr message;
};

static struct ends ends;

/* One variable, so that all that a call reads is present together. */
static void open_ends(void)
{
	ends.sender = loopback_bound(family, SOCK_DGRAM, own_path(0));
	ends.receiver = loopback_bound(family, SOCK_DGRAM, own_path(1));
	ends.from = loopback_local(ends.sender);
	ends.to = loopback_local(ends.receiver);
}

static const struct msghdr *message_out(union address *to)
{
	memcpy(ends.bytes, SAID, SAID_LEN);
	ends.parts[0] = (struct iovec){ ends.bytes, 3 };
	ends.parts[1] = (struct iovec){ ends.bytes + 3, SAID_LEN - 3 };
	ends.message = (struct msghdr){ .msg_name = to,
					.msg_namelen = to ? loopback_len(to) : 0,
					.msg_iov = ends.parts,
					.msg_iovlen = 2 };
	return &ends.message;
}

static const struct msghdr *message_in(void)
{
	ends.parts[0] = (struct iovec){ ends.bytes, 3 };
	ends.parts[1] = (struct iovec){ ends.bytes + 3, ROOM - 3 };
	ends.message = (struct msghdr){ .msg_name = &ends.source,
					.msg_namelen = sizeof(ends.source),
					.msg_iov = ends.parts,
					.msg_iovlen = 2 };
	return &ends.message;
}

/* A unix socket that is not connected has no other end in the kernel. */
static void expect_datagram(unsigned unix_ends)
{
	uint8_t bytes[160];

	if (family == AF_UNIX)
		expect_unix_tuple(unix_ends, own_path(1));
	else
		expect_bytes("tuple", bytes, expect_tuple(bytes, &ends.from, &ends.to));
}

/* Nowhere to send to. */
static long no_destination(void)
{
	return family == AF_UNIX ? -ENOTCONN : -EDESTADDRREQ;
}

static int sends(long ret, union address *to)
{
	expect_int("res", ret);
	expect_bytes("data", SAID, SAID_LEN);
	expect_int("fd", ends.sender);
	expect_int("size", SAID_LEN);
	if (to)
		expect_datagram(EXPECT_SOURCE);
	else
		expect_none("tuple");
	return ret != (to ? SAID_LEN : no_destination());
}

static int sends_to(union address *to)
{
	open_ends();
	message_out(to);
	return sends(expect_call(SYS_sendto, ARGS(ends.sender, (long)ends.bytes, SAID_LEN, 0,
						  (long)to, to ? loopback_len(to) : 0)),
		     to);
}

static int sendto_works(void *arg)
{
	return sends_to(&ends.to);
}

static int sendto_fails(void *arg)
{
	return sends_to(NULL);
}

static int sends_message(union address *to)
{
	open_ends();
	return sends(expect_call(SYS_sendmsg, ARGS(ends.sender, (long)message_out(to))), to);
}

static int sendmsg_works(void *arg)
{
	return sends_message(&ends.to);
}

static int sendmsg_fails(void *arg)
{
	return sends_message(NULL);
}

static int sends_messages(union address *to)
{
	struct mmsghdr messages[1] = { { .msg_len = 0 } };
	long ret;

	open_ends();
	messages[0].msg_hdr = *message_out(to);
	ret = expect_call(SYS_sendmmsg, ARGS(ends.sender, (long)messages, 1));
	expect_int("res", to ? SAID_LEN : ret);
	expect_int("fd", ends.sender);
	expect_int("size", SAID_LEN);
	expect_bytes("data", SAID, SAID_LEN);
	if (to)
		expect_datagram(EXPECT_SOURCE);
	else
		expect_none("tuple");
	return ret != (to ? 1 : no_destination());
}

static int sendmmsg_works(void *arg)
{
	return sends_messages(&ends.to);
}

static int sendmmsg_fails(void *arg)
{
	return sends_messages(NULL);
}

/* Opens both ends; something has arrived, or not. */
static void open_received(long res)
{
	open_ends();
	if (res > 0 &&
	    sendto(ends.sender, SAID, SAID_LEN, 0, &ends.to.any, loopback_len(&ends.to)) != res)
		abort();
}

static void expect_received(long res)
{
	if (res > 0)
		expect_bytes("data", SAID, (size_t)res);
	else
		expect_none("data");
	if (res > 0)
		expect_datagram(EXPECT_DESTINATION);
	else
		expect_none("tuple");
}

static int receives_from(long res)
{
	socklen_t len = sizeof(ends.source);
	long ret;

	open_received(res);
	ret = expect_call(SYS_recvfrom, ARGS(ends.receiver, (long)ends.bytes, ROOM, MSG_DONTWAIT,
					     (long)&ends.source, (long)&len));
	expect_int("res", ret);
	expect_received(res);
	expect_int("fd", ends.receiver);
	expect_int("size", ROOM);
	return ret != res;
}

static int recvfrom_works(void *arg)
{
	return receives_from(SAID_LEN);
}

static int recvfrom_fails(void *arg)
{
	return receives_from(-EAGAIN);
}

static int receives_message(long res)
{
	long ret;

	open_received(res);
	ret = expect_call(SYS_recvmsg, ARGS(ends.receiver, (long)message_in(), MSG_DONTWAIT));
	expect_int("res", ret);
	expect_int("size", ROOM);
	expect_received(res);
	expect_none("msgcontrol");
	expect_int("fd", ends.receiver);
	return ret != res;
}

static int recvmsg_works(void *arg)
{
	return receives_message(SAID_LEN);
}

static int recvmsg_fails(void *arg)
{
	return receives_message(-EAGAIN);
}

static int receives_messages(long res)
{
	struct mmsghdr messages[1] = { { .msg_len = 0 } };
	long ret;

	open_received(res);
	messages[0].msg_hdr = *message_in();
	ret = expect_call(SYS_recvmmsg, ARGS(ends.receiver, (long)messages, 1, MSG_DONTWAIT));
	expect_int("res", res);
	expect_int("fd", ends.receiver);
	expect_int("size", ROOM);
	expect_received(res);
	expect_none("msgcontrol");
	return ret != (res > 0 ? 1 : res);
}

static int recvmmsg_works(void *arg)
{
	return receives_messages(SAID_LEN);
}

static int recvmmsg_fails(void *arg)
{
	return receives_messages(-EAGAIN);
}

/* A datagram goes where its message says, also from a socket that is connected: here to itself. */
static int sends_elsewhere(void *arg)
{
	long ret;

	open_ends();
	if (connect(ends.sender, &ends.from.any, loopback_len(&ends.from)) < 0)
		abort();
	message_out(&ends.to);
	ret = expect_call(SYS_sendmsg, ARGS(ends.sender, (long)&ends.message));
	return sends(ret, &ends.to);
}

/* Connected streams: the address is that of the connection, which both ends have. */

static void expect_stream(const union address *source, const union address *destination)
{
	uint8_t bytes[160];

	if (family == AF_UNIX)
		expect_unix_tuple(EXPECT_BOTH, own_path(0));
	else
		expect_bytes("tuple", bytes, expect_tuple(bytes, source, destination));
}

static int sends_on_stream(void *arg)
{
	union address server, client;
	int fd = loopback_connected(loopback_listening(family, own_path(0), &server));
	long ret;

	client = loopback_local(fd);
	ret = expect_call(SYS_sendto, ARGS(fd, (long)SAID, SAID_LEN));
	expect_int("res", ret);
	expect_bytes("data", SAID, SAID_LEN);
	expect_int("fd", fd);
	expect_int("size", SAID_LEN);
	expect_stream(&client, &server);
	return ret != SAID_LEN;
}

static int receives_on_stream(void *arg)
{
	union address server, client;
	int listener = loopback_listening(family, own_path(0), &server);
	int other = loopback_connected(listener), fd = accept(listener, NULL, NULL);
	long ret;

	client = loopback_local(other);
	if (send(other, SAID, SAID_LEN, 0) != SAID_LEN)
		abort();
	ret = expect_call(SYS_recvfrom, ARGS(fd, (long)ends.bytes, ROOM));
	expect_int("res", ret);
	expect_bytes("data", SAID, SAID_LEN);
	expect_stream(&client, &server);
	expect_int("fd", fd);
	expect_int("size", ROOM);
	return ret != SAID_LEN;
}

static const struct expect_case cases[] = {
	{ "sendto", sendto_works },
	{ "sendto fails", sendto_fails },
	{ "sendto on a stream", sends_on_stream },
	{ "recvfrom", recvfrom_works },
	{ "recvfrom fails", recvfrom_fails },
	{ "recvfrom on a stream", receives_on_stream },
	{ "sendmsg", sendmsg_works },
	{ "sendmsg fails", sendmsg_fails },
	{ "sendmsg elsewhere", sends_elsewhere },
	{ "recvmsg", recvmsg_works },
	{ "recvmsg fails", recvmsg_fails },
	{ "sendmmsg", sendmmsg_works },
	{ "sendmmsg fails", sendmmsg_fails },
	{ "recvmmsg", recvmmsg_works },
	{ "recvmmsg fails", recvmmsg_fails },
};
#define CASES (sizeof(cases) / sizeof(cases[0]))

static const struct {
	const char *name;
	int family;
} families[] = { { "inet", AF_INET }, { "inet6", AF_INET6 }, { "unix", AF_UNIX } };
#define FAMILIES (sizeof(families) / sizeof(families[0]))

START_TEST(every_parameter)
{
	struct expect_case c = cases[(size_t)_i % CASES];
	char name[64], path[64];

	family = families[(size_t)_i / CASES].family;
	snprintf(name, sizeof(name), "%s, %s", c.name, families[(size_t)_i / CASES].name);
	c.name = name;
	expect_run(&c);
	for (int which = 0; which < 2; which++) {
		path_of(path, sizeof(path), watch.pid, which);
		unlink(path);
	}
}
END_TEST

/* An abstract name is as long as the caller says it is. */
static int sends_to_abstract(void *arg)
{
	union address to = { .un = { .sun_family = AF_UNIX } };
	char text[128];
	int len = snprintf(to.un.sun_path + 1, 40, "saker-message-%d", getpid());
	socklen_t bytes = (socklen_t)offsetof(struct sockaddr_un, sun_path) + 1 + (socklen_t)len;
	int receiver = socket(AF_UNIX, SOCK_DGRAM, 0), fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	long ret;

	if (bind(receiver, &to.any, bytes) < 0)
		abort();
	ret = expect_call(SYS_sendto, ARGS(fd, (long)SAID, SAID_LEN, 0, (long)&to, bytes));
	snprintf(text, sizeof(text), "@%s", to.un.sun_path + 1);
	expect_int("res", ret);
	expect_bytes("data", SAID, SAID_LEN);
	expect_int("fd", fd);
	expect_int("size", SAID_LEN);
	expect_unix_tuple(EXPECT_SOURCE, text);
	return ret != SAID_LEN;
}

START_TEST(abstract_name)
{
	expect_run(&(struct expect_case){ "sendto an abstract name", sends_to_abstract });
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("socket messages");

	tcase_add_loop_test(tcase, every_parameter, 0, (int)(CASES * FAMILIES));
	tcase_add_test(tcase, abstract_name);
	return watch_suite("socket_messages", tcase, SNAPLEN);
}
