/* SPDX-License-Identifier: Apache-2.0 */
/* Entries of fd lists (FDL_V2), from and to struct file_sample. */
#ifndef PROBE_CAPTURE_FD_H
#define PROBE_CAPTURE_FD_H

#include "capture_bytes.h"
#include "schema/sample.h"

#define CAPTURE_FD_MAX 2048

/* Appends the entry, its length in front. name: path_len bytes, cut at what readers take. */
void capture_fd_put(struct capture_bytes *bytes, const struct file_sample *file, const char *name);
/*
 * Takes one entry: the sample (pid and start 0) and, in name[0..1024), path_len bytes. Returns 0,
 * -ENOENT for an entry that says nothing (unknown type; it is passed over), or -EBADMSG.
 */
int capture_fd_take(struct capture_cursor *cursor, struct file_sample *ret_file, char *name);

#endif
