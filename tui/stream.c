/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines are made in the engine's thread, as events are delivered, and handed on after each drain. A
 * reader that is too slow makes the engine wait; then the rings fill, and what is lost is counted
 * and said in its place.
 */
#include "tui/stream.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"
#include "state/filter/event.h"
#include "state/filter/format.h"
#include "views/line.h"

struct stream_run {
	struct session session;
	FILE *out;
	char *line; /* LINE_MAX_BYTES */
	bool json;
	struct format *format;     /* of -o; NULL: the usual lines */
	struct filter_event event; /* scratch NULL: no event came yet */
	struct choice choice;
	uint64_t left;     /* events still wanted */
	atomic_bool ended; /* nothing more is written */
};

static void end(struct stream_run *run)
{
	atomic_store(&run->ended, true);
	session_wake(&run->session);
}

static void write_line(struct stream_run *run, struct text_buf *buf)
{
	text_buf_add(buf, "\n");
	/* A line that does not fit ends in its mark and still in a newline. */
	if (buf->truncated && buf->len)
		buf->data[buf->len - 1] = '\n';
	/* Of a write that fails the flush after this drain tells. */
	fwrite(buf->data, 1, buf->len, run->out);
}

/* The line of -o. Returns 0, or a negative errno: no line, a field has no value. */
static int format_line(struct stream_run *run, struct state *state, struct text_buf *buf)
{
	bool all;
	int rc;

	if (!run->event.scratch) {
		rc = filter_event_init(&run->event, state);
		if (rc < 0)
			return rc;
	}
	if (!filter_event_last(&run->event))
		return -ENOENT;
	all = run->json ? format_render_json(run->format, &run->event, buf)
			: format_render(run->format, &run->event, buf);
	return all ? 0 : -ENODATA;
}

static void on_event(void *ctx, struct state *state, const struct history_event *kept)
{
	struct stream_run *run = ctx;
	struct text_buf buf;
	int rc;

	if (atomic_load(&run->ended) || !choice_accepts(&run->choice, kept))
		return;
	text_buf_init(&buf, run->line, LINE_MAX_BYTES);
	if (run->format)
		rc = format_line(run, state, &buf);
	else
		rc = run->json ? line_json(kept, &buf) : line_text(kept, &buf);
	if (rc < 0)
		return;
	write_line(run, &buf);
	if (--run->left == 0)
		end(run);
}

static void on_gap(void *ctx, uint64_t lost, unsigned buffer)
{
	struct stream_run *run = ctx;
	struct text_buf buf;

	if (atomic_load(&run->ended))
		return;
	text_buf_init(&buf, run->line, LINE_MAX_BYTES);
	if (run->json)
		line_gap_json(lost, buffer, &buf);
	else
		line_gap_text(lost, buffer, &buf);
	write_line(run, &buf);
}

static void on_batch(void *ctx)
{
	struct stream_run *run = ctx;
	int rc = atomic_load(&run->ended) ? 0 : output_flush(run->out);

	if (rc < 0) {
		run->session.write_error = rc;
		end(run);
	}
}

/* Memory for lines, and the format of -o, which was checked before. Returns 0 or -ENOMEM. */
static int prepare_format(struct stream_run *run, const struct options *options)
{
	const char *text = options->line_format;

	if (!run->line)
		return -ENOMEM;
	return text ? format_compile(text, strlen(text), &run->format, NULL) : 0;
}

int stream_run(struct session_start *start)
{
	struct stream_run run = {
		.out = start->out,
		.line = malloc(LINE_MAX_BYTES),
		.json = start->options->format == FORMAT_JSON,
		.choice = { .failed = start->options->failed,
			    .min_duration_ns = start->options->min_duration_ns },
		.left = start->options->count ? start->options->count : UINT64_MAX,
	};
	struct probe_error err = { .what = "out of memory" };
	struct snapshot *last = NULL;
	int rc, status;

	session_init(&run.session, start);
	start->engine.stream = VIEW_STREAM_ALL;
	start->engine.choice = run.choice;
	start->engine.timing = VIEW_TIMING_EVENTS;
	start->engine.wait_stream = true;
	start->engine.tap = (struct engine_tap){
		.ctx = &run,
		.event = on_event,
		.gap = on_gap,
		.batch = on_batch,
		/* The fields of a format may ask for any descriptor. */
		.files = start->options->line_format ? INTEREST_FILES_SHOWN : INTEREST_FILES_HIDDEN,
	};
	rc = prepare_format(&run, start->options);
	if (rc == 0)
		rc = session_open(&run.session, start, &err);
	if (rc < 0) {
		status = session_fail(&run.session, &err);
	} else {
		session_wait_end(&run.session, &run.ended);
		session_stop(&run.session, &last);
		session_print_totals(&run.session, last);
		snapshot_unref(last);
		status = session_close(&run.session);
	}
	filter_event_release(&run.event);
	format_free(run.format);
	free(run.line);
	return status;
}

static int on_replayed(void *ctx, struct state *state, const struct history_event *kept)
{
	struct stream_run *run = ctx;

	if (kept->lost_before)
		on_gap(run, kept->lost_before, kept->lost_buffer);
	on_event(run, state, kept);
	if (ferror(run->out))
		return -EPIPE;
	return atomic_load(&run->ended) ? -ECANCELED : 0;
}

int stream_replay(struct replay *replay, const struct options *options, FILE *out)
{
	struct stream_run run = {
		.session = { .wake_fd = -1 },
		.out = out,
		.line = malloc(LINE_MAX_BYTES),
		.json = options->format == FORMAT_JSON,
		.choice = { .failed = options->failed,
			    .min_duration_ns = options->min_duration_ns },
		.left = options->count ? options->count : UINT64_MAX,
	};
	const struct replay_tap tap = { .ctx = &run, .event = on_replayed };
	struct replay_error err = { .text = "out of memory" };
	int rc = prepare_format(&run, options);

	if (rc == 0)
		rc = replay_run(replay, &tap, &err);
	filter_event_release(&run.event);
	format_free(run.format);
	free(run.line);
	/* -n was reached, or nobody reads on: the close says which. */
	return replay_finish(replay, rc == -ECANCELED || ferror(out) ? 0 : rc, &err, out);
}
