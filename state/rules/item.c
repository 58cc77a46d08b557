/* SPDX-License-Identifier: Apache-2.0 */
/* Items of a rule file, their values, lists and macros. Rules are in item_rule.c. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "loader.h"
#include "state/base/nearest.h"

#define APPEND_DEPRECATED                                                                     \
	"'append' key is deprecated. Add an 'append' entry (e.g. 'condition: append') under " \
	"'override' instead."
#define APPEND_AND_OVERRIDE                                                                  \
	"Keys 'override' and 'append: true' cannot be used together. Add an 'append' entry " \
	"(e.g. 'condition: append') under 'override' instead."
#define LIST_NAME "[^()\"'[:space:]=,]+"
#define MACRO_NAME "[a-zA-Z]+[a-zA-Z0-9_]*"

static bool is_among(const char *text, const char *const *words)
{
	while (*words && strcmp(text, *words) != 0)
		words++;
	return *words;
}

int loader_report(struct rules_loader *loader, const struct rule_finding *finding)
{
	struct rule_file_result *result = &loader->current->result;
	bool error = rule_code_at(finding->code)->severity == RULE_SEVERITY_ERROR;
	int rc;

	if (!finding->context || !finding->message)
		return -ENOMEM;
	if (loader->muted && !error)
		return 0;
	loader->wrong |= error;
	rc = rule_findings_add(error ? &result->errors : &result->warnings, &loader->arena,
			       finding);
	if (rc < 0 || !error)
		return rc;
	/* Nobody reads more. */
	return result->errors.len < REPORT_MAX_FINDINGS ? -EBADMSG : -EOVERFLOW;
}

int loader_give_up(int rc)
{
	return rc == -EBADMSG ? -EOVERFLOW : rc;
}

bool loader_goes_on(int rc, int *total)
{
	if (rc < 0 && *total != -EOVERFLOW && *total != -ENOMEM)
		*total = rc;
	return rc >= 0 || rc == -EBADMSG;
}

int loader_error(struct rules_loader *loader, enum rule_code code,
		 const struct rule_context *context, const char *format, ...)
{
	struct rule_finding finding = { .code = code, .context = context };
	va_list args;

	va_start(args, format);
	finding.message = arena_vprintf(&loader->arena, format, args);
	va_end(args);
	return loader_report(loader, &finding);
}

int loader_warn(struct rules_loader *loader, enum rule_code code,
		const struct rule_context *context, const char *format, ...)
{
	struct rule_finding finding = { .code = code, .context = context };
	va_list args;

	if (loader->muted)
		return 0;
	va_start(args, format);
	finding.message = arena_vprintf(&loader->arena, format, args);
	va_end(args);
	return loader_report(loader, &finding);
}

const struct rule_context *loader_context(struct rules_loader *loader,
					  const struct rule_context *parent, enum rule_item item,
					  const char *name, const struct node *node)
{
	return parent ? rule_context_new(&loader->arena,
					 (struct rule_context){ .parent = parent,
								.item = item,
								.name = name,
								.file = parent->file,
								.place = node->place })
		      : NULL;
}

/* value is what stands at the key, which is there. */
static int check_scalar(struct rules_loader *loader, const struct node *value, const char *key,
			const struct rule_context *context)
{
	const struct rule_context *at =
		loader_context(loader, context, RULE_ITEM_VALUE, key, value);

	if (!at)
		return -ENOMEM;
	if (value->kind != NODE_SCALAR)
		return loader_error(loader, RULE_CODE_ERR_YAML_VALIDATE, at,
				    "Value is not a scalar value");
	if (value->len == 0)
		return loader_error(loader, RULE_CODE_ERR_YAML_VALIDATE, at,
				    "Value must be non-empty");
	return 0;
}

int item_text(struct rules_loader *loader, const struct node *item, const char *key,
	      const struct rule_context *context, const struct node **ret_value)
{
	const struct node *value = node_get(item, key);
	int rc;

	if (!value)
		return loader_error(loader, RULE_CODE_ERR_YAML_VALIDATE, context,
				    "Item has no mapping for key '%s'", key);
	if (value->kind == NODE_NULL)
		return loader_error(loader, RULE_CODE_ERR_YAML_VALIDATE, context,
				    "Mapping for key '%s' is empty", key);
	rc = check_scalar(loader, value, key, context);
	if (rc == 0)
		*ret_value = value;
	return rc;
}

int item_optional_text(struct rules_loader *loader, const struct node *item, const char *key,
		       const struct rule_context *context, const struct node **ret_value)
{
	const struct node *value = node_get(item, key);
	int rc = 0;

	if (value && value->kind == NODE_NULL)
		value = NULL;
	if (value)
		rc = check_scalar(loader, value, key, context);
	if (rc == 0)
		*ret_value = value;
	return rc;
}

static int decode_failed(struct rules_loader *loader, const struct node *value, const char *key,
			 const struct rule_context *context, const char *expected)
{
	return loader_error(loader, RULE_CODE_ERR_YAML_VALIDATE,
			    loader_context(loader, context, RULE_ITEM_VALUE, key, value),
			    "Can't decode YAML scalar value '%.60s': expected %s", value->text,
			    expected);
}

/* YAML 1.1 knows many words for the two. Returns 1, 0, or -1 for none of them. */
static int bool_of(const char *text)
{
	static const char *const yes[] = { "true", "True", "TRUE", "yes", "Yes", "YES",
					   "on",   "On",   "ON",   "y",   "Y",   NULL };
	static const char *const no[] = { "false", "False", "FALSE", "no", "No", "NO",
					  "off",   "Off",   "OFF",   "n",  "N",  NULL };

	return is_among(text, yes) ? 1 : is_among(text, no) ? 0 : -1;
}

int item_optional_bool(struct rules_loader *loader, const struct node *item, const char *key,
		       const struct rule_context *context, bool *value)
{
	const struct node *node;
	int rc = item_optional_text(loader, item, key, context, &node);

	if (rc != 0 || !node)
		return rc;
	rc = bool_of(node->text);
	if (rc < 0)
		return decode_failed(loader, node, key, context, "true or false");
	*value = rc;
	return 0;
}

int item_optional_u32(struct rules_loader *loader, const struct node *item, const char *key,
		      const struct rule_context *context, uint32_t *value)
{
	const struct node *node;
	int rc = item_optional_text(loader, item, key, context, &node);
	unsigned long long number;
	char *end;

	if (rc != 0 || !node)
		return rc;
	errno = 0;
	number = strtoull(node->text, &end, 10);
	if (node->text[0] < '0' || node->text[0] > '9' || *end || errno || number > UINT32_MAX)
		return decode_failed(loader, node, key, context, "a number from 0 to 4294967295");
	*value = (uint32_t)number;
	return 0;
}

int item_optional_texts(struct rules_loader *loader, const struct node *item, const char *key,
			const struct rule_context *context, struct vector *texts)
{
	const struct node *values = node_get(item, key);
	int total = 0;

	if (!values || values->kind == NODE_NULL)
		return 0;
	context = loader_context(loader, context, RULE_ITEM_VALUE, key, values);
	if (values->kind != NODE_SEQUENCE)
		return loader_error(loader, RULE_CODE_ERR_YAML_VALIDATE, context,
				    "Value is not a sequence");
	for (size_t i = 0; i < values->len; i++) {
		const struct node *value = values->items[i];
		int rc;

		if (value->kind == NODE_SCALAR)
			rc = vector_add(texts, &loader->arena, value->text);
		else
			rc = loader_error(
				loader, RULE_CODE_ERR_YAML_VALIDATE,
				loader_context(loader, context, RULE_ITEM_LIST_ITEM, "", value),
				"Can't decode YAML sequence value");
		if (!loader_goes_on(rc, &total))
			break;
	}
	return total;
}

static int unknown_key(struct rules_loader *loader, const struct node *key,
		       const struct rule_context *context, const char *const *known)
{
	struct nearest nearest = { .wrong = key->kind == NODE_SCALAR ? key->text : "" };
	struct rule_finding finding = {
		.code = RULE_CODE_UNKNOWN_KEY,
		.context = loader_context(loader, context, RULE_ITEM_VALUE, nearest.wrong, key),
		.message = arena_printf(&loader->arena, "Unknown key '%s'", nearest.wrong),
	};

	while (*known)
		nearest_offer(&nearest, *known++);
	finding.hint = nearest.best;
	return loader_report(loader, &finding);
}

int item_check_keys(struct rules_loader *loader, const struct node *item,
		    const struct rule_context *context, const char *const *known)
{
	int rc = 0;

	for (size_t i = 0; i < item->len && rc == 0; i++)
		if (item->keys[i]->kind != NODE_SCALAR || !is_among(item->keys[i]->text, known))
			rc = unknown_key(loader, item->keys[i], context, known);
	return rc;
}

static int read_override(struct rules_loader *loader, const struct node *name,
			 const struct node *value, const struct rule_context *context,
			 struct overrides *overrides)
{
	const struct override_key *keys = overrides->keys;
	bool appends = value->kind == NODE_SCALAR && strcmp(value->text, "append") == 0;
	size_t k = 0;

	if (!appends && (value->kind != NODE_SCALAR || strcmp(value->text, "replace") != 0))
		return loader_error(
			loader, RULE_CODE_ERR_YAML_VALIDATE, context,
			"Invalid override operation for key '%s': '%.60s'. It must be one of "
			"'append' or 'replace'",
			name->kind == NODE_SCALAR ? name->text : "",
			value->kind == NODE_SCALAR ? value->text : "");
	while (keys[k].name && (name->kind != NODE_SCALAR || strcmp(keys[k].name, name->text) != 0))
		k++;
	if (!keys[k].name)
		return loader_error(loader, RULE_CODE_ERR_YAML_VALIDATE, context,
				    "Key '%s' cannot be overridden",
				    name->kind == NODE_SCALAR ? name->text : "");
	if (appends && !keys[k].appends)
		return loader_error(loader, RULE_CODE_ERR_YAML_VALIDATE, context,
				    "Key '%s' cannot be appended to, use 'replace' instead",
				    name->text);
	overrides->what[k] = appends ? OVERRIDE_APPEND : OVERRIDE_REPLACE;
	return 0;
}

int item_overrides(struct rules_loader *loader, const struct node *item,
		   const struct rule_context *context, struct overrides *overrides)
{
	const struct node *override = node_get(item, "override");
	const struct rule_context *at;
	bool appends = false;
	int rc = item_optional_bool(loader, item, "append", context, &appends);

	if (rc == 0 && appends)
		rc = loader_warn(loader, RULE_CODE_DEPRECATED_ITEM, context, "%s",
				 APPEND_DEPRECATED);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < OVERRIDES_MAX; i++)
		overrides->what[i] = OVERRIDE_NONE;
	overrides->appends = appends;
	if (!override || override->kind == NODE_NULL)
		return 0;
	if (override->kind != NODE_MAPPING)
		return loader_error(
			loader, RULE_CODE_ERR_YAML_VALIDATE,
			loader_context(loader, context, RULE_ITEM_OVERRIDE, "", override),
			"'override' must be a mapping of keys to 'append' or "
			"'replace'");
	for (size_t i = 0; i < override->len; i++) {
		at = loader_context(loader, context, RULE_ITEM_OVERRIDE, "", override->keys[i]);
		if (!loader_goes_on(read_override(loader, override->keys[i], override->items[i], at,
						  overrides),
				    &rc))
			break;
	}
	if (rc == 0 && appends && override->len > 0)
		rc = loader_error(loader, RULE_CODE_ERR_YAML_VALIDATE, context, "%s",
				  APPEND_AND_OVERRIDE);
	return rc;
}

int item_next_index(struct rules_loader *loader, const struct rule_context *context,
		    size_t *ret_index)
{
	struct collection *c = &loader->collection;

	if (c->lists.things.len + c->macros.things.len + c->rules.things.len >=
	    COLLECTION_MAX_ITEMS)
		return loader_give_up(loader_error(loader, RULE_CODE_ERR_VALIDATE, context,
						   "More than %d lists, macros and rules",
						   COLLECTION_MAX_ITEMS));
	*ret_index = c->next_index++;
	return 0;
}

static int define_list(struct rules_loader *loader, const struct list_draft *draft, bool appends)
{
	struct list_draft *list =
		names_get(&loader->collection.lists, draft->name, strlen(draft->name));
	int rc;

	if (!list && appends)
		return loader_error(loader, RULE_CODE_ERR_VALIDATE, draft->context,
				    "List uses 'append' or 'override.items: append' but no list by "
				    "that name already exists");
	if (list) {
		list->visibility = loader->collection.next_index++;
		if (!appends) {
			list->items = draft->items;
			list->context = draft->context;
		}
		for (size_t i = 0; appends && i < draft->items.len; i++)
			if (vector_add(&list->items, &loader->arena, draft->items.items[i]) < 0)
				return -ENOMEM;
		return 0;
	}
	list = arena_alloc(&loader->arena, sizeof(*list));
	if (!list)
		return -ENOMEM;
	*list = *draft;
	rc = item_next_index(loader, draft->context, &list->index);
	list->visibility = list->index;
	return rc < 0 ? rc : names_add(&loader->collection.lists, &loader->arena, list);
}

/* Every byte may be in a list's name but those that end it in a condition. */
static bool is_list_name(const char *name)
{
	return name[0] && name[strcspn(name, "()\"'=, \t\n\v\f\r")] == '\0';
}

static bool is_macro_name(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	size_t first = strspn(name, letters);

	return first > 0 && name[first + strspn(name + first, "abcdefghijklmnopqrstuvwxyz"
							      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
							      "0123456789_")] == '\0';
}

/* The name of an item, and a context that has it. */
static int read_name(struct rules_loader *loader, const struct node *item, const char *key,
		     enum rule_item kind, const struct rule_context **context)
{
	const struct rule_context *nameless = loader_context(loader, *context, kind, "", item);
	const struct node *name = NULL;
	int rc = item_text(loader, item, key, nameless, &name);

	if (!name)
		return rc;
	*context = loader_context(loader, *context, kind, name->text, item);
	return *context ? 0 : -ENOMEM;
}

static int read_list(struct rules_loader *loader, const struct node *item,
		     const struct rule_context *context)
{
	static const char *const known[] = { "list", "items", "append", "override", NULL };
	static const struct override_key keys[] = { { "items", true }, { NULL, false } };
	struct overrides overrides = { .keys = keys };
	struct list_draft draft = { .name = NULL };
	const struct node *items;
	int rc = read_name(loader, item, "list", RULE_ITEM_LIST, &context);

	if (rc < 0)
		return rc;
	draft.name = context->name;
	draft.context = context;
	rc = item_check_keys(loader, item, context, known);
	if (rc == 0 && !is_list_name(draft.name))
		rc = loader_warn(loader, RULE_CODE_INVALID_LIST_NAME, context,
				 "List has an invalid name. List names should match a regular "
				 "expression: " LIST_NAME);
	if (rc < 0)
		return rc;
	items = node_get(item, "items");
	if (!items)
		return loader_error(loader, RULE_CODE_ERR_YAML_VALIDATE, context,
				    "Item has no mapping for key 'items'");
	if (items->kind == NODE_NULL)
		return loader_error(loader, RULE_CODE_ERR_YAML_VALIDATE, context,
				    "Mapping for key 'items' is empty");
	rc = item_optional_texts(loader, item, "items", context, &draft.items);
	if (rc == 0)
		rc = item_overrides(loader, item, context, &overrides);
	if (rc < 0)
		return rc;
	return define_list(loader, &draft,
			   overrides.appends || overrides.what[0] == OVERRIDE_APPEND);
}

static int define_macro(struct rules_loader *loader, const struct macro_draft *draft,
			const struct node *condition, bool appends)
{
	struct macro_draft *macro =
		names_get(&loader->collection.macros, draft->name, strlen(draft->name));
	const struct rule_file *file = draft->context->file;
	int rc;

	if (!macro && appends)
		return loader_error(loader, RULE_CODE_ERR_VALIDATE, draft->context,
				    "Macro uses 'append' or 'override.condition: append' but no "
				    "macro by that name already exists");
	if (macro) {
		macro->visibility = loader->collection.next_index++;
		if (appends) {
			condition_add_text(&macro->condition, file, condition, 0, " ");
			condition_add_node(&macro->condition, file, condition);
			return macro->condition.failed == -ENOMEM ? -ENOMEM : 0;
		}
		macro->condition = draft->condition;
		macro->context = draft->context;
		macro->condition_context = draft->condition_context;
		return 0;
	}
	macro = arena_alloc(&loader->arena, sizeof(*macro));
	if (!macro)
		return -ENOMEM;
	*macro = *draft;
	rc = item_next_index(loader, draft->context, &macro->index);
	macro->visibility = macro->index;
	return rc < 0 ? rc : names_add(&loader->collection.macros, &loader->arena, macro);
}

static int read_macro(struct rules_loader *loader, const struct node *item,
		      const struct rule_context *context)
{
	static const char *const known[] = { "macro", "condition", "append", "override", NULL };
	static const struct override_key keys[] = { { "condition", true }, { NULL, false } };
	struct overrides overrides = { .keys = keys };
	struct macro_draft draft = { .name = NULL };
	const struct node *condition = NULL;
	int rc = read_name(loader, item, "macro", RULE_ITEM_MACRO, &context);

	if (rc < 0)
		return rc;
	draft.name = context->name;
	draft.context = context;
	rc = item_check_keys(loader, item, context, known);
	if (rc == 0 && !is_macro_name(draft.name))
		rc = loader_warn(loader, RULE_CODE_INVALID_MACRO_NAME, context,
				 "Macro has an invalid name. Macro names should match a regular "
				 "expression: " MACRO_NAME);
	if (rc == 0)
		rc = item_text(loader, item, "condition", context, &condition);
	if (rc == 0)
		rc = item_overrides(loader, item, context, &overrides);
	if (rc < 0 || !condition)
		return rc;
	draft.condition_context =
		loader_context(loader, context, RULE_ITEM_MACRO_CONDITION, "", condition);
	condition_init(&draft.condition, &loader->arena);
	condition_add_node(&draft.condition, context->file, condition);
	if (!draft.condition_context || draft.condition.failed == -ENOMEM)
		return -ENOMEM;
	return define_macro(loader, &draft, condition,
			    overrides.appends || overrides.what[0] == OVERRIDE_APPEND);
}

static const struct {
	const char *key;
	int (*read)(struct rules_loader *loader, const struct node *item,
		    const struct rule_context *context);
} kinds[] = {
	{ "required_engine_version", item_read_engine_version },
	{ "required_plugin_versions", item_read_plugin_versions },
	{ "list", read_list },
	{ "macro", read_macro },
	{ "rule", item_read_rule },
};

/* A list whose item is wrong: nothing is in it, unless it was defined before. */
static int keep_list(struct rules_loader *loader, const struct rule_context *context)
{
	const struct list_draft draft = { .name = context->name, .context = context };

	if (names_get(&loader->collection.lists, draft.name, strlen(draft.name)))
		return 0;
	return define_list(loader, &draft, false);
}

static int keep_macro(struct rules_loader *loader, const struct rule_context *context)
{
	struct names *macros = &loader->collection.macros;
	struct macro_draft draft = { .name = context->name, .context = context }, *macro;
	int rc;

	condition_init(&draft.condition, &loader->arena);
	if (!names_get(macros, draft.name, strlen(draft.name))) {
		rc = define_macro(loader, &draft, NULL, false);
		if (rc < 0)
			return rc;
	}
	macro = names_get(macros, draft.name, strlen(draft.name));
	macro->broken = true;
	return 0;
}

/*
 * A wrong item's name stays known, so that what refers to it, or changes it, is not wrong for that
 * reason alone.
 */
static int keep_name(struct rules_loader *loader, const struct node *item,
		     const struct rule_context *file)
{
	static const struct {
		const char *key;
		enum rule_item item;
		int (*keep)(struct rules_loader *loader, const struct rule_context *context);
	} kept[] = { { "list", RULE_ITEM_LIST, keep_list },
		     { "macro", RULE_ITEM_MACRO, keep_macro },
		     { "rule", RULE_ITEM_RULE, item_keep_rule } };

	for (size_t i = 0; item->kind == NODE_MAPPING && i < sizeof(kept) / sizeof(kept[0]); i++) {
		const struct node *name = node_get(item, kept[i].key);
		const struct rule_context *context;

		if (!name)
			continue;
		if (name->kind != NODE_SCALAR || name->len == 0)
			return 0;
		context = loader_context(loader, file, kept[i].item, name->text, item);
		return context ? kept[i].keep(loader, context) : -ENOMEM;
	}
	return 0;
}

static int read_kind(struct rules_loader *loader, const struct node *item,
		     const struct rule_context *file)
{
	const struct rule_context *context =
		loader_context(loader, file, RULE_ITEM_CONTENT_ITEM, "", item);

	if (item->kind != NODE_MAPPING)
		return loader_error(loader, RULE_CODE_ERR_YAML_VALIDATE, context,
				    "Unexpected element type. Each element should be a yaml "
				    "associative array.");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (node_get(item, kinds[i].key))
			return kinds[i].read(loader, item, file);
	return loader_warn(loader, RULE_CODE_UNKNOWN_ITEM, context, "Unknown top level item");
}

int item_read(struct rules_loader *loader, const struct node *item, const struct rule_context *file)
{
	int rc = read_kind(loader, item, file), kept;

	if (rc != -EBADMSG)
		return rc;
	kept = keep_name(loader, item, file);
	return kept < 0 ? kept : rc;
}
