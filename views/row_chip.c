/* SPDX-License-Identifier: Apache-2.0 */
/* Chips that rows give: what Enter, = and ! narrow a scope to. */
#include "table.h"

#include <stdio.h>
#include <string.h>

#include "probe/schema/uring.h"

static void proc_chip(const struct row *row, struct chip *ret_chip)
{
	*ret_chip = (struct chip){ .kind = CHIP_PROC,
				   .pid = row->proc->pid,
				   .start_boot_ns = row->proc->start_boot_ns };
	snprintf(ret_chip->text, sizeof(ret_chip->text), "%s",
		 row->proc->comm ? row->proc->comm : "");
}

static void syscall_chip(int nr, struct chip *ret_chip)
{
	*ret_chip = (struct chip){ .kind = CHIP_SYSCALL, .nr = nr };
	snprintf(ret_chip->text, sizeof(ret_chip->text), "%s", syscall_count_name(nr));
}

/* A name cut short would be the name of something else. */
static bool text_chip(enum chip_kind kind, const char *text, size_t len, struct chip *ret_chip)
{
	if (!text || !len || len >= sizeof(ret_chip->text) || memchr(text, 0, len))
		return false;
	*ret_chip = (struct chip){ .kind = kind };
	memcpy(ret_chip->text, text, len);
	return true;
}

/* "1.2.3.4:80->5.6.7.8:90", this end first; the path of a unix socket. */
static bool conn_chip(const struct activity_row *sum, struct chip *ret_chip)
{
	char text[sizeof(ret_chip->text) + 1];
	int len;

	if (!sum->name)
		return false;
	len = snprintf(text, sizeof(text), "%s%s%s", sum->name, sum->remote ? "->" : "",
		       sum->remote ? sum->remote : "");
	return text_chip(CHIP_CONN, text, (size_t)len, ret_chip);
}

/* A socket by its ends, anything else by its name. */
static bool fd_chip(const struct row *row, struct chip *ret_chip)
{
	const char *name = row->file->name;

	if (!name)
		return false;
	return text_chip(row->file->tuple ? CHIP_CONN : CHIP_PATH, name, strlen(name), ret_chip);
}

static bool uring_chip(const struct activity_row *sum, struct chip *ret_chip)
{
	const char *name = uring_op_name((unsigned)sum->ino);

	if (!name)
		return false;
	*ret_chip = (struct chip){ .kind = CHIP_URING, .number = sum->ino };
	snprintf(ret_chip->text, sizeof(ret_chip->text), "%s", name);
	return true;
}

static void slow_proc_chip(const struct slow_group *slow, struct chip *ret_chip)
{
	struct record_prefix prefix;

	memcpy(&prefix, slow->last->record, sizeof(prefix));
	*ret_chip = (struct chip){ .kind = CHIP_PROC,
				   .pid = slow->pid,
				   .start_boot_ns = slow->start_boot_ns };
	snprintf(ret_chip->text, sizeof(ret_chip->text), "%.*s", RECORD_COMM_LEN, prefix.comm);
}

/* The narrowest of what its calls are grouped by; of what was waited for there is no chip. */
static bool slow_chip(const struct slow_group *slow, unsigned by, struct chip *ret_chip)
{
	if (by & VIEW_GROUP_TARGET && slow->target_len)
		return text_chip(memmem(slow->target, slow->target_len, "->", 2) ? CHIP_CONN
										 : CHIP_PATH,
				 slow->target, slow->target_len, ret_chip);
	if (by & VIEW_GROUP_PROCESS) {
		slow_proc_chip(slow, ret_chip);
		return true;
	}
	if (by & VIEW_GROUP_SYSCALL)
		syscall_chip(slow->nr, ret_chip);
	return by & VIEW_GROUP_SYSCALL;
}

/* NULL: the host. */
static void container_chip(const struct container_row *container, struct chip *ret_chip)
{
	*ret_chip = (struct chip){ .kind = CHIP_CONTAINER };
	if (container)
		snprintf(ret_chip->text, sizeof(ret_chip->text), "%s", container->id);
}

bool row_chip(const struct row *row, const struct view *view, struct chip *ret_chip)
{
	switch (view->entity) {
	case ENTITY_PROCESS:
	case ENTITY_PAGE:
	case ENTITY_VARIABLE:
	case ENTITY_LISTENER:
	case ENTITY_TREE:
	case ENTITY_CALLER:
	case ENTITY_FAILURE:
		if (row->proc)
			proc_chip(row, ret_chip);
		return row->proc;
	case ENTITY_THREAD:
		*ret_chip = (struct chip){ .kind = CHIP_TID, .number = row->thread->tid };
		return true;
	case ENTITY_ERRNO:
		*ret_chip = (struct chip){ .kind = CHIP_ERRNO, .number = row->errno_group->err };
		return true;
	case ENTITY_SYSCALL: syscall_chip(row->syscall->nr, ret_chip); return true;
	case ENTITY_PATH:
		return text_chip(CHIP_PATH, row->group->path, row->group->path_len, ret_chip);
	case ENTITY_FILE:
		return row->activity->sum.name &&
		       text_chip(CHIP_PATH, row->activity->sum.name,
				 strlen(row->activity->sum.name), ret_chip);
	case ENTITY_FD: return fd_chip(row, ret_chip);
	case ENTITY_CONN: return conn_chip(&row->activity->sum, ret_chip);
	case ENTITY_URING: return uring_chip(&row->activity->sum, ret_chip);
	case ENTITY_CONTAINER: container_chip(row->procs->in, ret_chip); return true;
	case ENTITY_USER:
		*ret_chip = (struct chip){ .kind = CHIP_USER };
		snprintf(ret_chip->text, sizeof(ret_chip->text), "%s", row->procs->user);
		return true;
	case ENTITY_SLOW: return slow_chip(row->slow, view->group, ret_chip);
	case ENTITY_EVENT:
	case ENTITY_EXEC:
	case ENTITY_NEWCONN:
	case ENTITY_HIT:
	case ENTITY_OPEN:
	case ENTITY_FIELD:
	case ENTITY_RULE:
	case ENTITY_HIT_RULE:
	case ENTITY_HIT_PRIORITY:
	case ENTITY_BUFFER:
	case ENTITY_WHY:
	case ENTITY_COUNT: break;
	}
	return false;
}

/* All that its calls have in common because they are grouped by it. */
static size_t slow_chips(const struct slow_group *slow, unsigned by,
			 struct chip ret_chips[static ROW_CHIPS_MAX])
{
	size_t len = 0;

	if (by & VIEW_GROUP_PROCESS)
		slow_proc_chip(slow, &ret_chips[len++]);
	if (by & VIEW_GROUP_SYSCALL)
		syscall_chip(slow->nr, &ret_chips[len++]);
	if (by & VIEW_GROUP_TARGET)
		len += slow_chip(slow, VIEW_GROUP_TARGET, &ret_chips[len]);
	return len;
}

size_t row_chips(const struct row *row, const struct view *view,
		 struct chip ret_chips[static ROW_CHIPS_MAX])
{
	size_t len = 0;

	if (view->entity == ENTITY_FAILURE)
		ret_chips[len++] = (struct chip){ .kind = CHIP_ERRNO, .number = row->failure->err };
	if (view->entity == ENTITY_FAILURE)
		syscall_chip(row->failure->nr, &ret_chips[len++]);
	if (view->entity == ENTITY_CALLER)
		syscall_chip(row->call->nr, &ret_chips[len++]);
	if (view->entity == ENTITY_SLOW)
		return slow_chips(row->slow, view->group, ret_chips);
	/* Where there are containers, a user is one of the host or of one of them. */
	if (view->entity == ENTITY_USER && row->snapshot->containers_len)
		container_chip(row->procs->in, &ret_chips[len++]);
	if ((view->entity == ENTITY_THREAD || view->entity == ENTITY_CONN ||
	     view->entity == ENTITY_FD) &&
	    row->proc)
		proc_chip(row, &ret_chips[len++]);
	return len + row_chip(row, view, &ret_chips[len]);
}
