/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every parameter of the calls on sockets: what one family alone has, flags, and calls on what is
 * no descriptor. What all families have is in test_socket_calls.c.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>
#include "expect.h"
#include "loopback.h"
#include "watch.h"

#define F_NONBLOCK (1 << 6)
#define F_CLOEXEC (1 << 12)
#define SNAPLEN 80
#define BAD_FD 999
static int socket_works(void *arg)
{
	expect_int("fd",
		   expect_call(SYS_socket, ARGS(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
						IPPROTO_UDP)));
	expect_int("domain", AF_INET6);
	expect_int("type", SOCK_DGRAM);
	expect_int("proto", IPPROTO_UDP);
	expect_int("flags", F_CLOEXEC | F_NONBLOCK);
	return 0;
}

static int socket_fails(void *arg)
{
	expect_int("fd", expect_call(SYS_socket, ARGS(12345, SOCK_STREAM, 7)));
	expect_int("domain", 12345);
	expect_int("type", SOCK_STREAM);
	expect_int("proto", 7);
	expect_int("flags", 0);
	return 0;
}

static int socketpair_fails(void *arg)
{
	int fds[2];

	expect_int("res", expect_call(SYS_socketpair, ARGS(AF_INET, SOCK_STREAM, 0, (long)fds)));
	expect_int("fd1", -1);
	expect_int("fd2", -1);
	expect_int("source", 0);
	expect_int("peer", 0);
	expect_int("domain", AF_INET);
	expect_int("type", SOCK_STREAM);
	expect_int("proto", 0);
	return 0;
}

static int bind_abstract(void *arg)
{
	union address address = { .un = { .sun_family = AF_UNIX } };
	socklen_t len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
				    (size_t)snprintf(address.un.sun_path + 1, 40, "saker-params-%d",
						     getpid()));
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	uint8_t bytes[160];

	expect_int("res", expect_call(SYS_bind, ARGS(fd, (long)&address, len)));
	expect_bytes("addr", bytes, expect_sockaddr(bytes, &address, len));
	expect_int("fd", fd);
	return 0;
}

static int bind_fails(void *arg)
{
	union address address;
	socklen_t len = loopback_address(AF_INET, NULL, &address);
	uint8_t bytes[160];

	address.in.sin_port = htons(4242);
	expect_int("res", expect_call(SYS_bind, ARGS(BAD_FD, (long)&address, len)));
	expect_bytes("addr", bytes, expect_sockaddr(bytes, &address, len));
	expect_int("fd", BAD_FD);
	return 0;
}

static int listen_fails(void *arg)
{
	expect_int("res", expect_call(SYS_listen, ARGS(BAD_FD, -1)));
	expect_int("fd", BAD_FD);
	expect_int("backlog", -1);
	return 0;
}

static int connect_fails(void *arg)
{
	union address address;
	socklen_t len = loopback_address(AF_INET6, NULL, &address);
	uint8_t bytes[160];

	expect_int("res", expect_call(SYS_connect, ARGS(BAD_FD, (long)&address, len)));
	expect_none("tuple");
	expect_int("fd", BAD_FD);
	expect_bytes("addr", bytes, expect_sockaddr(bytes, &address, len));
	return 0;
}

static int accept_fails_with(long nr)
{
	expect_int("fd", expect_call(nr, ARGS(BAD_FD)));
	expect_none("tuple");
	expect_int("queuepct", 0);
	expect_int("queuelen", 0);
	expect_int("queuemax", 0);
	if (nr == SYS_accept4)
		expect_int("flags", 0);
	return 0;
}

static int accept_fails(void *arg)
{
	return accept_fails_with(SYS_accept);
}

static int accept4_fails(void *arg)
{
	return accept_fails_with(SYS_accept4);
}

static int shutdown_fails(void *arg)
{
	expect_int("res", expect_call(SYS_shutdown, ARGS(BAD_FD, SHUT_RDWR)));
	expect_int("fd", BAD_FD);
	expect_int("how", SHUT_RDWR);
	return 0;
}

static const struct expect_case cases[] = {
	{ "socket", socket_works },
	{ "socket fails", socket_fails },
	{ "socketpair fails", socketpair_fails },
	{ "bind abstract", bind_abstract },
	{ "bind fails", bind_fails },
	{ "listen fails", listen_fails },
	{ "connect fails", connect_fails },
	{ "accept fails", accept_fails },
	{ "accept4 fails", accept4_fails },
	{ "shutdown fails", shutdown_fails },
};

START_TEST(every_parameter)
{
	expect_run(&cases[_i]);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("parameters of socket calls");

	tcase_add_loop_test(tcase, every_parameter, 0, sizeof(cases) / sizeof(cases[0]));
	return watch_suite("params_socket", tcase, SNAPLEN);
}
