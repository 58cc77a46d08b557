/* SPDX-License-Identifier: Apache-2.0 */
/* Every parameter of the calls on files and descriptors: one case per call and outcome. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <unistd.h>
#include "expect.h"
#include "watch.h"

/* Flags of capture files. */
#define F_RDONLY 1
#define F_WRONLY 2
#define F_RDWR 3
#define F_CREAT (1 << 2)
#define F_APPEND (1 << 3)
#define F_EXCL (1 << 5)
#define F_NONBLOCK (1 << 6)
#define F_TRUNC (1 << 8)
#define F_DIRECTORY (1 << 10)
#define F_CLOEXEC (1 << 12)
#define F_CREATED (1 << 14)

#define SNAPLEN 80
#define BAD_FD 999

static char folder[PATH_MAX];

/* A new folder as working folder; leave_folder() removes it and what was made in it. */
static void enter_folder(void)
{
	snprintf(folder, sizeof(folder), "/tmp/saker-params-XXXXXX");
	if (!mkdtemp(folder) || chdir(folder) < 0)
		abort();
}

static int leave_folder(void)
{
	static const char *const names[] = { "a", "b", "new" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unlink(names[i]);
	return chdir("/") < 0 || rmdir(folder) < 0;
}

static const char *in_folder(const char *name)
{
	static char path[PATH_MAX + 64];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static int make_file(const char *name, const char *content)
{
	int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || write(fd, content, strlen(content)) < 0 || lseek(fd, 0, SEEK_SET) < 0)
		abort();
	return fd;
}

static uint32_t dev_of(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		abort();
	return (minor(st.st_dev) & 0xff) | major(st.st_dev) << 8 |
	       (minor(st.st_dev) & ~0xffu) << 12;
}

static uint64_t ino_of(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		abort();
	return st.st_ino;
}

/* dev and ino of a successful open, and its extension. */
static void expect_object(int fd, const char *path)
{
	expect_int("dev", dev_of(fd));
	expect_int("ino", (int64_t)ino_of(fd));
	expect_path(path);
	expect_file_of(fd);
}

static void expect_no_object(void)
{
	expect_int("dev", 0);
	expect_int("ino", 0);
}

static int open_works(void *arg)
{
	long fd;

	enter_folder();
	fd = expect_call(SYS_open, ARGS((long)"new", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640));
	expect_int("fd", fd);
	expect_text("name", "new");
	expect_int("flags", F_RDWR | F_CREAT | F_EXCL | F_CLOEXEC | F_CREATED);
	expect_int("mode", 0640);
	expect_object((int)fd, in_folder("new"));
	return leave_folder();
}

/* The handle of a file, and where it is mounted. */
static struct {
	struct file_handle head;
	unsigned char bytes[MAX_HANDLE_SZ];
} handle = { .head.handle_bytes = MAX_HANDLE_SZ };

static int open_by_handle_works(void *arg)
{
	int mount_id;
	long fd, root;

	enter_folder();
	close(open("new", O_CREAT | O_RDWR, 0600));
	root = open(".", O_RDONLY);
	if (name_to_handle_at(AT_FDCWD, "new", &handle.head, &mount_id, 0) < 0)
		abort();
	fd = expect_call(SYS_open_by_handle_at, ARGS(root, (long)&handle, O_RDWR | O_CLOEXEC));
	expect_int("fd", fd);
	expect_int("mountfd", root);
	expect_int("flags", F_RDWR | F_CLOEXEC);
	expect_text("path", in_folder("new"));
	expect_object((int)fd, in_folder("new"));
	return leave_folder();
}

static int open_by_handle_fails(void *arg)
{
	expect_int("fd", expect_call(SYS_open_by_handle_at, ARGS(BAD_FD, (long)&handle, O_RDONLY)));
	expect_int("mountfd", BAD_FD);
	expect_int("flags", F_RDONLY);
	expect_none("path");
	expect_no_object();
	return 0;
}

static int open_fails(void *arg)
{
	expect_int("fd",
		   expect_call(SYS_open, ARGS((long)"/nonexistent/x", O_WRONLY | O_APPEND, 0640)));
	expect_text("name", "/nonexistent/x");
	expect_int("flags", F_WRONLY | F_APPEND);
	expect_int("mode", 0);
	expect_no_object();
	return 0;
}

static int open_unreadable(void *arg)
{
	expect_int("fd", expect_call(SYS_open, ARGS(8, O_RDONLY)));
	expect_none("name");
	expect_int("flags", F_RDONLY);
	expect_int("mode", 0);
	expect_no_object();
	expect_flags(RECORD_F_UNREADABLE);
	return 0;
}

static int openat_works(void *arg)
{
	int dir, file;
	long fd;

	enter_folder();
	file = make_file("a", "x");
	dir = open(".", O_RDONLY | O_DIRECTORY);
	fd = expect_call(SYS_openat, ARGS(dir, (long)"a", O_RDONLY | O_NONBLOCK, 0777));
	expect_int("fd", fd);
	expect_int("dirfd", dir);
	expect_text("name", "a");
	expect_int("flags", F_RDONLY | F_NONBLOCK);
	expect_int("mode", 0);
	expect_object(file, in_folder("a"));
	return leave_folder();
}

static int openat_folder(void *arg)
{
	long fd = expect_call(SYS_openat, ARGS(AT_FDCWD, (long)"/", O_RDONLY | O_DIRECTORY));

	expect_int("fd", fd);
	expect_int("dirfd", -100);
	expect_text("name", "/");
	expect_int("flags", F_RDONLY | F_DIRECTORY);
	expect_int("mode", 0);
	expect_object((int)fd, "/");
	return 0;
}

static int openat_fails(void *arg)
{
	expect_int("fd", expect_call(SYS_openat,
				     ARGS(BAD_FD, (long)"x", O_RDWR | O_CREAT | O_TRUNC, 0604)));
	expect_int("dirfd", BAD_FD);
	expect_text("name", "x");
	expect_int("flags", F_RDWR | F_CREAT | F_TRUNC);
	expect_int("mode", 0604);
	expect_no_object();
	return 0;
}

/* All of resolve's bits but one, in the order of capture files. */
#define RESOLVE_KERNEL \
	(RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV | RESOLVE_BENEATH)
#define RESOLVE_SCAP (8 | 4 | 16 | 1)

static int openat2_works(void *arg)
{
	struct open_how how = { .flags = O_RDWR | O_CREAT,
				.mode = 0606,
				.resolve = RESOLVE_KERNEL };
	long fd;

	enter_folder();
	fd = expect_call(SYS_openat2, ARGS(AT_FDCWD, (long)"new", (long)&how, sizeof(how)));
	expect_int("fd", fd);
	expect_int("dirfd", -100);
	expect_text("name", "new");
	expect_int("flags", F_RDWR | F_CREAT | F_CREATED);
	expect_int("mode", 0606);
	expect_int("resolve", RESOLVE_SCAP);
	expect_object((int)fd, in_folder("new"));
	return leave_folder();
}

static int openat2_fails(void *arg)
{
	struct open_how how = { .flags = O_RDONLY, .resolve = RESOLVE_IN_ROOT };

	expect_int("fd", expect_call(SYS_openat2,
				     ARGS(AT_FDCWD, (long)"nonexistent", (long)&how, sizeof(how))));
	expect_int("dirfd", -100);
	expect_text("name", "nonexistent");
	expect_int("flags", F_RDONLY);
	expect_int("mode", 0);
	expect_int("resolve", 2);
	expect_no_object();
	return 0;
}

static int creat_works(void *arg)
{
	long fd;

	enter_folder();
	fd = expect_call(SYS_creat, ARGS((long)"new", 0751));
	expect_int("fd", fd);
	expect_text("name", "new");
	expect_int("mode", 0751);
	expect_object((int)fd, in_folder("new"));
	expect_int("creat_flags", 0);
	return leave_folder();
}

static int creat_fails(void *arg)
{
	expect_int("fd", expect_call(SYS_creat, ARGS((long)"/nonexistent/x", 0700)));
	expect_text("name", "/nonexistent/x");
	expect_int("mode", 0700);
	expect_no_object();
	expect_int("creat_flags", 0);
	return 0;
}

static int close_works(void *arg)
{
	int fd = dup(0);

	expect_int("res", expect_call(SYS_close, ARGS(fd)));
	expect_int("fd", fd);
	return 0;
}

static int close_fails(void *arg)
{
	expect_int("res", expect_call(SYS_close, ARGS(BAD_FD)));
	expect_int("fd", BAD_FD);
	return 0;
}

static int dup_works(void *arg)
{
	expect_int("res", expect_call(SYS_dup, ARGS(1)));
	expect_int("oldfd", 1);
	return 0;
}

static int dup_fails(void *arg)
{
	expect_int("res", expect_call(SYS_dup, ARGS(-1)));
	expect_int("oldfd", -1);
	return 0;
}

static int dup2_works(void *arg)
{
	expect_int("res", expect_call(SYS_dup2, ARGS(1, 77)));
	expect_int("oldfd", 1);
	expect_int("newfd", 77);
	return 0;
}

static int dup2_fails(void *arg)
{
	expect_int("res", expect_call(SYS_dup2, ARGS(BAD_FD, 77)));
	expect_int("oldfd", BAD_FD);
	expect_int("newfd", 77);
	return 0;
}

static int dup3_works(void *arg)
{
	expect_int("res", expect_call(SYS_dup3, ARGS(1, 78, O_CLOEXEC)));
	expect_int("oldfd", 1);
	expect_int("newfd", 78);
	expect_int("flags", F_CLOEXEC);
	return 0;
}

static int dup3_fails(void *arg)
{
	expect_int("res", expect_call(SYS_dup3, ARGS(5, 5)));
	expect_int("oldfd", 5);
	expect_int("newfd", 5);
	expect_int("flags", 0);
	return 0;
}

static int pipe_works(void *arg)
{
	int fds[2];

	expect_int("res", expect_call(SYS_pipe, ARGS((long)fds)));
	expect_int("fd1", fds[0]);
	expect_int("fd2", fds[1]);
	expect_int("ino", (int64_t)ino_of(fds[0]));
	return 0;
}

static int pipe_fails(void *arg)
{
	expect_int("res", expect_call(SYS_pipe, ARGS(8)));
	expect_int("fd1", -1);
	expect_int("fd2", -1);
	expect_int("ino", 0);
	return 0;
}

static int pipe2_works(void *arg)
{
	int fds[2];

	expect_int("res", expect_call(SYS_pipe2, ARGS((long)fds, O_CLOEXEC | O_NONBLOCK)));
	expect_int("fd1", fds[0]);
	expect_int("fd2", fds[1]);
	expect_int("ino", (int64_t)ino_of(fds[0]));
	expect_int("flags", F_CLOEXEC | F_NONBLOCK);
	return 0;
}

static int pipe2_fails(void *arg)
{
	int fds[2];

	expect_int("res", expect_call(SYS_pipe2, ARGS((long)fds, O_APPEND)));
	expect_int("fd1", -1);
	expect_int("fd2", -1);
	expect_int("ino", 0);
	expect_int("flags", 0);
	return 0;
}

static int sendfile_works(void *arg)
{
	off_t offset = 2;
	int in, out;

	enter_folder();
	in = make_file("a", "0123456789");
	out = make_file("b", "");
	expect_int("res", expect_call(SYS_sendfile, ARGS(out, in, (long)&offset, 5)));
	expect_int("offset", 7);
	expect_int("out_fd", out);
	expect_int("in_fd", in);
	expect_int("size", 5);
	return leave_folder();
}

static int sendfile_fails(void *arg)
{
	expect_int("res", expect_call(SYS_sendfile, ARGS(1, BAD_FD, 0, 5)));
	expect_int("offset", 0);
	expect_int("out_fd", 1);
	expect_int("in_fd", BAD_FD);
	expect_int("size", 5);
	return 0;
}

static int chdir_works(void *arg)
{
	expect_int("res", expect_call(SYS_chdir, ARGS((long)"/tmp/../tmp")));
	expect_text("path", "/tmp/../tmp");
	expect_path("/tmp");
	return 0;
}

static int chdir_fails(void *arg)
{
	expect_int("res", expect_call(SYS_chdir, ARGS((long)"/nonexistent")));
	expect_text("path", "/nonexistent");
	return 0;
}

static int fchdir_works(void *arg)
{
	int fd = open("/proc/self/..", O_RDONLY | O_DIRECTORY);

	expect_int("res", expect_call(SYS_fchdir, ARGS(fd)));
	expect_int("fd", fd);
	expect_path("/proc");
	return 0;
}

static int fchdir_fails(void *arg)
{
	expect_int("res", expect_call(SYS_fchdir, ARGS(BAD_FD)));
	expect_int("fd", BAD_FD);
	return 0;
}

static int unlink_works(void *arg)
{
	enter_folder();
	close(make_file("a", ""));
	expect_int("res", expect_call(SYS_unlink, ARGS((long)"a")));
	expect_text("path", "a");
	return leave_folder();
}

static int unlink_fails(void *arg)
{
	expect_int("res", expect_call(SYS_unlink, ARGS((long)"")));
	expect_text("path", "");
	return 0;
}

static int unlinkat_works(void *arg)
{
	enter_folder();
	if (mkdir("b", 0700) < 0)
		return 1;
	expect_int("res", expect_call(SYS_unlinkat, ARGS(AT_FDCWD, (long)"b", AT_REMOVEDIR)));
	expect_int("dirfd", -100);
	expect_text("name", "b");
	expect_int("flags", 0x200);
	return leave_folder();
}

static int unlinkat_fails(void *arg)
{
	expect_int("res", expect_call(SYS_unlinkat, ARGS(BAD_FD, (long)"b")));
	expect_int("dirfd", BAD_FD);
	expect_text("name", "b");
	expect_int("flags", 0);
	return 0;
}

static int rename_works(void *arg)
{
	enter_folder();
	close(make_file("a", ""));
	expect_int("res", expect_call(SYS_rename, ARGS((long)"a", (long)"./b")));
	expect_text("oldpath", "a");
	expect_text("newpath", "./b");
	return leave_folder();
}

static int rename_fails(void *arg)
{
	expect_int("res",
		   expect_call(SYS_rename, ARGS((long)"/nonexistent/a", (long)"/nonexistent/b")));
	expect_text("oldpath", "/nonexistent/a");
	expect_text("newpath", "/nonexistent/b");
	return 0;
}

static void expect_renameat(long old_fd, const char *old_name, long new_fd, const char *new_name)
{
	expect_int("olddirfd", old_fd);
	expect_text("oldpath", old_name);
	expect_int("newdirfd", new_fd);
	expect_text("newpath", new_name);
}

static int renameat_works(void *arg)
{
	int dir;

	enter_folder();
	close(make_file("a", ""));
	dir = open(".", O_RDONLY | O_DIRECTORY);
	expect_int("res", expect_call(SYS_renameat, ARGS(AT_FDCWD, (long)"a", dir, (long)"b")));
	expect_renameat(-100, "a", dir, "b");
	return leave_folder();
}

static int renameat_fails(void *arg)
{
	expect_int("res", expect_call(SYS_renameat, ARGS(BAD_FD, (long)"a", AT_FDCWD, (long)"b")));
	expect_renameat(BAD_FD, "a", -100, "b");
	return 0;
}

static int renameat2_works(void *arg)
{
	enter_folder();
	close(make_file("a", ""));
	close(make_file("b", ""));
	expect_int("res",
		   expect_call(SYS_renameat2, ARGS(AT_FDCWD, (long)"a", AT_FDCWD, (long)"b", 2)));
	expect_renameat(-100, "a", -100, "b");
	expect_int("flags", 2);
	return leave_folder();
}

static int renameat2_fails(void *arg)
{
	enter_folder();
	close(make_file("a", ""));
	close(make_file("b", ""));
	expect_int("res",
		   expect_call(SYS_renameat2, ARGS(AT_FDCWD, (long)"a", AT_FDCWD, (long)"b", 1)));
	expect_renameat(-100, "a", -100, "b");
	expect_int("flags", 1);
	return leave_folder();
}

static const struct expect_case cases[] = {
	{ "open", open_works },
	{ "open fails", open_fails },
	{ "open unreadable", open_unreadable },
	{ "openat", openat_works },
	{ "openat fails", openat_fails },
	{ "openat of a folder", openat_folder },
	{ "openat2", openat2_works },
	{ "openat2 fails", openat2_fails },
	{ "open_by_handle_at", open_by_handle_works },
	{ "open_by_handle_at fails", open_by_handle_fails },
	{ "creat", creat_works },
	{ "creat fails", creat_fails },
	{ "close", close_works },
	{ "close fails", close_fails },
	{ "dup", dup_works },
	{ "dup fails", dup_fails },
	{ "dup2", dup2_works },
	{ "dup2 fails", dup2_fails },
	{ "dup3", dup3_works },
	{ "dup3 fails", dup3_fails },
	{ "pipe", pipe_works },
	{ "pipe fails", pipe_fails },
	{ "pipe2", pipe2_works },
	{ "pipe2 fails", pipe2_fails },
	{ "sendfile", sendfile_works },
	{ "sendfile fails", sendfile_fails },
	{ "chdir", chdir_works },
	{ "chdir fails", chdir_fails },
	{ "fchdir", fchdir_works },
	{ "fchdir fails", fchdir_fails },
	{ "unlink", unlink_works },
	{ "unlink fails", unlink_fails },
	{ "unlinkat", unlinkat_works },
	{ "unlinkat fails", unlinkat_fails },
	{ "rename", rename_works },
	{ "rename fails", rename_fails },
	{ "renameat", renameat_works },
	{ "renameat fails", renameat_fails },
	{ "renameat2", renameat2_works },
	{ "renameat2 fails", renameat2_fails },
};

START_TEST(every_parameter)
{
	expect_run(&cases[_i]);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("parameters of file calls");

	tcase_add_loop_test(tcase, every_parameter, 0, sizeof(cases) / sizeof(cases[0]));
	return watch_suite("params_file", tcase, SNAPLEN);
}
