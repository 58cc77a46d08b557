/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists, macros and rules as the files define them so far, before anything is compiled. A later
 * definition of the same name takes the place of the former one, with its content, and keeps its
 * position. Drafts change until the last file is read; all memory is the loader's arena.
 *
 * index: where the name was first defined, counted over all items of all files. visibility: where
 * it was last defined or appended to. A macro sees macros whose index is below its visibility.
 */
#ifndef STATE_RULES_COLLECTION_H
#define STATE_RULES_COLLECTION_H

#include <stdbool.h>
#include <stdint.h>
#include "code.h"
#include "condition.h"
#include "names.h"
#include "report.h"

#define COLLECTION_MAX_ITEMS 65536 /* lists, macros and rules */

struct filter_ast;

struct list_draft {
	const char *name;
	const struct rule_context *context;
	struct vector items; /* const char * */
	size_t index, visibility;
	/* While compiling. */
	bool used;
	uint32_t mark; /* of the newest walk over uses that saw it */
	bool resolving;
	const char *text; /* "a, b", nested lists put in; NULL: not yet */
	size_t text_len;
};

struct macro_draft {
	const char *name;
	const struct rule_context *context;
	const struct rule_context *condition_context;
	struct condition condition;
	size_t index, visibility;
	bool broken; /* an item of it is wrong: what it stands for is not known */
	/* While compiling. */
	bool used;
	bool failed;               /* it has no tree, because of an error that is reported */
	bool tainted;              /* a macro that failed is in it */
	uint32_t reported;         /* errors before this byte of its text are reported */
	uint32_t mark;             /* of the newest walk over uses that saw it */
	uint8_t state;             /* enum macro_state of macros.c */
	struct condition resolved; /* with lists put in */
	struct filter_ast *ast;    /* with macros put in; NULL before and after */
	unsigned depth;            /* of ast */
	struct vector uses;        /* struct macro_draft *: in its condition, some twice */
	struct vector lists;       /* struct list_draft *: the same */
	uint32_t origin;           /* its number in positions of errors, from 1 */
};

/* A cell, row or list of an exception. */
struct exception_value {
	const struct rule_file *file;
	const struct node *node;
};

struct exception_draft {
	const char *name;
	const struct rule_context *context;
	const struct rule_file *file;
	const struct node *fields, *comps; /* NULL: not given */
	const struct rule_context *fields_context, *comps_context;
	struct vector values; /* struct exception_value * */
};

struct rule_draft {
	const char *name;
	const struct rule_context *context;
	const struct rule_context *condition_context, *output_context;
	struct condition condition;
	const char *output, *description, *source;
	const struct node *output_node; /* where it is written; NULL: in several items */
	enum rule_priority priority;
	bool broken; /* an item of it is wrong: parts may be missing (NULL) */
	bool enabled, warn_evttypes, skip_if_unknown, capture;
	bool unknown_source;
	uint32_t capture_duration_ms;
	struct vector tags;       /* const char *, each once */
	struct vector exceptions; /* struct exception_draft * */
	size_t index, visibility;
};

struct collection {
	struct names lists, macros, rules;
	size_t next_index;
};

#endif
