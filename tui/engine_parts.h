/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct engine, for the files that implement it: engine.c is the thread, its requests and its
 * life, engine_counters.c what counters tell, engine_scope.c who is in scope by container,
 * engine_health.c what it tells of itself. Nobody else includes this.
 */
#ifndef TUI_ENGINE_PARTS_H
#define TUI_ENGINE_PARTS_H

#include <pthread.h>
#include <stdatomic.h>
#include "engine.h"
#include "hold.h"
#include "interest.h"
#include "named_finder.h"
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
	struct hold hold;
	bool settling;     /* a container of engine_settle_names() has no name yet */
	uint64_t unplaced; /* records and ends that no container could be told for */
	pthread_t thread, loader;
	bool thread_started, loader_started;
	int event_fd;

	/* Requests. */
	_Atomic int want, timing, objects;
	_Atomic bool failed;
	_Atomic uint64_t min_duration_ns;
	_Atomic uint16_t only;
	_Atomic uint32_t focus;
	_Atomic uint64_t look; /* packed, see engine_look() */
	_Atomic uint64_t delay_ns;
	struct filter_ask *_Atomic next_filter;
	_Atomic uint64_t filter_since;        /* the last event before it; UINT64_MAX: not yet */
	struct explain_ask *_Atomic next_ask; /* taken over */
	struct hit_window_ask *_Atomic next_save;
	struct event_count *_Atomic next_count;
	_Atomic bool refresh_now, stop;
	_Atomic int capture_state;       /* see engine_capture_state() */
	_Atomic int loader_result;       /* 1 while loading, then 0 or -errno */
	struct probe_error loader_error; /* valid when loader_result < 0 */

	pthread_mutex_t lock; /* of latest: held for a pointer swap only */
	struct snapshot *latest;

	/* Of the engine thread alone. */
	enum view_stream applied_want;
	struct choice applied_choice;
	struct look applied_look;
	bool all_files;          /* the fd tables of all processes are kept up */
	bool partly_files;       /* by a part of the calls: see engine_apply_files() */
	uint32_t followed_files; /* or of this one, 0: nobody's */
	int timing_error;        /* errno of the last attempt to measure durations, 0: none */
	uint32_t applied_focus;
	uint64_t complete_since_ns; /* as in struct health_row; 0 until something is applied */
	bool interest_set;
	uint64_t refreshed_ns, next_exits_ns, last_publish_ns;
	bool first_interval; /* it is a short one */
	bool events_unpublished;
	struct hit_save *save;     /* that goes on, owned; NULL: none */
	struct event_count *count; /* that goes on, owned; NULL: none */
	struct filter_set *chosen; /* of the screen, owned; NULL: none */
	struct filter_kinds chosen_kinds;
	uint32_t chosen_gates;
	struct filter_event filter_event; /* with opts.filter or opts.rules */
	struct filter_kinds filter_kinds;
	uint32_t filter_gates;          /* enum filter_gate */
	struct filter_kinds rule_kinds; /* with opts.rules */
	uint32_t rule_gates;            /* enum filter_gate */
	struct rule_watch watch;
	struct named_finder *finder; /* with rules */
	struct gone *gone;           /* ended outside the scope: their kernel rows can go */
	size_t gone_len, gone_size;
	bool errnos_lost;
	uint64_t publish_failures; /* no memory for a snapshot: readers kept the one before */
	int counters_error;        /* errno of the last refresh, 0 = it was complete */
	struct health_row health;
	struct buffer_row *buffers;
	size_t buffers_size;
	char notice[600];
};

/*
 * engine_scope.c: which containers are wanted, and what waits for the name of one. Is a task of
 * this cgroup wanted as far as its container goes? Tells the kernel.
 */
bool engine_wants_cgroup(struct engine *engine, uint64_t cgroup_id, uint32_t pid);
enum engine_turn { ENGINE_NOW, ENGINE_LATER, ENGINE_NEVER };
/* When a record that has come is delivered. LATER: it is kept. */
enum engine_turn engine_admit_record(struct engine *engine, const void *record, size_t len);
/* The same of an ended thread, in wanted scopes alone. */
enum engine_turn engine_admit_exit(struct engine *engine, const struct task_exit *ended,
				   const struct call_count *calls);
/*
 * Delivers what does not wait any more; with all: everything. Returns how many records that were.
 */
enum engine_release { ENGINE_RELEASE_NAMED, ENGINE_RELEASE_ALL };
int engine_release_held(struct engine *engine, enum engine_release which);
/*
 * Before the first refresh: waits a moment for the names of the containers that there are, so that
 * the first tables have them and their processes in scope.
 */
void engine_settle_names(struct engine *engine);
/* Hands on what became of control groups. */
void engine_drain_cgroups(struct engine *engine);
/* engine.c, engine_counters.c: a record or an ended thread in scope has its turn. */
void engine_deliver_record(struct engine *engine, const void *record, size_t len);
void engine_deliver_exit(struct engine *engine, const struct task_exit *ended,
			 const struct call_count *calls);
void engine_note_gone(struct engine *engine, const struct task_exit *ended);

/* engine_counters.c: who takes what probe_read_counters() and probe_drain_exits() tell. */
struct probe_counter_sink engine_counter_sink(struct engine *engine);
bool engine_scope_is_everything(const struct probe_scope *scope);
/* The kernel's rows of ended processes go: of one, and of those that ended outside the scope. */
void engine_forget(void *ctx, uint32_t pid, uint64_t start_boot_ns);
void engine_forget_gone(struct engine *engine);

/* Rules that are gated by one of these do not ask for what a process has open. */
#define FILES_GATES (uint32_t)(FILTER_GATE_OPENS_ONLY | FILTER_GATE_NO_FILES)

/* engine_files.c */
/* For struct source: tells the state what a process has open. */
int engine_process_files(void *ctx, uint32_t pid);
/* Fd tables that the streamed calls keep up are seeded, others are not known any more. */
void engine_apply_files(struct engine *engine, enum view_stream want, const struct choice *choice);
void engine_forget_files(struct engine *engine, uint32_t pid);
/* What is to be looked at has changed? Returns whether there is something new to publish. */
bool engine_apply_look(struct engine *engine);
/* Before the tables of a refresh are published. */
void engine_look_again(struct engine *engine);
/* Is it written to a file? Not any more when the file takes nothing. */
bool engine_is_recording(const struct engine *engine);

/* engine.c: a snapshot of the state as it is. */
void engine_publish(struct engine *engine);
/* engine_save.c: begins what is asked for, tells what has ended; or waits for that. */
void engine_turn_save(struct engine *engine);
void engine_end_save(struct engine *engine);

/* Reads health, losses and own cost; tells the state, and the recorder. */
void engine_read_health(struct engine *engine);

#endif
