/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What arguments point to where another argument says what that is (a command, a request), where
 * the address itself is in memory, and where the call writes when a signal ends it. One child makes
 * all calls; a case finds its own among those of one number.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include "probe/schema/render.h"
#include "watch.h"

#define SNAPLEN 16
#define A(object) ((long)(object))
#define NR_QUOTACTL_FD 443
#define FILE_FD 50

static struct flock written = { .l_type = F_WRLCK, .l_start = 5, .l_len = 10 };
static struct flock asked = { .l_type = F_RDLCK, .l_whence = SEEK_SET };
static struct f_owner_ex owner = { F_OWNER_PID, 0 };
static union bpf_attr got, opened;
static struct shmid_ds segment;
static struct msqid_ds queue = { .msg_qbytes = 77 };
static struct semid_ds semaphores;
static uint32_t action = SECCOMP_RET_LOG;
static struct sock_fprog no_program = { 0, (void *)0x10 };
static uint64_t usr1 = 1u << (SIGUSR1 - 1);
static struct {
	uint64_t *set, len;
} mask = { &usr1, 8 };
static struct timespec at_once, second = { .tv_sec = 1 }, long_sleep = { .tv_sec = 1000 }, left;
static struct itimerval soon = { .it_interval = { 0, 5000 }, .it_value = { 0, 5000 } }, never;
static char text[16] = "0123456789";
static int64_t offset = 7;
static struct iovec vector = { text, 4 };
static struct mmsghdr message = { .msg_hdr = { .msg_iov = &vector, .msg_iovlen = 1 } };
static uint64_t nodes = 1;
static struct iocb request = { .aio_data = 5, .aio_lio_opcode = IOCB_CMD_PREAD, .aio_nbytes = 4 };
static struct iocb *requests[2] = { &request, &request };
static struct io_event events[2];

static void ignore(int sig)
{
	(void)sig;
}

static void call_files(void)
{
	int ends[2];

	if (pipe(ends) < 0 || write(ends[1], "abcd", 4) != 4)
		_exit(1);
	syscall(SYS_fcntl, FILE_FD, F_SETLK, &written);
	syscall(SYS_fcntl, FILE_FD, F_OFD_GETLK, &asked);
	syscall(SYS_fcntl, FILE_FD, F_SETOWN_EX, &owner);
	syscall(SYS_fcntl, FILE_FD, F_SETLK, 8);
	syscall(SYS_fcntl, FILE_FD, F_SETFD, 1);
	syscall(SYS_splice, ends[0], 0, FILE_FD, &offset, 4, 0);
	syscall(NR_QUOTACTL_FD, FILE_FD, 0x80000200, 2, "/the/quota.file");
	syscall(NR_QUOTACTL_FD, FILE_FD, 0x80000300, 2, 8);
}

static void call_bpf(void)
{
	got.pathname = (uint64_t)(uintptr_t) "/none/such";
	opened.raw_tracepoint.name = (uint64_t)(uintptr_t) "no_tracepoint";
	opened.raw_tracepoint.prog_fd = 999;
	syscall(SYS_bpf, BPF_OBJ_GET, &got, sizeof(got));
	syscall(SYS_bpf, BPF_RAW_TRACEPOINT_OPEN, &opened, sizeof(opened));
	syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action);
	syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &no_program);
}

static void call_ipc(void)
{
	int shm = shmget(IPC_PRIVATE, 4096, 0640), msg = msgget(IPC_PRIVATE, 0600);
	int sem = semget(IPC_PRIVATE, 3, 0604);

	syscall(SYS_shmctl, shm, IPC_STAT, &segment);
	syscall(SYS_shmctl, shm, IPC_RMID, 8);
	syscall(SYS_msgctl, -1, IPC_SET, &queue);
	syscall(SYS_msgctl, msg, IPC_RMID, 0);
	syscall(SYS_semctl, sem, 0, IPC_STAT, &semaphores);
	syscall(SYS_semctl, sem, 0, IPC_RMID, 0);
}

static void call_aio(void)
{
	aio_context_t context = 0;

	request.aio_fildes = FILE_FD;
	request.aio_buf = (uint64_t)(uintptr_t)text;
	if (syscall(SYS_io_setup, 2, &context) < 0)
		return;
	syscall(SYS_io_submit, context, 2, requests);
	syscall(SYS_io_getevents, context, 2, 2, events, 0);
	syscall(SYS_io_destroy, context);
}

static void call_waiting(void)
{
	struct sigaction act = { .sa_handler = ignore };
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) < 0 || sigaction(SIGALRM, &act, NULL) < 0)
		_exit(1);
	syscall(SYS_pselect6, 0, 0, 0, 0, &at_once, &mask);
	syscall(SYS_recvmmsg, pair[0], &message, 1, MSG_DONTWAIT, &second);
	syscall(SYS_migrate_pages, 0, 8, &nodes, &nodes);
	syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &at_once, &left);
	/* It comes again: one before the sleep is not the last. */
	setitimer(ITIMER_REAL, &soon, NULL);
	syscall(SYS_nanosleep, &long_sleep, &left);
	syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &long_sleep, &left);
	setitimer(ITIMER_REAL, &never, NULL);
}

static int work(void *arg)
{
	(void)arg;
	/* A program cannot wait for a page that is not there. */
	if (mlockall(MCL_CURRENT) < 0 || dup2(memfd_create("file", 0), FILE_FD) < 0)
		return 1;
	call_files();
	call_bpf();
	call_ipc();
	call_aio();
	call_waiting();
	return 0;
}

static const struct command_case {
	const char *name;
	long nr;
	unsigned which; /* of the child's calls of that number */
	bool unreadable;
	const char *part;  /* of its line */
	const char *lacks; /* what is not in it; NULL: nothing */
} cases[] = {
	{ "F_SETLK", SYS_fcntl, 0, false,
	  "cmd=F_SETLK arg={type=F_WRLCK, whence=SEEK_SET, start=5, len=10}", NULL },
	{ "F_OFD_GETLK", SYS_fcntl, 1, false,
	  "arg={type=F_WRLCK, whence=SEEK_SET, start=5, len=10, pid=", NULL },
	{ "F_SETOWN_EX", SYS_fcntl, 2, false, "arg={type=F_OWNER_PID, pid=0}", NULL },
	{ "a lock that cannot be read", SYS_fcntl, 3, true, "arg=0x8", NULL },
	{ "what is no address", SYS_fcntl, 4, false, "arg=FD_CLOEXEC", NULL },
	{ "splice", SYS_splice, 0, false, "off_out=[7] off_in=NULL", NULL },
	{ "Q_QUOTAON", NR_QUOTACTL_FD, 0, false, "addr=/the/quota.file", NULL },
	{ "Q_QUOTAOFF", NR_QUOTACTL_FD, 1, false, "addr=0x8", NULL },
	{ "BPF_OBJ_GET", SYS_bpf, 0, false, "attr={pathname=/none/such, file_flags=0}", NULL },
	{ "BPF_RAW_TRACEPOINT_OPEN", SYS_bpf, 1, false, "attr={name=no_tracepoint, prog_fd=999}",
	  NULL },
	{ "seccomp action", SYS_seccomp, 0, false, "args=[SECCOMP_RET_LOG]", NULL },
	{ "seccomp filter", SYS_seccomp, 1, false, "args={len=0, filter=0x10}", NULL },
	{ "shmctl", SYS_shmctl, 0, false, "buf={key=0x0, uid=0, gid=0, mode=0640, segsz=4096, ",
	  NULL },
	{ "shmctl of nothing", SYS_shmctl, 1, false, "buf=0x8", NULL },
	{ "msgctl", SYS_msgctl, 0, false, "mode=0, qbytes=77}", NULL },
	{ "semctl", SYS_semctl, 0, false, "arg={key=0x0, uid=0, gid=0, mode=0604, nsems=3}", NULL },
	{ "semctl of nothing", SYS_semctl, 1, false, "cmd=", "arg=" },
	{ "io_submit", SYS_io_submit, 0, false,
	  "iocbpp=[{data=0x5, opcode=IOCB_CMD_PREAD, fd=50, buf=0x", NULL },
	{ "io_getevents", SYS_io_getevents, 0, false, ", res=4, res2=0}, {data=0x5, obj=0x", NULL },
	{ "pselect6", SYS_pselect6, 0, false, "sig=[USR1]", NULL },
	{ "recvmmsg", SYS_recvmmsg, 0, false, "timeout=1s", NULL },
	{ "migrate_pages", SYS_migrate_pages, 0, false, "old_nodes=[0] new_nodes=[0]", NULL },
	{ "a sleep to its end", SYS_clock_nanosleep, 0, false, "rmtp=0x", NULL },
	{ "an interrupted sleep", SYS_nanosleep, 0, false, "rmtp=9", NULL },
	{ "another", SYS_clock_nanosleep, 1, false, "rqtp=1000s rmtp=9", NULL },
};

static const struct event *find(const struct command_case *c)
{
	unsigned seen = 0;

	for (size_t i = 0; i < watch.len; i++)
		if (watch.events[i].prefix.nr == c->nr &&
		    watch.events[i].prefix.tid == (uint32_t)watch.pid && seen++ == c->which)
			return &watch.events[i];
	return NULL;
}

START_TEST(arguments_are_shown)
{
	const struct command_case *c = &cases[_i];
	const struct event *event;
	struct text_buf buf;
	char line[1024];

	if (!watch.len)
		ck_assert_int_eq(watch_run(work, NULL), 0);
	event = find(c);
	/* A kernel without that call. */
	if (!event && (c->nr == SYS_io_submit || c->nr == SYS_io_getevents))
		return;
	ck_assert_msg(event, "%s: no event", c->name);
	text_buf_init(&buf, line, sizeof(line));
	event_args_render(event, NULL, &buf);
	ck_assert_msg(strstr(line, c->part), "%s: \"%s\" lacks \"%s\"", c->name, line, c->part);
	ck_assert_msg(!c->lacks || !strstr(line, c->lacks), "%s: \"%s\"", c->name, line);
	ck_assert_msg(!(event->prefix.flags & RECORD_F_UNREADABLE) == !c->unreadable,
		      "%s: flags %#x", c->name, event->prefix.flags);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("commands");

	tcase_add_loop_test(tcase, arguments_are_shown, 0, sizeof(cases) / sizeof(cases[0]));
	return watch_suite("params_commands", tcase, SNAPLEN);
}
