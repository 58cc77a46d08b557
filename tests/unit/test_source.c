/* SPDX-License-Identifier: Apache-2.0 */
/* The source on a live host, asked about this very process. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "run_suite.h"
#include "tui/source.h"

static struct process_seed text;

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
	ck_assert_int_eq(source_new("", NULL, NULL, &source), 0);
	process_seed_init(&text);
	ck_assert_int_eq(source->process_seed(source->ctx, (uint32_t)getpid(), SEED_TEXT, &text),
			 0);
	ck_assert_uint_eq(text.exe_len, (size_t)exe_len);
	ck_assert_mem_eq(text.exe, exe, text.exe_len);
	ck_assert_uint_eq(text.cwd_len, strlen(cwd));
	ck_assert_mem_eq(text.cwd, cwd, text.cwd_len);
	ck_assert_uint_gt(text.cmdline_len, 0);
	ck_assert_int_eq(text.cmdline[text.cmdline_len - 1], '\0');
	source_free(source);
}
END_TEST

/* Every part of this very process, against what the process knows of itself. */
START_TEST(test_own_parts)
{
	struct state_source *source = NULL;
	struct rlimit files;
	struct stat exe;
	char line[64];
	int len;

	ck_assert_int_eq(setenv("SAKER_UNUSED", "1", 1), 0); /* not in /proc: made after the exec */
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &files), 0);
	ck_assert_int_eq(stat("/proc/self/exe", &exe), 0);
	ck_assert_int_eq(source_new("", NULL, NULL, &source), 0);
	process_seed_init(&text);
	ck_assert_int_eq(source->process_seed(source->ctx, (uint32_t)getpid(), SEED_ALL, &text), 0);
	ck_assert_uint_eq(text.pid, (uint32_t)getpid());
	ck_assert_uint_eq(text.ppid, (uint32_t)getppid());
	ck_assert_uint_eq(text.sid, (uint32_t)getsid(0));
	ck_assert_uint_eq(text.pgid, (uint32_t)getpgrp());
	ck_assert_uint_eq(text.vpgid, text.pgid);
	ck_assert_uint_eq(text.vpid, text.pid);
	ck_assert_uint_eq(text.uid, geteuid());
	ck_assert_uint_eq(text.gid, getegid());
	ck_assert_str_eq(text.comm, "test_source");
	ck_assert_uint_gt(text.vm_rss_kb, 0);
	ck_assert_uint_ge(text.vm_size_kb, text.vm_rss_kb);
	ck_assert_uint_gt(text.minor_faults, 0);
	ck_assert_uint_eq(text.exe_ino, exe.st_ino);
	ck_assert_int_eq(text.fd_limit,
			 files.rlim_cur == RLIM_INFINITY ? -1 : (int64_t)files.rlim_cur);
	ck_assert_uint_eq(text.root_len, 1);
	ck_assert_int_eq(text.root[0], '/');
	len = snprintf(line, sizeof(line), "PATH=%.40s", getenv("PATH"));
	ck_assert_ptr_nonnull(memmem(text.env, text.env_len, line, (size_t)len));
	ck_assert_ptr_null(memmem(text.env, text.env_len, "SAKER_UNUSED", 12));
	ck_assert_uint_gt(text.cgroups_len, 0);
	ck_assert_int_eq(text.cgroups[text.cgroups_len - 1], '\0');
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
	ck_assert_int_eq(source_new("", NULL, NULL, &source), 0);
	process_seed_init(&text);
	ck_assert_int_eq(source->process_seed(source->ctx, (uint32_t)pid, SEED_TEXT, &text),
			 -ENOENT);
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

	ck_assert_int_eq(source_new("", note_files, &asked, &source), 0);
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
	tcase_add_test(tcase, test_own_parts);
	tcase_add_test(tcase, test_gone);
	tcase_add_test(tcase, test_others);
	return run_suite("source", tcase);
}
