/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Containers that runtimes have files of, whether anything runs in them: made and never started,
 * and ended ones. Of docker the folders of its containers, of containers/storage its list, of LXC
 * the folders with a config; of pods what containerd's and CRI-O's sockets list: one that does not
 * answer what it did before. Below the usual folders and those that a container was found in.
 * systemd-nspawn keeps no file of what does not run.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "inspect_list.h"

#define SHOWN 12 /* digits of an id */

/* A list in the making. */
struct listing {
	const char *host_root;
	struct inspect_memory *memory;
	const struct inspect_list *before; /* the last one */
	struct inspect_list *list;
	enum container_engine engine; /* of those that are added */
	uint64_t stamp;
};

/* 0: there is no such file. */
static uint64_t file_stamp(const char *path)
{
	struct stat stat_buf;

	return stat(path, &stat_buf) == 0 && S_ISREG(stat_buf.st_mode) ? inspect_stamp(&stat_buf)
								       : 0;
}

/* What files say comes before what sockets say of the same one. */
static void add_listed(struct listing *listing, const struct container_listed *listed)
{
	struct inspect_list *list = listing->list;

	for (size_t i = 0; i < list->len; i++)
		if (!strcmp(list->at[i].match.id, listed->match.id))
			return;
	if (list->len < INSPECT_LIST_MAX)
		list->at[list->len++] = *listed;
}

static void add(struct listing *listing, const char *id, size_t len)
{
	struct container_listed listed = { .match = { .engine = listing->engine },
					   .stamp = listing->stamp };
	bool digits = container_is_hex_id(id, len);

	if (!digits && len >= CONTAINER_ID_MAX)
		return;
	memcpy(listed.match.id, id, digits ? SHOWN : len);
	if (digits)
		memcpy(listed.match.full_id, id, len);
	add_listed(listing, &listed);
}

static void add_storage(void *ctx, const struct container_storage_entry *entry)
{
	struct listing *listing = ctx;

	listing->engine = entry->pod ? CONTAINER_CRIO : CONTAINER_PODMAN;
	listing->stamp = entry->stamp;
	if (container_is_hex_id(entry->id, strlen(entry->id)))
		add(listing, entry->id, strlen(entry->id));
}

static void add_cri(void *ctx, const char *id, size_t len)
{
	if (container_is_hex_id(id, len))
		add(ctx, id, len);
}

static void list_storage(struct listing *listing, const char *root)
{
	for (size_t i = 0; i < 4; i++) {
		char path[PATH_MAX], *bytes;
		size_t len = 0;

		if ((size_t)snprintf(path, sizeof(path), "%s%s/%s-containers/containers.json",
				     listing->host_root, root,
				     inspect_storage_drivers[i]) >= sizeof(path))
			return;
		bytes = inspect_read_file(path, &len, NULL);
		if (bytes)
			container_info_storage_ids(bytes, len, add_storage, listing);
		free(bytes);
	}
}

/* The folders below one, each with such a file: "containers/ID/config.v2.json". */
static void list_folders(struct listing *listing, const char *folder, const char *file)
{
	char path[PATH_MAX];
	struct dirent *entry;
	DIR *dir;

	if ((size_t)snprintf(path, sizeof(path), "%s%s", listing->host_root, folder) >=
	    sizeof(path))
		return;
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.' ||
		    (size_t)snprintf(path, sizeof(path), "%s%s/%s/%s", listing->host_root, folder,
				     entry->d_name, file) >= sizeof(path))
			continue;
		listing->stamp = file_stamp(path);
		if (listing->stamp && (listing->engine == CONTAINER_LXC ||
				       container_is_hex_id(entry->d_name, strlen(entry->d_name))))
			add(listing, entry->d_name, strlen(entry->d_name));
	}
	if (dir)
		closedir(dir);
}

static void list_socket(struct listing *listing, const char *socket_path)
{
	const struct inspect_list *before = listing->before;
	char path[PATH_MAX];
	int rc;

	/* Names of pods do not change. */
	listing->stamp = 0;
	snprintf(path, sizeof(path), "%s%s", listing->host_root, socket_path);
	rc = inspect_cri_list(path, listing->memory, add_cri, listing);
	for (size_t i = 0; rc < 0 && rc != -ENOENT && i < before->len; i++)
		if (before->at[i].match.engine == listing->engine)
			add_listed(listing, &before->at[i]);
}

static bool is_in(const struct inspect_root *roots, size_t len, const struct inspect_root *root)
{
	for (size_t i = 0; i < len; i++)
		if (roots[i].engine == root->engine && !strcmp(roots[i].path, root->path))
			return true;
	return false;
}

static void list_root(struct listing *listing, const struct inspect_root *root)
{
	char path[PATH_MAX];

	listing->engine = root->engine;
	switch ((unsigned)root->engine) {
	case CONTAINER_DOCKER:
		snprintf(path, sizeof(path), "%s/containers", root->path);
		list_folders(listing, path, "config.v2.json");
		break;
	case CONTAINER_PODMAN: list_storage(listing, root->path); break;
	case CONTAINER_LXC: list_folders(listing, root->path, "config"); break;
	case CONTAINER_CRI:
	case CONTAINER_CRIO: list_socket(listing, root->path); break;
	default: break;
	}
}

void inspect_list(const char *host_root, struct inspect_memory *memory,
		  const struct inspect_list *before, struct inspect_list *ret_list)
{
	static const struct inspect_root usual[] = {
		{ CONTAINER_DOCKER, INSPECT_DOCKER },
		{ CONTAINER_PODMAN, INSPECT_STORAGE },
		{ CONTAINER_LXC, INSPECT_LXC },
	};
	struct listing listing = {
		.host_root = host_root, .memory = memory, .before = before, .list = ret_list
	};

	ret_list->len = 0;
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		list_root(&listing, &usual[i]);
	for (size_t i = 0; i < INSPECT_CRI_SOCKETS; i++)
		list_root(&listing, &inspect_cri_sockets[i]);
	for (size_t i = 0; i < memory->roots_len; i++)
		if (!is_in(usual, sizeof(usual) / sizeof(usual[0]), &memory->roots[i]) &&
		    !is_in(inspect_cri_sockets, INSPECT_CRI_SOCKETS, &memory->roots[i]))
			list_root(&listing, &memory->roots[i]);
}
