/* SPDX-License-Identifier: Apache-2.0 */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "number.h"
#include "probe/schema/render.h"

/* Gives the file to who called sudo. sudo sets both variables; without root they mean nothing. */
static int give_to_caller(int fd)
{
	const char *uid_text = getenv("SUDO_UID"), *gid_text = getenv("SUDO_GID");
	uint64_t uid, gid;

	if (geteuid() != 0 || !uid_text || !gid_text)
		return 0;
	if (number_whole(uid_text, &uid) < 0 || number_whole(gid_text, &gid) < 0 ||
	    uid >= UINT32_MAX || gid >= UINT32_MAX)
		return 0;
	return fchown(fd, (uid_t)uid, (gid_t)gid) < 0 ? -errno : 0;
}

/* A new file is ours from the start (O_EXCL): only that one gets an owner. */
static int make_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	int rc = fd < 0 ? -errno : give_to_caller(fd);

	if (rc < 0 && fd >= 0)
		close(fd);
	return rc < 0 ? rc : fd;
}

int output_new_fd(const char *path)
{
	return make_file(path);
}

/* A device or a fifo, as it is. A file that took its place meanwhile is left alone. */
static int open_special(const char *path)
{
	int fd = open(path, O_WRONLY | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC);
	struct stat info;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &info) == 0 && !S_ISREG(info.st_mode))
		return fd;
	close(fd);
	return -EEXIST;
}

/*
 * Root writes here, perhaps in a folder of others. A file that is there is not opened: its other
 * names, and who may read it, are not ours. Whoever puts something in its place between the two
 * calls gets an error.
 */
static int open_file(const char *path)
{
	struct stat info;

	if (lstat(path, &info) < 0)
		return errno == ENOENT ? make_file(path) : -errno;
	if (S_ISLNK(info.st_mode))
		return -ELOOP;
	if (!S_ISREG(info.st_mode))
		return open_special(path);
	return unlink(path) < 0 ? -errno : make_file(path);
}

static int dup_stream(int stream)
{
	int fd = fcntl(stream, F_DUPFD_CLOEXEC, 0);

	return fd < 0 ? -errno : fd;
}

/* A regular file without other names, or a device or fifo. */
static int check_append(int fd)
{
	struct stat info;
	int flags;

	if (fstat(fd, &info) < 0)
		return -errno;
	if (S_ISREG(info.st_mode) && info.st_nlink > 1)
		return -EMLINK;
	/* Opened without waiting for the reader of a fifo; written with. */
	flags = fcntl(fd, F_GETFL);
	return flags < 0 || fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) < 0 ? -errno : 0;
}

int output_append_fd(const char *path)
{
	const int flags = O_WRONLY | O_APPEND | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK | O_CLOEXEC;
	int fd = open(path, flags | O_CREAT | O_EXCL, 0600), rc;

	if (fd >= 0) {
		/* The right to is gone when it is opened again: then it stays ours. */
		rc = give_to_caller(fd);
		if (rc == -EPERM)
			rc = 0;
	} else if (errno == EEXIST) {
		fd = open(path, flags);
		rc = fd < 0 ? -errno : check_append(fd);
	} else {
		rc = -errno;
	}
	if (rc < 0 && fd >= 0)
		close(fd);
	return rc < 0 ? rc : fd;
}

int output_open_fd(const char *path)
{
	if (strcmp(path, "-") == 0 || strcmp(path, "/dev/stdout") == 0)
		return dup_stream(STDOUT_FILENO);
	return open_file(path);
}

int output_open(const char *path, FILE **ret_file)
{
	FILE *file;
	int fd;

	/* These two names are links everywhere. */
	if (!path || strcmp(path, "/dev/stdout") == 0) {
		*ret_file = stdout;
		return 0;
	}
	fd = strcmp(path, "/dev/stderr") == 0 ? dup_stream(STDERR_FILENO) : open_file(path);
	if (fd < 0)
		return fd;
	file = fdopen(fd, "w");
	if (!file) {
		close(fd);
		return -ENOMEM;
	}
	*ret_file = file;
	return 0;
}

int output_flush(FILE *file)
{
	if (fflush(file) != 0)
		return errno ? -errno : -EIO;
	if (!ferror(file))
		return 0;
	/* An earlier write failed and its errno is gone: one more byte tells why. */
	return write(fileno(file), "\n", 1) < 0 ? -errno : -EIO;
}

int output_close(FILE *file)
{
	int rc = output_flush(file);

	if (file != stdout && fclose(file) != 0 && rc == 0)
		rc = -errno;
	return rc;
}

void output_say(const char *path, int rc)
{
	char safe[512];
	struct text_buf buf;

	text_buf_init(&buf, safe, sizeof(safe));
	if (path)
		text_buf_add_safe(&buf, path, strlen(path));
	else
		text_buf_add(&buf, "standard output");
	fprintf(stderr, "saker: cannot write to %s: %s\n", safe, strerror(-rc));
}
