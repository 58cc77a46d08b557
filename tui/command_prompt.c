/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line: `filter CONDITION` (alone: no condition any more), CONDITION, or the name of
 * a view. While it is typed, what is wrong stands under its place, and what Tab would put in above
 * it.
 */
#include "ui.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "condition.h"
#include "event_count.h"
#include "keys.h"
#include "request.h"
#include "state/filter/compile.h"
#include "state/filter/field.h"
#include "text.h"

#define COMMAND_FILTER "filter"

void request_command(struct monitor *monitor)
{
	char text[FILTER_MAX] = "";

	if (*monitor->condition)
		snprintf(text, sizeof(text), COMMAND_FILTER " %.*s",
			 (int)(sizeof(text) - sizeof(COMMAND_FILTER) - 1), monitor->condition);
	prompt_open(monitor, PROMPT_COMMAND, text);
	command_changed(monitor);
}

/* The condition of the line; NULL when it is another command. No view has such a byte. */
static const char *condition_of(const char *text)
{
	size_t len = strlen(COMMAND_FILTER);

	if (strncmp(text, COMMAND_FILTER, len) == 0 && (!text[len] || text[len] == ' '))
		return text + len + strspn(text + len, " ");
	return strpbrk(text, ". ()=") ? text : NULL;
}

static void find_fields(const struct filter_ast *ast, struct event_count_fields *ret_fields)
{
	struct filter_str names[EVENT_COUNT_FIELDS];
	size_t len = filter_ast_fields(ast, names, EVENT_COUNT_FIELDS);

	*ret_fields = (struct event_count_fields){ .more = len == EVENT_COUNT_FIELDS };
	for (size_t i = 0; i < len; i++) {
		const struct field *field = field_named(names[i].data, names[i].len);

		if (field)
			ret_fields->at[ret_fields->len++] = field;
	}
}

/* Returns 0 and a set, or what is wrong and at which byte of the condition. */
static int compile(const char *condition, struct filter_set **ret_set,
		   struct event_count_fields *ret_fields, struct filter_error *wrong)
{
	struct filter_ast *ast = NULL;
	struct filter_set *set = NULL;
	uint32_t id;
	int rc = filter_parse(condition, strlen(condition), &condition_limits, &ast, wrong);

	if (rc == 0)
		rc = filter_set_new(0, &set);
	/* Names of hosts would be asked for while somebody types. */
	if (rc == 0)
		rc = filter_compile(set, ast, &condition_capture, &id, wrong);
	if (rc == 0)
		find_fields(ast, ret_fields);
	filter_ast_free(ast);
	if (rc < 0)
		filter_set_free(set);
	else
		*ret_set = set;
	return rc;
}

/* How many events in memory it accepts; the set is taken over. */
static void ask_count(struct monitor *monitor, struct filter_set *set,
		      const struct event_count_fields *fields)
{
	struct event_count *count;

	if (!monitor->source->count || !monitor->newest) {
		filter_set_free(set);
		return;
	}
	count = event_count_new(monitor->counts, monitor->newest, set, fields);
	monitor->counting = count != NULL;
	if (count)
		monitor->source->count(monitor->source->ctx, count);
}

/* Where in the line it is wrong. */
static size_t byte_of(const struct monitor *monitor, const char *condition,
		      const struct filter_error *wrong)
{
	return (size_t)(condition - monitor->prompt.text) + wrong->pos.index;
}

static void check(struct monitor *monitor, const char *condition)
{
	struct filter_error wrong = { .message = "" };
	struct filter_set *set;
	struct event_count_fields fields;

	*monitor->wrong = '\0';
	monitor->counts++;
	monitor->counting = false;
	if (!*condition)
		return;
	if (compile(condition, &set, &fields, &wrong) == 0) {
		ask_count(monitor, set, &fields);
		return;
	}
	condition_message(&wrong, monitor->wrong, sizeof(monitor->wrong));
	monitor->wrong_at = byte_of(monitor, condition, &wrong);
}

static void offer_views(struct monitor *monitor, struct completion *c)
{
	const struct view_set *views = monitor->opts->views;
	const char *text = monitor->prompt.text;

	*c = (struct completion){ .start = 0 };
	for (size_t i = 0; i < view_set_len(views) && c->len < COMPLETION_MAX; i++) {
		const struct view *view = view_set_at(views, i);

		if (!entity_is_page(view->entity) && strncmp(view->name, text, strlen(text)) == 0)
			snprintf(c->items[c->len++], COMPLETION_BYTES, "%s", view->name);
	}
	if (strncmp(COMMAND_FILTER, text, strlen(text)) == 0 && c->len < COMPLETION_MAX)
		snprintf(c->items[c->len++], COMPLETION_BYTES, "%s", COMMAND_FILTER);
}

void command_changed(struct monitor *monitor)
{
	struct prompt *prompt = &monitor->prompt;
	const char *condition = condition_of(prompt->text);
	size_t skip;

	monitor->completion_next = 0;
	*monitor->wrong = '\0';
	if (!condition || prompt->at < (size_t)(condition - prompt->text)) {
		offer_views(monitor, &monitor->completion);
		return;
	}
	skip = (size_t)(condition - prompt->text);
	completion_find(condition, prompt->at - skip, monitor->newest, &monitor->completion);
	monitor->completion.start += skip;
	check(monitor, condition);
}

bool command_key(struct monitor *monitor, int key)
{
	struct completion *c = &monitor->completion;
	struct prompt *prompt = &monitor->prompt;
	const char *item;
	size_t len, rest;

	if (key != INPUT_CTRL('I'))
		return false;
	prompt->selected = false;
	if (!c->len)
		return true;
	item = c->items[monitor->completion_next % c->len];
	len = strlen(item);
	rest = prompt->len - prompt->at;
	if (c->start + len + rest >= sizeof(prompt->text))
		return true;
	memmove(prompt->text + c->start + len, prompt->text + prompt->at, rest + 1);
	memcpy(prompt->text + c->start, item, len);
	prompt->at = c->start + len;
	prompt->len = prompt->at + rest;
	monitor->completion_next++;
	*monitor->wrong = '\0';
	if (condition_of(prompt->text))
		check(monitor, condition_of(prompt->text));
	return true;
}

static void set_filter(struct monitor *monitor, const char *condition)
{
	const struct snapshot_source *source = monitor->source;
	struct filter_error wrong = { .message = "" };
	struct filter_set *set = NULL;
	char message[320];
	struct event_count_fields fields;

	if (!source->set_filter) {
		monitor_say(monitor, "a capture that comes from a pipe takes its condition on the "
				     "command line");
		return;
	}
	if (*condition && compile(condition, &set, &fields, &wrong) < 0) {
		condition_message(&wrong, message, sizeof(message));
		prompt_refuse(monitor, PROMPT_COMMAND, byte_of(monitor, condition, &wrong), "%s",
			      message);
		return;
	}
	snprintf(monitor->condition, sizeof(monitor->condition), "%s", condition);
	source->set_filter(source->ctx, set);
	monitor->refill = true;
	if (monitor->opts->replay)
		level_anew(monitor);
	if (monitor->opts->replay)
		monitor_say(monitor, "the capture is read again%s",
			    *condition ? "; :filter alone shows all" : ", all of it");
	else if (*condition)
		monitor_say(monitor, "events from now on that it accepts; :filter alone shows all");
	else
		monitor_say(monitor, "all events again, from now on");
}

void command_accepted(struct monitor *monitor)
{
	const char *text = monitor->prompt.text, *condition = condition_of(text);
	const struct view *view;

	if (condition) {
		set_filter(monitor, condition);
		return;
	}
	view = view_set_find(monitor->opts->views, text);
	if (view && !entity_is_page(view->entity)) {
		level_switch(monitor, view);
		return;
	}
	if (*text && view_set_nearest(monitor->opts->views, text))
		prompt_refuse(monitor, PROMPT_COMMAND, 0,
			      "no command or view of this name; did you mean %s?",
			      view_set_nearest(monitor->opts->views, text));
	else if (*text)
		prompt_refuse(monitor, PROMPT_COMMAND, 0,
			      "no command or view of this name; filter CONDITION, or a view");
}

/* As many as fit; the one that Tab put in stands out. */
static void draw_candidates(struct monitor *monitor, int row)
{
	const struct completion *c = &monitor->completion;
	struct screen *screen = monitor->screen;
	int cols = screen_cols(screen), col = 1;
	size_t now = monitor->completion_next ? (monitor->completion_next - 1) % c->len : SIZE_MAX;

	screen_fill(screen, (struct spot){ row, 0, cols }, ROLE_POPUP);
	for (size_t i = now == SIZE_MAX ? 0 : now; i < c->len && col < cols - 1; i++)
		col += 2 + screen_put(screen, (struct spot){ row, col, cols - col - 1 },
				      i == now ? ROLE_POPUP_CURSOR : ROLE_POPUP, c->items[i]);
}

/* "~1204 of 48200 events in memory match". */
static void draw_count(struct monitor *monitor, int row)
{
	const struct snapshot_counted *counted = &monitor->newest->counted;
	struct screen *screen = monitor->screen;
	int cols = screen_cols(screen);
	char data[160];
	struct text_buf buf;

	text_buf_init(&buf, data, sizeof(data));
	if (counted->question != monitor->counts)
		text_buf_add(&buf, "...");
	else
		text_buf_printf(&buf, "%s%" PRIu64 " of %s%" PRIu64 " events in memory match%s",
				counted->about ? "~" : "", counted->matched,
				counted->cut ? "the newest " : "", counted->total,
				counted->done ? "" : " so far");
	screen_fill(screen, (struct spot){ row, 0, cols }, ROLE_POPUP);
	screen_put(screen, (struct spot){ row, 1, cols - 2 }, ROLE_POPUP, data);
}

void command_draw(struct monitor *monitor, int row)
{
	if (monitor->completion.len)
		draw_candidates(monitor, row - 2);
	if (!*monitor->wrong && monitor->counting)
		draw_count(monitor, row - 1);
}
