/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Macros in conditions. A macro's condition is parsed once; its tree, with the macros in it put in,
 * is copied to wherever its name stands. A macro sees macros defined before its own last change,
 * rules see all.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "compile.h"
#include "state/filter/parse.h"

#define MACROS_MAX_CHAIN 100

enum macro_state { MACRO_NEW, MACRO_RESOLVING, MACRO_DONE };

/* A walk through one tree. */
struct macro_walk {
	struct compilation *c;
	struct filter_ast *ast;
	const struct condition_spot *spot; /* of the condition; pos is that of the node */
	size_t visibility;                 /* macros from this index on are not seen */
	unsigned depth;                    /* of the tree, macros included */
};

static int resolve_macro(struct compilation *c, struct macro_draft *macro);

static struct condition_spot spot_at(const struct macro_walk *walk, const struct filter_node *node)
{
	struct condition_spot spot = *walk->spot;

	spot.pos = node->pos;
	spot.origin = node->origin;
	return spot;
}

/* format has one %s for the name. */
static int walk_error(struct macro_walk *walk, const struct filter_node *node, const char *format,
		      const char *name)
{
	struct condition_spot spot = spot_at(walk, node);

	return loader_error(walk->c->loader, RULE_CODE_ERR_VALIDATE,
			    compile_context(walk->c, &walk->c->loader->arena, &spot), format, name);
}

static int put_macro(struct macro_walk *walk, struct filter_node *node, unsigned depth)
{
	struct compilation *c = walk->c;
	struct macro_draft *macro =
		names_get(&c->loader->collection.macros, node->macro.data, node->macro.len);
	char name[128];
	int rc;

	/* The node's own text is gone once the macro stands in its place. */
	snprintf(name, sizeof(name), "%.*s", (int)node->macro.len, node->macro.data);
	if (!macro || macro->index >= walk->visibility)
		return walk_error(walk, node, "Undefined macro '%s' used in filter.", name);
	if (macro->state == MACRO_RESOLVING)
		return walk_error(walk, node, "reference loop in macro '%s'", name);
	rc = resolve_macro(c, macro);
	if (rc < 0)
		return rc;
	macro->used = true;
	if (vector_add(&c->used_macros, &c->arena, macro) < 0)
		return -ENOMEM;
	if (depth + macro->depth > COMPILE_TREE_DEPTH)
		return walk_error(walk, node, "Macro '%s' makes the condition too deep", name);
	if (filter_ast_replace(walk->ast, node, macro->ast->root, macro->origin) < 0)
		return walk_error(walk, node, "Macro '%s' makes the condition too large", name);
	if (depth + macro->depth > walk->depth)
		walk->depth = depth + macro->depth;
	return 0;
}

static int walk_node(struct macro_walk *walk, struct filter_node *node, unsigned depth)
{
	int rc = 0;

	if (depth > COMPILE_TREE_DEPTH)
		return walk_error(walk, node, "The condition is too deep%s", "");
	if (depth > walk->depth)
		walk->depth = depth;
	switch (node->kind) {
	case FILTER_NODE_MACRO: return put_macro(walk, node, depth);
	case FILTER_NODE_CHECK: return 0;
	case FILTER_NODE_AND:
	case FILTER_NODE_OR:
	case FILTER_NODE_NOT: break;
	}
	for (struct filter_node *child = node->children; child && rc == 0; child = child->next)
		rc = walk_node(walk, child, depth + 1);
	return rc;
}

int compile_parse(struct compilation *c, const struct condition_spot *spot,
		  struct filter_ast **ret_ast)
{
	const struct filter_limits limits = { .max_depth = FILTER_DEPTH_RULES,
					      .max_len = CONDITION_MAX_BYTES };
	struct condition_spot at = *spot;
	struct filter_error err;
	int rc;

	if (spot->condition->failed == -E2BIG)
		return loader_error(c->loader, RULE_CODE_ERR_COMPILE_CONDITION, spot->context,
				    "The condition has more than %u bytes", CONDITION_MAX_BYTES);
	if (spot->condition->failed < 0)
		return spot->condition->failed;
	rc = filter_parse(spot->condition->text ? spot->condition->text : "", spot->condition->len,
			  &limits, ret_ast, &err);
	if (rc == 0)
		return 0;
	at.pos = err.pos;
	return loader_report(
		c->loader,
		&(struct rule_finding){ .code = RULE_CODE_ERR_COMPILE_CONDITION,
					.context = compile_context(c, &c->loader->arena, &at),
					.message = err.message,
					.hint = err.nearest });
}

/* Trees of all macros together are bounded, whatever they put into each other. */
static int count_bytes(struct compilation *c, const struct macro_draft *macro, size_t before)
{
	c->macro_bytes += memory_used(macro->ast->memory) - before;
	if (c->macro_bytes <= COMPILE_MACRO_BYTES)
		return 0;
	return loader_error(c->loader, RULE_CODE_ERR_VALIDATE, macro->context,
			    "Macros need more than %u MiB of memory", COMPILE_MACRO_BYTES >> 20);
}

static int resolve_macro(struct compilation *c, struct macro_draft *macro)
{
	const struct condition_spot spot = { .context = macro->condition_context,
					     .condition = &macro->resolved };
	struct macro_walk walk = { .c = c, .spot = &spot, .visibility = macro->visibility };
	struct vector used_macros = c->used_macros;
	size_t before;
	int rc;

	if (macro->state == MACRO_DONE || !macro->ast)
		return 0;
	before = memory_used(macro->ast->memory);
	if (c->chain == MACROS_MAX_CHAIN)
		return loader_error(c->loader, RULE_CODE_ERR_VALIDATE, macro->context,
				    "Macros nested deeper than %d", MACROS_MAX_CHAIN);
	macro->state = MACRO_RESOLVING;
	c->chain++;
	walk.ast = macro->ast;
	c->used_macros = (struct vector){ .len = 0 };
	rc = walk_node(&walk, macro->ast->root, 1);
	macro->uses = c->used_macros;
	c->used_macros = used_macros;
	c->chain--;
	macro->depth = walk.depth;
	macro->state = MACRO_DONE;
	return rc < 0 ? rc : count_bytes(c, macro, before);
}

int macros_prepare(struct compilation *c)
{
	struct vector *macros = &c->loader->collection.macros.things;
	int rc = 0;

	macros_release(c->loader);
	for (size_t i = 0; i < macros->len && rc == 0; i++) {
		struct macro_draft *macro = macros->items[i];
		const struct condition_spot spot = { .context = macro->condition_context,
						     .condition = &macro->resolved };

		macro->used = false;
		macro->state = MACRO_NEW;
		macro->origin = (uint32_t)i + 1;
		c->used_lists = (struct vector){ .len = 0 };
		lists_put(c, &macro->condition, &macro->resolved);
		macro->lists = c->used_lists;
		rc = compile_parse(c, &spot, &macro->ast);
		if (rc == 0 && macro->ast)
			rc = count_bytes(c, macro, 0);
	}
	for (size_t i = 0; i < macros->len && rc == 0; i++)
		rc = resolve_macro(c, macros->items[i]);
	return rc;
}

void macros_release(struct rules_loader *loader)
{
	struct vector *macros = &loader->collection.macros.things;

	for (size_t i = 0; i < macros->len; i++) {
		struct macro_draft *macro = macros->items[i];

		filter_ast_free(macro->ast);
		macro->ast = NULL;
	}
}

int macros_put(struct compilation *c, struct filter_ast *ast, const struct condition_spot *spot)
{
	struct macro_walk walk = { .c = c, .ast = ast, .spot = spot, .visibility = SIZE_MAX };

	return walk_node(&walk, ast->root, 1);
}
