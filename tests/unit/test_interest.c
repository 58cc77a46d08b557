/* SPDX-License-Identifier: Apache-2.0 */
/* What a view wants streamed, as the probe is told: of whom, and which calls. */
#include <check.h>
#include "run_suite.h"
#include "state/filter/kind.h"
#include "tui/interest.h"

#define ALL (PROBE_WANT_SCOPE | PROBE_WANT_FOCUS)

static const struct interest_case {
	const char *name;
	enum view_stream stream;
	enum interest_whose whose;
	const char *only;
	/* execve changes processes, openat opens files, close names them, getppid neither. */
	uint8_t execve, openat, close, getppid, kinds;
} cases[] = {
	{ "a table", VIEW_STREAM_NONE, INTEREST_SCOPE, NULL, ALL, PROBE_WANT_FOCUS,
	  PROBE_WANT_FOCUS, PROBE_WANT_FOCUS, PROBE_WANT_FOCUS },
	{ "stream", VIEW_STREAM_ALL, INTEREST_SCOPE, NULL, ALL, ALL, ALL, ALL, ALL },
	{ "stream of one process", VIEW_STREAM_ALL, INTEREST_FOCUS, NULL, ALL, PROBE_WANT_FOCUS,
	  PROBE_WANT_FOCUS, PROBE_WANT_FOCUS, PROBE_WANT_FOCUS },
	{ "stream of one call", VIEW_STREAM_ALL, INTEREST_SCOPE, "getppid", ALL, ALL, ALL, ALL, 0 },
	{ "stream of another", VIEW_STREAM_ALL, INTEREST_SCOPE, "read", ALL, ALL, ALL, 0, 0 },
	{ "opens", VIEW_STREAM_OPENS, INTEREST_SCOPE, NULL, ALL, ALL, PROBE_WANT_FOCUS,
	  PROBE_WANT_FOCUS, PROBE_WANT_FOCUS },
	{ "opens of one process", VIEW_STREAM_OPENS, INTEREST_FOCUS, NULL, ALL, PROBE_WANT_FOCUS,
	  PROBE_WANT_FOCUS, PROBE_WANT_FOCUS, PROBE_WANT_FOCUS },
	{ "failed of one process", VIEW_STREAM_FAILED, INTEREST_FOCUS, NULL, ALL, PROBE_WANT_FOCUS,
	  PROBE_WANT_FOCUS, PROBE_WANT_FOCUS, PROBE_WANT_FOCUS },
};

static uint8_t wanted(const struct probe_interest *interest, const char *call)
{
	return interest->calls[syscall_nr(syscall_by_name(call))] & ALL;
}

START_TEST(wants)
{
	const struct interest_case *c = &cases[_i];
	const struct interest_filter filter = { .whose = c->whose };
	struct choice choice = { .failed = false };
	struct probe_interest interest;

	if (c->only)
		choice.only = (uint16_t)(syscall_nr(syscall_by_name(c->only)) + 1);
	interest_fill(c->stream, &choice, &filter, &interest);
	ck_assert_msg(wanted(&interest, "execve") == c->execve, "%s: execve", c->name);
	ck_assert_msg(wanted(&interest, "openat") == c->openat, "%s: openat", c->name);
	ck_assert_msg(wanted(&interest, "close") == c->close, "%s: close", c->name);
	ck_assert_msg(wanted(&interest, "getppid") == c->getppid, "%s: getppid", c->name);
	ck_assert_msg(interest.kinds[0] == c->kinds, "%s: kinds", c->name);
}
END_TEST

/* Of slow and failed calls alone: those that change descriptors come all the same, as names. */
START_TEST(names_are_whole)
{
	static const struct {
		enum view_stream stream;
		struct choice choice;
	} views[] = {
		{ VIEW_STREAM_ALL, { .failed = true } },
		{ VIEW_STREAM_ALL, { .min_duration_ns = 1 } },
		{ VIEW_STREAM_SLOW, { .busy = true, .min_duration_ns = 1 } },
		{ VIEW_STREAM_FAILED, { .failed = false } },
	};
	const struct interest_filter filter = { .kinds = NULL };
	static const char *const names[] = { "openat", "close", "dup2", "accept4", "socket" };
	struct probe_interest interest;

	for (size_t v = 0; v < sizeof(views) / sizeof(views[0]); v++) {
		interest_fill(views[v].stream, &views[v].choice, &filter, &interest);
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
			int nr = syscall_nr(syscall_by_name(names[i]));

			ck_assert_msg(interest.calls[nr] == (ALL | PROBE_WANT_WHOLE), "%zu: %s", v,
				      names[i]);
		}
		ck_assert_uint_eq(interest.calls[syscall_nr(syscall_by_name("write"))], ALL);
	}
}
END_TEST

/* What rules look at is whole; of the rest the view still leaves out what it does. */
START_TEST(rules_see_all_of_theirs)
{
	static struct filter_kinds none;
	const struct interest_filter filter = { .kinds = NULL };
	const struct interest_rules rules = { .kinds = &none, .gates = 0 };
	struct choice slow = { .busy = true, .min_duration_ns = 10000000 };
	struct probe_interest interest;
	uint8_t whole = ALL | PROBE_WANT_WHOLE;

	interest_fill(VIEW_STREAM_SLOW, &slow, &filter, &interest);
	interest_add_rules(&rules, &interest);
	ck_assert_uint_eq(interest.min_duration_ns, 10000000);
	/* They may ask what a descriptor is. */
	ck_assert_uint_eq(interest.calls[syscall_nr(syscall_by_name("openat"))] & whole, whole);
	ck_assert_uint_eq(interest.calls[syscall_nr(syscall_by_name("read"))] & whole, ALL);
	interest_fill(VIEW_STREAM_FAILED, &(struct choice){ .failed = false }, &filter, &interest);
	interest_add_rules(&rules, &interest);
	ck_assert_int_eq(interest.failed, PROBE_FAILED_UNEXPECTED);
	ck_assert_uint_eq(interest.calls[syscall_nr(syscall_by_name("close"))] & whole, whole);
	ck_assert_uint_eq(interest.calls[syscall_nr(syscall_by_name("getppid"))] & whole, ALL);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("interest");

	tcase_add_loop_test(tcase, wants, 0, (int)(sizeof(cases) / sizeof(cases[0])));
	tcase_add_test(tcase, names_are_whole);
	tcase_add_test(tcase, rules_see_all_of_theirs);
	return run_suite("interest", tcase);
}
