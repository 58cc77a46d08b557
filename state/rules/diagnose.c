/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is wrong with a rule's condition: every error once, the condition's own and those of its
 * exceptions, which are texts of their own where the whole is no condition.
 */
#include "state/filter/diagnose.h"

#include <errno.h>
#include <string.h>

#include "compile.h"

struct diagnosis {
	struct compilation *c;
	const struct condition_spot *spot;
	int rc;
};

static struct macro_draft *macro_of(struct compilation *c, uint32_t origin)
{
	const struct vector *macros = &c->loader->collection.macros.things;

	return origin > 0 && origin <= macros->len ? macros->items[origin - 1] : NULL;
}

/* The name of an unknown field is asked for in these words by tools. */
static const char *error_message(struct compilation *c, const struct filter_error *err,
				 const struct condition_spot *spot)
{
	const struct macro_draft *macro = macro_of(c, err->origin);
	const struct condition *text = macro ? &macro->resolved : spot->condition;
	const char *field;

	/* A wrong macro may have no text. */
	if (err->kind != FILTER_ERROR_UNKNOWN_FIELD || !text->text)
		return err->message;
	field = text->text + err->pos.index;
	return arena_printf(&c->loader->arena, "filter_check called with nonexistent field %.*s",
			    (int)strspn(field, FIELD_LETTERS), field);
}

void condition_finding(struct compilation *c, const struct filter_error *err,
		       const struct condition_spot *where, struct rule_finding *finding)
{
	struct condition_spot spot = *where;
	bool warns = rule_code_at(finding->code)->severity != RULE_SEVERITY_ERROR;

	spot.pos = err->pos;
	spot.origin = err->origin;
	finding->message = error_message(c, err, where);
	finding->context = compile_context(c, warns ? &c->arena : &c->loader->arena, &spot);
	finding->hint = err->nearest;
}

/* What is wrong in a macro's text is an error once, whatever the number of rules that use it. */
static bool is_reported(struct compilation *c, const struct filter_error *err)
{
	struct macro_draft *macro = macro_of(c, err->origin);

	if (!macro)
		return false;
	if (err->pos.index < macro->reported)
		return true;
	macro->reported = err->pos.index + 1;
	return false;
}

static void report(void *ctx, const struct filter_error *err)
{
	struct diagnosis *d = ctx;
	struct rule_finding finding = { .code = RULE_CODE_ERR_COMPILE_CONDITION };

	if (d->rc == -EOVERFLOW || d->rc == -ENOMEM)
		return;
	if (is_reported(d->c, err)) {
		d->rc = -EBADMSG;
		return;
	}
	condition_finding(d->c, err, d->spot, &finding);
	(void)loader_goes_on(loader_report(d->c->loader, &finding), &d->rc);
}

int tree_diagnose(struct compilation *c, const struct filter_ast *ast,
		  const struct condition_spot *spot)
{
	struct diagnosis d = { .c = c, .spot = spot };
	const struct filter_compile_opts opts = { .port = c->loader->options.port };
	int rc = filter_diagnose(ast, &opts, report, &d);

	return rc < 0 ? rc : d.rc;
}

/* One of the texts that a condition was put together from. */
static int part_diagnose(struct compilation *c, const struct rule_context *context,
			 const struct condition *written)
{
	struct condition text;
	const struct condition_spot spot = { .context = context, .condition = &text };
	struct filter_ast *ast = NULL;
	int rc;

	lists_put(c, written, &text);
	rc = compile_parse(c, &spot, &ast);
	if (rc < 0)
		return rc;
	if (loader_goes_on(macros_put(c, ast, &spot), &rc))
		(void)loader_goes_on(tree_diagnose(c, ast, &spot), &rc);
	filter_ast_free(ast);
	return rc;
}

int condition_diagnose(struct compilation *c, const struct rule_draft *draft,
		       const struct condition_spot *spot, const struct filter_error *whole)
{
	struct condition part;
	int rc = 0;

	if (draft->exceptions.len > 0 &&
	    !loader_goes_on(part_diagnose(c, draft->condition_context, &draft->condition), &rc))
		return rc;
	for (size_t i = 0; i < draft->exceptions.len; i++) {
		condition_init(&part, &c->arena);
		exception_expand(draft, i, &part);
		if (part.len > 0 &&
		    !loader_goes_on(part_diagnose(c, draft->condition_context, &part), &rc))
			return rc;
	}
	if (rc == 0) {
		struct diagnosis d = { .c = c, .spot = spot };

		report(&d, whole);
		rc = d.rc;
	}
	return rc;
}
