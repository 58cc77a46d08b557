/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For the parts of the loader: its state, how they report, how they read values. One file goes
 * through item.c (one item after the other into the collection), requirement.c (versions) and
 * compile.c (everything collected so far).
 *
 * Functions return
 *
 *   0
 *   -EBADMSG    after they recorded an error: the file is wrong, and what does not depend on the
 *               wrong part is still looked at, so that all errors are found at once
 *   -EOVERFLOW  after they recorded an error that ends the file: a limit, a version
 *   -ENOMEM
 */
#ifndef STATE_RULES_LOADER_H
#define STATE_RULES_LOADER_H

#include "collection.h"
#include "document.h"
#include "report.h"
#include "rules.h"

/* A file that was read, for when a later one makes a new start necessary. */
struct loaded_file {
	struct rule_file file;
	struct rule_file_result result;
	const struct node *root; /* NULL: it could not be read */
	bool failed;
};

struct requirement;

struct rules_loader {
	struct rules_options options;
	struct memory *memory;
	struct arena arena;
	struct vector files; /* struct loaded_file *, as they came */
	struct collection collection;
	struct vector requirements; /* struct requirement * */
	struct loaded_file *current;
	bool muted;                      /* reads again what was reported before */
	bool wrong;                      /* the current file has an error */
	uint32_t marks;                  /* walks over uses so far */
	struct compilation *compilation; /* of the newest file that compiled; NULL: none */
};

/* Record a finding in the current file. A warning returns 0. */
int loader_report(struct rules_loader *loader, const struct rule_finding *finding);
int loader_error(struct rules_loader *loader, enum rule_code code,
		 const struct rule_context *context, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
int loader_warn(struct rules_loader *loader, enum rule_code code,
		const struct rule_context *context, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* The end of the file, for what rc says: -EBADMSG becomes -EOVERFLOW. */
int loader_give_up(int rc);
/*
 * After one of several steps that do not depend on each other: may the next one be done? *total is
 * what comes of all of them.
 */
bool loader_goes_on(int rc, int *total);

/* item.c: a node of the item with its place; NULL when there is no memory. */
const struct rule_context *loader_context(struct rules_loader *loader,
					  const struct rule_context *parent, enum rule_item item,
					  const char *name, const struct node *node);
/* A scalar that must be there and not be empty. */
int item_text(struct rules_loader *loader, const struct node *item, const char *key,
	      const struct rule_context *context, const struct node **ret_value);
/* The same, which may be missing or null: *ret_value is NULL then. */
int item_optional_text(struct rules_loader *loader, const struct node *item, const char *key,
		       const struct rule_context *context, const struct node **ret_value);
/* These leave *value as it is when the key is missing or null. */
int item_optional_bool(struct rules_loader *loader, const struct node *item, const char *key,
		       const struct rule_context *context, bool *value);
int item_optional_u32(struct rules_loader *loader, const struct node *item, const char *key,
		      const struct rule_context *context, uint32_t *value);
/* Adds the scalars of a sequence. Nothing happens when it is missing or null. */
int item_optional_texts(struct rules_loader *loader, const struct node *item, const char *key,
			const struct rule_context *context, struct vector *texts);
/* Warns of keys that are not in the NULL-terminated list. */
int item_check_keys(struct rules_loader *loader, const struct node *item,
		    const struct rule_context *context, const char *const *known);

/* What an item's `override` says. */
enum override { OVERRIDE_NONE, OVERRIDE_APPEND, OVERRIDE_REPLACE };

/* A key that can be overridden. */
struct override_key {
	const char *name;
	bool appends; /* can be appended to; all can be replaced */
};

#define OVERRIDES_MAX 16

/* What happens to each key of an item. */
struct overrides {
	const struct override_key *keys; /* ends with a NULL name; set by the caller */
	enum override what[OVERRIDES_MAX];
	bool appends; /* `append: true`, the deprecated form */
};

/* Reads `override` and `append`. */
int item_overrides(struct rules_loader *loader, const struct node *item,
		   const struct rule_context *context, struct overrides *overrides);
/* Gives a name the next position. Returns 0, or -EOVERFLOW when there are too many items. */
int item_next_index(struct rules_loader *loader, const struct rule_context *context,
		    size_t *ret_index);

/* One item of a document, and items of one kind. */
int item_read(struct rules_loader *loader, const struct node *item,
	      const struct rule_context *file);
int item_read_rule(struct rules_loader *loader, const struct node *item,
		   const struct rule_context *file);
/* A rule whose item is wrong, or that a wrong item changes. */
int item_keep_rule(struct rules_loader *loader, const struct rule_context *context);
int item_read_engine_version(struct rules_loader *loader, const struct node *item,
			     const struct rule_context *file);
int item_read_plugin_versions(struct rules_loader *loader, const struct node *item,
			      const struct rule_context *file);
/* Are the plugins there that the files want? */
int requirements_check(struct rules_loader *loader);

/*
 * exception.c: `exceptions` of a rule item; appends: they belong to an earlier rule. Those that are
 * wrong are left out.
 */
int exceptions_read(struct rules_loader *loader, const struct node *item,
		    const struct rule_context *context, bool appends,
		    struct vector *ret_exceptions);
/* Checks fields, comps and values of each, and takes away those that are wrong. */
int exceptions_check(struct rules_loader *loader, struct vector *exceptions);
/* Adds values to exceptions of the same name, and new ones. */
int exceptions_append(struct rules_loader *loader, struct rule_draft *rule,
		      const struct vector *exceptions);
/* The rule's condition with " and not (...)" for each exception that has values. */
void exceptions_expand(const struct rule_draft *rule, struct condition *ret_condition);
/* Is it a part of the condition? One without values says nothing. */
bool exception_has_values(const struct exception_draft *exception);
/* The n-th exception alone: "(...)"; nothing where it has no values. */
void exception_expand(const struct rule_draft *rule, size_t n, struct condition *ret_condition);

/* schema.c: the check that is never fatal. */
void schema_check(struct rules_loader *loader, struct loaded_file *file);

#endif
