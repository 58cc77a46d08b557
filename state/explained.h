/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why a rule matches an event or does not, as lines: the answer to a question of the screen.
 * Whoever has the rules makes it; snapshots share it until another question is answered.
 */
#ifndef STATE_EXPLAINED_H
#define STATE_EXPLAINED_H

#include <stddef.h>
#include <stdint.h>

/*
 * A line about the rule and the event (name is "rule", "event", "muted", ...), or about a part of
 * its condition: name is the result then ("no*"; * where it decides), depth 1 for the condition
 * itself, 2 for its parts. Texts are safe.
 */
struct explained_line {
	const char *name, *text;
	unsigned depth; /* 0: no part of the condition */
};

struct explained;

/* An answer without lines; one reference. NULL when there is no memory. */
struct explained *explained_new(uint64_t question);
struct explained *explained_ref(struct explained *explained); /* NULL is fine */
void explained_unref(struct explained *explained);            /* any thread; NULL is fine */
/* Copies the line. Before it is handed on. Returns 0 or -ENOMEM. */
int explained_add(struct explained *explained, const struct explained_line *line);

/* Which question it answers; 0 without an answer. */
uint64_t explained_question(const struct explained *explained);
size_t explained_len(const struct explained *explained);
const struct explained_line *explained_at(const struct explained *explained, size_t index);

#endif
