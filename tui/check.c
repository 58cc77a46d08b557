/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"

#include <errno.h>

#include "host_names.h"
#include "option_value.h"
#include "rule_config.h"
#include "rule_files.h"
#include "rule_report.h"
#include "state/filter/compile.h"
#include "state/rules/rules.h"

typedef size_t (*host_fn)(void *ctx, const char *name, struct field_ip *addresses);

enum defaults { WITHOUT_DEFAULTS, WITH_DEFAULTS };

/* What files are loaded with. */
struct load_opts {
	const struct rule_config *config; /* NULL: none */
	host_fn host; /* where names of hosts are looked up; NULL: none is known */
	enum defaults defaults;
};

static int load(const struct option_words *files, const struct load_opts *opts,
		struct rules_loader **ret_loader)
{
	const struct rule_config *config = opts->config;
	struct rules_options options;
	struct rules_loader *loader;
	int rc;

	rules_options_init(&options);
	options.port = rule_files_port;
	options.host = opts->host;
	if (config) {
		options.min_priority = config->min_priority;
		options.append = config->append;
		options.append_len = config->append_len;
	}
	rc = rules_loader_new(&options, &loader);
	if (rc == 0 && opts->defaults == WITH_DEFAULTS)
		rc = rule_files_load_defaults(loader);
	for (size_t i = 0; i < files->len && rc != -ENOMEM; i++)
		rc = rule_files_load(loader, files->items[i]);
	if (rc == -ENOMEM) {
		rules_loader_free(loader);
		return rc;
	}
	*ret_loader = loader;
	return 0;
}

/*
 * The files as they are; those that are right only above the default rules, because they change
 * them (append, override), as everywhere else.
 */
static int load_words(const struct options *options, struct rules_loader **ret_loader)
{
	struct load_opts opts = { .config = NULL };
	struct rules_loader *loader = NULL, *above = NULL;
	int rc = load(&options->words, &opts, &loader);

	if (rc == 0 && !rule_report_ok(loader) && !options->no_default_rules) {
		opts.defaults = WITH_DEFAULTS;
		rc = load(&options->words, &opts, &above);
	}
	if (rc < 0) {
		rules_loader_free(loader);
		return rc;
	}
	if (above && rule_report_ok(above)) {
		rules_loader_free(loader);
		loader = above;
	} else {
		rules_loader_free(above);
	}
	*ret_loader = loader;
	return 0;
}

int check_run(FILE *out, const struct options *options)
{
	struct rules_loader *loader = NULL;
	struct rules *rules = NULL;
	int rc = load_words(options, &loader);

	if (rc == 0)
		rc = rules_loader_finish(loader, &rules);
	if (rc == 0 && options->format == FORMAT_JSON)
		rule_report_json(loader, rules, out);
	else if (rc == 0)
		rule_report_text(loader, out);
	if (rc == 0)
		rc = rule_report_ok(loader) ? 0 : 1;
	rules_free(rules);
	rules_loader_free(loader);
	return rc;
}

/*
 * Loads the files and switches their rules. Returns 0, -EBADMSG when a file is wrong, or -ENOMEM;
 * the caller frees the loader, which may be NULL.
 */
static int load_all(const struct options *options, const struct rule_config *config,
		    struct rules_loader **ret_loader, struct rules **ret_rules)
{
	struct rules *rules = NULL;
	const struct load_opts opts = {
		.config = config,
		/* A capture says the same on every machine. */
		.host = options->read ? NULL : host_names_find,
		.defaults = options->no_default_rules ? WITHOUT_DEFAULTS : WITH_DEFAULTS,
	};
	int rc = load(&options->rules, &opts, ret_loader);

	if (rc == 0 && !rule_report_ok(*ret_loader))
		return -EBADMSG;
	if (rc == 0)
		rc = rules_loader_finish(*ret_loader, &rules);
	if (rc < 0)
		return rc;
	rule_config_switch(config, rules);
	rc = rules_prepare(rules);
	if (rc < 0)
		rules_free(rules);
	else
		*ret_rules = rules;
	return rc;
}

/* What the config says beside the options. Returns 0, or -EINVAL with the sentence in *err. */
static int read_config(const struct options *options, struct rule_config *config,
		       struct usage_error *err)
{
	if (rule_config_init(config) < 0)
		return option_fail(err, "no memory for rules");
	config->min_priority = options->min_priority;
	return rule_config_load(config, options, err);
}

int check_reload(const struct options *options, struct rules **ret_rules, struct usage_error *err)
{
	struct rules_loader *loader = NULL;
	struct rule_config config;
	struct filter_kinds kinds;
	struct rules *rules = NULL;
	int rc = read_config(options, &config, err);

	if (rc == 0) {
		rc = load_all(options, &config, &loader, &rules);
		if (rc == -EBADMSG)
			rule_report_first(loader, err->text, sizeof(err->text));
		else if (rc < 0)
			option_fail(err, "no memory for rules");
	}
	if (rc == 0 && !rules_len(rules) && options->mode != MODE_MONITOR)
		rc = option_fail(err, "no rule of priority %s or above is left",
				 rule_priority_name(options->min_priority));
	if (rc == 0) {
		/* The programs for all kinds of events are made here, not where events wait. */
		rules_events(rules, &kinds);
		*ret_rules = rules;
	} else {
		rules_free(rules);
	}
	rules_loader_free(loader);
	rule_config_release(&config);
	return rc < 0 ? -EINVAL : 0;
}

int check_load(const struct options *options, const char *what, struct rules **ret_rules,
	       struct usage_error *err)
{
	struct rules_loader *loader = NULL;
	struct rule_config config;
	int rc = read_config(options, &config, err);

	if (rc == 0) {
		rc = load_all(options, &config, &loader, ret_rules);
		if (rc == -EBADMSG)
			rule_report_text(loader, stderr);
		if (rc < 0)
			option_fail(err,
				    rc == -ENOMEM ? "%s: no memory" : "%s: a rule file is wrong",
				    what);
	}
	rules_loader_free(loader);
	rule_config_release(&config);
	return rc < 0 ? -EINVAL : 0;
}
