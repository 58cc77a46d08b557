/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine thread. Loop: wait for the rings (at most WAIT_IDLE_MS), drain, publish events, and
 * once per delay read the counters and publish tables. A loader thread brings up the stream plane
 * beside it. Requests are atomics that the loop looks at once a turn: the latest wins.
 *
 *   caller --atomics--> loop --snapshot pointer under a lock held for one swap--> any reader
 */
#include "engine_parts.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "alert_sink.h"
#include "event_count.h"
#include "explain.h"
#include "filter_ask.h"
#include "hit_window.h"
#include "interest.h"
#include "probe/schema/event.h"
#include "rule_book.h"
#include "source.h"
#include "state/filter/eval.h"
#include "state/filter/event.h"
#include "state/state.h"

#define NS_PER_MS 1000000ull
#define WAIT_IDLE_MS 40 /* a request waits at most this long; wake-ups cost idle CPU */
#define WAIT_BUSY_MS 5  /* while events flow: how far the screen may lag behind them */
#define WAIT_HELD_MS 1  /* while events wait for the name of a container, or are counted */
#define COUNT_STEP_NS (2 * NS_PER_MS) /* of a turn, for counting what a condition accepts */
#define DRAIN_BUDGET 65536            /* records before requests are looked at again */
#define PUBLISH_EVENTS_NS (80 * NS_PER_MS)
#define EXITS_NS (100 * NS_PER_MS)
#define FIRST_INTERVAL_NS (300 * NS_PER_MS) /* the first rates appear soon after the first screen */

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000ull + (uint64_t)now.tv_nsec;
}

void engine_publish(struct engine *engine)
{
	struct snapshot *snapshot = NULL, *old;
	uint64_t one = 1;

	if (state_publish(engine->state, &snapshot) < 0) {
		engine->publish_failures++;
		return;
	}
	pthread_mutex_lock(&engine->lock);
	old = engine->latest;
	engine->latest = snapshot;
	pthread_mutex_unlock(&engine->lock);
	snapshot_unref(old);
	engine->events_unpublished = false;
	engine->last_publish_ns = clock_ns(CLOCK_MONOTONIC);
	if (write(engine->event_fd, &one, sizeof(one)) < 0) {
		/* EAGAIN: the counter is full, so the reader has been told already. */
	}
}

/* --- counters --- */

static void refresh(struct engine *engine)
{
	struct probe_counter_sink sink = engine_counter_sink(engine);
	uint64_t time_ns = clock_ns(CLOCK_REALTIME);
	int r;

	engine_drain_cgroups(engine);
	engine->refreshed_ns = clock_ns(CLOCK_MONOTONIC);
	if (engine->recorder)
		recorder_begin(engine->recorder, time_ns);
	state_refresh_begin(engine->state, time_ns);
	r = probe_read_counters(engine->probe, &sink);
	engine->counters_error = r < 0 ? -r : 0;
	if (r < 0)
		state_refresh_abandon(engine->state);
	else
		state_refresh_end(engine->state);
	if (engine->recorder)
		recorder_end(engine->recorder, r < 0 ? RECORDER_ABANDONED : RECORDER_COMPLETE);
	engine_look_again(engine);
	engine_read_health(engine);
	if (engine->finder)
		named_finder_ask(engine->finder, engine->state);
	state_take_forgotten(engine->state, engine_forget, engine);
	engine_forget_gone(engine);
	rule_watch_publish(&engine->watch);
	engine_publish(engine);
}

/* --- events --- */

bool engine_is_recording(const struct engine *engine)
{
	return engine->recorder && recorder_error(engine->recorder) == 0;
}

/* Is everything in scope recorded, whatever is shown? */
static bool records_all(const struct engine *engine)
{
	return engine_is_recording(engine) && engine->opts.capture_content == CAPTURE_ALL;
}

/* Of the record that the state took last. */
static bool is_recorded(struct engine *engine, bool accepted)
{
	if (!engine->recorder)
		return false;
	return accepted || records_all(engine) ||
	       (filter_event_last(&engine->filter_event) &&
		interest_changes_state(engine->filter_event.event));
}

void engine_deliver_record(struct engine *engine, const void *record, size_t len)
{
	const struct history_event *kept;
	bool accepted;

	if (state_record(engine->state, record, len) < 0)
		return;
	accepted =
		(!engine->opts.filter ||
		 filter_set_accepts_last(engine->opts.filter, &engine->filter_event)) &&
		(!engine->chosen || filter_set_accepts_last(engine->chosen, &engine->filter_event));
	/* Behind what the condition asked the source, which is then answered on replay. */
	if (is_recorded(engine, accepted))
		recorder_record(engine->recorder, record, len);
	engine->events_unpublished = true;
	kept = state_last_event(engine->state);
	if (!kept) {
		/* There was no room to keep it; it is matched all the same. */
		rule_watch_last(&engine->watch);
		return;
	}
	if (!accepted)
		state_hide_last(engine->state);
	if (engine->tap.gap && kept->lost_before)
		engine->tap.gap(engine->tap.ctx, kept->lost_before, kept->lost_buffer);
	if (engine->tap.event && !kept->hidden)
		engine->tap.event(engine->tap.ctx, engine->state, kept);
	rule_watch_last(&engine->watch);
}

static void on_record(void *ctx, const void *record, size_t len)
{
	struct engine *engine = ctx;

	if (engine_admit_record(engine, record, len) == ENGINE_NOW)
		engine_deliver_record(engine, record, len);
}

/* Tells other threads what the recording has come to. */
static void note_capture(struct engine *engine)
{
	const struct recorder *recorder = engine->recorder;
	int state;

	if (!recorder)
		return;
	state = recorder_error(recorder);
	atomic_store(&engine->capture_state, state ? state : recorder_is_full(recorder));
}

static int drain(struct engine *engine)
{
	bool more = false;
	int count, released;

	/* Before the events of who is in them. */
	engine_drain_cgroups(engine);
	released = engine_release_held(engine, ENGINE_RELEASE_NAMED);
	if (!probe_stream_ready(engine->probe))
		return 0;
	count = probe_drain(engine->probe, DRAIN_BUDGET, on_record, engine, &more);
	if (count + released > 0 && engine->tap.batch)
		engine->tap.batch(engine->tap.ctx);
	note_capture(engine);
	return count;
}

/* --- requests --- */

/* Durations on or off: wanted for themselves, or because slow calls are streamed. */
static void apply_timing(struct engine *engine, const struct choice *choice)
{
	static const enum probe_timed timed[] = { [VIEW_TIMING_OFF] = PROBE_TIMED_NOTHING,
						  [VIEW_TIMING_EVENTS] = PROBE_TIMED_STREAMED,
						  [VIEW_TIMING_ON] = PROBE_TIMED_ALL };
	enum probe_timed wanted = timed[atomic_load(&engine->timing)];
	int r;

	if (choice->min_duration_ns && wanted == PROBE_TIMED_NOTHING)
		wanted = PROBE_TIMED_STREAMED;
	r = probe_want_timing(engine->probe, wanted);
	if (r == 0)
		r = probe_timing(engine->probe);
	engine->timing_error = r < 0 ? -r : 0;
}

/* Bytes by file and socket begin anew each time that a view wants them. */
static void apply_objects(struct engine *engine)
{
	bool wanted = atomic_load(&engine->objects) == VIEW_OBJECTS_ON;
	enum state_objects told = wanted ? STATE_OBJECTS_COUNTED : STATE_OBJECTS_NOT_COUNTED;

	if (probe_want_objects(engine->probe, wanted ? PROBE_OBJECTS_ON : PROBE_OBJECTS_OFF) <= 0)
		return;
	if (engine->recorder)
		recorder_objects(engine->recorder, told);
	state_forget_objects(engine->state, told);
}

/* Since when all is streamed that will be looked at; called before it is applied. */
static uint64_t complete_since_ns(const struct engine *engine, enum view_stream want,
				  uint32_t focus, const struct choice *choice)
{
	if (want == VIEW_STREAM_NONE)
		return UINT64_MAX;
	if (engine->interest_set && want == engine->applied_want &&
	    (!engine->applied_focus || focus == engine->applied_focus) &&
	    choice_same(choice, &engine->applied_choice))
		return engine->complete_since_ns;
	return clock_ns(CLOCK_REALTIME);
}

/* Re-programs what is streamed and seeds the fd tables that it needs. */
static void apply_requests(struct engine *engine)
{
	/* What is recorded is everything, whatever the screen shows. */
	enum view_stream want = engine_is_recording(engine)
					? VIEW_STREAM_ALL
					: (enum view_stream)atomic_load(&engine->want);
	uint32_t focus = atomic_load(&engine->focus);
	struct choice choice = { .failed = atomic_load(&engine->failed),
				 .min_duration_ns = atomic_load(&engine->min_duration_ns),
				 .only = atomic_load(&engine->only) };
	struct interest_filter filter = { .kinds = NULL };
	struct interest_rules rules = { .kinds = &engine->rule_kinds,
					/* Of what is looked at everything comes. */
					.gates = engine->rule_gates &
						 (focus ? FILES_GATES : UINT32_MAX) };
	struct probe_interest interest;
	pid_t pid = (pid_t)focus;

	apply_timing(engine, &choice);
	apply_objects(engine);
	if (records_all(engine))
		choice = (struct choice){ .failed = false };
	if (!probe_stream_ready(engine->probe))
		return;
	if (engine->interest_set && want == engine->applied_want &&
	    focus == engine->applied_focus && choice_same(&choice, &engine->applied_choice))
		return;
	if (!engine->interest_set || focus != engine->applied_focus) {
		probe_set_focus(engine->probe, &pid, focus ? 1 : 0);
		/* Of who is not followed any more. */
		if (engine->applied_focus && !engine->all_files)
			engine_forget_files(engine, engine->applied_focus);
	}
	if (engine->opts.filter && !records_all(engine))
		filter = (struct interest_filter){ .kinds = &engine->filter_kinds,
						   .gates = engine->filter_gates,
						   .files = engine_is_recording(engine)
								    ? INTEREST_FILES_SHOWN
								    : engine->opts.tap.files };
	else if (engine->chosen && !engine_is_recording(engine))
		filter = (struct interest_filter){ .kinds = &engine->chosen_kinds,
						   .gates = engine->chosen_gates,
						   .files = INTEREST_FILES_SHOWN };
	if (focus && !engine_is_recording(engine))
		filter.whose = INTEREST_FOCUS;
	interest_fill(want, &choice, &filter, &interest);
	if (engine->watch.rules)
		interest_add_rules(&rules, &interest);
	probe_set_interest(engine->probe, &interest);
	engine->complete_since_ns = complete_since_ns(engine, want, focus, &choice);
	engine->applied_focus = focus;
	state_keep(engine->state, focus ? focus : engine->applied_look.pid);
	engine_apply_files(engine, want, &choice);
	engine->interest_set = true;
	engine->applied_want = want;
	engine->applied_choice = choice;
}

/* When the next refresh is due; a new delay takes effect at once. */
static uint64_t refresh_due_ns(const struct engine *engine)
{
	uint64_t delay = atomic_load(&engine->delay_ns);

	if (engine->first_interval && delay > FIRST_INTERVAL_NS)
		delay = FIRST_INTERVAL_NS;
	return engine->refreshed_ns + delay;
}

/* What was held of floods of alerts. */
static void tick_alerts(struct engine *engine)
{
	struct alert_sink *alerts = engine->opts.alerts;

	if (alerts && alert_sink_tick(alerts, clock_ns(CLOCK_REALTIME)) > 0 && engine->tap.batch)
		engine->tap.batch(engine->tap.ctx);
}

/* The events that they can match are streamed from the next turn on. */
static void use_rules(struct engine *engine, struct rules *rules)
{
	rule_watch_use(&engine->watch, rules);
	engine->rule_gates = rules_events(rules, &engine->rule_kinds);
	engine->interest_set = false;
	named_finder_want(engine->finder, rules);
}

/* Rules whose files changed. */
static void turn_rules(struct engine *engine)
{
	struct rule_book *book = engine->opts.rules;

	if (!book || !rule_book_has_next(book))
		return;
	/* What is held of floods is about rules that are freed now. */
	if (engine->opts.alerts)
		alert_sink_settle(engine->opts.alerts);
	rule_book_turn(book);
	use_rules(engine, rule_book_rules(book));
	apply_requests(engine);
	rule_book_say(book);
}

/* Where the files are that rules name. */
static void take_named(struct engine *engine)
{
	const struct named_file *files;
	size_t len;

	if (!engine->finder || !named_finder_take(engine->finder, &files, &len))
		return;
	if (engine->recorder)
		recorder_named_files(engine->recorder, files, len);
	state_named_files(engine->state, files, len);
}

static int need_filter_event(struct engine *engine)
{
	return engine->filter_event.scratch
		       ? 0
		       : filter_event_init(&engine->filter_event, engine->state);
}

/* The condition of the screen. */
static void turn_filter(struct engine *engine)
{
	struct filter_ask *ask = atomic_exchange(&engine->next_filter, NULL);

	if (!ask)
		return;
	filter_set_free(engine->chosen);
	engine->chosen = filter_ask_take(ask);
	if (engine->chosen && need_filter_event(engine) < 0) {
		filter_set_free(engine->chosen);
		engine->chosen = NULL;
	}
	if (engine->chosen)
		engine->chosen_gates = filter_set_gates(engine->chosen, &engine->chosen_kinds);
	engine->interest_set = false;
	atomic_store(&engine->filter_since, state_events_end(engine->state) - 1);
}

/* A question that the screen has; a newer one takes the place of one that waits. */
static void turn_ask(struct engine *engine)
{
	struct explain_ask *ask = atomic_exchange(&engine->next_ask, NULL);
	struct explained *explained = NULL;

	if (!ask)
		return;
	if (engine->filter_event.scratch)
		explained = explain_past(&engine->watch, ask);
	explain_ask_free(ask);
	if (!explained)
		return;
	state_set_explained(engine->state, explained);
	engine_publish(engine);
}

/* Some more of the events that a condition is asked about, and how many it is by now. */
static void turn_count(struct engine *engine)
{
	struct event_count *next = atomic_exchange(&engine->next_count, NULL);
	struct snapshot_counted counted;
	bool more;

	if (next) {
		event_count_free(engine->count);
		engine->count = next;
	}
	if (!engine->count || need_filter_event(engine) < 0)
		return;
	more = event_count_step(engine->count, &engine->filter_event, COUNT_STEP_NS);
	counted = event_count_now(engine->count);
	state_set_counted(engine->state, &counted);
	if (!more) {
		event_count_free(engine->count);
		engine->count = NULL;
		engine_publish(engine);
	} else {
		engine->events_unpublished = true;
	}
}

static void turn(struct engine *engine)
{
	int drained = drain(engine);
	uint64_t now = clock_ns(CLOCK_MONOTONIC);

	take_named(engine);
	turn_rules(engine);
	turn_filter(engine);
	turn_ask(engine);
	engine_turn_save(engine);
	turn_count(engine);
	tick_alerts(engine);
	apply_requests(engine);
	if (engine_apply_look(engine))
		engine_publish(engine);
	if (now >= engine->next_exits_ns) {
		struct probe_counter_sink sink = engine_counter_sink(engine);

		probe_drain_exits(engine->probe, &sink);
		engine->next_exits_ns = now + EXITS_NS;
	}
	if (atomic_exchange(&engine->refresh_now, false) || now >= refresh_due_ns(engine)) {
		refresh(engine);
		engine->first_interval = false;
	} else if (engine->events_unpublished &&
		   now - engine->last_publish_ns >= PUBLISH_EVENTS_NS) {
		engine_publish(engine);
	}
	if (!hold_is_empty(&engine->hold) || engine->count)
		probe_wait(engine->probe, WAIT_HELD_MS);
	else if (drained < DRAIN_BUDGET)
		probe_wait(engine->probe, drained > 0 ? WAIT_BUSY_MS : WAIT_IDLE_MS);
}

static void *engine_main(void *arg)
{
	static const struct probe_interest nothing;
	struct engine *engine = arg;

	pthread_setname_np(pthread_self(), "saker-engine");
	if (!engine->latest)
		refresh(engine);
	engine->first_interval = !engine->opts.exact_delay;
	while (!atomic_load(&engine->stop))
		turn(engine);
	engine_end_save(engine);
	/* What is in the rings is delivered; more must not come, or a flood would keep us here. */
	if (probe_stream_ready(engine->probe))
		probe_set_interest(engine->probe, &nothing);
	while (drain(engine) > 0)
		;
	if (engine_release_held(engine, ENGINE_RELEASE_ALL) > 0 && engine->tap.batch)
		engine->tap.batch(engine->tap.ctx);
	if (engine->opts.alerts)
		alert_sink_end(engine->opts.alerts);
	refresh(engine);
	return NULL;
}

/* The first call that is shown is timed too. */
static void await_objects(struct engine *engine)
{
	const struct timespec wait = { .tv_nsec = NS_PER_MS };

	for (int tries = 0; tries < 1000; tries++) {
		if (atomic_load(&engine->objects) == VIEW_OBJECTS_OFF ||
		    probe_objects(engine->probe) != PROBE_OBJECTS_OFF)
			break;
		nanosleep(&wait, NULL);
	}
}

static void await_timing(struct engine *engine)
{
	const struct timespec wait = { .tv_nsec = NS_PER_MS };

	for (int tries = 0; tries < 1000; tries++) {
		if (probe_timing(engine->probe) != PROBE_TIMING_STARTING)
			break;
		nanosleep(&wait, NULL);
	}
}

static void *loader_main(void *arg)
{
	struct engine *engine = arg;

	pthread_setname_np(pthread_self(), "saker-loader");
	atomic_store(&engine->loader_result,
		     probe_load_stream(engine->probe, &engine->loader_error));
	return NULL;
}

/* --- life cycle --- */

static void engine_free(struct engine *engine)
{
	struct recorder_result unread;

	if (!engine)
		return;
	named_finder_free(engine->finder);
	snapshot_unref(engine->latest);
	rule_watch_release(&engine->watch);
	filter_set_free(engine->chosen);
	filter_ask_free(atomic_load(&engine->next_filter));
	explain_ask_free(atomic_load(&engine->next_ask));
	hit_window_ask_free(atomic_load(&engine->next_save));
	event_count_free(atomic_load(&engine->next_count));
	event_count_free(engine->count);
	filter_event_release(&engine->filter_event);
	recorder_close(engine->recorder, engine->opts.capture ? engine->opts.capture : &unread);
	state_free(engine->state);
	source_free(engine->source);
	hold_release(&engine->hold);
	probe_free(engine->probe);
	if (engine->event_fd >= 0)
		close(engine->event_fd);
	pthread_mutex_destroy(&engine->lock);
	free(engine->buffers);
	free(engine->gone);
	free(engine);
}

static const char *host_root(const struct engine *engine)
{
	return engine->opts.probe.host_root ? engine->opts.probe.host_root : "";
}

static int open_recorder(struct engine *engine, const struct state_opts *state)
{
	const struct recorder_opts opts = {
		.fd = engine->opts.capture_fd,
		.packing = engine->opts.capture_packing,
		.source = engine->source,
		.host = state->host,
		.boot_epoch_ns = state->boot_epoch_ns,
		.memory_bytes = state->memory_bytes,
		.events = engine->opts.capture_events,
		.everything = engine_scope_is_everything(&engine->opts.scope),
	};

	return recorder_new(&opts, &engine->recorder);
}

static int engine_open(struct engine *engine, struct probe_error *err)
{
	struct rule_watch_opts watch;
	struct state_opts opts = {
		.containers = &engine->opts.containers,
		.memory_bytes = engine->opts.memory_bytes,
		.boot_epoch_ns = clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_BOOTTIME),
	};
	const struct probe_scope *scope = &engine->opts.scope;
	char host[65] = "";
	int r;

	opts.idle_containers = engine->opts.idle_containers && !scope->pids_len &&
			       !scope->euids_len && !scope->comms_len && !scope->by_cgroup;
	gethostname(host, sizeof(host) - 1);
	opts.host = host;
	r = source_new(host_root(engine), engine_process_files, engine, &engine->source);
	if (r == 0 && engine->opts.capture_fd >= 0)
		r = open_recorder(engine, &opts);
	if (r == 0)
		r = state_new(&opts,
			      engine->recorder ? recorder_source(engine->recorder) : engine->source,
			      &engine->state);
	if (engine->opts.filter)
		engine->filter_gates = filter_set_gates(engine->opts.filter, &engine->filter_kinds);
	if (r == 0 && (engine->opts.filter || engine->opts.rules))
		r = filter_event_init(&engine->filter_event, engine->state);
	watch = engine->opts.watch;
	watch.listeners[RULE_LISTENER_ALERTS] = alert_sink_listener(engine->opts.alerts);
	watch.listeners[RULE_LISTENER_TAP] =
		(struct rule_listener){ engine->tap.hit, engine->tap.ctx };
	rule_watch_init(&engine->watch, &watch, &engine->filter_event, engine->state);
	if (r == 0 && engine->opts.rules)
		r = named_finder_new(&engine->finder);
	if (r == 0 && engine->opts.rules)
		use_rules(engine, rule_book_rules(engine->opts.rules));
	if (r == 0)
		r = probe_new(&engine->opts.probe, &engine->probe);
	if (r < 0) {
		snprintf(err->what, sizeof(err->what), "cannot start: %s", strerror(-r));
		err->remedy[0] = '\0';
		return r;
	}
	r = probe_load_counters(engine->probe, err);
	if (r == 0)
		r = probe_set_scope(engine->probe, &engine->opts.scope);
	if (r == 0 && (engine->opts.scope.by_cgroup || engine->opts.exact_delay))
		engine_settle_names(engine);
	return r;
}

/* Counts are all that is asked for. */
static bool works_without_stream(const struct engine *engine)
{
	return engine->opts.stream == VIEW_STREAM_NONE && !engine->recorder && !engine->opts.alerts;
}

int engine_start(const struct engine_opts *opts, struct engine **ret_engine,
		 struct probe_error *err)
{
	struct engine *engine = calloc(1, sizeof(*engine));
	int r;

	if (!engine)
		return -ENOMEM;
	engine->opts = *opts;
	engine->tap = opts->tap;
	pthread_mutex_init(&engine->lock, NULL);
	engine_want_stream(engine, opts->stream);
	engine_choose(engine, &opts->choice);
	engine_want_timing(engine, opts->timing);
	engine_want_objects(engine, opts->objects);
	engine_look(engine, &opts->look);
	atomic_store(&engine->delay_ns, opts->delay_ns);
	atomic_store(&engine->loader_result, 1);
	engine->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (engine->event_fd < 0) {
		r = -errno;
		goto fail;
	}
	r = engine_open(engine, err);
	if (r < 0)
		goto fail;
	if (opts->wait_stream || engine->recorder) {
		r = probe_load_stream(engine->probe, err);
		if (r < 0 && !(r == -EOPNOTSUPP && works_without_stream(engine)))
			goto fail;
		if (r < 0)
			engine->loader_error = *err;
		atomic_store(&engine->loader_result, r);
		/* First the processes, so that their open files find them. */
		refresh(engine);
		apply_requests(engine);
		engine_apply_look(engine);
		await_timing(engine);
		await_objects(engine);
		if (engine->recorder)
			recorder_seed(engine->recorder);
	} else {
		r = -pthread_create(&engine->loader, NULL, loader_main, engine);
		if (r < 0)
			goto fail;
		engine->loader_started = true;
	}
	r = -pthread_create(&engine->thread, NULL, engine_main, engine);
	if (r < 0)
		goto fail;
	engine->thread_started = true;
	*ret_engine = engine;
	return 0;
fail:
	if (engine->loader_started)
		pthread_join(engine->loader, NULL);
	engine_free(engine);
	return r;
}

void engine_stop(struct engine *engine, struct snapshot **ret_last)
{
	if (!engine)
		return;
	atomic_store(&engine->stop, true);
	if (engine->thread_started)
		pthread_join(engine->thread, NULL);
	if (engine->loader_started)
		pthread_join(engine->loader, NULL);
	if (ret_last)
		*ret_last = engine_snapshot(engine);
	engine_free(engine);
}

struct snapshot *engine_snapshot(struct engine *engine)
{
	struct snapshot *snapshot;

	pthread_mutex_lock(&engine->lock);
	snapshot = snapshot_ref(engine->latest);
	pthread_mutex_unlock(&engine->lock);
	return snapshot;
}

int engine_fd(const struct engine *engine)
{
	return engine->event_fd;
}

int engine_capture_state(struct engine *engine)
{
	return atomic_load(&engine->capture_state);
}

void engine_want_stream(struct engine *engine, enum view_stream stream)
{
	atomic_store(&engine->want, stream);
}

void engine_choose(struct engine *engine, const struct choice *choice)
{
	atomic_store(&engine->failed, choice->failed);
	atomic_store(&engine->min_duration_ns, choice->min_duration_ns);
	atomic_store(&engine->only, choice->only);
}

void engine_want_timing(struct engine *engine, enum view_timing timing)
{
	atomic_store(&engine->timing, timing);
}

void engine_want_objects(struct engine *engine, enum view_objects objects)
{
	atomic_store(&engine->objects, objects);
}

void engine_focus(struct engine *engine, uint32_t pid)
{
	atomic_store(&engine->focus, pid);
}

void engine_set_delay(struct engine *engine, uint64_t delay_ns)
{
	atomic_store(&engine->delay_ns, delay_ns);
}

void engine_refresh_now(struct engine *engine)
{
	atomic_store(&engine->refresh_now, true);
}

void engine_reopen_alerts(struct engine *engine)
{
	if (engine->opts.alerts)
		alert_sink_reopen(engine->opts.alerts);
}

void engine_set_filter(struct engine *engine, struct filter_set *set)
{
	struct filter_ask *ask = filter_ask_new(set);

	/* Without memory the one before stays. */
	if (!ask)
		return;
	atomic_store(&engine->filter_since, UINT64_MAX);
	filter_ask_free(atomic_exchange(&engine->next_filter, ask));
}

void engine_explain(struct engine *engine, struct explain_ask *ask)
{
	explain_ask_free(atomic_exchange(&engine->next_ask, ask));
}

void engine_count(struct engine *engine, struct event_count *count)
{
	event_count_free(atomic_exchange(&engine->next_count, count));
}

void engine_save(struct engine *engine, struct hit_window_ask *ask)
{
	hit_window_ask_free(atomic_exchange(&engine->next_save, ask));
}

uint64_t engine_filter_since(struct engine *engine)
{
	return atomic_load(&engine->filter_since);
}
