/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls of 32-bit programs on x86_64: counted by the row that each is, with its name and arguments
 * in the stream. One part makes them from this program with int $0x80, on memory below 4 GiB; the
 * other runs a 32-bit program (compat/prog.c). A kernel without 32-bit calls passes: it has none to
 * tell.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#if defined(__x86_64__)
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include "compat_case.h"
#include "ledger.h"
#include "live_probe.h"
#include "probe/schema/event.h"
#include "watch.h"

#define SNAPLEN 16
#define LOW_AT 0x20000000

/* What the calls point to, at a fixed address below 4 GiB. */
struct low {
	char path[16], link[64], data[16], name[16];
	struct {
		uint32_t base, len;
	} vector[2];
	struct {
		int32_t sec, nsec;
	} half_ms, timeval;
	int64_t time64[2];
	uint32_t limits[2];
	uint32_t socket_args[6], send_args[6], connect_args[6], option_args[6];
	struct sockaddr_in address;
	struct {
		uint32_t name, name_len, iov, iov_len, control, control_len, flags;
	} message;
	uint32_t mmap_args[6], argv[3], set[2], action[5];
	int32_t status, pair[2];
	struct {
		uint32_t buffer, type;
	} kludge;
	uint32_t ids;
};
#define L(field) (LOW_AT + (long)offsetof(struct low, field))

static void low_fill(void)
{
	struct low *low = mmap((void *)LOW_AT, sizeof(*low), PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	struct low filled = {
		.path = "/nonexistent",
		.link = "/proc/self/exe",
		.data = "hello world",
		.name = "user.name",
		.vector = { { L(data), 5 }, { L(data) + 6, 5 } },
		.half_ms = { 0, 500000 },
		.timeval = { 1, 500000 },
		.time64 = { 0, 500000 },
		.limits = { 100, UINT32_MAX },
		.socket_args = { AF_INET, SOCK_DGRAM, 0 },
		.send_args = { UINT32_MAX, L(data), 5, MSG_DONTWAIT },
		.connect_args = { UINT32_MAX, L(address), sizeof(struct sockaddr_in) },
		.option_args = { UINT32_MAX, SOL_SOCKET, SO_RCVTIMEO, L(timeval), 8 },
		.address = { .sin_family = AF_INET,
			     .sin_port = htons(9),
			     .sin_addr = { htonl(INADDR_LOOPBACK) } },
		.message = { .iov = L(vector), .iov_len = 2 },
		.mmap_args = { 0, 4096, PROT_READ, MAP_PRIVATE, UINT32_MAX, 8192 },
		.argv = { L(name), L(data), 0 },
		.set = { 1u << (SIGUSR1 - 1), 0 },
		.action = { 1, 0, 0, 1u << (SIGUSR2 - 1), 0 },
		.kludge = { L(data), 3 },
	};

	if (low == MAP_FAILED || mlockall(MCL_CURRENT) < 0)
		abort();
	*low = filled;
}

/* The six registers of a 32-bit call; the red zone is left alone. */
static long int80(long nr, const long *args)
{
	register long sixth __asm__("r8") = args[5];
	long ret;

	__asm__ volatile("lea -128(%%rsp), %%rsp\n\tpush %%rbp\n\tmov %%r8d, %%ebp\n\tint $0x80\n\t"
			 "pop %%rbp\n\tlea 128(%%rsp), %%rsp"
			 : "=a"(ret), "+r"(sixth)
			 : "a"(nr), "b"(args[0]), "c"(args[1]), "d"(args[2]), "S"(args[3]),
			   "D"(args[4])
			 : "memory", "r9", "r10", "r11");
	return (int32_t)ret;
}

struct compat_case {
	const char *name;
	long nr; /* of the 32-bit table */
	int err;
	long args[6];
	const char *row, *line; /* how the arguments begin */
};
static const struct compat_case cases[] = {
	{ "getpid", 20, 0, { 0 }, "getpid", "" },
	{ "a descriptor that is none", 6, EBADF, { -1 }, "close", "fd=-1" },
	{ "open", 5, ENOENT, { L(path), O_RDWR, 0 }, "open", "name=/nonexistent flags=O_RDWR" },
	{ "openat",
	  295,
	  ENOENT,
	  { AT_FDCWD, L(path), O_RDONLY, 0 },
	  "openat",
	  "name=/nonexistent flags=O_RDONLY mode=0 dirfd=AT_FDCWD" },
	{ "stat64", 195, ENOENT, { L(path), L(link) }, "stat", "path=/nonexistent" },
	{ "statfs64",
	  268,
	  ENOENT,
	  { L(path), 84, L(link) },
	  "statfs",
	  "pathname=/nonexistent buf=0x20000010" },
	{ "readlink", 85, 0, { L(link), L(link), 64 }, "readlink", "path=" },
	{ "pread64", 180, EBADF, { -1, L(data), 5, 7, 1 }, "pread64", "size=5 pos=4294967303" },
	{ "_llseek",
	  140,
	  EBADF,
	  { -1, -1, -3, L(data), 1 },
	  "lseek",
	  "offset=-3 whence=SEEK_CUR fd=-1" },
	{ "lseek", 19, EBADF, { -1, -3, 1 }, "lseek", "offset=-3 whence=SEEK_CUR fd=-1" },
	{ "writev", 146, EBADF, { -1, L(vector), 2 }, "writev", "size=10 data=helloworld fd=-1" },
	{ "fcntl64", 221, EBADF, { -1, 1030, 5 }, "fcntl", "cmd=F_DUPFD_CLOEXEC arg=5 fd=-1" },
	{ "nanosleep", 162, 0, { L(half_ms), 0 }, "nanosleep", "interval=500us" },
	{ "clock_nanosleep",
	  267,
	  EINVAL,
	  { 99, 1, L(half_ms), 0 },
	  "clock_nanosleep",
	  "clockid=99 flags=TIMER_ABSTIME rqtp=500us" },
	{ "clock_nanosleep_time64",
	  407,
	  EINVAL,
	  { 99, 1, L(time64), 0 },
	  "clock_nanosleep",
	  "clockid=99 flags=TIMER_ABSTIME rqtp=500us" },
	{ "getrlimit", 191, 0, { RLIMIT_CORE, L(limits) }, "getrlimit", "cur=" },
	{ "setrlimit",
	  75,
	  EINVAL,
	  { 99, L(limits) },
	  "setrlimit",
	  "cur=100 max=-1 resource=RLIMIT_UNKNOWN" },
	{ "mmap2",
	  192,
	  EBADF,
	  { 0, 4096, PROT_READ, MAP_PRIVATE, -1, 2 },
	  "mmap",
	  "addr=0x0 length=4096 prot=PROT_READ flags=MAP_PRIVATE offset=8192 fd=-1" },
	{ "mmap",
	  90,
	  EBADF,
	  { L(mmap_args) },
	  "mmap",
	  "addr=0x0 length=4096 prot=PROT_READ flags=MAP_PRIVATE offset=8192 fd=-1" },
	{ "fallocate",
	  324,
	  EBADF,
	  { -1, 0, 1, 2, 3, 4 },
	  "fallocate",
	  "mode=0 offset=8589934593 len=17179869187 fd=-1" },
	{ "sync_file_range",
	  314,
	  EBADF,
	  { -1, 1, 0, 2, 1, 2 },
	  "sync_file_range",
	  "offset=1 nbytes=4294967298 flags=SYNC_FILE_RANGE_WRITE fd=-1" },
	{ "fadvise64_64",
	  272,
	  EBADF,
	  { -1, 1, 1, 2, 0, 3 },
	  "fadvise64",
	  "offset=4294967297 len=2 advice=POSIX_FADV_WILLNEED fd=-1" },
	{ "truncate64",
	  193,
	  ENOENT,
	  { L(path), 5, 1 },
	  "truncate",
	  "path=/nonexistent length=4294967301" },
	{ "fanotify_mark",
	  339,
	  EBADF,
	  { -1, 1, 2, 0, -100, L(path) },
	  "fanotify_mark",
	  "pathname=/nonexistent flags=FAN_MARK_ADD mask=FAN_MODIFY fanotify_fd=-1 "
	  "dirfd=AT_FDCWD" },
	{ "socket",
	  359,
	  0,
	  { AF_UNIX, SOCK_STREAM, 0 },
	  "socket",
	  "domain=AF_LOCAL type=SOCK_STREAM proto=0" },
	{ "socket by socketcall",
	  102,
	  0,
	  { 1, L(socket_args) },
	  "socket",
	  "domain=AF_INET type=SOCK_DGRAM proto=IPPROTO_IP" },
	{ "connect by socketcall",
	  102,
	  EBADF,
	  { 3, L(connect_args) },
	  "connect",
	  "addr=127.0.0.1:9" },
	{ "send by socketcall",
	  102,
	  EBADF,
	  { 9, L(send_args) },
	  "sendto",
	  "size=5 flags=MSG_DONTWAIT data=hello fd=-1" },
	{ "setsockopt by socketcall",
	  102,
	  EBADF,
	  { 14, L(option_args) },
	  "setsockopt",
	  "level=SOL_SOCKET optname=SO_RCVTIMEO val=1.5s optlen=8 fd=-1" },
	{ "unknown inside socketcall", 102, EINVAL, { 77, L(socket_args) }, NULL, "" },
	{ "sendmsg",
	  370,
	  EBADF,
	  { -1, L(message), 0 },
	  "sendmsg",
	  "size=10 flags=0 data=helloworld fd=-1" },
	{ "semget by ipc",
	  117,
	  ENOENT,
	  { 2, 0x77777777, 1, 0 },
	  "semget",
	  "key=0x77777777 nsems=1" },
	{ "msgget by ipc",
	  117,
	  ENOENT,
	  { 13, 0x77777777, 0 },
	  "msgget",
	  "key=0x77777777 msgflg=0" },
	{ "msgctl by ipc",
	  117,
	  EINVAL,
	  { 14, -1, 0x100 | 2, 0, 0 },
	  "msgctl",
	  "msqid=-1 cmd=IPC_STAT buf=NULL" },
	{ "msgrcv by ipc",
	  117,
	  EINVAL,
	  { 12, -1, 5, 2048, L(kludge) },
	  "msgrcv",
	  "msqid=-1 msgsz=5 msgtyp=3 msgflg=IPC_NOWAIT" },
	{ "shmdt by ipc", 117, EINVAL, { 22, 0, 0, 0, 0x1001 }, "shmdt", "shmaddr=0x1001" },
	{ "rt_sigprocmask",
	  175,
	  0,
	  { 0, L(set), 0, 8 },
	  "rt_sigprocmask",
	  "how=SIG_BLOCK set=[USR1] sigsetsize=8 oldset=NULL" },
	{ "rt_sigaction",
	  174,
	  EINVAL,
	  { SIGKILL, L(action), 0, 8 },
	  "rt_sigaction",
	  "sig=SIGKILL act={handler=SIG_IGN, mask=[USR2], flags=0}" },
	{ "waitpid", 7, ECHILD, { -1, L(status), 1 }, "wait4", "pid=-1 options=WNOHANG" },
	{ "umount", 22, ENOENT, { L(path), 77 }, "umount2", "name=/nonexistent flags=0" },
	{ "setreuid of 16 bits", 70, 0, { 0xffff, 0xffff }, "setreuid", "ruid=-1 euid=-1" },
	{ "chown32", 212, ENOENT, { L(path), -1, 5 }, "chown", "path=/nonexistent uid=-1 gid=5" },
	{ "chown of 16 bits",
	  182,
	  ENOENT,
	  { L(path), 0xffff, 5 },
	  "chown",
	  "path=/nonexistent uid=-1 gid=5" },
	{ "execve",
	  11,
	  ENOENT,
	  { L(path), L(argv), 0 },
	  "execve",
	  "filename=/nonexistent exe=user.name args=hello world" },
	{ "kill", 37, ESRCH, { -77777777, 0 }, "kill", "pid=-77777777 sig=0" },
	{ "sigaction has a row of its own",
	  67,
	  EINVAL,
	  { SIGKILL, L(action), 0 },
	  "sigaction",
	  "sig=SIGKILL act=0x" },
	{ "nice", 34, 0, { 0 }, "nice", "inc=0" },
	{ "setxattr",
	  226,
	  ENOENT,
	  { L(path), L(name), L(data), 5, 0 },
	  "setxattr",
	  "pathname=/nonexistent name=user.name size=5 flags=0 value=hello" },
};

static int now;

static int make_call(void *arg)
{
	const struct compat_case *c = &cases[now];
	long ret;

	low_fill();
	ret = int80(c->nr, c->args);
	return c->err ? ret != -c->err : ret < 0;
}

/* A kernel without 32-bit calls kills whoever tries. */
static bool kernel_has_compat(void)
{
	static const long none[6];
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(int80(20, none) < 0);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

START_TEST(calls_are_streamed_by_name)
{
	const struct compat_case *c = &cases[_i];
	int status;

	now = _i;
	status = watch_run(make_call, NULL);
	ck_assert_msg(status == 0, "%s: other result", c->name);
	if (!c->row) {
		for (size_t i = 0; i < watch.len; i++)
			ck_assert(!(watch.events[i].prefix.flags & RECORD_F_COMPAT));
		return;
	}
	compat_check_line(c->name, c->row, c->err, c->line);
}
END_TEST

/* The number that the program called is a parameter of events that show raw arguments. */
START_TEST(the_native_number_is_kept)
{
	const struct event *event;
	int64_t native = 0;

	for (now = 0; strcmp(cases[now].name, "nice") != 0; now++)
		;
	ck_assert_int_eq(watch_run(make_call, NULL), 0);
	event = compat_find("nice", 0);
	ck_assert_ptr_nonnull(event);
	ck_assert_int_eq(event_param_int(event, "nativeID", &native), 0);
	ck_assert_int_eq(native, 34);
}
END_TEST

static char program[4096], write_fd[16];

static int run_program(void *arg)
{
	execl(program, "compat_prog", write_fd, NULL);
	return 100;
}

static const struct compat_count counts[] = {
	{ "getpid", 3, 0 },      { "getppid", 4, 0 },   { "openat", 2, 2 },
	{ "write", 1, 0 },       { "socket", 6, 0 },    { "sendto", 1, 1 },
	{ "msgget", 1, 1 },      { "sigaction", 1, 0 }, { "bind", 2, 0 },
	{ "getsockname", 2, 0 }, { "connect", 2, 0 },   { "sendmmsg", 2, 0 },
	{ "recvmmsg", 2, 0 },    { "nice", 1, 0 },      { "fork", 1, 0 },
	{ "wait4", 1, 0 },       { "exit", 1, 0 },      { "writev", 0, 0 },
	{ "socketcall", 0, 0 },  { "brk", 0, 0 },
};

START_TEST(a_32_bit_program_counts_exactly)
{
	compat_check_counts(run_program, write_fd, counts, sizeof(counts) / sizeof(counts[0]));
}
END_TEST

START_TEST(a_32_bit_program_counts_by_file_and_socket)
{
	compat_check_objects(run_program, write_fd, counts, sizeof(counts) / sizeof(counts[0]));
}
END_TEST

/* Its life is in the stream: the exec, the fork with both sides, the ends. */
START_TEST(a_32_bit_program_is_followed)
{
	const struct event *event;
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	snprintf(write_fd, sizeof(write_fd), "%d", ends[1]);
	ck_assert_int_eq(watch_run(run_program, NULL), 0);
	event = watch_find_code(syscall_by_name("execve")->exit_event);
	ck_assert_ptr_nonnull(event);
	event = watch_find_code(syscall_by_name("fork")->exit_event);
	ck_assert_ptr_nonnull(event);
	ck_assert_str_eq(event->syscall->name, "fork");
	ck_assert_uint_eq(watch_count_code(EVENT_CODE_PROCEXIT_1_E, (uint64_t)watch.pid), 1);
	close(ends[0]);
	close(ends[1]);
}
END_TEST

static int run_program_by_execveat(void *arg)
{
	const char *const argv[] = { "compat_prog", write_fd, "/bin/true", NULL };

	syscall(SYS_execveat, AT_FDCWD, program, argv, NULL, 0);
	return 100;
}

static void check_exec(const struct event *event, uint16_t compat)
{
	ck_assert_int_eq(event->prefix.ret, 0);
	ck_assert_int_eq(event->prefix.nr, SYS_execveat);
	ck_assert_uint_eq(event->prefix.flags & RECORD_F_COMPAT, compat);
	/* Pointers of a 32-bit program have 32 bits. */
	ck_assert_int_eq((int32_t)event->prefix.args[0], AT_FDCWD);
	ck_assert(!compat || event->prefix.args[1] >> 32 == 0);
	ck_assert_uint_ne(event->prefix.args[2], 0);
	ck_assert_uint_eq(event->prefix.args[3], 0);
}

/* A 64-bit program becomes a 32-bit one, and that a 64-bit one. */
START_TEST(execs_between_both_kinds)
{
	const struct event *events[2];
	struct ledger ledger;
	size_t found = 0;
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	snprintf(write_fd, sizeof(write_fd), "%d", ends[1]);
	ledger_init(&ledger);
	ck_assert_int_eq(watch_run(run_program_by_execveat, NULL), 0);
	for (size_t i = 0; i < watch.len; i++) {
		int nr = watch.events[i].prefix.nr;

		if (nr != SYS_execveat && nr != SYS_execve)
			continue;
		ck_assert_uint_lt(found, 2);
		events[found++] = &watch.events[i];
	}
	ck_assert_uint_eq(found, 2);
	check_exec(events[0], 0);
	check_exec(events[1], RECORD_F_COMPAT);
	ledger_add(&ledger, watch.pid);
	ck_assert_int_eq(ledger_refresh(&ledger, watch.probe), 0);
	ck_assert_uint_eq(ledger_process_sum(&ledger, watch.pid, SYS_execveat).calls, 2);
	ck_assert_uint_eq(ledger_process_sum(&ledger, watch.pid, SYS_execve).calls, 0);
	ledger_release(&ledger);
	close(ends[0]);
	close(ends[1]);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("32-bit calls");

	live_require();
	compat_program_find("compat_prog", program, sizeof(program));
	if (!kernel_has_compat()) {
		printf("test_compat: this kernel runs no 32-bit calls\n");
		return EXIT_SUCCESS;
	}
	tcase_add_loop_test(tcase, calls_are_streamed_by_name, 0, sizeof(cases) / sizeof(cases[0]));
	tcase_add_test(tcase, the_native_number_is_kept);
	tcase_add_test(tcase, a_32_bit_program_counts_exactly);
	tcase_add_test(tcase, a_32_bit_program_counts_by_file_and_socket);
	tcase_add_test(tcase, a_32_bit_program_is_followed);
	tcase_add_test(tcase, execs_between_both_kinds);
	return watch_suite("compat", tcase, SNAPLEN);
}
#else
int main(void)
{
	printf("test_compat: x86_64 only; test_compat_arm is for arm64\n");
	return EXIT_SUCCESS;
}
#endif
