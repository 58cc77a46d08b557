/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Machines: LXC keeps a folder for each container, its monitor says where; systemd-nspawn has all
 * on its command line. Both, and libvirt, give a container its name themselves.
 */
#include "inspect.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inspect_parts.h"

#define NSPAWN_ANCESTORS 16 /* a machine has services, sessions, shells */
#define LXC_MONITOR "[lxc monitor] "

/* "[lxc monitor] PATH NAME", what the monitor calls itself (src/lxc/lxccontainer.c); or -P PATH. */
static bool lxc_folder(const char *args, size_t len, const char *name, char *folder, size_t size)
{
	size_t title = strlen(LXC_MONITOR), name_len = strlen(name), args_len = strlen(args);
	const char *end = args + len;

	if (!strncmp(args, LXC_MONITOR, title) && args_len > title + name_len + 1 &&
	    !strcmp(args + args_len - name_len, name) && args[args_len - name_len - 1] == ' ') {
		snprintf(folder, size, "%.*s", (int)(args_len - name_len - 1 - title),
			 args + title);
		return true;
	}
	for (const char *word = args; word < end; word += strlen(word) + 1) {
		const char *next = word + strlen(word) + 1;
		const char *path = NULL;

		if (!strcmp(word, "--"))
			break;
		if (!strncmp(word, "--lxcpath=", 10))
			path = word + 10;
		else if (!strcmp(word, "-P"))
			path = next < end ? next : NULL;
		else if (!strncmp(word, "-P", 2))
			path = word + 2;
		if (path) {
			snprintf(folder, size, "%s", path);
			return true;
		}
	}
	return false;
}

static bool lxc_take(struct search *search, const char *lxc)
{
	const char *name = search->match->id;
	char folder[PATH_MAX];

	/* A name that was cut, or is none. */
	if (strchr(name, '/') || name[0] == '.' ||
	    (size_t)snprintf(folder, sizeof(folder), "%s/%s", lxc, name) >= sizeof(folder))
		return false;
	if (!search_take(search, folder, "config", container_info_lxc))
		return false;
	search->info->stamp = search->stamp;
	inspect_note_root(search->memory, CONTAINER_LXC, lxc);
	return true;
}

static void search_lxc(struct search *search)
{
	char args[SEARCH_ARGUMENTS_BYTES], lxc[PATH_MAX];
	uint32_t pid = search->pid;

	if (lxc_take(search, INSPECT_LXC))
		return;
	for (size_t i = 0; i < search->memory->roots_len && !search->found; i++)
		if (search->memory->roots[i].engine == CONTAINER_LXC)
			lxc_take(search, search->memory->roots[i].path);
	for (int i = 0; i < SEARCH_ANCESTORS && !search->found && pid > 1; i++) {
		size_t len = inspect_arguments(search->host_root, pid, args, sizeof(args));

		if (len && lxc_folder(args, len, search->match->id, lxc, sizeof(lxc)))
			lxc_take(search, lxc);
		pid = inspect_parent(search->host_root, pid);
	}
}

static bool is_nspawn(const char *args)
{
	const char *slash = strrchr(args, '/');

	return !strcmp(slash ? slash + 1 : args, "systemd-nspawn");
}

/* The arguments of the systemd-nspawn above a process; 0: there is none. */
static size_t nspawn_arguments(const char *host_root, uint32_t pid, char *args, size_t size)
{
	for (int i = 0; i < NSPAWN_ANCESTORS && pid > 1; i++) {
		size_t len = inspect_arguments(host_root, pid, args, size);

		if (len && is_nspawn(args))
			return len;
		pid = inspect_parent(host_root, pid);
	}
	return 0;
}

static void search_nspawn(struct search *search)
{
	char args[SEARCH_ARGUMENTS_BYTES];
	size_t len = search->pid
			     ? nspawn_arguments(search->host_root, search->pid, args, sizeof(args))
			     : 0;

	search->found = len && container_info_nspawn(search->info, args, len) == 0;
}

void search_machine(struct search *search)
{
	if (search->match->engine == CONTAINER_LXC)
		search_lxc(search);
	else if (search->match->engine == CONTAINER_NSPAWN)
		search_nspawn(search);
	else
		search->found = true;
	if (!search->found)
		return;
	/* The name is what the cgroup says, whatever else is known. */
	free(search->info->name);
	search->info->name = strdup(search->match->id);
	search->found = search->info->name != NULL;
}

void inspect_nspawn_line(const char *host_root, uint32_t pid, char *text, size_t *len, size_t size)
{
	static const char group[] = "/" CONTAINER_NSPAWN_GROUP;
	struct container_info info = { .name = NULL };
	char args[SEARCH_ARGUMENTS_BYTES];
	size_t args_len;

	if (!memmem(text, *len, group, sizeof(group) - 1))
		return;
	args_len = nspawn_arguments(host_root, pid, args, sizeof(args));
	if (args_len && container_info_nspawn(&info, args, args_len) == 0 && info.name) {
		int added =
			snprintf(text + *len, size - *len, "%s0::/systemd-nspawn@%s.service%s\n",
				 *len && text[*len - 1] != '\n' ? "\n" : "", info.name, group);

		if (added > 0 && (size_t)added < size - *len)
			*len += (size_t)added;
	}
	container_info_release(&info);
}
