/* SPDX-License-Identifier: Apache-2.0 */
#include "alert.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "probe/schema/json.h"
#include "state/filter/event.h"
#include "state/filter/format.h"

#define NS_PER_S 1000000000u
#define VIA_RESOLVED " via=resolved"
#define EXTRA_BYTES 16384 /* of one extra text */
#define CUT "..."

/* Puts a rule's extra texts into a JSON object, which ends the buffer. */
static void add_extras(const struct rule *rule, struct filter_event *event, struct text_buf *buf)
{
	bool empty = buf->data[buf->len - 1] != '}';

	/* Without fields it is null. */
	buf->len -= empty ? strlen("null") : 1;
	text_buf_add(buf, empty ? "{" : "");
	for (size_t i = 0; i < rule->extras_len; i++) {
		char data[EXTRA_BYTES];
		struct text_buf text;

		text_buf_init(&text, data, sizeof(data) - strlen(CUT));
		format_render(rule->extras[i].format, event, &text);
		text.size = sizeof(data);
		if (text.truncated) {
			text.truncated = 0;
			text_buf_add(&text, CUT);
		}
		text_buf_add(buf, empty && i == 0 ? "" : ",");
		json_string(rule->extras[i].key, strlen(rule->extras[i].key), buf);
		text_buf_add(buf, ":");
		json_string(text.data, text.len, buf);
	}
	text_buf_add(buf, "}");
}

void alert_fill(struct alert *alert, const struct rule *rule, struct filter_event *event,
		struct text_buf *message, struct text_buf *fields)
{
	enum filter_names names = event->names;

	event->names =
		alert->via == RULE_VIA_RESOLVED ? FILTER_NAMES_RESOLVED : FILTER_NAMES_CALLED;
	format_render(rule->format, event, message);
	format_render_json(rule->fields ? rule->fields : rule->format, event, fields);
	if (rule->extras_len > 0)
		add_extras(rule, event, fields);
	event->names = names;
	alert->rule = rule;
	alert->ts_ns = event->event->ts_ns;
	alert->message = message->data;
	alert->message_len = message->len;
	alert->fields = fields->data;
}

/* Appends a point in time in UTC, with nine digits and the zone's text. */
static void add_utc(uint64_t ts_ns, const char *zone, struct text_buf *buf)
{
	time_t seconds = (time_t)(ts_ns / NS_PER_S);
	char text[32];
	struct tm tm;

	gmtime_r(&seconds, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	text_buf_printf(buf, "%s.%09" PRIu64 "%s", text, ts_ns % NS_PER_S, zone);
}

static void add_local(uint64_t ts_ns, struct text_buf *buf)
{
	time_t seconds = (time_t)(ts_ns / NS_PER_S);
	char text[16];
	struct tm tm;

	localtime_r(&seconds, &tm);
	strftime(text, sizeof(text), "%H:%M:%S", &tm);
	text_buf_printf(buf, "%s.%09" PRIu64, text, ts_ns % NS_PER_S);
}

/* What stands before the message. */
static void add_head(const struct alert *alert, unsigned options, struct text_buf *buf)
{
	if (options & ALERT_TIME_ISO_8601)
		add_utc(alert->ts_ns, "+0000", buf);
	else
		add_local(alert->ts_ns, buf);
	text_buf_printf(buf, ": %s ", rule_priority_name(alert->rule->priority));
}

/* What stands behind the message; nothing in it is to be escaped. */
static void add_tail(const struct alert *alert, struct text_buf *buf)
{
	if (alert->via == RULE_VIA_RESOLVED)
		text_buf_add(buf, VIA_RESOLVED);
	if (alert->repeated)
		text_buf_printf(buf, " (repeated %" PRIu64 " time%s in %" PRIu64 "s)",
				alert->repeated, alert->repeated == 1 ? "" : "s",
				(alert->ts_ns - alert->since_ns) / NS_PER_S + 1);
}

void alert_text(const struct alert *alert, unsigned options, struct text_buf *buf)
{
	add_head(alert, options, buf);
	text_buf_addn(buf, alert->message, alert->message_len);
	add_tail(alert, buf);
}

static void add_string(const char *key, const char *text, struct text_buf *buf)
{
	text_buf_printf(buf, "\"%s\":", key);
	json_string(text, strlen(text), buf);
}

/* The line as a JSON string: the head has nothing to escape. */
static void add_output(const struct alert *alert, unsigned options, struct text_buf *buf)
{
	char data[64];
	struct text_buf head;

	text_buf_init(&head, data, sizeof(data));
	add_head(alert, options, &head);
	text_buf_printf(buf, ",\"output\":\"%s", head.data);
	/* The string's own quotes stand where the line's first and last bytes do. */
	json_string_part(alert->message, alert->message_len, buf);
	add_tail(alert, buf);
	text_buf_add(buf, "\"");
}

static void add_tags(const struct rule *rule, struct text_buf *buf)
{
	text_buf_add(buf, ",\"tags\":[");
	for (size_t i = 0; i < rule->tags_len; i++) {
		if (i)
			text_buf_add(buf, ",");
		json_string(rule->tags[i], strlen(rule->tags[i]), buf);
	}
	text_buf_add(buf, "]");
}

static void add_repeated(const struct alert *alert, struct text_buf *buf)
{
	if (!alert->repeated)
		return;
	text_buf_printf(buf, "\"repeated\":%" PRIu64 ",\"repeated_since\":\"", alert->repeated);
	add_utc(alert->since_ns, "Z", buf);
	text_buf_add(buf, "\",");
}

void alert_json(const struct alert *alert, unsigned options, struct text_buf *buf)
{
	text_buf_add(buf, "{");
	add_string("hostname", alert->hostname, buf);
	if (options & ALERT_JSON_MESSAGE) {
		text_buf_add(buf, ",\"message\":");
		json_string(alert->message, alert->message_len, buf);
	}
	if (options & ALERT_JSON_OUTPUT)
		add_output(alert, options, buf);
	if (options & ALERT_JSON_FIELDS)
		text_buf_printf(buf, ",\"output_fields\":%s", alert->fields);
	text_buf_printf(buf, ",\"priority\":\"%s\",", rule_priority_name(alert->rule->priority));
	add_repeated(alert, buf);
	add_string("rule", alert->rule->name, buf);
	text_buf_add(buf, ",");
	add_string("source", alert->rule->source, buf);
	if (options & ALERT_JSON_TAGS)
		add_tags(alert->rule, buf);
	text_buf_add(buf, ",\"time\":\"");
	add_utc(alert->ts_ns, "Z", buf);
	text_buf_add(buf, "\"");
	if (alert->via == RULE_VIA_RESOLVED)
		text_buf_add(buf, ",\"via\":\"resolved\"");
	text_buf_add(buf, "}");
}
