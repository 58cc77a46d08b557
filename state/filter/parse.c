/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parser, see parse.h: one function per rule of the grammar.
 *
 *   filter    = blanks or end
 *   or        = and { "or"  ( blank and | "(" group ) }
 *   and       = not { "and" ( blank not | "(" group ) }
 *   not       = { "not" blank } ( "not(" group | check )
 *   group     = or ")"
 *   check     = "(" group | operand condition | ident
 *   condition = "exists" | operator right
 *   operand   = field | transformer
 *   transformer = name "(" argument { "," argument } ")" [ "[" selector "]" ]
 *   argument  = field | transformer | quoted | number | "(" item { "," item } ")"
 *
 * Blanks may stand between most of these; lex.h says what the words are.
 */
#include "parse.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include "lex.h"
#include "state/base/nearest.h"

#define PARSE_LEN_DEFAULT (1u << 20)

struct parser {
	struct lexer lex;
	struct filter_ast *ast;
	struct filter_error *err;
	unsigned depth, max_depth;
};

static int parse_or(struct parser *p, struct filter_node **ret_node);
static int parse_transform_args(struct parser *p, struct filter_operand *operand);

static int fail(struct parser *p, const char *what)
{
	filter_fail(p->err, FILTER_ERROR_SYNTAX, p->lex.pos, "%s", what);
	return -EINVAL;
}

static int enter(struct parser *p)
{
	if (++p->depth <= p->max_depth)
		return 0;
	filter_fail(p->err, FILTER_ERROR_LIMIT, p->lex.pos, "exceeded max depth limit of %u",
		    p->max_depth);
	return -EINVAL;
}

static int fail_memory(struct parser *p)
{
	filter_fail_memory(p->err);
	return -ENOMEM;
}

static void leave(struct parser *p)
{
	p->depth--;
}

/* Zeroed memory of the tree. */
static void *parse_alloc(struct parser *p, size_t bytes)
{
	void *block = arena_alloc(&p->ast->arena, bytes);

	return block ? memset(block, 0, bytes) : NULL;
}

/* A copy that the tree owns. */
static int keep(struct parser *p, struct filter_str *str)
{
	str->data = arena_text(&p->ast->arena, str->data, str->len);
	return str->data ? 0 : fail_memory(p);
}

static struct filter_node *new_node(struct parser *p, enum filter_node_kind kind,
				    struct filter_pos pos)
{
	struct filter_node *node = parse_alloc(p, sizeof(*node));

	if (!node) {
		filter_fail_memory(p->err);
		return NULL;
	}
	node->kind = kind;
	node->pos = pos;
	return node;
}

static int parse_group(struct parser *p, struct filter_node **ret_node)
{
	int rc = enter(p);

	if (rc < 0)
		return rc;
	lex_blank(&p->lex);
	rc = parse_or(p, ret_node);
	if (rc < 0)
		return rc;
	lex_blank(&p->lex);
	if (!lex_word(&p->lex, ")"))
		return fail(p, "expected a ')' token, 'and' or 'or'");
	leave(p);
	return 0;
}

/* The argument in brackets behind a field or transformer, if there is one. */
static int parse_bracket(struct parser *p, struct filter_str *ret_arg)
{
	struct filter_str arg;
	struct lexer before;
	int rc;

	if (!lex_word(&p->lex, "["))
		return 0;
	before = p->lex;
	rc = lex_quoted(&p->lex, &p->ast->arena, &arg, p->err);
	if (rc < 0)
		return rc;
	/* Of the two ways to write an empty argument only one is known. */
	if (rc == 1 && arg.len == 0 && lex_peek(&before) == '\'') {
		p->lex = before;
		rc = 0;
	}
	if (rc == 0) {
		if (!lex_bare_arg(&p->lex, &arg))
			return fail(p, "expected a valid field argument: a quoted string or a bare "
				       "string");
		if (keep(p, &arg) < 0)
			return -ENOMEM;
	}
	if (!lex_word(&p->lex, "]"))
		return fail(p, "expected a ']' token");
	*ret_arg = arg;
	return 0;
}

/* "NAME(" of a transformer, nothing between. */
static bool lex_transform(struct lexer *lex, enum filter_transform *ret_transform)
{
	struct lexer at = *lex;
	struct filter_str name;

	if (!lex_ident(&at, &name) || !lex_word(&at, "("))
		return false;
	for (enum filter_transform i = 0; i < FILTER_TRANSFORM_COUNT; i++) {
		const char *known = filter_transform_name(i);

		if (strlen(known) == name.len && memcmp(known, name.data, name.len) == 0) {
			*lex = at;
			*ret_transform = i;
			return true;
		}
	}
	return false;
}

/* A field or transformer: 1, 0 when neither stands here, or an error. */
static int parse_operand(struct parser *p, struct filter_operand **ret_operand)
{
	struct filter_operand *operand;
	struct lexer before = p->lex;
	enum filter_transform transform = 0;
	struct filter_str name = { NULL, 0 };
	bool is_transform = lex_transform(&p->lex, &transform);
	int rc;

	if (!is_transform && !lex_field(&p->lex, &name))
		return 0;
	operand = parse_alloc(p, sizeof(*operand));
	if (!operand)
		return fail_memory(p);
	operand->pos = before.pos;
	if (is_transform) {
		operand->kind = FILTER_OPERAND_TRANSFORM;
		operand->transform = transform;
		rc = parse_transform_args(p, operand);
	} else {
		operand->kind = FILTER_OPERAND_FIELD;
		operand->name = name;
		rc = keep(p, &operand->name);
	}
	if (rc == 0)
		rc = parse_bracket(p, &operand->arg);
	if (rc < 0)
		return rc;
	*ret_operand = operand;
	return 1;
}

/* What may stand in a list of arguments: 1, 0 when nothing of it stands here, or an error. */
static int parse_item(struct parser *p, struct filter_operand **ret_operand)
{
	struct filter_operand *operand;
	struct filter_pos pos = p->lex.pos;
	struct filter_str text;
	int rc = parse_operand(p, ret_operand);

	if (rc != 0)
		return rc;
	rc = lex_quoted(&p->lex, &p->ast->arena, &text, p->err);
	if (rc < 0 || (rc == 0 && !lex_number(&p->lex, &text)))
		return rc;
	operand = parse_alloc(p, sizeof(*operand));
	if (!operand || (rc == 0 && keep(p, &text) < 0))
		return fail_memory(p);
	operand->kind = rc == 1 ? FILTER_OPERAND_TEXT : FILTER_OPERAND_NUMBER;
	operand->pos = pos;
	operand->name = text;
	*ret_operand = operand;
	return 1;
}

/* Items with commas between, up to the closing parenthesis. */
static int parse_items(struct parser *p, int (*item)(struct parser *, struct filter_operand **),
		       const char *expected, struct filter_operand **ret_first)
{
	struct filter_operand **end = ret_first;
	int rc = enter(p);

	if (rc < 0)
		return rc;
	do {
		lex_blank(&p->lex);
		rc = item(p, end);
		if (rc <= 0)
			return rc < 0 ? rc : fail(p, expected);
		end = &(*end)->next;
		lex_blank(&p->lex);
	} while (lex_word(&p->lex, ","));
	if (!lex_word(&p->lex, ")"))
		return fail(p, "expected a ')' token or a ','");
	leave(p);
	return 0;
}

static int parse_arg(struct parser *p, struct filter_operand **ret_operand)
{
	struct filter_operand *operand;
	struct filter_pos pos = p->lex.pos;
	int rc;

	if (!lex_word(&p->lex, "("))
		return parse_item(p, ret_operand);
	operand = parse_alloc(p, sizeof(*operand));
	if (!operand)
		return fail_memory(p);
	operand->kind = FILTER_OPERAND_LIST;
	operand->pos = pos;
	rc = parse_items(p, parse_item,
			 "expected a field, a transformer, a quoted text or a number",
			 &operand->args);
	if (rc < 0)
		return rc;
	*ret_operand = operand;
	return 1;
}

static int parse_transform_args(struct parser *p, struct filter_operand *operand)
{
	return parse_items(p, parse_arg,
			   "expected a field, a transformer, a quoted text, a number or a list",
			   &operand->args);
}

/* val(field) or a transformer on the right side: 1, 0 when neither stands here, or an error. */
static int parse_right_operand(struct parser *p, struct filter_operand **ret_operand)
{
	enum filter_transform transform;
	struct lexer ahead = p->lex;
	struct filter_pos start;
	int rc;

	if (lex_transform(&ahead, &transform))
		return parse_operand(p, ret_operand);
	start = p->lex.pos;
	if (!lex_word(&p->lex, "val("))
		return 0;
	lex_blank(&p->lex);
	ahead = p->lex;
	if (lex_transform(&ahead, &transform))
		return fail(p, "expected a field: val() takes no transformer");
	rc = parse_operand(p, ret_operand);
	if (rc <= 0)
		return rc < 0 ? rc : fail(p, "expected a field in val()");
	lex_blank(&p->lex);
	if (!lex_word(&p->lex, ")"))
		return fail(p, "expected a ')' token");
	if (lex_peek(&p->lex) == '[')
		return filter_fail(p->err, FILTER_ERROR_TYPE, start,
				   "transformer 'val' does not support field arguments");
	return 1;
}

static int add_value(struct parser *p, struct filter_str text, struct filter_pos pos,
		     struct filter_value ***end)
{
	struct filter_value *value = parse_alloc(p, sizeof(*value));

	if (!value)
		return fail_memory(p);
	value->pos = pos;
	value->text = text;
	**end = value;
	*end = &value->next;
	return 0;
}

/* One constant, quoted or bare. 1, 0 when none stands here, or an error. */
static int parse_constant(struct parser *p, struct filter_value ***end)
{
	struct filter_pos pos = p->lex.pos;
	struct filter_str text;
	int rc = lex_quoted(&p->lex, &p->ast->arena, &text, p->err);

	if (rc < 0)
		return rc;
	if (rc == 0) {
		if (!lex_bare(&p->lex, &text))
			return 0;
		if (keep(p, &text) < 0)
			return -ENOMEM;
	}
	rc = add_value(p, text, pos, end);
	return rc < 0 ? rc : 1;
}

/* "(a, b)" behind its parenthesis. */
static int parse_list(struct parser *p, struct filter_check *check)
{
	struct filter_value **end = &check->values;
	int rc;

	check->right_kind = FILTER_RIGHT_LIST;
	lex_blank(&p->lex);
	rc = parse_constant(p, &end);
	while (rc > 0) {
		lex_blank(&p->lex);
		if (!lex_word(&p->lex, ","))
			break;
		lex_blank(&p->lex);
		rc = parse_constant(p, &end);
		if (rc == 0)
			return fail(p, "expected a value behind the ','");
	}
	if (rc < 0)
		return rc;
	lex_blank(&p->lex);
	if (!lex_word(&p->lex, ")"))
		return fail(p, "expected a ')' token or a ',': lists hold values only");
	return 0;
}

/* A bare name where a list may stand. */
static int parse_name(struct parser *p, struct filter_check *check)
{
	struct filter_value **end = &check->values;
	struct filter_pos pos = p->lex.pos;
	struct filter_str name;

	if (!lex_ident(&p->lex, &name))
		return fail(p, "expected a list: values in parentheses");
	if (keep(p, &name) < 0)
		return -ENOMEM;
	check->right_kind = FILTER_RIGHT_NAME;
	return add_value(p, name, pos, &end);
}

/* A modifier counts as one only where a list or a name follows that is no keyword. */
static bool lex_modifier(struct lexer *lex, enum filter_modifier *ret_modifier)
{
	static const char *const keywords[] = { "and", "or", "not" };
	struct lexer at = *lex;
	struct filter_str word, name;
	struct lexer behind;

	if (!lex_ident(&at, &word) || !lex_blank(&at))
		return false;
	behind = at;
	if (lex_peek(&at) != '(') {
		if (!lex_ident(&behind, &name))
			return false;
		for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++) {
			if (strlen(keywords[i]) == name.len &&
			    memcmp(keywords[i], name.data, name.len) == 0)
				return false;
		}
	}
	for (enum filter_modifier i = FILTER_ONEOF; i < FILTER_MODIFIER_COUNT; i++) {
		const char *known = filter_modifier_text(i);

		if (strlen(known) == word.len && memcmp(known, word.data, word.len) == 0) {
			*lex = at;
			*ret_modifier = i;
			return true;
		}
	}
	return false;
}

/* The right side but for val() and transformers. had_blank: blanks stood behind the operator. */
static int parse_right_value(struct parser *p, struct filter_check *check, bool had_blank)
{
	struct filter_value **end = &check->values;
	struct filter_pos pos = p->lex.pos;
	struct filter_str number;
	int rc;

	switch (filter_op_class(check->op)) {
	case FILTER_CLASS_UNARY: break;
	case FILTER_CLASS_NUMBER:
		check->right_kind = FILTER_RIGHT_VALUE;
		if (!lex_hex(&p->lex, &number) && !lex_number(&p->lex, &number))
			return fail(p, "expected a number, val() or a transformer");
		return keep(p, &number) < 0 ? -ENOMEM : add_value(p, number, pos, &end);
	case FILTER_CLASS_LIST:
		return lex_word(&p->lex, "(") ? parse_list(p, check) : parse_name(p, check);
	case FILTER_CLASS_SYMBOL:
	case FILTER_CLASS_WORD:
		if (had_blank && lex_modifier(&p->lex, &check->modifier))
			return lex_word(&p->lex, "(") ? parse_list(p, check) : parse_name(p, check);
		check->right_kind = FILTER_RIGHT_VALUE;
		rc = parse_constant(p, &end);
		return rc == 0 ? fail(p, "expected a value: a quoted string or a bare string")
			       : (rc < 0 ? rc : 0);
	}
	return 0;
}

static bool lex_op(struct lexer *lex, enum filter_op *ret_op)
{
	for (enum filter_op op = 0; op < FILTER_OP_COUNT; op++) {
		struct lexer at = *lex;

		if (!lex_word(&at, filter_op_text(op)))
			continue;
		if (filter_op_class(op) == FILTER_CLASS_WORD && !lex_blank(&at))
			continue;
		*lex = at;
		*ret_op = op;
		return true;
	}
	return false;
}

/* What stands where an operator should: names the nearest. */
static int fail_op(struct parser *p)
{
	struct nearest nearest = { 0 };
	struct lexer at = p->lex;
	struct filter_str word;
	char wrong[32] = "";
	int rc = fail(p, "expected an operator: exists, =, ==, !=, <, <=, >, >=, in, intersects, "
			 "pmatch, glob, iglob, contains, icontains, bcontains, startswith, "
			 "bstartswith, endswith, regex; the last nine need a blank behind them");

	if (p->err && lex_ident(&at, &word) && word.len < sizeof(wrong)) {
		memcpy(wrong, word.data, word.len);
		nearest.wrong = wrong;
		for (enum filter_op op = 0; op < FILTER_OP_COUNT; op++)
			nearest_offer(&nearest, filter_op_text(op));
		if (nearest.best && strcmp(nearest.best, wrong) != 0)
			memcpy(p->err->nearest, nearest.best, strlen(nearest.best) + 1);
	}
	return rc;
}

static int parse_condition(struct parser *p, struct filter_node *node)
{
	struct filter_check *check = &node->check;
	bool had_blank;
	int rc;

	lex_blank(&p->lex);
	if (!lex_op(&p->lex, &check->op))
		return fail_op(p);
	if (filter_op_class(check->op) == FILTER_CLASS_UNARY)
		return 0;
	had_blank = lex_blank(&p->lex) || filter_op_class(check->op) == FILTER_CLASS_WORD;
	rc = parse_right_operand(p, &check->right);
	if (rc < 0)
		return rc;
	if (rc == 0)
		return parse_right_value(p, check, had_blank);
	check->right_kind = FILTER_RIGHT_OPERAND;
	return 0;
}

static int parse_check(struct parser *p, struct filter_node **ret_node)
{
	struct filter_pos pos = p->lex.pos;
	struct filter_operand *left = NULL;
	struct filter_node *node;
	struct filter_str name;
	int rc;

	if (lex_word(&p->lex, "("))
		return parse_group(p, ret_node);
	rc = parse_operand(p, &left);
	if (rc < 0)
		return rc;
	if (rc == 0 && !lex_ident(&p->lex, &name))
		return fail(p, "expected a '(' token, a field check, or an identifier");
	node = new_node(p, rc ? FILTER_NODE_CHECK : FILTER_NODE_MACRO, pos);
	if (!node)
		return -ENOMEM;
	*ret_node = node;
	if (rc == 0) {
		node->macro = name;
		return keep(p, &node->macro);
	}
	node->check.left = left;
	return parse_condition(p, node);
}

static int parse_not(struct parser *p, struct filter_node **ret_node)
{
	struct filter_pos pos = p->lex.pos;
	struct filter_node *child = NULL, *node;
	bool negated = false;
	int rc;

	for (;;) {
		struct lexer at = p->lex;

		if (!lex_word(&at, "not") || !lex_blank(&at))
			break;
		p->lex = at;
		negated = !negated;
	}
	if (lex_word(&p->lex, "not(")) {
		negated = !negated;
		rc = parse_group(p, &child);
	} else {
		rc = parse_check(p, &child);
	}
	if (rc < 0)
		return rc;
	if (!negated) {
		*ret_node = child;
		return 0;
	}
	node = new_node(p, FILTER_NODE_NOT, pos);
	if (!node)
		return -ENOMEM;
	node->children = child;
	*ret_node = node;
	return 0;
}

typedef int (*parse_fn)(struct parser *p, struct filter_node **ret_node);

/* Parts with a word between; one part alone stands for itself. */
static int parse_chain(struct parser *p, const char *word, enum filter_node_kind kind,
		       parse_fn part, struct filter_node **ret_node)
{
	struct filter_pos pos = p->lex.pos;
	struct filter_node *first = NULL, *node, **end;
	int rc = part(p, &first);

	if (rc < 0)
		return rc;
	assert(first);
	end = &first->next;
	for (lex_blank(&p->lex); lex_word(&p->lex, word); lex_blank(&p->lex)) {
		if (lex_blank(&p->lex))
			rc = part(p, end);
		else if (lex_word(&p->lex, "("))
			rc = parse_group(p, end);
		else
			return filter_fail(p->err, FILTER_ERROR_SYNTAX, p->lex.pos,
					   "expected blanks or a '(' behind '%s'", word);
		if (rc < 0)
			return rc;
		assert(*end);
		end = &(*end)->next;
	}
	if (!first->next) {
		*ret_node = first;
		return 0;
	}
	node = new_node(p, kind, pos);
	if (!node)
		return -ENOMEM;
	node->children = first;
	*ret_node = node;
	return 0;
}

static int parse_and(struct parser *p, struct filter_node **ret_node)
{
	return parse_chain(p, "and", FILTER_NODE_AND, parse_not, ret_node);
}

static int parse_or(struct parser *p, struct filter_node **ret_node)
{
	return parse_chain(p, "or", FILTER_NODE_OR, parse_and, ret_node);
}

static int parse_all(struct parser *p)
{
	int rc;

	lex_blank(&p->lex);
	rc = parse_or(p, &p->ast->root);
	if (rc < 0)
		return rc;
	lex_blank(&p->lex);
	return lex_at_end(&p->lex) ? 0 : fail(p, "expected the end, 'and' or 'or'");
}

int filter_parse(const char *text, size_t len, const struct filter_limits *limits,
		 struct filter_ast **ret_ast, struct filter_error *err)
{
	static const struct filter_limits defaults;
	struct parser p = { .err = err };
	size_t max_len;
	int rc;

	if (!limits)
		limits = &defaults;
	max_len = limits->max_len ? limits->max_len : PARSE_LEN_DEFAULT;
	p.max_depth = limits->max_depth ? limits->max_depth : FILTER_DEPTH_DEFAULT;
	if (p.max_depth > FILTER_DEPTH_MAX)
		p.max_depth = FILTER_DEPTH_MAX;
	lexer_init(&p.lex, text, len);
	if (len > max_len)
		return filter_fail(err, FILTER_ERROR_LIMIT, p.lex.pos,
				   "the condition has %zu bytes; at most %zu are read", len,
				   max_len);
	if (filter_ast_new(limits->max_bytes, &p.ast) < 0)
		return filter_fail_memory(err);
	rc = parse_all(&p);
	if (rc < 0) {
		filter_ast_free(p.ast);
		return rc;
	}
	*ret_ast = p.ast;
	return 0;
}
