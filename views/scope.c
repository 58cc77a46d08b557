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
#include "probe/schema/uring.h"

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
	case CHIP_URING:
	case CHIP_ERRNO: return a->number == b->number;
	case CHIP_USER:
	case CHIP_CONTAINER:
	case CHIP_COMMAND:
	case CHIP_CONN:
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

uint32_t scope_pid(const struct scope *scope)
{
	uint32_t pid = 0;

	for (size_t i = 0; i < scope->len; i++)
		if (scope->chips[i].kind == CHIP_PROC && !scope->chips[i].negated)
			pid = scope->chips[i].pid;
	return pid;
}

bool scope_has_proc(const struct scope *scope)
{
	for (size_t i = 0; i < scope->len; i++)
		if (scope->chips[i].kind == CHIP_PROC && !scope->chips[i].negated)
			return true;
	return false;
}

/* Of whose rows a chip says something. */
#define CHIP_BIT(id) (1u << CHIP_##id)
#define CHIPS_OF_PROC (CHIP_BIT(PROC) | CHIP_BIT(USER) | CHIP_BIT(CONTAINER) | CHIP_BIT(COMMAND))
#define CHIPS_OF_EVENT ((1u << CHIP_COUNT) - 1)
static const unsigned chips_taken[ENTITY_COUNT] = {
	[ENTITY_PROCESS] = CHIPS_OF_PROC | CHIP_BIT(SYSCALL),
	[ENTITY_SYSCALL] = CHIPS_OF_PROC | CHIP_BIT(SYSCALL),
	[ENTITY_CALLER] = CHIPS_OF_PROC | CHIP_BIT(SYSCALL),
	[ENTITY_THREAD] = CHIPS_OF_PROC | CHIP_BIT(TID),
	[ENTITY_ERRNO] = CHIPS_OF_PROC | CHIP_BIT(SYSCALL) | CHIP_BIT(ERRNO),
	[ENTITY_FAILURE] = CHIPS_OF_PROC | CHIP_BIT(SYSCALL) | CHIP_BIT(ERRNO),
	[ENTITY_EVENT] = CHIPS_OF_EVENT,
	[ENTITY_FIELD] = CHIPS_OF_EVENT,
	[ENTITY_OPEN] = CHIPS_OF_EVENT & ~CHIP_BIT(CONN),
	[ENTITY_PATH] = CHIPS_OF_EVENT & ~CHIP_BIT(CONN),
	[ENTITY_FILE] = CHIPS_OF_PROC | CHIP_BIT(PATH),
	[ENTITY_CONN] = CHIPS_OF_PROC | CHIP_BIT(CONN),
	[ENTITY_URING] = CHIPS_OF_PROC | CHIP_BIT(URING),
	[ENTITY_CONTAINER] = CHIPS_OF_PROC,
	[ENTITY_USER] = CHIPS_OF_PROC,
	[ENTITY_TREE] = CHIPS_OF_PROC,
	[ENTITY_EXEC] = CHIPS_OF_EVENT & ~(CHIP_BIT(CONN) | CHIP_BIT(URING)),
	[ENTITY_NEWCONN] = CHIPS_OF_EVENT & ~CHIP_BIT(PATH),
	[ENTITY_HIT] = CHIPS_OF_EVENT,
	[ENTITY_SLOW] = CHIPS_OF_EVENT,
	[ENTITY_FD] = CHIPS_OF_PROC | CHIP_BIT(PATH),
	[ENTITY_LISTENER] = CHIPS_OF_PROC,
	[ENTITY_PAGE] = CHIPS_OF_PROC,
	[ENTITY_VARIABLE] = CHIPS_OF_PROC,
	[ENTITY_RULE] = 0,
	[ENTITY_HIT_RULE] = CHIPS_OF_EVENT,
	[ENTITY_HIT_PRIORITY] = CHIPS_OF_EVENT,
	[ENTITY_BUFFER] = 0,
	[ENTITY_WHY] = CHIPS_OF_EVENT,
};

/* Can an event of the call (NULL: of none that is known) be a row? Other rows are of all calls. */
static bool has_call(enum entity entity, const struct syscall_desc *call)
{
	const char *name = call ? call->name : "";

	if (entity == ENTITY_OPEN || entity == ENTITY_PATH)
		return call && call->flags & SYSCALL_F_OPEN;
	if (entity == ENTITY_EXEC)
		return strncmp(name, "exec", 4) == 0;
	if (entity == ENTITY_NEWCONN)
		return strcmp(name, "connect") == 0 || strncmp(name, "accept", 6) == 0;
	return true;
}

static bool view_takes(const struct view *view, const struct chip *chip)
{
	const struct syscall_desc *call =
		chip->kind == CHIP_SYSCALL ? syscall_by_nr(chip->nr) : NULL;

	if (chip->kind == CHIP_SYSCALL && !has_call(view->entity, call))
		return false;
	return chips_taken[view->entity] & 1u << chip->kind;
}

bool scope_of_procs(const struct scope *scope)
{
	for (size_t i = 0; i < scope->len; i++)
		if (CHIPS_OF_PROC & 1u << scope->chips[i].kind)
			return true;
	return false;
}

struct scope scope_of_view(const struct scope *scope, const struct view *view)
{
	struct scope taken = { .len = 0 };

	for (size_t i = 0; scope && i < scope->len; i++)
		if (view_takes(view, &scope->chips[i]))
			taken.chips[taken.len++] = scope->chips[i];
	return taken;
}

int scope_call(const struct scope *scope)
{
	for (size_t i = 0; i < scope->len; i++)
		if (scope->chips[i].kind == CHIP_SYSCALL && !scope->chips[i].negated)
			return scope->chips[i].nr;
	return -1;
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
	case CHIP_CONN:
	case CHIP_URING:
	case CHIP_PATH: text_buf_add_safe(buf, chip->text, strlen(chip->text)); break;
	case CHIP_COUNT: break;
	}
}

void scope_render(const struct scope *scope, const struct view *view, struct text_buf *buf)
{
	for (size_t i = 0; i < scope->len; i++) {
		bool aside = view && !view_takes(view, &scope->chips[i]);

		text_buf_add(buf, i ? " > " : "");
		text_buf_add(buf, aside ? "(" : "");
		chip_render(&scope->chips[i], buf);
		text_buf_add(buf, aside ? ")" : "");
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
		/* A backslash at the end would take the quote with it. */
		if (*c == '"')
			text_buf_add(buf, "\\\"");
		else if (*c == '\\' || (unsigned char)*c < ' ' || (unsigned char)*c >= 0x7f)
			text_buf_printf(buf, "\\x%02x", (unsigned char)*c);
		else
			text_buf_addn(buf, c, 1);
	}
	text_buf_add(buf, "\"");
}

/* "a->b" as "b->a"; another text stays. Returns whether it fits. */
static bool conn_turned(const char *text, char *turned, size_t size)
{
	const char *arrow = strstr(text, "->");
	int len = arrow ? snprintf(turned, size, "%s->%.*s", arrow + 2, (int)(arrow - text), text)
			: snprintf(turned, size, "%s", text);

	return len >= 0 && (size_t)len < size;
}

/* Which end an event names first is the client's, where it is known who that is. */
static void conn_render(const char *text, struct text_buf *buf)
{
	char turned[sizeof(((struct chip *)NULL)->text)];

	text_buf_add(buf, "(");
	value_render(text, buf);
	if (strstr(text, "->") && conn_turned(text, turned, sizeof(turned))) {
		text_buf_add(buf, ", ");
		value_render(turned, buf);
	}
	text_buf_add(buf, ")");
}

/* Rows like "other" are no events, and some operations no calls: no condition can name them. */
static bool chip_has_condition(const struct chip *chip)
{
	if (chip->kind == CHIP_URING)
		return uring_op_syscall((unsigned)chip->number) != NULL;
	return chip->kind != CHIP_SYSCALL || syscall_by_nr(chip->nr) != NULL;
}

static void chip_condition(const struct chip *chip, struct text_buf *buf)
{
	bool list = chip->kind == CHIP_CONN || (chip->kind == CHIP_ERRNO && !chip->number);

	if (chip->kind == CHIP_URING) {
		const char *call = uring_op_syscall((unsigned)chip->number)->name;

		text_buf_printf(buf, "%s(evt.is_uring=true and %s=%s)", chip->negated ? "not " : "",
				chip_fields[chip->kind], call);
		return;
	}
	text_buf_printf(buf, "%s%s%s", chip->negated ? "not " : "", chip_fields[chip->kind],
			list ? " in " : "=");
	switch (chip->kind) {
	case CHIP_PROC: text_buf_printf(buf, "%u", chip->pid); break;
	case CHIP_SYSCALL: value_render(syscall_count_name(chip->nr), buf); break;
	case CHIP_TID: text_buf_printf(buf, "%" PRIu64, chip->number); break;
	case CHIP_ERRNO:
		errno_render(chip->number, "(EINTR, EAGAIN, EALREADY, EINPROGRESS)", buf);
		break;
	case CHIP_CONTAINER: value_render(chip->text[0] ? chip->text : "host", buf); break;
	case CHIP_CONN: conn_render(chip->text, buf); break;
	case CHIP_USER:
	case CHIP_COMMAND:
	case CHIP_PATH: value_render(chip->text, buf); break;
	case CHIP_URING:
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
	case CHIP_CONN:
	case CHIP_URING:
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

bool scope_accepts_container(const struct scope *scope, const char *id)
{
	for (size_t i = 0; i < scope->len; i++) {
		const struct chip *chip = &scope->chips[i];

		if (chip->kind != CHIP_CONTAINER || text_is(id, chip->text) == chip->negated)
			return false;
	}
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
	case CHIP_CONN:
	case CHIP_URING:
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

	for (unsigned i = 0; i < sizeof(event->arg_texts) / sizeof(event->arg_texts[0]); i++)
		if (path_is(&event->arg_texts[i], path))
			return true;
	return path_is(&event->path, path) || path_is(&name, path) || path_is(&called, path) ||
	       (kept->fd_name && kept->fd_name[0] && strcmp(kept->fd_name, path) == 0);
}

/* A text and a chip's, either end first. */
static bool conn_is(const char *text, const char *chip_text)
{
	char turned[sizeof(((struct chip *)NULL)->text)];

	return text &&
	       (strcmp(text, chip_text) == 0 ||
		(conn_turned(chip_text, turned, sizeof(turned)) && strcmp(text, turned) == 0));
}

bool scope_accepts_path(const struct scope *scope, const char *path)
{
	for (size_t i = 0; i < scope->len; i++)
		if (scope->chips[i].kind == CHIP_PATH &&
		    text_is(path, scope->chips[i].text) == scope->chips[i].negated)
			return false;
	return true;
}

bool scope_accepts_conn(const struct scope *scope, const char *local, const char *remote)
{
	char text[sizeof(((struct chip *)NULL)->text)];

	snprintf(text, sizeof(text), "%s%s%s", local ? local : "", remote ? "->" : "",
		 remote ? remote : "");
	for (size_t i = 0; i < scope->len; i++)
		if (scope->chips[i].kind == CHIP_CONN &&
		    conn_is(text, scope->chips[i].text) == scope->chips[i].negated)
			return false;
	return true;
}

bool scope_accepts_uring(const struct scope *scope, unsigned op)
{
	for (size_t i = 0; i < scope->len; i++)
		if (scope->chips[i].kind == CHIP_URING &&
		    (op == scope->chips[i].number) == scope->chips[i].negated)
			return false;
	return true;
}

/* Of the chips that need more than the prefix. */
static bool chip_is_event(const struct chip *chip, const struct event *event,
			  const struct history_event *kept)
{
	if (chip->kind == CHIP_PATH)
		return event_has_path(event, kept, chip->text);
	if (chip->kind == CHIP_CONN)
		return conn_is(kept->fd_name, chip->text);
	return event->has_uring_op && event->uring_op == chip->number;
}

bool scope_accepts_event(const struct scope *scope, const struct event *event,
			 const struct history_event *kept)
{
	if (!scope_accepts_prefix(scope, &event->prefix, kept))
		return false;
	for (size_t i = 0; i < scope->len; i++) {
		const struct chip *chip = &scope->chips[i];
		bool decoded = chip->kind == CHIP_PATH || chip->kind == CHIP_CONN ||
			       chip->kind == CHIP_URING;

		if (decoded && chip_is_event(chip, event, kept) == chip->negated)
			return false;
	}
	return true;
}
