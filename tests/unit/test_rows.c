/* SPDX-License-Identifier: Apache-2.0 */
/* The table that store_row works by: made for every call that names the program, and no other. */
#include <check.h>
#include <string.h>
#include "probe/rows.h"
#include "probe/schema/decode.h"
#include "run_suite.h"

static struct row_table table;

static void setup(void)
{
	const char *call = "";

	ck_assert_msg(rows_fill(&table, &call) == 0, "%s", call);
}

START_TEST(rows_are_those_of_the_syscall_table)
{
	for (size_t i = 0; i < syscall_table_len(); i++) {
		const struct syscall_desc *call = syscall_at(i);
		bool by_row = call->store && strcmp(call->store, ROWS_PROGRAM) == 0;
		size_t params = event_by_code(call->exit_event)->params_len;
		int nr = syscall_nr(call);

		if (nr < 0)
			continue;
		ck_assert_msg(table.rows[nr].len == (by_row ? params : 0),
			      "%s: %u steps for %zu parameters", call->name, table.rows[nr].len,
			      by_row ? params : 0);
	}
}
END_TEST

static const struct row_step *step_of(const char *call, const char *param)
{
	const struct syscall_desc *desc = syscall_by_name(call);
	int index = event_param_index(event_by_code(desc->exit_event), param);

	ck_assert_msg(index >= 0, "%s has no %s", call, param);
	return &table.steps[table.rows[syscall_nr(desc)].first + index];
}

/* What the programs make of a number. */
static uint32_t translate(const struct row_step *step, uint32_t value)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < step->pairs_len; i++) {
		const struct row_pair *pair = &table.pairs[step->pairs + i];

		if (step->form == ROW_VALUE && value == pair->from)
			return pair->to;
		if (step->form == ROW_BITS && (value & pair->from) == pair->from)
			bits |= pair->to;
	}
	return step->form == ROW_VALUE ? step->fallback : bits;
}

static const struct {
	const char *call, *param;
	uint32_t native, capture;
} numbers[] = {
	{ "mmap", "prot", 0x7, 0x7 },
	{ "mmap", "prot", 0x1000000, 0x10 },
	{ "mmap", "flags", 0x22, 0x2 | 0x8 },
	{ "mmap", "flags", 0x10 | 0x8000, 0x4 | 0x80 },
	{ "fcntl", "cmd", 0, 1 },
	{ "fcntl", "cmd", 1030, 26 },
	{ "fcntl", "cmd", 4242, 0 },
	{ "prlimit64", "resource", 7, 7 },
	{ "prlimit64", "resource", 77, 255 },
	{ "setsockopt", "level", 6, 2 },
	{ "setsockopt", "level", 41, 0 },
	{ "setsockopt", "optname", 9, 9 },
	{ "setsockopt", "optname", 32, 32 },
	{ "getsockopt", "optname", 4, 4 },
	{ "unshare", "flags", 0x20000 | 0x40000000, 0x20 | 0x10 },
	{ "semget", "semflg", 01000 | 02000, 0x2000 | 0x4000 },
	{ "semctl", "cmd", 16, 0x1000 },
	{ "ptrace", "request", 16, 11 },
	{ "epoll_create1", "flags", 0x80000, 1 },
	{ "delete_module", "flags", 0x800, 2 },
	{ "io_uring_setup", "flags", 0x4, 0x8 },
};

START_TEST(numbers_are_translated)
{
	const struct row_step *step = step_of(numbers[_i].call, numbers[_i].param);
	uint32_t capture = translate(step, numbers[_i].native);

	ck_assert_msg(capture == numbers[_i].capture, "%s %s: %#x is %#x, wanted %#x",
		      numbers[_i].call, numbers[_i].param, numbers[_i].native, capture,
		      numbers[_i].capture);
}
END_TEST

START_TEST(arguments_keep_their_sign)
{
	ck_assert_int_eq(step_of("kill", "pid")->form, ROW_SIGNED);
	ck_assert_int_eq(step_of("fstat", "fd")->form, ROW_SIGNED);
	ck_assert_int_eq(step_of("futex", "val")->form, ROW_UNSIGNED);
	ck_assert_int_eq(step_of("lseek", "offset")->form, ROW_WHOLE);
	ck_assert_int_eq(step_of("kill", "sig")->bytes, 1);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("rows");

	tcase_add_unchecked_fixture(tcase, setup, NULL);
	tcase_add_test(tcase, rows_are_those_of_the_syscall_table);
	tcase_add_loop_test(tcase, numbers_are_translated, 0, sizeof(numbers) / sizeof(numbers[0]));
	tcase_add_test(tcase, arguments_keep_their_sign);
	return run_suite("rows", tcase);
}
