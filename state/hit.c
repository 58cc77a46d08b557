/* SPDX-License-Identifier: Apache-2.0 */
/* Hits of rules as bytes that are kept beside an event, see history.h. */
#include <string.h>
#include "history.h"

/* u64 number, priority, resolved; then texts, each with its NUL: see hit_texts */
#define HIT_HEAD (sizeof(uint64_t) + 2)
#define HIT_RULE_MAX 512
#define HIT_TAGS_MAX 512
#define HIT_EXEPATH_MAX 4096

/* Appends at most max bytes of a text and its NUL. */
static size_t put_text(uint8_t *bytes, size_t at, const char *text, size_t max)
{
	size_t len = text ? strnlen(text, max) : 0;

	memcpy(bytes + at, text ? text : "", len);
	bytes[at + len] = 0;
	return at + len + 1;
}

size_t history_hit_pack(const struct history_hit *hit, uint8_t bytes[HISTORY_HIT_BYTES_MAX])
{
	size_t len = HIT_HEAD;

	memcpy(bytes, &hit->event_num, sizeof(hit->event_num));
	bytes[HIT_HEAD - 2] = (uint8_t)hit->priority;
	bytes[HIT_HEAD - 1] = hit->resolved;
	len = put_text(bytes, len, hit->rule, HIT_RULE_MAX);
	len = put_text(bytes, len, hit->tags, HIT_TAGS_MAX);
	len = put_text(bytes, len, hit->why, HISTORY_WHY_MAX);
	len = put_text(bytes, len, hit->ancestors, HISTORY_ANCESTORS_MAX);
	len = put_text(bytes, len, hit->exepath, HIT_EXEPATH_MAX);
	return put_text(bytes, len, hit->output, HISTORY_HIT_BYTES_MAX - len - 1);
}

/* The text at *at, which then is behind it. */
static const char *take_text(const char **at)
{
	const char *text = *at;

	*at += strlen(text) + 1;
	return text;
}

bool history_hit(const struct history_event *event, struct history_hit *ret_hit)
{
	const char *at;

	if (!event->hit)
		return false;
	at = (const char *)event->hit + HIT_HEAD;
	*ret_hit = (struct history_hit){ .priority = event->hit[HIT_HEAD - 2],
					 .resolved = event->hit[HIT_HEAD - 1] };
	ret_hit->rule = take_text(&at);
	ret_hit->tags = take_text(&at);
	ret_hit->why = take_text(&at);
	ret_hit->ancestors = take_text(&at);
	ret_hit->exepath = take_text(&at);
	ret_hit->output = take_text(&at);
	memcpy(&ret_hit->event_num, event->hit, sizeof(ret_hit->event_num));
	return true;
}
