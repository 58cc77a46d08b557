/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls that show their raw arguments, as in test_params_raw.c: those that are seldom seen. Most
 * fail for what they are given, at once and everywhere: each line says with what.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "expect.h"
#include "watch.h"

#define SNAPLEN 16
#define A(object) ((long)(object))
#define CWD AT_FDCWD
#define BAD_FD 999
#define NOBODY 99999999 /* above any pid */
#define NO_FLAG (1l << 30)

/* What the child has at fixed numbers. */
enum { FILE_FD = 50, PIPE_READ, PIPE_WRITE, INOTIFY_FD, TIMER_FD };

static char buffer[4096] __attribute__((aligned(4096)));
static int64_t attr_mq[8] = { 0, 10, 128, 0 };
static struct timespec half_ms = { .tv_nsec = 500000 };
static struct itimerspec timer_spec = { .it_value = { 5, 0 } };
static struct sigevent no_signal = { .sigev_notify = SIGEV_NONE };
static uint64_t usr2 = 1u << (SIGUSR2 - 1), nodes = 1;
static int timer_id, word = 7, room = 4096;
static siginfo_t info = { .si_signo = SIGUSR1, .si_code = SI_QUEUE };
static uint32_t perf_attr[32] = { 0, 128 };
static uint64_t context;
static struct {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
} sched_attr = { .size = 48, .policy = 99 };
static uint64_t mount_request[3] = { 24, 5, 7 };
static uint64_t ns_request[4] = { 32, 5, 0x40020000, 7 };
static struct {
	uint64_t id, flags, len, ctx_len;
	char ctx[8];
} lsm_ctx = { 104, 0, 38, 6, "exec x" };
static uint64_t path_beneath[2] = { 5, 0 };
static uint32_t handle[4] = { 8, 0 };
static uint64_t xattr_args[2], waiter[3] = { 7, 0, 2 };
static uint64_t cache_range[2] = { 1, 2 };
static struct {
	long type;
	char text[8];
} message = { 1, "hello" };

#define C(call, outcome, text, ...)                                                      \
	{                                                                                \
		.name = #call, .err = (outcome), .args = { __VA_ARGS__ }, .line = (text) \
	}
static const struct rest_case {
	const char *name;
	int err; /* 0: it works */
	long args[6];
	const char *line; /* * is any bytes */
} cases[] = {
	/* Message queues, of POSIX and of System V; shared memory. */
	C(mq_open, ENOENT,
	  "name=none oflag=O_RDWR mode=0600 attr={flags=*, maxmsg=10, msgsize=128, curmsgs=0}",
	  A("none"), O_RDWR, 0600, A(attr_mq)),
	C(mq_unlink, ENOENT, "name=none", A("none")),
	C(mq_timedsend, EBADF, "mqdes=999 msg_len=4 msg_prio=3 abs_timeout=500us msg_ptr=text",
	  BAD_FD, A("text"), 4, 3, A(&half_ms)),
	C(mq_timedreceive, EBADF, "mqdes=999 msg_len=9 abs_timeout=500us msg_ptr=0x* msg_prio=NULL",
	  BAD_FD, A(buffer), 9, 0, A(&half_ms)),
	C(mq_notify, EBADF, "mqdes=999 notification={signo=0, notify=SIGEV_NONE}", BAD_FD,
	  A(&no_signal)),
	C(mq_getsetattr, EBADF,
	  "mqdes=999 mqstat={flags=*, maxmsg=10, msgsize=128, curmsgs=0} omqstat=NULL", BAD_FD,
	  A(attr_mq), 0),
	C(msgget, ENOENT, "key=0x7ffffff5 msgflg=0600", 0x7ffffff5, 0600),
	C(msgsnd, EINVAL, "msqid=-1 msgp=[1] msgsz=5 msgflg=IPC_NOWAIT", -1, A(&message), 5, 04000),
	C(msgrcv, EINVAL, "msqid=-1 msgsz=5 msgtyp=1 msgflg=MSG_NOERROR msgp=0x*", -1, A(&message),
	  5, 1, 010000),
	C(msgctl, EINVAL, "msqid=-1 cmd=IPC_RMID buf=NULL", -1, 0, 0),
	C(shmget, ENOENT, "key=0x7ffffff5 size=4096 shmflg=0600", 0x7ffffff5, 4096, 0600),
	C(shmat, EINVAL, "shmid=-1 shmflg=SHM_RDONLY shmaddr=NULL", -1, 0, 010000),
	C(shmctl, EINVAL, "shmid=-1 cmd=IPC_RMID buf=NULL", -1, 0, 0),
	C(shmdt, EINVAL, "shmaddr=0x1000", 4096),
	/* Timers. */
	C(timer_create, 0,
	  "clockid=CLOCK_MONOTONIC timer_event_spec={signo=0, notify=SIGEV_NONE} "
	  "created_timer_id=[0]",
	  CLOCK_MONOTONIC, A(&no_signal), A(&timer_id)),
	C(timer_create, EINVAL,
	  "clockid=99 timer_event_spec={signo=0, notify=SIGEV_NONE} created_timer_id=0x*", 99,
	  A(&no_signal), A(&timer_id)),
	C(timer_settime, EINVAL,
	  "timer_id=77 flags=TIMER_ABSTIME new_setting={interval=0ns, value=5s} old_setting=NULL",
	  77, 1, A(&timer_spec), 0),
	C(timer_gettime, EINVAL, "timer_id=77 setting=0x*", 77, A(buffer)),
	C(timer_getoverrun, EINVAL, "timer_id=77", 77),
	C(timer_delete, EINVAL, "timer_id=77", 77),
	C(timerfd_gettime, 0, "ufd=54 old_value={interval=0ns, value=0ns}", TIMER_FD, A(buffer)),
	C(timerfd_gettime, EBADF, "ufd=999 old_value=0x*", BAD_FD, A(buffer)),
	C(getitimer, 0, "which=ITIMER_VIRTUAL value={interval=0ns, value=0ns}", 1, A(buffer)),
	C(getitimer, EINVAL, "which=9 value=0x*", 9, A(buffer)),
	C(clock_getres, 0, "clockid=CLOCK_MONOTONIC tp=*", CLOCK_MONOTONIC, A(buffer)),
	C(clock_adjtime, EINVAL, "clockid=99 tx={modes=0, offset=0, freq=0, status=0}", 99,
	  A(buffer)),
	/* Watching files. */
	C(fanotify_init, EINVAL, "flags=0x40000000 event_f_flags=O_RDONLY", NO_FLAG, O_RDONLY),
	C(fanotify_mark, EBADF,
	  "pathname=/none fanotify_fd=999 flags=FAN_MARK_ADD mask=FAN_OPEN dirfd=AT_FDCWD", BAD_FD,
	  1, 0x20, CWD, A("/none")),
	C(inotify_add_watch, 0, "pathname=/ fd=53 mask=IN_MODIFY|IN_CREATE", INOTIFY_FD, A("/"),
	  0x102),
	C(inotify_add_watch, ENOENT, "pathname=/none fd=53 mask=IN_MODIFY", INOTIFY_FD, A("/none"),
	  0x2),
	C(inotify_rm_watch, EINVAL, "fd=53 wd=77", INOTIFY_FD, 77),
	/* Events, requests, keys. */
	C(perf_event_open, EINVAL,
	  "attr_uptr={type=PERF_TYPE_HARDWARE, size=128, config=0x0} pid=-1 cpu=-1 flags=0 "
	  "group_fd=-1",
	  A(perf_attr), -1, -1, -1, 0),
	C(io_setup, 0, "nr_events=4 ctxp=[*]", 4, A(&context)),
	C(io_setup, EINVAL, "nr_events=0 ctxp=0x*", 0, A(&context)),
	C(io_submit, EINVAL, "ctx_id=0x8 nr=1 iocbpp=0x*", 8, 1, A(&context)),
	C(io_getevents, EINVAL, "ctx_id=0x8 min_nr=1 nr=2 timeout=500us events=0x*", 8, 1, 2,
	  A(buffer), A(&half_ms)),
	C(io_cancel, EINVAL, "ctx_id=0x8 iocb={*} result=0x8", 8, A(buffer), 8),
	C(io_destroy, EINVAL, "ctx=0x8", 8),
	C(add_key, ENODEV,
	  "type=none description=name plen=4 ringid=KEY_SPEC_PROCESS_KEYRING payload=0x*",
	  A("none"), A("name"), A("text"), 4, -2),
	/* Memory. */
	C(mbind, EINVAL, "start=0x* len=4096 mode=MPOL_BIND nmask=[0] maxnode=64 flags=0x8",
	  A(buffer), 4096, 2, A(&nodes), 64, 8),
	C(set_mempolicy, EINVAL, "mode=99 nmask=[0] maxnode=64", 99, A(&nodes), 64),
	C(get_mempolicy, EINVAL,
	  "maxnode=0 addr=0x0 flags=MPOL_F_NODE|MPOL_F_ADDR|0x60 policy=NULL nmask=NULL", 0, 0, 0,
	  0, 99),
	C(set_mempolicy_home_node, EINVAL, "start=0x* len=4096 home_node=0 flags=0x63", A(buffer),
	  4096, 0, 99),
	C(migrate_pages, ESRCH, "pid=99999999 maxnode=64 old_nodes=* new_nodes=*", NOBODY, 64,
	  A(&nodes), A(&nodes)),
	C(move_pages, EINVAL,
	  "pid=0 nr_pages=1 pages=[0x0] flags=MPOL_MF_STRICT|MPOL_MF_MOVE|0x60 nodes=NULL "
	  "status=NULL",
	  0, 1, A(buffer), 0, 0, 99),
	C(mremap, EINVAL, "addr=0x1 old_len=4096 new_len=8192 flags=MREMAP_MAYMOVE new_addr=0x0", 1,
	  4096, 8192, 1, 0),
	C(msync, 0, "start=0x* len=4096 flags=MS_SYNC", A(buffer), 4096, 4),
	C(msync, EINVAL, "start=0x* len=4096 flags=MS_ASYNC|MS_INVALIDATE|0x60", A(buffer), 4096,
	  99),
	C(mincore, EINVAL, "start=0x1 len=4096 vec=0x*", 1, 4096, A(buffer)),
	C(madvise, EINVAL, "start=0x* len=4096 behavior=99", A(buffer), 4096, 99),
	C(pkey_mprotect, EINVAL, "start=0x1 len=4096 prot=PROT_READ pkey=5", 1, 4096, 1, 5),
	C(pkey_alloc, EINVAL, "flags=0x1 init_val=0", 1, 0),
	C(process_madvise, EINVAL, "pidfd=999 vlen=0 behavior=MADV_DONTNEED flags=0x1 vec=NULL",
	  BAD_FD, 0, 0, 4, 1),
	C(memfd_secret, EINVAL, "flags=0x40000000", NO_FLAG),
	C(membarrier, EINVAL, "cmd=99 flags=0 cpu_id=0", 99, 0, 0),
	C(cachestat, EBADF, "fd=999 cstat_range={off=1, len=2} flags=0x0 cstat=0x*", BAD_FD,
	  A(cache_range), A(buffer), 0),
	C(readahead, EBADF, "fd=999 offset=1 count=2", BAD_FD, 1, 2),
	/* Processes, scheduling, signals. */
	C(sched_setattr, EINVAL,
	  "pid=0 attr={policy=0x63, flags=0, nice=0, priority=0, runtime=0ns, deadline=0ns, "
	  "period=0ns} flags=0x0",
	  0, A(&sched_attr), 0),
	C(sched_getattr, ESRCH, "pid=99999999 size=48 flags=0x0 attr=0x*", NOBODY, A(buffer), 48,
	  0),
	C(sched_setparam, ESRCH, "pid=99999999 param=[7]", NOBODY, A(&word)),
	C(sched_getparam, 0, "pid=0 param=[*]", 0, A(buffer)),
	C(sched_getscheduler, 0, "pid=0", 0),
	C(sched_get_priority_max, 0, "policy=SCHED_FIFO", SCHED_FIFO),
	C(sched_get_priority_min, EINVAL, "policy=0x63", 99),
	C(sched_rr_get_interval, ESRCH, "pid=99999999 interval=0x*", NOBODY, A(buffer)),
	C(sched_getaffinity, 0, "pid=0 len=128 mask=[*]", 0, 128, A(buffer)),
	C(getpriority, EINVAL, "which=99 who=0", 99, 0),
	C(setpriority, ESRCH, "which=PRIO_PROCESS who=99999999 niceval=5", 0, NOBODY, 5),
	C(ioprio_get, EINVAL, "which=9 who=0", 9, 0),
	C(getpgid, ESRCH, "pid=99999999", NOBODY),
	C(getsid, ESRCH, "pid=99999999", NOBODY),
	C(personality, 0, "personality=*", 0xffffffff),
	C(pidfd_send_signal, EBADF, "pidfd=999 sig=SIGUSR1 flags=0 info=NULL", BAD_FD, SIGUSR1, 0,
	  0),
	C(rt_sigqueueinfo, ESRCH,
	  "pid=99999999 sig=SIGUSR1 info={signo=SIGUSR1, code=SI_QUEUE, pid=0, uid=0}", NOBODY,
	  SIGUSR1, A(&info)),
	C(rt_tgsigqueueinfo, ESRCH,
	  "tgid=99999999 pid=99999999 sig=SIGUSR1 info={signo=SIGUSR1, code=SI_QUEUE, pid=0, "
	  "uid=0}",
	  NOBODY, NOBODY, SIGUSR1, A(&info)),
	C(rt_sigpending, 0, "set=[] sigsetsize=8", A(buffer), 8),
	C(rt_sigsuspend, EINVAL, "set=[USR2] sigsetsize=4", A(&usr2), 4),
	C(kcmp, ESRCH, "pid1=99999999 pid2=1 type=KCMP_FILE idx1=5 idx2=6", NOBODY, 1, 0, 5, 6),
	C(process_mrelease, EINVAL, "pidfd=999 flags=0x1", BAD_FD, 1),
	C(set_robust_list, EINVAL, "len=5 head=NULL", 0, 5),
	C(futex_waitv, EINVAL,
	  "waiters=[{val=7, uaddr=0x0, flags=FUTEX2_SIZE_U32}] nr_futexes=1 flags=0x1 "
	  "clockid=CLOCK_MONOTONIC timeout=NULL",
	  A(waiter), 1, 1, 0, 1),
	C(futex_wake, EINVAL, "mask=0x1 nr=1 flags=FUTEX2_SIZE_U64|0x60 uaddr=0x*", A(&word), 1, 1,
	  99),
	C(futex_requeue, EINVAL,
	  "waiters=[{val=7, uaddr=0x0, flags=FUTEX2_SIZE_U32}, {val=0, uaddr=0x8, flags=0}] "
	  "flags=0x1 nr_wake=1 nr_requeue=1",
	  A(waiter), 1, 1, 1),
	C(syslog, EINVAL, "type=99 len=0 buf=NULL", 99, 0, 0),
	C(sethostname, EINVAL,
	  "len=65 name=.................................................................",
	  A(buffer), 65),
	C(getcpu, 0, "cpup=[*] nodep=[*] unused=NULL", A(&word), A(&timer_id), 0),
	/* Files, mounts. */
	C(fsync, EBADF, "fd=999", BAD_FD),
	C(fdatasync, 0, "fd=50", FILE_FD),
	C(syncfs, EBADF, "fd=999", BAD_FD),
	C(truncate, ENOENT, "path=/none length=5", A("/none"), 5),
	C(ftruncate, 0, "fd=50 length=5", FILE_FD, 5),
	C(ftruncate, EBADF, "fd=999 length=5", BAD_FD, 5),
	C(fallocate, EBADF, "fd=999 mode=FALLOC_FL_KEEP_SIZE offset=2 len=3", BAD_FD, 1, 2, 3),
	C(fadvise64, ESPIPE, "fd=51 offset=1 len=2 advice=POSIX_FADV_WILLNEED", PIPE_READ, 1, 2, 3),
	C(sync_file_range, ESPIPE, "fd=51 offset=1 nbytes=2 flags=SYNC_FILE_RANGE_WAIT_AFTER",
	  PIPE_READ, 1, 2, 4),
	C(tee, EBADF, "fdin=999 fdout=52 len=5 flags=SPLICE_F_NONBLOCK", BAD_FD, PIPE_WRITE, 5, 2),
	C(preadv2, EBADF, "fd=999 vlen=0 pos_l=0x1 pos_h=0x0 flags=RWF_NOWAIT vec=NULL", BAD_FD, 0,
	  0, 1, 0, 8),
	C(pwritev2, EBADF, "fd=999 vlen=0 pos_l=0x1 pos_h=0x0 flags=RWF_DSYNC vec=NULL", BAD_FD, 0,
	  0, 1, 0, 2),
	C(umask, 0, "mask=022", 022),
	C(faccessat2, ENOENT, "filename=/none mode=R_OK flags=AT_EACCESS dirfd=AT_FDCWD", CWD,
	  A("/none"), 4, 0x200),
	C(fstatfs, 0, "fd=50 buf={type=TMPFS_MAGIC, *}", FILE_FD, A(buffer)),
	C(name_to_handle_at, ENOENT,
	  "name=/none flags=AT_SYMLINK_FOLLOW dirfd=AT_FDCWD handle=0x* mnt_id=0x*", CWD,
	  A("/none"), A(handle), A(&word), 0x400),
	C(fsetxattr, EBADF, "name=user.a fd=999 size=5 flags=XATTR_REPLACE value=hello", BAD_FD,
	  A("user.a"), A("hello"), 5, 2),
	C(lgetxattr, ENOENT, "pathname=/none name=user.a size=9 value=0x*", A("/none"), A("user.a"),
	  A(buffer), 9),
	C(listxattr, ENOENT, "pathname=/none size=9 list=0x*", A("/none"), A(buffer), 9),
	C(fremovexattr, EBADF, "name=user.a fd=999", BAD_FD, A("user.a")),
	C(setxattrat, EINVAL,
	  "pathname=/none name=user.a at_flags=0 args={value=0x0, size=0, flags=0} size=5 "
	  "dirfd=AT_FDCWD",
	  CWD, A("/none"), 0, A("user.a"), A(xattr_args), 5),
	C(getxattrat, EINVAL,
	  "pathname=/none name=user.a at_flags=0 args={value=0x0, size=0, flags=0} size=5 "
	  "dirfd=AT_FDCWD",
	  CWD, A("/none"), 0, A("user.a"), A(xattr_args), 5),
	C(listxattrat, ENOENT,
	  "pathname=/none at_flags=AT_SYMLINK_NOFOLLOW size=9 dirfd=AT_FDCWD list=0x*", CWD,
	  A("/none"), 0x100, A(buffer), 9),
	C(file_setattr, EINVAL,
	  "filename=/none attr={xflags=0, extsize=0, nextents=0, projid=0, cowextsize=0} size=5 "
	  "at_flags=0 dirfd=AT_FDCWD",
	  CWD, A("/none"), A(buffer), 5, 0),
	C(statmount, EINVAL,
	  "req={mnt_id=0x5, mask=STATMOUNT_SB_BASIC|STATMOUNT_MNT_BASIC|"
	  "STATMOUNT_PROPAGATE_FROM} bufsize=64 flags=0x63 buf=0x*",
	  A(mount_request), A(buffer), 64, 99),
	C(listmount, EINVAL,
	  "req={mnt_id=0x5, param=0x7} nr_mnt_ids=4 flags=LISTMOUNT_REVERSE|0x62 mnt_ids=0x*",
	  A(mount_request), A(buffer), 4, 99),
	C(open_tree, ENOENT, "filename=/none flags=0 dirfd=AT_FDCWD", CWD, A("/none"), 0),
	C(fsmount, EBADF, "fs_fd=999 flags=FSMOUNT_CLOEXEC attr_flags=MOUNT_ATTR_NOEXEC", BAD_FD, 1,
	  8),
	C(fspick, ENOENT, "path=/none flags=FSPICK_CLOEXEC dirfd=AT_FDCWD", CWD, A("/none"), 1),
	C(pivot_root, ENOENT, "new_root=/none put_old=/other", A("/none"), A("/other")),
	C(swapon, ENOENT, "specialfile=/none swap_flags=SWAP_FLAG_PREFER|0x5", A("/none"), 0x8005),
	C(swapoff, ENOENT, "specialfile=/none", A("/none")),
	C(acct, ENOENT, "name=/none", A("/none")),
	C(landlock_add_rule, EBADF,
	  "ruleset_fd=999 rule_type=LANDLOCK_RULE_PATH_BENEATH "
	  "rule_attr={allowed_access=LANDLOCK_ACCESS_FS_EXECUTE|LANDLOCK_ACCESS_FS_READ_FILE, "
	  "parent_fd=0} flags=0x0",
	  BAD_FD, 1, A(path_beneath), 0),
	C(landlock_restrict_self, EBADF, "ruleset_fd=999 flags=0", BAD_FD, 0),
	C(lsm_list_modules, EINVAL, "flags=0x5 ids=0x* size=0x*", A(buffer), A(&word), 5),
	C(lsm_list_modules, 0, "ids=[LSM_ID_*] size=[*] flags=0x0", A(buffer), A(&room), 0),
	C(lsm_get_self_attr, EINVAL, "attr=LSM_ATTR_CURRENT flags=LSM_FLAG_SINGLE ctx=0x* size=0x*",
	  100, A(buffer), A(&room), 1),
	C(lsm_set_self_attr, EINVAL,
	  "attr=LSM_ATTR_EXEC ctx={id=LSM_ID_APPARMOR, flags=0x0, ctx_len=6, ctx=exec x} size=40 "
	  "flags=0x3",
	  101, A(&lsm_ctx), 40, 3),
	C(listns, EINVAL,
	  "req={ns_id=0x5, ns_type=CLONE_NEWNS|CLONE_NEWNET, user_ns_id=0x7} nr_ns_ids=4 flags=0x1 "
	  "ns_ids=0x*",
	  A(ns_request), A(buffer), 4, 1),
};
#define CASES (sizeof(cases) / sizeof(cases[0]))

/* The case that runs now; its child inherits it. */
static const struct rest_case *now;

static void put_at(int fd, int at)
{
	if (fd < 0 || dup2(fd, at) < 0)
		abort();
	close(fd);
}

static int make_call(void *arg)
{
	const struct syscall_desc *call = syscall_by_name(now->name);
	int ends[2];
	long ret;

	if (pipe(ends) < 0)
		abort();
	put_at(memfd_create("rest", 0), FILE_FD);
	put_at(ends[0], PIPE_READ);
	put_at(ends[1], PIPE_WRITE);
	put_at((int)syscall(SYS_inotify_init1, 0), INOTIFY_FD);
	put_at((int)syscall(SYS_timerfd_create, CLOCK_MONOTONIC, 0), TIMER_FD);
	ret = expect_call(syscall_nr(call), now->args);
	expect_int("ID", call->sc);
	expect_int("nativeID", syscall_nr(call));
	expect_line(now->line);
	/* A kernel that is older than the call shows its arguments all the same. */
	if (ret == -ENOSYS)
		return now->err ? 0 : expect_absent();
	return now->err ? ret != -now->err : ret < 0;
}

START_TEST(arguments_are_shown)
{
	struct expect_case c = { .work = make_call };
	char name[64];

	now = &cases[_i];
	snprintf(name, sizeof(name), "%s, case %d", now->name, _i);
	c.name = name;
	expect_run(&c);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("seldom calls");

	tcase_add_loop_test(tcase, arguments_are_shown, 0, (int)CASES);
	return watch_suite("params_rest", tcase, SNAPLEN);
}
