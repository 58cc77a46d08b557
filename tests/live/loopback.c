/* SPDX-License-Identifier: Apache-2.0 */
#include "loopback.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

socklen_t loopback_address(int family, const char *unix_path, union address *ret_address)
{
	memset(ret_address, 0, sizeof(*ret_address));
	ret_address->any.sa_family = (sa_family_t)family;
	if (family == AF_INET) {
		ret_address->in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		return sizeof(ret_address->in);
	}
	if (family == AF_INET6) {
		ret_address->in6.sin6_addr = in6addr_loopback;
		return sizeof(ret_address->in6);
	}
	snprintf(ret_address->un.sun_path, sizeof(ret_address->un.sun_path), "%s", unix_path);
	return sizeof(ret_address->un);
}

int loopback_bound(int family, int type, const char *unix_path)
{
	union address address;
	socklen_t len = loopback_address(family, unix_path, &address);
	int fd = socket(family, type, 0);

	if (fd < 0 || bind(fd, &address.any, len) < 0)
		abort();
	return fd;
}

int loopback_listening(int family, const char *unix_path, union address *ret_address)
{
	int fd = loopback_bound(family, SOCK_STREAM, unix_path);

	if (listen(fd, LOOPBACK_BACKLOG) < 0)
		abort();
	*ret_address = loopback_local(fd);
	return fd;
}

int loopback_connected(int listener)
{
	union address address = loopback_local(listener);
	int fd = socket(address.any.sa_family, SOCK_STREAM, 0);

	if (fd < 0 || connect(fd, &address.any, loopback_len(&address)) < 0)
		abort();
	return fd;
}

union address loopback_local(int fd)
{
	union address address = { .un = { .sun_family = AF_UNSPEC } };
	socklen_t len = sizeof(address);

	if (getsockname(fd, &address.any, &len) < 0)
		abort();
	return address;
}

union address loopback_remote(int fd)
{
	union address address = { .un = { .sun_family = AF_UNSPEC } };
	socklen_t len = sizeof(address);

	if (getpeername(fd, &address.any, &len) < 0)
		abort();
	return address;
}

socklen_t loopback_len(const union address *address)
{
	switch (address->any.sa_family) {
	case AF_INET: return sizeof(address->in);
	case AF_INET6: return sizeof(address->in6);
	}
	return sizeof(address->un);
}
