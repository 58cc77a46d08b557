/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The config file and the command line: any bytes. The first line is a command line (words at
 * blanks), the rest a config file that is read after it. What is taken is within its limits; what
 * is refused says so in one sentence. The parsers are compiled in here, because fuzzers are linked
 * with the layers below tui/ only.
 */
#include "probe/buffer_options.c"
#include "tui/number.c"
#undef NS_PER_S
#include "tui/option_value.c"
#undef NS_PER_S
#include "tui/options.c"
#include "tui/config.c"
#include "tui/host_names.c"
#include "tui/rule_files.c"
#include "tui/condition.c"
#undef CONFIG_BYTES
#include "tui/rule_config.c"
#include <assert.h>

#define WORDS_MAX 32

static void check_options(const struct options *options)
{
	uint64_t buffer = options->probe.buffer_bytes;

	assert(options->mode < MODE_COUNT);
	assert(options->delay_ns >= SECONDS_MIN_NS);
	assert(!options->stop_ns || options->stop_ns >= SECONDS_MIN_NS);
	assert(buffer >= PROBE_BUFFER_MIN && buffer <= PROBE_BUFFER_MAX &&
	       !(buffer & (buffer - 1)));
	assert(options->probe.snaplen <= RECORD_SNAPLEN_MAX);
	assert(options->memory_bytes >= MEMORY_MIN);
	assert(options->scope.pids_len <= PROBE_SCOPE_MAX);
	assert(options->scope.comms_len <= PROBE_SCOPE_MAX);
	assert(memchr(options->view, 0, sizeof(options->view)));
	assert(memchr(options->theme, 0, sizeof(options->theme)));
}

static int split(char *text, char *words[WORDS_MAX])
{
	char *saved;
	int len = 0;

	words[len++] = "saker";
	for (char *word = strtok_r(text, " ", &saved); word && len < WORDS_MAX - 1;
	     word = strtok_r(NULL, " ", &saved))
		words[len++] = word;
	words[len] = NULL;
	return len;
}

/* The keys about rules; what is taken is applied to a rule. */
static int parse_rules(const char *config, size_t len, struct usage_error *err)
{
	static const char file[] = "- {rule: r, desc: d, condition: evt.type = open, "
				   "output: o, priority: info, tags: [a]}\n";
	struct rule_config rule_config;
	struct rules_options options;
	struct rules_loader *loader;
	struct rules *rules;
	int rc;

	assert(rule_config_init(&rule_config) == 0);
	rc = rule_config_parse(&rule_config, "c.yaml", config, len, err);
	if (rc == 0) {
		rules_options_init(&options);
		options.append = rule_config.append;
		options.append_len = rule_config.append_len;
		assert(rules_loader_new(&options, &loader) == 0);
		/* Together the texts may be too long for a format: an error of the rule. */
		(void)rules_loader_add(loader, "r", file, sizeof(file) - 1);
		assert(rules_loader_finish(loader, &rules) == 0);
		rule_config_switch(&rule_config, rules);
		assert(rules_prepare(rules) == 0);
		rules_free(rules);
		rules_loader_free(loader);
	}
	rule_config_release(&rule_config);
	return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = memchr(data, '\n', size);
	size_t line_len = end ? (size_t)(end - data) : size,
	       config_len = end ? size - line_len - 1 : 0;
	struct usage_error err = { "" };
	char *line = strndup((const char *)data, line_len);
	/* A copy of its own size: a read beyond the end is seen. */
	char *config = malloc(config_len ? config_len : 1);
	struct options options;
	char *words[WORDS_MAX];
	int rc;

	assert(line && config);
	memcpy(config, end ? end + 1 : data, config_len);
	rc = options_parse(&options, split(line, words), words, &err);
	if (rc == 0 && !options.help && !options.version) {
		check_options(&options);
		rc = config_parse(&options, "c.yaml", config, config_len, &err);
		if (rc == 0)
			check_options(&options);
	}
	if (rc == 0)
		rc = parse_rules(config, config_len, &err);
	assert(rc == 0 || (*err.text && memchr(err.text, 0, sizeof(err.text))));
	free(config);
	free(line);
	return 0;
}
