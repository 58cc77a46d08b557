/* SPDX-License-Identifier: Apache-2.0 */
/* What open files are: kinds and names of sockets, their ends, anonymous inodes. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include "fd_table.h"

#define SOCK_TYPE_BITS 0xf /* SOCK_TYPE_MASK of include/linux/net.h */

const char *fd_socket_name(unsigned family, unsigned type, unsigned protocol)
{
	bool six = family == AF_INET6;

	switch (family) {
	case AF_UNIX: return "unix";
	case AF_NETLINK: return "netlink";
	case AF_PACKET: return "packet";
	case AF_INET:
	case AF_INET6: break;
	default: return "socket";
	}
	switch (type & SOCK_TYPE_BITS) {
	case SOCK_STREAM:
		return protocol && protocol != IPPROTO_TCP ? "socket" : six ? "tcp6" : "tcp";
	case SOCK_DGRAM:
		return protocol && protocol != IPPROTO_UDP ? "socket" : six ? "udp6" : "udp";
	case SOCK_RAW: return six ? "raw6" : "raw";
	default: return "socket";
	}
}

size_t fd_address_text(char *text, size_t size, unsigned family, const void *address, unsigned port)
{
	char host[INET6_ADDRSTRLEN];
	int len;

	if (!inet_ntop((int)family, address, host, sizeof(host)))
		return 0;
	len = snprintf(text, size, family == AF_INET6 ? "[%s]:%u" : "%s:%u", host, port);
	return len > 0 && (size_t)len < size ? (size_t)len : 0;
}

size_t fd_tuple_text(char *text, size_t size, const struct fd_tuple *tuple)
{
	size_t len = fd_address_text(text, size, tuple->family, tuple->saddr, tuple->sport);

	if (!len || (!tuple->dport && tuple->listening) || len + 2 >= size)
		return len;
	text[len++] = '-';
	text[len++] = '>';
	return len +
	       fd_address_text(text + len, size - len, tuple->family, tuple->daddr, tuple->dport);
}

enum fd_type fd_socket_type(unsigned family)
{
	switch (family) {
	case AF_INET: return FD_TYPE_IPV4;
	case AF_INET6: return FD_TYPE_IPV6;
	case AF_UNIX: return FD_TYPE_UNIX;
	case AF_NETLINK: return FD_TYPE_NETLINK;
	case AF_PACKET: return FD_TYPE_PACKET;
	default: return FD_TYPE_SOCKET;
	}
}

enum fd_l4 fd_socket_l4(unsigned family, unsigned type, unsigned protocol)
{
	if (family != AF_INET && family != AF_INET6)
		return FD_L4_NA;
	switch (type & SOCK_TYPE_BITS) {
	case SOCK_STREAM: return protocol && protocol != IPPROTO_TCP ? FD_L4_UNKNOWN : FD_L4_TCP;
	case SOCK_DGRAM:
		if (protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6)
			return FD_L4_ICMP;
		return protocol && protocol != IPPROTO_UDP ? FD_L4_UNKNOWN : FD_L4_UDP;
	case SOCK_RAW:
		return protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6 ? FD_L4_ICMP
									      : FD_L4_RAW;
	default: return FD_L4_UNKNOWN;
	}
}

enum fd_type fd_anon_type(const char *name, size_t len)
{
	static const struct {
		const char *name;
		enum fd_type type;
	} kinds[] = {
		{ .name = "anon_inode:[eventfd]", .type = FD_TYPE_EVENT },
		{ .name = "anon_inode:[eventpoll]", .type = FD_TYPE_EVENTPOLL },
		{ .name = "anon_inode:[timerfd]", .type = FD_TYPE_TIMERFD },
		{ .name = "anon_inode:[signalfd]", .type = FD_TYPE_SIGNALFD },
		{ .name = "anon_inode:inotify", .type = FD_TYPE_INOTIFY },
		{ .name = "anon_inode:[fanotify]", .type = FD_TYPE_INOTIFY },
		{ .name = "anon_inode:[userfaultfd]", .type = FD_TYPE_USERFAULTFD },
		{ .name = "anon_inode:[io_uring]", .type = FD_TYPE_IO_URING },
		{ .name = "anon_inode:[pidfd]", .type = FD_TYPE_PIDFD },
		{ .name = "pidfd:[", .type = FD_TYPE_PIDFD }, /* since Linux 6.9 */
		{ .name = "anon_inode:bpf", .type = FD_TYPE_BPF },
		{ .name = "anon_inode:btf", .type = FD_TYPE_BPF },
		{ .name = "pipe:[", .type = FD_TYPE_PIPE },
		{ .name = "/memfd:", .type = FD_TYPE_MEMFD },
	};
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		size_t kind_len = strlen(kinds[i].name);

		if (len >= kind_len && !memcmp(name, kinds[i].name, kind_len))
			return kinds[i].type;
	}
	return FD_TYPE_UNKNOWN;
}

/* An IPv4 address inside an IPv6 one (RFC 4291, 2.5.5.2), or none at all. */
static bool fd_is_mapped(const uint8_t *address, bool or_nowhere)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff }, nowhere[16];

	return !memcmp(address, mapped, sizeof(mapped)) ||
	       (or_nowhere && !memcmp(address, nowhere, sizeof(nowhere)));
}

void fd_tuple_unmap(struct fd_tuple *tuple)
{
	const uint8_t *saddr = tuple->saddr, *daddr = tuple->daddr;

	if (tuple->family != AF_INET6 || !fd_is_mapped(daddr, false) || !fd_is_mapped(saddr, true))
		return;
	tuple->family = AF_INET;
	tuple->saddr = saddr + 12;
	tuple->daddr = daddr + 12;
}

struct fd_tuple fd_tuple_turned(const struct fd_tuple *tuple)
{
	return (struct fd_tuple){
		.family = tuple->family,
		.saddr = tuple->daddr,
		.daddr = tuple->saddr,
		.sport = tuple->dport,
		.dport = tuple->sport,
	};
}

static size_t fd_address_bytes(unsigned family)
{
	return family == AF_INET ? 4 : family == AF_INET6 ? 16 : 0;
}

size_t fd_tuple_bytes(uint8_t bytes[static FD_TUPLE_BYTES], const struct fd_tuple *tuple)
{
	size_t len = fd_address_bytes(tuple->family);
	uint16_t sport = (uint16_t)tuple->sport, dport = (uint16_t)tuple->dport;

	if (!len)
		return 0;
	bytes[0] = (uint8_t)tuple->family;
	memcpy(bytes + 1, tuple->saddr, len);
	memcpy(bytes + 1 + len, &sport, sizeof(sport));
	memcpy(bytes + 3 + len, tuple->daddr, len);
	memcpy(bytes + 3 + 2 * len, &dport, sizeof(dport));
	return 5 + 2 * len;
}

int fd_tuple_parse(const void *bytes, size_t len, struct fd_tuple *ret_tuple)
{
	const uint8_t *at = bytes;
	size_t address = len ? fd_address_bytes(at[0]) : 0;
	uint16_t sport, dport;

	if (!address || len != 5 + 2 * address)
		return -EINVAL;
	memcpy(&sport, at + 1 + address, sizeof(sport));
	memcpy(&dport, at + 3 + 2 * address, sizeof(dport));
	*ret_tuple = (struct fd_tuple){
		.family = at[0],
		.saddr = at + 1,
		.daddr = at + 3 + address,
		.sport = sport,
		.dport = dport,
	};
	return 0;
}
