/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Containers that runtimes have files of, whether anything runs in them: made and never started,
 * and ended ones. Of docker the folders of its containers, of containers/storage its list, of LXC
 * the folders with a config; of pods what containerd's and CRI-O's sockets list. Below the usual
 * folders and those that a container was found in before. systemd-nspawn keeps no file of what
 * does not run.
 */
#include <dirent.h>
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
	struct container_listed *list;
	size_t len, size;
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
	for (size_t i = 0; i < listing->len; i++)
		if (!strcmp(listing->list[i].match.id, listed->match.id))
			return;
	if (listing->len < listing->size)
		listing->list[listing->len++] = *listed;
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
	while (dir && listing->len < listing->size && (entry = readdir(dir))) {
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

static void list_root(struct listing *listing, enum container_engine engine, const char *root)
{
	char path[PATH_MAX];

	listing->engine = engine;
	switch ((unsigned)engine) {
	case CONTAINER_DOCKER:
		snprintf(path, sizeof(path), "%s/containers", root);
		list_folders(listing, path, "config.v2.json");
		break;
	case CONTAINER_PODMAN: list_storage(listing, root); break;
	case CONTAINER_LXC: list_folders(listing, root, "config"); break;
	case CONTAINER_CRI:
	case CONTAINER_CRIO:
		/* Names of pods do not change. */
		listing->stamp = 0;
		snprintf(path, sizeof(path), "%s%s", listing->host_root, root);
		inspect_cri_list(path, listing->memory, add_cri, listing);
		break;
	default: break;
	}
}

size_t inspect_list(const char *host_root, struct inspect_memory *memory,
		    struct container_listed *list, size_t size)
{
	static const struct inspect_root usual[] = {
		{ CONTAINER_DOCKER, INSPECT_DOCKER },
		{ CONTAINER_PODMAN, INSPECT_STORAGE },
		{ CONTAINER_LXC, INSPECT_LXC },
		{ CONTAINER_CRI, "/run/containerd/containerd.sock" },
		{ CONTAINER_CRIO, "/run/crio/crio.sock" },
	};
	struct listing listing = {
		.host_root = host_root, .memory = memory, .list = list, .size = size
	};
	const size_t usual_len = sizeof(usual) / sizeof(usual[0]);

	for (size_t i = 0; i < usual_len; i++)
		list_root(&listing, usual[i].engine, usual[i].path);
	for (size_t i = 0; i < memory->roots_len; i++) {
		const struct inspect_root *root = &memory->roots[i];
		bool again = false;

		for (size_t j = 0; j < usual_len; j++)
			again |= usual[j].engine == root->engine &&
				 !strcmp(usual[j].path, root->path);
		if (!again)
			list_root(&listing, root->engine, root->path);
	}
	return listing.len;
}
