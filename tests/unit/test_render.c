/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rendering: every parameter and argument type, whole events, hostile bytes, small buffers.
 * Expected texts are what an operator reads; they follow the capture format, not the code.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "build_record.h"
#include "probe/schema/render.h"

#define CASES_LEN(cases) ((int)(sizeof(cases) / sizeof((cases)[0])))
/* Bytes of a string literal, embedded NULs included, without the last. */
#define BYTES(literal) .bytes = (literal), .len = sizeof(literal) - 1

/* One parameter of given bytes (little-endian numbers) in an event that is otherwise empty. */
struct param_case {
	const char *event;
	const char *param;
	const char *bytes;
	size_t len;
	const char *text;
};
static const struct param_case param_cases[] = {
	/* Numbers. */
	{ "SYSCALL_SEMOP_X", "sem_op_0", BYTES("\xff\xff"), "-1" },
	{ "SYSCALL_SEMOP_X", "semid", BYTES("\x07\0\0\0"), "7" },
	{ "SYSCALL_SEMOP_X", "sem_num_0", BYTES("\xff\xff"), "65535" },
	{ "SYSCALL_READ_X", "size", BYTES("\0\0\0\x80"), "2147483648" },
	{ "SYSCALL_OPEN_X", "ino", BYTES("\xff\xff\xff\xff\xff\xff\xff\xff"),
	  "18446744073709551615" },
	{ "SYSCALL_GETRLIMIT_X", "cur", BYTES("\xff\xff\xff\xff\xff\xff\xff\xff"), "-1" },
	{ "SYSCALL_EXECVE_19_X", "cap_effective", BYTES("\xff\xff\0\0\0\0\0\0"), "0xffff" },
	{ "PROCEXIT_1_E", "core", BYTES("\xff"), "255" },
	{ "SYSCALL_POLL_X", "timeout", BYTES("\xff\xff\xff\xff\xff\xff\xff\xff"), "-1" },
	/* Results, fds, ids. */
	{ "SYSCALL_READ_X", "res", BYTES("\xfe\xff\xff\xff\xff\xff\xff\xff"), "ENOENT" },
	{ "SYSCALL_READ_X", "res", BYTES("\x10\0\0\0\0\0\0\0"), "16" },
	{ "SYSCALL_READ_X", "res", BYTES("\0\xf0\xff\xff\xff\xff\xff\xff"), "-4096" },
	{ "SYSCALL_READ_X", "fd", BYTES("\x03\0\0\0\0\0\0\0"), "3" },
	{ "SYSCALL_READ_X", "fd", BYTES("\xff\xff\xff\xff\xff\xff\xff\xff"), "-1" },
	{ "SYSCALL_OPENAT_2_X", "dirfd", BYTES("\x9c\xff\xff\xff\xff\xff\xff\xff"), "AT_FDCWD" },
	{ "SYSCALL_OPENAT_2_X", "fd", BYTES("\xf3\xff\xff\xff\xff\xff\xff\xff"), "EACCES" },
	/* A result of -100 is an errno, not that fd. */
	{ "SYSCALL_OPENAT_2_X", "fd", BYTES("\x9c\xff\xff\xff\xff\xff\xff\xff"), "ENETDOWN" },
	{ "ITER_TASK_FILE_PIPE_E", "fd", BYTES("\x09\0\0\0"), "9" },
	{ "SYSCALL_KILL_X", "pid", BYTES("\xff\xff\xff\xff\xff\xff\xff\xff"), "-1" },
	{ "ITER_TASK_E", "ppid", BYTES("\x39\x05\0\0"), "1337" },
	{ "SYSCALL_EXECVE_19_X", "uid", BYTES("\xe8\x03\0\0"), "1000" },
	{ "SYSCALL_EXECVE_19_X", "loginuid", BYTES("\xff\xff\xff\xff"), "-1" },
	{ "SYSCALL_EXECVE_19_X", "gid", BYTES("\xfe\xff\xff\xff"), "4294967294" },
	{ "SYSCALL_CHOWN_X", "uid", BYTES("\xff\xff\xff\xff"), "-1" },
	/* Modes and devices. */
	{ "SYSCALL_OPEN_X", "mode", BYTES("\xa4\x01\0\0"), "0644" },
	{ "SYSCALL_MKDIR_2_X", "mode", BYTES("\xff\x03\0\0"), "01777" },
	{ "SYSCALL_CHMOD_X", "mode", BYTES("\xed\x09\0\0"), "04755" },
	{ "SYSCALL_MKNOD_X", "mode", BYTES("\xb6\x21\0\0"), "S_IFCHR|0666" },
	{ "SYSCALL_MKNOD_X", "mode", BYTES("\x80\xc1\0\0"), "S_IFSOCK|0600" },
	{ "SYSCALL_OPEN_X", "dev", BYTES("\x01\x08\0\0"), "8:1" },
	{ "SYSCALL_OPEN_X", "dev", BYTES("\xff\x03\x11\0"), "259:511" },
	{ "SYSCALL_MOUNT_X", "dev", BYTES("/dev/sda1\0"), "/dev/sda1" },
	/* Flags. */
	{ "SYSCALL_OPEN_X", "flags", BYTES("\x01\x10\0\0"), "O_RDONLY|O_CLOEXEC" },
	{ "SYSCALL_OPEN_X", "flags", BYTES("\x07\x01\0\0"), "O_TRUNC|O_CREAT|O_RDWR" },
	{ "SYSCALL_OPEN_X", "flags", BYTES("\0\0\0\0"), "O_NONE" },
	{ "SYSCALL_CREAT_X", "creat_flags", BYTES("\x02\0"), "FD_LOWER_LAYER_CREAT" },
	{ "SOCKET_SHUTDOWN_X", "how", BYTES("\x02"), "SHUT_RDWR" },
	{ "SYSCALL_LSEEK_X", "whence", BYTES("\0"), "SEEK_SET" },
	{ "SYSCALL_LSEEK_X", "whence", BYTES("\x09"), "9" },
	{ "SOCKET_SOCKET_X", "domain", BYTES("\x0a\0\0\0"), "AF_INET6" },
	{ "SYSCALL_PTRACE_X", "request", BYTES("\x14\0"), "PTRACE_SEIZE" },
	{ "PAGE_FAULT_E", "error", BYTES("\x06\x01\0\0"), "PAGE_NOT_PRESENT|WRITE_ACCESS|0x100" },
	{ "SYSCALL_ACCESS_X", "mode", BYTES("\0\0\0\0"), "F_OK" },
	/* Signals, times, codes. */
	{ "SYSCALL_KILL_X", "sig", BYTES("\x0f"), "SIGTERM" },
	{ "SYSCALL_KILL_X", "sig", BYTES("\0"), "0" },
	{ "SYSCALL_KILL_X", "sig", BYTES("\x40"), "SIGRT_32" },
	{ "SYSCALL_KILL_X", "sig", BYTES("\xff"), "255" },
	{ "SYSCALL_PPOLL_X", "sigmask", BYTES("\x02\x40\0\0"), "SIGINT|SIGTERM" },
	{ "SYSCALL_PPOLL_X", "sigmask", BYTES("\0\0\0\x80"), "SIGRT_0" },
	{ "SYSCALL_PPOLL_X", "sigmask", BYTES("\0\0\0\0"), "0" },
	{ "SYSCALL_PPOLL_X", "timeout", BYTES("\0\x2f\x68\x59\0\0\0\0"), "1.5s" },
	{ "SYSCALL_PPOLL_X", "timeout", BYTES("\0\xca\x9a\x3b\0\0\0\0"), "1s" },
	{ "SYSCALL_PPOLL_X", "timeout", BYTES("\x40\x42\x0f\0\0\0\0\0"), "1ms" },
	{ "SYSCALL_PPOLL_X", "timeout", BYTES("\xdc\x05\0\0\0\0\0\0"), "1.5us" },
	{ "SYSCALL_PPOLL_X", "timeout", BYTES("\x07\0\0\0\0\0\0\0"), "7ns" },
	{ "SYSCALL_PPOLL_X", "timeout", BYTES("\0\0\0\0\0\0\0\0"), "0ns" },
	{ "SYSCALL_PPOLL_X", "timeout", BYTES("\xff\xff\xff\xff\xff\xff\xff\xff"), "infinite" },
	{ "SYSCALL_EXECVE_19_X", "exe_ino_mtime", BYTES("\x01\0\x2a\x36\xfe\x9c\x97\x17"),
	  "1700000000.000000001" },
	{ "GENERIC_X", "ID", BYTES("\x05\0"), "open" },
	{ "GENERIC_X", "ID", BYTES("\xff\xff"), "65535" },
	/* Text. */
	{ "SYSCALL_OPEN_X", "name", BYTES("/etc/passwd\0"), "/etc/passwd" },
	{ "SYSCALL_OPEN_X", "name", BYTES("no NUL"), "no NUL" },
	{ "SYSCALL_OPEN_X", "name", BYTES("\0"), "" },
	{ "SYSCALL_OPEN_X", "name", BYTES(""), "<NA>" },
	{ "SYSCALL_OPEN_X", "name", BYTES("a\033[31m\nb\0"), "a\\x1b[31m\\x0ab" },
	{ "SYSCALL_OPEN_X", "name", BYTES("\xff\\\0"), "\\xff\\\\" },
	{ "SYSCALL_OPENAT_2_X", "name", BYTES("r\xc3\xa9sum\xc3\xa9\0"), "r\xc3\xa9sum\xc3\xa9" },
	{ "ITER_TASK_E", "argv", BYTES("ls\0-l\0my file\0"), "ls -l my file" },
	{ "ITER_TASK_E", "argv", BYTES("a\0\0b"), "a  b" },
	{ "TRACER_X", "args", BYTES("k\0v\0k2\0v2\0"), "k=v k2=v2" },
	{ "SYSCALL_EXECVE_19_X", "args", BYTES("-c\0echo \033\0"), "-c echo \\x1b" },
	{ "SYSCALL_EXECVE_19_X", "env", BYTES("A=1\0B=2\0"), "A=1 B=2" },
	{ "SYSCALL_READ_X", "data", BYTES("GET / HTTP\r\n\0\xff~"), "GET / HTTP....~" },
	{ "SYSCALL_READ_X", "data", BYTES(""), "" },
	{ "SYSCALL_READ_X", "size", BYTES(""), "<NA>" },
	/* Addresses and tuples. */
	{ "SOCKET_BIND_X", "addr", BYTES("\x02\x7f\0\0\x01\x90\x1f"), "127.0.0.1:8080" },
	{ "SOCKET_BIND_X", "addr", BYTES("\x0a\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\x50\0"),
	  "[::1]:80" },
	{ "SOCKET_BIND_X", "addr", BYTES("\x01/run/x.sock\0"), "/run/x.sock" },
	{ "SOCKET_BIND_X", "addr", BYTES("\x01\0bus\x07"), "@bus\\x07" },
	{ "SOCKET_BIND_X", "addr", BYTES("\x01"), "" },
	{ "SOCKET_BIND_X", "addr", BYTES("\x01\0\0\0"), "" },
	{ "SOCKET_BIND_X", "addr", BYTES("\x10"), "AF_NETLINK" },
	{ "SOCKET_BIND_X", "addr", BYTES("\xfe"), "254" },
	{ "SOCKET_CONNECT_X", "tuple", BYTES("\x02\x01\x02\x03\x04\x50\0\x05\x06\x07\x08\x5a\0"),
	  "1.2.3.4:80->5.6.7.8:90" },
	{ "SOCKET_CONNECT_X", "tuple",
	  BYTES("\x0a\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01\x50\0"
		"\0\0\0\0\0\0\0\0\0\0\xff\xff\x05\x06\x07\x08\x5a\0"),
	  "[2001:db8::1]:80->[::ffff:5.6.7.8]:90" },
	{ "SOCKET_CONNECT_X", "tuple",
	  BYTES("\x01\x10\0\0\0\0\0\0\0\x20\0\0\0\0\0\0\0/run/x.sock\0"), "/run/x.sock" },
	{ "SOCKET_CONNECT_X", "tuple", BYTES("\x01\x10\0\0\0\0\0\0\0\x20\0\0\0\0\0\0\0\0"),
	  "0x10->0x20" },
	{ "SOCKET_CONNECT_X", "tuple", BYTES("\x01\x10\0\0\0\0\0\0\0\x20\0\0\0\0\0\0\0\0bus"),
	  "@bus" },
	{ "ITER_TASK_FILE_SOCKET_INET_E", "local_ip", BYTES("\x0a\0\0\x01"), "10.0.0.1" },
	{ "ITER_TASK_FILE_SOCKET_INET6_E", "remote_ip",
	  BYTES("\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\x02"), "fe80::2" },
	/* Lists and dynamic values. */
	{ "SYSCALL_POLL_X", "fds",
	  BYTES("\x02\0\x03\0\0\0\0\0\0\0\x05\0\xff\xff\xff\xff\xff\xff\xff\xff\0\0"),
	  "3:POLLIN|POLLOUT,-1:0" },
	{ "SYSCALL_POLL_X", "fds", BYTES("\0\0"), "" },
	{ "SOCKET_SETSOCKOPT_X", "val", BYTES("\0ab\0"), "ab." },
	{ "SOCKET_SETSOCKOPT_X", "val", BYTES("\0\x3c\0\0\0"), "60" },
	{ "SOCKET_GETSOCKOPT_X", "val", BYTES("\0\xff\xff\xff\xff"), "-1" },
	{ "SOCKET_GETSOCKOPT_X", "val", BYTES("\0reno"), "reno" },
	{ "SOCKET_SETSOCKOPT_X", "val", BYTES("\x01\xf3\xff\xff\xff\xff\xff\xff\xff"), "EACCES" },
	{ "SOCKET_SETSOCKOPT_X", "val", BYTES("\x02\x01\0\0\0"), "1" },
	{ "SOCKET_SETSOCKOPT_X", "val", BYTES("\x03\x02\0\0\0\0\0\0\0"), "2" },
	{ "SOCKET_GETSOCKOPT_X", "val", BYTES("\x04\0\xca\x9a\x3b\0\0\0\0"), "1s" },
	{ "SOCKET_GETSOCKOPT_X", "val", BYTES("\x09zz"), "zz" },
	{ "SYSCALL_PTRACE_X", "addr", BYTES("\0\x10\0\0\0\0\0\0\0"), "0x10" },
	{ "SYSCALL_PTRACE_X", "data", BYTES("\x01\x09"), "SIGKILL" },
	{ "SYSCALL_KEYCTL_X", "arg2", BYTES("\0\xff\xff\xff\xff\xff\xff\xff\xff"), "-1" },
	{ "SYSCALL_KEYCTL_X", "arg3", BYTES("\x01ring\n\0"), "ring\\x0a" },
	{ "SYSCALL_KEYCTL_X", "arg3", BYTES("\x01"), "" },
};

START_TEST(test_param)
{
	static struct build_record b;
	const struct param_case *c = &param_cases[_i];
	const struct event_desc *desc = event_by_id(c->event);
	char text[256];
	struct text_buf buf;
	struct event event;
	int index;

	ck_assert_msg(desc, "no event %s", c->event);
	index = event_param_index(desc, c->param);
	ck_assert_msg(index >= 0, "%s has no %s", c->event, c->param);
	build_record_init(&b, desc->code, &(struct build_prefix){ .pid = 5, .nr = -1 });
	for (int i = 0; i < index; i++)
		build_record_empty(&b);
	build_record_bytes(&b, c->bytes, c->len);
	ck_assert_msg(event_decode(b.data, build_record_finish(&b), &event) == 0, "%s.%s: %s",
		      c->event, c->param, c->text);
	text_buf_init(&buf, text, sizeof(text));
	event_arg_render(&event, (size_t)index, &buf);
	ck_assert_msg(strcmp(text, c->text) == 0, "%s.%s: \"%s\", expected \"%s\"", c->event,
		      c->param, text, c->text);
	ck_assert_str_eq(event_arg_name(&event, (size_t)index), c->param);
}
END_TEST

/* One raw argument of a generic event. */
struct raw_case {
	const char *syscall;
	int index;
	uint64_t value;
	const char *text; /* "name=value" */
};
static const struct raw_case raw_cases[] = {
	{ "faccessat", 0, (uint64_t)-100, "dirfd=AT_FDCWD" },
	{ "faccessat", 0, 0xffffff9c, "dirfd=AT_FDCWD" },
	{ "faccessat", 1, 0x7ffe1000, "filename=0x7ffe1000" },
	{ "faccessat", 1, 0, "filename=NULL" },
	{ "faccessat", 2, 6, "mode=R_OK|W_OK" },
	{ "faccessat", 2, 0, "mode=F_OK" },
	{ "openat", 2, 0x80000, "flags=O_RDONLY|O_CLOEXEC" },
	{ "openat", 2, 0x80241, "flags=O_WRONLY|O_CREAT|O_TRUNC|O_CLOEXEC" },
	{ "openat", 2, 0, "flags=O_RDONLY" },
	{ "openat", 2, 0x10000000, "flags=O_RDONLY|0x10000000" },
	{ "openat", 3, 0644, "mode=0644" },
	{ "umask", 0, 022, "mask=022" },
	{ "mmap", 1, 4096, "len=4096" },
	{ "mmap", 2, 3, "prot=PROT_READ|PROT_WRITE" },
	{ "mmap", 2, 0, "prot=PROT_NONE" },
	{ "mmap", 3, 0x22, "flags=MAP_PRIVATE|MAP_ANONYMOUS" },
	{ "mmap", 3, 0x100003, "flags=MAP_SHARED_VALIDATE|MAP_FIXED_NOREPLACE" },
	{ "mmap", 4, UINT64_MAX, "fd=-1" },
	{ "mmap", 0, 0xffffffffff600000, "addr=0xffffffffff600000" },
	{ "futex", 1, 0x80, "op=FUTEX_WAIT|FUTEX_PRIVATE_FLAG" },
	{ "futex", 1, 0x189, "op=FUTEX_WAIT_BITSET|FUTEX_PRIVATE_FLAG|FUTEX_CLOCK_REALTIME" },
	{ "clone", 0, 0x01200011, "flags=SIGCHLD|CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID" },
	{ "socket", 0, 1, "domain=AF_UNIX" },
	{ "socket", 1, 0x80001, "type=SOCK_STREAM|SOCK_CLOEXEC" },
	{ "lseek", 1, (uint64_t)-5, "offset=-5" },
	{ "lseek", 2, 2, "whence=SEEK_END" },
	{ "lseek", 2, 77, "whence=77" },
	{ "lseek", 2, 0xffffffff00000001, "whence=SEEK_CUR" },
	{ "shmget", 2, 03600, "shmflg=IPC_CREAT|IPC_EXCL|0600" },
	{ "shmget", 2, 0x54000b80, "shmflg=IPC_CREAT|SHM_HUGETLB|0x54000000|0600" },
	{ "shmget", 2, 0x54000000, "shmflg=0x54000000" },
	{ "msgget", 1, 0, "msgflg=0" },
	{ "kill", 0, (uint32_t)-1, "pid=-1" },
	{ "kill", 1, 9, "sig=SIGKILL" },
	{ "kill", 1, 0, "sig=0" },
	{ "setreuid", 0, 0xffffffff, "ruid=-1" },
	{ "setreuid", 1, 1000, "euid=1000" },
	{ "clock_gettime", 0, 7, "clockid=CLOCK_BOOTTIME" },
	{ "clock_gettime", 0, 0xfffffffa, "clockid=-6" },
	{ "ioctl", 1, 0x5413, "request=TIOCGWINSZ" },
	{ "ioctl", 1, 0x12345, "request=_IOC(_IOC_NONE, 0x23, 0x45, 0x1)" },
	{ "ioctl", 1, 0x5498, "request=_IOC(_IOC_NONE, 0x54, 0x98, 0)" },
	{ "lseek", 2, 4095, "whence=4095" },
	{ "lseek", 2, 4096, "whence=0x1000" },
	{ "umask", 0, 0, "mask=0" },
	{ "alarm", 0, 0xffffffff, "seconds=4294967295" },
	{ "msgrcv", 3, (uint64_t)-2, "msgtyp=-2" },
	{ "getpriority", 0, 2, "which=PRIO_USER" },
	{ "getrusage", 0, 0xffffffff, "who=RUSAGE_CHILDREN" },
	{ "wait4", 2, 0x40000001, "options=WNOHANG|__WALL" },
	{ "prctl", 0, 15, "option=PR_SET_NAME" },
	{ "unlinkat", 2, 0xffffffff00000200, "flags=AT_REMOVEDIR" },
	{ "unshare", 0, 0x300000200, "flags=CLONE_FS|0x300000000" },
};

static void decode_raw(struct build_record *b, const char *name, const struct build_prefix *prefix,
		       struct event *ret_event)
{
	const struct syscall_desc *desc = syscall_by_name(name);
	struct build_prefix own = *prefix;

	ck_assert_msg(desc && syscall_nr(desc) >= 0, "no %s here", name);
	own.nr = syscall_nr(desc);
	build_record_init(b, EVENT_CODE_GENERIC_X, &own);
	build_record_int(b, desc->sc);
	build_record_int(b, own.nr);
	ck_assert_int_eq(event_decode(b->data, build_record_finish(b), ret_event), 0);
}

START_TEST(test_raw)
{
	static struct build_record b;
	const struct raw_case *c = &raw_cases[_i];
	struct build_prefix prefix = { .pid = 5 };
	char text[256];
	struct text_buf buf;
	struct event event;

	prefix.args[c->index] = c->value;
	decode_raw(&b, c->syscall, &prefix, &event);
	ck_assert_str_eq(event_name(&event), c->syscall);
	text_buf_init(&buf, text, sizeof(text));
	text_buf_add(&buf, event_arg_name(&event, (size_t)c->index));
	text_buf_add(&buf, "=");
	event_arg_render(&event, (size_t)c->index, &buf);
	ck_assert_msg(strcmp(text, c->text) == 0, "%s: \"%s\", expected \"%s\"", c->syscall, text,
		      c->text);
}
END_TEST

struct result_case {
	const char *syscall;
	int64_t ret;
	const char *text;
};
static const struct result_case result_cases[] = {
	{ "fsync", RECORD_RET_UNKNOWN, "unknown" },
	{ "getppid", 42, "42" },
	{ "close", 0, "0" },
	{ "close", -9, "EBADF" },
	{ "close", -1000, "-1000" },
	{ "read", -512, "ERESTARTSYS" },
	{ "read", -4096, "-4096" },
	{ "mmap", 0x7f0000001000, "0x7f0000001000" },
	{ "mmap", -12, "ENOMEM" },
	{ "lseek", 0x7f0000001000, "139637976731648" },
	{ "exit_group", 0, "-" },
};

START_TEST(test_result)
{
	static struct build_record b;
	const struct result_case *c = &result_cases[_i];
	char text[64];
	struct text_buf buf;
	struct event event;

	decode_raw(&b, c->syscall, &(struct build_prefix){ .pid = 5, .ret = c->ret }, &event);
	text_buf_init(&buf, text, sizeof(text));
	event_result_render(&event, &buf);
	ck_assert_msg(strcmp(text, c->text) == 0, "%s: \"%s\", expected \"%s\"", c->syscall, text,
		      c->text);
}
END_TEST

/* Without a syscall number the result is the event's own, and a tracepoint has none. */
START_TEST(test_result_of_parameters)
{
	static struct build_record b;
	const struct build_prefix prefix = { .pid = 5, .nr = -1 };
	char text[64];
	struct text_buf buf;
	struct event event;

	build_record_init(&b, EVENT_CODE_SYSCALL_OPEN_X, &prefix);
	build_record_int(&b, -13);
	ck_assert_int_eq(event_decode(b.data, build_record_finish(&b), &event), 0);
	text_buf_init(&buf, text, sizeof(text));
	event_result_render(&event, &buf);
	ck_assert_str_eq(text, "EACCES");

	build_record_init(&b, EVENT_CODE_SYSCALL_GETUID_X, &prefix);
	build_record_int(&b, 1000);
	ck_assert_int_eq(event_decode(b.data, build_record_finish(&b), &event), 0);
	text_buf_init(&buf, text, sizeof(text));
	event_result_render(&event, &buf);
	ck_assert_str_eq(text, "1000");

	build_record_init(&b, EVENT_CODE_PROCEXIT_1_E, &prefix);
	build_record_int(&b, 256);
	ck_assert_int_eq(event_decode(b.data, build_record_finish(&b), &event), 0);
	text_buf_init(&buf, text, sizeof(text));
	event_result_render(&event, &buf);
	ck_assert_str_eq(text, "-");
}
END_TEST

/* Where the kernel's object has another name than the one called. */
struct path_case {
	const char *called;
	const char *path;
	uint8_t flags;
	const char *text; /* of the name argument */
};
static const struct path_case path_cases[] = {
	{ "link", NULL, 0, "name=link" },
	{ "link", "/real/file", 0, "name=link(/real/file)" },
	{ "/real/file", "/real/file", 0, "name=/real/file" },
	{ "/real/file", "/real/file2", 0, "name=/real/file(/real/file2)" },
	{ "x", "/y", RECORD_EXT_F_RACED, "name=x(~/y)" },
	{ "x", "/y", RECORD_EXT_F_CUT, "name=x(.../y)" },
	{ "x", "/y", RECORD_EXT_F_DELETED, "name=x(/y deleted)" },
	{ "/y", "/y", RECORD_EXT_F_DELETED, "name=/y(/y deleted)" },
	{ NULL, "/y", 0, "name=<NA>(/y)" },
	{ "x", "/y\n", 0, "name=x(/y\\x0a)" },
};

START_TEST(test_path)
{
	static struct build_record b;
	const struct path_case *c = &path_cases[_i];
	char expected[256];
	char text[256];
	struct text_buf buf;
	struct event event;

	build_record_init(
		&b, EVENT_CODE_SYSCALL_OPENAT_2_X,
		&(struct build_prefix){ .pid = 5, .nr = syscall_nr(syscall_by_name("openat")) });
	if (c->path)
		build_record_ext(&b, RECORD_EXT_PATH, c->flags, c->path, strlen(c->path));
	build_record_int(&b, 3);
	build_record_int(&b, -100);
	if (c->called)
		build_record_text(&b, c->called);
	else
		build_record_empty(&b);
	build_record_int(&b, 1);
	build_record_int(&b, 0);
	build_record_int(&b, 0x801);
	build_record_int(&b, 42);
	ck_assert_int_eq(event_decode(b.data, build_record_finish(&b), &event), 0);
	text_buf_init(&buf, text, sizeof(text));
	event_args_render(&event, NULL, &buf);
	snprintf(expected, sizeof(expected),
		 "%s flags=O_RDONLY mode=0 dirfd=AT_FDCWD dev=8:1 ino=42", c->text);
	ck_assert_str_eq(text, expected);
}
END_TEST

/* What a ring did is told from what a system call did. */
START_TEST(test_uring_line)
{
	static struct build_record b;
	struct build_prefix prefix = { .pid = 5, .nr = syscall_nr(syscall_by_name("close")) };
	char text[64];
	struct text_buf buf;
	struct event event;

	prefix.flags = RECORD_F_URING;
	build_record_init(&b, EVENT_CODE_SYSCALL_CLOSE_X, &prefix);
	build_record_int(&b, 0);
	build_record_int(&b, 7);
	ck_assert_int_eq(event_decode(b.data, build_record_finish(&b), &event), 0);
	text_buf_init(&buf, text, sizeof(text));
	event_args_render(&event, NULL, &buf);
	ck_assert_str_eq(text, "uring fd=7");
}
END_TEST

/* A line has no environment; who asks for the argument gets all of it. */
START_TEST(test_environment)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *line, *value;
	} cases[] = {
		{ "", 0, "env=[0 vars]", "" },
		{ "A=1", 4, "env=[1 var]", "A=1" },
		{ "A=1\0PASSWORD=x y", 17, "env=[2 vars]", "A=1 PASSWORD=x y" },
		{ "A=1\0cut", 7, "env=[2 vars]", "A=1 cut" },
	};
	static struct build_record b;
	const struct event_desc *desc = event_by_id("SYSCALL_EXECVE_19_X");
	int env = event_param_index(desc, "env");
	char text[1024];
	struct text_buf buf;
	struct event event;

	ck_assert_int_ge(env, 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		build_record_init(&b, desc->code, &(struct build_prefix){ .pid = 5 });
		for (int param = 0; param < env; param++)
			build_record_empty(&b);
		build_record_bytes(&b, cases[i].bytes, cases[i].len);
		ck_assert_int_eq(event_decode(b.data, build_record_finish(&b), &event), 0);
		text_buf_init(&buf, text, sizeof(text));
		event_args_render(&event, NULL, &buf);
		ck_assert_msg(strstr(text, cases[i].line) && !strstr(text, "A=1"), "%s", text);
		text_buf_init(&buf, text, sizeof(text));
		event_arg_render(&event, (size_t)env, &buf);
		ck_assert_str_eq(text, cases[i].value);
	}
}
END_TEST

START_TEST(test_raw_line)
{
	static struct build_record b;
	struct build_prefix prefix = { .pid = 5, .args = { 62, 15 } };
	char text[64];
	struct text_buf buf;
	struct event event;

	decode_raw(&b, "kill", &prefix, &event);
	ck_assert_uint_eq(event_args_len(&event), 2);
	text_buf_init(&buf, text, sizeof(text));
	event_args_render(&event, NULL, &buf);
	ck_assert_str_eq(text, "pid=62 sig=SIGTERM");
	event_arg_render(&event, 2, &buf);
	ck_assert_str_eq(text, "pid=62 sig=SIGTERM");
	ck_assert_str_eq(event_arg_name(&event, 2), "");

	decode_raw(&b, "getppid", &prefix, &event);
	text_buf_init(&buf, text, sizeof(text));
	event_args_render(&event, NULL, &buf);
	ck_assert_str_eq(text, "");
}
END_TEST

/* A number that no table knows keeps its numbers as arguments. */
START_TEST(test_unknown_syscall)
{
	static struct build_record b;
	char text[64];
	struct text_buf buf;
	struct event event;

	build_record_init(&b, EVENT_CODE_GENERIC_X, &(struct build_prefix){ .pid = 5, .nr = 400 });
	build_record_int(&b, 0);
	build_record_int(&b, 400);
	ck_assert_int_eq(event_decode(b.data, build_record_finish(&b), &event), 0);
	ck_assert_str_eq(event_name(&event), "syscall");
	text_buf_init(&buf, text, sizeof(text));
	event_args_render(&event, NULL, &buf);
	ck_assert_str_eq(text, "ID=0 nativeID=400");
}
END_TEST

/* Bytes of the host that must not reach a terminal as they are. */
struct safe_case {
	const char *bytes;
	size_t len;
	const char *text;
};
static const struct safe_case safe_cases[] = {
	{ BYTES("plain text ~"), "plain text ~" },
	{ BYTES("\0\t\n\r\033\x7f"), "\\x00\\x09\\x0a\\x0d\\x1b\\x7f" },
	{ BYTES("\\x41"), "\\\\x41" },
	{ BYTES("\xc2\x9b[0m"), "\\xc2\\x9b[0m" }, /* C1 control CSI */
	{ BYTES("\xc3\xa9 \xe2\x82\xac \xf0\x9f\xa6\x85"),
	  "\xc3\xa9 \xe2\x82\xac \xf0\x9f\xa6\x85" },
	{ BYTES("\xc3"), "\\xc3" }, /* cut */
	{ BYTES("\xc3(\xe2\x82"), "\\xc3(\\xe2\\x82" },
	{ BYTES("\xc0\xaf"), "\\xc0\\xaf" }, /* overlong */
	{ BYTES("\xe0\x80\xaf"), "\\xe0\\x80\\xaf" },
	{ BYTES("\xf0\x80\x80\xaf"), "\\xf0\\x80\\x80\\xaf" },
	{ BYTES("\xed\xa0\x80"), "\\xed\\xa0\\x80" },          /* surrogate */
	{ BYTES("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80" }, /* beyond Unicode */
	{ BYTES("\xfe\xff\x80"), "\\xfe\\xff\\x80" },
	{ BYTES("a\xe2\x80\xae"
		"b"),
	  "a\\xe2\\x80\\xaeb" }, /* right-to-left override */
	{ BYTES("\xe2\x81\xa6\xe2\x80\xa8"), "\\xe2\\x81\\xa6\\xe2\\x80\\xa8" },
	{ BYTES(""), "" },
};

START_TEST(test_safe)
{
	const struct safe_case *c = &safe_cases[_i];
	char text[128];
	struct text_buf buf;

	text_buf_init(&buf, text, sizeof(text));
	text_buf_add_safe(&buf, c->bytes, c->len);
	ck_assert_msg(strcmp(text, c->text) == 0, "\"%s\", expected \"%s\"", text, c->text);
	ck_assert_uint_eq(buf.len, strlen(text));
	ck_assert_uint_eq(buf.truncated, 0);
}
END_TEST

/* What fits in a buffer of a size: whole characters, and nothing after the first that did not. */
struct cut_case {
	size_t size;
	const char *first;
	const char *second;
	const char *text;
	uint8_t truncated;
};
static const struct cut_case cut_cases[] = {
	{ 1, "a", "", "", 1 },
	{ 1, "", "", "", 0 },
	{ 4, "abc", "", "abc", 0 },
	{ 4, "abcd", "", "abc", 1 },
	{ 4, "abcd", "e", "abc", 1 },
	{ 6, "ab\xc3\xa9\xc3\xa9", "x", "ab\xc3\xa9", 1 },
	{ 5, "ab\xe2\x82\xac", "", "ab", 1 },
	{ 6, "ab\xe2\x82\xac", "", "ab\xe2\x82\xac", 0 },
	{ 4, "\xf0\x9f\xa6\x85", "x", "", 1 },
	{ 5, "\xf0\x9f\xa6\x85", "x", "\xf0\x9f\xa6\x85", 1 },
	{ 5, "ab", "cdef", "abcd", 1 },
};

START_TEST(test_cut)
{
	const struct cut_case *c = &cut_cases[_i];
	char *text = malloc(c->size); /* exactly, for the sanitizer */
	struct text_buf buf;

	text_buf_init(&buf, text, c->size);
	text_buf_add(&buf, c->first);
	text_buf_add(&buf, c->second);
	ck_assert_msg(strcmp(text, c->text) == 0 && buf.truncated == c->truncated,
		      "%zu: \"%s\" %u, expected \"%s\"", c->size, text, buf.truncated, c->text);
	text_buf_init(&buf, text, c->size);
	text_buf_printf(&buf, "%s", c->first);
	text_buf_printf(&buf, "%s", c->second);
	ck_assert_msg(strcmp(text, c->text) == 0 && buf.truncated == c->truncated,
		      "%zu: printf \"%s\" %u, expected \"%s\"", c->size, text, buf.truncated,
		      c->text);
	ck_assert_uint_eq(buf.len, strlen(text));
	free(text);
}
END_TEST

/* Every prefix of a long line is the line's start. */
START_TEST(test_small_buffers)
{
	static struct build_record b;
	char whole[512];
	struct text_buf buf;
	struct event event;

	build_record_init(&b, EVENT_CODE_SOCKET_CONNECT_X,
			  &(struct build_prefix){ .pid = 5, .nr = -1 });
	build_record_ext(&b, RECORD_EXT_PATH, RECORD_EXT_F_RACED, "/x\xc3\xa9\033", 5);
	build_record_int(&b, 0);
	build_record_bytes(&b, "\x01\x10\0\0\0\0\0\0\0\x20\0\0\0\0\0\0\0/\xe2\x82\xac\n", 22);
	ck_assert_int_eq(event_decode(b.data, build_record_finish(&b), &event), 0);
	text_buf_init(&buf, whole, sizeof(whole));
	event_args_render(&event, NULL, &buf);
	ck_assert_str_eq(whole, "tuple=/\xe2\x82\xac\\x0a addr=<NA> fd=<NA>");
	for (size_t size = 1; size <= strlen(whole) + 1; size++) {
		char *text = malloc(size);

		text_buf_init(&buf, text, size);
		event_args_render(&event, NULL, &buf);
		ck_assert_msg(strncmp(whole, text, strlen(text)) == 0, "%zu: %s", size, text);
		ck_assert_msg(buf.len + 4 >= size, "%zu: only %zu used", size, buf.len);
		ck_assert_int_eq(buf.truncated, size <= strlen(whole));
		free(text);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("render");
	TCase *tcase = tcase_create("render");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(tcase, test_param, 0, CASES_LEN(param_cases));
	tcase_add_loop_test(tcase, test_raw, 0, CASES_LEN(raw_cases));
	tcase_add_loop_test(tcase, test_result, 0, CASES_LEN(result_cases));
	tcase_add_test(tcase, test_result_of_parameters);
	tcase_add_loop_test(tcase, test_path, 0, CASES_LEN(path_cases));
	tcase_add_test(tcase, test_uring_line);
	tcase_add_test(tcase, test_raw_line);
	tcase_add_test(tcase, test_environment);
	tcase_add_test(tcase, test_unknown_syscall);
	tcase_add_loop_test(tcase, test_safe, 0, CASES_LEN(safe_cases));
	tcase_add_loop_test(tcase, test_cut, 0, CASES_LEN(cut_cases));
	tcase_add_test(tcase, test_small_buffers);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
