/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct engine, for the files that implement it: engine.c is the thread, its requests and its
 * life, engine_health.c what it tells of itself. Nobody else includes this.
 */
#ifndef TUI_ENGINE_PARTS_H
#define TUI_ENGINE_PARTS_H

#include <pthread.h>
#include <stdatomic.h>
#include "engine.h"
#include "interest.h"
#include "source.h"
#include "state/filter/eval.h"
#include "state/filter/event.h"
#include "state/state.h"

struct gone {
	uint32_t pid;
	uint64_t start_boot_ns;
};

struct engine {
	struct engine_opts opts;
	struct probe *probe;
	struct state *state;
	struct state_source *source;
	struct engine_tap tap;
	struct recorder *recorder; /* NULL: nothing is recorded */
	pthread_t thread, loader;
	bool thread_started, loader_started;
	int event_fd;

	/* Requests. */
	_Atomic int want, timing, objects;
	_Atomic bool failed;
	_Atomic uint64_t min_duration_ns;
	_Atomic uint16_t only;
	_Atomic uint32_t focus;
	_Atomic uint64_t delay_ns;
	_Atomic bool refresh_now, stop;
	_Atomic int capture_state;       /* see engine_capture_state() */
	_Atomic int loader_result;       /* 1 while loading, then 0 or -errno */
	struct probe_error loader_error; /* valid when loader_result < 0 */

	pthread_mutex_t lock; /* of latest: held for a pointer swap only */
	struct snapshot *latest;

	/* Of the engine thread alone. */
	enum view_stream applied_want;
	struct choice applied_choice;
	bool all_files;   /* the fd tables of all processes are kept up */
	int timing_error; /* errno of the last attempt to measure durations, 0: none */
	uint32_t applied_focus;
	bool interest_set;
	uint64_t refreshed_ns, next_exits_ns, last_publish_ns;
	bool first_interval; /* it is a short one */
	bool events_unpublished;
	struct filter_event filter_event; /* with opts.filter or opts.rules */
	struct filter_kinds filter_kinds;
	uint32_t filter_gates;          /* enum filter_gate */
	struct filter_kinds rule_kinds; /* with opts.rules */
	uint32_t rule_gates;            /* enum filter_gate */
	struct rule_watch watch;
	struct gone *gone; /* ended outside the scope: their kernel rows can go */
	size_t gone_len, gone_size;
	bool errnos_lost;
	uint64_t publish_failures; /* no memory for a snapshot: readers kept the one before */
	int counters_error;        /* errno of the last refresh, 0 = it was complete */
	struct health_row health;
	struct buffer_row *buffers;
	size_t buffers_size;
	char notice[600];
};

/* Reads health, losses and own cost; tells the state, and the recorder. */
void engine_read_health(struct engine *engine);

#endif
