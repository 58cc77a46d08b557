/* SPDX-License-Identifier: Apache-2.0 */
/* Facts of a process: what each call changes, and when a new generation begins. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "field_steps.h"
#include "run_suite.h"
#include "state/tables.h"

/* One call of cat with up to three numbers or a text, and what a field is then. */
static const struct {
	const char *name, *event, *syscall;
	int64_t ret;
	int numbers_len;
	int64_t numbers[8]; /* behind the result */
	const char *text;   /* behind them */
	const char *path;   /* of the kernel's object */
	const char *field, *value;
	bool changes; /* a new generation */
} calls[] = {
	{ "setsid", "SYSCALL_SETSID_X", "setsid", 7, 0, { 0 }, NULL, NULL, "proc.sid", "7", true },
	{ "setsid: group",
	  "SYSCALL_SETSID_X",
	  "setsid",
	  7,
	  0,
	  { 0 },
	  NULL,
	  NULL,
	  "proc.pgid",
	  "100",
	  true },
	{ "setsid: terminal",
	  "SYSCALL_SETSID_X",
	  "setsid",
	  7,
	  0,
	  { 0 },
	  NULL,
	  NULL,
	  "proc.tty",
	  "0",
	  true },
	{ "setsid: leader",
	  "SYSCALL_SETSID_X",
	  "setsid",
	  7,
	  0,
	  { 0 },
	  NULL,
	  NULL,
	  "proc.is_sid_leader",
	  "true",
	  true },
	{ "setsid fails",
	  "SYSCALL_SETSID_X",
	  "setsid",
	  -EPERM,
	  0,
	  { 0 },
	  NULL,
	  NULL,
	  "proc.sid",
	  "50",
	  false },
	{ "setpgid 0 0",
	  "SYSCALL_SETPGID_X",
	  "setpgid",
	  0,
	  2,
	  { 0, 0 },
	  NULL,
	  NULL,
	  "proc.pgid",
	  "100",
	  true },
	{ "setpgid 0 0: own ids",
	  "SYSCALL_SETPGID_X",
	  "setpgid",
	  0,
	  2,
	  { 0, 0 },
	  NULL,
	  NULL,
	  "proc.vpgid",
	  "7",
	  true },
	{ "setpgid to another",
	  "SYSCALL_SETPGID_X",
	  "setpgid",
	  0,
	  2,
	  { 0, 3 },
	  NULL,
	  NULL,
	  "proc.vpgid",
	  "3",
	  true },
	{ "setpgid to another: not known",
	  "SYSCALL_SETPGID_X",
	  "setpgid",
	  0,
	  2,
	  { 0, 3 },
	  NULL,
	  NULL,
	  "proc.pgid",
	  "-",
	  true },
	{ "chdir",
	  "SYSCALL_CHDIR_X",
	  "chdir",
	  0,
	  0,
	  { 0 },
	  "../bob/./x",
	  NULL,
	  "proc.cwd",
	  "/home/bob/x/",
	  true },
	{ "chdir: the kernel's name",
	  "SYSCALL_CHDIR_X",
	  "chdir",
	  0,
	  0,
	  { 0 },
	  "../link",
	  "/srv/www",
	  "proc.cwd",
	  "/srv/www/",
	  true },
	{ "chdir fails",
	  "SYSCALL_CHDIR_X",
	  "chdir",
	  -ENOENT,
	  0,
	  { 0 },
	  "/x",
	  NULL,
	  "proc.cwd",
	  "/home/alice/",
	  false },
	{ "chdir /",
	  "SYSCALL_CHDIR_X",
	  "chdir",
	  0,
	  0,
	  { 0 },
	  "/../..",
	  NULL,
	  "proc.cwd",
	  "/",
	  true },
	{ "chroot",
	  "SYSCALL_CHROOT_X",
	  "chroot",
	  0,
	  0,
	  { 0 },
	  "jail",
	  NULL,
	  "proc.root",
	  "/home/alice/jail",
	  true },
	{ "setgid",
	  "SYSCALL_SETGID_X",
	  "setgid",
	  0,
	  1,
	  { 0 },
	  NULL,
	  NULL,
	  "group.name",
	  "root",
	  true },
	{ "setregid keeps",
	  "SYSCALL_SETREGID_X",
	  "setregid",
	  0,
	  2,
	  { 0, -1 },
	  NULL,
	  NULL,
	  "group.gid",
	  "1000",
	  true },
	{ "setresgid",
	  "SYSCALL_SETRESGID_X",
	  "setresgid",
	  0,
	  3,
	  { 1, 2, 3 },
	  NULL,
	  NULL,
	  "group.gid",
	  "2",
	  true },
	{ "setuid: capabilities are not known",
	  "SYSCALL_SETUID_X",
	  "setuid",
	  0,
	  1,
	  { 5 },
	  NULL,
	  NULL,
	  "thread.cap_effective",
	  "-",
	  true },
	{ "capset",
	  "SYSCALL_CAPSET_X",
	  "capset",
	  0,
	  3,
	  { 1, 2, 4 },
	  NULL,
	  NULL,
	  "thread.cap_effective",
	  "CAP_DAC_READ_SEARCH",
	  true },
	{ "capset: permitted",
	  "SYSCALL_CAPSET_X",
	  "capset",
	  0,
	  3,
	  { 1, 2, 4 },
	  NULL,
	  NULL,
	  "thread.cap_permitted",
	  "CAP_DAC_OVERRIDE",
	  true },
	{ "setrlimit",
	  "SYSCALL_SETRLIMIT_X",
	  "setrlimit",
	  0,
	  3,
	  { 64, 128, 7 },
	  NULL,
	  NULL,
	  "proc.fdlimit",
	  "64",
	  true },
	{ "setrlimit of something else",
	  "SYSCALL_SETRLIMIT_X",
	  "setrlimit",
	  0,
	  3,
	  { 64, 128, 4 },
	  NULL,
	  NULL,
	  "proc.fdlimit",
	  "4096",
	  true },
	{ "prlimit of another",
	  "SYSCALL_PRLIMIT_X",
	  "prlimit64",
	  0,
	  6,
	  { 64, 1, 1, 1, 50, 7 },
	  NULL,
	  NULL,
	  "proc.fdlimit",
	  "4096",
	  true },
	{ "prlimit of itself",
	  "SYSCALL_PRLIMIT_X",
	  "prlimit64",
	  0,
	  6,
	  { 64, 1, 1, 1, 0, 7 },
	  NULL,
	  NULL,
	  "proc.fdlimit",
	  "64",
	  true },
	{ "a call that changes nothing",
	  "SYSCALL_GETUID_X",
	  "getuid",
	  0,
	  0,
	  { 0 },
	  NULL,
	  NULL,
	  "proc.sid",
	  "50",
	  false },
};

static struct field_host *host_new(void)
{
	struct field_host *host = malloc(sizeof(*host));

	ck_assert_ptr_nonnull(host);
	field_host_init(host);
	return host;
}

static void host_free(struct field_host *host)
{
	field_host_release(host);
	free(host);
}

static uint64_t generation(struct field_host *host, uint32_t pid)
{
	return process_generation(host->state, process_by_pid(host->state, pid));
}

START_TEST(call)
{
	struct field_host *host = host_new();
	uint64_t before = generation(host, 100);
	const char *got;
	int i;

	field_host_begin(host, calls[_i].event, calls[_i].syscall, calls[_i].ret);
	if (calls[_i].path)
		build_record_ext(&host->record, RECORD_EXT_PATH, 0, calls[_i].path,
				 strlen(calls[_i].path));
	build_record_int(&host->record, calls[_i].ret);
	for (i = 0; i < calls[_i].numbers_len; i++)
		build_record_int(&host->record, calls[_i].numbers[i]);
	if (calls[_i].text)
		build_record_text(&host->record, calls[_i].text);
	field_host_apply(host);
	got = field_host_value(host, calls[_i].field, FILTER_NAMES_CALLED);
	ck_assert_msg(!strcmp(got, calls[_i].value), "%s: %s is %s", calls[_i].name,
		      calls[_i].field, got);
	ck_assert_msg((generation(host, 100) != before) == calls[_i].changes, "%s: generation",
		      calls[_i].name);
	host_free(host);
}
END_TEST

/* fchdir goes to the folder of a descriptor. */
START_TEST(fchdir_call)
{
	struct field_host *host = host_new();

	step_rename_file(host); /* opens /srv/data as 9 */
	field_host_begin(host, "SYSCALL_FCHDIR_X", "fchdir", 0);
	build_record_int(&host->record, 0);
	build_record_int(&host->record, 9);
	field_host_apply(host);
	ck_assert_str_eq(field_host_value(host, "proc.cwd", FILTER_NAMES_CALLED), "/srv/data/");
	host_free(host);
}
END_TEST

/* A process begins a new generation with an ancestor that somebody looked at. */
START_TEST(ancestors)
{
	struct field_host *host = host_new();
	uint64_t before;

	ck_assert_str_eq(field_host_value(host, "proc.aname[2]", FILTER_NAMES_CALLED), "systemd");
	before = generation(host, 100);
	field_host_begin_of(host, 1, "SYSCALL_GETUID_X", "getuid", 0);
	field_host_apply(host);
	ck_assert_uint_eq(generation(host, 100), before);
	field_host_begin_of(host, 1, "SYSCALL_GETUID_X", "getuid", 0);
	host->record.prefix.comm = "renamed";
	field_host_apply(host);
	ck_assert_uint_ne(generation(host, 100), before);
	before = generation(host, 1);
	field_host_begin_of(host, 300, "SYSCALL_GETUID_X", "getuid", 0);
	host->record.prefix.comm = "nobody's parent";
	field_host_apply(host);
	ck_assert_uint_eq(generation(host, 1), before);
	host_free(host);
}
END_TEST

/* What ends a generation from the prefix: user, parent. */
START_TEST(prefix)
{
	struct field_host *host = host_new();
	uint64_t before = generation(host, 100);

	field_host_begin(host, "SYSCALL_GETUID_X", "getuid", 0);
	host->record.prefix.euid = 0;
	field_host_apply(host);
	ck_assert_uint_ne(generation(host, 100), before);
	ck_assert_str_eq(field_host_value(host, "user.name", FILTER_NAMES_CALLED), "root");
	before = generation(host, 100);
	field_host_begin(host, "SYSCALL_GETUID_X", "getuid", 0);
	host->record.prefix.euid = 0;
	host->record.prefix.ppid = 1;
	field_host_apply(host);
	ck_assert_uint_ne(generation(host, 100), before);
	ck_assert_str_eq(field_host_value(host, "proc.pname", FILTER_NAMES_CALLED), "systemd");
	host_free(host);
}
END_TEST

/* A parent without a row is asked for, and anew after a refresh; it is in no table. */
START_TEST(aside)
{
	struct field_host *host = host_new();
	size_t processes = host->state->processes_len;
	unsigned asked;

	field_host_begin(host, "SYSCALL_GETUID_X", "getuid", 0);
	host->record.prefix.ppid = 300;
	field_host_apply(host);
	asked = host->asked;
	ck_assert_str_eq(field_host_value(host, "proc.pcmdline", FILTER_NAMES_CALLED), "asked -b");
	ck_assert_str_eq(field_host_value(host, "proc.pexepath", FILTER_NAMES_CALLED),
			 "/usr/bin/top");
	ck_assert_uint_eq(host->asked - asked, 1);
	ck_assert_uint_eq(host->state->processes_len, processes);
	state_refresh_begin(host->state, host->now_ns);
	state_refresh_end(host->state);
	field_host_begin(host, "SYSCALL_GETUID_X", "getuid", 0);
	host->record.prefix.ppid = 300;
	field_host_apply(host);
	ck_assert_str_eq(field_host_value(host, "proc.pname", FILTER_NAMES_CALLED), "asked");
	ck_assert_uint_eq(host->asked - asked, 2);
	host_free(host);
}
END_TEST

/* Which events have two names. */
START_TEST(two_names)
{
	static const struct {
		void (*step)(struct field_host *host);
		bool two;
	} events[] = {
		{ step_open_file, true },     { step_read_file, true },
		{ step_open_failed, false },  { step_connected, false },
		{ step_mkdir_folder, false }, { step_exec, false },
		{ step_rename_file, false },
	};
	size_t i;

	for (i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		struct field_host *host = host_new();

		events[i].step(host);
		ck_assert_msg(filter_event_has_two_names(&host->event) == events[i].two,
			      "event %zu", i);
		host_free(host);
	}
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("facts");

	tcase_add_loop_test(tcase, call, 0, sizeof(calls) / sizeof(calls[0]));
	tcase_add_test(tcase, fchdir_call);
	tcase_add_test(tcase, ancestors);
	tcase_add_test(tcase, prefix);
	tcase_add_test(tcase, aside);
	tcase_add_test(tcase, two_names);
	return run_suite("facts", tcase);
}
