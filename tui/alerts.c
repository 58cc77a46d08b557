/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hits are written in the engine's thread, as the events are delivered, like the lines of the
 * stream: a reader that is too slow makes the engine wait, and what the rings lose is counted.
 */
#include "alerts.h"

#include <errno.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "output.h"
#include "state/filter/event.h"
#include "state/rules/alert.h"
#include "state/rules/rules.h"

#define MESSAGE_MAX_BYTES 65536
#define FIELDS_MAX_BYTES 131072
#define ALERT_MAX_BYTES (MESSAGE_MAX_BYTES + 2 * FIELDS_MAX_BYTES)

/* The texts of one alert, and where it goes. */
struct alert_writer {
	FILE *out;
	bool json;
	char host[65];
	char *message, *fields, *line;
};

struct alerts_run {
	struct session session;
	struct alert_writer writer;
	uint64_t left;     /* hits still wanted */
	atomic_bool ended; /* nothing more is written */
};

static int writer_init(struct alert_writer *writer, const struct options *options, FILE *out)
{
	*writer = (struct alert_writer){
		.out = out,
		.json = options->format == FORMAT_JSON,
		.message = malloc(MESSAGE_MAX_BYTES),
		.fields = malloc(FIELDS_MAX_BYTES),
		.line = malloc(ALERT_MAX_BYTES),
	};
	gethostname(writer->host, sizeof(writer->host) - 1);
	return writer->message && writer->fields && writer->line ? 0 : -ENOMEM;
}

static void writer_release(struct alert_writer *writer)
{
	free(writer->message);
	free(writer->fields);
	free(writer->line);
}

/* Of a write that fails the flush after this drain tells. */
static void write_alert(struct alert_writer *writer, const struct rule *rule, enum rule_via via,
			struct filter_event *event)
{
	struct alert alert = { .via = via, .hostname = writer->host };
	struct text_buf message, fields, line;

	text_buf_init(&message, writer->message, MESSAGE_MAX_BYTES);
	text_buf_init(&fields, writer->fields, FIELDS_MAX_BYTES);
	text_buf_init(&line, writer->line, ALERT_MAX_BYTES - 1);
	alert_fill(&alert, rule, event, &message, &fields);
	if (writer->json)
		alert_json(&alert, ALERT_OPTIONS_DEFAULT, &line);
	else
		alert_text(&alert, ALERT_OPTIONS_DEFAULT, &line);
	writer->line[line.len] = '\n';
	fwrite(writer->line, 1, line.len + 1, writer->out);
}

static void end(struct alerts_run *run)
{
	atomic_store(&run->ended, true);
	session_wake(&run->session);
}

static void on_hit(void *ctx, const struct rule *rule, enum rule_via via,
		   struct filter_event *event)
{
	struct alerts_run *run = ctx;

	if (atomic_load(&run->ended))
		return;
	write_alert(&run->writer, rule, via, event);
	if (--run->left == 0)
		end(run);
}

static void on_batch(void *ctx)
{
	struct alerts_run *run = ctx;
	int rc = atomic_load(&run->ended) ? 0 : output_flush(run->writer.out);

	if (rc < 0) {
		run->session.write_error = rc;
		end(run);
	}
}

int alerts_run(struct session_start *start)
{
	struct alerts_run run = { .left = start->options->count ? start->options->count
								: UINT64_MAX };
	struct probe_error err = { .what = "out of memory" };
	struct snapshot *last = NULL;
	int rc = writer_init(&run.writer, start->options, start->out), status;

	session_init(&run.session, start);
	start->engine.wait_stream = true;
	start->engine.tap = (struct engine_tap){ .ctx = &run, .hit = on_hit, .batch = on_batch };
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
	writer_release(&run.writer);
	return status;
}

static int on_replayed(void *ctx, struct state *state, const struct history_event *kept)
{
	struct alerts_run *run = ctx;

	if (ferror(run->writer.out))
		return -EPIPE;
	return atomic_load(&run->ended) ? -ECANCELED : 0;
}

int alerts_replay(struct replay *replay, const struct options *options, FILE *out)
{
	struct alerts_run run = { .session = { .wake_fd = -1 },
				  .left = options->count ? options->count : UINT64_MAX };
	const struct replay_tap tap = { .ctx = &run, .hit = on_hit, .event = on_replayed };
	struct replay_error err = { .text = "out of memory" };
	int rc = writer_init(&run.writer, options, out);

	if (rc == 0)
		rc = replay_run(replay, &tap, &err);
	writer_release(&run.writer);
	return replay_finish(replay, rc == -ECANCELED || ferror(out) ? 0 : rc, &err, out);
}
