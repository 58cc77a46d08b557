/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A condition of one kind of events as a list of steps, where evaluation runs through instead of
 * walking a graph. A step asks one question; its answer says which is next, or what the condition
 * says:
 *
 *   a and (b or not c)       0: a ? 1 : NO       1: b ? YES : 2       2: c ? NO : YES
 *
 * Questions are checks, parts that are kept of the process, and parts that several conditions of
 * the kind have in common, which remember their answer.
 */
#ifndef STATE_FILTER_STEPS_H
#define STATE_FILTER_STEPS_H

#include <stddef.h>
#include <stdint.h>
#include "node.h"
#include "state/base/arena.h"

#define STEP_YES UINT32_MAX
#define STEP_NO (UINT32_MAX - 1)
#define STEPS_MAX (1u << 20) /* of all conditions and kinds; the rest are walked */

struct step {
	struct node *node;       /* a CHECK, one with a process_bit, or a part that is shared */
	struct predicate *check; /* of a CHECK without a process_bit; else NULL */
	int32_t process_bit;     /* of the node */
	uint32_t yes, no;        /* the next step, or one of the answers */
};

struct special;

/*
 * Makes the steps of conditions[0..len), all of one kind, whose process bits are given. mark:
 * another number every time. *used counts the steps of all kinds; beyond STEPS_MAX conditions get
 * none. Returns 0 or -ENOMEM.
 */
struct steps_maker {
	struct arena *arena;
	uint64_t mark;
	size_t used;
};
int steps_make(struct steps_maker *maker, struct special *conditions, size_t len);

#endif
