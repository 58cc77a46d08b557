/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths as text: what a caller wrote, made absolute. No file system is asked: `..` takes away the
 * name before it, whatever that is.
 */
#ifndef STATE_PATH_H
#define STATE_PATH_H

#include <stddef.h>

#define PATH_TEXT_MAX 4096

struct path_part {
	const char *data; /* NULL: not known */
	size_t len;
};

/*
 * Writes path, relative to base where it does not begin with a slash, without empty names, `.` and
 * `..`. An empty path is the base. Returns its length; 0 when it does not fit, or is relative to a
 * base that is not known or not absolute. No NUL follows.
 */
size_t path_join(char *text, size_t size, struct path_part base, struct path_part path);
/* The length of the folder of an absolute path: up to its last slash, 1 for those in the root. */
size_t path_folder_len(const char *path, size_t len);

#endif
