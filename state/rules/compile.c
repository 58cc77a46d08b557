/* SPDX-License-Identifier: Apache-2.0 */
/* From drafts to rules: every condition and output of the collection, see compile.h. */
#include "compile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rules_private.h"
#include "state/filter/compile.h"
#include "state/filter/print.h"

#define EVENT_CODES_MANY 100 /* a condition for more of them is expensive */

const struct rule_context *compile_context(struct compilation *c, struct arena *arena,
					   const struct condition_spot *spot)
{
	const struct vector *macros = &c->loader->collection.macros.things;
	struct rule_context context = { .parent = spot->context,
					.item = RULE_ITEM_EXPRESSION,
					.name = "" };
	const struct condition *condition = spot->condition;

	if (spot->origin > 0 && spot->origin <= macros->len) {
		const struct macro_draft *macro = macros->items[spot->origin - 1];

		context.parent = rule_context_new(arena, (struct rule_context){
								 .parent = spot->context,
								 .item = RULE_ITEM_MACRO,
								 .name = macro->name,
								 .file = macro->context->file,
								 .place = macro->context->place,
							 });
		condition = &macro->resolved;
	}
	if (!context.parent)
		return NULL;
	context.place = condition_place(condition, spot->pos.index, &context.file);
	if (!context.file) {
		context.file = context.parent->file;
		context.place = context.parent->place;
	}
	return rule_context_new(arena, context);
}

int compile_warn(struct compilation *c, const struct rule_finding *finding)
{
	const struct rule_context *outer = finding->context;

	/* The rule's file, not that of a macro in its condition. */
	while (outer && outer->parent)
		outer = outer->parent;
	if (!outer)
		return -ENOMEM;
	return rule_findings_add(&c->warnings[outer->file->index], &c->arena, finding);
}

/* The canonical text of a tree, in the rules' arena. */
static const char *canonical(struct rules *rules, const struct filter_ast *ast, size_t guess)
{
	for (size_t size = 2 * guess + 256;; size *= 4) {
		char *text = malloc(size);
		const char *copy;
		struct text_buf buf;

		if (!text)
			return NULL;
		text_buf_init(&buf, text, size);
		filter_print(ast, &buf);
		copy = buf.truncated ? NULL : arena_text(&rules->arena, buf.data, buf.len);
		free(text);
		if (!buf.truncated)
			return copy;
	}
}

static int by_text(const void *a, const void *b)
{
	const char *const *left = a, *const *right = b;

	return strcmp(*left, *right);
}

/* Sorted copies of texts, or of the names of named things. */
static int copy_names(struct rules *rules, const struct vector *from, bool named,
		      const char *const **ret_names, size_t *ret_len)
{
	const char **names = arena_alloc(&rules->arena, from->len * sizeof(*names));

	if (!names)
		return -ENOMEM;
	for (size_t i = 0; i < from->len; i++) {
		const struct named *thing = from->items[i];
		const char *text = named ? thing->name : from->items[i];

		names[i] = arena_text(&rules->arena, text, strlen(text));
		if (!names[i])
			return -ENOMEM;
	}
	if (from->len)
		qsort(names, from->len, sizeof(*names), by_text);
	*ret_names = names;
	*ret_len = from->len;
	return 0;
}

static int use_lists(struct compilation *c, const struct vector *lists, struct vector *all)
{
	for (size_t i = 0; i < lists->len; i++) {
		struct list_draft *list = lists->items[i];

		if (list->mark == c->mark)
			continue;
		list->mark = c->mark;
		if (vector_add(all, &c->arena, list) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int use_macros(struct compilation *c, const struct vector *macros, struct vector *all)
{
	for (size_t i = 0; i < macros->len; i++) {
		struct macro_draft *macro = macros->items[i];

		if (macro->mark == c->mark)
			continue;
		macro->mark = c->mark;
		if (vector_add(all, &c->arena, macro) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* What the condition at hand uses, also through macros, each once. */
static int close_uses(struct compilation *c, struct vector *ret_macros, struct vector *ret_lists)
{
	int rc;

	c->mark = ++c->loader->marks;
	rc = use_lists(c, &c->used_lists, ret_lists);
	if (rc == 0)
		rc = use_macros(c, &c->used_macros, ret_macros);
	for (size_t i = 0; i < ret_macros->len && rc == 0; i++) {
		const struct macro_draft *macro = ret_macros->items[i];

		rc = use_lists(c, &macro->lists, ret_lists);
		if (rc == 0)
			rc = use_macros(c, &macro->uses, ret_macros);
	}
	return rc;
}

static const char *copy_text(struct rules *rules, const char *text)
{
	return arena_text(&rules->arena, text, strlen(text));
}

/* Names of the exceptions that are parts of the condition, in their order there. */
static int copy_exceptions(struct rules *rules, const struct rule_draft *draft, struct rule *rule)
{
	const char **names = arena_alloc(&rules->arena, draft->exceptions.len * sizeof(*names));

	if (!names)
		return -ENOMEM;
	rule->exceptions = names;
	for (size_t i = 0; i < draft->exceptions.len; i++) {
		const struct exception_draft *exception = draft->exceptions.items[i];

		if (!exception_has_values(exception))
			continue;
		names[rule->exceptions_len] = copy_text(rules, exception->name);
		if (!names[rule->exceptions_len++])
			return -ENOMEM;
	}
	return 0;
}

/* All of a rule but what is compiled. */
static int copy_rule(struct compilation *c, const struct rule_draft *draft,
		     const struct condition *written, struct rule *rule)
{
	struct vector macros = { .len = 0 }, lists = { .len = 0 };
	struct rules *rules = c->rules;
	int rc;

	*rule = (struct rule){
		.name = copy_text(rules, draft->name),
		.description = copy_text(rules, draft->description),
		.source = copy_text(rules, draft->source),
		.condition = arena_text(&rules->arena, written->text, written->len),
		.priority = draft->priority,
		.enabled = draft->enabled,
		.is_default = draft->context->file->defaults,
		.capture = draft->capture,
		.capture_duration_ms = draft->capture_duration_ms,
		.file = copy_text(rules, draft->context->file->name),
		.place = draft->context->place,
		.ast = rule->ast,
		.format = rule->format,
		.id = UINT32_MAX,
	};
	if (!rule->name || !rule->description || !rule->source || !rule->condition || !rule->file)
		return -ENOMEM;
	rc = copy_names(rules, &draft->tags, false, &rule->tags, &rule->tags_len);
	if (rc == 0)
		rc = copy_exceptions(rules, draft, rule);
	if (rc == 0)
		rc = close_uses(c, &macros, &lists);
	if (rc == 0)
		rc = copy_names(rules, &macros, true, &rule->macros, &rule->macros_len);
	if (rc == 0)
		rc = copy_names(rules, &lists, true, &rule->lists, &rule->lists_len);
	return rc;
}

/* What a condition's warnings need to be placed. */
struct warner {
	struct compilation *c;
	const struct condition_spot *spot;
	int rc;
};

static const char *warning_message(struct compilation *c, const struct filter_warning *warning,
				   const struct condition_spot *spot)
{
	const struct condition *text = spot->condition;
	const char *field;

	if (warning->kind != FILTER_WARN_DEPRECATED_FIELD)
		return warning->message;
	if (warning->origin > 0) {
		const struct macro_draft *macro =
			c->loader->collection.macros.things.items[warning->origin - 1];

		text = &macro->resolved;
	}
	field = text->text + warning->pos.index;
	return arena_printf(&c->arena,
			    "usage of deprecated field '%.*s' has been detected in the rule "
			    "condition",
			    (int)strspn(field, FIELD_LETTERS), field);
}

static void warn(void *ctx, const struct filter_warning *warning)
{
	struct warner *warner = ctx;
	struct condition_spot spot = *warner->spot;
	struct rule_finding finding = {
		.code = warning->kind == FILTER_WARN_DEPRECATED_FIELD ? RULE_CODE_DEPRECATED_ITEM
								      : RULE_CODE_COMPILE_CONDITION,
		.message = warning_message(warner->c, warning, &spot),
	};

	spot.pos = warning->pos;
	spot.origin = warning->origin;
	finding.context = compile_context(warner->c, &warner->c->arena, &spot);
	if (warner->rc == 0)
		warner->rc = finding.message ? compile_warn(warner->c, &finding) : -ENOMEM;
}

/* The tree is wrong: errors, or a warning for a rule that says so. Returns 1 to skip the rule. */
static int condition_failed(struct compilation *c, const struct rule_draft *draft,
			    const struct filter_ast *ast, const struct condition_spot *spot,
			    const struct filter_error *first)
{
	bool unknown = first->kind == FILTER_ERROR_UNKNOWN_FIELD ||
		       first->kind == FILTER_ERROR_UNKNOWN_EVENT;
	struct rule_finding finding = { .code = RULE_CODE_UNKNOWN_FILTER };
	int rc;

	if (!unknown || !draft->skip_if_unknown)
		return tree_diagnose(c, ast, spot);
	condition_finding(c, first, spot, &finding);
	rc = finding.message ? compile_warn(c, &finding) : -ENOMEM;
	return rc < 0 ? rc : 1;
}

static int warn_unsafe_na(struct compilation *c, const struct filter_ast *ast,
			  const struct condition_spot *where)
{
	const struct filter_node *unsafe = unsafe_na_check(ast->root);
	struct condition_spot spot = *where;

	if (!unsafe)
		return 0;
	spot.pos = unsafe->pos;
	spot.origin = unsafe->origin;
	return compile_warn(c, &(struct rule_finding){
				       .code = RULE_CODE_UNSAFE_NA_CHECK,
				       .context = compile_context(c, &c->arena, &spot),
				       .message = "comparing a field value with <NA> is unsafe" });
}

static int warn_event_types(struct compilation *c, const struct rule_draft *draft, uint32_t id)
{
	if (!draft->warn_evttypes ||
	    filter_kinds_codes(filter_set_events(c->rules->set, id)) <= EVENT_CODES_MANY)
		return 0;
	return compile_warn(c,
			    &(struct rule_finding){
				    .code = RULE_CODE_NO_EVTTYPE,
				    .context = draft->context,
				    .message = "Rule matches too many evt.type values. This has a "
					       "significant performance penalty." });
}

/* Checks the condition and adds it to the set. Returns 1 to skip the rule. */
static int compile_condition(struct compilation *c, const struct rule_draft *draft,
			     const struct filter_ast *ast, const struct condition_spot *spot,
			     struct rule *rule)
{
	struct warner warner = { .c = c, .spot = spot };
	const struct filter_compile_opts opts = { .warn = warn,
						  .ctx = &warner,
						  .port = c->loader->options.port,
						  .host = c->loader->options.host };
	struct filter_error err;
	int rc = warn_unsafe_na(c, ast, spot);

	if (rc < 0)
		return rc;
	rc = filter_compile(c->rules->set, ast, &opts, &rule->id, &err);
	if (rc == -EINVAL)
		return condition_failed(c, draft, ast, spot, &err);
	if (rc == 0)
		rc = warner.rc;
	return rc < 0 || c->tainted ? rc : warn_event_types(c, draft, rule->id);
}

/* Trees of all rules together are bounded. */
static int count_tree(struct compilation *c, const struct filter_ast *ast,
		      const struct condition_spot *spot)
{
	c->tree_bytes += memory_used(ast->memory);
	if (c->tree_bytes <= COMPILE_RULE_BYTES)
		return 0;
	return loader_give_up(loader_error(c->loader, RULE_CODE_ERR_VALIDATE, spot->context,
					   "Conditions need more than %u MiB of memory",
					   COMPILE_RULE_BYTES >> 20));
}

/* The condition's tree with everything in it: NULL where it does not parse. */
static int condition_tree(struct compilation *c, const struct rule_draft *draft,
			  const struct condition_spot *spot, struct filter_ast **ret_ast)
{
	struct filter_error err = { .kind = FILTER_ERROR_MEMORY };
	int rc = condition_parse(spot->condition, ret_ast, &err);

	if (rc < 0)
		return *err.message ? condition_diagnose(c, draft, spot, &err) : rc;
	if (loader_goes_on(macros_put(c, *ret_ast, spot), &rc))
		(void)loader_goes_on(count_tree(c, *ret_ast, spot), &rc);
	return rc;
}

/* All parts of a rule, also when one of them is wrong. Returns 1 to skip the rule. */
static int compile_parts(struct compilation *c, const struct rule_draft *draft, struct rule *rule)
{
	struct condition written, text;
	const struct condition_spot spot = { .context = draft->condition_context,
					     .condition = &text };
	int total = draft->broken ? -EBADMSG : 0, rc = 0, skip = 0;

	c->used_lists = c->used_macros = (struct vector){ .len = 0 };
	c->tainted = false;
	condition_init(&written, &c->arena);
	exceptions_expand(draft, &written);
	lists_put(c, &written, &text);
	if (draft->condition_context)
		rc = condition_tree(c, draft, &spot, &rule->ast);
	if (rc == 0 && !draft->broken)
		rc = copy_rule(c, draft, &written, rule);
	if (rc == 0 && !draft->broken) {
		rule->compiled = canonical(c->rules, rule->ast, text.len);
		rc = rule->compiled ? 0 : -ENOMEM;
	}
	if (!loader_goes_on(rc, &total))
		return total;
	rc = draft->output ? output_compile(c, draft, rule) : 0;
	skip |= rc == 1;
	if (!loader_goes_on(rc, &total) || skip)
		return total < 0 ? total : skip;
	rc = rule->ast ? compile_condition(c, draft, rule->ast, &spot, rule) : 0;
	skip |= rc == 1;
	(void)loader_goes_on(rc, &total);
	return total < 0 ? total : skip;
}

/* The draft becomes the next rule, unless it is skipped. */
static int compile_rule(struct compilation *c, const struct rule_draft *draft)
{
	struct rule *rule = &c->rules->items[c->rules->len];
	int rc;

	*rule = (struct rule){ .name = NULL };
	rc = compile_parts(c, draft, rule);
	if (rc == 0)
		c->rules->len++;
	else
		rule_release(rule);
	return rc < 0 ? rc : 0;
}

static int note_below(struct rules *rules, const struct rule_draft *draft)
{
	struct rule_below *below = &rules->below[rules->below_len];

	*below = (struct rule_below){ .name = copy_text(rules, draft->name),
				      .file = copy_text(rules, draft->context->file->name),
				      .place = draft->context->place,
				      .priority = draft->priority };
	if (!below->name || !below->file)
		return -ENOMEM;
	rules->below_len++;
	return 0;
}

static int warn_unused(struct compilation *c)
{
	const struct vector *lists = &c->loader->collection.lists.things;
	const struct vector *macros = &c->loader->collection.macros.things;
	int rc = 0;

	for (size_t i = 0; i < macros->len && rc == 0; i++) {
		const struct macro_draft *macro = macros->items[i];

		if (!macro->used)
			rc = compile_warn(c, &(struct rule_finding){
						     .code = RULE_CODE_UNUSED_MACRO,
						     .context = macro->context,
						     .message = "Macro not referred to by any "
								"other rule/macro" });
	}
	for (size_t i = 0; i < lists->len && rc == 0; i++) {
		const struct list_draft *list = lists->items[i];

		if (!list->used)
			rc = compile_warn(c, &(struct rule_finding){
						     .code = RULE_CODE_UNUSED_LIST,
						     .context = list->context,
						     .message = "List not referred to by any other "
								"rule/macro/list" });
	}
	return rc;
}

static int compile_drafts(struct compilation *c)
{
	const struct rules_options *options = &c->loader->options;
	const struct vector *drafts = &c->loader->collection.rules.things;
	size_t files = c->loader->files.len;
	int rc;

	c->warnings = arena_alloc(&c->arena, files * sizeof(*c->warnings));
	if (!c->warnings)
		return -ENOMEM;
	memset(c->warnings, 0, files * sizeof(*c->warnings));
	rc = rules_new(options->memory_bytes, drafts->len, &c->rules);
	if (rc < 0)
		return rc;
	c->rules->port = options->port;
	c->rules->host = options->host;
	rc = lists_prepare(c);
	if (rc < 0 || !loader_goes_on(macros_prepare(c), &rc))
		return rc;
	for (size_t i = 0; i < drafts->len; i++) {
		const struct rule_draft *draft = drafts->items[i];

		if (draft->unknown_source)
			continue;
		if (!loader_goes_on(draft->priority <= options->min_priority
					    ? compile_rule(c, draft)
					    : note_below(c->rules, draft),
				    &rc))
			return rc;
	}
	/* What is wrong may have used them. */
	return rc < 0 || c->loader->wrong ? rc : warn_unused(c);
}

/* A file that is wrong keeps its own warnings, not those that the run has for others. */
static int keep_warnings(struct compilation *c)
{
	const struct loaded_file *file = c->loader->current;
	const struct rule_findings *warnings = c->warnings ? &c->warnings[file->file.index] : NULL;
	int rc = 0;

	for (size_t i = 0; warnings && i < warnings->len && rc == 0; i++) {
		struct rule_finding finding = *warnings->items[i];

		finding.context = rule_context_copy(&c->loader->arena, finding.context);
		rc = loader_report(c->loader, &finding);
	}
	return rc;
}

int compile_all(struct rules_loader *loader, struct compilation **ret_compilation)
{
	struct compilation *c = calloc(1, sizeof(*c));
	int rc;

	if (!c)
		return -ENOMEM;
	c->loader = loader;
	rc = memory_new(loader->options.memory_bytes, &c->memory);
	if (rc < 0) {
		free(c);
		return rc;
	}
	arena_init(&c->arena, c->memory);
	rc = compile_drafts(c);
	macros_release(loader);
	if (rc == 0 && loader->wrong)
		rc = -EBADMSG;
	if (rc < 0 && rc != -ENOMEM && keep_warnings(c) < 0)
		rc = -ENOMEM;
	if (rc == 0)
		*ret_compilation = c;
	else
		compilation_free(c);
	return rc;
}

void compilation_free(struct compilation *c)
{
	if (!c)
		return;
	rules_free(c->rules);
	arena_release(&c->arena);
	memory_unref(c->memory);
	free(c);
}
