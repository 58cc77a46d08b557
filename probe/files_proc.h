/* SPDX-License-Identifier: Apache-2.0 */
/* Open files from /proc: type, device, inode, position, name; no addresses of sockets. */
#ifndef PROBE_FILES_PROC_H
#define PROBE_FILES_PROC_H

#include <sys/types.h>
#include "probe.h"

/* As probe_read_files(). Processes that end meanwhile or may not be read are passed over. */
int files_proc_read(const char *root, pid_t pid, probe_file_fn fn, void *ctx);

#endif
