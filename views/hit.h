/* SPDX-License-Identifier: Apache-2.0 */
/* Rule hits, for those who show them. */
#ifndef VIEWS_HIT_H
#define VIEWS_HIT_H

#include "state/rule_rows.h"
#include "state/snapshot.h"

/* "crit", "warning", ...: short names of priorities. Static. */
const char *hit_priority_name(unsigned priority);

/* Time that evaluating a rule took in the interval, by what was sampled. */
uint64_t rule_time_ns(const struct rule_row *rule);

#define HIT_SPARK_NS 5000000000ull /* of one value of a group's spark: five minutes in all */
#define HIT_MINUTE_NS 60000000000ull

/* Hits in memory of one rule, or of one priority. */
struct hit_group {
	const char *rule; /* of the first */
	unsigned priority;
	uint64_t count, minute; /* minute: of the last one */
	uint64_t first_ns, last_ns;
	uint32_t procs, containers, rules;
	const struct history_event *last;
	uint32_t spark[SPARK_SHOWN];
};

#endif
