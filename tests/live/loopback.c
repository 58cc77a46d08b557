/* SPDX-License-Identifier: Apache-2.0 */
#include "loopback.h"

#include <arpa/inet.h>
#include <stdio.h>
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
