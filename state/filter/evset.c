/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kinds that a condition can be true for, see evset.h. Each node gives two sets: for it being true
 * and for it being false; both are supersets, so `not` swaps them.
 */
#include "evset.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* When is it true, when is it false: for which kinds is that possible. */
struct outcome {
	struct filter_kinds yes, no;
};

enum narrow { NARROW_NOTHING, NARROW_TYPE, NARROW_NUM };

static bool is_name(const struct filter_operand *operand, const char *name)
{
	return operand->kind == FILTER_OPERAND_FIELD && strlen(name) == operand->name.len &&
	       memcmp(name, operand->name.data, operand->name.len) == 0;
}

static enum narrow narrow_of(const struct filter_operand *operand)
{
	if (operand->arg.data)
		return NARROW_NOTHING;
	if (is_name(operand, "evt.type") || is_name(operand, "syscall.type"))
		return NARROW_TYPE;
	return is_name(operand, "evt.num") ? NARROW_NUM : NARROW_NOTHING;
}

/* evt.type itself, or in transformers of one argument. */
static bool transforms_type(const struct filter_operand *operand)
{
	while (operand->kind == FILTER_OPERAND_TRANSFORM && operand->args && !operand->args->next)
		operand = operand->args;
	return narrow_of(operand) == NARROW_TYPE;
}

static void neutral(const struct filter_kinds *all, struct outcome *out)
{
	out->yes = *all;
	out->no = *all;
}

static void never(const struct filter_kinds *all, struct outcome *out)
{
	neutral(all, out);
	memset(&out->yes, 0, sizeof(out->yes));
}

static void swap(struct outcome *out)
{
	struct filter_kinds yes = out->yes;

	out->yes = out->no;
	out->no = yes;
}

/* Events that are no calls have no syscall.type: every check of it is false for them. */
static void add_other_events(struct filter_kinds *kinds)
{
	for (uint16_t kind = 0; kind < filter_kind_count(); kind++) {
		if (filter_kind_name(kind) &&
		    strcmp(event_by_code(filter_kind_code(kind))->kind, "syscall") != 0)
			filter_kinds_add(kinds, kind);
	}
}

static void type_outcome(const struct filter_check *check, const struct filter_kinds *all,
			 struct outcome *out)
{
	neutral(all, out);
	if (check->op == FILTER_OP_EXISTS) {
		never(all, out);
		swap(out);
		return;
	}
	if (check->modifier != FILTER_MODIFIER_NONE ||
	    (check->op != FILTER_OP_EQ && check->op != FILTER_OP_EQ_EQ &&
	     check->op != FILTER_OP_NE && check->op != FILTER_OP_IN))
		return;
	memset(out, 0, sizeof(*out));
	for (const struct filter_value *value = check->values; value; value = value->next) {
		filter_kinds_add_call(&out->yes, value->text.data, value->text.len);
		filter_kinds_add_named(&out->no, value->text.data, value->text.len);
	}
	filter_kinds_invert(&out->no);
	if (check->op == FILTER_OP_NE)
		swap(out);
}

/* A plain number of at most 18 digits; others are left to the evaluation. */
static bool plain_number(const struct filter_str *text, uint64_t *ret_number)
{
	uint64_t number = 0;

	if (text->len == 0 || text->len > 18)
		return false;
	for (uint32_t i = 0; i < text->len; i++) {
		if (text->data[i] < '0' || text->data[i] > '9')
			return false;
		number = number * 10 + (uint64_t)(text->data[i] - '0');
	}
	*ret_number = number;
	return true;
}

enum truth { TRUTH_NEVER, TRUTH_ALWAYS, TRUTH_OPEN };

/* What a check of evt.num says about every number from 1 on. */
static enum truth num_truth(const struct filter_check *check)
{
	uint64_t number = 0;

	if (check->op == FILTER_OP_EXISTS)
		return TRUTH_ALWAYS;
	if (check->modifier != FILTER_MODIFIER_NONE)
		return TRUTH_OPEN;
	if (check->op == FILTER_OP_IN) {
		for (const struct filter_value *v = check->values; v; v = v->next) {
			if (!plain_number(&v->text, &number) || number > 0)
				return TRUTH_OPEN;
		}
		return TRUTH_NEVER;
	}
	if (!check->values || !plain_number(&check->values->text, &number))
		return TRUTH_OPEN;
	switch ((int)check->op) {
	case FILTER_OP_EQ:
	case FILTER_OP_EQ_EQ: return number == 0 ? TRUTH_NEVER : TRUTH_OPEN;
	case FILTER_OP_NE: return number == 0 ? TRUTH_ALWAYS : TRUTH_OPEN;
	case FILTER_OP_LT: return number <= 1 ? TRUTH_NEVER : TRUTH_OPEN;
	case FILTER_OP_LE: return number == 0 ? TRUTH_NEVER : TRUTH_OPEN;
	case FILTER_OP_GT: return number == 0 ? TRUTH_ALWAYS : TRUTH_OPEN;
	case FILTER_OP_GE: return number <= 1 ? TRUTH_ALWAYS : TRUTH_OPEN;
	default: return TRUTH_OPEN;
	}
}

static int check_outcome(const struct filter_node *node, const struct filter_kinds *all,
			 struct outcome *out, struct filter_error *err)
{
	const struct filter_check *check = &node->check;
	enum narrow narrow = narrow_of(check->left);
	int rc;

	if (transforms_type(check->left) &&
	    (narrow != NARROW_TYPE || check->right_kind == FILTER_RIGHT_OPERAND)) {
		rc = filter_fail(err, FILTER_ERROR_TYPE, check->left->pos,
				 "the event types of a condition must be known before there are "
				 "events: evt.type takes no transformer and no field to its right");
		if (err)
			err->origin = node->origin;
		return rc;
	}
	neutral(all, out);
	if (narrow == NARROW_TYPE) {
		type_outcome(check, all, out);
		if (is_name(check->left, "syscall.type"))
			add_other_events(&out->no);
	} else if (narrow == NARROW_NUM && check->right_kind != FILTER_RIGHT_OPERAND) {
		enum truth truth = num_truth(check);

		if (truth != TRUTH_OPEN)
			never(all, out);
		if (truth == TRUTH_ALWAYS)
			swap(out);
	}
	return 0;
}

static int node_outcome(const struct filter_node *node, const struct filter_kinds *all,
			struct outcome *out, struct filter_error *err)
{
	const struct filter_node *child = NULL;
	struct outcome part;
	int rc;

	switch (node->kind) {
	case FILTER_NODE_CHECK: return check_outcome(node, all, out, err);
	case FILTER_NODE_MACRO: neutral(all, out); return 0;
	case FILTER_NODE_NOT:
	case FILTER_NODE_AND:
	case FILTER_NODE_OR: child = node->children; break;
	}
	rc = node_outcome(child, all, out, err);
	for (child = child->next; child && rc == 0; child = child->next) {
		rc = node_outcome(child, all, &part, err);
		if (rc < 0)
			break;
		if (node->kind == FILTER_NODE_AND) {
			filter_kinds_and(&out->yes, &part.yes);
			filter_kinds_or(&out->no, &part.no);
		} else {
			filter_kinds_or(&out->yes, &part.yes);
			filter_kinds_and(&out->no, &part.no);
		}
	}
	if (rc == 0 && node->kind == FILTER_NODE_NOT)
		swap(out);
	return rc;
}

int filter_ast_kinds(const struct filter_ast *ast, struct filter_kinds *ret_kinds,
		     struct filter_error *err)
{
	struct filter_kinds all;
	struct outcome out;
	int rc;

	filter_kinds_fill(&all);
	rc = node_outcome(ast->root, &all, &out, err);

	if (rc < 0)
		return rc;
	*ret_kinds = out.yes;
	return 0;
}
