/* SPDX-License-Identifier: Apache-2.0 */
/* The default rules as a whole: they load without a finding, say what they have to, cost little. */
#include <check.h>
#include <string.h>

#include "run_suite.h"
#include "state/filter/compile.h"
#include "state/rules/rules.h"
#include "views/embed.h"

static const char *text_of_defaults(void)
{
	for (size_t i = 0; i < embedded_files_len; i++)
		if (strcmp(embedded_files[i].name, "state/rules/default.yaml") == 0)
			return embedded_files[i].text;
	ck_abort_msg("the default rules are not in the binary");
	return NULL;
}

static struct rules *load(void)
{
	const char *text = text_of_defaults();
	const struct rule_file_result *result;
	struct rules_options options;
	struct rules_loader *loader;
	struct rules *rules;

	rules_options_init(&options);
	ck_assert_int_eq(rules_loader_new(&options, &loader), 0);
	ck_assert_int_eq(rules_loader_add_defaults(loader, "default.yaml", text, strlen(text)), 0);
	result = rules_loader_result(loader, 0);
	ck_assert_uint_eq(result->warnings.len, 0);
	ck_assert_uint_eq(result->compile_warnings.len, 0);
	ck_assert_int_eq(result->schema, RULE_SCHEMA_OK);
	ck_assert_int_eq(rules_loader_finish(loader, &rules), 0);
	rules_loader_free(loader);
	return rules;
}

/* T1611, T1059.004 */
static bool is_technique(const char *tag)
{
	size_t digits = tag[0] == 'T' ? strspn(tag + 1, "0123456789") : 0;

	return digits == 4 && (tag[5] == '\0' || tag[5] == '.');
}

static void check_rule(const struct rule *rule)
{
	static const char *const fields[] = { "user=%user.name",    "process=%proc.name",
					      "exe=%proc.exepath",  "command=%proc.cmdline",
					      "parent=%proc.pname", "pid=%proc.pid" };
	bool place = false, tactic = false, technique = false;

	for (size_t i = 0; i < rule->tags_len; i++) {
		place |= !strcmp(rule->tags[i], "host") || !strcmp(rule->tags[i], "container");
		tactic |= !strncmp(rule->tags[i], "mitre_", 6);
		technique |= is_technique(rule->tags[i]);
	}
	ck_assert_msg(place && tactic && technique, "%s: tags", rule->name);
	/* What it means, and what to look at. */
	ck_assert_msg(strlen(rule->description) > 120, "%s: desc", rule->name);
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		ck_assert_msg(strstr(rule->output, fields[i]) ||
				      (!strcmp(fields[i], "parent=%proc.pname") &&
				       strstr(rule->output, "server=%proc.pname")),
			      "%s: no %s", rule->name, fields[i]);
	ck_assert_msg(rule->enabled, "%s", rule->name);
}

START_TEST(test_rules)
{
	struct rules *rules = load();

	ck_assert_uint_ge(rules_len(rules), 20);
	ck_assert_uint_le(rules_len(rules), 40);
	for (size_t i = 0; i < rules_len(rules); i++)
		check_rule(rules_at(rules, i));
	rules_free(rules);
}
END_TEST

/* Files from elsewhere must not change them by chance: no name that those have. */
START_TEST(test_names)
{
	const char *text = text_of_defaults();

	for (const char *at = text; (at = strstr(at, "\n- ")); at++) {
		if (!strncmp(at + 3, "list: ", 6))
			ck_assert_msg(!strncmp(at + 9, "saker_", 6), "%.40s", at);
		if (!strncmp(at + 3, "macro: ", 7))
			ck_assert_msg(!strncmp(at + 10, "saker_", 6), "%.40s", at);
	}
}
END_TEST

/* What runs thousands of times a second on any host is not sent for them. */
START_TEST(test_cost)
{
	static const char *const busy[] = {
		"read",     "write",     "readv",      "pread",        "close",  "dup2",
		"fcntl",    "poll",      "epoll_wait", "futex",        "mmap",   "munmap",
		"mprotect", "brk",       "recvfrom",   "recvmsg",      "sendto", "sendmsg",
		"stat",     "fstat",     "newfstatat", "access",       "lseek",  "ioctl",
		"getdents", "nanosleep", "getpid",     "clock_gettime"
	};
	struct rules *rules = load();
	struct filter_kinds kinds;
	uint32_t gates = rules_events(rules, &kinds);

	ck_assert_uint_eq(gates & FILTER_GATE_NO_FILES, FILTER_GATE_NO_FILES);
	for (size_t i = 0; i < sizeof(busy) / sizeof(busy[0]); i++) {
		struct filter_kinds named = { .bits = { 0 } };

		filter_kinds_add_named(&named, busy[i], strlen(busy[i]));
		filter_kinds_and(&named, &kinds);
		ck_assert_msg(filter_kinds_codes(&named) == 0, "%s", busy[i]);
	}
	rules_free(rules);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("default_rules");

	tcase_add_test(tcase, test_rules);
	tcase_add_test(tcase, test_names);
	tcase_add_test(tcase, test_cost);
	return run_suite("default_rules", tcase);
}
