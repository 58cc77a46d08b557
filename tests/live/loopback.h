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
/* Sockets on loopback; of AF_UNIX at that path. They end where that fails. */
int loopback_bound(int family, int type, const char *unix_path);
/* A stream socket that listens there; its address is left in *ret_address. */
int loopback_listening(int family, const char *unix_path, union address *ret_address);
/* A stream socket that is connected to that one; nothing is accepted. */
int loopback_connected(int listener);

/* Addresses of both ends; of AF_UNIX without a name the family alone. */
union address loopback_local(int fd);
union address loopback_remote(int fd);
/* Bytes of an address, by its family. */
socklen_t loopback_len(const union address *address);

#endif
