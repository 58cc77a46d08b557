/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is a file what the schema of rule files describes? That is apart from loading: a file may load
 * and not fit the schema (a key that nobody knows), or fit it and not load (a macro that is not
 * there). Each key has a type wherever it stands in an item, whatever the item's kind.
 *
 * The first problem is kept, with its path: "[3].override.condition".
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loader.h"

enum schema_type {
	SCHEMA_ANY,
	SCHEMA_TEXT,
	SCHEMA_BOOL,
	SCHEMA_NUMBER,
	SCHEMA_TEXTS,
	SCHEMA_PRIORITY,
	SCHEMA_OVERRIDE,   /* append, replace */
	SCHEMA_OVERRIDES,  /* mapping */
	SCHEMA_EXCEPTIONS, /* list of mappings */
	SCHEMA_PLUGINS,    /* list of mappings */
	SCHEMA_PLUGIN_LIST /* of alternatives */
};

struct schema_key {
	const char *name;
	enum schema_type type;
	bool required;
};

static const struct schema_key item_keys[] = {
	{ "required_engine_version", SCHEMA_TEXT, false },
	{ "required_plugin_versions", SCHEMA_PLUGINS, false },
	{ "macro", SCHEMA_TEXT, false },
	{ "condition", SCHEMA_TEXT, false },
	{ "list", SCHEMA_TEXT, false },
	{ "items", SCHEMA_TEXTS, false },
	{ "rule", SCHEMA_TEXT, false },
	{ "desc", SCHEMA_TEXT, false },
	{ "enabled", SCHEMA_BOOL, false },
	{ "output", SCHEMA_TEXT, false },
	{ "append", SCHEMA_BOOL, false },
	{ "priority", SCHEMA_PRIORITY, false },
	{ "source", SCHEMA_TEXT, false },
	{ "exceptions", SCHEMA_EXCEPTIONS, false },
	{ "override", SCHEMA_OVERRIDES, false },
	{ "tags", SCHEMA_TEXTS, false },
	{ "warn_evttypes", SCHEMA_BOOL, false },
	{ "skip-if-unknown-filter", SCHEMA_BOOL, false },
	{ "capture", SCHEMA_BOOL, false },
	{ "capture_duration", SCHEMA_NUMBER, false },
	{ NULL, SCHEMA_ANY, false },
};

static const struct schema_key exception_keys[] = {
	{ "name", SCHEMA_TEXT, true },  { "fields", SCHEMA_ANY, false },
	{ "comps", SCHEMA_ANY, false }, { "values", SCHEMA_ANY, false },
	{ NULL, SCHEMA_ANY, false },
};

static const struct schema_key override_keys[] = {
	{ "items", SCHEMA_OVERRIDE, false },
	{ "desc", SCHEMA_OVERRIDE, false },
	{ "condition", SCHEMA_OVERRIDE, false },
	{ "output", SCHEMA_OVERRIDE, false },
	{ "priority", SCHEMA_OVERRIDE, false },
	{ "enabled", SCHEMA_OVERRIDE, false },
	{ "tags", SCHEMA_OVERRIDE, false },
	{ "exceptions", SCHEMA_OVERRIDE, false },
	{ "warn_evttypes", SCHEMA_OVERRIDE, false },
	{ "skip-if-unknown-filter", SCHEMA_OVERRIDE, false },
	{ "capture", SCHEMA_OVERRIDE, false },
	{ "capture_duration", SCHEMA_OVERRIDE, false },
	{ NULL, SCHEMA_ANY, false },
};

static const struct schema_key plugin_keys[] = {
	{ "name", SCHEMA_TEXT, true },
	{ "version", SCHEMA_TEXT, true },
	{ "alternatives", SCHEMA_PLUGIN_LIST, false },
	{ NULL, SCHEMA_ANY, false },
};

static const struct schema_key alternative_keys[] = {
	{ "name", SCHEMA_TEXT, true },
	{ "version", SCHEMA_TEXT, true },
	{ NULL, SCHEMA_ANY, false },
};

struct schema_problem {
	char path[160];
	char text[160];
};

static bool fails(struct schema_problem *problem, const char *text)
{
	snprintf(problem->text, sizeof(problem->text), "%s", text);
	return false;
}

/* Puts a step in front of the path, on the way out of a failed check. */
static bool fails_in(struct schema_problem *problem, const char *step, size_t index)
{
	char path[sizeof(problem->path)];

	if (step)
		snprintf(path, sizeof(path), ".%.60s%.*s", step, 90, problem->path);
	else
		snprintf(path, sizeof(path), "[%zu]%.*s", index, 130, problem->path);
	memcpy(problem->path, path, sizeof(path));
	return false;
}

static bool check_mapping(const struct node *node, const struct schema_key *keys,
			  struct schema_problem *problem);

static bool check_mappings(const struct node *node, const struct schema_key *keys,
			   struct schema_problem *problem)
{
	if (node->kind != NODE_SEQUENCE)
		return fails(problem, "expected a list");
	for (size_t i = 0; i < node->len; i++)
		if (!check_mapping(node->items[i], keys, problem))
			return fails_in(problem, NULL, i);
	return true;
}

static bool check_texts(const struct node *node, struct schema_problem *problem)
{
	if (node->kind != NODE_SEQUENCE)
		return fails(problem, "expected a list");
	for (size_t i = 0; i < node->len; i++)
		if (node->items[i]->kind != NODE_SCALAR) {
			fails(problem, "expected a text");
			return fails_in(problem, NULL, i);
		}
	return true;
}

/* The written forms "INFO" and "Info" are in the schema, "info" and "iNFO" too: any case is. */
static bool check_scalar_type(const struct node *node, enum schema_type type,
			      struct schema_problem *problem)
{
	static const char *const bools[] = { "true", "True", "TRUE", "false", "False", "FALSE" };
	enum rule_priority priority;
	bool found = false;

	if (node->kind != NODE_SCALAR)
		return fails(problem, "expected a text");
	for (size_t i = 0; i < sizeof(bools) / sizeof(bools[0]); i++)
		found |= strcmp(bools[i], node->text) == 0;
	if (type == SCHEMA_BOOL && !found)
		return fails(problem, "expected true or false");
	if (type == SCHEMA_NUMBER &&
	    (node->len == 0 || node->text[strspn(node->text, "0123456789")] != '\0'))
		return fails(problem, "expected a number");
	if (type == SCHEMA_PRIORITY && rule_priority_parse(node->text, &priority) < 0)
		return fails(problem, "expected a priority");
	if (type == SCHEMA_OVERRIDE && strcmp(node->text, "append") != 0 &&
	    strcmp(node->text, "replace") != 0)
		return fails(problem, "expected append or replace");
	return true;
}

static bool check_value(const struct node *node, enum schema_type type,
			struct schema_problem *problem)
{
	switch (type) {
	case SCHEMA_ANY: return true;
	case SCHEMA_TEXTS: return check_texts(node, problem);
	case SCHEMA_OVERRIDES: return check_mapping(node, override_keys, problem);
	case SCHEMA_EXCEPTIONS: return check_mappings(node, exception_keys, problem);
	case SCHEMA_PLUGINS: return check_mappings(node, plugin_keys, problem);
	case SCHEMA_PLUGIN_LIST: return check_mappings(node, alternative_keys, problem);
	case SCHEMA_TEXT:
	case SCHEMA_BOOL:
	case SCHEMA_NUMBER:
	case SCHEMA_PRIORITY:
	case SCHEMA_OVERRIDE: break;
	}
	return check_scalar_type(node, type, problem);
}

static bool check_mapping(const struct node *node, const struct schema_key *keys,
			  struct schema_problem *problem)
{
	if (node->kind != NODE_MAPPING)
		return fails(problem, "expected a mapping");
	for (size_t k = 0; keys[k].name; k++)
		if (keys[k].required && !node_get(node, keys[k].name)) {
			snprintf(problem->text, sizeof(problem->text), "'%s' is missing",
				 keys[k].name);
			return false;
		}
	for (size_t i = 0; i < node->len; i++) {
		const char *name = node->keys[i]->kind == NODE_SCALAR ? node->keys[i]->text : "";
		size_t k = 0;

		while (keys[k].name && strcmp(keys[k].name, name) != 0)
			k++;
		if (!keys[k].name) {
			fails(problem, "unknown key");
			return fails_in(problem, name, 0);
		}
		if (!check_value(node->items[i], keys[k].type, problem))
			return fails_in(problem, name, 0);
	}
	return true;
}

void schema_check(struct rules_loader *loader, struct loaded_file *file)
{
	struct schema_problem problem = { .path = "" };
	bool fits = true, any = false;
	char *text;

	for (size_t d = 0; d < file->root->len && fits; d++) {
		const struct node *document = file->root->items[d];

		if (document->kind == NODE_NULL)
			continue;
		any = true;
		if (document->kind == NODE_SEQUENCE) {
			for (size_t i = 0; i < document->len && fits; i++)
				if (document->items[i]->kind != NODE_NULL &&
				    !check_mapping(document->items[i], item_keys, &problem))
					fits = fails_in(&problem, NULL, i);
		} else {
			fits = fails(&problem, "expected a list");
		}
	}
	if (!any)
		return;
	file->result.schema = fits ? RULE_SCHEMA_OK : RULE_SCHEMA_FAILED;
	if (fits)
		return;
	text = arena_printf(&loader->arena, "%s: %s", problem.path[0] ? problem.path : "/",
			    problem.text);
	if (text)
		file->result.schema_problem = text;
}
