/* SPDX-License-Identifier: Apache-2.0 */
#include "rule_watch.h"

#include "state/filter/format.h"
#include "state/state.h"

static void on_rule(void *ctx, const struct rule *rule, enum rule_via via)
{
	struct rule_watch *watch = ctx;
	char text[HISTORY_HIT_BYTES_MAX];
	struct history_hit hit = { .rule = rule->name,
				   .output = text,
				   .priority = rule->priority,
				   .resolved = via == RULE_VIA_RESOLVED };
	struct text_buf output;

	text_buf_init(&output, text, sizeof(text));
	format_render(rule->format, watch->event, &output);
	state_hit(watch->state, &hit);
	if (watch->hit)
		watch->hit(watch->ctx, rule, via, watch->event);
}

void rule_watch_last(struct rule_watch *watch)
{
	struct rules_matcher matcher = {
		.which = RULES_FIRST, .names = watch->names, .fn = on_rule, .ctx = watch
	};

	if (watch->rules && filter_event_last(watch->event))
		rules_match(watch->rules, watch->event, &matcher);
}
