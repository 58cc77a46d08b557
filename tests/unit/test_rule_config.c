/* SPDX-License-Identifier: Apache-2.0 */
/* What the config file says of rules: taken or refused with the place, and what comes of it. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "field_steps.h"
#include "run_suite.h"
#include "state/rules/alert.h"
#include "tui/config.h"
#include "tui/rule_config.h"

#define SUGGESTED                                                                 \
	" container_id=host container_name=host container_image_repository=<NA> " \
	"container_image_tag=<NA> k8s_pod_name=<NA> k8s_ns_name=<NA>"

static const char rules_file[] =
	"- {rule: Open a file, desc: d, condition: evt.type = openat, output: o %proc.name, "
	"priority: info, tags: [files, a]}\n"
	"- {rule: Open it, desc: d, condition: evt.type = openat, output: plain, priority: info, "
	"tags: [files], enabled: false}\n"
	"- {rule: Other, desc: d, condition: evt.type = openat, output: other, priority: info}\n";

/* wanted: name, message and fields of each rule that matches an open. */
static const struct {
	const char *config, *wanted;
} cases[] = {
	{ "", "Open a file: o cat" SUGGESTED "\nOther: other" SUGGESTED "\n" },
	{ "append_output: []\n", "Open a file: o cat\nOther: other\n" },
	{ "delay: 2\nappend_output:\n  - suggested_output: false\nview: x\n",
	  "Open a file: o cat\nOther: other\n" },
	{ "append_output:\n  - extra_output: 'at %evt.type'\n  - extra_output: end\n"
	  "    match: {rule: Other}\n",
	  "Open a file: o cat at openat\nOther: other at openat end\n" },
	{ "append_output:\n  - match: {tags: [a, files]}\n    extra_output: x\n"
	  "  - match: {source: k8s_audit}\n    extra_output: y\n"
	  "  - match: {tags: [a], rule: Other}\n    extra_output: z\n"
	  "  - match: {source: syscall}\n    suggested_output: true\n",
	  "Open a file: o cat x" SUGGESTED "\nOther: other" SUGGESTED "\n" },
	{ "append_output: []\nrules:\n  - disable: {rule: '*'}\n  - enable: {tag: files}\n",
	  "Open a file: o cat\nOpen it: plain\n" },
	{ "append_output: []\nrules:\n  - enable: {tag: files}\n  - disable: {rule: 'Open *t'}\n",
	  "Open a file: o cat\nOther: other\n" },
	{ "append_output: []\nrules: []\n", "Open a file: o cat\nOther: other\n" },
};

static void config_of(struct rule_config *config, const char *text)
{
	struct usage_error err = { "" };

	ck_assert_int_eq(rule_config_init(config), 0);
	ck_assert_msg(rule_config_parse(config, "c.yaml", text, strlen(text), &err) == 0, "%s",
		      err.text);
}

static struct rules *load(const struct rule_config *config)
{
	struct rules_options options;
	struct rules_loader *loader;
	struct rules *rules;

	rules_options_init(&options);
	options.append = config->append;
	options.append_len = config->append_len;
	ck_assert_int_eq(rules_loader_new(&options, &loader), 0);
	ck_assert_int_eq(rules_loader_add(loader, "r", rules_file, strlen(rules_file)), 0);
	ck_assert_int_eq(rules_loader_finish(loader, &rules), 0);
	rules_loader_free(loader);
	rule_config_switch(config, rules);
	ck_assert_int_eq(rules_prepare(rules), 0);
	return rules;
}

struct hits {
	struct filter_event *event;
	struct text_buf text, json;
};

static void hit(void *ctx, const struct rule *rule, enum rule_via via)
{
	struct alert alert = { .via = via, .hostname = "h" };
	struct text_buf message, fields;
	static char data[2][4096];
	struct hits *hits = ctx;

	text_buf_init(&message, data[0], sizeof(data[0]));
	text_buf_init(&fields, data[1], sizeof(data[1]));
	alert_fill(&alert, rule, hits->event, &message, &fields);
	text_buf_printf(&hits->text, "%s: %s\n", rule->name, message.data);
	text_buf_printf(&hits->json, "%s\n", fields.data);
}

static void match(const char *config_text, struct hits *hits)
{
	struct rules_matcher matcher = {
		.which = RULES_ALL, .names = RULES_NAMES_CALLED, .fn = hit, .ctx = hits
	};
	struct rule_config config;
	struct field_host host;
	struct rules *rules;

	config_of(&config, config_text);
	rules = load(&config);
	/* Rules need the config no more. */
	rule_config_release(&config);
	field_host_init(&host);
	step_open_file(&host);
	hits->event = &host.event;
	rules_match(rules, &host.event, &matcher);
	rules_free(rules);
	field_host_release(&host);
}

START_TEST(test_outputs)
{
	static char text[4096], json[4096];
	struct hits hits = { 0 };

	text_buf_init(&hits.text, text, sizeof(text));
	text_buf_init(&hits.json, json, sizeof(json));
	match(cases[_i].config, &hits);
	ck_assert_msg(strcmp(text, cases[_i].wanted) == 0, "%s: %s", cases[_i].config, text);
}
END_TEST

START_TEST(test_fields)
{
	static char text[4096], json[4096];
	struct hits hits = { 0 };

	text_buf_init(&hits.text, text, sizeof(text));
	text_buf_init(&hits.json, json, sizeof(json));
	match("append_output:\n  - match: {rule: Open a file}\n    extra_fields:\n"
	      "      - proc.pid\n      - where: 'on \"%evt.type\" %fd.cport'\n      - proc.name\n"
	      "  - extra_fields: [two: '2']\n",
	      &hits);
	ck_assert_str_eq(text, "Open a file: o cat\nOther: other\n");
	ck_assert_str_eq(json, "{\"proc.name\":\"cat\",\"proc.pid\":100,"
			       "\"where\":\"on \\\"openat\\\" <NA>\",\"two\":\"2\"}\n"
			       "{\"two\":\"2\"}\n");
}
END_TEST

static const struct {
	const char *config, *error;
} wrong[] = {
	{ "rules: x\n", "c.yaml:1:8: expected a list of enable and disable" },
	{ "rules:\n  - enable: x\n",
	  "c.yaml:2:13: expected enable or disable with a rule or a tag, as in: - disable: {rule: "
	  "'*'}" },
	{ "rules:\n  - enable: {rule: a, tag: b}\n", "c.yaml:2:13: expected enable or disable" },
	{ "rules:\n  - enable: {}\n", "c.yaml:2:13: expected enable or disable" },
	{ "rules:\n  - allow: {rule: a}\n", "c.yaml:2:5: expected enable or disable" },
	{ "rules:\n  - enable: {rules: a}\n", "c.yaml:2:14: expected enable or disable" },
	{ "rules:\n  - enable: {rule: [a]}\n", "c.yaml:2:20: expected a text" },
	{ "append_output: {}\n", "c.yaml:1:16: expected a list" },
	{ "append_output: [extra: x]\n", "c.yaml:1:17: expected match, extra_output," },
	{ "append_output:\n  - extra_output: 'a %proc.nam'\n", "c.yaml:2:19: no field is called" },
	{ "append_output:\n  - extra_output: 'a %'\n", "c.yaml:2:19: " },
	{ "append_output:\n  - extra_fields: [proc.nam]\n", "c.yaml:2:20: no field is called" },
	{ "append_output:\n  - extra_fields: [proc.name and]\n",
	  "c.yaml:2:20: no field is called" },
	{ "append_output:\n  - extra_fields: [fd.net]\n", "c.yaml:2:20: this field is for condit" },
	{ "append_output:\n  - extra_fields: [a: 'b %c']\n", "c.yaml:2:23: no field is called" },
	{ "append_output:\n  - extra_fields: [proc.name: b]\n",
	  "c.yaml:2:20: this key is the name" },
	{ "append_output:\n  - extra_fields: [[a]]\n", "c.yaml:2:20: expected a field, or a key" },
	{ "append_output:\n  - match: {tags: a}\n", "c.yaml:2:19: expected a list of tags" },
	{ "append_output:\n  - match: {tags: [[a]]}\n", "c.yaml:2:20: expected a tag" },
	{ "append_output:\n  - match: {rules: a}\n",
	  "c.yaml:2:13: expected source, tags and rule" },
	{ "append_output:\n  - suggested_output: maybe\n", "c.yaml:2:23: expected true or false" },
	{ "rules: [\n", "c.yaml:2:1: " },
};

START_TEST(test_wrong)
{
	const char *text = wrong[_i].config;
	struct usage_error err = { "" };
	struct rule_config config;

	ck_assert_int_eq(rule_config_init(&config), 0);
	ck_assert_msg(rule_config_parse(&config, "c.yaml", text, strlen(text), &err) == -EINVAL,
		      "%s was taken", text);
	ck_assert_msg(strncmp(err.text, wrong[_i].error, strlen(wrong[_i].error)) == 0, "%s: %s",
		      text, err.text);
	rule_config_release(&config);
}
END_TEST

/* Options and rules are in one file: each reader leaves the other's keys alone. */
START_TEST(test_one_file)
{
	static const char text[] = "rules:\n  - disable: {rule: '*'}\nview: syscalls\n"
				   "append_output: [{extra_output: a}]\ndelay: 2\n";
	struct usage_error err = { "" };
	struct rule_config config;
	struct options options;

	options_init(&options);
	ck_assert_msg(config_parse(&options, "c.yaml", text, strlen(text), &err) == 0, "%s",
		      err.text);
	ck_assert_str_eq(options.view, "syscalls");
	ck_assert_uint_eq(options.delay_ns, 2000000000u);
	config_of(&config, text);
	ck_assert_uint_eq(config.switches_len, 1);
	/* The first file that has a key counts. */
	ck_assert_int_eq(
		rule_config_parse(&config, "d.yaml", "rules: []\nappend_output: []\n", 28, &err),
		0);
	ck_assert_uint_eq(config.switches_len, 1);
	ck_assert_uint_eq(config.append_len, 1);
	rule_config_release(&config);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("rule_config");

	tcase_add_loop_test(tcase, test_outputs, 0, sizeof(cases) / sizeof(cases[0]));
	tcase_add_test(tcase, test_fields);
	tcase_add_loop_test(tcase, test_wrong, 0, sizeof(wrong) / sizeof(wrong[0]));
	tcase_add_test(tcase, test_one_file);
	return run_suite("rule_config", tcase);
}
