/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Feature detection: what is said when a feature is not there. The table of features is compiled
 * into this test once more, with PROBE_TEST: then SAKER_MASK_FEATURES names features that their
 * checks do not find, as if the kernel had none. The loader of the library uses this table too.
 */
#define PROBE_TEST
#include "probe/features.c"

#include <check.h>
#include "live_probe.h"
#include "probe/live.h"

#define RESULTS_MAX 64

/* The exact words: they are in the documents, and other tools look for them. */
struct message_case {
	const char *name;
	bool required;
	const char *missing;
	const char *remedy;
};

static const struct message_case message_cases[] = {
	{ "cap_bpf", true, "CAP_BPF is missing",
	  "run as root, or give the program CAP_BPF (CAP_SYS_ADMIN before kernel 5.8)" },
	{ "cap_perfmon", true, "CAP_PERFMON is missing",
	  "run as root, or give the program CAP_PERFMON (CAP_SYS_ADMIN before kernel 5.8)" },
	{ "btf", true, "kernel BTF is not available",
	  "use a kernel built with CONFIG_DEBUG_INFO_BTF=y" },
	{ "tp_btf", true, "tracing program type is not supported",
	  "use a kernel of 5.8 or newer with CONFIG_BPF_EVENTS=y" },
	{ "sys_exit", true, "the raw tracepoint sys_exit cannot be attached",
	  "use a kernel with CONFIG_FTRACE_SYSCALLS=y" },
	{ "preemption", false,
	  "this kernel preempts tracing programs, and perf's tracepoints are not there",
	  "mount tracefs at /sys/kernel/tracing; without it calls are missed while a program is "
	  "preempted, and totals are marked >= then" },
	{ "read_kernel", true, "reading kernel memory from BPF is not allowed",
	  "boot with lockdown=integrity or none: confidentiality forbids it" },
	{ "ringbuf", true, "ring buffer map type is not supported",
	  "use a kernel of 5.8 or newer" },
	{ "task_storage", false, "task storage map type is not supported",
	  "counts are kept in a table of 65,536 threads instead, at a little more cost; use a "
	  "kernel of 5.12 or newer" },
	{ "array_of_maps", true, "array of maps map type is not supported",
	  "use a kernel of 5.8 or newer" },
	{ "tail_call", false, "tail calls are not supported out of programs with functions",
	  "second programs on the same hooks make them, at a little more cost; where the kernel "
	  "preempts programs calls are counted, but not streamed: use one with CONFIG_BPF_JIT=y "
	  "and "
	  "net.core.bpf_jit_enable=1" },
	{ "iter_task", true, "task iterator programs are not supported",
	  "use a kernel of 5.8 or newer" },
	{ "iter_task_file", false, "task_file iterator programs are not supported",
	  "use a kernel of 5.8 or newer; files opened before the start come from /proc" },
	{ "d_path", false, "bpf_d_path is not supported in iterators",
	  "use a kernel of 5.12 or newer; names of files opened before the start come from /proc" },
	{ "cap_sys_ptrace", false, "CAP_SYS_PTRACE is missing",
	  "run as root, or give the program CAP_SYS_PTRACE; without it files and programs of other "
	  "users are unnamed" },
	{ "cap_dac_read_search", false, "CAP_DAC_READ_SEARCH is missing",
	  "run as root, or give the program CAP_DAC_READ_SEARCH; without it containers have no "
	  "names" },
	{ "memlock", true, "the kernel charges BPF maps to RLIMIT_MEMLOCK, and it is too small",
	  "raise it (ulimit -l unlimited) or give the program CAP_SYS_RESOURCE" },
	{ "io_uring", false, "requests of io_uring cannot be followed",
	  "use a kernel of 6.0 or newer, or one of 5.10 or 5.15 with CONFIG_IO_URING=y; without it "
	  "what programs do through io_uring is not seen" },
	{ "proc", false, "/proc hides other users' processes",
	  "mount /proc without hidepid=, or give the program CAP_SYS_PTRACE" },
	{ "pid_namespace", false, "saker runs in a pid namespace of its own",
	  "start the container with the host's pid namespace (docker run --pid=host); ids on "
	  "screen "
	  "are the host's" },
	{ "cgroup", false, "no cgroup hierarchy was found",
	  "mount cgroup2 at /sys/fs/cgroup; without it containers are not told apart" },
};

static const struct feature_result *result_of(const struct feature_result *results, size_t len,
					      const char *name)
{
	for (size_t i = 0; i < len; i++) {
		if (strcmp(results[i].id, name) == 0)
			return &results[i];
	}
	ck_abort_msg("no row %s", name);
	return NULL;
}

START_TEST(masked_feature_is_named)
{
	const struct message_case *c = &message_cases[_i];
	struct feature_result results[RESULTS_MAX];
	const struct feature_result *row;
	size_t len;

	ck_assert_int_eq(setenv("SAKER_MASK_FEATURES", c->name, 1), 0);
	len = probe_features(results, RESULTS_MAX);
	row = result_of(results, len, c->name);
	ck_assert_msg(!row->ok, "%s: found", c->name);
	ck_assert_msg(row->required == c->required, "%s: required is %d", c->name, row->required);
	ck_assert_msg(strcmp(row->found, c->missing) == 0, "%s: '%s'", c->name, row->found);
	ck_assert_msg(strcmp(row->remedy, c->remedy) == 0, "%s: '%s'", c->name, row->remedy);
	for (size_t i = 0; i < len; i++)
		ck_assert_msg(&results[i] == row || results[i].ok, "%s: %s is missing too", c->name,
			      results[i].id);
}
END_TEST

START_TEST(every_row_that_can_fail_has_a_case)
{
	for (size_t i = 0; i < FEATURE_COUNT; i++) {
		size_t at = 0;

		while (at < sizeof(message_cases) / sizeof(message_cases[0]) &&
		       strcmp(message_cases[at].name, features[i].name) != 0)
			at++;
		ck_assert_msg((at < sizeof(message_cases) / sizeof(message_cases[0])) ==
				      (features[i].need != FEATURE_NEED_INFO),
			      "%s", features[i].name);
	}
}
END_TEST

START_TEST(all_are_found_here)
{
	struct feature_result results[RESULTS_MAX];
	size_t len = probe_features(results, RESULTS_MAX);

	ck_assert_uint_eq(len, FEATURE_COUNT);
	for (size_t i = 0; i < len; i++) {
		ck_assert_msg(!results[i].required || results[i].ok, "%s: %s", results[i].id,
			      results[i].found);
		ck_assert_msg(results[i].found[0], "%s: nothing found", results[i].id);
		ck_assert_msg(!results[i].ok || !results[i].remedy[0], "%s: %s", results[i].id,
			      results[i].remedy);
	}
	ck_assert_uint_eq(probe_features(results, 3), 3);
}
END_TEST

/* Without capabilities the kernel refuses everything: that is no word about what it has. */
static int look_without_capabilities(void *arg)
{
	struct feature_result results[RESULTS_MAX];
	size_t len;

	capng_clear(CAPNG_SELECT_BOTH);
	if (capng_apply(CAPNG_SELECT_CAPS) != 0)
		return 20;
	len = probe_features(results, RESULTS_MAX);
	if (strcmp(result_of(results, len, "cap_bpf")->found, "CAP_BPF is missing") != 0)
		return 21;
	if (strcmp(result_of(results, len, "tp_btf")->found,
		   "cannot be tried without CAP_BPF and CAP_PERFMON") != 0)
		return 22;
	if (strcmp(result_of(results, len, "ringbuf")->remedy, "run as root") != 0)
		return 23;
	return result_of(results, len, "btf")->ok ? 0 : 24;
}

START_TEST(what_cannot_be_tried_is_not_called_missing)
{
	struct live_child child = live_child_start(look_without_capabilities, NULL);

	live_child_go(&child);
	ck_assert_int_eq(live_child_wait(&child), 0);
}
END_TEST

/* What the loader says; NULL: it loads. */
struct load_case {
	const char *name;
	int result;
	const char *counters, *stream;
};

static const struct load_case load_cases[] = {
	{ "cap_bpf", -EPERM, "CAP_BPF is missing", NULL },
	{ "cap_perfmon", -EPERM, "CAP_PERFMON is missing", NULL },
	{ "btf", -EOPNOTSUPP, "kernel BTF is not available", NULL },
	{ "tp_btf", -EOPNOTSUPP, "tracing program type is not supported", NULL },
	{ "sys_exit", -EOPNOTSUPP, "the raw tracepoint sys_exit cannot be attached", NULL },
	{ "read_kernel", -EOPNOTSUPP, "reading kernel memory from BPF is not allowed", NULL },
	{ "ringbuf", -EOPNOTSUPP, "ring buffer map type is not supported", NULL },
	{ "iter_task", -EOPNOTSUPP, "task iterator programs are not supported", NULL },
	{ "array_of_maps", -EOPNOTSUPP, NULL, "array of maps map type is not supported" },
	{ "tp_btf,ringbuf", -EOPNOTSUPP, "tracing program type is not supported", NULL },
};

START_TEST(loader_names_the_feature)
{
	const struct load_case *c = &load_cases[_i];
	struct probe_opts opts = { .buffer_bytes = PROBE_BUFFER_MIN };
	struct probe_error err = { .what = "" };
	struct probe *probe = NULL;
	int rc;

	ck_assert_int_eq(setenv("SAKER_MASK_FEATURES", c->name, 1), 0);
	ck_assert_int_eq(probe_new(&opts, &probe), 0);
	rc = probe_load_counters(probe, &err);
	ck_assert_msg(rc == (c->counters ? c->result : 0), "%s: %d %s", c->name, rc, err.what);
	if (rc == 0)
		rc = probe_load_stream(probe, &err);
	ck_assert_msg(rc == c->result, "%s: %d %s", c->name, rc, err.what);
	ck_assert_msg(strcmp(err.what, c->counters ? c->counters : c->stream) == 0, "%s: '%s'",
		      c->name, err.what);
	ck_assert_msg(err.remedy[0], "%s: no remedy", c->name);
	ck_assert(!probe_stream_ready(probe));
	probe_free(probe);
}
END_TEST

struct optional_case {
	const char *name;
};

static const struct optional_case optional_cases[] = {
	{ "iter_task_file" }, { "d_path" },       { "cap_sys_ptrace" }, { "cap_dac_read_search" },
	{ "proc" },           { "task_storage" }, { "tail_call" },
};

static void ignore_file(void *ctx, const struct file_sample *file, const char *path)
{
	*(size_t *)ctx += file->pid == (uint32_t)getpid() && path != NULL;
}

START_TEST(without_an_optional_feature_it_works)
{
	struct probe_opts opts = { .buffer_bytes = PROBE_BUFFER_MIN };
	struct probe_error err = { .what = "" };
	struct probe *probe = NULL;
	size_t files = 0;

	ck_assert_int_eq(setenv("SAKER_MASK_FEATURES", optional_cases[_i].name, 1), 0);
	ck_assert_int_eq(probe_new(&opts, &probe), 0);
	ck_assert_msg(probe_load_counters(probe, &err) == 0, "%s: %s", optional_cases[_i].name,
		      err.what);
	ck_assert_int_eq(probe_read_files(probe, getpid(), ignore_file, &files), 0);
	ck_assert_msg(files >= 3, "%s: %zu files of this process", optional_cases[_i].name, files);
	ck_assert_int_eq(probe->variant == PROBE_PLAIN,
			 strcmp(optional_cases[_i].name, "task_storage") == 0);
	ck_assert_int_eq(probe->relayed, strcmp(optional_cases[_i].name, "tail_call") == 0);
	ck_assert_msg(probe_load_stream(probe, &err) == 0, "%s: %s", optional_cases[_i].name,
		      err.what);
	probe_free(probe);
}
END_TEST

struct hidepid_case {
	const char *mount;
	bool hides;
};

static const struct hidepid_case hidepid_cases[] = {
	{ "proc /proc proc rw,nosuid 0 0\n", false },
	{ "proc /proc proc rw,relatime,hidepid=2 0 0\n", true },
	{ "proc /proc proc rw,hidepid=invisible 0 0\n", true },
	{ "proc /proc proc rw,hidepid=1,gid=4 0 0\n", true },
	{ "proc /proc proc rw,hidepid=0 0 0\n", false },
	{ "proc /proc proc rw,hidepid=off 0 0\n", false },
	{ "proc /srv/jail/proc proc rw,hidepid=2 0 0\n", false },
};

START_TEST(hidepid)
{
	const struct hidepid_case *c = &hidepid_cases[_i];

	ck_assert_msg(mount_hides(c->mount) == c->hides, "%s", c->mount);
}
END_TEST

#define LEN(table) ((int)(sizeof(table) / sizeof((table)[0])))

int main(void)
{
	Suite *suite = suite_create("features");
	TCase *rows = tcase_create("rows");
	TCase *loader = tcase_create("loader");
	SRunner *runner = srunner_create(suite);
	int failed;

	live_require();
	tcase_set_timeout(rows, 60);
	tcase_set_timeout(loader, 60);
	tcase_add_loop_test(rows, masked_feature_is_named, 0, LEN(message_cases));
	tcase_add_test(rows, every_row_that_can_fail_has_a_case);
	tcase_add_test(rows, all_are_found_here);
	tcase_add_test(rows, what_cannot_be_tried_is_not_called_missing);
	tcase_add_loop_test(rows, hidepid, 0, LEN(hidepid_cases));
	tcase_add_loop_test(loader, loader_names_the_feature, 0, LEN(load_cases));
	tcase_add_loop_test(loader, without_an_optional_feature_it_works, 0, LEN(optional_cases));
	suite_add_tcase(suite, rows);
	suite_add_tcase(suite, loader);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
