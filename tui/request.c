/* SPDX-License-Identifier: Apache-2.0 */
/* What can be asked of the monitor: the table, and all requests but those of sort.c. */
#include "request.h"
#include <stdio.h>
#include <string.h>
#include "ui.h"
#include "views/hit.h"

static const struct {
	void (*run)(struct monitor *monitor);
	const char *name, *help;
} request_rows[] = {
#define REQUEST(id, n, function, h) \
	[REQUEST_##id] = { .run = (function), .name = (n), .help = (h) },
#include "requests.def"
};
_Static_assert(sizeof(request_rows) / sizeof(request_rows[0]) == REQUEST_COUNT,
	       "a row for every request");

void request_do(struct monitor *monitor, enum request request)
{
	/* What is asked is meant for the rows as they are now. */
	level_fill(monitor);
	request_rows[request].run(monitor);
}

const char *request_name(enum request request)
{
	return request_rows[request].name;
}

const char *request_help_text(enum request request)
{
	return request_rows[request].help;
}

void request_help(struct monitor *monitor)
{
	monitor->popup = POPUP_HELP;
	monitor->help_top = 0;
}

void request_views(struct monitor *monitor)
{
	picker_open(monitor, POPUP_VIEWS);
}

void request_twin(struct monitor *monitor)
{
	const struct view *view = level_now(monitor)->view;
	const struct view *twin =
		*view->twin ? view_set_find(monitor->opts->views, view->twin) : NULL;

	if (twin)
		level_switch(monitor, twin);
	else
		monitor_say(monitor, "%s has no grouped twin", view->title);
}

void request_pause(struct monitor *monitor)
{
	if (monitor->paused) {
		snapshot_unref(monitor->paused);
		monitor->paused = NULL;
		monitor->refill = true;
	} else if (monitor->filled) {
		monitor->paused = snapshot_ref(monitor->filled);
	}
}

void request_output(struct monitor *monitor)
{
	if (!monitor->opts->has_output) {
		monitor_say(monitor, "no COMMAND runs; saker -- COMMAND shows its output here");
		return;
	}
	monitor->popup = POPUP_OUTPUT;
	monitor->output_back = 0;
}

void request_delay(struct monitor *monitor)
{
	prompt_open(monitor, PROMPT_DELAY, "");
}

void request_redraw(struct monitor *monitor)
{
	screen_redraw(monitor->screen);
}

void request_close(struct monitor *monitor)
{
	/* Pop-ups and prompts take their own Esc: there is none open now. */
	monitor_say(monitor, "Backspace goes up, q leaves");
}

void request_quit(struct monitor *monitor)
{
	monitor->quit = true;
}

void request_cursor_up(struct monitor *monitor)
{
	level_cursor_to(monitor, (long)level_now(monitor)->cursor - 1);
}

void request_cursor_down(struct monitor *monitor)
{
	level_cursor_to(monitor, (long)level_now(monitor)->cursor + 1);
}

void request_page_up(struct monitor *monitor)
{
	level_cursor_to(monitor, (long)level_now(monitor)->cursor - (long)monitor->page_rows);
}

void request_page_down(struct monitor *monitor)
{
	level_cursor_to(monitor, (long)level_now(monitor)->cursor + (long)monitor->page_rows);
}

void request_first(struct monitor *monitor)
{
	struct level *level = level_now(monitor);

	if (level_arrival(level)) {
		level_hold(monitor);
		level->limit = 0;
		monitor->refill = true;
		level_fill(monitor);
		level_cursor_to(monitor, 0);
		return;
	}
	level->pinned = false;
	level->cursor = level->top = 0;
}

void request_last(struct monitor *monitor)
{
	if (level_arrival(level_now(monitor)))
		level_follow(monitor);
	else
		level_cursor_to(monitor, (long)level_rows(monitor) - 1);
}

void request_columns_left(struct monitor *monitor)
{
	struct level *level = level_now(monitor);

	if (level->left)
		level->left--;
}

void request_columns_right(struct monitor *monitor)
{
	/* The frame takes back what leads beyond the end of the longest text. */
	level_now(monitor)->left++;
}

/* Opens the page of the event of a row. */
static void open_event(struct monitor *monitor, const struct view *page, const struct row *row)
{
	uint64_t num = row->kept->num;

	if (level_push(monitor, page, NULL, 0))
		return;
	level_now(monitor)->event_num = num;
	/* The event may be given up before its page is closed. */
	level_now(monitor)->held = snapshot_ref(monitor->filled);
}

const struct view *request_drill_target(struct monitor *monitor)
{
	struct level *level = level_now(monitor);
	const struct row *row = level_cursor_row(monitor);
	const char *name = level->view->drill;

	if (row && row->page)
		name = row->page->drill ? row->page->drill : "";
	else if (*level->view->drill_scoped && scope_has_proc(&level->scope))
		name = level->view->drill_scoped;
	return *name ? view_set_find(monitor->opts->views, name) : NULL;
}

/* Those of the row's rule or priority alone. */
static void open_hits(struct monitor *monitor, const struct view *target, const struct row *row)
{
	struct choice choice = choice_of_view(target);

	if (row->rule)
		snprintf(choice.rule, sizeof(choice.rule), "%s", row->rule->name);
	else if (level_now(monitor)->view->entity == ENTITY_HIT_RULE)
		snprintf(choice.rule, sizeof(choice.rule), "%s", row->hits->rule);
	else
		choice.priority = (uint8_t)(row->hits->priority + 1);
	if (level_push(monitor, target, NULL, 0) == 0)
		level_choose(monitor, &choice);
}

void request_drill(struct monitor *monitor)
{
	const struct row *row = level_cursor_row(monitor);
	const struct view *target = request_drill_target(monitor);
	struct chip chips[ROW_CHIPS_MAX];

	if (!row) {
		monitor_say(monitor, "there is no row to open");
	} else if (row->gap_lost) {
		monitor_say(monitor, "lost events cannot be opened; D shows where they were lost");
	} else if (level_now(monitor)->view->entity == ENTITY_FIELD) {
		page_follow(monitor, row);
	} else if (target && (row->rule || row->hits)) {
		open_hits(monitor, target, row);
	} else if (!target) {
		monitor_say(monitor, "%s: Enter opens nothing here",
			    level_now(monitor)->view->title);
	} else if (target->entity == ENTITY_FIELD) {
		if (row->kept)
			open_event(monitor, target, row);
	} else {
		level_push(monitor, target, chips, row_chips(row, level_now(monitor)->view, chips));
	}
}

void request_up(struct monitor *monitor)
{
	if (!level_pop(monitor))
		monitor_say(monitor, "this is the first view; q leaves");
}

/* The process of an event's row. */
static bool event_chip(const struct row *row, struct chip *ret_chip)
{
	const struct record_prefix *prefix = row->event ? &row->event->prefix : NULL;

	if (row->gap_lost || !prefix)
		return false;
	*ret_chip = (struct chip){ .kind = CHIP_PROC,
				   .pid = prefix->pid,
				   .start_boot_ns = prefix->start_boot_ns };
	snprintf(ret_chip->text, sizeof(ret_chip->text), "%.*s", RECORD_COMM_LEN, prefix->comm);
	return true;
}

/* The chip of what a row is about; events: their process. */
static bool subject_chip(struct monitor *monitor, const struct row *row, struct chip *ret_chip)
{
	return row_chip(row, level_now(monitor)->view, ret_chip) || event_chip(row, ret_chip);
}

void request_stream(struct monitor *monitor)
{
	const struct view *stream = view_set_find(monitor->opts->views, "stream");
	const struct row *row = level_cursor_row(monitor);
	struct chip chips[ROW_CHIPS_MAX];
	size_t len = row ? row_chips(row, level_now(monitor)->view, chips) : 0;

	if (row && !len)
		len = event_chip(row, chips);
	if (!stream)
		monitor_say(monitor, "there is no view 'stream'");
	else
		level_push(monitor, stream, chips, len);
}

/* A chip of the row under the cursor; says when there is none. */
static bool cursor_chip(struct monitor *monitor, struct chip *ret_chip)
{
	const struct row *row = level_cursor_row(monitor);

	if (row && level_now(monitor)->view->entity == ENTITY_FIELD) {
		if (page_chip(row, ret_chip))
			return true;
	} else if (row && subject_chip(monitor, row, ret_chip)) {
		return true;
	}
	monitor_say(monitor, "there is nothing here to narrow the scope to");
	return false;
}

/* The view with one chip more; from the page of an event the stream. */
static void narrow(struct monitor *monitor, const struct chip *chip)
{
	const struct view *view = level_now(monitor)->view;
	const struct view *stream = view_set_find(monitor->opts->views, "stream");

	level_push(monitor, view->entity == ENTITY_FIELD && stream ? stream : view, chip, 1);
}

void request_only(struct monitor *monitor)
{
	struct chip chip;

	if (cursor_chip(monitor, &chip))
		narrow(monitor, &chip);
}

void request_exclude(struct monitor *monitor)
{
	struct chip chip;

	if (!cursor_chip(monitor, &chip))
		return;
	chip.negated = true;
	narrow(monitor, &chip);
}

void request_user(struct monitor *monitor)
{
	prompt_open(monitor, PROMPT_USER, "");
}

void request_search(struct monitor *monitor)
{
	prompt_open(monitor, PROMPT_SEARCH, "");
}

static void search_step(struct monitor *monitor, int step)
{
	if (*monitor->search)
		find_next(monitor, step);
	else
		monitor_say(monitor, "nothing was searched for yet; / does");
}

void request_search_next(struct monitor *monitor)
{
	search_step(monitor, 1);
}

void request_search_previous(struct monitor *monitor)
{
	search_step(monitor, -1);
}

void request_filter(struct monitor *monitor)
{
	prompt_open(monitor, PROMPT_FILTER, level_now(monitor)->filter);
}

static bool event_tid(const struct snapshot *snapshot, uint64_t num, uint32_t *ret_tid)
{
	const struct history_event *kept = snapshot_event(snapshot, num);
	struct record_prefix prefix;

	if (!kept || kept->record_len < sizeof(prefix))
		return false;
	memcpy(&prefix, kept->record, sizeof(prefix));
	*ret_tid = prefix.tid;
	return true;
}

/* The number of the thread's next event in that direction, 0 when there is none. */
static uint64_t thread_event(const struct snapshot *snapshot, uint64_t num, int step)
{
	uint32_t wanted, tid;

	if (!snapshot || !event_tid(snapshot, num, &wanted))
		return 0;
	for (num += (uint64_t)(int64_t)step;
	     num >= snapshot->events_first && num < snapshot->events_end;
	     num += (uint64_t)(int64_t)step)
		if (event_tid(snapshot, num, &tid) && tid == wanted)
			return num;
	return 0;
}

static void thread_step(struct monitor *monitor, int step)
{
	struct level *level = level_now(monitor);
	uint64_t num;

	if (level->view->entity != ENTITY_FIELD) {
		monitor_say(monitor, "this is for the page of an event: Enter opens it");
		return;
	}
	num = thread_event(level->held, level->event_num, step);
	if (!num && step > 0 && !monitor->paused) {
		/* It may have come since the page was opened. */
		num = thread_event(monitor->newest, level->event_num, step);
		if (num) {
			level_release(level);
			level->held = snapshot_ref(monitor->newest);
		}
	}
	if (!num) {
		monitor_say(monitor, step > 0 ? "no later event of this thread is in memory"
					      : "no earlier event of this thread is in memory");
		return;
	}
	level->event_num = num;
	monitor->refill = true;
}

void request_thread_previous(struct monitor *monitor)
{
	thread_step(monitor, -1);
}

void request_thread_next(struct monitor *monitor)
{
	thread_step(monitor, 1);
}

/* Which least durations `{` and `}` go through. */
static const uint64_t thresholds_ns[] = { 0, 1000000, 10000000, 100000000 };
#define THRESHOLDS (sizeof(thresholds_ns) / sizeof(thresholds_ns[0]))

/* Can the events of the view on screen be chosen among? Says so when not. */
static bool choosable(struct monitor *monitor)
{
	const struct view *view = level_now(monitor)->view;

	if (view->entity == ENTITY_EVENT)
		return true;
	monitor_say(monitor, "this is for events: s streams them");
	return false;
}

void request_failed(struct monitor *monitor)
{
	struct choice choice = level_now(monitor)->choice;

	if (!choosable(monitor))
		return;
	choice.failed = !choice.failed;
	level_choose(monitor, &choice);
	monitor_say(monitor,
		    choice.failed ? "only calls that fail; x shows all" : "calls that succeed too");
}

static void threshold_step(struct monitor *monitor, int step)
{
	struct choice choice = level_now(monitor)->choice;
	/* The view of slow calls has always one. */
	size_t lowest = level_now(monitor)->view->stream == VIEW_STREAM_SLOW ? 1 : 0, at = 0;

	if (!choosable(monitor))
		return;
	while (at + 1 < THRESHOLDS && thresholds_ns[at + 1] <= choice.min_duration_ns)
		at++;
	if ((step > 0 && at + 1 == THRESHOLDS) || (step < 0 && at <= lowest)) {
		monitor_say(monitor, step > 0 ? "100 ms is the longest" : "there is no shorter");
		return;
	}
	choice.min_duration_ns = thresholds_ns[step > 0 ? at + 1 : at - 1];
	level_choose(monitor, &choice);
	if (choice.min_duration_ns)
		monitor_say(monitor, "calls that take %u ms or longer",
			    (unsigned)(choice.min_duration_ns / 1000000));
	else
		monitor_say(monitor, "calls of any duration");
}

void request_slower(struct monitor *monitor)
{
	threshold_step(monitor, 1);
}

void request_quicker(struct monitor *monitor)
{
	threshold_step(monitor, -1);
}

void request_timing(struct monitor *monitor)
{
	monitor->timing_kept = !monitor->timing_kept;
	monitor_say(monitor, monitor->timing_kept
				     ? "durations are measured in every view; m ends that"
				     : "durations are measured where they are shown");
}

/* The process of a row, however it is known. */
static bool process_chip(const struct row *row, struct chip *ret_chip)
{
	if (!row->proc)
		return event_chip(row, ret_chip);
	*ret_chip = (struct chip){ .kind = CHIP_PROC,
				   .pid = row->proc->pid,
				   .start_boot_ns = row->proc->start_boot_ns };
	snprintf(ret_chip->text, sizeof(ret_chip->text), "%s", row->proc->comm);
	return row->proc->pid != 0;
}

void request_page(struct monitor *monitor)
{
	const struct view *page = view_set_find(monitor->opts->views, "process");
	const struct level *level = level_now(monitor);
	const struct row *row = level_cursor_row(monitor);
	struct chip chip;

	if (!page || level->view->entity == ENTITY_PAGE)
		monitor_say(monitor, page ? "this is the page of a process already"
					  : "there is no view 'process'");
	else if (row && process_chip(row, &chip))
		level_push(monitor, page, &chip, 1);
	else if (scope_has_proc(&level->scope))
		level_push(monitor, page, NULL, 0);
	else
		monitor_say(monitor, "this row is of no single process");
}

void request_errors(struct monitor *monitor)
{
	const struct view *errors = view_set_find(monitor->opts->views, "errors");

	if (errors)
		level_switch(monitor, errors);
}
