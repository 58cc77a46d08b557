/* SPDX-License-Identifier: Apache-2.0 */
#include "live.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alert_sink.h"
#include "alerts.h"
#include "batch.h"
#include "check.h"
#include "condition.h"
#include "config.h"
#include "monitor.h"
#include "option_value.h"
#include "output.h"
#include "record.h"
#include "replay.h"
#include "rule_book.h"
#include "rule_mutes.h"
#include "session.h"
#include "stream.h"
#include "theme.h"
#include "state/base/nearest.h"

#define STATUS_CANNOT_RUN 1
#define DEFAULT_VIEW "processes"
#define DEFAULT_THEME "dark"
#define MONO_THEME "mono"

/* What a live mode needs besides its options. */
struct live {
	const struct options *options;
	struct view_set *views;
	const struct view *view;
	struct theme theme, mono;
	struct session_start start;
	struct filter_set *filter;      /* NULL: no FILTER */
	struct rules *rules;            /* NULL: none, or they are in the book */
	struct rule_book *book;         /* of a live run; NULL: none */
	uint64_t rules_stamp;           /* of the files, before they were read */
	struct alert_sink *alerts;      /* NULL: none */
	struct rule_mutes mutes;        /* what the screen leaves out */
	struct recorder_result capture; /* what became of -w FILE */
};

/* "callers, conn, ...": those that can be asked for. */
static void view_names(const struct view_set *views, char *text, size_t size)
{
	struct text_buf buf;

	text_buf_init(&buf, text, size);
	for (size_t i = 0; i < view_set_len(views); i++) {
		const struct view *view = view_set_at(views, i);

		if (!entity_is_page(view->entity))
			text_buf_printf(&buf, "%s%s", buf.len ? ", " : "", view->name);
	}
}

static int load_views(struct live *live, struct usage_error *err)
{
	const char *name = *live->options->view ? live->options->view : DEFAULT_VIEW;
	struct view_error view_err = { .text = "" };
	char folder[512], names[400];
	bool has_folder = config_folder("views", folder, sizeof(folder)) == 0;
	const char *nearest;

	if (view_set_load(has_folder ? folder : NULL, &live->views, &view_err) < 0)
		return option_fail(err, "%s:%u:%u: %s", view_err.file, view_err.line,
				   view_err.column, view_err.text);
	live->view = view_set_find(live->views, name);
	if (live->view && !entity_is_page(live->view->entity))
		return 0;
	if (live->view)
		return option_fail(err,
				   "%s %s: this view shows one event; it is opened from the stream",
				   live->options->view_from, name);
	nearest = view_set_nearest(live->views, name);
	if (nearest)
		return option_fail(err, "%s %s: no such view; did you mean %s?",
				   live->options->view_from, name, nearest);
	view_names(live->views, names, sizeof(names));
	return option_fail(err, "%s %s: no such view; there are %s", live->options->view_from, name,
			   names);
}

static int load_theme(struct live *live, struct usage_error *err)
{
	const char *name = *live->options->theme ? live->options->theme : DEFAULT_THEME;
	struct view_error theme_err = { .text = "" };
	char folder[512];
	bool has_folder = config_folder("themes", folder, sizeof(folder)) == 0;
	int rc;

	rc = theme_load(has_folder ? folder : NULL, name, &live->theme, &theme_err);
	if (rc == 0)
		rc = theme_load(NULL, MONO_THEME, &live->mono, &theme_err);
	if (rc < 0 && !theme_err.line)
		return option_fail(err, "%s %s: %s", live->options->theme_from, name,
				   theme_err.text);
	if (rc < 0)
		return option_fail(err, "%s:%u:%u: %s", theme_err.file, theme_err.line,
				   theme_err.column, theme_err.text);
	return 0;
}

static int check_processes(const struct probe_scope *scope, struct usage_error *err)
{
	for (size_t i = 0; i < scope->pids_len; i++)
		if (kill(scope->pids[i], 0) < 0 && errno == ESRCH)
			return option_fail(err, "-p %d: no such process", scope->pids[i]);
	return 0;
}

/* The host's processes must be there. $HOST_ROOT stands for an option that is not given. */
static int check_host_root(struct options *options, struct usage_error *err)
{
	const char *from = "--host-root", *given = getenv("HOST_ROOT");
	char proc[300];

	if (!(options->given & 1ull << OPTION_HOST_ROOT) && given && *given) {
		struct option_value input = { .options = options,
					      .err = err,
					      .what = "$HOST_ROOT" };
		int rc = option_set_host_root(&input, given);

		if (rc < 0)
			return rc;
		from = "$HOST_ROOT";
	}
	snprintf(proc, sizeof(proc), "%s/proc/1/stat", options->host_root);
	if (*options->host_root && access(proc, R_OK) < 0)
		return option_fail(
			err, "%s %s: there is no %s; mount the host's root there, with its /proc",
			from, options->host_root, proc);
	return 0;
}

static int load_rules(struct live *live, const struct options *options, struct usage_error *err)
{
	int rc;

	live->rules_stamp = rule_book_stamp(options);
	rc = check_load(options, "--rules", &live->rules, err);
	if (rc == 0 && !rules_len(live->rules) && options->mode != MODE_MONITOR)
		return option_fail(err, "--priority: there is no rule of priority %s or above",
				   rule_priority_name(options->min_priority));
	return rc;
}

static bool is_of_rules(const struct view *view)
{
	return view->entity == ENTITY_HIT || view->entity == ENTITY_HIT_RULE ||
	       view->entity == ENTITY_HIT_PRIORITY || view->entity == ENTITY_RULE;
}

/* The monitor shows hits on every screen, -b in some views; alerts go with any mode. */
static bool wants_rules(const struct live *live, const struct options *options)
{
	if (options->no_default_rules)
		return options->rules.len > 0;
	return options->rules.len || options->alerts || options->alerts_syslog ||
	       options->mode == MODE_ALERTS || options->mode == MODE_MONITOR ||
	       (options->mode == MODE_BATCH && is_of_rules(live->view));
}

/* Everything that the user can get wrong. */
static int check(struct live *live, struct options *options, struct usage_error *err)
{
	int rc = config_load(options, err);

	if (rc < 0)
		return -EINVAL;
	rc = load_views(live, err);
	if (rc == 0 && options->mode == MODE_MONITOR)
		rc = load_theme(live, err);
	if (rc == 0 && *options->filter)
		rc = condition_load(options->filter,
				    options->read ? &condition_capture : &condition_live,
				    &live->filter, err);
	if (rc == 0 && wants_rules(live, options))
		rc = load_rules(live, options, err);
	if (rc < 0)
		return rc;
	if (options->mode == MODE_MONITOR && (!isatty(STDOUT_FILENO) || !isatty(STDIN_FILENO)))
		return option_fail(err, "the monitor needs a terminal; saker -b prints its views");
	if (options->read)
		return 0;
	rc = check_host_root(options, err);
	return rc < 0 ? rc : check_processes(&options->scope, err);
}

static int cannot_run(const struct probe_error *err)
{
	fprintf(stderr, "saker: %s\n", err->what);
	if (*err->remedy)
		fprintf(stderr, "saker: %s\n", err->remedy);
	return STATUS_CANNOT_RUN;
}

/* Forks COMMAND and puts it in scope. Returns 0, or the status of the program. */
static int fork_command(struct live *live)
{
	const struct options *options = live->options;
	struct engine_opts *engine = &live->start.engine;
	enum command_io io = options->mode == MODE_MONITOR ? COMMAND_IO_PIPED : COMMAND_IO_SHARED;
	char *path;
	int rc;

	if (!options->command)
		return 0;
	rc = command_resolve(options->command[0], &path);
	if (rc == 0) {
		rc = command_fork(&live->start.command, path, options->command, io);
		free(path);
	}
	if (rc < 0) {
		char safe[512];
		struct text_buf buf;

		text_buf_init(&buf, safe, sizeof(safe));
		text_buf_add_safe(&buf, options->command[0], strlen(options->command[0]));
		fprintf(stderr, "saker: %s: %s\n", safe,
			rc == -ENOENT ? "command not found" : strerror(-rc));
		return rc == -ENOENT ? COMMAND_STATUS_NOT_FOUND : COMMAND_STATUS_NOT_RUN;
	}
	engine->scope.pids[engine->scope.pids_len++] = live->start.command.pid;
	return 0;
}

static struct snapshot *source_snapshot(void *ctx)
{
	return engine_snapshot(ctx);
}

static void source_want_stream(void *ctx, enum view_stream stream)
{
	engine_want_stream(ctx, stream);
}

static void source_choose(void *ctx, const struct choice *choice)
{
	engine_choose(ctx, choice);
}

static void source_want_objects(void *ctx, enum view_objects objects)
{
	engine_want_objects(ctx, objects);
}

static void source_look(void *ctx, const struct look *look)
{
	engine_look(ctx, look);
}

static void source_want_timing(void *ctx, enum view_timing timing)
{
	engine_want_timing(ctx, timing);
}

static void source_focus(void *ctx, uint32_t pid)
{
	engine_focus(ctx, pid);
}

static void source_reopen(void *ctx)
{
	engine_reopen_alerts(ctx);
}

static void source_set_filter(void *ctx, struct filter_set *set)
{
	engine_set_filter(ctx, set);
}

static uint64_t source_filter_since(void *ctx)
{
	return engine_filter_since(ctx);
}

static void source_explain(void *ctx, struct explain_ask *ask)
{
	engine_explain(ctx, ask);
}

static void source_count(void *ctx, struct event_count *count)
{
	engine_count(ctx, count);
}

static void source_save(void *ctx, struct hit_window_ask *ask)
{
	engine_save(ctx, ask);
}

static void source_set_delay(void *ctx, uint64_t delay_ns)
{
	engine_set_delay(ctx, delay_ns);
}

static void source_refresh(void *ctx)
{
	engine_refresh_now(ctx);
}

/* "-p 1589 --comm nginx": what the command line narrowed everything to; "" for nothing. */
static void watched_text(const struct options *options, char *text, size_t size)
{
	const struct probe_scope *scope = &options->scope;
	struct text_buf buf;

	text_buf_init(&buf, text, size);
	for (size_t i = 0; i < scope->pids_len; i++)
		text_buf_printf(&buf, " -p %d", scope->pids[i]);
	for (size_t i = 0; i < options->containers.len; i++)
		text_buf_printf(&buf, " --container %s", options->containers.values[i]);
	for (size_t i = 0; i < scope->euids_len; i++)
		text_buf_printf(&buf, " -u %u", scope->euids[i]);
	for (size_t i = 0; i < scope->comms_len; i++)
		text_buf_printf(&buf, " --comm %s", scope->comms[i]);
	if (options->command)
		text_buf_printf(&buf, " -- %s", options->command[0]);
}

/* watched: room for what the breadcrumb says, as long as the options. */
static struct monitor_opts monitor_options(struct live *live, char *watched, size_t size)
{
	watched_text(live->options, watched, size);
	return (struct monitor_opts){
		.views = live->views,
		.view = live->view,
		.theme = &live->theme,
		.mono = &live->mono,
		.watched = *watched ? watched + 1 : NULL,
		.mutes = &live->mutes,
		.readonly = live->options->readonly,
		.delay_ns = live->options->delay_ns,
		.stop_ns = live->options->stop_ns,
		.refreshes = live->options->count,
		.has_output = live->start.command.output_fd >= 0,
		.output_fd = live->start.command.output_fd,
		.command = &live->start.command,
	};
}

static int run_monitor(struct live *live)
{
	char watched[256], sentence[256] = "";
	struct monitor_opts opts = monitor_options(live, watched, sizeof(watched));
	struct probe_error err = { .what = "" };
	struct snapshot_source source;
	struct engine *engine;
	int rc;

	live->start.engine.stream = live->view->stream;
	live->start.engine.choice = choice_of_view(live->view);
	live->start.engine.idle_containers = true;
	/* COMMAND runs once its first event is seen. */
	live->start.engine.wait_stream = live->options->command != NULL;
	rc = engine_start(&live->start.engine, &engine, &err);
	if (rc < 0) {
		command_release_all(&live->start.command);
		return cannot_run(&err);
	}
	command_release(&live->start.command);
	source = (struct snapshot_source){
		.ctx = engine,
		.snapshot = source_snapshot,
		.fd = engine_fd(engine),
		.want_stream = source_want_stream,
		.choose = source_choose,
		.want_timing = source_want_timing,
		.want_objects = source_want_objects,
		.look = source_look,
		.focus = source_focus,
		.set_delay = source_set_delay,
		.set_filter = source_set_filter,
		.filter_since = source_filter_since,
		.explain = source_explain,
		.save = source_save,
		.count = source_count,
		.reopen = alert_sink_has_file(live->alerts) ? source_reopen : NULL,
		.refresh = source_refresh,
	};
	rc = monitor_run(&opts, &source, sentence, sizeof(sentence));
	engine_stop(engine, NULL);
	command_release_all(&live->start.command);
	if (rc == 0)
		return 0;
	fprintf(stderr, "saker: %s\n", sentence);
	return STATUS_CANNOT_RUN;
}

static const char *open_problem(int rc)
{
	return rc == -ELOOP ? "is a symbolic link; name the file itself" : strerror(-rc);
}

static struct snapshot *replayed_snapshot(void *ctx)
{
	return replay_snapshot(ctx);
}

static void replayed_explain(void *ctx, struct explain_ask *ask)
{
	replay_explain(ctx, ask);
}

static void replayed_count(void *ctx, struct event_count *count)
{
	replay_count(ctx, count);
}

static void replayed_save(void *ctx, struct hit_window_ask *ask)
{
	replay_save(ctx, ask);
}

static void replayed_set_filter(void *ctx, struct filter_set *set)
{
	replay_set_filter(ctx, set);
}

/* The rows of the end of the file stay on screen until the user leaves. */
static int replay_monitor(struct live *live, struct replay *replay)
{
	const struct snapshot_source source = { .ctx = replay,
						.snapshot = replayed_snapshot,
						.fd = replay_fd(replay),
						.explain = replayed_explain,
						.save = replayed_save,
						.count = replayed_count,
						.set_filter = replay_is_readable_again(replay)
								      ? replayed_set_filter
								      : NULL };
	char watched[256], sentence[256] = "";
	struct monitor_opts opts = monitor_options(live, watched, sizeof(watched));
	struct replay_error err;
	int rc = replay_begin(replay, &err);

	if (rc < 0)
		return replay_finish(replay, rc, &err, stdout);
	rc = replay_start(replay);
	opts.replay = live->options->read;
	if (rc == 0)
		rc = monitor_run(&opts, &source, sentence, sizeof(sentence));
	if (rc == 0)
		return 0;
	fprintf(stderr, "saker: %s\n", *sentence ? sentence : strerror(-rc));
	return STATUS_CANNOT_RUN;
}

/* Where hits go; the lines of `saker alerts` are open. */
static int open_alerts(struct live *live, struct usage_error *err)
{
	FILE *lines = live->options->mode == MODE_ALERTS ? live->start.out : NULL;
	int rc = alert_sink_new(live->options, lines, &live->alerts, err);

	live->start.engine.alerts = live->alerts;
	return rc;
}

/* A capture in place of the live system: nothing needs a privilege. */
static int run_replay(struct live *live, struct usage_error *err)
{
	const struct options *options = live->options;
	struct replay_error replay_err = { .text = "out of memory" };
	struct replay *replay;
	int rc = replay_open(options, live->filter, live->rules, &replay, &replay_err);

	if (rc < 0)
		return option_fail(err, "-r %s", replay_err.text);
	rc = options->mode == MODE_MONITOR ? 0 : output_open(options->output, &live->start.out);
	if (rc < 0)
		rc = option_fail(err, "--output %s: %s", options->output, open_problem(rc));
	else
		rc = open_alerts(live, err);
	if (rc < 0) {
		replay_close(replay);
		return rc;
	}
	replay_set_watch(replay, &live->start.engine.watch, live->alerts);
	if (options->mode == MODE_MONITOR)
		rc = replay_monitor(live, replay);
	else if (options->mode == MODE_BATCH)
		rc = batch_replay(replay, options, live->start.out, live->view);
	else if (options->mode == MODE_ALERTS)
		rc = alerts_replay(replay, &live->start);
	else
		rc = stream_replay(replay, options, live->start.out);
	replay_close(replay);
	return rc;
}

static int run_mode(struct live *live)
{
	switch (live->options->mode) {
	case MODE_BATCH: return batch_run(&live->start, live->view);
	case MODE_STREAM: return stream_run(&live->start);
	case MODE_RECORD: return record_run(&live->start);
	case MODE_ALERTS: return alerts_run(&live->start);
	case MODE_MONITOR: return run_monitor(live);
	case MODE_LIST:
	case MODE_CHECK:
	case MODE_DOCTOR:
	case MODE_COUNT: break;
	}
	return STATUS_CANNOT_RUN;
}

/* Opens what is written to. Returns 0, or -EINVAL with the sentence in *err. */
static int open_outputs(struct live *live, struct usage_error *err)
{
	const struct options *options = live->options;
	int rc = 0;

	if (options->mode != MODE_RECORD)
		rc = output_open(options->output, &live->start.out);
	if (rc < 0)
		return option_fail(err, "--output %s: %s", options->output, open_problem(rc));
	rc = open_alerts(live, err);
	if (rc < 0 || !options->write)
		return rc;
	rc = output_open_fd(options->write);
	if (rc < 0)
		return option_fail(err, "-w %s: %s", options->write, open_problem(rc));
	if (isatty(rc)) {
		close(rc);
		return option_fail(err, "-w %s: a capture is not for terminals; name a file",
				   options->write);
	}
	live->start.engine.capture_fd = rc;
	return 0;
}

/* Rules follow their files. After the drop of privileges, which are those of a thread. */
static int open_book(struct live *live)
{
	struct rules *rules = live->rules;
	int rc;

	if (!rules)
		return 0;
	live->rules = NULL;
	rc = rule_book_new(live->options, rules, live->rules_stamp, &live->book);
	if (rc == 0)
		rc = rule_book_watch(live->book);
	live->start.engine.rules = live->book;
	return rc;
}

/* Opens what needs privileges, drops them, runs the mode. Returns the status of the program. */
static int run(struct live *live, struct usage_error *err)
{
	const struct options *options = live->options;
	struct probe_error probe_err = { .what = "" };
	enum privileges_keep keep;
	int rc;

	if (options->read)
		return run_replay(live, err);
	rc = privileges_check(&probe_err);
	if (rc < 0)
		return cannot_run(&probe_err);
	rc = open_outputs(live, err);
	if (rc < 0)
		return rc;
	rc = fork_command(live);
	if (rc > 0)
		return rc;
	keep = options->mode == MODE_MONITOR && !options->readonly ? PRIVILEGES_ACTIONS
								   : PRIVILEGES_READONLY;
	if (privileges_drop(keep, &probe_err) < 0) {
		command_release_all(&live->start.command);
		return cannot_run(&probe_err);
	}
	rc = open_book(live);
	if (rc < 0) {
		command_release_all(&live->start.command);
		fprintf(stderr, "saker: rules: %s\n", strerror(-rc));
		return STATUS_CANNOT_RUN;
	}
	rc = run_mode(live);
	if (rc == 0 && alert_sink_lost(live->alerts))
		rc = STATUS_CANNOT_RUN;
	return options->write && rc >= 0 ? record_say(options->write, &live->capture, rc) : rc;
}

static struct probe_opts probe_options(const struct options *options)
{
	struct probe_opts opts = options->probe;

	opts.host_root = options->host_root;
	return opts;
}

int live_run(struct options *options, struct usage_error *err)
{
	struct live live = { .options = options };
	int rc;

	rule_mutes_init(&live.mutes);
	rc = check(&live, options, err);

	if (rc == 0) {
		live.start = (struct session_start){
			.options = options,
			.engine = { .probe = probe_options(options),
				    .scope = options->scope,
				    .containers = options->containers,
				    .memory_bytes = options->memory_bytes,
				    .delay_ns = options->delay_ns,
				    .capture_fd = -1,
				    .capture_packing = record_packing(options->write),
				    .capture_events = record_events(options),
				    .capture = &live.capture,
				    .filter = live.filter,
				    .watch = { .names = options->names,
					       .which = options->which,
					       .keeping = options->mode == MODE_MONITOR
								  ? RULE_KEEP_REASONS
								  : RULE_KEEP_OUTPUT,
					       .mutes = &live.mutes } },
		};
		command_init(&live.start.command);
		rc = run(&live, err);
	}
	view_set_free(live.views);
	filter_set_free(live.filter);
	alert_sink_free(live.alerts);
	rule_book_free(live.book);
	rule_mutes_release(&live.mutes);
	rules_free(live.rules);
	return rc;
}
