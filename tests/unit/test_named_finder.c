/* SPDX-License-Identifier: Apache-2.0 */
/* Files that rules name, found on this machine: files, links, what is replaced or not there. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "run_suite.h"
#include "state/rules/rules.h"
#include "state/state.h"
#include "tui/named_finder.h"

static struct rules *load(const char *folder)
{
	struct rules_options options;
	struct rules_loader *loader;
	struct rules *rules;
	char text[1024];

	snprintf(text, sizeof(text),
		 "- rule: r\n  desc: d\n  output: o\n  priority: info\n"
		 "  condition: evt.type = openat and (fd.name in (%s/file, %s/none, %s, "
		 "/proc/version)"
		 " or fd.name = %s/alias or fd.name startswith %s/other)\n",
		 folder, folder, folder, folder, folder);
	rules_options_init(&options);
	ck_assert_int_eq(rules_loader_new(&options, &loader), 0);
	ck_assert_int_eq(rules_loader_add(loader, "r", text, strlen(text)), 0);
	ck_assert_int_eq(rules_loader_finish(loader, &rules), 0);
	rules_loader_free(loader);
	return rules;
}

static void make_file(const char *folder, const char *name)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fclose(file);
}

/* Asks until there is another list. */
static size_t next_list(struct named_finder *finder, const struct state *state,
			const struct named_file **ret_files)
{
	const struct timespec rest = { .tv_nsec = 1000000 };
	size_t len = 0;

	for (int tries = 0; tries < 20000; tries++) {
		named_finder_ask(finder, state);
		if (named_finder_take(finder, ret_files, &len))
			return len;
		nanosleep(&rest, NULL);
	}
	ck_abort_msg("no other list");
	return 0;
}

static const struct named_file *find(const struct named_file *files, size_t len, const char *leaf)
{
	for (size_t i = 0; i < len; i++)
		if (strcmp(strrchr(files[i].path, '/') + 1, leaf) == 0)
			return &files[i];
	return NULL;
}

START_TEST(test_finder)
{
	char folder[] = "/tmp/saker-test-XXXXXX", path[256], other[256], link[256];
	const struct state_opts opts = { .host = "test" };
	const struct named_file *files, *file;
	struct named_finder *finder;
	struct state *state;
	struct rules *rules;
	struct stat st;
	size_t len;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	make_file(folder, "file");
	make_file(folder, "other");
	snprintf(path, sizeof(path), "%s/file", folder);
	snprintf(other, sizeof(other), "%s/other", folder);
	snprintf(link, sizeof(link), "%s/alias", folder);
	ck_assert_int_eq(symlink("other", link), 0);
	rules = load(folder);
	ck_assert_int_eq(state_new(&opts, NULL, &state), 0);
	ck_assert_int_eq(named_finder_new(&finder), 0);
	named_finder_want(finder, rules);

	/* The file, and what the link leads to; no folder, nothing of /proc, no prefix. */
	len = next_list(finder, state, &files);
	ck_assert_uint_eq(len, 2);
	file = find(files, len, "file");
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert(file && file->ino == st.st_ino && !*file->container);
	file = find(files, len, "alias");
	ck_assert_int_eq(stat(other, &st), 0);
	ck_assert(file && file->ino == st.st_ino);

	/* Another file takes the name. */
	ck_assert_int_eq(rename(other, path), 0);
	len = next_list(finder, state, &files);
	ck_assert_uint_eq(len, 1);
	ck_assert(find(files, len, "file")->ino == st.st_ino);

	/* Nothing is left. */
	ck_assert_int_eq(unlink(path) | unlink(link) | rmdir(folder), 0);
	ck_assert_uint_eq(next_list(finder, state, &files), 0);
	named_finder_free(finder);
	state_free(state);
	rules_free(rules);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("named_finder");

	tcase_add_test(tcase, test_finder);
	return run_suite("named_finder", tcase);
}
