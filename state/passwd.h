/* SPDX-License-Identifier: Apache-2.0 */
/*
 * passwd(5) and group(5), of the host or of a container's own root, as lines that are easy to look
 * up: "UID:NAME:HOME:SHELL\n", "GID:NAME\n", with the ids that the host knows them by. The files
 * are anybody's: what is no entry is passed over, and there is a limit to what is kept.
 */
#ifndef STATE_PASSWD_H
#define STATE_PASSWD_H

#include <stddef.h>
#include <stdint.h>

#define PASSWD_FILE_MAX (1u << 20) /* bytes of a file that are looked at */
#define PASSWD_LINES_MAX 12000     /* bytes that are kept of it: some 250 entries */

/* One line of /proc/PID/uid_map or gid_map. */
struct passwd_range {
	uint32_t inside, outside, len;
};
#define PASSWD_RANGES_MAX 32
struct passwd_map {
	struct passwd_range ranges[PASSWD_RANGES_MAX];
	size_t len; /* 0: ids are those of the host */
};

/* Takes the text of such a file; lines that are none are passed over. */
void passwd_map_parse(const char *text, struct passwd_map *ret_map);

/* The lines of a passwd or group file, an allocated text that may be ""; NULL without memory. */
char *passwd_users(const char *text, size_t len, const struct passwd_map *map);
char *passwd_groups(const char *text, size_t len, const struct passwd_map *map);

/* Parts of one line. Borrowed; a length of 0: not there. */
struct passwd_entry {
	const char *name, *home, *shell;
	size_t name_len, home_len, shell_len;
};
/* 0 or -ENOENT. lines may be NULL. */
int passwd_find(const char *lines, uint32_t id, struct passwd_entry *ret_entry);

#endif
