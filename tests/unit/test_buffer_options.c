/* SPDX-License-Identifier: Apache-2.0 */
/* Options of the ring buffers: what is refused, why, and which value is nearest. */
#include <check.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "probe/probe.h"

#define K ((uint64_t)1 << 10)
#define M ((uint64_t)1 << 20)
#define G ((uint64_t)1 << 30)

struct size_case {
	const char *name;
	uint64_t bytes;
	const char *what; /* NULL: valid */
	const char *remedy;
};

static const struct size_case size_cases[] = {
	{ "smallest", M, NULL, NULL },
	{ "default", PROBE_BUFFER_DEFAULT, NULL, NULL },
	{ "largest", 512 * M, NULL, NULL },
	{ "nothing", 0, "buffer size 0 is less than the smallest, 1M",
	  "the nearest valid size is 1M" },
	{ "one byte", 1, "buffer size 1 is less than the smallest, 1M",
	  "the nearest valid size is 1M" },
	{ "half of the smallest", 512 * K, "buffer size 512K is less than the smallest, 1M",
	  "the nearest valid size is 1M" },
	{ "one less than 1M", M - 1, "buffer size 1048575 is less than the smallest, 1M",
	  "the nearest valid size is 1M" },
	{ "one more than 1M", M + 1, "buffer size 1048577 is not a power of two",
	  "the nearest valid size is 1M" },
	{ "nearer to 2M", M + 700 * K, "buffer size 1724K is not a power of two",
	  "the nearest valid size is 2M" },
	{ "between 2M and 4M", 3 * M, "buffer size 3M is not a power of two",
	  "the nearest valid size is 4M" },
	{ "nearer to 64M", 70 * M, "buffer size 70M is not a power of two",
	  "the nearest valid size is 64M" },
	{ "just below the largest", 511 * M, "buffer size 511M is not a power of two",
	  "the nearest valid size is 512M" },
	{ "one more than the largest", 512 * M + 1,
	  "buffer size 536870913 is more than the largest, 512M",
	  "the nearest valid size is 512M" },
	{ "1G", G, "buffer size 1G is more than the largest, 512M",
	  "the nearest valid size is 512M" },
	{ "all bits", UINT64_MAX, "buffer size 18446744073709551615 is more than the largest, 512M",
	  "the nearest valid size is 512M" },
};

START_TEST(buffer_size)
{
	const struct size_case *c = &size_cases[_i];
	struct probe_error err = { .what = "", .remedy = "" };
	int rc = probe_check_buffer_bytes(c->bytes, &err);

	ck_assert_msg(rc == (c->what ? -EINVAL : 0), "%s: returned %d", c->name, rc);
	ck_assert_msg(strcmp(err.what, c->what ? c->what : "") == 0, "%s: '%s'", c->name, err.what);
	ck_assert_msg(strcmp(err.remedy, c->remedy ? c->remedy : "") == 0, "%s: '%s'", c->name,
		      err.remedy);
}
END_TEST

struct preset_case {
	unsigned long preset;
	uint64_t bytes; /* 0: refused */
	const char *what;
	const char *remedy;
};

static const struct preset_case preset_cases[] = {
	{ 1, M, NULL, NULL },
	{ 2, 2 * M, NULL, NULL },
	{ 4, 8 * M, NULL, NULL },
	{ 10, 512 * M, NULL, NULL },
	{ 0, 0, "buffer preset 0 is not in 1..10", "the nearest valid preset is 1" },
	{ 11, 0, "buffer preset 11 is not in 1..10", "the nearest valid preset is 10" },
	{ ~0ul, 0, "buffer preset 18446744073709551615 is not in 1..10",
	  "the nearest valid preset is 10" },
};

START_TEST(buffer_preset)
{
	const struct preset_case *c = &preset_cases[_i];
	struct probe_error err = { .what = "", .remedy = "" };
	uint64_t bytes = 77;
	int rc = probe_check_buffer_preset(c->preset, &bytes, &err);

	ck_assert_msg(rc == (c->what ? -EINVAL : 0), "preset %lu: returned %d", c->preset, rc);
	ck_assert_msg(bytes == (c->what ? 77 : c->bytes), "preset %lu: %" PRIu64 " bytes",
		      c->preset, bytes);
	ck_assert_msg(strcmp(err.what, c->what ? c->what : "") == 0, "preset %lu: '%s'", c->preset,
		      err.what);
	ck_assert_msg(strcmp(err.remedy, c->remedy ? c->remedy : "") == 0, "preset %lu: '%s'",
		      c->preset, err.remedy);
}
END_TEST

START_TEST(every_preset_is_a_valid_size)
{
	for (unsigned long preset = 1; preset <= PROBE_BUFFER_PRESETS; preset++) {
		struct probe_error err = { .what = "" };
		uint64_t bytes = 0;

		ck_assert_int_eq(probe_check_buffer_preset(preset, &bytes, &err), 0);
		ck_assert_msg(probe_check_buffer_bytes(bytes, &err) == 0, "preset %lu: %s", preset,
			      err.what);
	}
}
END_TEST

START_TEST(cpus_per_buffer)
{
	unsigned long online = (unsigned long)sysconf(_SC_NPROCESSORS_ONLN);
	struct probe_error err = { .what = "", .remedy = "" };
	char what[128];
	char remedy[128];

	ck_assert_int_eq(probe_check_cpus_per_buffer(0, &err), 0);
	ck_assert_int_eq(probe_check_cpus_per_buffer(online, &err), 0);
	ck_assert_str_eq(err.what, "");

	ck_assert_int_eq(probe_check_cpus_per_buffer(online + 1, &err), -EINVAL);
	snprintf(what, sizeof(what), "%lu CPUs per buffer are more than the %lu online", online + 1,
		 online);
	snprintf(remedy, sizeof(remedy), "the nearest valid value is %lu; 0 is one buffer for all",
		 online);
	ck_assert_str_eq(err.what, what);
	ck_assert_str_eq(err.remedy, remedy);
}
END_TEST

START_TEST(snaplen)
{
	struct probe_error err = { .what = "", .remedy = "" };

	ck_assert_int_eq(probe_check_snaplen(0, &err), 0);
	ck_assert_int_eq(probe_check_snaplen(80, &err), 0);
	ck_assert_int_eq(probe_check_snaplen(RECORD_SNAPLEN_MAX, &err), 0);
	ck_assert_int_eq(probe_check_snaplen(RECORD_SNAPLEN_MAX + 1, &err), -EINVAL);
	ck_assert_str_eq(err.what, "32768 bytes of data per call are more than the largest, 32767");
	ck_assert_str_eq(err.remedy, "the nearest valid value is 32767");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("buffer_options");
	TCase *options = tcase_create("options");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(options, buffer_size, 0, sizeof(size_cases) / sizeof(size_cases[0]));
	tcase_add_loop_test(options, buffer_preset, 0,
			    sizeof(preset_cases) / sizeof(preset_cases[0]));
	tcase_add_test(options, every_preset_is_a_valid_size);
	tcase_add_test(options, cpus_per_buffer);
	tcase_add_test(options, snaplen);
	suite_add_tcase(suite, options);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
