/* SPDX-License-Identifier: Apache-2.0 */
/* Rules that follow their files: what counts as a change, what is taken over, what is not. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "run_suite.h"
#include "tui/check.h"
#include "tui/rule_book.h"
#include "tui/rule_files.h"

static char folder[] = "/tmp/test_rule_book.XXXXXX";

static void path_of(const char *name, char *path, size_t size)
{
	snprintf(path, size, "%s/%s", folder, name);
}

static void write_file(const char *name, const char *text)
{
	char path[256];
	FILE *file;

	path_of(name, path, sizeof(path));
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	ck_assert_int_eq(fclose(file), 0);
}

static void remove_file(const char *name)
{
	char path[256];

	path_of(name, path, sizeof(path));
	unlink(path);
}

static void write_rules(const char *name, const char *rule, const char *condition)
{
	char text[512];

	snprintf(text, sizeof(text),
		 "- rule: %s\n  desc: d\n  condition: evt.type = %s\n  output: o\n"
		 "  priority: INFO\n",
		 rule, condition);
	write_file(name, text);
}

static void move_file(const char *from, const char *to)
{
	char old[256], new[256];

	path_of(from, old, sizeof(old));
	path_of(to, new, sizeof(new));
	ck_assert_int_eq(rename(old, new), 0);
}

/* Each step changes what would be read, or not. */
START_TEST(test_stamp)
{
	uint64_t before, now;

	write_rules("a.yaml", "a", "open");
	before = rule_files_stamp(folder, 0);
	ck_assert_uint_eq(rule_files_stamp(folder, 0), before);
	write_file("notes.txt", "no rules");
	ck_assert_uint_eq(rule_files_stamp(folder, 0), before);
	write_rules("b.yml", "b", "open");
	now = rule_files_stamp(folder, 0);
	ck_assert_uint_ne(now, before);
	before = now;
	/* As editors do: another file in its place, of the same size. */
	write_rules("new", "c", "open");
	move_file("new", "b.yml");
	now = rule_files_stamp(folder, 0);
	ck_assert_uint_ne(now, before);
	before = now;
	remove_file("b.yml");
	ck_assert_uint_ne(rule_files_stamp(folder, 0), before);
	ck_assert_uint_ne(rule_files_stamp(folder, 0), rule_files_stamp(folder, 1));
	remove_file("notes.txt");
}
END_TEST

static const struct folder_case {
	const char *path, *folder;
} folder_cases[] = {
	{ "rules.yaml", "." }, { "/rules.yaml", "/" }, { "/etc/saker/no.yaml", "/etc/saker" },
	{ "/tmp", "/tmp" },    { "a/b.yaml", "a" },
};

START_TEST(test_folder)
{
	const struct folder_case *c = &folder_cases[_i];
	char found[64], small[2];

	ck_assert_int_eq(rule_files_folder(c->path, found, sizeof(found)), 0);
	ck_assert_str_eq(found, c->folder);
	ck_assert_int_lt(rule_files_folder("/longer/than/that", small, sizeof(small)), 0);
}
END_TEST

/* Until there are newer rules, or what is wrong is said: at most a minute. */
static bool wait_next(struct rule_book *book)
{
	const struct timespec rest = { .tv_nsec = 10000000 };
	char text[512];

	for (int i = 0; i < 6000; i++) {
		if (rule_book_has_next(book) || rule_book_notice(book, text, sizeof(text)))
			return rule_book_has_next(book);
		nanosleep(&rest, NULL);
	}
	ck_abort_msg("nothing happened");
}

static void wait_right(struct rule_book *book)
{
	const struct timespec rest = { .tv_nsec = 10000000 };
	char text[512];

	for (int i = 0; i < 6000 && rule_book_notice(book, text, sizeof(text)); i++)
		nanosleep(&rest, NULL);
}

START_TEST(test_book)
{
	struct options options;
	struct usage_error err;
	struct rules *rules = NULL, *held;
	struct rule_book *book;
	uint64_t stamp;
	char text[512];

	options_init(&options);
	options.mode = MODE_MONITOR;
	options.no_default_rules = true;
	options.rules.items[0] = folder;
	options.rules.len = 1;
	write_rules("a.yaml", "a", "open");
	path_of("config", text, sizeof(text));
	write_file("config", "");
	options.config = text;
	stamp = rule_book_stamp(&options);
	ck_assert_msg(check_reload(&options, &rules, &err) == 0, "%s", err.text);
	ck_assert_int_eq(rule_book_new(&options, rules, stamp, &book), 0);
	/* It changes before anybody watches. */
	write_rules("b.yaml", "b", "connect");
	ck_assert_int_eq(rule_book_watch(book), 0);
	ck_assert(wait_next(book));
	held = rule_book_hold(book);
	ck_assert_uint_eq(rules_len(rule_book_rules(book)), 1);
	rule_book_turn(book);
	ck_assert(!rule_book_has_next(book));
	ck_assert_uint_eq(rules_len(rule_book_rules(book)), 2);
	/* Who holds the rules before still has them. */
	ck_assert_str_eq(rules_at(held, 0)->name, "a");
	rules_free(held);
	rule_book_free(book);
	remove_file("b.yaml");
	remove_file("config");
}
END_TEST

START_TEST(test_wrong)
{
	char config[256], text[512];
	struct options options;
	struct usage_error err;
	struct rules *rules = NULL;
	struct rule_book *book;
	uint64_t stamp;

	options_init(&options);
	options.mode = MODE_MONITOR;
	options.no_default_rules = true;
	options.rules.items[0] = folder;
	options.rules.len = 1;
	write_rules("a.yaml", "a", "open");
	write_file("config", "");
	path_of("config", config, sizeof(config));
	options.config = config;
	stamp = rule_book_stamp(&options);
	ck_assert_msg(check_reload(&options, &rules, &err) == 0, "%s", err.text);
	ck_assert_int_eq(rule_book_new(&options, rules, stamp, &book), 0);
	ck_assert_int_eq(rule_book_watch(book), 0);
	ck_assert(!rule_book_notice(book, text, sizeof(text)));
	write_file("a.yaml", "- rule: a\n  desc: d\n  condition: evt.type = opne\n  output: o\n  "
			     "priority: INFO\n"
			     "- rule: b\n  desc: d\n  condition: evt.type = clsoe\n  output: o\n  "
			     "priority: INFO\n");
	ck_assert(!wait_next(book));
	ck_assert(rule_book_notice(book, text, sizeof(text)));
	ck_assert_msg(strstr(text, "/a.yaml:3:") &&
			      strstr(text, " (and 1 more); those before stay"),
		      "%s", text);
	ck_assert_str_eq(rules_at(rule_book_rules(book), 0)->name, "a");
	write_rules("a.yaml", "z", "open");
	wait_right(book);
	ck_assert(!rule_book_notice(book, text, sizeof(text)));
	ck_assert(rule_book_has_next(book));
	rule_book_turn(book);
	ck_assert_str_eq(rules_at(rule_book_rules(book), 0)->name, "z");
	rule_book_free(book);
	remove_file("config");
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("rule_book");
	int status;

	if (!mkdtemp(folder))
		return 1;
	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, test_stamp);
	tcase_add_loop_test(tcase, test_folder, 0,
			    (int)(sizeof(folder_cases) / sizeof(folder_cases[0])));
	tcase_add_test(tcase, test_book);
	tcase_add_test(tcase, test_wrong);
	status = run_suite("rule_book", tcase);
	remove_file("a.yaml");
	rmdir(folder);
	return status;
}
