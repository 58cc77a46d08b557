/* SPDX-License-Identifier: Apache-2.0 */
#include "cgroup.h"

#include <ctype.h>
#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* What is known so far about the two hierarchies. */
struct cgroup_seen {
	bool v2, v2_used;     /* exists; has a process outside the root */
	bool pids, pids_used; /* the same for a v1 hierarchy with the pids controller */
};

/* Is word one of the comma-separated names in list[0..len)? */
static bool list_has(const char *list, size_t len, const char *word)
{
	size_t word_len = strlen(word);

	for (size_t at = 0; at + word_len <= len; at++) {
		bool starts = at == 0 || list[at - 1] == ',';
		bool ends = at + word_len == len || list[at + word_len] == ',';

		if (starts && ends && memcmp(list + at, word, word_len) == 0)
			return true;
	}
	return false;
}

/* One line of /proc/PID/cgroup, "ID:CONTROLLERS:PATH": see cgroups(7). */
static void cgroup_line(struct cgroup_seen *seen, const char *line)
{
	const char *names = strchr(line, ':');
	const char *path = names ? strchr(names + 1, ':') : NULL;
	bool used;

	if (!path)
		return;
	used = path[1] == '/' && path[2] != '\0' && path[2] != '\n';
	names++;
	if (names == path) {
		seen->v2 = true;
		seen->v2_used |= used;
	} else if (list_has(names, (size_t)(path - names), "pids")) {
		seen->pids = true;
		seen->pids_used |= used;
	}
}

static void cgroup_file(struct cgroup_seen *seen, const char *root, const char *pid)
{
	char path[PATH_MAX];
	char line[4352];
	FILE *file;

	snprintf(path, sizeof(path), "%s/proc/%s/cgroup", root, pid);
	file = fopen(path, "re");
	if (!file)
		return;
	while (fgets(line, sizeof(line), file))
		cgroup_line(seen, line);
	fclose(file);
}

enum cgroup_mode cgroup_mode_find(const char *root)
{
	struct cgroup_seen seen = { .v2 = false };
	struct dirent *entry;
	char path[PATH_MAX];
	DIR *dir;

	cgroup_file(&seen, root, "self");
	/* In another pid namespace than its /proc nobody is "self". */
	if (!seen.pids && !seen.v2)
		cgroup_file(&seen, "", "self");
	snprintf(path, sizeof(path), "%s/proc", root);
	dir = seen.pids ? opendir(path) : NULL;
	/* Without the pids controller in v1 there is no choice to make. */
	while (dir && !seen.pids_used && (entry = readdir(dir))) {
		if (isdigit((unsigned char)entry->d_name[0]))
			cgroup_file(&seen, root, entry->d_name);
	}
	if (dir)
		closedir(dir);

	if (seen.pids && (seen.pids_used || !seen.v2_used))
		return CGROUP_MODE_V1;
	return seen.v2 ? CGROUP_MODE_V2 : CGROUP_MODE_NONE;
}
