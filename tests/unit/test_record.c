/* SPDX-License-Identifier: Apache-2.0 */
/* What a record makes the state ask for: the name of a descriptor that nobody follows. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include "build_record.h"
#include "run_suite.h"
#include "state/state.h"

#define ASKED_MAX 1000 /* between two refreshes */

static struct build_record build;
static struct state *state;
static unsigned asked;
static int64_t asked_fd;

static int fd_name(void *ctx, uint32_t pid, int64_t fd, char *name, size_t *len)
{
	static const char answer[] = "/var/log/x";

	asked++;
	asked_fd = fd;
	if (pid != 7 || *len < sizeof(answer))
		return -ENOENT;
	*len = sizeof(answer) - 1;
	memcpy(name, answer, *len);
	return 0;
}

static void setup(void)
{
	struct state_opts opts = { .dead_keep_ns = 1 };
	struct state_source source = { .fd_name = fd_name };

	asked = 0;
	asked_fd = -1;
	ck_assert_int_eq(state_new(&opts, &source, &state), 0);
}

static void teardown(void)
{
	state_free(state);
}

/* A raw call of process 7 with a first argument; what the event's descriptor is called. */
static const char *name_of(const char *call, uint64_t arg)
{
	struct build_prefix prefix = { .ts_ns = 5,
				       .pid = 7,
				       .start_boot_ns = 3,
				       .nr = syscall_nr(syscall_by_name(call)),
				       .args = { arg },
				       .comm = "cat" };

	build_record_init(&build, EVENT_CODE_GENERIC_X, &prefix);
	ck_assert_int_eq(state_record(state, build.data, build_record_finish(&build)), 0);
	return state_last_event(state)->fd_name;
}

START_TEST(an_unknown_descriptor_is_asked_for)
{
	ck_assert_str_eq(name_of("fsync", 9), "/var/log/x");
	ck_assert_int_eq(asked_fd, 9);
	ck_assert_str_eq(name_of("getppid", 9), "");
	ck_assert_str_eq(name_of("fsync", (uint64_t)-1), "");
	/* An open names its file itself. */
	ck_assert_str_eq(name_of("openat", (uint64_t)AT_FDCWD), "");
	ck_assert_uint_eq(asked, 1);
}
END_TEST

START_TEST(a_followed_process_is_not_asked_about)
{
	const struct file_sample file = { .pid = 7, .fd = 9, .start_boot_ns = 3, .path_len = 2 };

	name_of("getppid", 0);
	state_file(state, &file, "/a");
	ck_assert_str_eq(name_of("fsync", 9), "/a");
	/* Not open, as far as is known. */
	ck_assert_str_eq(name_of("fsync", 10), "");
	ck_assert_uint_eq(asked, 0);
}
END_TEST

START_TEST(so_many_between_two_refreshes)
{
	for (unsigned i = 0; i < ASKED_MAX + 10; i++)
		name_of("fsync", 9);
	ck_assert_uint_eq(asked, ASKED_MAX);
	state_refresh_begin(state, 10);
	state_refresh_end(state);
	name_of("fsync", 9);
	ck_assert_uint_eq(asked, ASKED_MAX + 1);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("record");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, an_unknown_descriptor_is_asked_for);
	tcase_add_test(tcase, a_followed_process_is_not_asked_about);
	tcase_add_test(tcase, so_many_between_two_refreshes);
	return run_suite("record", tcase);
}
