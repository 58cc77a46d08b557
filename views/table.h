/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table: the rows of one view, in one scope, of one snapshot, filtered and sorted. Made anew for
 * each frame or interval; its memory is one arena that is reused.
 */
#ifndef VIEWS_TABLE_H
#define VIEWS_TABLE_H

#include <sys/types.h>
#include "call_kind.h"
#include "choice.h"
#include "hist.h"
#include "scope.h"
#include "view.h"

/* Identity of a row across frames: the cursor, pins and tags stay on it. */
struct row_key {
	uint64_t a, b;
};

/* One row. The member that its view's entity names is set. */
struct row {
	const struct snapshot *snapshot;
	struct row_key key;
	/* Of all but SYSCALL, ERRNO, FILE, URING, PATH, BUFFER and events. */
	const struct proc_row *proc;
	const struct call_row *call;           /* CALLER */
	const struct syscall_row *syscall;     /* SYSCALL */
	const struct history_event *kept;      /* EVENT, OPEN, FIELD */
	const struct event *event;             /* decoded, in the table's arena */
	const struct path_group *group;        /* PATH: grouped twin of opens */
	const struct slow_group *slow;         /* SLOW */
	const struct buffer_row *buffer;       /* BUFFER */
	const struct thread_row *thread;       /* THREAD */
	const struct errno_row *failure;       /* FAILURE */
	const struct errno_group *errno_group; /* ERRNO */
	const struct activity_group *activity; /* FILE, CONN, URING */
	const struct proc_group *procs;        /* CONTAINER, USER */
	const struct tree_place *place;        /* TREE */
	const struct fd_row *file;             /* FD, LISTENER */
	const struct activity_row *moved;      /* FD: bytes of the object; NULL: none known */
	uint32_t conns;                        /* LISTENER: at its port */
	const struct page_line *page;          /* PAGE, VARIABLE */
	const struct rule_row *rule;           /* RULE */
	struct hit_group *hits;                /* HIT_RULE, HIT_PRIORITY; see hit.h */
	const struct explained_line *why;      /* WHY */
	const struct hit_line *line;           /* FIELD: a line above the fields; NULL: a field */
	uint64_t
		time_whole_ns; /* SYSCALL, CALLER: time in the calls of all rows, in the interval */
	size_t index;          /* FIELD: which field; others: 0 */
	struct frame *frame;   /* memory for texts that cells make */
	uint64_t gap_lost;     /* EVENT: a gap line "-- N events lost in buffer B --" instead */
	unsigned gap_buffer;
};

/* Opens of one path in memory. */
struct path_group {
	const char *path;
	size_t path_len;
	uint64_t opens, failed, delta; /* in memory; in the last interval */
	uint32_t procs;
	const struct history_event *last;
	char modes[8]; /* r w c t x seen */
};

/* Slow calls in memory; what is said of one of them is of the first, see `same`. */
struct slow_group {
	uint64_t start_boot_ns;
	uint32_t pid;
	int nr;
	enum call_kind kind;
	const char *target; /* not NUL-terminated */
	size_t target_len;  /* 0: not known */
	unsigned same;      /* enum view_group: in what all agree */
	uint32_t procs;
	uint64_t calls, failed, time_ns, max_ns;
	uint32_t hist[HIST_CELLS];
	const struct history_event *last, *longest;
};

/* Failed calls with one errno. */
struct errno_group {
	uint16_t err;                     /* 0: the expected ones together */
	uint64_t count, delta;            /* since the probe started; in the last interval */
	uint32_t syscalls, procs;         /* since the probe started */
	const struct history_event *last; /* NULL: none is in memory */
};

/* What processes did to one object, or through one operation of io_uring. */
struct activity_group {
	struct activity_row sum;    /* name and identity are those of the first */
	const struct proc_row *top; /* who did most of it; NULL: not known */
	uint64_t top_delta, top_total;
	uint32_t procs;
};

/* Processes of one container, or of one user. */
struct proc_group {
	const struct proc_row *first, *last; /* of the living: started first, last; NULL: none */
	const struct container_row *in;      /* CONTAINER */
	const char *user;                    /* USER */
	uint32_t uid;
	uint32_t procs; /* living */
	uint64_t cpu_ns, cpu_delta_ns, rss_bytes;
	uint64_t calls, errors, calls_delta, errors_delta, opens_delta;
	uint64_t file_delta, net_delta; /* bytes, both ways */
	uint64_t hits, hits_delta;
	uint32_t spark[SPARK_SHOWN];
};

/* One thing that is known of a process. Texts live as long as the row. */
struct page_line {
	const char *item; /* "" where it goes on with the line above */
	const char *value;
	const char *drill; /* view that shows more; NULL: none */
	bool rendered;     /* value was made safe when it was rendered */
};

/* A line of a hit's page: why, ancestors, what happened around it. */
struct hit_line {
	const char *name, *value; /* safe; in the frame */
	uint32_t pid;             /* the process that it is about; 0: none */
	uint64_t start_boot_ns;   /* 0: not known */
	uint64_t event_num;       /* the event that it is about; 0: none */
};

/* Where a process stands in the tree. */
struct tree_place {
	const char *lines; /* what is drawn left of its command; "" at a root */
	uint32_t kids;     /* that are rows */
};

struct table_query {
	const struct view *view;
	const struct scope *scope;
	struct choice choice; /* of events */
	size_t sort;          /* index of the view's column; SIZE_MAX = arrival */
	bool descending;
	uint64_t shown; /* bit per view column: optional columns that are on screen */
	const char
		*text_filter; /* part of any visible cell of a row, case-insensitive; NULL: all */
	uint64_t event_num;   /* entity FIELD: the event of the page */
	uint64_t question;    /* entity WHY: the one whose answer is shown */
	size_t limit;         /* at most so many rows; 0 = all (for arrival order: the newest) */
	uint64_t after_num;   /* arrival order: only events after this one */
	uint64_t before_num;  /* and before this one; 0 = up to the newest */
};

/* The events that a view of events is made of. */
struct event_span {
	struct history_chunk *const *chunks; /* oldest first */
	size_t chunks_len;
	uint64_t first, end; /* numbers: [first, end) */
};
struct event_span entity_span(const struct snapshot *snapshot, enum entity entity);

struct table;
struct frame; /* frame.h */
int table_new(struct table **ret_table);
void table_free(struct table *table);
/* Fills the table; it holds a reference to the snapshot until the next fill. 0 or -ENOMEM. */
int table_fill(struct table *table, struct snapshot *snapshot, const struct table_query *query);
/* The snapshot of the last fill, NULL before the first; borrowed. */
const struct snapshot *table_snapshot(const struct table *table);
size_t table_len(const struct table *table);
const struct row *table_row(const struct table *table, size_t index);
/* The index of a key, -1 when it is gone. */
ssize_t table_find(const struct table *table, struct row_key key);
/* A cell of a row; text may live in the table's arena until the next fill. */
void table_cell(const struct table *table, const struct row *row, const struct column *column,
		struct cell *ret_cell);
/* The chip of what a row is about. Returns false when it has none. */
bool row_chip(const struct row *row, const struct view *view, struct chip *ret_chip);
/* Those that drilling into the row adds: all that the row stands for. Returns how many. */
#define ROW_CHIPS_MAX 3
size_t row_chips(const struct row *row, const struct view *view,
		 struct chip ret_chips[static ROW_CHIPS_MAX]);

/* Of entity FIELD: the name of the row's field; NULL without memory. In the frame. */
const char *page_field_name(const struct row *row);

/* The view that Enter opens from a view in a scope; "" when there is none. */
const char *view_drill(const struct view *view, const struct scope *scope);
/* Appends "-- 1,204 events lost in buffer 3 --". */
void gap_render(uint64_t lost, unsigned buffer, struct text_buf *buf);

/*
 * Cells as text. Human: abbreviated, unknown is "-", at least is ">=". JSON: the raw value, numbers
 * unrounded, unknown is null; text is escaped, and each byte that is not UTF-8 becomes U+FFFD. CSV:
 * the raw value, unknown is empty, quoted where RFC 4180 asks for it; control bytes and bytes that
 * are not UTF-8 become \xNN.
 */
void cell_human(const struct cell *cell, struct text_buf *buf);
/* The same for a terminal that knows ASCII alone; host bytes are left to who writes them. */
void cell_human_ascii(const struct cell *cell, struct text_buf *buf);
void cell_json(const struct cell *cell, struct text_buf *buf);
void cell_csv(const struct cell *cell, struct text_buf *buf);

#endif
