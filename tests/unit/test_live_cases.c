/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every call with full parameters has live cases, of success and of failure: a row that nobody
 * tries on a kernel is not known to be right. Looks into the tables of tests/live/test_params_*.c:
 * a case is C(name, OK or an errno or ANY, ...), or begins with { "name" or { "name what it is",
 * where a failure says so.
 */
#include <check.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "probe/schema/event.h"
#include "run_suite.h"

#define SOURCES "tests/live/test_{params,socket}_*.c"

static char *text; /* all sources, one behind the other */

static void append(const char *path)
{
	FILE *file = fopen(path, "re");
	size_t len = text ? strlen(text) : 0;
	long size;

	ck_assert_ptr_nonnull(file);
	fseek(file, 0, SEEK_END);
	size = ftell(file);
	rewind(file);
	text = realloc(text, len + (size_t)size + 1);
	ck_assert_ptr_nonnull(text);
	size = (long)fread(text + len, 1, (size_t)size, file);
	text[len + (size_t)size] = '\0';
	fclose(file);
}

static void read_sources(void)
{
	glob_t found;

	ck_assert_int_eq(glob(SOURCES, GLOB_BRACE, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++)
		append(found.gl_pathv[i]);
	globfree(&found);
}

static void release_sources(void)
{
	free(text);
}

struct seen {
	bool success, failure;
};

/* C(name, OUTCOME, ...), or C(CIRCUMSTANCES, name, OUTCOME, ...). */
static void see_rows_behind(const char *start, struct seen *seen)
{
	for (const char *at = text; (at = strstr(at, start)); at++) {
		const char *outcome = at + strlen(start);
		bool any = strncmp(outcome, "ANY", 3) == 0;

		seen->success |= any || strncmp(outcome, "OK", 2) == 0;
		seen->failure |= any || *outcome == 'E';
	}
}

static void see_rows(const char *name, struct seen *seen)
{
	static const char *const circumstances[] = { "", "AS_NOBODY, ", "WITH_CAP_MODULES, ",
						     "NO_DESCRIPTORS, ", "WITH_RING, " };
	char start[64];

	for (size_t i = 0; i < sizeof(circumstances) / sizeof(circumstances[0]); i++) {
		snprintf(start, sizeof(start), "C(%s%s, ", circumstances[i], name);
		see_rows_behind(start, seen);
	}
}

/* { "name ...", whatever */
static void see_cases(const char *name, struct seen *seen)
{
	char start[64];

	snprintf(start, sizeof(start), "{ \"%s", name);
	for (const char *at = text; (at = strstr(at, start)); at++) {
		const char *label = at + strlen(start);
		size_t len = strcspn(label, "\"");
		bool fails;

		if (*label != '"' && *label != ' ')
			continue;
		fails = memmem(label, len, "fails", strlen("fails"));
		seen->failure |= fails;
		seen->success |= !fails;
	}
}

static bool is_in(const char *name, const char *const *names)
{
	for (; *names; names++) {
		if (strcmp(name, *names) == 0)
			return true;
	}
	return false;
}

START_TEST(every_call_has_live_cases)
{
	static const char *const cannot_fail[] = { "brk",     "munlockall", "getuid", "getgid",
						   "geteuid", "getegid",    NULL };
	/* They take a module that this kernel would load. */
	static const char *const cannot_succeed[] = { "init_module", "finit_module",
						      "delete_module", NULL };
	size_t calls = 0;

	for (size_t i = 0; i < syscall_table_len(); i++) {
		const struct syscall_desc *desc = syscall_at(i);
		struct seen seen = { .success = false };

		if (desc->exit_event == EVENT_CODE_GENERIC_X || desc->nr_x86_64 < 0)
			continue;
		calls++;
		ck_assert_msg(desc->store, "%s: no program stores its parameters", desc->name);
		see_rows(desc->name, &seen);
		see_cases(desc->name, &seen);
		ck_assert_msg(seen.success || is_in(desc->name, cannot_succeed),
			      "%s: no live case of success", desc->name);
		ck_assert_msg(seen.failure || is_in(desc->name, cannot_fail),
			      "%s: no live case of failure", desc->name);
	}
	ck_assert_uint_eq(calls, 154);
}
END_TEST

/* The programs that run each case over inet, inet6 and unix have all calls on sockets. */
START_TEST(sockets_have_cases_of_all_families)
{
	static const char *const calls[] = {
		"socket",  "socketpair", "bind",        "connect",     "listen",     "accept",
		"accept4", "shutdown",   "getsockname", "getpeername", "sendto",     "recvfrom",
		"sendmsg", "recvmsg",    "sendmmsg",    "recvmmsg",    "setsockopt", "getsockopt",
	};
	char label[64];

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		snprintf(label, sizeof(label), "{ \"%s\", ", calls[i]);
		ck_assert_msg(strstr(text, label), "no case %s", label);
		snprintf(label, sizeof(label), "{ \"%s fails\", ", calls[i]);
		ck_assert_msg(strstr(text, label), "no case %s", label);
	}
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("live cases");

	tcase_add_unchecked_fixture(tcase, read_sources, release_sources);
	tcase_add_test(tcase, every_call_has_live_cases);
	tcase_add_test(tcase, sockets_have_cases_of_all_families);
	return run_suite("live_cases", tcase);
}
