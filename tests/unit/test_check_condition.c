/* SPDX-License-Identifier: Apache-2.0 */
/* What `saker check -e` prints. */
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cases.h"
#include "run_suite.h"
#include "tui/check_condition.h"

struct printed {
	char *out, *messages;
	int status;
};

static void run(const char *text, enum check_depth depth, struct printed *printed)
{
	size_t out_len, messages_len;
	FILE *out = open_memstream(&printed->out, &out_len);
	FILE *messages = open_memstream(&printed->messages, &messages_len);

	ck_assert(out && messages);
	printed->status = check_condition_text(text, depth, out, messages);
	fclose(out);
	fclose(messages);
}

static void printed_free(struct printed *printed)
{
	free(printed->out);
	free(printed->messages);
}

START_TEST(test_text)
{
	static const struct {
		const char *text;
		enum check_depth depth;
		int status;
		const char *out, *messages;
	} cases[] = {
		{ "evt.num=1 and evt.cpu>2", CHECK_ALL, 0, "(evt.num = 1 and evt.cpu > 2)\n", "" },
		{ "proc.name startwith ca", CHECK_SYNTAX, 1, "",
		  "saker: 1:11: expected an operator: exists, =, ==, !=, <, <=, >, >=, in, "
		  "intersects, pmatch, glob, iglob, contains, icontains, bcontains, startswith, "
		  "bstartswith, endswith, regex; the last nine need a blank behind them; did you "
		  "mean startswith?\nproc.name startwith ca\n          ^\n" },
		{ "evt.nmu = 1", CHECK_ALL, 1, "",
		  "saker: 1:1: no field is called 'evt.nmu'; did you mean evt.num?\nevt.nmu = 1\n"
		  "^\n" },
		{ "no.such = 1 or macro", CHECK_SYNTAX, 0, "(no.such = 1 or macro)\n", "" },
		{ "macro", CHECK_ALL, 1, "",
		  "saker: 1:1: unknown macro 'macro': a check is a field, an operator and a value\n"
		  "macro\n^\n" },
		{ "not", CHECK_ALL, 1, "",
		  "saker: 1:1: a condition is missing: 'not' stands alone\nnot\n^\n" },
		{ "fd.num=x and (m or not proc.nam=1)", CHECK_ALL, 1, "",
		  "saker: 1:8: 'x' is not a whole number of 64 bits\n"
		  "fd.num=x and (m or not proc.nam=1)\n       ^\n"
		  "saker: 1:15: unknown macro 'm': a check is a field, an operator and a value\n"
		  "fd.num=x and (m or not proc.nam=1)\n              ^\n"
		  "saker: 1:24: no field is called 'proc.nam'; did you mean proc.name?\n"
		  "fd.num=x and (m or not proc.nam=1)\n                       ^\n" },
		{ "evt.type = b64(proc.name)", CHECK_SYNTAX, 0, "evt.type = b64(proc.name)\n", "" },
		{ "evt.source\n= evt.type", CHECK_ALL, 0, "evt.source = evt.type\n",
		  "saker: warning: 2:3: 'evt.type' may be a valid field misused as a const string "
		  "value: val(evt.type) is its value\n= evt.type\n  ^\n" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct printed printed;

		run(cases[i].text, cases[i].depth, &printed);
		ck_assert_str_eq(printed.out, cases[i].out);
		ck_assert_str_eq(printed.messages, cases[i].messages);
		ck_assert_int_eq(printed.status, cases[i].status);
		printed_free(&printed);
	}
}
END_TEST

static struct json_object *run_json(const char *text, enum check_depth depth, int want)
{
	struct json_object *root;
	size_t len;
	char *data;
	FILE *out = open_memstream(&data, &len);

	ck_assert_ptr_nonnull(out);
	ck_assert_msg(check_condition_json(text, depth, out) == want, "%s", text);
	fclose(out);
	root = json_tokener_parse(data);
	ck_assert_msg(root && data[len - 1] == '\n' && !memchr(data, '\n', len - 1), "%s", data);
	free(data);
	return root;
}

/* A list of texts as one, with commas; "null" for null. */
static void joined(struct json_object *root, const char *name, char *text, size_t size)
{
	struct json_object *list = NULL;

	ck_assert(json_object_object_get_ex(root, name, &list));
	snprintf(text, size, "%s", list ? "" : "null");
	for (size_t i = 0; list && i < json_object_array_length(list); i++) {
		size_t at = strlen(text);

		snprintf(text + at, size - at, "%s%s", i ? "," : "",
			 json_object_get_string(json_object_array_get_idx(list, i)));
	}
}

START_TEST(test_json)
{
	static const struct {
		const char *text;
		enum check_depth depth;
		int status;
		const char *canonical, *events, *fields;
	} cases[] = {
		{ "evt.type in (open, openat) and evt.cpu=1", CHECK_ALL, 0,
		  "(evt.type in (open, openat) and evt.cpu = 1)", "open,openat",
		  "evt.cpu,evt.type" },
		{ "evt.type=open and evt.type=close", CHECK_ALL, 0,
		  "(evt.type = open and evt.type = close)", "", "evt.type" },
		{ "evt.type=open and no.such exists", CHECK_ALL, 1,
		  "(evt.type = open and no.such exists)", "open", "evt.type,no.such" },
		{ "evt.type=open and no.such exists", CHECK_SYNTAX, 0,
		  "(evt.type = open and no.such exists)", "open", "evt.type,no.such" },
		{ "evt.type = b64(evt.source)", CHECK_ALL, 1, "evt.type = b64(evt.source)", "null",
		  "evt.source,evt.type" },
		{ "evt.type =", CHECK_ALL, 1, NULL, "null", "null" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct json_object *root = run_json(cases[i].text, cases[i].depth, cases[i].status);
		struct json_object *error;
		const char *canonical = case_string(root, "canonical");
		char text[4096];

		ck_assert_msg(!canonical == !cases[i].canonical, "%s", cases[i].text);
		ck_assert(!canonical || strcmp(canonical, cases[i].canonical) == 0);
		joined(root, "events", text, sizeof(text));
		ck_assert_str_eq(text, cases[i].events);
		joined(root, "fields", text, sizeof(text));
		ck_assert_str_eq(text, cases[i].fields);
		ck_assert_int_eq(json_object_object_get_ex(root, "error", &error), cases[i].status);
		json_object_put(root);
	}
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("check_condition");

	tcase_add_test(tcase, test_text);
	tcase_add_test(tcase, test_json);
	return run_suite("check_condition", tcase);
}
