/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_rules.h"
#include "fake.h"

#include <stdlib.h>

#include "state/filter/kind.h"
#include "state/rules/rules.h"
#include "tui/event_count.h"
#include "tui/explain.h"
#include "tui/hit_window.h"
#include "tui/rule_watch.h"

static const struct history_hit hits[] = {
	{ .rule = "Read sensitive file",
	  .output = "Sensitive file opened by an untrusted program (file=/etc/shadow)",
	  .priority = 4 },
	{ .rule = "Binary folder written",
	  .output = "File below a folder of programs opened for writing (file=/usr/bin/ls)",
	  .priority = 3,
	  .resolved = true,
	  .tags = "filesystem mitre_persistence",
	  .why = "evt.type in (open, openat, openat2)\topenat\n"
		 "fd.directory in (/usr/bin, /usr/sbin)\t/usr/bin\n"
		 "not proc.name = dpkg\tbackup.sh\n",
	  .ancestors = "backup.sh\t4400\ncron\t800\nsystemd\t1\n",
	  .exepath = "/usr/bin/dash" },
	{ .rule = "Shell in a container", .output = "A shell runs", .priority = 2 },
};

static const struct rule_row rules[] = {
	{ .name = "Read sensitive file",
	  .file = "default.yaml",
	  .line = 12,
	  .priority = 4,
	  .enabled = true,
	  .evaluations = 48200,
	  .evaluations_delta = 812,
	  .hits = 3,
	  .ns_per_evaluation = 41.2 },
	{ .name = "Binary folder written",
	  .file = "/etc/saker/rules/local.yaml",
	  .line = 7,
	  .priority = 3,
	  .enabled = true,
	  .evaluations = 48200,
	  .evaluations_delta = 812,
	  .hits = 4,
	  .hits_delta = 1,
	  .ns_per_evaluation = 130 },
	{ .name = "Shell in a container",
	  .file = "default.yaml",
	  .line = 40,
	  .priority = 2,
	  .enabled = true,
	  .muted = true,
	  .evaluations = 120,
	  .evaluations_delta = 1,
	  .hits = 2,
	  .ns_per_evaluation = 940 },
	{ .name = "Network tool",
	  .file = "default.yaml",
	  .line = 77,
	  .priority = 5,
	  .ns_per_evaluation = -1 },
};

/* What the same rules say, for questions. */
static const char file[] =
	"- rule: Read sensitive file\n"
	"  desc: d\n"
	"  condition: evt.type in (open, openat, openat2) and fd.name in (/etc/shadow, "
	"/etc/gshadow)"
	" and not proc.name in (sshd, login, su, sudo, passwd, chage)\n"
	"  output: o\n"
	"  priority: WARNING\n"
	"  exceptions:\n"
	"    - {name: backups, fields: [proc.name, proc.pname],"
	" values: [[backup.sh, cron], [rsync, cron]]}\n"
	"- rule: Binary folder written\n"
	"  desc: d\n"
	"  condition: evt.type in (open, openat, openat2) and evt.is_open_write = true and"
	" fd.directory in (/usr/bin, /usr/sbin)\n"
	"  output: o\n"
	"  priority: ERROR\n"
	"- rule: Shell in a container\n"
	"  desc: d\n"
	"  condition: evt.type = execve and container.id != host\n"
	"  output: o\n"
	"  priority: CRITICAL\n"
	"- rule: Network tool\n"
	"  desc: d\n"
	"  condition: evt.type = execve and proc.name in (nmap, nc)\n"
	"  output: o\n"
	"  priority: NOTICE\n"
	"  enabled: false\n";

static struct rules *load(void)
{
	struct rules_options options;
	struct rules_loader *loader;
	struct rules *loaded;

	rules_options_init(&options);
	if (rules_loader_new(&options, &loader) < 0 ||
	    rules_loader_add(loader, "default.yaml", file, sizeof(file) - 1) < 0 ||
	    rules_loader_finish(loader, &loaded) < 0)
		abort();
	rules_loader_free(loader);
	return loaded;
}

static void explain(void *ctx, struct explain_ask *ask)
{
	struct state *state = fake_state(ctx);
	const struct rule_watch_opts opts = { .names = RULES_NAMES_BOTH };
	struct rules *loaded = load();
	struct filter_event event;
	struct rule_watch watch;

	if (filter_event_init(&event, state) < 0)
		abort();
	rule_watch_init(&watch, &opts, &event, state);
	rule_watch_use(&watch, loaded);
	watch.since_num = 0;
	state_set_explained(state, explain_past(&watch, ask));
	rule_watch_release(&watch);
	filter_event_release(&event);
	rules_free(loaded);
	explain_ask_free(ask);
}

static void count_events(void *ctx, struct event_count *count)
{
	struct state *state = fake_state(ctx);
	struct snapshot_counted counted;
	struct filter_event event;

	if (filter_event_init(&event, state) < 0)
		abort();
	while (event_count_step(count, &event, 1))
		;
	counted = event_count_now(count);
	state_set_counted(state, &counted);
	filter_event_release(&event);
	event_count_free(count);
}

/* No file is written. */
static void save(void *ctx, struct hit_window_ask *ask)
{
	hit_window_ask_free(ask);
}

void fake_rules_answer(struct snapshot_source *source)
{
	source->explain = explain;
	source->count = count_events;
	source->save = save;
}

void fake_rules_hit(struct state *state, uint64_t turn)
{
	if (state_hit(state, &hits[turn % (sizeof(hits) / sizeof(hits[0]))]) < 0)
		abort();
}

void fake_rules_publish(struct state *state, uint64_t now_ns)
{
	size_t len = sizeof(rules) / sizeof(rules[0]);
	struct rules *loaded = load();
	struct rule_rows *rows;

	if (rule_rows_new(len, &rows) < 0)
		abort();
	for (size_t i = 0; i < len; i++) {
		struct rule_row *row = rule_rows_at(rows, i);
		struct filter_kinds kinds;

		*row = rules[i];
		row->last_hit_ns = row->hits ? now_ns - 2000000000u : 0;
		rules_kinds(loaded, rules_at(loaded, i), &kinds);
		row->kinds = rule_rows_bytes(rows, &kinds, sizeof(kinds));
	}
	rules_free(loaded);
	state_set_rules(state, rows);
}
