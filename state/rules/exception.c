/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exceptions of rules: named lists of values for which a rule does not hold. Two forms:
 *
 *   fields: F           comps: in            values: [a, b]          F in (a, b)
 *   fields: [F, G]      comps: [=, in]       values: [[a, [b, c]]]   (F = a and G in (b, c))
 *
 * Rows of values are OR-ed; each exception becomes " and not (rows)" behind the condition.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "loader.h"
#include "state/filter/ast.h"

#define OPERATOR_MAX 64

/* An operator as `comps` name it. */
struct comparison {
	enum filter_op op;
	enum filter_modifier modifier;
};

/* Returns 0, or -ENOENT for what no condition can say. */
static int comparison_parse(const char *text, struct comparison *ret_comparison)
{
	size_t word = strcspn(text, " ");
	const char *rest = text + word + strspn(text + word, " ");
	struct comparison c = { .modifier = FILTER_MODIFIER_NONE };

	while (c.op < FILTER_OP_COUNT && (strlen(filter_op_text(c.op)) != word ||
					  strncmp(filter_op_text(c.op), text, word) != 0))
		c.op++;
	if (c.op == FILTER_OP_COUNT || filter_op_class(c.op) == FILTER_CLASS_UNARY)
		return -ENOENT;
	if (*rest) {
		enum filter_op_class class = filter_op_class(c.op);

		if (class != FILTER_CLASS_SYMBOL && class != FILTER_CLASS_WORD)
			return -ENOENT;
		c.modifier = FILTER_ONEOF;
		while (c.modifier < FILTER_MODIFIER_COUNT &&
		       strcmp(filter_modifier_text(c.modifier), rest) != 0)
			c.modifier++;
		if (c.modifier == FILTER_MODIFIER_COUNT)
			return -ENOENT;
	}
	*ret_comparison = c;
	return 0;
}

static bool takes_list(const struct comparison *comparison)
{
	return comparison->modifier != FILTER_MODIFIER_NONE ||
	       filter_op_class(comparison->op) == FILTER_CLASS_LIST;
}

/* A scalar or a sequence of scalars, or NULL when it is missing. */
static int read_names(struct rules_loader *loader, const struct node *item, const char *key,
		      const struct rule_context *context, const struct node **ret_names)
{
	const struct node *names = node_get(item, key);

	*ret_names = names && names->kind != NODE_NULL ? names : NULL;
	if (!*ret_names)
		return 0;
	if (names->kind == NODE_MAPPING || (names->kind == NODE_SCALAR && names->len == 0))
		return loader_error(loader, RULE_CODE_ERR_YAML_VALIDATE,
				    loader_context(loader, context, RULE_ITEM_VALUE, key, names),
				    "Value must be a text or a list of texts");
	for (size_t i = 0; names->kind == NODE_SEQUENCE && i < names->len; i++)
		if (names->items[i]->kind != NODE_SCALAR || names->items[i]->len == 0)
			return loader_error(loader, RULE_CODE_ERR_YAML_VALIDATE,
					    loader_context(loader, context, RULE_ITEM_VALUE, key,
							   names->items[i]),
					    "Value must be a text or a list of texts");
	return 0;
}

static int read_values(struct rules_loader *loader, const struct node *item,
		       struct exception_draft *draft, bool appends)
{
	const struct node *values = node_get(item, "values");

	if (!values || values->kind == NODE_NULL)
		return appends ? loader_warn(loader, RULE_CODE_APPEND_NO_VALUES, draft->context,
					     "Overriding/appending exception with no values")
			       : 0;
	if (values->kind != NODE_SEQUENCE)
		return loader_error(loader, RULE_CODE_ERR_YAML_VALIDATE,
				    loader_context(loader, draft->context,
						   RULE_ITEM_EXCEPTION_VALUES, "", values),
				    "Rule exception values must be a sequence");
	for (size_t i = 0; i < values->len; i++) {
		struct exception_value *value = arena_alloc(&loader->arena, sizeof(*value));

		if (!value)
			return -ENOMEM;
		*value = (struct exception_value){ .file = draft->file, .node = values->items[i] };
		if (vector_add(&draft->values, &loader->arena, value) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int read_exception(struct rules_loader *loader, const struct node *item,
			  const struct rule_context *context, bool appends,
			  struct exception_draft *draft)
{
	static const char *const known[] = { "name", "fields", "comps", "values", NULL };
	const struct rule_context *nameless =
		loader_context(loader, context, RULE_ITEM_EXCEPTION, "", item);
	const struct node *name;
	int rc;

	if (item->kind != NODE_MAPPING)
		return loader_error(loader, RULE_CODE_ERR_YAML_VALIDATE, nameless,
				    "Rule exception must be a mapping");
	rc = item_text(loader, item, "name", nameless, &name);
	if (rc < 0)
		return rc;
	draft->name = name->text;
	draft->file = context->file;
	draft->context = loader_context(loader, context, RULE_ITEM_EXCEPTION, name->text, item);
	if (!draft->context)
		return -ENOMEM;
	rc = item_check_keys(loader, item, draft->context, known);
	if (rc == 0)
		rc = read_names(loader, item, "fields", draft->context, &draft->fields);
	if (rc == 0)
		rc = read_names(loader, item, "comps", draft->context, &draft->comps);
	if (rc == 0)
		rc = read_values(loader, item, draft, appends);
	return rc;
}

static struct exception_draft *find_exception(const struct vector *exceptions, const char *name)
{
	for (size_t i = 0; i < exceptions->len; i++) {
		struct exception_draft *exception = exceptions->items[i];

		if (strcmp(exception->name, name) == 0)
			return exception;
	}
	return NULL;
}

int exceptions_read(struct rules_loader *loader, const struct node *item,
		    const struct rule_context *context, bool appends, struct vector *ret_exceptions)
{
	const struct node *exceptions = node_get(item, "exceptions");
	int total = 0;

	if (!exceptions || exceptions->kind == NODE_NULL)
		return 0;
	if (exceptions->kind != NODE_SEQUENCE)
		return loader_error(
			loader, RULE_CODE_ERR_YAML_VALIDATE,
			loader_context(loader, context, RULE_ITEM_EXCEPTIONS, "", exceptions),
			"Rule exceptions must be a sequence");
	context = loader_context(loader, context, RULE_ITEM_EXCEPTIONS, "", exceptions);
	for (size_t i = 0; context && i < exceptions->len; i++) {
		struct exception_draft *draft = arena_alloc(&loader->arena, sizeof(*draft));
		int rc;

		if (!draft)
			return -ENOMEM;
		*draft = (struct exception_draft){ .name = NULL };
		rc = read_exception(loader, exceptions->items[i], context, appends, draft);
		if (rc == -EBADMSG) {
			total = rc;
			continue;
		}
		if (rc == 0 && find_exception(ret_exceptions, draft->name))
			rc = loader_warn(loader, RULE_CODE_EXCEPTION_NAME_NOT_UNIQUE,
					 draft->context,
					 "Multiple definitions of exception '%s' in the same rule",
					 draft->name);
		if (rc == 0)
			rc = vector_add(ret_exceptions, &loader->arena, draft);
		if (rc < 0)
			return rc;
	}
	return context ? total : -ENOMEM;
}

/* Column k of an exception's operator; a scalar's is column 0. */
static struct comparison column_comparison(const struct exception_draft *exception, size_t k)
{
	bool list = exception->fields->kind == NODE_SEQUENCE;
	const struct node *comp = exception->comps;
	struct comparison comparison = { .op = list ? FILTER_OP_EQ : FILTER_OP_IN };

	if (comp)
		(void)comparison_parse(list ? comp->items[k]->text : comp->text, &comparison);
	return comparison;
}

static int check_comps(struct rules_loader *loader, const struct exception_draft *exception)
{
	const struct node *fields = exception->fields, *comps = exception->comps;
	struct comparison comparison;

	if (!comps)
		return 0;
	if (fields->kind == NODE_SCALAR) {
		if (comps->kind != NODE_SCALAR)
			return loader_error(loader, RULE_CODE_ERR_VALIDATE, exception->context,
					    "Fields and comps must both be strings");
		if (comparison_parse(comps->text, &comparison) < 0 || !takes_list(&comparison))
			return loader_error(loader, RULE_CODE_ERR_VALIDATE, exception->context,
					    "When fields is a single value, comps must be one of "
					    "(in, pmatch, intersects) or an operator with a list "
					    "modifier");
		return 0;
	}
	if (comps->kind != NODE_SEQUENCE || comps->len != fields->len)
		return loader_error(loader, RULE_CODE_ERR_VALIDATE, exception->context,
				    "Fields and comps lists must have equal length");
	for (size_t i = 0; i < comps->len; i++)
		if (comparison_parse(comps->items[i]->text, &comparison) < 0)
			return loader_error(loader, RULE_CODE_ERR_VALIDATE, exception->context,
					    "'%.60s' is not a supported comparison operator",
					    comps->items[i]->text);
	return 0;
}

static bool is_cell(const struct node *node)
{
	if (node->kind != NODE_SEQUENCE)
		return node->kind == NODE_SCALAR;
	for (size_t i = 0; i < node->len; i++)
		if (node->items[i]->kind != NODE_SCALAR)
			return false;
	return true;
}

/* One of the values: a text where there is one field, else a row with a cell for each. */
static int check_row(struct rules_loader *loader, const struct exception_draft *exception,
		     const struct node *row, const struct rule_context *at)
{
	const struct node *fields = exception->fields;

	if (!at)
		return -ENOMEM;
	if (fields->kind == NODE_SCALAR)
		return row->kind == NODE_SCALAR
			       ? 0
			       : loader_error(loader, RULE_CODE_ERR_VALIDATE, at,
					      "Expected values array for item %s to contain a list "
					      "of strings",
					      exception->name);
	if (row->kind != NODE_SEQUENCE || row->len != fields->len)
		return loader_error(loader, RULE_CODE_ERR_VALIDATE, at,
				    "Fields and values lists must have equal length");
	for (size_t k = 0; k < row->len; k++)
		if (!is_cell(row->items[k]))
			return loader_error(loader, RULE_CODE_ERR_VALIDATE, at,
					    "A value must be a text or a list of texts");
	return 0;
}

/* Values from the n-th on; they may be in another file than the exception. */
static int check_values(struct rules_loader *loader, const struct exception_draft *exception,
			const struct rule_context *context, size_t from)
{
	int rc = 0;

	for (size_t i = from; i < exception->values.len; i++) {
		const struct exception_value *value = exception->values.items[i];
		const struct rule_context *at =
			loader_context(loader, context, RULE_ITEM_EXCEPTION_VALUE, "", value->node);

		if (!loader_goes_on(check_row(loader, exception, value->node, at), &rc))
			break;
	}
	return rc;
}

static int check_exception(struct rules_loader *loader, const struct exception_draft *exception)
{
	int rc = 0;

	if (!exception->fields)
		return loader_error(loader, RULE_CODE_ERR_YAML_VALIDATE, exception->context,
				    "Item has no mapping for key 'fields'");
	if (loader_goes_on(check_comps(loader, exception), &rc))
		(void)loader_goes_on(check_values(loader, exception, exception->context, 0), &rc);
	return rc;
}

int exceptions_check(struct rules_loader *loader, struct vector *exceptions)
{
	size_t len = exceptions->len;
	int total = 0;

	exceptions->len = 0;
	for (size_t i = 0; i < len; i++) {
		int rc = check_exception(loader, exceptions->items[i]);

		if (rc == 0)
			exceptions->items[exceptions->len++] = exceptions->items[i];
		if (!loader_goes_on(rc, &total))
			break;
	}
	return total;
}

static int append_exception(struct rules_loader *loader, struct rule_draft *rule,
			    struct exception_draft *draft)
{
	struct exception_draft *known = find_exception(&rule->exceptions, draft->name);
	size_t from;
	int rc;

	if (!known) {
		/* It may be one that is wrong. */
		if (rule->broken && !draft->fields)
			return 0;
		rc = check_exception(loader, draft);
		return rc < 0 ? rc : vector_add(&rule->exceptions, &loader->arena, draft);
	}
	if (draft->fields || draft->comps)
		return loader_error(loader, RULE_CODE_ERR_VALIDATE, draft->context,
				    "Only values can be appended to the existing exception '%s', "
				    "not fields or comps",
				    draft->name);
	from = known->values.len;
	for (size_t k = 0; k < draft->values.len; k++)
		if (vector_add(&known->values, &loader->arena, draft->values.items[k]) < 0)
			return -ENOMEM;
	rc = check_values(loader, known, draft->context, from);
	if (rc < 0)
		known->values.len = from;
	return rc;
}

int exceptions_append(struct rules_loader *loader, struct rule_draft *rule,
		      const struct vector *exceptions)
{
	int rc = 0;

	for (size_t i = 0; i < exceptions->len; i++)
		if (!loader_goes_on(append_exception(loader, rule, exceptions->items[i]), &rc))
			break;
	return rc;
}

/* A value with blanks becomes a quoted text, unless it is one. */
static void add_value(struct condition *c, const struct rule_file *file, const struct node *value)
{
	if (value->text[0] != '"' && value->text[0] != '\'' &&
	    (value->len == 0 || strpbrk(value->text, " \t\n"))) {
		condition_add_text(c, file, value, 0, "\"");
		condition_add_node(c, file, value);
		condition_add_text(c, file, value, value->len, "\"");
	} else {
		condition_add_node(c, file, value);
	}
}

static void add_cell(struct condition *c, const struct rule_file *file, const struct node *cell,
		     bool list)
{
	if (cell->kind == NODE_SEQUENCE) {
		condition_add_text(c, file, cell, 0, "(");
		for (size_t i = 0; i < cell->len; i++) {
			if (i)
				condition_add_text(c, file, cell, 0, ", ");
			add_value(c, file, cell->items[i]);
		}
		condition_add_text(c, file, cell, 0, ")");
	} else if (!list) {
		add_value(c, file, cell);
	} else if (cell->text[0] == '(') {
		condition_add_node(c, file, cell);
	} else {
		condition_add_text(c, file, cell, 0, "(");
		/* "a, b" is a list already, and may name lists. */
		if (strchr(cell->text, ','))
			condition_add_node(c, file, cell);
		else
			add_value(c, file, cell);
		condition_add_text(c, file, cell, 0, ")");
	}
}

/* "FIELD OPERATOR " */
static void add_comparison(struct condition *c, const struct exception_draft *exception, size_t k)
{
	const struct node *fields = exception->fields;
	const struct node *field = fields->kind == NODE_SEQUENCE ? fields->items[k] : fields;
	struct comparison comparison = column_comparison(exception, k);
	char text[OPERATOR_MAX];

	condition_add_node(c, exception->file, field);
	snprintf(text, sizeof(text), " %s%s%s ", filter_op_text(comparison.op),
		 comparison.modifier == FILTER_MODIFIER_NONE ? "" : " ",
		 filter_modifier_text(comparison.modifier));
	condition_add_text(c, exception->file, field, 0, text);
}

static void add_row(struct condition *c, const struct exception_draft *exception,
		    const struct exception_value *row)
{
	condition_add_text(c, row->file, row->node, 0, "(");
	for (size_t k = 0; k < exception->fields->len; k++) {
		struct comparison comparison = column_comparison(exception, k);

		if (k)
			condition_add_text(c, row->file, row->node, 0, " and ");
		add_comparison(c, exception, k);
		add_cell(c, row->file, row->node->items[k], takes_list(&comparison));
	}
	condition_add_text(c, row->file, row->node, 0, ")");
}

static void add_exception(struct condition *c, const struct exception_draft *exception)
{
	const struct rule_file *file = exception->file;
	const struct node *fields = exception->fields;
	bool rows = fields->kind == NODE_SEQUENCE;

	condition_add_text(c, file, fields, 0, "(");
	if (!rows) {
		add_comparison(c, exception, 0);
		condition_add_text(c, file, fields, 0, "(");
	}
	for (size_t i = 0; i < exception->values.len; i++) {
		const struct exception_value *value = exception->values.items[i];

		if (i)
			condition_add_text(c, value->file, value->node, 0, rows ? " or " : ", ");
		if (rows)
			add_row(c, exception, value);
		else
			add_value(c, value->file, value->node);
	}
	condition_add_text(c, file, fields, 0, rows ? ")" : "))");
}

bool exception_has_values(const struct exception_draft *exception)
{
	return exception->values.len > 0 && exception->fields->len > 0;
}

void exceptions_expand(const struct rule_draft *rule, struct condition *ret_condition)
{
	struct condition *c = ret_condition;
	const struct condition_part *first = rule->condition.parts;
	bool any = false;

	for (size_t i = 0; i < rule->exceptions.len; i++) {
		const struct exception_draft *exception = rule->exceptions.items[i];

		any |= exception->values.len > 0;
	}
	if (any && first)
		condition_add_text(c, first->file, first->node, 0, "(");
	condition_add_range(c, &rule->condition, 0, rule->condition.len);
	if (!any || !first)
		return;
	condition_add_text(c, first->file, first->node, 0, ")");
	for (size_t i = 0; i < rule->exceptions.len; i++) {
		const struct exception_draft *exception = rule->exceptions.items[i];

		if (!exception_has_values(exception))
			continue;
		condition_add_text(c, exception->file, exception->fields, 0, " and not ");
		add_exception(c, exception);
	}
}

void exception_expand(const struct rule_draft *rule, size_t n, struct condition *ret_condition)
{
	const struct exception_draft *exception = rule->exceptions.items[n];

	if (exception_has_values(exception))
		add_exception(ret_condition, exception);
}
