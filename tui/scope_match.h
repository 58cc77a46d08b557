/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line's scope applied to counters: the same answer that the kernel gives for events,
 * so that a table has rows for exactly the processes whose events can be streamed.
 */
#ifndef TUI_SCOPE_MATCH_H
#define TUI_SCOPE_MATCH_H

#include <stdbool.h>
#include "probe/probe.h"

bool scope_is_everything(const struct probe_scope *scope);
bool scope_match_task(const struct probe_scope *scope, const struct task_sample *task);
bool scope_match_exit(const struct probe_scope *scope, const struct task_exit *ended);

#endif
