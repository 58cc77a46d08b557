/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a cgroup id of a record or sample stands for: its path in its hierarchy. A kernfs id is a
 * file handle (fs/kernfs/mount.c, FILEID_KERNFS), so it is opened without a search and without a
 * process in it; that needs CAP_DAC_READ_SEARCH.
 */
#ifndef PROBE_CGROUP_PATH_H
#define PROBE_CGROUP_PATH_H

#include <stddef.h>
#include <stdint.h>

struct cgroup_mount {
	int fd; /* of its root, -1: there is none */
	char path[256];
};

struct cgroup_paths {
	struct cgroup_mount v2, pids; /* pids: of v1, where ids are of that */
};

/* Finds the mounts, below root ("" or a folder). Never fails: without mounts nothing is found. */
void cgroup_paths_open(struct cgroup_paths *paths, const char *root);
void cgroup_paths_close(struct cgroup_paths *paths);
/*
 * *len: in, the room of path; out, the bytes written, no NUL. Returns 0, -ENOENT when the cgroup is
 * gone or out of sight, or another -errno.
 */
int cgroup_path_of(const struct cgroup_paths *paths, uint64_t cgroup_id, char *path, size_t *len);

#endif
