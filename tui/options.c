/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parsing of the command line and of config keys. A word is an option (-x, -xVALUE, clusters -xy,
 * --name, --name=VALUE), the subcommand (the first word that is none), or an argument of it. `--`
 * ends the options; COMMAND follows. Options and words may be mixed. Of an option that has one
 * value and is given twice the last wins; what the command line gives, no config file changes.
 */
#include "options.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "option_value.h"
#include "state/base/nearest.h"

#define NS_PER_S 1000000000ull
#define MEMORY_DEFAULT (256u << 20)
#define SNAPLEN_DEFAULT 80

static const struct option_desc table[OPTION_COUNT] = {
#define OPTION(id, set, group, letter, name, argument, modes, config, help) \
	[OPTION_##id] = { OPTION_GROUP_##group, letter, name, argument, modes, config, help },
#include "options.def"
};

static const option_value_fn setters[OPTION_COUNT] = {
#define OPTION(id, set, group, letter, name, argument, modes, config, help) \
	[OPTION_##id] = option_##set,
#include "options.def"
};

static const char *const group_titles[OPTION_GROUP_COUNT] = {
#define OPTION_GROUP(id, title) [OPTION_GROUP_##id] = title,
#include "options.def"
};

static const struct mode_desc modes[MODE_COUNT] = {
#define MODE(id, name, synopsis, help) [MODE_##id] = { name, synopsis, help },
#include "options.def"
};

_Static_assert(OPTION_COUNT <= 64, "options.given has a bit for each");

const struct option_desc *option_at(enum option_id id)
{
	return &table[id];
}

const char *option_group_title(enum option_group group)
{
	return group_titles[group];
}

const struct mode_desc *mode_at(enum mode mode)
{
	return &modes[mode];
}

void option_synopsis(enum option_id id, char *text, size_t size)
{
	const struct option_desc *option = &table[id];
	char letter[4] = "";

	if (option->letter)
		snprintf(letter, sizeof(letter), "-%c", option->letter);
	snprintf(text, size, "%s%s%s%s%s%s", letter, *letter && *option->name ? ", " : "",
		 *option->name ? "--" : "", option->name, *option->argument ? " " : "",
		 option->argument);
}

static enum option_id find_letter(char letter)
{
	enum option_id id = 0;

	while (id < OPTION_COUNT && table[id].letter != letter)
		id++;
	return id;
}

static enum option_id find_name(const char *name, size_t len)
{
	enum option_id id = 0;

	while (id < OPTION_COUNT &&
	       (!len || strncmp(table[id].name, name, len) != 0 || table[id].name[len]))
		id++;
	return id;
}

static int unknown_option(const char *word, struct usage_error *err)
{
	size_t len = strcspn(word + 2, "=");
	char name[64];
	struct nearest nearest = { .wrong = name };

	snprintf(name, sizeof(name), "%.*s", (int)len, word + 2);
	for (enum option_id id = 0; id < OPTION_COUNT; id++)
		if (*table[id].name)
			nearest_offer(&nearest, table[id].name);
	return option_fail(err, "unknown option %.*s%s%s%s", (int)len + 2, word,
			   nearest.best ? "; did you mean --" : "",
			   nearest.best ? nearest.best : "", nearest.best ? "?" : "");
}

/* Where the value of an option may come from. */
struct value_source {
	const char *attached; /* NULL: none */
	const char *next;     /* the word behind it, NULL: none */
	bool used_next;       /* set when the value was that word */
};

static int take_option(struct option_value *input, enum option_id id, struct value_source *source)
{
	const char *value = source->attached;

	if (*table[id].argument && !value) {
		value = source->next;
		source->used_next = true;
		if (!value)
			return option_fail(input->err, "%s needs a value: %s", input->what,
					   table[id].argument);
	}
	if (!*table[id].argument && value)
		return option_fail(input->err, "%s takes no value", input->what);
	input->from = input->what;
	input->options->given |= 1ull << id;
	return setters[id](input, value ? value : "");
}

static int parse_long(struct option_value *input, const char *word, struct value_source *source)
{
	size_t len = strcspn(word + 2, "=");
	enum option_id id = find_name(word + 2, len);

	if (id == OPTION_COUNT)
		return unknown_option(word, input->err);
	snprintf(input->what, sizeof(input->what), "--%s", table[id].name);
	source->attached = word[2 + len] ? word + 2 + len + 1 : NULL;
	return take_option(input, id, source);
}

static int parse_cluster(struct option_value *input, const char *word, struct value_source *source)
{
	for (const char *p = word + 1; *p; p++) {
		enum option_id id = find_letter(*p);
		int rc;

		snprintf(input->what, sizeof(input->what), "-%c", *p);
		if (id == OPTION_COUNT)
			return option_fail(input->err, "unknown option %s",
					   (unsigned char)*p < 0x80 ? input->what : word);
		source->attached = *table[id].argument && p[1] ? p + 1 : NULL;
		rc = take_option(input, id, source);
		if (rc < 0 || *table[id].argument)
			return rc;
	}
	return 0;
}

static int unknown_word(const char *word, struct usage_error *err)
{
	struct nearest nearest = { .wrong = word };
	char names[128];
	size_t len = 0;

	for (enum mode mode = 0; mode < MODE_COUNT; mode++) {
		if (!*modes[mode].name)
			continue;
		nearest_offer(&nearest, modes[mode].name);
		if (len < sizeof(names))
			len += (size_t)snprintf(names + len, sizeof(names) - len, "%s, ",
						modes[mode].name);
	}
	if (nearest.best)
		return option_fail(err, "unknown word '%s'; did you mean %s?", word, nearest.best);
	return option_fail(err, "unknown word '%s': expected %san option or a condition", word,
			   names);
}

/* A condition has more than letters, or begins with `not`. */
static bool begins_condition(const char *word)
{
	return strcmp(word, "not") == 0 || strpbrk(word, ".()=<>! \t\n") != NULL;
}

static int add_filter_word(struct options *options, const char *word, struct usage_error *err)
{
	size_t len = strlen(options->filter), more = strlen(word);

	if (len + more + 2 > sizeof(options->filter))
		return option_fail(err, "FILTER has more than %zu bytes",
				   sizeof(options->filter) - 1);
	snprintf(options->filter + len, sizeof(options->filter) - len, "%s%s", len ? " " : "",
		 word);
	return 0;
}

static int parse_word(struct options *options, const char *word, size_t index,
		      struct usage_error *err)
{
	if (index == 0) {
		for (enum mode mode = 0; mode < MODE_COUNT; mode++)
			if (*modes[mode].name && strcmp(word, modes[mode].name) == 0) {
				options->mode = mode;
				return 0;
			}
		if (!begins_condition(word))
			return unknown_word(word, err);
	}
	if (LIVE & 1u << options->mode)
		return add_filter_word(options, word, err);
	if (options->mode == MODE_LIST && index == 1) {
		options->subject = word;
		return 0;
	}
	if (options->mode == MODE_CHECK) {
		if (options->words.len == OPTION_WORDS_MAX)
			return option_fail(err, "check: at most %d files; name their folder",
					   OPTION_WORDS_MAX);
		options->words.items[options->words.len++] = word;
		return 0;
	}
	return option_fail(err, "unexpected word '%s'", word);
}

const char *mode_label(enum mode mode)
{
	if (mode == MODE_MONITOR)
		return "monitor";
	return mode == MODE_BATCH ? "-b" : modes[mode].name;
}

/* "-b, stream": the modes that take an option. */
static void modes_render(unsigned mask, char *text, size_t size)
{
	size_t len = 0;

	text[0] = '\0';
	for (enum mode mode = 0; mode < MODE_COUNT; mode++) {
		if (mask & 1u << mode && len < size)
			len += (size_t)snprintf(text + len, size - len, "%s%s", len ? ", " : "",
						mode_label(mode));
	}
}

/* Of the probe and of what it would start: a capture was made with its own. */
static int finish_read(const struct options *options, struct usage_error *err)
{
	static const enum option_id live[] = { OPTION_WRITE,         OPTION_BUFFER_SIZE,
					       OPTION_BUFFER_PRESET, OPTION_CPUS_PER_BUFFER,
					       OPTION_SNAPLEN,       OPTION_HOST_ROOT };

	for (size_t i = 0; i < sizeof(live) / sizeof(live[0]); i++) {
		char synopsis[64];

		if (!(options->given & 1ull << live[i]))
			continue;
		option_synopsis(live[i], synopsis, sizeof(synopsis));
		return option_fail(err, "%s does not go with -r: it is about the live system",
				   synopsis);
	}
	if (options->command)
		return option_fail(err, "-- COMMAND does not go with -r");
	return 0;
}

/* Standard output takes one thing only. */
static int finish_write(const struct options *options, struct usage_error *err)
{
	if (strcmp(options->write, "-") != 0)
		return 0;
	if (options->mode == MODE_MONITOR)
		return option_fail(err, "-w -: the monitor is on standard output; name a file");
	if (options->mode != MODE_RECORD && !options->output)
		return option_fail(err, "-w -: lines go to standard output too; give one of them "
					"a file, with --output or -w");
	if (options->command)
		return option_fail(err, "-w -: the output of COMMAND goes there too; name a file");
	return 0;
}

static int finish_capture(const struct options *options, struct usage_error *err)
{
	if (options->mode == MODE_ALERTS && *options->filter)
		return option_fail(err,
				   "alerts: %.60s: rules say what is wanted; FILTER is for "
				   "the other modes",
				   options->filter);
	if (options->mode == MODE_RECORD && !options->write)
		return option_fail(err, "record needs a file, as in: saker record -w FILE");
	if (options->read)
		return finish_read(options, err);
	return options->write ? finish_write(options, err) : 0;
}

/* Rules that nobody is told of, alerts that nobody makes. */
static int finish_rules(const struct options *options, struct usage_error *err)
{
	bool told = options->alerts || options->alerts_syslog;
	bool quiet = options->mode == MODE_STREAM || options->mode == MODE_RECORD;

	if ((told || options->mode == MODE_ALERTS) && !options->rules.len &&
	    options->no_default_rules)
		return option_fail(err, "--no-default-rules leaves no rules; name some, as in: "
					"--no-default-rules --rules FILE");
	if (options->rules.len && quiet && !told)
		return option_fail(err,
				   "%s shows no hits of rules: --alerts FILE or --alerts-syslog "
				   "go with --rules, or saker alerts",
				   mode_label(options->mode));
	return 0;
}

/* What only the whole line tells: the mode, and whether every option belongs to it. */
static int finish(struct options *options, struct usage_error *err)
{
	if (options->given & 1ull << OPTION_BATCH) {
		if (options->mode != MODE_MONITOR)
			return option_fail(err, "-b and %s exclude each other",
					   modes[options->mode].name);
		options->mode = MODE_BATCH;
	}
	for (enum option_id id = 0; id < OPTION_COUNT; id++) {
		char synopsis[64], names[64];

		if (!(options->given & 1ull << id) || table[id].modes & 1u << options->mode)
			continue;
		option_synopsis(id, synopsis, sizeof(synopsis));
		modes_render(table[id].modes, names, sizeof(names));
		return option_fail(err, "%s does not go with %s; it goes with: %s", synopsis,
				   mode_label(options->mode), names);
	}
	if (finish_capture(options, err) < 0 || finish_rules(options, err) < 0)
		return -EINVAL;
	if (options->format == FORMAT_CSV && options->mode != MODE_BATCH)
		return option_fail(err, "--format csv goes with -b only");
	if (options->mode == MODE_LIST && !options->subject)
		return option_fail(err, "list needs a subject, as in: saker list views");
	if (options->mode == MODE_CHECK && options->words.len == 0 && !options->expr)
		return option_fail(err, "check needs a rule file, as in: saker check rules.yaml");
	if (options->words.len > 0 && options->expr)
		return option_fail(err, "check: either files or -e EXPR");
	if (options->syntax && !options->expr)
		return option_fail(err, "--syntax goes with check -e EXPR only");
	if ((options->rules.len || options->no_default_rules) && options->mode == MODE_LIST &&
	    strcmp(options->subject, "rules") != 0)
		return option_fail(err, "list: %s goes with rules only",
				   options->rules.len ? "--rules" : "--no-default-rules");
	if (options->command && !(LIVE & 1u << options->mode))
		return option_fail(err, "-- COMMAND does not go with %s",
				   modes[options->mode].name);
	if (options->command && options->scope.pids_len == PROBE_SCOPE_MAX)
		return option_fail(err, "-p: at most %d processes beside COMMAND",
				   PROBE_SCOPE_MAX - 1);
	if (options->given & 1ull << OPTION_NO_CHILDREN && !options->command &&
	    !options->scope.pids_len)
		return option_fail(err, "--no-children needs -p PID or -- COMMAND");
	return 0;
}

void options_init(struct options *options)
{
	*options = (struct options){
		.mode = MODE_MONITOR,
		.scope = { .children = true },
		.delay_ns = NS_PER_S,
		.memory_bytes = MEMORY_DEFAULT,
		.min_priority = RULE_PRIORITY_DEBUG,
		.names = RULES_NAMES_BOTH,
		.which = RULES_FIRST,
		.throttle_ns = 10000000000ull,
		.probe = { .buffer_bytes = PROBE_BUFFER_DEFAULT, .snaplen = SNAPLEN_DEFAULT },
	};
}

int options_parse(struct options *options, int argc, char *const *argv, struct usage_error *err)
{
	struct option_value input = { .options = options, .err = err };
	size_t words = 0;
	int rc = 0;

	options_init(options);
	for (int i = 1; i < argc && rc == 0; i++) {
		struct value_source source = { .next = i + 1 < argc ? argv[i + 1] : NULL };
		const char *word = argv[i];

		if (strcmp(word, "--") == 0) {
			if (i + 1 == argc)
				return option_fail(err, "-- needs a COMMAND");
			options->command = argv + i + 1;
			break;
		}
		if (strncmp(word, "--", 2) == 0)
			rc = parse_long(&input, word, &source);
		else if (word[0] == '-' && word[1])
			rc = parse_cluster(&input, word, &source);
		else
			rc = parse_word(options, word, words++, err);
		if (source.used_next)
			i++;
	}
	options->on_line = options->given;
	if (rc < 0 || options->help || options->version)
		return rc;
	return finish(options, err);
}

/* Bits of all options that set what this one sets. */
static uint64_t same_value(enum option_id id)
{
	uint64_t buffer = 1ull << OPTION_BUFFER_SIZE | 1ull << OPTION_BUFFER_PRESET;

	return buffer & 1ull << id ? buffer : 1ull << id;
}

int options_set_key(struct options *options, const char *from, const char *key, const char *value,
		    struct usage_error *err)
{
	struct option_value input = { .options = options, .err = err, .from = from };
	struct nearest nearest = { .wrong = key };

	snprintf(input.what, sizeof(input.what), "%s", key);
	for (enum option_id id = 0; id < OPTION_COUNT; id++) {
		if (!*table[id].config)
			continue;
		if (strcmp(table[id].config, key) == 0) {
			struct options other = *options;

			if (options->configured & same_value(id))
				return option_fail(err, "key %s is there twice", key);
			options->configured |= same_value(id);
			/* What the command line gave stays; the value is checked all the same. */
			if (options->given & same_value(id))
				input.options = &other;
			input.options->given |= 1ull << id;
			return setters[id](&input, value);
		}
		nearest_offer(&nearest, table[id].config);
	}
	option_fail(err, "unknown key %s%s%s%s", key, nearest.best ? "; did you mean " : "",
		    nearest.best ? nearest.best : "", nearest.best ? "?" : "");
	return -ENOENT;
}
