/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rule files: any bytes. What is found has places inside its file, what is taken is complete. Bytes
 * 0xff cut the input into up to four files, so that later ones change what earlier ones define.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "state/rules/rules.h"

#define FILES_MAX 4

static void check_findings(const struct rule_findings *findings, enum rule_severity severity)
{
	for (size_t i = 0; i < findings->len; i++) {
		const struct rule_finding *finding = findings->items[i];

		assert(rule_code_at(finding->code)->severity == severity);
		assert(finding->message && finding->hint && finding->snippet);
		for (const struct rule_context *c = finding->context; c; c = c->parent) {
			assert(c->file && c->name);
			assert(c->place.offset <= c->file->len);
			assert(c->place.column <= c->place.offset);
			assert(c->place.line <= c->place.offset);
		}
	}
}

static void check_rules(struct rules *rules)
{
	for (size_t i = 0; i < rules_len(rules); i++) {
		const struct rule *rule = rules_at(rules, i);

		assert(*rule->name && *rule->condition && *rule->compiled && rule->output);
		assert(rule->priority < RULE_PRIORITY_COUNT);
		for (size_t k = 1; k < rule->tags_len; k++)
			assert(strcmp(rule->tags[k - 1], rule->tags[k]) < 0);
	}
	rules_select_name(rules, "*a*", RULES_DISABLE);
	assert(rules_prepare(rules) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rules_options options;
	struct rules_loader *loader;
	struct rules *rules;

	rules_options_init(&options);
	options.memory_bytes = 16u << 20;
	if (rules_loader_new(&options, &loader) < 0)
		return 0;
	for (size_t n = 0; n < FILES_MAX; n++) {
		const uint8_t *cut = n + 1 < FILES_MAX && size ? memchr(data, 0xff, size) : NULL;
		size_t len = cut ? (size_t)(cut - data) : size;
		/* A copy of its own size: a read beyond the end is seen. */
		char *text = malloc(len ? len : 1);
		int rc;

		assert(text);
		memcpy(text, len ? (const char *)data : "", len);
		rc = rules_loader_add(loader, "fuzz.yaml", text, len);
		free(text);
		assert(rc == 0 || rc == -EBADMSG || rc == -ENOMEM);
		if (rc != -ENOMEM)
			assert((rc < 0) == (rules_loader_result(loader, n)->errors.len > 0));
		if (!cut)
			break;
		data += len + 1;
		size -= len + 1;
	}
	for (size_t i = 0; i < rules_loader_len(loader); i++) {
		const struct rule_file_result *result = rules_loader_result(loader, i);

		check_findings(&result->errors, RULE_SEVERITY_ERROR);
		check_findings(&result->warnings, RULE_SEVERITY_WARNING);
		check_findings(&result->compile_warnings, RULE_SEVERITY_WARNING);
	}
	if (rules_loader_finish(loader, &rules) == 0) {
		check_rules(rules);
		rules_free(rules);
	}
	rules_loader_free(loader);
	return 0;
}
