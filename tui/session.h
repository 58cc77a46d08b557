/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A headless run: engine, COMMAND, signals, the clock and the output, waited for in one place.
 *
 *   session_init -> session_open -> session_wait ... -> session_stop -> session_close
 *
 * SIGINT, SIGQUIT, SIGTERM and SIGHUP end the run; with --alerts FILE SIGHUP opens that anew and
 * ends nothing. While COMMAND runs the first of them is handed to it and the run ends when it does;
 * the second has its default effect, and so has the first after the end of the run (-M, -n): a
 * reader who takes nothing never holds saker for good.
 */
#ifndef TUI_SESSION_H
#define TUI_SESSION_H

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "command.h"
#include "engine.h"
#include "options.h"

enum session_event {
	SESSION_SNAPSHOT, /* a newer snapshot is there */
	SESSION_WOKEN,    /* session_wake() was called */
	SESSION_COMMAND_ENDED,
	SESSION_TIME_OVER,
	SESSION_SIGNALLED,
	SESSION_OUTPUT_CLOSED, /* nobody reads the output any more */
};

struct session {
	struct engine *engine;
	struct command command;
	FILE *out;                                 /* NULL: nothing is written but the capture */
	const char *output;                        /* its name, NULL: standard output; borrowed */
	const struct container_wanted *containers; /* borrowed */
	int signal_fd, timer_fd, wake_fd;
	bool signalled;
	bool reopens;    /* SIGHUP opens the file of alerts anew and ends nothing */
	int write_error; /* the first -errno of the output, 0: none; set by who writes */
	sigset_t old_mask;
};

/*
 * What was opened before privileges were dropped: COMMAND (its pid is in the scope) and the output.
 */
struct session_start {
	const struct options *options;
	struct engine_opts engine;
	struct command command;
	FILE *out;
};

/*
 * Takes over start's command and output; blocks the signals that end a run, before any thread
 * starts.
 */
void session_init(struct session *session, const struct session_start *start);
/* Starts the engine and lets COMMAND run. Returns 0, or -errno with the sentence in *err. */
int session_open(struct session *session, const struct session_start *start,
		 struct probe_error *err);
/* Says the sentence, closes. Returns the status of the program, for who could not open. */
int session_fail(struct session *session, const struct probe_error *err);
/* Waits for the next event; those that end the run come first. */
enum session_event session_wait(struct session *session);
/* Returns when the run is over: *ended was set, or is now, as nothing more is to be written. */
void session_wait_end(struct session *session, atomic_bool *ended);
/* Wakes session_wait() from another thread. */
void session_wake(struct session *session);
/*
 * Stops the engine (everything COMMAND did is counted and drained by then). *ret_last, if not NULL,
 * gets the last snapshot, which the caller owns.
 */
void session_stop(struct session *session, struct snapshot **ret_last);
/*
 * Closes what is left. Returns the status of the run: COMMAND's when it ended, 1 when the output
 * could not be written (said on stderr), else 0.
 */
int session_close(struct session *session);
/*
 * On stderr: totals when a signal ended the run or something was lost, and which container was
 * waited for in vain; unless nobody reads the output any more: then nobody asked for them.
 */
void session_print_totals(const struct session *session, const struct snapshot *last);

#endif
