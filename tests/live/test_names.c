/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Both names of an open: the caller's text in the parameter, and the path of the object itself in
 * the extension, through links, folders, bind mounts and chroot. Each case runs in a child with a
 * mount namespace and a tmpfs of its own, so that both names are known exactly.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "expect.h"
#include "live_probe.h"
#include "watch.h"

#define SNAPLEN 80
#define RDONLY 1
#define DEEP 40
#define RACE_OPENS 15000 /* their records fit in the buffer */
#define RACE_MS 20000    /* the renamer gives up */

/* The tmpfs, mounted in the child's namespace only. */
static const char base[] = "/tmp/saker-names";

static int make(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT, 0600);

	if (fd < 0)
		abort();
	return fd;
}

static void must(int rc)
{
	if (rc < 0)
		abort();
}

/* An empty tmpfs as working folder. It goes away with the child. */
static void enter_base(void)
{
	must(unshare(CLONE_NEWNS));
	must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	must(mount("tmpfs", base, "tmpfs", 0, NULL));
	must(chdir(base));
}

static const char *below(const char *name)
{
	static char path[sizeof(base) + PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", base, name);
	return path;
}

/* The open under test: `name` is what the caller says, `object` the file that it is. */
static void expect_open(int dirfd, const char *name, int object)
{
	struct stat st;

	must(fstat(object, &st));
	expect_int("fd", expect_call(SYS_openat, ARGS(dirfd, (long)name, O_RDONLY)));
	expect_int("dirfd", dirfd == AT_FDCWD ? -100 : dirfd);
	expect_text("name", name);
	expect_int("flags", RDONLY);
	expect_int("mode", 0);
	expect_any("dev"); /* compared with the file's by expect_file_of() */
	expect_int("ino", (int64_t)st.st_ino);
	expect_file_of(object);
}

static int through_link(void *arg)
{
	int fd;

	enter_base();
	must(mkdir("real", 0700));
	fd = make("real/file");
	must(symlink("real", "folder"));
	must(symlink("folder/file", "link"));
	expect_open(AT_FDCWD, "link", fd);
	expect_path(below("real/file"));
	return 0;
}

static int relative(void *arg)
{
	int fd;

	enter_base();
	must(mkdir("a", 0700));
	must(mkdir("b", 0700));
	fd = make("b/file");
	must(chdir("a"));
	expect_open(AT_FDCWD, ".././b//../b/file", fd);
	expect_path(below("b/file"));
	return 0;
}

static int by_dirfd(void *arg)
{
	int fd, dir;

	enter_base();
	must(mkdir("a", 0700));
	fd = make("a/file");
	dir = open("a", O_RDONLY | O_DIRECTORY);
	expect_open(dir, "file", fd);
	expect_path(below("a/file"));
	return 0;
}

static int bind_mount(void *arg)
{
	int fd;

	enter_base();
	must(mkdir("source", 0700));
	must(mkdir("source/deep", 0700));
	must(mkdir("target", 0700));
	fd = make("source/deep/file");
	must(mount("source", "target", NULL, MS_BIND, NULL));
	expect_open(AT_FDCWD, "target/deep/file", fd);
	expect_path(below("target/deep/file"));
	expect_path_in_fs("/source/deep/file");
	return 0;
}

static int bind_of_file(void *arg)
{
	int fd;

	enter_base();
	fd = make("source");
	make("target");
	must(mount("source", "target", NULL, MS_BIND, NULL));
	expect_open(AT_FDCWD, "target", fd);
	expect_path(below("target"));
	expect_path_in_fs("/source");
	return 0;
}

static int nested_mount(void *arg)
{
	int fd;

	enter_base();
	must(mkdir("a", 0700));
	must(mount("tmpfs", "a", "tmpfs", 0, NULL));
	must(mkdir("a/b", 0700));
	must(mount("tmpfs", "a/b", "tmpfs", 0, NULL));
	fd = make("a/b/file");
	expect_open(AT_FDCWD, "a/b/file", fd);
	expect_path(below("a/b/file"));
	return 0;
}

static int in_chroot(void *arg)
{
	int fd;

	enter_base();
	must(mkdir("root", 0700));
	must(mkdir("root/etc", 0700));
	fd = make("root/etc/file");
	must(chroot("root"));
	must(chdir("/"));
	expect_open(AT_FDCWD, "/etc/file", fd);
	expect_path(below("root/etc/file"));
	return 0;
}

static int chroot_in_bind_mount(void *arg)
{
	int fd;

	enter_base();
	must(mkdir("source", 0700));
	must(mkdir("root", 0700));
	fd = make("source/file");
	must(mount("source", "root", NULL, MS_BIND, NULL));
	must(chroot("root"));
	must(chdir("/"));
	expect_open(AT_FDCWD, "/file", fd);
	expect_path(below("root/file"));
	expect_path_in_fs("/source/file");
	return 0;
}

static int deleted(void *arg)
{
	static char name[64];
	int fd;

	enter_base();
	fd = make("file");
	must(unlink("file"));
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	expect_open(AT_FDCWD, name, fd);
	expect_path(below("file"));
	expect_path_flags(RECORD_EXT_F_DELETED);
	return 0;
}

#define UPPER_LAYER (1 << 15)
#define LOWER_LAYER (1 << 16)

static void enter_overlay(void)
{
	enter_base();
	must(mkdir("lower", 0700));
	must(mkdir("upper", 0700));
	must(mkdir("work", 0700));
	must(mkdir("merged", 0700));
	make("lower/low");
	make("upper/up");
	must(mount("overlay", "merged", "overlay", 0,
		   "lowerdir=lower,upperdir=upper,workdir=work"));
}

/* Which layer a file of an overlay comes from is in the flags. */
static int overlay_file(const char *name, int layer)
{
	int object;
	struct stat st;

	enter_overlay();
	object = open(name, O_RDONLY);
	must(fstat(object, &st));
	expect_int("fd", expect_call(SYS_openat, ARGS(AT_FDCWD, (long)name, O_RDONLY)));
	expect_int("dirfd", -100);
	expect_text("name", name);
	expect_int("flags", RDONLY | layer);
	expect_int("mode", 0);
	expect_any("dev"); /* compared with the file's by expect_file_of() */
	expect_int("ino", (int64_t)st.st_ino);
	expect_file_of(object);
	expect_path(below(name));
	return 0;
}

static int overlay_upper(void *arg)
{
	return overlay_file("merged/up", UPPER_LAYER);
}

static int overlay_lower(void *arg)
{
	return overlay_file("merged/low", LOWER_LAYER);
}

/* Names that do not fit in the dentry, and one of each length around the limits of the copy. */
static int long_names(void *arg)
{
	static char path[PATH_MAX];
	size_t len = 0;
	int fd;

	enter_base();
	for (size_t name = 1; name <= 255; name = name < 50 ? name + 7 : name + 205) {
		memset(path + len, 'a' + (int)(name % 26), name);
		len += name;
		must(mkdir(path, 0700));
		path[len++] = '/';
	}
	memcpy(path + len, "file", 5);
	fd = make(path);
	expect_open(AT_FDCWD, path, fd);
	expect_path(below(path));
	return 0;
}

/* More components than are kept: the end is there, and it is marked. */
static int deep(void *arg)
{
	static char path[PATH_MAX], kept[PATH_MAX];
	size_t len = 0, at = 0;
	int fd;

	enter_base();
	for (int i = 0; i < DEEP; i++) {
		len += (size_t)snprintf(path + len, sizeof(path) - len, "d%d", i);
		must(mkdir(path, 0700));
		path[len++] = '/';
	}
	memcpy(path + len, "file", 5);
	fd = make(path);
	for (int i = DEEP - 31; i < DEEP; i++)
		at += (size_t)snprintf(kept + at, sizeof(kept) - at, "/d%d", i);
	snprintf(kept + at, sizeof(kept) - at, "/file");
	expect_open(AT_FDCWD, path, fd);
	expect_path(kept);
	expect_path_flags(RECORD_EXT_F_CUT);
	expect_flags(RECORD_F_CUT);
	return 0;
}

static const struct expect_case cases[] = {
	{ "symbolic links", through_link },
	{ "relative path", relative },
	{ "dirfd", by_dirfd },
	{ "bind mount", bind_mount },
	{ "bind mount of a file", bind_of_file },
	{ "mount in a mount", nested_mount },
	{ "chroot", in_chroot },
	{ "chroot in a bind mount", chroot_in_bind_mount },
	{ "deleted", deleted },
	{ "upper layer of an overlay", overlay_upper },
	{ "lower layer of an overlay", overlay_lower },
	{ "long names", long_names },
	{ "deep path", deep },
};

START_TEST(both_names)
{
	expect_run(&cases[_i]);
}
END_TEST

/* One process renames a folder to and fro, another opens a file in it by its descriptor. */
static int rename_race(void *arg)
{
	uint64_t end = live_now_ns() + RACE_MS * 1000000ull;
	int dir;
	pid_t pid;

	enter_base();
	must(mkdir("one", 0700));
	must(mkdir("one/middle", 0700));
	make("one/middle/file");
	dir = open("one/middle", O_RDONLY | O_DIRECTORY);
	pid = fork();
	if (pid == 0) {
		while (live_now_ns() < end) {
			must(rename("one", "twothree"));
			must(rename("twothree", "one"));
		}
		_exit(0);
	}
	while (access("twothree", F_OK) < 0)
		;
	for (int i = 0; i < RACE_OPENS; i++) {
		int fd = (int)syscall(SYS_openat, dir, "file", O_RDONLY, 0);

		must(fd);
		close(fd);
	}
	must(kill(pid, SIGKILL));
	return waitpid(pid, NULL, 0) != pid;
}

/* A path that is not marked was true at some instant: never half of each name. */
START_TEST(renamed_meanwhile)
{
	size_t one = 0, two = 0, raced = 0;

	watch.only = SYS_openat;
	ck_assert_int_eq(watch_run(rename_race, NULL), 0);
	watch.only = 0;
	for (size_t i = 0; i < watch.len; i++) {
		const struct event *event = &watch.events[i];
		struct event_text name = event_param_text(event, "name");

		if (event->prefix.nr != SYS_openat || event->prefix.ret < 0 || name.len != 4 ||
		    memcmp(name.data, "file", 4) != 0)
			continue;
		if (event->path.flags & RECORD_EXT_F_RACED)
			raced++;
		else if (event->path.len == strlen(below("one/middle/file")) &&
			 memcmp(event->path.data, below("one/middle/file"), event->path.len) == 0)
			one++;
		else if (event->path.len == strlen(below("twothree/middle/file")) &&
			 memcmp(event->path.data, below("twothree/middle/file"), event->path.len) ==
				 0)
			two++;
		else
			ck_abort_msg("a path that never was: %.*s", (int)event->path.len,
				     event->path.data);
	}
	ck_assert_uint_gt(one, 0);
	ck_assert_uint_gt(two, 0);
	ck_assert_uint_lt(raced, one + two);
}
END_TEST

static void make_base(void)
{
	ck_assert(mkdir(base, 0700) == 0 || errno == EEXIST);
}

static void remove_base(void)
{
	rmdir(base);
}

int main(void)
{
	TCase *tcase = tcase_create("names of opened objects");

	tcase_add_unchecked_fixture(tcase, make_base, remove_base);
	tcase_add_loop_test(tcase, both_names, 0, sizeof(cases) / sizeof(cases[0]));
	tcase_add_test(tcase, renamed_meanwhile);
	return watch_suite("names", tcase, SNAPLEN);
}
