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
	watch->event->names = hit.resolved ? FILTER_NAMES_RESOLVED : FILTER_NAMES_CALLED;
	format_render(rule->format, watch->event, &output);
	watch->event->names = FILTER_NAMES_CALLED;
	state_hit(watch->state, &hit);
	for (size_t i = 0; i < RULE_LISTENER_COUNT; i++) {
		const struct rule_listener *listener = &watch->listeners[i];

		if (listener->fn)
			listener->fn(listener->ctx, rule, via, watch->event);
	}
}

void rule_watch_last(struct rule_watch *watch)
{
	struct rules_matcher matcher = {
		.which = watch->which, .names = watch->names, .fn = on_rule, .ctx = watch
	};

	if (watch->rules && filter_event_last(watch->event))
		rules_match(watch->rules, watch->event, &matcher);
}
