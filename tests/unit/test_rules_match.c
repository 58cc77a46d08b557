/* SPDX-License-Identifier: Apache-2.0 */
/* Events against rules: which match, in which order, under which name of a file; their alerts. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "build_record.h"
#include "run_suite.h"
#include "state/filter/compile.h"
#include "state/filter/event.h"
#include "state/filter/format.h"
#include "state/rules/alert.h"
#include "state/rules/rules.h"
#include "state/state.h"

static const char file[] =
	"- {rule: passwd, desc: d, condition: evt.type = openat and fd.name = /etc/passwd,\n"
	"   output: 'opens %fd.name by %proc.name, %fd.cport', priority: WARNING, tags: [b, a]}\n"
	"- {rule: any open, desc: d, condition: 'evt.type in (open, openat)', output: o %evt.type, "
	"priority: info}\n"
	"- {rule: off, desc: d, condition: evt.type = openat, output: o, priority: info, enabled: "
	"false}\n"
	"- {rule: cat, desc: d, condition: evt.type = openat and proc.name = cat, output: o, "
	"priority: info}\n"
	"- {rule: shadow, desc: d, condition: evt.type = openat and fd.name = /etc/shadow, output: "
	"o %fd.name, priority: info}\n"
	"- {rule: close, desc: d, condition: evt.type = close, output: o, priority: info}\n";

static const struct match_case {
	const char *name;
	const char *called, *resolved; /* resolved NULL: the kernel named none */
	enum rules_which which;
	enum rules_names names;
	const char *hits; /* names, with + where it is by the resolved name alone */
} match_cases[] = {
	{ "all", "/etc/passwd", NULL, RULES_ALL, RULES_NAMES_BOTH, "passwd, any open, cat" },
	{ "the first", "/etc/passwd", NULL, RULES_FIRST, RULES_NAMES_BOTH, "passwd" },
	{ "another file", "/tmp/x", NULL, RULES_FIRST, RULES_NAMES_BOTH, "any open" },
	{ "by its real name, the first", "/tmp/link", "/etc/passwd", RULES_FIRST, RULES_NAMES_BOTH,
	  "passwd+" },
	{ "by its real name, all", "/tmp/link", "/etc/shadow", RULES_ALL, RULES_NAMES_BOTH,
	  "any open, cat, shadow+" },
	{ "by both names", "/etc/passwd", "/etc/shadow", RULES_ALL, RULES_NAMES_BOTH,
	  "passwd, any open, cat, shadow+" },
	{ "by the called name alone", "/tmp/link", "/etc/passwd", RULES_ALL, RULES_NAMES_CALLED,
	  "any open, cat" },
};

struct world {
	struct rules *rules;
	struct state *state;
	struct filter_event event;
	struct build_record record;
};

static void open_event_of(struct world *w, const char *called, const char *resolved,
			  const struct record_file_id *id)
{
	size_t len;

	build_record_init(&w->record, event_by_id("SYSCALL_OPENAT_2_X")->code,
			  &(struct build_prefix){ .ts_ns = 1470327477882054739ull,
						  .pid = 7,
						  .nr = 257,
						  .ret = 3,
						  .comm = "cat" });
	if (resolved)
		build_record_ext(&w->record, RECORD_EXT_PATH, 0, resolved, strlen(resolved));
	if (id)
		build_record_ext(&w->record, RECORD_EXT_FILE_ID, 0, id, sizeof(*id));
	build_record_int(&w->record, 3);
	build_record_int(&w->record, -100);
	build_record_text(&w->record, called);
	len = build_record_finish(&w->record);
	ck_assert_int_ge(state_record(w->state, w->record.data, len), 0);
	ck_assert(filter_event_last(&w->event));
}

static void open_event(struct world *w, const char *called, const char *resolved)
{
	open_event_of(w, called, resolved, NULL);
}

static struct world *world_new(void)
{
	struct world *w = calloc(1, sizeof(*w));
	const struct state_opts opts = { .host = "test" };
	struct rules_options options;
	struct rules_loader *loader;

	rules_options_init(&options);
	ck_assert_int_eq(rules_loader_new(&options, &loader), 0);
	ck_assert_int_eq(rules_loader_add(loader, "a", file, sizeof(file) - 1), 0);
	ck_assert_int_eq(rules_loader_finish(loader, &w->rules), 0);
	rules_loader_free(loader);
	ck_assert_int_eq(state_new(&opts, NULL, &w->state), 0);
	ck_assert_int_eq(filter_event_init(&w->event, w->state), 0);
	return w;
}

static void world_free(struct world *w)
{
	filter_event_release(&w->event);
	state_free(w->state);
	rules_free(w->rules);
	free(w);
}

static void note_hit(void *ctx, const struct rule *rule, enum rule_via via)
{
	char *hits = ctx;

	snprintf(hits + strlen(hits), 256 - strlen(hits), "%s%s%s", *hits ? ", " : "", rule->name,
		 via == RULE_VIA_RESOLVED ? "+" : "");
}

START_TEST(test_match)
{
	const struct match_case *c = &match_cases[_i];
	struct world *w = world_new();
	char hits[256] = "";
	struct rules_matcher matcher = {
		.which = c->which, .names = c->names, .fn = note_hit, .ctx = hits
	};

	open_event(w, c->called, c->resolved);
	rules_match(w->rules, &w->event, &matcher);
	ck_assert_msg(strcmp(hits, c->hits) == 0, "%s: %s", c->name, hits);
	world_free(w);
}
END_TEST

/* The kernel needs to send what enabled rules can match, and nothing else. */
START_TEST(test_events)
{
	struct world *w = world_new();
	struct filter_kinds kinds;
	const char *names[8];

	/* What a close is about is not asked. */
	ck_assert_uint_eq(rules_events(w->rules, &kinds), FILTER_GATE_NO_FILES);
	ck_assert_uint_eq(filter_kinds_names(&kinds, names, 8), 3);
	ck_assert_str_eq(names[0], "close");
	rules_select_name(w->rules, "close", RULES_DISABLE);
	ck_assert_int_eq(rules_prepare(w->rules), 0);
	rules_events(w->rules, &kinds);
	ck_assert_uint_eq(filter_kinds_names(&kinds, names, 8), 2);
	ck_assert(!rules_want(w->rules, event_by_id("SYSCALL_CLOSE_X")->code));
	ck_assert(rules_want(w->rules, event_by_id("SYSCALL_OPENAT_2_X")->code));
	world_free(w);
}
END_TEST

/* A file that a rule names, by its inode: in the root of whoever opens it, else in the host's. */
static const struct inode_case {
	const char *name;
	struct named_file file;
	uint32_t mode;
	enum rules_names names;
	const char *hits;
} inode_cases[] = {
	{ "the same",
	  { "", "/etc/shadow", 42, 7 },
	  0100600,
	  RULES_NAMES_BOTH,
	  "any open, cat, shadow+" },
	{ "called alone",
	  { "", "/etc/shadow", 42, 7 },
	  0100600,
	  RULES_NAMES_CALLED,
	  "any open, cat" },
	{ "another inode",
	  { "", "/etc/shadow", 43, 7 },
	  0100600,
	  RULES_NAMES_BOTH,
	  "any open, cat" },
	{ "another device",
	  { "", "/etc/shadow", 42, 8 },
	  0100600,
	  RULES_NAMES_BOTH,
	  "any open, cat" },
	{ "of a container",
	  { "c1", "/etc/shadow", 42, 7 },
	  0100600,
	  RULES_NAMES_BOTH,
	  "any open, cat" },
	{ "a folder", { "", "/etc/shadow", 42, 7 }, 0040700, RULES_NAMES_BOTH, "any open, cat" },
};

START_TEST(test_inode)
{
	const struct inode_case *c = &inode_cases[_i];
	const struct named_file others = { "c2", "/etc/passwd", 42, 7 };
	const struct record_file_id id = { .ino = 42, .dev = 7, .mode = c->mode };
	struct world *w = world_new();
	char hits[256] = "", output[64];
	struct rules_matcher matcher = {
		.which = RULES_ALL, .names = c->names, .fn = note_hit, .ctx = hits
	};
	struct text_buf buf;

	ck_assert_int_eq(state_named_files(w->state, &others, 1), 0);
	ck_assert_int_eq(
		state_named_files(w->state, (const struct named_file[]){ others, c->file }, 2), 0);
	open_event_of(w, "/tmp/x", "/tmp/x", &id);
	rules_match(w->rules, &w->event, &matcher);
	ck_assert_msg(strcmp(hits, c->hits) == 0, "%s: %s", c->name, hits);
	/* Told, it has the name of the rule. */
	w->event.names = FILTER_NAMES_INODE;
	text_buf_init(&buf, output, sizeof(output));
	format_render(rules_at(w->rules, 4)->format, &w->event, &buf);
	ck_assert_msg(!!strstr(output, "/etc/shadow") == (w->event.inode_name != NULL), "%s: %s",
		      c->name, output);
	world_free(w);
}
END_TEST

static struct rules *load_with_defaults(const char *defaults, const char *more)
{
	struct rules_options options;
	struct rules_loader *loader;
	struct rules *rules;

	rules_options_init(&options);
	ck_assert_int_eq(rules_loader_new(&options, &loader), 0);
	ck_assert_int_eq(rules_loader_add_defaults(loader, "d", defaults, strlen(defaults)), 0);
	ck_assert_int_eq(rules_loader_add(loader, "m", more, strlen(more)), 0);
	ck_assert_int_eq(rules_loader_finish(loader, &rules), 0);
	rules_loader_free(loader);
	return rules;
}

#define RULE_OF_OPENS(name, more)                                                                  \
	"- {rule: " name ", desc: d, condition: evt.type = openat, output: o, priority: info" more \
	"}\n"

/* Whose rules match first; what a file says of default rules. */
static const struct default_case {
	const char *name, *more;
	const char *order; /* of all rules */
	const char *first; /* the one that an open matches first */
} default_cases[] = {
	{ "another rule", RULE_OF_OPENS("c", ""), "c, a, b", "c" },
	{ "defined anew", RULE_OF_OPENS("b", ""), "b, a", "b" },
	{ "switched off", "- {rule: a, enabled: false, override: {enabled: replace}}\n", "a, b",
	  "b" },
	{ "appended to",
	  "- {rule: a, condition: and proc.name = x, override: {condition: append}}\n", "a, b",
	  "b" },
	{ "a list of theirs", "- {list: names, items: [cat], override: {items: append}}\n", "a, b",
	  "a" },
};

START_TEST(test_defaults)
{
	static const char defaults[] =
		"- {list: names, items: [dog]}\n"
		"- {rule: a, desc: d, condition: evt.type = openat and (proc.name in (names) or "
		"proc.name = cat), output: o, priority: info}\n" RULE_OF_OPENS("b", "");
	const struct default_case *c = &default_cases[_i];
	struct world *w = world_new();
	char hits[256] = "", order[64] = "";
	struct rules_matcher matcher = { .which = RULES_FIRST, .fn = note_hit, .ctx = hits };

	rules_free(w->rules);
	w->rules = load_with_defaults(defaults, c->more);
	for (size_t i = 0; i < rules_len(w->rules); i++)
		snprintf(order + strlen(order), sizeof(order) - strlen(order), "%s%s",
			 i ? ", " : "", rules_at(w->rules, i)->name);
	ck_assert_msg(strcmp(order, c->order) == 0, "%s: %s", c->name, order);
	open_event(w, "/x", NULL);
	ck_assert_uint_eq(rules_match(w->rules, &w->event, &matcher), 1);
	ck_assert_msg(strcmp(hits, c->first) == 0, "%s: %s", c->name, hits);
	world_free(w);
}
END_TEST

/* Rules that ask the same of different events: each of its own. */
START_TEST(test_same_questions)
{
	struct world *w = world_new();
	char hits[256] = "";
	struct rules_matcher matcher = { .which = RULES_ALL, .fn = note_hit, .ctx = hits };

	rules_free(w->rules);
	w->rules = load_with_defaults(
		"- {rule: a, desc: d, condition: evt.type = open and proc.name = cat, output: o, "
		"priority: info}\n",
		"- {rule: b, desc: d, condition: evt.type = openat and proc.name = cat, output: o, "
		"priority: info}\n");
	open_event(w, "/x", NULL);
	rules_match(w->rules, &w->event, &matcher);
	ck_assert_str_eq(hits, "b");
	rules_free(w->rules);
	w->rules = load_with_defaults(
		"- {rule: b, desc: d, condition: evt.type = openat and proc.name = cat, output: o, "
		"priority: info}\n",
		"- {rule: a, desc: d, condition: evt.type = open and proc.name = cat, output: o, "
		"priority: info}\n");
	*hits = '\0';
	open_event(w, "/x", NULL);
	rules_match(w->rules, &w->event, &matcher);
	ck_assert_str_eq(hits, "b");
	world_free(w);
}
END_TEST

START_TEST(test_alert)
{
	struct world *w = world_new();
	struct alert alert = { .hostname = "h", .via = RULE_VIA_RESOLVED };
	char message[256], fields[256], line[1024];
	struct text_buf message_buf, fields_buf, buf;

	open_event(w, "/tmp/link", "/etc/passwd");
	text_buf_init(&message_buf, message, sizeof(message));
	text_buf_init(&fields_buf, fields, sizeof(fields));
	text_buf_init(&buf, line, sizeof(line));
	alert_fill(&alert, rules_at(w->rules, 0), &w->event, &message_buf, &fields_buf);
	alert_json(&alert, ALERT_OPTIONS_DEFAULT & ~(unsigned)ALERT_JSON_OUTPUT, &buf);
	ck_assert_str_eq(buf.data,
			 "{\"hostname\":\"h\",\"output_fields\":{\"fd.cport\":null,"
			 "\"fd.name\":\"/etc/passwd\",\"proc.name\":\"cat\"},"
			 "\"priority\":\"Warning\",\"rule\":\"passwd\",\"source\":\"syscall\","
			 "\"tags\":[\"a\",\"b\"],\"time\":\"2016-08-04T16:17:57.882054739Z\","
			 "\"via\":\"resolved\"}");
	ck_assert_str_eq(message, "opens /etc/passwd by cat, <NA>");
	world_free(w);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("rules_match");

	tcase_add_loop_test(tcase, test_match, 0,
			    (int)(sizeof(match_cases) / sizeof(match_cases[0])));
	tcase_add_loop_test(tcase, test_inode, 0,
			    (int)(sizeof(inode_cases) / sizeof(inode_cases[0])));
	tcase_add_test(tcase, test_events);
	tcase_add_test(tcase, test_same_questions);
	tcase_add_loop_test(tcase, test_defaults, 0,
			    (int)(sizeof(default_cases) / sizeof(default_cases[0])));
	tcase_add_test(tcase, test_alert);
	return run_suite("rules_match", tcase);
}
