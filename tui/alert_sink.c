/* SPDX-License-Identifier: Apache-2.0 */
#include "alert_sink.h"

#include <errno.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alert_file.h"
#include "option_value.h"
#include "state/filter/event.h"
#include "state/rules/alert.h"
#include "state/rules/throttle.h"

#define MESSAGE_MAX_BYTES 65536
#define FIELDS_MAX_BYTES 131072
#define ALERT_MAX_BYTES (MESSAGE_MAX_BYTES + 2 * FIELDS_MAX_BYTES)

struct alert_sink {
	FILE *lines; /* NULL: none. Borrowed */
	bool lines_json;
	bool has_file, has_log, sent_json; /* sent: to these two */
	struct alert_file file;
	struct alert_syslog log;
	struct throttle *throttle; /* NULL: all alerts pass */
	char host[65];
	char *kind, *message, *fields, *line; /* room for each */
	size_t written;
	bool ended;
	bool says; /* what is wrong is said on standard error */
	char said[512];
	_Atomic bool reopen;
};

static const char *open_problem(int rc)
{
	if (rc == -ELOOP)
		return "is a symbolic link; name the file itself";
	return rc == -EMLINK ? "has another name too (a hard link)" : strerror(-rc);
}

static int open_targets(struct alert_sink *sink, const struct options *options,
			struct usage_error *err)
{
	const char *socket = options->syslog_socket ? options->syslog_socket : ALERT_SYSLOG_PATH;
	int rc = 0;

	if (sink->has_file)
		rc = alert_file_open(&sink->file, options->alerts);
	if (rc < 0)
		return option_fail(err, "--alerts %s: %s", options->alerts, open_problem(rc));
	if (sink->has_log)
		rc = alert_syslog_open(&sink->log, socket);
	if (rc < 0)
		return option_fail(err, "--alerts-syslog: %s: %s; --syslog-socket names another",
				   socket, strerror(-rc));
	return 0;
}

static void on_held(void *ctx, const struct throttle_held *held);

int alert_sink_new(const struct options *options, FILE *lines, struct alert_sink **ret_sink,
		   struct usage_error *err)
{
	/* Of a capture every hit is told: it is read to find them. */
	bool passes = options->read && !(options->given & 1ull << OPTION_THROTTLE);
	struct throttle_opts throttle = { .window_ns = passes ? 0 : options->throttle_ns,
					  .fn = on_held };
	struct alert_sink *sink;
	int rc = 0;

	*ret_sink = NULL;
	if (!lines && !options->alerts && !options->alerts_syslog)
		return 0;
	sink = calloc(1, sizeof(*sink));
	if (!sink)
		return option_fail(err, "no memory for alerts");
	*sink = (struct alert_sink){ .lines = lines,
				     .lines_json = options->format == FORMAT_JSON,
				     .has_file = options->alerts != NULL,
				     .has_log = options->alerts_syslog,
				     .sent_json = options->alerts_format == FORMAT_JSON,
				     .file = { .fd = -1 },
				     .log = { .fd = -1 },
				     .kind = malloc(THROTTLE_KIND_BYTES),
				     .message = malloc(MESSAGE_MAX_BYTES),
				     .fields = malloc(FIELDS_MAX_BYTES),
				     .line = malloc(ALERT_MAX_BYTES),
				     .says = options->mode != MODE_MONITOR };
	gethostname(sink->host, sizeof(sink->host) - 1);
	if (!sink->kind || !sink->message || !sink->fields || !sink->line)
		rc = option_fail(err, "no memory for alerts");
	throttle.ctx = sink;
	if (rc == 0 && throttle.window_ns && throttle_new(&throttle, &sink->throttle) < 0)
		rc = option_fail(err, "no memory for alerts");
	if (rc == 0)
		rc = open_targets(sink, options, err);
	if (rc < 0)
		alert_sink_free(sink);
	else
		*ret_sink = sink;
	return rc;
}

void alert_sink_free(struct alert_sink *sink)
{
	if (!sink)
		return;
	alert_file_close(&sink->file);
	alert_syslog_close(&sink->log);
	throttle_free(sink->throttle);
	free(sink->kind);
	free(sink->message);
	free(sink->fields);
	free(sink->line);
	free(sink);
}

bool alert_sink_notice(const struct alert_sink *sink, char *text, size_t size)
{
	const struct alert_file *file = &sink->file;
	char name[256];
	struct text_buf buf;

	text_buf_init(&buf, name, sizeof(name));
	if (sink->has_file)
		text_buf_add_safe(&buf, file->path, strlen(file->path));
	if (file->error)
		snprintf(text, size,
			 "alerts cannot be written to %s: %s; %" PRIu64 " are missing there", name,
			 strerror(-file->error), file->lost);
	else if (sink->log.error)
		snprintf(text, size,
			 "alerts cannot be sent to the system's log: %s; %" PRIu64
			 " are missing there",
			 strerror(-sink->log.error), sink->log.lost);
	else if (file->reopen_error)
		snprintf(text, size,
			 "alerts file %s cannot be reopened: %s; the file before is written on",
			 name, open_problem(file->reopen_error));
	else if (file->lost || sink->log.lost)
		snprintf(text, size, "%" PRIu64 " alerts could not be written; now they can",
			 file->lost + sink->log.lost);
	else
		return false;
	return true;
}

bool alert_sink_lost(const struct alert_sink *sink)
{
	return sink && (sink->file.lost || sink->log.lost);
}

/* Says what is wrong once, not at each alert. */
static void say(struct alert_sink *sink)
{
	char text[sizeof(sink->said)];
	size_t same;

	if (!sink->says)
		return;
	if (!alert_sink_notice(sink, text, sizeof(text)))
		*text = '\0';
	/* The number grows with each. */
	same = strcspn(text, ";");
	if (strncmp(text, sink->said, same) != 0 && *text)
		fprintf(stderr, "saker: %s\n", text);
	snprintf(sink->said, sizeof(sink->said), "%s", text);
}

static void render(struct alert_sink *sink, const struct alert *alert, bool json,
		   struct text_buf *line)
{
	text_buf_init(line, sink->line, ALERT_MAX_BYTES - 1);
	if (json)
		alert_json(alert, ALERT_OPTIONS_DEFAULT, line);
	else
		alert_text(alert, ALERT_OPTIONS_DEFAULT, line);
}

static void tell(struct alert_sink *sink, const struct alert *alert)
{
	struct text_buf line;

	sink->written++;
	if (sink->lines) {
		render(sink, alert, sink->lines_json, &line);
		line.data[line.len] = '\n';
		/* Of a write that fails the flush of who owns the stream tells. */
		fwrite(line.data, 1, line.len + 1, sink->lines);
	}
	if (!sink->has_file && !sink->has_log)
		return;
	render(sink, alert, sink->sent_json, &line);
	if (sink->has_log)
		alert_syslog_send(&sink->log, alert->rule->priority, line.data, line.len);
	line.data[line.len] = '\n';
	if (sink->has_file)
		alert_file_write(&sink->file, line.data, line.len + 1);
	say(sink);
}

static void on_held(void *ctx, const struct throttle_held *held)
{
	struct alert_sink *sink = ctx;
	const struct alert alert = { .rule = held->rule,
				     .ts_ns = held->last_ns,
				     .via = held->via,
				     .hostname = sink->host,
				     .message = held->message,
				     .message_len = held->message_len,
				     .fields = held->fields,
				     .repeated = held->count,
				     .since_ns = held->first_ns };

	tell(sink, &alert);
}

static enum throttle_verdict throttled(struct alert_sink *sink, const struct rule *rule,
				       enum rule_via via, struct filter_event *event)
{
	struct throttle_hit hit = { .rule = rule, .via = via, .ts_ns = event->event->ts_ns };
	enum filter_names names = event->names;
	struct text_buf kind;

	if (!sink->throttle)
		return THROTTLE_PASS;
	event->names = via == RULE_VIA_RESOLVED ? FILTER_NAMES_RESOLVED : FILTER_NAMES_CALLED;
	text_buf_init(&kind, sink->kind, THROTTLE_KIND_BYTES);
	throttle_kind(sink->throttle, event, &kind);
	event->names = names;
	hit.kind = kind.data;
	hit.kind_len = kind.len;
	return throttle_hit(sink->throttle, &hit);
}

static void on_hit(void *ctx, const struct rule *rule, enum rule_via via,
		   struct filter_event *event)
{
	struct alert_sink *sink = ctx;
	struct alert alert = { .via = via, .hostname = sink->host };
	enum throttle_verdict verdict;
	struct text_buf message, fields;

	if (sink->ended)
		return;
	verdict = throttled(sink, rule, via, event);
	if (verdict == THROTTLE_HOLD)
		return;
	text_buf_init(&message, sink->message, MESSAGE_MAX_BYTES);
	text_buf_init(&fields, sink->fields, FIELDS_MAX_BYTES);
	alert_fill(&alert, rule, event, &message, &fields);
	if (verdict == THROTTLE_PASS)
		tell(sink, &alert);
	else
		throttle_keep(sink->throttle, alert.message, alert.message_len, alert.fields);
}

struct rule_listener alert_sink_listener(struct alert_sink *sink)
{
	return (struct rule_listener){ .fn = sink ? on_hit : NULL, .ctx = sink };
}

size_t alert_sink_tick(struct alert_sink *sink, uint64_t now_ns)
{
	size_t before = sink->written;

	if (atomic_exchange(&sink->reopen, false) && sink->has_file) {
		alert_file_reopen(&sink->file);
		say(sink);
	}
	if (sink->throttle && !sink->ended)
		throttle_tick(sink->throttle, now_ns);
	return sink->written - before;
}

void alert_sink_settle(struct alert_sink *sink)
{
	if (sink->throttle && !sink->ended)
		throttle_flush(sink->throttle);
}

void alert_sink_end(struct alert_sink *sink)
{
	alert_sink_settle(sink);
	sink->ended = true;
}

void alert_sink_reopen(struct alert_sink *sink)
{
	atomic_store(&sink->reopen, true);
}

bool alert_sink_has_file(const struct alert_sink *sink)
{
	return sink && sink->has_file;
}
