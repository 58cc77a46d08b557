/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Operations of io_uring that came later than files and sockets, each as the call that it does:
 * pipes, descriptors of the ring's files, attributes, waiting for events, children and futexes. The
 * child says what line an operator should read; each is done by the task, a worker and the polling
 * thread.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>
#include "probe/bpf/uring_call.h"
#include "probe/schema/render.h"
#include "uring_case.h"
#include "watch.h"

#define SNAPLEN 80

/* By number: the headers may be older than the kernel. */
enum {
#define URING_OP(number, id, name, syscall, store) OP_##id = number,
#include "probe/schema/uring_ops.def"
};
#define INSTALL_NO_CLOEXEC 1u /* IORING_FIXED_FD_NO_CLOEXEC */
#define FUTEX2_U32_PRIVATE (2u | 128u)
#define NR_FUTEX_WAITV 449
#define NR_FUTEX_WAKE 454
#define NR_FUTEX_WAIT 455

/* Shared with the child. */
static struct expected {
	bool absent; /* this kernel lacks the operation */
	int nr;
	int64_t ret;
	uint8_t uring_flags;
	char line[512], path[128];
} * expected;

static const struct uring_mode *mode; /* of the running case */
static struct uring_child ring;
static char folder[] = "/tmp/saker-more-XXXXXX", file[64];

__attribute__((format(printf, 1, 2))) static void expect_line(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	vsnprintf(expected->line, sizeof(expected->line), format, list);
	va_end(list);
}

/* NULL where the kernel lacks the operation; the case passes then. */
static struct io_uring_sqe *request(unsigned op)
{
	struct io_uring_sqe *sqe;

	if (!ring.sqes)
		NEED(uring_child_open(&ring, mode->setup) == 0);
	if (!uring_child_has(&ring, op)) {
		expected->absent = true;
		return NULL;
	}
	sqe = uring_child_sqe(&ring, op);
	sqe->flags = mode->flags;
	return sqe;
}

static int noted(int nr, int res)
{
	expected->nr = nr;
	expected->ret = res;
	return res;
}

static int run(int nr)
{
	return noted(nr, uring_child_run(&ring));
}

/* The rest of an entry; its union is called otherwise in older headers. */
static uint64_t *third_address(struct io_uring_sqe *sqe)
{
	return (uint64_t *)(void *)((char *)sqe + 48);
}

static int do_pipe(void *arg)
{
	struct io_uring_sqe *sqe = request(OP_PIPE);
	struct stat st;
	int fds[2] = { -1, -1 };

	if (!sqe)
		return 0;
	sqe->addr = (uintptr_t)fds;
	sqe->rw_flags = O_CLOEXEC | O_NONBLOCK;
	NEED(run(SYS_pipe2) == 0 && fstat(fds[0], &st) == 0 && S_ISFIFO(st.st_mode));
	expect_line("uring fd1=%d fd2=%d flags=O_NONBLOCK|O_CLOEXEC ino=%lu", fds[0], fds[1],
		    st.st_ino);
	return 0;
}

/* The numbers are those of the ring's own table. */
static int do_pipe_slots(void *arg)
{
	struct io_uring_sqe *sqe = request(OP_PIPE);
	int fds[2] = { -1, -1 };

	if (!sqe)
		return 0;
	sqe->addr = (uintptr_t)fds;
	sqe->file_index = 2; /* slots 1 and 2 */
	NEED(uring_child_slots(&ring, 4) == 0 && run(SYS_pipe2) == 0);
	expected->uring_flags = RECORD_EXT_F_FIXED_RESULT;
	expect_line("uring fd1=1 fd2=2 flags=O_NONE ino=");
	return 0;
}

static int do_pipe_refused(void *arg)
{
	struct io_uring_sqe *sqe = request(OP_PIPE);
	int fds[2] = { -1, -1 };

	if (!sqe)
		return 0;
	sqe->addr = (uintptr_t)fds;
	sqe->rw_flags = O_APPEND;
	NEED(run(SYS_pipe2) == -EINVAL);
	expect_line("uring flags=O_NONE fd1=-1 fd2=-1 ino=0");
	return 0;
}

/* A file that the ring alone has open, in slot 2. */
static void open_slot(void)
{
	struct io_uring_sqe *sqe = request(IORING_OP_OPENAT);

	NEED(sqe && uring_child_slots(&ring, 4) == 0);
	sqe->fd = AT_FDCWD;
	sqe->addr = (uintptr_t)file;
	sqe->file_index = 3;
	NEED(uring_child_run(&ring) == 0);
}

static int install(unsigned flags, const char *command)
{
	struct io_uring_sqe *sqe;
	int fd;

	open_slot();
	sqe = request(OP_FIXED_FD_INSTALL);
	if (!sqe)
		return 0;
	sqe->fd = 2;
	sqe->flags |= IOSQE_FIXED_FILE;
	sqe->rw_flags = (int)flags;
	fd = run(SYS_fcntl);
	NEED(fd >= 0 && fcntl(fd, F_GETFD) == (flags ? 0 : FD_CLOEXEC));
	expected->uring_flags = RECORD_EXT_F_FIXED_FILE;
	snprintf(expected->path, sizeof(expected->path), "%s", file);
	expect_line("uring fd=2 cmd=%s arg=0x0", command);
	return 0;
}

static int do_install(void *arg)
{
	return install(0, "F_DUPFD_CLOEXEC");
}

static int do_install_inherited(void *arg)
{
	return install(INSTALL_NO_CLOEXEC, "F_DUPFD");
}

static int do_install_refused(void *arg)
{
	struct io_uring_sqe *sqe = request(OP_FIXED_FD_INSTALL);

	if (!sqe)
		return 0;
	sqe->fd = 1; /* no file of the ring */
	NEED(run(SYS_fcntl) == -EBADF);
	expect_line("uring fd=1 cmd=F_DUPFD_CLOEXEC arg=0x0");
	return 0;
}

/* Attributes: where the file system has none, the request fails with what it was asked for. */
static struct io_uring_sqe *attribute(unsigned op, const char *value, unsigned size)
{
	struct io_uring_sqe *sqe = request(op);

	if (!sqe)
		return NULL;
	sqe->addr = (uintptr_t) "user.saker";
	sqe->addr2 = (uintptr_t)value;
	sqe->len = size;
	return sqe;
}

static int do_setxattr(void *arg)
{
	struct io_uring_sqe *sqe = attribute(IORING_OP_SETXATTR, "value", 5);

	if (!sqe)
		return 0;
	*third_address(sqe) = (uintptr_t)file;
	sqe->rw_flags = 1; /* XATTR_CREATE */
	run(SYS_setxattr);
	expect_line("uring pathname=%s name=user.saker size=5 flags=XATTR_CREATE value=value",
		    file);
	return 0;
}

static int do_getxattr(void *arg)
{
	static char value[16];
	struct io_uring_sqe *sqe = attribute(IORING_OP_GETXATTR, value, sizeof(value));

	if (!sqe)
		return 0;
	*third_address(sqe) = (uintptr_t) "/none/such";
	NEED(run(SYS_getxattr) == -ENOENT);
	expect_line("uring pathname=/none/such name=user.saker size=16 value=0x");
	return 0;
}

static int do_getxattr_found(void *arg)
{
	static char value[16];
	struct io_uring_sqe *sqe = attribute(IORING_OP_GETXATTR, value, sizeof(value));
	bool has = setxattr(file, "user.saker", "found", 5, 0) == 0;

	if (!sqe)
		return 0;
	*third_address(sqe) = (uintptr_t)file;
	NEED(run(SYS_getxattr) == (has ? 5 : -EOPNOTSUPP));
	expect_line("uring pathname=%s name=user.saker size=16 value=%s", file,
		    has ? "found" : "0x");
	return 0;
}

static int do_fsetxattr(void *arg)
{
	int fd = open(file, O_RDWR);
	struct io_uring_sqe *sqe = attribute(IORING_OP_FSETXATTR, "value", 5);

	if (!sqe)
		return 0;
	sqe->fd = fd;
	run(SYS_fsetxattr);
	expect_line("uring name=user.saker fd=%d size=5 flags=0 value=value", fd);
	return 0;
}

static int do_fgetxattr(void *arg)
{
	static char value[16];
	struct io_uring_sqe *sqe = attribute(IORING_OP_FGETXATTR, value, sizeof(value));

	if (!sqe)
		return 0;
	sqe->fd = 999;
	NEED(run(SYS_fgetxattr) == -EBADF);
	expect_line("uring name=user.saker fd=999 size=16 value=0x");
	return 0;
}

static int do_setxattr_refused(void *arg)
{
	/* Written here: the kernel does not look at it, so else it may not be in memory. */
	char value[] = "value";
	struct io_uring_sqe *sqe = attribute(IORING_OP_SETXATTR, value, 5);

	if (!sqe)
		return 0;
	*third_address(sqe) = (uintptr_t)file;
	sqe->rw_flags = 0x100; /* no such flag */
	NEED(run(SYS_setxattr) == -EINVAL);
	expect_line("uring pathname=%s name=user.saker size=5 flags=0x100 value=value", file);
	return 0;
}

/* A name of attributes that is none; it is refused as it is looked at. */
static int do_fgetxattr_refused(void *arg)
{
	struct io_uring_sqe *sqe = attribute(IORING_OP_FGETXATTR, "", 4);

	if (!sqe)
		return 0;
	sqe->fd = 5;
	sqe->addr = (uintptr_t) "";
	NEED(run(SYS_fgetxattr) < 0);
	expect_line("uring name= fd=5 size=4 value=0x");
	return 0;
}

/* Needs a network card that the ring owns: without one it is refused. */
static int do_recv_zc_refused(void *arg)
{
	struct io_uring_sqe *sqe = request(OP_RECV_ZC);

	if (!sqe)
		return 0;
	sqe->fd = 7;
	sqe->len = 100;
	NEED(run(SYS_recvfrom) < 0);
	expect_line("uring fd=7 size=100 data= tuple=");
	return 0;
}

static int do_epoll_wait(void *arg)
{
	static struct epoll_event ready[4];
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = 77 };
	int fd = epoll_create1(EPOLL_CLOEXEC), counter = eventfd(1, EFD_CLOEXEC);
	struct io_uring_sqe *sqe = request(OP_EPOLL_WAIT);

	if (!sqe)
		return 0;
	NEED(fd >= 0 && epoll_ctl(fd, EPOLL_CTL_ADD, counter, &event) == 0);
	sqe->fd = fd;
	sqe->addr = (uintptr_t)ready;
	sqe->len = 4;
	NEED(run(SYS_epoll_pwait) == 1 && ready[0].data.u64 == 77);
	expect_line("uring epfd=%d events=[{EPOLLIN, data=0x4d}] maxevents=4 timeout=-1", fd);
	return 0;
}

static int do_epoll_wait_failing(void *arg)
{
	static struct epoll_event ready[4];
	struct io_uring_sqe *sqe = request(OP_EPOLL_WAIT);

	if (!sqe)
		return 0;
	sqe->fd = 999;
	sqe->addr = (uintptr_t)ready;
	sqe->len = 4;
	NEED(run(SYS_epoll_pwait) == -EBADF);
	expect_line("uring epfd=999 maxevents=4 timeout=-1 sigsetsize=0 events=0x");
	return 0;
}

static int do_waitid(void *arg)
{
	static siginfo_t info;
	struct io_uring_sqe *sqe = request(OP_WAITID);
	pid_t pid;

	if (!sqe)
		return 0;
	pid = fork();
	if (pid == 0)
		_exit(3);
	sqe->len = P_PID;
	sqe->fd = pid;
	sqe->file_index = WEXITED;
	sqe->addr2 = (uintptr_t)&info;
	NEED(run(SYS_waitid) == 0 && info.si_pid == pid);
	expect_line("uring which=P_PID pid=%d infop={signo=SIGCHLD, code=CLD_EXITED, pid=%d", pid,
		    pid);
	return 0;
}

static int do_waitid_refused(void *arg)
{
	struct io_uring_sqe *sqe = request(OP_WAITID);

	if (!sqe)
		return 0;
	sqe->len = P_ALL;
	sqe->fd = 5;
	sqe->file_index = WEXITED;
	sqe->addr = 1; /* takes none */
	NEED(run(SYS_waitid) == -EINVAL);
	expect_line("uring which=P_ALL pid=5 options=WEXITED infop=NULL");
	return 0;
}

static uint32_t word = 5;

/* Another value than the one that is waited for. */
static int do_futex_wait(void *arg)
{
	struct io_uring_sqe *sqe = request(OP_FUTEX_WAIT);

	if (!sqe)
		return 0;
	sqe->addr = (uintptr_t)&word;
	sqe->addr2 = 6;
	*third_address(sqe) = 0xff;
	sqe->fd = FUTEX2_U32_PRIVATE;
	NEED(run(NR_FUTEX_WAIT) == -EAGAIN);
	expect_line("uring val=6 mask=0xff flags=FUTEX2_SIZE_U32|FUTEX2_PRIVATE "
		    "clockid=CLOCK_REALTIME uaddr=0x%lx",
		    (unsigned long)&word);
	return 0;
}

/* The request, and the line of its event. */
static struct io_uring_sqe *futex_wake(void)
{
	struct io_uring_sqe *sqe = request(OP_FUTEX_WAKE);

	if (!sqe)
		return NULL;
	sqe->addr = (uintptr_t)&word;
	sqe->addr2 = 2;
	*third_address(sqe) = 0xff;
	sqe->fd = FUTEX2_U32_PRIVATE;
	expect_line("uring mask=0xff nr=2 flags=FUTEX2_SIZE_U32|FUTEX2_PRIVATE uaddr=0x%lx",
		    (unsigned long)&word);
	return sqe;
}

static int do_futex_wake(void *arg)
{
	struct io_uring_sqe *sqe = futex_wake();

	if (!sqe)
		return 0;
	NEED(run(NR_FUTEX_WAKE) == 0);
	return 0;
}

static int do_futex_wake_refused(void *arg)
{
	struct io_uring_sqe *sqe = futex_wake();

	if (!sqe)
		return 0;
	sqe->len = 1; /* takes none */
	NEED(run(NR_FUTEX_WAKE) == -EINVAL);
	return 0;
}

static int do_futex_waitv(void *arg)
{
	static struct {
		uint64_t val, uaddr;
		uint32_t flags, reserved;
	} waiters[1];
	struct io_uring_sqe *sqe = request(OP_FUTEX_WAITV);

	if (!sqe)
		return 0;
	waiters[0].val = 6;
	waiters[0].uaddr = (uintptr_t)&word;
	waiters[0].flags = FUTEX2_U32_PRIVATE;
	sqe->addr = (uintptr_t)waiters;
	sqe->len = 1;
	NEED(run(NR_FUTEX_WAITV) == -EAGAIN);
	expect_line("uring waiters=[{val=6, uaddr=0x%lx, flags=FUTEX2_SIZE_U32|FUTEX2_PRIVATE}] "
		    "nr_futexes=1",
		    (unsigned long)&word);
	return 0;
}

static int do_poll(void *arg)
{
	struct io_uring_sqe *sqe = request(IORING_OP_POLL_ADD);
	int fd = eventfd(1, EFD_CLOEXEC);

	sqe->fd = fd;
	sqe->poll32_events = POLLIN;
	NEED(uring_child_run(&ring) == POLLIN);
	noted(SYS_ppoll, 1);
	expect_line("uring fds=%d:POLLIN timeout=", fd);
	return 0;
}

static int do_poll_refused(void *arg)
{
	struct io_uring_sqe *sqe = request(IORING_OP_POLL_ADD);

	sqe->fd = 999;
	sqe->poll32_events = POLLOUT;
	NEED(run(SYS_ppoll) == -EBADF);
	expect_line("uring fds=999:0 timeout=");
	return 0;
}

/* A command to a socket, or to what is none; NULL where the kernel lacks it. */
static struct io_uring_sqe *command(int fd, enum socket_command number)
{
	struct io_uring_sqe *sqe = request(OP_URING_CMD);

	if (sqe) {
		sqe->fd = fd;
		sqe->off = number;
	}
	return sqe;
}

/* Level and name share the place of an address; the length has that of a second descriptor. */
static int socket_option(int fd, enum socket_command number, int option, int *value, unsigned len)
{
	struct io_uring_sqe *sqe = command(fd, number);
	int rc;

	if (!sqe)
		return -EOPNOTSUPP;
	sqe->addr = SOL_SOCKET | (uint64_t)(unsigned)option << 32;
	*third_address(sqe) = (uintptr_t)value;
	sqe->splice_fd_in = (int)len;
	rc = run(number == SOCKET_COMMAND_GETSOCKOPT ? SYS_getsockopt : SYS_setsockopt);
	/* Before 6.7. */
	expected->absent |= rc == -EOPNOTSUPP;
	return rc;
}

static int do_setsockopt(void *arg)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
	int rc = socket_option(fd, SOCKET_COMMAND_SETSOCKOPT, SO_KEEPALIVE, &on, sizeof(on));
	socklen_t len = sizeof(on);

	if (expected->absent)
		return 0;
	on = 0;
	NEED(rc == 0 && getsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, &len) == 0 && on == 1);
	expect_line("uring fd=%d level=SOL_SOCKET optname=SO_KEEPALIVE val=1 optlen=4", fd);
	return 0;
}

static int do_setsockopt_fails(void *arg)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), value = 7;
	int rc = socket_option(fd, SOCKET_COMMAND_SETSOCKOPT, SO_RCVBUF, &value, 2);

	if (expected->absent)
		return 0;
	NEED(rc == -EINVAL);
	expect_line("uring fd=%d level=SOL_SOCKET optname=SO_RCVBUF", fd);
	return 0;
}

static int do_getsockopt(void *arg)
{
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0), type = 0;
	int rc = socket_option(fd, SOCKET_COMMAND_GETSOCKOPT, SO_TYPE, &type, 16);

	if (expected->absent)
		return 0;
	NEED(rc == sizeof(type) && type == SOCK_DGRAM);
	expected->ret = 0;
	expect_line("uring fd=%d level=SOL_SOCKET optname=SO_TYPE val=2 optlen=4", fd);
	return 0;
}

static int do_getsockopt_fails(void *arg)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), value = 0;
	int rc = socket_option(fd, SOCKET_COMMAND_GETSOCKOPT, 9999, &value, sizeof(value));

	if (expected->absent)
		return 0;
	NEED(rc == -ENOPROTOOPT);
	expect_line("uring fd=%d level=SOL_SOCKET optname=", fd);
	return 0;
}

static int do_inq(void *arg)
{
	struct sockaddr_in own = { .sin_family = AF_INET,
				   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), rc;
	struct io_uring_sqe *sqe;
	socklen_t len = sizeof(own);

	NEED(bind(fd, (struct sockaddr *)&own, len) == 0 &&
	     getsockname(fd, (struct sockaddr *)&own, &len) == 0 &&
	     sendto(fd, "hello", 5, 0, (struct sockaddr *)&own, len) == 5);
	sqe = command(fd, SOCKET_COMMAND_INQ);
	if (!sqe)
		return 0;
	rc = run(SYS_ioctl);
	expected->absent |= rc == -EOPNOTSUPP;
	if (expected->absent)
		return 0;
	NEED(rc == 5);
	expect_line("uring fd=%d request=0x541b argument=0x0", fd);
	return 0;
}

/* "refused": before it is submitted. */
static const struct more_case {
	const char *name;
	int (*work)(void *arg);
} cases[] = {
	{ "pipe", do_pipe },
	{ "pipe in slots", do_pipe_slots },
	{ "pipe refused", do_pipe_refused },
	{ "install", do_install },
	{ "install, kept over exec", do_install_inherited },
	{ "install refused", do_install_refused },
	{ "setxattr", do_setxattr },
	{ "getxattr", do_getxattr },
	{ "getxattr found", do_getxattr_found },
	{ "fsetxattr", do_fsetxattr },
	{ "fgetxattr", do_fgetxattr },
	{ "setxattr refused", do_setxattr_refused },
	{ "fgetxattr refused", do_fgetxattr_refused },
	{ "recv_zc refused", do_recv_zc_refused },
	{ "epoll_wait", do_epoll_wait },
	{ "epoll_wait failing", do_epoll_wait_failing },
	{ "waitid", do_waitid },
	{ "waitid refused", do_waitid_refused },
	{ "futex_wait", do_futex_wait },
	{ "futex_wake", do_futex_wake },
	{ "futex_wake refused", do_futex_wake_refused },
	{ "futex_waitv", do_futex_waitv },
	{ "poll", do_poll },
	{ "poll refused", do_poll_refused },
	{ "setsockopt", do_setsockopt },
	{ "setsockopt fails", do_setsockopt_fails },
	{ "getsockopt", do_getsockopt },
	{ "getsockopt fails", do_getsockopt_fails },
	{ "inq", do_inq },
};
#define CASES (sizeof(cases) / sizeof(cases[0]))

/* The event of io_uring of that call, which is the only one. */
static const struct event *find(const struct more_case *c)
{
	const struct event *found = NULL;

	for (size_t i = 0; i < watch.len; i++) {
		const struct event *event = &watch.events[i];

		if (!(event->prefix.flags & RECORD_F_URING) || event->prefix.nr != expected->nr)
			continue;
		ck_assert_msg(!found, "%s, %s: two events", c->name, mode->name);
		found = event;
	}
	ck_assert_msg(found, "%s, %s: no event", c->name, mode->name);
	return found;
}

START_TEST(call_by_ring)
{
	const struct more_case *c = &cases[(size_t)_i % CASES];
	const struct event *event;
	struct text_buf buf;
	char text[1024];
	int status;

	mode = &uring_modes[(size_t)_i / CASES];
	memset(expected, 0, sizeof(*expected));
	status = watch_run(c->work, NULL);
	ck_assert_msg(status == 0, "%s, %s: the child ended at %d", c->name, mode->name, status);
	if (expected->absent || (strstr(c->name, "refused") && !uring_names_requests()))
		return;
	event = find(c);
	text_buf_init(&buf, text, sizeof(text));
	event_args_render(event, NULL, &buf);
	ck_assert_msg(event->prefix.ret == expected->ret, "%s, %s: result %ld, not %ld", c->name,
		      mode->name, (long)event->prefix.ret, (long)expected->ret);
	ck_assert_msg(strncmp(text, expected->line, strlen(expected->line)) == 0,
		      "%s, %s: \"%s\", expected \"%s\"", c->name, mode->name, text, expected->line);
	ck_assert_msg(event->path.len == strlen(expected->path) &&
			      memcmp(event->path.data, expected->path, event->path.len) == 0,
		      "%s, %s: path %.*s", c->name, mode->name, (int)event->path.len,
		      event->path.data);
	ck_assert_uint_eq(event->uring_flags, expected->uring_flags);
	ck_assert_uint_eq(event->tid, (uint64_t)watch.pid);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("more of io_uring");
	int status, fd;

	expected = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (expected == MAP_FAILED || !mkdtemp(folder))
		return EXIT_FAILURE;
	snprintf(file, sizeof(file), "%s/file", folder);
	fd = open(file, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0)
		return EXIT_FAILURE;
	tcase_add_loop_test(tcase, call_by_ring, 0, CASES * URING_MODES);
	status = watch_suite("uring_more", tcase, SNAPLEN);
	close(fd);
	unlink(file);
	rmdir(folder);
	return status;
}
