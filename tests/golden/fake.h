/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A host that does not exist: fixed processes, calls, events and losses go through the real state
 * engine, so that every screen made from it is the same on every run. Some of its names are
 * hostile.
 *
 * Time moves only when the test steps it. The source's descriptor is the child's end of a terminal
 * (term.h): whatever the test sends makes it readable, and each snapshot taken is answered.
 */
#ifndef TESTS_GOLDEN_FAKE_H
#define TESTS_GOLDEN_FAKE_H

#include "term.h"
#include "tui/monitor.h"

struct fake;

enum fake_kind {
	FAKE_CALM,    /* ordinary processes */
	FAKE_RULES,   /* the same, and rules match some of their events */
	FAKE_HOSTILE, /* names, arguments and paths that try to drive the terminal */
};

struct fake *fake_new(enum fake_kind kind, const struct term_child *child);
void fake_free(struct fake *fake);
/* A source that lives as long as the fake. */
struct snapshot_source fake_source(struct fake *fake);
/* Of the context of a source, for what answers in its place. */
struct state *fake_state(void *ctx);

#endif
