/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Options: the command line and the config file as one plain struct. The rows are in options.def.
 * Parsing touches nothing but its arguments and the user database; what needs the machine (does the
 * process exist, is there such a view) is checked by whoever uses the value.
 */
#ifndef TUI_OPTIONS_H
#define TUI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "probe/probe.h"
#include "state/container_wanted.h"
#include "state/rules/rules.h"

#define SAKER_VERSION "0.1.0"

enum mode {
#define MODE(id, name, synopsis, help) MODE_##id,
#include "options.def"
	MODE_COUNT
};
#define MODE_BIT(id) (1u << MODE_##id)
#define MODE_ALL ((1u << MODE_COUNT) - 1)
/* The modes that print. */
#define LINES (MODE_ALL & ~(MODE_BIT(MONITOR) | MODE_BIT(RECORD)))
/* The modes that load the probe. */
#define LIVE                                                                         \
	(MODE_BIT(MONITOR) | MODE_BIT(BATCH) | MODE_BIT(STREAM) | MODE_BIT(RECORD) | \
	 MODE_BIT(ALERTS))

/* The modes that take rules: they show hits, or send them elsewhere. */
#define WATCH_RULES LIVE

enum option_group {
#define OPTION_GROUP(id, title) OPTION_GROUP_##id,
#include "options.def"
	OPTION_GROUP_COUNT
};

enum option_id {
#define OPTION(id, set, group, letter, name, argument, modes, config, help) OPTION_##id,
#include "options.def"
	OPTION_COUNT
};

#define OPTIONS_FILTER_MAX 16384

enum option_format { FORMAT_TEXT, FORMAT_JSON, FORMAT_CSV };

/* Words of the command line, borrowed from argv. */
#define OPTION_WORDS_MAX 256
struct option_words {
	const char *items[OPTION_WORDS_MAX];
	size_t len;
};

/*
 * What was asked for. Strings are borrowed from argv or live as long as the config that set them.
 */
struct options {
	enum mode mode;
	bool help, version;  /* show and end; nothing else is looked at */
	uint64_t given;      /* bits of enum option_id: set by the command line or a config */
	uint64_t on_line;    /* the same: set by the command line */
	uint64_t configured; /* the same: keys seen in the config file that is being read */
	struct probe_scope scope;
	struct container_wanted containers; /* --container */
	char *const *command;               /* argv of COMMAND, NULL: none */
	char view[32];                      /* "": the default */
	char view_from[300];                /* "-v", or "FILE:LINE:COLUMN" */
	char theme[32];
	char theme_from[300];
	uint64_t delay_ns;
	uint64_t count;   /* intervals or events, 0: no end */
	uint64_t stop_ns; /* 0: no end */
	bool failed;      /* only calls that fail */
	uint64_t min_duration_ns;
	enum option_format format;
	const char *line_format; /* of stream; NULL: the usual lines */
	const char *output;      /* NULL: standard output */
	const char *read;        /* capture to show, "-": standard input, NULL: the live system */
	const char *write;       /* capture to make, "-": standard output, NULL: none */
	const char *config;      /* NULL: the usual files */
	const char *subject;     /* of list */
	char filter[OPTIONS_FILTER_MAX]; /* FILTER, its words joined by blanks; "": none */
	struct option_words words;       /* files of check */
	const char *expr;                /* of check -e; NULL: none */
	bool syntax;                     /* its grammar alone */
	struct option_words rules;       /* --rules, in their order */
	bool no_default_rules;           /* these alone */
	enum rule_priority min_priority;
	enum rules_names names;
	enum rules_which which;
	const char *alerts;               /* file that alerts are appended to; NULL: none */
	bool alerts_syslog;               /* they go to the system's log too */
	enum option_format alerts_format; /* of these two */
	const char *syslog_socket;        /* NULL: the usual one */
	bool readonly;                    /* no actions on processes */
	uint64_t throttle_ns;             /* 0: every alert is told */
	char host_root[256];              /* before all paths of the host; "": nothing */
	struct probe_opts probe;
	uint64_t memory_bytes;
};

/* One sentence without "saker: " and newline. */
struct usage_error {
	char text[512];
};

struct option_desc {
	enum option_group group;
	char letter;          /* 0: none */
	const char *name;     /* "": none */
	const char *argument; /* "": takes none */
	unsigned modes;       /* MODE_BIT() of those that take it */
	const char *config;   /* key of the config file, "": none */
	const char *help;
};
const struct option_desc *option_at(enum option_id id);
const char *option_group_title(enum option_group group);
/* "-v, --view VIEW" */
void option_synopsis(enum option_id id, char *text, size_t size);

struct mode_desc {
	const char *name; /* the subcommand; "": none */
	const char *synopsis;
	const char *help;
};
const struct mode_desc *mode_at(enum mode mode);
/* As messages call it: "monitor", "-b", "stream". */
const char *mode_label(enum mode mode);

/* Defaults. */
void options_init(struct options *options);
/* Parses argv. Returns 0, or -EINVAL with the sentence in *err; *options is undefined then. */
int options_parse(struct options *options, int argc, char *const *argv, struct usage_error *err);
/*
 * Sets an option by its config key unless it was given before. from is "FILE:LINE:COLUMN". Returns
 * 0, -ENOENT when there is no such key (*err names the nearest), -EINVAL when the value is wrong.
 */
int options_set_key(struct options *options, const char *from, const char *key, const char *value,
		    struct usage_error *err);

#endif
