/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses of sockets that tests make on this machine. */
#ifndef TESTS_LIVE_LOOPBACK_H
#define TESTS_LIVE_LOOPBACK_H

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

union address {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	struct sockaddr_un un;
};

/* Loopback, port 0; of AF_UNIX the path. Returns the length. */
socklen_t loopback_address(int family, const char *unix_path, union address *ret_address);

#define LOOPBACK_BACKLOG 50
/* A stream socket that listens there; its address is left in *ret_address. Ends where it fails. */
int loopback_listening(int family, const char *unix_path, union address *ret_address);

#endif
