/* SPDX-License-Identifier: Apache-2.0 */
/* Rules beyond single files: hostile input and limits, rules on and off, versions. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run_suite.h"
#include "state/base/memory.h"
#include "state/rules/rules.h"
#include "state/rules/version.h"

#define RULE_END "  output: o\n  priority: info\n"

/* A text that grows. */
struct source {
	char *text;
	size_t len, size;
};

__attribute__((format(printf, 2, 3))) static void add(struct source *s, const char *format, ...)
{
	va_list args;
	int n;

	if (s->size - s->len < 4096) {
		s->size = s->size ? 2 * s->size : 65536;
		s->text = realloc(s->text, s->size);
		ck_assert_ptr_nonnull(s->text);
	}
	va_start(args, format);
	n = vsnprintf(s->text + s->len, s->size - s->len, format, args);
	va_end(args);
	ck_assert_int_lt(n, 4096);
	s->len += (size_t)n;
}

static void add_many(struct source *s, const char *text, size_t times)
{
	for (size_t i = 0; i < times; i++)
		add(s, "%s", text);
}

static void two_aliases_a_level(struct source *s)
{
	add(s, "- &a0 [x]\n");
	for (int i = 1; i < 1000; i++)
		add(s, "- &a%d [*a%d, *a%d]\n", i, i - 1, i - 1);
}

static void aliases_in_items(struct source *s)
{
	add(s, "- anchors:\n  - &a0 [x, x, x, x, x, x, x, x, x, x]\n");
	for (int i = 1; i < 20; i++)
		add(s, "  - &a%d [*a%d, *a%d, *a%d]\n", i, i - 1, i - 1, i - 1);
	add(s, "- list: l\n  items: *a19\n");
}

static void lists_that_double(struct source *s)
{
	add(s, "- list: l0\n  items: [aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa]\n");
	for (int i = 1; i < 30; i++)
		add(s, "- list: l%d\n  items: [l%d, l%d]\n", i, i - 1, i - 1);
}

static void lists_in_a_condition(struct source *s)
{
	add(s, "- list: l\n  items: [");
	add_many(s, "aaaaaaaaaaaaaaaaaaaa, ", 20000);
	add(s, "b]\n- rule: r\n  desc: d\n  condition: proc.name in (l) and proc.name in (l, l)\n");
	add(s, RULE_END);
}

static void macros_that_double(struct source *s)
{
	add(s, "- macro: m0\n  condition: proc.name in (aaaaaaaa, bbbbbbbb, cccccccc)\n");
	for (int i = 1; i < 40; i++)
		add(s, "- macro: m%d\n  condition: m%d and m%d\n", i, i - 1, i - 1);
}

/* Each is 300 levels deep; one inside the other they are more than any condition may have. */
static void macros_that_nest(struct source *s)
{
	add(s, "- macro: m0\n  condition: evt.type = open\n");
	for (int i = 1; i < 20; i++) {
		add(s, "- macro: m%d\n  condition: ", i);
		add_many(s, "(not (proc.name = a and ", 150);
		add(s, "m%d", i - 1);
		add_many(s, "))", 150);
		add(s, "\n");
	}
}

static void macros_seen_backwards(struct source *s)
{
	for (int i = 0; i < 300; i++)
		add(s, "- macro: m%d\n  condition: evt.type = open\n", i);
	for (int i = 0; i < 299; i++)
		add(s, "- macro: m%d\n  condition: m%d\n", i, i + 1);
}

static void lists_seen_backwards(struct source *s)
{
	for (int i = 0; i < 300; i++)
		add(s, "- list: l%d\n  items: [l%d]\n", i, i + 1);
}

static void wide_names(struct source *s)
{
	for (int i = 0; i < 200; i++)
		add(s, "- list: a b %d\n  items: [x]\n", i);
}

static void deep_parentheses(struct source *s)
{
	add(s, "- rule: r\n  desc: d\n  condition: ");
	add_many(s, "(", 20000);
	add(s, "\n" RULE_END);
}

static void long_text(struct source *s)
{
	add(s, "- rule: r\n  desc: ");
	add_many(s, "dddddddddddddddddddddddddddddddd", 1 << 16);
	add(s, "\n  condition: evt.type = open\n" RULE_END);
}

static void many_values(struct source *s)
{
	add(s, "- list: l\n  items: [");
	add_many(s, "a,", (1u << 20) + 8);
	add(s, "]\n");
}

static void many_items(struct source *s)
{
	for (int i = 0; i < 70000; i++)
		add(s, "- {list: l%d, items: [a]}\n", i);
}

static void invalid_utf8(struct source *s)
{
	add(s, "- list: l\n  items: [\"\xff\xfe\"]\n");
}

static void utf16(struct source *s)
{
	static const char bytes[] = "\xff\xfe-\0 \0l\0i\0s\0t\0";

	add(s, "%s", "");
	memcpy(s->text, bytes, sizeof(bytes) - 1);
	s->len = sizeof(bytes) - 1;
}

static void nul_byte(struct source *s)
{
	add(s, "- list: l\n  items: [\"a\\0b\"]\n");
}

static void many_anchors(struct source *s)
{
	add(s, "- list: l\n  items:\n");
	for (int i = 0; i < 2000; i++)
		add(s, "  - &a%d x\n", i);
}

static void huge_file(struct source *s)
{
	add(s, "# ");
	add_many(s, "comment comment comment comment comment comment comment comment ",
		 (16u << 20) / 64);
}

static const struct hostile_case {
	const char *name;
	void (*make)(struct source *source);
	enum rule_code code;
	const char *message; /* part of it */
	size_t errors;
} hostile_cases[] = {
	{ "aliases, two a level", two_aliases_a_level, RULE_CODE_ERR_YAML_VALIDATE,
	  "Each element should be", REPORT_MAX_FINDINGS },
	{ "aliases in items", aliases_in_items, RULE_CODE_ERR_YAML_VALIDATE,
	  "Can't decode YAML sequence value", 3 },
	{ "lists that double", lists_that_double, RULE_CODE_ERR_VALIDATE,
	  "List has more than 1048576 bytes", 1 },
	{ "lists in a condition", lists_in_a_condition, RULE_CODE_ERR_COMPILE_CONDITION,
	  "more than 1048576 bytes", 1 },
	{ "macros that double", macros_that_double, RULE_CODE_ERR_VALIDATE, "", 1 },
	{ "macros that nest", macros_that_nest, RULE_CODE_ERR_VALIDATE, "too deep", 1 },
	{ "macros seen backwards", macros_seen_backwards, RULE_CODE_ERR_VALIDATE,
	  "Macros nested deeper than 100", 1 },
	{ "lists seen backwards", lists_seen_backwards, RULE_CODE_ERR_VALIDATE,
	  "Lists nested deeper than 100", 1 },
	{ "names with blanks", wide_names, RULE_CODE_ERR_VALIDATE, "More than 100 lists", 1 },
	{ "deep parentheses", deep_parentheses, RULE_CODE_ERR_COMPILE_CONDITION, "depth", 1 },
	{ "a long text", long_text, RULE_CODE_ERR_YAML_PARSE, "more than 1048576 bytes", 1 },
	{ "many values", many_values, RULE_CODE_ERR_YAML_PARSE, "more than 1048576 values", 1 },
	{ "many items", many_items, RULE_CODE_ERR_VALIDATE,
	  "More than 65536 lists, macros and rules", 1 },
	{ "no UTF-8", invalid_utf8, RULE_CODE_ERR_YAML_PARSE, "UTF-8", 1 },
	{ "UTF-16", utf16, RULE_CODE_ERR_YAML_PARSE, "UTF-8", 1 },
	{ "a NUL byte", nul_byte, RULE_CODE_ERR_YAML_PARSE, "NUL byte", 1 },
	{ "many anchors", many_anchors, RULE_CODE_ERR_YAML_PARSE, "more than 1024 anchors", 1 },
	{ "a huge file", huge_file, RULE_CODE_ERR_YAML_PARSE, "more than 16777216 bytes", 1 },
};

START_TEST(test_hostile)
{
	const struct hostile_case *c = &hostile_cases[_i];
	const struct rule_findings *errors;
	struct rules_options options;
	struct rules_loader *loader;
	struct source source = { .len = 0 };
	int rc;

	c->make(&source);
	rules_options_init(&options);
	ck_assert_int_eq(rules_loader_new(&options, &loader), 0);
	rc = rules_loader_add(loader, c->name, source.text, source.len);
	ck_assert_msg(rc == -EBADMSG, "%s: %d", c->name, rc);
	errors = &rules_loader_result(loader, 0)->errors;
	ck_assert_uint_eq(errors->len, c->errors);
	ck_assert_msg(errors->items[0]->code == c->code &&
			      strstr(errors->items[0]->message, c->message),
		      "%s: %s: %s", c->name, rule_code_at(errors->items[0]->code)->name,
		      errors->items[0]->message);
	/* The loader goes on. */
	ck_assert_int_eq(rules_loader_add(loader, "right", "- {list: l, items: [a]}\n", 24), 0);
	rules_loader_free(loader);
	free(source.text);
}
END_TEST

/* Every point at which there can be no memory: an error, nothing else. */
START_TEST(test_no_memory)
{
	static const char text[] =
		"- {list: l, items: [a, b c]}\n- {macro: m, condition: proc.name in (l)}\n"
		"- {rule: r, desc: d, condition: evt.type = open and m, output: o, priority: "
		"info,\n"
		"   tags: [b, a], exceptions: [{name: e, fields: proc.name, values: [x]}]}\n";
	unsigned failed = 0;

	for (size_t bytes = 1024; bytes < 8u << 20; bytes += bytes / 3) {
		struct rules_options options;
		struct rules_loader *loader;
		struct rules *rules = NULL;
		int rc;

		rules_options_init(&options);
		options.memory_bytes = bytes;
		if (rules_loader_new(&options, &loader) < 0)
			continue;
		rc = rules_loader_add(loader, "a", text, sizeof(text) - 1);
		ck_assert_msg(rc == 0 || rc == -ENOMEM || rc == -EBADMSG, "%zu bytes: %d", bytes,
			      rc);
		failed += rc < 0;
		if (rc == 0 && rules_loader_finish(loader, &rules) == 0)
			ck_assert_uint_eq(rules_len(rules), 1);
		rules_free(rules);
		rules_loader_free(loader);
	}
	ck_assert_uint_gt(failed, 0);
}
END_TEST

/* More findings than are kept are counted. */
START_TEST(test_many_findings)
{
	const struct rule_findings *warnings;
	struct rules_options options;
	struct rules_loader *loader;
	struct source source = { .len = 0 };

	for (int i = 0; i < REPORT_MAX_FINDINGS + 5; i++)
		add(&source, "- unknown: %d\n", i);
	rules_options_init(&options);
	ck_assert_int_eq(rules_loader_new(&options, &loader), 0);
	ck_assert_int_eq(rules_loader_add(loader, "a", source.text, source.len), 0);
	warnings = &rules_loader_result(loader, 0)->warnings;
	ck_assert_uint_eq(warnings->len, REPORT_MAX_FINDINGS);
	ck_assert_uint_eq(warnings->dropped, 5);
	rules_loader_free(loader);
	free(source.text);
}
END_TEST

static const char four_rules[] =
	"- {rule: read one, desc: d, condition: evt.type = read, output: o, priority: info, tags: "
	"[a]}\n"
	"- {rule: read two, desc: d, condition: evt.type = read, output: o, priority: error, tags: "
	"[a, b]}\n"
	"- {rule: write, desc: d, condition: evt.type = write, output: o, priority: debug, tags: "
	"[b],\n"
	"   enabled: false}\n"
	"- {rule: other, desc: d, condition: evt.type = open, output: o, priority: alert}\n";

static struct rules *load_four(enum rule_priority least)
{
	struct rules_options options;
	struct rules_loader *loader;
	struct rules *rules;

	rules_options_init(&options);
	options.min_priority = least;
	ck_assert_int_eq(rules_loader_new(&options, &loader), 0);
	ck_assert_int_eq(rules_loader_add(loader, "a", four_rules, sizeof(four_rules) - 1), 0);
	ck_assert_int_eq(rules_loader_finish(loader, &rules), 0);
	rules_loader_free(loader);
	return rules;
}

static const struct select_case {
	const char *name;
	bool tag; /* or a name */
	const char *pattern;
	enum rules_switch to;
	size_t found;
	const char *enabled; /* 0 or 1 for each rule */
} select_cases[] = {
	{ "as the file says", false, "nothing", RULES_DISABLE, 0, "1101" },
	{ "one by name", false, "read one", RULES_DISABLE, 1, "0101" },
	{ "a part is no name", false, "read", RULES_DISABLE, 0, "1101" },
	{ "by wildcard", false, "read*", RULES_DISABLE, 2, "0001" },
	{ "all", false, "*", RULES_DISABLE, 4, "0000" },
	{ "on against the file", false, "wr*", RULES_ENABLE, 1, "1111" },
	{ "by tag", true, "b", RULES_DISABLE, 2, "1001" },
	{ "on by tag", true, "b", RULES_ENABLE, 2, "1111" },
	{ "no such tag", true, "*", RULES_DISABLE, 0, "1101" },
};

START_TEST(test_select)
{
	const struct select_case *c = &select_cases[_i];
	struct rules *rules = load_four(RULE_PRIORITY_DEBUG);
	size_t found = c->tag ? rules_select_tag(rules, c->pattern, c->to)
			      : rules_select_name(rules, c->pattern, c->to);
	char enabled[8] = "";

	ck_assert_int_eq(rules_prepare(rules), 0);
	for (size_t i = 0; i < rules_len(rules); i++) {
		enabled[i] = rules_at(rules, i)->enabled ? '1' : '0';
		ck_assert_int_eq(rules_at(rules, i)->enabled, rules_at(rules, i)->id != UINT32_MAX);
	}
	ck_assert_msg(found == c->found && strcmp(enabled, c->enabled) == 0, "%s: %zu, %s", c->name,
		      found, enabled);
	rules_free(rules);
}
END_TEST

START_TEST(test_priority)
{
	struct rules *rules = load_four(RULE_PRIORITY_ERROR);

	ck_assert_uint_eq(rules_len(rules), 2);
	ck_assert_str_eq(rules_at(rules, 0)->name, "read two");
	ck_assert_str_eq(rules_at(rules, 1)->name, "other");
	rules_free(rules);
}
END_TEST

static const struct version_case {
	const char *text;
	int rc;
	struct version version;
} version_cases[] = {
	{ "1.2.3", 0, { 1, 2, 3 } },
	{ "0.57.0", 0, { 0, 57, 0 } },
	{ "0.57.0-rc1", 0, { 0, 57, 0 } },
	{ "0.57.0+build", 0, { 0, 57, 0 } },
	{ "4294967295.0.0", 0, { 4294967295u, 0, 0 } },
	{ "4294967296.0.0", -EINVAL, { 0, 0, 0 } },
	{ "1.2", -EINVAL, { 0, 0, 0 } },
	{ "1.2.3.4", -EINVAL, { 0, 0, 0 } },
	{ "1..3", -EINVAL, { 0, 0, 0 } },
	{ "v1.2.3", -EINVAL, { 0, 0, 0 } },
	{ "", -EINVAL, { 0, 0, 0 } },
	{ " 1.2.3", -EINVAL, { 0, 0, 0 } },
};

START_TEST(test_version)
{
	const struct version_case *c = &version_cases[_i];
	struct version version = { 0, 0, 0 };

	ck_assert_msg(version_parse(c->text, &version) == c->rc, "%s", c->text);
	ck_assert_msg(memcmp(&version, &c->version, sizeof(version)) == 0, "%s", c->text);
}
END_TEST

START_TEST(test_version_fits)
{
	const struct version have = { 0, 5, 2 };
	const struct version older = { 0, 4, 9 }, same = { 0, 5, 2 }, patch = { 0, 5, 3 },
			     newer = { 0, 6, 0 }, other = { 1, 0, 0 };

	ck_assert(version_fits(&have, &older) && version_fits(&have, &same));
	ck_assert(!version_fits(&have, &patch) && !version_fits(&have, &newer));
	ck_assert(!version_fits(&have, &other) && !version_fits(&other, &have));
}
END_TEST

#define LEN(table) ((int)(sizeof(table) / sizeof((table)[0])))

int main(void)
{
	TCase *tcase = tcase_create("rules");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, test_hostile, 0, LEN(hostile_cases));
	tcase_add_test(tcase, test_no_memory);
	tcase_add_test(tcase, test_many_findings);
	tcase_add_loop_test(tcase, test_select, 0, LEN(select_cases));
	tcase_add_test(tcase, test_priority);
	tcase_add_loop_test(tcase, test_version, 0, LEN(version_cases));
	tcase_add_test(tcase, test_version_fits);
	return run_suite("rules", tcase);
}
