/* SPDX-License-Identifier: Apache-2.0 */
/* Answers from /proc and the user database, or from the files below another root, see source.h. */
#include "source.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netdb.h>
#include <inttypes.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "probe/cgroup_path.h"
#include "probe/proc_seed.h"
#include "inspect.h"
#include "state/passwd.h"

#define INIT_PID 1u
#define USERS_AGAIN_NS 30000000000ull
#define SOURCE_USER_BYTES 4096 /* for one line of the passwd file */

/* public.ctx is the struct itself. */
struct source {
	struct state_source public; /* first: what the state sees */
	int (*files)(void *ctx, uint32_t pid);
	void *files_ctx;
	struct inspector *inspector; /* NULL: not started yet */
	struct cgroup_paths cgroups;
	char *host_root;      /* before all paths, "" for none */
	char *users, *groups; /* of the host below host_root, see passwd.h; NULL: not read */
	uint64_t users_ns;    /* when they were read */
};

/* Reads a file up to its end or size; the number of bytes or -errno. */
static ssize_t read_all(const char *path, char *data, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	size_t len = 0;
	ssize_t r = 0;

	if (fd < 0)
		return -errno;
	while (len < size) {
		r = read(fd, data + len, size - len);
		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0)
			break;
		len += (size_t)r;
	}
	if (r < 0)
		r = -errno;
	close(fd);
	return r < 0 && !len ? r : (ssize_t)len;
}

static int source_process_seed(void *ctx, uint32_t pid, unsigned parts,
			       struct process_seed *ret_seed)
{
	return proc_seed_read(((const struct source *)ctx)->host_root, pid, parts, ret_seed);
}

static int source_process_cgroup(void *ctx, uint32_t pid, char *text, size_t *len)
{
	const struct source *source = ctx;
	size_t size = *len;
	char path[PATH_MAX];
	ssize_t r;

	snprintf(path, sizeof(path), "%s/proc/%u/cgroup", source->host_root, pid);
	r = read_all(path, text, size);
	if (r < 0)
		return r == -ESRCH ? -ENOENT : (int)r;
	*len = (size_t)r;
	inspect_nspawn_line(source->host_root, pid, text, len, size);
	return 0;
}

static int source_cgroup_path(void *ctx, uint64_t cgroup_id, char *text, size_t *len)
{
	const struct source *source = ctx;

	return cgroup_path_of(&source->cgroups, cgroup_id, text, len);
}

static int source_process_limits(void *ctx, uint32_t pid, char *text, size_t *len)
{
	char path[64];
	ssize_t r;

	snprintf(path, sizeof(path), "/proc/%u/limits", pid);
	r = read_all(path, text, *len);
	if (r < 0)
		return (int)r;
	*len = (size_t)r;
	return 0;
}

static int source_process_files(void *ctx, uint32_t pid)
{
	const struct source *source = ctx;

	return source->files ? source->files(source->files_ctx, pid) : -ENOENT;
}

static int source_fd_name(void *ctx, uint32_t pid, int64_t fd, char *name, size_t *len)
{
	const struct source *source = ctx;
	char path[PATH_MAX];
	ssize_t r;

	snprintf(path, sizeof(path), "%s/proc/%u/fd/%" PRId64, source->host_root, pid, fd);
	r = readlink(path, name, *len);
	if (r < 0)
		return -errno;
	*len = (size_t)r;
	return 0;
}

/* Users and groups of the files below host_root, read again now and then. */
static void read_host_users(struct source *source)
{
	struct timespec now;
	uint64_t now_ns;

	clock_gettime(CLOCK_MONOTONIC, &now);
	now_ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
	if (source->users && now_ns - source->users_ns < USERS_AGAIN_NS)
		return;
	free(source->users);
	free(source->groups);
	source->users = source->groups = NULL;
	source->users_ns = now_ns;
	inspect_host_users(source->host_root, &source->users, &source->groups);
}

/* An entry of those; -ENOENT: none. */
static int host_entry(struct source *source, char *const *lines, uint32_t id,
		      struct passwd_entry *ret_entry)
{
	read_host_users(source);
	return passwd_find(*lines, id, ret_entry);
}

static int host_name(struct source *source, char *const *lines, uint32_t id, char *name,
		     size_t *len)
{
	struct passwd_entry entry;

	if (host_entry(source, lines, id, &entry) < 0 || entry.name_len > *len)
		return -ENOENT;
	memcpy(name, entry.name, entry.name_len);
	*len = entry.name_len;
	return 0;
}

static int source_user_name(void *ctx, uint32_t uid, char *name, size_t *len)
{
	struct source *source = ctx;
	char bytes[SOURCE_USER_BYTES];
	struct passwd entry, *found = NULL;
	size_t name_len;
	int r;

	if (*source->host_root)
		return host_name(source, &source->users, uid, name, len);
	r = getpwuid_r(uid, &entry, bytes, sizeof(bytes), &found);
	if (r != 0)
		return -r;
	if (!found)
		return -ENOENT;
	name_len = strlen(found->pw_name);
	if (!name_len || name_len > *len)
		return -ENOENT;
	memcpy(name, found->pw_name, name_len);
	*len = name_len;
	return 0;
}

/* The thread is started with the first container, or the first list of them. */
static int source_inspector(struct source *source, struct inspector **ret_inspector)
{
	int rc = source->inspector ? 0 : inspector_new(source->host_root, &source->inspector);

	*ret_inspector = source->inspector;
	return rc;
}

static int source_container_info(void *ctx, const struct container_match *match, uint32_t pid,
				 struct container_info *ret_info)
{
	struct inspector *inspector;
	int rc = source_inspector(ctx, &inspector);

	return rc < 0 ? rc : inspector_ask(inspector, match, pid, ret_info);
}

static int source_container_list(void *ctx,
				 void (*fn)(void *fn_ctx, const struct container_listed *listed),
				 void *fn_ctx)
{
	struct inspector *inspector;
	int rc = source_inspector(ctx, &inspector);

	return rc < 0 ? rc : inspector_list(inspector, fn, fn_ctx);
}

static int source_container_users(void *ctx, const struct container_match *match, uint32_t pid,
				  struct container_info *ret_info)
{
	struct inspector *inspector;
	int rc = source_inspector(ctx, &inspector);

	return rc < 0 ? rc : inspector_ask_users(inspector, match, pid, ret_info);
}

void source_cgroup_made(struct state_source *source, const char *path, uint32_t maker)
{
	struct container_match match;
	struct inspector *inspector;

	container_match_path(path, strlen(path), &match);
	if (match.engine == CONTAINER_HOST || maker <= INIT_PID)
		return;
	if (source_inspector(source->ctx, &inspector) == 0)
		inspector_made(inspector, &match, maker);
}

static int source_group_name(void *ctx, uint32_t gid, char *name, size_t *len)
{
	char bytes[SOURCE_USER_BYTES * 4]; /* a line names all members */
	struct group entry, *found = NULL;
	struct source *source = ctx;
	size_t name_len;
	int r;

	if (*source->host_root)
		return host_name(source, &source->groups, gid, name, len);
	r = getgrgid_r(gid, &entry, bytes, sizeof(bytes), &found);
	if (r != 0)
		return -r;
	name_len = found ? strlen(found->gr_name) : 0;
	if (!name_len || name_len > *len)
		return -ENOENT;
	memcpy(name, found->gr_name, name_len);
	*len = name_len;
	return 0;
}

static int source_service_name(void *ctx, uint16_t port, const char *protocol, char *name,
			       size_t *len)
{
	char bytes[SOURCE_USER_BYTES];
	struct servent entry, *found = NULL;
	size_t name_len;
	int r = getservbyport_r(htons(port), protocol, &entry, bytes, sizeof(bytes), &found);

	name_len = r == 0 && found ? strlen(found->s_name) : 0;
	if (!name_len || name_len > *len)
		return -ENOENT;
	memcpy(name, found->s_name, name_len);
	*len = name_len;
	return 0;
}

/* Without a NUL: the length is given beside it. 0: it does not fit. */
static size_t copy_bytes(char *to, size_t size, const char *from, size_t len)
{
	if (len > size)
		return 0;
	for (size_t i = 0; i < len; i++)
		to[i] = from[i];
	return len;
}

static size_t copy_text(char *to, size_t size, const char *from)
{
	return copy_bytes(to, size, from, strnlen(from, size + 1));
}

static int source_user_folders(void *ctx, uint32_t uid, struct user_folders *ret_folders)
{
	char bytes[SOURCE_USER_BYTES];
	struct passwd entry, *found = NULL;
	struct passwd_entry below;
	struct source *source = ctx;
	int r;

	if (*source->host_root) {
		r = host_entry(source, &source->users, uid, &below);
		if (r < 0)
			return r;
		ret_folders->home_len = copy_bytes(ret_folders->home, sizeof(ret_folders->home),
						   below.home, below.home_len);
		ret_folders->shell_len = copy_bytes(ret_folders->shell, sizeof(ret_folders->shell),
						    below.shell, below.shell_len);
		return 0;
	}
	r = getpwuid_r(uid, &entry, bytes, sizeof(bytes), &found);
	if (r != 0 || !found)
		return r ? -r : -ENOENT;
	ret_folders->home_len =
		copy_text(ret_folders->home, sizeof(ret_folders->home), found->pw_dir);
	ret_folders->shell_len =
		copy_text(ret_folders->shell, sizeof(ret_folders->shell), found->pw_shell);
	return 0;
}

int source_new(const char *host_root, int (*files)(void *ctx, uint32_t pid), void *ctx,
	       struct state_source **ret_source)
{
	struct source *source = calloc(1, sizeof(*source));

	if (source)
		source->host_root = strdup(host_root);
	if (!source || !source->host_root) {
		free(source);
		return -ENOMEM;
	}
	source->files = files;
	source->files_ctx = ctx;
	cgroup_paths_open(&source->cgroups, host_root);
	source->public = (struct state_source){
		.ctx = source,
		.process_seed = source_process_seed,
		.process_cgroup = source_process_cgroup,
		.cgroup_path = source_cgroup_path,
		.process_files = source_process_files,
		.process_limits = source_process_limits,
		.fd_name = source_fd_name,
		.container_info = source_container_info,
		.container_list = source_container_list,
		.container_users = source_container_users,
		.user_name = source_user_name,
		.group_name = source_group_name,
		.service_name = source_service_name,
		.user_folders = source_user_folders,
	};
	*ret_source = &source->public;
	return 0;
}

void source_free(struct state_source *source)
{
	struct source *own = (struct source *)source;

	if (!own)
		return;
	inspector_free(own->inspector);
	cgroup_paths_close(&own->cgroups);
	free(own->host_root);
	free(own->users);
	free(own->groups);
	free(own);
}
