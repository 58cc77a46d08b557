/* SPDX-License-Identifier: Apache-2.0 */
#include "interest.h"

#include <string.h>

#include "probe/schema/decode.h"
#include "probe/schema/event.h"
#include "state/filter/compile.h"
#include "views/call_kind.h"

/* Of the calls that are shown. */
static uint8_t want_shown(enum interest_whose whose)
{
	return whose == INTEREST_FOCUS ? PROBE_WANT_FOCUS : PROBE_WANT_SCOPE | PROBE_WANT_FOCUS;
}

static uint8_t want_of(enum view_stream stream, enum interest_whose whose,
		       const struct syscall_desc *call)
{
	uint32_t flags = call ? call->flags : 0;

	if (flags & SYSCALL_F_LIFE)
		return PROBE_WANT_SCOPE | PROBE_WANT_FOCUS;
	switch (stream) {
	case VIEW_STREAM_ALL:
	case VIEW_STREAM_FAILED: return want_shown(whose);
	case VIEW_STREAM_SLOW:
		/* One that waits is not shown, but what it makes (accept) is named. */
		if (call_kind_of_syscall(call) != CALL_KIND_WAIT || flags & SYSCALL_F_FD)
			return want_shown(whose);
		break;
	case VIEW_STREAM_OPENS:
		if (flags & SYSCALL_F_OPEN)
			return want_shown(whose);
		break;
	case VIEW_STREAM_CONNECTS:
		if (call && (!strcmp(call->name, "connect") || !strcmp(call->name, "accept") ||
			     !strcmp(call->name, "accept4")))
			return want_shown(whose);
		break;
	case VIEW_STREAM_EXECS:
	case VIEW_STREAM_NONE: break;
	}
	return PROBE_WANT_FOCUS;
}

static bool call_changes_state(const struct syscall_desc *call)
{
	return call->flags & (SYSCALL_F_LIFE | SYSCALL_F_FD);
}

bool interest_changes_state(const struct event *event)
{
	return event->syscall ? call_changes_state(event->syscall)
			      : event->desc->code == EVENT_CODE_PROCEXIT_1_E;
}

static bool is_narrowed(const struct filter_kinds *kinds, const struct syscall_desc *call)
{
	return kinds && call && !call_changes_state(call) && !filter_kinds_has_call(kinds, call);
}

/* Is another call all that is shown, and nothing named after this one? */
static bool is_another(const struct choice *choice, const struct syscall_desc *call, int nr)
{
	return choice->only && choice->only != nr + 1 && !(call && call_changes_state(call));
}

/* The gates (enum probe_gate) of a call that is wanted. */
static uint8_t gates_of(const struct interest_filter *filter, const struct syscall_desc *call)
{
	uint8_t gates = 0;

	if (!call || call->flags & SYSCALL_F_LIFE)
		return 0;
	if (call->flags & SYSCALL_F_FD &&
	    !(call->flags & SYSCALL_F_OPEN && filter->gates & FILTER_GATE_OPENS_ONLY &&
	      filter->files == INTEREST_FILES_HIDDEN))
		return 0;
	if (filter->gates & FILTER_GATE_FAILED)
		gates |= PROBE_GATE_FAILED;
	if (call->flags & SYSCALL_F_OPEN && filter->gates & FILTER_GATE_OPEN_WRITES)
		gates |= PROBE_GATE_WRITES;
	return gates;
}

/* Of events that are no calls. */
static uint8_t want_kind(enum view_stream stream, const struct choice *choice,
			 enum interest_whose whose)
{
	if (choice->only)
		return 0;
	return stream == VIEW_STREAM_ALL && !choice->failed ? want_shown(whose) : PROBE_WANT_FOCUS;
}

/* Are calls that it wants left out by their result or duration? */
static bool leaves_out(const struct probe_interest *interest)
{
	return interest->failed || interest->min_duration_ns;
}

void interest_fill(enum view_stream stream, const struct choice *choice,
		   const struct interest_filter *filter, struct probe_interest *ret_interest)
{
	memset(ret_interest, 0, sizeof(*ret_interest));
	ret_interest->min_duration_ns = choice->min_duration_ns;
	if (choice->failed)
		ret_interest->failed = PROBE_FAILED_ANY;
	else if (stream == VIEW_STREAM_FAILED)
		ret_interest->failed = PROBE_FAILED_UNEXPECTED;
	for (size_t kind = 0; kind < PROBE_KIND_COUNT; kind++)
		ret_interest->kinds[kind] = want_kind(stream, choice, filter->whose);
	for (int nr = 0; nr < SYSCALL_NR_MAX; nr++) {
		const struct syscall_desc *call = syscall_by_nr(nr);

		if (!is_narrowed(filter->kinds, call) && !is_another(choice, call, nr))
			ret_interest->calls[nr] =
				want_of(stream, filter->whose, call) | gates_of(filter, call);
		/* What descriptors are is known from all calls that change them. */
		if (leaves_out(ret_interest) && ret_interest->calls[nr] && call &&
		    call->flags & SYSCALL_F_FD)
			ret_interest->calls[nr] |= PROBE_WANT_WHOLE;
	}
}

void interest_add_rules(const struct interest_rules *rules, struct probe_interest *interest)
{
	bool no_files = rules->gates & (FILTER_GATE_OPENS_ONLY | FILTER_GATE_NO_FILES);
	/* Then opens can be gated as where there is nothing else. */
	const struct interest_filter gates = {
		.gates = rules->gates | (no_files ? FILTER_GATE_OPENS_ONLY : 0),
		.files = no_files ? INTEREST_FILES_HIDDEN : INTEREST_FILES_SHOWN,
	};

	/* Where the view leaves calls out (quick, successful), of these the rules see all. */
	for (int nr = 0; nr < SYSCALL_NR_MAX; nr++) {
		const struct syscall_desc *call = syscall_by_nr(nr);
		bool files =
			gates.files == INTEREST_FILES_SHOWN && call && call->flags & SYSCALL_F_FD;

		if (!files && !(call && filter_kinds_has_call(rules->kinds, call)))
			continue;
		interest->calls[nr] |= PROBE_WANT_WHOLE;
		if (interest->calls[nr] & PROBE_WANT_SCOPE)
			continue;
		interest->calls[nr] = PROBE_WANT_SCOPE | PROBE_WANT_FOCUS | PROBE_WANT_WHOLE |
				      gates_of(&gates, call);
	}
}
