/* SPDX-License-Identifier: Apache-2.0 */
/* Where headless modes write: standard output or a file opened before privileges are dropped. */
#ifndef TUI_OUTPUT_H
#define TUI_OUTPUT_H

#include <stdio.h>

/*
 * Opens path (NULL: standard output) for writing. A file is made anew, with mode 0600 and, when
 * saker runs through sudo, the caller as its owner; one that is there is unlinked first, so that
 * its other names keep their text. Devices and fifos are opened as they are. /dev/stdout and
 * /dev/stderr are the streams; any other symbolic link is refused with -ELOOP. Returns 0 or -errno.
 * The caller closes it with output_close().
 */
int output_open(const char *path, FILE **ret_file);
/*
 * The same as a descriptor that the caller owns, for who writes bytes. "-" is standard output,
 * which is duplicated. Returns it or -errno.
 */
int output_open_fd(const char *path);
/* A new file alone: one that is there is -EEXIST. A descriptor that the caller owns, or -errno. */
int output_new_fd(const char *path);
/*
 * A file that bytes are appended to: one that is there is opened as it is, a new one has mode 0600
 * and an owner as above. Symbolic links are refused with -ELOOP, files with other names with
 * -EMLINK.
 * A descriptor that the caller owns, or -errno.
 */
int output_append_fd(const char *path);
/* Hands on what is buffered. Returns 0, -EPIPE when the reader went away, or another -errno. */
int output_flush(FILE *file);
/* Flushes and closes. As output_flush(). */
int output_close(FILE *file);
/* Says on standard error what output_flush() returned. path as in output_open(). */
void output_say(const char *path, int rc);

#endif
