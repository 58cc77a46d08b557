/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rule files with known answers, where they are (../shared). What their `runtime` says needs
 * captures that are not there; only their loading is tested. Rows whose message is one that a later
 * version of the same check words differently, in the same file, are compared without it.
 */
#include <check.h>
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run_suite.h"
#include "state/rules/rules.h"

#define CASES "../shared/cases/rulefile_cases.json"
#define STABLE "../shared/cases/rules/falco_rules.yaml"

static struct json_object *root;

/* Codes and messages of old rows that newer rows of the file replace. */
static const struct {
	const char *old, *new;
} renamed[] = {
	{ "LOAD_UNKNOWN_FIELD", "LOAD_UNKNOWN_FILTER" },
	{ "Can't decode YAML scalar value", "Unable to parse engine version" },
	{ "Macro has 'append' key but no macro", "but no macro by that name already exists" },
	{ "Rule has 'append' key but no rule", "but no rule by that name already exists" },
};

static const char *current(const char *text)
{
	for (size_t i = 0; i < sizeof(renamed) / sizeof(renamed[0]); i++)
		if (strncmp(text, renamed[i].old, strlen(renamed[i].old)) == 0)
			return renamed[i].new;
	return text;
}

static struct json_object *member(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;

	return json_object_object_get_ex(object, key, &value) ? value : NULL;
}

static const char *text_of(struct json_object *object, const char *key)
{
	struct json_object *value = member(object, key);

	return value ? json_object_get_string(value) : NULL;
}

static size_t length_of(struct json_object *array)
{
	return array ? json_object_array_length(array) : 0;
}

struct loaded {
	const char *id;
	struct rules_loader *loader;
	struct rules *rules;
	bool failed;
};

static void load_text(struct loaded *loaded, const char *name, const char *text)
{
	int rc = rules_loader_add(loaded->loader, name, text, strlen(text));

	ck_assert_msg(rc == 0 || rc == -EBADMSG, "%s: %d", loaded->id, rc);
	loaded->failed |= rc < 0;
}

static void load_begin(struct loaded *loaded, const struct rules_options *options)
{
	struct rules_options defaults;

	rules_options_init(&defaults);
	ck_assert_int_eq(rules_loader_new(options ? options : &defaults, &loaded->loader), 0);
}

static void load_end(struct loaded *loaded)
{
	rules_free(loaded->rules);
	rules_loader_free(loaded->loader);
}

static bool fits(const struct rule_finding *finding, struct json_object *wanted)
{
	const char *contains = text_of(wanted, "message_contains");
	const char *message = text_of(wanted, "message");
	const char *code = text_of(wanted, "code"), *item = text_of(wanted, "item_type");
	bool in_item = !item;

	for (const struct rule_context *c = finding->context; c; c = c->parent)
		in_item |= item && strcmp(rule_item_name(c->item), item) == 0 &&
			   strcmp(c->name, text_of(wanted, "item_name")) == 0;
	if (message && current(message) == message && strcmp(finding->message, message) != 0)
		return false;
	if (message && !strstr(finding->message, current(message)))
		return false;
	return in_item && (!contains || strstr(finding->message, contains)) &&
	       (!code || strcmp(rule_code_at(finding->code)->name, current(code)) == 0);
}

static bool has_finding(const struct loaded *loaded, struct json_object *wanted)
{
	for (size_t i = 0; i < rules_loader_len(loaded->loader); i++) {
		const struct rule_file_result *result = rules_loader_result(loaded->loader, i);
		const struct rule_findings *all[] = { &result->errors, &result->warnings,
						      &result->compile_warnings };

		for (size_t k = 0; k < 3; k++)
			for (size_t n = 0; n < all[k]->len; n++)
				if (fits(all[k]->items[n], wanted))
					return true;
	}
	return false;
}

static size_t warnings_len(const struct loaded *loaded)
{
	size_t len = 0;

	for (size_t i = 0; i < rules_loader_len(loaded->loader); i++) {
		const struct rule_file_result *result = rules_loader_result(loaded->loader, i);

		len += result->warnings.len + result->compile_warnings.len;
	}
	return len;
}

static void check_findings(const struct loaded *loaded, struct json_object *array, bool wanted)
{
	for (size_t i = 0; i < length_of(array); i++) {
		struct json_object *finding = json_object_array_get_idx(array, i);

		ck_assert_msg(
			has_finding(loaded, finding) == wanted, "%s: %s %s", loaded->id,
			wanted ? "not found:" : "unwanted:", json_object_to_json_string(finding));
	}
}

static void check_conditions(const struct loaded *loaded, struct json_object *conditions)
{
	json_object_object_foreach(conditions, name, value)
	{
		const struct rule *rule = NULL;

		for (size_t i = 0; i < rules_len(loaded->rules); i++)
			if (strcmp(rules_at(loaded->rules, i)->name, name) == 0)
				rule = rules_at(loaded->rules, i);
		ck_assert_msg(rule, "%s: no rule %s", loaded->id, name);
		ck_assert_str_eq(rule->compiled, json_object_get_string(value));
	}
}

static void check_schema(const struct loaded *loaded, const char *wanted)
{
	bool ok = true;

	for (size_t i = 0; i < rules_loader_len(loaded->loader); i++)
		ok &= rules_loader_result(loaded->loader, i)->schema != RULE_SCHEMA_FAILED;
	ck_assert_msg(ok == (strcmp(wanted, "ok") == 0), "%s: schema is not %s", loaded->id,
		      wanted);
}

static void check_enabled(const struct loaded *loaded, int wanted)
{
	int enabled = 0;

	for (size_t i = 0; i < rules_len(loaded->rules); i++)
		enabled += rules_at(loaded->rules, i)->enabled;
	ck_assert_int_eq(enabled, wanted);
}

/* Files that are right though another one of the case is not. */
static void check_ok_files(const struct loaded *loaded, struct json_object *names)
{
	for (size_t i = 0; i < length_of(names); i++) {
		const char *name = json_object_get_string(json_object_array_get_idx(names, i));
		bool ok = false;

		for (size_t k = 0; k < rules_loader_len(loaded->loader); k++) {
			const struct rule_file_result *r = rules_loader_result(loaded->loader, k);

			ok |= strstr(r->file->name, name) && r->errors.len == 0;
		}
		ck_assert_msg(ok, "%s: %s is not right", loaded->id, name);
	}
}

START_TEST(test_case)
{
	struct json_object *c = json_object_array_get_idx(member(root, "cases"), (size_t)_i);
	struct json_object *files = member(c, "files");
	struct loaded loaded = { .id = text_of(c, "id") };

	load_begin(&loaded, NULL);
	for (size_t i = 0; i < length_of(files); i++) {
		struct json_object *file = json_object_array_get_idx(files, i);

		load_text(&loaded, text_of(file, "name"), text_of(file, "text"));
	}
	ck_assert_int_eq(rules_loader_finish(loaded.loader, &loaded.rules), 0);
	ck_assert_msg(loaded.failed == (strcmp(text_of(c, "expect"), "error") == 0),
		      "%s: expected %s", loaded.id, text_of(c, "expect"));
	check_findings(&loaded, member(c, "errors"), true);
	check_findings(&loaded, member(c, "warnings"), true);
	check_findings(&loaded, member(c, "absent_warnings"), false);
	if (member(c, "has_warnings"))
		ck_assert_msg((warnings_len(&loaded) > 0) ==
				      json_object_get_boolean(member(c, "has_warnings")),
			      "%s: %zu warnings", loaded.id, warnings_len(&loaded));
	if (member(c, "schema"))
		check_schema(&loaded, text_of(c, "schema"));
	if (member(c, "compiled_condition"))
		check_conditions(&loaded, member(c, "compiled_condition"));
	if (member(c, "enabled_rules"))
		check_enabled(&loaded, json_object_get_int(member(c, "enabled_rules")));
	check_ok_files(&loaded, member(c, "ok_files"));
	load_end(&loaded);
}
END_TEST

START_TEST(test_plugins)
{
	struct json_object *c =
		json_object_array_get_idx(member(root, "plugin_requirements"), (size_t)_i);
	struct loaded loaded = { .id = text_of(c, "text") };
	struct rules_plugin plugins[8];
	struct rules_options options;

	rules_options_init(&options);
	options.plugins = plugins;
	options.plugins_len = 0;
	json_object_object_foreach(member(c, "plugins"), name, version)
	{
		ck_assert_uint_lt(options.plugins_len, 8);
		plugins[options.plugins_len++] =
			(struct rules_plugin){ .name = name,
					       .version = json_object_get_string(version) };
	}
	load_begin(&loaded, &options);
	load_text(&loaded, "rules.yaml", text_of(c, "text"));
	ck_assert_msg(loaded.failed == (strcmp(text_of(c, "expect"), "error") == 0), "%s",
		      loaded.id);
	load_end(&loaded);
}
END_TEST

START_TEST(test_wildcard)
{
	struct json_object *c =
		json_object_array_get_idx(member(root, "wildcard_names"), (size_t)_i);

	ck_assert_msg(rules_name_fits(text_of(c, "pattern"), text_of(c, "name")) ==
			      json_object_get_boolean(member(c, "match")),
		      "%s", json_object_to_json_string(c));
}
END_TEST

static bool has_code(const struct rule_findings *findings, enum rule_code code)
{
	for (size_t i = 0; i < findings->len; i++)
		if (findings->items[i]->code == code)
			return true;
	return false;
}

/* Some of the fields do not exist here: the warning comes beside the error. */
START_TEST(test_na_and_dir)
{
	struct json_object *c =
		json_object_array_get_idx(member(root, "na_and_dir_warnings"), (size_t)_i);
	struct loaded loaded = { .id = text_of(c, "filter") };
	const struct rule_file_result *result;
	char text[512];
	bool warns;

	snprintf(text, sizeof(text),
		 "- {rule: r, desc: d, output: o, priority: info, warn_evttypes: false, "
		 "condition: '%s'}\n",
		 loaded.id);
	load_begin(&loaded, NULL);
	load_text(&loaded, "rules.yaml", text);
	result = rules_loader_result(loaded.loader, 0);
	warns = has_code(&result->warnings, RULE_CODE_UNSAFE_NA_CHECK) ||
		has_code(&result->compile_warnings, RULE_CODE_UNSAFE_NA_CHECK) ||
		has_code(&result->compile_warnings, RULE_CODE_DEPRECATED_ITEM);
	ck_assert_msg(warns == json_object_get_boolean(member(c, "warns")), "%s", loaded.id);
	load_end(&loaded);
}
END_TEST

START_TEST(test_stable_file)
{
	struct loaded loaded = { .id = STABLE };
	struct rules_counts counts;
	char *text = calloc(1, 1 << 20);
	FILE *file = fopen(STABLE, "re");

	ck_assert_ptr_nonnull(file);
	ck_assert_uint_gt(fread(text, 1, (1 << 20) - 1, file), 0);
	fclose(file);
	load_begin(&loaded, NULL);
	load_text(&loaded, "falco_rules.yaml", text);
	ck_assert(!loaded.failed);
	ck_assert_uint_eq(warnings_len(&loaded), 0);
	ck_assert_int_eq(rules_loader_result(loaded.loader, 0)->schema, RULE_SCHEMA_OK);
	rules_loader_counts(loaded.loader, &counts);
	ck_assert_uint_eq(counts.rules, 25);
	ck_assert_uint_eq(counts.macros, 87);
	ck_assert_uint_eq(counts.lists, 49);
	ck_assert_int_eq(rules_loader_finish(loaded.loader, &loaded.rules), 0);
	ck_assert_uint_eq(rules_len(loaded.rules), 25);
	load_end(&loaded);
	free(text);
}
END_TEST

static int rows(const char *key)
{
	return (int)length_of(member(root, key));
}

int main(void)
{
	TCase *tcase = tcase_create("rules_shared");

	if (access(CASES, R_OK) != 0) {
		printf("rules_shared: no %s: nothing to compare with\n", CASES);
		return 0;
	}
	root = json_object_from_file(CASES);
	if (!root || rows("cases") == 0) {
		fprintf(stderr, "%s: cannot be read\n", CASES);
		return 1;
	}
	tcase_add_loop_test(tcase, test_case, 0, rows("cases"));
	tcase_add_loop_test(tcase, test_plugins, 0, rows("plugin_requirements"));
	tcase_add_loop_test(tcase, test_wildcard, 0, rows("wildcard_names"));
	tcase_add_loop_test(tcase, test_na_and_dir, 0, rows("na_and_dir_warnings"));
	tcase_add_test(tcase, test_stable_file);
	return run_suite("rules_shared", tcase);
}
