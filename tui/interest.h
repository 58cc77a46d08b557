/* SPDX-License-Identifier: Apache-2.0 */
/* From what a view needs streamed to the interest that the probe is given. */
#ifndef TUI_INTEREST_H
#define TUI_INTEREST_H

#include "probe/probe.h"
#include "views/choice.h"
#include "views/view.h"

/*
 * Always wanted from the tasks in scope: calls that change processes and credentials
 * (SYSCALL_F_LIFE). OPENS adds the calls that open files, ALL everything. Focused tasks always give
 * everything.
 */
void interest_fill(enum view_stream stream, const struct choice *choice,
		   struct probe_interest *ret_interest);

#endif
