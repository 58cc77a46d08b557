/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls that show their raw arguments: what these point to is kept and shown as a user of strace
 * expects it. Each case makes one call in a child and wants its line, or the part of it that does
 * not depend on addresses.
 */
#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include "absent_calls.h"
#include "probe/schema/render.h"
#include "watch.h"

#define SNAPLEN 16
#define A(object) ((long)(object))
#define CWD AT_FDCWD

/* Numbers newer than the C library's headers. */
#define NR_LANDLOCK_CREATE_RULESET 444
#define NR_FCHMODAT2 452
#define NR_FUTEX_WAIT 455
#define NR_MSEAL 462
#define NR_REMOVEXATTRAT 466
#define NR_FILE_GETATTR 468

/* What the child prepares, at fixed numbers. */
enum { EPOLL_FD = 50, PIPE_READ, PIPE_WRITE, INET_FD, INET6_FD, UNIX_FD, PEER_FD, TERMINAL_FD };

static uint64_t usr2 = 1u << (SIGUSR2 - 1), all_but_kill = ~(1ull << (SIGKILL - 1)), old_mask;
static struct {
	uint64_t handler, flags, restorer, mask;
} ignore = { 1, 0, 0, 0 }, old_action;
static struct timespec half_ms = { .tv_nsec = 500000 }, realtime, zero_time;
static struct timespec dates[2] = { { 1000000000, 1 }, { 0, UTIME_OMIT } };
static struct timeval two_dates[2] = { { 1000000000, 5 }, { 7, 0 } }, no_wait;
static struct itimerval timer = { .it_interval = { 1, 0 }, .it_value = { 0, 20000 } }, old_timer;
static struct itimerspec timer_spec = { .it_value = { 5, 0 } };
static struct epoll_event wanted = { .events = EPOLLIN | EPOLLET, .data.u64 = 5 }, seen[4];
static fd_set readable;
static uint32_t groups[2] = { 5, 1000 }, groups_now[8];
static uint64_t cpus[16] = { 1 };
static struct pollfd polled[2] = { { PIPE_READ, POLLIN | POLLPRI, 0 }, { PIPE_WRITE, POLLIN, 0 } };
static int status, priority = 3, length = 110;
static siginfo_t info;
static struct sockaddr_storage address;
static char buffer[600];
static uint64_t attributes[4] = { 1, 2, 0, 9 };
static uint32_t cap_header[2] = { 0x20080522, 0 }, word;
static uint64_t no_timex[32], ruleset[1] = { 0x5 };
static uint64_t vectors[4] = { 0x10, 5, 0x20, 7 };
static uint16_t semops[6] = { 0, 0xffff, 0x1000, 1, 2, 0x800 };
static uint32_t bpf_map[12] = { 1, 0, 8, 1, 0, 0, 0, 0x656e6f6e /* "none" */ };
static struct winsize window = { 24, 80, 3, 4 };
static struct termios terminal;
static struct ifreq interface = { .ifr_name = "lo" }, no_interface = { .ifr_name = "none" };
static struct {
	uint64_t flags, mode, resolve;
} how = { O_RDONLY | O_PATH | O_NOFOLLOW, 0, 0x8 };
static uint64_t clone_args[8] = { 0x100001000, 0, 0, 0, SIGCHLD, 8, 0, 0 };
static stack_t no_stack = { .ss_flags = SS_DISABLE };

/* Of an abstract address that no other child has, of this run or another. */
static struct sockaddr_un unix_address = { .sun_family = AF_UNIX };
static socklen_t unix_len;
static char unix_line[64];

struct raw_case {
	const char *name;
	long nr;
	int err; /* 0: it works */
	long args[6];
	const char *line; /* how it begins, or a part of it when it begins with "..." */
};
static const struct raw_case raw_cases[] = {
	{ "clock_nanosleep",
	  SYS_clock_nanosleep,
	  0,
	  { CLOCK_MONOTONIC, 0, A(&half_ms), 0 },
	  "clockid=CLOCK_MONOTONIC flags=0 rqtp=500us rmtp=NULL" },
	{ "clock_nanosleep fails",
	  SYS_clock_nanosleep,
	  EINVAL,
	  { 99, 1, A(&half_ms), 0 },
	  "clockid=99 flags=TIMER_ABSTIME rqtp=500us rmtp=NULL" },
	{ "no time at all",
	  SYS_clock_nanosleep,
	  EFAULT,
	  { CLOCK_MONOTONIC, 0, 0, 0 },
	  "clockid=CLOCK_MONOTONIC flags=0 rqtp=NULL rmtp=NULL" },
	{ "clock_settime", SYS_clock_settime, EINVAL, { 99, A(&half_ms) }, "clockid=99 tp=500us" },
	{ "what a failed call did not write",
	  SYS_clock_gettime,
	  EINVAL,
	  { 99, A(&realtime) },
	  "clockid=99 tp=0x" },
	{ "utimensat",
	  SYS_utimensat,
	  ENOENT,
	  { CWD, A("/none"), A(dates), AT_SYMLINK_NOFOLLOW },
	  "filename=/none times=[1000000000.000000001, omit] flags=AT_SYMLINK_NOFOLLOW "
	  "dirfd=AT_FDCWD" },
	{ "utimensat of now",
	  SYS_utimensat,
	  ENOENT,
	  { CWD, A("/none"), 0, 0 },
	  "filename=/none flags=0 dirfd=AT_FDCWD times=NULL" },
	{ "setitimer",
	  SYS_setitimer,
	  0,
	  { ITIMER_VIRTUAL, A(&timer), A(&old_timer) },
	  "which=ITIMER_VIRTUAL value={interval=1s, value=20ms} ovalue={interval=0ns, value=0ns}" },
	{ "setitimer fails",
	  SYS_setitimer,
	  EINVAL,
	  { 9, A(&timer), 0 },
	  "which=9 value={interval=1s, value=20ms} ovalue=NULL" },
	{ "timerfd_settime fails",
	  SYS_timerfd_settime,
	  EBADF,
	  { 999, 1, A(&timer_spec), 0 },
	  "ufd=999 flags=TFD_TIMER_ABSTIME new_value={interval=0ns, value=5s}" },
	{ "rt_sigprocmask",
	  SYS_rt_sigprocmask,
	  0,
	  { SIG_BLOCK, A(&usr2), A(&old_mask), 8 },
	  "how=SIG_BLOCK set=[USR2] oldset=[] sigsetsize=8" },
	{ "rt_sigprocmask of most",
	  SYS_rt_sigprocmask,
	  0,
	  { SIG_SETMASK, A(&all_but_kill), 0, 8 },
	  "how=SIG_SETMASK set=~[KILL] sigsetsize=8 oldset=NULL" },
	{ "rt_sigprocmask fails",
	  SYS_rt_sigprocmask,
	  EINVAL,
	  { 7, A(&usr2), 0, 8 },
	  "how=7 set=[USR2] sigsetsize=8 oldset=NULL" },
	{ "rt_sigaction",
	  SYS_rt_sigaction,
	  0,
	  { SIGUSR1, A(&ignore), A(&old_action), 8 },
	  "sig=SIGUSR1 act={handler=SIG_IGN, mask=[], flags=0} oact={handler=SIG_DFL, mask=[], "
	  "flags=0}" },
	{ "rt_sigaction fails",
	  SYS_rt_sigaction,
	  EINVAL,
	  { SIGKILL, A(&ignore), 0, 8 },
	  "sig=SIGKILL act={handler=SIG_IGN, mask=[], flags=0} sigsetsize=8 oact=NULL" },
	{ "rt_sigtimedwait",
	  SYS_rt_sigtimedwait,
	  EAGAIN,
	  { A(&usr2), A(&info), A(&zero_time), 8 },
	  "set=[USR2] timeout=0ns" },
	{ "sigaltstack",
	  SYS_sigaltstack,
	  0,
	  { A(&no_stack), 0 },
	  "ss={sp=NULL, flags=SS_DISABLE, size=0} old_ss=NULL" },
	{ "wait4",
	  SYS_wait4,
	  0,
	  { -1, A(&status), 0, 0 },
	  "pid=-1 stat_addr=exited 3 options=0 ru=NULL" },
	{ "wait4 without a child",
	  SYS_wait4,
	  ECHILD,
	  { 1, A(&status), WNOHANG, 0 },
	  "pid=1 options=WNOHANG" },
	{ "waitid", SYS_waitid, 0, { P_ALL, 0, A(&info), WEXITED, 0 }, "...code=CLD_EXITED, pid=" },
	{ "readlink",
	  SYS_readlink,
	  0,
	  { A("/proc/self/cwd"), A(buffer), sizeof(buffer) },
	  "path=/proc/self/cwd bufsiz=600 buf=/" },
	{ "readlink fails",
	  SYS_readlink,
	  EINVAL,
	  { A("/"), A(buffer), sizeof(buffer) },
	  "path=/ bufsiz=600 buf=0x" },
	{ "getrandom asks for more than is kept",
	  SYS_getrandom,
	  0,
	  { A(buffer), 600, 1 },
	  "len=600 flags=GRND_NONBLOCK buf=" },
	{ "setxattr",
	  SYS_setxattr,
	  ENOENT,
	  { A("/none"), A("user.a"), A("hello"), 5, 1 },
	  "pathname=/none name=user.a size=5 flags=XATTR_CREATE value=hello" },
	{ "getxattr asks for the size",
	  SYS_getxattr,
	  ENOENT,
	  { A("/none"), A("user.a"), 0, 0 },
	  "pathname=/none name=user.a size=0 value=NULL" },
	{ "setgroups", SYS_setgroups, 0, { 2, A(groups) }, "gidsetsize=2 grouplist=[5 1000]" },
	{ "getgroups", SYS_getgroups, 0, { 8, A(groups_now) }, "gidsetsize=8 grouplist=" },
	{ "setgroups fails",
	  SYS_setgroups,
	  EINVAL,
	  { -1, A(groups) },
	  "gidsetsize=-1 grouplist=[5 1000 " },
	{ "sched_setaffinity",
	  SYS_sched_setaffinity,
	  0,
	  { 0, sizeof(cpus), A(cpus) },
	  "pid=0 len=128 mask=[0]" },
	{ "sched_setaffinity fails",
	  SYS_sched_setaffinity,
	  ESRCH,
	  { -5, 8, A(cpus) },
	  "pid=-5 len=8 mask=[0]" },
	{ "sched_setscheduler",
	  SYS_sched_setscheduler,
	  EINVAL,
	  { -5, SCHED_FIFO, A(&priority) },
	  "pid=-5 policy=SCHED_FIFO param=[3]" },
	{ "epoll_ctl",
	  SYS_epoll_ctl,
	  0,
	  { EPOLL_FD, 3, PIPE_READ, A(&wanted) },
	  "epfd=50 fd=51 op=EPOLL_CTL_MOD event={EPOLLIN|EPOLLET, data=0x5}" },
	{ "epoll_ctl fails",
	  SYS_epoll_ctl,
	  EBADF,
	  { 999, 1, 51, A(&wanted) },
	  "epfd=999 fd=51 op=EPOLL_CTL_ADD event={EPOLLIN|EPOLLET, data=0x5}" },
	{ "epoll_pwait",
	  SYS_epoll_pwait,
	  0,
	  { EPOLL_FD, A(seen), 4, 0, A(&usr2), 8 },
	  "epfd=50 events=[{EPOLLIN, data=0x7}] maxevents=4 timeout=0 sigmask=[USR2] "
	  "sigsetsize=8" },
	{ "epoll_pwait fails",
	  SYS_epoll_pwait,
	  EBADF,
	  { 999, A(seen), 4, 0, 0, 8 },
	  "epfd=999 maxevents=4 timeout=0 sigsetsize=8 events=0x" },
	{ "select",
	  SYS_select,
	  0,
	  { PIPE_READ + 1, A(&readable), 0, 0, A(&no_wait) },
	  "n=52 inp=[51] tvp=0ns outp=NULL exp=NULL" },
	{ "pselect6",
	  SYS_pselect6,
	  0,
	  { PIPE_READ + 1, A(&readable), 0, 0, A(&zero_time), 0 },
	  "n=52 inp=[51] tsp=0ns outp=NULL exp=NULL sig=NULL" },
	{ "getsockname inet",
	  SYS_getsockname,
	  0,
	  { INET_FD, A(&address), A(&length) },
	  "addr=127.0.0.1:" },
	{ "getsockname inet6",
	  SYS_getsockname,
	  0,
	  { INET6_FD, A(&address), A(&length) },
	  "addr=[::1]:" },
	{ "getsockname unix", SYS_getsockname, 0, { UNIX_FD, A(&address), A(&length) }, unix_line },
	{ "getsockname fails",
	  SYS_getsockname,
	  EBADF,
	  { 999, A(&address), A(&length) },
	  "fd=999 addr=0x" },
	{ "getpeername",
	  SYS_getpeername,
	  0,
	  { PEER_FD, A(&address), A(&length) },
	  "addr=127.0.0.1:9 fd=56" },
	{ "getpeername fails",
	  SYS_getpeername,
	  ENOTCONN,
	  { INET_FD, A(&address), A(&length) },
	  "fd=53 addr=0x" },
	{ "a window's size is set",
	  SYS_ioctl,
	  0,
	  { TERMINAL_FD, TIOCSWINSZ, A(&window) },
	  "fd=57 request=TIOCSWINSZ argument={row=24, col=80, xpixel=3, ypixel=4}" },
	{ "a terminal's settings",
	  SYS_ioctl,
	  0,
	  { TERMINAL_FD, TCGETS, A(&terminal) },
	  "fd=57 request=TCGETS argument={iflag=ICRNL|IXON, oflag=OPOST|ONLCR, "
	  "cflag=B38400|CS8|CREAD, lflag=ISIG|ICANON|" },
	{ "what a failed ioctl did not write",
	  SYS_ioctl,
	  ENOTTY,
	  { PIPE_READ, TIOCGWINSZ, A(&window) },
	  "fd=51 request=TIOCGWINSZ argument=0x" },
	{ "FIONREAD",
	  SYS_ioctl,
	  0,
	  { PIPE_READ, FIONREAD, A(&word) },
	  "fd=51 request=FIONREAD argument=[1]" },
	{ "FIONBIO",
	  SYS_ioctl,
	  0,
	  { PIPE_READ, FIONBIO, A(&priority) },
	  "fd=51 request=FIONBIO argument=[3]" },
	{ "an ioctl that is not known",
	  SYS_ioctl,
	  ENOTTY,
	  { PIPE_READ, 0x12345678, 77 },
	  "fd=51 request=_IOC(_IOC_NONE, 0x56, 0x78, 0x1234) argument=0x4d" },
	{ "an interface's address",
	  SYS_ioctl,
	  0,
	  { PEER_FD, SIOCGIFADDR, A(&interface) },
	  "fd=56 request=SIOCGIFADDR argument={ifname=lo, addr=127.0.0.1}" },
	{ "of an interface that is none",
	  SYS_ioctl,
	  ENODEV,
	  { PEER_FD, SIOCGIFFLAGS, A(&no_interface) },
	  "fd=56 request=SIOCGIFFLAGS argument={ifname=none}" },
	{ "openat2",
	  SYS_openat2,
	  ENOENT,
	  { CWD, A("none"), A(&how), 24 },
	  "...resolve=RESOLVE_BENEATH how={flags=O_RDONLY|O_NOFOLLOW|O_PATH, mode=0, "
	  "resolve=RESOLVE_BENEATH}" },
	{ "clone3 fails",
	  SYS_clone3,
	  EINVAL,
	  { A(clone_args), sizeof(clone_args) },
	  "...cl_args={flags=CLONE_PIDFD|CLONE_CLEAR_SIGHAND, exit_signal=SIGCHLD, stack=0x8, "
	  "stack_size=0}" },
	{ "mount_setattr",
	  SYS_mount_setattr,
	  EBADF,
	  { 999, A("x"), 0, A(attributes), 32 },
	  "path=x dirfd=999 flags=0 attr={set=MOUNT_ATTR_RDONLY, clr=MOUNT_ATTR_NOSUID, "
	  "propagation=0, userns_fd=9} size=32" },
	{ "ioprio_set",
	  SYS_ioprio_set,
	  EINVAL,
	  { 9, 0, 2 << 13 | 4 },
	  "which=9 who=0 ioprio=IOPRIO_CLASS_BE|0x4" },
	{ "quotactl_fd",
	  SYS_quotactl_fd,
	  EBADF,
	  { 999, 0x80000701, 5, 0 },
	  "fd=999 cmd=Q_GETQUOTA|GRPQUOTA id=5 addr=NULL" },
	{ "fchmodat2",
	  NR_FCHMODAT2,
	  ENOENT,
	  { CWD, A("/none"), 0644, 0 },
	  "filename=/none mode=0644 flags=0 dirfd=AT_FDCWD" },
	{ "futex_wait",
	  NR_FUTEX_WAIT,
	  EAGAIN,
	  { A(&status), 77, 1, 2, A(&zero_time), CLOCK_MONOTONIC },
	  "val=77 mask=0x1 flags=FUTEX2_SIZE_U32 timeout=0ns clockid=CLOCK_MONOTONIC" },
	/* Structs. */
	{ "statx",
	  SYS_statx,
	  0,
	  { CWD, A("/dev/null"), 0, 0x7ff, A(buffer) },
	  "...buffer={mode=S_IFCHR|0666, uid=0, gid=0, size=0}" },
	{ "what a failed statx did not write",
	  SYS_statx,
	  ENOENT,
	  { CWD, A("/none"), 0, 0x7ff, A(buffer) },
	  "...buffer=0x" },
	{ "statfs",
	  SYS_statfs,
	  0,
	  { A("/proc"), A(buffer) },
	  "pathname=/proc buf={type=PROC_SUPER_MAGIC, bsize=4096" },
	{ "uname", SYS_uname, 0, { A(buffer) }, "name={sysname=Linux, nodename=" },
	{ "sysinfo", SYS_sysinfo, 0, { A(buffer) }, "info={uptime=" },
	{ "getrusage", SYS_getrusage, 0, { 0, A(buffer) }, "who=RUSAGE_SELF ru={utime=" },
	{ "times", SYS_times, 0, { A(buffer) }, "tbuf={utime=" },
	{ "capget",
	  SYS_capget,
	  0,
	  { A(cap_header), A(buffer) },
	  "header={version=_LINUX_CAPABILITY_VERSION_3, pid=0} dataptr={effective=" },
	{ "adjtimex", SYS_adjtimex, 0, { A(no_timex) }, "txc_p={modes=0, offset=" },
	{ "landlock_create_ruleset",
	  NR_LANDLOCK_CREATE_RULESET,
	  EINVAL,
	  { A(ruleset), 8, 1u << 30 },
	  "attr={handled_access_fs=LANDLOCK_ACCESS_FS_EXECUTE|LANDLOCK_ACCESS_FS_READ_FILE} "
	  "size=8" },
	{ "semtimedop",
	  SYS_semtimedop,
	  EINVAL,
	  { 0x7fffffff, A(semops), 2, 0 },
	  "...tsops=[{num=0, op=-1, flags=SEM_UNDO}, {num=1, op=2, flags=IPC_NOWAIT}]" },
	{ "vmsplice",
	  SYS_vmsplice,
	  EBADF,
	  { 999, A(vectors), 2, 0 },
	  "...len=5}, {base=0x20, len=7}]" },
	/* What calls with events of their own show besides. */
	{ "fstat",
	  SYS_fstat,
	  0,
	  { PIPE_READ, A(buffer) },
	  "...statbuf={mode=S_IFIFO|0600, uid=0, gid=0, size=0}" },
	{ "newfstatat fails",
	  SYS_newfstatat,
	  ENOENT,
	  { CWD, A("/none"), A(buffer), 0 },
	  "path=/none flags=0 dirfd=AT_FDCWD" },
	{ "futex",
	  SYS_futex,
	  ETIMEDOUT,
	  { A(&word), 128, 0, A(&half_ms), 0x20, 7 },
	  "...timeout=500us" },
	{ "setsockopt",
	  SYS_setsockopt,
	  0,
	  { INET_FD, 6, 1, A(&priority), 4 },
	  "...level=SOL_TCP optname=TCP_NODELAY val=3" },
	{ "socket",
	  SYS_socket,
	  0,
	  { AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP },
	  "...domain=AF_INET type=SOCK_STREAM|SOCK_CLOEXEC proto=IPPROTO_TCP" },
	{ "socket fails",
	  SYS_socket,
	  EPROTONOSUPPORT,
	  { AF_INET, SOCK_STREAM, IPPROTO_UDP },
	  "...domain=AF_INET type=SOCK_STREAM proto=IPPROTO_UDP" },
	{ "socketpair",
	  SYS_socketpair,
	  EOPNOTSUPP,
	  { AF_INET, SOCK_DGRAM, 0, A(buffer) },
	  "...type=SOCK_DGRAM proto=IPPROTO_IP" },
	{ "accept4",
	  SYS_accept4,
	  EINVAL,
	  { INET_FD, 0, 0, SOCK_NONBLOCK },
	  "...flags=SOCK_NONBLOCK" },
	{ "ppoll",
	  SYS_ppoll,
	  0,
	  { A(polled), 2, A(&zero_time), 0, 8 },
	  "...ufds=[{fd=51, events=POLLIN|POLLPRI, revents=POLLIN}, "
	  "{fd=52, events=POLLIN, revents=0}]" },
	{ "ioctl", SYS_ioctl, 0, { PIPE_READ, FIONREAD, A(&word) }, "...request=FIONREAD" },
	{ "ioctl without a name",
	  SYS_ioctl,
	  ENOTTY,
	  { PIPE_READ, 0x40081277, 0 },
	  "...request=_IOC(_IOC_WRITE, 0x12, 0x77, 0x8)" },
	{ "fcntl",
	  SYS_fcntl,
	  0,
	  { PIPE_READ, F_SETFD, FD_CLOEXEC },
	  "...cmd=F_SETFD arg=FD_CLOEXEC" },
	{ "prctl",
	  SYS_prctl,
	  0,
	  { 23, 21 },
	  "...option=PR_CAPBSET_READ arg2_str=<NA> arg2_int=CAP_SYS_ADMIN" },
	{ "timerfd_create",
	  SYS_timerfd_create,
	  0,
	  { CLOCK_BOOTTIME, TFD_NONBLOCK },
	  "...clockid=CLOCK_BOOTTIME flags=TFD_NONBLOCK" },
	{ "mount",
	  SYS_mount,
	  ENOENT,
	  { A("none"), A("/none"), A("tmpfs"), 0, A("size=1m") },
	  "...data=size=1m" },
	{ "bpf",
	  SYS_bpf,
	  EINVAL,
	  { 0, A(bpf_map), 48 },
	  "...attr={map_type=BPF_MAP_TYPE_HASH, key_size=0, value_size=8, max_entries=1, "
	  "map_flags=0, map_name=none}" },
	{ "mseal", NR_MSEAL, EINVAL, { 0x1001, 4096, 0 }, "start=0x1001 len=4096 flags=0x0" },
	{ "removexattrat",
	  NR_REMOVEXATTRAT,
	  ENOENT,
	  { CWD, A("/none"), 0, A("user.a") },
	  "pathname=/none name=user.a at_flags=0 dirfd=AT_FDCWD" },
	{ "file_getattr",
	  NR_FILE_GETATTR,
	  ENOENT,
	  { CWD, A("/none"), A(buffer), 24, 0 },
	  "filename=/none size=24 at_flags=0 dirfd=AT_FDCWD attr=0x" },
	{ "utimes",
	  SYS_utimes,
	  ENOENT,
	  { A("/none"), A(two_dates) },
	  "filename=/none times=[1000000000.000005, 7s]" },
	{ "time", SYS_time, 0, { 0 }, "tloc=NULL" },
};

static void put_at(int fd, int number)
{
	if (fd < 0 || dup2(fd, number) < 0)
		abort();
	close(fd);
}

static void bind_at(int number, const void *addr, socklen_t len)
{
	int fd = socket(((const struct sockaddr *)addr)->sa_family, SOCK_STREAM, 0);

	if (fd < 0 || bind(fd, addr, len) < 0)
		abort();
	put_at(fd, number);
}

static void name_unix_socket(pid_t child)
{
	char *name = unix_address.sun_path + 1;
	int len = snprintf(name, sizeof(unix_address.sun_path) - 1, "saker-raw-%d", child);

	unix_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)len);
	snprintf(unix_line, sizeof(unix_line), "addr=@%.32s fd=%d", name, UNIX_FD);
}

static void prepare_sockets(void)
{
	struct sockaddr_in inet = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	struct sockaddr_in discard = { .sin_family = AF_INET,
				       .sin_port = htons(9),
				       .sin_addr = { htonl(INADDR_LOOPBACK) } };
	struct sockaddr_in6 inet6 = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };

	put_at(socket(AF_INET, SOCK_DGRAM, 0), PEER_FD);
	if (connect(PEER_FD, (struct sockaddr *)&discard, sizeof(discard)) < 0)
		abort();
	bind_at(INET_FD, &inet, sizeof(inet));
	bind_at(INET6_FD, &inet6, sizeof(inet6));
	bind_at(UNIX_FD, &unix_address, unix_len);
}

static void prepare_terminal(void)
{
	put_at(posix_openpt(O_RDWR | O_NOCTTY), TERMINAL_FD);
}

static void prepare(void)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = 7 };
	int ends[2];

	if (pipe(ends) < 0 || write(ends[1], "x", 1) != 1)
		abort();
	put_at(ends[0], PIPE_READ);
	put_at(ends[1], PIPE_WRITE);
	put_at(epoll_create1(0), EPOLL_FD);
	if (epoll_ctl(EPOLL_FD, EPOLL_CTL_ADD, PIPE_READ, &event) < 0)
		abort();
	FD_SET(PIPE_READ, &readable);
	name_unix_socket(getpid());
	prepare_sockets();
	prepare_terminal();
	/* A program cannot wait for a page that is not there. */
	if (mlockall(MCL_CURRENT) < 0)
		abort();
}

static int now;

#define NO_SUCH_CALL 38 /* as the status of a child */

static int make_call(void *arg)
{
	const struct raw_case *c = &raw_cases[now];
	pid_t child;
	long ret;

	prepare();
	if (c->nr == SYS_wait4 || c->nr == SYS_waitid) {
		child = fork();
		if (child == 0)
			_exit(3);
	}
	errno = 0;
	ret = syscall(c->nr, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4],
		      c->args[5]);
	if (ret == -1 && errno == ENOSYS)
		return NO_SUCH_CALL;
	/* EINTR of a timer and the like would be another call's event. */
	return c->err ? ret != -1 || errno != c->err : ret == -1;
}

static const struct event *find(long nr, int err)
{
	for (size_t i = watch.len; i-- > 0;) {
		const struct record_prefix *prefix = &watch.events[i].prefix;

		if (prefix->nr == nr && prefix->tid == (uint32_t)watch.pid &&
		    (err ? prefix->ret == -err : prefix->ret >= 0))
			return &watch.events[i];
	}
	return NULL;
}

START_TEST(arguments_are_shown)
{
	const struct raw_case *c = &raw_cases[_i];
	const struct event *event;
	struct text_buf buf;
	char line[1024];
	int ended;
	bool right;

	if (CALL_IS_ABSENT(c->nr))
		return;
	now = _i;
	ended = watch_run(make_call, NULL);
	ck_assert_msg(ended == 0 || ended == NO_SUCH_CALL, "%s: the child ended with %d", c->name,
		      ended);
	/* A kernel that is older than the call: its arguments are shown all the same. */
	event = find(c->nr, ended == NO_SUCH_CALL ? ENOSYS : c->err);
	ck_assert_msg(event, "%s: no event", c->name);
	name_unix_socket(watch.pid);
	text_buf_init(&buf, line, sizeof(line));
	event_args_render(event, NULL, &buf);
	if (strncmp(c->line, "...", 3) == 0)
		right = strstr(line, c->line + 3);
	else
		right = strncmp(line, c->line, strlen(c->line)) == 0;
	ck_assert_msg(right, "%s: \"%s\", expected \"%s\"", c->name, line, c->line);
}
END_TEST

/* What is longer than its limit is cut, and says so. */
START_TEST(long_data_is_cut)
{
	const struct event *event;

	for (now = 0; raw_cases[now].nr != SYS_getrandom; now++)
		;
	ck_assert_int_eq(watch_run(make_call, NULL), 0);
	event = find(SYS_getrandom, 0);
	ck_assert_ptr_nonnull(event);
	ck_assert_uint_eq(event->arg_data[0].len, RECORD_ARG_DATA_MAX);
	ck_assert(event->prefix.flags & RECORD_F_CUT);
}
END_TEST

/* A register that holds no address for this operation is not read: nothing is unreadable. */
static int wake_with_rubbish(void *arg)
{
	syscall(SYS_futex, &word, 129, 1, 8, 8, 8);
	return 0;
}

START_TEST(what_is_no_address_is_not_read)
{
	const struct event *event;

	ck_assert_int_eq(watch_run(wake_with_rubbish, NULL), 0);
	event = find(SYS_futex, 0);
	ck_assert_ptr_nonnull(event);
	ck_assert_ptr_null(event->arg_data[3].data);
	ck_assert(!(event->prefix.flags & RECORD_F_UNREADABLE));
}
END_TEST

static int read_unreadable(void *arg)
{
	syscall(SYS_rt_sigprocmask, SIG_BLOCK, 8, 0, 8);
	return 0;
}

START_TEST(unreadable_data_is_marked)
{
	const struct event *event;

	ck_assert_int_eq(watch_run(read_unreadable, NULL), 0);
	event = find(SYS_rt_sigprocmask, EFAULT);
	ck_assert_ptr_nonnull(event);
	ck_assert_ptr_null(event->arg_data[1].data);
	ck_assert(event->prefix.flags & RECORD_F_UNREADABLE);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("raw arguments");

	tcase_add_loop_test(tcase, arguments_are_shown, 0,
			    sizeof(raw_cases) / sizeof(raw_cases[0]));
	tcase_add_test(tcase, long_data_is_cut);
	tcase_add_test(tcase, what_is_no_address_is_not_read);
	tcase_add_test(tcase, unreadable_data_is_marked);
	return watch_suite("params_raw", tcase, SNAPLEN);
}
