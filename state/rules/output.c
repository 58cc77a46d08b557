/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Outputs of rules: %field, %field[argument], %NNfield, %transformer(...). Each token is checked
 * here, so that a wrong one is found with its place when the file is loaded.
 */
#include <errno.h>
#include <string.h>

#include "compile.h"
#include "rules_private.h"
#include "state/filter/compile.h"
#include "state/filter/field.h"
#include "state/filter/parse.h"

#define CONTAINER_INFO "%container.info"

/* A token, text[at, at + len), or what is wrong with it. */
struct token {
	size_t len;
	const char *problem; /* NULL: none; of a field without the field itself */
	const char *nearest;
	bool deprecated;
};

static const struct rule_context *output_place(struct arena *arena, const struct rule_draft *draft,
					       const char *at)
{
	struct rule_context context = *draft->output_context;
	const struct node *node = draft->output_node;
	const char *found = node ? strstr(node->text, at) : NULL;

	context.parent = draft->output_context;
	context.item = RULE_ITEM_OUTPUT_EXPRESSION;
	/* An output that was put together from several items has no single place. */
	if (found)
		context.place = node_place(node, (size_t)(found - node->text), context.file->text,
					   context.file->len);
	return rule_context_new(arena, context);
}

/* How many bytes the name of a transformer and its arguments take; 0: text is no such call. */
static size_t transformer_len(const char *text)
{
	size_t name = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789"), at = name;
	unsigned depth = 0;
	bool known = false;

	for (enum filter_transform t = 0; t < FILTER_TRANSFORM_COUNT; t++)
		known |= strlen(filter_transform_name(t)) == name &&
			 strncmp(filter_transform_name(t), text, name) == 0;
	if (!known || text[name] != '(')
		return 0;
	do {
		depth += text[at] == '(';
		depth -= text[at] == ')';
		if (!text[at++])
			return 0;
	} while (depth > 0);
	if (text[at] == '[' && strchr(text + at, ']'))
		at += strcspn(text + at, "]") + 1;
	return at;
}

/* Is it one that a condition could have? */
static int check_transformer(struct compilation *c, const char *text, size_t len,
			     struct token *token)
{
	const char *condition = arena_printf(&c->arena, "%.*s exists", (int)len, text);
	struct filter_ast *ast = NULL;
	struct filter_set *set = NULL;
	struct filter_error err;
	uint32_t id;
	int rc;

	if (!condition)
		return -ENOMEM;
	rc = filter_parse(condition, strlen(condition), NULL, &ast, &err);
	if (rc == 0)
		rc = filter_set_new(0, &set);
	if (rc == 0)
		rc = filter_compile(set, ast, NULL, &id, &err);
	if (rc == -EINVAL) {
		token->problem = arena_text(&c->arena, err.message, strlen(err.message));
		rc = token->problem ? 0 : -ENOMEM;
	}
	filter_set_free(set);
	filter_ast_free(ast);
	return rc;
}

static int check_field(struct compilation *c, const char *text, struct token *token)
{
	char message[256];
	struct text_buf buf;
	struct field_ref ref;
	int rc = field_lookup_prefix(text, strlen(text), &ref, &token->len);

	if (rc == 0) {
		token->deprecated = ref.field->flags & FIELD_F_DEPRECATED;
		if (ref.field->flags & FIELD_F_FILTER_ONLY)
			token->problem = "the field is for conditions only";
		return 0;
	}
	token->len = strspn(text, FIELD_LETTERS);
	text_buf_init(&buf, message, sizeof(message));
	token->nearest = field_lookup_error(text, token->len, rc, &buf);
	token->problem = token->len ? arena_text(&c->arena, message, buf.len)
				    : "a field must follow behind %";
	return token->problem ? 0 : -ENOMEM;
}

/* text is behind the %. */
static int check_token(struct compilation *c, const char *text, struct token *token)
{
	size_t width = strspn(text, "0123456789"), call = transformer_len(text + width);
	int rc;

	*token = (struct token){ .len = call };
	rc = call ? check_transformer(c, text + width, call, token)
		  : check_field(c, text + width, token);
	token->len += width;
	return rc;
}

/* Returns 1 to skip the rule. */
static int wrong_token(struct compilation *c, const struct rule_draft *draft, const char *at,
		       const struct token *token)
{
	bool skips = draft->skip_if_unknown;
	struct arena *arena = skips ? &c->arena : &c->loader->arena;
	const struct rule_finding finding = {
		.code = skips ? RULE_CODE_UNKNOWN_FILTER : RULE_CODE_ERR_COMPILE_OUTPUT,
		.context = output_place(arena, draft, at),
		.message = arena_printf(arena, "invalid formatting token %.*s: %s",
					(int)token->len + 1, at, token->problem),
		.hint = token->nearest,
	};
	int rc;

	if (!finding.message)
		return -ENOMEM;
	if (!skips)
		return loader_report(c->loader, &finding);
	rc = compile_warn(c, &finding);
	return rc < 0 ? rc : 1;
}

static int deprecated_token(struct compilation *c, const struct rule_draft *draft, const char *at,
			    const struct token *token)
{
	const struct rule_finding finding = {
		.code = RULE_CODE_DEPRECATED_ITEM,
		.context = output_place(&c->arena, draft, at),
		.message = arena_printf(&c->arena,
					"usage of deprecated field '%.*s' has been detected in the "
					"rule output",
					(int)token->len, at + 1),
	};

	return finding.message ? compile_warn(c, &finding) : -ENOMEM;
}

/* The output without %container.info, which says what other fields say. */
static int strip_container_info(struct compilation *c, const struct rule_draft *draft,
				const char **ret_output)
{
	const char *from = draft->output, *found;
	char *output = arena_text(&c->rules->arena, from, strlen(from)), *to = output;
	int rc = 0;

	if (!output)
		return -ENOMEM;
	if (strstr(from, CONTAINER_INFO))
		rc = compile_warn(c, &(struct rule_finding){
					     .code = RULE_CODE_DEPRECATED_ITEM,
					     .context = output_place(&c->arena, draft,
								     strstr(from, CONTAINER_INFO)),
					     .message = "%container.info is deprecated and was "
							"taken out of the output" });
	while ((found = strstr(from, CONTAINER_INFO))) {
		memcpy(to, from, (size_t)(found - from));
		to += found - from;
		from = found + strlen(CONTAINER_INFO);
	}
	memmove(to, from, strlen(from) + 1);
	*ret_output = output;
	return rc;
}

int output_compile(struct compilation *c, const struct rule_draft *draft, struct rule *rule)
{
	int rc = strip_container_info(c, draft, &rule->output);

	for (const char *at = rc == 0 ? strchr(rule->output, '%') : NULL; at && rc == 0;) {
		struct token token;

		rc = check_token(c, at + 1, &token);
		if (rc == 0 && token.problem)
			return wrong_token(c, draft, at, &token);
		if (rc == 0 && token.deprecated)
			rc = deprecated_token(c, draft, at, &token);
		at = strchr(at + 1 + token.len, '%');
	}
	return rc;
}
