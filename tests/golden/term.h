/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A terminal for tests: a child process on a pseudo terminal, whose output libvterm turns into
 * cells. Between them stands a session leader that does what a shell does, because a process
 * without one cannot be suspended (POSIX: orphaned process groups do not stop). The parent also
 * holds the other end of the child's snapshot source (fake.h), through which it steps time and
 * learns that everything sent so far has been handled.
 *
 * Nothing here waits for a fixed time: term_settle() goes on until the child has answered twice and
 * its output is quiet; callers that wait for a certain screen call it again until it is there.
 */
#ifndef TESTS_GOLDEN_TERM_H
#define TESTS_GOLDEN_TERM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <termios.h>
#include <vterm.h>

#define TERM_RAW_MAX (8u << 20) /* output bytes kept for inspection */

/* Memory that test, leader and child share. */
struct term_shared {
	volatile unsigned steps;
	/* What the monitor asked its source for last. */
	volatile unsigned stream, focus, timing, failed;
	volatile unsigned long long min_duration_ns;
	volatile unsigned long long delay_ns;
	volatile pid_t pid;  /* of the child; 0 until it runs */
	volatile int status; /* its wait status, valid when ended */
	volatile int ended;
	volatile unsigned stops; /* how often it was stopped */
};

/* The child's end: a source to poll, and the shared memory. */
struct term_child {
	int fd;
	struct term_shared *shared;
};

struct term_opts {
	int rows, cols;
	const char *name;   /* $TERM */
	const char *locale; /* $LC_ALL; NULL = C.UTF-8 */
	bool no_color;      /* NO_COLOR=1 */
	/* Runs in the child, on the terminal; its result is the exit status. */
	int (*run)(const void *ctx, const struct term_child *child);
	const void *ctx;
};

struct term {
	pid_t leader;      /* 0 when it has ended */
	int master, slave; /* slave: for tcgetattr */
	int control;       /* to the source in the child */
	struct term_shared *shared;
	struct VTerm *vterm;
	struct VTermScreen *screen;
	bool alternate, cursor;
	struct termios before; /* modes when the child started */
	char *raw;
	size_t raw_len;
	int rows, cols;
};

/* Aborts when the system refuses: a test cannot go on then. */
void term_start(struct term *term, const struct term_opts *opts);
/* Kills the child when it lives, and frees. */
void term_close(struct term *term);

void term_type(struct term *term, const char *bytes, size_t len);
void term_resize(struct term *term, int rows, int cols);
/* One interval passes in the child's world. */
void term_step(struct term *term);
/* Until the child has handled what was sent, its output read. Returns false when it has ended. */
bool term_sync(struct term *term);
/* Until what was sent is on the screen, too. */
bool term_settle(struct term *term);
/* Reads output until the child ends; returns its wait status. */
int term_wait(struct term *term);
/* Sends the child a signal. */
void term_kill(struct term *term, int sig);
/* Waits until the child was stopped so often in all; false when it was not. */
bool term_wait_stopped(struct term *term, unsigned stops);
/* Reads what is there within so many ms. */
void term_read(struct term *term, int timeout_ms);
/* Are the terminal's modes those from before the start, the cursor shown, the main screen on? */
bool term_restored(struct term *term);

/*
 * The screen as text: the rows, then for each row its styles as runs ("a20 b60"), then what the
 * letters mean. malloc()ed.
 */
char *term_dump(struct term *term);
/* The text of one row, without blanks at its end. malloc()ed. */
char *term_row(struct term *term, int row);

#endif
