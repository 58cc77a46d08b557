/* SPDX-License-Identifier: Apache-2.0 */
/* Why a rule matches an event or does not, see why.h. */
#include "why.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules_private.h"
#include "state/filter/eval.h"
#include "state/filter/event.h"
#include "state/filter/explain.h"
#include "state/filter/field.h"
#include "state/filter/operand.h"
#include "state/filter/past.h"
#include "state/filter/print.h"

#define NAMES (FILTER_NAMES_INODE + 1)
#define CHECK_SHOWN 700 /* bytes of a check: lists may be long */
#define SIDES_MAX (2 * (FILTER_VALUE_SHOWN + 8))
/* A check and what it saw under each name, and what stands between. */
#define TEXT_MAX (CHECK_SHOWN + NAMES * (SIDES_MAX + 16) + 80)
#define KINDS_NAMED 6

/* A part of the condition, under each name that the event has. */
struct part {
	const struct filter_node *node;
	unsigned depth;
	bool now; /* it saw something that may have been otherwise then */
	bool result[NAMES], decides[NAMES];
	char *value[NAMES]; /* owned */
};

struct answer {
	const struct rules_why *why;
	struct rules *rules;
	const struct rule *rule;
	struct filter_event *event;
	struct explained *explained;
	struct part *parts;
	size_t len, size;
	size_t at; /* of the walk under the name at hand */
	enum filter_names name;
	bool has[NAMES];
	bool explained_whole; /* there is a tree */
	bool is_true[NAMES];
	bool saw_now;
	int rc;
};

/* --- lines --- */

__attribute__((format(printf, 3, 4))) static void say(struct answer *a, const char *name,
						      const char *format, ...)
{
	char text[TEXT_MAX];
	struct text_buf buf;
	char made[TEXT_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(made, sizeof(made), format, args);
	va_end(args);
	text_buf_init(&buf, text, sizeof(text));
	text_buf_add_safe(&buf, made, strlen(made));
	if (a->rc == 0)
		a->rc = explained_add(a->explained,
				      &(struct explained_line){ .name = name, .text = text });
}

/* --- the tree --- */

static bool operand_is_now(const struct filter_past *past, const struct filter_operand *operand)
{
	char name[FIELD_KEY_MAX * 2];
	struct field_ref ref;
	size_t used;

	if (!operand)
		return false;
	if (operand->kind == FILTER_OPERAND_FIELD &&
	    field_lookup(name, operand_field_name(operand, name, sizeof(name)), &ref, &used) == 0 &&
	    !filter_past_knows(past, ref.field))
		return true;
	for (const struct filter_operand *arg = operand->args; arg; arg = arg->next)
		if (operand_is_now(past, arg))
			return true;
	return false;
}

static struct part *part_at(struct answer *a, const struct filter_explained *explained)
{
	struct part *part;

	if (a->at == a->size) {
		size_t size = a->size ? a->size * 2 : 64;
		struct part *grown = reallocarray(a->parts, size, sizeof(*grown));

		if (!grown)
			return NULL;
		a->parts = grown;
		a->size = size;
	}
	part = &a->parts[a->at++];
	if (a->at <= a->len)
		return part;
	a->len = a->at;
	*part = (struct part){ .node = explained->node, .depth = explained->depth };
	if (a->why->past && part->node->kind == FILTER_NODE_CHECK)
		part->now = operand_is_now(a->why->past, part->node->check.left) ||
			    operand_is_now(a->why->past, part->node->check.right);
	a->saw_now |= part->now;
	return part;
}

static void take_part(void *ctx, const struct filter_explained *explained)
{
	struct answer *a = ctx;
	struct part *part = part_at(a, explained);
	char text[SIDES_MAX];
	struct text_buf buf;

	if (!part) {
		a->rc = -ENOMEM;
		return;
	}
	part->result[a->name] = explained->result;
	part->decides[a->name] = explained->decides;
	text_buf_init(&buf, text, sizeof(text));
	filter_explained_value(explained->value, &buf);
	if (*explained->right) {
		text_buf_add(&buf, " | ");
		filter_explained_value(explained->right, &buf);
	}
	part->value[a->name] = strdup(text);
	if (!part->value[a->name])
		a->rc = -ENOMEM;
}

static bool is_evaluated(struct answer *a, enum filter_names name)
{
	switch (name) {
	case FILTER_NAMES_CALLED: break;
	case FILTER_NAMES_RESOLVED: return filter_event_has_two_names(a->event);
	case FILTER_NAMES_INODE: return a->event->inode_name;
	}
	return true;
}

/* Under each name; names that are not evaluated (--names called) are looked at all the same. */
static void explain(struct answer *a)
{
	for (enum filter_names n = FILTER_NAMES_CALLED; n < NAMES && a->rc == 0; n++) {
		int rc;

		a->has[n] = is_evaluated(a, n);
		if (!a->has[n])
			continue;
		a->name = n;
		a->at = 0;
		a->event->names = n;
		rc = rules_explain(a->rules, a->rule, a->event, take_part, a);
		if (a->rc < 0)
			return;
		if (rc == 0)
			a->is_true[n] = a->parts[0].result[n];
		else if (rc == -EINVAL)
			a->is_true[n] = a->rule->id != UINT32_MAX &&
					filter_set_eval(a->rules->set, a->rule->id, a->event);
		else
			a->rc = rc;
		a->explained_whole = rc == 0;
		a->event->names = FILTER_NAMES_CALLED;
	}
}

static void add_results(const struct answer *a, const struct part *part, struct text_buf *buf)
{
	for (enum filter_names n = FILTER_NAMES_CALLED; n < NAMES; n++)
		if (a->has[n])
			text_buf_printf(buf, "%s%s%s", buf->len ? "/" : "",
					part->result[n] ? "yes" : "no",
					part->decides[n] ? "*" : "");
}

/* What it saw as called, and what it saw else where that is something else. */
static void add_values(const struct answer *a, const struct part *part, struct text_buf *buf)
{
	static const char *const labels[NAMES] = { "", "; resolved ", "; by inode " };

	for (enum filter_names n = FILTER_NAMES_CALLED; n < NAMES; n++) {
		if (!a->has[n] || (n && strcmp(part->value[n], part->value[0]) == 0))
			continue;
		text_buf_add(buf, labels[n]);
		text_buf_add(buf, *part->value[n] ? part->value[n] : "\"\"");
	}
	text_buf_add(buf, part->now ? " (now)" : "");
	text_buf_add(buf, " -> ");
}

static void add_check(const struct filter_node *node, struct text_buf *buf)
{
	char text[CHECK_SHOWN];
	struct text_buf check;

	text_buf_init(&check, text, sizeof(text));
	filter_print_node(node, &check);
	text_buf_add_safe(buf, check.data, check.len);
	text_buf_add(buf, check.truncated ? "..." : "");
}

/* A line of the tree; `not` and the check that it negates are one. Returns how many parts. */
static size_t add_part(struct answer *a, size_t index)
{
	static const char *const words[] = { [FILTER_NODE_AND] = "all of",
					     [FILTER_NODE_OR] = "one of",
					     [FILTER_NODE_NOT] = "not",
					     [FILTER_NODE_CHECK] = "",
					     [FILTER_NODE_MACRO] = "" };
	const struct part *part = &a->parts[index];
	const struct filter_node *node = part->node;
	bool negates = node->kind == FILTER_NODE_NOT && node->children->kind == FILTER_NODE_CHECK &&
		       index + 1 < a->len;
	const struct part *check = negates ? part + 1 : part;
	char name[32], text[TEXT_MAX];
	struct text_buf names, buf;

	text_buf_init(&names, name, sizeof(name));
	add_results(a, part, &names);
	text_buf_init(&buf, text, sizeof(text));
	text_buf_printf(&buf, "%*s", (int)(part->depth < 20 ? part->depth * 2 : 40), "");
	if (check->node->kind == FILTER_NODE_CHECK) {
		add_values(a, check, &buf);
		text_buf_add(&buf, negates ? "not " : "");
		add_check(check->node, &buf);
	} else {
		text_buf_add(&buf, words[node->kind]);
	}
	a->rc = explained_add(
		a->explained,
		&(struct explained_line){ .name = name, .text = text, .depth = part->depth + 1 });
	return negates ? 2 : 1;
}

/* --- what stands before the condition --- */

/* The first rule before this one that matches: with `first` it is the one that is told. */
static const struct rule *rule_before(struct answer *a)
{
	const struct rule *found = NULL;

	for (size_t i = 0; i < a->rules->len && &a->rules->items[i] != a->rule && !found; i++) {
		const struct rule *rule = &a->rules->items[i];

		for (enum filter_names n = FILTER_NAMES_CALLED;
		     n < NAMES && rule->id != UINT32_MAX && !found; n++) {
			if (!a->has[n] || (n && a->why->names == RULES_NAMES_CALLED))
				continue;
			a->event->names = n;
			if (filter_set_eval(a->rules->set, rule->id, a->event))
				found = rule;
		}
	}
	a->event->names = FILTER_NAMES_CALLED;
	return found;
}

/* "open, openat and 3 more" */
static void say_kind(struct answer *a, const struct filter_kinds *kinds, const char *name)
{
	const char *names[KINDS_NAMED];
	size_t len = filter_kinds_names(kinds, names, KINDS_NAMED);
	size_t shown = len < KINDS_NAMED ? len : KINDS_NAMED;
	char text[400];
	struct text_buf buf;

	text_buf_init(&buf, text, sizeof(text));
	for (size_t i = 0; i < shown; i++)
		text_buf_printf(&buf, "%s%s", i ? ", " : "", names[i]);
	if (len > shown)
		text_buf_printf(&buf, " and %zu more", len - shown);
	say(a, "kind", "not evaluated for %s: it is for %s", name, len ? text : "no event at all");
}

/* Under the names of which the rest is true. */
static void say_exception(struct answer *a, const char *exception, const struct part *part,
			  const bool *rest)
{
	static const char *const labels[NAMES] = { "as called", "resolved", "by inode" };
	unsigned names = 0, taken = 0;
	char text[64];
	struct text_buf buf;

	text_buf_init(&buf, text, sizeof(text));
	for (enum filter_names n = FILTER_NAMES_CALLED; n < NAMES; n++) {
		names += a->has[n];
		if (rest[n] && !part->result[n])
			text_buf_printf(&buf, "%s %s", taken++ ? " and" : ",", labels[n]);
	}
	if (taken)
		say(a, "exception", "'%.100s' takes the event away%s", exception,
		    taken < names ? text : "");
}

/* They are the last parts of the condition. */
static void say_exceptions(struct answer *a)
{
	const struct filter_node *child = a->rule->ast->root->children;
	size_t children = 0, skip, at = 1;
	bool rest[NAMES];

	if (a->rule->ast->root->kind != FILTER_NODE_AND)
		return;
	for (const struct filter_node *c = child; c; c = c->next)
		children++;
	if (children < a->rule->exceptions_len)
		return;
	skip = children - a->rule->exceptions_len;
	memcpy(rest, a->has, sizeof(rest));
	for (size_t i = 0; child; child = child->next, i++) {
		while (at < a->len && a->parts[at].node != child)
			at++;
		if (at == a->len)
			return;
		if (i >= skip)
			say_exception(a, a->rule->exceptions[i - skip], &a->parts[at], rest);
		for (enum filter_names n = FILTER_NAMES_CALLED; n < NAMES && i < skip; n++)
			rest[n] &= a->parts[at].result[n];
	}
}

/* How often is it true? */
static unsigned truths(const struct answer *a)
{
	unsigned len = 0;

	for (enum filter_names n = FILTER_NAMES_CALLED; n < NAMES; n++)
		len += a->is_true[n];
	return len;
}

static void say_answer(struct answer *a, bool of_kind, const struct rule *before)
{
	const struct rule *rule = a->rule;
	bool real = !a->is_true[0];
	bool gone = a->why->past && a->why->past->process == FILTER_PAST_GONE;

	if (!truths(a))
		say(a, "answer", "it does not match%s%s", gone ? ", as far as is known" : "",
		    a->explained_whole ? ": parts with * decide" : "");
	else if (!rule->enabled)
		say(a, "answer", "it would match, but it is disabled");
	else if (!of_kind)
		say(a, "answer", "it would match, but it is not for this kind of event");
	else if (real && a->why->names == RULES_NAMES_CALLED)
		say(a, "answer", "it would match by the resolved name, but --names called is set");
	else if (before)
		say(a, "answer", "it would match, but the rule before it is told instead");
	else
		say(a, "answer", "it matches%s%s", real ? ", by the resolved name alone" : "",
		    a->why->muted ? ", and is left out here" : "");
}

static void say_names(struct answer *a)
{
	if (a->has[FILTER_NAMES_RESOLVED] || a->has[FILTER_NAMES_INODE])
		say(a, "names", "the file has several: yes/no is as called%s%s",
		    a->has[FILTER_NAMES_RESOLVED] ? ", then resolved" : "",
		    a->has[FILTER_NAMES_INODE] ? ", then as the rule calls its inode" : "");
}

static void say_past(struct answer *a)
{
	const struct filter_past *past = a->why->past;

	if (past && past->process == FILTER_PAST_GONE)
		say(a, "values", "only what the event tells: its process is gone for long");
	else if (a->saw_now)
		say(a, "values", "(now): it may have been otherwise when the event happened");
	if (a->event->num <= a->why->since_num)
		say(a, "values", "the rules were loaded after it: others looked at the event");
}

static void say_event(struct answer *a)
{
	const struct event *event = a->event->event;

	say(a, "event", "%" PRIu64 ": %s by %.*s[%" PRIu32 "]", a->event->num, event_name(event),
	    RECORD_COMM_LEN, event->prefix.comm, event->prefix.pid);
}

static void answer(struct answer *a)
{
	const struct rule *rule = a->rule, *before = NULL;
	struct filter_kinds kinds;
	bool of_kind;

	rules_kinds(a->rules, rule, &kinds);
	of_kind = filter_kinds_has(&kinds, filter_kind_of(a->event->event));
	explain(a);
	if (truths(a) && a->why->which == RULES_FIRST && rule->enabled)
		before = rule_before(a);
	say_answer(a, of_kind, before);
	say(a, "rule", "%.200s (%s, %.100s:%u)", rule->name, rule_priority_name(rule->priority),
	    rule->file, rule->place.line + 1);
	say_event(a);
	if (!rule->enabled)
		say(a, "disabled", "it is not evaluated: its file or the config file says so");
	if (!of_kind)
		say_kind(a, &kinds, filter_kind_name(filter_kind_of(a->event->event)));
	if (before)
		say(a, "first", "'%.200s' comes before it and matches; rule_matching is first",
		    before->name);
	if (a->why->muted)
		say(a, "muted", "%s", a->why->muted);
	if (a->explained_whole)
		say_exceptions(a);
	else
		say(a, "condition", "it compares names of hosts and is not shown part by part");
	say_names(a);
	say_past(a);
	for (size_t i = 0; a->explained_whole && i < a->len && a->rc == 0;)
		i += add_part(a, i);
}

static const struct rule *find_rule(const struct rules *rules, const char *name)
{
	for (size_t i = 0; rules && i < rules->len; i++)
		if (strcmp(rules->items[i].name, name) == 0)
			return &rules->items[i];
	return NULL;
}

/* Nothing more is known of a rule that is not loaded. */
static void say_missing(struct answer *a)
{
	for (size_t i = 0; a->rules && i < a->rules->below_len; i++) {
		const struct rule_below *below = &a->rules->below[i];

		if (strcmp(below->name, a->why->rule) != 0)
			continue;
		say(a, "answer", "it is not loaded");
		say(a, "rule", "%.200s (%s, %.100s:%u)", below->name,
		    rule_priority_name(below->priority), below->file, below->place.line + 1);
		say_event(a);
		say(a, "priority",
		    "%s is below the least that is wanted (--priority, or "
		    "`priority` in the config file)",
		    rule_priority_name(below->priority));
		return;
	}
	say(a, "answer", "there is no rule '%.200s' any more", a->why->rule);
	say_event(a);
}

int rules_why(struct rules *rules, struct filter_event *event, const struct rules_why *why,
	      struct explained *explained)
{
	struct answer a = { .why = why,
			    .rules = rules,
			    .rule = find_rule(rules, why->rule),
			    .event = event,
			    .explained = explained };

	if (a.rule)
		answer(&a);
	else
		say_missing(&a);
	for (size_t i = 0; i < a.len; i++)
		for (size_t n = 0; n < NAMES; n++)
			free(a.parts[i].value[n]);
	free(a.parts);
	return a.rc;
}
