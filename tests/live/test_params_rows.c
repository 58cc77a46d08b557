/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every parameter of the calls that are stored by table (stores.def): one line per call and
 * outcome. What needs more than a line to come out so is in test_params_outcomes.c.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>
#include "expect.h"
#include "expect_words.h"
#include "watch.h"

#define SNAPLEN 16
#define OK 0
#define NOBODY 99999999 /* above any pid */
#define BAD_FD 999
#define A(object) ((long)(object))
#define S(text) ((long)(text))
#define CWD AT_FDCWD

/* Descriptors that each child has. */
enum { FILE_FD = 50, FOLDER_FD, SOCKET_FD, PIPE_READ, PIPE_WRITE, OTHER_FD, EPOLL_FD };

struct row_case {
	long nr;
	const char *name;
	int err; /* OK, or an errno */
	long args[6];
	const char *wants; /* expect_words.h */
};

static char buffer[8192] __attribute__((aligned(4096)));
static int64_t offset = 1;
static uint64_t usr1_mask = 1u << (SIGUSR1 - 1);
static uint32_t ids[3], word = 7;
static int on = 1, int_len = sizeof(int), number;
static struct timespec microsecond = { .tv_nsec = 1000 };
static struct timeval one_and_a_half = { .tv_sec = 1, .tv_usec = 500000 }, no_time;
static uint64_t limits[2] = { 100, 200 }, limits_lower[2] = { 64, 128 }, limits_old[2];
static struct {
	uint16_t num;
	int16_t op, flags;
} sem_ops[2] = { { 0, 1, 0x800 }, { 1, -1, 0x1000 } };
static uint32_t uring_params[30] = { [2] = 1u << 4 };
static uint64_t quota_block[9] = { 1, 2, 3, 4, 5, 6, 7, 8, 0 }, quota_info[3] = { 60, 70, 1 };
static uint32_t array_map[4] = { 2, 4, 4, 1 }; /* BPF_MAP_TYPE_ARRAY, key, value, entries */
static struct iovec vector = { buffer, 8 };
static uint32_t action = 0x7fff0000; /* SECCOMP_RET_ALLOW */

#define C(call, outcome, parameters, ...)                                                   \
	{                                                                                   \
		.nr = SYS_##call, .name = #call, .err = (outcome), .args = { __VA_ARGS__ }, \
		.wants = (parameters)                                                       \
	}
static const struct row_case cases[] = {
	C(stat, OK, "res path='f", S("f"), A(buffer)),
	C(stat, ENOENT, "res path='/none", S("/none"), A(buffer)),
	C(stat, EFAULT, "res path=- !unreadable", 8, A(buffer)),
	C(stat, EFAULT, "res path=-", 0, A(buffer)),
	C(lstat, OK, "res path='f", S("f"), A(buffer)),
	C(lstat, ENOENT, "res path='/none", S("/none"), A(buffer)),
	C(fstat, OK, "res fd=50", FILE_FD, A(buffer)),
	C(fstat, EBADF, "res fd=-1", -1, A(buffer)),
	C(newfstatat, OK, "res dirfd=-100 path='f flags=256", CWD, S("f"), A(buffer), 0x100),
	C(newfstatat, ENOENT, "res dirfd=51 path='none flags=0", FOLDER_FD, S("none"), A(buffer),
	  0),
	C(access, OK, "res name='f mode=4", S("f"), R_OK),
	C(access, ENOENT, "res name='none mode=3", S("none"), W_OK | X_OK),
	C(getcwd, ERANGE, "res path=-", A(buffer), 1),
	C(chroot, OK, "res path='.", S(".")),
	C(chroot, ENOTDIR, "res path='f", S("f")),
	C(mkdir, OK, "res path='m mode=493", S("m"), 0755),
	C(mkdir, EEXIST, "res path='f mode=0", S("f"), 0),
	C(mkdirat, OK, "res dirfd=51 path='m mode=448", FOLDER_FD, S("m"), 0700),
	C(mkdirat, EBADF, "res dirfd=999 path='m mode=448", BAD_FD, S("m"), 0700),
	C(rmdir, OK, "res path='d", S("d")),
	C(rmdir, ENOTDIR, "res path='f", S("f")),
	C(link, OK, "res oldpath='f newpath='l", S("f"), S("l")),
	C(link, EEXIST, "res oldpath='f newpath='d", S("f"), S("d")),
	C(linkat, OK, "res olddir=-100 oldpath='f newdir=51 newpath='l flags=1024", CWD, S("f"),
	  FOLDER_FD, S("l"), AT_SYMLINK_FOLLOW),
	C(linkat, ENOENT, "res olddir=-100 oldpath='none newdir=-100 newpath='l flags=0", CWD,
	  S("none"), CWD, S("l"), 0),
	C(symlink, OK, "res target='where linkpath='s", S("where"), S("s")),
	C(symlink, EEXIST, "res target='where linkpath='f", S("where"), S("f")),
	C(symlinkat, OK, "res target='where linkdirfd=51 linkpath='s", S("where"), FOLDER_FD,
	  S("s")),
	C(symlinkat, EBADF, "res target='where linkdirfd=999 linkpath='s", S("where"), BAD_FD,
	  S("s")),
	C(chmod, OK, "res filename='f mode=384", S("f"), 0600),
	C(chmod, ENOENT, "res filename='none mode=511", S("none"), 0777),
	C(fchmod, OK, "res fd=50 mode=384", FILE_FD, 0600),
	C(fchmod, EBADF, "res fd=999 mode=384", BAD_FD, 0600),
	C(fchmodat, OK, "res dirfd=51 filename='f mode=2496", FOLDER_FD, S("f"), 04700),
	C(fchmodat, ENOENT, "res dirfd=-100 filename='none mode=0", CWD, S("none"), 0),
	C(chown, OK, "res path='f uid=0 gid=5", S("f"), 0, 5),
	C(chown, ENOENT, "res path='none uid=4294967295 gid=0", S("none"), -1, 0),
	C(lchown, OK, "res path='f uid=0 gid=5", S("f"), 0, 5),
	C(lchown, ENOENT, "res path='none uid=1 gid=2", S("none"), 1, 2),
	C(fchown, OK, "res fd=50 uid=0 gid=5", FILE_FD, 0, 5),
	C(fchown, EBADF, "res fd=999 uid=1 gid=2", BAD_FD, 1, 2),
	C(fchownat, OK, "res dirfd=-100 pathname='f uid=0 gid=5 flags=1024", CWD, S("f"), 0, 5,
	  AT_SYMLINK_NOFOLLOW),
	C(fchownat, ENOENT, "res dirfd=51 pathname='none uid=0 gid=5 flags=4096", FOLDER_FD,
	  S("none"), 0, 5, AT_EMPTY_PATH),
	C(mknod, OK, "res path='n mode=4480 dev=0", S("n"), S_IFIFO | 0600, 0),
	C(mknod, EEXIST, "res path='f mode=8576 dev=259", S("f"), S_IFCHR | 0600, 0x103),
	C(mknodat, OK, "res dirfd=51 path='n mode=4480 dev=0", FOLDER_FD, S("n"), S_IFIFO | 0600,
	  0),
	C(mknodat, EBADF, "res dirfd=999 path='n mode=4480 dev=0", BAD_FD, S("n"), S_IFIFO | 0600,
	  0),
	C(mount, ENOENT, "res dev=- dir='/none type='tmpfs flags=3", 0, S("/none"), S("tmpfs"),
	  MS_RDONLY | MS_NOSUID),
	/* Of all file systems, also where none has quotas. */
	C(quotactl, OK,
	  "res special=- quotafilepath=- dqb_bhardlimit=- dqb_bsoftlimit=- dqb_curspace=- "
	  "dqb_ihardlimit=- dqb_isoftlimit=- dqb_btime=- dqb_itime=- dqi_bgrace=- dqi_igrace=- "
	  "dqi_flags=0 quota_fmt_out=1 cmd=128 type=1 id=0 quota_fmt=1",
	  0x80000100, 0, 0, 0),
	C(quotactl, ENOENT,
	  "res special='/none quotafilepath='/q dqb_bhardlimit=- dqb_bsoftlimit=- dqb_curspace=- "
	  "dqb_ihardlimit=- dqb_isoftlimit=- dqb_btime=- dqb_itime=- dqi_bgrace=- dqi_igrace=- "
	  "dqi_flags=0 quota_fmt_out=1 cmd=1 type=2 id=4 quota_fmt=8",
	  0x80000201, S("/none"), 4, S("/q")),
	C(quotactl, ENOENT,
	  "res special='/none quotafilepath=- dqb_bhardlimit=1 dqb_bsoftlimit=2 dqb_curspace=3 "
	  "dqb_ihardlimit=4 dqb_isoftlimit=5 dqb_btime=7000000000 dqb_itime=8000000000 "
	  "dqi_bgrace=- dqi_igrace=- dqi_flags=0 quota_fmt_out=1 cmd=64 type=1 id=1000 quota_fmt=1",
	  0x80000800, S("/none"), 1000, A(quota_block)),
	C(quotactl, ENOENT,
	  "res special='/none quotafilepath=- dqb_bhardlimit=- dqb_bsoftlimit=- dqb_curspace=- "
	  "dqb_ihardlimit=- dqb_isoftlimit=- dqb_btime=- dqb_itime=- dqi_bgrace=60000000000 "
	  "dqi_igrace=70000000000 dqi_flags=2 quota_fmt_out=1 cmd=16 type=1 id=0 quota_fmt=1",
	  0x80000600, S("/none"), 0, A(quota_info)),
	C(quotactl, ENOENT,
	  "res special='/none quotafilepath=- dqb_bhardlimit=- dqb_bsoftlimit=- dqb_curspace=- "
	  "dqb_ihardlimit=- dqb_isoftlimit=- dqb_btime=- dqb_itime=- dqi_bgrace=- dqi_igrace=- "
	  "dqi_flags=0 quota_fmt_out=1 cmd=32 type=1 id=5 quota_fmt=1",
	  0x80000700, S("/none"), 5, A(quota_block)),
	C(umount2, ENOENT, "res name='/none flags=2", S("/none"), 2),
	C(fsconfig, EBADF, "res fd=999 cmd=1 key='k value_bytebuf=- value_charbuf='v aux=0", BAD_FD,
	  1, S("k"), S("v"), 0),
	C(fsconfig, EBADF, "res fd=999 cmd=2 key='k value_bytebuf=x:7601 value_charbuf=- aux=2",
	  BAD_FD, 2, S("k"), S("v\1"), 2),

	C(lseek, OK, "res fd=50 offset=3 whence=0", FILE_FD, 3, SEEK_SET),
	C(lseek, EINVAL, "res fd=50 offset=-1 whence=0", FILE_FD, -1, SEEK_SET),
	C(getdents, OK, "res fd=51", FOLDER_FD, A(buffer), sizeof(buffer)),
	C(getdents, EBADF, "res fd=999", BAD_FD, A(buffer), sizeof(buffer)),
	C(getdents64, OK, "res fd=51", FOLDER_FD, A(buffer), sizeof(buffer)),
	C(getdents64, ENOTDIR, "res fd=50", FILE_FD, A(buffer), sizeof(buffer)),
	C(ioctl, OK, "res fd=53 request=21531 argument=*", PIPE_READ, 0x541b /* FIONREAD */,
	  A(&word)),
	C(ioctl, ENOTTY, "res fd=50 request=21505 argument=77", FILE_FD, 0x5401, 77),
	C(ioctl, EBADF, "res fd=999 request=21505 argument=0", BAD_FD, 0x5401, 0),
	C(fcntl, OK, "res fd=50 cmd=2 arg=0", FILE_FD, F_GETFD),
	C(fcntl, OK, "res fd=50 cmd=26 arg=70", FILE_FD, F_DUPFD_CLOEXEC, 70),
	C(fcntl, EBADF, "res fd=999 cmd=5 arg=2048", BAD_FD, F_SETFL, O_NONBLOCK),
	C(flock, OK, "res fd=50 operation=6", FILE_FD, LOCK_EX | LOCK_NB),
	C(flock, EBADF, "res fd=999 operation=8", BAD_FD, LOCK_UN),
	C(splice, OK, "res fd_in=50 fd_out=54 size=2 flags=3", FILE_FD, 0, PIPE_WRITE, 0, 2, 3),
	C(splice, EBADF, "res fd_in=999 fd_out=54 size=2 flags=0", BAD_FD, 0, PIPE_WRITE, 0, 2, 0),
	C(copy_file_range, OK, "res fdout=55 offout=- fdin=50 offin=1 len=2", FILE_FD, A(&offset),
	  OTHER_FD, 0, 2, 0),
	C(copy_file_range, EBADF, "res fdout=55 offout=- fdin=999 offin=1 len=2", BAD_FD,
	  A(&offset), OTHER_FD, 0, 2, 0),
	C(close_range, OK, "res first=900 last=910 flags=2", 900, 910, 2),
	C(close_range, EINVAL, "res first=910 last=900 flags=2", 910, 900, 2),
	C(memfd_create, OK, "fd name='mem flags=3", S("mem"), 3),
	C(memfd_create, EFAULT, "fd name=- flags=1 !unreadable", 8, 1),
	C(eventfd, OK, "res initval=5 flags=-", 5),
	C(eventfd2, OK, "res flags=4160 initval=7", 7, O_NONBLOCK | O_CLOEXEC),
	C(eventfd2, EINVAL, "res flags=0 initval=7", 7, 4),
	C(signalfd, OK, "res fd=-1 mask=512 flags=-", -1, A(&usr1_mask), 8),
	C(signalfd, EINVAL, "res fd=50 mask=512 flags=-", FILE_FD, A(&usr1_mask), 8),
	C(signalfd4, OK, "res flags=64 fd=-1 mask=512", -1, A(&usr1_mask), 8, O_NONBLOCK),
	C(signalfd4, EFAULT, "res flags=0 fd=-1 mask=- !unreadable", -1, 8, 8, 0),
	C(timerfd_create, OK, "res clockid=1 flags=-", 1, O_CLOEXEC),
	C(timerfd_create, EINVAL, "res clockid=99 flags=-", 99, 0),
	C(inotify_init, OK, "res flags=-", 0),
	C(inotify_init1, OK, "res flags=64", O_NONBLOCK),
	C(inotify_init1, EINVAL, "res flags=0", 1),
	C(userfaultfd, OK, "res flags=4096", O_CLOEXEC),
	/* 1: of user memory alone, which asks for no capability. */
	C(userfaultfd, EINVAL, "res flags=0", 1 | 1 << 24),
	C(epoll_create, OK, "res size=3", 3),
	C(epoll_create, EINVAL, "res size=-3", -3),
	C(epoll_create1, OK, "res flags=1", O_CLOEXEC),
	C(epoll_create1, EINVAL, "res flags=0", 1),
	C(epoll_wait, OK, "res maxevents=4", EPOLL_FD, A(buffer), 4, 0),
	C(epoll_wait, EINVAL, "res maxevents=-4", EPOLL_FD, A(buffer), -4, 0),
	C(select, OK, "res", 0, 0, 0, 0, A(&no_time)),
	C(select, EINVAL, "res", -1, 0, 0, 0, A(&no_time)),

	C(getsockname, OK, "", SOCKET_FD, A(buffer), A(&int_len)),
	C(getpeername, EBADF, "", BAD_FD, A(buffer), A(&int_len)),
	C(setsockopt, OK, "res fd=52 level=1 optname=9 val=x:0201000000 optlen=4", SOCKET_FD,
	  SOL_SOCKET, SO_KEEPALIVE, A(&on), sizeof(on)),
	C(setsockopt, OK, "res fd=52 level=1 optname=20 val=x:04002f685900000000 optlen=16",
	  SOCKET_FD, SOL_SOCKET, SO_RCVTIMEO, A(&one_and_a_half), sizeof(one_and_a_half)),
	C(setsockopt, OK, "res fd=52 level=2 optname=0 val=x:0001000000 optlen=4", SOCKET_FD, 6, 1,
	  A(&on), sizeof(on)),
	C(setsockopt, EBADF, "res fd=999 level=1 optname=2 val=- optlen=4", BAD_FD, SOL_SOCKET,
	  SO_REUSEADDR, 0, 4),
	C(getsockopt, OK, "res fd=52 level=1 optname=4 val=x:010000000000000000 optlen=4",
	  SOCKET_FD, SOL_SOCKET, SO_ERROR, A(&number), A(&int_len)),
	C(getsockopt, OK, "res fd=52 level=1 optname=3 val=x:0201000000 optlen=4", SOCKET_FD,
	  SOL_SOCKET, SO_TYPE, A(&number), A(&int_len)),
	C(getsockopt, EBADF, "res fd=999 level=0 optname=0 val=- optlen=4", BAD_FD, 41, 26,
	  A(&number), A(&int_len)),

	C(mmap, OK,
	  "res vm_size=1..9999999 vm_rss=1..9999999 vm_swap=0..9999999 addr=0 length=8192 prot=3 "
	  "flags=10 fd=-1 offset=0",
	  0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
	C(mmap, EBADF,
	  "res vm_size=* vm_rss=* vm_swap=* addr=4096 length=1 prot=5 flags=129 fd=999 offset=4096",
	  4096, 1, PROT_READ | PROT_EXEC, MAP_SHARED | MAP_POPULATE, BAD_FD, 4096),
	C(munmap, OK, "res vm_size=1..9999999 vm_rss=1..9999999 vm_swap=* addr=0 length=4096", 0,
	  4096),
	C(munmap, EINVAL, "res vm_size=* vm_rss=* vm_swap=* addr=1 length=4096", 1, 4096),
	C(brk, OK, "res vm_size=1..9999999 vm_rss=1..9999999 vm_swap=* addr=0", 0),
	C(mprotect, OK, "res addr=* length=4096 prot=3", A(buffer), 4096, PROT_READ | PROT_WRITE),
	C(mprotect, EINVAL, "res addr=1 length=4096 prot=16", 1, 4096, PROT_GROWSDOWN),
	C(mlock, OK, "res addr=* len=16", A(buffer), 16),
	C(mlock, ENOMEM, "res addr=0 len=16", 0, 16),
	C(mlock2, OK, "res addr=* len=16 flags=1", A(buffer), 16, 1),
	C(mlock2, EINVAL, "res addr=0 len=16 flags=0", 0, 16, 2),
	C(munlock, OK, "res addr=* len=16", A(buffer), 16),
	C(munlock, ENOMEM, "res addr=0 len=16", 0, 16),
	C(mlockall, OK, "res flags=3", 3),
	C(mlockall, EINVAL, "res flags=0", 8),
	C(munlockall, OK, "res", 0),
	C(process_vm_readv, ESRCH, "res pid=99999999 data=-", NOBODY, A(&vector), 1, A(&vector), 1,
	  0),
	C(process_vm_writev, EINVAL, "res pid=99999999 data=-", NOBODY, A(&vector), 1, A(&vector),
	  1, 9),

	C(futex, OK, "res addr=* op=129 val=1", A(&word), 129, 1),
	C(futex, EAGAIN, "res addr=* op=0 val=4294967295", A(&word), 0, -1, A(&microsecond)),
	C(nanosleep, OK, "res interval=1000", A(&microsecond), 0),
	C(nanosleep, EFAULT, "res interval=- !unreadable", 8, 0),
	C(semget, ENOENT, "res key=7 nsems=2 semflg=0", 7, 2, 0600),
	C(semget, EINVAL, "res key=0 nsems=-1 semflg=24576", 0, -1, 01000 | 02000),
	C(semop, EINVAL,
	  "res nsops=2 sem_num_0=0 sem_op_0=1 sem_flg_0=1 sem_num_1=1 sem_op_1=-1 sem_flg_1=2 "
	  "semid=-1",
	  -1, A(sem_ops), 2),
	C(semop, EINVAL,
	  "res nsops=1 sem_num_0=0 sem_op_0=1 sem_flg_0=1 sem_num_1=- sem_op_1=- sem_flg_1=- "
	  "semid=-1",
	  -1, A(sem_ops), 1),
	C(semctl, EINVAL, "res semid=-1 semnum=3 cmd=512 val=-", -1, 3, 12),
	C(semctl, EINVAL, "res semid=-1 semnum=0 cmd=4096 val=5", -1, 0, 16, 5),
	C(kill, ESRCH, "res pid=99999999 sig=9", NOBODY, SIGKILL),
	C(kill, OK, "res pid=0 sig=0", 0, 0),
	C(tkill, ESRCH, "res tid=99999999 sig=10", NOBODY, SIGUSR1),
	C(tgkill, ESRCH, "res pid=99999998 tid=99999999 sig=10", NOBODY - 1, NOBODY, SIGUSR1),

	C(getuid, OK, "uid=0", 0),
	C(geteuid, OK, "euid=0", 0),
	C(getgid, OK, "gid=0", 0),
	C(getegid, OK, "egid=0", 0),
	C(getresuid, OK, "res ruid=0 euid=0 suid=0", A(&ids[0]), A(&ids[1]), A(&ids[2])),
	C(getresuid, EFAULT, "res ruid=- euid=- suid=-", 8, 8, 8),
	C(getresgid, OK, "res rgid=0 egid=0 sgid=0", A(&ids[0]), A(&ids[1]), A(&ids[2])),
	C(getresgid, EFAULT, "res rgid=- egid=- sgid=-", 8, 8, 8),
	C(setrlimit, OK, "res cur=100 max=200 resource=7", 7, A(limits)),
	C(setrlimit, EINVAL, "res cur=100 max=200 resource=255", 77, A(limits)),
	C(getrlimit, EINVAL, "res cur=- max=- resource=255", 99, A(limits_old)),
	C(getrlimit, OK, "res cur=0..9223372036854775807 max=* resource=7", 7, A(limits_old)),
	C(prlimit64, OK,
	  "res newcur=64 newmax=128 oldcur=1..9223372036854775807 oldmax=* pid=0 resource=7", 0, 7,
	  A(limits_lower), A(limits_old)),
	C(prlimit64, ESRCH, "res newcur=- newmax=- oldcur=- oldmax=- pid=99999999 resource=0",
	  NOBODY, 0, 0, A(limits_old)),
	C(unshare, OK, "res flags=128", CLONE_NEWUTS),
	C(unshare, EINVAL, "res flags=260", 0x80000000 | CLONE_PARENT),
	C(setns, EBADF, "res fd=999 nstype=16", BAD_FD, CLONE_NEWNET),
	C(seccomp, OK, "res op=2 flags=0", 2, 0, A(&action)),
	C(seccomp, EINVAL, "res op=99 flags=3", 99, 3, 0),
	C(prctl, OK, "res option=15 arg2_str='abc arg2_int=-", 15, S("abc")),
	C(prctl, OK, "res option=3 arg2_str=- arg2_int=0", 3, 0),
	C(prctl, EINVAL, "res option=9999 arg2_str=- arg2_int=5", 9999, 5),
	C(ptrace, ESRCH,
	  "res addr=x:000000000000000000 data=x:000500000000000000 request=11 pid=99999999",
	  PTRACE_ATTACH, NOBODY, 0, 5),
	C(ptrace, ESRCH, "res addr=x:000200000000000000 data=x:0109 request=8 pid=99999999",
	  PTRACE_CONT, NOBODY, 2, 9),
	C(capset, EFAULT, "res cap_inheritable=* cap_permitted=* cap_effective=* !unreadable", 8,
	  8),
	C(keyctl, OK,
	  "res operation=0 arg2=x:00fcffffffffffffff arg3=x:000000000000000000 "
	  "arg4=x:000000000000000000 arg5=x:000000000000000000",
	  0, -4, 0, 0, 0),
	C(keyctl, ENOKEY,
	  "res operation=10 arg2=x:00fcffffffffffffff arg3=x:017573657200 arg4=x:01786200 "
	  "arg5=x:000000000000000000",
	  10, -4, S("user"), S("xb"), 0),
	C(pidfd_open, ESRCH, "fd pid=4194303 flags=1", 4194303, O_NONBLOCK),
	C(pidfd_open, EINVAL, "fd pid=-1 flags=0", -1, 0),
	C(pidfd_getfd, EBADF, "fd pid_fd=999 target_fd=1 flags=0", BAD_FD, 1, 0),

	C(bpf, OK, "fd=* cmd=0", 0 /* BPF_MAP_CREATE */, A(array_map), sizeof(array_map)),
	C(bpf, EINVAL, "fd cmd=999", 999, A(buffer), 8),
	C(io_uring_setup, OK,
	  "res entries=8 sq_entries=* cq_entries=* flags=32 sq_thread_cpu=0 sq_thread_idle=0 "
	  "features=*",
	  8, A(uring_params)),
	C(io_uring_setup, EINVAL,
	  "res entries=0 sq_entries=0 cq_entries=0 flags=32 sq_thread_cpu=0 sq_thread_idle=0 "
	  "features=0",
	  0, A(uring_params)),
	C(io_uring_enter, EBADF, "res fd=999 to_submit=1 min_complete=2 flags=1 sig=-", BAD_FD, 1,
	  2, 1, 0),
	C(io_uring_register, EBADF, "res fd=999 opcode=8 arg=0 nr_args=3", BAD_FD, 8, 0, 3),
};

/* The case that runs now; its child inherits it. */
static const struct row_case *now;

static void put_at(int fd, int at)
{
	if (fd < 0 || dup2(fd, at) < 0)
		abort();
	close(fd);
}

static int make_file(const char *name)
{
	int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || write(fd, "content", 7) != 7 || lseek(fd, 0, SEEK_SET) < 0)
		abort();
	return fd;
}

static char folder[32];

/* What a child may have made. */
static void remove_folder(void)
{
	for (const char *name = "fomlnsd"; *name; name++) {
		char path[sizeof(folder) + 2];

		snprintf(path, sizeof(path), "%s/%c", folder, *name);
		if (unlink(path) < 0)
			rmdir(path);
	}
	rmdir(folder);
}

static int make_call(void *arg)
{
	int ends[2];
	long ret;

	if (chdir(folder) < 0 || mkdir("d", 0700) < 0 || pipe(ends) < 0)
		abort();
	put_at(make_file("f"), FILE_FD);
	put_at(make_file("o"), OTHER_FD);
	put_at(open(".", O_RDONLY | O_DIRECTORY), FOLDER_FD);
	put_at(socket(AF_INET, SOCK_STREAM, 0), SOCKET_FD);
	put_at(ends[0], PIPE_READ);
	put_at(ends[1], PIPE_WRITE);
	put_at((int)syscall(SYS_epoll_create1, 0), EPOLL_FD);
	ret = expect_call(now->nr, now->args);
	expect_words(now->wants, ret);
	return now->err == OK ? ret < 0 : ret != -now->err;
}

START_TEST(every_parameter)
{
	struct expect_case c = { .work = make_call };
	char name[64];

	now = &cases[_i];
	snprintf(folder, sizeof(folder), "/tmp/saker-rows-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(name, sizeof(name), "%s, case %d", now->name, _i);
	c.name = name;
	expect_run(&c);
	remove_folder();
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("parameters by table");

	tcase_add_loop_test(tcase, every_parameter, 0, sizeof(cases) / sizeof(cases[0]));
	return watch_suite("params_rows", tcase, SNAPLEN);
}
