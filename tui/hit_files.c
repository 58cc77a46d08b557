/* SPDX-License-Identifier: Apache-2.0 */
#include "hit_files.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "probe/schema/decode.h"
#include "recorder.h"
#include "state/fd_table.h"
#include "state/state.h"

#define SLOTS 65536 /* a power of two; descriptors beyond half of it have no names */

/* A descriptor of a process: open addressing by both numbers. */
struct slot {
	uint32_t pid;
	int32_t fd;
	bool used, made; /* made: the first event of it opened it */
	uint64_t start_boot_ns;
	const char *first; /* what it was called at the first event */
	const char *told;  /* what was told of it last; NULL: nothing */
};

struct hit_files {
	struct state *state;
	struct recorder *recorder;
	struct slot *slots;
	size_t len;
	/* Those that were open before their first event, by pid. */
	struct slot **first;
	size_t first_len;
};

int hit_files_new(struct state *state, struct recorder *recorder, struct hit_files **ret_files)
{
	struct hit_files *files = calloc(1, sizeof(*files));

	if (files)
		files->slots = calloc(SLOTS, sizeof(*files->slots));
	if (!files || !files->slots) {
		free(files);
		return -ENOMEM;
	}
	files->state = state;
	files->recorder = recorder;
	*ret_files = files;
	return 0;
}

void hit_files_free(struct hit_files *files)
{
	if (!files)
		return;
	free(files->first);
	free(files->slots);
	free(files);
}

static struct slot *slot_of(struct hit_files *files, uint32_t pid, int32_t fd)
{
	uint64_t hash = ((uint64_t)pid << 32 | (uint32_t)fd) * 0x9e3779b97f4a7c15u;
	size_t i = hash >> 48 & (SLOTS - 1);

	while (files->slots[i].used && (files->slots[i].pid != pid || files->slots[i].fd != fd))
		i = (i + 1) & (SLOTS - 1);
	if (!files->slots[i].used) {
		if (files->len == SLOTS / 2)
			return NULL;
		files->len++;
		files->slots[i] = (struct slot){ .pid = pid, .fd = fd, .used = true };
	}
	return &files->slots[i];
}

/* The descriptor of an event that has a name; NULL: it has none. */
static struct slot *slot_of_event(struct hit_files *files, const struct history_event *kept,
				  bool *ret_made)
{
	struct event event;
	struct slot *slot;
	int64_t fd;

	if (!kept->fd_name || !*kept->fd_name ||
	    event_decode(kept->record, kept->record_len, &event) < 0 || event_fd(&event, &fd) < 0 ||
	    fd < 0 || fd > INT32_MAX)
		return NULL;
	slot = slot_of(files, event.prefix.pid, (int32_t)fd);
	if (slot)
		slot->start_boot_ns = event.prefix.start_boot_ns;
	*ret_made = fd_is_made(files->state, &event, fd);
	return slot;
}

/* The place of another descriptor among the event's arguments, which was open before. */
static struct slot *slot_of_other(struct hit_files *files, const struct history_event *kept,
				  size_t index)
{
	struct event event;
	struct slot *slot;

	if (event_decode(kept->record, kept->record_len, &event) < 0)
		return NULL;
	slot = slot_of(files, event.prefix.pid, (int32_t)kept->fds[index].fd);
	if (slot)
		slot->start_boot_ns = event.prefix.start_boot_ns;
	return slot;
}

void hit_files_see(struct hit_files *files, const struct history_event *kept)
{
	bool made;
	struct slot *slot = slot_of_event(files, kept, &made);

	if (slot && !slot->first) {
		slot->first = kept->fd_name;
		slot->made = made;
	}
	for (size_t i = 0; i < kept->fds_len; i++) {
		slot = slot_of_other(files, kept, i);
		if (slot && !slot->first)
			slot->first = kept->fds[i].name;
	}
}

/* --- what a name says of its file --- */

/* "1.2.3.4:80" or "[::1]:80"; returns what is behind, NULL when it is none. */
static const char *take_address(const char *text, uint16_t *ret_family, uint8_t *bytes,
				uint16_t *ret_port)
{
	bool bracket = *text == '[';
	const char *end = bracket ? strchr(text, ']') : strchr(text, ':');
	char address[64];
	size_t len;
	char *rest;
	long port;

	if (!end)
		return NULL;
	text += bracket;
	len = (size_t)(end - text);
	if (len >= sizeof(address))
		return NULL;
	memcpy(address, text, len);
	address[len] = '\0';
	*ret_family = bracket ? AF_INET6 : AF_INET;
	if (inet_pton(*ret_family, address, bytes) != 1)
		return NULL;
	end += bracket;
	if (*end != ':')
		return NULL;
	port = strtol(end + 1, &rest, 10);
	if (rest == end + 1 || port < 0 || port > UINT16_MAX)
		return NULL;
	*ret_port = (uint16_t)port;
	return rest;
}

/* Which side is whose is not in a name: client -> server; the process may be either. */
static bool is_socket(const char *name, struct file_sample *file)
{
	const char *rest = take_address(name, &file->family, file->saddr, &file->sport);
	uint16_t family;

	if (!rest || strncmp(rest, "->", 2) != 0)
		return false;
	rest = take_address(rest + 2, &family, file->daddr, &file->dport);
	file->mode = S_IFSOCK;
	file->sock_type = SOCK_STREAM;
	file->protocol = IPPROTO_TCP;
	file->sock_state = FILE_SOCK_ESTABLISHED;
	return rest && !*rest && family == file->family;
}

static uint32_t mode_of(const char *name)
{
	if (strncmp(name, "pipe:[", 6) == 0)
		return S_IFIFO;
	if (strncmp(name, "socket:[", 8) == 0)
		return S_IFSOCK;
	return name[0] == '/' ? S_IFREG : 0;
}

static void tell(struct hit_files *files, struct slot *slot, const char *name)
{
	struct file_sample file = { .pid = slot->pid,
				    .fd = slot->fd,
				    .start_boot_ns = slot->start_boot_ns };

	if (!is_socket(name, &file))
		file = (struct file_sample){ .pid = slot->pid,
					     .fd = slot->fd,
					     .start_boot_ns = slot->start_boot_ns,
					     .mode = mode_of(name) };
	file.path_len = (uint16_t)strnlen(name, RECORD_PATH_MAX - 1);
	state_file(files->state, &file, name);
	recorder_file(files->recorder, &file, name);
	slot->told = name;
}

/* --- telling --- */

static int compare_first(const void *a, const void *b)
{
	const struct slot *x = *(struct slot *const *)a, *y = *(struct slot *const *)b;

	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	return (x->fd > y->fd) - (x->fd < y->fd);
}

int hit_files_seen(struct hit_files *files)
{
	files->first = calloc(files->len + 1, sizeof(struct slot *));
	if (!files->first)
		return -ENOMEM;
	for (size_t i = 0; i < SLOTS; i++)
		if (files->slots[i].first && !files->slots[i].made)
			files->first[files->first_len++] = &files->slots[i];
	qsort(files->first, files->first_len, sizeof(struct slot *), compare_first);
	return 0;
}

void hit_files_tell_first(struct hit_files *files, uint32_t pid)
{
	size_t low = 0, high = files->first_len;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (files->first[middle]->pid < pid)
			low = middle + 1;
		else
			high = middle;
	}
	state_files_begin(files->state, pid, STATE_PASS_FOLLOW);
	recorder_files_begin(files->recorder, pid, STATE_PASS_FOLLOW);
	for (; low < files->first_len && files->first[low]->pid == pid; low++)
		tell(files, files->first[low], files->first[low]->first);
	state_files_end(files->state, pid);
	recorder_files_end(files->recorder, pid);
}

void hit_files_tell_event(struct hit_files *files, const struct history_event *kept)
{
	bool made;
	struct slot *slot = slot_of_event(files, kept, &made);

	/* What opens it tells of it itself. */
	if (slot && made)
		slot->told = kept->fd_name;
	else if (slot && (!slot->told || strcmp(slot->told, kept->fd_name) != 0))
		tell(files, slot, kept->fd_name);
	for (size_t i = 0; i < kept->fds_len; i++) {
		const char *name = kept->fds[i].name;

		slot = slot_of_other(files, kept, i);
		if (slot && (!slot->told || strcmp(slot->told, name) != 0))
			tell(files, slot, name);
	}
}
