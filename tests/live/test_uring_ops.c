/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every operation of io_uring that does what a call does, one line each: the submission entry, the
 * call that it is shown as, its result, and its parameters as a user reads them. test_uring.c has
 * those that it looks at closer, test_uring_shots.c those that complete several times.
 */
#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>
#include "loopback.h"
#include "probe/schema/render.h"
#include "uring_case.h"
#include "watch.h"
#include "state/rules/rules.h"

#define SNAPLEN 80
#define LINE_BYTES 1024

/* Their numbers, whatever the headers know. */
enum op_number {
#define URING_OP(number, id, name, syscall, store) OP_##id = number,
#include "probe/schema/uring_ops.def"
};

/* What the child has at fixed numbers. */
enum {
	FILE_FD = 50, /* in memory, holds "0123456789" */
	FOLDER_FD,
	PIPE_READ, /* holds "abc" */
	PIPE_WRITE,
	OTHER_READ,
	OTHER_WRITE,
	EPOLL_FD,
	SENDER_FD,   /* datagrams from one to the other */
	RECEIVER_FD, /* holds "ping" */
	PAIR_FD,
	STREAM_FD, /* bound, neither connected nor listening */
	FREE_FD,   /* inet */
	FREE6_FD,
	UNIX_FD,
	SEALED_FD, /* cannot be written to, and says so when somebody tries */
};

#define A(object) ((uintptr_t)(object))
#define CWD AT_FDCWD

static char page[4096] __attribute__((aligned(4096))) = "fixed bytes";
static char into[2][8];
static struct iovec in[2] = { { into[0], 4 }, { into[1], 8 } };
static struct iovec out[2] = { { (char[]){ "one" }, 3 }, { (char[]){ "two" }, 3 } };
static struct iovec fixed[2] = { { page, 2 }, { page + 2, 3 } };
static struct epoll_event event = { .events = EPOLLIN | EPOLLET, .data.u64 = 5 };
static union address from, to; /* of the datagrams */
static struct msghdr message_out = {
	.msg_name = &to, .msg_namelen = sizeof(to.in), .msg_iov = out, .msg_iovlen = 2
};
static union address source;
static struct msghdr message_in = {
	.msg_name = &source, .msg_namelen = sizeof(source), .msg_iov = in, .msg_iovlen = 2
};
static struct sockaddr_in any_port = { .sin_family = AF_INET }, far = { .sin_family = AF_INET };
static struct sockaddr_in6 any_port6 = { .sin6_family = AF_INET6,
					 .sin6_addr = IN6ADDR_LOOPBACK_INIT };
static struct sockaddr_un unix_name = { .sun_family = AF_UNIX };

#define ANY_RESULT INT32_MAX /* a descriptor */

static const struct op_case {
	const char *call;
	int res;
	struct io_uring_sqe sqe;
	const char *line; /* behind "uring "; {from}, {to}: of the datagrams; {pid} */
} cases[] = {
#define OP(name, result, text, ...)                                                    \
	{                                                                              \
		.call = #name, .res = (result), .sqe = { __VA_ARGS__ }, .line = (text) \
	}
	OP(readv, 10, "fd=50 size=12 data=0123456789", .opcode = OP_READV, .fd = FILE_FD,
	   .addr = A(in), .len = 2),
	OP(readv, -EISDIR, "fd=51 size=12 data=", .opcode = OP_READV, .fd = FOLDER_FD,
	   .addr = A(in), .len = 2),
	OP(writev, 6, "fd=50 size=6 data=onetwo", .opcode = OP_WRITEV, .fd = FILE_FD,
	   .addr = A(out), .len = 2, .off = 4),
	OP(writev, -EPERM, "fd=64 size=6 data=onetwo", .opcode = OP_WRITEV, .fd = SEALED_FD,
	   .addr = A(out), .len = 2),
	OP(write, 5, "fd=50 size=5 data=fixed", .opcode = OP_WRITE_FIXED, .fd = FILE_FD,
	   .addr = A(page), .len = 5),
	OP(write, -EFAULT, "fd=50 size=5 data=.....", .opcode = OP_WRITE_FIXED, .fd = FILE_FD,
	   .addr = A(into), .len = 5),
	OP(readv, 5, "fd=50 size=5 data=01234", .opcode = OP_READV_FIXED, .fd = FILE_FD,
	   .addr = A(fixed), .len = 2),
	OP(writev, 5, "fd=50 size=5 data=fixed", .opcode = OP_WRITEV_FIXED, .fd = FILE_FD,
	   .addr = A(fixed), .len = 2),
	OP(fsync, 0, "fd=50", .opcode = OP_FSYNC, .fd = FILE_FD),
	OP(fsync, -EINVAL, "fd=52", .opcode = OP_FSYNC, .fd = PIPE_READ),
	OP(sync_file_range, 0, "fd=50 offset=1 nbytes=2 flags=SYNC_FILE_RANGE_WRITE",
	   .opcode = OP_SYNC_FILE_RANGE, .fd = FILE_FD, .off = 1, .len = 2, .sync_range_flags = 2),
	OP(sync_file_range, -ESPIPE, "fd=52 offset=0 nbytes=2 flags=0",
	   .opcode = OP_SYNC_FILE_RANGE, .fd = PIPE_READ, .len = 2),
	OP(fallocate, 0, "fd=50 mode=FALLOC_FL_KEEP_SIZE offset=2 len=4096", .opcode = OP_FALLOCATE,
	   .fd = FILE_FD, .len = 1, .off = 2, .addr = 4096),
	OP(fallocate, -ESPIPE, "fd=53 mode=0 offset=0 len=5", .opcode = OP_FALLOCATE,
	   .fd = PIPE_WRITE, .addr = 5),
	OP(statx, 0,
	   "filename=/dev/null flags=0 mask=STATX_BASIC_STATS buffer={mode=S_IFCHR|0666, uid=0, "
	   "gid=0, size=0} dirfd=AT_FDCWD",
	   .opcode = OP_STATX, .fd = CWD, .addr = A("/dev/null"), .len = 0x7ff, .off = A(page)),
	OP(statx, -ENOENT,
	   "filename=/none flags=0 mask=STATX_BASIC_STATS dirfd=AT_FDCWD buffer=0x*",
	   .opcode = OP_STATX, .fd = CWD, .addr = A("/none"), .len = 0x7ff, .off = A(page)),
	OP(fadvise64, 0, "fd=50 offset=1 len=2 advice=POSIX_FADV_DONTNEED", .opcode = OP_FADVISE,
	   .fd = FILE_FD, .off = 1, .len = 2, .fadvise_advice = POSIX_FADV_DONTNEED),
	OP(fadvise64, -ESPIPE, "fd=52 offset=1 len=2 advice=POSIX_FADV_NORMAL",
	   .opcode = OP_FADVISE, .fd = PIPE_READ, .off = 1, .len = 2),
	OP(madvise, 0, "start=0x* len=4096 behavior=MADV_WILLNEED", .opcode = OP_MADVISE,
	   .addr = A(page), .len = 4096, .fadvise_advice = MADV_WILLNEED),
	OP(madvise, -EINVAL, "start=0x* len=4096 behavior=99", .opcode = OP_MADVISE,
	   .addr = A(page), .len = 4096, .fadvise_advice = 99),
	OP(epoll_ctl, 0, "epfd=56 fd=52 op=EPOLL_CTL_ADD event={EPOLLIN|EPOLLET, data=0x5}",
	   .opcode = OP_EPOLL_CTL, .fd = EPOLL_FD, .addr = A(&event), .len = EPOLL_CTL_ADD,
	   .off = PIPE_READ),
	OP(epoll_ctl, -ENOENT, "epfd=56 fd=52 op=EPOLL_CTL_DEL event=NULL", .opcode = OP_EPOLL_CTL,
	   .fd = EPOLL_FD, .len = EPOLL_CTL_DEL, .off = PIPE_READ),
	OP(splice, 2, "fd_in=50 fd_out=55 size=2 flags=SPLICE_F_MOVE", .opcode = OP_SPLICE,
	   .splice_fd_in = FILE_FD, .splice_off_in = 3, .fd = OTHER_WRITE, .off = -1, .len = 2,
	   .splice_flags = 1),
	OP(splice, -EBADF, "fd_in=50 fd_out=51 size=2 flags=0", .opcode = OP_SPLICE,
	   .splice_fd_in = FILE_FD, .splice_off_in = 3, .fd = FOLDER_FD, .off = -1, .len = 2),
	OP(tee, 3, "fdin=52 fdout=55 len=9 flags=0", .opcode = OP_TEE, .splice_fd_in = PIPE_READ,
	   .fd = OTHER_WRITE, .len = 9),
	OP(tee, -EINVAL, "fdin=50 fdout=55 len=9 flags=0", .opcode = OP_TEE,
	   .splice_fd_in = FILE_FD, .fd = OTHER_WRITE, .len = 9),
	OP(ftruncate, 0, "fd=50 length=3", .opcode = OP_FTRUNCATE, .fd = FILE_FD, .off = 3),
	OP(ftruncate, -EINVAL, "fd=51 length=3", .opcode = OP_FTRUNCATE, .fd = FOLDER_FD, .off = 3),
	OP(linkat, 0, "oldpath=old newpath=new olddir=51 newdir=51 flags=AT_SYMLINK_FOLLOW",
	   .opcode = OP_LINKAT, .fd = FOLDER_FD, .addr = A("old"), .len = (uint32_t)FOLDER_FD,
	   .addr2 = A("new"), .hardlink_flags = AT_SYMLINK_FOLLOW),
	OP(linkat, -EEXIST, "oldpath=old newpath=old olddir=51 newdir=51 flags=0",
	   .opcode = OP_LINKAT, .fd = FOLDER_FD, .addr = A("old"), .len = (uint32_t)FOLDER_FD,
	   .addr2 = A("old")),
	/* Sockets. */
	OP(sendmsg, 6, "tuple={from}->{to} fd=57 size=6 data=onetwo", .opcode = OP_SENDMSG,
	   .fd = SENDER_FD, .addr = A(&message_out), .len = 1),
	OP(sendmsg, -ENOTSOCK, "fd=50 size=6 data=onetwo tuple=<NA>", .opcode = OP_SENDMSG,
	   .fd = FILE_FD, .addr = A(&message_out), .len = 1),
	OP(sendmsg, 6, "tuple={from}->{to} fd=57 size=6 data=onetwo", .opcode = OP_SENDMSG_ZC,
	   .fd = SENDER_FD, .addr = A(&message_out), .len = 1),
	OP(recvmsg, 4, "tuple={from}->{to} fd=58 size=12 data=ping msgcontrol=",
	   .opcode = OP_RECVMSG, .fd = RECEIVER_FD, .addr = A(&message_in), .len = 1),
	OP(recvmsg, -ENOTCONN, "fd=60 size=12 data= tuple=<NA> msgcontrol=", .opcode = OP_RECVMSG,
	   .fd = STREAM_FD, .addr = A(&message_in), .len = 1),
	OP(shutdown, 0, "fd=59 how=SHUT_WR", .opcode = OP_SHUTDOWN, .fd = PAIR_FD, .len = SHUT_WR),
	OP(shutdown, -ENOTCONN, "fd=60 how=SHUT_RD", .opcode = OP_SHUTDOWN, .fd = STREAM_FD,
	   .len = SHUT_RD),
	OP(socket, ANY_RESULT, "domain=AF_INET6 type=2 proto=17 flags=O_CLOEXEC",
	   .opcode = OP_SOCKET, .fd = AF_INET6, .off = SOCK_DGRAM | SOCK_CLOEXEC,
	   .len = IPPROTO_UDP),
	OP(socket, -EPROTONOSUPPORT, "domain=AF_INET type=1 proto=17 flags=O_NONE",
	   .opcode = OP_SOCKET, .fd = AF_INET, .off = SOCK_STREAM, .len = IPPROTO_UDP),
	OP(bind, 0, "addr=127.0.0.1:0 fd=61", .opcode = OP_BIND, .fd = FREE_FD,
	   .addr = A(&any_port), .addr2 = sizeof(any_port)),
	OP(bind, 0, "addr=[::1]:0 fd=62", .opcode = OP_BIND, .fd = FREE6_FD, .addr = A(&any_port6),
	   .addr2 = sizeof(any_port6)),
	OP(bind, 0, "addr=@saker-ops-{pid} fd=63", .opcode = OP_BIND, .fd = UNIX_FD,
	   .addr = A(&unix_name), .addr2 = sizeof(unix_name)),
	OP(bind, -EADDRNOTAVAIL, "addr=192.0.2.1:0 fd=61", .opcode = OP_BIND, .fd = FREE_FD,
	   .addr = A(&far), .addr2 = sizeof(far)),
	OP(listen, 0, "fd=60 backlog=7", .opcode = OP_LISTEN, .fd = STREAM_FD, .len = 7),
	OP(listen, -EOPNOTSUPP, "fd=57 backlog=7", .opcode = OP_LISTEN, .fd = SENDER_FD, .len = 7),
};
#define CASES (sizeof(cases) / sizeof(cases[0]))

static const struct uring_mode *mode; /* of the running test */
static const struct op_case *now;

/* Written by the child. */
static struct {
	int res;
	char from[64], to[64], pid[16];
} * done;

static char folder[] = "/tmp/saker-uring-ops-XXXXXX";

static void put_at(int fd, int at)
{
	if (fd < 0 || dup2(fd, at) < 0)
		abort();
	close(fd);
}

static void put_pair_at(const int *fds, int first, int second)
{
	put_at(fds[0], first);
	put_at(fds[1], second);
}

static void prepare_files(void)
{
	int ends[2];

	put_at(memfd_create("ops", 0), FILE_FD);
	put_at(open(folder, O_RDONLY | O_DIRECTORY), FOLDER_FD);
	put_at(openat(FOLDER_FD, "old", O_CREAT | O_WRONLY, 0600), FREE_FD);
	unlinkat(FOLDER_FD, "new", 0);
	NEED(pwrite(FILE_FD, "0123456789", 10, 0) == 10);
	put_at(memfd_create("sealed", MFD_ALLOW_SEALING), SEALED_FD);
	NEED(fcntl(SEALED_FD, F_ADD_SEALS, F_SEAL_WRITE) == 0);
	NEED(pipe(ends) == 0 && write(ends[1], "abc", 3) == 3);
	put_pair_at(ends, PIPE_READ, PIPE_WRITE);
	NEED(pipe(ends) == 0);
	put_pair_at(ends, OTHER_READ, OTHER_WRITE);
	put_at(epoll_create1(0), EPOLL_FD);
}

static int bound_at(int at, int type, union address *address)
{
	socklen_t len = loopback_address(AF_INET, NULL, address);

	put_at(socket(AF_INET, type, 0), at);
	return bind(at, &address->any, len) < 0 ? -1 : getsockname(at, &address->any, &len);
}

static void name_end(char *text, size_t size, const union address *address)
{
	snprintf(text, size, "127.0.0.1:%u", ntohs(address->in.sin_port));
}

static void prepare_sockets(void)
{
	union address stream;
	int ends[2];

	NEED(bound_at(SENDER_FD, SOCK_DGRAM, &from) == 0);
	NEED(bound_at(RECEIVER_FD, SOCK_DGRAM, &to) == 0);
	NEED(sendto(SENDER_FD, "ping", 4, 0, &to.any, sizeof(to.in)) == 4);
	NEED(bound_at(STREAM_FD, SOCK_STREAM, &stream) == 0);
	NEED(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
	put_at(ends[0], PAIR_FD);
	put_at(socket(AF_INET, SOCK_STREAM, 0), FREE_FD);
	put_at(socket(AF_INET6, SOCK_STREAM, 0), FREE6_FD);
	put_at(socket(AF_UNIX, SOCK_STREAM, 0), UNIX_FD);
	any_port.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	far.sin_addr.s_addr = htonl(0xc0000201); /* of the documentation's network */
	snprintf(unix_name.sun_path + 1, sizeof(unix_name.sun_path) - 1, "saker-ops-%d", getpid());
	name_end(done->from, sizeof(done->from), &from);
	name_end(done->to, sizeof(done->to), &to);
	snprintf(done->pid, sizeof(done->pid), "%d", getpid());
}

/* Statuses of the child. */
#define HAS_NO_SUCH 199

static int do_operation(void *arg)
{
	struct iovec buffer = { page, sizeof(page) };
	struct uring_child ring;
	struct io_uring_sqe *sqe;
	uint64_t user_data;

	prepare_files();
	prepare_sockets();
	NEED(uring_child_open(&ring, mode->setup) == 0);
	if (!uring_child_has(&ring, now->sqe.opcode))
		return HAS_NO_SUCH;
	NEED(syscall(SYS_io_uring_register, ring.fd, IORING_REGISTER_BUFFERS, &buffer, 1) == 0);
	/* A program cannot wait for a page that is not there. */
	NEED(mlockall(MCL_CURRENT) == 0);
	sqe = uring_child_sqe(&ring, now->sqe.opcode);
	user_data = sqe->user_data;
	*sqe = now->sqe;
	sqe->user_data = user_data;
	sqe->flags = mode->flags;
	done->res = uring_child_run(&ring);
	return now->res == ANY_RESULT ? done->res < 0 : done->res != now->res;
}

/* The case's line with what the child knows. */
static void expand(char *line, size_t size)
{
	const struct {
		const char *name, *text;
	} words[] = { { "{from}", done->from }, { "{to}", done->to }, { "{pid}", done->pid } };
	size_t len = (size_t)snprintf(line, size, "uring ");

	for (const char *at = now->line; *at;) {
		const char *text = NULL;

		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]) && !text; i++) {
			if (strncmp(at, words[i].name, strlen(words[i].name)) == 0) {
				text = words[i].text;
				at += strlen(words[i].name);
			}
		}
		len += (size_t)snprintf(line + len, size - len, "%.*s", text ? (int)size : 1,
					text ? text : at);
		at += !text;
	}
}

static const struct event *find_marked(const char *name)
{
	const struct event *found = NULL;

	for (size_t i = 0; i < watch.len; i++) {
		if (!(watch.events[i].prefix.flags & RECORD_F_URING))
			continue;
		ck_assert_msg(!found, "%s: more than one event is marked", name);
		found = &watch.events[i];
	}
	ck_assert_msg(found, "%s: none of %zu events is marked", name, watch.len);
	return found;
}

START_TEST(operation_is_shown_as_its_call)
{
	const struct event *shown;
	struct text_buf buf;
	char name[96], wanted[LINE_BYTES] = "", line[LINE_BYTES];
	int status;

	now = &cases[(size_t)_i % CASES];
	mode = &uring_modes[(size_t)_i / CASES];
	snprintf(name, sizeof(name), "%s, case %zu, %s", now->call, (size_t)_i % CASES, mode->name);
	status = watch_run(do_operation, NULL);
	if (status == HAS_NO_SUCH)
		return;
	ck_assert_msg(status == 0, "%s: the child ended at %d, result %d", name, status, done->res);
	shown = find_marked(name);
	ck_assert_msg(shown->has_uring_op && shown->uring_op == now->sqe.opcode,
		      "%s: of operation %u", name, shown->uring_op);
	ck_assert_msg(shown->prefix.nr == syscall_nr(syscall_by_name(now->call)), "%s: call %d",
		      name, shown->prefix.nr);
	ck_assert_msg(shown->prefix.ret == done->res, "%s: result %ld", name,
		      (long)shown->prefix.ret);
	expand(wanted, sizeof(wanted));
	text_buf_init(&buf, line, sizeof(line));
	event_args_render(shown, NULL, &buf);
	ck_assert_msg(rules_name_fits(wanted, line), "%s: \"%s\", expected \"%s\"", name, line,
		      wanted);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("operations");
	char path[64];
	int status;

	done = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (done == MAP_FAILED || !mkdtemp(folder))
		return EXIT_FAILURE;
	tcase_add_loop_test(tcase, operation_is_shown_as_its_call, 0, (int)CASES * URING_MODES);
	status = watch_suite("uring_ops", tcase, SNAPLEN);
	snprintf(path, sizeof(path), "%s/old", folder);
	unlink(path);
	snprintf(path, sizeof(path), "%s/new", folder);
	unlink(path);
	rmdir(folder);
	return status;
}
