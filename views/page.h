/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The page of a process while it is made: rows_page.c says who it is, page_top.c what it did. For
 * these two only.
 */
#ifndef VIEWS_PAGE_H
#define VIEWS_PAGE_H

#include "rows.h"

struct page {
	struct build *build;
	const struct proc_row *proc;
	uint32_t index; /* of the process in snapshot.procs */
	uint32_t lines; /* so far */
	bool failed;    /* a line found no memory */
};

/* Begins the value of a line; page_end() adds it. False without memory: nothing to end. */
bool page_begin(struct page *page, struct text_buf *ret_buf);
/* item "" goes on with the line above; drill: view that shows more, NULL: none. */
void page_end(struct page *page, struct text_buf *buf, const char *item, const char *drill);
/* The same for a text that is safe already. */
void page_end_rendered(struct page *page, struct text_buf *buf, const char *item,
		       const char *drill);
/* Counts, errors, bytes and CPU time of the last minute; calls, errors, objects, threads. */
void page_add_top(struct page *page);
/* The last hits and events that are in memory. */
void page_add_last(struct page *page);

#endif
