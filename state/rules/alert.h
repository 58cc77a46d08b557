/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Alerts: a rule that matched, as a line of text or as JSON with Falco's keys.
 *
 *   12:34:56.123456789: Notice a shell runs id (user root)
 *   {"hostname":"web1","output":"12:34:56.123456789: Notice a shell ...","output_fields":{...},
 *    "priority":"Notice","rule":"Shell","source":"syscall","tags":["process"],
 *    "time":"2026-01-02T12:34:56.123456789Z"}
 *
 * Times of texts are local (or ISO 8601 in UTC), `time` is always UTC. Tags are sorted. Bytes of
 * the host are made safe, in both. One that stands for many ends in "(repeated 412 times in 10s)"
 * and has the keys "repeated" and "repeated_since".
 */
#ifndef STATE_RULES_ALERT_H
#define STATE_RULES_ALERT_H

#include <stddef.h>
#include <stdint.h>
#include "probe/schema/render.h"
#include "rules.h"

/* What goes into JSON beside rule, priority, source, hostname and time; and the text's time. */
enum alert_option {
	ALERT_JSON_OUTPUT = 1u << 0,
	ALERT_JSON_TAGS = 1u << 1,
	ALERT_JSON_MESSAGE = 1u << 2, /* the output without time and priority */
	ALERT_JSON_FIELDS = 1u << 3,
	ALERT_TIME_ISO_8601 = 1u << 4,
};
#define ALERT_OPTIONS_DEFAULT (ALERT_JSON_OUTPUT | ALERT_JSON_TAGS | ALERT_JSON_FIELDS)

struct alert {
	const struct rule *rule;
	uint64_t ts_ns; /* of the event, since the epoch */
	/* Set before alert_fill(). Resolved: said at the end of the text, key "via" in JSON. */
	enum rule_via via;
	const char *hostname; /* host bytes */
	const char *message;  /* the rendered output, safe already */
	size_t message_len;
	const char *fields; /* output_fields, a JSON value */
	/* It stands for so many of its kind (throttle.h), ts_ns is of the last; 0: for itself. */
	uint64_t repeated;
	uint64_t since_ns; /* of the first of those */
};

/*
 * An alert for an event that a rule matched: renders output and fields into the two buffers, which
 * must live as long as the alert. hostname is set by the caller.
 */
void alert_fill(struct alert *alert, const struct rule *rule, struct filter_event *event,
		struct text_buf *message, struct text_buf *fields);

/* Appends the line, without newline. options: enum alert_option. */
void alert_text(const struct alert *alert, unsigned options, struct text_buf *buf);
/* Appends the object, without newline. */
void alert_json(const struct alert *alert, unsigned options, struct text_buf *buf);

#endif
