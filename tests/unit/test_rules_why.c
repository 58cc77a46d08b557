/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why a rule matches an event or does not: what stands before its condition, exceptions, and its
 * parts under each name of the file. cat (of bash, of systemd) opened /home/alice/link/../hosts,
 * which is /etc/hosts, for reading and writing.
 */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "field_steps.h"
#include "run_suite.h"
#include "state/filter/past.h"
#include "state/rules/why.h"

#define ITEM(name, condition, more) \
	"- {rule: " name ", desc: d, condition: '" condition "', output: o" more "}\n"
#define WARN ", priority: WARNING"

static const char file[] = ITEM("hosts", "evt.type = openat and fd.name = /etc/hosts", WARN) ITEM(
	"off", "evt.type = openat and proc.name = cat",
	WARN ", enabled: false") ITEM("any open", "evt.type in (open, openat)", WARN)
	ITEM("cat", "evt.type = openat and proc.name = cat",
	     WARN) ITEM("close", "evt.type = close and fd.num = 3",
			WARN) ITEM("dog", "evt.type = openat and not proc.name in (cat, dog)", WARN)
		ITEM("debug", "evt.type = openat",
		     ", priority: DEBUG") "- rule: excepted\n"
					  "  desc: d\n"
					  "  condition: evt.type = openat and (proc.name = cat or "
					  "fd.num = 9)\n"
					  "  output: o\n"
					  "  priority: WARNING\n"
					  "  exceptions:\n"
					  "    - {name: dogs, fields: proc.name, values: [dog]}\n"
					  "    - {name: none, fields: proc.name}\n"
					  "    - {name: cats, fields: [proc.name, proc.pname], "
					  "values: [[cat, bash], [a, b]]}\n" ITEM(
						  "resolved away", "evt.type = openat",
						  WARN ", exceptions: [{name: hosts, fields: "
						       "fd.name, values: [/etc/hosts]}]")
						  ITEM("false anyway", "evt.type = close",
						       WARN ", exceptions: [{name: cats, fields: "
							    "proc.name, values: [cat]}]");

static const struct why_case {
	const char *rule;
	enum rules_names names;
	enum rules_which which;
	const char *muted;
	uint64_t since_num;
	const char *lines; /* "event" and "rule" are left out */
} cases[] = {
	{ .rule = "hosts",
	  .names = RULES_NAMES_BOTH,
	  .lines = "answer: it matches, by the resolved name alone\n"
		   "names: the file has several: yes/no is as called, then resolved\n"
		   "no*/yes*: all of\n"
		   "yes/yes*:   openat -> evt.type = openat\n"
		   "no*/yes*:   /home/alice/hosts; resolved /etc/hosts -> fd.name = /etc/hosts\n" },
	{ .rule = "hosts",
	  .names = RULES_NAMES_CALLED,
	  .lines = "answer: it would match by the resolved name, but --names called is set\n"
		   "names: the file has several: yes/no is as called, then resolved\n"
		   "no*/yes*: all of\n"
		   "yes/yes*:   openat -> evt.type = openat\n"
		   "no*/yes*:   /home/alice/hosts; resolved /etc/hosts -> fd.name = /etc/hosts\n" },
	{ .rule = "off",
	  .which = RULES_ALL,
	  .lines = "answer: it would match, but it is disabled\n"
		   "disabled: it is not evaluated: its file or the config file says so\n"
		   "names: the file has several: yes/no is as called, then resolved\n"
		   "yes*/yes*: all of\n"
		   "yes*/yes*:   openat -> evt.type = openat\n"
		   "yes*/yes*:   cat -> proc.name = cat\n" },
	{ .rule = "cat",
	  .which = RULES_FIRST,
	  .lines = "answer: it would match, but the rule before it is told instead\n"
		   "first: 'any open' comes before it and matches; rule_matching is first\n"
		   "names: the file has several: yes/no is as called, then resolved\n"
		   "yes*/yes*: all of\n"
		   "yes*/yes*:   openat -> evt.type = openat\n"
		   "yes*/yes*:   cat -> proc.name = cat\n" },
	{ .rule = "cat",
	  .names = RULES_NAMES_BOTH,
	  .which = RULES_FIRST,
	  .lines = "answer: it would match, but the rule before it is told instead\n"
		   "first: 'hosts' comes before it and matches; rule_matching is first\n"
		   "names: the file has several: yes/no is as called, then resolved\n"
		   "yes*/yes*: all of\n"
		   "yes*/yes*:   openat -> evt.type = openat\n"
		   "yes*/yes*:   cat -> proc.name = cat\n" },
	{ .rule = "any open",
	  .which = RULES_ALL,
	  .muted = "its hits are left out here",
	  .lines = "answer: it matches, and is left out here\n"
		   "muted: its hits are left out here\n"
		   "names: the file has several: yes/no is as called, then resolved\n"
		   "yes*/yes*: openat -> evt.type in (open, openat)\n" },
	{ .rule = "close",
	  .lines = "answer: it does not match: parts with * decide\n"
		   "kind: not evaluated for openat: it is for close\n"
		   "names: the file has several: yes/no is as called, then resolved\n"
		   "no*/no*: all of\n"
		   "no*/no*:   openat -> evt.type = close\n"
		   "yes/yes:   3 -> fd.num = 3\n" },
	{ .rule = "dog",
	  .since_num = 1000,
	  .lines = "answer: it does not match: parts with * decide\n"
		   "names: the file has several: yes/no is as called, then resolved\n"
		   "values: the rules were loaded after it: others looked at the event\n"
		   "no*/no*: all of\n"
		   "yes/yes:   openat -> evt.type = openat\n"
		   "no*/no*:   cat -> not proc.name in (cat, dog)\n" },
	{ .rule = "debug",
	  .lines = "answer: it is not loaded\n"
		   "priority: Debug is below the least that is wanted (--priority, or `priority` "
		   "in the config file)\n" },
	{ .rule = "resolved away",
	  .which = RULES_ALL,
	  .lines = "answer: it matches\n"
		   "exception: 'hosts' takes the event away, resolved\n"
		   "names: the file has several: yes/no is as called, then resolved\n"
		   "yes*/no*: all of\n"
		   "yes*/yes:   openat -> evt.type = openat\n"
		   "yes*/no*:   /home/alice/hosts; resolved /etc/hosts -> not fd.name in "
		   "(/etc/hosts)\n" },
	{ .rule = "false anyway",
	  .lines = "answer: it does not match: parts with * decide\n"
		   "kind: not evaluated for openat: it is for close\n"
		   "names: the file has several: yes/no is as called, then resolved\n"
		   "no*/no*: all of\n"
		   "no*/no*:   openat -> evt.type = close\n"
		   "no*/no*:   cat -> not proc.name in (cat)\n" },
	{ .rule = "gone", .lines = "answer: there is no rule 'gone' any more\n" },
	{ .rule = "excepted",
	  .lines = "answer: it does not match: parts with * decide\n"
		   "exception: 'cats' takes the event away\n"
		   "names: the file has several: yes/no is as called, then resolved\n"
		   "no*/no*: all of\n"
		   "yes/yes:   all of\n"
		   "yes/yes:     openat -> evt.type = openat\n"
		   "yes/yes:     one of\n"
		   "yes/yes:       cat -> proc.name = cat\n"
		   "no/no:       3 -> fd.num = 9\n"
		   "yes/yes:   cat -> not proc.name in (dog)\n"
		   "no*/no*:   not\n"
		   "yes*/yes*:     one of\n"
		   "yes*/yes*:       all of\n"
		   "yes*/yes*:         cat -> proc.name = cat\n"
		   "yes*/yes*:         bash -> proc.pname = bash\n"
		   "no/no:       all of\n"
		   "no/no:         cat -> proc.name = a\n"
		   "no/no:         bash -> proc.pname = b\n" },
};

static struct rules *load(void)
{
	struct rules_options options;
	struct rules_loader *loader;
	struct rules *rules;

	rules_options_init(&options);
	options.min_priority = RULE_PRIORITY_WARNING;
	ck_assert_int_eq(rules_loader_new(&options, &loader), 0);
	ck_assert_int_eq(rules_loader_add(loader, "a.yaml", file, sizeof(file) - 1), 0);
	ck_assert_int_eq(rules_loader_finish(loader, &rules), 0);
	rules_loader_free(loader);
	return rules;
}

/* "NAME: TEXT\n"; those of rule and event are the same everywhere. */
static void print(const struct explained *explained, struct text_buf *buf)
{
	for (size_t i = 0; i < explained_len(explained); i++) {
		const struct explained_line *line = explained_at(explained, i);

		if (strcmp(line->name, "event") != 0 && strcmp(line->name, "rule") != 0)
			text_buf_printf(buf, "%s: %s\n", line->name, line->text);
	}
}

static void ask(struct field_host *host, const struct rules_why *why, struct text_buf *buf)
{
	struct explained *explained = explained_new(7);
	struct rules *rules = load();

	ck_assert_uint_eq(explained_question(explained), 7);
	ck_assert_int_eq(rules_why(rules, &host->event, why, explained), 0);
	ck_assert_int_eq(host->event.names, FILTER_NAMES_CALLED);
	print(explained, buf);
	explained_unref(explained);
	rules_free(rules);
}

START_TEST(test_why)
{
	const struct why_case *c = &cases[_i];
	const struct rules_why why = { .rule = c->rule,
				       .names = c->names,
				       .which = c->which,
				       .muted = c->muted,
				       .since_num = c->since_num };
	struct field_host host;
	struct text_buf buf;
	char text[8192];

	field_host_init(&host);
	step_open_file(&host);
	text_buf_init(&buf, text, sizeof(text));
	ask(&host, &why, &buf);
	ck_assert_msg(strcmp(text, c->lines) == 0, "%s:\n%s", c->rule, text);
	field_host_release(&host);
}
END_TEST

/* What is known only now is marked, what the event told is not. */
START_TEST(test_marks)
{
	struct rules_why why = { .rule = "excepted" };
	struct snapshot *snapshot;
	struct field_host host;
	struct filter_past past;
	struct text_buf buf;
	char text[8192];
	uint64_t num;

	field_host_init(&host);
	step_open_file(&host);
	num = host.event.num;
	step_exec_dog(&host);
	ck_assert_int_eq(state_publish(host.state, &snapshot), 0);
	ck_assert_int_eq(filter_event_past(&host.event, snapshot_event(snapshot, num), &past), 0);
	why.past = &past;
	text_buf_init(&buf, text, sizeof(text));
	ask(&host, &why, &buf);
	ck_assert_ptr_nonnull(strstr(text, "values: (now): it may have been otherwise"));
	ck_assert_ptr_nonnull(strstr(text, "openat -> evt.type = openat"));
	ck_assert_ptr_nonnull(strstr(text, "3 -> fd.num = 9"));
	ck_assert_ptr_nonnull(strstr(text, " (now) -> not proc.name in (dog)"));
	filter_past_release(&host.event, &past);
	snapshot_unref(snapshot);
	field_host_release(&host);
}
END_TEST

static unsigned fail_at; /* from which of the next calls on there is no memory; 0: never */
static bool failed;

/* In the place of the library's, with its names. */
void *reallocarray(void *__ptr, size_t __nmemb, size_t __size)
{
	size_t bytes;

	failed |= fail_at == 1;
	fail_at -= fail_at > 1;
	if (failed)
		return NULL;
	return __builtin_mul_overflow(__nmemb, __size, &bytes) ? NULL : realloc(__ptr, bytes);
}

/* Wherever memory ends, it says so. */
START_TEST(test_no_memory)
{
	const struct rules_why why = { .rule = "excepted" };
	struct rules *rules = load();
	struct field_host host;
	int rc = -ENOMEM;

	field_host_init(&host);
	step_open_file(&host);
	for (unsigned at = 1; rc < 0; at++) {
		struct explained *explained = explained_new(7);

		ck_assert_uint_lt(at, 100);
		fail_at = at;
		rc = rules_why(rules, &host.event, &why, explained);
		fail_at = 0;
		ck_assert_int_eq(rc, failed ? -ENOMEM : 0);
		failed = false;
		explained_unref(explained);
	}
	field_host_release(&host);
	rules_free(rules);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("rules_why");

	tcase_add_loop_test(tcase, test_why, 0, sizeof(cases) / sizeof(cases[0]));
	tcase_add_test(tcase, test_marks);
	tcase_add_test(tcase, test_no_memory);
	return run_suite("rules_why", tcase);
}
