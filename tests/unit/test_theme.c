/* SPDX-License-Identifier: Apache-2.0 */
/* Theme files: what they say, what is wrong with them and where, and how they fit a terminal. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "run_suite.h"
#include "tui/theme.h"

#define LEN(table) ((int)(sizeof(table) / sizeof((table)[0])))

static const struct parse_case {
	const char *text;
	enum role role;
	struct style style;
} parse_cases[] = {
	{ "cursor: {fg: white, bg: 24, attrs: [bold, reverse]}",
	  ROLE_CURSOR,
	  { 7, 24, STYLE_BOLD | STYLE_REVERSE } },
	{ "cursor: {fg: bright_black, bg: default}", ROLE_CURSOR, { 8, STYLE_DEFAULT, 0 } },
	{ "cursor: {attrs: dim}", ROLE_CURSOR, { STYLE_DEFAULT, STYLE_DEFAULT, STYLE_DIM } },
	{ "cursor: {attrs: []}", ROLE_CURSOR, { STYLE_DEFAULT, STYLE_DEFAULT, 0 } },
	{ "cursor:\n  fg: 255\n  bg: 0\n  attrs:\n  - italic\n  - underline\n",
	  ROLE_CURSOR,
	  { 255, 0, STYLE_ITALIC | STYLE_UNDERLINE } },
	{ "normal: {fg: red, bg: blue}", ROLE_CURSOR, { 1, 4, 0 } },
	{ "cursor: {fg: red}", ROLE_NORMAL, { STYLE_DEFAULT, STYLE_DEFAULT, 0 } },
};

START_TEST(parses)
{
	const struct parse_case *at = &parse_cases[_i];
	struct theme theme;
	struct view_error err;
	int rc = theme_parse("a/my.yaml", at->text, strlen(at->text), &theme, &err);

	ck_assert_msg(!rc, "%s: %u:%u %s", at->text, err.line, err.column, err.text);
	ck_assert_str_eq(theme.name, "my");
	ck_assert_msg(theme.styles[at->role].fg == at->style.fg &&
			      theme.styles[at->role].bg == at->style.bg &&
			      theme.styles[at->role].attrs == at->style.attrs,
		      "%s: fg %d bg %d attrs %u", at->text, theme.styles[at->role].fg,
		      theme.styles[at->role].bg, theme.styles[at->role].attrs);
}
END_TEST

static const struct wrong_case {
	const char *text;
	unsigned line, column;
	const char *message;
} wrong_cases[] = {
	{ "curser: {fg: red}", 1, 1, "unknown role 'curser'; did you mean 'cursor'?" },
	{ "cursor: {fg: red}\ndead: {fg: grene}", 2, 12,
	  "unknown colour 'grene'; did you mean 'green'?" },
	{ "cursor: {fg: 256}", 1, 14, "colour 256 is not in 0..255" },
	{ "cursor: {fg: -1}", 1, 14, "unknown colour '-1'" },
	{ "cursor: {fg: [red]}", 1, 14, "expected a colour: a name, 0..255 or default" },
	{ "cursor: {fgs: red}", 1, 10, "unknown key 'fgs'; did you mean 'fg'?" },
	{ "cursor: {attrs: [blod]}", 1, 18, "unknown attribute 'blod'; did you mean 'bold'?" },
	{ "cursor: red", 1, 9, "expected a style like {fg: white, bg: 24, attrs: [bold]}" },
	{ "cursor: {fg: red}\ncursor: {fg: red}", 2, 1, "role 'cursor' is here twice" },
	{ "[a]", 1, 1, "expected lines like 'cursor: {fg: white, bg: 24}'" },
	{ "", 1, 1, "expected lines like 'cursor: {fg: white, bg: 24}'" },
	{ "cursor: &a {fg: red}\ndead: *a", 2, 7, "aliases are not used in themes" },
	{ "cursor: {fg: \"\\e[31m\"}", 1, 14, "unknown colour '\\x1b[31m'" },
};

START_TEST(says_what_is_wrong)
{
	const struct wrong_case *at = &wrong_cases[_i];
	struct theme theme;
	struct view_error err;
	int rc = theme_parse("a/my.yaml", at->text, strlen(at->text), &theme, &err);

	ck_assert_msg(rc == -EINVAL, "%s: %d", at->text, rc);
	ck_assert_str_eq(err.file, "a/my.yaml");
	ck_assert_msg(err.line == at->line && err.column == at->column, "%s: %u:%u", at->text,
		      err.line, err.column);
	ck_assert_str_eq(err.text, at->message);
}
END_TEST

START_TEST(truncated_yaml)
{
	const char *text = "cursor: {fg: red";
	struct theme theme;
	struct view_error err;

	ck_assert_int_eq(theme_parse("x.yaml", text, strlen(text), &theme, &err), -EINVAL);
	ck_assert_msg(strstr(err.text, "not valid YAML"), "%s", err.text);
}
END_TEST

START_TEST(loads)
{
	static const char *const names[] = { "dark", "light", "mono", "classic" };
	struct view_error err;
	struct theme theme;

	for (int i = 0; i < LEN(names); i++) {
		ck_assert_msg(!theme_load(NULL, names[i], &theme, &err), "%s:%u: %s", names[i],
			      err.line, err.text);
		ck_assert_str_eq(theme.name, names[i]);
	}
	ck_assert_int_eq(theme_load(NULL, "drak", &theme, &err), -ENOENT);
	ck_assert_str_eq(err.text, "unknown theme; did you mean 'dark'?");
	ck_assert_int_eq(theme_load(NULL, "qqqqqqqq", &theme, &err), -ENOENT);
	ck_assert_str_eq(err.text, "unknown theme; there are classic, dark, light, mono");
	ck_assert_int_eq(theme_load(NULL, "../dark", &theme, &err), -EINVAL);
	ck_assert_int_eq(theme_load(NULL, "", &theme, &err), -EINVAL);
}
END_TEST

/* A file of the user's folder goes before the embedded one; a broken one is not passed over. */
START_TEST(loads_from_folder)
{
	char folder[] = "/tmp/saker-theme-XXXXXX", path[64], own[64];
	struct view_error err;
	struct theme theme;
	FILE *file;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/dark.yaml", folder);
	ck_assert_int_eq(theme_load(folder, "dark", &theme, &err), 0);
	file = fopen(path, "we");
	ck_assert_ptr_nonnull(file);
	fputs("cursor: {fg: 99}\n", file);
	fclose(file);
	ck_assert_int_eq(theme_load(folder, "dark", &theme, &err), 0);
	ck_assert_int_eq(theme.styles[ROLE_CURSOR].fg, 99);
	snprintf(own, sizeof(own), "%s/midnight.yaml", folder);
	ck_assert_int_eq(symlink(path, own), 0);
	ck_assert_int_eq(theme_load(folder, "midnigth", &theme, &err), -ENOENT);
	ck_assert_str_eq(err.text, "unknown theme; did you mean 'midnight'?");
	unlink(own);
	file = fopen(path, "we");
	ck_assert_ptr_nonnull(file);
	fputs("cursor: [\n", file);
	fclose(file);
	ck_assert_int_eq(theme_load(folder, "dark", &theme, &err), -EINVAL);
	ck_assert_str_eq(err.file, path);
	unlink(path);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	ck_assert_int_lt(theme_load(folder, "dark", &theme, &err), 0);
	rmdir(path);
	rmdir(folder);
}
END_TEST

START_TEST(mono_has_no_colors)
{
	struct view_error err;
	struct theme theme;

	ck_assert_int_eq(theme_load(NULL, "mono", &theme, &err), 0);
	for (int role = 0; role < ROLE_COUNT; role++)
		ck_assert_msg(theme.styles[role].fg == STYLE_DEFAULT &&
				      theme.styles[role].bg == STYLE_DEFAULT,
			      "role %d", role);
	/* Without colours the important states still differ. */
	ck_assert_uint_ne(theme.styles[ROLE_CURSOR].attrs, theme.styles[ROLE_NORMAL].attrs);
	ck_assert_uint_ne(theme.styles[ROLE_SORTED].attrs, theme.styles[ROLE_COLUMNS].attrs);
	ck_assert_uint_ne(theme.styles[ROLE_PAUSED].attrs, theme.styles[ROLE_LIVE].attrs);
	ck_assert_uint_ne(theme.styles[ROLE_ERROR].attrs, theme.styles[ROLE_NORMAL].attrs);
	ck_assert_uint_ne(theme.styles[ROLE_DEAD].attrs, theme.styles[ROLE_NORMAL].attrs);
}
END_TEST

static const struct fit_case {
	struct style from;
	int colors;
	struct style to;
} fit_cases[] = {
	{ { 231, 24, STYLE_BOLD }, 256, { 231, 24, STYLE_BOLD } },
	{ { 231, 24, STYLE_BOLD }, 0, { STYLE_DEFAULT, STYLE_DEFAULT, STYLE_BOLD } },
	{ { 196, STYLE_DEFAULT, 0 }, 8, { 1, STYLE_DEFAULT, 0 } },
	{ { 196, STYLE_DEFAULT, 0 }, 16, { 9, STYLE_DEFAULT, 0 } },
	{ { 3, 4, 0 }, 8, { 3, 4, 0 } },
	/* A dark grey on the terminal's background would vanish as black. */
	{ { 238, STYLE_DEFAULT, 0 }, 8, { STYLE_DEFAULT, STYLE_DEFAULT, STYLE_DIM } },
	/* Two greys that become one. */
	{ { 252, 250, 0 }, 8, { 0, 7, 0 } },
	{ { 236, 234, 0 }, 8, { 7, 0, 0 } },
};

START_TEST(fits)
{
	const struct fit_case *at = &fit_cases[_i];
	struct style to = style_fit(at->from, at->colors);

	ck_assert_msg(to.fg == at->to.fg && to.bg == at->to.bg && to.attrs == at->to.attrs,
		      "%d on %d with %d colours: fg %d bg %d attrs %u", at->from.fg, at->from.bg,
		      at->colors, to.fg, to.bg, to.attrs);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("theme");

	tcase_add_loop_test(tcase, parses, 0, LEN(parse_cases));
	tcase_add_loop_test(tcase, says_what_is_wrong, 0, LEN(wrong_cases));
	tcase_add_test(tcase, truncated_yaml);
	tcase_add_test(tcase, loads);
	tcase_add_test(tcase, loads_from_folder);
	tcase_add_test(tcase, mono_has_no_colors);
	tcase_add_loop_test(tcase, fits, 0, LEN(fit_cases));
	return run_suite("theme", tcase);
}
