/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `saker list`: tables of names as aligned text or as a JSON array. The tables of views/ and
 * probe/schema are here; the owner of another (keys, themes) prints it with the same three calls:
 *
 *   list_begin(&list, out, LIST_TEXT, columns, columns_len);
 *   list_row(&list, (const struct cell[]){ list_text("q"), list_text("leave") });
 *   r = list_end(&list);
 */
#ifndef VIEWS_LIST_H
#define VIEWS_LIST_H

#include <stdio.h>
#include "table.h"

enum list_format { LIST_TEXT, LIST_JSON };

struct list_column {
	const char *id; /* name in JSON; in capitals the head of the text column */
	unsigned width; /* of the text column; 0 for the last */
};

struct list {
	FILE *out;
	enum list_format format;
	const struct list_column *columns;
	size_t columns_len;
	size_t rows;
};

void list_begin(struct list *list, FILE *out, enum list_format format,
		const struct list_column *columns, size_t columns_len);
/* One cell for each column. */
void list_row(struct list *list, const struct cell *cells);
/* 0, or the -errno of a write. */
int list_end(struct list *list);

struct cell list_text(const char *text); /* NULL = unknown */
struct cell list_number(int64_t number);

int list_views(const struct view_set *views, FILE *out, enum list_format format);
int list_columns(FILE *out, enum list_format format);
int list_events(FILE *out, enum list_format format);
int list_fields(FILE *out, enum list_format format);
int list_syscalls(FILE *out, enum list_format format);

#endif
