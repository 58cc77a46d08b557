/* SPDX-License-Identifier: Apache-2.0 */
/* Which cgroup hierarchy tells processes apart on this machine. */
#ifndef PROBE_CGROUP_H
#define PROBE_CGROUP_H

enum cgroup_mode {
	CGROUP_MODE_V2,   /* the unified hierarchy */
	CGROUP_MODE_V1,   /* the pids controller's own hierarchy */
	CGROUP_MODE_NONE, /* no cgroups */
};

/*
 * Looks at where living processes are, below root ("" or a folder). On a hybrid machine (v2 mounted
 * beside v1 controllers) the pids controller decides, unless only v2 has processes outside its
 * root: container runtimes put processes in the controllers' hierarchies and may leave them in
 * their parent's v2 group.
 */
enum cgroup_mode cgroup_mode_find(const char *root);

#endif
