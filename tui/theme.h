/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Themes: a style per role, read from one YAML file:
 *
 *   normal: {fg: default, bg: default}
 *   cursor: {fg: white, bg: 24, attrs: [bold]}
 *
 * Colours are "default", one of 16 names or an index 0..255 of the xterm palette. A role that the
 * file does not name looks like normal. No curses here: screen.c turns styles into attributes.
 */
#ifndef TUI_THEME_H
#define TUI_THEME_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "views/view.h"

enum role {
#define ROLE(id, name, help) ROLE_##id,
#include "roles.def"
	ROLE_COUNT
};

enum style_attr {
	STYLE_BOLD = 1u << 0,
	STYLE_DIM = 1u << 1,
	STYLE_UNDERLINE = 1u << 2,
	STYLE_REVERSE = 1u << 3,
	STYLE_ITALIC = 1u << 4,
};

#define STYLE_DEFAULT (-1)

struct style {
	int16_t fg, bg; /* 0..255, or STYLE_DEFAULT */
	uint32_t attrs; /* enum style_attr */
};

struct theme {
	char name[32];
	struct style styles[ROLE_COUNT];
};

/* Parses one YAML text. Returns 0, or -EINVAL with err filled and *ret_theme untouched. */
int theme_parse(const char *file, const char *text, size_t len, struct theme *ret_theme,
		struct view_error *err);
/*
 * Loads NAME.yaml of folder (NULL: none), else the embedded theme of that name. Returns 0, -ENOENT
 * when there is none (err names the nearest), -EINVAL when it is invalid, another -errno when the
 * file cannot be read.
 */
int theme_load(const char *folder, const char *name, struct theme *ret_theme,
	       struct view_error *err);
/*
 * Tells the names of all themes: those of folder (NULL: none), which take the place of embedded
 * ones of the same name, then the embedded ones. origin is the file, NULL: embedded. Both are gone
 * when found() returns.
 */
struct theme_visitor {
	void *ctx;
	void (*found)(void *ctx, const char *name, const char *origin);
};
void theme_each(const char *folder, const struct theme_visitor *visitor);
/* The style fitted to a terminal of so many colours (8, 16, 256); below 8 only attributes stay. */
struct style style_fit(struct style style, int colors);

#endif
