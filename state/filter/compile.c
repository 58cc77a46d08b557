/* SPDX-License-Identifier: Apache-2.0 */
/* From trees to sets of conditions, see compile.h and set.h. */
#include "compile.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "evset.h"
#include "print.h"
#include "set.h"

#define SET_BYTES_DEFAULT (256u << 20)
#define CHECK_TEXT_MAX 65536

/* A check or an operand by its canonical text: equal texts are one object. */
struct shared {
	void *object;
	size_t len;
	char text[];
};

struct compiler {
	struct filter_set *set;
	const struct filter_compile_opts *opts;
	struct filter_error *err;
	uint32_t origin; /* of the node being compiled, for warnings */
	char *text;      /* CHECK_TEXT_MAX */
};

int filter_set_new(size_t max_bytes, struct filter_set **ret_set)
{
	struct filter_set *set = calloc(1, sizeof(*set));

	if (!set)
		return -ENOMEM;
	if (memory_new(max_bytes ? max_bytes : SET_BYTES_DEFAULT, &set->memory) < 0) {
		free(set);
		return -ENOMEM;
	}
	arena_init(&set->arena, set->memory);
	hash_init(&set->shared, set->memory);
	if (node_pool_init(&set->nodes, &set->arena) < 0) {
		filter_set_free(set);
		return -ENOMEM;
	}
	*ret_set = set;
	return 0;
}

void filter_set_free(struct filter_set *set)
{
	if (!set)
		return;
	for (size_t i = 0; i < set->predicates_len; i++)
		predicate_release(set->predicates[i]);
	memory_free(set->memory, set->predicates, set->predicates_size * sizeof(*set->predicates));
	memory_free(set->memory, set->conditions, set->conditions_size * sizeof(*set->conditions));
	hash_release(&set->shared);
	arena_release(&set->arena);
	memory_unref(set->memory);
	free(set);
}

/* Makes room for one more in a list of items. Returns 0 or -ENOMEM. */
static int list_grow(struct memory *memory, void **items, size_t item_bytes, size_t len,
		     size_t *size)
{
	size_t more = *size ? *size * 2 : 64;
	void *grown;

	if (len < *size)
		return 0;
	grown = memory_grow(memory, *items, *size * item_bytes, more * item_bytes);
	if (!grown)
		return -ENOMEM;
	*items = grown;
	*size = more;
	return 0;
}

static uint64_t hash_text(const char *text, size_t len, uint64_t hash)
{
	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)text[i]) * 0x100000001b3u;
	return hash ^ hash >> 31;
}

/* What texts begin with, so that a check and an operand are never taken for each other. */
#define TEXT_OF_CHECK "check "
#define TEXT_OF_OPERAND "operand "

/* The text of a check, with == written as =; 0 when it is too long to be shared. */
static size_t check_text(struct compiler *c, const struct filter_node *node)
{
	struct filter_node plain = *node;
	struct text_buf buf;

	if (plain.check.op == FILTER_OP_EQ_EQ)
		plain.check.op = FILTER_OP_EQ;
	text_buf_init(&buf, c->text, CHECK_TEXT_MAX);
	text_buf_add(&buf, TEXT_OF_CHECK);
	filter_print_node(&plain, &buf);
	return buf.truncated ? 0 : buf.len;
}

static size_t operand_text(struct compiler *c, const struct filter_operand *operand)
{
	struct text_buf buf;

	text_buf_init(&buf, c->text, CHECK_TEXT_MAX);
	text_buf_add(&buf, TEXT_OF_OPERAND);
	filter_print_operand(operand, &buf);
	return buf.truncated ? 0 : buf.len;
}

/* The object of the text in c->text[0..len); where there is none yet, object becomes it. */
static int share(struct compiler *c, size_t len, void *object, void **ret_object)
{
	struct filter_set *set = c->set;
	uint64_t a = hash_text(c->text, len, 0xcbf29ce484222325u);
	uint64_t b = hash_text(c->text, len, 0x9ae16a3b2f90404fu);
	struct shared *shared = hash_get(&set->shared, a, b);

	*ret_object = object;
	if (shared) {
		if (shared->len == len && memcmp(shared->text, c->text, len) == 0)
			*ret_object = shared->object;
		return 0;
	}
	shared = len && object ? arena_alloc(&set->arena, sizeof(*shared) + len) : NULL;
	if (!shared)
		return len && object ? filter_fail_memory(c->err) : 0;
	shared->object = object;
	shared->len = len;
	memcpy(shared->text, c->text, len);
	return hash_put(&set->shared, a, b, shared) < 0 ? filter_fail_memory(c->err) : 0;
}

static int share_operand(struct compiler *c, const struct filter_operand *ast,
			 struct operand **operand)
{
	void *shared = *operand;
	int rc = *operand ? share(c, operand_text(c, ast), *operand, &shared) : 0;

	*operand = shared;
	return rc;
}

static void warn_with_origin(void *ctx, const struct filter_warning *warning)
{
	struct compiler *c = ctx;
	struct filter_warning placed = *warning;

	placed.origin = c->origin;
	c->opts->warn(c->opts->ctx, &placed);
}

static int service_port(void *ctx, const char *service)
{
	struct compiler *c = ctx;

	return c->opts && c->opts->port ? c->opts->port(c->opts->ctx, service) : -1;
}

static size_t host_addresses(void *ctx, const char *name, struct field_ip *addresses)
{
	struct compiler *c = ctx;

	return c->opts && c->opts->host ? c->opts->host(c->opts->ctx, name, addresses) : 0;
}

/* A new predicate, on the set's list. */
static int new_predicate(struct compiler *c, const struct filter_node *node,
			 struct predicate **ret_predicate)
{
	struct filter_set *set = c->set;
	struct filter_compile_opts opts = {
		.warn = c->opts && c->opts->warn ? warn_with_origin : NULL,
		.port = service_port,
		.host = host_addresses,
		.ctx = c,
	};
	const struct predicate_context context = { &set->arena, &set->clocks, &opts };
	void *list = set->predicates;
	int rc = list_grow(set->memory, &list, sizeof(*set->predicates), set->predicates_len,
			   &set->predicates_size);

	set->predicates = list;
	if (rc < 0)
		return filter_fail_memory(c->err);
	c->origin = node->origin;
	rc = predicate_new(&context, &node->check, ret_predicate, c->err);
	if (rc < 0) {
		if (c->err)
			c->err->origin = node->origin;
		return rc;
	}
	set->predicates[set->predicates_len++] = *ret_predicate;
	rc = share_operand(c, node->check.left, &(*ret_predicate)->left);
	return rc < 0 ? rc : share_operand(c, node->check.right, &(*ret_predicate)->right);
}

/*
 * A check that was compiled before is not kept twice, but its warnings are given again: they belong
 * to a place.
 */
static int check_predicate(struct compiler *c, const struct filter_node *node,
			   struct predicate **ret_predicate)
{
	void *shared = NULL;
	size_t len = check_text(c, node);
	int rc = share(c, len, NULL, &shared);

	if (shared && !(c->opts && c->opts->warn)) {
		*ret_predicate = shared;
		return 0;
	}
	if (rc == 0)
		rc = new_predicate(c, node, ret_predicate);
	if (rc < 0)
		return rc;
	if (shared) {
		predicate_release(*ret_predicate);
		c->set->predicates_len--;
		*ret_predicate = shared;
		return 0;
	}
	len = check_text(c, node);
	return share(c, len, *ret_predicate, &shared);
}

/* A field that is never below 1 makes some checks constant: 1, 0, or -1 where it is open. */
static int folded(const struct predicate *p)
{
	static const struct field_value least = { .type = FIELD_U64, .u64 = 1 };
	int order;

	if (p->left->kind != OPERAND_FIELD || p->right || !(p->left->flags & FIELD_F_POSITIVE))
		return -1;
	if (p->op == FILTER_OP_EXISTS)
		return 1;
	if (p->modifier != FILTER_MODIFIER_NONE || p->constants_len != 1)
		return -1;
	order = value_compare_numbers(&p->constants[0].value, &least);
	switch ((int)p->op) {
	case FILTER_OP_EQ:
	case FILTER_OP_IN:
	case FILTER_OP_INTERSECTS: return order < 0 ? 0 : -1;
	case FILTER_OP_NE: return order < 0 ? 1 : -1;
	case FILTER_OP_LT: return order <= 0 ? 0 : -1;
	case FILTER_OP_LE: return order < 0 ? 0 : -1;
	case FILTER_OP_GT: return order < 0 ? 1 : -1;
	case FILTER_OP_GE: return order <= 0 ? 1 : -1;
	default: return -1;
	}
}

static int compile_check(struct compiler *c, const struct filter_node *node, struct node **ret_node)
{
	struct predicate *predicate = NULL;
	int rc = check_predicate(c, node, &predicate);
	int known;

	if (rc < 0)
		return rc;
	assert(predicate);
	known = folded(predicate);
	/* Nothing is in an empty list. */
	if (known < 0 && predicate->op != FILTER_OP_EXISTS && !predicate->right &&
	    predicate->constants_len == 0)
		known = 0;
	*ret_node = known >= 0 ? node_constant(&c->set->nodes, known)
			       : node_check(&c->set->nodes, predicate);
	return *ret_node ? 0 : filter_fail_memory(c->err);
}

static int compile_node(struct compiler *c, const struct filter_node *node, struct node **ret_node)
{
	struct node **children, *made = NULL;
	size_t len = 0;
	int rc = 0;

	switch (node->kind) {
	case FILTER_NODE_CHECK: return compile_check(c, node, ret_node);
	case FILTER_NODE_MACRO: return filter_fail_macro(c->err, node);
	case FILTER_NODE_NOT:
		rc = compile_node(c, node->children, &made);
		if (rc < 0)
			return rc;
		*ret_node = node_not(&c->set->nodes, made);
		return *ret_node ? 0 : filter_fail_memory(c->err);
	case FILTER_NODE_AND:
	case FILTER_NODE_OR: break;
	}
	for (const struct filter_node *child = node->children; child; child = child->next)
		len++;
	children = calloc(len + 1, sizeof(struct node *));
	if (!children)
		return filter_fail_memory(c->err);
	len = 0;
	for (const struct filter_node *child = node->children; child && rc == 0;
	     child = child->next)
		rc = compile_node(c, child, &children[len++]);
	if (rc == 0) {
		*ret_node = node_chain(&c->set->nodes,
				       node->kind == FILTER_NODE_AND ? NODE_AND : NODE_OR, children,
				       len);
		rc = *ret_node ? 0 : filter_fail_memory(c->err);
	}
	free(children);
	return rc;
}

int filter_compile(struct filter_set *set, const struct filter_ast *ast,
		   const struct filter_compile_opts *opts, uint32_t *ret_id,
		   struct filter_error *err)
{
	struct compiler c = { .set = set, .opts = opts, .err = err };
	struct condition condition = { 0 };
	void *list = set->conditions;
	int rc = list_grow(set->memory, &list, sizeof(*set->conditions), set->conditions_len,
			   &set->conditions_size);

	set->conditions = list;
	if (rc < 0)
		return filter_fail_memory(err);
	c.text = malloc(CHECK_TEXT_MAX);
	if (!c.text)
		return filter_fail_memory(err);
	rc = compile_node(&c, ast->root, &condition.root);
	free(c.text);
	if (rc == 0)
		rc = filter_ast_kinds(ast, &condition.kinds, err);
	if (rc < 0)
		return rc;
	assert(condition.root);
	condition.root->uses++;
	*ret_id = (uint32_t)set->conditions_len;
	set->conditions[set->conditions_len++] = condition;
	set->ready = false;
	set->failed = false;
	return 0;
}

size_t filter_set_len(const struct filter_set *set)
{
	return set->conditions_len;
}

const struct filter_kinds *filter_set_events(const struct filter_set *set, uint32_t id)
{
	return &set->conditions[id].kinds;
}
