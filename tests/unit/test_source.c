/* SPDX-License-Identifier: Apache-2.0 */
/* The source on a live host, asked about this very process. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "run_suite.h"
#include "tui/source.h"

static struct process_text text;

static int note_files(void *ctx, uint32_t pid)
{
	*(uint32_t *)ctx = pid;
	return 0;
}

START_TEST(test_own_text)
{
	struct state_source *source = NULL;
	char exe[PROCESS_TEXT_MAX], cwd[PROCESS_TEXT_MAX];
	ssize_t exe_len = readlink("/proc/self/exe", exe, sizeof(exe));

	ck_assert_ptr_nonnull(getcwd(cwd, sizeof(cwd)));
	ck_assert_int_eq(source_new(NULL, NULL, &source), 0);
	ck_assert_int_eq(source->process_text(source->ctx, (uint32_t)getpid(), &text), 0);
	ck_assert_uint_eq(text.exe_len, (size_t)exe_len);
	ck_assert_mem_eq(text.exe, exe, text.exe_len);
	ck_assert_uint_eq(text.cwd_len, strlen(cwd));
	ck_assert_mem_eq(text.cwd, cwd, text.cwd_len);
	ck_assert_uint_gt(text.cmdline_len, 0);
	ck_assert_int_eq(text.cmdline[text.cmdline_len - 1], '\0');
	source_free(source);
}
END_TEST

START_TEST(test_gone)
{
	struct state_source *source = NULL;
	char lines[4096];
	size_t len = sizeof(lines);
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	ck_assert_int_gt(pid, 0);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	ck_assert_int_eq(source_new(NULL, NULL, &source), 0);
	ck_assert_int_eq(source->process_text(source->ctx, (uint32_t)pid, &text), -ENOENT);
	ck_assert_int_eq(source->process_cgroup(source->ctx, (uint32_t)pid, lines, &len), -ENOENT);
	source_free(source);
}
END_TEST

START_TEST(test_others)
{
	struct state_source *source = NULL;
	uint32_t asked = 0;
	char data[4096];
	size_t len = sizeof(data);

	ck_assert_int_eq(source_new(note_files, &asked, &source), 0);
	ck_assert_int_eq(source->process_files(source->ctx, 77), 0);
	ck_assert_uint_eq(asked, 77);
	ck_assert_int_eq(source->process_cgroup(source->ctx, (uint32_t)getpid(), data, &len), 0);
	ck_assert_ptr_nonnull(memchr(data, ':', len));
	len = sizeof(data);
	ck_assert_int_eq(source->user_name(source->ctx, 0, data, &len), 0);
	ck_assert_uint_eq(len, 4);
	ck_assert_mem_eq(data, "root", 4);
	len = 3; /* a name that does not fit is none */
	ck_assert_int_eq(source->user_name(source->ctx, 0, data, &len), -ENOENT);
	len = sizeof(data);
	ck_assert_int_eq(source->user_name(source->ctx, 4123456789u, data, &len), -ENOENT);
	source_free(source);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("source");

	tcase_add_test(tcase, test_own_text);
	tcase_add_test(tcase, test_gone);
	tcase_add_test(tcase, test_others);
	return run_suite("source", tcase);
}
