/* SPDX-License-Identifier: Apache-2.0 */
/* What /proc knows of a process, for the state and for the process list of captures. */
#ifndef PROBE_PROC_SEED_H
#define PROBE_PROC_SEED_H

#include "schema/seed.h"

/*
 * Reads the wanted parts (enum seed_part) of the process in /proc/PID into *ret_seed, which is
 * initialised (process_seed_init) and keeps what it has where a file cannot be read. pid and tid
 * are set, start_boot_ns is not: /proc knows it to a clock tick only. Returns 0, or -ENOENT when
 * there is no such process.
 */
int proc_seed_read(const char *root, uint32_t pid, unsigned parts, struct process_seed *ret_seed);

/*
 * The seed of a process becomes that of one of its threads, or of its leader again. vtid stays the
 * leader's in a pid namespace of its own.
 */
void proc_seed_thread(struct process_seed *seed, uint32_t tid);

#endif
