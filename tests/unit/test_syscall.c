/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The syscall table: against the reference file where it is (../shared), against the numbers of the
 * installed kernel headers, and against what must hold without any of them.
 */
#include <check.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probe/schema/event.h"
#include "probe/schema/record.h"
#include "probe/schema/sample.h"

#define SYSCALLS_JSON "../shared/reference/syscalls.json"
#define SC_COUNT 454
#define X86_64_ROWS 385 /* numbers 0 to 336 and 424 to 471 */
#define ARM64_ROWS 327  /* 0 to 294 without 244 to 259, and 424 to 471 */

static struct json_object *member(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;

	json_object_object_get_ex(object, key, &value);
	return value;
}

START_TEST(test_reference)
{
	struct json_object *list = json_object_from_file(SYSCALLS_JSON);

	if (!list)
		return;
	ck_assert_uint_eq(json_object_array_length(list), SC_COUNT);
	for (size_t i = 0; i < SC_COUNT; i++) {
		struct json_object *row = json_object_array_get_idx(list, i);
		int sc = json_object_get_int(member(row, "sc"));
		const struct syscall_desc *desc = syscall_by_sc((uint16_t)sc);
		struct json_object *nr = member(row, "nr_x86_64");

		if (sc == 0) { /* "unknown" */
			ck_assert_ptr_null(desc);
			continue;
		}
		ck_assert_msg(desc, "no row for code %d", sc);
		ck_assert_str_eq(desc->name, json_object_get_string(member(row, "name")));
		ck_assert_msg(desc->exit_event == json_object_get_int(member(row, "exit_event")),
			      "%s: event %u", desc->name, desc->exit_event);
		if (nr)
			ck_assert_msg(desc->nr_x86_64 == json_object_get_int(nr), "%s: number %d",
				      desc->name, desc->nr_x86_64);
	}
	json_object_put(list);
}
END_TEST

/* A header with "#define __NR_name number" lines, and the column that must agree. */
struct header {
	const char *path;
	int16_t (*nr)(const struct syscall_desc *desc);
};

static int16_t nr_x86_64(const struct syscall_desc *desc)
{
	return desc->nr_x86_64;
}

static int16_t nr_arm64(const struct syscall_desc *desc)
{
	return desc->nr_arm64;
}

static const struct header headers[] = {
	{ .path = "/usr/include/x86_64-linux-gnu/asm/unistd_64.h", .nr = nr_x86_64 },
	{ .path = "/usr/include/asm-generic/unistd.h", .nr = nr_arm64 },
};

/* What the generic header lists for 32-bit machines only, as marks, or for other 64-bit ones. */
static bool is_not_64_bit(const char *name)
{
	size_t len = strlen(name);

	return (len > 6 && strcmp(name + len - 6, "time64") == 0) ||
	       strcmp(name, "clock_gettime64") == 0 || strcmp(name, "clock_settime64") == 0 ||
	       strcmp(name, "clock_adjtime64") == 0 || strcmp(name, "timer_gettime64") == 0 ||
	       strcmp(name, "timer_settime64") == 0 || strcmp(name, "timerfd_gettime64") == 0 ||
	       strcmp(name, "timerfd_settime64") == 0 || strcmp(name, "sync_file_range2") == 0 ||
	       strcmp(name, "arch_specific_syscall") == 0 || strcmp(name, "syscalls") == 0;
}

START_TEST(test_header)
{
	const struct header *header = &headers[_i];
	FILE *file = fopen(header->path, "re");
	char line[256];
	int seen = 0;

	if (!file) {
		printf("syscall: no %s here, not compared\n", header->path);
		return;
	}
	while (fgets(line, sizeof(line), file)) {
		const struct syscall_desc *desc;
		char name[64];
		int nr;

		/* __NR3264_: one number for the 64-bit call and its 32-bit sister. */
		if (sscanf(line, "#define __NR_%63s %d", name, &nr) != 2 &&
		    sscanf(line, "#define __NR3264_%63s %d", name, &nr) != 2)
			continue;
		if (strcmp(name, "fstatat") == 0)
			strncpy(name, "newfstatat", sizeof(name) - 1);
		if (is_not_64_bit(name))
			continue;
		desc = syscall_by_name(name);
		ck_assert_msg(desc, "%s: no row for %s", header->path, name);
		ck_assert_msg(header->nr(desc) == nr, "%s: %s is %d, the table has %d",
			      header->path, name, nr, header->nr(desc));
		seen++;
	}
	fclose(file);
	ck_assert_int_gt(seen, 300);
}
END_TEST

static void check_args(const struct syscall_desc *desc)
{
	for (int i = 0; i < desc->args_len; i++) {
		const struct arg_desc *arg = &desc->args[i];
		bool wants_set = arg->type == ARG_TYPE_FLAGS || arg->type == ARG_TYPE_ENUM ||
				 arg->type == ARG_TYPE_IOCTL;

		ck_assert_msg(arg->name && arg->type != ARG_TYPE_NONE, "%s: argument %d",
			      desc->name, i);
		ck_assert_msg(wants_set == (arg->flags != NULL), "%s.%s: flag set", desc->name,
			      arg->name);
		ck_assert_msg(arg->type != ARG_TYPE_ENUM || arg->flags->field != 0,
			      "%s.%s: a mask for one value", desc->name, arg->name);
		ck_assert_msg(arg->type != ARG_TYPE_FLAGS || arg->flags->field != UINT32_MAX,
			      "%s.%s: an enumeration for a mask", desc->name, arg->name);
		ck_assert_msg(!arg->flags || arg->flags->encoding == FLAG_ENCODING_NATIVE,
			      "%s.%s: capture encoding of a raw argument", desc->name, arg->name);
		for (int j = 0; j < i; j++)
			ck_assert_msg(strcmp(desc->args[j].name, arg->name) != 0,
				      "%s: two arguments %s", desc->name, arg->name);
	}
}

/* Names, numbers and codes are unique and lead back to their rows. */
START_TEST(test_rows)
{
	int x86_64 = 0;
	int arm64 = 0;
	int codes = 0;

	for (size_t i = 0; i < syscall_table_len(); i++) {
		const struct syscall_desc *desc = syscall_at(i);

		ck_assert_ptr_eq(syscall_by_name(desc->name), desc);
		ck_assert_int_lt(desc->nr_x86_64, SYSCALL_NR_MAX);
		ck_assert_int_lt(desc->nr_arm64, SYSCALL_NR_MAX);
		if (syscall_nr(desc) >= 0)
			ck_assert_ptr_eq(syscall_by_nr(syscall_nr(desc)), desc);
		if (desc->sc)
			ck_assert_ptr_eq(syscall_by_sc(desc->sc), desc);
		ck_assert_msg(desc->exit_event == EVENT_CODE_GENERIC_X ||
				      event_by_code(desc->exit_event)->direction == EVENT_EXIT,
			      "%s: event %u is no exit", desc->name, desc->exit_event);
		ck_assert_msg(desc->sc || desc->exit_event == EVENT_CODE_GENERIC_X, "%s",
			      desc->name);
		ck_assert_msg(!desc->store || desc->store[0] != '\0', "%s", desc->name);
		check_args(desc);
		x86_64 += desc->nr_x86_64 >= 0;
		arm64 += desc->nr_arm64 >= 0;
		codes += desc->sc > 0;
	}
	ck_assert_int_eq(x86_64, X86_64_ROWS);
	ck_assert_int_eq(arm64, ARM64_ROWS);
	ck_assert_int_eq(codes, SC_COUNT - 1);
}
END_TEST

START_TEST(test_bounds)
{
	ck_assert_ptr_null(syscall_at(syscall_table_len()));
	ck_assert_ptr_null(syscall_by_nr(-1));
	ck_assert_ptr_null(syscall_by_nr(SYSCALL_NR_MAX));
	ck_assert_ptr_null(syscall_by_nr(INT32_MAX));
	ck_assert_ptr_null(syscall_by_nr(INT32_MIN));
	ck_assert_ptr_null(syscall_by_nr(400)); /* of no 64-bit architecture */
	ck_assert_ptr_null(syscall_by_sc(0));
	ck_assert_ptr_null(syscall_by_sc(SC_COUNT));
	ck_assert_ptr_null(syscall_by_sc(UINT16_MAX));
	ck_assert_ptr_null(syscall_by_name(""));
	ck_assert_ptr_null(syscall_by_name("openat3"));
}
END_TEST

START_TEST(test_count_name)
{
	int nr = syscall_nr(syscall_by_name("openat"));

	ck_assert_str_eq(syscall_count_name(nr), "openat");
	ck_assert_str_eq(syscall_count_name(COUNT_NR_SKIPPED), "rt_sigreturn/skipped");
	ck_assert_str_eq(syscall_count_name(COUNT_NR_OTHER), "other");
	ck_assert_str_eq(syscall_count_name(COUNT_NR_UNKNOWN), "unknown");
	ck_assert_str_eq(syscall_count_name(400), "unknown");
	ck_assert_str_eq(syscall_count_name(-1), "unknown");
	ck_assert_str_eq(syscall_count_name(70000), "unknown");
}
END_TEST

/* Which calls are in a class, move bytes, change what. The lists are complete. */
struct member_case {
	const char *what;
	bool (*is)(const struct syscall_desc *desc);
	const char *names; /* blank-separated, of all rows with a number */
};

static bool is_open(const struct syscall_desc *d)
{
	return d->loss_class == RECORD_CLASS_OPEN;
}
static bool is_connect(const struct syscall_desc *d)
{
	return d->loss_class == RECORD_CLASS_CONNECT;
}
static bool is_accept(const struct syscall_desc *d)
{
	return d->loss_class == RECORD_CLASS_ACCEPT;
}
static bool is_close(const struct syscall_desc *d)
{
	return d->loss_class == RECORD_CLASS_CLOSE;
}
static bool is_fork_exec(const struct syscall_desc *d)
{
	return d->loss_class == RECORD_CLASS_FORK_EXEC;
}
static bool is_exit(const struct syscall_desc *d)
{
	return d->loss_class == RECORD_CLASS_EXIT;
}
static bool is_read_write(const struct syscall_desc *d)
{
	return d->loss_class == RECORD_CLASS_READ_WRITE;
}
static bool is_in(const struct syscall_desc *d)
{
	return d->io == SYSCALL_IO_IN;
}
static bool is_out(const struct syscall_desc *d)
{
	return d->io == SYSCALL_IO_OUT;
}
static bool flag_open(const struct syscall_desc *d)
{
	return d->flags & SYSCALL_F_OPEN;
}
static bool flag_clone(const struct syscall_desc *d)
{
	return d->flags & SYSCALL_F_CLONE;
}
static bool flag_exit(const struct syscall_desc *d)
{
	return d->flags & SYSCALL_F_EXIT;
}
static bool flag_life(const struct syscall_desc *d)
{
	return d->flags & SYSCALL_F_LIFE;
}
static bool flag_exec(const struct syscall_desc *d)
{
	return d->flags & SYSCALL_F_EXEC;
}
static bool flag_address(const struct syscall_desc *d)
{
	return d->flags & SYSCALL_F_ADDRESS;
}

#define OPENS "open openat openat2 creat open_by_handle_at"
static const struct member_case member_cases[] = {
	{ "class open", is_open, OPENS },
	{ "class connect", is_connect, "connect" },
	{ "class accept", is_accept, "accept accept4" },
	{ "class close", is_close, "close close_range" },
	{ "class fork_exec", is_fork_exec, "clone clone3 fork vfork execve execveat" },
	{ "class exit", is_exit, "exit exit_group" },
	{ "class read_write", is_read_write,
	  "read write pread64 pwrite64 readv writev preadv pwritev preadv2 pwritev2 sendto "
	  "recvfrom "
	  "sendmsg recvmsg sendmmsg recvmmsg" },
	{ "bytes in", is_in, "read pread64 readv preadv preadv2 recvfrom recvmsg" },
	{ "bytes out", is_out, "write pwrite64 writev pwritev pwritev2 sendto sendmsg" },
	{ "flag open", flag_open, OPENS },
	{ "flag clone", flag_clone, "clone clone3 fork vfork" },
	{ "flag exit", flag_exit, "exit exit_group" },
	{ "flag life", flag_life,
	  "clone clone3 fork vfork execve execveat exit exit_group chdir fchdir chroot pivot_root "
	  "setuid setgid setreuid setregid setresuid setresgid setfsuid setfsgid setgroups setpgid "
	  "setsid capset prctl unshare setns" },
	{ "flag exec", flag_exec, "execve execveat" },
	{ "flag address", flag_address, "mmap mremap brk shmat map_shadow_stack" },
};

static bool has_word(const char *words, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = words; (at = strstr(at, word)); at += len) {
		if ((at == words || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
			return true;
	}
	return false;
}

START_TEST(test_member)
{
	const struct member_case *c = &member_cases[_i];

	for (size_t i = 0; i < syscall_table_len(); i++) {
		const struct syscall_desc *desc = syscall_at(i);

		if (desc->nr_x86_64 < 0 && desc->nr_arm64 < 0)
			continue;
		ck_assert_msg(c->is(desc) == has_word(c->names, desc->name), "%s: %s", c->what,
			      desc->name);
	}
}
END_TEST

/* Rows read by hand from the man pages. */
struct row_case {
	const char *name;
	const char *args; /* "type name, ..." */
};
static const struct row_case row_cases[] = {
	{ "openat", "fd dirfd, path filename, flags flags native_open, mode mode" },
	{ "pread64", "fd fd, buf buf, size count, offset pos" },
	{ "mmap",
	  "hex addr, size len, flags prot native_prot, flags flags native_mmap, fd fd, hex off" },
	{ "kill", "pid pid, signal sig" },
	{ "getpid", "" },
	{ "setresuid", "uid ruid, uid euid, uid suid" },
	{ "clock_gettime", "clock clockid, timespec tp" },
	{ "renameat2",
	  "fd olddirfd, path oldname, fd newdirfd, path newname, flags flags native_rename" },
	{ "fcntl", "fd fd, enum cmd native_fcntl, fcntl arg" },
	{ "setxattrat", "fd dirfd, path pathname, flags at_flags native_at, str name, xattr_args "
			"args, size size" },
	{ "execve", "path filename, ptr argv, ptr envp" },
	{ "finit_module", "fd fd, str params, flags flags native_module" },
};

START_TEST(test_row)
{
	static const char *const types[] = {
#define ARG_TYPE(id, text) [ARG_TYPE_##id] = (text),
#include "probe/schema/types.def"
	};
	const struct row_case *c = &row_cases[_i];
	const struct syscall_desc *desc = syscall_by_name(c->name);
	char text[256] = "";
	size_t len = 0;

	ck_assert_msg(desc, "no row %s", c->name);
	for (int i = 0; i < desc->args_len; i++) {
		const struct arg_desc *arg = &desc->args[i];

		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s %s%s%s",
					i > 0 ? ", " : "", types[arg->type], arg->name,
					arg->flags ? " " : "", arg->flags ? arg->flags->name : "");
		ck_assert_uint_lt(len, sizeof(text));
	}
	ck_assert_msg(strcmp(text, c->args) == 0, "%s: %s", c->name, text);
}
END_TEST

#define LEN(cases) ((int)(sizeof(cases) / sizeof((cases)[0])))

int main(void)
{
	Suite *suite = suite_create("syscall");
	TCase *tcase = tcase_create("syscall");
	SRunner *runner;
	int failed;

	if (access(SYSCALLS_JSON, R_OK) != 0)
		puts("syscall: no reference file, only the table's own rules are checked");
	tcase_add_test(tcase, test_reference);
	tcase_add_loop_test(tcase, test_header, 0, LEN(headers));
	tcase_add_test(tcase, test_rows);
	tcase_add_test(tcase, test_bounds);
	tcase_add_test(tcase, test_count_name);
	tcase_add_loop_test(tcase, test_member, 0, LEN(member_cases));
	tcase_add_loop_test(tcase, test_row, 0, LEN(row_cases));
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
