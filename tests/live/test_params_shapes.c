/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls that are stored by table and whose values only the child knows, or that are more than
 * numbers and texts: fd lists, vectors, credentials, what ptrace read; texts of calls that stay
 * raw.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/sem.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>
#include "expect.h"
#include "watch.h"

#define SNAPLEN 16
#define A(object) ((long)(object))

static void put_fd(uint8_t *at, int64_t fd, int16_t flags)
{
	memcpy(at, &fd, sizeof(fd));
	memcpy(at + sizeof(fd), &flags, sizeof(flags));
}

/* A pipe with a byte in it, and a descriptor that is not open. */
static void expect_polled(const struct pollfd *fds)
{
	uint8_t list[2 + 3 * EVENT_FDLIST_ITEM_BYTES] = { 3 };

	put_fd(list + 2, fds[0].fd, 0x81);  /* POLLIN and POLLRDNORM */
	put_fd(list + 12, 999, 0x40);       /* POLLNVAL */
	put_fd(list + 22, fds[2].fd, 0x20); /* POLLHUP */
	expect_bytes("fds", list, sizeof(list));
}

static void make_polled(struct pollfd fds[3])
{
	int with[2], without[2];

	if (pipe(with) < 0 || write(with[1], "x", 1) != 1 || pipe(without) < 0)
		abort();
	close(without[1]);
	fds[0] = (struct pollfd){ .fd = with[0], .events = POLLIN | POLLRDNORM };
	fds[1] = (struct pollfd){ .fd = 999 };
	fds[2] = (struct pollfd){ .fd = without[0] };
}

static int poll_works(void *arg)
{
	struct pollfd fds[3];

	make_polled(fds);
	expect_int("res", expect_call(SYS_poll, ARGS(A(fds), 3, 250)));
	expect_polled(fds);
	expect_int("timeout", 250);
	return 0;
}

static int poll_fails(void *arg)
{
	expect_int("res", expect_call(SYS_poll, ARGS(8, 1, -1)));
	expect_bytes("fds", "\0", 2);
	expect_int("timeout", -1);
	expect_flags(RECORD_F_UNREADABLE);
	return 0;
}

static int ppoll_works(void *arg)
{
	struct timespec at_once = { 0 };
	uint64_t mask = 1u << (SIGUSR1 - 1);
	struct pollfd fds[3];

	make_polled(fds);
	expect_int("res", expect_call(SYS_ppoll, ARGS(A(fds), 3, A(&at_once), A(&mask), 8)));
	expect_polled(fds);
	expect_int("timeout", 0);
	expect_int("sigmask", 512);
	return 0;
}

static int ppoll_fails(void *arg)
{
	struct timespec never = { .tv_nsec = -1 };

	expect_int("res", expect_call(SYS_ppoll, ARGS(0, 0, A(&never), 0, 8)));
	expect_none("fds");
	expect_int("timeout", -1);
	expect_none("sigmask");
	return 0;
}

static int getcwd_works(void *arg)
{
	char path[64];

	if (chdir("/proc") < 0)
		return 1;
	expect_int("res", expect_call(SYS_getcwd, ARGS(A(path), sizeof(path))));
	expect_text("path", "/proc");
	return 0;
}

static int process_vm(long nr)
{
	static char first[] = "0123456789", second[] = "abcdefghij", there[20];
	struct iovec local[2] = { { first, 10 }, { second, 10 } }, remote = { there, 20 };
	long ret;

	memset(there, '.', sizeof(there));
	ret = expect_call(nr, ARGS(getpid(), A(local), 2, A(&remote), 1, 0));
	expect_int("res", ret);
	expect_int("pid", getpid());
	expect_bytes("data", nr == SYS_process_vm_readv ? "................" : "0123456789abcdef",
		     16);
	expect_flags(RECORD_F_CUT);
	return ret != 20;
}

static int process_vm_readv_works(void *arg)
{
	return process_vm(SYS_process_vm_readv);
}

static int process_vm_writev_works(void *arg)
{
	return process_vm(SYS_process_vm_writev);
}

static int semaphores(void *arg)
{
	int id = (int)syscall(SYS_semget, IPC_PRIVATE, 2, IPC_CREAT | 0600);
	struct sembuf ops[2] = { { 0, 2, IPC_NOWAIT }, { 1, 1, 0 } };
	long ret;

	if (id < 0)
		return 1;
	ret = expect_call(SYS_semop, ARGS(id, A(ops), 2));
	expect_int("res", ret);
	expect_int("nsops", 2);
	expect_int("sem_num_0", 0);
	expect_int("sem_op_0", 2);
	expect_int("sem_flg_0", 1);
	expect_int("sem_num_1", 1);
	expect_int("sem_op_1", 1);
	expect_int("sem_flg_1", 0);
	expect_int("semid", id);
	syscall(SYS_semctl, id, 0, IPC_RMID);
	return ret < 0;
}

static int semget_works(void *arg)
{
	long id = expect_call(SYS_semget, ARGS(IPC_PRIVATE, 1, IPC_CREAT | 0600));

	expect_int("res", id);
	expect_int("key", 0);
	expect_int("nsems", 1);
	expect_int("semflg", 0x2000);
	syscall(SYS_semctl, id, 0, IPC_RMID);
	return id < 0;
}

static int semctl_works(void *arg)
{
	int id = (int)syscall(SYS_semget, IPC_PRIVATE, 1, IPC_CREAT | 0600);
	long ret = expect_call(SYS_semctl, ARGS(id, 0, IPC_RMID));

	expect_int("res", ret);
	expect_int("semid", id);
	expect_int("semnum", 0);
	expect_int("cmd", 4);
	expect_none("val");
	return ret < 0;
}

/* The credentials after the call, one capability less. */
static int capset_works(void *arg)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];
	uint64_t effective, permitted, inheritable;
	long ret;

	if (syscall(SYS_capget, &header, data) < 0)
		return 1;
	data[0].effective &= ~(1u << CAP_KILL);
	effective = data[0].effective | (uint64_t)data[1].effective << 32;
	permitted = data[0].permitted | (uint64_t)data[1].permitted << 32;
	inheritable = data[0].inheritable | (uint64_t)data[1].inheritable << 32;
	ret = expect_call(SYS_capset, ARGS(A(&header), A(data)));
	expect_int("res", ret);
	expect_int("cap_inheritable", (int64_t)inheritable);
	expect_int("cap_permitted", (int64_t)permitted);
	expect_int("cap_effective", (int64_t)effective);
	return ret < 0;
}

static int kill_works(void *arg)
{
	expect_int("res", expect_call(SYS_kill, ARGS(getpid(), 0)));
	expect_int("pid", getpid());
	expect_int("sig", 0);
	return 0;
}

static int tgkill_works(void *arg)
{
	expect_int("res", expect_call(SYS_tgkill, ARGS(getpid(), getpid(), SIGCHLD)));
	expect_int("pid", getpid());
	expect_int("tid", getpid());
	expect_int("sig", SIGCHLD);
	return 0;
}

static int tkill_works(void *arg)
{
	expect_int("res", expect_call(SYS_tkill, ARGS(getpid(), SIGCHLD)));
	expect_int("tid", getpid());
	expect_int("sig", SIGCHLD);
	return 0;
}

static int pidfd_open_works(void *arg)
{
	expect_int("fd", expect_call(SYS_pidfd_open, ARGS(getpid(), 0)));
	expect_int("pid", getpid());
	expect_int("flags", 0);
	return 0;
}

static int pidfd_getfd_works(void *arg)
{
	int self = (int)syscall(SYS_pidfd_open, getpid(), 0);
	long fd = expect_call(SYS_pidfd_getfd, ARGS(self, 0, 0));

	expect_int("fd", fd);
	expect_int("pid_fd", self);
	expect_int("target_fd", 0);
	expect_int("flags", 0);
	return fd < 0;
}

/* A word of a stopped child, into a variable of the caller's. */
static int ptrace_peeks(void *arg)
{
	static uint64_t there = 0x1122334455667788, here;
	uint8_t address[9] = { 0 }, data[9] = { 0 };
	pid_t child = fork();
	long ret;

	if (child == 0) {
		raise(SIGSTOP);
		_exit(0);
	}
	if (waitpid(child, NULL, WUNTRACED) < 0 || ptrace(PTRACE_ATTACH, child, 0, 0) < 0 ||
	    waitpid(child, NULL, 0) < 0)
		return 1;
	ret = expect_call(SYS_ptrace, ARGS(PTRACE_PEEKDATA, child, A(&there), A(&here)));
	memcpy(address + 1, &(uint64_t){ (uint64_t)A(&there) }, 8);
	memcpy(data + 1, &there, 8);
	expect_int("res", ret);
	expect_bytes("addr", address, sizeof(address));
	expect_bytes("data", data, sizeof(data));
	expect_int("request", 3);
	expect_int("pid", child);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	return ret != 0;
}

static int setns_works(void *arg)
{
	int fd = open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC);

	expect_int("res", expect_call(SYS_setns, ARGS(fd, CLONE_NEWUTS)));
	expect_int("fd", fd);
	expect_int("nstype", 1 << 7);
	return 0;
}

/* In a mount namespace of its own. */
static int mount_works(void *arg)
{
	long ret;

	if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return 1;
	ret = expect_call(SYS_mount,
			  ARGS(A("none"), A("/mnt"), A("tmpfs"), MS_NOSUID | MS_NODEV, 0));
	expect_int("res", ret);
	expect_text("dev", "none");
	expect_text("dir", "/mnt");
	expect_text("type", "tmpfs");
	expect_int("flags", 6);
	return ret < 0;
}

static int umount2_works(void *arg)
{
	long ret;

	if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("none", "/mnt", "tmpfs", 0, NULL) < 0)
		return 1;
	ret = expect_call(SYS_umount2, ARGS(A("/mnt"), 2 | 8));
	expect_int("res", ret);
	expect_text("name", "/mnt");
	expect_int("flags", 2 | 8);
	return ret < 0;
}

static int fsconfig_works(void *arg)
{
	int fd = (int)syscall(SYS_fsopen, "tmpfs", 0);
	long ret = expect_call(SYS_fsconfig, ARGS(fd, 1, A("size"), A("1m"), 0));

	expect_int("res", ret);
	expect_int("fd", fd);
	expect_int("cmd", 1);
	expect_text("key", "size");
	expect_none("value_bytebuf");
	expect_text("value_charbuf", "1m");
	expect_int("aux", 0);
	return ret < 0;
}

static const struct expect_case cases[] = {
	{ "poll", poll_works },
	{ "poll fails", poll_fails },
	{ "ppoll", ppoll_works },
	{ "ppoll fails", ppoll_fails },
	{ "getcwd", getcwd_works },
	{ "process_vm_readv", process_vm_readv_works },
	{ "process_vm_writev", process_vm_writev_works },
	{ "semop", semaphores },
	{ "semget", semget_works },
	{ "semctl", semctl_works },
	{ "capset", capset_works },
	{ "kill", kill_works },
	{ "tgkill", tgkill_works },
	{ "tkill", tkill_works },
	{ "pidfd_open", pidfd_open_works },
	{ "pidfd_getfd", pidfd_getfd_works },
	{ "ptrace reads", ptrace_peeks },
	{ "setns", setns_works },
	{ "mount", mount_works },
	{ "umount2", umount2_works },
	{ "fsconfig", fsconfig_works },
};

START_TEST(every_parameter)
{
	expect_run(&cases[_i]);
}
END_TEST

/* Calls that stay raw, with the texts that they were called with. */
static const struct {
	const char *name;
	long nr, args[6];
	const char *texts[6];
} raw_cases[] = {
	{ "readlink", SYS_readlink, { A("/proc/self"), 0, 0 }, { "/proc/self" } },
	{ "statx", SYS_statx, { AT_FDCWD, A("/none"), 0, 0, 0 }, { NULL, "/none" } },
	{ "faccessat", SYS_faccessat, { 999, A("x\033y"), 0 }, { NULL, "x\033y" } },
	{ "getxattr", SYS_getxattr, { A("/"), A("user.none"), 0, 0 }, { "/", "user.none" } },
	{ "two of them",
	  SYS_move_mount,
	  { 999, A("from"), 998, A("to"), 0 },
	  { NULL, "from", NULL, "to" } },
	{ "three of them",
	  SYS_request_key,
	  { A("type"), A("description"), A("callout"), 0 },
	  { "type", "description", "callout" } },
	{ "an empty one", SYS_statx, { AT_FDCWD, A(""), 0, 0, 0 }, { NULL, "" } },
	{ "none", SYS_statx, { AT_FDCWD, 0, 0, 0, 0 }, { NULL } },
	{ "unreadable", SYS_readlink, { 8, 0, 0 }, { NULL } },
};

static int now;

static int make_raw(void *arg)
{
	const long *args = raw_cases[now].args;

	if (mlockall(MCL_CURRENT) < 0)
		return 1;
	syscall(raw_cases[now].nr, args[0], args[1], args[2], args[3], args[4], args[5]);
	return 0;
}

static const struct event *find_raw(long nr)
{
	for (size_t i = watch.len; i-- > 0;) {
		if (watch.events[i].prefix.nr == nr)
			return &watch.events[i];
	}
	return NULL;
}

START_TEST(raw_calls_keep_texts)
{
	const char *name = raw_cases[_i].name;
	const struct event *event;

	if (CALL_IS_ABSENT(raw_cases[_i].nr))
		return;
	now = _i;
	ck_assert_int_eq(watch_run(make_raw, NULL), 0);
	event = find_raw(raw_cases[_i].nr);
	ck_assert_msg(event, "%s: no event", name);
	ck_assert_int_eq(event->desc->code, EVENT_CODE_GENERIC_X);
	for (size_t i = 0; i < 6; i++) {
		const struct event_text *have = &event->arg_texts[i];
		const char *want = raw_cases[_i].texts[i];

		ck_assert_msg(!want == !have->data, "%s: argument %zu %s a text", name, i,
			      want ? "lacks" : "has");
		if (want)
			ck_assert_msg(have->len == strlen(want) &&
					      memcmp(have->data, want, have->len) == 0,
				      "%s: argument %zu is '%.*s', not '%s'", name, i,
				      (int)have->len, have->data, want);
	}
}
END_TEST

static int make_long(void *arg)
{
	static char path[5000];

	memset(path, 'a', sizeof(path) - 1);
	syscall(SYS_readlinkat, AT_FDCWD, path, NULL, 0);
	return 0;
}

START_TEST(a_long_text_is_cut)
{
	const struct event *event;

	ck_assert_int_eq(watch_run(make_long, NULL), 0);
	event = find_raw(SYS_readlinkat);
	ck_assert_ptr_nonnull(event);
	ck_assert_uint_eq(event->arg_texts[1].len, RECORD_ARG_TEXT_MAX - 2);
	ck_assert(event->prefix.flags & RECORD_F_CUT);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("parameters of other shapes");

	tcase_add_loop_test(tcase, every_parameter, 0, sizeof(cases) / sizeof(cases[0]));
	tcase_add_loop_test(tcase, raw_calls_keep_texts, 0,
			    sizeof(raw_cases) / sizeof(raw_cases[0]));
	tcase_add_test(tcase, a_long_text_is_cut);
	return watch_suite("params_shapes", tcase, SNAPLEN);
}
