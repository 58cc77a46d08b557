/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conditions on values of strangers. The input is lines: conditions of a set first, one a line, up
 * to an empty line; then values, one a line, of f.a, f.b, f.c, f.list, and numbers of f.number. The
 * set with its tables says what an explanation says that has none.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "state/filter/eval.h"
#include "state/filter/event.h"
#include "state/filter/explain.h"
#include "state/filter/field.h"
#include "state/filter/parse.h"

#define CONDITIONS_MAX 16
#define LIST_MAX 4

struct line {
	const char *data;
	size_t len;
};

static struct line texts[3], list[LIST_MAX];
static size_t list_len;
static uint64_t number;

static size_t give(const struct line *line, struct field_value *values)
{
	if (!line->data)
		return 0;
	values[0] = (struct field_value){ .type = FIELD_TEXT,
					  .text = { .data = line->data, .len = line->len } };
	return 1;
}

#define GET(name, index)                                                                  \
	static size_t get_##name(const struct field_ref *ref, struct filter_event *event, \
				 struct field_value *values, size_t max)                  \
	{                                                                                 \
		return give(&texts[index], values);                                       \
	}
GET(a, 0)
GET(b, 1)
GET(c, 2)

static size_t get_list(const struct field_ref *ref, struct filter_event *event,
		       struct field_value *values, size_t max)
{
	size_t len = 0;

	for (size_t i = 0; i < list_len && len < max; i++)
		len += give(&list[i], values + len);
	return len;
}

static size_t get_number(const struct field_ref *ref, struct filter_event *event,
			 struct field_value *values, size_t max)
{
	values[0] = (struct field_value){ .type = FIELD_U64, .u64 = number };
	return 1;
}

static const struct field fields[] = {
	{ .name = "f.a", .type = FIELD_TEXT, .help = "a text", .get = get_a },
	{ .name = "f.b", .type = FIELD_TEXT, .help = "a text", .get = get_b },
	{ .name = "f.c",
	  .type = FIELD_TEXT,
	  .flags = FIELD_F_NAMES,
	  .help = "a text",
	  .get = get_c },
	{ .name = "f.list",
	  .type = FIELD_TEXT,
	  .flags = FIELD_F_LIST,
	  .help = "a list",
	  .get = get_list },
	{ .name = "f.number", .type = FIELD_U64, .help = "a number", .get = get_number },
};
static struct field_class class = {
	.prefix = "f.",
	.title = "Fuzzed",
	.fields = fields,
	.fields_len = sizeof(fields) / sizeof(fields[0]),
};

/* The next line of the input; false at its end. */
static bool next_line(const char **at, const char *end, struct line *ret_line)
{
	const char *newline;

	if (*at >= end)
		return false;
	newline = memchr(*at, '\n', (size_t)(end - *at));
	*ret_line = (struct line){ *at, (size_t)((newline ? newline : end) - *at) };
	*at = newline ? newline + 1 : end;
	return true;
}

static void read_values(const char **at, const char *end)
{
	struct line line;

	memset(texts, 0, sizeof(texts));
	list_len = 0;
	number = 0;
	for (size_t i = 0; i < 3 && next_line(at, end, &line); i++)
		texts[i] = line;
	while (list_len < LIST_MAX && next_line(at, end, &line)) {
		list[list_len++] = line;
		number = number * 31 + line.len;
	}
}

static void take_result(void *ctx, const struct filter_explained *part)
{
	if (part->depth == 0)
		*(bool *)ctx = part->result;
}

static void check_all(struct filter_set *set, struct filter_ast *const *asts, size_t len)
{
	static uint64_t num;
	struct event event = { .desc = event_by_code(EVENT_CODE_SYSCALL_OPENAT_2_X),
			       .prefix = { .nr = 257 } };
	struct filter_event filter;
	uint32_t ids[CONDITIONS_MAX];
	size_t found, at = 0;

	if (filter_event_init(&filter, NULL) < 0)
		return;
	filter.event = &event;
	filter.num = ++num;
	found = filter_set_match(set, &filter, ids, CONDITIONS_MAX);
	for (uint32_t i = 0; i < len; i++) {
		bool got = at < found && ids[at] == i, want = false;

		at += got;
		assert(filter_set_eval(set, i, &filter) == got);
		if (filter_explain(asts[i], &filter, NULL, take_result, &want) == 0)
			assert(want == got);
	}
	assert(at == found);
	filter_event_release(&filter);
}

static bool uses_only_ours(const struct filter_ast *ast)
{
	struct filter_str names[64];
	size_t len = filter_ast_fields(ast, names, 64);

	for (size_t i = 0; i < len; i++) {
		if (names[i].len < 2 || memcmp(names[i].data, "f.", 2) != 0)
			return false;
	}
	return len < 64;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *at = (const char *)data, *end = at + size;
	struct filter_ast *asts[CONDITIONS_MAX];
	struct filter_set *set;
	struct line line;
	size_t len = 0;
	uint32_t id;

	if (!class.next && field_class_at(0) && !field_is_name("f.a", 3))
		field_class_add(&class);
	if (filter_set_new(64u << 20, &set) < 0)
		return 0;
	while (len < CONDITIONS_MAX && next_line(&at, end, &line) && line.len > 0) {
		if (filter_parse(line.data, line.len, NULL, &asts[len], NULL) < 0)
			continue;
		if (uses_only_ours(asts[len]) &&
		    filter_compile(set, asts[len], NULL, &id, NULL) == 0)
			len++;
		else
			filter_ast_free(asts[len]);
	}
	if (len > 0) {
		read_values(&at, end);
		check_all(set, asts, len);
		read_values(&at, end);
		check_all(set, asts, len);
	}
	for (size_t i = 0; i < len; i++)
		filter_ast_free(asts[i]);
	filter_set_free(set);
	return 0;
}
