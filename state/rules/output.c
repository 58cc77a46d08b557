/* SPDX-License-Identifier: Apache-2.0 */
/* Outputs of rules: their formats, what is wrong with them and where. */
#include <errno.h>
#include <string.h>

#include "compile.h"
#include "rules_private.h"
#include "state/filter/field.h"
#include "state/filter/format.h"

#define CONTAINER_INFO "%container.info"

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

/* Returns 1 to skip the rule. at is where the error is in the output. */
static int wrong_output(struct compilation *c, const struct rule_draft *draft, const char *at,
			const struct filter_error *err)
{
	bool skips = draft->skip_if_unknown;
	const struct rule_finding finding = {
		.code = skips ? RULE_CODE_UNKNOWN_FILTER : RULE_CODE_ERR_COMPILE_OUTPUT,
		.context = output_place(skips ? &c->arena : &c->loader->arena, draft, at),
		.message = err->message,
		.hint = err->nearest,
	};
	int rc;

	if (!skips)
		return loader_report(c->loader, &finding);
	rc = compile_warn(c, &finding);
	return rc < 0 ? rc : 1;
}

static int warn_deprecated(struct compilation *c, const struct rule_draft *draft,
			   const struct rule *rule)
{
	int rc = 0;

	for (size_t i = 0; i < format_fields_len(rule->format) && rc == 0; i++) {
		const char *name = format_field_name(rule->format, i);
		const char *at = strstr(rule->output, name);
		struct rule_finding finding = { .code = RULE_CODE_DEPRECATED_ITEM };
		struct field_ref ref;
		size_t used;

		if (field_lookup(name, strlen(name), &ref, &used) < 0 ||
		    !(ref.field->flags & FIELD_F_DEPRECATED))
			continue;
		finding.context = output_place(&c->arena, draft, at ? at : rule->output);
		finding.message = arena_printf(&c->arena,
					       "usage of deprecated field '%s' has been detected "
					       "in the rule output",
					       name);
		rc = finding.message ? compile_warn(c, &finding) : -ENOMEM;
	}
	return rc;
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
	struct filter_error err;
	const char *text;
	int rc = strip_container_info(c, draft, &rule->output);

	if (rc < 0)
		return rc;
	/* With an asterisk it prints whatever has no value. */
	text = arena_printf(&c->arena, "*%s", rule->output);
	text = text ? append_output(c, draft, text) : NULL;
	if (!text)
		return -ENOMEM;
	rc = format_compile(text, strlen(text), &rule->format, &err);
	if (rc == 0)
		rc = append_fields(c, draft, text, rule, &err);
	if (rc == -EINVAL) {
		/* Without the asterisk; what is appended is in no file. */
		size_t at = err.pos.index ? err.pos.index - 1 : 0, len = strlen(rule->output);

		return wrong_output(c, draft, rule->output + (at < len ? at : len), &err);
	}
	return rc < 0 ? rc : warn_deprecated(c, draft, rule);
}
