/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where runtimes keep what they know of a container: in the usual folders, or in those that a
 * process of the container gives away. docker and podman mount files of their own folder into it
 * (/etc/hostname and others: the fourth column of mountinfo), and its root is an overlay in their
 * storage (upperdir); containerd's shim, the parent of the container's first process, runs in the
 * folder with its config.json; runc and conmon have theirs among their arguments.
 */
#include "inspect.h"
#include "inspect_parts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE_MAX_BYTES 8192
#define CGROUP_BYTES 16384 /* of the cgroups of a process */
#define TASKS_NAME "/io.containerd.runtime.v2.task/"

static void close_file(FILE **file)
{
	if (*file)
		fclose(*file);
}
#define _cleanup_fclose_ __attribute__((cleanup(close_file)))

static void free_text(char **text)
{
	free(*text);
}
#define _cleanup_text_ __attribute__((cleanup(free_text)))

uint64_t inspect_stamp(const struct stat *stat)
{
	uint64_t stamp =
		((uint64_t)stat->st_mtim.tv_sec * 1000000000u + (uint64_t)stat->st_mtim.tv_nsec) ^
		((uint64_t)stat->st_ino << 32) ^ (uint64_t)stat->st_size;

	return stamp ? stamp : 1;
}

char *inspect_read_file(const char *path, size_t *ret_len, uint64_t *ret_stamp)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat stat;
	char *bytes = NULL;
	ssize_t len;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &stat) == 0 && S_ISREG(stat.st_mode) && stat.st_size > 0 &&
	    (size_t)stat.st_size <= CONTAINER_INFO_BYTES_MAX)
		bytes = malloc((size_t)stat.st_size);
	len = bytes ? read(fd, bytes, (size_t)stat.st_size) : -1;
	close(fd);
	if (len > 0) {
		*ret_len = (size_t)len;
		if (ret_stamp)
			*ret_stamp = inspect_stamp(&stat);
		return bytes;
	}
	free(bytes);
	return NULL;
}

bool search_take(struct search *search, const char *folder, const char *name, search_take_fn fn)
{
	_cleanup_text_ char *bytes = NULL;
	char path[PATH_MAX];
	size_t len = 0;

	if ((size_t)snprintf(path, sizeof(path), "%s%s/%s", search->host_root, folder, name) >=
	    sizeof(path))
		return false;
	bytes = inspect_read_file(path, &len, &search->stamp);
	if (!bytes || fn(search->info, bytes, len) < 0)
		return false;
	search->found = true;
	return true;
}

static void search_docker(struct search *search, const char *root)
{
	static const char *const drivers[] = { "overlay2", "overlayfs", "fuse-overlayfs",
					       "vfs",      "btrfs",     "zfs" };
	char folder[PATH_MAX];

	if ((size_t)snprintf(folder, sizeof(folder), "%s/containers/%s", root,
			     search->match->full_id) >= sizeof(folder))
		return;
	if (!search_take(search, folder, "config.v2.json", container_info_docker))
		return;
	search->info->stamp = search->stamp;
	inspect_note_root(search->memory, CONTAINER_DOCKER, root);
	search_take(search, folder, "hostconfig.json", container_info_docker_host);
	for (size_t i = 0; i < sizeof(drivers) / sizeof(drivers[0]) && !search->info->digest; i++) {
		snprintf(folder, sizeof(folder), "%s/image/%s", root, drivers[i]);
		search_take(search, folder, "repositories.json", container_info_repositories);
	}
}

const char *search_id(const struct search *search)
{
	return *search->match->full_id ? search->match->full_id : search->match->id;
}

/*
 * docker's bundle binds files of docker's own folder for the container:
 * "ROOT/containers/ID/hostname".
 */
static void search_bundle(struct search *search, const char *folder)
{
	static const char containers[] = "/containers/";

	if (search->match->engine != CONTAINER_DOCKER)
		return;
	for (size_t i = 0; i < search->info->mounts_len; i++) {
		char root[PATH_MAX], *at;

		snprintf(root, sizeof(root), "%s", search->info->mounts[i].source);
		at = strstr(root, containers);
		if (!at || strncmp(at + strlen(containers), search_id(search),
				   strlen(search_id(search))) != 0)
			continue;
		*at = '\0';
		/* What docker itself says is more, and is the first to be believed. */
		container_info_release(search->info);
		search_docker(search, root);
		return;
	}
}

/* containers/storage: one list for all containers, and a folder for each. */
static void search_storage(struct search *search, const char *root)
{
	const char *const *drivers = inspect_storage_drivers;

	for (size_t i = 0; i < 4 && !search->found; i++) {
		_cleanup_text_ char *bytes = NULL;
		char path[PATH_MAX], folder[PATH_MAX];
		size_t len = 0;

		if ((size_t)snprintf(path, sizeof(path), "%s%s/%s-containers/containers.json",
				     search->host_root, root, drivers[i]) >= sizeof(path) ||
		    (size_t)snprintf(folder, sizeof(folder), "%s/%s-containers/%s/userdata", root,
				     drivers[i], search->match->full_id) >= sizeof(folder))
			return;
		bytes = inspect_read_file(path, &len, NULL);
		if (!bytes ||
		    container_info_storage(search->info, bytes, len, search->match->full_id) < 0)
			continue;
		search->found = true;
		inspect_note_root(search->memory, CONTAINER_PODMAN, root);
		search_take(search, folder, "config.json", container_info_oci);
		snprintf(folder, sizeof(folder), "%s/%s-images", root, drivers[i]);
		search_take(search, folder, "images.json", container_info_images);
	}
}

/* containerd: a folder per namespace, in it one per container. */
static void search_tasks(struct search *search)
{
	const char *id = search_id(search);
	char path[PATH_MAX];
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "%s%s", search->host_root, INSPECT_TASKS);
	dir = opendir(path);
	if (!dir || strchr(id, '/')) {
		if (dir)
			closedir(dir);
		return;
	}
	while (!search->found && (entry = readdir(dir))) {
		if (*entry->d_name == '.' ||
		    (size_t)snprintf(path, sizeof(path), "%s/%s/%s", INSPECT_TASKS, entry->d_name,
				     id) >= sizeof(path))
			continue;
		search_take(search, path, "config.json", container_info_oci);
	}
	closedir(dir);
}

/*
 * "ROOT/containers/ID/hostname" or "ROOT/overlay-containers/ID/userdata/hostname" in a line of
 * mountinfo: cuts the line to ROOT and returns it. The path is one inside its file system; that is
 * the path of the host where that file system is the host's root, as is usual.
 */
static char *mount_root(char *line, const char *id)
{
	static const char *const folders[] = { "/containers/", "-containers/" };
	char *root, *end, *at = NULL;

	for (int column = 0; column < 3 && line; column++)
		line = (line = strchr(line, ' ')) ? line + 1 : NULL;
	if (!line || *line != '/')
		return NULL;
	root = line;
	end = strchr(root, ' ');
	if (end)
		*end = '\0';
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]) && !at; i++) {
		at = strstr(root, folders[i]);
		if (at && strncmp(at + strlen(folders[i]), id, strlen(id)) != 0)
			at = NULL;
	}
	if (!at)
		return NULL;
	while (*at != '/')
		at--;
	*at = '\0';
	return root;
}

/* "upperdir=ROOT/overlay/..." of the container's root: cuts the line to ROOT and returns it. */
static char *overlay_root(char *line)
{
	static const char *const folders[] = { "/overlay/", "/overlay2/" };
	char *root = strstr(line, "upperdir=/"), *end, *at = NULL;

	if (!root)
		return NULL;
	root += strlen("upperdir=");
	end = strpbrk(root, ",\n");
	if (end)
		*end = '\0';
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]) && !at; i++)
		at = strstr(root, folders[i]);
	if (!at)
		return NULL;
	*at = '\0';
	return root;
}

static void search_mounts(struct search *search,
			  void (*fn)(struct search *search, const char *root))
{
	_cleanup_fclose_ FILE *file = NULL;
	char path[PATH_MAX], line[LINE_MAX_BYTES];

	snprintf(path, sizeof(path), "%s/proc/%u/mountinfo", search->host_root, search->pid);
	file = fopen(path, "re");
	while (file && !search->found && fgets(line, sizeof(line), file)) {
		char *root = strstr(line, " - overlay ") ? overlay_root(line)
							 : mount_root(line, search->match->full_id);

		if (root)
			fn(search, root);
	}
}

uint32_t inspect_parent(const char *host_root, uint32_t pid)
{
	_cleanup_fclose_ FILE *file = NULL;
	char path[PATH_MAX], line[512];
	unsigned parent = 0;
	const char *after;

	snprintf(path, sizeof(path), "%s/proc/%u/stat", host_root, pid);
	file = fopen(path, "re");
	if (!file || !fgets(line, sizeof(line), file))
		return 0;
	after = strrchr(line, ')');
	return after && sscanf(after + 1, " %*c %u", &parent) == 1 ? parent : 0;
}

/* A file of a process, with a NUL behind it; the number of bytes, less than size. */
static size_t read_proc(const char *host_root, uint32_t pid, const char *name, char *text,
			size_t size)
{
	_cleanup_fclose_ FILE *file = NULL;
	char path[PATH_MAX];
	size_t len;

	snprintf(path, sizeof(path), "%s/proc/%u/%s", host_root, pid, name);
	file = fopen(path, "re");
	len = file ? fread(text, 1, size - 1, file) : 0;
	text[len] = '\0';
	return len;
}

size_t inspect_arguments(const char *host_root, uint32_t pid, char *args, size_t size)
{
	return read_proc(host_root, pid, "cmdline", args, size);
}

bool inspect_is_contained(const char *host_root, uint32_t pid)
{
	struct container_match match;
	char lines[CGROUP_BYTES];

	container_match_lines(lines, read_proc(host_root, pid, "cgroup", lines, sizeof(lines)),
			      &match);
	return match.engine != CONTAINER_HOST;
}

/*
 * A path with the container's id as a component gives its runtime's folder away: that of a bundle,
 * or one of containers/storage.
 */
static void search_path(struct search *search, const char *path)
{
	const char *id = search_id(search);
	size_t id_len = strlen(id);
	char folder[PATH_MAX];
	const char *at = path;

	while ((at = strstr(at, id))) {
		const char *end = at + id_len;
		const char *storage;

		if (at == path || at[-1] != '/' || (*end && *end != '/')) {
			at = end;
			continue;
		}
		snprintf(folder, sizeof(folder), "%.*s", (int)(end - path), path);
		storage = strstr(folder, "-containers/");
		if (storage) {
			while (*storage != '/')
				storage--;
			folder[storage - folder] = '\0';
			search_storage(search, folder);
		} else if (search_take(search, folder, "config.json", container_info_oci)) {
			search_bundle(search, folder);
		}
		return;
	}
}

/* Each argument of a process: shims and monitors have the folder there. */
static void search_arguments(struct search *search, uint32_t pid)
{
	char args[SEARCH_ARGUMENTS_BYTES];
	size_t len = inspect_arguments(search->host_root, pid, args, sizeof(args));

	for (const char *at = args; at < args + len && !search->found; at += strlen(at) + 1)
		if (*at == '/')
			search_path(search, at);
}

/* A pod's containers share its sandbox's shim: their folders are beside the one that it is in. */
static void search_beside(struct search *search, const char *folder)
{
	const char *slash = strrchr(folder, '/');
	char path[PATH_MAX];

	if (!strstr(folder, TASKS_NAME) || !slash || strchr(search_id(search), '/') ||
	    (size_t)snprintf(path, sizeof(path), "%.*s/%s", (int)(slash - folder), folder,
			     search_id(search)) >= sizeof(path))
		return;
	search_take(search, path, "config.json", container_info_oci);
}

/*
 * The processes above: runc and conmon name the folder, containerd's shim runs in it. They are
 * there before the container has a root of its own.
 */
static void search_ancestors(struct search *search)
{
	uint32_t pid = search->pid;

	for (int i = 0; i < SEARCH_ANCESTORS && !search->found && pid > 1; i++) {
		char path[PATH_MAX], folder[PATH_MAX];
		ssize_t len;

		snprintf(path, sizeof(path), "%s/proc/%u/cwd", search->host_root, pid);
		len = readlink(path, folder, sizeof(folder) - 1);
		folder[len > 0 ? len : 0] = '\0';
		search_path(search, folder);
		if (!search->found)
			search_beside(search, folder);
		if (!search->found)
			search_arguments(search, pid);
		pid = inspect_parent(search->host_root, pid);
	}
}

const char *const inspect_storage_drivers[4] = { "overlay", "vfs", "btrfs", "zfs" };

void inspect_note_root(struct inspect_memory *memory, enum container_engine engine,
		       const char *path)
{
	struct inspect_root *root = &memory->roots[memory->roots_len];

	for (size_t i = 0; i < memory->roots_len; i++)
		if (memory->roots[i].engine == engine && !strcmp(memory->roots[i].path, path))
			return;
	if (memory->roots_len == INSPECT_ROOTS_MAX || strlen(path) >= sizeof(root->path))
		return;
	root->engine = engine;
	memcpy(root->path, path, strlen(path) + 1);
	memory->roots_len++;
}

/* Where others of that runtime were found. */
static void search_roots(struct search *search, enum container_engine engine,
			 void (*fn)(struct search *search, const char *root))
{
	/* What is found is noted: a copy stays as it is. */
	struct inspect_memory memory = *search->memory;

	for (size_t i = 0; i < memory.roots_len && !search->found; i++)
		if (memory.roots[i].engine == engine)
			fn(search, memory.roots[i].path);
}

int inspect_container(const char *host_root, const struct container_match *match, uint32_t pid,
		      struct inspect_memory *memory, struct container_info *ret_info)
{
	struct container_info info = { .name = NULL };
	struct search search = {
		.host_root = host_root, .match = match, .pid = pid, .info = &info, .memory = memory
	};

	switch (match->engine) {
	case CONTAINER_DOCKER:
		search_docker(&search, INSPECT_DOCKER);
		if (!search.found)
			search_roots(&search, CONTAINER_DOCKER, search_docker);
		if (!search.found)
			search_mounts(&search, search_docker);
		if (!search.found)
			search_ancestors(&search);
		break;
	case CONTAINER_PODMAN:
	case CONTAINER_CRIO:
		search_storage(&search, INSPECT_STORAGE);
		if (!search.found)
			search_roots(&search, CONTAINER_PODMAN, search_storage);
		if (!search.found)
			search_ancestors(&search);
		if (!search.found)
			search_mounts(&search, search_storage);
		break;
	case CONTAINER_CRI:
	case CONTAINER_CONTAINERD:
		search_tasks(&search);
		if (!search.found)
			search_ancestors(&search);
		break;
	case CONTAINER_LXC:
	case CONTAINER_NSPAWN:
	case CONTAINER_LIBVIRT:
	case CONTAINER_BPM: search_machine(&search); break;
	case CONTAINER_HOST:
	case CONTAINER_ENGINE_COUNT: break;
	}
	search_sockets(&search);
	if (search.found) {
		*ret_info = info;
		return 0;
	}
	container_info_release(&info);
	return -ENOENT;
}
