/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every parameter of the calls that read, write, send and receive: data is what went through, up to
 * the snaplen, and tuples are those of the kernel's own socket or of the message's address.
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
#include <sys/uio.h>
#include <unistd.h>
#include "expect.h"
#include "loopback.h"
#include "watch.h"

#define SNAPLEN 80
#define BAD_FD 999

static const char digits[] = "0123456789";

/* A file without a name that holds the digits. */
static int digits_file(void)
{
	int fd = open("/tmp", O_RDWR | O_TMPFILE, 0600);

	if (fd < 0 || pwrite(fd, digits, 10, 0) != 10)
		abort();
	return fd;
}

static int read_works(void *arg)
{
	int fd = digits_file();
	char bytes[64];

	expect_int("res", expect_call(SYS_read, ARGS(fd, (long)bytes, 64)));
	expect_bytes("data", digits, 10);
	expect_int("fd", fd);
	expect_int("size", 64);
	return 0;
}

static int read_fails(void *arg)
{
	char bytes[64] = "not read";

	expect_int("res", expect_call(SYS_read, ARGS(BAD_FD, (long)bytes, 64)));
	expect_none("data");
	expect_int("fd", BAD_FD);
	expect_int("size", 64);
	return 0;
}

static int read_cut(void *arg)
{
	int fd = open("/dev/zero", O_RDONLY);
	char bytes[1000], zeros[SNAPLEN] = "";

	expect_int("res", expect_call(SYS_read, ARGS(fd, (long)bytes, sizeof(bytes))));
	expect_bytes("data", zeros, SNAPLEN);
	expect_int("fd", fd);
	expect_int("size", sizeof(bytes));
	expect_flags(RECORD_F_CUT);
	return 0;
}

static int pread_works(void *arg)
{
	int fd = digits_file();
	char bytes[64];

	expect_int("res", expect_call(SYS_pread64, ARGS(fd, (long)bytes, 3, 4)));
	expect_bytes("data", "456", 3);
	expect_int("fd", fd);
	expect_int("size", 3);
	expect_int("pos", 4);
	return 0;
}

static int pread_fails(void *arg)
{
	int fd = digits_file();
	char bytes[64];

	expect_int("res", expect_call(SYS_pread64, ARGS(fd, (long)bytes, 3, -1)));
	expect_none("data");
	expect_int("fd", fd);
	expect_int("size", 3);
	expect_int("pos", -1);
	return 0;
}

static int readv_works(void *arg)
{
	int fd = digits_file();
	char a[4], b[20];
	struct iovec vector[] = { { a, 4 }, { b, 20 } };

	expect_int("res", expect_call(SYS_readv, ARGS(fd, (long)vector, 2)));
	expect_int("size", 24);
	expect_bytes("data", digits, 10);
	expect_int("fd", fd);
	return 0;
}

static int readv_fails(void *arg)
{
	char a[4];
	struct iovec vector = { a, 4 };

	expect_int("res", expect_call(SYS_readv, ARGS(BAD_FD, (long)&vector, 1)));
	expect_int("size", 4);
	expect_none("data");
	expect_int("fd", BAD_FD);
	return 0;
}

static int preadv_works(void *arg)
{
	int fd = digits_file();
	char a[2], b[3];
	struct iovec vector[] = { { a, 2 }, { b, 3 } };

	expect_int("res", expect_call(SYS_preadv, ARGS(fd, (long)vector, 2, 5)));
	expect_int("size", 5);
	expect_bytes("data", "56789", 5);
	expect_int("fd", fd);
	expect_int("pos", 5);
	return 0;
}

static int preadv_fails(void *arg)
{
	expect_int("res", expect_call(SYS_preadv, ARGS(0, 8, 1, 5)));
	expect_int("size", 0);
	expect_none("data");
	expect_int("fd", 0);
	expect_int("pos", 5);
	expect_flags(RECORD_F_UNREADABLE);
	return 0;
}

static int write_works(void *arg)
{
	int fd = digits_file();

	expect_int("res", expect_call(SYS_write, ARGS(fd, (long)"a\0b", 3)));
	expect_bytes("data", "a\0b", 3);
	expect_int("fd", fd);
	expect_int("size", 3);
	return 0;
}

static int write_fails(void *arg)
{
	expect_int("res", expect_call(SYS_write, ARGS(BAD_FD, (long)"lost", 4)));
	expect_bytes("data", "lost", 4);
	expect_int("fd", BAD_FD);
	expect_int("size", 4);
	return 0;
}

static int write_unreadable(void *arg)
{
	int fd = digits_file();

	expect_int("res", expect_call(SYS_write, ARGS(fd, 8, 4)));
	expect_none("data");
	expect_int("fd", fd);
	expect_int("size", 4);
	expect_flags(RECORD_F_UNREADABLE);
	return 0;
}

static int pwrite_works(void *arg)
{
	int fd = digits_file();

	expect_int("res", expect_call(SYS_pwrite64, ARGS(fd, (long)"xyz", 3, 7)));
	expect_bytes("data", "xyz", 3);
	expect_int("fd", fd);
	expect_int("size", 3);
	expect_int("pos", 7);
	return 0;
}

static int pwrite_fails(void *arg)
{
	expect_int("res", expect_call(SYS_pwrite64, ARGS(BAD_FD, (long)"xyz", 3, 7)));
	expect_bytes("data", "xyz", 3);
	expect_int("fd", BAD_FD);
	expect_int("size", 3);
	expect_int("pos", 7);
	return 0;
}

/* In one page with its parts, so that all of it is present. */
static struct {
	struct iovec parts[3];
	char hel[4], lo[4];
} said = { { { said.hel, 3 }, { said.lo, 0 }, { said.lo, 2 } }, "hel", "lo" };
#define hello said.parts

static int writev_works(void *arg)
{
	int fd = digits_file();

	expect_int("res", expect_call(SYS_writev, ARGS(fd, (long)hello, 3)));
	expect_bytes("data", "hello", 5);
	expect_int("fd", fd);
	expect_int("size", 5);
	return 0;
}

static int writev_fails(void *arg)
{
	expect_int("res", expect_call(SYS_writev, ARGS(BAD_FD, (long)hello, 3)));
	expect_bytes("data", "hello", 5);
	expect_int("fd", BAD_FD);
	expect_int("size", 5);
	return 0;
}

static int pwritev_works(void *arg)
{
	int fd = digits_file();

	expect_int("res", expect_call(SYS_pwritev, ARGS(fd, (long)hello, 3, 2)));
	expect_bytes("data", "hello", 5);
	expect_int("fd", fd);
	expect_int("size", 5);
	expect_int("pos", 2);
	return 0;
}

static int pwritev_fails(void *arg)
{
	expect_int("res", expect_call(SYS_pwritev, ARGS(BAD_FD, (long)hello, 3, 2)));
	expect_bytes("data", "hello", 5);
	expect_int("fd", BAD_FD);
	expect_int("size", 5);
	expect_int("pos", 2);
	return 0;
}

/* A datagram socket on loopback, and where it is. */
static int datagram(int family, union address *address)
{
	socklen_t len = loopback_address(family, NULL, address);
	int fd = socket(family, SOCK_DGRAM, 0);

	if (fd < 0 || bind(fd, &address->any, len) < 0 || getsockname(fd, &address->any, &len) < 0)
		abort();
	return fd;
}

static void expect_ends(const union address *source, const union address *destination)
{
	uint8_t bytes[160];

	expect_bytes("tuple", bytes, expect_tuple(bytes, source, destination));
}

/* Not connected: the destination is the message's. */
static int sendto_family(int family)
{
	union address from, to;
	int fd = datagram(family, &from);

	datagram(family, &to);
	expect_int("res",
		   expect_call(SYS_sendto, ARGS(fd, (long)"ping", 4, 0, (long)&to, sizeof(to))));
	expect_bytes("data", "ping", 4);
	expect_int("fd", fd);
	expect_int("size", 4);
	expect_ends(&from, &to);
	return 0;
}

static int sendto_inet(void *arg)
{
	return sendto_family(AF_INET);
}

static int sendto_inet6(void *arg)
{
	return sendto_family(AF_INET6);
}

/* Sockets of a pair have no names. */
static int sendto_unix(void *arg)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) < 0)
		return 1;
	expect_int("res", expect_call(SYS_sendto, ARGS(ends[0], (long)"ping", 4)));
	expect_bytes("data", "ping", 4);
	expect_int("fd", ends[0]);
	expect_int("size", 4);
	expect_unix_tuple(EXPECT_BOTH, "");
	return 0;
}

static int recvfrom_unix(void *arg)
{
	char bytes[32];
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) < 0 || write(ends[1], "ping", 4) != 4)
		return 1;
	expect_int("res", expect_call(SYS_recvfrom, ARGS(ends[0], (long)bytes, 32)));
	expect_bytes("data", "ping", 4);
	expect_unix_tuple(EXPECT_BOTH, "");
	expect_int("fd", ends[0]);
	expect_int("size", 32);
	return 0;
}

static int sendto_fails(void *arg)
{
	expect_int("res", expect_call(SYS_sendto, ARGS(BAD_FD, (long)"ping", 4)));
	expect_bytes("data", "ping", 4);
	expect_int("fd", BAD_FD);
	expect_int("size", 4);
	expect_none("tuple");
	return 0;
}

static int recvfrom_family(int family)
{
	union address from, to, source;
	socklen_t source_len = sizeof(source);
	int fd = datagram(family, &from), other = datagram(family, &to);
	char bytes[32];

	if (sendto(fd, "ping", 4, 0, &to.any, sizeof(to)) != 4)
		return 1;
	expect_int("res", expect_call(SYS_recvfrom, ARGS(other, (long)bytes, 32, 0, (long)&source,
							 (long)&source_len)));
	expect_bytes("data", "ping", 4);
	expect_ends(&from, &to);
	expect_int("fd", other);
	expect_int("size", 32);
	return 0;
}

static int recvfrom_inet(void *arg)
{
	return recvfrom_family(AF_INET);
}

static int recvfrom_inet6(void *arg)
{
	return recvfrom_family(AF_INET6);
}

static int recvfrom_fails(void *arg)
{
	char bytes[32];

	expect_int("res", expect_call(SYS_recvfrom, ARGS(BAD_FD, (long)bytes, 32)));
	expect_none("data");
	expect_none("tuple");
	expect_int("fd", BAD_FD);
	expect_int("size", 32);
	return 0;
}

static struct msghdr hello_to(union address *to)
{
	return (struct msghdr){
		.msg_name = to, .msg_namelen = sizeof(*to), .msg_iov = hello, .msg_iovlen = 3
	};
}

static int sendmsg_works(void *arg)
{
	union address from, to;
	int fd = datagram(AF_INET, &from);
	struct msghdr message;

	datagram(AF_INET, &to);
	message = hello_to(&to);
	expect_int("res", expect_call(SYS_sendmsg, ARGS(fd, (long)&message)));
	expect_bytes("data", "hello", 5);
	expect_int("fd", fd);
	expect_int("size", 5);
	expect_ends(&from, &to);
	return 0;
}

static int sendmsg_fails(void *arg)
{
	struct msghdr message = { .msg_iov = hello, .msg_iovlen = 3 };

	expect_int("res", expect_call(SYS_sendmsg, ARGS(BAD_FD, (long)&message)));
	expect_bytes("data", "hello", 5);
	expect_int("fd", BAD_FD);
	expect_int("size", 5);
	expect_none("tuple");
	return 0;
}

static int sendmmsg_works(void *arg)
{
	union address from, to;
	int fd = datagram(AF_INET6, &from);
	struct mmsghdr messages[2] = { { .msg_len = 0 } };

	datagram(AF_INET6, &to);
	messages[0].msg_hdr = hello_to(&to);
	messages[1].msg_hdr = hello_to(&to);
	if (expect_call(SYS_sendmmsg, ARGS(fd, (long)messages, 2)) != 2)
		return 1;
	/* The last of two events: test_params_messages.c looks at all of them. */
	expect_int("res", 5);
	expect_int("fd", fd);
	expect_int("size", 5);
	expect_bytes("data", "hello", 5);
	expect_ends(&from, &to);
	return 0;
}

static int sendmmsg_fails(void *arg)
{
	struct mmsghdr message = { .msg_hdr = { .msg_iov = hello, .msg_iovlen = 3 } };

	expect_int("res", expect_call(SYS_sendmmsg, ARGS(BAD_FD, (long)&message, 1)));
	expect_int("fd", BAD_FD);
	expect_int("size", 5);
	expect_bytes("data", "hello", 5);
	expect_none("tuple");
	return 0;
}

/* With control data: the packet's information. */
static int recvmsg_works(void *arg)
{
	union address from, to, source;
	char bytes[16], control[64] = "";
	struct iovec in = { bytes, 16 };
	struct msghdr message = { .msg_name = &source,
				  .msg_namelen = sizeof(source),
				  .msg_iov = &in,
				  .msg_iovlen = 1,
				  .msg_control = control,
				  .msg_controllen = sizeof(control) };
	int sender = datagram(AF_INET, &from), receiver = datagram(AF_INET, &to);
	int on = 1;

	if (setsockopt(receiver, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on)) < 0 ||
	    sendto(sender, "ok", 2, 0, &to.any, sizeof(to)) != 2)
		return 1;
	expect_int("res", expect_call(SYS_recvmsg, ARGS(receiver, (long)&message)));
	expect_int("size", 16);
	expect_bytes("data", "ok", 2);
	expect_ends(&from, &to);
	expect_bytes("msgcontrol", control, message.msg_controllen);
	expect_int("fd", receiver);
	return message.msg_controllen == 0;
}

static int recvmsg_fails(void *arg)
{
	char bytes[16];
	struct iovec in = { bytes, 16 };
	struct msghdr message = { .msg_iov = &in, .msg_iovlen = 1 };

	expect_int("res", expect_call(SYS_recvmsg, ARGS(BAD_FD, (long)&message)));
	expect_int("size", 16);
	expect_none("data");
	expect_none("tuple");
	expect_none("msgcontrol");
	expect_int("fd", BAD_FD);
	return 0;
}

static int recvmmsg_works(void *arg)
{
	char bytes[16];
	struct iovec in = { bytes, 16 };
	union address from, to, source;
	struct mmsghdr message = { .msg_hdr = { .msg_name = &source,
						.msg_namelen = sizeof(source),
						.msg_iov = &in,
						.msg_iovlen = 1 } };
	int sender = datagram(AF_INET, &from), receiver = datagram(AF_INET, &to);

	if (sendto(sender, "ping", 4, 0, &to.any, sizeof(to)) != 4)
		return 1;
	if (expect_call(SYS_recvmmsg, ARGS(receiver, (long)&message, 1)) != 1)
		return 1;
	expect_int("res", 4);
	expect_int("fd", receiver);
	expect_int("size", 16);
	expect_bytes("data", "ping", 4);
	expect_ends(&from, &to);
	expect_none("msgcontrol");
	return 0;
}

static int recvmmsg_fails(void *arg)
{
	char bytes[16];
	struct iovec in = { bytes, 16 };
	struct mmsghdr message = { .msg_hdr = { .msg_iov = &in, .msg_iovlen = 1 } };

	expect_int("res", expect_call(SYS_recvmmsg, ARGS(BAD_FD, (long)&message, 1)));
	expect_int("fd", BAD_FD);
	expect_int("size", 16);
	expect_none("data");
	expect_none("tuple");
	expect_none("msgcontrol");
	return 0;
}

static const struct expect_case cases[] = {
	{ "read", read_works },
	{ "read fails", read_fails },
	{ "read cut", read_cut },
	{ "pread64", pread_works },
	{ "pread64 fails", pread_fails },
	{ "readv", readv_works },
	{ "readv fails", readv_fails },
	{ "preadv", preadv_works },
	{ "preadv fails", preadv_fails },
	{ "write", write_works },
	{ "write fails", write_fails },
	{ "write unreadable", write_unreadable },
	{ "pwrite64", pwrite_works },
	{ "pwrite64 fails", pwrite_fails },
	{ "writev", writev_works },
	{ "writev fails", writev_fails },
	{ "pwritev", pwritev_works },
	{ "pwritev fails", pwritev_fails },
	{ "sendto inet", sendto_inet },
	{ "sendto inet6", sendto_inet6 },
	{ "sendto unix", sendto_unix },
	{ "recvfrom unix", recvfrom_unix },
	{ "sendto fails", sendto_fails },
	{ "recvfrom inet", recvfrom_inet },
	{ "recvfrom inet6", recvfrom_inet6 },
	{ "recvfrom fails", recvfrom_fails },
	{ "sendmsg", sendmsg_works },
	{ "sendmsg fails", sendmsg_fails },
	{ "recvmsg", recvmsg_works },
	{ "recvmsg fails", recvmsg_fails },
	{ "sendmmsg", sendmmsg_works },
	{ "sendmmsg fails", sendmmsg_fails },
	{ "recvmmsg", recvmmsg_works },
	{ "recvmmsg fails", recvmmsg_fails },
};

START_TEST(every_parameter)
{
	expect_run(&cases[_i]);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("parameters of data calls");

	tcase_add_loop_test(tcase, every_parameter, 0, sizeof(cases) / sizeof(cases[0]));
	return watch_suite("params_data", tcase, SNAPLEN);
}
