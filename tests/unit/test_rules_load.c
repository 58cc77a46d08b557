/* SPDX-License-Identifier: Apache-2.0 */
/* Rule files of tests/cases/rules_load.txt: what they become, and what is found in them. */
#include <assert.h>
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run_suite.h"
#include "state/rules/rules.h"

#define CASES "tests/cases/rules_load.txt"
#define FILES_MAX 8
#define LINES_MAX 32

struct case_file {
	char *name, *text;
	size_t len;
};

struct load_case {
	char *name;
	struct case_file files[FILES_MAX];
	size_t files_len;
	char *lines[LINES_MAX];
	size_t lines_len;
};

static char *cases_text;
static struct load_case *cases;
static size_t cases_len;

/* The line at *text, which moves behind it; NULL at the end. */
static char *next_line(char **text)
{
	char *line = *text, *end;

	if (!*line)
		return NULL;
	end = strchr(line, '\n');
	assert(end);
	*end = '\0';
	*text = end + 1;
	return line;
}

static void read_cases(void)
{
	FILE *file = fopen(CASES, "re");
	struct load_case *c = NULL;
	struct case_file *open = NULL;
	char *text, *line;
	bool expect = false;
	size_t len;

	assert(file);
	cases_text = calloc(1, 1 << 20);
	len = fread(cases_text, 1, (1 << 20) - 1, file);
	assert(len > 0);
	fclose(file);
	cases = calloc(1000, sizeof(*cases));
	text = cases_text;
	while ((line = next_line(&text))) {
		if (strncmp(line, "=== ", 4) == 0) {
			c = &cases[cases_len++];
			c->name = line + 4;
			expect = false;
			open = NULL;
		} else if (strncmp(line, "--- ", 4) == 0 && c) {
			expect = strcmp(line + 4, "expect") == 0;
			open = expect ? NULL : &c->files[c->files_len++];
			if (open)
				*open = (struct case_file){ .name = line + 4, .text = text };
		} else if (expect && *line) {
			assert(c && c->lines_len < LINES_MAX);
			c->lines[c->lines_len++] = line;
		} else if (open) {
			/* The files' own newlines. */
			line[strlen(line)] = '\n';
			open->len = (size_t)(text - open->text);
		}
	}
	assert(cases_len > 50);
}

struct loaded {
	const struct load_case *c;
	struct rules_loader *loader;
	struct rules *rules;
	bool failed;
	size_t findings;
};

static void load(struct loaded *loaded)
{
	struct rules_options options;

	rules_options_init(&options);
	ck_assert_int_eq(rules_loader_new(&options, &loaded->loader), 0);
	for (size_t i = 0; i < loaded->c->files_len; i++) {
		const struct case_file *file = &loaded->c->files[i];
		int rc = rules_loader_add(loaded->loader, file->name, file->text ? file->text : "",
					  file->len);

		ck_assert(rc == 0 || rc == -EBADMSG);
		ck_assert_int_eq(rc<0, rules_loader_result(loaded->loader, i)->errors.len> 0);
		loaded->failed |= rc < 0;
	}
	for (size_t i = 0; i < rules_loader_len(loaded->loader); i++) {
		const struct rule_file_result *result = rules_loader_result(loaded->loader, i);

		loaded->findings +=
			result->errors.len + result->warnings.len + result->compile_warnings.len;
	}
	ck_assert_int_eq(rules_loader_finish(loaded->loader, &loaded->rules), 0);
}

static const struct rule *find_rule(const struct loaded *loaded, const char *name, size_t len)
{
	for (size_t i = 0; i < rules_len(loaded->rules); i++) {
		const struct rule *rule = rules_at(loaded->rules, i);

		if (strlen(rule->name) == len && strncmp(rule->name, name, len) == 0)
			return rule;
	}
	ck_abort_msg("%s: no rule %.*s", loaded->c->name, (int)len, name);
	return NULL;
}

/* All findings of all files, for a callback that returns true for one that it wanted. */
static bool any_finding(const struct loaded *loaded,
			bool (*fn)(const struct rule_finding *finding, const void *ctx),
			const void *ctx)
{
	for (size_t i = 0; i < rules_loader_len(loaded->loader); i++) {
		const struct rule_file_result *result = rules_loader_result(loaded->loader, i);
		const struct rule_findings *all[] = { &result->errors, &result->warnings,
						      &result->compile_warnings };

		for (size_t k = 0; k < 3; k++)
			for (size_t n = 0; n < all[k]->len; n++)
				if (fn(all[k]->items[n], ctx))
					return true;
	}
	return false;
}

static void print_findings(const struct loaded *loaded)
{
	for (size_t i = 0; i < rules_loader_len(loaded->loader); i++) {
		const struct rule_file_result *result = rules_loader_result(loaded->loader, i);
		const struct rule_findings *all[] = { &result->errors, &result->warnings,
						      &result->compile_warnings };

		for (size_t k = 0; k < 3; k++)
			for (size_t n = 0; n < all[k]->len; n++) {
				const struct rule_finding *f = all[k]->items[n];

				fprintf(stderr, "  found: %s %u:%u %s '%s': %s\n",
					rule_code_at(f->code)->name, f->context->place.line + 1,
					f->context->place.column + 1,
					rule_item_name(f->context->item), f->context->name,
					f->message);
			}
	}
}

/* "CODE LINE:COLUMN ITEM 'NAME': MESSAGE" */
struct wanted {
	char code[64], item[64], name[64];
	unsigned line, column;
	const char *message;
};

static bool is_wanted(const struct rule_finding *finding, const void *ctx)
{
	const struct wanted *w = ctx;
	const struct rule_context *at = finding->context;
	bool in_item = false;

	for (const struct rule_context *c = at; c; c = c->parent)
		in_item |= strcmp(rule_item_name(c->item), w->item) == 0 &&
			   strcmp(c->name, w->name) == 0;
	return strcmp(rule_code_at(finding->code)->name, w->code) == 0 && in_item &&
	       at->place.line + 1 == w->line && at->place.column + 1 == w->column &&
	       strstr(finding->message, w->message);
}

static bool has_other_code(const struct rule_finding *finding, const void *ctx)
{
	return strcmp(rule_code_at(finding->code)->name, ctx) != 0;
}

static void check_finding(const struct loaded *loaded, const char *line)
{
	struct wanted w;
	const char *quote = strstr(line, " '"), *end = strstr(line, "': ");
	int used = 0;

	ck_assert_int_eq(sscanf(line, "%63s %u:%u %n", w.code, &w.line, &w.column, &used), 3);
	ck_assert_msg(quote && end, "%s: %s", loaded->c->name, line);
	snprintf(w.item, sizeof(w.item), "%.*s", (int)(quote - line) - used, line + used);
	snprintf(w.name, sizeof(w.name), "%.*s", (int)(end - quote) - 2, quote + 2);
	w.message = end + 3;
	if (any_finding(loaded, is_wanted, &w))
		return;
	print_findings(loaded);
	ck_abort_msg("%s: not found: %s", loaded->c->name, line);
}

static void check_names(const struct loaded *loaded, const char *line, const char *const *names,
			size_t len)
{
	const char *wanted = strstr(line, ": ") + 2;
	char text[256] = "";

	for (size_t i = 0; i < len; i++) {
		strncat(text, i ? ", " : "", sizeof(text) - strlen(text) - 1);
		strncat(text, names[i], sizeof(text) - strlen(text) - 1);
	}
	ck_assert_msg(strcmp(text, wanted) == 0, "%s: %s, found %s", loaded->c->name, line, text);
}

static void check_uses(const struct loaded *loaded, const char *line, const struct rule *rule)
{
	const char *names[64];
	size_t len = 0;

	for (size_t i = 0; i < rule->macros_len; i++)
		names[len++] = rule->macros[i];
	for (size_t i = 0; i < rule->lists_len; i++)
		names[len++] = rule->lists[i];
	check_names(loaded, line, names, len);
}

/* "WORD RULE: TEXT" */
static void check_rule(const struct loaded *loaded, const char *line)
{
	size_t word = strcspn(line, " ");
	const char *name = line + word + 1, *colon = strstr(name, ": ");
	const struct rule *rule;
	const char *found;

	ck_assert_msg(colon, "%s: %s", loaded->c->name, line);
	rule = find_rule(loaded, name, (size_t)(colon - name));
	if (strncmp(line, "uses ", 5) == 0) {
		check_uses(loaded, line, rule);
	} else if (strncmp(line, "tags ", 5) == 0) {
		check_names(loaded, line, rule->tags, rule->tags_len);
	} else {
		found = strncmp(line, "output ", 7) == 0 ? rule->output : rule->compiled;
		ck_assert_msg(strcmp(found, colon + 2) == 0, "%s: %s\n  found %s", loaded->c->name,
			      line, found);
	}
}

static size_t enabled_len(const struct rules *rules)
{
	size_t enabled = 0;

	for (size_t i = 0; i < rules_len(rules); i++)
		enabled += rules_at(rules, i)->enabled;
	return enabled;
}

static void check_schema(const struct loaded *loaded, const char *wanted)
{
	static const char *const names[] = { [RULE_SCHEMA_NONE] = "none",
					     [RULE_SCHEMA_OK] = "ok",
					     [RULE_SCHEMA_FAILED] = "failed" };
	const struct rule_file_result *result =
		rules_loader_result(loaded->loader, loaded->c->files_len - 1);

	ck_assert_msg(strcmp(names[result->schema], wanted) == 0, "%s: schema %s: %s",
		      loaded->c->name, names[result->schema], result->schema_problem);
}

/* Returns how many findings the line is about. */
static size_t check_line(const struct loaded *loaded, const char *line)
{
	const char *name = loaded->c->name, *value = line + strcspn(line, " ");

	value += *value == ' ';
	if (strncmp(line, "LOAD_", 5) == 0) {
		check_finding(loaded, line);
		return 1;
	}
	if (strcmp(line, "ok") == 0 || strcmp(line, "error") == 0) {
		if (loaded->failed != (*line == 'e'))
			print_findings(loaded);
		ck_assert_msg(loaded->failed == (*line == 'e'), "%s: not %s", name, line);
	} else if (strncmp(line, "only ", 5) == 0) {
		if (any_finding(loaded, has_other_code, value))
			print_findings(loaded);
		ck_assert_msg(!any_finding(loaded, has_other_code, value), "%s: %s", name, line);
		return loaded->findings ? loaded->findings : 1;
	} else if (strncmp(line, "rules ", 6) == 0) {
		ck_assert_msg(rules_len(loaded->rules) == strtoul(value, NULL, 10), "%s: %s, %zu",
			      name, line, rules_len(loaded->rules));
	} else if (strncmp(line, "enabled ", 8) == 0) {
		ck_assert_msg(enabled_len(loaded->rules) == strtoul(value, NULL, 10), "%s: %s",
			      name, line);
	} else if (strncmp(line, "first ", 6) == 0) {
		ck_assert_str_eq(rules_at(loaded->rules, 0)->name, value);
	} else if (strncmp(line, "schema ", 7) == 0) {
		check_schema(loaded, value);
	} else {
		check_rule(loaded, line);
	}
	return 0;
}

START_TEST(test_case)
{
	struct loaded loaded = { .c = &cases[_i] };
	size_t wanted = 0;

	ck_assert_msg(loaded.c->lines_len > 0, "%s: expects nothing", loaded.c->name);
	load(&loaded);
	for (size_t i = 0; i < loaded.c->lines_len; i++)
		wanted += check_line(&loaded, loaded.c->lines[i]);
	if (wanted != loaded.findings)
		print_findings(&loaded);
	ck_assert_msg(wanted == loaded.findings, "%s: %zu findings, wanted %zu", loaded.c->name,
		      loaded.findings, wanted);
	rules_free(loaded.rules);
	rules_loader_free(loaded.loader);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("rules_load");

	read_cases();
	tcase_add_loop_test(tcase, test_case, 0, (int)cases_len);
	return run_suite("rules_load", tcase);
}
