/* SPDX-License-Identifier: Apache-2.0 */
#include "choice.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include "call_kind.h"
#include "hit.h"
#include "probe/schema/event.h"
#include "probe/schema/outcome.h"
#include "view.h"

#define SLOW_NS 10000000ull /* 10 ms */

struct choice choice_of_view(const struct view *view)
{
	if (view->stream != VIEW_STREAM_SLOW)
		return (struct choice){ .failed = false };
	return (struct choice){ .busy = true, .min_duration_ns = SLOW_NS };
}

bool choice_is_everything(const struct choice *choice)
{
	return !choice->failed && !choice->busy && !choice->min_duration_ns && !choice->rule[0] &&
	       !choice->priority;
}

bool choice_same(const struct choice *a, const struct choice *b)
{
	return a->failed == b->failed && a->busy == b->busy &&
	       a->min_duration_ns == b->min_duration_ns && a->only == b->only &&
	       a->priority == b->priority && strcmp(a->rule, b->rule) == 0;
}

/* A lock that was not got in time is what a thread has that waits for work with a timeout. */
static bool call_is_busy(const struct record_prefix *prefix)
{
	enum call_kind kind = call_kind_of_syscall(syscall_by_nr(prefix->nr));

	return kind != CALL_KIND_WAIT && (kind != CALL_KIND_LOCK || prefix->ret != -ETIMEDOUT);
}

/* A name that is longer than there is room is that of all that begin so. */
static bool accepts_hit(const struct choice *choice, const struct history_event *kept)
{
	struct history_hit hit;

	if (!history_hit(kept, &hit))
		return false;
	if (choice->priority && choice->priority != hit.priority + 1)
		return false;
	return !choice->rule[0] || strncmp(hit.rule, choice->rule, sizeof(choice->rule) - 1) == 0;
}

bool choice_accepts(const struct choice *choice, const struct history_event *kept)
{
	struct record_prefix prefix;

	if (choice_is_everything(choice))
		return true;
	if ((choice->rule[0] || choice->priority) && !accepts_hit(choice, kept))
		return false;
	if (kept->record_len < sizeof(prefix))
		return false;
	memcpy(&prefix, kept->record, sizeof(prefix));
	if (choice->failed && (prefix.nr < 0 || !outcome_is_error(prefix.ret)))
		return false;
	if (prefix.duration_ns < choice->min_duration_ns)
		return false;
	return !choice->busy || (prefix.flags & RECORD_F_COMPAT) || call_is_busy(&prefix);
}

void choice_render(const struct choice *choice, struct text_buf *buf)
{
	if (choice->failed)
		text_buf_add(buf, " > failed");
	if (choice->rule[0]) {
		text_buf_add(buf, " > rule=");
		text_buf_add_safe(buf, choice->rule, strlen(choice->rule));
	}
	if (choice->priority)
		text_buf_printf(buf, " > pri=%s", hit_priority_name(choice->priority - 1u));
	if (choice->min_duration_ns)
		text_buf_printf(buf, " > %" PRIu64 "ms+", choice->min_duration_ns / 1000000);
}
