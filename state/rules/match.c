/* SPDX-License-Identifier: Apache-2.0 */
/* Events against rules. */
#include "rules_private.h"
#include "state/filter/compile.h"
#include "state/filter/eval.h"
#include "state/filter/event.h"
#include "state/filter/explain.h"

static void hit(struct rules *rules, uint32_t id, enum rule_via via, uint64_t now_ns,
		struct rules_matcher *matcher)
{
	struct rule *rule = &rules->items[rules->by_id[id]];

	rule->hits++;
	rule->last_hit_ns = now_ns;
	matcher->fn(matcher->ctx, rule, via);
}

/* What matches under each name of a file, and how far it was told. */
struct matched {
	const uint32_t *ids; /* in the order of the rules */
	size_t len, at;
};

static bool has_names(struct filter_event *event, enum filter_names names,
		      const struct rules_matcher *matcher)
{
	switch (names) {
	case FILTER_NAMES_CALLED: break;
	case FILTER_NAMES_RESOLVED:
		return matcher->names == RULES_NAMES_BOTH && filter_event_has_two_names(event);
	case FILTER_NAMES_INODE: return matcher->names == RULES_NAMES_BOTH && event->inode_name;
	}
	return true;
}

/* The names under which the next rule in order matches first; *ret_id is the rule. */
static bool next_match(struct matched *matched, uint32_t *ret_id, enum filter_names *ret_names)
{
	bool found = false;

	for (enum filter_names n = FILTER_NAMES_CALLED; n <= FILTER_NAMES_INODE; n++) {
		const struct matched *m = &matched[n];

		if (m->at == m->len || (found && m->ids[m->at] >= *ret_id))
			continue;
		found = true;
		*ret_id = m->ids[m->at];
		*ret_names = n;
	}
	for (enum filter_names n = FILTER_NAMES_CALLED; found && n <= FILTER_NAMES_INODE; n++)
		matched[n].at +=
			matched[n].at < matched[n].len && matched[n].ids[matched[n].at] == *ret_id;
	return found;
}

size_t rules_match(struct rules *rules, struct filter_event *event, struct rules_matcher *matcher)
{
	size_t max = matcher->which == RULES_FIRST ? 1 : rules->len, found = 0;
	struct matched matched[FILTER_NAMES_INODE + 1] = { { .len = 0 } };
	enum filter_names names;
	uint32_t id = 0;

	for (names = FILTER_NAMES_CALLED; max && names <= FILTER_NAMES_INODE; names++) {
		uint32_t *ids = rules->ids + names * rules->len;

		if (!has_names(event, names, matcher))
			continue;
		event->names = names;
		matched[names] =
			(struct matched){ .ids = ids,
					  .len = filter_set_match(rules->set, event, ids, max) };
		event->names = FILTER_NAMES_CALLED;
	}
	for (; found < max && next_match(matched, &id, &names); found++) {
		event->by_inode = names == FILTER_NAMES_INODE;
		hit(rules, id, names == FILTER_NAMES_CALLED ? RULE_VIA_CALLED : RULE_VIA_RESOLVED,
		    event->event->ts_ns, matcher);
	}
	event->by_inode = false;
	return found;
}

int rules_explain(struct rules *rules, const struct rule *rule, struct filter_event *event,
		  filter_explain_fn fn, void *ctx)
{
	/* Names of hosts would be asked for again: conditions with them have no explanation. */
	const struct filter_compile_opts opts = { .port = rules->port };

	return filter_explain(rule->ast, event, &opts, fn, ctx);
}

bool rules_want(struct rules *rules, uint16_t kind)
{
	return filter_set_wants(rules->set, kind);
}

void rules_files(const struct rules *rules, void (*fn)(void *ctx, const char *path, size_t len),
		 void *ctx)
{
	filter_set_files(rules->set, fn, ctx);
}

uint32_t rules_events(struct rules *rules, struct filter_kinds *ret_kinds)
{
	return filter_set_gates(rules->set, ret_kinds);
}
