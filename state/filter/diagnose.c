/* SPDX-License-Identifier: Apache-2.0 */
/* Every wrong check of a tree, see diagnose.h. */
#include "diagnose.h"

#include <errno.h>

#include "evset.h"
#include "predicate.h"

#define CHECK_BYTES (64u << 20) /* memory of one check */

struct diagnosis {
	const struct filter_compile_opts *opts;
	filter_error_fn fn;
	void *ctx;
	size_t found;
};

static void found(struct diagnosis *d, const struct filter_error *err)
{
	if (d->found++ < FILTER_DIAGNOSE_MAX)
		d->fn(d->ctx, err);
}

/* Makes a predicate and throws it away. */
static int diagnose_check(struct diagnosis *d, const struct filter_node *node)
{
	const struct filter_clocks clocks = { 1, 1 };
	const struct filter_compile_opts opts = { .port = d->opts ? d->opts->port : NULL,
						  .ctx = d->opts ? d->opts->ctx : NULL };
	struct filter_error err = { 0 };
	struct predicate *predicate;
	struct memory *memory;
	struct arena arena;
	int rc = memory_new(CHECK_BYTES, &memory);

	if (rc < 0)
		return rc;
	arena_init(&arena, memory);
	rc = predicate_new(&(struct predicate_context){ &arena, &clocks, &opts }, &node->check,
			   &predicate, &err);
	if (rc == 0)
		predicate_release(predicate);
	arena_release(&arena);
	memory_unref(memory);
	if (rc == 0)
		return 0;
	err.origin = node->origin;
	found(d, &err);
	return 0;
}

static int diagnose_node(struct diagnosis *d, const struct filter_node *node)
{
	struct filter_error err = { 0 };
	int rc = 0;

	switch (node->kind) {
	case FILTER_NODE_CHECK: return diagnose_check(d, node);
	case FILTER_NODE_MACRO:
		(void)filter_fail_macro(&err, node);
		found(d, &err);
		return 0;
	case FILTER_NODE_NOT:
	case FILTER_NODE_AND:
	case FILTER_NODE_OR: break;
	}
	for (const struct filter_node *child = node->children;
	     child && rc == 0 && d->found < FILTER_DIAGNOSE_MAX; child = child->next)
		rc = diagnose_node(d, child);
	return rc;
}

int filter_diagnose(const struct filter_ast *ast, const struct filter_compile_opts *opts,
		    filter_error_fn fn, void *ctx)
{
	struct diagnosis d = { .opts = opts, .fn = fn, .ctx = ctx };
	struct filter_error err = { 0 };
	struct filter_kinds kinds;
	int rc = diagnose_node(&d, ast->root);

	if (rc == 0 && d.found == 0 && filter_ast_kinds(ast, &kinds, &err) < 0)
		found(&d, &err);
	return rc;
}
