/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The screen: cells with roles, and keys. The only file with curses behind it. Coordinates are
 * cells, row 0 and column 0 at the top left. Text is clipped to its spot and made safe (text.h).
 *
 * While a screen is open, SIGABRT and the fatal faults restore the terminal before the program
 * dies; all other ways out must call screen_close().
 */
#ifndef TUI_SCREEN_H
#define TUI_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include "theme.h"

struct screen;

/* Where a text goes: at most width cells from (row, col). */
struct spot {
	int row, col, width;
};

enum screen_align { SCREEN_LEFT, SCREEN_RIGHT };

/*
 * Opens the terminal of stdout (keys come from stdin, or /dev/tty when stdin is none). theme is
 * what to use with colours, mono without (NO_COLOR, terminals with less than 8). Returns 0 or
 * -errno with a sentence in err; the terminal is as before then.
 */
int screen_open(const struct theme *theme, const struct theme *mono, struct screen **ret_screen,
		char *err, size_t err_size);
/* Restores the terminal; NULL is fine. */
void screen_close(struct screen *screen);

/* Restores the terminal as far as it goes without waiting; for signal handlers. */
void screen_emergency(void);

int screen_rows(const struct screen *screen);
int screen_cols(const struct screen *screen);
/* Are characters beyond ASCII shown? */
bool screen_utf8(const struct screen *screen);
/* Readable when keys wait. */
int screen_input_fd(const struct screen *screen);
/* A key as in keys.h; INPUT_NONE when none waits. */
int screen_key(struct screen *screen);

/* Begins a frame: all cells blank in role normal. */
void screen_begin(struct screen *screen);
/* Draws a text; what does not fit is cut and marked. Returns the cells used. */
int screen_put(struct screen *screen, struct spot spot, enum role role, const char *text);
int screen_put_right(struct screen *screen, struct spot spot, enum role role, const char *text);
/* Blanks a spot. */
void screen_fill(struct screen *screen, struct spot spot, enum role role);
/* A horizontal line, of the terminal's line characters where it has them. */
void screen_line(struct screen *screen, struct spot spot, enum role role);
/* Shows the text cursor at this place when the frame ends; it is hidden otherwise. */
void screen_cursor(struct screen *screen, int row, int col);
/* Ends the frame: sends what changed. */
void screen_end(struct screen *screen);

/* Takes the terminal's size anew. */
void screen_resize(struct screen *screen);
/* The next frame is sent whole. */
void screen_redraw(struct screen *screen);
/* Gives the terminal back, and takes it again (modes, alternate screen, whole frame). */
void screen_suspend(struct screen *screen);
void screen_resume(struct screen *screen);

#endif
