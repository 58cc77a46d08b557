/* SPDX-License-Identifier: Apache-2.0 */
#include "alert_file.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output.h"

int alert_file_open(struct alert_file *file, const char *path)
{
	int fd = output_append_fd(path);

	*file = (struct alert_file){ .path = path, .fd = fd };
	return fd < 0 ? fd : 0;
}

void alert_file_close(struct alert_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	file->fd = -1;
}

/* All of a line. Returns 0 or -errno; then a part of it may be there. */
static int write_all(int fd, const char *line, size_t len)
{
	while (len > 0) {
		ssize_t done = write(fd, line, len);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -errno;
		line += done;
		len -= (size_t)done;
	}
	return 0;
}

void alert_file_write(struct alert_file *file, const char *line, size_t len)
{
	/* Behind a line that was cut the next one begins anew. */
	int rc = file->error ? write_all(file->fd, "\n", 1) : 0;

	if (rc == 0)
		rc = write_all(file->fd, line, len);
	file->error = rc;
	if (rc < 0)
		file->lost++;
}

/* Is the path still the file that is open? */
static bool is_same(const struct alert_file *file)
{
	struct stat now, open;

	return lstat(file->path, &now) == 0 && fstat(file->fd, &open) == 0 &&
	       now.st_dev == open.st_dev && now.st_ino == open.st_ino;
}

void alert_file_reopen(struct alert_file *file)
{
	int fd = output_append_fd(file->path);

	file->reopen_error = fd < 0 && !is_same(file) ? fd : 0;
	if (fd < 0)
		return;
	close(file->fd);
	file->fd = fd;
	file->error = 0;
}
