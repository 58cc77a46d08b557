/* SPDX-License-Identifier: Apache-2.0 */
/* Drafts of exceptions: what they say, that they load behind the rule, whatever the host wrote. */
#include <check.h>
#include <errno.h>
#include <string.h>

#include "field_steps.h"
#include "probe/schema/event.h"
#include "run_suite.h"
#include "state/history.h"
#include "state/rules/rules.h"
#include "tui/exception_draft.h"

static const char rule_file[] =
	"- rule: Odd \"file\"\n  desc: d\n  condition: evt.type = openat and fd.name startswith /\n"
	"  output: o\n  priority: INFO\n";

static const struct draft_case {
	const char *name, *comm, *called, *resolved, *values;
	bool by_resolved;
	const char *exe, *ancestors;
} draft_cases[] = {
	{ "as it was called", "cat", "/etc/shadow", "/etc/shadow-", "[\"cat\", \"/etc/shadow\"]",
	  false, NULL, NULL },
	{ "under its real name", "cat", "/tmp/link", "/etc/shadow", "[\"cat\", \"/etc/shadow\"]",
	  true, NULL, NULL },
	{ "a relative name", "cat", "shadow", "/etc/shadow", "[\"cat\", \"/etc/shadow\"]", false,
	  NULL, NULL },
	{ "no name that stays", "cat", "shadow", NULL, "[\"cat\"]", false, NULL, NULL },
	{ "then its program", "cat", "shadow", NULL, "[\"cat\", \"/usr/bin/cat\"]", false,
	  "/usr/bin/cat", NULL },
	{ "and its parent", "cat", "shadow", NULL, "[\"cat\", \"/usr/bin/cat\", \"cron\"]", false,
	  "/usr/bin/cat", "cron\t80\nsystemd\t1\n" },
	{ "a parent alone", "cat", "shadow", NULL, "[\"cat\", \"cron\"]", false, NULL,
	  "cron\t80\n" },
	{ "a parent that was made safe", "cat", "shadow", NULL, "[\"cat\"]", false, NULL,
	  "cr\\x1bon\t80\n" },
	{ "not with a file", "cat", "/etc/shadow", NULL, "[\"cat\", \"/etc/shadow\"]", false,
	  "/usr/bin/cat", "cron\t80\n" },
	{ "what confuses YAML", "a\"b\\c: d", "/tmp/\n- rule: x\x1b[1m", NULL, "[\"\\\"a", false,
	  NULL, NULL },
};

static void check_loads(const char *draft, const char *name)
{
	struct rules_options options;
	struct rules_loader *loader;
	struct rules *rules;
	int rc;

	rules_options_init(&options);
	ck_assert_int_eq(rules_loader_new(&options, &loader), 0);
	ck_assert_int_eq(rules_loader_add(loader, "a", rule_file, strlen(rule_file)), 0);
	rc = rules_loader_add(loader, "b", draft, strlen(draft));
	ck_assert_msg(rc == 0, "%s: %s\n%s", name,
		      rules_loader_result(loader, 1)->errors.len
			      ? rules_loader_result(loader, 1)->errors.items[0]->message
			      : "",
		      draft);
	ck_assert_int_eq(rules_loader_finish(loader, &rules), 0);
	ck_assert_ptr_nonnull(strstr(rules_at(rules, 0)->condition, " and not "));
	rules_free(rules);
	rules_loader_free(loader);
}

START_TEST(test_draft)
{
	const struct draft_case *c = &draft_cases[_i];
	const struct history_hit hit = { .rule = "Odd \"file\"",
					 .output = "o",
					 .resolved = c->by_resolved,
					 .ancestors = c->ancestors };
	struct build_record b;
	struct history_event kept = { .fd_name = "" };
	uint8_t bytes[HISTORY_HIT_BYTES_MAX];
	struct event event;
	struct text_buf buf;
	char data[2048];

	build_record_init(&b, event_by_id("SYSCALL_OPENAT_2_X")->code,
			  &(struct build_prefix){ .pid = 7, .nr = 257, .ret = 3, .comm = c->comm });
	if (c->resolved)
		build_record_ext(&b, RECORD_EXT_PATH, 0, c->resolved, strlen(c->resolved));
	build_record_int(&b, 3);
	build_record_int(&b, -100);
	build_record_text(&b, c->called);
	kept.record_len = (uint32_t)build_record_finish(&b);
	kept.record = b.data;
	history_hit_pack(&hit, bytes);
	kept.hit = bytes;
	ck_assert_int_eq(event_decode(kept.record, kept.record_len, &event), 0);
	text_buf_init(&buf, data, sizeof(data));
	ck_assert_int_eq(exception_draft(&kept, &event, c->exe, &buf), 0);
	ck_assert_msg(strstr(data, c->values), "%s: no %s in\n%s", c->name, c->values, data);
	check_loads(data, c->name);
	kept.hit = NULL;
	ck_assert_int_eq(exception_draft(&kept, &event, c->exe, &buf), -ENOENT);
}
END_TEST

static const struct head_case {
	const char *rules, *path, *head;
} head_cases[] = {
	{ "/etc/falco_rules.yaml", "exc.yaml", "# saker check /etc/falco_rules.yaml exc.yaml\n" },
	{ NULL, "exc.yaml", "# saker check exc.yaml\n" },
	{ "/my rules/it's.yaml", "a\n- b", "# saker check '/my rules/it'\\''s.yaml' 'a?- b'\n" },
};

/* The command that checks the file, rules as their rows name them. */
START_TEST(test_head)
{
	const struct head_case *c = &head_cases[_i];
	const char *file = c->rules ? c->rules : "default.yaml";
	const struct rule_row rows[] = { { .name = "other", .file = "other.yaml" },
					 { .name = "r", .file = file } };
	const struct snapshot snapshot = { .rules = rows, .rules_len = 2 };
	struct text_buf buf;
	char data[512];

	text_buf_init(&buf, data, sizeof(data));
	exception_draft_head(exception_draft_rules(&snapshot, "r"), c->path, &buf);
	ck_assert_msg(strstr(data, c->head), "%s", data);
	/* It is no part of the item. */
	for (const char *line = data; *line; line += strcspn(line, "\n") + 1)
		ck_assert_int_eq(*line, '#');
}
END_TEST

static void exec(struct field_host *host, const char *comm)
{
	struct build_record *b = &host->record;

	field_host_begin(host, "SYSCALL_EXECVE_19_X", "execve", 0);
	b->prefix.comm = comm;
	build_record_int(b, 0);
	build_record_text(b, comm);
	for (int i = 0; i < 29; i++)
		build_record_empty(b);
	build_record_ext(b, RECORD_EXT_EXE, 0, "/tmp/new", 8);
	field_host_apply(host);
}

static void exec_cat(struct field_host *host)
{
	exec(host, "cat");
}

static void exec_dog(struct field_host *host)
{
	exec(host, "dog");
}

/* What happens to pid 100 after its hit. */
static const struct exe_case {
	const char *name;
	void (*later)(struct field_host *host);
	const char *exe;
} exe_cases[] = {
	{ "nothing", NULL, "/usr/bin/cat" },
	{ "another event", step_mkdir_folder, "/usr/bin/cat" },
	{ "another program of that name", exec_cat, NULL },
	{ "another name", exec_dog, NULL },
};

/* The program of now is that of the hit only where none was executed since. */
START_TEST(test_exe)
{
	const struct exe_case *c = &exe_cases[_i];
	const struct history_hit hit = { .rule = "r", .output = "o" };
	struct snapshot *snapshot;
	struct field_host host;
	const char *exe;

	field_host_init(&host);
	step_open_failed(&host);
	ck_assert_int_eq(state_hit(host.state, &hit), 0);
	if (c->later)
		c->later(&host);
	state_refresh_begin(host.state, host.now_ns);
	state_task(host.state,
		   &(struct task_sample){ .pid = 100,
					  .tid = 100,
					  .ppid = 50,
					  .start_boot_ns = 9 * HOST_SECOND,
					  .thread_start_boot_ns = 9 * HOST_SECOND,
					  .flags = TASK_F_LEADER | TASK_F_IN_SCOPE,
					  .state = 'R',
					  .threads = 1,
					  .comm = "cat",
					  .leader_comm = "cat" },
		   NULL);
	state_refresh_end(host.state);
	ck_assert_int_eq(state_publish(host.state, &snapshot), 0);
	exe = exception_draft_exe(snapshot, snapshot_event(snapshot, SNAPSHOT_HIT_BASE + 1));
	ck_assert_msg(exe == c->exe || (exe && c->exe && strcmp(exe, c->exe) == 0), "%s: %s",
		      c->name, exe ? exe : "none");
	snapshot_unref(snapshot);
	field_host_release(&host);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("exception_draft");

	tcase_add_loop_test(tcase, test_head, 0, (int)(sizeof(head_cases) / sizeof(head_cases[0])));
	tcase_add_loop_test(tcase, test_draft, 0,
			    (int)(sizeof(draft_cases) / sizeof(draft_cases[0])));
	tcase_add_loop_test(tcase, test_exe, 0, (int)(sizeof(exe_cases) / sizeof(exe_cases[0])));
	return run_suite("exception_draft", tcase);
}
