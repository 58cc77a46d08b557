/* SPDX-License-Identifier: Apache-2.0 */
#include "rule_describe.h"

#include <stdlib.h>
#include <string.h>

#include "json_out.h"
#include "state/filter/compile.h"
#include "state/filter/evset.h"
#include "state/filter/format.h"
#include "state/rules/rules.h"

#define FIELDS_MAX 512

static void put_text(const char *key, const char *text, FILE *out)
{
	fprintf(out, "\"%s\":", key);
	json_out_text(text, out);
}

static void put_texts(const char *key, const char *const *texts, size_t len, FILE *out)
{
	fprintf(out, ",\"%s\":", key);
	json_out_texts(texts, len, out);
}

static void put_info(const struct rule *rule, FILE *out)
{
	put_text("name", rule->name, out);
	fputc(',', out);
	put_text("description", rule->description, out);
	fputc(',', out);
	put_text("condition", rule->condition, out);
	fputc(',', out);
	put_text("output", rule->output, out);
	fputc(',', out);
	put_text("priority", rule_priority_name(rule->priority), out);
	fputc(',', out);
	put_text("source", rule->source, out);
	fprintf(out, ",\"enabled\":%s,\"capture\":%s,\"capture_duration\":%u",
		rule->enabled ? "true" : "false", rule->capture ? "true" : "false",
		rule->capture_duration_ms);
	put_texts("tags", rule->tags, rule->tags_len, out);
}

static void put_fields(const struct rule *rule, FILE *out)
{
	struct filter_str names[FIELDS_MAX];
	size_t len = filter_ast_fields(rule->ast, names, FIELDS_MAX);

	fputs(",\"condition_fields\":[", out);
	for (size_t i = 0; i < len && i < FIELDS_MAX; i++) {
		if (i)
			fputc(',', out);
		json_out_text(names[i].data, out);
	}
	fputc(']', out);
}

/* The fields of the output, in the order of its text. */
static void put_output_fields(const struct rule *rule, FILE *out)
{
	const char *names[FORMAT_FIELDS_MAX];
	size_t len = format_fields_len(rule->format);

	for (size_t i = 0; i < len && i < FORMAT_FIELDS_MAX; i++)
		names[i] = format_field_name(rule->format, i);
	put_texts("output_fields", names, len < FORMAT_FIELDS_MAX ? len : FORMAT_FIELDS_MAX, out);
}

/* Bits of the operators of a tree. */
static unsigned operators_of(const struct filter_node *node)
{
	unsigned operators = 0;

	switch (node->kind) {
	case FILTER_NODE_MACRO: return 0;
	case FILTER_NODE_CHECK: return 1u << node->check.op;
	case FILTER_NODE_AND:
	case FILTER_NODE_OR:
	case FILTER_NODE_NOT: break;
	}
	for (const struct filter_node *child = node->children; child; child = child->next)
		operators |= operators_of(child);
	return operators;
}

static void put_operators(const struct rule *rule, FILE *out)
{
	unsigned operators = operators_of(rule->ast->root);
	const char *texts[FILTER_OP_COUNT];
	size_t len = 0;

	for (enum filter_op op = 0; op < FILTER_OP_COUNT; op++)
		if (operators & 1u << op)
			texts[len++] = filter_op_text(op);
	put_texts("condition_operators", texts, len, out);
}

static void put_events(const struct rule *rule, FILE *out)
{
	const char *names[FILTER_KINDS_MAX];
	struct filter_kinds kinds;
	size_t len = 0;

	if (filter_ast_kinds(rule->ast, &kinds, NULL) == 0)
		len = filter_kinds_names(&kinds, names, FILTER_KINDS_MAX);
	put_texts("events", names, len < FILTER_KINDS_MAX ? len : FILTER_KINDS_MAX, out);
}

static void put_rule(const struct rule *rule, FILE *out)
{
	fputs("{\"info\":{", out);
	put_info(rule, out);
	fputs("},\"details\":{", out);
	put_text("condition_compiled", rule->compiled, out);
	put_texts("macros", rule->macros, rule->macros_len, out);
	put_texts("lists", rule->lists, rule->lists_len, out);
	put_fields(rule, out);
	put_operators(rule, out);
	put_output_fields(rule, out);
	put_events(rule, out);
	fputs(",\"position\":{", out);
	put_text("name", rule->file, out);
	fprintf(out, ",\"line\":%u,\"column\":%u,\"offset\":%u}}}", rule->place.line,
		rule->place.column, rule->place.offset);
}

void rule_describe_json(const struct rules *rules, FILE *out)
{
	fputs("{\"required_engine_version\":\"" RULES_ENGINE_VERSION "\",\"rules\":[", out);
	for (size_t i = 0; i < rules_len(rules); i++) {
		if (i)
			fputc(',', out);
		put_rule(rules_at(rules, i), out);
	}
	fputs("]}", out);
}

void rule_list_json(const struct rules *rules, FILE *out)
{
	fputc('[', out);
	for (size_t i = 0; i < rules_len(rules); i++) {
		const struct rule *rule = rules_at(rules, i);

		fputs(i ? ",\n{" : "\n{", out);
		put_info(rule, out);
		put_texts("macros", rule->macros, rule->macros_len, out);
		put_texts("lists", rule->lists, rule->lists_len, out);
		put_events(rule, out);
		fputc(',', out);
		put_text("file", rule->file, out);
		fprintf(out, ",\"line\":%u}", rule->place.line + 1);
	}
	fputs("\n]\n", out);
}
