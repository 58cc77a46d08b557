/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was found while rule files were loaded: one result per file, with errors and warnings. A
 * finding has the chain of items that it is in, outermost first, and the line of the file with a
 * caret under the place.
 *
 * Findings live in the arena of whoever loads. Nothing is printed here.
 */
#ifndef STATE_RULES_REPORT_H
#define STATE_RULES_REPORT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "code.h"
#include "document.h"
#include "state/base/arena.h"

#define REPORT_MAX_FINDINGS 1000 /* of one file; what comes later is counted */

/* A file as findings refer to it: the text is borrowed from the loader. */
struct rule_file {
	const char *name;
	const char *text;
	size_t len;
	size_t index;  /* among the loaded files */
	bool defaults; /* its rules are matched behind those of other files */
};

/* Where something is: an item inside another one. Contexts never change after they were made. */
struct rule_context {
	const struct rule_context *parent; /* NULL: the file itself */
	enum rule_item item;
	const char *name; /* "": the item has none */
	const struct rule_file *file;
	struct document_place place;
};

struct rule_finding {
	enum rule_code code;
	const char *message;                /* host bytes as they are */
	const char *hint;                   /* the known name nearest to a wrong one; "" = none */
	const struct rule_context *context; /* innermost */
	const char *snippet;                /* line, newline, caret, newline; "" without a file */
};

struct rule_findings {
	const struct rule_finding **items;
	size_t len, room;
	size_t dropped; /* beyond REPORT_MAX_FINDINGS */
};

/* Of the check against the schema of rule files, which is apart from loading and never fatal. */
enum rule_schema { RULE_SCHEMA_NONE, RULE_SCHEMA_OK, RULE_SCHEMA_FAILED };

struct rule_file_result {
	const struct rule_file *file;
	struct rule_findings errors, warnings;
	struct rule_findings compile_warnings; /* of the newest compilation */
	enum rule_schema schema;
	const char *schema_problem; /* the first: a path in the file and what is wrong; "" */
};

/* A copy in the arena, with its name; NULL when there is no memory. */
const struct rule_context *rule_context_new(struct arena *arena, struct rule_context context);
/* The whole chain copied into another arena. */
const struct rule_context *rule_context_copy(struct arena *arena,
					     const struct rule_context *context);
/* The chain, outermost first, at most max contexts. Returns how many there are. */
size_t rule_context_chain(const struct rule_context *context, const struct rule_context **ret_chain,
			  size_t max);

/* Adds a copy of a finding, with a snippet. Returns 0 or -ENOMEM. */
int rule_findings_add(struct rule_findings *findings, struct arena *arena,
		      const struct rule_finding *finding);
/* printf into the arena; NULL when there is no memory. */
char *arena_printf(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *arena, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

#endif
