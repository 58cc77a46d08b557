/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules: files -> rules, and events -> the rules that match.
 *
 *   rules_loader_new(&options, &loader);
 *   rules_loader_add_defaults(loader, name, text, len);
 *   rules_loader_add(loader, name, text, len);      in order: later files change earlier ones
 *   rules_loader_result(loader, i)                  what was found in file i
 *   rules_loader_finish(loader, &rules);            the rules of all files that were right
 *   rules_select(rules, &selection);                on and off by name or tag, any number of times
 *   rules_match(rules, &event, RULES_FIRST, fn, ctx);
 *
 * Files are buffers with names: there is no I/O here. The format is that of Falco's rule files;
 * saker-rules(5) has it. A file with an error has no effect at all; the others are loaded as if it
 * were not there.
 */
#ifndef STATE_RULES_RULES_H
#define STATE_RULES_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "code.h"
#include "report.h"
#include "state/filter/explain.h"

/* What required_engine_version is compared with: the language of rule files that is known here. */
#define RULES_ENGINE_VERSION "0.60.0"
#define RULES_FILES_MAX 4096

struct filter_ast;
struct filter_event;
struct filter_kinds;
struct field_ip;
struct format;
struct rules_loader;
struct rules;

struct rules_plugin {
	const char *name, *version;
};

/* More for the key output_fields of alerts as JSON. */
struct rules_extra_field {
	const char *key;    /* NULL: format is the name of one field, which is the key */
	const char *format; /* of a key: a text with fields in it */
};

/* What is appended to the outputs of rules; each text is a format that compiles. */
struct rules_append {
	const char *source, *rule; /* of these rules alone; NULL: of all */
	const char *const *tags;   /* of rules that have all of these */
	size_t tags_len;
	const char *output; /* behind a blank; NULL: nothing */
	bool suggested;     /* each field with FIELD_F_SUGGESTED, as container_id=%container.id */
	const struct rules_extra_field *fields;
	size_t fields_len;
};

struct rules_options {
	const struct rules_plugin *plugins; /* borrowed; by default those that are built in */
	size_t plugins_len;
	enum rule_priority min_priority; /* less severe rules are not loaded */
	/* The port of a service ("ssh"), -1 when there is none; NULL: no name is known. */
	int (*port)(void *ctx, const char *service);
	/* The addresses of a host name, see struct filter_compile_opts; NULL: no name is known. */
	size_t (*host)(void *ctx, const char *name, struct field_ip *addresses);
	const struct rules_append *append; /* borrowed until all files are loaded; in this order */
	size_t append_len;
	size_t memory_bytes; /* of drafts and of rules, each */
};
/* The plugin `container`, all priorities, 128 MiB. */
void rules_options_init(struct rules_options *options);

/* Returns 0 or -ENOMEM. Options are copied. */
int rules_loader_new(const struct rules_options *options, struct rules_loader **ret_loader);
void rules_loader_free(struct rules_loader *loader); /* NULL is fine */
/*
 * Reads a file and compiles everything read so far; the text is copied. Returns 0, -EBADMSG when
 * the file has an error (it is in its result), -ENOMEM.
 */
int rules_loader_add(struct rules_loader *loader, const char *name, const char *text, size_t len);
/*
 * The same for a file of default rules. Of the rules that match an event those of other files come
 * first; a default rule that one of them defines anew is theirs.
 */
int rules_loader_add_defaults(struct rules_loader *loader, const char *name, const char *text,
			      size_t len);
/* A file that could not be read, and why: a result with one error. Returns 0 or -ENOMEM. */
int rules_loader_add_unreadable(struct rules_loader *loader, const char *name, const char *why);
size_t rules_loader_len(const struct rules_loader *loader);
const struct rule_file_result *rules_loader_result(const struct rules_loader *loader, size_t index);
/* How many lists, macros and rules the right files have. */
struct rules_counts {
	size_t lists, macros, rules;
};
void rules_loader_counts(const struct rules_loader *loader, struct rules_counts *ret_counts);
/*
 * Hands out the rules of all files that were right, perhaps none; the loader is used up but for its
 * results. Returns 0 or -ENOMEM. Rules do not need the loader.
 */
int rules_loader_finish(struct rules_loader *loader, struct rules **ret_rules);

struct rule_extra {
	const char *key;
	struct format *format;
};

struct rule {
	const char *name, *description, *source;
	const char *output;    /* as written */
	const char *condition; /* as written, with exceptions, before lists and macros are put in */
	const char *compiled;  /* canonical, with everything in it */
	enum rule_priority priority;
	bool enabled;
	bool is_default; /* of rules_loader_add_defaults() */
	bool capture;
	uint32_t capture_duration_ms; /* 0: until the end */
	const char *const *tags;      /* sorted */
	size_t tags_len;
	const char *const *macros; /* used, directly or in macros; sorted */
	size_t macros_len;
	const char *const *lists; /* the same */
	size_t lists_len;
	const char *file;
	struct document_place place;
	struct filter_ast *ast;        /* of compiled; for explanations */
	const char *const *exceptions; /* those that are in it, the last parts of its root */
	size_t exceptions_len;
	uint32_t id;               /* of the condition in the set; UINT32_MAX: not in it */
	struct format *format;     /* of output and what is appended; what has no value is <NA> */
	struct format *fields;     /* of output_fields; NULL: those of format */
	struct rule_extra *extras; /* and these texts in it */
	size_t extras_len;
	uint64_t hits;        /* events that it matched so far */
	uint64_t last_hit_ns; /* time of the last; 0: none */
};

/* What matching did so far. */
struct rule_cost {
	uint64_t evaluations;         /* of its condition, under each name of a file */
	uint64_t sampled, sampled_ns; /* of those some were timed */
};

/*
 * References: who holds one in another thread than that which matches reads what does not change,
 * all but hits and enabled. The last one frees. NULL is fine.
 */
struct rules *rules_ref(struct rules *rules);
void rules_free(struct rules *rules);
/* Of all rules, by index: room for rules_len(). */
void rules_costs(const struct rules *rules, struct rule_cost *ret_costs);
/* What rules of the same name counted before goes on in these. */
void rules_inherit(struct rules *rules, const struct rules *before);
/* Nothing is known of events and processes: those of another state come. */
void rules_forget(struct rules *rules);
/* The same, and nothing has been matched yet. */
void rules_restart(struct rules *rules);
size_t rules_len(const struct rules *rules);
/* In the order in which they are matched: that of first definition, but default rules come last. */
const struct rule *rules_at(const struct rules *rules, size_t index);

/* A rule that is less severe than options.min_priority: it is not loaded. */
struct rule_below {
	const char *name, *file;
	struct document_place place;
	enum rule_priority priority;
};
size_t rules_below_len(const struct rules *rules);
const struct rule_below *rules_below_at(const struct rules *rules, size_t index);
/* The kinds of events that the rule's condition can be true for, also when it is disabled. */
void rules_kinds(const struct rules *rules, const struct rule *rule,
		 struct filter_kinds *ret_kinds);

enum rules_switch { RULES_DISABLE, RULES_ENABLE };
/*
 * Switches all rules whose name fits the pattern (where * is any text), or that have the tag.
 * Returns how many there are. rules_prepare() must follow.
 */
size_t rules_select_name(struct rules *rules, const char *pattern, enum rules_switch to);
size_t rules_select_tag(struct rules *rules, const char *tag, enum rules_switch to);
bool rules_name_fits(const char *pattern, const char *name);
/*
 * Makes the rules that are enabled ready to match. rules_loader_finish() has done it. Returns 0 or
 * -ENOMEM; the rules are as before then.
 */
int rules_prepare(struct rules *rules);

/* Which names of a file conditions are evaluated for. */
enum rules_names { RULES_NAMES_CALLED, RULES_NAMES_BOTH };
/*
 * With both: does the rule match as the call named the file, or only under its real name, or as the
 * file that a rule names (struct named_file)?
 */
enum rule_via { RULE_VIA_CALLED, RULE_VIA_RESOLVED };

struct rules_matcher {
	enum rules_which { RULES_FIRST, RULES_ALL } which;
	enum rules_names names;
	void (*fn)(void *ctx, const struct rule *rule, enum rule_via via);
	void *ctx;
};
/* Calls fn for the first rule that matches the event, or for all. Returns how often. */
size_t rules_match(struct rules *rules, struct filter_event *event, struct rules_matcher *matcher);
/*
 * Why a rule matches the event under its current names, or does not: see filter_explain(). Not for
 * every event.
 */
int rules_explain(struct rules *rules, const struct rule *rule, struct filter_event *event,
		  filter_explain_fn fn, void *ctx);
/* Can any rule match events of this kind? Costs nothing. */
bool rules_want(struct rules *rules, uint16_t kind);
/* Calls fn for the files that conditions of enabled rules name in full: some more than once. */
void rules_files(const struct rules *rules, void (*fn)(void *ctx, const char *path, size_t len),
		 void *ctx);
/*
 * What the kernel has to send for the enabled rules: the kinds of events, and as a result the gates
 * (enum filter_gate) that lose nothing.
 */
uint32_t rules_events(struct rules *rules, struct filter_kinds *ret_kinds);

#endif
