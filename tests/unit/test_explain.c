/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions about events of the past on their way: cat opened /etc/hosts, which a rule hit, and
 * became another program.
 */
#include <check.h>
#include <string.h>

#include "field_steps.h"
#include "run_suite.h"
#include "state/explained.h"
#include "tui/explain.h"
#include "tui/rule_mutes.h"
#include "tui/rule_watch.h"

struct asked {
	struct field_host host;
	struct rule_mutes mutes;
	struct rule_watch watch;
	struct rules *rules;
	struct snapshot *snapshot;
	uint64_t event_num;
};

static struct rules *load(void)
{
	static const char file[] = "- rule: cats\n  desc: d\n"
				   "  condition: evt.type = openat and proc.name = cat\n"
				   "  output: o\n  priority: INFO\n";
	struct rules_options options;
	struct rules_loader *loader;
	struct rules *rules;

	rules_options_init(&options);
	ck_assert_int_eq(rules_loader_new(&options, &loader), 0);
	ck_assert_int_eq(rules_loader_add(loader, "a.yaml", file, sizeof(file) - 1), 0);
	ck_assert_int_eq(rules_loader_finish(loader, &rules), 0);
	rules_loader_free(loader);
	return rules;
}

static void asked_init(struct asked *asked)
{
	const struct rule_watch_opts opts = { .which = RULES_ALL, .mutes = &asked->mutes };

	field_host_init(&asked->host);
	rule_mutes_init(&asked->mutes);
	asked->rules = load();
	rule_watch_init(&asked->watch, &opts, &asked->host.event, asked->host.state);
	rule_watch_use(&asked->watch, asked->rules);
	step_open_file(&asked->host);
	asked->event_num = asked->host.event.num;
	rule_watch_last(&asked->watch);
	step_exec_dog(&asked->host);
	ck_assert_int_eq(state_publish(asked->host.state, &asked->snapshot), 0);
}

static void asked_release(struct asked *asked)
{
	snapshot_unref(asked->snapshot);
	rule_watch_release(&asked->watch);
	rules_free(asked->rules);
	rule_mutes_release(&asked->mutes);
	field_host_release(&asked->host);
}

/* The text of a line of the answer; NULL: it has none. */
static const char *line_of(const struct explained *explained, const char *name)
{
	for (size_t i = 0; i < explained_len(explained); i++)
		if (strcmp(explained_at(explained, i)->name, name) == 0)
			return explained_at(explained, i)->text;
	return NULL;
}

/* Of a hit it is about the event that was hit, under its number in the stream. */
START_TEST(test_hit)
{
	struct explain_ask *ask;
	struct explained *explained;
	struct asked asked;
	const char *line;

	asked_init(&asked);
	ask = explain_ask_new(3, asked.snapshot, SNAPSHOT_HIT_BASE + 1, "cats");
	ck_assert_uint_eq(explain_ask_event(ask), asked.event_num);
	explained = explain_past(&asked.watch, ask);
	ck_assert_uint_eq(explained_question(explained), 3);
	/* The event tells its name, but the state knows it as a dog. */
	line = line_of(explained, "answer");
	ck_assert_ptr_nonnull(line);
	ck_assert_str_eq(line, "it does not match: parts with * decide");
	ck_assert_ptr_nonnull(line_of(explained, "values"));
	ck_assert_ptr_null(line_of(explained, "muted"));
	explained_unref(explained);
	ck_assert_int_eq(rule_mutes_add(&asked.mutes, "cats", "cat"), 0);
	explained = explain_past(&asked.watch, ask);
	line = line_of(explained, "muted");
	ck_assert_ptr_nonnull(line);
	ck_assert_str_eq(line, "its hits of cat are left out here; alerts are told");
	explained_unref(explained);
	explain_ask_free(ask);
	asked_release(&asked);
}
END_TEST

START_TEST(test_gone)
{
	struct explain_ask *ask;
	struct asked asked;

	asked_init(&asked);
	ask = explain_ask_new(4, asked.snapshot, asked.event_num + 1000, "cats");
	ck_assert_uint_eq(explain_ask_event(ask), 0);
	ck_assert_ptr_null(explain_past(&asked.watch, ask));
	explain_ask_free(ask);
	asked_release(&asked);
}
END_TEST

/* What the state took last is explained as it is. */
START_TEST(test_last)
{
	struct explain_ask *ask;
	struct explained *explained;
	struct asked asked;
	const char *line;

	asked_init(&asked);
	ask = explain_ask_new(5, asked.snapshot, asked.event_num, "no such rule");
	explained = explain_last(&asked.watch, ask);
	line = line_of(explained, "answer");
	ck_assert_ptr_nonnull(line);
	ck_assert_str_eq(line, "there is no rule 'no such rule' any more");
	explained_unref(explained);
	explain_ask_free(ask);
	asked_release(&asked);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("explain");

	tcase_add_test(tcase, test_hit);
	tcase_add_test(tcase, test_gone);
	tcase_add_test(tcase, test_last);
	return run_suite("explain", tcase);
}
