/* SPDX-License-Identifier: Apache-2.0 */
/* The page of an event or hit: where Enter leads from each of its lines. */
#include "ui.h"

#include <stdio.h>
#include <string.h>

/* What a field is about, by its name. */
static const struct {
	const char *name;
	enum chip_kind kind;
} page_fields[] = {
	{ "proc.name", CHIP_PROC },         { "proc.pid", CHIP_PROC },
	{ "process start", CHIP_PROC },     { "proc.exepath", CHIP_PROC },
	{ "thread.tid", CHIP_TID },         { "user.name", CHIP_USER },
	{ "container.id", CHIP_CONTAINER }, { "cgroup id", CHIP_CONTAINER },
	{ "evt.type", CHIP_SYSCALL },       { "syscall number", CHIP_SYSCALL },
	{ "evt.res", CHIP_ERRNO },          { "evt.rawres", CHIP_ERRNO },
	{ "fd.name", CHIP_PATH },           { "path", CHIP_PATH },
	{ "file id", CHIP_PATH },
};

static bool put_text(struct chip *chip, const char *text, size_t len)
{
	if (!text || !len || len >= sizeof(chip->text) || memchr(text, '\0', len))
		return false;
	memcpy(chip->text, text, len);
	return true;
}

/* The file, or the connection, of the event's descriptor. */
static bool file_chip(const struct row *row, struct chip *chip)
{
	const char *name = row->kept->fd_name;

	if (row->event->path.data)
		return put_text(chip, row->event->path.data, row->event->path.len);
	if (!name || !*name)
		return false;
	if (strstr(name, "->"))
		chip->kind = CHIP_CONN;
	return put_text(chip, name, strlen(name));
}

static bool field_chip(const struct row *row, enum chip_kind kind, struct chip *ret_chip)
{
	const struct record_prefix *prefix = &row->event->prefix;

	*ret_chip = (struct chip){ .kind = kind };
	switch (kind) {
	case CHIP_PROC:
		ret_chip->pid = prefix->pid;
		ret_chip->start_boot_ns = prefix->start_boot_ns;
		snprintf(ret_chip->text, sizeof(ret_chip->text), "%.*s", RECORD_COMM_LEN,
			 prefix->comm);
		return true;
	case CHIP_TID: ret_chip->number = prefix->tid; return true;
	case CHIP_USER:
		return row->kept->user &&
		       put_text(ret_chip, row->kept->user, strlen(row->kept->user));
	case CHIP_CONTAINER:
		return !row->kept->container || !*row->kept->container ||
		       put_text(ret_chip, row->kept->container, strlen(row->kept->container));
	case CHIP_SYSCALL:
		ret_chip->nr = prefix->nr;
		if (!row->event->syscall)
			return false;
		snprintf(ret_chip->text, sizeof(ret_chip->text), "%s", row->event->syscall->name);
		return true;
	case CHIP_ERRNO:
		ret_chip->number = (uint64_t)-prefix->ret;
		return prefix->ret < 0 && prefix->ret > -4096;
	case CHIP_PATH: return file_chip(row, ret_chip);
	case CHIP_CONN:
	case CHIP_COMMAND:
	case CHIP_URING:
	case CHIP_COUNT: break;
	}
	return false;
}

bool page_chip(const struct row *row, struct chip *ret_chip)
{
	const char *name = row->line ? "" : page_field_name(row);

	if (row->line && row->line->pid) {
		*ret_chip = (struct chip){ .kind = CHIP_PROC,
					   .pid = row->line->pid,
					   .start_boot_ns = row->line->start_boot_ns };
		snprintf(ret_chip->text, sizeof(ret_chip->text), "%.*s",
			 (int)strcspn(row->line->value, "["), row->line->value);
		return true;
	}
	for (size_t i = 0; name && i < sizeof(page_fields) / sizeof(page_fields[0]); i++)
		if (strcmp(name, page_fields[i].name) == 0)
			return field_chip(row, page_fields[i].kind, ret_chip);
	return name && strncmp(name, "evt.arg.", 8) == 0 && field_chip(row, CHIP_PATH, ret_chip);
}

/* Another event's page, in what this one holds. */
static void open_other(struct monitor *monitor, uint64_t num)
{
	struct snapshot *held = snapshot_ref(monitor->filled);
	const struct view *page = view_set_find(monitor->opts->views, "event");

	if (page && snapshot_event(held, num) && level_push(monitor, page, NULL, 0) == 0) {
		level_now(monitor)->event_num = num;
		level_now(monitor)->held = held;
		return;
	}
	snapshot_unref(held);
}

void page_follow(struct monitor *monitor, const struct row *row)
{
	const char *name;
	const struct view *view;
	struct chip chip;

	if (row->line && row->line->event_num) {
		open_other(monitor, row->line->event_num);
		return;
	}
	if (!page_chip(row, &chip)) {
		monitor_say(monitor, "this line leads nowhere; those of processes, files, users, "
				     "calls and errors do");
		return;
	}
	name = chip.kind == CHIP_PROC ? "processes" : "stream";
	view = view_set_find(monitor->opts->views, name);
	if (!view)
		monitor_say(monitor, "there is no view '%s'", name);
	else
		level_push(monitor, view, &chip, 1);
}

/* The answer is here: the page stays with it, whatever is asked next. */
static void take_answer(struct monitor *monitor, struct level *level)
{
	if (level->held || explained_question(monitor->newest->explained) != level->question)
		return;
	level->held = snapshot_ref(monitor->newest);
	monitor->refill = true;
}

void page_renew(struct monitor *monitor)
{
	struct level *level = level_now(monitor);
	struct snapshot *newest = monitor->newest;

	if (level->view->entity == ENTITY_WHY) {
		take_answer(monitor, level);
		return;
	}
	if (level->view->entity != ENTITY_FIELD || level->event_num < SNAPSHOT_HIT_BASE ||
	    !level->held || monitor->paused || !snapshot_event(newest, level->event_num))
		return;
	level_release(level);
	level->held = snapshot_ref(newest);
	monitor->refill = true;
}
