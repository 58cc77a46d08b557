/* SPDX-License-Identifier: Apache-2.0 */
/* From graphs to lists of steps, see steps.h. */
#include "steps.h"

#include <errno.h>

#include "set.h"

#define SHARED_LEAST 2 /* questions of a part that it pays to remember the answer of */

/* Where a part goes on, by its answer. */
struct exits {
	uint32_t yes, no;
};

static bool is_question(const struct node *node)
{
	return node->kind == NODE_CHECK || node->process_bit >= 0;
}

/* How many questions a node has, at most SHARED_LEAST are of interest. */
static size_t count_questions(const struct node *node)
{
	size_t count = 0;

	if (is_question(node))
		return 1;
	for (size_t i = 0; i < node->children_len && count < SHARED_LEAST; i++)
		count += count_questions(node->children[i]);
	return count;
}

/* Counts by how many parents of the kind each node is asked. */
static void count_parents(struct node *node, uint64_t mark)
{
	if (node->parents_mark == mark) {
		node->parents++;
		return;
	}
	node->parents_mark = mark;
	node->parents = 1;
	if (is_question(node))
		return;
	for (size_t i = 0; i < node->children_len; i++)
		count_parents(node->children[i], mark);
}

static bool is_shared(const struct node *node)
{
	return (node->kind == NODE_AND || node->kind == NODE_OR) && node->parents > 1 &&
	       count_questions(node) >= SHARED_LEAST;
}

static size_t count_steps(const struct node *node)
{
	size_t count = 0;

	if (is_question(node) || is_shared(node))
		return 1;
	for (size_t i = 0; i < node->children_len; i++)
		count += count_steps(node->children[i]);
	return count;
}

/*
 * Writes the steps of a node before `end`, the last first: then it is known where the next part
 * begins. Returns where its own begin.
 */
static uint32_t put_node(struct step *steps, uint32_t end, struct node *node, struct exits exits)
{
	uint32_t next = end;

	if (is_question(node) || is_shared(node)) {
		steps[end - 1] = (struct step){ .node = node,
						.check = node->process_bit < 0 ? node->check : NULL,
						.process_bit = node->process_bit,
						.yes = exits.yes,
						.no = exits.no };
		return end - 1;
	}
	if (node->kind == NODE_NOT)
		return put_node(steps, end, node->children[0],
				(struct exits){ exits.no, exits.yes });
	for (size_t i = node->children_len; i-- > 0;) {
		struct exits inner = exits;

		if (i + 1 < node->children_len && node->kind == NODE_AND)
			inner.yes = next;
		else if (i + 1 < node->children_len)
			inner.no = next;
		next = put_node(steps, next, node->children[i], inner);
	}
	return next;
}

/* A bit of the process without which the node is false; -1: none. */
static int32_t needed_bit(const struct node *node)
{
	if (node->process_bit >= 0 || node->kind != NODE_AND)
		return node->process_bit;
	for (size_t i = 0; i < node->children_len; i++) {
		if (node->children[i]->process_bit >= 0)
			return node->children[i]->process_bit;
	}
	return -1;
}

static int make_condition(struct steps_maker *maker, struct special *condition)
{
	struct node *node = condition->node;
	size_t count = count_steps(node);
	struct step *steps;

	condition->steps = NULL;
	condition->process_bit = needed_bit(node);
	/* One question is asked as fast without a list. */
	if (node->kind == NODE_TRUE || count < 2 || maker->used + count > STEPS_MAX)
		return 0;
	steps = arena_alloc(maker->arena, count * sizeof(*steps));
	if (!steps)
		return -ENOMEM;
	put_node(steps, (uint32_t)count, node, (struct exits){ STEP_YES, STEP_NO });
	condition->steps = steps;
	maker->used += count;
	return 0;
}

int steps_make(struct steps_maker *maker, struct special *conditions, size_t len)
{
	for (size_t i = 0; i < len; i++)
		count_parents(conditions[i].node, maker->mark);
	for (size_t i = 0; i < len; i++) {
		int rc = make_condition(maker, &conditions[i]);

		if (rc < 0)
			return rc;
	}
	return 0;
}
