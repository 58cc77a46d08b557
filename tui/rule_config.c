/* SPDX-License-Identifier: Apache-2.0 */
#include "rule_config.h"

#include <errno.h>
#include <string.h>

#include "condition.h"
#include "config.h"
#include "option_value.h"
#include "state/filter/field.h"
#include "state/filter/format.h"
#include "state/rules/document.h"

#define CONFIG_BYTES (8u << 20) /* memory of what a file says */

struct reader {
	struct rule_config *config;
	const char *file;
	struct usage_error *err;
};

static int fail(struct reader *r, const struct node *node, const char *what)
{
	option_fail(r->err, "%s:%u:%u: %s", r->file, node->place.line + 1, node->place.column + 1,
		    what);
	return -EINVAL;
}

int rule_config_init(struct rule_config *config)
{
	*config = (struct rule_config){ .has_append = false };
	if (memory_new(CONFIG_BYTES, &config->memory) < 0)
		return -ENOMEM;
	arena_init(&config->arena, config->memory);
	config->append = arena_alloc(&config->arena, sizeof(*config->append));
	if (!config->append) {
		rule_config_release(config);
		return -ENOMEM;
	}
	config->append[0] = (struct rules_append){ .suggested = true };
	config->append_len = 1;
	return 0;
}

void rule_config_release(struct rule_config *config)
{
	if (!config->memory)
		return;
	arena_release(&config->arena);
	memory_unref(config->memory);
	config->memory = NULL;
}

/* Fails at the first key of a mapping that is not in the NULL-terminated list. */
static int check_keys(struct reader *r, const struct node *mapping, const char *const *known,
		      const char *what)
{
	if (mapping->kind != NODE_MAPPING)
		return fail(r, mapping, what);
	for (size_t i = 0; i < mapping->len; i++) {
		const char *const *name = known;

		while (*name && strcmp(*name, mapping->keys[i]->text) != 0)
			name++;
		if (!*name)
			return fail(r, mapping->keys[i], what);
	}
	return 0;
}

/* A text at a key; *ret_text stays as it is when the key is not there. */
static int take_text(struct reader *r, const struct node *mapping, const char *key,
		     const char **ret_text)
{
	const struct node *node = node_get(mapping, key);

	if (!node)
		return 0;
	if (node->kind != NODE_SCALAR || node->len == 0)
		return fail(r, node, "expected a text");
	*ret_text = node->text;
	return 0;
}

/* Does a text with fields compile? */
static int check_format(struct reader *r, const struct node *node)
{
	struct filter_error wrong = { .message = "" };
	struct format *format = NULL;
	char message[384];
	int rc = format_compile(node->text, node->len, &format, &wrong);

	format_free(format);
	if (rc == 0)
		return 0;
	condition_message(&wrong, message, sizeof(message));
	return rc == -EINVAL ? fail(r, node, message) : rc;
}

/* One field, with its argument and nothing else. */
static int check_field(struct reader *r, const struct node *node)
{
	char sentence[256];
	struct field_ref ref;
	struct text_buf buf;
	size_t used;
	int rc = field_lookup(node->text, node->len, &ref, &used);

	if (rc == 0 && !(ref.field->flags & FIELD_F_FILTER_ONLY))
		return 0;
	text_buf_init(&buf, sentence, sizeof(sentence));
	if (rc < 0)
		field_lookup_error(node->text, node->len, rc, &buf);
	else
		text_buf_add(&buf, "this field is for conditions only");
	return fail(r, node, sentence);
}

static int read_extra_field(struct reader *r, const struct node *node,
			    struct rules_extra_field *extra)
{
	static const char what[] =
		"expected a field, or a key and a text: my_key: at %evt.hostname";
	const struct node *value = node;

	*extra = (struct rules_extra_field){ .key = NULL };
	if (node->kind == NODE_MAPPING && node->len == 1) {
		extra->key = node->keys[0]->text;
		value = node->items[0];
	}
	if (value->kind != NODE_SCALAR || value->len == 0)
		return fail(r, node, what);
	extra->format = value->text;
	if (!extra->key)
		return check_field(r, value);
	if (field_is_name(extra->key, strlen(extra->key)))
		return fail(r, node->keys[0], "this key is the name of a field");
	return check_format(r, value);
}

static int read_extra_fields(struct reader *r, const struct node *entry,
			     struct rules_append *append)
{
	const struct node *list = node_get(entry, "extra_fields");
	struct rules_extra_field *extras;
	int rc = 0;

	if (!list)
		return 0;
	if (list->kind != NODE_SEQUENCE)
		return fail(r, list, "expected a list of fields");
	extras = arena_alloc(&r->config->arena, (list->len + 1) * sizeof(*extras));
	if (!extras)
		return -ENOMEM;
	for (size_t i = 0; i < list->len && rc == 0; i++)
		rc = read_extra_field(r, list->items[i], &extras[i]);
	append->fields = extras;
	append->fields_len = list->len;
	return rc;
}

static int read_tags(struct reader *r, const struct node *match, struct rules_append *append)
{
	const struct node *list = node_get(match, "tags");
	const char **tags;

	if (!list)
		return 0;
	if (list->kind != NODE_SEQUENCE)
		return fail(r, list, "expected a list of tags");
	tags = arena_alloc(&r->config->arena, (list->len + 1) * sizeof(*tags));
	if (!tags)
		return -ENOMEM;
	for (size_t i = 0; i < list->len; i++) {
		if (list->items[i]->kind != NODE_SCALAR)
			return fail(r, list->items[i], "expected a tag");
		tags[i] = list->items[i]->text;
	}
	append->tags = tags;
	append->tags_len = list->len;
	return 0;
}

static int read_match(struct reader *r, const struct node *entry, struct rules_append *append)
{
	static const char *const keys[] = { "source", "tags", "rule", NULL };
	const struct node *match = node_get(entry, "match");
	int rc;

	if (!match)
		return 0;
	rc = check_keys(r, match, keys, "expected source, tags and rule");
	if (rc == 0)
		rc = take_text(r, match, "source", &append->source);
	if (rc == 0)
		rc = take_text(r, match, "rule", &append->rule);
	return rc < 0 ? rc : read_tags(r, match, append);
}

static int read_suggested(struct reader *r, const struct node *entry, struct rules_append *append)
{
	const struct node *node = node_get(entry, "suggested_output");

	if (!node)
		return 0;
	append->suggested = node->kind == NODE_SCALAR && strcmp(node->text, "true") == 0;
	if (append->suggested || (node->kind == NODE_SCALAR && strcmp(node->text, "false") == 0))
		return 0;
	return fail(r, node, "expected true or false");
}

static int read_append(struct reader *r, const struct node *entry, struct rules_append *append)
{
	static const char *const keys[] = { "match", "extra_output", "extra_fields",
					    "suggested_output", NULL };
	int rc = check_keys(r, entry, keys,
			    "expected match, extra_output, extra_fields and suggested_output");

	*append = (struct rules_append){ .source = NULL };
	if (rc == 0)
		rc = read_match(r, entry, append);
	if (rc == 0)
		rc = take_text(r, entry, "extra_output", &append->output);
	if (rc == 0 && append->output)
		rc = check_format(r, node_get(entry, "extra_output"));
	if (rc == 0)
		rc = read_extra_fields(r, entry, append);
	return rc < 0 ? rc : read_suggested(r, entry, append);
}

static int read_appends(struct reader *r, const struct node *list)
{
	struct rule_config *config = r->config;
	int rc = 0;

	if (list->kind != NODE_SEQUENCE)
		return fail(r, list, "expected a list, each with extra_output or another key");
	config->append = arena_alloc(&config->arena, (list->len + 1) * sizeof(*config->append));
	if (!config->append)
		return -ENOMEM;
	for (size_t i = 0; i < list->len && rc == 0; i++)
		rc = read_append(r, list->items[i], &config->append[i]);
	config->append_len = list->len;
	config->has_append = true;
	return rc;
}

static int read_switch(struct reader *r, const struct node *entry, struct rule_switch *to)
{
	static const char what[] = "expected enable or disable with a rule or a tag, as in: "
				   "- disable: {rule: '*'}";
	static const char *const keys[] = { "rule", "tag", NULL };
	int rc;

	*to = (struct rule_switch){ .to = RULES_DISABLE };
	if (entry->kind != NODE_MAPPING || entry->len != 1)
		return fail(r, entry, what);
	if (strcmp(entry->keys[0]->text, "enable") == 0)
		to->to = RULES_ENABLE;
	else if (strcmp(entry->keys[0]->text, "disable") != 0)
		return fail(r, entry->keys[0], what);
	rc = check_keys(r, entry->items[0], keys, what);
	if (rc == 0)
		rc = take_text(r, entry->items[0], "rule", &to->rule);
	if (rc == 0)
		rc = take_text(r, entry->items[0], "tag", &to->tag);
	if (rc == 0 && !to->rule == !to->tag)
		return fail(r, entry->items[0], what);
	return rc;
}

static int read_switches(struct reader *r, const struct node *list)
{
	struct rule_config *config = r->config;
	int rc = 0;

	if (list->kind != NODE_SEQUENCE)
		return fail(r, list, "expected a list of enable and disable");
	config->switches = arena_alloc(&config->arena, (list->len + 1) * sizeof(*config->switches));
	if (!config->switches)
		return -ENOMEM;
	for (size_t i = 0; i < list->len && rc == 0; i++)
		rc = read_switch(r, list->items[i], &config->switches[i]);
	config->switches_len = list->len;
	config->has_switches = true;
	return rc;
}

int rule_config_parse(struct rule_config *config, const char *file, const char *text, size_t len,
		      struct usage_error *err)
{
	struct reader r = { .config = config, .file = file, .err = err };
	const struct node *root, *keys, *node;
	struct document_error wrong;
	int rc = document_read(&config->arena, text, len, &root, &wrong);

	if (rc == -EBADMSG) {
		option_fail(err, "%s:%u:%u: %s", file, wrong.place.line + 1, wrong.place.column + 1,
			    wrong.text);
		return -EINVAL;
	}
	if (rc < 0 || root->len == 0 || root->items[0]->kind != NODE_MAPPING)
		return rc;
	keys = root->items[0];
	node = config->has_append ? NULL : node_get(keys, "append_output");
	if (node)
		rc = read_appends(&r, node);
	node = config->has_switches ? NULL : node_get(keys, "rules");
	if (node && rc == 0)
		rc = read_switches(&r, node);
	return rc;
}

static int parse_file(void *ctx, const char *file, const char *text, size_t len,
		      struct usage_error *err)
{
	return rule_config_parse(ctx, file, text, len, err);
}

int rule_config_load(struct rule_config *config, const struct options *options,
		     struct usage_error *err)
{
	return config_read(options->config, parse_file, config, err);
}

void rule_config_switch(const struct rule_config *config, struct rules *rules)
{
	for (size_t i = 0; i < config->switches_len; i++) {
		const struct rule_switch *to = &config->switches[i];

		if (to->rule)
			rules_select_name(rules, to->rule, to->to);
		else
			rules_select_tag(rules, to->tag, to->to);
	}
}
