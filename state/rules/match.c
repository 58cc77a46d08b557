/* SPDX-License-Identifier: Apache-2.0 */
/* Events against rules. */
#include "rules_private.h"
#include "state/filter/compile.h"
#include "state/filter/eval.h"
#include "state/filter/event.h"

static void hit(struct rules *rules, uint32_t id, enum rule_via via, struct rules_matcher *matcher)
{
	struct rule *rule = &rules->items[rules->by_id[id]];

	rule->hits++;
	matcher->fn(matcher->ctx, rule, via);
}

size_t rules_match(struct rules *rules, struct filter_event *event, struct rules_matcher *matcher)
{
	size_t max = matcher->which == RULES_FIRST ? 1 : rules->len;
	uint32_t *called = rules->ids, *resolved = rules->ids + rules->len;
	size_t called_len, resolved_len = 0, found = 0, c = 0, r = 0;

	if (max == 0)
		return 0;
	event->names = FILTER_NAMES_CALLED;
	called_len = filter_set_match(rules->set, event, called, max);
	if (matcher->names == RULES_NAMES_BOTH && filter_event_has_two_names(event)) {
		event->names = FILTER_NAMES_RESOLVED;
		resolved_len = filter_set_match(rules->set, event, resolved, max);
		event->names = FILTER_NAMES_CALLED;
	}
	/* Both are in the order of the rules. */
	while ((c < called_len || r < resolved_len) && found < max) {
		found++;
		if (c < called_len && (r == resolved_len || called[c] <= resolved[r])) {
			r += r < resolved_len && resolved[r] == called[c];
			hit(rules, called[c++], RULE_VIA_CALLED, matcher);
		} else {
			hit(rules, resolved[r++], RULE_VIA_RESOLVED, matcher);
		}
	}
	return found;
}

bool rules_want(struct rules *rules, uint16_t kind)
{
	return filter_set_wants(rules->set, kind);
}

uint32_t rules_events(struct rules *rules, struct filter_kinds *ret_kinds)
{
	return filter_set_gates(rules->set, ret_kinds);
}
