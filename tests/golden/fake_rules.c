/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_rules.h"

#include <stdlib.h>

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
	  .ancestors = "backup.sh\t4400\ncron\t800\nsystemd\t1\n" },
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

void fake_rules_hit(struct state *state, uint64_t turn)
{
	if (state_hit(state, &hits[turn % (sizeof(hits) / sizeof(hits[0]))]) < 0)
		abort();
}

void fake_rules_publish(struct state *state, uint64_t now_ns)
{
	size_t len = sizeof(rules) / sizeof(rules[0]);
	struct rule_rows *rows;

	if (rule_rows_new(len, &rows) < 0)
		abort();
	for (size_t i = 0; i < len; i++) {
		struct rule_row *row = rule_rows_at(rows, i);

		*row = rules[i];
		row->last_hit_ns = row->hits ? now_ns - 2000000000u : 0;
	}
	state_set_rules(state, rows);
}
