/* SPDX-License-Identifier: Apache-2.0 */
/* The plain reading of a condition, see filter_naive.h. */
#include "filter_naive.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <fnmatch.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "state/filter/event.h"
#include "state/filter/field.h"

#define VALUES_MAX 64

struct value {
	struct field_value v;
	char *text; /* of TEXT and BYTES, with a NUL */
	size_t len;
};

struct values {
	struct value items[VALUES_MAX];
	size_t len;
	const struct field *field; /* NULL: of a transformer */
	bool has_arg, is_list;
};

static void stop(const char *what)
{
	fprintf(stderr, "naive evaluation: %s\n", what);
	abort();
}

static bool is_text(const struct value *value)
{
	return value->v.type == FIELD_TEXT || value->v.type == FIELD_BYTES;
}

static struct value text_value(struct filter_event *event, const char *data, size_t len)
{
	struct value value = { .v = { .type = FIELD_TEXT }, .len = len };

	value.text = filter_event_alloc(event, len + 1);
	if (!value.text)
		stop("memory");
	memcpy(value.text, data, len);
	value.text[len] = '\0';
	return value;
}

static void add_field(const struct filter_operand *ast, struct filter_event *event,
		      struct values *values)
{
	static struct field_value raw[VALUES_MAX];
	struct field_ref ref;
	size_t used, n;
	char name[256];

	snprintf(name, sizeof(name), ast->arg.data ? "%s[%s]" : "%s", ast->name.data,
		 ast->arg.data);
	if (field_lookup(name, strlen(name), &ref, &used) < 0)
		stop(name);
	values->field = ref.field;
	values->has_arg = ref.has_arg;
	values->is_list = ref.field->flags & FIELD_F_LIST;
	n = field_get(&ref, event, raw, VALUES_MAX);
	for (size_t i = 0; i < n; i++) {
		struct value value = { .v = raw[i] };

		if (is_text(&value)) {
			value = text_value(event, raw[i].text.data, raw[i].text.len);
			value.v.type = raw[i].type;
		}
		values->items[values->len++] = value;
	}
}

static void add_operand(const struct filter_operand *ast, struct filter_event *event,
			struct values *values);

static struct value change(struct value value, enum filter_transform transform,
			   struct filter_event *event)
{
	struct value made = text_value(event, value.text, value.len);
	char *slash;

	made.v.type = value.v.type;
	if (transform == FILTER_TRANSFORM_BASENAME) {
		slash = strrchr(made.text, '/');
		return slash ? text_value(event, slash + 1, strlen(slash + 1)) : made;
	}
	for (size_t i = 0; i < made.len; i++) {
		int c = (unsigned char)made.text[i];

		made.text[i] =
			(char)(transform == FILTER_TRANSFORM_TOLOWER ? tolower(c) : toupper(c));
	}
	return made;
}

static void add_text_of(struct filter_event *event, const struct value *value, char *text,
			size_t size)
{
	size_t at = strlen(text);

	if (is_text(value))
		snprintf(text + at, size - at, "%s", value->text);
	else
		snprintf(text + at, size - at, "%lld", (long long)value->v.i64);
}

/* join(separator, list) and concat(...): each part must have a value. */
static void add_glued(const struct filter_operand *ast, struct filter_event *event,
		      struct values *values)
{
	const struct filter_operand *part = ast->args;
	struct values one = { .len = 0 }, between = { .len = 0 };
	static char text[1 << 16];
	bool first = true;

	text[0] = '\0';
	if (ast->transform == FILTER_TRANSFORM_JOIN) {
		add_operand(part, event, &between);
		if (between.len == 0)
			return;
		part = part->next->kind == FILTER_OPERAND_LIST ? part->next->args : part->next;
	}
	for (; part; part = part->next) {
		one.len = 0;
		add_operand(part, event, &one);
		if (one.len == 0)
			return;
		for (size_t i = 0; i < one.len; i++, first = false) {
			if (!first && between.len > 0)
				add_text_of(event, &between.items[0], text, sizeof(text));
			add_text_of(event, &one.items[i], text, sizeof(text));
		}
	}
	values->items[values->len++] = text_value(event, text, strlen(text));
}

static void add_transform(const struct filter_operand *ast, struct filter_event *event,
			  struct values *values)
{
	struct values from = { .len = 0 };

	if (ast->transform == FILTER_TRANSFORM_JOIN || ast->transform == FILTER_TRANSFORM_CONCAT) {
		add_glued(ast, event, values);
		return;
	}
	add_operand(ast->args, event, &from);
	if (ast->transform == FILTER_TRANSFORM_LEN) {
		if (from.len > 0)
			values->items[values->len++] = (struct value){
				.v = { .type = FIELD_U64,
				       .u64 = from.is_list ? from.len : from.items[0].len },
			};
		return;
	}
	if (ast->transform != FILTER_TRANSFORM_TOLOWER &&
	    ast->transform != FILTER_TRANSFORM_TOUPPER &&
	    ast->transform != FILTER_TRANSFORM_BASENAME)
		stop("this transformer is not known");
	values->is_list = from.is_list;
	for (size_t i = 0; i < from.len; i++)
		values->items[values->len++] = change(from.items[i], ast->transform, event);
}

static void add_operand(const struct filter_operand *ast, struct filter_event *event,
			struct values *values)
{
	switch (ast->kind) {
	case FILTER_OPERAND_FIELD: add_field(ast, event, values); break;
	case FILTER_OPERAND_TRANSFORM: add_transform(ast, event, values); break;
	case FILTER_OPERAND_TEXT:
	case FILTER_OPERAND_NUMBER:
		values->items[values->len++] = text_value(event, ast->name.data, ast->name.len);
		break;
	case FILTER_OPERAND_LIST: stop("a list outside of join"); break;
	}
}

static bool contains(const struct value *value, const char *part, size_t len, bool fold)
{
	for (size_t at = 0; at + len <= value->len; at++) {
		size_t i = 0;

		while (i < len && (fold ? tolower((unsigned char)value->text[at + i]) ==
						   tolower((unsigned char)part[i])
					: value->text[at + i] == part[i]))
			i++;
		if (i == len)
			return true;
	}
	return false;
}

static bool matches_regex(const char *text, const char *pattern)
{
	char whole[1024];
	regex_t regex;
	bool result;

	snprintf(whole, sizeof(whole), "^(%s)$", pattern);
	if (regcomp(&regex, whole, REG_EXTENDED | REG_NOSUB) != 0)
		stop(pattern);
	result = regexec(&regex, text, 0, NULL, 0) == 0;
	regfree(&regex);
	return result;
}

/* The next component of a path, NULL at the end; *rest goes on. */
static char *component(char **rest)
{
	char *name;

	do {
		name = strsep(rest, "/");
	} while (name && *name == '\0');
	return name;
}

static bool begins_path(const char *path, const char *prefix)
{
	char *a = strdup(path), *b = strdup(prefix), *path_rest = a, *prefix_rest = b;
	bool result = true;
	char *want, *name;

	while (result && (want = component(&prefix_rest))) {
		name = component(&path_rest);
		result = name && fnmatch(want, name, 0) == 0;
	}
	free(a);
	free(b);
	return result;
}

static double number_of(const struct value *value)
{
	if (value->v.type == FIELD_DOUBLE)
		return value->v.real;
	return value->v.type == FIELD_I64 ? (double)value->v.i64 : (double)value->v.u64;
}

static bool in_net(const struct value *value, const char *text)
{
	char address[64];
	unsigned bits = 128;
	uint8_t bytes[16];
	char *slash;
	int family;

	snprintf(address, sizeof(address), "%s", text);
	slash = strchr(address, '/');
	family = strchr(address, ':') ? AF_INET6 : AF_INET;
	if (family == AF_INET)
		bits = 32;
	if (slash) {
		bits = (unsigned)atoi(slash + 1);
		*slash = '\0';
	}
	if (inet_pton(family, address, bytes) != 1)
		stop(text);
	if (value->v.ip.family != family)
		return false;
	for (unsigned i = 0; i < bits; i++) {
		if ((bytes[i / 8] ^ value->v.ip.bytes[i / 8]) & 0x80 >> i % 8)
			return false;
	}
	return true;
}

/* -1, 0, 1; 2: the two have no order, and are not equal. Small numbers: a double holds them. */
static int compare(const struct value *value, const char *text, size_t len)
{
	size_t shorter = value->len < len ? value->len : len;
	int order;
	double number;
	char *end;

	if (value->v.type == FIELD_IP || value->v.type == FIELD_NET)
		return in_net(value, text) ? 0 : 2;
	if (value->v.type == FIELD_BOOL)
		return value->v.boolean == (strcmp(text, "true") == 0) ? 0 : 2;
	if (is_text(value)) {
		order = memcmp(value->text, text, shorter);
		if (order == 0)
			order = value->len < len ? -1 : value->len > len;
		return order < 0 ? -1 : order > 0;
	}
	number = strtod(text, &end);
	if (end == text || *end)
		return 2;
	return number_of(value) < number ? -1 : number_of(value) > number;
}

static bool text_op(enum filter_op op, const struct value *value, const char *text, size_t len)
{
	if (!is_text(value))
		return false;
	switch ((int)op) {
	case FILTER_OP_CONTAINS: return contains(value, text, len, false);
	case FILTER_OP_ICONTAINS: return contains(value, text, len, true);
	case FILTER_OP_STARTSWITH: return value->len >= len && memcmp(value->text, text, len) == 0;
	case FILTER_OP_ENDSWITH:
		return value->len >= len && memcmp(value->text + value->len - len, text, len) == 0;
	case FILTER_OP_GLOB: return fnmatch(text, value->text, 0) == 0;
	case FILTER_OP_IGLOB: return fnmatch(text, value->text, FNM_CASEFOLD) == 0;
	case FILTER_OP_REGEX: return matches_regex(value->text, text);
	case FILTER_OP_PMATCH: return begins_path(value->text, text);
	default: stop("this operator is not known"); return false;
	}
}

static bool one(enum filter_op op, const struct value *value, const char *text, size_t len)
{
	int order;

	switch ((int)op) {
	case FILTER_OP_EQ:
	case FILTER_OP_EQ_EQ:
	case FILTER_OP_IN:
	case FILTER_OP_INTERSECTS: return compare(value, text, len) == 0;
	case FILTER_OP_NE: return compare(value, text, len) != 0;
	case FILTER_OP_LT: return compare(value, text, len) == -1;
	case FILTER_OP_LE: order = compare(value, text, len); return order == -1 || order == 0;
	case FILTER_OP_GT: return compare(value, text, len) == 1;
	case FILTER_OP_GE: order = compare(value, text, len); return order == 1 || order == 0;
	default: return text_op(op, value, text, len);
	}
}

static bool by_modifier(enum filter_modifier modifier, size_t n, size_t of)
{
	if (modifier == FILTER_ONEOF)
		return n == 1;
	return modifier == FILTER_ALLOF ? n == of && of > 0 : n > 0;
}

/* The constants of a check as texts; those of a field on the right are rendered. */
struct wanted {
	const char *texts[VALUES_MAX];
	size_t lens[VALUES_MAX], len;
};

static bool test_value(const struct filter_check *check, const struct value *value,
		       const struct wanted *wanted)
{
	size_t n = 0;

	for (size_t i = 0; i < wanted->len; i++)
		n += one(check->op, value, wanted->texts[i], wanted->lens[i]);
	return by_modifier(check->modifier, n, wanted->len);
}

static bool test_sides(const struct filter_check *check, const struct values *values,
		       const struct wanted *wanted)
{
	size_t n = 0;

	for (size_t i = 0; i < wanted->len; i++) {
		size_t sides = 0;

		for (size_t k = 0; k < values->len; k++)
			sides += one(check->op, &values->items[k], wanted->texts[i],
				     wanted->lens[i]);
		n += check->op == FILTER_OP_NE ? sides == values->len : sides > 0;
	}
	return by_modifier(check->modifier, n, wanted->len);
}

static void fill_wanted(const struct filter_check *check, struct filter_event *event,
			struct wanted *wanted)
{
	static struct values right;

	if (check->right_kind != FILTER_RIGHT_OPERAND) {
		for (const struct filter_value *v = check->values; v; v = v->next) {
			wanted->texts[wanted->len] = v->text.data;
			wanted->lens[wanted->len++] = v->text.len;
		}
		return;
	}
	right = (struct values){ .len = 0 };
	add_operand(check->right, event, &right);
	for (size_t i = 0; i < right.len; i++) {
		struct value *value = &right.items[i];
		char number[32];

		if (!is_text(value)) {
			snprintf(number, sizeof(number), "%lld", (long long)value->v.i64);
			*value = text_value(event, number, strlen(number));
		}
		wanted->texts[wanted->len] = value->text;
		wanted->lens[wanted->len++] = value->len;
	}
}

static bool eval_check(const struct filter_check *check, struct filter_event *event)
{
	static struct values values;
	struct wanted wanted = { .len = 0 };
	size_t n = 0;

	values = (struct values){ .len = 0 };
	add_operand(check->left, event, &values);
	if (values.len == 0 || check->op == FILTER_OP_EXISTS)
		return values.len > 0;
	fill_wanted(check, event, &wanted);
	if (check->right_kind == FILTER_RIGHT_OPERAND && wanted.len == 0)
		return false;
	if (values.field && values.field->flags & FIELD_F_SIDES)
		return test_sides(check, &values, &wanted);
	for (size_t i = 0; i < values.len; i++)
		n += test_value(check, &values.items[i], &wanted);
	return values.is_list && check->op == FILTER_OP_IN ? n == values.len : n > 0;
}

bool naive_eval(const struct filter_node *node, struct filter_event *event)
{
	bool result = node->kind == FILTER_NODE_AND;

	switch (node->kind) {
	case FILTER_NODE_CHECK: return eval_check(&node->check, event);
	case FILTER_NODE_MACRO: stop("a macro is left"); break;
	case FILTER_NODE_NOT: return !naive_eval(node->children, event);
	case FILTER_NODE_AND:
	case FILTER_NODE_OR: break;
	}
	for (const struct filter_node *child = node->children; child; child = child->next) {
		if (naive_eval(child, event) != result)
			return !result;
	}
	return result;
}
