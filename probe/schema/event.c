/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The event table: events.def as constant arrays, by code and by id, and the properties of the
 * types of types.def.
 */
#include "event.h"

#include <string.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* The sets that parameters name: defined in flags.c. */
#define FLAG_SET(set, ...) extern const struct flag_set flag_set_##set;
#include "flags.def"

#define EVENT(number, event, text, dir, event_kind, event_category, event_flags, ...)  \
	[number] = {                                                                   \
		.code = (number),                                                      \
		.id = #event,                                                          \
		.name = (text),                                                        \
		.direction = EVENT_##dir,                                              \
		.kind = (event_kind),                                                  \
		.category = (event_category),                                          \
		.flags = (event_flags),                                                \
		.params = (const struct param_desc[]){ __VA_ARGS__ },                  \
		.params_len = ARRAY_LEN(((const struct param_desc[]){ __VA_ARGS__ })), \
	},
#define F(flag) EVENT_F_##flag
#define P(param, kind, fmt)                                                              \
	{                                                                                \
		.name = #param, .type = PARAM_TYPE_##kind, .format = PARAM_FORMAT_##fmt, \
	}
#define PF(param, kind, fmt, set)                                                        \
	{                                                                                \
		.name = #param, .type = PARAM_TYPE_##kind, .format = PARAM_FORMAT_##fmt, \
		.flags = &flag_set_##set,                                                \
	}
static const struct event_desc events[] = {
#include "events.def"
};
_Static_assert(ARRAY_LEN(events) == EVENT_CODE_COUNT, "events.def has a row for every code");

struct type_desc {
	const char *name;
	size_t bytes;
};
static const struct type_desc types[] = {
#define PARAM_TYPE(id, text, fixed_bytes) \
	[PARAM_TYPE_##id] = { .name = (text), .bytes = (fixed_bytes) },
#include "types.def"
};
_Static_assert(ARRAY_LEN(types) == PARAM_TYPE_COUNT, "types.def has a row for every type");

const struct event_desc *event_by_code(uint16_t code)
{
	return code < EVENT_CODE_COUNT ? &events[code] : NULL;
}

const struct event_desc *event_by_id(const char *id)
{
	for (size_t i = 0; i < ARRAY_LEN(events); i++) {
		if (strcmp(events[i].id, id) == 0)
			return &events[i];
	}
	return NULL;
}

size_t param_type_bytes(enum param_type type)
{
	return (size_t)type < ARRAY_LEN(types) ? types[type].bytes : 0;
}

const char *param_type_name(enum param_type type)
{
	return (size_t)type < ARRAY_LEN(types) ? types[type].name : "none";
}
