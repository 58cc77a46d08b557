/* SPDX-License-Identifier: Apache-2.0 */
/* What raw arguments point to, for render.c. */
#ifndef PROBE_SCHEMA_RENDER_DATA_H
#define PROBE_SCHEMA_RENDER_DATA_H

#include "render.h"

/*
 * Appends what argument index points to: event->arg_data[index], which is there. By type:
 *
 *   1.5s  1699999999.5  [1s, now]     times: short ones as durations, wall clock as it stands
 *   {interval=1s, value=20ms}         timers
 *   [INT TERM]  ~[KILL]               signal sets
 *   exited 1   killed SIGSEGV core    what wait says
 *   {EPOLLIN|EPOLLET, data=0x5}       structs, by the names of their members
 *   [3 5]                             descriptors, CPUs (0-3), groups
 *   127.0.0.1:80                      addresses
 *   some bytes..                      data: printable ASCII, everything else as a dot
 *
 * Bytes that are no such thing (too few of them) are shown as data.
 */
void arg_data_render(const struct event *event, size_t index, struct text_buf *buf);

#endif
