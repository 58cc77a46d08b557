/* SPDX-License-Identifier: Apache-2.0 */
/* The table of 32-bit calls: whole, and what the programs are told of arguments. */
#include <check.h>
#include <stdio.h>
#include <string.h>
#include "probe/compat.h"
#include "probe/schema/event.h"
#include "probe/schema/sample.h"
#include "run_suite.h"

static struct compat_row rows[COMPAT_ROWS];

static void setup(void)
{
	compat_fill(rows);
}

static const char *row_name(unsigned index)
{
	const struct syscall_desc *desc = rows[index].nr ? syscall_by_nr(rows[index].nr - 1) : NULL;

	return desc ? desc->name : "";
}

#if defined(__x86_64__)
#define HEADER "/usr/include/x86_64-linux-gnu/asm/unistd_32.h"

/* Calls that no kernel ever had: ENOSYS since they were given a number. */
static bool is_never_made(const char *name)
{
	static const char *const names[] = { "break", "stty", "gtty",   "ftime", "prof",
					     "lock",  "mpx",  "ulimit", "profil" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(name, names[i]) == 0)
			return true;
	}
	return false;
}

START_TEST(every_number_of_the_header_has_a_row)
{
	FILE *file = fopen(HEADER, "re");
	char line[128], name[64];
	unsigned nr, seen = 0;

	if (!file) {
		printf("compat: no %s here, not compared\n", HEADER);
		return;
	}
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "#define __NR_%63s %u", name, &nr) != 2 || is_never_made(name))
			continue;
		seen++;
		/* These two hold others. */
		if (strcmp(name, "socketcall") == 0 || strcmp(name, "ipc") == 0)
			continue;
		ck_assert_msg(nr < COMPAT_NUMBERS && rows[nr].nr, "%u %s has no row", nr, name);
		/* One name begins with the other, but for a few: stat64, _llseek, waitpid. */
		if (syscall_by_name(name) && syscall_nr(syscall_by_name(name)) >= 0)
			ck_assert_msg(strcmp(row_name(nr), name) == 0, "%u %s is %s", nr, name,
				      row_name(nr));
	}
	fclose(file);
	ck_assert_uint_gt(seen, 400);
}
END_TEST

/* Numbers read by hand from the kernel's tables. */
static const struct {
	unsigned index;
	const char *row;
} named[] = {
	{ 5, "open" },
	{ 7, "wait4" },
	{ 22, "umount2" },
	{ 67, "sigaction" },
	{ 140, "lseek" },
	{ 192, "mmap" },
	{ 195, "stat" },
	{ 221, "fcntl" },
	{ 403, "clock_gettime" },
	{ 422, "futex" },
	{ 439, "faccessat2" },
	{ 466, "removexattrat" },
	{ COMPAT_AT_SOCKETCALL + 5, "accept" },
	{ COMPAT_AT_SOCKETCALL + 9, "sendto" },
	{ COMPAT_AT_SOCKETCALL + 20, "sendmmsg" },
	{ COMPAT_AT_IPC + 1, "semop" },
	{ COMPAT_AT_IPC + 24, "shmctl" },
	{ 102, "" },
	{ 117, "" },
	{ 17, "" },
	{ 511, "" },
};

START_TEST(arguments_come_from_registers)
{
	const struct compat_row *pread = &rows[180], *llseek = &rows[140], *getpid = &rows[20];

	ck_assert_int_eq(pread->low[3], 3);
	ck_assert_int_eq(pread->high[3], 4);
	ck_assert_int_eq(pread->is_signed, 1); /* the descriptor: the offset is whole */
	ck_assert_int_eq(llseek->low[1], 2);
	ck_assert_int_eq(llseek->high[1], 1);
	ck_assert_int_eq(llseek->low[2], 4);
	for (int i = 0; i < 6; i++)
		ck_assert_int_eq(getpid->low[i], COMPAT_REG_NONE);
	ck_assert_int_eq(rows[90].words, 6);
	ck_assert_int_eq(rows[COMPAT_AT_SOCKETCALL + 4].words, 2);
	ck_assert_int_eq(rows[COMPAT_AT_SOCKETCALL + 4].at, 1);
	ck_assert_int_eq(rows[182].flags & COMPAT_F_ID16, COMPAT_F_ID16);
	ck_assert_int_eq(rows[182].is_id, 2 | 4);
	ck_assert_int_eq(rows[407].flags, COMPAT_F_TIME64);
}
END_TEST

/* Rows that no 64-bit program has: numbers above those of the 64-bit table. */
START_TEST(some_rows_are_of_32_bit_programs_only)
{
	for (size_t i = 0; i < syscall_table_len(); i++) {
		const struct syscall_desc *desc = syscall_at(i);
		int nr = syscall_nr(desc);

		ck_assert_msg(desc->nr_x86_64 < SYSCALL_NR_COMPAT, "%s", desc->name);
		if (nr >= SYSCALL_NR_COMPAT)
			ck_assert_msg(desc->nr_x86_64 < 0 && syscall_by_nr(nr) == desc, "%s",
				      desc->name);
	}
	ck_assert_int_ge(syscall_nr(syscall_by_name("sigreturn")), SYSCALL_NR_COMPAT);
	ck_assert_int_eq(syscall_nr(syscall_by_name("socketcall")), -1);
}
END_TEST
#else
/* Numbers read by hand from the kernel's table (arch/arm64, 32-bit calls). */
static const struct {
	unsigned index;
	const char *row;
} named[] = {
	{ 2, "fork" },
	{ 5, "open" },
	{ 7, "" },
	{ 102, "" },
	{ 114, "wait4" },
	{ 140, "lseek" },
	{ 168, "poll" },
	{ 192, "mmap" },
	{ 195, "stat" },
	{ 221, "fcntl" },
	{ 224, "gettid" },
	{ 240, "futex" },
	{ 248, "exit_group" },
	{ 281, "socket" },
	{ 285, "accept" },
	{ 289, "sendto" },
	{ 304, "msgctl" },
	{ 322, "openat" },
	{ 341, "sync_file_range" },
	{ 387, "execveat" },
	{ 403, "clock_gettime" },
	{ 435, "clone3" },
	{ 466, "removexattrat" },
	{ COMPAT_AT_PRIVATE, "" },
	{ COMPAT_AT_PRIVATE + 2, "cacheflush" },
	{ COMPAT_AT_PRIVATE + 5, "set_tls" },
	{ 511, "" },
};

/* 64-bit values begin in an even register. */
START_TEST(arguments_come_from_registers)
{
	const struct compat_row *pread = &rows[180], *fadvise = &rows[270], *send = &rows[289];

	ck_assert_int_eq(pread->low[3], 4);
	ck_assert_int_eq(pread->high[3], 5);
	ck_assert_int_eq(fadvise->low[1], 2);
	ck_assert_int_eq(fadvise->high[2], 5);
	ck_assert_int_eq(fadvise->low[3], 1);
	ck_assert_int_eq(send->low[4], COMPAT_REG_NONE);
	ck_assert_int_eq(rows[304].flags, COMPAT_F_COMMAND1);
	ck_assert_int_eq(rows[300].flags, COMPAT_F_COMMAND2);
	ck_assert_int_eq(rows[182].flags, COMPAT_F_ID16);
	ck_assert_int_eq(rows[407].flags, COMPAT_F_TIME64);
}
END_TEST

START_TEST(some_rows_are_of_32_bit_programs_only)
{
	ck_assert_int_ge(syscall_nr(syscall_by_name("open")), SYSCALL_NR_COMPAT);
	ck_assert_int_ge(syscall_nr(syscall_by_name("sigreturn")), SYSCALL_NR_COMPAT);
	ck_assert_int_lt(syscall_nr(syscall_by_name("set_tls")), SYSCALL_NR_MAX);
	for (size_t i = 0; i < syscall_table_len(); i++)
		ck_assert_int_lt(syscall_at(i)->nr_arm64, SYSCALL_NR_COMPAT);
}
END_TEST
#endif

START_TEST(numbers_have_their_row)
{
	ck_assert_msg(strcmp(row_name(named[_i].index), named[_i].row) == 0, "%u is '%s'",
		      named[_i].index, row_name(named[_i].index));
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("compat");

	tcase_add_unchecked_fixture(tcase, setup, NULL);
#if defined(__x86_64__)
	tcase_add_test(tcase, every_number_of_the_header_has_a_row);
#endif
	tcase_add_loop_test(tcase, numbers_have_their_row, 0, sizeof(named) / sizeof(named[0]));
	tcase_add_test(tcase, arguments_come_from_registers);
	tcase_add_test(tcase, some_rows_are_of_32_bit_programs_only);
	return run_suite("compat", tcase);
}
