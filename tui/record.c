/* SPDX-License-Identifier: Apache-2.0 */
#include "record.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "probe/schema/render.h"

enum capture_packing record_packing(const char *path)
{
	size_t len = path ? strlen(path) : 0;

	return len > 3 && strcmp(path + len - 3, ".gz") == 0 ? CAPTURE_GZIP : CAPTURE_PLAIN;
}

/* "saker: FILE: what went wrong", without the end of the line. */
static void say_failed(const char *path, int rc)
{
	char safe[512];
	struct text_buf buf;

	text_buf_init(&buf, safe, sizeof(safe));
	text_buf_add_safe(&buf, path, strlen(path));
	fprintf(stderr, "saker: %s: %s", safe, strerror(-rc));
}

uint64_t record_events(const struct options *options)
{
	return options->mode == MODE_RECORD ? options->count : 0;
}

/*
 * The file takes no more. COMMAND is not to die of that: it goes on unwatched. Returns whether the
 * run goes on for it.
 */
static bool goes_on(struct session *session, const char *path)
{
	int state = engine_capture_state(session->engine);
	static const struct choice everything;

	if (state >= 0 || session->command.pid <= 0 || session->command.ended)
		return false;
	say_failed(path, state);
	fputs("; the recording has ended, COMMAND goes on\n", stderr);
	engine_want_stream(session->engine, VIEW_STREAM_NONE);
	engine_choose(session->engine, &everything);
	engine_want_timing(session->engine, VIEW_TIMING_OFF);
	return true;
}

/* Returns when the run is over. */
static void wait_loop(struct session *session, const char *path)
{
	bool ended = false;

	for (;;) {
		switch (session_wait(session)) {
		case SESSION_SNAPSHOT:
			if (ended || !engine_capture_state(session->engine))
				break;
			if (!goes_on(session, path))
				return;
			ended = true;
			break;
		case SESSION_WOKEN: break;
		case SESSION_OUTPUT_CLOSED:
		case SESSION_TIME_OVER:
		case SESSION_SIGNALLED:
		case SESSION_COMMAND_ENDED: return;
		}
	}
}

int record_run(struct session_start *start)
{
	struct probe_error err = { .what = "out of memory" };
	struct session session;
	struct snapshot *last = NULL;

	session_init(&session, start);
	start->engine.stream = VIEW_STREAM_ALL;
	start->engine.choice = (struct choice){
		.failed = start->options->failed,
		.min_duration_ns = start->options->min_duration_ns,
	};
	start->engine.timing = VIEW_TIMING_ON;
	start->engine.capture_content = CAPTURE_CHOSEN;
	start->engine.wait_stream = true;
	if (session_open(&session, start, &err) < 0)
		return session_fail(&session, &err);
	wait_loop(&session, start->options->write);
	session_stop(&session, &last);
	session_print_totals(&session, last);
	snapshot_unref(last);
	return session_close(&session);
}

int record_say(const char *path, const struct recorder_result *result, int status)
{
	char safe[512];
	struct text_buf buf;

	text_buf_init(&buf, safe, sizeof(safe));
	text_buf_add_safe(&buf, path, strlen(path));
	if (result->too_large)
		fprintf(stderr, "saker: %s: %" PRIu64 " events are too large for the format\n",
			safe, result->too_large);
	if (result->error && result->error != -EPIPE) {
		say_failed(path, result->error);
		fprintf(stderr, "; it holds %" PRIu64 " events\n", result->events);
		return status ? status : 1;
	}
	fprintf(stderr, "saker: %s: %" PRIu64 " events, %" PRIu64 " bytes\n", safe, result->events,
		result->bytes);
	return status;
}
