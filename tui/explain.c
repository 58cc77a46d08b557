/* SPDX-License-Identifier: Apache-2.0 */
#include "explain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rule_mutes.h"
#include "rule_watch.h"
#include "state/filter/past.h"
#include "state/rules/why.h"
#include "state/state.h"

struct explain_ask *explain_ask_new(uint64_t question, struct snapshot *snapshot,
				    uint64_t event_num, const char *rule)
{
	struct explain_ask *ask = calloc(1, sizeof(*ask));

	if (!ask)
		return NULL;
	ask->question = question;
	ask->snapshot = snapshot_ref(snapshot);
	ask->event_num = event_num;
	snprintf(ask->rule, sizeof(ask->rule), "%s", rule);
	return ask;
}

void explain_ask_free(struct explain_ask *ask)
{
	if (!ask)
		return;
	snapshot_unref(ask->snapshot);
	free(ask);
}

uint64_t explain_ask_event(const struct explain_ask *ask)
{
	const struct history_event *kept = snapshot_event(ask->snapshot, ask->event_num);
	struct history_hit hit;

	if (!kept)
		return 0;
	return history_hit(kept, &hit) ? hit.event_num : kept->num;
}

/* How the screen leaves out hits of the rule by the event's process. */
static const char *muted(const struct rule_watch *watch, const char *rule, char *text, size_t size)
{
	const char *comm = watch->event->event->prefix.comm;
	struct rule_mute mutes[RULE_MUTES_MAX];
	size_t len = watch->opts.mutes ? rule_mutes_list(watch->opts.mutes, mutes) : 0;

	for (size_t i = 0; i < len; i++) {
		const char *process = mutes[i].process;

		if (strcmp(mutes[i].rule, rule) != 0 ||
		    (*process && strncmp(process, comm, RECORD_COMM_LEN) != 0))
			continue;
		snprintf(text, size, "its hits%s%s are left out here; alerts are told",
			 *process ? " of " : "", process);
		return text;
	}
	return NULL;
}

static struct explained *answer(struct rule_watch *watch, const struct explain_ask *ask,
				const struct filter_past *past)
{
	struct explained *explained = explained_new(ask->question);
	char text[160];
	const struct rules_why why = {
		.rule = ask->rule,
		.names = watch->opts.names,
		.which = watch->opts.which,
		.past = past,
		.muted = muted(watch, ask->rule, text, sizeof(text)),
		.since_num = watch->since_num,
	};

	if (explained && rules_why(watch->rules, watch->event, &why, explained) == 0)
		return explained;
	explained_unref(explained);
	return NULL;
}

struct explained *explain_past(struct rule_watch *watch, const struct explain_ask *ask)
{
	const struct history_event *kept = snapshot_event(ask->snapshot, ask->event_num);
	struct explained *explained;
	struct filter_past past;

	if (!kept || filter_event_past(watch->event, kept, &past) < 0)
		return NULL;
	explained = answer(watch, ask, &past);
	filter_past_release(watch->event, &past);
	return explained;
}

struct explained *explain_last(struct rule_watch *watch, const struct explain_ask *ask)
{
	return filter_event_last(watch->event) ? answer(watch, ask, NULL) : NULL;
}
