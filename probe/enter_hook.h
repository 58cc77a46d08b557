/* SPDX-License-Identifier: Apache-2.0 */
/* The thread that attaches and detaches the program on sys_enter. For files of probe/ alone. */
#ifndef PROBE_ENTER_HOOK_H
#define PROBE_ENTER_HOOK_H

struct probe;
struct enter_hook;

/* Detaches, ends the thread. NULL is fine. */
void enter_hook_free(struct enter_hook *hook);

#endif
