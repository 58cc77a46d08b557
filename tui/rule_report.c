/* SPDX-License-Identifier: Apache-2.0 */
#include "rule_report.h"

#include <stdlib.h>
#include <string.h>

#include "json_out.h"
#include "probe/schema/render.h"
#include "rule_describe.h"
#include "state/rules/rules.h"

#define CHAIN_MAX 16
#define RULER "------\n"

/*
 * Bytes of a file for a terminal: as they are where they are printable, also backslashes, which
 * rules are full of; tabs and newlines are ours.
 */
static void put_safe(const char *text, FILE *out)
{
	while (*text) {
		size_t len = strcspn(text, "\\\n\t");
		char safe[512];
		struct text_buf buf;

		if (len == 0) {
			fputc(*text++, out);
			continue;
		}
		/* \xNN takes four times the room. */
		if (len > sizeof(safe) / 4 - 4) {
			len = sizeof(safe) / 4 - 4;
			while (len > 1 && ((unsigned char)text[len] & 0xc0) == 0x80)
				len--;
		}
		text_buf_init(&buf, safe, sizeof(safe));
		text_buf_add_safe(&buf, text, len);
		fputs(safe, out);
		text += len;
	}
}

static void put_place(const struct rule_context *context, FILE *out)
{
	put_safe(context->file->name, out);
	if (context->file->text)
		fprintf(out, ":%u:%u", context->place.line + 1, context->place.column + 1);
}

static void put_context(const struct rule_context *innermost, FILE *out)
{
	const struct rule_context *chain[CHAIN_MAX];
	size_t len = rule_context_chain(innermost, chain, CHAIN_MAX);

	for (size_t i = 0; i < len; i++) {
		fprintf(out, "%s%s", i ? "    " : "In ", rule_item_name(chain[i]->item));
		if (*chain[i]->name) {
			fputs(" '", out);
			put_safe(chain[i]->name, out);
			fputc('\'', out);
		}
		fputs(": (", out);
		put_place(chain[i], out);
		fputs(")\n", out);
	}
}

static void put_finding(const struct rule_finding *finding, FILE *out)
{
	const struct rule_code_desc *code = rule_code_at(finding->code);

	put_context(finding->context, out);
	if (*finding->snippet) {
		fputs(RULER, out);
		put_safe(finding->snippet, out);
		fputs(RULER, out);
	}
	fprintf(out, "%s (%s): ", code->name, code->title);
	put_safe(finding->message, out);
	if (*finding->hint) {
		fputs("; did you mean '", out);
		put_safe(finding->hint, out);
		fputs("'?", out);
	}
	fputs("\n\n", out);
}

static void put_findings(const struct rule_findings *findings, FILE *out)
{
	for (size_t i = 0; i < findings->len; i++)
		put_finding(findings->items[i], out);
	if (findings->dropped)
		fprintf(out, "... and %zu more\n\n", findings->dropped);
}

static size_t count(const struct rule_findings *findings)
{
	return findings->len + findings->dropped;
}

static void put_count(size_t number, const char *what, FILE *out)
{
	fprintf(out, "%zu %s%s", number, what, number == 1 ? "" : "s");
}

static void put_file(const struct rule_file_result *result, FILE *out)
{
	size_t errors = count(&result->errors);
	size_t warnings = count(&result->warnings) + count(&result->compile_warnings);

	put_safe(result->file->name, out);
	fputs(errors ? ": Invalid\n" : warnings ? ": Ok, with warnings\n" : ": Ok\n", out);
	if (result->schema == RULE_SCHEMA_FAILED) {
		fputs("schema: ", out);
		put_safe(result->schema_problem, out);
		fputc('\n', out);
	}
	if (errors) {
		put_count(errors, "error", out);
		fputs(":\n", out);
		put_findings(&result->errors, out);
		if (result->errors.len == REPORT_MAX_FINDINGS)
			fputs("... the rest of the file was not looked at\n\n", out);
	}
	if (warnings) {
		put_count(warnings, "warning", out);
		fputs(":\n", out);
		put_findings(&result->warnings, out);
		put_findings(&result->compile_warnings, out);
	}
}

/* Default rules that are right are beneath what is reported. */
static bool is_told(const struct rule_file_result *result)
{
	return !result->file->defaults || result->errors.len;
}

void rule_report_text(const struct rules_loader *loader, FILE *out)
{
	struct rules_counts counts;
	bool defaults = false;

	for (size_t i = 0; i < rules_loader_len(loader); i++) {
		const struct rule_file_result *result = rules_loader_result(loader, i);

		defaults |= result->file->defaults;
		if (is_told(result))
			put_file(result, out);
	}
	rules_loader_counts(loader, &counts);
	put_count(counts.rules, "rule", out);
	fputs(", ", out);
	put_count(counts.macros, "macro", out);
	fputs(", ", out);
	put_count(counts.lists, "list", out);
	fputs(defaults ? ", with the default rules beneath\n" : "\n", out);
}

static void json_location(const struct rule_context *context, FILE *out)
{
	fputs("{\"item_type\":", out);
	json_out_text(rule_item_name(context->item), out);
	fputs(",\"item_name\":", out);
	json_out_text(context->name, out);
	fputs(",\"position\":{\"name\":", out);
	json_out_text(context->file->name, out);
	fprintf(out, ",\"line\":%u,\"column\":%u,\"offset\":%u}}", context->place.line,
		context->place.column, context->place.offset);
}

static void json_finding(const struct rule_finding *finding, FILE *out)
{
	const struct rule_code_desc *code = rule_code_at(finding->code);
	const struct rule_context *chain[CHAIN_MAX];
	size_t len = rule_context_chain(finding->context, chain, CHAIN_MAX);

	fprintf(out, "{\"code\":\"%s\",\"codedesc\":", code->name);
	json_out_text(code->title, out);
	fputs(",\"message\":", out);
	json_out_text(finding->message, out);
	if (*finding->hint) {
		fputs(",\"nearest\":", out);
		json_out_text(finding->hint, out);
	}
	fputs(",\"context\":{\"locations\":[", out);
	for (size_t i = 0; i < len; i++) {
		if (i)
			fputc(',', out);
		json_location(chain[i], out);
	}
	fputs("],\"snippet\":", out);
	json_out_text(finding->snippet, out);
	fputs("}}", out);
}

static bool json_findings(const struct rule_findings *findings, bool comma, FILE *out)
{
	for (size_t i = 0; i < findings->len; i++) {
		if (comma)
			fputc(',', out);
		json_finding(findings->items[i], out);
		comma = true;
	}
	return comma;
}

static void json_file(const struct rule_file_result *result, FILE *out)
{
	static const char *const valid[] = { [RULE_SCHEMA_NONE] = "null",
					     [RULE_SCHEMA_OK] = "true",
					     [RULE_SCHEMA_FAILED] = "false" };

	fputs("{\"name\":", out);
	json_out_text(result->file->name, out);
	fprintf(out, ",\"successful\":%s,\"schema_valid\":%s,\"schema_warnings\":[",
		result->errors.len ? "false" : "true", valid[result->schema]);
	if (*result->schema_problem)
		json_out_text(result->schema_problem, out);
	fputs("],\"errors\":[", out);
	json_findings(&result->errors, false, out);
	fputs("],\"warnings\":[", out);
	json_findings(&result->compile_warnings, json_findings(&result->warnings, false, out), out);
	fputs("]}", out);
}

void rule_report_json(const struct rules_loader *loader, const struct rules *rules, FILE *out)
{
	const char *comma = "";

	fputs("{\"falco_load_results\":[", out);
	for (size_t i = 0; i < rules_loader_len(loader); i++) {
		if (!is_told(rules_loader_result(loader, i)))
			continue;
		fputs(comma, out);
		json_file(rules_loader_result(loader, i), out);
		comma = ",";
	}
	fputs("],\"falco_describe_results\":[", out);
	if (rules)
		rule_describe_json(rules, out);
	fputs("]}\n", out);
}

int rule_report_ok(const struct rules_loader *loader)
{
	for (size_t i = 0; i < rules_loader_len(loader); i++)
		if (rules_loader_result(loader, i)->errors.len)
			return 0;
	return 1;
}

void rule_report_first(const struct rules_loader *loader, char *text, size_t size)
{
	const struct rule_finding *finding = NULL;
	struct text_buf buf;
	size_t len = 0;

	text_buf_init(&buf, text, size);
	for (size_t i = 0; i < rules_loader_len(loader); i++) {
		const struct rule_findings *errors = &rules_loader_result(loader, i)->errors;

		if (errors->len && !finding)
			finding = errors->items[0];
		len += errors->len;
	}
	if (!finding)
		return;
	text_buf_add_safe(&buf, finding->context->file->name, strlen(finding->context->file->name));
	if (finding->context->file->text)
		text_buf_printf(&buf, ":%u:%u", finding->context->place.line + 1,
				finding->context->place.column + 1);
	text_buf_add(&buf, ": ");
	text_buf_add_safe(&buf, finding->message, strlen(finding->message));
	if (*finding->hint) {
		text_buf_add(&buf, "; did you mean ");
		text_buf_add_safe(&buf, finding->hint, strlen(finding->hint));
		text_buf_add(&buf, "?");
	}
	if (len > 1)
		text_buf_printf(&buf, " (and %zu more)", len - 1);
}
