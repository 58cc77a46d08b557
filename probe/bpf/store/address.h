/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Socket addresses as parameters.
 *
 *   sockaddr  u8 family | inet: u32 address, u16 port | inet6: 16 bytes, u16 port | unix: text, NUL
 *   tuple     u8 family | inet: source, port, destination, port | inet6: the same
 *                       | unix: u64 source socket, u64 destination socket, text, NUL
 *
 * Addresses in network order, ports in the host's. An abstract unix name begins with '@'.
 */
#ifndef PROBE_BPF_STORE_ADDRESS_H
#define PROBE_BPF_STORE_ADDRESS_H

#include "build.h"
#include "../extract/socket.h"

/* Which end of the socket is the source. */
enum tuple_direction {
	TUPLE_OUT,  /* this end: connect, send */
	TUPLE_IN,   /* the other end: accept, receive */
	TUPLE_SEND, /* this end; a datagram goes where its message says, also when connected */
};

#define STAGE_SOCK 0   /* struct sock_common */
#define STAGE_USER 128 /* what the caller passed: struct sockaddr */
#define STAGE_NAME 256 /* struct sockaddr_un of a unix socket */
#define STAGE_MSG 384  /* struct user_msghdr */

static __always_inline u16 port_host(u16 port)
{
	return __builtin_bswap16(port);
}

/*
 * Writes the text of a struct sockaddr_un of len bytes in stage[from] at `to`. Returns its bytes
 * with NUL, 0 when the socket has no name.
 */
static __always_inline u32 unix_text(struct scratch *slot, const u32 from, u8 *to, u32 len)
{
	long n;

	if (len <= 2 || len > 2 + UNIX_PATH_MAX)
		return 0;
	len -= 2;
	len &= 127;
	bpf_probe_read_kernel(to, UNIX_PATH_MAX, slot->stage + from + 2);
	if (!to[0]) { /* abstract: all of it, whatever bytes */
		to[0] = '@';
		to[len] = 0;
		return len + 1;
	}
	to[len] = 0;
	n = bpf_probe_read_kernel_str(to, UNIX_PATH_MAX + 1, slot->stage + from + 2);
	return n > 0 ? n & 127 : 0;
}

/* Instead of a user address: the struct sockaddr is in the stage already. */
#define ADDRESS_STAGED 1

/* Reads the caller's struct sockaddr into the stage, zeros behind. Returns its family or 0. */
static __always_inline u16 stage_sockaddr(struct scratch *slot, u64 user, u64 len)
{
	if (user == ADDRESS_STAGED)
		return *(u16 *)(slot->stage + STAGE_USER);
	if (!user || len < 2)
		return 0;
	if (len > UNIX_PATH_MAX + 2)
		len = UNIX_PATH_MAX + 2;
	__builtin_memset(slot->stage + STAGE_USER, 0, 128);
	/* Verifier: the mask must be of the register that is used. */
	barrier_var(len);
	len &= 127;
	if (bpf_probe_read_user(slot->stage + STAGE_USER, len, (void *)user)) {
		slot->flags |= RECORD_F_UNREADABLE;
		return 0;
	}
	return *(u16 *)(slot->stage + STAGE_USER);
}

/* Writes the sockaddr that the caller passed at the build's position. Returns its bytes. */
SUBPROG u32 address_user(struct scratch *slot, u64 user, u64 len)
{
	u8 *from, *to;
	u16 family;

	if (!slot)
		return 0;
	family = stage_sockaddr(slot, user, len);
	from = slot->stage + STAGE_USER;
	to = slot->data + EVENT_AT + (slot->pos & (RECORD_MAX_BYTES - 1));
	if (!family)
		return 0;
	to[0] = family;
	switch (family) {
	case K_AF_INET:
		put_u32(to + 1, *(u32 *)(from + 4));
		put_u16(to + 5, port_host(*(u16 *)(from + 2)));
		return 7;
	case K_AF_INET6:
		put_u64(to + 1, *(u64 *)(from + 8));
		put_u64(to + 9, *(u64 *)(from + 16));
		put_u16(to + 17, port_host(*(u16 *)(from + 2)));
		return 19;
	case K_AF_UNIX:
		return 1 + unix_text(slot, STAGE_USER, to + 1,
				     len > UNIX_PATH_MAX + 2 ? UNIX_PATH_MAX + 2 : len);
	}
	return 1;
}

#define SOCK_U16(slot, field) BLOCK_U16((slot)->stage + STAGE_SOCK, struct sock_common, field)
#define SOCK_U32(slot, field) BLOCK_U32((slot)->stage + STAGE_SOCK, struct sock_common, field)

/* Local end of an inet6 socket at `at`; returns what follows. */
static __always_inline void put_in6(u8 *at, const u8 *address, u16 port)
{
	put_u64(at, *(u64 *)address);
	put_u64(at + 8, *(u64 *)(address + 8));
	put_u16(at + 16, port);
}

static __always_inline u32 tuple_inet(struct scratch *slot, u8 *to, u32 direction, u16 user_family)
{
	u8 *user = slot->stage + STAGE_USER;
	u32 local = SOCK_U32(slot, skc_rcv_saddr), remote = SOCK_U32(slot, skc_daddr);
	u16 lport = SOCK_U16(slot, skc_num), rport = port_host(SOCK_U16(slot, skc_dport));

	/* Not connected: the other end is that of this message. */
	if (!rport && user_family == K_AF_INET) {
		remote = *(u32 *)(user + 4);
		rport = port_host(*(u16 *)(user + 2));
	}
	to[0] = K_AF_INET;
	put_u32(to + 1, direction == TUPLE_OUT ? local : remote);
	put_u16(to + 5, direction == TUPLE_OUT ? lport : rport);
	put_u32(to + 7, direction == TUPLE_OUT ? remote : local);
	put_u16(to + 11, direction == TUPLE_OUT ? rport : lport);
	return 13;
}

static __always_inline u32 tuple_inet6(struct scratch *slot, u8 *to, u32 direction, u16 user_family)
{
	u8 *sock = slot->stage + STAGE_SOCK, *user = slot->stage + STAGE_USER;
	u8 *local = sock + bpf_core_field_offset(struct sock_common, skc_v6_rcv_saddr);
	u8 *remote = sock + bpf_core_field_offset(struct sock_common, skc_v6_daddr);
	u16 lport = SOCK_U16(slot, skc_num), rport = port_host(SOCK_U16(slot, skc_dport));
	u32 local_at = direction == TUPLE_OUT ? 1 : 19, remote_at = 20 - local_at;

	to[0] = K_AF_INET6;
	put_in6(to + local_at, local, lport);
	if (!rport && user_family == K_AF_INET6)
		put_in6(to + remote_at, user + 8, port_host(*(u16 *)(user + 2)));
	else
		put_in6(to + remote_at, remote, rport);
	return 37;
}

/* Two sockets, the second 0 where there is none. */
struct unix_ends {
	u64 own, peer;
};

/*
 * The text is the server's name: the other end's of a caller, this end's of one that accepted. For
 * a socket without one it is that of the message, user_len bytes in the stage (0: none).
 */
static __always_inline u32 tuple_unix(struct scratch *slot, u8 *to, struct unix_ends ends,
				      u32 direction, u32 user_len)
{
	u64 named = direction == TUPLE_OUT ? ends.peer : ends.own;
	struct unix_address *address = NULL;
	u32 len = 0;

	if (named)
		address = BPF_CORE_READ((struct unix_sock *)named, addr);
	to[0] = K_AF_UNIX;
	put_u64(to + 1, direction == TUPLE_OUT ? ends.own : ends.peer);
	put_u64(to + 9, direction == TUPLE_OUT ? ends.peer : ends.own);
	if (address) {
		len = BPF_CORE_READ(address, len);
		bpf_probe_read_kernel(
			slot->stage + STAGE_NAME, UNIX_PATH_MAX + 2,
			(void *)((u64)address + bpf_core_field_offset(struct unix_address, name)));
		len = unix_text(slot, STAGE_NAME, to + 17, len);
	}
	if (!len)
		len = unix_text(slot, STAGE_USER, to + 17, user_len);
	if (!len)
		to[17 + len++] = 0;
	return 17 + len;
}

/*
 * Writes the tuple of a socket at the build's position. user, len: the address of this message,
 * for a socket that is not connected; 0 where there is none. Returns its bytes; 0 for families
 * without a tuple.
 */
SUBPROG u32 address_tuple(struct scratch *slot, u64 sock, u32 direction, u64 user, u64 len)
{
	struct unix_ends ends = { sock, 0 };
	bool elsewhere = false;
	u16 user_family;
	u8 *to;

	if (!slot || !sock)
		return 0;
	user_family = stage_sockaddr(slot, user, len);
	to = slot->data + EVENT_AT + (slot->pos & (RECORD_MAX_BYTES - 1));
	if (bpf_probe_read_kernel(slot->stage + STAGE_SOCK, SOCK_BYTES, (void *)sock))
		return 0;
	if (direction == TUPLE_SEND) {
		direction = TUPLE_OUT;
		elsewhere = user_family == SOCK_U16(slot, skc_family) &&
			    BPF_CORE_READ((struct sock *)sock, sk_type) == K_SOCK_DGRAM;
	}
	if (elsewhere)
		SOCK_U16(slot, skc_dport) = 0; /* as if it were not connected */
	switch (SOCK_U16(slot, skc_family)) {
	case K_AF_INET: return tuple_inet(slot, to, direction, user_family);
	case K_AF_INET6: return tuple_inet6(slot, to, direction, user_family);
	case K_AF_UNIX:
		if (len > UNIX_PATH_MAX + 2)
			len = UNIX_PATH_MAX + 2;
		if (!elsewhere)
			ends.peer = (u64)BPF_CORE_READ((struct unix_sock *)sock, peer);
		return tuple_unix(slot, to, ends, direction, user_family == K_AF_UNIX ? len : 0);
	}
	return 0;
}

#ifdef PLAIN_KERNEL /* see scratch_at() */
SUBPROG_OF_NUMBERS u32 address_tuple_at(u32 index, u64 sock, u32 direction, u64 user, u64 len)
{
	return address_tuple(scratch_at(index), sock, direction, user, len);
}
#define address_tuple(slot, sock, direction, user, len) \
	address_tuple_at((slot)->index, sock, direction, user, len)
#endif

/* The tuple as parameter i, of a socket that needs no address of the message. */
static __always_inline void build_tuple(struct build *b, const u32 i, u64 sock, const u32 direction)
{
	build_done(b, i, address_tuple(b->slot, sock, direction, 0, 0) & 255);
}

/* An address in the caller's memory. */
struct user_address {
	u64 at, len;
};

/* The same, where the socket may need the address that was passed with the message. */
static __always_inline void build_tuple_to(struct build *b, const u32 i, u64 sock,
					   const u32 direction, struct user_address user)
{
	build_done(b, i, address_tuple(b->slot, sock, direction, user.at, user.len) & 255);
}

static __always_inline void build_sockaddr(struct build *b, const u32 i, u64 user, u64 len)
{
	build_done(b, i, address_user(b->slot, user, len) & 255);
}

#endif
