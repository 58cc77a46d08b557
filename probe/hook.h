/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program that is attached while it is wanted, by a thread of its own: the kernel may wait for a
 * grace period of all CPUs (kernel/tracepoint.c) and the engine must not. For files of probe/.
 */
#ifndef PROBE_HOOK_H
#define PROBE_HOOK_H

#include <stdbool.h>

struct hook;
struct bpf_program;

enum hook_state { HOOK_OFF, HOOK_ON };

/* Starts the thread, under that name. 0 or -errno. The program outlives the hook. */
int hook_new(struct bpf_program *program, const char *thread_name, struct hook **ret_hook);
/* Detaches, ends the thread. NULL is fine. */
void hook_free(struct hook *hook);
/* An attach that failed is tried again when it is wanted anew. */
void hook_want(struct hook *hook, bool wanted);
/* enum hook_state, or -errno of the last attach. Off as soon as a detach begins. */
int hook_state(const struct hook *hook);

#endif
