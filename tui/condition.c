/* SPDX-License-Identifier: Apache-2.0 */
#include "condition.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "host_names.h"
#include "option_value.h"
#include "rule_files.h"

const struct filter_limits condition_limits = { .max_depth = FILTER_DEPTH_DEFAULT };

void condition_message(const struct filter_error *err, char *text, size_t size)
{
	snprintf(text, size, "%s%s%s%s", err->message, *err->nearest ? "; did you mean " : "",
		 err->nearest, *err->nearest ? "?" : "");
}

const struct filter_compile_opts condition_live = { .port = rule_files_port,
						    .host = host_names_find };
const struct filter_compile_opts condition_capture = { .port = rule_files_port };

int condition_load(const char *text, const struct filter_compile_opts *opts,
		   struct filter_set **ret_set, struct usage_error *err)
{
	struct filter_error wrong = { 0 };
	struct filter_ast *ast = NULL;
	struct filter_set *set = NULL;
	char message[384];
	uint32_t id;
	int rc = filter_parse(text, strlen(text), &condition_limits, &ast, &wrong);

	if (rc == 0)
		rc = filter_set_new(0, &set);
	if (rc == 0)
		rc = filter_compile(set, ast, opts, &id, &wrong);
	filter_ast_free(ast);
	if (rc == 0) {
		*ret_set = set;
		return 0;
	}
	filter_set_free(set);
	condition_message(&wrong, message, sizeof(message));
	return option_fail(err, "FILTER, column %u: %s", wrong.pos.column, message);
}
