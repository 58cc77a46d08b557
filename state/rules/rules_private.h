/* SPDX-License-Identifier: Apache-2.0 */
/* For compile.c, select.c and match.c: what a set of rules is made of. */
#ifndef STATE_RULES_RULES_PRIVATE_H
#define STATE_RULES_RULES_PRIVATE_H

#include <stdatomic.h>
#include "names.h"
#include "rules.h"
#include "state/filter/eval.h"

struct rules {
	atomic_uint refs;
	struct memory *memory; /* a reference */
	struct arena arena;    /* all texts and rules */
	struct rule *items;
	size_t len;
	struct rule_below *below;
	size_t below_len;
	struct filter_set *set;        /* of those that are enabled, or of all */
	size_t *by_id;                 /* id of the set -> index of the rule */
	uint32_t *ids;                 /* room for what matches, under each name */
	struct rule_cost *before;      /* by index: what was counted by others of the name */
	struct filter_cost *set_costs; /* room for those of the set */
	size_t memory_bytes;
	int (*port)(void *ctx, const char *service);
	size_t (*host)(void *ctx, const char *name, struct field_ip *addresses);
};

void rule_release(struct rule *rule);
/* Moves default rules behind all others. Returns 0, or -ENOMEM: nothing has moved. */
int rules_defaults_last(struct rules *rules);

/* Room for `room` rules. Returns 0 or -ENOMEM. */
int rules_new(size_t memory_bytes, size_t room, struct rules **ret_rules);

#endif
