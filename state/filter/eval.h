/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Evaluating conditions. A check is evaluated at most once per event and name of its file, whatever
 * the number of conditions that have it; what depends on the process alone is kept for as long as
 * the process stays as it is.
 *
 * The two names of a file (struct filter_event, names): conditions are evaluated under the name
 * that the event is set to. To see both:
 *
 *   event.names = FILTER_NAMES_CALLED;
 *   n = filter_set_match(set, &event, ids, max);
 *   if (filter_event_has_two_names(&event)) {
 *           event.names = FILTER_NAMES_RESOLVED;
 *           ... again: what is new was found under the resolved name only
 *   }
 *
 * An event is recognised by its number and names: whoever changes an event in place calls
 * filter_set_forget().
 */
#ifndef STATE_FILTER_EVAL_H
#define STATE_FILTER_EVAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "compile.h"

struct filter_event;

/* Is the condition true for the event? */
bool filter_set_eval(struct filter_set *set, uint32_t id, struct filter_event *event);
/*
 * The conditions that are true for the event, in ascending order of ids, at most max of them: with
 * max 1 the first. Returns how many were found. Only those whose events include this one are
 * looked at.
 */
size_t filter_set_match(struct filter_set *set, struct filter_event *event, uint32_t *ids,
			size_t max);
/*
 * What filter_set_match() did so far with a condition: how often it was looked at, and of some of
 * those (one event in FILTER_SAMPLED, if the thread did not leave its CPU) how long that took.
 */
struct filter_cost {
	uint64_t evaluations;
	uint64_t sampled, sampled_ns;
};
#define FILTER_SAMPLED 128
/* Of all conditions, by id: room for filter_set_len(). */
void filter_set_costs(const struct filter_set *set, struct filter_cost *ret_costs);
/* Can any condition of the set be true for events of this kind? Costs nothing. */
bool filter_set_wants(struct filter_set *set, uint16_t kind);
/* Nothing is known any more of the event and its process. */
void filter_set_forget(struct filter_set *set);

/* Does condition 0 accept the event, by either name of its file? */
bool filter_set_accepts(struct filter_set *set, struct filter_event *event);
/* The same for the record that the state took last. */
bool filter_set_accepts_last(struct filter_set *set, struct filter_event *event);

#endif
