/* SPDX-License-Identifier: Apache-2.0 */
/* This process's id as the BPF programs see it. */
#ifndef PROBE_OWN_PID_H
#define PROBE_OWN_PID_H

#include <stdint.h>

/*
 * Thread group id in the initial pid namespace: getpid() is another number when saker runs in a
 * container. Asked from the kernel by a test run of a tiny program; getpid() where that fails.
 */
uint32_t own_initial_pid(void);

#endif
