/* SPDX-License-Identifier: Apache-2.0 */
/* Hits of rules as bytes that are kept beside an event, see history.h. */
#include <string.h>
#include "history.h"

/* u64 number, priority, resolved, rule NUL, output NUL */
#define HIT_HEAD (sizeof(uint64_t) + 2)

size_t history_hit_pack(const struct history_hit *hit, uint8_t bytes[HISTORY_HIT_BYTES_MAX])
{
	size_t rule_len = strnlen(hit->rule, 512), len = HIT_HEAD;
	size_t output_len = strnlen(hit->output, HISTORY_HIT_BYTES_MAX - rule_len - HIT_HEAD - 2);

	memcpy(bytes, &hit->event_num, sizeof(hit->event_num));
	bytes[HIT_HEAD - 2] = (uint8_t)hit->priority;
	bytes[HIT_HEAD - 1] = hit->resolved;
	memcpy(bytes + len, hit->rule, rule_len);
	len += rule_len;
	bytes[len++] = 0;
	memcpy(bytes + len, hit->output, output_len);
	len += output_len;
	bytes[len++] = 0;
	return len;
}

bool history_hit(const struct history_event *event, struct history_hit *ret_hit)
{
	const char *rule;

	if (!event->hit)
		return false;
	rule = (const char *)event->hit + HIT_HEAD;
	*ret_hit = (struct history_hit){ .rule = rule,
					 .output = rule + strlen(rule) + 1,
					 .priority = event->hit[HIT_HEAD - 2],
					 .resolved = event->hit[HIT_HEAD - 1] };
	memcpy(&ret_hit->event_num, event->hit, sizeof(ret_hit->event_num));
	return true;
}
