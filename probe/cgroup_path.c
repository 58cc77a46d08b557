/* SPDX-License-Identifier: Apache-2.0 */
#include "cgroup_path.h"

#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "schema/record.h"

#define HANDLE_KERNFS 0xfe /* FILEID_KERNFS, include/linux/exportfs.h */
#define LINE_BYTES 4096

/* A line of /proc/self/mountinfo, see proc_pid_mountinfo(5). */
struct mount_line {
	const char *root, *point, *type;
	struct mntent super; /* only the options of the file system */
};

/* Cuts the line into its words; false when it is no such line. */
static bool mount_line_parse(char *line, struct mount_line *ret_mount)
{
	char *save = NULL, *word = strtok_r(line, " \n", &save);
	const char *words[5] = { NULL };
	char *rest[3] = { NULL };
	size_t len = 0;

	for (; word && len < 5; word = strtok_r(NULL, " \n", &save))
		words[len++] = word;
	while (word && strcmp(word, "-") != 0)
		word = strtok_r(NULL, " \n", &save);
	for (len = 0; len < 3; len++)
		rest[len] = strtok_r(NULL, " \n", &save);
	*ret_mount = (struct mount_line){ words[3], words[4], rest[0], { .mnt_opts = rest[2] } };
	return words[4] && rest[2];
}

/* Takes a mount of a whole hierarchy; the first one below root is kept. */
static void take_mount(struct cgroup_mount *mount, const struct mount_line *line, const char *root)
{
	size_t root_len = strlen(root);

	if (mount->fd >= 0 || strcmp(line->root, "/") != 0 ||
	    strncmp(line->point, root, root_len) != 0 || line->point[root_len] != '/' ||
	    strlen(line->point) >= sizeof(mount->path))
		return;
	mount->fd = open(line->point, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (mount->fd >= 0)
		snprintf(mount->path, sizeof(mount->path), "%s", line->point);
}

void cgroup_paths_open(struct cgroup_paths *paths, const char *root)
{
	bool v1 = cgroup_mode_find(root) == CGROUP_MODE_V1;
	FILE *file = fopen("/proc/self/mountinfo", "re");
	char text[LINE_BYTES];

	paths->v2.fd = paths->pids.fd = -1;
	while (file && fgets(text, sizeof(text), file)) {
		struct mount_line line;

		if (!mount_line_parse(text, &line))
			continue;
		if (!strcmp(line.type, "cgroup2"))
			take_mount(&paths->v2, &line, root);
		else if (v1 && !strcmp(line.type, "cgroup") && hasmntopt(&line.super, "pids"))
			take_mount(&paths->pids, &line, root);
	}
	if (file)
		fclose(file);
}

static void close_mount(struct cgroup_mount *mount)
{
	if (mount->fd >= 0)
		close(mount->fd);
	mount->fd = -1;
}

void cgroup_paths_close(struct cgroup_paths *paths)
{
	close_mount(&paths->v2);
	close_mount(&paths->pids);
}

/* The path of an open folder of the mount. */
static int folder_path(const struct cgroup_mount *mount, int fd, char *path, size_t *len)
{
	static const char gone[] = " (deleted)";
	char link[64], text[LINE_BYTES];
	size_t mount_len = strlen(mount->path), text_len;
	ssize_t r;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	r = readlink(link, text, sizeof(text));
	if (r < 0)
		return -errno;
	text_len = (size_t)r;
	if (text_len == sizeof(text) || text_len < mount_len ||
	    memcmp(text, mount->path, mount_len) != 0 ||
	    (text_len > mount_len && text[mount_len] != '/'))
		return -ENOENT;
	if (text_len >= sizeof(gone) &&
	    memcmp(text + text_len - (sizeof(gone) - 1), gone, sizeof(gone) - 1) == 0)
		return -ENOENT;
	text_len -= mount_len;
	if (text_len > *len || !*len)
		return -ENOBUFS;
	memcpy(path, text_len ? text + mount_len : "/", text_len ? text_len : 1);
	*len = text_len ? text_len : 1;
	return 0;
}

int cgroup_path_of(const struct cgroup_paths *paths, uint64_t cgroup_id, char *path, size_t *len)
{
	union {
		struct file_handle handle;
		char room[sizeof(struct file_handle) + sizeof(uint64_t)];
	} name = { .handle = { .handle_bytes = sizeof(uint64_t), .handle_type = HANDLE_KERNFS } };
	bool of_pids = paths->pids.fd >= 0 && !(cgroup_id & CGROUP_ID_V2);
	const struct cgroup_mount *mount = of_pids ? &paths->pids : &paths->v2;
	uint64_t id = cgroup_id & ~CGROUP_ID_V2;
	int fd, rc;

	if (mount->fd < 0)
		return -ENOENT;
	memcpy(name.handle.f_handle, &id, sizeof(id));
	fd = open_by_handle_at(mount->fd, &name.handle, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return errno == ESTALE ? -ENOENT : -errno;
	rc = folder_path(mount, fd, path, len);
	close(fd);
	return rc;
}
