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
 * (SYSCALL_F_LIFE). OPENS adds the calls that open files, ALL everything; with INTEREST_FOCUS of
 * the focused tasks alone, which always give everything. Where one call is all that is shown
 * (choice.only), of the others only those that name things are wanted. Events that are no calls,
 * where they were asked for, come with ALL and from focused tasks.
 */
struct event;
struct filter_kinds;

/* Does it change processes, credentials, working folders or open files, which name others? */
bool interest_changes_state(const struct event *event);

/* What FILTER leaves over; zeros: everything. */
struct interest_filter {
	const struct filter_kinds *kinds; /* NULL: all */
	uint32_t gates;                   /* enum filter_gate */
	enum interest_files {
		INTEREST_FILES_SHOWN, /* somebody may look at what a process has open */
		INTEREST_FILES_HIDDEN,
	} files;
	enum interest_whose {
		INTEREST_SCOPE, /* what all tasks in scope do is shown */
		INTEREST_FOCUS, /* only what the focused ones do */
	} whose;
};

/*
 * Calls that can give no event of the kinds are not streamed, but for those that change processes
 * or open files: other events are named after them. The gates hold for the others too, and names
 * win over gates: opens are gated only where all that is shown are opens and nobody looks at files.
 */
/* What rules have to see beside what is shown. */
struct interest_rules {
	const struct filter_kinds *kinds;
	uint32_t gates; /* enum filter_gate */
};

void interest_fill(enum view_stream stream, const struct choice *choice,
		   const struct interest_filter *filter, struct probe_interest *ret_interest);
/*
 * Adds from all tasks in scope what events of the kinds need, gated where nobody else looks at the
 * calls; without FILTER_GATE_NO_FILES all calls that open and close too, as rules may ask what
 * a descriptor is. Rules see calls whatever their duration and result.
 */
void interest_add_rules(const struct interest_rules *rules, struct probe_interest *interest);

#endif
