/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For the parts of the compiler: everything that the files have defined so far -> rules. It runs
 * once per file, over all of them; what an earlier run made is thrown away, with its warnings.
 *
 *   lists.c    names of lists in conditions -> their items
 *   macros.c   macros of conditions -> their trees
 *   compile.c  conditions -> one set, outputs -> formats, what is unused
 */
#ifndef STATE_RULES_COMPILE_H
#define STATE_RULES_COMPILE_H

#include "loader.h"
#include "state/filter/ast.h"
#include "state/filter/error.h"

/* Trees of all macros, and of all rules. */
#define COMPILE_MACRO_BYTES (64u << 20)
#define COMPILE_RULE_BYTES (256u << 20)
/* Of one tree; a pair of parentheses makes at most three levels. */
#define COMPILE_TREE_DEPTH (3 * 1000)

/* What the name of a field is made of. */
#define FIELD_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_."

struct compilation {
	struct rules_loader *loader;
	struct memory *memory;
	struct arena arena;       /* lists, contexts and warnings of this run */
	struct vector wide_lists; /* struct list_draft *: their names contain delimiters */
	size_t macro_bytes, tree_bytes;
	unsigned chain; /* macros in the making, one inside the other */
	bool tainted;   /* a macro with an error is in the condition at hand */
	struct vector used_macros, used_lists; /* of the condition at hand: drafts, some twice */
	uint32_t mark;
	struct rule_findings *warnings; /* of each file */
	struct rules *rules;
};

/* Where an error or warning is: the item's context, the text, and the place in it. */
struct condition_spot {
	const struct rule_context *context;
	const struct condition *condition;
	struct filter_pos pos;
	uint32_t origin; /* 0: pos is in condition; else in the text of the macro of that number */
};
/* A context of the expression, in the arena: the loader's for errors, the run's for warnings. */
const struct rule_context *compile_context(struct compilation *c, struct arena *arena,
					   const struct condition_spot *spot);
/* Adds a warning to those of the file that its context is in. Returns 0 or -ENOMEM. */
int compile_warn(struct compilation *c, const struct rule_finding *finding);

/* Prepares all lists. These return what loader.h says. */
int lists_prepare(struct compilation *c);
/* Copies a condition with lists in place of their names; failed is set as in struct condition. */
void lists_put(struct compilation *c, const struct condition *condition,
	       struct condition *ret_condition);

/* Parses and resolves all macros. */
int macros_prepare(struct compilation *c);
void macros_release(struct rules_loader *loader);
/* Puts macros' trees in the place of MACRO nodes; all are visible. */
int macros_put(struct compilation *c, struct filter_ast *ast, const struct condition_spot *spot);
/* A condition's tree, macros not yet put in. Returns 0, -EINVAL or -ENOMEM with *err. */
int condition_parse(const struct condition *condition, struct filter_ast **ret_ast,
		    struct filter_error *err);
/* The same, and what is wrong is reported. */
int compile_parse(struct compilation *c, const struct condition_spot *spot,
		  struct filter_ast **ret_ast);
/* Does a check compare a field of an audit event with <NA>? NULL: none does. */
const struct filter_node *unsafe_na_check(const struct filter_node *node);

/*
 * diagnose.c: fills message, hint and context of a finding whose code is set. In the arena of the
 * loader for errors, of the compilation for warnings.
 */
void condition_finding(struct compilation *c, const struct filter_error *err,
		       const struct condition_spot *where, struct rule_finding *finding);
/*
 * Reports all that is wrong with a rule's condition that does not parse; whole is what was found
 * first in all of it.
 */
int condition_diagnose(struct compilation *c, const struct rule_draft *draft,
		       const struct condition_spot *spot, const struct filter_error *whole);
/* The same of a condition that does. */
int tree_diagnose(struct compilation *c, const struct filter_ast *ast,
		  const struct condition_spot *spot);

/* append.c: an output with what is appended to it, in c's arena; NULL when there is no memory. */
const char *append_output(struct compilation *c, const struct rule_draft *draft,
			  const char *output);
/*
 * What else JSON has of a rule; output is the whole format. Returns 0, -EINVAL with *err (together
 * it is too much for a format) or -ENOMEM.
 */
int append_fields(struct compilation *c, const struct rule_draft *draft, const char *output,
		  struct rule *rule, struct filter_error *err);

/* output.c: a rule's output and its format. Returns 1 to skip the rule. */
int output_compile(struct compilation *c, const struct rule_draft *draft, struct rule *rule);

/* Compiles all. Returns 0 and the rules in the compilation, -EBADMSG, -ENOMEM. */
int compile_all(struct rules_loader *loader, struct compilation **ret_compilation);
void compilation_free(struct compilation *c); /* NULL is fine */

#endif
