/* SPDX-License-Identifier: Apache-2.0 */
/* Graphs of conditions, see node.h. */
#include "node.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define POOL_BUCKETS_FIRST 256
#define NODE_COST_MAX 10000

int node_pool_init(struct node_pool *pool, struct arena *arena)
{
	*pool = (struct node_pool){
		.arena = arena,
		.buckets_len = POOL_BUCKETS_FIRST,
		.len = 2,
		.constants = {
			{ .kind = NODE_FALSE, .id = 0, .per_process = true, .process_bit = -1 },
			{ .kind = NODE_TRUE, .id = 1, .per_process = true, .process_bit = -1 },
		},
	};
	pool->buckets = arena_alloc(arena, POOL_BUCKETS_FIRST * sizeof(struct node *));
	if (!pool->buckets)
		return -ENOMEM;
	memset(pool->buckets, 0, POOL_BUCKETS_FIRST * sizeof(struct node *));
	return 0;
}

struct node *node_constant(struct node_pool *pool, bool value)
{
	return &pool->constants[value];
}

static uint64_t mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
	return hash ^ hash >> 32;
}

static uint64_t node_hash(const struct node *node)
{
	uint64_t hash = mix((uint64_t)node->kind + 1, (uintptr_t)node->check);

	for (size_t i = 0; i < node->children_len; i++)
		hash = mix(hash, node->children[i]->id);
	return hash;
}

static bool is_same(const struct node *a, const struct node *b)
{
	return a->kind == b->kind && a->check == b->check && a->children_len == b->children_len &&
	       (a->children_len == 0 ||
		memcmp(a->children, b->children, a->children_len * sizeof(struct node *)) == 0);
}

static int pool_grow(struct node_pool *pool)
{
	size_t len = pool->buckets_len * 2;
	struct node **buckets = arena_alloc(pool->arena, len * sizeof(struct node *));

	if (!buckets)
		return -ENOMEM;
	memset(buckets, 0, len * sizeof(struct node *));
	for (size_t i = 0; i < pool->buckets_len; i++) {
		struct node *node = pool->buckets[i], *next;

		for (; node; node = next) {
			size_t at = node_hash(node) & (len - 1);

			next = node->next;
			node->next = buckets[at];
			buckets[at] = node;
		}
	}
	pool->buckets = buckets;
	pool->buckets_len = len;
	return 0;
}

/* A chain is as dear as its first part and half of the rest: it often ends early. */
static uint32_t chain_cost(const struct node *node)
{
	uint32_t cost = node->check ? node->check->cost : 0;

	for (size_t i = 0; i < node->children_len; i++)
		cost += i == 0 ? node->children[i]->cost : node->children[i]->cost / 2;
	/* What is kept of the process costs a look at a bit. */
	if (node->per_process)
		return 1;
	return cost < NODE_COST_MAX ? cost : NODE_COST_MAX;
}

/* The node like the given one: that of the pool, or a new one with a copy of its children. */
static struct node *pool_intern(struct node_pool *pool, const struct node *like)
{
	uint64_t hash = node_hash(like);
	struct node *node = pool->buckets[hash & (pool->buckets_len - 1)];
	size_t bytes = like->children_len * sizeof(struct node *);

	while (node && !is_same(node, like))
		node = node->next;
	if (node)
		return node;
	if (pool->len > pool->buckets_len && pool_grow(pool) < 0)
		return NULL;
	node = arena_alloc(pool->arena, sizeof(*node));
	if (!node)
		return NULL;
	*node = *like;
	node->children = arena_alloc(pool->arena, bytes);
	if (!node->children)
		return NULL;
	if (bytes > 0)
		memcpy(node->children, like->children, bytes);
	node->id = pool->len++;
	node->process_bit = -1;
	for (size_t i = 0; i < node->children_len; i++)
		node->children[i]->uses++;
	node->cost = chain_cost(node);
	node->next = pool->buckets[hash & (pool->buckets_len - 1)];
	pool->buckets[hash & (pool->buckets_len - 1)] = node;
	return node;
}

struct node *node_check(struct node_pool *pool, struct predicate *predicate)
{
	struct node like = { .kind = NODE_CHECK,
			     .check = predicate,
			     .per_process = predicate->per_process,
			     .per_name = predicate->per_name };

	return pool_intern(pool, &like);
}

struct node *node_not(struct node_pool *pool, struct node *child)
{
	struct node like = { .kind = NODE_NOT,
			     .children = &child,
			     .children_len = 1,
			     .per_process = child->per_process,
			     .per_name = child->per_name };

	if (child->kind == NODE_FALSE || child->kind == NODE_TRUE)
		return node_constant(pool, child->kind == NODE_FALSE);
	return child->kind == NODE_NOT ? child->children[0] : pool_intern(pool, &like);
}

static int by_cost(const void *a, const void *b)
{
	const struct node *x = *(struct node *const *)a, *y = *(struct node *const *)b;

	if (x->cost != y->cost)
		return x->cost < y->cost ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

static bool has(struct node *const *children, size_t len, const struct node *wanted)
{
	for (size_t i = 0; i < len; i++) {
		if (children[i] == wanted)
			return true;
	}
	return false;
}

/*
 * Drops doubles of a sorted chain. *ret_decided: both a part and its negation are in it.
 */
static size_t drop_doubles(struct node **children, size_t len, bool *ret_decided)
{
	size_t kept = 0;

	*ret_decided = false;
	for (size_t i = 0; i < len; i++) {
		if (kept > 0 && children[i] == children[kept - 1])
			continue;
		children[kept++] = children[i];
	}
	for (size_t i = 0; i < kept; i++) {
		if (children[i]->kind == NODE_NOT && has(children, kept, children[i]->children[0]))
			*ret_decided = true;
	}
	return kept;
}

/*
 * Of a sorted chain the parts that depend on the process alone become one part, which is kept as
 * one bit per process. Returns the new length, 0 when there is no memory.
 */
static size_t group_process(struct node_pool *pool, enum node_kind kind, struct node **children,
			    size_t len)
{
	struct node like = { .kind = kind, .per_process = true }, *group;
	size_t others = 0;

	like.children = malloc((len ? len : 1) * sizeof(struct node *));
	if (!like.children)
		return 0;
	for (size_t i = 0; i < len; i++) {
		if (children[i]->per_process)
			like.children[like.children_len++] = children[i];
	}
	group = like.children_len > 1 && like.children_len < len ? pool_intern(pool, &like) : NULL;
	free(like.children);
	if (like.children_len < 2 || like.children_len == len)
		return len;
	if (!group)
		return 0;
	for (size_t i = 0; i < len; i++) {
		if (!children[i]->per_process)
			children[others++] = children[i];
	}
	memmove(children + 1, children, others * sizeof(struct node *));
	children[0] = group;
	return others + 1;
}

/* The parts of a chain, those of chains of the same kind in their place: a group is one. */
static size_t put_parts(enum node_kind kind, struct node *node, struct node **flat)
{
	size_t len = 0;

	if (node->kind != kind) {
		if (flat)
			flat[0] = node;
		return 1;
	}
	for (size_t i = 0; i < node->children_len; i++)
		len += put_parts(kind, node->children[i], flat ? flat + len : NULL);
	return len;
}

/* The same of a list, on the heap; its length, 0 when there is no memory. */
static size_t flatten(enum node_kind kind, struct node *const *children, size_t len,
		      struct node ***ret_flat)
{
	struct node **flat;
	size_t total = 0, at = 0;

	for (size_t i = 0; i < len; i++)
		total += put_parts(kind, children[i], NULL);
	flat = total ? malloc(total * sizeof(struct node *)) : NULL;
	if (!flat)
		return 0;
	for (size_t i = 0; i < len; i++)
		at += put_parts(kind, children[i], flat + at);
	*ret_flat = flat;
	return total;
}

struct node *node_chain(struct node_pool *pool, enum node_kind kind, struct node **children,
			size_t len)
{
	/* The constant that decides a chain, and the one that says nothing. */
	enum node_kind decides = kind == NODE_AND ? NODE_FALSE : NODE_TRUE;
	enum node_kind neutral = kind == NODE_AND ? NODE_TRUE : NODE_FALSE;
	struct node like = { .kind = kind, .per_process = true }, *node;
	struct node **flat = NULL;
	bool decided = false;
	size_t kept = 0;

	len = flatten(kind, children, len, &flat);
	if (len == 0)
		return NULL;
	for (size_t i = 0; i < len; i++) {
		decided |= flat[i]->kind == decides;
		if (flat[i]->kind != neutral)
			flat[kept++] = flat[i];
	}
	if (!decided) {
		qsort(flat, kept, sizeof(*flat), by_cost);
		kept = drop_doubles(flat, kept, &decided);
	}
	if (!decided && kept > 0) {
		kept = group_process(pool, kind, flat, kept);
		if (kept == 0) {
			free(flat);
			return NULL;
		}
	}
	for (size_t i = 0; i < kept; i++) {
		like.per_process &= flat[i]->per_process;
		like.per_name |= flat[i]->per_name;
	}
	like.children = flat;
	like.children_len = kept;
	if (decided)
		node = node_constant(pool, decides == NODE_TRUE);
	else if (kept == 0)
		node = node_constant(pool, neutral == NODE_TRUE);
	else
		node = kept == 1 ? flat[0] : pool_intern(pool, &like);
	free(flat);
	return node;
}

/* The node under assumptions, not yet remembered. */
static struct node *specialise(struct node_pool *pool, struct node *node,
			       const struct node_assumptions *assumptions)
{
	struct node **children, *made = NULL;
	size_t i;
	int known;

	switch (node->kind) {
	case NODE_FALSE:
	case NODE_TRUE: return node;
	case NODE_CHECK:
		known = assumptions->assume(assumptions->ctx, node->check);
		return known < 0 ? node : node_constant(pool, known);
	case NODE_NOT:
		made = node_specialise(pool, node->children[0], assumptions);
		return made ? node_not(pool, made) : NULL;
	case NODE_AND:
	case NODE_OR: break;
	}
	children = malloc(node->children_len * sizeof(struct node *));
	if (!children)
		return NULL;
	for (i = 0; i < node->children_len; i++) {
		children[i] = node_specialise(pool, node->children[i], assumptions);
		if (!children[i])
			break;
	}
	if (i == node->children_len)
		made = node_chain(pool, node->kind, children, i);
	free(children);
	return made;
}

struct node *node_specialise(struct node_pool *pool, struct node *node,
			     const struct node_assumptions *assumptions)
{
	if (node->special_mark != assumptions->mark) {
		node->special = specialise(pool, node, assumptions);
		node->special_mark = assumptions->mark;
	}
	return node->special;
}
