/* SPDX-License-Identifier: Apache-2.0 */
/* Users and groups of files that anybody may have written, as the host numbers them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "run_suite.h"
#include "state/passwd.h"

static const struct {
	const char *name, *text, *map, *want;
} cases[] = {
	{ "usual", "root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000::/srv:/bin/false\n", "",
	  "0:root:/root:/bin/sh\n1000:app:/srv:/bin/false\n" },
	{ "no newline at the end", "app:x:7:7:::", "", "7:app::\n" },
	{ "a colon too many is the shell's", "app:x:7:7::/a:/b:/c", "", "7:app:/a:/b:/c\n" },
	{ "a user namespace", "root:x:0:0::/root:\napp:x:1000:0::/:\nhigh:x:70000:0::/:\n",
	  "         0     100000      65536\n", "100000:root:/root:\n101000:app:/:\n" },
	{ "two ranges", "a:x:0:0::/:\nb:x:1:0::/:\nc:x:2:0::/:\n", "0 1000 1\n1 100000 1\n",
	  "1000:a:/:\n100000:b:/:\n" },
	{ "the map of the host", "a:x:5:0::/:\n", "0 0 4294967295\n", "5:a:/:\n" },
	{ "what is no entry",
	  "#x:x:1\n\n:x:1:1::/:\na:x:-1:1::/:\nb:x:4294967295:1::/:\nc:x:1 :1::/:\n"
	  "d:x:99999999999:1::/:\n+::::::\ne:x:3:3::/e:/s\n",
	  "", "3:e:/e:/s\n" },
	{ "nothing", "", "", "" },
};

START_TEST(test_users)
{
	struct passwd_map map;
	char *lines;

	passwd_map_parse(cases[_i].map, &map);
	lines = passwd_users(cases[_i].text, strlen(cases[_i].text), &map);
	ck_assert_msg(!strcmp(lines, cases[_i].want), "%s: %s", cases[_i].name, lines);
	free(lines);
}
END_TEST

START_TEST(test_groups)
{
	static const struct passwd_map map;
	static const char text[] = "root:x:0:\nadm:*:4:ann,bob\nbad:x\n";
	char *lines = passwd_groups(text, strlen(text), &map);

	ck_assert_str_eq(lines, "0:root\n4:adm\n");
	free(lines);
}
END_TEST

START_TEST(test_find)
{
	static const char lines[] = "0:root:/root:/bin/sh\n10:ten:/t:\n1:one::/s\n1:two::\n";
	struct passwd_entry entry;

	ck_assert_int_eq(passwd_find(lines, 1, &entry), 0);
	ck_assert_int_eq(strncmp(entry.name, "one", entry.name_len), 0);
	ck_assert_uint_eq(entry.home_len, 0);
	ck_assert_int_eq(strncmp(entry.shell, "/s", entry.shell_len), 0);
	ck_assert_int_eq(passwd_find(lines, 10, &entry), 0);
	ck_assert_uint_eq(entry.name_len, 3);
	ck_assert_uint_eq(entry.shell_len, 0);
	ck_assert_int_eq(passwd_find(lines, 2, &entry), -ENOENT);
	ck_assert_int_eq(passwd_find(NULL, 0, &entry), -ENOENT);
	ck_assert_int_eq(passwd_find("", 0, &entry), -ENOENT);
}
END_TEST

/* A NUL, a name without end, more entries than are kept: what is kept is whole lines. */
START_TEST(test_hostile)
{
	static const char nul[14] = "a\0b:x:1:1::/:\n", entry[16] = "usr:x:12345::::\n";
	static const struct passwd_map map;
	size_t len = PASSWD_FILE_MAX, lines_len;
	char *text = malloc(len), *lines;

	memset(text, 'a', len);
	lines = passwd_users(text, len, &map);
	ck_assert_str_eq(lines, "");
	free(lines);
	memcpy(text, nul, sizeof(nul));
	lines = passwd_users(text, 14, &map);
	ck_assert_str_eq(lines, "");
	free(lines);
	for (size_t at = 0; at + sizeof(entry) <= len; at += sizeof(entry))
		memcpy(text + at, entry, sizeof(entry));
	lines = passwd_users(text, len, &map);
	lines_len = strlen(lines);
	ck_assert_uint_lt(lines_len, PASSWD_LINES_MAX);
	ck_assert_uint_gt(lines_len, PASSWD_LINES_MAX - 64);
	ck_assert_int_eq(lines[lines_len - 1], '\n');
	free(lines);
	free(text);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("passwd");

	tcase_add_loop_test(tc, test_users, 0, sizeof(cases) / sizeof(cases[0]));
	tcase_add_test(tc, test_groups);
	tcase_add_test(tc, test_find);
	tcase_add_test(tc, test_hostile);
	return run_suite("passwd", tc);
}
