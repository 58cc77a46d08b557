/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine thread. Loop: wait for the rings (at most WAIT_IDLE_MS), drain, publish events, and
 * once per delay read the counters and publish tables. A loader thread brings up the stream plane
 * beside it. Requests are atomics that the loop looks at once a turn: the latest wins.
 *
 *   caller --atomics--> loop --snapshot pointer under a lock held for one swap--> any reader
 */
#include "engine.h"

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

#include "interest.h"
#include "probe/schema/event.h"
#include "source.h"
#include "state/filter/eval.h"
#include "state/filter/event.h"
#include "state/state.h"

#define NS_PER_MS 1000000ull
#define WAIT_IDLE_MS 40    /* a request waits at most this long; wake-ups cost idle CPU */
#define WAIT_BUSY_MS 5     /* while events flow: how far the screen may lag behind them */
#define DRAIN_BUDGET 65536 /* records before requests are looked at again */
#define PUBLISH_EVENTS_NS (80 * NS_PER_MS)
#define EXITS_NS (100 * NS_PER_MS)
#define FIRST_INTERVAL_NS (300 * NS_PER_MS) /* the first rates appear soon after the first screen */

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
	pthread_t thread, loader;
	bool thread_started, loader_started;
	int event_fd;

	/* Requests. */
	_Atomic int want, timing;
	_Atomic bool failed;
	_Atomic uint64_t min_duration_ns;
	_Atomic uint32_t focus;
	_Atomic uint64_t delay_ns;
	_Atomic bool refresh_now, stop;
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
	struct filter_event filter_event; /* with opts.filter */
	struct filter_kinds filter_kinds;
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

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000ull + (uint64_t)now.tv_nsec;
}

static void publish(struct engine *engine)
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

/*
 * Tables have rows for the processes whose events can be streamed. Who was in scope once keeps its
 * row to its end: totals never go back when a process changes its name or user.
 */
static void sink_task(void *ctx, const struct task_sample *task, const struct call_count *calls)
{
	struct engine *engine = ctx;

	if ((task->flags & TASK_F_IN_SCOPE) ||
	    state_has_process(engine->state, task->pid, task->start_boot_ns))
		state_task(engine->state, task, calls);
}

/* Ended outside the scope: the state never forgets what it never knew, so we do it here. */
static void note_gone(struct engine *engine, uint32_t pid, uint64_t start_boot_ns)
{
	if (engine->gone_len == engine->gone_size) {
		size_t size = engine->gone_size ? engine->gone_size * 2 : 64;
		struct gone *grown = reallocarray(engine->gone, size, sizeof(*grown));

		if (!grown)
			return; /* its rows stay until the table is full, which is said then */
		engine->gone = grown;
		engine->gone_size = size;
	}
	engine->gone[engine->gone_len++] =
		(struct gone){ .pid = pid, .start_boot_ns = start_boot_ns };
}

static void sink_exit(void *ctx, const struct task_exit *ended, const struct call_count *calls)
{
	struct engine *engine = ctx;

	if ((ended->flags & TASK_F_IN_SCOPE) ||
	    state_has_process(engine->state, ended->pid, ended->start_boot_ns))
		state_exit(engine->state, ended, calls);
	else if (ended->process_ended)
		note_gone(engine, ended->pid, ended->start_boot_ns);
}

static void sink_timing(void *ctx, const struct timing_count *count)
{
	struct engine *engine = ctx;

	state_timing(engine->state, count);
}

static void sink_errno(void *ctx, const struct errno_count *count)
{
	struct engine *engine = ctx;

	if (count->nr == COUNT_NR_OTHER && !count->err)
		engine->errnos_lost |= count->count > 0;
	else
		state_errno(engine->state, count);
}

static bool scope_is_everything(const struct probe_scope *scope)
{
	return !scope->pids_len && !scope->cgroup_ids_len && !scope->euids_len && !scope->comms_len;
}

static void sink_other(void *ctx, const struct call_count *count)
{
	struct engine *engine = ctx;

	if (scope_is_everything(&engine->opts.scope))
		state_other(engine->state, count);
}

static void forget(void *ctx, uint32_t pid, uint64_t start_boot_ns)
{
	struct engine *engine = ctx;

	probe_forget_process(engine->probe, pid, start_boot_ns);
}

static uint64_t own_rss_bytes(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	unsigned long size = 0, resident = 0;

	if (!file)
		return 0;
	if (fscanf(file, "%lu %lu", &size, &resident) != 2)
		resident = 0;
	fclose(file);
	return (uint64_t)resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void buffer_row_from(const struct buffer_stats *stats, struct buffer_row *row)
{
	uint64_t events = 0, drops = 0, before_events = 0;

	for (int c = 0; c < RECORD_CLASS_COUNT; c++) {
		events += stats->fate[RECORD_FATE_DELIVERED][c];
		before_events += row->fate[RECORD_FATE_DELIVERED][c];
		for (int f = RECORD_FATE_FULL; f < RECORD_FATE_COUNT; f++)
			drops += stats->fate[f][c];
	}
	row->buffer = stats->buffer;
	row->cpus = stats->cpus;
	row->events_delta = events - before_events;
	row->bytes_delta = stats->bytes - row->bytes;
	row->bytes = stats->bytes;
	row->drops_delta = drops - row->drops;
	row->drops = drops;
	memcpy(row->fate, stats->fate, sizeof(row->fate));
	row->used_bytes = stats->used_bytes;
	row->high_bytes = stats->high_bytes;
	row->size_bytes = stats->size_bytes;
	row->late = stats->late;
	row->unreadable = stats->unreadable;
	row->cut = stats->cut;
}

/* Sums the buffers into the health row; *_delta are against the health of the last refresh. */
static void read_buffers(struct engine *engine, struct health_row *health)
{
	size_t len = probe_stream_ready(engine->probe) ? probe_buffers_len(engine->probe) : 0;

	if (len > engine->buffers_size) {
		struct buffer_row *rows = realloc(engine->buffers, len * sizeof(*rows));

		if (!rows)
			return;
		memset(rows + engine->buffers_size, 0,
		       (len - engine->buffers_size) * sizeof(*rows));
		engine->buffers = rows;
		engine->buffers_size = len;
	}
	for (size_t i = 0; i < len; i++) {
		struct buffer_row *row = &engine->buffers[i];
		struct buffer_stats stats;

		if (probe_buffer_stats(engine->probe, i, &stats) < 0)
			continue;
		buffer_row_from(&stats, row);
		health->drops += row->drops;
		health->drops_delta += row->drops_delta;
		for (int c = 0; c < RECORD_CLASS_COUNT; c++)
			health->events += row->fate[RECORD_FATE_DELIVERED][c];
		health->events_delta += row->events_delta;
	}
	state_set_health(engine->state, health, engine->buffers, len);
}

/* What the operator must know, most important first; NULL when all is well. */
static const char *notice_make(struct engine *engine)
{
	const struct probe_error *err = &engine->loader_error;
	char *text = engine->notice;
	size_t size = sizeof(engine->notice);

	if (engine->counters_error)
		snprintf(text, size, "counters cannot be read: %s; numbers are old",
			 strerror(engine->counters_error));
	else if (atomic_load(&engine->loader_result) < 0)
		snprintf(text, size, "no event stream: %s%s%s", err->what,
			 err->remedy[0] ? "; " : "", err->remedy);
	else if (engine->timing_error)
		snprintf(text, size, "durations cannot be measured: %s",
			 strerror(engine->timing_error));
	else if (engine->health.untimed)
		snprintf(text, size,
			 "the table of durations was full: %" PRIu64 " calls were not timed",
			 engine->health.untimed);
	else if (engine->errnos_lost)
		snprintf(text, size,
			 "the table of errnos was full: some causes of failure are missing");
	else if (engine->publish_failures)
		snprintf(text, size, "no memory for %" PRIu64 " screens: they were not shown",
			 engine->publish_failures);
	else
		return NULL;
	return text;
}

static enum health_timing timing_state(const struct engine *engine)
{
	switch (probe_timing(engine->probe)) {
	case PROBE_TIMING_ON: return HEALTH_TIMING_ON;
	case PROBE_TIMING_STARTING: return HEALTH_TIMING_STARTING;
	default: return HEALTH_TIMING_OFF;
	}
}

static void read_health(struct engine *engine)
{
	struct health_row health = { 0 };
	struct probe_health probed = { 0 };

	if (probe_health(engine->probe, &probed) == 0) {
		health.recursion_misses = probed.recursion_misses;
		health.storage_failures = probed.storage_failures;
		health.untimed = engine->health.untimed = probed.untimed;
		health.read_failures = probed.read_failures;
		health.inexact = probed.recursion_misses > 0;
		health.lag_ns = probed.lag_ns;
		health.own_cpu_ns = probed.own_cpu_ns;
		health.own_cpu_delta_ns = engine->health.own_cpu_ns
						  ? probed.own_cpu_ns - engine->health.own_cpu_ns
						  : 0;
		health.own_ns_per_call = probed.sampled_calls ? (double)probed.sampled_ns /
									(double)probed.sampled_calls
							      : 0;
		health.map_bytes = probed.map_bytes;
	}
	health.own_rss_bytes = own_rss_bytes();
	health.stream_ready = probe_stream_ready(engine->probe);
	health.timing = timing_state(engine);
	health.notice = notice_make(engine);
	read_buffers(engine, &health);
	engine->health = health;
}

static struct probe_counter_sink counter_sink(struct engine *engine)
{
	return (struct probe_counter_sink){
		.ctx = engine,
		.task = sink_task,
		.exit = sink_exit,
		.err = sink_errno,
		.timing = sink_timing,
		.other = sink_other,
	};
}

static void forget_gone(struct engine *engine)
{
	for (size_t i = 0; i < engine->gone_len; i++)
		forget(engine, engine->gone[i].pid, engine->gone[i].start_boot_ns);
	engine->gone_len = 0;
}

static void refresh(struct engine *engine)
{
	struct probe_counter_sink sink = counter_sink(engine);
	int r;

	engine->refreshed_ns = clock_ns(CLOCK_MONOTONIC);
	state_refresh_begin(engine->state, clock_ns(CLOCK_REALTIME));
	r = probe_read_counters(engine->probe, &sink);
	engine->counters_error = r < 0 ? -r : 0;
	if (r < 0)
		state_refresh_abandon(engine->state);
	else
		state_refresh_end(engine->state);
	read_health(engine);
	state_take_forgotten(engine->state, forget, engine);
	forget_gone(engine);
	publish(engine);
}

/* --- events --- */

/* Does FILTER accept the last event, by either name of its file? */
static bool is_filtered(struct engine *engine)
{
	struct filter_event *event = &engine->filter_event;

	if (!filter_event_last(event))
		return false;
	if (filter_set_eval(engine->opts.filter, 0, event))
		return true;
	if (!event->event->path.data)
		return false;
	event->names = FILTER_NAMES_RESOLVED;
	return filter_set_eval(engine->opts.filter, 0, event);
}

static void on_record(void *ctx, const void *record, size_t len)
{
	struct engine *engine = ctx;
	const struct history_event *kept;

	if (state_record(engine->state, record, len) < 0)
		return;
	engine->events_unpublished = true;
	kept = state_last_event(engine->state);
	if (!kept)
		return;
	if (engine->opts.filter && !is_filtered(engine))
		state_hide_last(engine->state);
	if (engine->tap.gap && kept->lost_before)
		engine->tap.gap(engine->tap.ctx, kept->lost_before, kept->lost_buffer);
	if (engine->tap.event && !kept->hidden)
		engine->tap.event(engine->tap.ctx, engine->state, kept);
}

static int drain(struct engine *engine)
{
	bool more = false;
	int count;

	if (!probe_stream_ready(engine->probe))
		return 0;
	count = probe_drain(engine->probe, DRAIN_BUDGET, on_record, engine, &more);
	if (count > 0 && engine->tap.batch)
		engine->tap.batch(engine->tap.ctx);
	return count;
}

/* --- requests --- */

static void on_file(void *ctx, const struct file_sample *file, const char *path)
{
	struct engine *engine = ctx;

	state_file(engine->state, file, path);
}

static int process_files(void *ctx, uint32_t pid)
{
	struct engine *engine = ctx;

	return probe_read_files(engine->probe, (pid_t)pid, on_file, engine);
}

/* Durations on or off: wanted for themselves, or because slow calls are streamed. */
static void apply_timing(struct engine *engine, const struct choice *choice)
{
	bool wanted = atomic_load(&engine->timing) == VIEW_TIMING_ON || choice->min_duration_ns;
	int r = probe_want_timing(engine->probe, wanted ? PROBE_TIMING_ON : PROBE_TIMING_OFF);

	if (r == 0)
		r = probe_timing(engine->probe);
	engine->timing_error = r < 0 ? -r : 0;
}

/* Fd tables that the streamed calls keep up are seeded, others are not known any more. */
static void apply_files(struct engine *engine, enum view_stream want, uint32_t focus,
			const struct choice *choice)
{
	/* Where calls are left out, what they do to descriptors is not seen. */
	bool followed = choice_is_everything(choice) && want != VIEW_STREAM_FAILED;
	bool all = followed && want == VIEW_STREAM_ALL;

	if (all && engine->all_files) {
		if (focus)
			process_files(engine, focus);
		return;
	}
	state_forget_files(engine->state, 0);
	if (all)
		process_files(engine, 0);
	else if (followed && focus)
		process_files(engine, focus);
	engine->all_files = all;
}

/* Re-programs what is streamed and seeds the fd tables that it needs. */
static void apply_requests(struct engine *engine)
{
	enum view_stream want = (enum view_stream)atomic_load(&engine->want);
	uint32_t focus = atomic_load(&engine->focus);
	struct choice choice = { .failed = atomic_load(&engine->failed),
				 .min_duration_ns = atomic_load(&engine->min_duration_ns) };
	struct probe_interest interest;
	pid_t pid = (pid_t)focus;

	apply_timing(engine, &choice);
	if (!probe_stream_ready(engine->probe))
		return;
	if (engine->interest_set && want == engine->applied_want &&
	    focus == engine->applied_focus && choice_same(&choice, &engine->applied_choice))
		return;
	if (!engine->interest_set || focus != engine->applied_focus) {
		probe_set_focus(engine->probe, &pid, focus ? 1 : 0);
		state_forget_files(engine->state, engine->applied_focus);
	}
	interest_fill(want, &choice, engine->opts.filter ? &engine->filter_kinds : NULL, &interest);
	probe_set_interest(engine->probe, &interest);
	apply_files(engine, want, focus, &choice);
	engine->interest_set = true;
	engine->applied_want = want;
	engine->applied_focus = focus;
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

static void turn(struct engine *engine)
{
	int drained = drain(engine);
	uint64_t now = clock_ns(CLOCK_MONOTONIC);

	apply_requests(engine);
	if (now >= engine->next_exits_ns) {
		struct probe_counter_sink sink = counter_sink(engine);

		probe_drain_exits(engine->probe, &sink);
		engine->next_exits_ns = now + EXITS_NS;
	}
	if (atomic_exchange(&engine->refresh_now, false) || now >= refresh_due_ns(engine)) {
		refresh(engine);
		engine->first_interval = false;
	} else if (engine->events_unpublished &&
		   now - engine->last_publish_ns >= PUBLISH_EVENTS_NS) {
		publish(engine);
	}
	if (drained < DRAIN_BUDGET)
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
	/* What is in the rings is delivered; more must not come, or a flood would keep us here. */
	if (probe_stream_ready(engine->probe))
		probe_set_interest(engine->probe, &nothing);
	while (drain(engine) > 0)
		;
	refresh(engine);
	return NULL;
}

/* The first call that is shown is timed too. */
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
	if (!engine)
		return;
	snapshot_unref(engine->latest);
	filter_event_release(&engine->filter_event);
	state_free(engine->state);
	source_free(engine->source);
	probe_free(engine->probe);
	if (engine->event_fd >= 0)
		close(engine->event_fd);
	pthread_mutex_destroy(&engine->lock);
	free(engine->buffers);
	free(engine->gone);
	free(engine);
}

static int engine_open(struct engine *engine, struct probe_error *err)
{
	struct state_opts opts = {
		.memory_bytes = engine->opts.memory_bytes,
		.boot_epoch_ns = clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_BOOTTIME),
	};
	char host[65] = "";
	int r;

	gethostname(host, sizeof(host) - 1);
	opts.host = host;
	r = source_new(process_files, engine, &engine->source);
	if (r == 0)
		r = state_new(&opts, engine->source, &engine->state);
	if (r == 0 && engine->opts.filter) {
		filter_set_gates(engine->opts.filter, &engine->filter_kinds);
		r = filter_event_init(&engine->filter_event, engine->state);
	}
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
	return r;
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
	if (opts->wait_stream) {
		r = probe_load_stream(engine->probe, err);
		if (r < 0)
			goto fail;
		atomic_store(&engine->loader_result, 0);
		/* First the processes, so that their open files find them. */
		refresh(engine);
		apply_requests(engine);
		await_timing(engine);
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

void engine_want_stream(struct engine *engine, enum view_stream stream)
{
	atomic_store(&engine->want, stream);
}

void engine_choose(struct engine *engine, const struct choice *choice)
{
	atomic_store(&engine->failed, choice->failed);
	atomic_store(&engine->min_duration_ns, choice->min_duration_ns);
}

void engine_want_timing(struct engine *engine, enum view_timing timing)
{
	atomic_store(&engine->timing, timing);
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
