/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which calls are streamed and shown, besides by scope and number: failed ones, slow ones. The
 * kernel side leaves the others out; views leave out what is in memory from before, and the calls
 * that are streamed for the tables of processes only.
 */
#ifndef VIEWS_CHOICE_H
#define VIEWS_CHOICE_H

#include <stdbool.h>
#include <stdint.h>
#include "probe/schema/render.h"
#include "state/snapshot.h"

struct view;

struct choice {
	bool failed;              /* failed calls */
	bool busy;                /* not those that wait for something (call_kinds.def) */
	uint64_t min_duration_ns; /* that took at least this long; 0: all */
	/*
	 * The number of the one call that a scope leaves, plus 1; 0: all. For the kernel: views go
	 * by the scope.
	 */
	uint16_t only;
	/* Of hits: those of one rule ("": all), or of one priority plus 1 (0: all). */
	char rule[128];
	uint8_t priority;
};

/* What a view begins with: that of slow calls has a least duration. */
struct choice choice_of_view(const struct view *view);
/* Whatever call the scope leaves. */
bool choice_is_everything(const struct choice *choice);
bool choice_same(const struct choice *a, const struct choice *b);
bool choice_accepts(const struct choice *choice, const struct history_event *kept);
/* Appends " > failed > 10ms+" as the breadcrumb has it; nothing when everything is chosen. */
void choice_render(const struct choice *choice, struct text_buf *buf);

#endif
