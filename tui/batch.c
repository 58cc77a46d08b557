/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An interval ends where the counters were read anew: snapshots that only bring events are passed
 * over. -n N writes N intervals. JSON gets one more object at the end, with everything until the
 * engine stopped; text and CSV get that table when the run ends for another reason than -n.
 */
#include "tui/batch.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tui/text.h"
#include "views/batch.h"

#define EVENTS_PIECE 8192

struct batch_run {
	struct session session;
	struct batch batch;
	struct table *table;
	struct table_query query;
	struct scope scope; /* empty: the engine has the scope of the command line */
	enum batch_format format;
	uint64_t last_time_ns; /* of the last interval written */
	uint64_t written;
	bool closed; /* nobody reads any more, or it cannot be written */
};

/* A terminal cuts lines at its width; files and pipes get all. */
static unsigned output_width(FILE *out)
{
	struct winsize size;

	if (isatty(fileno(out)) && ioctl(fileno(out), TIOCGWINSZ, &size) == 0)
		return size.ws_col;
	return 0;
}

/* Events come in pieces: an interval under load has more than memory should hold decoded. */
static int write_events(struct batch_run *run, struct snapshot *snapshot, enum batch_part part)
{
	struct event_span span = entity_span(snapshot, run->query.view->entity);
	uint64_t last = span.end ? span.end - 1 : 0;
	int rc = 0;

	if (run->query.view->entity == ENTITY_HIT && run->query.after_num < SNAPSHOT_HIT_BASE)
		run->query.after_num = SNAPSHOT_HIT_BASE;
	batch_begin(&run->batch, run->format, snapshot, part);
	if (run->query.after_num + 1 < span.first) {
		batch_evicted(&run->batch, span.first - run->query.after_num - 1);
		run->query.after_num = span.first - 1;
	}
	while (rc == 0 && run->query.after_num < last) {
		run->query.before_num = run->query.after_num + EVENTS_PIECE + 1;
		rc = table_fill(run->table, snapshot, &run->query);
		if (rc == 0)
			rc = batch_rows(&run->batch, run->table);
		run->query.after_num =
			run->query.before_num - 1 < last ? run->query.before_num - 1 : last;
	}
	return rc < 0 ? rc : batch_end(&run->batch);
}

static void write_table(struct batch_run *run, struct snapshot *snapshot, enum batch_part part)
{
	enum entity entity = run->query.view->entity;
	int rc;

	if (run->query.sort == SIZE_MAX && entity_is_event(entity)) {
		rc = write_events(run, snapshot, part);
	} else {
		rc = table_fill(run->table, snapshot, &run->query);
		if (rc == 0)
			rc = batch_write(&run->batch, run->format, run->table, part);
		/* Sorted events: those of this interval, each once. */
		if (rc == 0 && entity_is_event(entity) && entity_span(snapshot, entity).end)
			run->query.after_num = entity_span(snapshot, entity).end - 1;
	}
	run->closed = rc < 0;
	run->session.write_error = rc;
	run->written++;
}

/* Takes the newest snapshot; writes it when it ends an interval. */
static void take_snapshot(struct batch_run *run)
{
	struct snapshot *snapshot = engine_snapshot(run->session.engine);

	if (snapshot && snapshot->interval_ns && snapshot->time_ns != run->last_time_ns) {
		run->last_time_ns = snapshot->time_ns;
		write_table(run, snapshot, BATCH_INTERVAL);
	}
	snapshot_unref(snapshot);
}

/* Returns when the run is over. */
static void wait_loop(struct batch_run *run, uint64_t count)
{
	while (!run->closed && (!count || run->written < count)) {
		switch (session_wait(&run->session)) {
		case SESSION_SNAPSHOT: take_snapshot(run); break;
		case SESSION_WOKEN: break;
		case SESSION_OUTPUT_CLOSED: run->closed = true; break;
		case SESSION_COMMAND_ENDED:
		case SESSION_TIME_OVER:
		case SESSION_SIGNALLED: return;
		}
	}
}

static enum batch_format batch_format(enum option_format format)
{
	static const enum batch_format formats[] = {
		[FORMAT_TEXT] = BATCH_TEXT, [FORMAT_JSON] = BATCH_JSON, [FORMAT_CSV] = BATCH_CSV
	};

	return formats[format];
}

int batch_run(struct session_start *start, const struct view *view)
{
	struct batch_run run = { .format = batch_format(start->options->format) };
	struct probe_error err = { .what = "out of memory" };
	struct snapshot *last = NULL;
	uint64_t count = start->options->count;
	int rc = table_new(&run.table);

	session_init(&run.session, start);
	start->engine.exact_delay = true;
	start->engine.stream = view->stream;
	start->engine.choice = choice_of_view(view);
	start->engine.timing = view_timing(view, 0, 0);
	start->engine.objects = view_objects(view);
	start->engine.look = look_of_view(view, NULL);
	start->engine.idle_containers = true;
	/* Of events names, arguments and files are learned: the first interval has them. */
	start->engine.wait_stream = true;
	run.query = (struct table_query){ .view = view,
					  .scope = &run.scope,
					  .choice = choice_of_view(view),
					  .sort = view->sort,
					  .descending = view->descending };
	if (rc == 0)
		rc = session_open(&run.session, start, &err);
	if (rc < 0) {
		table_free(run.table);
		return session_fail(&run.session, &err);
	}
	batch_init(&run.batch, start->out, view);
	run.batch.width = output_width(start->out);
	run.batch.ascii = !text_locale_is_utf8();
	wait_loop(&run, count);
	session_stop(&run.session, &last);
	if (!run.closed && last && (run.format == BATCH_JSON || !count || run.written < count))
		write_table(&run, last, BATCH_FINAL);
	if (!run.closed)
		session_print_totals(&run.session, last);
	batch_release(&run.batch);
	table_free(run.table);
	snapshot_unref(last);
	return session_close(&run.session);
}

/* What runs over a capture: intervals of at least delay_ns, none when 0. */
struct batch_replay {
	struct batch_run run;
	struct replay *replay;
	uint64_t delay_ns, count;
};

static int on_refreshed(void *ctx)
{
	struct batch_replay *over = ctx;
	struct batch_run *run = &over->run;
	struct snapshot *snapshot = NULL;
	int rc = replay_publish(over->replay, &snapshot);

	/* As live, the first refresh begins the first interval. */
	if (rc == 0 && !run->last_time_ns)
		run->last_time_ns = snapshot->time_ns;
	if (rc == 0 && snapshot->interval_ns &&
	    snapshot->time_ns - run->last_time_ns >= over->delay_ns) {
		run->last_time_ns = snapshot->time_ns;
		write_table(run, snapshot, BATCH_INTERVAL);
	}
	snapshot_unref(snapshot);
	if (rc < 0)
		return rc;
	return run->closed || (over->count && run->written >= over->count) ? -ECANCELED : 0;
}

int batch_replay(struct replay *replay, const struct options *options, FILE *out,
		 const struct view *view)
{
	uint64_t asked = 1ull << OPTION_LIMIT | 1ull << OPTION_DELAY;
	struct batch_replay over = { .run = { .format = batch_format(options->format) },
				     .replay = replay,
				     .count = options->count };
	struct batch_run *run = &over.run;
	struct replay_tap tap = { .ctx = &over };
	struct replay_error err = { .text = "out of memory" };
	struct snapshot *last = NULL;
	int rc = table_new(&run->table);

	if (options->on_line & asked)
		tap.refreshed = on_refreshed;
	if (options->on_line & 1ull << OPTION_DELAY)
		over.delay_ns = options->delay_ns - options->delay_ns / 8;
	run->query = (struct table_query){ .view = view,
					   .scope = &run->scope,
					   .choice = choice_of_view(view),
					   .sort = view->sort,
					   .descending = view->descending };
	batch_init(&run->batch, out, view);
	run->batch.width = output_width(out);
	run->batch.ascii = !text_locale_is_utf8();
	if (rc == 0)
		rc = replay_run(replay, &tap, &err);
	if (rc == -ECANCELED)
		rc = 0;
	if (run->table && !run->closed && replay_has_rows(replay) &&
	    replay_publish(replay, &last) == 0 &&
	    (run->format == BATCH_JSON || !over.count || run->written < over.count))
		write_table(run, last, BATCH_FINAL);
	snapshot_unref(last);
	batch_release(&run->batch);
	table_free(run->table);
	return replay_finish(replay, rc, &err, out);
}
