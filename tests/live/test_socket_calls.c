/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls on sockets, each over inet, inet6 and unix, as it works and as it fails: every parameter.
 * What only one family has, and other ways to fail, are in test_params_socket.c.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
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

#define SNAPLEN 80
#define F_CLOEXEC (1 << 12) /* of capture files */
#define ADDRESS_BYTES 160

static int family; /* of the running case */

/* In the child: the result must be that. */
static int need(long ret, long wanted)
{
	return ret != wanted;
}

static void path_of(char *path, size_t size, pid_t pid)
{
	snprintf(path, size, "/tmp/saker-socket.%d", pid);
}

/* The address of this child's sockets of AF_UNIX. */
static const char *own_path(void)
{
	static char path[64];

	path_of(path, sizeof(path), getpid());
	return path;
}

static int listening(union address *address)
{
	return loopback_listening(family, own_path(), address);
}

static void expect_address(const char *name, const union address *address)
{
	uint8_t bytes[ADDRESS_BYTES];

	expect_bytes(name, bytes, expect_sockaddr(bytes, address, loopback_len(address)));
}

static void expect_ends(const union address *source, const union address *destination)
{
	uint8_t bytes[ADDRESS_BYTES];

	if (family == AF_UNIX)
		expect_unix_tuple(EXPECT_BOTH, own_path());
	else
		expect_bytes("tuple", bytes, expect_tuple(bytes, source, destination));
}

static int socket_works(void *arg)
{
	long fd = expect_call(SYS_socket, ARGS(family, SOCK_STREAM | SOCK_CLOEXEC, 0));

	expect_int("fd", fd);
	expect_int("domain", family);
	expect_int("type", SOCK_STREAM);
	expect_int("proto", 0);
	expect_int("flags", F_CLOEXEC);
	return fd < 0;
}

#define NO_TYPE 7

static int socket_fails(void *arg)
{
	long ret = expect_call(SYS_socket, ARGS(family, NO_TYPE, 0));

	expect_int("fd", ret);
	expect_int("domain", family);
	expect_int("type", NO_TYPE);
	expect_int("proto", 0);
	expect_int("flags", 0);
	return need(ret, -ESOCKTNOSUPPORT);
}

/* Of unix sockets alone: inet and inet6 have no pairs. */
static int socketpair_works(void *arg)
{
	bool works = family == AF_UNIX;
	int fds[2] = { -1, -1 };
	long ret = expect_call(SYS_socketpair, ARGS(family, SOCK_STREAM, 0, (long)fds));

	expect_int("res", ret);
	expect_int("fd1", works ? fds[0] : -1);
	expect_int("fd2", works ? fds[1] : -1);
	expect_range("source", works ? INT64_MIN : 0, works ? -1 : 0); /* of kernel objects */
	expect_range("peer", works ? INT64_MIN : 0, works ? -1 : 0);
	expect_int("domain", family);
	expect_int("type", SOCK_STREAM);
	expect_int("proto", 0);
	return need(ret, works ? 0 : -EOPNOTSUPP);
}

static int socketpair_fails(void *arg)
{
	int fds[2];
	long ret = expect_call(SYS_socketpair, ARGS(family, NO_TYPE, 0, (long)fds));

	expect_int("res", ret);
	expect_int("fd1", -1);
	expect_int("fd2", -1);
	expect_int("source", 0);
	expect_int("peer", 0);
	expect_int("domain", family);
	expect_int("type", NO_TYPE);
	expect_int("proto", 0);
	return need(ret, -ESOCKTNOSUPPORT);
}

static int binds(const union address *address, long wanted)
{
	int fd = socket(family, SOCK_STREAM, 0);
	long ret = expect_call(SYS_bind, ARGS(fd, (long)address, loopback_len(address)));

	expect_int("res", ret);
	expect_address("addr", address);
	expect_int("fd", fd);
	return need(ret, wanted);
}

static int bind_works(void *arg)
{
	union address address;

	loopback_address(family, own_path(), &address);
	return binds(&address, 0);
}

static int bind_fails(void *arg)
{
	union address address;

	listening(&address);
	return binds(&address, -EADDRINUSE);
}

static int listens(int type, long wanted)
{
	int fd = loopback_bound(family, type, own_path());
	long ret = expect_call(SYS_listen, ARGS(fd, 42));

	expect_int("res", ret);
	expect_int("fd", fd);
	expect_int("backlog", 42);
	return need(ret, wanted);
}

static int listen_works(void *arg)
{
	return listens(SOCK_STREAM, 0);
}

static int listen_fails(void *arg)
{
	return listens(SOCK_DGRAM, -EOPNOTSUPP);
}

/* A connection that is made, or on its way. */
static int connects(int type, long wanted)
{
	union address remote, local;
	int fd;
	long ret;

	listening(&remote);
	fd = socket(family, SOCK_STREAM | type, 0);
	ret = expect_call(SYS_connect, ARGS(fd, (long)&remote, loopback_len(&remote)));
	local = loopback_local(fd);
	expect_int("res", ret);
	expect_ends(&local, &remote);
	expect_int("fd", fd);
	expect_address("addr", &remote);
	return need(ret, wanted);
}

static int connect_works(void *arg)
{
	return connects(0, 0);
}

/* The answer comes while the socket is still the caller's. Unix sockets have no such way. */
static int connect_begins(void *arg)
{
	return connects(SOCK_NONBLOCK, family == AF_UNIX ? 0 : -EINPROGRESS);
}

static int connect_fails(void *arg)
{
	int bound = loopback_bound(family, SOCK_STREAM, own_path());
	int fd = socket(family, SOCK_STREAM, 0);
	union address remote = loopback_local(bound);
	long ret = expect_call(SYS_connect, ARGS(fd, (long)&remote, loopback_len(&remote)));

	expect_int("res", ret);
	expect_none("tuple");
	expect_int("fd", fd);
	expect_address("addr", &remote);
	return need(ret, -ECONNREFUSED);
}

static int accepts(long nr)
{
	union address remote, local, address;
	int listener = listening(&address);
	long fd;

	loopback_connected(listener);
	loopback_connected(listener);
	fd = expect_call(nr, ARGS(listener, 0, 0, nr == SYS_accept4 ? SOCK_CLOEXEC : 0));
	remote = loopback_remote((int)fd);
	local = loopback_local((int)fd);
	expect_int("fd", fd);
	expect_ends(&remote, &local);
	expect_int("queuepct", 100 / LOOPBACK_BACKLOG);
	expect_int("queuelen", 1); /* the other waits */
	expect_int("queuemax", LOOPBACK_BACKLOG);
	if (nr == SYS_accept4)
		expect_int("flags", SOCK_CLOEXEC);
	return fd < 0;
}

static int accept_works(void *arg)
{
	return accepts(SYS_accept);
}

static int accept4_works(void *arg)
{
	return accepts(SYS_accept4);
}

/* Nobody wants to connect. */
static int finds_none(long nr)
{
	union address address;
	int listener = listening(&address);
	long ret;

	if (fcntl(listener, F_SETFL, O_NONBLOCK) < 0)
		abort();
	ret = expect_call(nr, ARGS(listener, 0, 0, nr == SYS_accept4 ? SOCK_CLOEXEC : 0));
	expect_int("fd", ret);
	expect_none("tuple");
	expect_int("queuepct", 0);
	expect_int("queuelen", 0);
	expect_int("queuemax", LOOPBACK_BACKLOG);
	if (nr == SYS_accept4)
		expect_int("flags", SOCK_CLOEXEC);
	return need(ret, -EAGAIN);
}

static int accept_fails(void *arg)
{
	return finds_none(SYS_accept);
}

static int accept4_fails(void *arg)
{
	return finds_none(SYS_accept4);
}

static int connected(void)
{
	union address address;

	return loopback_connected(listening(&address));
}

static int shuts(int how, long wanted)
{
	int fd = connected();
	long ret = expect_call(SYS_shutdown, ARGS(fd, how));

	expect_int("res", ret);
	expect_int("fd", fd);
	expect_int("how", how);
	return need(ret, wanted);
}

static int shutdown_works(void *arg)
{
	return shuts(SHUT_WR, 0);
}

static int shutdown_fails(void *arg)
{
	return shuts(5, -EINVAL);
}

/* The address that a call hands out is an argument, not a parameter. */
static int names(long nr, int fd, long wanted)
{
	union address address = { .any.sa_family = AF_UNSPEC };
	socklen_t len = sizeof(address);
	char line[160], end[INET6_ADDRSTRLEN + 8];
	long ret = expect_call(nr, ARGS(fd, (long)&address, (long)&len));

	if (ret < 0)
		snprintf(line, sizeof(line), "fd=%d addr=0x*", fd);
	else if (family == AF_UNIX)
		snprintf(line, sizeof(line), "addr=%s fd=%d*", own_path(), fd);
	else
		snprintf(line, sizeof(line),
			 family == AF_INET ? "addr=%s:%u fd=%d*" : "addr=[%s]:%u fd=%d*",
			 inet_ntop(family,
				   family == AF_INET ? (void *)&address.in.sin_addr
						     : (void *)&address.in6.sin6_addr,
				   end, sizeof(end)),
			 ntohs(address.in.sin_port), fd);
	expect_line(line);
	return need(ret, wanted);
}

static int getsockname_works(void *arg)
{
	union address address;

	return names(SYS_getsockname, listening(&address), 0);
}

/* Of a file. */
static int getsockname_fails(void *arg)
{
	return names(SYS_getsockname, open("/dev/null", O_RDONLY), -ENOTSOCK);
}

static int getpeername_works(void *arg)
{
	return names(SYS_getpeername, connected(), 0);
}

static int getpeername_fails(void *arg)
{
	return names(SYS_getpeername, socket(family, SOCK_STREAM, 0), -ENOTCONN);
}

/* As capture files have it: a kind, then the value. */
static void expect_option(int fd, int level, int name, const void *val, size_t val_len)
{
	expect_int("fd", fd);
	expect_int("level", level);
	expect_int("optname", name);
	expect_bytes("val", val, val_len);
	expect_int("optlen", sizeof(int));
}

#define SCAP_SOL_SOCKET 1
#define SCAP_SO_TYPE 3
#define SCAP_SO_KEEPALIVE 9

static int setsockopt_works(void *arg)
{
	int fd = socket(family, SOCK_STREAM, 0), on = 1;
	long ret = expect_call(SYS_setsockopt,
			       ARGS(fd, SOL_SOCKET, SO_KEEPALIVE, (long)&on, sizeof(on)));

	expect_int("res", ret);
	expect_option(fd, SCAP_SOL_SOCKET, SCAP_SO_KEEPALIVE, "\2\1\0\0\0", 5);
	return need(ret, 0);
}

static int setsockopt_fails(void *arg)
{
	int fd = socket(family, SOCK_STREAM, 0), on = 1;
	long ret = expect_call(SYS_setsockopt, ARGS(fd, SOL_SOCKET, 9999, (long)&on, sizeof(on)));

	expect_int("res", ret);
	expect_option(fd, SCAP_SOL_SOCKET, 0, "\2\1\0\0\0", 5);
	return need(ret, -ENOPROTOOPT);
}

static int getsockopt_works(void *arg)
{
	int fd = socket(family, SOCK_DGRAM, 0), type = 0;
	socklen_t len = sizeof(type);
	long ret =
		expect_call(SYS_getsockopt, ARGS(fd, SOL_SOCKET, SO_TYPE, (long)&type, (long)&len));

	expect_int("res", ret);
	expect_option(fd, SCAP_SOL_SOCKET, SCAP_SO_TYPE, "\2\2\0\0\0", 5);
	return need(ret, 0);
}

static int getsockopt_fails(void *arg)
{
	int fd = socket(family, SOCK_DGRAM, 0), value = 0;
	socklen_t len = sizeof(value);
	long ret =
		expect_call(SYS_getsockopt, ARGS(fd, SOL_SOCKET, 9999, (long)&value, (long)&len));

	expect_int("res", ret);
	expect_option(fd, SCAP_SOL_SOCKET, 0, "", 0);
	return need(ret, -ENOPROTOOPT);
}

static const struct expect_case cases[] = {
	{ "socket", socket_works },
	{ "socket fails", socket_fails },
	{ "socketpair", socketpair_works },
	{ "socketpair fails", socketpair_fails },
	{ "bind", bind_works },
	{ "bind fails", bind_fails },
	{ "listen", listen_works },
	{ "listen fails", listen_fails },
	{ "connect", connect_works },
	{ "connect begins", connect_begins },
	{ "connect fails", connect_fails },
	{ "accept", accept_works },
	{ "accept fails", accept_fails },
	{ "accept4", accept4_works },
	{ "accept4 fails", accept4_fails },
	{ "shutdown", shutdown_works },
	{ "shutdown fails", shutdown_fails },
	{ "getsockname", getsockname_works },
	{ "getsockname fails", getsockname_fails },
	{ "getpeername", getpeername_works },
	{ "getpeername fails", getpeername_fails },
	{ "setsockopt", setsockopt_works },
	{ "setsockopt fails", setsockopt_fails },
	{ "getsockopt", getsockopt_works },
	{ "getsockopt fails", getsockopt_fails },
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
	path_of(path, sizeof(path), watch.pid);
	unlink(path);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("socket calls");

	tcase_add_loop_test(tcase, every_parameter, 0, (int)(CASES * FAMILIES));
	return watch_suite("socket_calls", tcase, SNAPLEN);
}
