/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fields of tests, registered beside the real ones, and events to evaluate conditions on.
 *
 *   c.true c.false c.singlequote c.doublequote c.buffer   constants that cases of ../shared name
 *   r.*                                                   what the test puts into struct mock_world
 */
#ifndef TESTS_UNIT_FILTER_MOCK_H
#define TESTS_UNIT_FILTER_MOCK_H

#include "build_record.h"
#include "probe/schema/decode.h"
#include "state/filter/event.h"
#include "state/filter/field.h"

#define MOCK_VALUES_MAX 4

/* Values of one field now; none = it is missing. */
struct mock_field {
	struct field_value values[MOCK_VALUES_MAX];
	size_t len;
};

enum mock_id {
	MOCK_TEXT,  /* r.text */
	MOCK_OTHER, /* r.other */
	MOCK_NAMED, /* r.named: another text under the resolved name */
	MOCK_NAMED_RESOLVED,
	MOCK_NUMBER,    /* r.number */
	MOCK_SIGNED,    /* r.signed */
	MOCK_BOOL,      /* r.bool */
	MOCK_DOUBLE,    /* r.double */
	MOCK_BYTES,     /* r.bytes */
	MOCK_IP,        /* r.ip */
	MOCK_NET,       /* r.net, of the same addresses: both sides */
	MOCK_PORT,      /* r.port, both sides */
	MOCK_LIST,      /* r.list */
	MOCK_ANCESTORS, /* r.ancestors; r.ancestors[N] is one of them */
	MOCK_PROCESS,   /* r.process: the same until the process changes */
	MOCK_DYN,       /* r.dyn: a text or a number */
	MOCK_COUNT
};

struct mock_world {
	struct mock_field fields[MOCK_COUNT];
	unsigned asked[MOCK_COUNT]; /* how often each was asked for */
};

extern struct mock_world mock_world;

void mock_fields_add(void);
void mock_fields_remove(void);

/* An event of a code, without parameters, of a syscall. */
struct mock_event {
	struct filter_event filter;
	struct event event;
	struct build_record record;
};
void mock_event_init(struct mock_event *mock, uint16_t code, int nr);
/* Gives back the memory of the values that were made for it. */
void mock_event_clear(struct mock_event *mock);
void mock_event_release(struct mock_event *mock);

#endif
