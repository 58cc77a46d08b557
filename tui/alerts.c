/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hits are written in the engine's thread, as the events are delivered, like the lines of the
 * stream: a reader that is too slow makes the engine wait, and what the rings lose is counted.
 */
#include "alerts.h"

#include <errno.h>
#include <stdatomic.h>

#include "alert_sink.h"
#include "output.h"

struct alerts_run {
	struct session session;
	struct alert_sink *alerts; /* writes the lines; borrowed */
	FILE *out;
	uint64_t left;     /* hits still wanted */
	atomic_bool ended; /* nothing more is written */
};

static void end(struct alerts_run *run)
{
	atomic_store(&run->ended, true);
	session_wake(&run->session);
}

static void on_hit(void *ctx, const struct rule *rule, enum rule_via via,
		   struct filter_event *event)
{
	struct alerts_run *run = ctx;

	if (atomic_load(&run->ended) || --run->left > 0)
		return;
	alert_sink_end(run->alerts);
	end(run);
}

static void on_batch(void *ctx)
{
	struct alerts_run *run = ctx;
	int rc = atomic_load(&run->ended) ? 0 : output_flush(run->out);

	if (rc < 0) {
		run->session.write_error = rc;
		end(run);
	}
}

int alerts_run(struct session_start *start)
{
	struct alerts_run run = { .alerts = start->engine.alerts,
				  .out = start->out,
				  .left = start->options->count ? start->options->count
								: UINT64_MAX };
	struct probe_error err = { .what = "out of memory" };
	struct snapshot *last = NULL;
	int rc;

	session_init(&run.session, start);
	start->engine.wait_stream = true;
	start->engine.tap = (struct engine_tap){ .ctx = &run, .hit = on_hit, .batch = on_batch };
	rc = session_open(&run.session, start, &err);
	if (rc < 0)
		return session_fail(&run.session, &err);
	session_wait_end(&run.session, &run.ended);
	session_stop(&run.session, &last);
	session_print_totals(&run.session, last);
	snapshot_unref(last);
	return session_close(&run.session);
}

static int on_replayed(void *ctx, struct state *state, const struct history_event *kept)
{
	struct alerts_run *run = ctx;

	if (ferror(run->out))
		return -EPIPE;
	return atomic_load(&run->ended) ? -ECANCELED : 0;
}

int alerts_replay(struct replay *replay, const struct session_start *start)
{
	const struct options *options = start->options;
	FILE *out = start->out;
	struct alerts_run run = { .session = { .wake_fd = -1 },
				  .alerts = start->engine.alerts,
				  .out = out,
				  .left = options->count ? options->count : UINT64_MAX };
	const struct replay_tap tap = { .ctx = &run, .hit = on_hit, .event = on_replayed };
	struct replay_error err = { .text = "out of memory" };
	int rc = replay_run(replay, &tap, &err);

	return replay_finish(replay, rc == -ECANCELED || ferror(out) ? 0 : rc, &err, out);
}
