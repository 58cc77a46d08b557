/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of a set of conditions: what compile.c fills, prepare.c arranges and eval.c runs.
 *
 * A condition is compiled once, as written (root). Before the first event prepare.c makes, for
 * every kind of event, a program: the conditions that can be true for it, with the answers of
 * evt.type put in. What is left of a condition there is often a few checks, and shared. Evaluation
 * runs through its steps (steps.h).
 */
#ifndef STATE_FILTER_SET_H
#define STATE_FILTER_SET_H

#include "compile.h"
#include "event.h"
#include "kind.h"
#include "node.h"
#include "steps.h"
#include "state/base/hash.h"

struct condition {
	struct node *root;
	struct filter_kinds kinds;
	uint64_t skipped; /* runs of its programs that ended before it */
	uint64_t sampled, sampled_ns;
	uint64_t sample_ns; /* of the event at hand, if that is timed */
};

/* A condition as it is for one kind of events. */
struct special {
	struct node *node;
	uint32_t id;
	int32_t process_bit;      /* without this one it is false; -1: none */
	const struct step *steps; /* NULL: the node has to be walked */
};

struct program {
	struct special *conditions; /* by id; those that are never true are left out */
	size_t len;
	uint64_t runs; /* of filter_set_match() */
};

/* What is known of a process: of its generation. One slot for all that share its hash. */
struct process_slot {
	const void *process;
	uint64_t start_boot_ns, generation;
	uint64_t *known, *value; /* a bit per node with a process_bit */
};

/* An event is the same as long as these are. */
struct event_key {
	const void *event;
	uint64_t num, ts_ns, tid;
};

struct filter_set {
	struct memory *memory;
	struct arena arena;
	struct filter_clocks clocks;
	struct node_pool nodes;
	struct hash shared; /* hash of a check's or operand's text -> struct shared (compile.c) */
	struct predicate **predicates;
	size_t predicates_len, predicates_size;
	struct condition *conditions;
	size_t conditions_len, conditions_size;
	bool ready;     /* the programs below are those of all conditions */
	bool failed;    /* there was no memory for them: it is not tried again */
	uint64_t runs;  /* of all programs */
	uint64_t marks; /* sets of assumptions so far */
	struct program programs[FILTER_KINDS_MAX];
	struct process_slot *slots; /* NULL: nothing is kept of processes */
	size_t slots_len;           /* a power of two */
	size_t process_bits, process_words;
	struct event_key key;
	enum filter_names names;
	struct process_slot *slot; /* of the event's process; NULL: it has none */
};

/* Makes the programs. Returns 0 or -ENOMEM: conditions are evaluated as they are then. */
int filter_set_prepare(struct filter_set *set);

#endif
