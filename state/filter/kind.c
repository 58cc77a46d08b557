/* SPDX-License-Identifier: Apache-2.0 */
/* Kinds of events, see kind.h. */
#include "kind.h"

#include <stdlib.h>
#include <string.h>
#include "probe/schema/event.h"

#define KIND_CALLS EVENT_CODE_COUNT

/* Events that are named by what is in them: evt.type never says these, conditions may. */
static const char *const async_names[] = { "container", "container_removed" };

uint16_t filter_kind_count(void)
{
	return (uint16_t)(KIND_CALLS + syscall_table_len() + 1);
}

static bool is_generic(uint16_t code)
{
	return code == EVENT_CODE_GENERIC_E || code == EVENT_CODE_GENERIC_X;
}

uint16_t filter_kind_of(const struct event *event)
{
	if (!is_generic(event->desc->code))
		return event->desc->code;
	if (!event->syscall || event->desc->code != EVENT_CODE_GENERIC_X)
		return (uint16_t)(KIND_CALLS + syscall_table_len());
	return (uint16_t)(KIND_CALLS + (event->syscall - syscall_at(0)));
}

const char *filter_kind_name(uint16_t kind)
{
	const struct event_desc *desc;
	const struct syscall_desc *call;

	if (kind >= KIND_CALLS) {
		call = syscall_at(kind - KIND_CALLS);
		if (call)
			return call->name;
		return kind + 1u == filter_kind_count() ? "syscall" : NULL;
	}
	desc = event_by_code(kind);
	if (!desc || is_generic(kind) || strcmp(desc->name, "NA") == 0)
		return NULL;
	return desc->name;
}

uint16_t filter_kind_code(uint16_t kind)
{
	return kind < KIND_CALLS ? kind : EVENT_CODE_GENERIC_X;
}

bool filter_kinds_has(const struct filter_kinds *kinds, uint16_t kind)
{
	return kinds->bits[kind / 64] >> (kind % 64) & 1;
}

void filter_kinds_add(struct filter_kinds *kinds, uint16_t kind)
{
	kinds->bits[kind / 64] |= (uint64_t)1 << (kind % 64);
}

void filter_kinds_fill(struct filter_kinds *kinds)
{
	memset(kinds, 0, sizeof(*kinds));
	for (uint16_t kind = 0; kind < filter_kind_count(); kind++) {
		if (filter_kind_name(kind))
			filter_kinds_add(kinds, kind);
	}
}

void filter_kinds_and(struct filter_kinds *kinds, const struct filter_kinds *with)
{
	for (size_t i = 0; i < FILTER_KINDS_MAX / 64; i++)
		kinds->bits[i] &= with->bits[i];
}

void filter_kinds_or(struct filter_kinds *kinds, const struct filter_kinds *with)
{
	for (size_t i = 0; i < FILTER_KINDS_MAX / 64; i++)
		kinds->bits[i] |= with->bits[i];
}

void filter_kinds_invert(struct filter_kinds *kinds)
{
	struct filter_kinds all;

	filter_kinds_fill(&all);
	for (size_t i = 0; i < FILTER_KINDS_MAX / 64; i++)
		kinds->bits[i] = all.bits[i] & ~kinds->bits[i];
}

static bool is_text(const char *known, const char *name, size_t len)
{
	return known && len > 0 && known[0] == name[0] && strlen(known) == len &&
	       memcmp(known, name, len) == 0;
}

bool filter_kind_is_name(const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof(async_names) / sizeof(async_names[0]); i++) {
		if (is_text(async_names[i], name, len))
			return true;
	}
	for (uint16_t kind = 0; kind < filter_kind_count(); kind++) {
		if (is_text(filter_kind_name(kind), name, len))
			return true;
	}
	return false;
}

void filter_kinds_add_named(struct filter_kinds *kinds, const char *name, size_t len)
{
	for (uint16_t kind = 0; kind < filter_kind_count(); kind++) {
		if (is_text(filter_kind_name(kind), name, len))
			filter_kinds_add(kinds, kind);
	}
}

void filter_kinds_add_call(struct filter_kinds *kinds, const char *name, size_t len)
{
	filter_kinds_add_named(kinds, name, len);
	for (size_t i = 0; i < syscall_table_len(); i++) {
		const struct syscall_desc *call = syscall_at(i);
		const struct event_desc *desc = event_by_code(call->exit_event);

		if (is_text(call->name, name, len) && desc && !is_generic(desc->code))
			filter_kinds_add_named(kinds, desc->name, strlen(desc->name));
	}
}

size_t filter_kinds_codes(const struct filter_kinds *kinds)
{
	size_t codes = 0;
	bool raw = false;

	for (uint16_t kind = 0; kind < filter_kind_count(); kind++) {
		if (!filter_kinds_has(kinds, kind))
			continue;
		if (kind < KIND_CALLS)
			codes++;
		else
			raw = true;
	}
	return codes + (raw ? 2 : 0);
}

bool filter_kinds_has_code(const struct filter_kinds *kinds, uint16_t code)
{
	if (!is_generic(code))
		return code < KIND_CALLS && filter_kinds_has(kinds, code);
	for (uint16_t kind = KIND_CALLS; kind < filter_kind_count(); kind++) {
		if (filter_kinds_has(kinds, kind))
			return true;
	}
	return false;
}

bool filter_kinds_has_call(const struct filter_kinds *kinds, const struct syscall_desc *call)
{
	const struct event_desc *exit = event_by_code(call->exit_event);

	if (filter_kinds_has(kinds, (uint16_t)(KIND_CALLS + (call - syscall_at(0)))))
		return true;
	if (!exit || is_generic(exit->code))
		return false;
	/* Which version of its event a call becomes is the writer's business: all of that name. */
	for (uint16_t kind = 0; kind < KIND_CALLS; kind++) {
		if (filter_kinds_has(kinds, kind) &&
		    strcmp(event_by_code(kind)->name, exit->name) == 0)
			return true;
	}
	return false;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

size_t filter_kinds_names(const struct filter_kinds *kinds, const char **names, size_t max)
{
	const char *all[FILTER_KINDS_MAX];
	size_t len = 0, distinct = 0;

	for (uint16_t kind = 0; kind < filter_kind_count(); kind++) {
		if (filter_kinds_has(kinds, kind))
			all[len++] = filter_kind_name(kind);
	}
	qsort(all, len, sizeof(*all), compare_names);
	for (size_t i = 0; i < len; i++) {
		if (i > 0 && strcmp(all[i], all[i - 1]) == 0)
			continue;
		if (distinct < max)
			names[distinct] = all[i];
		distinct++;
	}
	return distinct;
}
