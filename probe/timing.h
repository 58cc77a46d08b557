/* SPDX-License-Identifier: Apache-2.0 */
/* The thread that attaches and detaches the program on sys_enter. For files of probe/ alone. */
#ifndef PROBE_TIMING_H
#define PROBE_TIMING_H

struct probe;
struct timing;

/* Detaches, ends the thread. NULL is fine. */
void timing_free(struct timing *timing);

#endif
