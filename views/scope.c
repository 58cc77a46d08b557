/* SPDX-License-Identifier: Apache-2.0 */
#include "scope.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/schema/event.h"
#include "probe/schema/outcome.h"

static const char *const chip_names[] = {
#define CHIP(id, name, field, help) [CHIP_##id] = name,
#include "chips.def"
};

static const char *const chip_fields[] = {
#define CHIP(id, name, field, help) [CHIP_##id] = field,
#include "chips.def"
};
_Static_assert(sizeof(chip_names) / sizeof(chip_names[0]) == CHIP_COUNT, "one name each");
_Static_assert(sizeof(chip_fields) / sizeof(chip_fields[0]) == CHIP_COUNT, "one field each");

static bool chip_same(const struct chip *a, const struct chip *b)
{
	if (a->kind != b->kind || a->negated != b->negated)
		return false;
	switch (a->kind) {
	case CHIP_PROC: return a->pid == b->pid && a->start_boot_ns == b->start_boot_ns;
	case CHIP_SYSCALL: return a->nr == b->nr;
	case CHIP_TID:
	case CHIP_ERRNO: return a->number == b->number;
	case CHIP_USER:
	case CHIP_CONTAINER:
	case CHIP_COMMAND:
	case CHIP_PATH: return strcmp(a->text, b->text) == 0;
	case CHIP_COUNT: break;
	}
	return false;
}

int scope_push(struct scope *scope, const struct chip *chip)
{
	for (size_t i = 0; i < scope->len; i++)
		if (chip_same(&scope->chips[i], chip))
			return 0;
	if (scope->len == SCOPE_CHIPS_MAX)
		return -ENOSPC;
	scope->chips[scope->len++] = *chip;
	return 0;
}

bool scope_same(const struct scope *a, const struct scope *b)
{
	if (a->len != b->len)
		return false;
	for (size_t i = 0; i < a->len; i++)
		if (!chip_same(&a->chips[i], &b->chips[i]))
			return false;
	return true;
}

void scope_pop(struct scope *scope)
{
	if (scope->len)
		scope->len--;
}

bool scope_has_proc(const struct scope *scope)
{
	for (size_t i = 0; i < scope->len; i++)
		if (scope->chips[i].kind == CHIP_PROC && !scope->chips[i].negated)
			return true;
	return false;
}

/* The name of an error, its number where it has none; 0 is the expected ones together. */
static void errno_render(uint64_t err, const char *expected, struct text_buf *buf)
{
	const char *name = err ? errno_name((int)err) : expected;

	if (name)
		text_buf_add(buf, name);
	else
		text_buf_printf(buf, "%" PRIu64, err);
}

static void chip_render(const struct chip *chip, struct text_buf *buf)
{
	text_buf_add(buf, chip->negated ? "!" : "");
	text_buf_add(buf, chip_names[chip->kind]);
	text_buf_add(buf, "=");
	switch (chip->kind) {
	case CHIP_PROC:
		text_buf_add_safe(buf, chip->text, strlen(chip->text));
		text_buf_printf(buf, "[%u]", chip->pid);
		break;
	case CHIP_SYSCALL: text_buf_add(buf, syscall_count_name(chip->nr)); break;
	case CHIP_TID: text_buf_printf(buf, "%" PRIu64, chip->number); break;
	case CHIP_ERRNO: errno_render(chip->number, "expected", buf); break;
	case CHIP_CONTAINER:
		text_buf_add(buf, chip->text[0] ? "" : "host");
		text_buf_add_safe(buf, chip->text, strlen(chip->text));
		break;
	case CHIP_USER:
	case CHIP_COMMAND:
	case CHIP_PATH: text_buf_add_safe(buf, chip->text, strlen(chip->text)); break;
	case CHIP_COUNT: break;
	}
}

void scope_render(const struct scope *scope, struct text_buf *buf)
{
	for (size_t i = 0; i < scope->len; i++) {
		if (i)
			text_buf_add(buf, " > ");
		chip_render(&scope->chips[i], buf);
	}
}

/*
 * The language's grammar: a bare value has no ( ) " ' blank = , and a quoted one knows \xHH for any
 * byte. Words that could be read as a modifier before a list are quoted too.
 */
static bool value_needs_quotes(const char *value)
{
	static const char *const modifiers[] = { "oneof", "anyof", "allof" };

	for (size_t i = 0; i < sizeof(modifiers) / sizeof(modifiers[0]); i++)
		if (strcmp(value, modifiers[i]) == 0)
			return true;
	for (const char *c = value; *c; c++)
		if ((unsigned char)*c <= ' ' || (unsigned char)*c >= 0x7f ||
		    strchr("()\"'=,\\", *c))
			return true;
	return !value[0];
}

static void value_render(const char *value, struct text_buf *buf)
{
	if (!value_needs_quotes(value)) {
		text_buf_add(buf, value);
		return;
	}
	text_buf_add(buf, "\"");
	for (const char *c = value; *c; c++) {
		if (*c == '"' || *c == '\\')
			text_buf_printf(buf, "\\%c", *c);
		else if ((unsigned char)*c < ' ' || (unsigned char)*c >= 0x7f)
			text_buf_printf(buf, "\\x%02x", (unsigned char)*c);
		else
			text_buf_addn(buf, c, 1);
	}
	text_buf_add(buf, "\"");
}

/* Rows like "other" are no events: no condition can name them. */
static bool chip_has_condition(const struct chip *chip)
{
	return chip->kind != CHIP_SYSCALL || syscall_by_nr(chip->nr) != NULL;
}

static void chip_condition(const struct chip *chip, struct text_buf *buf)
{
	const char *is = chip->kind == CHIP_ERRNO && !chip->number ? " in " : "=";

	text_buf_printf(buf, "%s%s%s", chip->negated ? "not " : "", chip_fields[chip->kind], is);
	switch (chip->kind) {
	case CHIP_PROC: text_buf_printf(buf, "%u", chip->pid); break;
	case CHIP_SYSCALL: value_render(syscall_count_name(chip->nr), buf); break;
	case CHIP_TID: text_buf_printf(buf, "%" PRIu64, chip->number); break;
	case CHIP_ERRNO:
		errno_render(chip->number, "(EINTR, EAGAIN, EALREADY, EINPROGRESS)", buf);
		break;
	case CHIP_CONTAINER: value_render(chip->text[0] ? chip->text : "host", buf); break;
	case CHIP_USER:
	case CHIP_COMMAND:
	case CHIP_PATH: value_render(chip->text, buf); break;
	case CHIP_COUNT: break;
	}
}

void scope_condition(const struct scope *scope, struct text_buf *buf)
{
	bool first = true;

	for (size_t i = 0; i < scope->len; i++) {
		if (!chip_has_condition(&scope->chips[i]))
			continue;
		if (!first)
			text_buf_add(buf, " and ");
		first = false;
		chip_condition(&scope->chips[i], buf);
	}
}

/* A start of 0 in the chip stands for whatever process has the pid. */
static bool same_process(const struct chip *chip, uint32_t pid, uint64_t start_boot_ns)
{
	return chip->pid == pid && (!chip->start_boot_ns || chip->start_boot_ns == start_boot_ns);
}

static bool text_is(const char *text, const char *value)
{
	return strcmp(text ? text : "", value) == 0;
}

/* Chips that say nothing of a process accept it. */
static bool chip_accepts_proc(const struct chip *chip, const struct proc_row *proc)
{
	switch (chip->kind) {
	case CHIP_PROC: return same_process(chip, proc->pid, proc->start_boot_ns) != chip->negated;
	case CHIP_USER: return text_is(proc->user, chip->text) != chip->negated;
	case CHIP_CONTAINER: return text_is(proc->container, chip->text) != chip->negated;
	case CHIP_COMMAND: return text_is(proc->comm, chip->text) != chip->negated;
	case CHIP_TID:
	case CHIP_SYSCALL:
	case CHIP_ERRNO:
	case CHIP_PATH:
	case CHIP_COUNT: break;
	}
	return true;
}

bool scope_accepts_proc(const struct scope *scope, const struct proc_row *proc)
{
	for (size_t i = 0; i < scope->len; i++)
		if (!chip_accepts_proc(&scope->chips[i], proc))
			return false;
	return true;
}

bool scope_accepts_syscall(const struct scope *scope, int nr)
{
	for (size_t i = 0; i < scope->len; i++) {
		const struct chip *chip = &scope->chips[i];

		if (chip->kind == CHIP_SYSCALL && (chip->nr == nr) == chip->negated)
			return false;
	}
	return true;
}

bool scope_accepts_tid(const struct scope *scope, uint32_t tid)
{
	for (size_t i = 0; i < scope->len; i++) {
		const struct chip *chip = &scope->chips[i];

		if (chip->kind == CHIP_TID && (chip->number == tid) == chip->negated)
			return false;
	}
	return true;
}

static bool chip_accepts_errno(const struct chip *chip, uint32_t err)
{
	return (chip->number ? err == chip->number : outcome_is_expected(err)) != chip->negated;
}

bool scope_accepts_errno(const struct scope *scope, uint32_t err)
{
	for (size_t i = 0; i < scope->len; i++)
		if (scope->chips[i].kind == CHIP_ERRNO &&
		    !chip_accepts_errno(&scope->chips[i], err))
			return false;
	return true;
}

/* The count row in which the call of an event is. */
static int prefix_nr(const struct record_prefix *prefix)
{
	if (prefix->nr < 0)
		return COUNT_NR_SKIPPED;
	return prefix->nr >= SYSCALL_NR_MAX ? COUNT_NR_UNKNOWN : prefix->nr;
}

static bool comm_is(const struct record_prefix *prefix, const char *text)
{
	size_t len = strnlen(prefix->comm, RECORD_COMM_LEN);

	return strlen(text) == len && memcmp(prefix->comm, text, len) == 0;
}

static bool chip_accepts_prefix(const struct chip *chip, const struct record_prefix *prefix,
				const struct history_event *kept)
{
	switch (chip->kind) {
	case CHIP_PROC:
		return same_process(chip, prefix->pid, prefix->start_boot_ns) != chip->negated;
	case CHIP_TID: return (prefix->tid == chip->number) != chip->negated;
	case CHIP_SYSCALL: return (prefix_nr(prefix) == chip->nr) != chip->negated;
	case CHIP_ERRNO:
		return chip_accepts_errno(
			chip, outcome_is_error(prefix->ret) ? (uint32_t)-prefix->ret : 0);
	case CHIP_USER: return text_is(kept->user, chip->text) != chip->negated;
	case CHIP_CONTAINER: return text_is(kept->container, chip->text) != chip->negated;
	case CHIP_COMMAND: return comm_is(prefix, chip->text) != chip->negated;
	case CHIP_PATH:
	case CHIP_COUNT: break;
	}
	return true;
}

static bool scope_accepts_prefix(const struct scope *scope, const struct record_prefix *prefix,
				 const struct history_event *kept)
{
	for (size_t i = 0; i < scope->len; i++)
		if (!chip_accepts_prefix(&scope->chips[i], prefix, kept))
			return false;
	return true;
}

bool scope_accepts_kept(const struct scope *scope, const struct history_event *kept)
{
	struct record_prefix prefix;

	if (kept->hidden)
		return false;
	if (scope->len == 0)
		return true;
	if (kept->record_len < sizeof(prefix))
		return false;
	memcpy(&prefix, kept->record, sizeof(prefix));
	return scope_accepts_prefix(scope, &prefix, kept);
}

static bool path_is(const struct event_text *text, const char *value)
{
	return text->data && text->len == strlen(value) &&
	       memcmp(text->data, value, text->len) == 0;
}

/* By any of its names: the object's, the descriptor's, or what the caller wrote. */
static bool event_has_path(const struct event *event, const struct history_event *kept,
			   const char *path)
{
	struct event_text name = event_param_text(event, "name");
	struct event_text called = event_param_text(event, "path");

	return path_is(&event->path, path) || path_is(&name, path) || path_is(&called, path) ||
	       (kept->fd_name && kept->fd_name[0] && strcmp(kept->fd_name, path) == 0);
}

bool scope_accepts_event(const struct scope *scope, const struct event *event,
			 const struct history_event *kept)
{
	if (!scope_accepts_prefix(scope, &event->prefix, kept))
		return false;
	for (size_t i = 0; i < scope->len; i++) {
		const struct chip *chip = &scope->chips[i];

		if (chip->kind == CHIP_PATH &&
		    event_has_path(event, kept, chip->text) == chip->negated)
			return false;
	}
	return true;
}
