/* SPDX-License-Identifier: Apache-2.0 */
#include "look.h"
#include "scope.h"

static bool shows_files(const struct view *view)
{
	for (size_t i = 0; i < view->columns_len; i++)
		if (!view->columns[i].optional && (view->columns[i].column->flags & COLUMN_F_FILES))
			return true;
	return false;
}

struct look look_of_view(const struct view *view, const struct scope *scope)
{
	struct look look = { .files = shows_files(view) ? STATE_SHOW : STATE_HIDE };

	if (view->entity == ENTITY_PAGE) {
		look.files = STATE_SHOW;
		look.detail = STATE_DETAIL_PAGE;
	}
	if (view->entity == ENTITY_VARIABLE)
		look.detail = STATE_DETAIL_ENVIRONMENT;
	if (scope && (look.files == STATE_SHOW || look.detail != STATE_DETAIL_OFF))
		look.pid = scope_pid(scope);
	return look;
}

bool look_same(const struct look *a, const struct look *b)
{
	return a->files == b->files && a->detail == b->detail && a->pid == b->pid;
}
