/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of a rule file: definitions, appends, overrides, and items that only enable one. */
#include <errno.h>
#include <string.h>

#include "loader.h"

#define ENABLED_DEPRECATED                                                                        \
	"The standalone 'enabled' key usage is deprecated. The correct approach requires also a " \
	"'replace' entry under the 'override' key (i.e. 'enabled: replace')."
#define SOURCE_DIFFERS "Rule has been re-defined with a different source"
#define SOURCE_DEFAULT "syscall"

/* In the order of rule_keys[]. */
enum rule_key {
	KEY_CONDITION,
	KEY_OUTPUT,
	KEY_DESCRIPTION,
	KEY_TAGS,
	KEY_EXCEPTIONS,
	KEY_PRIORITY,
	KEY_CAPTURE,
	KEY_CAPTURE_DURATION,
	KEY_ENABLED,
	KEY_WARN_EVTTYPES,
	KEY_SKIP,
	KEY_COUNT
};

_Static_assert(KEY_COUNT <= OVERRIDES_MAX, "every key has its entry");
static const struct override_key rule_keys[KEY_COUNT + 1] = {
	[KEY_CONDITION] = { "condition", true },
	[KEY_OUTPUT] = { "output", true },
	[KEY_DESCRIPTION] = { "desc", true },
	[KEY_TAGS] = { "tags", true },
	[KEY_EXCEPTIONS] = { "exceptions", true },
	[KEY_PRIORITY] = { "priority", false },
	[KEY_CAPTURE] = { "capture", false },
	[KEY_CAPTURE_DURATION] = { "capture_duration", false },
	[KEY_ENABLED] = { "enabled", false },
	[KEY_WARN_EVTTYPES] = { "warn_evttypes", false },
	[KEY_SKIP] = { "skip-if-unknown-filter", false },
	[KEY_COUNT] = { NULL, false },
};

/* What one item says about a rule. */
struct rule_item_reader {
	struct rules_loader *loader;
	const struct node *item;
	const struct rule_context *context;
	struct rule_draft draft;
	const struct node *condition, *source;
};

static int read_condition(struct rule_item_reader *r)
{
	int rc = item_text(r->loader, r->item, "condition", r->context, &r->condition);

	if (rc < 0)
		return rc;
	r->draft.condition_context =
		loader_context(r->loader, r->context, RULE_ITEM_CONDITION, "", r->condition);
	return r->draft.condition_context ? 0 : -ENOMEM;
}

/* Blanks around it do not belong to a text that was folded. */
static const char *trimmed(struct rules_loader *loader, const struct node *node)
{
	const char *text = node->text + strspn(node->text, " \t\r\n");
	size_t len = strlen(text);

	while (len > 0 && strchr(" \t\r\n", text[len - 1]))
		len--;
	return arena_text(&loader->arena, text, len);
}

static int read_output(struct rule_item_reader *r)
{
	const struct node *output;
	int rc = item_text(r->loader, r->item, "output", r->context, &output);

	if (rc < 0)
		return rc;
	r->draft.output = trimmed(r->loader, output);
	r->draft.output_node = output;
	r->draft.output_context =
		loader_context(r->loader, r->context, RULE_ITEM_OUTPUT, "", output);
	return r->draft.output && r->draft.output_context ? 0 : -ENOMEM;
}

static int read_description(struct rule_item_reader *r)
{
	const struct node *description;
	int rc = item_text(r->loader, r->item, "desc", r->context, &description);

	if (rc == 0)
		r->draft.description = description->text;
	return rc;
}

static int read_priority(struct rule_item_reader *r)
{
	const struct node *priority;
	int rc = item_text(r->loader, r->item, "priority", r->context, &priority);

	if (rc < 0)
		return rc;
	if (rule_priority_parse(priority->text, &r->draft.priority) < 0)
		return loader_error(
			r->loader, RULE_CODE_ERR_YAML_VALIDATE,
			loader_context(r->loader, r->context, RULE_ITEM_PRIORITY, "", priority),
			"Invalid priority '%.60s': expected one of emergency, alert, critical, "
			"error, warning, notice, informational, debug",
			priority->text);
	return 0;
}

/* Adds tags that are not there yet. */
static int add_tags(struct rules_loader *loader, struct vector *tags, const struct vector *more)
{
	for (size_t i = 0; i < more->len; i++) {
		size_t k = 0;

		while (k < tags->len && strcmp(tags->items[k], more->items[i]) != 0)
			k++;
		if (k == tags->len && vector_add(tags, &loader->arena, more->items[i]) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int read_tags(struct rule_item_reader *r)
{
	struct vector tags = { .len = 0 };
	int rc = item_optional_texts(r->loader, r->item, "tags", r->context, &tags);

	return rc < 0 ? rc : add_tags(r->loader, &r->draft.tags, &tags);
}

static int read_exceptions(struct rule_item_reader *r, bool appends)
{
	return exceptions_read(r->loader, r->item, r->context, appends, &r->draft.exceptions);
}

/* What the key says, into the draft. */
static int read_key(struct rule_item_reader *r, enum rule_key key, bool appends)
{
	struct rules_loader *loader = r->loader;
	const char *name = rule_keys[key].name;

	switch (key) {
	case KEY_CONDITION: return read_condition(r);
	case KEY_OUTPUT: return read_output(r);
	case KEY_DESCRIPTION: return read_description(r);
	case KEY_TAGS: return read_tags(r);
	case KEY_EXCEPTIONS: return read_exceptions(r, appends);
	case KEY_PRIORITY: return read_priority(r);
	case KEY_CAPTURE:
		return item_optional_bool(loader, r->item, name, r->context, &r->draft.capture);
	case KEY_CAPTURE_DURATION:
		return item_optional_u32(loader, r->item, name, r->context,
					 &r->draft.capture_duration_ms);
	case KEY_ENABLED:
		return item_optional_bool(loader, r->item, name, r->context, &r->draft.enabled);
	case KEY_WARN_EVTTYPES:
		return item_optional_bool(loader, r->item, name, r->context,
					  &r->draft.warn_evttypes);
	case KEY_SKIP:
		return item_optional_bool(loader, r->item, name, r->context,
					  &r->draft.skip_if_unknown);
	case KEY_COUNT: break;
	}
	return 0;
}

static int read_source(struct rule_item_reader *r)
{
	int rc = item_optional_text(r->loader, r->item, "source", r->context, &r->source);

	r->draft.source = rc == 0 && r->source ? r->source->text : SOURCE_DEFAULT;
	return rc;
}

static struct rule_draft *known_rule(struct rule_item_reader *r)
{
	return names_get(&r->loader->collection.rules, r->draft.name, strlen(r->draft.name));
}

/* A complete definition, new or in place of a former one. */
static int define_rule(struct rule_item_reader *r)
{
	struct rules_loader *loader = r->loader;
	struct rule_draft *rule = known_rule(r), *added;
	int total = 0, rc;

	for (enum rule_key key = 0; key < KEY_COUNT; key++)
		if (!loader_goes_on(read_key(r, key, false), &total))
			return total;
	if (!loader_goes_on(exceptions_check(loader, &r->draft.exceptions), &total))
		return total;
	if (rule && strcmp(rule->source, r->draft.source) != 0)
		return loader_error(loader, RULE_CODE_ERR_VALIDATE, r->context, SOURCE_DIFFERS);
	r->draft.unknown_source = strcmp(r->draft.source, SOURCE_DEFAULT) != 0;
	if (r->draft.unknown_source) {
		rc = loader_warn(loader, RULE_CODE_UNKNOWN_SOURCE, r->context,
				 "Unknown source %s, skipping", r->draft.source);
		if (rc < 0)
			return rc;
	}
	condition_init(&r->draft.condition, &loader->arena);
	if (r->condition)
		condition_add_node(&r->draft.condition, r->context->file, r->condition);
	if (rule) {
		r->draft.index = rule->index;
		r->draft.visibility = loader->collection.next_index++;
		*rule = r->draft;
		return total;
	}
	added = arena_alloc(&loader->arena, sizeof(*added));
	if (!added)
		return -ENOMEM;
	rc = item_next_index(loader, r->context, &r->draft.index);
	r->draft.visibility = r->draft.index;
	*added = r->draft;
	if (rc == 0)
		rc = names_add(&loader->collection.rules, &loader->arena, added);
	return rc < 0 ? rc : total;
}

int item_keep_rule(struct rules_loader *loader, const struct rule_context *context)
{
	struct names *rules = &loader->collection.rules;
	struct rule_draft *rule = names_get(rules, context->name, strlen(context->name));
	int rc;

	if (rule) {
		rule->broken = true;
		return 0;
	}
	rule = arena_alloc(&loader->arena, sizeof(*rule));
	if (!rule)
		return -ENOMEM;
	*rule = (struct rule_draft){
		.name = context->name, .context = context, .source = SOURCE_DEFAULT, .broken = true
	};
	condition_init(&rule->condition, &loader->arena);
	rc = item_next_index(loader, context, &rule->index);
	rule->visibility = rule->index;
	return rc < 0 ? rc : names_add(rules, &loader->arena, rule);
}

/* The earlier rule that an item changes. */
static int find_rule(struct rule_item_reader *r, const char *missing, struct rule_draft **ret_rule)
{
	struct rule_draft *rule = known_rule(r);

	if (!rule)
		return loader_error(r->loader, RULE_CODE_ERR_VALIDATE, r->context, "%s", missing);
	if (r->source && strcmp(rule->source, r->draft.source) != 0)
		return loader_error(r->loader, RULE_CODE_ERR_VALIDATE, r->context, SOURCE_DIFFERS);
	*ret_rule = rule;
	return 0;
}

static int join(struct rules_loader *loader, const char **text, const char *more)
{
	/* What it is appended to is wrong. */
	if (!*text)
		return 0;
	*text = arena_printf(&loader->arena, "%s %s", *text, more);
	return *text ? 0 : -ENOMEM;
}

/* Puts what read_key() has read behind what the rule has. */
static int append_key(struct rule_item_reader *r, enum rule_key key, struct rule_draft *rule)
{
	struct rules_loader *loader = r->loader;

	switch (key) {
	case KEY_CONDITION:
		condition_add_text(&rule->condition, r->context->file, r->condition, 0, " ");
		condition_add_node(&rule->condition, r->context->file, r->condition);
		return rule->condition.failed == -ENOMEM ? -ENOMEM : 0;
	case KEY_OUTPUT:
		rule->output_node = NULL;
		return join(loader, &rule->output, r->draft.output);
	case KEY_DESCRIPTION: return join(loader, &rule->description, r->draft.description);
	case KEY_TAGS: return add_tags(loader, &rule->tags, &r->draft.tags);
	case KEY_EXCEPTIONS: return exceptions_append(loader, rule, &r->draft.exceptions);
	case KEY_PRIORITY:
	case KEY_CAPTURE:
	case KEY_CAPTURE_DURATION:
	case KEY_ENABLED:
	case KEY_WARN_EVTTYPES:
	case KEY_SKIP:
	case KEY_COUNT: break;
	}
	return 0;
}

static int replace_key(struct rule_item_reader *r, enum rule_key key, struct rule_draft *rule)
{
	switch (key) {
	case KEY_CONDITION:
		condition_init(&rule->condition, &r->loader->arena);
		condition_add_node(&rule->condition, r->context->file, r->condition);
		rule->condition_context = r->draft.condition_context;
		return rule->condition.failed == -ENOMEM ? -ENOMEM : 0;
	case KEY_OUTPUT:
		rule->output = r->draft.output;
		rule->output_node = r->draft.output_node;
		rule->output_context = r->draft.output_context;
		break;
	case KEY_DESCRIPTION: rule->description = r->draft.description; break;
	case KEY_TAGS: rule->tags = r->draft.tags; break;
	case KEY_EXCEPTIONS:
		rule->exceptions = r->draft.exceptions;
		return exceptions_check(r->loader, &rule->exceptions);
	case KEY_PRIORITY: rule->priority = r->draft.priority; break;
	case KEY_CAPTURE: rule->capture = r->draft.capture; break;
	case KEY_CAPTURE_DURATION: rule->capture_duration_ms = r->draft.capture_duration_ms; break;
	case KEY_ENABLED: rule->enabled = r->draft.enabled; break;
	case KEY_WARN_EVTTYPES: rule->warn_evttypes = r->draft.warn_evttypes; break;
	case KEY_SKIP: rule->skip_if_unknown = r->draft.skip_if_unknown; break;
	case KEY_COUNT: break;
	}
	return 0;
}

/* Reads a key and applies it to the rule. What of exceptions is right is applied in any case. */
static int change_key(struct rule_item_reader *r, enum rule_key key, enum override how,
		      struct rule_draft *rule)
{
	int rc = read_key(r, key, how == OVERRIDE_APPEND), total = rc;

	if (rc == 0 || (rc == -EBADMSG && key == KEY_EXCEPTIONS))
		(void)loader_goes_on(how == OVERRIDE_APPEND ? append_key(r, key, rule)
							    : replace_key(r, key, rule),
				     &total);
	return total;
}

static int append_rule(struct rule_item_reader *r)
{
	static const enum rule_key keys[] = { KEY_CONDITION, KEY_EXCEPTIONS, KEY_TAGS };
	struct rule_draft *rule = NULL;
	int rc = find_rule(r,
			   "Rule uses 'append' or 'override.<key>: append' but no rule by that "
			   "name already exists",
			   &rule);

	if (!rule)
		return rc;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (node_get(r->item, rule_keys[keys[i]].name) &&
		    !loader_goes_on(change_key(r, keys[i], OVERRIDE_APPEND, rule), &rc))
			return rc;
	}
	rule->visibility = r->loader->collection.next_index++;
	return rc;
}

static int unexpected_key(struct rule_item_reader *r, const struct node *name)
{
	return loader_error(
		r->loader, RULE_CODE_ERR_YAML_VALIDATE,
		loader_context(r->loader, r->context, RULE_ITEM_VALUE, name->text, name),
		"Unexpected key '%s': no corresponding entry under 'override' is defined",
		name->text);
}

/* Each key with its value, each value with its key. */
static int check_overrides(struct rule_item_reader *r, const enum override *overrides)
{
	int total = 0;

	for (enum rule_key key = 0; key < KEY_COUNT; key++) {
		const char *what = rule_keys[key].name;
		const char *how = overrides[key] == OVERRIDE_APPEND ? "An append" : "A replace";

		if (overrides[key] == OVERRIDE_NONE || node_get(r->item, what))
			continue;
		if (!loader_goes_on(
			    loader_error(
				    r->loader, RULE_CODE_ERR_YAML_VALIDATE, r->context,
				    "%s override for '%s' was specified but '%s' is not defined",
				    how, what, what),
			    &total))
			return total;
	}
	for (enum rule_key key = 0; key < KEY_COUNT; key++) {
		const struct node *name = node_key(r->item, rule_keys[key].name);

		if (overrides[key] == OVERRIDE_NONE && name &&
		    !loader_goes_on(unexpected_key(r, name), &total))
			return total;
	}
	return total;
}

/* What is appended comes first. */
static int override_rule(struct rule_item_reader *r, const enum override *overrides)
{
	static const enum override order[] = { OVERRIDE_APPEND, OVERRIDE_REPLACE };
	bool appends = false;
	struct rule_draft *rule = NULL;
	int rc = check_overrides(r, overrides);

	for (enum rule_key key = 0; key < KEY_COUNT; key++)
		appends |= overrides[key] == OVERRIDE_APPEND;
	if (rc == 0)
		rc = find_rule(r,
			       appends ? "Rule uses 'append' or 'override.<key>: append' but no "
					 "rule by that name already exists"
				       : "Rule uses 'override.<key>: replace' but no rule by that "
					 "name already exists",
			       &rule);
	if (rc < 0)
		return rc;
	for (size_t o = 0; o < sizeof(order) / sizeof(order[0]); o++)
		for (enum rule_key key = 0; key < KEY_COUNT; key++)
			if (overrides[key] == order[o] &&
			    !loader_goes_on(change_key(r, key, order[o], rule), &rc))
				return rc;
	rule->visibility = r->loader->collection.next_index++;
	return rc;
}

static int enable_rule(struct rule_item_reader *r)
{
	struct rule_draft *rule = NULL;
	int rc = loader_warn(r->loader, RULE_CODE_DEPRECATED_ITEM, r->context, "%s",
			     ENABLED_DEPRECATED);

	if (rc == 0)
		rc = find_rule(r,
			       "Rule has 'enabled' key only, but no rule by that name already "
			       "exists",
			       &rule);
	if (rc == 0)
		rc = read_key(r, KEY_ENABLED, false);
	if (rc == 0 && rule)
		rule->enabled = r->draft.enabled;
	return rc;
}

/* Has the item `enabled` and nothing that defines a rule? */
static bool only_enables(const struct node *item)
{
	return node_get(item, "enabled") && !node_get(item, "condition") &&
	       !node_get(item, "output") && !node_get(item, "desc") && !node_get(item, "priority");
}

int item_read_rule(struct rules_loader *loader, const struct node *item,
		   const struct rule_context *file)
{
	static const char *const known[] = { "rule",     "condition",
					     "output",   "desc",
					     "tags",     "exceptions",
					     "priority", "capture",
					     "source",   "capture_duration",
					     "enabled",  "warn_evttypes",
					     "append",   "skip-if-unknown-filter",
					     "override", NULL };
	struct rule_item_reader r = {
		.loader = loader,
		.item = item,
		.draft = { .enabled = true, .warn_evttypes = true },
	};
	struct overrides overrides = { .keys = rule_keys };
	const struct node *name;
	bool overridden = false;
	int read, rc = item_text(loader, item, "rule",
				 loader_context(loader, file, RULE_ITEM_RULE, "", item), &name);

	if (rc < 0)
		return rc;
	r.draft.name = name->text;
	r.context = r.draft.context =
		loader_context(loader, file, RULE_ITEM_RULE, name->text, item);
	if (!r.context)
		return -ENOMEM;
	rc = 0;
	if (!loader_goes_on(item_check_keys(loader, item, r.context, known), &rc) ||
	    !loader_goes_on(read_source(&r), &rc))
		return rc;
	read = item_overrides(loader, item, r.context, &overrides);
	/* What the item is for is not known then. */
	if (read < 0)
		return read;
	for (enum rule_key key = 0; key < KEY_COUNT; key++)
		overridden |= overrides.what[key] != OVERRIDE_NONE;
	if (overridden)
		read = override_rule(&r, overrides.what);
	else if (overrides.appends)
		read = append_rule(&r);
	else
		read = only_enables(item) ? enable_rule(&r) : define_rule(&r);
	(void)loader_goes_on(read, &rc);
	return rc;
}
