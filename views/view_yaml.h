/* SPDX-License-Identifier: Apache-2.0 */
/* For view.c and view_set.c: parsing with the places of names that only the whole set can check. */
#ifndef VIEWS_VIEW_YAML_H
#define VIEWS_VIEW_YAML_H

#include "view.h"

struct view_place {
	unsigned line, column; /* from 1 */
};

struct view_places {
	struct view_place name, key, drill, drill_scoped, twin;
};

#define VIEW_FILE_MAX 65536 /* bytes of one file */

/* A view and where its names stand in its file. */
struct view_parsed {
	struct view view;
	struct view_places places;
};

/* As view_parse(). */
int view_parse_places(const char *file, const char *text, size_t len,
		      struct view_parsed *ret_parsed, struct view_error *err);
#define VIEW_FILE_NAME 128 /* bytes of view_error.file */
/* A path for messages: safe to print, of a long one the end. */
void view_file_name(const char *path, char ret_name[VIEW_FILE_NAME]);
/* Fills err but for its file, returns -EINVAL. nearest may be NULL. */
int view_fail(struct view_error *err, struct view_place place, const char *nearest,
	      const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
