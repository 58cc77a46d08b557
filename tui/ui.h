/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct monitor, for the files of tui/ that implement it: monitor.c is the loop, level.c the stack
 * of what was drilled into, request.c what can be asked, sort.c and find.c the larger requests,
 * prompt.c the line that is typed into, picker.c and help.c the pop-ups, draw_*.c the frame.
 */
#ifndef TUI_UI_H
#define TUI_UI_H

#include "completion.h"
#include "lines.h"
#include "monitor.h"
#include "rule_mutes.h"
#include "screen.h"
#include "views/table.h"

#define LEVELS_MAX 16
#define FILTER_MAX 512
/* Rows of an arrival view while its tail is followed: more than any screen has. */
#define LEVEL_ROWS_MIN 1000
#define SCREEN_MIN_ROWS 10
#define SCREEN_MIN_COLS 40
#define STRIP_FULL_COLS 60
#define STRIP_ROWS 2

/*
 * One step of drilling down: a view in a scope and where its user stands. While pinned the cursor
 * is on the row of `key`, wherever that moves, as long as it lives; otherwise on index `cursor`.
 */
struct level {
	const struct view *view;
	struct scope scope;
	size_t sort; /* index of the view's column, SIZE_MAX = arrival */
	bool descending;
	bool follow;          /* arrival order: the cursor stays at the tail */
	struct choice choice; /* of events */
	bool pinned;
	struct row_key key;
	bool key_dead;           /* it was dead already when the cursor came to it */
	size_t cursor, top;      /* row indexes; top is the first on screen */
	size_t left;             /* columns scrolled away; beyond the last, steps into its text */
	size_t limit;            /* table_query.limit of arrival order */
	uint64_t event_num;      /* entity FIELD */
	uint64_t question;       /* entity WHY */
	char filter[FILTER_MAX]; /* "" = all rows */
	struct snapshot
		*held; /* rows are of this snapshot, not of the newest; owned, may be NULL */
};

enum popup {
	POPUP_NONE,
	POPUP_HELP,
	POPUP_VIEWS,
	POPUP_SORT,
	POPUP_ACTIONS,
	POPUP_MUTES,
	POPUP_DRAFT,
	POPUP_RULES,
	POPUP_OUTPUT
};

/* What a row stood for when the menu of actions was opened. */
struct subject {
	uint32_t pid; /* 0: no process */
	uint64_t start_boot_ns;
	char process[16]; /* its name; host bytes */
	char rule[256];   /* "": none */
	bool hit;
	uint64_t hit_num; /* of the hit */
	char draft[2048]; /* an exception for the hit; "": there is none */
};

enum prompt_kind {
#define PROMPT(id, label, changed, accepted) PROMPT_##id,
#include "prompts.def"
	PROMPT_COUNT
};

struct prompt {
	enum prompt_kind kind;
	char text[FILTER_MAX];
	size_t len, at;          /* bytes; at: where the next character goes */
	char before[FILTER_MAX]; /* what Esc brings back */
	bool selected;           /* the text was put there: the first character typed replaces it */
};

/* Lines to choose from: indexes into the view set, or into the columns of the view. */
struct picker {
	size_t items[VIEW_COLUMNS_MAX + 64];
	size_t len, cursor, top;
};

/* Rules to ask about, and the event: see rule_picker.c. */
struct rule_picker {
	struct snapshot *snapshot; /* owned; NULL before the first use */
	uint64_t event_num;
	uint16_t kind; /* of the event */
	size_t *items; /* owned; indexes of the snapshot's rules */
	char find[64]; /* what is typed */
	size_t len, cursor, top;
};

struct monitor {
	const struct monitor_opts *opts;
	const struct snapshot_source *source;
	struct screen *screen;
	struct table *table;
	struct level levels[LEVELS_MAX];
	size_t depth;              /* levels in use, at least 1 */
	struct snapshot *newest;   /* owned, NULL before the first */
	struct snapshot *paused;   /* owned; not NULL while paused */
	struct snapshot *filled;   /* owned; what the rows in table are of */
	bool refill;               /* the rows must be made again before the next frame */
	bool timing_kept;          /* durations are measured in every view */
	enum view_timing timing;   /* what the source was last asked for */
	enum view_objects objects; /* the same of bytes by file and socket */
	struct look look;          /* and of open files and details */
	bool hold;                 /* order of rows is held */
	struct row_key *held_keys; /* owned; the order to keep */
	size_t held_len;
	size_t *order; /* owned; row on screen -> row of table, while hold */
	enum popup popup;
	struct prompt prompt;
	struct picker picker;
	struct rule_picker rule_picker;
	uint64_t questions; /* asked so far */
	size_t help_top, help_lines;
	struct lines output; /* of COMMAND */
	size_t output_back;  /* lines that the pane is scrolled back from the end */
	bool output_ended;
	struct subject subject;
	struct snapshot *subject_snapshot; /* that it is of; owned, NULL while none is chosen */
	uint64_t saves;                    /* captures asked for so far; of the last: */
	char save_path[FILTER_MAX];        /* "": it was said what became of it */
	struct rule_mute muted[RULE_MUTES_MAX]; /* those on screen */
	size_t muted_len;
	char muted_text[64];
	size_t draft_top;
	int target_fd; /* of the process that is asked about; 0: none. Owned */
	int target_signal;
	char question[128];
	struct completion completion; /* of the command line that is typed */
	size_t completion_next;       /* what Tab puts in next */
	char condition[FILTER_MAX];   /* of :filter; "": none */
	char wrong[320];              /* what is wrong with what is typed; "": nothing */
	size_t wrong_at;              /* its byte */
	uint64_t counts;              /* conditions asked about so far */
	bool counting;                /* about the one that is typed */
	char search[FILTER_MAX];
	char status[256]; /* said once, until the next key; "" = nothing */
	uint64_t delay_ns;
	uint64_t refreshes, refreshed_ns; /* refreshes seen, and the time of the last */
	size_t page_rows;                 /* rows of the table in the last frame */
	bool source_ended;                /* no snapshot will come any more */
	bool keys_wait;                   /* more keys than one frame takes: no sleep */
	bool quit;
};

/* monitor.c */
__attribute__((format(printf, 2, 3))) void monitor_say(struct monitor *monitor, const char *format,
						       ...);
/* A key: to the prompt, the pop-up or the table. */
void monitor_key(struct monitor *monitor, int key);

/* request.c */
/* Where Enter leads from the view on screen; NULL when nowhere. */
const struct view *request_drill_target(struct monitor *monitor);

/* level.c */
struct level *level_now(struct monitor *monitor);
/* What the rows of the level are made from, borrowed; NULL before the first snapshot. */
struct snapshot *level_snapshot(struct monitor *monitor);
/* The first level. */
void level_start(struct monitor *monitor, const struct view *view, const struct scope *scope);
/* Opens a view on top, with more chips. Returns 0, or -ENOSPC and says so. */
int level_push(struct monitor *monitor, const struct view *view, const struct chip *chips,
	       size_t chips_len);
/* Shows another view in the same scope. */
void level_switch(struct monitor *monitor, const struct view *view);
/* Goes up; false at the first level. */
bool level_pop(struct monitor *monitor);
/* Tells the source what the level needs; rows are made again. */
void level_enter(struct monitor *monitor);
void level_release(struct level *level);
/* Makes the rows again if they must be, and puts the cursor where it belongs. */
void level_fill(struct monitor *monitor);
size_t level_rows(const struct monitor *monitor);
const struct row *level_row(const struct monitor *monitor, size_t index);
/* The row under the cursor, NULL when there are no rows. */
const struct row *level_cursor_row(struct monitor *monitor);
/* Asks for durations while the view shows them on a screen of that width, or they are kept on. */
void level_want_timing(struct monitor *monitor, int cols);
void level_want_objects(struct monitor *monitor);
/* Has the source look at what the level shows of open files and details. */
void level_look(struct monitor *monitor);
/* Other events of the same view. */
void level_choose(struct monitor *monitor, const struct choice *choice);
/* Puts the cursor on a row and pins it there; beyond the ends means the end. */
void level_cursor_to(struct monitor *monitor, long index);
/* Is this view shown in the order of arrival? */
bool level_arrival(const struct level *level);
/* The rows stay those of the snapshot on screen. */
void level_hold(struct monitor *monitor);
void level_follow(struct monitor *monitor);
/* All events are made anew: no list of them stays with those that it has. */
void level_anew(struct monitor *monitor);
/* Holds the order that is on screen; gives it up. */
void level_order_hold(struct monitor *monitor);
void level_order_release(struct monitor *monitor);

/* action.c */
void action_texts(size_t item, const char *texts[3]);
void action_run(struct monitor *monitor, size_t item);
void action_confirmed(struct monitor *monitor);
void action_release(struct monitor *monitor);
void action_forget_subject(struct monitor *monitor);

/* save.c */
void save_accepted(struct monitor *monitor);
/* A newer snapshot came: says what became of a capture. */
void save_take(struct monitor *monitor);
void mutes_texts(struct monitor *monitor, size_t item, const char *texts[3]);
void mutes_remove(struct monitor *monitor, size_t item);

/* draft_pane.c */
void draft_key(struct monitor *monitor, int key);
void draft_draw(struct monitor *monitor, struct spot area, int rows);
void draft_write(struct monitor *monitor);

/* command_prompt.c */
/* A key that it takes before the line is edited: Tab. */
bool command_key(struct monitor *monitor, int key);
void command_changed(struct monitor *monitor);
void command_accepted(struct monitor *monitor);
/* Above the line at row: candidates, and how many events it takes. */
void command_draw(struct monitor *monitor, int row);

/* page.c */
/* What Enter does on a line of the page of an event. */
void page_follow(struct monitor *monitor, const struct row *row);
/* What a line is about; false for those that are about nothing that a scope can name. */
bool page_chip(const struct row *row, struct chip *ret_chip);
/* A newer snapshot came: what happened after a hit comes in, and what was asked. */
void page_renew(struct monitor *monitor);

/* find.c */
/*
 * Moves the cursor to the next row (step 1 or -1) that shows monitor->search; says when there is
 * none.
 */
void find_next(struct monitor *monitor, int step);
/* The same, beginning with the row under the cursor. */
void find_here(struct monitor *monitor);

/* sort.c */
void sort_by(struct monitor *monitor, size_t column);

/* prompt.c */
/* text is there to begin with, selected. */
void prompt_open(struct monitor *monitor, enum prompt_kind kind, const char *text);
/* Of accepted functions: the line stays, with what is wrong at this byte of it. */
__attribute__((format(printf, 4, 5))) void prompt_refuse(struct monitor *monitor,
							 enum prompt_kind kind, size_t at,
							 const char *format, ...);
void prompt_key(struct monitor *monitor, int key);
void prompt_close(struct monitor *monitor);
const char *prompt_label(const struct monitor *monitor);

/* picker.c */
void picker_open(struct monitor *monitor, enum popup popup);
void picker_key(struct monitor *monitor, int key);
void picker_draw(struct monitor *monitor, struct spot area, int rows);

/* rule_picker.c */
void rule_picker_key(struct monitor *monitor, int key);
void rule_picker_draw(struct monitor *monitor, struct spot area, int rows);
void rule_picker_release(struct rule_picker *picker);

/* help.c */
void help_key(struct monitor *monitor, int key);
void help_draw(struct monitor *monitor, struct spot area, int rows);

/* output_pane.c */
/* Takes what COMMAND wrote, at most one read. */
void output_take(struct monitor *monitor);
void output_key(struct monitor *monitor, int key);
void output_draw(struct monitor *monitor, struct spot area, int rows);

/* draw_frame.c, draw_strip.c, draw_table.c, draw_footer.c */
void draw_frame(struct monitor *monitor);
void draw_strip(struct monitor *monitor);
void draw_table(struct monitor *monitor, int first_row, int rows);
void draw_status(struct monitor *monitor, int row);
void draw_footer(struct monitor *monitor, int row);
/* "14:02:31" of an epoch time, in local time. */
void draw_clock(uint64_t time_ns, char *text, size_t size);

#endif
