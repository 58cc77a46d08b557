/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The monitor: the interactive screen. It draws snapshots and turns keys into requests; where the
 * snapshots come from is the business of a struct snapshot_source: the engine, a capture, a test.
 */
#ifndef TUI_MONITOR_H
#define TUI_MONITOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "command.h"
#include "state/snapshot.h"
#include "theme.h"
#include "views/choice.h"
#include "views/look.h"
#include "views/scope.h"
#include "views/view.h"

struct event_count;
struct explain_ask;
struct filter_set;
struct hit_window_ask;
struct rule_mutes;

/*
 * All functions are called from the thread of monitor_run() and never block; those that are NULL
 * are not called.
 */
struct snapshot_source {
	void *ctx;
	/* The newest snapshot, a reference for the caller; NULL before the first. */
	struct snapshot *(*snapshot)(void *ctx);
	/* Readable (8 bytes to read) when there is a newer snapshot than the last taken. */
	int fd;
	void (*want_stream)(void *ctx, enum view_stream stream);
	void (*choose)(void *ctx, const struct choice *choice);
	void (*want_timing)(void *ctx, enum view_timing timing);
	/* Bytes by file and socket; NULL: they are there or not, whatever is wanted. */
	void (*want_objects)(void *ctx, enum view_objects objects);
	/* Open files and details; NULL: as with objects. */
	void (*look)(void *ctx, const struct look *look);
	void (*focus)(void *ctx, uint32_t pid); /* 0: nobody */
	void (*set_delay)(void *ctx, uint64_t delay_ns);
	/*
	 * Of events from now on those that a condition accepts; the set is taken over, NULL: all.
	 * filter_since: the number of the last event before that. NULL: not to be had.
	 */
	void (*set_filter)(void *ctx, struct filter_set *set);
	uint64_t (*filter_since)(void *ctx);
	/* Why a rule matches an event or does not; the ask is taken over. NULL: not to be had. */
	void (*explain)(void *ctx, struct explain_ask *ask);
	/* How many events in memory a condition accepts (event_count.h); taken over. NULL: so. */
	void (*count)(void *ctx, struct event_count *count);
	/* A capture of what is in memory around a hit; taken over. NULL: not to be had. */
	void (*save)(void *ctx, struct hit_window_ask *ask);
	/* SIGHUP came: files that are appended to were renamed. NULL: it ends the monitor. */
	void (*reopen)(void *ctx);
	/* A new refresh now. */
	void (*refresh)(void *ctx);
};

struct monitor_opts {
	const struct view_set *views;
	const struct view *view; /* on screen first; not one of entity FIELD */
	struct scope scope;      /* chips of the command line */
	const char *
		watched; /* in the breadcrumb: what the source has no more than; NULL: everything */
	const char *replay;       /* the capture that the source reads; NULL: the live system */
	struct rule_mutes *mutes; /* rules that are left out; NULL: there are none. Borrowed */
	bool readonly;            /* no signals */
	const struct theme *theme;
	const struct theme *mono; /* for terminals without colours and NO_COLOR */
	uint64_t delay_ns;
	bool has_output;         /* COMMAND runs: what it writes comes out of output_fd */
	int output_fd;           /* not blocking; borrowed */
	struct command *command; /* borrowed; NULL: none */
	uint64_t stop_ns;        /* leave after this long; 0 = never */
	uint64_t refreshes;      /* leave after so many refreshes of the counters; 0 = never */
};

/*
 * Runs until the user leaves, a SIGINT, SIGQUIT, SIGTERM or SIGHUP comes, or the terminal goes
 * away. Returns 0, or -errno with a sentence in err when the screen cannot be opened. The terminal
 * and the handlers of the signals it uses are as before in both cases.
 */
int monitor_run(const struct monitor_opts *opts, const struct snapshot_source *source, char *err,
		size_t err_size);

#endif
