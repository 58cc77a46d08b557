/* SPDX-License-Identifier: Apache-2.0 */
/* The hook on sys_enter, and the generation of its stamps. For files of probe/ alone. */
#ifndef PROBE_ENTER_HOOK_H
#define PROBE_ENTER_HOOK_H

struct probe;
struct enter_hook;

/* Detaches, ends the thread. NULL is fine. */
void enter_hook_free(struct enter_hook *hook);

#endif
