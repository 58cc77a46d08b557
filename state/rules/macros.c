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
#define MACRO_SHOWN 128 /* bytes of a name in messages */

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

/*
 * In place of a macro whose tree is not known, something that is right and says nothing. What
 * follows from it is not reported: the condition is tainted.
 */
static int put_neutral(struct macro_walk *walk, struct filter_node *node)
{
	static const char neutral[] = "evt.num > 0";
	struct filter_ast *ast;
	int rc = filter_parse(neutral, sizeof(neutral) - 1, NULL, &ast, NULL);

	if (rc == 0)
		rc = filter_ast_replace(walk->ast, node, ast->root, 0);
	if (rc == 0)
		filter_ast_free(ast);
	walk->c->tainted = true;
	return rc < 0 ? -ENOMEM : 0;
}

/* A macro that cannot be put in; what else is wrong with the condition is still found. */
static int wrong_macro(struct macro_walk *walk, struct filter_node *node, const char *format,
		       const char *name)
{
	int rc = walk_error(walk, node, format, name);

	if (rc == -EBADMSG && put_neutral(walk, node) < 0)
		return -ENOMEM;
	return rc;
}

static int put_macro(struct macro_walk *walk, struct filter_node *node, unsigned depth)
{
	struct compilation *c = walk->c;
	struct macro_draft *macro =
		names_get(&c->loader->collection.macros, node->macro.data, node->macro.len);
	char name[MACRO_SHOWN];
	int rc;

	/* The node's own text is gone once the macro stands in its place. */
	snprintf(name, sizeof(name), "%.*s", (int)node->macro.len, node->macro.data);
	if (!macro || macro->index >= walk->visibility)
		return wrong_macro(walk, node, "Undefined macro '%s' used in filter.", name);
	if (macro->state == MACRO_RESOLVING)
		return wrong_macro(walk, node, "reference loop in macro '%s'", name);
	rc = resolve_macro(c, macro);
	if (rc < 0 && rc != -EBADMSG)
		return rc;
	macro->used = true;
	c->tainted |= macro->tainted;
	if (vector_add(&c->used_macros, &c->arena, macro) < 0)
		return -ENOMEM;
	if (macro->failed)
		return put_neutral(walk, node);
	if (depth + macro->depth > COMPILE_TREE_DEPTH)
		return loader_give_up(
			walk_error(walk, node, "Macro '%s' makes the condition too deep", name));
	if (filter_ast_replace(walk->ast, node, macro->ast->root, macro->origin) < 0)
		return loader_give_up(
			walk_error(walk, node, "Macro '%s' makes the condition too large", name));
	if (depth + macro->depth > walk->depth)
		walk->depth = depth + macro->depth;
	return 0;
}

static int walk_node(struct macro_walk *walk, struct filter_node *node, unsigned depth)
{
	int rc = 0;

	if (depth > COMPILE_TREE_DEPTH)
		return loader_give_up(walk_error(walk, node, "The condition is too deep%s", ""));
	if (depth > walk->depth)
		walk->depth = depth;
	switch (node->kind) {
	case FILTER_NODE_MACRO: return put_macro(walk, node, depth);
	case FILTER_NODE_CHECK: return 0;
	case FILTER_NODE_AND:
	case FILTER_NODE_OR:
	case FILTER_NODE_NOT: break;
	}
	for (struct filter_node *child = node->children; child; child = child->next)
		if (!loader_goes_on(walk_node(walk, child, depth + 1), &rc))
			break;
	return rc;
}

int condition_parse(const struct condition *condition, struct filter_ast **ret_ast,
		    struct filter_error *err)
{
	const struct filter_limits limits = { .max_depth = FILTER_DEPTH_RULES,
					      .max_len = CONDITION_MAX_BYTES };
	static const struct filter_pos start = { 0, 1, 1 };

	if (condition->failed == -E2BIG)
		return filter_fail(err, FILTER_ERROR_LIMIT, start,
				   "The condition has more than %u bytes", CONDITION_MAX_BYTES);
	if (condition->failed < 0)
		return condition->failed;
	return filter_parse(condition->text ? condition->text : "", condition->len, &limits,
			    ret_ast, err);
}

int compile_parse(struct compilation *c, const struct condition_spot *spot,
		  struct filter_ast **ret_ast)
{
	struct rule_finding finding = { .code = RULE_CODE_ERR_COMPILE_CONDITION };
	struct filter_error err = { .kind = FILTER_ERROR_MEMORY };
	int rc = condition_parse(spot->condition, ret_ast, &err);

	if (rc == 0 || !*err.message)
		return rc;
	condition_finding(c, &err, spot, &finding);
	return loader_report(c->loader, &finding);
}

/* Trees of all macros together are bounded, whatever they put into each other. */
static int count_bytes(struct compilation *c, const struct macro_draft *macro, size_t before)
{
	c->macro_bytes += memory_used(macro->ast->memory) - before;
	if (c->macro_bytes <= COMPILE_MACRO_BYTES)
		return 0;
	return loader_give_up(loader_error(c->loader, RULE_CODE_ERR_VALIDATE, macro->context,
					   "Macros need more than %u MiB of memory",
					   COMPILE_MACRO_BYTES >> 20));
}

static int resolve_macro(struct compilation *c, struct macro_draft *macro)
{
	const struct condition_spot spot = { .context = macro->condition_context,
					     .condition = &macro->resolved };
	struct macro_walk walk = { .c = c, .spot = &spot, .visibility = macro->visibility };
	struct vector used_macros = c->used_macros;
	bool tainted = c->tainted;
	size_t before;
	int rc;

	if (macro->state == MACRO_DONE || !macro->ast)
		return 0;
	before = memory_used(macro->ast->memory);
	if (c->chain == MACROS_MAX_CHAIN)
		return loader_give_up(loader_error(c->loader, RULE_CODE_ERR_VALIDATE,
						   macro->context, "Macros nested deeper than %d",
						   MACROS_MAX_CHAIN));
	macro->state = MACRO_RESOLVING;
	c->chain++;
	walk.ast = macro->ast;
	c->used_macros = (struct vector){ .len = 0 };
	c->tainted = false;
	rc = walk_node(&walk, macro->ast->root, 1);
	macro->uses = c->used_macros;
	c->used_macros = used_macros;
	c->chain--;
	macro->depth = walk.depth;
	macro->state = MACRO_DONE;
	macro->tainted = c->tainted;
	c->tainted = tainted;
	(void)loader_goes_on(count_bytes(c, macro, before), &rc);
	return rc;
}

/* Its tree, still with the names of macros in it. */
static int parse_macro(struct compilation *c, struct macro_draft *macro)
{
	const struct condition_spot spot = { .context = macro->condition_context,
					     .condition = &macro->resolved };
	int rc;

	macro->used = macro->tainted = false;
	macro->reported = 0;
	macro->state = MACRO_NEW;
	macro->failed = true;
	if (macro->broken)
		return 0;
	c->used_lists = (struct vector){ .len = 0 };
	lists_put(c, &macro->condition, &macro->resolved);
	macro->lists = c->used_lists;
	rc = compile_parse(c, &spot, &macro->ast);
	macro->failed = !macro->ast;
	return rc == 0 && macro->ast ? count_bytes(c, macro, 0) : rc;
}

int macros_prepare(struct compilation *c)
{
	struct vector *macros = &c->loader->collection.macros.things;
	int rc = 0;

	macros_release(c->loader);
	for (size_t i = 0; i < macros->len; i++) {
		struct macro_draft *macro = macros->items[i];

		macro->origin = (uint32_t)i + 1;
		if (!loader_goes_on(parse_macro(c, macro), &rc))
			return rc;
	}
	for (size_t i = 0; i < macros->len; i++)
		if (!loader_goes_on(resolve_macro(c, macros->items[i]), &rc))
			return rc;
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
