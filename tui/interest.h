/* SPDX-License-Identifier: Apache-2.0 */
/* From what a view needs streamed to the interest that the probe is given. */
#ifndef TUI_INTEREST_H
#define TUI_INTEREST_H

#include <stdbool.h>
#include "probe/probe.h"
#include "views/choice.h"
#include "views/view.h"

/*
 * Always wanted from the tasks in scope: calls that change processes and credentials
 * (SYSCALL_F_LIFE). OPENS adds the calls that open files, ALL everything. Focused tasks always give
 * everything. Events that are no calls, where they were asked for, come with ALL and from focused
 * tasks.
 */
struct event;
struct filter_kinds;

/* Does it change processes, credentials, working folders or open files, which name others? */
bool interest_changes_state(const struct event *event);
/*
 * kinds NULL: all. Else calls that can give no event of them are not streamed, but for those that
 * change processes or open files: other events are named after them.
 */
void interest_fill(enum view_stream stream, const struct choice *choice,
		   const struct filter_kinds *kinds, struct probe_interest *ret_interest);

#endif
