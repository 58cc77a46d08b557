/* SPDX-License-Identifier: Apache-2.0 */
/* What rule files want of the engine and of plugins. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "loader.h"
#include "version.h"

struct plugin_version {
	const char *name, *text;
	struct version version;
};

/* One entry: the plugin or one of its alternatives must be there. */
struct requirement {
	const struct rule_context *context;
	struct vector plugins; /* struct plugin_version * */
};

int item_read_engine_version(struct rules_loader *loader, const struct node *item,
			     const struct rule_context *file)
{
	static const char *const known[] = { "required_engine_version", NULL };
	const struct rule_context *context =
		loader_context(loader, file, RULE_ITEM_ENGINE_VERSION, "", item);
	struct version have, want = { .major = 0 };
	const struct node *value;
	int rc = item_check_keys(loader, item, context, known);

	if (rc == 0)
		rc = item_text(loader, item, known[0], context, &value);
	if (rc != 0)
		return rc;
	/* A number alone is the middle one. */
	if (value->text[strspn(value->text, "0123456789")] == '\0' && value->len < 10)
		want.minor = (uint32_t)strtoul(value->text, NULL, 10);
	else if (version_parse(value->text, &want) < 0)
		return loader_error(loader, RULE_CODE_ERR_YAML_VALIDATE, context,
				    "Unable to parse engine version '%.60s': expected a number or "
				    "MAJOR.MINOR.PATCH",
				    value->text);
	if (version_parse(RULES_ENGINE_VERSION, &have) < 0 || !version_fits(&have, &want))
		return loader_give_up(
			loader_error(loader, RULE_CODE_ERR_VALIDATE, context,
				     "Rules require engine version %u.%u.%u, but engine version "
				     "is " RULES_ENGINE_VERSION,
				     want.major, want.minor, want.patch));
	return 0;
}

/* name and version of an entry. */
static int read_plugin(struct rules_loader *loader, const struct node *entry,
		       const struct rule_context *context, struct requirement *requirement)
{
	struct plugin_version *plugin = arena_alloc(&loader->arena, sizeof(*plugin));
	const struct node *name, *version;
	int rc;

	if (!context || !plugin)
		return -ENOMEM;
	if (entry->kind != NODE_MAPPING)
		return loader_error(loader, RULE_CODE_ERR_YAML_VALIDATE, context,
				    "Expected a mapping with name and version");
	rc = item_text(loader, entry, "name", context, &name);
	if (rc == 0)
		rc = item_text(loader, entry, "version", context, &version);
	if (rc != 0)
		return rc;
	*plugin = (struct plugin_version){ .name = name->text, .text = version->text };
	if (version_parse(version->text, &plugin->version) < 0)
		return loader_error(loader, RULE_CODE_ERR_VALIDATE, context,
				    "Invalid required version '%.60s' for plugin '%.60s': expected "
				    "MAJOR.MINOR.PATCH",
				    version->text, name->text);
	return vector_add(&requirement->plugins, &loader->arena, plugin);
}

static int read_alternatives(struct rules_loader *loader, const struct node *entry,
			     const struct rule_context *context, struct requirement *requirement)
{
	static const char *const known[] = { "name", "version", NULL };
	const struct node *alternatives = node_get(entry, "alternatives");
	int rc = 0;

	if (!alternatives || alternatives->kind == NODE_NULL)
		return 0;
	if (alternatives->kind != NODE_SEQUENCE)
		return loader_error(loader, RULE_CODE_ERR_YAML_VALIDATE, context,
				    "Value of plugin version alternatives must be a sequence");
	for (size_t i = 0; i < alternatives->len && rc == 0; i++) {
		const struct node *node = alternatives->items[i];
		const struct rule_context *at =
			loader_context(loader, context, RULE_ITEM_PLUGIN_ALTERNATIVE, "", node);

		rc = read_plugin(loader, node, at, requirement);
		if (rc == 0)
			rc = item_check_keys(loader, node, at, known);
	}
	return rc;
}

int item_read_plugin_versions(struct rules_loader *loader, const struct node *item,
			      const struct rule_context *file)
{
	static const char *const known_item[] = { "required_plugin_versions", NULL };
	static const char *const known[] = { "name", "version", "alternatives", NULL };
	const struct node *entries = node_get(item, known_item[0]);
	const struct rule_context *context =
		loader_context(loader, file, RULE_ITEM_PLUGIN_VERSIONS, "", item);
	int rc = item_check_keys(loader, item, context, known_item);

	if (rc < 0)
		return rc;
	if (entries->kind != NODE_SEQUENCE)
		return loader_error(loader, RULE_CODE_ERR_YAML_VALIDATE, context,
				    "Value of required_plugin_versions must be a sequence");
	for (size_t i = 0; i < entries->len && rc == 0; i++) {
		const struct node *entry = entries->items[i];
		struct requirement *requirement = arena_alloc(&loader->arena, sizeof(*requirement));

		if (!requirement)
			return -ENOMEM;
		*requirement = (struct requirement){
			.context =
				loader_context(loader, context, RULE_ITEM_PLUGIN_ENTRY, "", entry),
		};
		rc = read_plugin(loader, entry, requirement->context, requirement);
		if (rc == 0)
			rc = item_check_keys(loader, entry, requirement->context, known);
		if (rc == 0)
			rc = read_alternatives(loader, entry, requirement->context, requirement);
		if (rc == 0)
			rc = vector_add(&loader->requirements, &loader->arena, requirement);
	}
	return rc;
}

static bool plugin_is_there(const struct rules_loader *loader, const struct plugin_version *wanted)
{
	for (size_t i = 0; i < loader->options.plugins_len; i++) {
		const struct rules_plugin *plugin = &loader->options.plugins[i];
		struct version have;

		if (strcmp(plugin->name, wanted->name) == 0 &&
		    version_parse(plugin->version, &have) == 0 &&
		    version_fits(&have, &wanted->version))
			return true;
	}
	return false;
}

static int requirement_failed(struct rules_loader *loader, const struct requirement *requirement)
{
	const char *list = "";

	for (size_t i = 0; i < requirement->plugins.len && list; i++) {
		const struct plugin_version *plugin = requirement->plugins.items[i];

		list = arena_printf(&loader->arena, "%s%s%s >= %s", list, i ? ", " : "",
				    plugin->name, plugin->text);
	}
	return list ? loader_error(loader, RULE_CODE_ERR_VALIDATE, requirement->context,
				   "Plugin requirement not satisfied, needs %s%s",
				   requirement->plugins.len > 1 ? "one of " : "", list)
		    : -ENOMEM;
}

int requirements_check(struct rules_loader *loader)
{
	int rc = 0;

	for (size_t i = 0; i < loader->requirements.len; i++) {
		const struct requirement *requirement = loader->requirements.items[i];
		bool met = false;

		for (size_t k = 0; k < requirement->plugins.len && !met; k++)
			met = plugin_is_there(loader, requirement->plugins.items[k]);
		if (!met && !loader_goes_on(requirement_failed(loader, requirement), &rc))
			break;
	}
	/* Without a plugin nothing is known of its fields. */
	return loader_give_up(rc);
}
