/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor.h"

#include <json-c/json.h>

#include "probe/probe.h"

#define RESULTS_MAX 64

static void print_text(FILE *out, const struct feature_result *result)
{
	const char *mark = result->ok ? "ok  " : result->required ? "FAIL" : "warn";

	fprintf(out, "%s  %-44s %s\n", mark, result->title, result->found);
	if (!result->ok && *result->remedy)
		fprintf(out, "      -> %s\n", result->remedy);
}

static int print_json(FILE *out, const struct feature_result *results, size_t len, bool ok)
{
	struct json_object *root = json_object_new_object(), *checks = json_object_new_array();

	json_object_object_add(root, "ok", json_object_new_boolean(ok));
	for (size_t i = 0; i < len; i++) {
		struct json_object *check = json_object_new_object();

		json_object_object_add(check, "id", json_object_new_string(results[i].id));
		json_object_object_add(check, "title", json_object_new_string(results[i].title));
		json_object_object_add(check, "required",
				       json_object_new_boolean(results[i].required));
		json_object_object_add(check, "ok", json_object_new_boolean(results[i].ok));
		json_object_object_add(check, "found", json_object_new_string(results[i].found));
		json_object_object_add(check, "remedy", json_object_new_string(results[i].remedy));
		json_object_array_add(checks, check);
	}
	json_object_object_add(root, "checks", checks);
	fprintf(out, "%s\n",
		json_object_to_json_string_ext(root, JSON_C_TO_STRING_PLAIN |
							     JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(root);
	return ok ? 0 : 1;
}

int doctor_run(FILE *out, bool json)
{
	struct feature_result results[RESULTS_MAX];
	size_t len = probe_features(results, RESULTS_MAX);
	bool ok = len > 0;

	for (size_t i = 0; i < len; i++)
		ok = ok && (results[i].ok || !results[i].required);
	if (json)
		return print_json(out, results, len, ok);
	for (size_t i = 0; i < len; i++)
		print_text(out, &results[i]);
	fprintf(out, "%s\n",
		ok ? "this machine can run saker" : "this machine cannot run saker's probe");
	return ok ? 0 : 1;
}
