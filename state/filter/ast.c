/* SPDX-License-Identifier: Apache-2.0 */
/* Trees of conditions, see ast.h: life cycle, copies, walks. */
#include "ast.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define AST_BYTES_DEFAULT (16u << 20)

static const struct {
	const char *text;
	enum filter_op_class class;
} operators[FILTER_OP_COUNT] = {
#define FILTER_OPERATOR(id, words, kind) [FILTER_OP_##id] = { words, FILTER_CLASS_##kind },
#include "op.def"
};

static const char *const transform_names[FILTER_TRANSFORM_COUNT] = {
#define FILTER_TRANSFORM(id, name, least, most, help) [FILTER_TRANSFORM_##id] = (name),
#include "transform.def"
};

static const char *const modifier_texts[FILTER_MODIFIER_COUNT] = {
	[FILTER_MODIFIER_NONE] = "",
	[FILTER_ONEOF] = "oneof",
	[FILTER_ANYOF] = "anyof",
	[FILTER_ALLOF] = "allof",
};

const char *filter_op_text(enum filter_op op)
{
	return operators[op].text;
}

enum filter_op_class filter_op_class(enum filter_op op)
{
	return operators[op].class;
}

const char *filter_transform_name(enum filter_transform transform)
{
	return transform_names[transform];
}

const char *filter_modifier_text(enum filter_modifier modifier)
{
	return modifier_texts[modifier];
}

int filter_ast_new(size_t max_bytes, struct filter_ast **ret_ast)
{
	struct filter_ast *ast = calloc(1, sizeof(*ast));

	if (!ast)
		return -ENOMEM;
	if (memory_new(max_bytes ? max_bytes : AST_BYTES_DEFAULT, &ast->memory) < 0) {
		free(ast);
		return -ENOMEM;
	}
	arena_init(&ast->arena, ast->memory);
	*ret_ast = ast;
	return 0;
}

void filter_ast_free(struct filter_ast *ast)
{
	if (!ast)
		return;
	arena_release(&ast->arena);
	memory_unref(ast->memory);
	free(ast);
}

static void *copy_bytes(struct filter_ast *ast, const void *data, size_t bytes)
{
	void *copy = arena_alloc(&ast->arena, bytes);

	if (copy)
		memcpy(copy, data, bytes);
	return copy;
}

static int clone_str(struct filter_ast *ast, struct filter_str *str)
{
	if (!str->data)
		return 0;
	str->data = arena_text(&ast->arena, str->data, str->len);
	return str->data ? 0 : -ENOMEM;
}

/* A list of operands; NULL with *failed set when there is no memory. */
static struct filter_operand *clone_operands(struct filter_ast *ast,
					     const struct filter_operand *operand, int *failed)
{
	struct filter_operand *first = NULL, **end = &first;

	for (; operand && !*failed; operand = operand->next) {
		struct filter_operand *copy = copy_bytes(ast, operand, sizeof(*operand));

		if (!copy || clone_str(ast, &copy->name) < 0 || clone_str(ast, &copy->arg) < 0) {
			*failed = 1;
			return NULL;
		}
		copy->args = clone_operands(ast, operand->args, failed);
		copy->next = NULL;
		*end = copy;
		end = &copy->next;
	}
	return first;
}

static struct filter_value *clone_values(struct filter_ast *ast, const struct filter_value *value,
					 int *failed)
{
	struct filter_value *first = NULL, **end = &first;

	for (; value; value = value->next) {
		struct filter_value *copy = copy_bytes(ast, value, sizeof(*value));

		if (!copy || clone_str(ast, &copy->text) < 0) {
			*failed = 1;
			return NULL;
		}
		copy->next = NULL;
		*end = copy;
		end = &copy->next;
	}
	return first;
}

struct filter_node *filter_node_clone(struct filter_ast *ast, const struct filter_node *node,
				      uint32_t origin)
{
	struct filter_node *copy = copy_bytes(ast, node, sizeof(*node)), **end;
	int failed = 0;

	if (!copy)
		return NULL;
	copy->next = NULL;
	if (copy->origin == 0)
		copy->origin = origin;
	switch (node->kind) {
	case FILTER_NODE_MACRO: return clone_str(ast, &copy->macro) < 0 ? NULL : copy;
	case FILTER_NODE_CHECK:
		copy->check.left = clone_operands(ast, node->check.left, &failed);
		copy->check.right = clone_operands(ast, node->check.right, &failed);
		copy->check.values = clone_values(ast, node->check.values, &failed);
		return failed ? NULL : copy;
	case FILTER_NODE_AND:
	case FILTER_NODE_OR:
	case FILTER_NODE_NOT: break;
	}
	copy->children = NULL;
	end = &copy->children;
	for (const struct filter_node *child = node->children; child; child = child->next) {
		*end = filter_node_clone(ast, child, origin);
		if (!*end)
			return NULL;
		end = &(*end)->next;
	}
	return copy;
}

int filter_ast_replace(struct filter_ast *ast, struct filter_node *node,
		       const struct filter_node *with, uint32_t origin)
{
	struct filter_node *copy = filter_node_clone(ast, with, origin);

	if (!copy)
		return -ENOMEM;
	copy->next = node->next;
	*node = *copy;
	return 0;
}

int filter_ast_copy(const struct filter_ast *ast, struct filter_ast **ret_ast)
{
	struct filter_ast *copy;
	int rc = filter_ast_new(memory_limit(ast->memory), &copy);

	if (rc < 0)
		return rc;
	copy->root = filter_node_clone(copy, ast->root, 0);
	if (!copy->root) {
		filter_ast_free(copy);
		return -ENOMEM;
	}
	*ret_ast = copy;
	return 0;
}

static int visit_macros(struct filter_ast *ast, struct filter_node *node, filter_macro_fn fn,
			void *ctx)
{
	int rc = 0;

	switch (node->kind) {
	case FILTER_NODE_MACRO: return fn(ctx, ast, node);
	case FILTER_NODE_CHECK: return 0;
	case FILTER_NODE_AND:
	case FILTER_NODE_OR:
	case FILTER_NODE_NOT: break;
	}
	for (struct filter_node *child = node->children; child && rc == 0; child = child->next)
		rc = visit_macros(ast, child, fn, ctx);
	return rc;
}

int filter_ast_macros(struct filter_ast *ast, filter_macro_fn fn, void *ctx)
{
	return visit_macros(ast, ast->root, fn, ctx);
}

struct field_names {
	struct filter_str *names;
	size_t len, max;
};

static int compare_str(const struct filter_str *a, const struct filter_str *b)
{
	uint32_t len = a->len < b->len ? a->len : b->len;
	int order = memcmp(a->data, b->data, len);

	return order ? order : (int)(a->len > b->len) - (int)(a->len < b->len);
}

/* Puts a name in its place unless it is there. */
static void add_name(struct field_names *found, const struct filter_str *name)
{
	size_t at = 0;

	while (at < found->len && compare_str(&found->names[at], name) < 0)
		at++;
	if (at < found->len && compare_str(&found->names[at], name) == 0)
		return;
	if (found->len == found->max)
		return;
	memmove(found->names + at + 1, found->names + at,
		(found->len - at) * sizeof(*found->names));
	found->names[at] = *name;
	found->len++;
}

static void add_operands(struct field_names *found, const struct filter_operand *operand)
{
	for (; operand; operand = operand->next) {
		if (operand->kind == FILTER_OPERAND_FIELD)
			add_name(found, &operand->name);
		add_operands(found, operand->args);
	}
}

static void add_fields(struct field_names *found, const struct filter_node *node)
{
	switch (node->kind) {
	case FILTER_NODE_MACRO: return;
	case FILTER_NODE_CHECK:
		add_operands(found, node->check.left);
		add_operands(found, node->check.right);
		return;
	case FILTER_NODE_AND:
	case FILTER_NODE_OR:
	case FILTER_NODE_NOT: break;
	}
	for (const struct filter_node *child = node->children; child; child = child->next)
		add_fields(found, child);
}

size_t filter_ast_fields(const struct filter_ast *ast, struct filter_str *names, size_t max)
{
	struct field_names found = { .names = names, .max = max };

	add_fields(&found, ast->root);
	return found.len;
}
