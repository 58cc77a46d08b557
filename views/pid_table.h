/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processes by pid and start, numbered in the order in which they were added: 0, 1, ... A pid may
 * be there more than once.
 */
#ifndef VIEWS_PID_TABLE_H
#define VIEWS_PID_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct pid_table;

#define PID_TABLE_NONE SIZE_MAX

/* For at most `max` processes. 0 or -ENOMEM. */
int pid_table_new(size_t max, struct pid_table **ret_table);
void pid_table_free(struct pid_table *table); /* NULL is fine */
/* Its number; PID_TABLE_NONE: it is not there. */
size_t pid_table_find(const struct pid_table *table, uint32_t pid, uint64_t start_boot_ns);
/* The number of a new one, or of the one that is there; PID_TABLE_NONE: there is no room. */
size_t pid_table_add(struct pid_table *table, uint32_t pid, uint64_t start_boot_ns);
/* One of that pid that started no later than a time; PID_TABLE_NONE: there is none. */
size_t pid_table_before(const struct pid_table *table, uint32_t pid, uint64_t boot_ns);
size_t pid_table_len(const struct pid_table *table);

#endif
