/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the config file says of rules, beside the options: which are on, and what their outputs end
 * with. Rules on and off come after all rule files, each in its turn.
 *
 *   rules:
 *     - disable: {rule: '*'}              all rules; * is any text
 *     - enable: {tag: network}
 *   append_output:
 *     - match: {source: syscall, tags: [network], rule: A name}    without: every rule
 *       extra_output: on %evt.hostname    behind the output
 *       extra_fields:                     in output_fields of JSON
 *         - proc.aname[2]                 a field
 *         - on_host: at %evt.hostname     a key and a text
 *       suggested_output: true            the fields of containers; so it is without append_output
 */
#ifndef TUI_RULE_CONFIG_H
#define TUI_RULE_CONFIG_H

#include <stddef.h>
#include "options.h"
#include "state/base/arena.h"
#include "state/rules/rules.h"

struct rule_switch {
	enum rules_switch to;
	const char *rule, *tag; /* one of them; the other is NULL */
};

struct rule_config {
	struct memory *memory;
	struct arena arena; /* all of the below */
	struct rules_append *append;
	size_t append_len;
	struct rule_switch *switches;
	size_t switches_len;
	enum rule_priority min_priority; /* set by who knows it; less severe rules are not loaded */
	bool has_append, has_switches;   /* a file has the key: those behind it do not count */
};

/* The defaults. Returns 0 or -ENOMEM. */
int rule_config_init(struct rule_config *config);
void rule_config_release(struct rule_config *config);
/* Reads the files that config_load() reads. Returns 0, or -errno with the sentence in *err. */
int rule_config_load(struct rule_config *config, const struct options *options,
		     struct usage_error *err);
/* One text; file is its name in messages. Returns 0, -EINVAL or -ENOMEM. */
int rule_config_parse(struct rule_config *config, const char *file, const char *text, size_t len,
		      struct usage_error *err);
/* Switches rules on and off; rules_prepare() must follow. */
void rule_config_switch(const struct rule_config *config, struct rules *rules);

#endif
