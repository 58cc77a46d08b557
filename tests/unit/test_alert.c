/* SPDX-License-Identifier: Apache-2.0 */
/* Alerts as text and as JSON: keys, order of tags, what is escaped, times. */
#include <check.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "run_suite.h"
#include "state/rules/alert.h"

static const char *const tags[] = { "a", "b\"c" };
static const struct rule rule = {
	.name = "Shell \"x\"",
	.source = "syscall",
	.priority = RULE_PRIORITY_INFORMATIONAL,
	.tags = tags,
	.tags_len = 2,
};
/* 2016-08-04T16:17:57.882054739Z */
static const struct alert alert = {
	.rule = &rule,
	.ts_ns = 1470327477882054739ull,
	.hostname = "web\x01",
	.message = "a \"shell\" runs \\x1b",
	.message_len = 19,
	.fields = "{\"proc.name\":\"sh\",\"fd.cport\":null}",
};

static const struct text_case {
	const char *name;
	unsigned options;
	enum rule_via via;
	const char *text;
	uint64_t repeated;
} text_cases[] = {
	{ "local", 0, RULE_VIA_CALLED, "18:17:57.882054739: Informational a \"shell\" runs \\x1b",
	  0 },
	{ "ISO 8601", ALERT_TIME_ISO_8601, RULE_VIA_CALLED,
	  "2016-08-04T16:17:57.882054739+0000: Informational a \"shell\" runs \\x1b", 0 },
	{ "resolved", 0, RULE_VIA_RESOLVED,
	  "18:17:57.882054739: Informational a \"shell\" runs \\x1b via=resolved", 0 },
	{ "many", 0, RULE_VIA_RESOLVED,
	  "18:17:57.882054739: Informational a \"shell\" runs \\x1b via=resolved (repeated 412 "
	  "times "
	  "in 4s)",
	  412 },
};

START_TEST(test_text)
{
	const struct text_case *c = &text_cases[_i];
	struct alert copy = alert;
	struct text_buf buf;
	char data[512];

	copy.via = c->via;
	copy.repeated = c->repeated;
	copy.since_ns = copy.ts_ns - 3500000000ull;
	text_buf_init(&buf, data, sizeof(data));
	alert_text(&copy, c->options, &buf);
	ck_assert_msg(strcmp(buf.data, c->text) == 0, "%s: %s", c->name, buf.data);
}
END_TEST

static struct json_object *render(unsigned options, enum rule_via via)
{
	struct json_object *object;
	struct alert copy = alert;
	struct text_buf buf;
	char data[2048];

	copy.via = via;
	text_buf_init(&buf, data, sizeof(data));
	alert_json(&copy, options, &buf);
	ck_assert(!buf.truncated);
	ck_assert_ptr_null(strchr(buf.data, '\n'));
	object = json_tokener_parse(buf.data);
	ck_assert_msg(object, "no JSON: %s", buf.data);
	return object;
}

static const struct json_case {
	const char *name;
	unsigned options;
	enum rule_via via;
	const char *json; /* the keys in any order */
} json_cases[] = {
	{ "as it comes", ALERT_OPTIONS_DEFAULT, RULE_VIA_CALLED,
	  "{\"hostname\":\"web\\u0001\",\"output\":\"18:17:57.882054739: Informational a "
	  "\\\"shell\\\" runs \\\\x1b\",\"output_fields\":{\"proc.name\":\"sh\",\"fd.cport\":null},"
	  "\"priority\":\"Informational\",\"rule\":\"Shell \\\"x\\\"\",\"source\":\"syscall\","
	  "\"tags\":[\"a\",\"b\\\"c\"],\"time\":\"2016-08-04T16:17:57.882054739Z\"}" },
	{ "nothing optional", 0, RULE_VIA_CALLED,
	  "{\"hostname\":\"web\\u0001\",\"priority\":\"Informational\",\"rule\":\"Shell "
	  "\\\"x\\\"\",\"source\":\"syscall\",\"time\":\"2016-08-04T16:17:57.882054739Z\"}" },
	{ "the message, found under the real name", ALERT_JSON_MESSAGE, RULE_VIA_RESOLVED,
	  "{\"hostname\":\"web\\u0001\",\"message\":\"a \\\"shell\\\" runs \\\\x1b\","
	  "\"priority\":\"Informational\",\"rule\":\"Shell \\\"x\\\"\",\"source\":\"syscall\","
	  "\"time\":\"2016-08-04T16:17:57.882054739Z\",\"via\":\"resolved\"}" },
	{ "the output, found under the real name", ALERT_JSON_OUTPUT | ALERT_TIME_ISO_8601,
	  RULE_VIA_RESOLVED,
	  "{\"hostname\":\"web\\u0001\",\"output\":\"2016-08-04T16:17:57.882054739+0000: "
	  "Informational a \\\"shell\\\" runs \\\\x1b "
	  "via=resolved\",\"priority\":\"Informational\","
	  "\"rule\":\"Shell \\\"x\\\"\",\"source\":\"syscall\","
	  "\"time\":\"2016-08-04T16:17:57.882054739Z\",\"via\":\"resolved\"}" },
};

START_TEST(test_json)
{
	const struct json_case *c = &json_cases[_i];
	struct json_object *found = render(c->options, c->via);
	struct json_object *wanted = json_tokener_parse(c->json);

	ck_assert_msg(wanted, "%s", c->name);
	ck_assert_msg(json_object_equal(found, wanted), "%s: %s", c->name,
		      json_object_to_json_string(found));
	json_object_put(found);
	json_object_put(wanted);
}
END_TEST

START_TEST(test_json_of_many)
{
	struct alert copy = alert;
	struct json_object *object;
	struct text_buf buf;
	char data[2048];

	copy.repeated = 1;
	copy.since_ns = copy.ts_ns - 1;
	text_buf_init(&buf, data, sizeof(data));
	alert_json(&copy, ALERT_OPTIONS_DEFAULT, &buf);
	object = json_tokener_parse(buf.data);
	ck_assert_msg(object, "no JSON: %s", buf.data);
	ck_assert_int_eq(json_object_get_int(json_object_object_get(object, "repeated")), 1);
	ck_assert_str_eq(json_object_get_string(json_object_object_get(object, "repeated_since")),
			 "2016-08-04T16:17:57.882054738Z");
	ck_assert_ptr_nonnull(
		strstr(json_object_get_string(json_object_object_get(object, "output")),
		       " (repeated 1 time in 1s)"));
	json_object_put(object);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("alert");

	/* Two hours east of Greenwich, without a database of zones. */
	setenv("TZ", "TEST-2", 1);
	tzset();
	tcase_add_loop_test(tcase, test_text, 0, (int)(sizeof(text_cases) / sizeof(text_cases[0])));
	tcase_add_loop_test(tcase, test_json, 0, (int)(sizeof(json_cases) / sizeof(json_cases[0])));
	tcase_add_test(tcase, test_json_of_many);
	return run_suite("alert", tcase);
}
