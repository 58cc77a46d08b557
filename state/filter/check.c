/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks become predicates: does the operator fit the type, do both sides fit, are the constants
 * what the field can have. Everything that can be wrong with one check is found here.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kind.h"
#include "predicate.h"
#include "state/base/nearest.h"

/* Types that take the same operators. */
enum family {
	FAMILY_NUMBER,
	FAMILY_BOOL,
	FAMILY_TEXT,
	FAMILY_BYTES,
	FAMILY_ADDRESS,
	FAMILY_DYN,
	FAMILY_LIST,
	FAMILY_AROUND,
	FAMILY_HOST,
	FAMILY_COUNT
};

#define OP(id) (1u << FILTER_OP_##id)
#define OPS_EQUAL (OP(EQ) | OP(EQ_EQ) | OP(NE) | OP(IN) | OP(INTERSECTS) | OP(EXISTS))
#define OPS_ORDER (OP(LT) | OP(LE) | OP(GT) | OP(GE))
#define OPS_PART (OP(CONTAINS) | OP(STARTSWITH) | OP(ENDSWITH))
#define OPS_TEXT                                                                               \
	(OPS_EQUAL | OPS_ORDER | OPS_PART | OP(ICONTAINS) | OP(GLOB) | OP(IGLOB) | OP(REGEX) | \
	 OP(PMATCH))

static const struct {
	const char *name;
	uint32_t ops;
} families[FAMILY_COUNT] = {
	[FAMILY_NUMBER] = { "a number", OPS_EQUAL | OPS_ORDER },
	[FAMILY_BOOL] = { "true or false", OPS_EQUAL },
	[FAMILY_TEXT] = { "a text", OPS_TEXT },
	[FAMILY_BYTES] = { "bytes", OPS_EQUAL | OPS_PART | OP(BCONTAINS) | OP(BSTARTSWITH) },
	[FAMILY_ADDRESS] = { "an address", OPS_EQUAL },
	[FAMILY_DYN] = { "of the event's own type", OPS_TEXT },
	[FAMILY_LIST] = { "a list", OP(IN) | OP(INTERSECTS) | OP(EXISTS) },
	[FAMILY_AROUND] = { "a distance in time", OP(EQ) | OP(EQ_EQ) },
	[FAMILY_HOST] = { "the name of a host", OP(EQ) | OP(EQ_EQ) | OP(NE) | OP(IN) | OP(EXISTS) },
};

static enum family family_of(const struct operand *operand)
{
	if (operand->flags & FIELD_F_LIST)
		return FAMILY_LIST;
	if (operand->flags & FIELD_F_AROUND)
		return FAMILY_AROUND;
	if (operand->flags & FIELD_F_DNS)
		return FAMILY_HOST;
	switch (operand->type) {
	case FIELD_BOOL: return FAMILY_BOOL;
	case FIELD_TEXT: return FAMILY_TEXT;
	case FIELD_BYTES: return FAMILY_BYTES;
	case FIELD_IP:
	case FIELD_NET: return FAMILY_ADDRESS;
	case FIELD_DYN: return FAMILY_DYN;
	case FIELD_I64:
	case FIELD_U64:
	case FIELD_DOUBLE:
	case FIELD_PORT:
	case FIELD_ABSTIME:
	case FIELD_RELTIME:
	case FIELD_TYPE_COUNT: break;
	}
	return FAMILY_NUMBER;
}

/* What is made step by step. */
struct maker {
	struct arena *arena;
	const struct filter_check *check;
	const struct filter_compile_opts *opts;
	struct filter_error *err;
	struct predicate *p;
};

static int refuse(struct maker *m, enum filter_error_kind kind, struct filter_pos pos,
		  const char *what)
{
	filter_fail(m->err, kind, pos, "%s", what);
	return -EINVAL;
}

static int check_operator(struct maker *m)
{
	enum family family = family_of(m->p->left);
	char message[256];
	size_t len;

	if (families[family].ops & 1u << m->check->op)
		return 0;
	len = (size_t)snprintf(message, sizeof(message),
			       "operator '%s' does not fit a field that is %s: expected",
			       filter_op_text(m->check->op), families[family].name);
	for (enum filter_op op = 0; op < FILTER_OP_COUNT; op++) {
		if (families[family].ops & 1u << op && len < sizeof(message))
			len += (size_t)snprintf(message + len, sizeof(message) - len, " %s",
						filter_op_text(op));
	}
	return refuse(m, FILTER_ERROR_TYPE, m->check->left->pos, message);
}

static void warn(struct maker *m, enum filter_warning_kind kind, struct filter_pos pos,
		 const char *message)
{
	struct filter_warning warning = { .kind = kind, .pos = pos };

	if (!m->opts || !m->opts->warn)
		return;
	snprintf(warning.message, sizeof(warning.message), "%s", message);
	m->opts->warn(m->opts->ctx, &warning);
}

static void warn_deprecated(struct maker *m, const struct operand *operand, struct filter_pos pos)
{
	char message[256];

	if (operand->kind != OPERAND_FIELD || !(operand->flags & FIELD_F_DEPRECATED))
		return;
	snprintf(message, sizeof(message), "field '%s' is deprecated", operand->ref.field->name);
	warn(m, FILTER_WARN_DEPRECATED_FIELD, pos, message);
}

/* A constant that looks like "tolower(...)". */
static bool is_call(const struct filter_str *text)
{
	for (enum filter_transform i = 0; i < FILTER_TRANSFORM_COUNT; i++) {
		size_t len = strlen(filter_transform_name(i));

		if (text->len > len && text->data[len] == '(' &&
		    memcmp(text->data, filter_transform_name(i), len) == 0)
			return true;
	}
	return text->len > 4 && memcmp(text->data, "val(", 4) == 0;
}

static void warn_constant(struct maker *m, const struct filter_value *value)
{
	char shown[80], message[256];
	struct text_buf buf;

	if (m->p->left->type != FIELD_TEXT)
		return;
	text_buf_init(&buf, shown, sizeof(shown));
	text_buf_add_safe(&buf, value->text.data, value->text.len);
	if (field_is_name(value->text.data, value->text.len)) {
		snprintf(message, sizeof(message),
			 "'%s' may be a valid field misused as a const string value: val(%s) is "
			 "its value",
			 shown, shown);
		warn(m, FILTER_WARN_VALUE_IS_FIELD, value->pos, message);
	} else if (is_call(&value->text)) {
		snprintf(message, sizeof(message),
			 "'%s' may be a valid field transformer misused as a const string value: "
			 "without quotes it is one",
			 shown);
		warn(m, FILTER_WARN_VALUE_IS_TRANSFORM, value->pos, message);
	}
	if (m->check->op == FILTER_OP_REGEX &&
	    regex_is_plain((struct bytes){ value->text.data, value->text.len })) {
		snprintf(message, sizeof(message),
			 "regex '%s' has nothing that =, contains, startswith, endswith or glob "
			 "could not say faster",
			 shown);
		warn(m, FILTER_WARN_PLAIN_REGEX, value->pos, message);
	}
}

/* Constants of evt.type must be names of events, where they stand for whole ones. */
static int check_event_name(struct maker *m, const struct filter_value *value)
{
	struct nearest nearest;
	char shown[64];
	struct text_buf buf;

	if (!(m->p->left->flags & FIELD_F_EVENT_TYPE) || m->p->left->kind != OPERAND_FIELD ||
	    !(OPS_EQUAL & 1u << m->check->op) ||
	    filter_kind_is_name(value->text.data, value->text.len))
		return 0;
	text_buf_init(&buf, shown, sizeof(shown));
	text_buf_add_safe(&buf, value->text.data, value->text.len);
	filter_fail(m->err, FILTER_ERROR_UNKNOWN_EVENT, value->pos, "unknown event type '%s'",
		    shown);
	if (!m->err)
		return -EINVAL;
	nearest = (struct nearest){ .wrong = shown };
	for (uint16_t kind = 0; kind < filter_kind_count(); kind++) {
		if (filter_kind_name(kind))
			nearest_offer(&nearest, filter_kind_name(kind));
	}
	if (nearest.best && strlen(nearest.best) < sizeof(m->err->nearest))
		memcpy(m->err->nearest, nearest.best, strlen(nearest.best) + 1);
	return -EINVAL;
}

static int add_constant(struct maker *m, const struct filter_value *value)
{
	struct constant *constant = &m->p->constants[m->p->constants_len];
	struct constant_wanted wanted = { .type = m->p->left->type,
					  .op = m->check->op,
					  .names = m->p->left->flags & FIELD_F_ENUM,
					  .opts = m->opts };
	char *data;
	int rc = check_event_name(m, value);

	if (rc < 0)
		return rc;
	warn_constant(m, value);
	if (m->check->op == FILTER_OP_BCONTAINS || m->check->op == FILTER_OP_BSTARTSWITH)
		rc = constant_parse_hex(m->arena, value, constant, m->err);
	else if (m->p->left->flags & FIELD_F_DNS)
		rc = constant_parse_host(m->arena, &wanted, value, constant, m->err);
	else
		rc = constant_parse(&wanted, value, constant, m->err);
	if (rc < 0)
		return rc;
	/* The tree may be freed before the predicate. */
	if (constant->value.type == FIELD_TEXT || constant->value.type == FIELD_BYTES) {
		data = arena_text(m->arena, constant->value.text.data, constant->value.text.len);
		if (!data)
			return filter_fail_memory(m->err);
		constant->value.text.data = data;
	}
	if (m->check->op == FILTER_OP_REGEX) {
		rc = regex_new(value_bytes(&constant->value), value->pos, &constant->regex, m->err);
		if (rc < 0)
			return rc;
	}
	m->p->constants_len++;
	m->p->numbers |= wanted.names && constant->number.type != FIELD_TEXT;
	if (m->check->op == FILTER_OP_PMATCH &&
	    paths_add(&m->p->paths, m->arena, value_bytes(&constant->value)) < 0)
		return filter_fail_memory(m->err);
	return 0;
}

static int add_constants(struct maker *m)
{
	struct predicate *p = m->p;
	size_t len = 0;
	int rc = 0;

	for (const struct filter_value *value = m->check->values; value; value = value->next)
		len++;
	p->constants = arena_alloc(m->arena, len * sizeof(*p->constants));
	if (!p->constants)
		return filter_fail_memory(m->err);
	for (const struct filter_value *value = m->check->values; value && rc == 0;
	     value = value->next)
		rc = add_constant(m, value);
	return rc;
}

/* The families of both sides must be one, and so must whether they are lists. */
static int check_right(struct maker *m, const struct filter_clocks *clocks)
{
	const struct filter_operand *ast = m->check->right;
	struct predicate *p = m->p;
	int rc = operand_new(m->arena, ast, clocks, &p->right, m->err);

	if (rc < 0)
		return rc;
	warn_deprecated(m, p->right, ast->pos);
	if (p->right->flags & FIELD_F_NO_RHS)
		return refuse(m, FILTER_ERROR_TYPE, ast->pos,
			      "this field cannot stand to the right of an operator");
	if (p->left->flags & FIELD_F_NO_RHS)
		return refuse(m, FILTER_ERROR_TYPE, m->check->left->pos,
			      "this field is compared with constants only");
	if (m->check->op == FILTER_OP_PMATCH || m->check->op == FILTER_OP_REGEX ||
	    m->check->op == FILTER_OP_BCONTAINS || m->check->op == FILTER_OP_BSTARTSWITH)
		return refuse(m, FILTER_ERROR_TYPE, ast->pos,
			      "this operator takes constants, no field and no transformer");
	if (p->left->type != p->right->type ||
	    (p->left->flags & FIELD_F_LIST) != (p->right->flags & FIELD_F_LIST))
		return refuse(m, FILTER_ERROR_TYPE, ast->pos,
			      "the two sides are of different types");
	return 0;
}

static int make(struct maker *m, const struct filter_clocks *clocks)
{
	const struct filter_check *check = m->check;
	struct predicate *p = m->p;
	int rc = operand_new(m->arena, check->left, clocks, &p->left, m->err);

	if (rc < 0)
		return rc;
	p->op = check->op == FILTER_OP_EQ_EQ ? FILTER_OP_EQ : check->op;
	p->modifier = check->modifier;
	warn_deprecated(m, p->left, check->left->pos);
	rc = check_operator(m);
	if (rc < 0)
		return rc;
	if (check->right_kind == FILTER_RIGHT_OPERAND)
		rc = check_right(m, clocks);
	else if (check->right_kind != FILTER_RIGHT_NONE)
		rc = add_constants(m);
	if (rc < 0)
		return rc;
	p->single = !p->right && p->constants_len == 1 && p->left->max == 1 &&
		    p->op != FILTER_OP_PMATCH && p->op != FILTER_OP_EXISTS;
	if (p->left->kind == OPERAND_FIELD && !p->right && field_may_be_enum(&p->left->ref)) {
		p->answers = arena_alloc(m->arena, PREDICATE_ANSWERS * sizeof(*p->answers));
		if (!p->answers)
			return filter_fail_memory(m->err);
		memset(p->answers, 0, PREDICATE_ANSWERS * sizeof(*p->answers));
	}
	p->per_process = (p->left->flags & FIELD_F_PROCESS) &&
			 (!p->right || (p->right->flags & FIELD_F_PROCESS));
	p->per_name = (p->left->flags | (p->right ? p->right->flags : 0)) & FIELD_F_NAMES;
	p->cost = p->left->cost + (p->right ? p->right->cost : 0) +
		  (p->op == FILTER_OP_REGEX ? 100 : 1) +
		  (unsigned)(p->constants_len > 16 ? 4 : p->constants_len / 4);
	return 0;
}

int predicate_new(const struct predicate_context *context, const struct filter_check *check,
		  struct predicate **ret_predicate, struct filter_error *err)
{
	struct maker m = {
		.arena = context->arena, .check = check, .opts = context->opts, .err = err
	};
	int rc;

	m.p = arena_alloc(m.arena, sizeof(*m.p));
	if (!m.p)
		return filter_fail_memory(err);
	memset(m.p, 0, sizeof(*m.p));
	rc = make(&m, context->clocks);
	if (rc < 0) {
		predicate_release(m.p);
		return rc;
	}
	*ret_predicate = m.p;
	return 0;
}
