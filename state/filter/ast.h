/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A condition as a tree: what the parser makes, what macros are resolved on, what is printed and
 * compiled.
 *
 *   AND, OR   two or more children        CHECK   operand, operator, what it is compared with
 *   NOT       one child                   MACRO   a name alone: another condition
 *
 *   proc.name in (cat, vi)          CHECK  left = field, values = two texts
 *   fd.name = val(fs.path.name)     CHECK  left = field, right = field
 *   tolower(proc.name) = cat        CHECK  left = transformer with one argument
 *
 * Ownership: a tree owns everything in it, in an arena of its own; nodes are freed with the tree
 * and never alone. Nodes of one tree never point into another: filter_ast_replace() and
 * filter_node_clone() copy, so the tree copied from may be freed at once.
 *
 * Children, values and arguments are lists through `next`. The tree may be changed by whoever holds
 * it: kinds and lists are plain data. Depth is bounded by the parser's limit, so passes recurse.
 */
#ifndef STATE_FILTER_AST_H
#define STATE_FILTER_AST_H

#include <stddef.h>
#include <stdint.h>
#include "state/base/arena.h"

/* index in bytes from 0; line and column (bytes) from 1. */
struct filter_pos {
	uint32_t index, line, column;
};

/* Bytes of a text, which may hold any; a NUL follows. */
struct filter_str {
	const char *data;
	uint32_t len;
};

enum filter_op {
#define FILTER_OPERATOR(id, text, class) FILTER_OP_##id,
#include "op.def"
	FILTER_OP_COUNT
};

enum filter_op_class {
	FILTER_CLASS_UNARY,
	FILTER_CLASS_NUMBER,
	FILTER_CLASS_SYMBOL,
	FILTER_CLASS_WORD,
	FILTER_CLASS_LIST
};

enum filter_transform {
#define FILTER_TRANSFORM(id, name, least, most, help) FILTER_TRANSFORM_##id,
#include "transform.def"
	FILTER_TRANSFORM_COUNT
};

/* Between operator and list: how many of the list's entries have to fit. */
enum filter_modifier {
	FILTER_MODIFIER_NONE,
	FILTER_ONEOF, /* exactly one */
	FILTER_ANYOF,
	FILTER_ALLOF,
	FILTER_MODIFIER_COUNT
};

enum filter_operand_kind {
	FILTER_OPERAND_FIELD,     /* name, perhaps arg */
	FILTER_OPERAND_TRANSFORM, /* transform(args), perhaps arg as its selector */
	FILTER_OPERAND_TEXT,      /* a quoted text in a transformer: name */
	FILTER_OPERAND_NUMBER,    /* a number in a transformer: name, as written */
	FILTER_OPERAND_LIST,      /* (args) in a transformer */
};

struct filter_operand {
	enum filter_operand_kind kind;
	enum filter_transform transform;
	struct filter_pos pos;
	struct filter_str name;
	struct filter_str arg; /* data NULL: there is none */
	struct filter_operand *args;
	struct filter_operand *next; /* in the list of arguments that it is in */
};

/* A constant of a check. */
struct filter_value {
	struct filter_pos pos;
	struct filter_str text; /* escapes are already resolved */
	struct filter_value *next;
};

enum filter_right_kind {
	FILTER_RIGHT_NONE,    /* exists */
	FILTER_RIGHT_VALUE,   /* one constant in values */
	FILTER_RIGHT_LIST,    /* any number of constants in values, written in parentheses */
	FILTER_RIGHT_NAME,    /* one constant in values, a bare name where a list may stand */
	FILTER_RIGHT_OPERAND, /* right: a field in val(), or a transformer */
};

struct filter_check {
	struct filter_operand *left;
	enum filter_op op;
	enum filter_modifier modifier;
	enum filter_right_kind right_kind;
	struct filter_value *values;
	struct filter_operand *right;
};

enum filter_node_kind {
	FILTER_NODE_AND,
	FILTER_NODE_OR,
	FILTER_NODE_NOT,
	FILTER_NODE_CHECK,
	FILTER_NODE_MACRO,
};

struct filter_node {
	enum filter_node_kind kind;
	uint32_t origin;       /* whose text pos is in: 0 = the tree's own, else see replace */
	struct filter_pos pos; /* of its first letter */
	struct filter_node *next;
	union {
		struct filter_node *children; /* AND, OR, NOT */
		struct filter_check check;
		struct filter_str macro;
	};
};

struct filter_ast {
	struct memory *memory; /* a reference; its limit bounds the tree */
	struct arena arena;
	struct filter_node *root; /* never NULL after parsing */
};

/* An empty tree of at most max_bytes of memory (0: 16 MiB). Returns 0 or -ENOMEM. */
int filter_ast_new(size_t max_bytes, struct filter_ast **ret_ast);
/* NULL is fine. */
void filter_ast_free(struct filter_ast *ast);

/*
 * A copy of a subtree (not of what follows it in its list), owned by ast; NULL when there is no
 * memory. Where origin is not 0, nodes whose origin is 0 get it.
 */
struct filter_node *filter_node_clone(struct filter_ast *ast, const struct filter_node *node,
				      uint32_t origin);
/*
 * Puts a copy of `with` in place of a node of ast (a MACRO as a rule): node keeps its address and
 * its place in the list. origin is the caller's number of the text that `with` was parsed from, so
 * that errors in it can be placed. Returns 0 or -ENOMEM; node is untouched then.
 */
int filter_ast_replace(struct filter_ast *ast, struct filter_node *node,
		       const struct filter_node *with, uint32_t origin);
/* A whole tree copied. Returns 0 or -ENOMEM. */
int filter_ast_copy(const struct filter_ast *ast, struct filter_ast **ret_ast);

typedef int (*filter_macro_fn)(void *ctx, struct filter_ast *ast, struct filter_node *macro);
/*
 * Calls fn for every MACRO of the tree, in the order of the text, until one returns nonzero, which
 * is returned. fn may replace the node; what it puts there is not visited.
 */
int filter_ast_macros(struct filter_ast *ast, filter_macro_fn fn, void *ctx);

/*
 * Names of the fields of a tree, without arguments, distinct, in the order of the alphabet: fills
 * at most max and returns how many that were. Borrowed from the tree.
 */
size_t filter_ast_fields(const struct filter_ast *ast, struct filter_str *names, size_t max);

const char *filter_op_text(enum filter_op op);
enum filter_op_class filter_op_class(enum filter_op op);
const char *filter_transform_name(enum filter_transform transform);
/* "oneof", ...; "" for none. */
const char *filter_modifier_text(enum filter_modifier modifier);

#endif
