/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Users and groups of a container's own root, through the root of one of its processes. Whoever is
 * in the container decides what is there: names are resolved below that root alone, only regular
 * files are read, and only so much of them.
 */
#include "inspect.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "inspect_parts.h"
#include "state/passwd.h"

static void close_fd(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}
#define _cleanup_close_ __attribute__((cleanup(close_fd)))

static void free_text(char **text)
{
	free(*text);
}
#define _cleanup_text_ __attribute__((cleanup(free_text)))

/* A regular file below root, at most PASSWD_FILE_MAX bytes, with a NUL; NULL: there is none. */
static char *read_below(int root, const char *name, size_t *ret_len)
{
	const struct open_how how = { .flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
				      .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS };
	_cleanup_close_ int fd = (int)syscall(SYS_openat2, root, name, &how, sizeof(how));
	struct stat stat;
	size_t len = 0;
	char *text;

	if (fd < 0 || fstat(fd, &stat) < 0 || !S_ISREG(stat.st_mode))
		return NULL;
	text = malloc(PASSWD_FILE_MAX + 1);
	while (text && len < PASSWD_FILE_MAX) {
		ssize_t got = read(fd, text + len, PASSWD_FILE_MAX - len);

		if (got <= 0)
			break;
		len += (size_t)got;
	}
	if (text)
		text[len] = '\0';
	*ret_len = len;
	return text;
}

/* Its map of ids; the file is the kernel's. */
static void read_map(const char *host_root, uint32_t pid, const char *name,
		     struct passwd_map *ret_map)
{
	char path[PATH_MAX], text[4096];
	size_t len = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/proc/%u/%s", host_root, pid, name);
	file = fopen(path, "re");
	if (file) {
		len = fread(text, 1, sizeof(text) - 1, file);
		fclose(file);
	}
	text[len] = '\0';
	passwd_map_parse(text, ret_map);
}

/* Is that the host's own root? */
static bool is_host_root(const char *host_root, int root)
{
	struct stat own, host;
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/", host_root);
	return fstat(root, &own) == 0 && stat(path, &host) == 0 && own.st_dev == host.st_dev &&
	       own.st_ino == host.st_ino;
}

int inspect_users(const char *host_root, uint32_t pid, struct container_info *ret_info)
{
	_cleanup_text_ char *users = NULL, *groups = NULL;
	struct container_info info = { .name = NULL };
	size_t users_len = 0, groups_len = 0;
	struct passwd_map uids, gids;
	_cleanup_close_ int root = -1;
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/proc/%u/root", host_root, pid);
	root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return -errno;
	if (is_host_root(host_root, root))
		return -ENODATA;
	read_map(host_root, pid, "uid_map", &uids);
	read_map(host_root, pid, "gid_map", &gids);
	users = read_below(root, "etc/passwd", &users_len);
	groups = read_below(root, "etc/group", &groups_len);
	info.users = passwd_users(users ? users : "", users_len, &uids);
	info.groups = passwd_groups(groups ? groups : "", groups_len, &gids);
	if (!info.users || !info.groups) {
		container_info_release(&info);
		return -ENOMEM;
	}
	*ret_info = info;
	return 0;
}

void inspect_host_users(const char *host_root, char **ret_users, char **ret_groups)
{
	static const struct passwd_map same;
	_cleanup_text_ char *users = NULL, *groups = NULL;
	size_t users_len = 0, groups_len = 0;
	_cleanup_close_ int root = open(host_root, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (root < 0)
		return;
	users = read_below(root, "etc/passwd", &users_len);
	groups = read_below(root, "etc/group", &groups_len);
	*ret_users = passwd_users(users ? users : "", users_len, &same);
	*ret_groups = passwd_groups(groups ? groups : "", groups_len, &same);
}
