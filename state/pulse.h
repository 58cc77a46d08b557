/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pulse of a process: what it did in each second of the last minute, and in each ten of the
 * last ten minutes. A process has one from its first activity until all of it is forgotten, so
 * those that idle for so long cost nothing.
 */
#ifndef STATE_PULSE_H
#define STATE_PULSE_H

#include "spark.h"

struct process;
struct state;

enum pulse_metric {
	PULSE_CALLS,
	PULSE_ERRORS,
	PULSE_BYTES,  /* of files, network, pipes, both ways; 4 GiB a second is as much as fits */
	PULSE_CPU_US, /* microseconds of CPU time */
	PULSE_COUNT
};

struct pulse {
	struct spark metrics[PULSE_COUNT];
};

/* Adds the differences of the refresh that ends; without memory they are not kept. */
void pulse_beat(struct state *state, struct process *process);
void pulse_free(struct state *state, struct process *process);

#endif
