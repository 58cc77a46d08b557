/* SPDX-License-Identifier: Apache-2.0 */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "number.h"

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

/* A new file is ours from the start (O_EXCL): only that one changes its owner. */
static int open_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	struct stat info;
	int rc;

	if (fd >= 0) {
		rc = give_to_caller(fd);
	} else {
		if (errno != EEXIST)
			return -errno;
		fd = open(path, O_WRONLY | O_CLOEXEC);
		if (fd < 0)
			return -errno;
		rc = fstat(fd, &info);
		if (rc == 0 && S_ISREG(info.st_mode)) {
			rc = fchmod(fd, 0600);
			if (rc == 0)
				rc = ftruncate(fd, 0);
		}
		if (rc < 0)
			rc = -errno;
	}
	if (rc < 0) {
		close(fd);
		return rc;
	}
	return fd;
}

int output_open(const char *path, FILE **ret_file)
{
	FILE *file;
	int fd;

	if (!path) {
		*ret_file = stdout;
		return 0;
	}
	fd = open_file(path);
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
	struct pollfd reader = { .fd = fileno(file) };

	if (fflush(file) != 0)
		return errno ? -errno : -EIO;
	if (!ferror(file))
		return 0;
	/* An earlier write failed and its errno is gone; a pipe without reader still says so. */
	return poll(&reader, 1, 0) > 0 && reader.revents & POLLERR ? -EPIPE : -EIO;
}

int output_close(FILE *file)
{
	int rc = output_flush(file);

	if (file != stdout && fclose(file) != 0 && rc == 0)
		rc = -errno;
	return rc;
}
