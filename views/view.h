/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Views: a view is a row of data (one YAML file in views/, embedded in the binary; files in the
 * user's views folder override it by name). It names an entity, columns, a sort and where Enter
 * leads. Table code turns view + scope + snapshot into rows, and rows into cells. No curses here.
 */
#ifndef VIEWS_VIEW_H
#define VIEWS_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "probe/schema/render.h"
#include "state/snapshot.h"

/* What a row of a view is. */
enum entity {
#define ENTITY(id, name, help) ENTITY_##id,
#include "columns.def"
	ENTITY_COUNT
};

/* How a column's value is kept, sorted and printed. */
enum column_kind {
	COLUMN_INT,     /* whole number */
	COLUMN_ID,      /* whole number, never abbreviated: pid, fd */
	COLUMN_COUNT_K, /* big count, abbreviated 12.3k on screen */
	COLUMN_RATE,    /* per second */
	COLUMN_BYTES,   /* bytes, abbreviated 12.3M */
	COLUMN_BYTE_RATE,
	COLUMN_PERCENT,
	COLUMN_TIME,     /* ns since the epoch, shown as hh:mm:ss.uuuuuu */
	COLUMN_DURATION, /* ns */
	COLUMN_HIST,     /* a histogram of durations, drawn small: hist.h */
	COLUMN_TEXT,     /* host bytes, shown safe */
	COLUMN_SPARK,    /* numbers of the last seconds, drawn as a line of bars */
};

/* A cell. Text is borrowed from the snapshot or from the table's frame. */
struct cell {
	enum column_kind kind;
	bool known;    /* false: shown as "-" and null */
	bool at_least; /* shown with >= */
	bool about;    /* shown with ~ */
	bool rendered; /* text was made safe when it was rendered: printed as it is */
	union {
		int64_t i64;
		uint64_t u64;
		double number;        /* RATE, BYTE_RATE, PERCENT */
		const uint32_t *hist; /* HIST_CELLS counts, in the table's frame */
		struct {
			const char *data;
			size_t len;
		} text;
		struct {
			const uint32_t *data; /* oldest first; NULL: all zero */
			size_t len;
		} spark;
	};
};

struct row; /* table.h */

enum column_flag {
	COLUMN_F_NONE = 0,
	COLUMN_F_TOTAL = 1u << 0,   /* grows since start: marked >= while the health is inexact */
	COLUMN_F_COMMAND = 1u << 1, /* cut: the folders of the program go first */
	COLUMN_F_PATH = 1u << 2,    /* cut: the end stays */
	COLUMN_F_TIMED = 1u << 3,   /* has values while durations of all calls are measured only */
	COLUMN_F_FILES = 1u << 4,   /* has values while open files are looked at only */
	COLUMN_F_TOOK = 1u << 5,    /* of an event: has a value while those are measured */
};

struct column {
	const char *id;     /* "calls_total": the name in JSON, CSV, YAML and `list columns` */
	const char *header; /* "CALLS" */
	enum entity entity;
	enum column_kind kind;
	unsigned width;    /* cells; 0 = takes what is left (one per view, last) */
	unsigned priority; /* 0 stays longest; the highest leaves first when the screen is narrow */
	unsigned flags;    /* enum column_flag */
	void (*get)(const struct row *row, struct cell *ret_cell);
	const char *help; /* one sentence */
};

size_t column_table_len(void);
const struct column *column_at(size_t index);
/* The column of an entity by id, NULL when there is none. */
const struct column *column_find(enum entity entity, const char *id);
const char *entity_name(enum entity entity);
/* Is a row one event of the stream? */
bool entity_is_event(enum entity entity);
/* Is it about one event that is opened from another view, or asked about? */
bool entity_is_page(enum entity entity);

struct view_column {
	const struct column *column;
	bool optional; /* hidden until asked for */
};

/* The name of a kind in lists: "rate", "bytes", ... */
const char *column_kind_name(enum column_kind kind);
/* Numbers are drawn at the right of their column, texts at the left. */
bool column_is_right(const struct column *column);

/* What the view needs streamed, told to the engine when it comes on screen. */
enum view_stream {
	VIEW_STREAM_NONE,
	VIEW_STREAM_OPENS,
	VIEW_STREAM_EXECS, /* always streamed: they change processes */
	VIEW_STREAM_CONNECTS,
	VIEW_STREAM_FAILED, /* failed calls, without the errors that are no news */
	VIEW_STREAM_SLOW,   /* slow calls, see choice.h */
	VIEW_STREAM_ALL
};
/* Of what durations are wanted: of nothing, of the events that are shown, of all calls. */
enum view_timing { VIEW_TIMING_OFF, VIEW_TIMING_EVENTS, VIEW_TIMING_ON };
/* Does it need bytes by file and socket counted? */
enum view_objects { VIEW_OBJECTS_OFF, VIEW_OBJECTS_ON };

/* What its rows have in common that events are grouped to: bits. */
enum view_group {
	VIEW_GROUP_PROCESS = 1u << 0,
	VIEW_GROUP_SYSCALL = 1u << 1,
	VIEW_GROUP_KIND = 1u << 2,   /* what was waited for: call_kinds.def */
	VIEW_GROUP_TARGET = 1u << 3, /* what the call was about */
	VIEW_GROUP_ALL = (1u << 4) - 1,
};

#define VIEW_COLUMNS_MAX 60
struct view {
	char name[32]; /* "processes" */
	char title[48];
	char key[8]; /* "1", "" when none */
	enum entity entity;
	struct view_column columns[VIEW_COLUMNS_MAX];
	size_t columns_len;
	size_t sort; /* index in columns; SIZE_MAX = arrival */
	bool descending;
	char drill[32];        /* view that Enter opens with the row as chip; "" = none */
	char drill_scoped[32]; /* the same when the scope already names a process; "" = as drill */
	char twin[32];         /* view that `g` switches to (grouped twin); "" = none */
	enum view_stream stream;
	unsigned group; /* entity SLOW: enum view_group */
	bool follow;    /* arrival order, tail is followed */
	char help[256];
};

struct view_error {
	char file[128];
	unsigned line, column;
	char text[256]; /* what is wrong, what was expected, the nearest known name */
};

/* All views: the embedded ones, overridden by files NAME.yaml of folder (NULL: none). */
struct view_set;
int view_set_load(const char *folder, struct view_set **ret_set, struct view_error *err);
void view_set_free(struct view_set *set);
size_t view_set_len(const struct view_set *set);
const struct view *view_set_at(const struct view_set *set, size_t index);
const struct view *view_set_find(const struct view_set *set, const char *name);
/* The known name nearest to a wrong one, NULL when none is near. */
const char *view_set_nearest(const struct view_set *set, const char *name);
/*
 * Which columns fit in width cells, one blank between them: indexes of view->columns in order.
 * Bit i of shown asks for optional column i. The highest priority leaves first, of equals the
 * rightmost; the column of width 0 keeps at least VIEW_REST_MIN cells. width 0 = no limit. Returns
 * how many.
 */
#define VIEW_REST_MIN 12
size_t view_layout(const struct view *view, unsigned width, uint64_t shown,
		   uint8_t ret_indexes[VIEW_COLUMNS_MAX]);
/* By its columns at that width, and whether it streams slow calls. */
enum view_timing view_timing(const struct view *view, unsigned width, uint64_t shown);
enum view_objects view_objects(const struct view *view);
/* Parses one YAML text. Returns 0, or -EINVAL with err filled. */
int view_parse(const char *file, const char *text, size_t len, struct view *ret_view,
	       struct view_error *err);

#endif
