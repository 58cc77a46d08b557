/* SPDX-License-Identifier: Apache-2.0 */
/* Why a condition is true or false, see explain.h. */
#include "explain.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "event.h"
#include "predicate.h"

#define VALUE_MAX 512

/* A node of the tree, in the order of the text, parents first. */
struct part {
	struct filter_explained explained;
	size_t end; /* behind its last descendant */
	char value[VALUE_MAX], right[VALUE_MAX];
};

struct explainer {
	struct memory *memory;
	struct arena arena;
	struct filter_clocks clocks;
	const struct filter_compile_opts *opts;
	struct filter_event *event;
	struct part *parts;
	size_t len;
};

static size_t count_nodes(const struct filter_node *node)
{
	size_t len = 1;

	if (node->kind == FILTER_NODE_CHECK || node->kind == FILTER_NODE_MACRO)
		return len;
	for (const struct filter_node *child = node->children; child; child = child->next)
		len += count_nodes(child);
	return len;
}

static void render_value(const struct operand *operand, const struct field_value *value,
			 struct text_buf *buf)
{
	field_value_render(operand->kind == OPERAND_FIELD ? operand->ref.field : NULL, value, buf);
}

static void render_values(const struct operand *operand, char *text)
{
	bool many = operand->max > 1 && operand->len > 0;
	struct text_buf buf;

	text_buf_init(&buf, text, VALUE_MAX);
	if (operand->len == 0)
		text_buf_add(&buf, "<NA>");
	text_buf_add(&buf, many ? "(" : "");
	for (size_t i = 0; i < operand->len; i++) {
		text_buf_add(&buf, i ? ", " : "");
		render_value(operand, &operand->values[i], &buf);
	}
	text_buf_add(&buf, many ? ")" : "");
}

static int explain_check(struct explainer *e, const struct filter_node *node, struct part *part)
{
	const struct predicate_context context = { &e->arena, &e->clocks, e->opts };
	struct predicate *predicate = NULL;
	int rc = predicate_new(&context, &node->check, &predicate, NULL);

	if (rc < 0)
		return rc;
	part->explained.result = predicate_test(predicate, e->event);
	render_values(predicate->left, part->value);
	/* Not taken where the left side has no value. */
	if (predicate->right) {
		operand_values(predicate->right, e->event);
		render_values(predicate->right, part->right);
	}
	predicate_release(predicate);
	return 0;
}

/* Fills in the parts of a subtree. */
static int explain_node(struct explainer *e, const struct filter_node *node, unsigned depth)
{
	struct part *part = &e->parts[e->len++];
	bool all = true, any = false;
	int rc = 0;

	part->explained = (struct filter_explained){
		.node = node, .depth = depth, .value = part->value, .right = part->right
	};
	part->end = e->len;
	if (node->kind == FILTER_NODE_MACRO)
		return -EINVAL;
	if (node->kind == FILTER_NODE_CHECK)
		return explain_check(e, node, part);
	for (const struct filter_node *child = node->children; child && rc == 0;
	     child = child->next) {
		const struct part *child_part = &e->parts[e->len];

		rc = explain_node(e, child, depth + 1);
		all &= child_part->explained.result;
		any |= child_part->explained.result;
	}
	part->end = e->len;
	if (node->kind == FILTER_NODE_NOT)
		part->explained.result = !any;
	else
		part->explained.result = node->kind == FILTER_NODE_AND ? all : any;
	return rc;
}

/* A part is a reason where its parent is one and has its result because of it. */
static void find_reasons(struct explainer *e, size_t at, bool is_reason)
{
	struct part *part = &e->parts[at];
	bool negates = part->explained.node->kind == FILTER_NODE_NOT;

	part->explained.decides = is_reason;
	for (size_t child = at + 1; child < part->end; child = e->parts[child].end) {
		bool same = e->parts[child].explained.result == part->explained.result;

		find_reasons(e, child, is_reason && (same || negates));
	}
}

int filter_explain(const struct filter_ast *ast, struct filter_event *event,
		   const struct filter_compile_opts *opts, filter_explain_fn fn, void *ctx)
{
	const struct filter_compile_opts quiet = { .port = opts ? opts->port : NULL,
						   .host = opts ? opts->host : NULL,
						   .ctx = opts ? opts->ctx : NULL };
	struct explainer e = { .clocks = { 1, 1 }, .event = event, .opts = &quiet };
	int rc;

	if (memory_new(0, &e.memory) < 0)
		return -ENOMEM;
	arena_init(&e.arena, e.memory);
	e.parts = calloc(count_nodes(ast->root), sizeof(*e.parts));
	rc = e.parts ? explain_node(&e, ast->root, 0) : -ENOMEM;
	if (rc == 0)
		find_reasons(&e, 0, true);
	for (size_t i = 0; rc == 0 && i < e.len; i++)
		fn(ctx, &e.parts[i].explained);
	free(e.parts);
	arena_release(&e.arena);
	memory_unref(e.memory);
	return rc;
}

void filter_explained_value(const char *value, struct text_buf *buf)
{
	char text[FILTER_VALUE_SHOWN + 1];
	struct text_buf shown;

	text_buf_init(&shown, text, sizeof(text));
	text_buf_add(&shown, value);
	text_buf_add(buf, text);
	text_buf_add(buf, shown.truncated ? "..." : "");
}
