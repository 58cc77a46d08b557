/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All errors of a file at once: each that does not follow from another one, at its place, in the
 * order of reading and then of compiling.
 */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "run_suite.h"
#include "state/rules/rules.h"

#define REST "  desc: d\n  output: o\n  priority: info\n"

/* wanted: "LINE:COLUMN part of the message" of each error; a rule called r begins in line 1. */
static const struct {
	const char *name, *text;
	const char *wanted[12];
} cases[] = {
	{ "every rule",
	  "- rule: r\n  condition: proc.nam = a\n" REST
	  "- rule: s\n  condition: evt.type = opn\n" REST
	  "- rule: t\n  condition: evt.type = open\n" REST
	  "- rule: u\n  condition: evt.type = open and\n" REST,
	  { "2:14 nonexistent field proc.nam", "7:25 unknown event type 'opn'",
	    "17:33 expected blanks" } },
	{ "every check of a condition",
	  "- rule: r\n  condition: proc.nam = a and (fd.num = x or fd.sport > 1 and not fd.x "
	  "exists)\n" REST,
	  { "2:14 field proc.nam", "2:41 'x' is not a whole number", "2:67 field fd.x" } },
	{ "condition and output",
	  "- rule: r\n  condition: proc.nam = a\n  desc: d\n  output: o %proc.nme\n  priority: "
	  "info\n",
	  { "4:14 'proc.nme'", "2:14 field proc.nam" } },
	{ "a condition that does not parse, and its output",
	  "- rule: r\n  condition: evt.type =\n  desc: d\n  output: o %proc.nme\n  priority: "
	  "info\n",
	  { "2:24 expected a value", "4:14 'proc.nme'" } },
	{ "keys",
	  "- rule: r\n  condition: proc.nam = a\n  output: [o]\n  priority: loud\n  tags: {a: b}\n",
	  { "3:11 not a scalar", "1:3 no mapping for key 'desc'", "5:9 not a sequence",
	    "4:13 Invalid priority 'loud'", "2:14 field proc.nam" } },
	{ "exceptions, each, and the condition",
	  "- rule: r\n  condition: proc.nam = a\n" REST "  exceptions:\n"
	  "    - name: one\n      fields: [proc.name, fd.name]\n      comps: [=, near]\n"
	  "      values: [[a], [a, b], [c, {d: e}]]\n"
	  "    - name: two\n      fields: proc.nme\n      values: [a]\n"
	  "    - fields: fd.name\n"
	  "    - name: four\n      fields: fd.num\n      values: [1, x]\n",
	  { "14:7 no mapping for key 'name'", "7:7 'near' is not a supported", "10:16 equal length",
	    "10:29 a text or a list", "2:14 field proc.nam", "12:15 field proc.nme",
	    "17:19 'x' is not a whole number" } },
	{ "a condition that does not parse, and its exceptions",
	  "- rule: r\n  condition: evt.type = open and\n" REST
	  "  exceptions:\n    - name: one\n      fields: proc.nme\n      values: [a]\n"
	  "    - name: two\n      fields: fd.name\n      values: ['a\"b']\n",
	  { "2:33 expected blanks", "8:15 field proc.nme", "12:18 expected a ')'" } },
	{ "an exception that does not parse, and the condition",
	  "- rule: r\n  condition: proc.nam = a\n" REST
	  "  exceptions:\n    - name: one\n      fields: fd.name\n      values: ['a\"b']\n",
	  { "2:14 field proc.nam", "9:18 expected a ')'" } },
	{ "a macro is wrong once, whoever uses it",
	  "- macro: m\n  condition: proc.nam = a or fd.nme = b\n"
	  "- rule: r\n  condition: m and m and fd.x = 1\n" REST
	  "- rule: s\n  condition: not m\n" REST,
	  { "2:14 field proc.nam", "2:30 field fd.nme", "4:26 field fd.x" } },
	{ "what a wrong macro is used in is not wrong for that",
	  "- macro: m\n  condition: evt.type = \n- macro: o\n"
	  "- macro: n\n  condition: m and o and p\n"
	  "- rule: r\n  condition: n and not o and fd.x = 1\n" REST,
	  { "3:3 no mapping for key 'condition'", "2:24 expected a value",
	    "5:26 Undefined macro 'p'", "7:30 field fd.x" } },
	{ "every macro that is not there",
	  "- rule: r\n  condition: a and (b or not c) and fd.x = 1\n" REST,
	  { "2:14 macro 'a'", "2:21 macro 'b'", "2:30 macro 'c'", "2:37 field fd.x" } },
	{ "a loop, once",
	  "- macro: m\n  condition: evt.type = open\n- macro: n\n  condition: m\n"
	  "- macro: m\n  condition: or n\n  override: {condition: append}\n"
	  "- rule: r\n  condition: m and n\n" REST,
	  { "4:14 reference loop in macro 'm'" } },
	{ "a wrong list",
	  "- list: l\n  items: [a, {b: c}, [d]]\n- rule: r\n  condition: proc.name in (l)\n" REST
	  "- list: l\n  items: [e]\n  override: {items: append}\n",
	  { "2:14 sequence value", "2:22 sequence value" } },
	{ "what changes a wrong rule is not wrong for that",
	  "- rule: r\n  condition: evt.type = open\n  output: o\n"
	  "- rule: r\n  condition: and proc.nam = x\n  append: true\n"
	  "- rule: r\n  output: and\n  exceptions: [{name: e, values: [a]}]\n"
	  "  override: {output: append, exceptions: append}\n"
	  "- rule: r\n  enabled: false\n",
	  { "1:3 no mapping for key 'desc'", "1:3 no mapping for key 'priority'",
	    "5:18 field proc.nam" } },
	{ "each override",
	  "- rule: r\n  condition: evt.type = open\n" REST
	  "- rule: r\n  output: x\n  tags: [a]\n  override: {condition: append, desc: replace}\n"
	  "- rule: r\n  priority: info\n  override: {priority: append, x: replace, output: y}\n",
	  { "6:3 An append override for 'condition'", "6:3 A replace override for 'desc'",
	    "7:3 Unexpected key 'output'", "8:3 Unexpected key 'tags'",
	    "12:14 'priority' cannot be appended", "12:32 'x' cannot be overridden",
	    "12:44 Invalid override operation for key 'output'" } },
	{ "items of every kind, documents",
	  "- x\n- list: l\n---\na: b\n---\n- macro: 5\n- rule: r\n  condition: fd.x = 1\n" REST,
	  { "1:3 Unexpected element", "2:3 no mapping for key 'items'", "4:1 not yaml array",
	    "6:3 no mapping for key 'condition'", "8:14 field fd.x" } },
	{ "a version ends it",
	  "- required_engine_version: 99\n- rule: r\n",
	  { "1:3 engine version" } },
	{ "each plugin, and nothing about its fields",
	  "- required_plugin_versions: [{name: a, version: 1.0.0}, {name: b, version: 1.0.0}]\n"
	  "- rule: r\n  condition: a.b = c\n" REST,
	  { "1:30 needs a", "1:57 needs b" } },
};

static void check_error(const char *name, const struct rule_finding *finding, const char *wanted)
{
	const struct document_place *place = &finding->context->place;
	unsigned line, column;
	char got[1024];
	int used = 0;

	snprintf(got, sizeof(got), "%u:%u %s", place->line + 1, place->column + 1,
		 finding->message);
	ck_assert_int_eq(sscanf(wanted, "%u:%u %n", &line, &column, &used), 2);
	ck_assert_msg(line == place->line + 1 && column == place->column + 1 &&
			      strstr(finding->message, wanted + used),
		      "%s: got '%s', wanted '%s'", name, got, wanted);
}

START_TEST(test_all)
{
	const struct rule_findings *errors;
	struct rules_options options;
	struct rules_loader *loader;
	size_t len = 0;

	rules_options_init(&options);
	ck_assert_int_eq(rules_loader_new(&options, &loader), 0);
	ck_assert_int_eq(rules_loader_add(loader, "f", cases[_i].text, strlen(cases[_i].text)),
			 -EBADMSG);
	errors = &rules_loader_result(loader, 0)->errors;
	for (; cases[_i].wanted[len]; len++) {
		ck_assert_msg(len < errors->len, "%s: not found: %s", cases[_i].name,
			      cases[_i].wanted[len]);
		check_error(cases[_i].name, errors->items[len], cases[_i].wanted[len]);
	}
	ck_assert_msg(len == errors->len, "%s: unwanted: %s", cases[_i].name,
		      len < errors->len ? errors->items[len]->message : "");
	/* Nothing of the file is left. */
	ck_assert_int_eq(rules_loader_add(loader, "g", "- {list: l, items: [a]}\n", 24), 0);
	rules_loader_free(loader);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("rules_errors");

	tcase_add_loop_test(tcase, test_all, 0, sizeof(cases) / sizeof(cases[0]));
	return run_suite("rules_errors", tcase);
}
