/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules as rows of a snapshot: what each did so far. Whoever has the rules makes the rows anew for
 * each refresh, with the texts of the first; snapshots share them.
 */
#ifndef STATE_RULE_ROWS_H
#define STATE_RULE_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Texts are the set's own, or of those that it is like. */
struct rule_row {
	const char *name;
	const char *file; /* "" where it has none */
	unsigned line;    /* from 1 */
	unsigned priority;
	bool enabled;
	bool muted;           /* for everything, see tui/rule_mutes.h */
	uint64_t evaluations; /* of its condition, under each name of a file */
	uint64_t evaluations_delta;
	uint64_t hits, hits_delta;
	double ns_per_evaluation; /* sampled; negative: not yet */
	uint64_t last_hit_ns;     /* since the epoch; 0: none */
	bool below;               /* less severe than what is wanted: it is not loaded */
	/* Kinds of events that its condition can be true for, struct filter_kinds; NULL: none. */
	const void *kinds;
};

struct rule_rows;

/* Room for so many rows, all zero; one reference. Returns 0 or -ENOMEM. */
int rule_rows_new(size_t len, struct rule_rows **ret_rows);
/* The same rows anew, whose texts are those of the others. */
int rule_rows_like(struct rule_rows *of, struct rule_rows **ret_rows);
struct rule_rows *rule_rows_ref(struct rule_rows *rows);
void rule_rows_unref(struct rule_rows *rows); /* any thread; NULL is fine */
/* To fill in before they are handed on. */
struct rule_row *rule_rows_at(struct rule_rows *rows, size_t index);
/* A copy that lives as long as the rows; "" when there is no memory. */
const char *rule_rows_text(struct rule_rows *rows, const char *text);
/* The same of bytes, aligned for any type; NULL when there is no memory. */
const void *rule_rows_bytes(struct rule_rows *rows, const void *bytes, size_t len);
size_t rule_rows_len(const struct rule_rows *rows);

#endif
