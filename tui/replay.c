/* SPDX-License-Identifier: Apache-2.0 */
#include "replay.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "alert_sink.h"
#include "event_count.h"
#include "explain.h"
#include "filter_ask.h"
#include "hit_window.h"
#include "output.h"
#include "probe/schema/render.h"
#include "state/filter/compile.h"

#define STATUS_CANNOT_WRITE 1
#define STATUS_BAD_INPUT 2
/* While a long file is read the screen shows how far it is. */
#define PUBLISH_NS 250000000ull
#define COUNT_STEP_NS 20000000ull

struct replay {
	char name[200];     /* safe to print */
	const char *output; /* as in struct options; borrowed */
	int fd;             /* the file, to be read again; -1: it cannot be */
	off_t start;        /* where it begins */
	struct replay_feed_opts feed_opts;
	struct capture_reader *reader;
	struct replay_feed *feed;
	struct alert_sink *alerts; /* NULL: none; borrowed */
	struct replay_tap tap;     /* of the caller */
	struct replay_error error; /* of the thread; "": none */
	bool over;                 /* replay_begin() came to the end of the file */
	bool ended;                /* the file was read up to its end */
	bool told;                 /* by then, or by what is wrong, there was something to show */
	int event_fd;
	int request_fd; /* readable when there is something to do after the end of the file */
	pthread_t thread;
	bool thread_started;
	atomic_bool stop;
	/* Requests, taken over; the newest wins. */
	struct explain_ask *_Atomic next_ask;
	struct hit_window_ask *_Atomic next_save;
	struct event_count *_Atomic next_count;
	struct filter_ask *_Atomic next_filter;
	struct filter_set *chosen;   /* of the thread; NULL: none */
	struct snapshot_saved saved; /* what became of the last capture around a hit */
	uint64_t published_ns;
	pthread_mutex_t lock; /* of latest: held for a pointer swap only */
	struct snapshot *latest;
};

static int tap_event(void *ctx, struct state *state, const struct history_event *kept)
{
	struct replay *replay = ctx;

	return replay->tap.event ? replay->tap.event(replay->tap.ctx, state, kept) : 0;
}

static void tap_hit(void *ctx, const struct rule *rule, enum rule_via via,
		    struct filter_event *event)
{
	struct replay *replay = ctx;

	if (replay->tap.hit)
		replay->tap.hit(replay->tap.ctx, rule, via, event);
}

static int tap_refreshed(void *ctx)
{
	struct replay *replay = ctx;

	return replay->tap.refreshed ? replay->tap.refreshed(replay->tap.ctx) : 0;
}

static int open_file(const struct options *options)
{
	struct stat st;
	int fd;

	if (strcmp(options->read, "-") == 0)
		fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
	else
		fd = open(options->read, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
		close(fd);
		return -EISDIR;
	}
	return fd;
}

/* The same file from its beginning, with a place of its own in it. Returns an fd or -errno. */
static int open_again(const struct replay *replay)
{
	char path[48];
	int fd, rc;

	if (replay->fd < 0)
		return -ESPIPE;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", replay->fd);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return -errno;
	if (lseek(fd, replay->start, SEEK_SET) < 0) {
		rc = -errno;
		close(fd);
		return rc;
	}
	return fd;
}

/* Keeps what can be read again: a regular file. */
static void keep_file(struct replay *replay, int fd)
{
	struct stat st;
	int again;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return;
	replay->start = lseek(fd, 0, SEEK_CUR);
	replay->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	again = open_again(replay);
	if (again >= 0) {
		close(again);
		return;
	}
	if (replay->fd >= 0)
		close(replay->fd);
	replay->fd = -1;
}

__attribute__((format(printf, 3, 4))) static void say(const struct replay *replay,
						      struct replay_error *err, const char *format,
						      ...)
{
	int len = snprintf(err->text, sizeof(err->text), "%s: ", replay->name);
	va_list args;

	va_start(args, format);
	vsnprintf(err->text + len, sizeof(err->text) - (size_t)len, format, args);
	va_end(args);
}

int replay_open(const struct options *options, struct filter_set *filter, struct rules *rules,
		struct replay **ret_replay, struct replay_error *err)
{
	struct replay *replay = calloc(1, sizeof(*replay));
	const struct replay_feed_opts opts = {
		.scope = options->scope,
		.containers = options->containers,
		.memory_bytes = options->given & 1ull << OPTION_MEMORY ? options->memory_bytes : 0,
		.filter = filter,
		.rules = rules,
		.tap = { .ctx = replay,
			 .hit = tap_hit,
			 .event = tap_event,
			 .refreshed = tap_refreshed },
	};
	struct text_buf buf;
	int rc;

	if (!replay)
		return -ENOMEM;
	replay->output = options->output;
	replay->fd = replay->request_fd = -1;
	replay->feed_opts = opts;
	pthread_mutex_init(&replay->lock, NULL);
	text_buf_init(&buf, replay->name, sizeof(replay->name));
	text_buf_add_safe(&buf, options->read, strlen(options->read));
	replay->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	rc = replay->event_fd < 0 ? -errno : open_file(options);
	if (rc >= 0) {
		keep_file(replay, rc);
		rc = capture_reader_new(rc, &replay->reader);
	}
	if (rc >= 0)
		rc = replay_feed_new(&opts, &replay->feed);
	if (rc < 0) {
		say(replay, err, "%s", strerror(-rc));
		replay_close(replay);
		return rc;
	}
	*ret_replay = replay;
	return 0;
}

void replay_set_watch(struct replay *replay, const struct rule_watch_opts *watch,
		      struct alert_sink *alerts)
{
	struct rule_watch_opts opts = *watch;

	replay->alerts = alerts;
	replay->feed_opts.watch = opts;
	opts.listeners[RULE_LISTENER_ALERTS] = alert_sink_listener(alerts);
	replay_feed_set_watch(replay->feed, &opts);
}

static void wake(const struct replay *replay)
{
	uint64_t one = 1;

	if (replay->request_fd >= 0 && write(replay->request_fd, &one, sizeof(one)) < 0)
		return; /* EAGAIN: it is awake */
}

void replay_close(struct replay *replay)
{
	if (!replay)
		return;
	atomic_store(&replay->stop, true);
	wake(replay);
	if (replay->thread_started)
		pthread_join(replay->thread, NULL);
	explain_ask_free(atomic_load(&replay->next_ask));
	hit_window_ask_free(atomic_load(&replay->next_save));
	event_count_free(atomic_load(&replay->next_count));
	filter_ask_free(atomic_load(&replay->next_filter));
	snapshot_unref(replay->latest);
	replay_feed_free(replay->feed);
	capture_reader_free(replay->reader);
	filter_set_free(replay->chosen);
	if (replay->fd >= 0)
		close(replay->fd);
	if (replay->request_fd >= 0)
		close(replay->request_fd);
	pthread_mutex_destroy(&replay->lock);
	if (replay->event_fd >= 0)
		close(replay->event_fd);
	free(replay);
}

/* What the feed cannot take, in words; the reader has its own for what is wrong in the file. */
static void say_failure(const struct replay *replay, int rc, const struct capture_error *from,
			struct replay_error *err)
{
	if (rc == -EPROTONOSUPPORT)
		say(replay, err,
		    "recorded by another version of saker, whose items have another "
		    "meaning");
	else if (rc == -ENOEXEC)
		say(replay, err,
		    "recorded on a machine of another architecture, whose system "
		    "calls have other numbers");
	else if (*from->text)
		say(replay, err, "%s", from->text);
	else
		say(replay, err, "%s", strerror(-rc));
}

static bool goes_on(struct replay *replay);

int replay_begin(struct replay *replay, struct replay_error *err)
{
	const struct capture_sink *sink = replay_feed_sink(replay->feed);
	struct capture_error from = { .text = "" };
	int rc = 1;

	while (rc > 0 && !replay_feed_has_rows(replay->feed))
		rc = capture_read(replay->reader, sink, &from);
	if (rc < 0) {
		say_failure(replay, rc, &from, err);
		return rc;
	}
	replay->over = rc == 0;
	return 0;
}

int replay_run(struct replay *replay, const struct replay_tap *tap, struct replay_error *err)
{
	const struct capture_sink *sink = replay_feed_sink(replay->feed);
	struct capture_error from = { .text = "" };
	int rc = replay->over ? 0 : 1;

	replay->tap = *tap;
	while (rc > 0) {
		rc = capture_read(replay->reader, sink, &from);
		if (rc > 0 && !goes_on(replay))
			break;
	}
	replay->ended = rc == 0;
	if (replay->alerts)
		alert_sink_end(replay->alerts);
	if (rc < 0)
		say_failure(replay, rc, &from, err);
	replay->told = rc >= 0 || replay_feed_has_rows(replay->feed);
	/* Whatever went wrong: what was read can be shown. */
	if (replay_feed_end(replay->feed) < 0 && rc >= 0) {
		rc = -ENOMEM;
		say(replay, err, "no memory");
	}
	return rc < 0 ? rc : 0;
}

int replay_publish(struct replay *replay, struct snapshot **ret_snapshot)
{
	struct state *state = replay_feed_state(replay->feed);

	return state ? state_publish(state, ret_snapshot) : -ENOENT;
}

bool replay_has_rows(const struct replay *replay)
{
	return replay->told;
}

bool replay_remark(const struct replay *replay, struct replay_error *ret_remark)
{
	uint64_t events = replay_feed_events(replay->feed), offset;

	if (!replay->ended)
		return false;
	if (capture_reader_truncated(replay->reader, &offset)) {
		say(replay, ret_remark,
		    "ends within the block at byte %" PRIu64 "%s; %" PRIu64 " events before it",
		    offset, capture_reader_is_packed(replay->reader) ? " of the unpacked data" : "",
		    events);
		return true;
	}
	if (replay_feed_completeness(replay->feed) == REPLAY_CUT) {
		say(replay, ret_remark,
		    "its writer did not come to the end; it holds %" PRIu64 " events", events);
		return true;
	}
	return false;
}

int replay_finish(struct replay *replay, int rc, const struct replay_error *err, FILE *out)
{
	int closed = output_close(out);
	struct replay_error remark;

	if (closed == -EPIPE)
		return 0;
	if (closed < 0) {
		output_say(replay->output, closed);
		return STATUS_CANNOT_WRITE;
	}
	if (rc < 0)
		fprintf(stderr, "saker: %s\n", err->text);
	else if (replay_remark(replay, &remark))
		fprintf(stderr, "saker: %s\n", remark.text);
	return rc < 0 ? STATUS_BAD_INPUT : 0;
}

/* --- the thread --- */

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000ull + (uint64_t)now.tv_nsec;
}

static void show(struct replay *replay)
{
	struct state *state = replay_feed_state(replay->feed);
	struct snapshot *snapshot, *old;
	uint64_t one = 1;

	/* Whichever feed it was asked of: the screen waits for it. */
	if (state)
		state_set_saved(state, &replay->saved);
	if (replay_publish(replay, &snapshot) < 0)
		return;
	pthread_mutex_lock(&replay->lock);
	old = replay->latest;
	replay->latest = snapshot;
	pthread_mutex_unlock(&replay->lock);
	snapshot_unref(old);
	replay->published_ns = now_ns();
	if (write(replay->event_fd, &one, sizeof(one)) < 0)
		return; /* EAGAIN: the reader has been told already */
}

static int on_refreshed(void *ctx)
{
	struct replay *replay = ctx;

	if (now_ns() - replay->published_ns >= PUBLISH_NS)
		show(replay);
	return 0;
}

/* Reads the file, or what is left of it, and shows what there is. */
static void read_and_show(struct replay *replay)
{
	const struct replay_tap tap = { .ctx = replay, .refreshed = on_refreshed };
	struct replay_error remark;
	int rc = replay_run(replay, &tap, &replay->error);

	if (rc < 0) {
		replay_feed_notice(replay->feed, replay->error.text);
	} else if (replay_remark(replay, &remark)) {
		replay_feed_notice(replay->feed, remark.text);
	} else if (!replay_feed_has_counters(replay->feed)) {
		say(replay, &remark, "no counters: calls, CPU and memory of rows are not known");
		replay_feed_notice(replay->feed, remark.text);
	}
	show(replay);
}

/* The file from its beginning, beside the one that is shown. */
static int open_both(struct replay *replay, const struct replay_feed_opts *opts,
		     struct capture_reader **ret_reader, struct replay_feed **ret_feed)
{
	int fd = open_again(replay);
	int rc = fd < 0 ? fd : capture_reader_new(fd, ret_reader);

	if (rc < 0)
		return rc;
	rc = replay_feed_new(opts, ret_feed);
	if (rc < 0)
		capture_reader_free(*ret_reader);
	return rc;
}

/* Reads it from its beginning, for another condition, which is taken over. Alerts were told. */
static void read_again(struct replay *replay, struct filter_set *chosen)
{
	struct replay_feed_opts opts = replay->feed_opts;
	struct capture_reader *reader;
	struct replay_feed *feed;
	int rc;

	opts.chosen = chosen;
	rc = open_both(replay, &opts, &reader, &feed);
	if (rc < 0) {
		/* What was read stays, and is not what the condition says. */
		filter_set_free(chosen);
		say(replay, &replay->error, "not read again: %s", strerror(-rc));
		replay_feed_notice(replay->feed, replay->error.text);
		show(replay);
		return;
	}
	replay->alerts = NULL;
	replay_feed_free(replay->feed);
	capture_reader_free(replay->reader);
	filter_set_free(replay->chosen);
	replay->feed = feed;
	replay->reader = reader;
	replay->over = false;
	replay->chosen = chosen;
	if (opts.rules)
		rules_restart(opts.rules);
	read_and_show(replay);
}

/* A question on its way through a feed of its own. */
struct inspection {
	const struct explain_ask *ask;
	struct explained *explained;
};

static void on_until(void *ctx, struct rule_watch *watch)
{
	struct inspection *inspection = ctx;

	inspection->explained = explain_last(watch, inspection->ask);
}

/* Reads up to the event, where everything is as it was then; NULL where that is not to be had. */
static struct explained *inspect(struct replay *replay, const struct explain_ask *ask)
{
	struct inspection inspection = { .ask = ask };
	struct replay_feed_opts opts = replay->feed_opts;
	struct capture_reader *reader = NULL;
	struct replay_feed *feed = NULL;
	struct capture_error err;
	int rc = -ENOENT;

	opts.until_num = explain_ask_event(ask);
	opts.until = on_until;
	opts.until_ctx = &inspection;
	opts.tap = (struct replay_tap){ .ctx = NULL };
	if (opts.until_num)
		rc = open_both(replay, &opts, &reader, &feed);
	if (rc == 0) {
		do {
			rc = capture_read(reader, replay_feed_sink(feed), &err);
		} while (rc > 0 && !atomic_load(&replay->stop) && !atomic_load(&replay->next_ask));
		replay_feed_free(feed);
		capture_reader_free(reader);
	}
	/* Processes of that state are gone. */
	if (opts.rules)
		rules_forget(opts.rules);
	return inspection.explained;
}

/* Is there a question that waits, or the end? */
static bool is_asked(const struct replay *replay)
{
	return atomic_load_explicit(&replay->next_ask, memory_order_relaxed) ||
	       atomic_load_explicit(&replay->next_save, memory_order_relaxed) ||
	       atomic_load_explicit(&replay->next_count, memory_order_relaxed) ||
	       atomic_load_explicit(&replay->stop, memory_order_relaxed);
}

static void answer(struct replay *replay, const struct explain_ask *ask)
{
	struct state *state = replay_feed_state(replay->feed);
	struct explained *explained = inspect(replay, ask);

	if (!explained && replay_feed_watch(replay->feed) && !atomic_load(&replay->next_ask))
		explained = explain_past(replay_feed_watch(replay->feed), ask);
	if (!explained)
		return;
	state_set_explained(state, explained);
	show(replay);
}

static void save(struct replay *replay, struct hit_window_ask *ask)
{
	const struct hit_window_from from = { .source = replay_feed_source(replay->feed),
					      .origin = RECORDER_ELSEWHERE,
					      .memory_bytes = replay->feed_opts.memory_bytes };

	replay->saved = hit_window_write(ask, &from);
	show(replay);
}

/* Counts what a condition accepts, unless there is something newer to do. */
static void count_events(struct replay *replay, struct event_count *count)
{
	struct filter_event *event = replay_feed_event(replay->feed);
	struct snapshot_counted counted;
	bool more = event != NULL;

	while (more && !is_asked(replay))
		more = event_count_step(count, event, COUNT_STEP_NS);
	counted = event_count_now(count);
	state_set_counted(replay_feed_state(replay->feed), &counted);
	show(replay);
}

/* Between two blocks of the file, and after its end. */
static void serve(struct replay *replay)
{
	struct hit_window_ask *to_save;
	struct event_count *count;
	struct explain_ask *ask;

	if (!replay_feed_state(replay->feed))
		return;
	count = atomic_exchange(&replay->next_count, NULL);
	if (count)
		count_events(replay, count);
	event_count_free(count);

	while ((to_save = atomic_exchange(&replay->next_save, NULL)) != NULL) {
		save(replay, to_save);
		hit_window_ask_free(to_save);
	}

	while ((ask = atomic_exchange(&replay->next_ask, NULL)) != NULL) {
		answer(replay, ask);
		explain_ask_free(ask);
	}
}

/* Is the rest of the file to be read? Not where it is to be read anew and all alerts were told. */
static bool goes_on(struct replay *replay)
{
	if (is_asked(replay))
		serve(replay);
	return !atomic_load_explicit(&replay->stop, memory_order_relaxed) &&
	       (replay->alerts ||
		!atomic_load_explicit(&replay->next_filter, memory_order_relaxed));
}

static void *replay_main(void *arg)
{
	struct replay *replay = arg;
	struct filter_ask *next;
	struct pollfd wait = { .fd = replay->request_fd, .events = POLLIN };
	uint64_t news;

	pthread_setname_np(pthread_self(), "saker-replay");
	read_and_show(replay);
	while (!atomic_load(&replay->stop)) {
		if (poll(&wait, 1, -1) > 0 && read(replay->request_fd, &news, sizeof(news)) < 0)
			continue;
		while ((next = atomic_exchange(&replay->next_filter, NULL)) != NULL)
			read_again(replay, filter_ask_take(next));
		serve(replay);
	}
	return NULL;
}

bool replay_is_readable_again(const struct replay *replay)
{
	return replay->fd >= 0;
}

void replay_explain(struct replay *replay, struct explain_ask *ask)
{
	explain_ask_free(atomic_exchange(&replay->next_ask, ask));
	wake(replay);
}

void replay_count(struct replay *replay, struct event_count *count)
{
	event_count_free(atomic_exchange(&replay->next_count, count));
	wake(replay);
}

void replay_save(struct replay *replay, struct hit_window_ask *ask)
{
	hit_window_ask_free(atomic_exchange(&replay->next_save, ask));
	wake(replay);
}

void replay_set_filter(struct replay *replay, struct filter_set *set)
{
	struct filter_ask *ask = filter_ask_new(set);

	if (ask)
		filter_ask_free(atomic_exchange(&replay->next_filter, ask));
	wake(replay);
}

int replay_start(struct replay *replay)
{
	int rc;

	replay->request_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (replay->request_fd < 0)
		return -errno;
	rc = -pthread_create(&replay->thread, NULL, replay_main, replay);
	replay->thread_started = rc == 0;
	return rc;
}

struct snapshot *replay_snapshot(struct replay *replay)
{
	struct snapshot *snapshot;

	pthread_mutex_lock(&replay->lock);
	snapshot = snapshot_ref(replay->latest);
	pthread_mutex_unlock(&replay->lock);
	return snapshot;
}

int replay_fd(const struct replay *replay)
{
	return replay->event_fd;
}
