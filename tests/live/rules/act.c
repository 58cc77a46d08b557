/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One act a run, for the tests of rules: `act VERB ARGUMENT...` makes the call that a rule is
 * about, or one beside it. Static, so that it runs in a container that has nothing else; a copy
 * under another name acts under that name. Status 0: it was done, or tried where no more is
 * possible.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "tests/live/uring_child.h"

#define COPY_BYTES 65536
#define LINE_BYTES 4096

static int fail(const char *what)
{
	fprintf(stderr, "act: %s: %s\n", what, strerror(errno));
	return 1;
}

static int done(long rc, const char *what)
{
	return rc < 0 ? fail(what) : 0;
}

static int act_exec(char **args)
{
	execv(args[0], args);
	return fail(args[0]);
}

/* Runs a program and waits: a child with this process as its parent. */
static int act_run(char **args)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(act_exec(args));
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return fail("run");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

/* PROGRAM NAME ARGUMENT...: under another name in its arguments. */
static int act_called(char **args)
{
	execv(args[0], args + 1);
	return fail(args[0]);
}

/* UID PROGRAM ARGUMENT... */
static int act_as_user(char **args)
{
	uid_t uid = (uid_t)strtoul(args[0], NULL, 10);

	if (setresgid(uid, uid, uid) < 0 || setresuid(uid, uid, uid) < 0)
		return fail("setresuid");
	return act_run(args + 1);
}

static int act_read(char **args)
{
	return done(open(args[0], O_RDONLY), args[0]);
}

static int act_append(char **args)
{
	return done(open(args[0], O_WRONLY | O_APPEND | O_CREAT, 0600), args[0]);
}

static int act_cut(char **args)
{
	return done(open(args[0], O_WRONLY | O_TRUNC), args[0]);
}

static int act_creat(char **args)
{
	return done(creat(args[0], 0600), args[0]);
}

static int act_truncate(char **args)
{
	return done(truncate(args[0], 0), args[0]);
}

static int act_rename(char **args)
{
	return done(rename(args[0], args[1]), args[1]);
}

/* FOLDER FILE: by its handle, from a folder of that file system. */
static int act_open_handle(char **args)
{
	struct {
		struct file_handle head;
		unsigned char room[128];
	} handle = { .head = { .handle_bytes = sizeof(handle.room) } };
	int mount_id, folder = open(args[0], O_RDONLY | O_DIRECTORY);

	if (name_to_handle_at(AT_FDCWD, args[1], &handle.head, &mount_id, 0) < 0)
		return fail("name_to_handle_at");
	return done(open_by_handle_at(folder, &handle.head, O_RDONLY), "open_by_handle_at");
}

/* FILE [w]: by io_uring. */
static int act_uring_open(char **args)
{
	struct uring_child ring;
	struct io_uring_sqe *sqe;
	int rc = uring_child_open(&ring, 0);

	if (rc < 0)
		return fail("io_uring");
	sqe = uring_child_sqe(&ring, IORING_OP_OPENAT);
	sqe->fd = AT_FDCWD;
	sqe->addr = (uint64_t)(uintptr_t)args[0];
	sqe->open_flags = args[1] ? O_WRONLY : O_RDONLY;
	rc = uring_child_run(&ring);
	errno = rc < 0 ? -rc : 0;
	return done(rc, args[0]);
}

static int act_uring_setup(char **args)
{
	struct uring_child ring;

	return uring_child_open(&ring, 0) < 0 ? fail("io_uring") : 0;
}

/* FOLDER TYPE */
static int act_mount(char **args)
{
	if (mount(args[1], args[0], args[1], 0, NULL) < 0)
		return fail("mount");
	return done(umount(args[0]), "umount");
}

static int act_unshare(char **args)
{
	return done(unshare((int)strtol(args[0], NULL, 0)), "unshare");
}

static int act_setns(char **args)
{
	return done(setns(open(args[0], O_RDONLY), 0), args[0]);
}

static int copy(int to, const char *path)
{
	static char block[COPY_BYTES];
	int from = open(path, O_RDONLY);
	ssize_t len;

	if (from < 0)
		return -1;
	while ((len = read(from, block, sizeof(block))) > 0)
		if (write(to, block, (size_t)len) != len)
			return -1;
	return close(from);
}

/* PROGRAM ARGUMENT...: from memory. */
static int act_memfd(char **args)
{
	int fd = memfd_create("x", MFD_CLOEXEC);

	if (fd < 0 || copy(fd, args[0]) < 0)
		return fail("memfd");
	fexecve(fd, args, environ);
	return fail("fexecve");
}

/* FILE ARGUMENT...: a program that has no name any more when it runs. */
static int act_unlinked(char **args)
{
	int fd = open(args[0], O_RDONLY | O_CLOEXEC);

	if (fd < 0 || unlink(args[0]) < 0)
		return fail(args[0]);
	fexecve(fd, args, environ);
	return fail("fexecve");
}

static int inet_address(const char *address, const char *port, struct sockaddr_in *ret_address)
{
	*ret_address = (struct sockaddr_in){ .sin_family = AF_INET,
					     .sin_port = htons((uint16_t)atoi(port)) };
	return inet_pton(AF_INET, address, &ret_address->sin_addr) == 1 ? 0 : -1;
}

static int listener(const char *address, const char *port)
{
	struct sockaddr_in at;
	int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (inet_address(address, port, &at) < 0 || fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) < 0 ||
	    bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 || listen(fd, 4) < 0)
		return -1;
	return fd;
}

static int act_listen(char **args)
{
	return done(listener(args[0], args[1]), "listen");
}

static int connected(const char *address, const char *port)
{
	struct sockaddr_in at;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (inet_address(address, port, &at) < 0 || fd < 0 ||
	    connect(fd, (struct sockaddr *)&at, sizeof(at)) < 0)
		return -1;
	return fd;
}

/* ADDRESS PORT: to a listener of its own. */
static int act_connect(char **args)
{
	if (listener(args[0], args[1]) < 0)
		return fail("listen");
	return done(connected(args[0], args[1]), "connect");
}

/* ADDRESS PORT [PROGRAM ARGUMENT...]: a connection becomes standard input; the program keeps it. */
static int act_on_socket(char **args)
{
	int fd;

	if (listener(args[0], args[1]) < 0)
		return fail("listen");
	fd = connected(args[0], args[1]);
	if (fd < 0 || dup2(fd, STDIN_FILENO) < 0)
		return fail("dup2");
	return args[2] ? act_exec(args + 2) : 0;
}

/* PATH: to a socket of its own there. */
static int act_connect_unix(char **args)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int server = socket(AF_UNIX, SOCK_STREAM, 0), client = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(at.sun_path, sizeof(at.sun_path), "%s", args[0]);
	unlink(args[0]);
	if (bind(server, (struct sockaddr *)&at, sizeof(at)) < 0 || listen(server, 1) < 0)
		return fail("bind");
	return done(connect(client, (struct sockaddr *)&at, sizeof(at)), args[0]);
}

/* FAMILY TYPE */
static int act_socket(char **args)
{
	return done(socket(atoi(args[0]), atoi(args[1]), args[2] ? atoi(args[2]) : 0), "socket");
}

/* ADDRESS: the loopback interface of this network gets it, and is up. */
static int act_address(char **args)
{
	struct ifreq request = { .ifr_name = "lo:1" };
	struct sockaddr_in at;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (inet_address(args[0], "0", &at) < 0)
		return fail(args[0]);
	memcpy(&request.ifr_addr, &at, sizeof(at));
	if (ioctl(fd, SIOCSIFADDR, &request) < 0)
		return fail("SIOCSIFADDR");
	memcpy(request.ifr_name, "lo", 3);
	request.ifr_flags = IFF_UP | IFF_RUNNING | IFF_LOOPBACK;
	return done(ioctl(fd, SIOCSIFFLAGS, &request), "SIOCSIFFLAGS");
}

static int act_attach(char **args)
{
	int status;
	pid_t pid = fork();
	long rc;

	if (pid == 0)
		for (;;)
			pause();
	rc = ptrace(PTRACE_ATTACH, pid, NULL, NULL);
	if (rc == 0)
		waitpid(pid, &status, 0);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return done(rc, "ptrace");
}

static int act_traceme(char **args)
{
	return done(ptrace(PTRACE_TRACEME, 0, NULL, NULL), "ptrace");
}

static int act_peek(char **args)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	errno = 0;
	ptrace(PTRACE_PEEKUSER, pid, NULL, NULL);
	ptrace(PTRACE_DETACH, pid, NULL, NULL);
	waitpid(pid, &status, 0);
	return 0;
}

/* A byte from this process into its child. */
static int act_poke(char **args)
{
	static char byte;
	struct iovec at = { .iov_base = &byte, .iov_len = 1 };
	int status;
	ssize_t rc;
	pid_t pid = fork();

	if (pid == 0)
		for (;;)
			pause();
	rc = process_vm_writev(pid, &at, 1, &at, 1, 0);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return done(rc, "process_vm_writev");
}

/* These three fail on most machines: that they are tried is what rules are about. */
static int act_module(char **args)
{
	syscall(SYS_init_module, "", 0ul, "");
	return 0;
}

static int act_module_out(char **args)
{
	syscall(SYS_delete_module, "nosuch", O_NONBLOCK);
	return 0;
}

static int act_kexec(char **args)
{
	syscall(SYS_kexec_load, 0ul, 0ul, NULL, 0ul);
	return 0;
}

/* A program for the kernel that says 0, of a kind that needs little (uapi/linux/bpf.h). */
static int act_bpf(char **args)
{
	static const uint64_t code[] = { 0x00000000000000b7, 0x0000000000000095 };
	struct {
		uint32_t type, len;
		uint64_t code, license;
		uint32_t rest[20];
	} load = { .type = 1,
		   .len = 2,
		   .code = (uint64_t)(uintptr_t)code,
		   .license = (uint64_t)(uintptr_t) "GPL" };

	return done(syscall(SYS_bpf, 5, &load, sizeof(load)), "bpf");
}

static int act_bpf_map(char **args)
{
	uint32_t map[20] = { 2, 4, 4, 1 }; /* an array of one number */

	return done(syscall(SYS_bpf, 0, map, sizeof(map)), "bpf");
}

/* FILE: gets the right to open raw sockets (struct vfs_cap_data, uapi/linux/capability.h). */
static int act_setcap(char **args)
{
	static const uint32_t caps[] = { 0x02000001, 1u << 13, 0, 0, 0 };

	return done(setxattr(args[0], "security.capability", caps, sizeof(caps), 0), args[0]);
}

static int act_setxattr(char **args)
{
	return done(setxattr(args[0], "trusted.x", "y", 1, 0), args[0]);
}

/* FIFO: runs each line of it in a shell and writes its status to FIFO.out. */
static int act_serve(char **args)
{
	char out[LINE_BYTES], line[LINE_BYTES];
	FILE *in;

	snprintf(out, sizeof(out), "%s.out", args[0]);
	while ((in = fopen(args[0], "r"))) {
		while (fgets(line, sizeof(line), in)) {
			char *shell[] = { "/bin/sh", "-c", line, NULL };
			int status = act_run(shell);
			FILE *to = fopen(out, "w");

			if (!to)
				return fail(out);
			fprintf(to, "%d\n", status);
			fclose(to);
		}
		fclose(in);
	}
	return fail(args[0]);
}

/* SECONDS VERB ARGUMENT...: later, in the same program. */
static int act_later(char **args);

static const struct verb {
	const char *name;
	int (*act)(char **args);
	int args; /* at least */
} verbs[] = {
	{ "address", act_address, 1 },
	{ "append", act_append, 1 },
	{ "as-user", act_as_user, 2 },
	{ "attach", act_attach, 0 },
	{ "bpf", act_bpf, 0 },
	{ "bpf-map", act_bpf_map, 0 },
	{ "called", act_called, 2 },
	{ "connect", act_connect, 2 },
	{ "connect-unix", act_connect_unix, 1 },
	{ "creat", act_creat, 1 },
	{ "cut", act_cut, 1 },
	{ "exec", act_exec, 1 },
	{ "kexec", act_kexec, 0 },
	{ "later", act_later, 2 },
	{ "listen", act_listen, 2 },
	{ "memfd", act_memfd, 1 },
	{ "module", act_module, 0 },
	{ "module-out", act_module_out, 0 },
	{ "mount", act_mount, 2 },
	{ "on-socket", act_on_socket, 2 },
	{ "open-handle", act_open_handle, 2 },
	{ "peek", act_peek, 0 },
	{ "poke", act_poke, 0 },
	{ "read", act_read, 1 },
	{ "rename", act_rename, 2 },
	{ "run", act_run, 1 },
	{ "serve", act_serve, 1 },
	{ "setcap", act_setcap, 1 },
	{ "setns", act_setns, 1 },
	{ "setxattr", act_setxattr, 1 },
	{ "socket", act_socket, 2 },
	{ "traceme", act_traceme, 0 },
	{ "truncate", act_truncate, 1 },
	{ "unlinked", act_unlinked, 1 },
	{ "unshare", act_unshare, 1 },
	{ "uring-open", act_uring_open, 1 },
	{ "uring-setup", act_uring_setup, 0 },
};

static int act(char **args)
{
	int len = 0;

	while (args[len])
		len++;
	for (size_t i = 0; len && i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(verbs[i].name, args[0]) == 0 && len > verbs[i].args)
			return verbs[i].act(args + 1);
	return -1;
}

static int act_later(char **args)
{
	sleep((unsigned)atoi(args[0]));
	return act(args + 1);
}

int main(int argc, char **argv)
{
	const char *slash = strrchr(argv[0], '/');
	int rc = argc > 1 ? act(argv + 1) : -1;

	/* Under another name it takes what that program takes, and does nothing. */
	if (rc < 0 && strcmp(slash ? slash + 1 : argv[0], "act") == 0) {
		fprintf(stderr, "act: no act %s\n", argc > 1 ? argv[1] : "");
		return 2;
	}
	return rc < 0 ? 0 : rc;
}
