/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of tests, see filter_mock.h. */
#include "filter_mock.h"

#include <assert.h>
#include <string.h>

struct mock_world mock_world;

static size_t give(enum mock_id id, struct field_value *values, size_t max)
{
	const struct mock_field *field = &mock_world.fields[id];
	size_t len = field->len < max ? field->len : max;

	mock_world.asked[id]++;
	memcpy(values, field->values, len * sizeof(*values));
	return len;
}

static size_t give_text(const char *text, struct field_value *values)
{
	values[0] = (struct field_value){ .type = FIELD_TEXT,
					  .text = { .data = text, .len = strlen(text) } };
	return 1;
}

#define CONSTANT(name, text)                                                              \
	static size_t get_##name(const struct field_ref *ref, struct filter_event *event, \
				 struct field_value *values, size_t max)                  \
	{                                                                                 \
		return give_text(text, values);                                           \
	}
CONSTANT(true, "1")
CONSTANT(false, "0")
CONSTANT(singlequote, "hello 'quoted'")
CONSTANT(doublequote, "hello \"quoted\"")

static size_t get_buffer(const struct field_ref *ref, struct filter_event *event,
			 struct field_value *values, size_t max)
{
	values[0] = (struct field_value){ .type = FIELD_BYTES,
					  .text = { .data = "a\0b\xff", .len = 4 } };
	return 1;
}

#define WORLD(name, id)                                                                   \
	static size_t get_##name(const struct field_ref *ref, struct filter_event *event, \
				 struct field_value *values, size_t max)                  \
	{                                                                                 \
		return give(MOCK_##id, values, max);                                      \
	}
WORLD(text, TEXT)
WORLD(other, OTHER)
WORLD(number, NUMBER)
WORLD(signed, SIGNED)
WORLD(bool, BOOL)
WORLD(double, DOUBLE)
WORLD(bytes, BYTES)
WORLD(ip, IP)
WORLD(net, NET)
WORLD(port, PORT)
WORLD(list, LIST)
WORLD(process, PROCESS)
WORLD(dyn, DYN)

static size_t get_named(const struct field_ref *ref, struct filter_event *event,
			struct field_value *values, size_t max)
{
	return give(event->names == FILTER_NAMES_RESOLVED ? MOCK_NAMED_RESOLVED : MOCK_NAMED,
		    values, max);
}

static size_t get_ancestors(const struct field_ref *ref, struct filter_event *event,
			    struct field_value *values, size_t max)
{
	const struct mock_field *field = &mock_world.fields[MOCK_ANCESTORS];

	if (!ref->has_arg)
		return give(MOCK_ANCESTORS, values, max);
	if (ref->index < 0 || (size_t)ref->index >= field->len)
		return 0;
	values[0] = field->values[ref->index];
	return 1;
}

#define ROW(text, of_type, bits, getter)                                                      \
	{                                                                                     \
		.name = (text), .type = FIELD_##of_type, .flags = (bits), .help = "of tests", \
		.get = get_##getter                                                           \
	}
static const struct field constants[] = {
	ROW("c.true", TEXT, 0, true),
	ROW("c.false", TEXT, 0, false),
	ROW("c.singlequote", TEXT, 0, singlequote),
	ROW("c.doublequote", TEXT, 0, doublequote),
	ROW("c.buffer", BYTES, 0, buffer),
};
static const struct field world[] = {
	ROW("r.text", TEXT, 0, text),
	ROW("r.other", TEXT, FIELD_F_DEPRECATED, other),
	ROW("r.named", TEXT, FIELD_F_NAMES, named),
	ROW("r.number", U64, FIELD_F_POSITIVE, number),
	ROW("r.signed", I64, 0, signed),
	ROW("r.bool", BOOL, 0, bool),
	ROW("r.double", DOUBLE, 0, double),
	ROW("r.bytes", BYTES, 0, bytes),
	ROW("r.ip", IP, FIELD_F_SIDES | FIELD_F_NO_RHS, ip),
	ROW("r.net", NET, FIELD_F_SIDES | FIELD_F_NO_RHS, net),
	ROW("r.port", PORT, FIELD_F_SIDES | FIELD_F_NO_TRANSFORMER, port),
	ROW("r.list", TEXT, FIELD_F_LIST, list),
	ROW("r.process", TEXT, FIELD_F_PROCESS, process),
	ROW("r.dyn", DYN, FIELD_F_NO_TRANSFORMER, dyn),
	{ .name = "r.ancestors",
	  .type = FIELD_TEXT,
	  .arg = FIELD_ARG_INDEX_MAY,
	  .flags = FIELD_F_ANCESTORS,
	  .help = "of tests",
	  .get = get_ancestors },
};

static struct field_class constants_class = {
	.prefix = "c.",
	.title = "Constants of tests",
	.fields = constants,
	.fields_len = sizeof(constants) / sizeof(constants[0]),
};
static struct field_class world_class = {
	.prefix = "r.",
	.title = "Values of tests",
	.fields = world,
	.fields_len = sizeof(world) / sizeof(world[0]),
};

void mock_fields_add(void)
{
	field_class_add(&constants_class);
	field_class_add(&world_class);
}

void mock_fields_remove(void)
{
	field_class_remove(&world_class);
	field_class_remove(&constants_class);
}

void mock_event_init(struct mock_event *mock, uint16_t code, int nr)
{
	static const struct build_prefix prefix = { .pid = 7, .ts_ns = 1000, .comm = "mock" };
	struct build_prefix with_nr = prefix;
	size_t len;
	int rc;

	with_nr.nr = nr;
	build_record_init(&mock->record, code, &with_nr);
	len = build_record_finish(&mock->record);
	rc = event_decode(mock->record.data, len, &mock->event);
	assert(rc == 0);
	rc = filter_event_init(&mock->filter, NULL);
	assert(rc == 0);
	mock->filter.event = &mock->event;
	mock->filter.num = 1;
}

void mock_event_release(struct mock_event *mock)
{
	filter_event_release(&mock->filter);
}

void mock_event_clear(struct mock_event *mock)
{
	uint64_t num = mock->filter.num;
	int rc;

	filter_event_release(&mock->filter);
	rc = filter_event_init(&mock->filter, NULL);
	assert(rc == 0);
	mock->filter.event = &mock->event;
	mock->filter.num = num;
}
