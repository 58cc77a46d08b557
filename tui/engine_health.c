/* SPDX-License-Identifier: Apache-2.0 */
/* What the engine tells of the probe and of itself with each refresh. */
#include "engine_parts.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alert_sink.h"
#include "rule_book.h"

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
	if (engine->recorder)
		recorder_health(engine->recorder, health, engine->buffers, len);
}

/* How the recording ended before its time; false while all is well. */
static bool capture_notice(struct engine *engine, char *text, size_t size)
{
	int state = engine_capture_state(engine);

	if (state >= 0)
		return false;
	snprintf(text, size, "recording stopped: %s; the file holds %" PRIu64 " events",
		 strerror(-state), recorder_events(engine->recorder));
	return true;
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
	else if (capture_notice(engine, text, size))
		return text;
	else if (probe_uring_refused(engine->probe))
		snprintf(text, size, "requests of io_uring are not seen: %s",
			 probe_uring_refused(engine->probe));
	else if (engine->opts.rules && rule_book_notice(engine->opts.rules, text, size))
		return text;
	else if (engine->opts.alerts && alert_sink_notice(engine->opts.alerts, text, size))
		return text;
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
	else if (engine->unplaced)
		snprintf(text, size,
			 "of %" PRIu64 " events and ended threads no container could be told: they "
			 "are left out",
			 engine->unplaced);
	else if (state_awaited_container(engine->state))
		snprintf(text, size, "waiting for container %s",
			 state_awaited_container(engine->state));
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

void engine_read_health(struct engine *engine)
{
	struct health_row health = { 0 };
	struct probe_health probed = { 0 };

	if (probe_health(engine->probe, &probed) == 0) {
		health.recursion_misses = probed.recursion_misses;
		health.storage_failures = probed.storage_failures;
		health.untimed = engine->health.untimed = probed.untimed;
		health.read_failures = probed.read_failures;
		health.inexact = probed.recursion_misses > 0 || probed.unread_transfers > 0;
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
	health.complete_since_ns = engine->complete_since_ns;
	health.notice = notice_make(engine);
	read_buffers(engine, &health);
	engine->health = health;
}
