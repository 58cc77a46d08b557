/* SPDX-License-Identifier: Apache-2.0 */
#include "report.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "state/base/columns.h"

#define SNIPPET_WIDTH 100 /* bytes of a long line that are shown around the place */

char *arena_vprintf(struct arena *arena, const char *format, va_list args)
{
	va_list again;
	char *text;
	int len;

	va_copy(again, args);
	len = vsnprintf(NULL, 0, format, args);
	text = len < 0 ? NULL : arena_alloc(arena, (size_t)len + 1);
	if (text)
		vsnprintf(text, (size_t)len + 1, format, again);
	va_end(again);
	return text;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = arena_vprintf(arena, format, args);
	va_end(args);
	return text;
}

const struct rule_context *rule_context_new(struct arena *arena, struct rule_context context)
{
	struct rule_context *copy = arena_alloc(arena, sizeof(*copy));

	if (*context.name)
		context.name = arena_text(arena, context.name, strlen(context.name));
	if (!copy || !context.name)
		return NULL;
	*copy = context;
	return copy;
}

const struct rule_context *rule_context_copy(struct arena *arena,
					     const struct rule_context *context)
{
	struct rule_context copy;

	if (!context)
		return NULL;
	copy = *context;
	copy.parent = rule_context_copy(arena, context->parent);
	return context->parent && !copy.parent ? NULL : rule_context_new(arena, copy);
}

size_t rule_context_chain(const struct rule_context *context, const struct rule_context **ret_chain,
			  size_t max)
{
	size_t depth = 0, skip;

	for (const struct rule_context *c = context; c; c = c->parent)
		depth++;
	skip = depth > max ? depth - max : 0;
	for (size_t at = depth; context; context = context->parent)
		if (--at >= skip)
			ret_chain[at - skip] = context;
	return depth - skip;
}

/* The line that the place is in, of a long one the part around it, and a caret below. */
static char *snippet_new(struct arena *arena, const struct rule_context *context)
{
	const struct rule_file *file = context->file;
	size_t at = context->place.offset, begin, end, caret = 0;
	char *text;

	if (!file->text || at > file->len)
		return "";
	for (begin = at; begin > 0 && file->text[begin - 1] != '\n'; begin--)
		;
	for (end = at; end < file->len && file->text[end] != '\n' && file->text[end] != '\r'; end++)
		;
	if (at - begin > SNIPPET_WIDTH * 2 / 3)
		begin = at - SNIPPET_WIDTH / 2;
	if (end - begin > SNIPPET_WIDTH)
		end = begin + SNIPPET_WIDTH;
	/* Not in the middle of a character. */
	while (begin < at && ((unsigned char)file->text[begin] & 0xc0) == 0x80)
		begin++;
	while (end > at && end < file->len && ((unsigned char)file->text[end] & 0xc0) == 0x80)
		end--;
	/* A character of n bytes takes at most n columns. */
	text = arena_alloc(arena, (end - begin) + 1 + (at - begin) + 3);
	if (!text)
		return NULL;
	memcpy(text, file->text + begin, end - begin);
	text[end - begin] = '\n';
	for (size_t i = begin, bytes; i < at; i += bytes) {
		int columns;

		bytes = columns_of(file->text + i, at - i, &columns);
		for (; columns != 0; columns -= columns > 0 ? 1 : -1)
			text[end - begin + 1 + caret++] = file->text[i] == '\t' ? '\t' : ' ';
	}
	memcpy(text + (end - begin) + 1 + caret, "^\n", 3);
	for (size_t i = 0; i < end - begin; i++)
		if (text[i] == '\0')
			text[i] = ' ';
	return text;
}

int rule_findings_add(struct rule_findings *findings, struct arena *arena,
		      const struct rule_finding *finding)
{
	struct rule_finding *copy;

	if (findings->len == REPORT_MAX_FINDINGS) {
		findings->dropped++;
		return 0;
	}
	if (findings->len == findings->room) {
		size_t room = findings->room ? 2 * findings->room : 8;
		const struct rule_finding **items = arena_alloc(arena, room * sizeof(*items));

		if (!items)
			return -ENOMEM;
		if (findings->len)
			memcpy(items, findings->items, findings->len * sizeof(*items));
		findings->items = items;
		findings->room = room;
	}
	copy = arena_alloc(arena, sizeof(*copy));
	if (!copy)
		return -ENOMEM;
	*copy = *finding;
	copy->message = arena_text(arena, finding->message, strlen(finding->message));
	copy->hint = finding->hint && *finding->hint
			     ? arena_text(arena, finding->hint, strlen(finding->hint))
			     : "";
	copy->snippet = snippet_new(arena, finding->context);
	if (!copy->message || !copy->hint || !copy->snippet)
		return -ENOMEM;
	findings->items[findings->len++] = copy;
	return 0;
}
