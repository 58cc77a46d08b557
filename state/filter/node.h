/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compiled conditions as a graph: equal sub-conditions are one node, whatever condition they are
 * in. Nodes are made through the pool, which folds: constants vanish, chains are flat and without
 * doubles, cheap parts come first, and what depends on the process alone is one part. Nodes never
 * change.
 */
#ifndef STATE_FILTER_NODE_H
#define STATE_FILTER_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "predicate.h"
#include "state/base/arena.h"

enum node_kind { NODE_FALSE, NODE_TRUE, NODE_CHECK, NODE_NOT, NODE_AND, NODE_OR };

struct node {
	enum node_kind kind;
	uint32_t id;   /* in the order of making */
	uint32_t uses; /* parents, and conditions whose root it is */
	uint32_t cost;
	bool per_process, per_name; /* what its value depends on */
	int32_t process_bit;        /* its bit in what is kept of a process; -1: none */
	struct predicate *check;    /* of CHECK */
	struct node **children;     /* of NOT, AND, OR */
	size_t children_len;
	struct node *next; /* in the pool's bucket */
	/* Of the event that the clock says. */
	uint64_t stamp;
	bool result;
	/* How many parts of one program have it, of that which the mark names (steps.c); a walk. */
	uint64_t parents_mark;
	uint32_t parents;
	/* What it is under the assumptions of the pass that the mark names. */
	uint64_t special_mark;
	struct node *special;
};

struct node_pool {
	struct arena *arena;
	struct node **buckets;
	size_t buckets_len; /* a power of two */
	uint32_t len;
	struct node constants[2]; /* false, true */
};

/* Returns 0 or -ENOMEM. Everything lives in the arena. */
int node_pool_init(struct node_pool *pool, struct arena *arena);
/* Each gives NULL when there is no memory. */
struct node *node_constant(struct node_pool *pool, bool value);
struct node *node_check(struct node_pool *pool, struct predicate *predicate);
struct node *node_not(struct node_pool *pool, struct node *child);
/* AND or OR of children[0..len), which is scratch: it may be reordered. */
struct node *node_chain(struct node_pool *pool, enum node_kind kind, struct node **children,
			size_t len);

/*
 * The same condition where some checks have a known answer: assume() says 0 or 1, -1 for others.
 * mark: another number for every set of assumptions, never 0. NULL when there is no memory.
 */
typedef int (*node_assume_fn)(void *ctx, struct predicate *predicate);
struct node_assumptions {
	node_assume_fn assume;
	void *ctx;
	uint64_t mark;
};
struct node *node_specialise(struct node_pool *pool, struct node *node,
			     const struct node_assumptions *assumptions);

#endif
