/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls of 32-bit arm, of the program that makes them (prog_arm.c) and the test that runs it
 * (test_compat_arm.c).
 *
 *   CALL(name, number, errno, row, how its arguments begin, argument...)
 *     errno     0: it works
 *     argument  at most six; D(field): the address of a field of struct arm_data
 */
#ifndef TESTS_LIVE_COMPAT_ARM_CALLS_H
#define TESTS_LIVE_COMPAT_ARM_CALLS_H

/* Of the program: one page, which it has written to. */
struct arm_data {
	char path[16], link[16], text[16], name[16];
	struct {
		unsigned base, len;
	} vector[2];
	int half_ms[2], timeval[2];
	long long time64[2];
	unsigned limits[2], set[2], action[5], argv[3];
	struct {
		unsigned name, name_len, iov, iov_len, control, control_len, flags;
	} message;
	struct {
		unsigned short family, port;
		unsigned char address[12];
	} address;
	int status;
	char out[64];
};

/* clang-format off */
#define ARM_CALLS \
	CALL("getpid", 20, 0, "getpid", "", 0) \
	CALL("a descriptor that is none", 6, 9, "close", "fd=-1", -1) \
	CALL("open", 5, 2, "open", "name=/nonexistent flags=O_RDWR", D(path), 2, 0) \
	CALL("openat", 322, 2, "openat", "name=/nonexistent flags=O_RDONLY mode=0 dirfd=AT_FDCWD", \
	     -100, D(path), 0, 0) \
	CALL("unlink", 10, 2, "unlink", "path=/nonexistent", D(path)) \
	CALL("stat64", 195, 2, "stat", "path=/nonexistent", D(path), D(out)) \
	CALL("readlink", 85, 0, "readlink", "path=", D(link), D(out), 64) \
	CALL("pread64", 180, 9, "pread64", "size=5 pos=4294967303", -1, D(out), 5, 99, 7, 1) \
	CALL("_llseek", 140, 9, "lseek", "offset=-3 whence=SEEK_CUR fd=-1", \
	     -1, -1, -3, D(out), 1) \
	CALL("lseek", 19, 9, "lseek", \
	     "offset=-3 whence=SEEK_CUR fd=-1", -1, -3, 1) \
	CALL("writev", 146, 9, "writev", "size=10 data=helloworld fd=-1", -1, D(vector), 2) \
	CALL("fcntl64", 221, 9, "fcntl", "cmd=F_DUPFD_CLOEXEC arg=5 fd=-1", -1, 1030, 5) \
	CALL("nanosleep", 162, 0, "nanosleep", "interval=500us", D(half_ms), 0) \
	CALL("clock_nanosleep", 265, 22, "clock_nanosleep", \
	     "clockid=99 flags=TIMER_ABSTIME rqtp=500us", 99, 1, D(half_ms), 0) \
	CALL("clock_nanosleep_time64", 407, 22, "clock_nanosleep", \
	     "clockid=99 flags=TIMER_ABSTIME rqtp=500us", 99, 1, D(time64), 0) \
	CALL("setrlimit", 75, 22, "setrlimit", \
	     "cur=100 max=-1 resource=RLIMIT_UNKNOWN", 99, D(limits)) \
	CALL("mmap2", 192, 9, "mmap", \
	     "addr=0x0 length=4096 prot=PROT_READ flags=MAP_PRIVATE offset=8192 fd=-1", \
	     0, 4096, 1, 2, -1, 2) \
	CALL("fallocate", 352, 9, "fallocate", "mode=0 offset=8589934593 len=17179869187 fd=-1", \
	     -1, 0, 1, 2, 3, 4) \
	CALL("sync_file_range2", 341, 9, "sync_file_range", \
	     "offset=1 nbytes=4294967298 flags=SYNC_FILE_RANGE_WRITE fd=-1", -1, 2, 1, 0, 2, 1) \
	CALL("fadvise64_64", 270, 9, "fadvise64", \
	     "offset=4294967297 len=2 advice=POSIX_FADV_WILLNEED fd=-1", -1, 3, 1, 1, 2, 0) \
	CALL("truncate64", 193, 2, "truncate", \
	     "path=/nonexistent length=4294967301", D(path), 99, 5, 1) \
	CALL("fanotify_mark", 368, 9, "fanotify_mark", \
	     "pathname=/nonexistent flags=FAN_MARK_ADD mask=FAN_MODIFY fanotify_fd=-1 " \
	     "dirfd=AT_FDCWD", \
	     -1, 1, 2, 0, -100, D(path)) \
	CALL("socket", 281, 0, "socket", "domain=AF_LOCAL type=SOCK_STREAM proto=0", 1, 1, 0) \
	CALL("connect", 283, 9, "connect", "addr=127.0.0.1:9", -1, D(address), 16) \
	CALL("send", 289, 9, "sendto", "size=5 flags=MSG_DONTWAIT data=hello fd=-1", \
	     -1, D(text), 5, 64) \
	CALL("setsockopt", 294, 9, "setsockopt", \
	     "level=SOL_SOCKET optname=SO_RCVTIMEO val=1.5s optlen=8 fd=-1", \
	     -1, 1, 20, D(timeval), 8) \
	CALL("sendmsg", 296, 9, "sendmsg", "size=10 flags=0 data=helloworld fd=-1", \
	     -1, D(message), 0) \
	CALL("semget", 299, 2, "semget", "key=0x77777777 nsems=1", 0x77777777, 1, 0) \
	CALL("msgctl", 304, 22, "msgctl", "msqid=-1 cmd=IPC_STAT buf=NULL", -1, 0x102, 0) \
	CALL("rt_sigprocmask", 175, 0, "rt_sigprocmask", "how=SIG_BLOCK set=[USR1] sigsetsize=8", \
	     0, D(set), 0, 8) \
	CALL("rt_sigaction", 174, 22, "rt_sigaction", \
	     "sig=SIGKILL act={handler=SIG_IGN, mask=[USR2], flags=0}", 9, D(action), 0, 8) \
	CALL("wait4", 114, 10, "wait4", "pid=-1 options=WNOHANG", -1, D(status), 1, 0) \
	CALL("setreuid of 16 bits", 70, 0, "setreuid", "ruid=-1 euid=-1", 0xffff, 0xffff) \
	CALL("chown32", 212, 2, "chown", "path=/nonexistent uid=-1 gid=5", D(path), -1, 5) \
	CALL("chown of 16 bits", 182, 2, "chown", \
	     "path=/nonexistent uid=-1 gid=5", D(path), 0xffff, 5) \
	CALL("execve", 11, 2, "execve", "filename=/nonexistent exe=user.name args=hello world", \
	     D(path), D(argv), 0) \
	CALL("kill", 37, 3, "kill", "pid=-77777777 sig=0", -77777777, 0) \
	CALL("sigaction has a row of its own", 67, 22, "sigaction", \
	     "sig=SIGKILL act=0x", 9, D(action), 0) \
	CALL("nice", 34, 0, "nice", "inc=0", 0) \
	CALL("setxattr", 226, 2, "setxattr", \
	     "pathname=/nonexistent name=user.name size=5 flags=0 value=hello", \
	     D(path), D(name), D(text), 5, 0) \
	CALL("the architecture's own", 0xf0005, 0, "set_tls", "val=0x12340", 0x12340)
/* clang-format on */

#endif
