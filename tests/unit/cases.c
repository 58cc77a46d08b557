/* SPDX-License-Identifier: Apache-2.0 */
/* Cases that are text, see cases.h. */
#include "cases.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Resolves \n \t \0 \\ in place; the number of bytes. */
static size_t resolve(char *text)
{
	static const char letters[] = "nt0\\", bytes[] = "\n\t\0\\";
	char *to = text;

	for (char *from = text; *from; from++) {
		const char *known = from[0] == '\\' && from[1] ? strchr(letters, from[1]) : NULL;

		*to++ = known ? bytes[known - letters] : *from;
		from += known != NULL;
	}
	*to = '\0';
	return (size_t)(to - text);
}

static struct text_case *add_case(struct text_cases *cases, int line, const char *text)
{
	struct text_case *c;

	cases->cases = realloc(cases->cases, (cases->len + 1) * sizeof(*cases->cases));
	ck_assert_ptr_nonnull(cases->cases);
	c = &cases->cases[cases->len++];
	*c = (struct text_case){ .line = line, .text = strdup(text) };
	ck_assert_ptr_nonnull(c->text);
	c->len = resolve(c->text);
	return c;
}

void text_cases_read(const char *name, struct text_cases *ret_cases)
{
	struct text_case *c = NULL;
	char path[256], *line = NULL;
	size_t size = 0;
	int number = 0;
	FILE *file;

	*ret_cases = (struct text_cases){ 0 };
	snprintf(path, sizeof(path), "tests/cases/%s", name);
	file = fopen(path, "re");
	ck_assert_msg(file, "%s cannot be opened", path);
	while (getline(&line, &size, file) > 0) {
		number++;
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '\0' || line[0] == '#')
			continue;
		ck_assert_msg(line[1] == ' ' || line[1] == '\0', "%s:%d: no blank", path, number);
		if (line[0] == '=') {
			c = add_case(ret_cases, number, line[1] ? line + 2 : "");
			continue;
		}
		ck_assert_msg(c && c->expected_len < CASE_EXPECTATIONS, "%s:%d", path, number);
		c->expected[c->expected_len].letter = line[0];
		c->expected[c->expected_len].text = strdup(line[1] ? line + 2 : "");
		resolve(c->expected[c->expected_len++].text);
	}
	free(line);
	fclose(file);
	ck_assert_uint_gt(ret_cases->len, 0);
}

void text_cases_free(struct text_cases *cases)
{
	for (size_t i = 0; i < cases->len; i++) {
		for (size_t k = 0; k < cases->cases[i].expected_len; k++)
			free(cases->cases[i].expected[k].text);
		free(cases->cases[i].text);
	}
	free(cases->cases);
}

const char *text_case_get(const struct text_case *c, char letter)
{
	for (size_t i = 0; i < c->expected_len; i++) {
		if (c->expected[i].letter == letter)
			return c->expected[i].text;
	}
	return NULL;
}

struct json_object *cases_shared(const char *name)
{
	char path[256];
	struct json_object *root;

	snprintf(path, sizeof(path), "../shared/cases/%s", name);
	root = json_object_from_file(path);
	if (!root)
		printf("%s is not there: its cases are not run\n", path);
	return root;
}

const char *case_string(struct json_object *c, const char *name)
{
	struct json_object *member;

	return json_object_object_get_ex(c, name, &member) ? json_object_get_string(member) : NULL;
}
