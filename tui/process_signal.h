/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signals to processes of tables. A pid can be another process by the time that somebody confirmed:
 * the process is held by a descriptor (pidfd_open(2)) from the moment that it was chosen, and its
 * start time is compared with that of the row.
 */
#ifndef TUI_PROCESS_SIGNAL_H
#define TUI_PROCESS_SIGNAL_H

#include <stddef.h>
#include <stdint.h>

/*
 * A descriptor of the process with that start time (ns after boot; 0: whatever process has the pid
 * now). The caller closes it. Returns it, -ESRCH when there is none or another one has the pid, or
 * another -errno.
 */
int process_signal_open(uint32_t pid, uint64_t start_boot_ns);
/*
 * What the process is called now, NUL-terminated and as the host has it (not safe to show). Rows
 * have the name of the last refresh: it may have executed another program. Returns 0 or -errno.
 */
int process_signal_name(uint32_t pid, char *ret_name, size_t size);
/* Returns 0, -ESRCH when it has ended, -EPERM, or another -errno. */
int process_signal_send(int fd, int sig);

#endif
