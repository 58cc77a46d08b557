/* SPDX-License-Identifier: Apache-2.0 */
/* What the configuration appends to outputs of rules, see struct rules_append. */
#include <errno.h>
#include <string.h>

#include "compile.h"
#include "rules_private.h"
#include "state/filter/field.h"
#include "state/filter/format.h"

static bool has_tags(const struct rule_draft *draft, const struct rules_append *append)
{
	for (size_t i = 0; i < append->tags_len; i++) {
		size_t k = 0;

		while (k < draft->tags.len && strcmp(draft->tags.items[k], append->tags[i]) != 0)
			k++;
		if (k == draft->tags.len)
			return false;
	}
	return true;
}

static bool is_for(const struct rules_append *append, const struct rule_draft *draft)
{
	return (!append->source || strcmp(append->source, draft->source) == 0) &&
	       (!append->rule || strcmp(append->rule, draft->name) == 0) && has_tags(draft, append);
}

/* " container_id=%container.id" and so on behind a text. NULL when there is no memory. */
static const char *add_suggested(struct arena *arena, const char *text)
{
	const struct field_class *class;

	for (size_t c = 0; text && (class = field_class_at(c)); c++) {
		for (size_t i = 0; i < class->fields_len && text; i++) {
			const char *name = class->fields[i].name;
			char *key;

			if (!(class->fields[i].flags & FIELD_F_SUGGESTED))
				continue;
			key = arena_text(arena, name, strlen(name));
			for (char *dot = key; dot && (dot = strchr(dot, '.'));)
				*dot = '_';
			text = key ? arena_printf(arena, "%s %s=%%%s", text, key, name) : NULL;
		}
	}
	return text;
}

const char *append_output(struct compilation *c, const struct rule_draft *draft, const char *output)
{
	const struct rules_options *options = &c->loader->options;

	for (size_t i = 0; i < options->append_len && output; i++) {
		const struct rules_append *append = &options->append[i];

		if (!is_for(append, draft))
			continue;
		if (append->output)
			output = arena_printf(&c->arena, "%s %s", output, append->output);
		if (append->suggested && output)
			output = add_suggested(&c->arena, output);
	}
	return output;
}

/* Fields without a key are one format together with the output, whose fields are in JSON anyway. */
static int add_fields(struct compilation *c, const struct rule_draft *draft, const char *output,
		      struct rule *rule, struct filter_error *err)
{
	const struct rules_options *options = &c->loader->options;
	const char *text = output;

	for (size_t i = 0; i < options->append_len; i++) {
		const struct rules_append *append = &options->append[i];

		for (size_t k = 0; is_for(append, draft) && k < append->fields_len && text; k++)
			if (!append->fields[k].key)
				text = arena_printf(&c->arena, "%s %%%s", text,
						    append->fields[k].format);
	}
	if (!text)
		return -ENOMEM;
	return text == output ? 0 : format_compile(text, strlen(text), &rule->fields, err);
}

static int add_extra(struct compilation *c, const struct rules_extra_field *field,
		     struct rule *rule, struct filter_error *err)
{
	const char *text = arena_printf(&c->arena, "*%s", field->format);
	struct rule_extra *extra = &rule->extras[rule->extras_len];
	int rc;

	extra->key = arena_text(&c->rules->arena, field->key, strlen(field->key));
	if (!text || !extra->key)
		return -ENOMEM;
	rc = format_compile(text, strlen(text), &extra->format, err);
	if (rc == 0)
		rule->extras_len++;
	return rc;
}

int append_fields(struct compilation *c, const struct rule_draft *draft, const char *output,
		  struct rule *rule, struct filter_error *err)
{
	const struct rules_options *options = &c->loader->options;
	size_t room = 0;
	int rc = add_fields(c, draft, output, rule, err);

	for (size_t i = 0; i < options->append_len; i++)
		room += is_for(&options->append[i], draft) ? options->append[i].fields_len : 0;
	if (rc == 0 && room > 0) {
		rule->extras = arena_alloc(&c->rules->arena, room * sizeof(*rule->extras));
		rc = rule->extras ? 0 : -ENOMEM;
	}
	for (size_t i = 0; i < options->append_len; i++) {
		const struct rules_append *append = &options->append[i];

		for (size_t k = 0; is_for(append, draft) && k < append->fields_len && rc == 0; k++)
			if (append->fields[k].key)
				rc = add_extra(c, &append->fields[k], rule, err);
	}
	return rc;
}
