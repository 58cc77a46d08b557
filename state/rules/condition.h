/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A condition's text while it is put together: appended parts, values of exceptions, lists put in
 * place of their names. It remembers where each part was written, so that an error at byte N of the
 * whole is shown in the line of the file that it comes from.
 *
 *   text    (evt.type=open) and proc.name in (cat, vi)
 *   parts   |literal       ||appended     |list, stands where its name stood
 */
#ifndef STATE_RULES_CONDITION_H
#define STATE_RULES_CONDITION_H

#include "document.h"
#include "report.h"

#define CONDITION_MAX_BYTES (1u << 20)

/* Text from `begin` to the next part's begin. */
struct condition_part {
	size_t begin;
	const struct rule_file *file;
	const struct node *node;
	size_t index; /* of the part's first byte in node's text */
	bool fixed;   /* all of the part stands at index */
};

struct condition {
	struct arena *arena; /* borrowed */
	char *text;          /* NUL-terminated; NULL while empty */
	size_t len, room;
	struct condition_part *parts;
	size_t parts_len, parts_room;
	int failed; /* -ENOMEM, -E2BIG: sticky, nothing is added any more */
};

void condition_init(struct condition *condition, struct arena *arena);
/* All of a scalar's text. */
void condition_add_node(struct condition *condition, const struct rule_file *file,
			const struct node *node);
/* Text that is not in the file as such, and where it belongs: at byte index of node's text. */
void condition_add_text(struct condition *condition, const struct rule_file *file,
			const struct node *node, size_t index, const char *text);
/* A part of another condition. */
void condition_add_range(struct condition *condition, const struct condition *from, size_t begin,
			 size_t end);
/* Text in place of what stands at `at` in another condition. */
void condition_add_instead(struct condition *condition, const struct condition *from, size_t at,
			   const char *text, size_t len);
/* Takes away bytes at the end. */
void condition_cut(struct condition *condition, size_t len);

/* Where byte index comes from. *ret_file is NULL when the condition is empty. */
struct document_place condition_place(const struct condition *condition, size_t index,
				      const struct rule_file **ret_file);

#endif
