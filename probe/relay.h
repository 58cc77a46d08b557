/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kernels where a program with functions makes no tail call (arm64 before 6.0; no JIT): a second
 * program on the same hook makes it. See bpf/relay.h. For the files of probe/.
 */
#ifndef PROBE_RELAY_H
#define PROBE_RELAY_H

#include <stdbool.h>

struct bpf_object;
struct bpf_program;
struct probe;

/*
 * Sets probe->relayed: are tail calls to be relayed here? Not on kernels that preempt programs:
 * another task's call may come between the two programs.
 */
void relay_decide(struct probe *probe);
/* Is the program one that makes the tail calls of another? */
bool relay_is(const struct bpf_program *program);
/* Before the load of an object: leaves those out that are not wanted; none attaches by itself. */
void relay_choose(const struct probe *probe, struct bpf_object *object);
/* Behind all others of their hooks; 0 or -errno. */
int relay_attach_calls(const struct probe *probe);
int relay_attach_uring(const struct probe *probe);

#endif
