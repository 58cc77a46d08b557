/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What raw arguments point to, as text: every type of data, in the layouts of 64-bit and of 32-bit
 * programs, and bytes that are none of it.
 */
#include <check.h>
#include <errno.h>
#include <string.h>
#include "build_record.h"
#include "probe/schema/decode.h"
#include "probe/schema/render.h"
#include "run_suite.h"

#define BYTES(literal) .bytes = (literal), .len = sizeof(literal) - 1
#define ZERO4 "\0\0\0\0"
#define ZERO8 ZERO4 ZERO4
#define ONE8 "\1\0\0\0" ZERO4
#define FIVE8 "\5\0\0\0" ZERO4
#define U4(a) a "\0\0\0"

struct data_case {
	const char *syscall, *arg;
	const char *bytes;
	size_t len;
	const char *text;
	uint16_t flags;
	uint32_t request; /* or command, in the argument that types.def says, of bpf in the first */
	int64_t ret;
	const char *inner; /* the text that the data has the address of */
};
static const struct data_case data_cases[] = {
	/* Numbers. */
	{ "getcpu", "cpup", BYTES("\xff\xff\xff\xff"), "[-1]" },
	{ "time", "tloc", BYTES("\0\0\0\0\1\0\0\0"), "[4294967296]" },
	{ "time", "tloc", BYTES("\xfe\xff\xff\xff"), "[-2]", RECORD_F_COMPAT },
	/* An offset that the call has moved on. */
	{ "splice", "off_in", BYTES(FIVE8), "[1]", .ret = 4 },
	{ "splice", "off_out", BYTES(FIVE8), "[5]", .ret = -EAGAIN },
	/* Times: durations, points in time, what is neither. */
	{ "clock_nanosleep", "rqtp", BYTES(ONE8 "\0\x65\xcd\x1d" ZERO4), "1.5s" },
	{ "clock_nanosleep", "rqtp", BYTES(ZERO8 ZERO8), "0ns" },
	{ "clock_nanosleep", "rqtp", BYTES("\1\0\0\0\0\x65\xcd\x1d"), "1.5s", RECORD_F_COMPAT },
	{ "clock_nanosleep", "rqtp", BYTES(ONE8 "\0\x65\xcd\x1d" ZERO4), "1.5s", RECORD_F_COMPAT },
	{ "clock_nanosleep", "rqtp", BYTES(ZERO8 "\xff\xff\xff\xff\xff\xff\xff\xff"), "{0, -1}" },
	{ "clock_nanosleep", "rqtp", BYTES("\xff\xff\xff\xff\xff\xff\xff\xff" FIVE8),
	  "-1.000000005" },
	{ "clock_gettime", "tp", BYTES("\0\xf1\x53\x65" ZERO4 "\7\0\0\0" ZERO4),
	  "1700000000.000000007" },
	{ "gettimeofday", "tv", BYTES("\0\xf1\x53\x65" ZERO4 "\7\0\0\0" ZERO4),
	  "1700000000.000007" },
	{ "select", "tvp", BYTES(ZERO8 "\x20\xa1\7\0" ZERO4), "500ms" },
	{ "utimensat", "times", BYTES("\0\xf1\x53\x65" ZERO4 ZERO8 ZERO8 "\xff\xff\xff\x3f" ZERO4),
	  "[1700000000.000000000, now]" },
	{ "utimensat", "times", BYTES(ZERO8 "\xfe\xff\xff\x3f" ZERO4 ONE8 ZERO8), "[omit, 1s]" },
	{ "utimes", "times", BYTES("\1\0\0\0" ZERO4 "\2\0\0\0" ZERO4), "[1s, 2s]",
	  RECORD_F_COMPAT },
	{ "utime", "times", BYTES(FIVE8 ONE8), "[5, 1]" },
	{ "setitimer", "value", BYTES(ONE8 ZERO8 ZERO8 "\x10\x27\0\0" ZERO4),
	  "{interval=1s, value=10ms}" },
	{ "timer_settime", "new_setting", BYTES(ZERO8 ZERO8 FIVE8 "\1\0\0\0" ZERO4),
	  "{interval=0ns, value=5.000000001s}" },
	{ "timer_settime", "new_setting", BYTES(ZERO4 ZERO4 "\5\0\0\0" ZERO4),
	  "{interval=0ns, value=5s}", RECORD_F_COMPAT },
	/* Signals. */
	{ "rt_sigprocmask", "set", BYTES(ZERO8), "[]" },
	{ "rt_sigprocmask", "set", BYTES("\2\x40\0\0" ZERO4), "[INT TERM]" },
	{ "rt_sigprocmask", "set", BYTES("\xff\xfe\xff\xff\xff\xff\xff\xff"), "~[KILL]" },
	{ "rt_sigprocmask", "set", BYTES("\xff\xff\xff\xff\xff\xff\xff\xff"), "~[]" },
	{ "pselect6", "sig", BYTES("\2\x40\0\0" ZERO4), "[INT TERM]" },
	{ "rt_sigprocmask", "set", BYTES(ZERO4 "\0\0\0\x80"), "[RT_32]" },
	{ "rt_sigaction", "act",
	  BYTES("\0\x10\x40\0" ZERO4 "\0\0\0\x14" ZERO4 ZERO8 "\0\2\0\0" ZERO4),
	  "{handler=0x401000, mask=[USR1], flags=SA_RESTORER|SA_RESTART}" },
	{ "rt_sigaction", "act", BYTES(ONE8 ZERO8 ZERO8 ZERO8),
	  "{handler=SIG_IGN, mask=[], flags=0}" },
	{ "rt_sigaction", "act", BYTES(U4("\0") U4("\4") U4("\7") "\0\2\0\0" ZERO4),
	  "{handler=SIG_DFL, mask=[USR1], flags=SA_SIGINFO}", RECORD_F_COMPAT },
	{ "waitid", "infop",
	  BYTES(U4("\x11") ZERO4 U4("\1") ZERO4 U4("\7") U4("\x64") U4("\3") ZERO4),
	  "{signo=SIGCHLD, code=CLD_EXITED, pid=7, uid=100, status=3}" },
	{ "waitid", "infop", BYTES(U4("\x11") ZERO4 U4("\2") U4("\7") U4("\x64") U4("\x9")),
	  "{signo=SIGCHLD, code=CLD_KILLED, pid=7, uid=100, status=9}", RECORD_F_COMPAT },
	{ "rt_sigqueueinfo", "info",
	  BYTES(U4("\xa") ZERO4 "\xff\xff\xff\xff" ZERO4 U4("\7") ZERO4 ZERO8),
	  "{signo=SIGUSR1, code=SI_QUEUE, pid=7, uid=0}" },
	{ "sigaltstack", "ss", BYTES(ZERO8 U4("\2") ZERO4 ZERO8),
	  "{sp=NULL, flags=SS_DISABLE, size=0}" },
	{ "sigaltstack", "ss", BYTES("\0\x10\0\0" ZERO4 "\0\x20\0\0"),
	  "{sp=0x1000, flags=0, size=8192}", RECORD_F_COMPAT },
	{ "wait4", "stat_addr", BYTES("\0\3\0\0"), "exited 3" },
	{ "wait4", "stat_addr", BYTES("\x9\0\0\0"), "killed SIGKILL" },
	{ "wait4", "stat_addr", BYTES("\x8b\0\0\0"), "killed SIGSEGV core" },
	{ "wait4", "stat_addr", BYTES("\x7f\x13\0\0"), "stopped SIGSTOP" },
	{ "wait4", "stat_addr", BYTES("\xff\xff\0\0"), "continued" },
	/* Structs. */
	{ "sched_setattr", "attr",
	  BYTES(U4("\x30") U4("\6") ONE8 U4("\5") U4("\0") "\x40\x42\xf\0" ZERO4 FIVE8 ZERO8),
	  "{policy=SCHED_DEADLINE, flags=SCHED_FLAG_RESET_ON_FORK, nice=5, priority=0, "
	  "runtime=1ms, deadline=5ns, period=0ns}" },
	{ "mq_open", "attr", BYTES("\0\x8\0\0" ZERO4 FIVE8 ONE8 ZERO8),
	  "{flags=O_RDONLY|O_NONBLOCK, maxmsg=5, msgsize=1, curmsgs=0}" },
	{ "mount_setattr", "attr", BYTES("\3\0\0\0" ZERO4 ZERO8 "\0\0\4\0" ZERO4 FIVE8),
	  "{set=MOUNT_ATTR_RDONLY|MOUNT_ATTR_NOSUID, clr=0, propagation=MS_PRIVATE, userns_fd=5}" },
	{ "perf_event_open", "attr_uptr", BYTES(U4("\1") U4("\x70") FIVE8),
	  "{type=PERF_TYPE_SOFTWARE, size=112, config=0x5}" },
	{ "fstat", "statbuf",
	  BYTES(ZERO8 ZERO8 ONE8 "\xa4\x81\0\0"
				 "\xe8\3\0\0" U4("\x64") ZERO4 ZERO8 FIVE8),
	  "{mode=S_IFREG|0644, uid=1000, gid=100, size=5}" },
	{ "statx", "buffer",
	  BYTES(ZERO8 ZERO8 ZERO4 "\xe8\3\0\0" U4("\x64") "\xed\x41\0\0" ZERO8 "\0\x10\0\0" ZERO4),
	  "{mode=S_IFDIR|0755, uid=1000, gid=100, size=4096}" },
	{ "statfs", "buf", BYTES("\x94\x19\2\1" ZERO4 "\0\x10\0\0" ZERO4 FIVE8 ONE8 ONE8 ONE8 ONE8),
	  "{type=TMPFS_MAGIC, bsize=4096, blocks=5, bfree=1, bavail=1, files=1, ffree=1}" },
	{ "uname", "name", BYTES("Linux"), "{}" },
	{ "uname", "name", BYTES("Linux\0"), "{sysname=Linux}" },
	{ "sysinfo", "info", BYTES(FIVE8 ZERO8 ZERO8 ZERO8 ONE8 ONE8),
	  "{uptime=5, totalram=1, freeram=1}" },
	{ "getrusage", "ru", BYTES(ONE8 "\x20\xa1\7\0" ZERO4 ZERO8 FIVE8 "\0\2\0\0" ZERO4),
	  "{utime=1.5s, stime=5us, maxrss=512}" },
	{ "getrusage", "ru", BYTES(ONE8 "\xff\xff\xff\xff\xff\xff\xff\xff"), "{utime={1, -1}}" },
	{ "times", "tbuf", BYTES(ONE8 FIVE8 ZERO8 ZERO8),
	  "{utime=1, stime=5, cutime=0, cstime=0}" },
	{ "gettimeofday", "tz", BYTES("\xc4\xff\xff\xff" ZERO4), "{minuteswest=-60, dsttime=0}" },
	{ "adjtimex", "txc_p", BYTES(U4("\3") ZERO4 FIVE8 ONE8 ZERO8 ZERO8 U4("\x40") ZERO4),
	  "{modes=ADJ_OFFSET|ADJ_FREQUENCY, offset=5, freq=1, status=STA_UNSYNC}" },
	{ "capget", "header", BYTES("\x22\5\x08\x20" U4("\7")),
	  "{version=_LINUX_CAPABILITY_VERSION_3, pid=7}" },
	{ "capget", "dataptr", BYTES(U4("\1") U4("\2") ZERO4 U4("\x10") ZERO4 U4("\x20")),
	  "{effective=[CHOWN BLOCK_SUSPEND], permitted=[DAC_OVERRIDE], inheritable=[AUDIT_READ]}" },
	{ "capget", "dataptr",
	  BYTES("\xff\xff\xdf\xff\xff\xff\xff\xff" ZERO4 "\xff\1\0\0\xff\1\0\0\0\2\0\0"),
	  "{effective=~[SYS_ADMIN], permitted=~[], inheritable=0x20000000000}" },
	{ "timer_create", "timer_event_spec", BYTES(ZERO8 U4("\xa") U4("\4") U4("\7")),
	  "{signo=SIGUSR1, notify=SIGEV_THREAD_ID}" },
	{ "name_to_handle_at", "handle", BYTES(U4("\x80") ONE8), "{bytes=128, type=0x1}" },
	{ "file_setattr", "attr", BYTES(ONE8 U4("\2") ZERO4 U4("\3") ZERO4),
	  "{xflags=FS_XFLAG_REALTIME, extsize=2, nextents=0, projid=3, cowextsize=0}" },
	{ "setxattrat", "args", BYTES("\0\x10\0\0" ZERO4 U4("\5") U4("\1")),
	  "{value=0x1000, size=5, flags=XATTR_CREATE}" },
	{ "statmount", "req", BYTES(U4("\x18") ZERO4 FIVE8 U4("\x11") ZERO4),
	  "{mnt_id=0x5, mask=STATMOUNT_SB_BASIC|STATMOUNT_MNT_POINT}" },
	{ "listmount", "req", BYTES(U4("\x18") ZERO4 FIVE8 ONE8), "{mnt_id=0x5, param=0x1}" },
	{ "listns", "req", BYTES(U4("\x20") ZERO4 FIVE8 "\0\0\2\0" ZERO4 ONE8),
	  "{ns_id=0x5, ns_type=CLONE_NEWNS, user_ns_id=0x1}" },
	{ "lsm_set_self_attr", "ctx", BYTES("\x68\0\0\0" ZERO4 ZERO8 ZERO8 FIVE8 "name\0"),
	  "{id=LSM_ID_APPARMOR, flags=0x0, ctx_len=5, ctx=name}" },
	{ "lsm_get_self_attr", "ctx", BYTES("\x65\0\0\0" ZERO4 ONE8 ZERO8 FIVE8 "na"),
	  "{id=LSM_ID_SELINUX, flags=0x1, ctx_len=5}" },
	/* Another module's context follows. */
	{ "lsm_get_self_attr", "ctx",
	  BYTES("\x68\0\0\0" ZERO4 ZERO8 ZERO8 "\10\0\0\0" ZERO4 "enforced"
		"\x65\0\0\0" ZERO4),
	  "{id=LSM_ID_APPARMOR, flags=0x0, ctx_len=8, ctx=enforced}" },
	{ "set_thread_area", "u_info", BYTES("\xff\xff\xff\xff\0\x10\0\0\xff\xff\xf\0\x51\0\0\0"),
	  "{entry=-1, base=0x1000, limit=0xfffff, flags=0x51}" },
	{ "io_cancel", "iocb",
	  BYTES(FIVE8 ZERO8 "\1\0\0\0\7\0\0\0"
			    "\0\x10\0\0" ZERO4 "\0\2\0\0" ZERO4 FIVE8),
	  "{data=0x5, opcode=IOCB_CMD_PWRITE, fd=7, buf=0x1000, nbytes=512, offset=5}" },
	{ "cachestat", "cstat_range", BYTES(ZERO8 FIVE8), "{off=0, len=5}" },
	{ "cachestat", "cstat", BYTES(FIVE8 ONE8 ZERO8 ZERO8 ZERO8),
	  "{cache=5, dirty=1, writeback=0, evicted=0, recently_evicted=0}" },
	{ "landlock_create_ruleset", "attr", BYTES("\4\0\0\0" ZERO4 ONE8),
	  "{handled_access_fs=LANDLOCK_ACCESS_FS_READ_FILE, "
	  "handled_access_net=LANDLOCK_ACCESS_NET_BIND_TCP}" },
	{ "landlock_add_rule", "rule_attr", BYTES("\6\0\0\0" ZERO4 U4("\7")),
	  "{allowed_access=LANDLOCK_ACCESS_FS_WRITE_FILE|LANDLOCK_ACCESS_FS_READ_FILE, "
	  "parent_fd=7}" },
	{ "openat2", "how", BYTES("\0\0\x28\0" ZERO4 ZERO8 "\x8\0\0\0" ZERO4),
	  "{flags=O_RDONLY|O_CLOEXEC|O_PATH, mode=0, resolve=RESOLVE_BENEATH}" },
	{ "clone3", "cl_args",
	  BYTES("\0\1\0\0\2\0\0\0" ZERO8 ZERO8 ZERO8 "\x11\0\0\0" ZERO4
		"\0\x10\0\0" ZERO4 FIVE8 ZERO8 ZERO8 ZERO8 "\x7\0\0\0" ZERO4),
	  "{flags=CLONE_VM|CLONE_INTO_CGROUP, exit_signal=SIGCHLD, stack=0x1000, stack_size=5, "
	  "cgroup=7}" },
	{ "clone3", "cl_args", BYTES(ZERO8 ZERO8), "{flags=0, exit_signal=0}" },
	{ "clone3", "cl_args", BYTES(ZERO4 "\1\0\0\0"),
	  "{flags=CLONE_CLEAR_SIGHAND, exit_signal=0}" },
	/* What the request points to. */
	{ "ioctl", "argument", BYTES("\x18\0\x50\0" ZERO4), "{row=24, col=80, xpixel=0, ypixel=0}",
	  .request = 0x5413 },
	{ "ioctl", "argument", BYTES("\0\5\0\0\5\0\0\0\xbf\0\0\0\x3b\0\0\0"),
	  "{iflag=ICRNL|IXON, oflag=OPOST|ONLCR, cflag=B38400|CS8|CREAD, "
	  "lflag=ISIG|ICANON|ECHO|ECHOE|ECHOK}",
	  .request = 0x5401 },
	{ "ioctl", "argument", BYTES("\3\0\0\0"), "[3]", .request = 0x541b },
	{ "ioctl", "argument", BYTES("\3\0\0"), "[]", .request = 0x541b },
	{ "ioctl", "argument", BYTES("\0\0\x8\0"), "[FS_EXTENT_FL]", .request = 0x80086601 },
	{ "ioctl", "argument",
	  BYTES("lo" ZERO8 ZERO4 "\0\0"
		"\2\0\0\0\x7f\0\0\1"),
	  "{ifname=lo, addr=127.0.0.1}", .request = 0x8915 },
	{ "ioctl", "argument",
	  BYTES("lo" ZERO8 ZERO4 "\0\0"
		"\xa\0\0\0" ZERO4),
	  "{ifname=lo, addr=family 10}", .request = 0x8915 },
	{ "ioctl", "argument",
	  BYTES("no" ZERO8 ZERO4 "\0\0"
		"\2\0\0\0\x7f\0\0\1"),
	  "{ifname=no}", .request = 0x8915, .ret = -ENODEV },
	{ "ioctl", "argument",
	  BYTES("lo" ZERO8 ZERO4 "\0\0"
		"\1\0\2\3\4\5\6\xff"),
	  "{ifname=lo, hwaddr=02:03:04:05:06:ff}", .request = 0x8927 },
	{ "ioctl", "argument",
	  BYTES("lo" ZERO8 ZERO4 "\0\0"
		"\x49\0"),
	  "{ifname=lo, flags=IFF_UP|IFF_LOOPBACK|IFF_RUNNING}", .request = 0x8913 },
	{ "ioctl", "argument", BYTES("tun0" ZERO8 ZERO4 "\1\x10"),
	  "{ifname=tun0, flags=IFF_TUN|IFF_NO_PI}", .request = 0x400454ca },
	{ "ioctl", "argument", BYTES(ZERO8 FIVE8 U4("\1") U4("\2") ZERO8),
	  "{start=0, length=5, flags=FIEMAP_FLAG_SYNC, mapped_extents=2, extent_count=0}",
	  .request = 0xc020660b },
	{ "fcntl", "arg", BYTES("\1\0\2\0" ZERO4 FIVE8 "\0\1\0\0" ZERO4 U4("\7") ZERO4),
	  "{type=F_WRLCK, whence=SEEK_END, start=5, len=256}", .request = 6 },
	{ "fcntl", "arg", BYTES("\2\0\0\0" ZERO4 ZERO8 ZERO8 U4("\7") ZERO4),
	  "{type=F_UNLCK, whence=SEEK_SET, start=0, len=0, pid=7}", .request = 36 },
	{ "fcntl", "arg", BYTES(U4("\1") U4("\x64")), "{type=F_OWNER_PID, pid=100}",
	  .request = 15 },
	{ "fcntl", "arg", BYTES(FIVE8), "[RWH_WRITE_LIFE_EXTREME]", .request = 1036 },
	{ "quotactl_fd", "addr", BYTES(ONE8 FIVE8), "{bhardlimit=1, bsoftlimit=5}",
	  .request = 0x80000802 },
	{ "quotactl_fd", "addr", BYTES(U4("\4")), "[QFMT_VFS_V1]", .request = 0x80000400 },
	{ "shmctl", "buf", BYTES("\0\x10\0\0" U4("\5") U4("\6") ZERO8 "\xa4\1\0\0"),
	  "{key=0x1000, uid=5, gid=6, mode=0644}", .request = 2 },
	{ "shmctl", "buf", BYTES("\0\x10\0\0" U4("\5") U4("\6") ZERO8 "\xa4\1\0\0"),
	  "{uid=5, gid=6, mode=0644}", .request = 1 },
	{ "msgctl", "buf", BYTES(U4("\5") U4("\5")), "{key=0x5, uid=5}", .request = 11 },
	{ "semctl", "arg", BYTES(U4("\5") U4("\5")), "{key=0x5, uid=5}", .request = 18 },
	{ "seccomp", "args", BYTES(FIVE8 "\0\x10\0\0" ZERO4), "{len=5, filter=0x1000}",
	  .request = 1 },
	{ "seccomp", "args", BYTES("\7\0\5\0"), "[SECCOMP_RET_ERRNO|0x7]", .request = 2 },
	{ "modify_ldt", "ptr", BYTES(U4("\5")), "{entry=5}", .request = 17 },
	/* What is not known by the command is bytes. */
	{ "modify_ldt", "ptr", BYTES("abc"), "abc", .request = 2 },
	/* The command of these is argument 0, which is 0: BPF_MAP_CREATE. */
	{ "bpf", "attr",
	  BYTES(U4("\x1b") ZERO4 ZERO4 "\0\x10\0\0" ZERO8 ZERO4 "a ring" ZERO8 "\0\0"),
	  "{map_type=BPF_MAP_TYPE_RINGBUF, key_size=0, value_size=0, max_entries=4096, "
	  "map_flags=0, map_name=a ring}" },
	{ "bpf", "attr", BYTES("\0\x10\0\0" ZERO4 U4("\5") U4("\x8")),
	  "{pathname=/sys/fs/bpf/x, bpf_fd=5, file_flags=BPF_F_RDONLY}", .request = 6,
	  .inner = "/sys/fs/bpf/x" },
	{ "bpf", "attr", BYTES("\0\x10\0\0" ZERO4 ZERO8), "{pathname=0x1000, file_flags=0}",
	  .request = 7 },
	{ "bpf", "attr", BYTES(ZERO8 U4("\5")), "{name=NULL, prog_fd=5}", .request = 17 },
	{ "bpf", "attr", BYTES(U4("\5") ZERO4 ZERO8 ZERO8 U4("\1") ZERO4),
	  "{map_fd=5, key=0x0, value=0x0, flags=BPF_NOEXIST}", .request = 2 },
	{ "bpf", "attr", BYTES(U4("\5") U4("\6") U4("\x2b") U4("\2")),
	  "{target_fd=5, attach_bpf_fd=6, attach_type=BPF_LSM_CGROUP, "
	  "attach_flags=BPF_F_ALLOW_MULTI}",
	  .request = 8 },
	/* Lists. */
	{ "io_submit", "iocbpp", BYTES(FIVE8 ZERO8 "\5\0"), "[{data=0x5, opcode=IOCB_CMD_POLL}]" },
	{ "io_getevents", "events",
	  BYTES(FIVE8 "\0\x10\0\0" ZERO4 "\xfb\xff\xff\xff\xff\xff\xff\xff" ZERO8),
	  "[{data=0x5, obj=0x1000, res=EIO, res2=0}]" },
	{ "move_pages", "pages", BYTES("\0\x10\0\0" ZERO4 FIVE8), "[0x1000, 0x5]" },
	{ "move_pages", "nodes", BYTES(ZERO4 "\xff\xff\xff\xff"), "[0, -1]" },
	{ "listmount", "mnt_ids", BYTES(FIVE8 ONE8), "[0x5, 0x1]", .ret = 2 },
	{ "listmount", "mnt_ids", BYTES(FIVE8 ONE8), "[0x5]", .ret = 1 },
	{ "listns", "ns_ids", BYTES(FIVE8 ONE8), "[0x5]", .ret = 1 },
	{ "lsm_list_modules", "ids", BYTES("\x64\0\0\0" ZERO4 ONE8), "[LSM_ID_CAPABILITY, 1]" },
	{ "migrate_pages", "old_nodes", BYTES("\5"), "[0 2]" },
	{ "futex_waitv", "waiters", BYTES(FIVE8 "\0\x10\0\0" ZERO4 U4("\x82") ZERO4 ONE8),
	  "[{val=5, uaddr=0x1000, flags=FUTEX2_SIZE_U32|FUTEX2_PRIVATE}]" },
	{ "futex_requeue", "waiters", BYTES(ONE8 ZERO8 U4("\2") ZERO4),
	  "[{val=1, uaddr=0x0, flags=FUTEX2_SIZE_U32}]" },
	{ "semtimedop", "tsops",
	  BYTES("\0\0\xff\xff\0\x10"
		"\1\0\1\0\0\0"),
	  "[{num=0, op=-1, flags=SEM_UNDO}, {num=1, op=1, flags=0}]" },
	{ "ppoll", "ufds",
	  BYTES(U4("\3") "\5\0\1\0"
			 "\xff\xff\xff\xff"
			 "\0\x20\0\0"),
	  "[{fd=3, events=POLLIN|POLLOUT, revents=POLLIN}, {fd=-1, events=POLLRDHUP, revents=0}]" },
	{ "vmsplice", "iov", BYTES("\0\x10\0\0" ZERO4 FIVE8), "[{base=0x1000, len=5}]" },
	{ "mbind", "nmask", BYTES("\5"), "[0 2]" },
	{ "select", "inp", BYTES("\x28\0\0\x80" ZERO4), "[3 5 31]" },
	{ "select", "inp", BYTES(ZERO8), "[]" },
	{ "sched_setaffinity", "mask", BYTES("\x0f\1" ZERO4), "[0-3 8]" },
	{ "sched_setaffinity", "mask", BYTES("\3"), "[0 1]" },
	{ "setgroups", "grouplist", BYTES(U4("\5") "\xe8\3\0\0"), "[5 1000]" },
	{ "setgroups", "grouplist", BYTES(""), "[]" },
	/* Addresses and data. */
	{ "getsockname", "addr", BYTES("\2\0\0\x50\x7f\0\0\1" ZERO8), "127.0.0.1:80" },
	{ "getsockname", "addr", BYTES("\xa\0\x1f\x90" ZERO4 ZERO8 ZERO4 "\0\0\0\1" ZERO4),
	  "[::1]:8080" },
	{ "getsockname", "addr", BYTES("\1\0/run/x\0"), "/run/x" },
	{ "getsockname", "addr", BYTES("\1\0\0name"), "@name" },
	{ "getsockname", "addr", BYTES("\x10\0" ZERO4), "AF_NETLINK" },
	{ "getsockname", "addr", BYTES("\2"), "" },
	{ "readlink", "buf", BYTES("/a\nb\x80"), "/a.b." },
	{ "setxattr", "value", BYTES("\0v"), ".v" },
	/* Too short to be what it should be: no bytes beyond the end are read. */
	{ "wait4", "stat_addr", BYTES("\0"), "exited 0" },
	{ "clock_gettime", "tp", BYTES("\1\0\0\0\2"), "1s" },
	{ "mount_setattr", "attr", BYTES("\1"), "{set=0, clr=0, propagation=0, userns_fd=0}" },
};

/* A raw event of the call whose argument `index` points to the bytes. */
static void decode_data(const struct data_case *c, size_t index, struct event *ret_event)
{
	static struct build_record b;
	const struct syscall_desc *desc = syscall_by_name(c->syscall);
	struct build_prefix prefix = {
		.pid = 5, .nr = syscall_nr(desc), .flags = c->flags, .ret = c->ret
	};
	const struct arg_shape *shape = arg_type_shape(desc->args[index].type);
	bool full = desc->flags & SYSCALL_F_RAW || desc->args[index].extra;
	uint8_t item[600];

	prefix.args[index] = 0x7ffe0000;
	if (c->request)
		prefix.args[shape->unit == ARG_COUNT_REQUEST ? (int)index + shape->count_at : 0] =
			c->request;
	build_record_init(&b, full ? desc->exit_event : EVENT_CODE_GENERIC_X, &prefix);
	item[0] = (uint8_t)index;
	memcpy(item + 1, c->bytes, c->len);
	build_record_ext(&b, RECORD_EXT_ARG_DATA, 0, item, c->len + 1);
	if (c->inner) {
		memcpy(item + 1, c->inner, strlen(c->inner));
		build_record_ext(&b, RECORD_EXT_ARG_TEXT, 0, item, strlen(c->inner) + 1);
	}
	if (!full) {
		build_record_int(&b, desc->sc);
		build_record_int(&b, prefix.nr);
	}
	ck_assert_int_eq(event_decode(b.data, build_record_finish(&b), ret_event), 0);
}

static size_t arg_index(const struct data_case *c)
{
	const struct syscall_desc *desc = syscall_by_name(c->syscall);

	for (size_t i = 0; desc && i < desc->args_len; i++)
		if (strcmp(desc->args[i].name, c->arg) == 0)
			return i;
	ck_abort_msg("%s has no %s", c->syscall, c->arg);
	return 0;
}

START_TEST(data_is_shown)
{
	const struct data_case *c = &data_cases[_i];
	size_t index = arg_index(c);
	struct text_buf buf;
	struct event event;
	char text[256];

	decode_data(c, index, &event);
	text_buf_init(&buf, text, sizeof(text));
	event_raw_arg_render(&event, index, &buf);
	ck_assert_msg(strcmp(text, c->text) == 0, "%s.%s: \"%s\", expected \"%s\"", c->syscall,
		      c->arg, text, c->text);
}
END_TEST

/* Each type with data has a case: nobody adds one without saying how it looks. */
START_TEST(every_type_has_a_case)
{
	for (int type = 0; type < ARG_TYPE_COUNT; type++) {
		bool found = type == ARG_TYPE_EPOLL_EVENT || type == ARG_TYPE_EPOLL_EVENTS;

		for (size_t i = 0; i < sizeof(data_cases) / sizeof(data_cases[0]); i++) {
			const struct data_case *c = &data_cases[i];

			found |= syscall_by_name(c->syscall)->args[arg_index(c)].type ==
				 (enum arg_type)type;
		}
		ck_assert_msg(found || !arg_type_shape((enum arg_type)type)->bytes,
			      "argument type %d", type);
	}
}
END_TEST

/* struct epoll_event is packed on x86_64 alone. */
START_TEST(epoll_events_are_shown)
{
	static const uint32_t masks[] = { 0x80000001, 0x4 };
	uint8_t bytes[2 * EPOLL_EVENT_BYTES] = { 0 };
	struct data_case c = { .syscall = "epoll_pwait", .arg = "events" };
	struct text_buf buf;
	struct event event;
	char text[128];

	for (size_t i = 0; i < 2; i++) {
		memcpy(bytes + i * EPOLL_EVENT_BYTES, &masks[i], 4);
		bytes[(i + 1) * EPOLL_EVENT_BYTES - 8] = (uint8_t)(i + 5);
	}
	c.bytes = (const char *)bytes;
	c.len = sizeof(bytes);
	decode_data(&c, arg_index(&c), &event);
	text_buf_init(&buf, text, sizeof(text));
	event_arg_render(&event, arg_index(&c), &buf);
	ck_assert_str_eq(text, "[{EPOLLIN|EPOLLET, data=0x5}, {EPOLLOUT, data=0x6}]");
}
END_TEST

START_TEST(hostile_items_are_rejected)
{
	static struct build_record b;
	struct build_prefix prefix = { .pid = 5, .nr = syscall_nr(syscall_by_name("wait4")) };
	struct event event;

	for (uint8_t arg = 5; arg < 8; arg++) {
		build_record_init(&b, EVENT_CODE_GENERIC_X, &prefix);
		build_record_ext(&b, RECORD_EXT_ARG_DATA, 0, &arg, sizeof(arg));
		ck_assert_int_eq(event_decode(b.data, build_record_finish(&b), &event),
				 arg < 6 ? 0 : -EBADMSG);
	}
	build_record_init(&b, EVENT_CODE_GENERIC_X, &prefix);
	build_record_ext(&b, RECORD_EXT_ARG_DATA, 0, "", 0);
	ck_assert_int_eq(event_decode(b.data, build_record_finish(&b), &event), -EBADMSG);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("render_data");

	tcase_add_loop_test(tcase, data_is_shown, 0, sizeof(data_cases) / sizeof(data_cases[0]));
	tcase_add_test(tcase, every_type_has_a_case);
	tcase_add_test(tcase, epoll_events_are_shown);
	tcase_add_test(tcase, hostile_items_are_rejected);
	return run_suite("render_data", tcase);
}
