/* SPDX-License-Identifier: Apache-2.0 */
#include "rule_watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rule_mutes.h"
#include "state/filter/explain.h"
#include "state/filter/format.h"
#include "state/filter/kind.h"
#include "state/filter/print.h"
#include "state/state.h"

/*
 * Reasons are found by evaluating the condition anew, part by part. Of a flood of hits only those
 * of some are: so many at once, then one each time this has passed.
 */
#define REASONS_AT_ONCE 64
#define REASONS_REST_NS 5000000u

void rule_watch_init(struct rule_watch *watch, const struct rule_watch_opts *opts,
		     struct filter_event *event, struct state *state)
{
	static const char exepath[] = "%proc.exepath";

	*watch = (struct rule_watch){ .opts = *opts, .event = event, .state = state };
	for (unsigned i = 0; i < RULE_ANCESTORS && opts->keeping == RULE_KEEP_REASONS; i++) {
		char text[64];

		snprintf(text, sizeof(text), "%%proc.aname[%u]\t%%proc.apid[%u]\n", i + 1, i + 1);
		/* Without memory a page has no ancestors. */
		if (format_compile(text, strlen(text), &watch->ancestors[i], NULL) < 0)
			break;
	}
	if (opts->keeping == RULE_KEEP_REASONS &&
	    format_compile(exepath, strlen(exepath), &watch->exepath, NULL) < 0)
		watch->exepath = NULL;
}

void rule_watch_release(struct rule_watch *watch)
{
	format_free(watch->exepath);
	for (unsigned i = 0; i < RULE_ANCESTORS; i++)
		format_free(watch->ancestors[i]);
	rule_rows_unref(watch->still);
	free(watch->costs);
	free(watch->before);
	*watch = (struct rule_watch){ .rules = NULL };
}

/* --- what is kept of a hit --- */

static void add_reason(void *ctx, const struct filter_explained *part)
{
	struct text_buf *buf = ctx;
	char data[1024];
	struct text_buf text;

	if (!part->decides || part->node->kind != FILTER_NODE_CHECK)
		return;
	text_buf_init(&text, data, sizeof(data));
	text_buf_add(&text, part->result ? "" : "not ");
	filter_print_node(part->node, &text);
	text_buf_add_safe(buf, text.data, text.len);
	text_buf_add(buf, text.truncated ? "..." : "");
	text_buf_add(buf, "\t");
	filter_explained_value(part->value, buf);
	text_buf_add(buf, "\n");
}

static void add_ancestors(struct rule_watch *watch, struct text_buf *buf)
{
	for (unsigned i = 0; i < RULE_ANCESTORS && watch->ancestors[i]; i++) {
		size_t before = buf->len;

		if (format_render(watch->ancestors[i], watch->event, buf) && !buf->truncated)
			continue;
		buf->len = before;
		buf->data[before] = '\0';
		break;
	}
}

static void add_tags(const struct rule *rule, struct text_buf *buf)
{
	for (size_t i = 0; i < rule->tags_len; i++) {
		text_buf_add(buf, i ? " " : "");
		text_buf_add_safe(buf, rule->tags[i], strlen(rule->tags[i]));
	}
}

/* reasons_ns is when the last one was due had they come evenly. */
static bool takes_reasons(struct rule_watch *watch, uint64_t now)
{
	const uint64_t stored = (uint64_t)REASONS_AT_ONCE * REASONS_REST_NS;
	uint64_t due = watch->reasons_ns;

	/* After a rest, or where the clock was set back. */
	if (due + stored < now || due > now + stored)
		due = now - stored;
	if (due >= now)
		return false;
	watch->reasons_ns = due + REASONS_REST_NS;
	return true;
}

static void keep_hit(struct rule_watch *watch, const struct rule *rule, enum rule_via via)
{
	struct history_hit hit = { .rule = rule->name,
				   .priority = rule->priority,
				   .resolved = via == RULE_VIA_RESOLVED };
	char output[HISTORY_HIT_BYTES_MAX], why[HISTORY_WHY_MAX], tags[512];
	char ancestors[HISTORY_ANCESTORS_MAX], exepath[RECORD_PATH_MAX];
	struct text_buf buf;

	text_buf_init(&buf, tags, sizeof(tags));
	add_tags(rule, &buf);
	hit.tags = tags;
	text_buf_init(&buf, output, sizeof(output));
	format_render(rule->format, watch->event, &buf);
	hit.output = output;
	text_buf_init(&buf, exepath, sizeof(exepath));
	if (watch->exepath && format_render(watch->exepath, watch->event, &buf))
		hit.exepath = exepath;
	if (watch->opts.keeping == RULE_KEEP_REASONS)
		hit.why = "not kept: more hits came at once than are explained\n";
	if (watch->opts.keeping == RULE_KEEP_REASONS &&
	    takes_reasons(watch, watch->event->event->ts_ns)) {
		text_buf_init(&buf, why, sizeof(why));
		rules_explain(watch->rules, rule, watch->event, add_reason, &buf);
		hit.why = why;
		text_buf_init(&buf, ancestors, sizeof(ancestors));
		add_ancestors(watch, &buf);
		hit.ancestors = ancestors;
	}
	state_hit(watch->state, &hit);
}

static bool is_muted(const struct rule_watch *watch, const struct rule *rule)
{
	const char *comm = watch->event->event->prefix.comm;
	char name[RECORD_COMM_LEN + 1] = "";

	if (!watch->opts.mutes)
		return false;
	memcpy(name, comm, strnlen(comm, RECORD_COMM_LEN));
	return rule_mutes_take(watch->opts.mutes, rule->name, name);
}

static void on_rule(void *ctx, const struct rule *rule, enum rule_via via)
{
	struct rule_watch *watch = ctx;

	if (!is_muted(watch, rule)) {
		watch->event->names =
			via == RULE_VIA_RESOLVED ? FILTER_NAMES_RESOLVED : FILTER_NAMES_CALLED;
		keep_hit(watch, rule, via);
		watch->event->names = FILTER_NAMES_CALLED;
	}
	for (size_t i = 0; i < RULE_LISTENER_COUNT; i++) {
		const struct rule_listener *listener = &watch->opts.listeners[i];

		if (listener->fn)
			listener->fn(listener->ctx, rule, via, watch->event);
	}
}

void rule_watch_last(struct rule_watch *watch)
{
	struct rules_matcher matcher = {
		.which = watch->opts.which, .names = watch->opts.names, .fn = on_rule, .ctx = watch
	};

	if (watch->rules && filter_event_last(watch->event))
		rules_match(watch->rules, watch->event, &matcher);
}

/* --- what rules did --- */

static void fill_still(const struct rules *rules, size_t index, struct rule_rows *rows)
{
	const struct rule *rule = rules_at(rules, index);
	struct rule_row *row = rule_rows_at(rows, index);
	struct filter_kinds kinds;

	rules_kinds(rules, rule, &kinds);
	*row = (struct rule_row){ .name = rule_rows_text(rows, rule->name),
				  .file = rule_rows_text(rows, rule->file ? rule->file : ""),
				  .line = rule->place.line + 1,
				  .priority = rule->priority,
				  .enabled = rule->enabled,
				  .kinds = rule_rows_bytes(rows, &kinds, sizeof(kinds)) };
}

static void fill_below(const struct rule_below *below, struct rule_rows *rows, struct rule_row *row)
{
	*row = (struct rule_row){ .name = rule_rows_text(rows, below->name),
				  .file = rule_rows_text(rows, below->file),
				  .line = below->place.line + 1,
				  .priority = below->priority,
				  .below = true,
				  .ns_per_evaluation = -1 };
}

/* NULL: there are none, or no memory. */
static struct rule_rows *still_rows(const struct rules *rules)
{
	size_t len = rules ? rules_len(rules) : 0;
	size_t below = rules ? rules_below_len(rules) : 0;
	struct rule_rows *rows;

	if (len + below == 0 || rule_rows_new(len + below, &rows) < 0)
		return NULL;
	for (size_t i = 0; i < len; i++)
		fill_still(rules, i, rows);
	for (size_t i = 0; i < below; i++)
		fill_below(rules_below_at(rules, i), rows, rule_rows_at(rows, len + i));
	return rows;
}

static void fill_row(struct rule_watch *watch, size_t index, struct rule_row *row)
{
	const struct rule *rule = rules_at(watch->rules, index);
	const struct rule_cost *cost = &watch->costs[index];
	struct rule_counted *before = &watch->before[index];

	row->muted = watch->opts.mutes && rule_mutes_all(watch->opts.mutes, rule->name);
	row->evaluations = cost->evaluations;
	row->hits = rule->hits;
	row->ns_per_evaluation =
		cost->sampled ? (double)cost->sampled_ns / (double)cost->sampled : -1;
	row->last_hit_ns = rule->last_hit_ns;
	if (watch->before_len) {
		row->evaluations_delta = cost->evaluations - before->evaluations;
		row->hits_delta = rule->hits - before->hits;
	}
	*before = (struct rule_counted){ cost->evaluations, rule->hits };
}

void rule_watch_publish(struct rule_watch *watch)
{
	size_t len = watch->rules ? rules_len(watch->rules) : 0;
	struct rule_rows *rows;

	/* Without memory the rows before stay. */
	if (!watch->still || !watch->costs || !watch->before ||
	    rule_rows_like(watch->still, &rows) < 0)
		return;
	rules_costs(watch->rules, watch->costs);
	for (size_t i = 0; i < len; i++)
		fill_row(watch, i, rule_rows_at(rows, i));
	watch->before_len = len;
	state_set_rules(watch->state, rows);
}

void rule_watch_use(struct rule_watch *watch, struct rules *rules)
{
	rule_rows_unref(watch->still);
	free(watch->costs);
	free(watch->before);
	watch->rules = rules;
	watch->since_num = state_events_end(watch->state) - 1;
	watch->before_len = 0;
	watch->still = still_rows(rules);
	watch->costs = calloc(rules_len(rules) + 1, sizeof(*watch->costs));
	watch->before = calloc(rules_len(rules) + 1, sizeof(*watch->before));
}
