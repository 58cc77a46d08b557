/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arguments that are numbers with names: checks fit the names, and where they compare whole values
 * the numbers; what a check said of a number is kept, whatever events come in between.
 */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "field_steps.h"
#include "filter_naive.h"
#include "run_suite.h"
#include "state/filter/eval.h"
#include "state/filter/parse.h"

static void do_bpf(struct field_host *host, int64_t command)
{
	field_host_begin(host, "SYSCALL_BPF_2_X", "bpf", 3);
	build_record_int(&host->record, 3);
	build_record_int(&host->record, command);
	field_host_apply(host);
}

static void do_open(struct field_host *host, int64_t flags)
{
	field_host_begin(host, "SYSCALL_OPENAT_2_X", "openat", 3);
	host->record.prefix.ret = 3;
	build_record_int(&host->record, 3);
	build_record_int(&host->record, -100);
	build_record_text(&host->record, "/x");
	build_record_int(&host->record, flags);
	field_host_apply(host);
}

static const struct {
	const char *condition;
	bool prog_load, map_create; /* bpf with command 5, and 0 */
} bpf_cases[] = {
	{ "evt.arg.cmd = BPF_PROG_LOAD", true, false },
	{ "evt.arg.cmd = 5", true, false },
	{ "evt.arg.cmd == 0x5", true, false },
	{ "evt.arg.cmd = 0", false, true },
	{ "evt.arg.cmd != 5", false, true },
	{ "evt.arg.cmd != BPF_MAP_CREATE", true, false },
	{ "not evt.arg.cmd = 5", false, true },
	{ "evt.arg.cmd in (5, 6)", true, false },
	{ "evt.arg.cmd in (BPF_MAP_CREATE, 5)", true, true },
	{ "evt.arg.cmd in (BPF_MAP_CREATE, BPF_MAP_LOOKUP_ELEM)", false, true },
	{ "evt.arg.cmd intersects (7, 0)", false, true },
	{ "evt.arg[1] = 5", true, false },
	{ "evt.arg.cmd = -5", false, false },
	{ "evt.arg.cmd = 5x", false, false },
	{ "evt.arg.cmd = oneof (5, BPF_PROG_LOAD)", false, false },
	{ "evt.arg.cmd = allof (5, BPF_PROG_LOAD)", true, false },
	{ "evt.arg.cmd contains 5", false, false },
	{ "evt.arg.cmd startswith BPF_PROG", true, false },
	{ "evt.arg.cmd exists", true, true },
	{ "evt.rawarg.cmd = 5", true, false },
	{ "evt.arg.fd = 5", false, false },
};

static struct filter_set *set_of(const char *condition, struct filter_ast **ret_ast)
{
	struct filter_error err = { 0 };
	struct filter_set *set;
	uint32_t id;

	ck_assert_msg(filter_parse(condition, strlen(condition), NULL, ret_ast, &err) == 0,
		      "%s: %s", condition, err.message);
	ck_assert_int_eq(filter_set_new(0, &set), 0);
	ck_assert_msg(filter_compile(set, *ret_ast, NULL, &id, &err) == 0, "%s: %s", condition,
		      err.message);
	return set;
}

START_TEST(test_numbers)
{
	const char *condition = bpf_cases[_i].condition;
	struct filter_ast *ast;
	struct filter_set *set = set_of(condition, &ast);
	struct field_host host;

	field_host_init(&host);
	/* Twice each: the second answer may be the kept one. */
	for (int i = 0; i < 4; i++) {
		bool load = i % 2 == 0;

		do_bpf(&host, load ? 5 : 0);
		ck_assert_msg(filter_set_eval(set, 0, &host.event) ==
				      (load ? bpf_cases[_i].prog_load : bpf_cases[_i].map_create),
			      "%s, command %d", condition, load ? 5 : 0);
	}
	filter_ast_free(ast);
	filter_set_free(set);
	field_host_release(&host);
}
END_TEST

/* More numbers than answers are kept, of two calls with other names for them. */
START_TEST(test_kept)
{
	static const char *const conditions[] = {
		"evt.arg.flags contains O_CREAT",
		"evt.arg.flags startswith O_RDWR",
		"evt.arg.flags glob *TRUNC*",
		"not evt.arg.flags contains O_EXCL",
		"evt.arg[3] contains O_RDONLY or evt.arg[1] startswith BPF_MAP",
		"evt.arg.flags contains anyof (O_TRUNC, O_APPEND)",
		"evt.arg.cmd contains PROG",
	};
	struct filter_ast *asts[sizeof(conditions) / sizeof(conditions[0])];
	struct filter_set *sets[sizeof(conditions) / sizeof(conditions[0])];
	const size_t len = sizeof(conditions) / sizeof(conditions[0]);
	struct field_host host;

	field_host_init(&host);
	for (size_t i = 0; i < len; i++)
		sets[i] = set_of(conditions[i], &asts[i]);
	for (int64_t n = 0; n < 400; n++) {
		if (n % 3 == 0)
			do_bpf(&host, n * 7 % 40);
		else
			do_open(&host, n * 13 % 97);
		for (size_t i = 0; i < len; i++)
			ck_assert_msg(filter_set_eval(sets[i], 0, &host.event) ==
					      naive_eval(asts[i]->root, &host.event),
				      "%s, event %d", conditions[i], (int)n);
	}
	for (size_t i = 0; i < len; i++) {
		filter_ast_free(asts[i]);
		filter_set_free(sets[i]);
	}
	field_host_release(&host);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("filter_enum");

	tcase_add_loop_test(tcase, test_numbers, 0, sizeof(bpf_cases) / sizeof(bpf_cases[0]));
	tcase_add_test(tcase, test_kept);
	return run_suite("filter_enum", tcase);
}
