/* SPDX-License-Identifier: Apache-2.0 */
/* The line that is typed into: editing, and what each kind of prompt does with its text. */
#include "ui.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "keys.h"
#include "number.h"
#include "text.h"

#define NS_PER_S 1000000000ull

static void prompt_search(struct monitor *monitor)
{
	snprintf(monitor->search, sizeof(monitor->search), "%s", monitor->prompt.text);
	if (*monitor->search)
		find_here(monitor);
}

static void prompt_filter(struct monitor *monitor)
{
	struct level *level = level_now(monitor);

	snprintf(level->filter, sizeof(level->filter), "%s", monitor->prompt.text);
	monitor->refill = true;
}

static void prompt_user(struct monitor *monitor)
{
	const struct snapshot *snapshot = level_snapshot(monitor);
	struct chip chip = { .kind = CHIP_USER };
	bool known = false;

	if (!monitor->prompt.len)
		return;
	snprintf(chip.text, sizeof(chip.text), "%.*s", (int)sizeof(chip.text) - 1,
		 monitor->prompt.text);
	for (size_t i = 0; snapshot && i < snapshot->procs_len && !known; i++)
		known = !strcmp(snapshot->procs[i].user, chip.text);
	if (!level_push(monitor, level_now(monitor)->view, &chip, 1) && !known)
		monitor_say(monitor, "no process of user '%s' now; Backspace goes back", chip.text);
}

static void prompt_delay(struct monitor *monitor)
{
	uint64_t ns;

	if (!monitor->prompt.len)
		return;
	if (number_seconds(monitor->prompt.text, &ns) < 0 || ns < SECONDS_MIN_NS ||
	    ns > SECONDS_MAX * NS_PER_S) {
		monitor_say(monitor, "'%s' is not a number of seconds from 0.1 to %u",
			    monitor->prompt.text, SECONDS_MAX);
		return;
	}
	monitor->delay_ns = ns;
	if (monitor->source->set_delay)
		monitor->source->set_delay(monitor->source->ctx, monitor->delay_ns);
}

static const struct {
	const char *label;
	void (*changed)(struct monitor *monitor);
	void (*accepted)(struct monitor *monitor);
} prompt_rows[] = {
#define PROMPT(id, l, c, a) [PROMPT_##id] = { .label = (l), .changed = (c), .accepted = (a) },
#include "prompts.def"
};
_Static_assert(sizeof(prompt_rows) / sizeof(prompt_rows[0]) == PROMPT_COUNT,
	       "a row for every prompt");

const char *prompt_label(const struct monitor *monitor)
{
	if (monitor->prompt.kind == PROMPT_CONFIRM)
		return monitor->question;
	return prompt_rows[monitor->prompt.kind].label;
}

void prompt_open(struct monitor *monitor, enum prompt_kind kind, const char *text)
{
	struct prompt *prompt = &monitor->prompt;

	*prompt = (struct prompt){ .kind = kind };
	snprintf(prompt->text, sizeof(prompt->text), "%s", text);
	snprintf(prompt->before, sizeof(prompt->before), "%s", text);
	prompt->len = prompt->at = strlen(prompt->text);
	prompt->selected = prompt->len > 0;
	*monitor->wrong = '\0';
}

void prompt_refuse(struct monitor *monitor, enum prompt_kind kind, size_t at, const char *format,
		   ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(monitor->wrong, sizeof(monitor->wrong), format, args);
	va_end(args);
	monitor->wrong_at = at;
	monitor->prompt.kind = kind;
	monitor->prompt.selected = false;
}

void prompt_close(struct monitor *monitor)
{
	monitor->prompt.kind = PROMPT_NONE;
}

static void prompt_insert(struct prompt *prompt, int key)
{
	char bytes[4];
	struct glyph glyph;
	char shown[5] = "";
	size_t len = text_encode((uint32_t)key, bytes);

	memcpy(shown, bytes, len);
	glyph_next(shown, true, &glyph);
	/* What cannot be shown cannot be typed. */
	if (glyph.code != (uint32_t)key || prompt->len + len >= sizeof(prompt->text))
		return;
	memmove(prompt->text + prompt->at + len, prompt->text + prompt->at,
		prompt->len - prompt->at + 1);
	memcpy(prompt->text + prompt->at, bytes, len);
	prompt->len += len;
	prompt->at += len;
}

/* Where the character before or after a place starts. */
static size_t prompt_before(const struct prompt *prompt, size_t at)
{
	while (at > 0 && (prompt->text[--at] & 0xc0) == 0x80)
		;
	return at;
}

static size_t prompt_after(const struct prompt *prompt, size_t at)
{
	while (at < prompt->len && (prompt->text[++at] & 0xc0) == 0x80)
		;
	return at;
}

static void prompt_delete(struct prompt *prompt, size_t from, size_t to)
{
	memmove(prompt->text + from, prompt->text + to, prompt->len - to + 1);
	prompt->len -= to - from;
	prompt->at = from;
}

static bool prompt_types(int key)
{
	return key >= ' ' && key < INPUT_OTHER;
}

/* A key for a text that is selected: what is typed replaces it, others leave it to be edited. */
static void prompt_deselect(struct prompt *prompt, int key)
{
	if (!prompt->selected)
		return;
	prompt->selected = false;
	if (prompt_types(key) || key == INPUT_BACKSPACE || key == INPUT_DELETE)
		prompt_delete(prompt, 0, prompt->len);
}

/* An editing key; returns whether the text changed. */
static bool prompt_edit(struct prompt *prompt, int key)
{
	size_t len = prompt->len;
	bool replaced = prompt->selected && prompt_types(key);

	prompt_deselect(prompt, key);
	switch (key) {
	case INPUT_LEFT: prompt->at = prompt_before(prompt, prompt->at); break;
	case INPUT_RIGHT: prompt->at = prompt_after(prompt, prompt->at); break;
	case INPUT_HOME:
	case INPUT_CTRL('A'): prompt->at = 0; break;
	case INPUT_END:
	case INPUT_CTRL('E'): prompt->at = prompt->len; break;
	case INPUT_BACKSPACE:
		prompt_delete(prompt, prompt_before(prompt, prompt->at), prompt->at);
		break;
	case INPUT_DELETE:
		prompt_delete(prompt, prompt->at, prompt_after(prompt, prompt->at));
		break;
	case INPUT_CTRL('U'): prompt_delete(prompt, 0, prompt->at); break;
	default:
		if (prompt_types(key))
			prompt_insert(prompt, key);
	}
	return replaced || prompt->len != len;
}

/* One key answers: anything but y is no. */
static void prompt_confirm(struct monitor *monitor, int key)
{
	struct prompt *prompt = &monitor->prompt;

	snprintf(prompt->text, sizeof(prompt->text), "%s", key == 'y' || key == 'Y' ? "y" : "n");
	prompt->kind = PROMPT_NONE;
	prompt_rows[PROMPT_CONFIRM].accepted(monitor);
}

void prompt_key(struct monitor *monitor, int key)
{
	struct prompt *prompt = &monitor->prompt;
	enum prompt_kind kind = prompt->kind;

	if (kind == PROMPT_COMMAND && command_key(monitor, key))
		return;
	if (kind == PROMPT_CONFIRM) {
		prompt_confirm(monitor, key);
		return;
	}
	switch (key) {
	case INPUT_ENTER:
		prompt->kind = PROMPT_NONE;
		prompt_rows[kind].accepted(monitor);
		break;
	case INPUT_ESCAPE:
		snprintf(prompt->text, sizeof(prompt->text), "%s", prompt->before);
		prompt->kind = PROMPT_NONE;
		if (prompt_rows[kind].changed)
			prompt_rows[kind].changed(monitor);
		break;
	default:
		if (!prompt_edit(prompt, key))
			break;
		*monitor->wrong = '\0';
		if (prompt_rows[kind].changed)
			prompt_rows[kind].changed(monitor);
	}
}
