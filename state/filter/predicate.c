/* SPDX-License-Identifier: Apache-2.0 */
/* What a check means, see predicate.h; check.c makes them. */
#include "predicate.h"

#include "event.h"

static bool is_text(const struct field_value *value)
{
	return value->type == FIELD_TEXT || value->type == FIELD_BYTES;
}

/* Is a constant the number that the text is a name of? */
static bool is_number_of(const struct field_value *name, const struct constant *constant)
{
	const struct field_value number = { .type = FIELD_I64, .i64 = name->text.number };

	return constant->number.type != FIELD_TEXT && value_equal(&number, &constant->number);
}

static bool test_equal(const struct field_value *value, const struct constant *constant)
{
	if (constant->value.type == FIELD_NET)
		return value_in_net(value, constant);
	if (constant->hosts)
		return value_is_host(value, constant);
	if (value->is_name && is_number_of(value, constant))
		return true;
	/* A constant for a value whose type only the event knows. */
	if (!is_text(value) && is_text(&constant->value)) {
		if (value->type == FIELD_BOOL)
			return pattern_equal(value_bytes(&constant->value),
					     value->boolean ? (struct bytes){ "true", 4 }
							    : (struct bytes){ "false", 5 });
		return constant->number.type != FIELD_TEXT && value_equal(value, &constant->number);
	}
	return value_equal(value, &constant->value);
}

/* Less, equal, more as for memcmp(); false when the two have no order. */
static bool order_of(const struct field_value *value, const struct constant *constant,
		     int *ret_order)
{
	const struct field_value *number =
		value_is_number(&constant->value) ? &constant->value : &constant->number;

	if (is_text(value) && is_text(&constant->value)) {
		*ret_order = pattern_compare(value_bytes(value), value_bytes(&constant->value));
		return true;
	}
	if (!value_is_number(value) || !value_is_number(number))
		return false;
	*ret_order = value_compare_numbers(value, number);
	return true;
}

static bool test_order(enum filter_op op, const struct field_value *value,
		       const struct constant *constant)
{
	int order;

	if (!order_of(value, constant, &order))
		return false;
	switch ((int)op) {
	case FILTER_OP_LT: return order < 0;
	case FILTER_OP_LE: return order <= 0;
	case FILTER_OP_GT: return order > 0;
	default: return order >= 0;
	}
}

static bool test_text(enum filter_op op, const struct field_value *value,
		      const struct constant *constant)
{
	struct bytes text, other;

	if (!is_text(value) || !is_text(&constant->value))
		return false;
	text = value_bytes(value);
	other = value_bytes(&constant->value);
	switch ((int)op) {
	case FILTER_OP_GLOB: return pattern_glob(other, text, PATTERN_EXACT_CASE);
	case FILTER_OP_IGLOB: return pattern_glob(other, text, PATTERN_ANY_CASE);
	case FILTER_OP_ICONTAINS: return pattern_contains(text, other, PATTERN_ANY_CASE);
	case FILTER_OP_STARTSWITH:
	case FILTER_OP_BSTARTSWITH: return pattern_begins(text, other);
	case FILTER_OP_ENDSWITH: return pattern_ends(text, other);
	default: return pattern_contains(text, other, PATTERN_EXACT_CASE);
	}
}

/* Operator, one value, one constant. */
static bool test_one(enum filter_op op, const struct field_value *value,
		     const struct constant *constant)
{
	switch (op) {
	case FILTER_OP_EQ:
	case FILTER_OP_EQ_EQ:
	case FILTER_OP_IN:
	case FILTER_OP_INTERSECTS: return test_equal(value, constant);
	case FILTER_OP_NE: return !test_equal(value, constant);
	case FILTER_OP_LT:
	case FILTER_OP_LE:
	case FILTER_OP_GT:
	case FILTER_OP_GE: return test_order(op, value, constant);
	case FILTER_OP_GLOB:
	case FILTER_OP_IGLOB:
	case FILTER_OP_CONTAINS:
	case FILTER_OP_ICONTAINS:
	case FILTER_OP_BCONTAINS:
	case FILTER_OP_STARTSWITH:
	case FILTER_OP_BSTARTSWITH:
	case FILTER_OP_ENDSWITH: return test_text(op, value, constant);
	case FILTER_OP_REGEX:
		return is_text(value) && regex_match(constant->regex, value_bytes(value));
	case FILTER_OP_EXISTS:
	case FILTER_OP_PMATCH:
	case FILTER_OP_COUNT: break;
	}
	return false;
}

/* From how many constants the operator holds for. */
static bool by_modifier(const struct predicate *p, size_t n)
{
	switch (p->modifier) {
	case FILTER_ONEOF: return n == 1;
	case FILTER_ALLOF: return n == p->constants_len && n > 0;
	case FILTER_ANYOF:
	case FILTER_MODIFIER_NONE:
	case FILTER_MODIFIER_COUNT: break;
	}
	return n > 0;
}

bool predicate_from_count(const struct predicate *p, size_t n)
{
	return by_modifier(p, p->op == FILTER_OP_NE ? p->constants_len - n : n);
}

bool predicate_test_value(struct predicate *p, const struct field_value *value)
{
	size_t n = 0;

	if (p->op == FILTER_OP_PMATCH)
		return is_text(value) && paths_match(&p->paths, value_bytes(value));
	for (size_t i = 0; i < p->constants_len; i++) {
		if (!test_one(p->op, value, &p->constants[i]))
			continue;
		n++;
		if (p->modifier == FILTER_MODIFIER_NONE || p->modifier == FILTER_ANYOF)
			return true;
	}
	return by_modifier(p, n);
}

/* Both sides of a connection: != has to hold for both, anything else for one. */
static bool test_sides(struct predicate *p)
{
	const struct operand *left = p->left;
	size_t n = 0;

	for (size_t i = 0; i < p->constants_len; i++) {
		bool all = true, any = false;

		for (size_t k = 0; k < left->len; k++) {
			bool one = test_one(p->op, &left->values[k], &p->constants[i]);

			all &= one;
			any |= one;
		}
		n += p->op == FILTER_OP_NE ? all : any;
	}
	return by_modifier(p, n);
}

static bool test_list(struct predicate *p)
{
	const struct operand *left = p->left;

	for (size_t i = 0; i < left->len; i++) {
		bool one = predicate_test_value(p, &left->values[i]);

		if (one != (p->op == FILTER_OP_IN))
			return one;
	}
	return p->op == FILTER_OP_IN;
}

static bool test_any_value(struct predicate *p)
{
	for (size_t i = 0; i < p->left->len; i++) {
		if (predicate_test_value(p, &p->left->values[i]))
			return true;
	}
	return false;
}

static bool test_left(struct predicate *p)
{
	if (p->left->flags & FIELD_F_SIDES)
		return test_sides(p);
	return p->left->flags & FIELD_F_LIST ? test_list(p) : test_any_value(p);
}

/* The values on the right take the place of constants for this event. */
static bool test_right(struct predicate *p, struct filter_event *event)
{
	struct constant constants[FIELD_VALUES_MAX];
	bool result;

	p->constants_len = operand_values(p->right, event);
	if (p->constants_len == 0)
		return false;
	for (size_t i = 0; i < p->constants_len; i++)
		constant_of_value(&p->right->values[i], &constants[i]);
	p->constants = constants;
	result = test_left(p);
	p->constants = NULL;
	p->constants_len = 0;
	return result;
}

bool predicate_test(struct predicate *p, struct filter_event *event)
{
	if (operand_values(p->left, event) == 0)
		return false;
	if (p->op == FILTER_OP_EXISTS)
		return true;
	return p->right ? test_right(p, event) : test_left(p);
}

/* Where the answer for the event's number is, or will be; NULL: it has no number. */
static struct predicate_answer *answer_of(struct predicate *p, const struct filter_event *event)
{
	struct predicate_answer *answer;
	struct field_enum_key key;
	uint64_t hash;

	if (!p->answers || !field_enum_key(&p->left->ref, event->event, &key))
		return NULL;
	hash = (key.number ^ (uintptr_t)key.names >> 4) * 0x9e3779b97f4a7c15u;
	answer = &p->answers[hash >> 60 & (PREDICATE_ANSWERS - 1)];
	if (answer->key.number != key.number || answer->key.names != key.names)
		*answer = (struct predicate_answer){ .key = key };
	return answer;
}

bool predicate_answer(struct predicate *p, struct filter_event *event)
{
	struct predicate_answer *answer = answer_of(p, event);

	if (answer && answer->known)
		return answer->result;
	if (answer) {
		answer->result = predicate_test(p, event);
		answer->known = true;
		return answer->result;
	}
	if (!p->single)
		return predicate_test(p, event);
	return operand_values(p->left, event) > 0 &&
	       test_one(p->op, &p->left->values[0], &p->constants[0]);
}

void predicate_release(struct predicate *p)
{
	for (size_t i = 0; i < p->constants_len; i++)
		regex_free(p->constants[i].regex);
	p->constants_len = 0;
}
