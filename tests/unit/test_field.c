/* SPDX-License-Identifier: Apache-2.0 */
/* The table of fields and looking names up in it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "run_suite.h"
#include "state/filter/event.h"
#include "state/filter/field.h"

/* Whole names, and what a look-up must say. */
static const struct {
	const char *text;
	int result;
	const char *field, *key;
	int64_t index;
} lookups[] = {
	{ "evt.num", 0, "evt.num", "", -1 },
	{ "evt.numb", -ENOENT, "", "", 0 },
	{ "evt.", -ENOENT, "", "", 0 },
	{ "", -ENOENT, "", "", 0 },
	{ "nosuch.field", -ENOENT, "", "", 0 },
	{ "evt.latency", 0, "evt.latency", "", -1 },
	{ "evt.latency.ns", 0, "evt.latency.ns", "", -1 },
	{ "evt.latency.x", -ENOENT, "", "", 0 },
	{ "evt.type", 0, "evt.type", "", -1 },
	{ "evt.type.is", -ENODATA, "", "", 0 },
	{ "evt.type.is.307", 0, "evt.type.is", "307", 307 },
	{ "evt.type.is[307]", 0, "evt.type.is", "307", 307 },
	{ "evt.type.is.x", -EINVAL, "", "", 0 },
	{ "evt.type.isx", -ENOENT, "", "", 0 },
	{ "evt.num[1]", -EINVAL, "", "", 0 },
	{ "evt.around[1404996934793590564]", 0, "evt.around", "1404996934793590564",
	  1404996934793590564 },
	{ "evt.around[99999999999999999999]", -EINVAL, "", "", 0 },
	{ "evt.around[1", -EINVAL, "", "", 0 },
	{ "evt.around[]", -EINVAL, "", "", 0 },
	{ "evt.around[-1]", -EINVAL, "", "", 0 },
};

START_TEST(lookup)
{
	struct field_ref ref;
	size_t used = 77, len = strlen(lookups[_i].text);
	int r = field_lookup(lookups[_i].text, len, &ref, &used);

	ck_assert_msg(r == lookups[_i].result, "%s: %d", lookups[_i].text, r);
	ck_assert_msg(used == (r < 0 ? 77 : len), "%s: used %zu", lookups[_i].text, used);
	if (r < 0)
		return;
	ck_assert_str_eq(ref.field->name, lookups[_i].field);
	ck_assert_str_eq(ref.key, lookups[_i].key);
	ck_assert_msg(ref.index == lookups[_i].index, "%s: index", lookups[_i].text);
}
END_TEST

/* The longest name at the beginning. */
static const struct {
	const char *text, *field;
	size_t used;
} prefixes[] = {
	{ "evt.numbers", "evt.num", 7 },          { "evt.num[1]", "evt.num", 7 },
	{ "evt.latency.n", "evt.latency", 11 },   { "evt.latency.ns.", "evt.latency.ns", 14 },
	{ "evt.around[12]x]", "evt.around", 14 }, { "evt.type.is.12ms", "evt.type.is", 14 },
};

START_TEST(prefix)
{
	struct field_ref ref;
	size_t used = 0;

	ck_assert_int_eq(
		field_lookup_prefix(prefixes[_i].text, strlen(prefixes[_i].text), &ref, &used), 0);
	ck_assert_str_eq(ref.field->name, prefixes[_i].field);
	ck_assert_uint_eq(used, prefixes[_i].used);
}
END_TEST

static const struct {
	const char *text, *message, *nearest;
} wrongs[] = {
	{ "evt.nun", "no field is called 'evt.nun'", "evt.num" },
	{ "zzzzzzzzzz.q", "no field is called 'zzzzzzzzzz.q'", NULL },
	{ "evt.num[3]", "field evt.num takes no argument", NULL },
	{ "evt.around", "field evt.around needs an argument: a number, as in [1]", NULL },
	{ "evt.around[x]",
	  "the argument of field evt.around is wrong; it takes a number, as in [1]", NULL },
};

START_TEST(wrong)
{
	const char *text = wrongs[_i].text;
	struct field_ref ref;
	char room[200];
	struct text_buf buf;
	size_t used;
	const char *nearest;
	int r = field_lookup(text, strlen(text), &ref, &used);

	ck_assert_int_lt(r, 0);
	text_buf_init(&buf, room, sizeof(room));
	nearest = field_lookup_error(text, strlen(text), r, &buf);
	ck_assert_str_eq(buf.data, wrongs[_i].message);
	ck_assert_pstr_eq(nearest, wrongs[_i].nearest);
}
END_TEST

/* Rows are well formed: the name begins with the prefix of its class and is there once. */
START_TEST(table)
{
	const struct field_class *class;
	struct field_ref ref;
	size_t i, j, used;

	for (i = 0; (class = field_class_at(i)); i++) {
		ck_assert(class->fields_len > 0);
		for (j = 0; j < class->fields_len; j++) {
			const struct field *field = &class->fields[j];
			int r = field_lookup(field->name, strlen(field->name), &ref, &used);

			ck_assert_msg(!strncmp(field->name, class->prefix, strlen(class->prefix)),
				      "%s", field->name);
			ck_assert_msg(r == 0 ? ref.field == field : r == -ENODATA, "%s",
				      field->name);
			ck_assert_msg(field->get && field->help[0], "%s", field->name);
		}
	}
}
END_TEST

static size_t seven(const struct field_ref *ref, struct filter_event *event,
		    struct field_value *values, size_t max)
{
	values[0] = (struct field_value){ .type = FIELD_U64, .u64 = 7 };
	return 1;
}

START_TEST(added)
{
	static const struct field fields[] = {
		{ .name = "mock.seven", .type = FIELD_U64, .help = "seven", .get = seven }
	};
	struct field_class class = { .prefix = "mock.", .fields = fields, .fields_len = 1 };
	struct field_value value;
	struct field_ref ref;
	size_t used;

	ck_assert_int_eq(field_lookup("mock.seven", 10, &ref, &used), -ENOENT);
	field_class_add(&class);
	ck_assert_int_eq(field_lookup("mock.seven", 10, &ref, &used), 0);
	ck_assert_uint_eq(field_get(&ref, NULL, &value, 1), 1);
	ck_assert_uint_eq(value.u64, 7);
	ck_assert_uint_eq(field_get(&ref, NULL, &value, 0), 0);
	field_class_remove(&class);
	ck_assert(!field_is_name("mock.seven", 10));
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("field");

	tcase_add_loop_test(tcase, lookup, 0, sizeof(lookups) / sizeof(lookups[0]));
	tcase_add_loop_test(tcase, prefix, 0, sizeof(prefixes) / sizeof(prefixes[0]));
	tcase_add_loop_test(tcase, wrong, 0, sizeof(wrongs) / sizeof(wrongs[0]));
	tcase_add_test(tcase, table);
	tcase_add_test(tcase, added);
	return run_suite("field", tcase);
}
