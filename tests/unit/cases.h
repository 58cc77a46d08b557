/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cases that are text. Files of tests/cases have a condition per case and what is expected of it:
 *
 *   # a comment
 *   = proc.name=cat            the condition
 *   > proc.name = cat          lines of expectations, a letter and a text each
 *
 * In all of them \n \t \0 and \\ stand for those bytes.
 *
 * Files of ../shared/cases are JSON; where the folder is not there, cases_shared() says so.
 */
#ifndef TESTS_UNIT_CASES_H
#define TESTS_UNIT_CASES_H

#include <json-c/json.h>
#include <stddef.h>

#define CASE_EXPECTATIONS 8

struct text_case {
	int line; /* of the file */
	char *text;
	size_t len;
	size_t expected_len;
	struct {
		char letter;
		char *text;
	} expected[CASE_EXPECTATIONS];
};

struct text_cases {
	struct text_case *cases;
	size_t len;
};

/* Reads tests/cases/NAME; stops the test when it cannot. */
void text_cases_read(const char *name, struct text_cases *ret_cases);
void text_cases_free(struct text_cases *cases);
/* The text of an expectation, NULL when the case has none with that letter. */
const char *text_case_get(const struct text_case *c, char letter);

/* ../shared/cases/NAME, NULL when it is not there. The caller owns it. */
struct json_object *cases_shared(const char *name);
/* The text of a member; NULL when it is missing. */
const char *case_string(struct json_object *c, const char *name);

#endif
