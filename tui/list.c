/* SPDX-License-Identifier: Apache-2.0 */
#include "tui/list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "config.h"
#include "keys.h"
#include "option_value.h"
#include "request.h"
#include "rule_describe.h"
#include "state/rules/rules.h"
#include "theme.h"
#include "usage.h"
#include "views/list.h"
#include "state/base/nearest.h"

struct subject {
	const char *name;
	int (*print)(FILE *out, enum list_format format, struct usage_error *err);
	/* The same for what depends on options; instead of print. */
	int (*print_from)(FILE *out, const struct options *options, struct usage_error *err);
};

/* The user's own views are listed too. */
static int print_views(FILE *out, enum list_format format, struct usage_error *err)
{
	struct view_error view_err = { .text = "" };
	struct view_set *views;
	char folder[512];
	bool has_folder = config_folder("views", folder, sizeof(folder)) == 0;
	int rc;

	if (view_set_load(has_folder ? folder : NULL, &views, &view_err) < 0)
		return option_fail(err, "%s:%u:%u: %s", view_err.file, view_err.line,
				   view_err.column, view_err.text);
	rc = list_views(views, out, format);
	view_set_free(views);
	return rc;
}

static int print_columns(FILE *out, enum list_format format, struct usage_error *err)
{
	return list_columns(out, format);
}

static int print_events(FILE *out, enum list_format format, struct usage_error *err)
{
	return list_events(out, format);
}

static int print_fields(FILE *out, enum list_format format, struct usage_error *err)
{
	return list_fields(out, format);
}

static int print_syscalls(FILE *out, enum list_format format, struct usage_error *err)
{
	return list_syscalls(out, format);
}

static int print_keys(FILE *out, enum list_format format, struct usage_error *err)
{
	static const struct list_column columns[] = {
		{ .id = "key", .width = 9 },
		{ .id = "request", .width = 16 },
		{ .id = "group", .width = 14 },
		{ .id = "help" },
	};
	struct list list;

	list_begin(&list, out, format, columns, sizeof(columns) / sizeof(columns[0]));
	for (size_t i = 0; i < key_table_len(); i++) {
		const struct key_row *row = key_at(i);
		enum request request = (enum request)row->request;
		char key[16];

		key_text(row->key, key, sizeof(key));
		list_row(&list,
			 (const struct cell[]){ list_text(key), list_text(request_name(request)),
						list_text(key_group_title(row->group)),
						list_text(request_help_text(request)) });
	}
	return list_end(&list);
}

static void list_theme(void *ctx, const char *name, const char *origin)
{
	list_row(ctx,
		 (const struct cell[]){ list_text(name), list_text(origin ? origin : "built in") });
}

static int print_themes(FILE *out, enum list_format format, struct usage_error *err)
{
	static const struct list_column columns[] = { { .id = "name", .width = 16 },
						      { .id = "origin" } };
	struct list list;
	const struct theme_visitor visitor = { .ctx = &list, .found = list_theme };
	char folder[512];
	bool has_folder = config_folder("themes", folder, sizeof(folder)) == 0;

	list_begin(&list, out, format, columns, 2);
	theme_each(has_folder ? folder : NULL, &visitor);
	return list_end(&list);
}

/* Priorities, names and tags; JSON has everything. */
static int print_rules(FILE *out, const struct options *options, struct usage_error *err)
{
	static const struct list_column columns[] = { { .id = "priority", .width = 13 },
						      { .id = "enabled", .width = 7 },
						      { .id = "name" } };
	struct rules *rules = NULL;
	struct list list;
	int rc = check_load(options, "list rules", &rules, err);

	if (rc < 0)
		return rc;
	if (options->format == FORMAT_JSON) {
		rule_list_json(rules, out);
		rules_free(rules);
		return 0;
	}
	list_begin(&list, out, LIST_TEXT, columns, sizeof(columns) / sizeof(columns[0]));
	for (size_t i = 0; i < rules_len(rules); i++) {
		const struct rule *rule = rules_at(rules, i);

		list_row(&list,
			 (const struct cell[]){ list_text(rule_priority_name(rule->priority)),
						list_text(rule->enabled ? "yes" : "no"),
						list_text(rule->name) });
	}
	rules_free(rules);
	return list_end(&list);
}

static int print_rule_codes(FILE *out, enum list_format format, struct usage_error *err)
{
	static const struct list_column columns[] = { { .id = "code", .width = 30 },
						      { .id = "severity", .width = 8 },
						      { .id = "help" } };
	struct list list;

	list_begin(&list, out, format, columns, sizeof(columns) / sizeof(columns[0]));
	for (enum rule_code code = 0; code < RULE_CODE_COUNT; code++) {
		const struct rule_code_desc *desc = rule_code_at(code);
		bool error = desc->severity == RULE_SEVERITY_ERROR;

		list_row(&list, (const struct cell[]){ list_text(desc->name),
						       list_text(error ? "error" : "warning"),
						       list_text(desc->help) });
	}
	return list_end(&list);
}

static int print_options(FILE *out, enum list_format format, struct usage_error *err)
{
	return usage_list_options(out, format);
}

static int print_modes(FILE *out, enum list_format format, struct usage_error *err)
{
	static const struct list_column columns[] = { { .id = "subcommand", .width = 10 },
						      { .id = "synopsis", .width = 72 },
						      { .id = "help" } };
	struct list list;

	list_begin(&list, out, format, columns, sizeof(columns) / sizeof(columns[0]));
	for (enum mode mode = 0; mode < MODE_COUNT; mode++) {
		const struct mode_desc *desc = mode_at(mode);

		list_row(&list,
			 (const struct cell[]){ list_text(desc->name), list_text(desc->synopsis),
						list_text(desc->help) });
	}
	return list_end(&list);
}

static int print_subjects(FILE *out, enum list_format format, struct usage_error *err);

static const struct subject subjects[] = {
	{ .name = "views", .print = print_views },
	{ .name = "columns", .print = print_columns },
	{ .name = "fields", .print = print_fields },
	{ .name = "events", .print = print_events },
	{ .name = "syscalls", .print = print_syscalls },
	{ .name = "rules", .print_from = print_rules },
	{ .name = "themes", .print = print_themes },
	{ .name = "keys", .print = print_keys },
	{ .name = "options", .print = print_options },
	{ .name = "rule-codes", .print = print_rule_codes },
	{ .name = "modes", .print = print_modes },
	{ .name = "subjects", .print = print_subjects },
};
#define SUBJECTS (sizeof(subjects) / sizeof(subjects[0]))

/* What can be listed, this one too. */
static int print_subjects(FILE *out, enum list_format format, struct usage_error *err)
{
	static const struct list_column columns[] = { { .id = "subject" } };
	struct list list;

	list_begin(&list, out, format, columns, 1);
	for (size_t i = 0; i < SUBJECTS; i++)
		list_row(&list, (const struct cell[]){ list_text(subjects[i].name) });
	return list_end(&list);
}

int list_run(FILE *out, const struct options *options, struct usage_error *err)
{
	bool json = options->format == FORMAT_JSON;
	const char *subject = options->subject;
	struct nearest nearest = { .wrong = subject };
	char names[200];
	size_t len = 0;

	for (size_t i = 0; i < SUBJECTS; i++) {
		int rc;

		nearest_offer(&nearest, subjects[i].name);
		if (strcmp(subject, subjects[i].name) != 0)
			continue;
		rc = subjects[i].print_from
			     ? subjects[i].print_from(out, options, err)
			     : subjects[i].print(out, json ? LIST_JSON : LIST_TEXT, err);
		/* A failed write is seen again when the output is closed. */
		return rc == -EINVAL ? rc : 0;
	}
	if (nearest.best)
		return option_fail(err, "list %s: no such subject; did you mean %s?", subject,
				   nearest.best);
	for (size_t i = 0; i < SUBJECTS && len < sizeof(names); i++)
		len += (size_t)snprintf(names + len, sizeof(names) - len, "%s%s", i ? ", " : "",
					subjects[i].name);
	return option_fail(err, "list %s: no such subject; there are %s", subject, names);
}
