/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Row builders, one per entity: they turn a snapshot and a scope into rows. For table.c and the
 * rows_*.c files only. A builder leaves rows in order of identity or arrival; table.c filters,
 * sorts and cuts them, except for events in arrival order, which are built from the newest back so
 * that only those on screen are decoded.
 */
#ifndef VIEWS_ROWS_H
#define VIEWS_ROWS_H

#include "column.h"
#include "found.h"

struct rows {
	struct row *rows;
	size_t len, size;
};

struct build {
	const struct snapshot *snapshot;
	const struct table_query *query;
	const struct scope *scope; /* never NULL */
	struct frame *frame;
	struct rows *rows;
	struct found *found;               /* what the text filter found before */
	uint8_t visible[VIEW_COLUMNS_MAX]; /* columns that the text filter looks at */
	size_t visible_len;
};

/* A zeroed row at the end, with snapshot and frame; NULL when out of memory. */
struct row *rows_add(struct build *build);
/* Is the text of the filter in a visible cell of a decoded row? True without a filter. */
bool rows_match_text(const struct build *build, const struct row *row);
/* Cell of a row, see table_cell(). */
void row_cell(const struct row *row, const struct column *column, struct cell *ret_cell);

/* Each returns 0 or -ENOMEM. */
int rows_build_process(struct build *build);
int rows_build_caller(struct build *build);
int rows_build_syscall(struct build *build);
int rows_build_buffer(struct build *build);
int rows_build_thread(struct build *build);
int rows_build_errno(struct build *build);
int rows_build_failure(struct build *build);
int rows_build_file(struct build *build);
int rows_build_conn(struct build *build);
int rows_build_uring(struct build *build);
int rows_build_container(struct build *build);
int rows_build_user(struct build *build);
int rows_build_tree(struct build *build);
int rows_build_exec(struct build *build);
int rows_build_hit(struct build *build);
int rows_build_rule(struct build *build);
int rows_build_hits(struct build *build);
/* The lines of a hit's page above its fields. */
int rows_build_hit_page(struct build *build, const struct history_event *kept,
			const struct event *event);
int rows_build_why(struct build *build);
int rows_build_newconn(struct build *build);
int rows_build_fd(struct build *build);
int rows_build_listener(struct build *build);
int rows_build_page(struct build *build);
int rows_build_variable(struct build *build);
int rows_build_event(struct build *build);
int rows_build_open(struct build *build);
int rows_build_field(struct build *build);
int rows_build_path(struct build *build);
int rows_build_slow(struct build *build);

/* Is it a call that opens a file by name? */
bool kept_is_open(const struct history_event *kept);
/* The row of an event, from its bytes; 0, or -EBADMSG. The event goes to ret_event. */
int row_decode(const struct history_event *kept, struct event *ret_event);

#endif
