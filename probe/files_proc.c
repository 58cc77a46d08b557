/* SPDX-License-Identifier: Apache-2.0 */
#include "files_proc.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* Field of /proc/PID/stat after the name: clock ticks since boot at which the process started. */
#define STAT_START_FIELD 20

static void cleanup_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static void cleanup_closedir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

#define _cleanup_close_ __attribute__((cleanup(cleanup_close)))
#define _cleanup_closedir_ __attribute__((cleanup(cleanup_closedir)))

static ssize_t read_text(int dir, const char *name, char *text, size_t size)
{
	_cleanup_close_ int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	ssize_t len;

	if (fd < 0)
		return -errno;
	len = read(fd, text, size - 1);
	if (len < 0)
		return -errno;
	text[len] = '\0';
	return len;
}

/* Exact to a clock tick only: /proc tells no more. 0 when it cannot be read. */
static uint64_t process_start_ns(int dir)
{
	uint64_t tick_ns = 1000000000ull / (uint64_t)sysconf(_SC_CLK_TCK);
	char text[1024];
	char *at;

	if (read_text(dir, "stat", text, sizeof(text)) < 0)
		return 0;
	at = strrchr(text, ')');
	for (int field = 0; at && field < STAT_START_FIELD; field++)
		at = strchr(at + 1, ' ');
	return at ? strtoull(at, NULL, 10) * tick_ns : 0;
}

static void fdinfo_read(int dir, int fd, struct file_sample *sample)
{
	char name[32];
	char text[1024];
	const char *at;

	snprintf(name, sizeof(name), "fdinfo/%d", fd);
	if (read_text(dir, name, text, sizeof(text)) < 0)
		return;
	at = strstr(text, "pos:");
	if (at)
		sample->pos = strtoull(at + 4, NULL, 10);
	at = strstr(text, "flags:");
	if (!at)
		return;
	sample->open_flags = (uint32_t)strtoul(at + 6, NULL, 8);
	/* The mark of the descriptor stands among the flags of its file. */
	sample->marks = FILE_F_CLOEXEC_KNOWN;
	if (sample->open_flags & O_CLOEXEC)
		sample->marks |= FILE_F_CLOEXEC;
	sample->open_flags &= ~(uint32_t)O_CLOEXEC;
}

static uint32_t dev_encode(dev_t dev)
{
	unsigned low = minor(dev);

	return (low & 0xffu) | major(dev) << 8 | (low & ~0xffu) << 12;
}

static int process_read(const char *root, pid_t pid, probe_file_fn fn, void *ctx)
{
	_cleanup_closedir_ DIR *fds = NULL;
	_cleanup_close_ int dir = -1;
	const struct dirent *entry;
	uint64_t start_ns;
	char name[PATH_MAX];
	int fd;

	snprintf(name, sizeof(name), "%s/proc/%d", root, pid);
	dir = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return -errno;
	fd = openat(dir, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	fds = fdopendir(fd);
	if (!fds) {
		int rc = -errno;

		close(fd);
		return rc;
	}
	start_ns = process_start_ns(dir);
	while ((entry = readdir(fds))) {
		struct file_sample sample = { .pid = (uint32_t)pid, .start_boot_ns = start_ns };
		char path[RECORD_PATH_MAX + 1];
		struct stat st;
		ssize_t len;

		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		len = readlinkat(fd, entry->d_name, path, sizeof(path) - 1);
		if (len < 0)
			continue;
		path[len] = '\0';
		sample.fd = atoi(entry->d_name);
		sample.path_len = (uint16_t)len;
		if (fstatat(fd, entry->d_name, &st, 0) == 0) {
			sample.ino = st.st_ino;
			sample.mode = st.st_mode;
			sample.dev = dev_encode(st.st_dev);
		}
		fdinfo_read(dir, sample.fd, &sample);
		fn(ctx, &sample, path);
	}
	return 0;
}

int files_proc_read(const char *root, pid_t pid, probe_file_fn fn, void *ctx)
{
	_cleanup_closedir_ DIR *proc = NULL;
	const struct dirent *entry;
	char path[PATH_MAX];

	if (pid)
		return process_read(root, pid, fn, ctx);
	snprintf(path, sizeof(path), "%s/proc", root);
	proc = opendir(path);
	if (!proc)
		return -errno;
	while ((entry = readdir(proc))) {
		if (isdigit((unsigned char)entry->d_name[0]))
			process_read(root, atoi(entry->d_name), fn, ctx);
	}
	return 0;
}
