/* SPDX-License-Identifier: Apache-2.0 */
#include "completion.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "probe/schema/event.h"
#include "state/filter/field.h"

#define WORDS_MAX 2

/* A run of bytes of the text. */
struct span {
	const char *data;
	size_t len;
};

static bool is_break(char c)
{
	return c == ' ' || c == '(' || c == ')' || c == ',';
}

static bool is_sign(char c)
{
	return c == '=' || c == '<' || c == '>' || c == '!';
}

/* The word that ends at `end`: of signs, or of everything else. */
static struct span word_before(const char *text, size_t end)
{
	size_t start = end;

	while (start > 0 && !is_break(text[start - 1]) &&
	       (start == end || is_sign(text[start - 1]) == is_sign(text[start])))
		start--;
	return (struct span){ text + start, end - start };
}

static bool span_is(struct span span, const char *text)
{
	return span.len == strlen(text) && memcmp(span.data, text, span.len) == 0;
}

static void offer(struct completion *c, struct span word, const char *text)
{
	if (strncmp(text, word.data, word.len) != 0 || c->len == COMPLETION_MAX ||
	    strlen(text) >= COMPLETION_BYTES)
		return;
	for (size_t i = 0; i < c->len; i++)
		if (strcmp(c->items[i], text) == 0)
			return;
	snprintf(c->items[c->len++], COMPLETION_BYTES, "%s", text);
}

static void offer_fields(struct completion *c, struct span word)
{
	const struct field_class *class;

	for (size_t k = 0; (class = field_class_at(k)); k++)
		for (size_t i = 0; i < class->fields_len; i++)
			offer(c, word, class->fields[i].name);
}

static void offer_words(struct completion *c, struct span word, const char *const *words)
{
	for (; *words; words++)
		offer(c, word, *words);
}

static const char *const operators[] = {
#define FILTER_OPERATOR(id, text, class) text,
#include "state/filter/op.def"
	NULL
};

static bool is_operator(struct span span)
{
	for (size_t i = 0; operators[i]; i++)
		if (span_is(span, operators[i]))
			return true;
	return false;
}

static bool is_field(struct span span)
{
	struct field_ref ref;
	size_t used;

	return span.len && field_lookup(span.data, span.len, &ref, &used) == 0 && used == span.len;
}

/* Names that stand in a snapshot, where the field is of their kind. */
static void offer_values(struct completion *c, struct span field, struct span word,
			 const struct snapshot *snapshot)
{
	bool comm = span_is(field, "proc.name"), user = span_is(field, "user.name");
	bool container = span_is(field, "container.id"), name = span_is(field, "container.name");

	if (span_is(field, "evt.type") || span_is(field, "syscall.type"))
		for (size_t i = 0; i < syscall_table_len(); i++)
			offer(c, word, syscall_at(i)->name);
	for (size_t i = 0; snapshot && i < snapshot->procs_len; i++) {
		const struct proc_row *proc = &snapshot->procs[i];
		const char *text = comm        ? proc->comm
				   : user      ? proc->user
				   : container ? proc->container
				   : name      ? proc->container_name
					       : NULL;

		/* What would have to be quoted is left to its writer. */
		if (text && *text && !text[strcspn(text, " ()\"'=,\\")])
			offer(c, word, text);
	}
}

/* Within a list the words before its parenthesis count; else it is the end itself. */
static size_t before_list(const char *text, size_t end)
{
	size_t at = end, depth = 0;

	while (at > 0) {
		char c = text[--at];

		depth += c == ')';
		if (c != '(')
			continue;
		if (depth == 0)
			break;
		depth--;
	}
	if (at == 0 && text[0] != '(')
		return end;
	while (at > 0 && text[at - 1] == ' ')
		at--;
	return is_operator(word_before(text, at)) ? at : end;
}

void completion_find(const char *text, size_t at, const struct snapshot *snapshot,
		     struct completion *ret_completion)
{
	static const char *const starts[] = { "not", NULL }, *const joins[] = { "and", "or", NULL };
	/* Behind a sign a value begins. */
	bool begins = at > 0 && is_sign(text[at - 1]);
	struct span word = begins ? (struct span){ text + at, 0 } : word_before(text, at);
	struct span before[WORDS_MAX] = { { text, 0 }, { text, 0 } };
	size_t end = (size_t)(word.data - text);

	*ret_completion = (struct completion){ .start = end };
	end = before_list(text, end);
	for (size_t i = 0; i < WORDS_MAX; i++) {
		while (end > 0 && is_break(text[end - 1]))
			end--;
		before[i] = word_before(text, end);
		end = (size_t)(before[i].data - text);
	}
	if (is_operator(before[0]) && is_field(before[1])) {
		offer_values(ret_completion, before[1], word, snapshot);
	} else if (is_field(before[0])) {
		offer_words(ret_completion, word, operators);
	} else if (is_operator(before[1])) {
		offer_words(ret_completion, word, joins);
	} else {
		offer_words(ret_completion, word, starts);
		offer_fields(ret_completion, word);
	}
}
