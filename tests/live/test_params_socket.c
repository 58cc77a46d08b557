/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every parameter of the calls on sockets, for inet, inet6 and unix: addresses of the kernel's own
 * socket are compared with what getsockname and getpeername say.
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
#define BACKLOG 50

static const char unix_path[] = "/tmp/saker-params-socket";

static socklen_t address_of(int family, union address *address)
{
	char path[64];

	snprintf(path, sizeof(path), "%s.%d", unix_path, getpid());
	return loopback_address(family, path, address);
}

static socklen_t address_len(const union address *address)
{
	switch (address->any.sa_family) {
	case AF_INET: return sizeof(address->in);
	case AF_INET6: return sizeof(address->in6);
	}
	return sizeof(address->un);
}

static union address local_of(int fd)
{
	union address address = { .any.sa_family = 0 };
	socklen_t len = sizeof(address);

	if (getsockname(fd, &address.any, &len) < 0)
		abort();
	return address;
}

static union address remote_of(int fd)
{
	union address address = { .any.sa_family = 0 };
	socklen_t len = sizeof(address);

	if (getpeername(fd, &address.any, &len) < 0)
		abort();
	return address;
}

static int bound(int family, int type)
{
	union address address;
	socklen_t len = address_of(family, &address);
	int fd = socket(family, type, 0);

	if (fd < 0 || bind(fd, &address.any, len) < 0)
		abort();
	return fd;
}

static int listening(int family)
{
	int fd = bound(family, SOCK_STREAM);

	if (listen(fd, BACKLOG) < 0)
		abort();
	return fd;
}

static int connected_to(int server)
{
	union address address = local_of(server);
	int fd = socket(address.any.sa_family, SOCK_STREAM, 0);

	if (fd < 0 || connect(fd, &address.any, address_len(&address)) < 0)
		abort();
	return fd;
}

static int done(int family)
{
	union address address;

	address_of(family, &address);
	if (family == AF_UNIX)
		unlink(address.un.sun_path);
	return 0;
}

static void expect_address(const char *name, const union address *address, size_t len)
{
	uint8_t bytes[160];

	expect_bytes(name, bytes, expect_sockaddr(bytes, address, len));
}

/* Inet and inet6: from source to destination. */
static void expect_ends(const union address *source, const union address *destination)
{
	uint8_t bytes[160];

	expect_bytes("tuple", bytes, expect_tuple(bytes, source, destination));
}

/* Of a unix socket only the text is known here; the two socket pointers before it are not. */
static void expect_unix_ends(void)
{
	expect_any("tuple");
}

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

static int socketpair_works(void *arg)
{
	int fds[2];

	expect_int("res", expect_call(SYS_socketpair, ARGS(AF_UNIX, SOCK_STREAM, 0, (long)fds)));
	expect_int("fd1", fds[0]);
	expect_int("fd2", fds[1]);
	expect_range("source", INT64_MIN, -1); /* addresses of kernel objects */
	expect_range("peer", INT64_MIN, -1);
	expect_int("domain", AF_UNIX);
	expect_int("type", SOCK_STREAM);
	expect_int("proto", 0);
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

static int bind_to(int family)
{
	union address address;
	socklen_t len = address_of(family, &address);
	int fd = socket(family, SOCK_STREAM, 0);

	expect_int("res", expect_call(SYS_bind, ARGS(fd, (long)&address, len)));
	expect_address("addr", &address, len);
	expect_int("fd", fd);
	return done(family);
}

static int bind_inet(void *arg)
{
	return bind_to(AF_INET);
}

static int bind_inet6(void *arg)
{
	return bind_to(AF_INET6);
}

static int bind_unix(void *arg)
{
	return bind_to(AF_UNIX);
}

static int bind_abstract(void *arg)
{
	union address address = { .un = { .sun_family = AF_UNIX } };
	socklen_t len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
				    (size_t)snprintf(address.un.sun_path + 1, 40, "saker-params-%d",
						     getpid()));
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	expect_int("res", expect_call(SYS_bind, ARGS(fd, (long)&address, len)));
	expect_address("addr", &address, len);
	expect_int("fd", fd);
	return 0;
}

static int bind_fails(void *arg)
{
	union address address;
	socklen_t len = address_of(AF_INET, &address);

	address.in.sin_port = htons(4242);
	expect_int("res", expect_call(SYS_bind, ARGS(BAD_FD, (long)&address, len)));
	expect_address("addr", &address, len);
	expect_int("fd", BAD_FD);
	return 0;
}

static int listen_works(void *arg)
{
	int fd = bound(AF_INET, SOCK_STREAM);

	expect_int("res", expect_call(SYS_listen, ARGS(fd, 42)));
	expect_int("fd", fd);
	expect_int("backlog", 42);
	return 0;
}

static int listen_fails(void *arg)
{
	expect_int("res", expect_call(SYS_listen, ARGS(BAD_FD, -1)));
	expect_int("fd", BAD_FD);
	expect_int("backlog", -1);
	return 0;
}

static int connect_to(int family)
{
	int server = listening(family), fd = socket(family, SOCK_STREAM, 0);
	union address remote = local_of(server), local;
	socklen_t len = address_len(&remote);

	expect_int("res", expect_call(SYS_connect, ARGS(fd, (long)&remote, len)));
	local = local_of(fd);
	if (family == AF_UNIX)
		expect_unix_ends();
	else
		expect_ends(&local, &remote);
	expect_int("fd", fd);
	expect_address("addr", &remote, len);
	return done(family);
}

static int connect_inet(void *arg)
{
	return connect_to(AF_INET);
}

static int connect_inet6(void *arg)
{
	return connect_to(AF_INET6);
}

static int connect_unix(void *arg)
{
	return connect_to(AF_UNIX);
}

static int connect_fails(void *arg)
{
	int fd = bound(AF_INET, SOCK_STREAM), client = socket(AF_INET, SOCK_STREAM, 0);
	union address remote = local_of(fd);

	expect_int("res", expect_call(SYS_connect, ARGS(client, (long)&remote, sizeof(remote.in))));
	expect_none("tuple");
	expect_int("fd", client);
	expect_address("addr", &remote, sizeof(remote.in));
	return 0;
}

static int accept_from(long nr, int family, int flags)
{
	int server = listening(family), client = connected_to(server), other = connected_to(server);
	union address remote, local;
	long fd = expect_call(nr, ARGS(server, 0, 0, flags));

	expect_int("fd", fd);
	if (family == AF_UNIX) {
		expect_unix_ends();
	} else {
		remote = remote_of((int)fd);
		local = local_of((int)fd);
		expect_ends(&remote, &local);
	}
	expect_int("queuepct", 100 / BACKLOG);
	expect_int("queuelen", 1); /* the other client waits */
	expect_int("queuemax", BACKLOG);
	if (nr == SYS_accept4)
		expect_int("flags", flags);
	close(client);
	close(other);
	return done(family);
}

static int accept_inet(void *arg)
{
	return accept_from(SYS_accept, AF_INET, 0);
}

static int accept_unix(void *arg)
{
	return accept_from(SYS_accept, AF_UNIX, 0);
}

static int accept4_inet6(void *arg)
{
	return accept_from(SYS_accept4, AF_INET6, SOCK_CLOEXEC);
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

static int shutdown_works(void *arg)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) < 0)
		return 1;
	expect_int("res", expect_call(SYS_shutdown, ARGS(fds[0], SHUT_WR)));
	expect_int("fd", fds[0]);
	expect_int("how", SHUT_WR);
	return 0;
}

static int shutdown_fails(void *arg)
{
	expect_int("res", expect_call(SYS_shutdown, ARGS(BAD_FD, SHUT_RDWR)));
	expect_int("fd", BAD_FD);
	expect_int("how", SHUT_RDWR);
	return 0;
}

static const struct expect_case cases[] = {
	{ "socket", socket_works },         { "socket fails", socket_fails },
	{ "socketpair", socketpair_works }, { "socketpair fails", socketpair_fails },
	{ "bind inet", bind_inet },         { "bind inet6", bind_inet6 },
	{ "bind unix", bind_unix },         { "bind abstract", bind_abstract },
	{ "bind fails", bind_fails },       { "listen", listen_works },
	{ "listen fails", listen_fails },   { "connect inet", connect_inet },
	{ "connect inet6", connect_inet6 }, { "connect unix", connect_unix },
	{ "connect fails", connect_fails }, { "accept inet", accept_inet },
	{ "accept unix", accept_unix },     { "accept4 inet6", accept4_inet6 },
	{ "accept fails", accept_fails },   { "accept4 fails", accept4_fails },
	{ "shutdown", shutdown_works },     { "shutdown fails", shutdown_fails },
};

START_TEST(every_parameter)
{
	expect_run(&cases[_i]);
}
END_TEST

/* The text of a unix tuple is the server's name, whichever end the event is about. */
START_TEST(unix_tuple)
{
	static const struct {
		struct expect_case c;
		int nr;
	} rows[] = {
		{ { "connect unix", connect_unix }, SYS_connect },
		{ { "accept unix", accept_unix }, SYS_accept },
	};
	const struct event *event = NULL;
	char text[sizeof(unix_path) + 16];
	const struct event_param *tuple;
	uint64_t ends[2];
	int index;

	ck_assert_int_eq(watch_run(rows[_i].c.work, NULL), 0);
	for (size_t i = 0; i < watch.len; i++) {
		if (watch.events[i].prefix.nr == rows[_i].nr && watch.events[i].prefix.ret >= 0)
			event = &watch.events[i];
	}
	ck_assert_ptr_nonnull(event);
	index = event_param_index(event->desc, "tuple");
	tuple = &event->params[index];
	snprintf(text, sizeof(text), "%s.%d", unix_path, watch.pid);
	ck_assert_uint_eq(tuple->len, 1 + sizeof(ends) + strlen(text) + 1);
	ck_assert_uint_eq(tuple->data[0], AF_UNIX);
	memcpy(ends, tuple->data + 1, sizeof(ends));
	ck_assert_uint_ne(ends[0], 0);
	ck_assert_uint_ne(ends[1], 0);
	ck_assert_uint_ne(ends[0], ends[1]);
	ck_assert_str_eq((const char *)tuple->data + 1 + sizeof(ends), text);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("parameters of socket calls");

	tcase_add_loop_test(tcase, every_parameter, 0, sizeof(cases) / sizeof(cases[0]));
	tcase_add_loop_test(tcase, unix_tuple, 0, 2);
	return watch_suite("params_socket", tcase, SNAPLEN);
}
