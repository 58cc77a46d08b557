/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The automaton, see needles.h. A state is a beginning of some needle; state 0 is the empty one.
 * Bytes that occur in no needle share a class.
 */
#include "needles.h"

#include <errno.h>
#include <string.h>

struct needles {
	struct arena *arena;
	enum pattern_case how;
	size_t words;
	uint8_t class_of[256]; /* 0: in no needle */
	size_t classes;
	uint32_t *next; /* next[state * stride + class]; 0 while adding: none yet */
	size_t stride;
	uint64_t **rows; /* by state: the needles that end in it; NULL: none */
	uint32_t *fail;  /* by state: its longest proper end that is a state */
	uint32_t *queue;
	uint32_t states, states_max;
};

int needles_new(struct arena *arena, size_t bytes, size_t words, enum pattern_case how,
		struct needles **ret_needles)
{
	struct needles *n;
	size_t states = bytes + 1, stride = bytes + 1 < 256 ? bytes + 1 : 256;

	if (states > NEEDLES_TABLE_MAX / sizeof(*n->next) / stride)
		return -E2BIG;
	n = arena_alloc(arena, sizeof(*n));
	if (!n)
		return -ENOMEM;
	*n = (struct needles){ .arena = arena,
			       .how = how,
			       .words = words,
			       .classes = 1,
			       .stride = stride,
			       .states = 1,
			       .states_max = (uint32_t)states };
	n->next = arena_alloc(arena, states * stride * sizeof(*n->next));
	n->rows = arena_alloc(arena, states * sizeof(*n->rows));
	n->fail = arena_alloc(arena, states * sizeof(*n->fail));
	n->queue = arena_alloc(arena, states * sizeof(*n->queue));
	if (!n->next || !n->rows || !n->fail || !n->queue)
		return -ENOMEM;
	memset(n->next, 0, states * stride * sizeof(*n->next));
	memset(n->rows, 0, states * sizeof(*n->rows));
	memset(n->fail, 0, states * sizeof(*n->fail));
	*ret_needles = n;
	return 0;
}

/* The class of a byte, given one when it has none. */
static size_t class_for(struct needles *n, char byte)
{
	unsigned char c = (unsigned char)(n->how == PATTERN_ANY_CASE ? pattern_lower(byte) : byte);

	if (n->class_of[c] == 0 && n->classes < n->stride) {
		n->class_of[c] = (uint8_t)n->classes++;
		if (n->how == PATTERN_ANY_CASE && c >= 'a' && c <= 'z')
			n->class_of[c - ('a' - 'A')] = n->class_of[c];
	}
	return n->class_of[c];
}

static int own_row(struct needles *n, uint32_t state)
{
	if (n->rows[state])
		return 0;
	n->rows[state] = arena_alloc(n->arena, n->words * sizeof(uint64_t));
	if (!n->rows[state])
		return -ENOMEM;
	memset(n->rows[state], 0, n->words * sizeof(uint64_t));
	return 0;
}

int needles_add(struct needles *n, struct bytes needle, uint32_t bit)
{
	uint32_t state = 0;

	for (size_t i = 0; i < needle.len; i++) {
		uint32_t *next = &n->next[state * n->stride + class_for(n, needle.data[i])];

		if (*next == 0)
			*next = n->states++;
		state = *next;
	}
	if (own_row(n, state) < 0)
		return -ENOMEM;
	n->rows[state][bit / 64] |= (uint64_t)1 << (bit % 64);
	return 0;
}

/* What ends in the longest proper end of a state ends in the state as well. */
static int inherit(struct needles *n, uint32_t state)
{
	const uint64_t *from = n->rows[n->fail[state]];

	if (!from)
		return 0;
	if (own_row(n, state) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < n->words; i++)
		n->rows[state][i] |= from[i];
	return 0;
}

int needles_finish(struct needles *n)
{
	size_t head = 0, tail = 0;

	n->queue[tail++] = 0;
	while (head < tail) {
		uint32_t state = n->queue[head++];

		for (size_t class = 1; class < n->classes; class ++) {
			uint32_t *next = &n->next[state * n->stride + class];
			/* Where the end of this state leads with the same byte. */
			uint32_t other =
				state == 0 ? 0 : n->next[n->fail[state] * n->stride + class];

			if (*next == 0) {
				*next = other;
				continue;
			}
			n->fail[*next] = other;
			if (inherit(n, *next) < 0)
				return -ENOMEM;
			n->queue[tail++] = *next;
		}
	}
	return 0;
}

void needles_match(const struct needles *n, struct bytes text, uint64_t *row)
{
	uint32_t state = 0;

	for (size_t i = 0;; i++) {
		const uint64_t *found = n->rows[state];

		for (size_t k = 0; found && k < n->words; k++)
			row[k] |= found[k];
		if (i == text.len)
			return;
		state = n->next[state * n->stride + n->class_of[(unsigned char)text.data[i]]];
	}
}
