/* SPDX-License-Identifier: Apache-2.0 */
#include "check_condition.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "condition.h"
#include "rule_files.h"
#include "state/filter/diagnose.h"
#include "state/filter/evset.h"
#include "state/filter/parse.h"
#include "state/filter/print.h"

#define CANONICAL_MAX (4u << 20)
#define WARNINGS_MAX 64
#define FIELDS_MAX 512
#define SNIPPET_WIDTH 76

/* All that is found out about one condition. */
struct verdict {
	struct filter_ast *ast; /* NULL: it does not parse */
	int rc;
	struct filter_error errors[FILTER_DIAGNOSE_MAX];
	size_t errors_len;
	struct filter_warning warnings[WARNINGS_MAX];
	size_t warnings_len;
};

static void keep_warning(void *ctx, const struct filter_warning *warning)
{
	struct verdict *verdict = ctx;

	if (verdict->warnings_len < WARNINGS_MAX)
		verdict->warnings[verdict->warnings_len++] = *warning;
}

static void keep_error(void *ctx, const struct filter_error *err)
{
	struct verdict *verdict = ctx;

	if (verdict->errors_len < FILTER_DIAGNOSE_MAX)
		verdict->errors[verdict->errors_len++] = *err;
}

static void verdict_init(struct verdict *verdict, const char *text, enum check_depth depth)
{
	const struct filter_compile_opts opts = { .warn = keep_warning,
						  .port = rule_files_port,
						  .ctx = verdict };
	struct filter_set *set = NULL;
	struct filter_error first;
	uint32_t id;

	*verdict = (struct verdict){ 0 };
	verdict->rc = filter_parse(text, strlen(text), &condition_limits, &verdict->ast, &first);
	if (verdict->rc == 0 && depth == CHECK_SYNTAX)
		return;
	if (verdict->rc == 0 && filter_set_new(0, &set) < 0)
		verdict->rc = filter_fail_memory(&first);
	if (verdict->rc == 0)
		verdict->rc = filter_compile(set, verdict->ast, &opts, &id, &first);
	if (verdict->rc == -EINVAL && verdict->ast)
		(void)filter_diagnose(verdict->ast, &opts, keep_error, verdict);
	if (verdict->rc < 0 && verdict->errors_len == 0)
		keep_error(verdict, &first);
	filter_set_free(set);
}

/* The canonical form, which the caller frees; NULL: there is none. */
static char *canonical(const struct verdict *verdict)
{
	struct text_buf buf;
	char *text = verdict->ast ? malloc(CANONICAL_MAX) : NULL;

	if (!text)
		return NULL;
	text_buf_init(&buf, text, CANONICAL_MAX);
	filter_print(verdict->ast, &buf);
	return text;
}

static void say(FILE *messages, const char *text, const char *kind, struct filter_pos pos,
		const char *message)
{
	char snippet[4 * SNIPPET_WIDTH];
	struct text_buf buf;

	text_buf_init(&buf, snippet, sizeof(snippet));
	filter_error_snippet(text, strlen(text), pos, SNIPPET_WIDTH, &buf);
	fprintf(messages, "saker: %s%u:%u: %s\n%s\n", kind, pos.line, pos.column, message, snippet);
}

int check_condition_text(const char *text, enum check_depth depth, FILE *out, FILE *messages)
{
	struct verdict verdict;
	char message[512], *printed;

	verdict_init(&verdict, text, depth);
	for (size_t i = 0; i < verdict.warnings_len; i++)
		say(messages, text, "warning: ", verdict.warnings[i].pos,
		    verdict.warnings[i].message);
	for (size_t i = 0; i < verdict.errors_len; i++) {
		condition_message(&verdict.errors[i], message, sizeof(message));
		say(messages, text, "", verdict.errors[i].pos, message);
	}
	if (verdict.rc == 0) {
		printed = canonical(&verdict);
		fprintf(out, "%s\n", printed ? printed : "");
		free(printed);
	}
	filter_ast_free(verdict.ast);
	return verdict.rc < 0 ? 1 : 0;
}

static struct json_object *place(struct filter_pos pos, const char *message)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "message", json_object_new_string(message));
	json_object_object_add(object, "line", json_object_new_int64(pos.line));
	json_object_object_add(object, "column", json_object_new_int64(pos.column));
	return object;
}

static struct json_object *events(const struct verdict *verdict)
{
	const char *names[FILTER_KINDS_MAX];
	struct filter_kinds kinds;
	struct json_object *list;
	size_t len;

	if (!verdict->ast || filter_ast_kinds(verdict->ast, &kinds, NULL) < 0)
		return NULL;
	list = json_object_new_array();
	len = filter_kinds_names(&kinds, names, FILTER_KINDS_MAX);
	for (size_t i = 0; i < len; i++)
		json_object_array_add(list, json_object_new_string(names[i]));
	return list;
}

static struct json_object *fields(const struct verdict *verdict)
{
	struct filter_str names[FIELDS_MAX];
	struct json_object *list;
	size_t len;

	if (!verdict->ast)
		return NULL;
	list = json_object_new_array();
	len = filter_ast_fields(verdict->ast, names, FIELDS_MAX);
	for (size_t i = 0; i < len; i++)
		json_object_array_add(list,
				      json_object_new_string_len(names[i].data, (int)names[i].len));
	return list;
}

static struct json_object *error_json(const struct filter_error *err)
{
	struct json_object *error = place(err->pos, err->message);

	json_object_object_add(error, "nearest",
			       *err->nearest ? json_object_new_string(err->nearest) : NULL);
	return error;
}

int check_condition_json(const char *text, enum check_depth depth, FILE *out)
{
	struct json_object *root = json_object_new_object(), *warnings = json_object_new_array();
	struct verdict verdict;
	char *printed;

	verdict_init(&verdict, text, depth);
	printed = canonical(&verdict);
	json_object_object_add(root, "canonical", printed ? json_object_new_string(printed) : NULL);
	json_object_object_add(root, "events", events(&verdict));
	json_object_object_add(root, "fields", fields(&verdict));
	for (size_t i = 0; i < verdict.warnings_len; i++)
		json_object_array_add(warnings,
				      place(verdict.warnings[i].pos, verdict.warnings[i].message));
	json_object_object_add(root, "warnings", warnings);
	if (verdict.errors_len > 0) {
		struct json_object *errors = json_object_new_array();

		for (size_t i = 0; i < verdict.errors_len; i++)
			json_object_array_add(errors, error_json(&verdict.errors[i]));
		json_object_object_add(root, "error", error_json(&verdict.errors[0]));
		json_object_object_add(root, "errors", errors);
	}
	fprintf(out, "%s\n",
		json_object_to_json_string_ext(root, JSON_C_TO_STRING_PLAIN |
							     JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(root);
	free(printed);
	filter_ast_free(verdict.ast);
	return verdict.rc < 0 ? 1 : 0;
}
