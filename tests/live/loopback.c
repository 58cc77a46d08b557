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

int loopback_listening(int family, const char *unix_path, union address *ret_address)
{
	socklen_t len = loopback_address(family, unix_path, ret_address);
	int fd = socket(family, SOCK_STREAM, 0);

	if (fd < 0 || bind(fd, &ret_address->any, len) < 0 || listen(fd, LOOPBACK_BACKLOG) < 0 ||
	    (family != AF_UNIX && getsockname(fd, &ret_address->any, &len) < 0))
		abort();
	return fd;
}
