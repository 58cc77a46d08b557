/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists in conditions. A list's name stands for its items wherever it stands between blanks,
 * parentheses, commas and equals signs, also inside quotes: it is a substitution of text. Lists in
 * lists are put in first, at any depth; a list that contains itself keeps its name in that place.
 */
#include <errno.h>
#include <string.h>

#include "compile.h"

#define DELIMITERS "(),= \t\n\r"
#define BLANKS " \t\n\r"
#define WIDE_LISTS_MAX 100 /* each costs a search in every condition */
#define LISTS_MAX_DEPTH 100

static bool is_delimiter(char c)
{
	return c && strchr(DELIMITERS, c);
}

/* An item as it stands in a condition: quoted when it has blanks and no quotes around it. */
static void add_item(struct condition *text, const char *item)
{
	const struct rule_file *none = NULL;

	if (item[0] == '"' || item[0] == '\'' || (item[0] && !strpbrk(item, BLANKS))) {
		condition_add_text(text, none, NULL, 0, item);
		return;
	}
	condition_add_text(text, none, NULL, 0, "\"");
	while (*item) {
		char piece[2] = { *item++, '\0' };

		if (piece[0] == '"')
			condition_add_text(text, none, NULL, 0, "\\");
		condition_add_text(text, none, NULL, 0, piece);
	}
	condition_add_text(text, none, NULL, 0, "\"");
}

static int resolve_list(struct compilation *c, struct list_draft *list, unsigned depth)
{
	struct condition text;

	if (list->text)
		return 0;
	condition_init(&text, &c->arena);
	list->resolving = true;
	for (size_t i = 0; i < list->items.len; i++) {
		const char *item = list->items.items[i];
		struct list_draft *nested =
			names_get(&c->loader->collection.lists, item, strlen(item));
		int rc = 0;

		if (nested && nested->resolving)
			nested = NULL;
		if (nested && depth == LISTS_MAX_DEPTH)
			rc = loader_error(c->loader, RULE_CODE_ERR_VALIDATE, list->context,
					  "Lists nested deeper than %d", LISTS_MAX_DEPTH);
		else if (nested)
			rc = resolve_list(c, nested, depth + 1);
		if (rc < 0)
			return rc;
		if (nested) {
			nested->used = true;
			item = nested->text;
		}
		/* An empty list leaves no comma. */
		if (nested && !*item)
			continue;
		if (text.len)
			condition_add_text(&text, NULL, NULL, 0, ", ");
		if (nested)
			condition_add_text(&text, NULL, NULL, 0, item);
		else
			add_item(&text, item);
	}
	list->resolving = false;
	if (text.failed == -E2BIG)
		return loader_error(c->loader, RULE_CODE_ERR_VALIDATE, list->context,
				    "List has more than %u bytes", CONDITION_MAX_BYTES);
	list->text = text.len ? text.text : "";
	list->text_len = text.len;
	return text.failed;
}

int lists_prepare(struct compilation *c)
{
	struct vector *lists = &c->loader->collection.lists.things;

	for (size_t i = 0; i < lists->len; i++) {
		struct list_draft *list = lists->items[i];

		list->used = list->resolving = false;
		list->text = NULL;
	}
	for (size_t i = 0; i < lists->len; i++) {
		struct list_draft *list = lists->items[i];
		int rc = resolve_list(c, list, 0);

		if (rc < 0)
			return rc;
		if (!strpbrk(list->name, DELIMITERS))
			continue;
		if (c->wide_lists.len == WIDE_LISTS_MAX)
			return loader_error(c->loader, RULE_CODE_ERR_VALIDATE, list->context,
					    "More than %d lists with blanks, commas, equals signs "
					    "or parentheses in their names",
					    WIDE_LISTS_MAX);
		if (vector_add(&c->wide_lists, &c->arena, list) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* Takes a comma and blanks away at the end. Returns whether there was a comma. */
static bool cut_comma(struct condition *out)
{
	size_t len = out->len;

	while (len > 0 && strchr(BLANKS, out->text[len - 1]))
		len--;
	if (len == 0 || out->text[len - 1] != ',')
		return false;
	condition_cut(out, out->len - (len - 1));
	return true;
}

/*
 * Writes a list's items to out in place of its name, from[begin, end). Returns where from goes on:
 * behind the name, and for an empty list without a comma before it behind the comma after it.
 */
static size_t put_list(struct compilation *c, struct list_draft *list, struct condition *out,
		       const struct condition *from, const size_t range[2])
{
	size_t end = range[1], after = end;

	list->used = true;
	if (vector_add(&c->used_lists, &c->arena, list) < 0)
		out->failed = -ENOMEM;
	if (list->text_len > 0) {
		condition_add_instead(out, from, range[0], list->text, list->text_len);
		return end;
	}
	if (cut_comma(out))
		return end;
	while (after < from->len && strchr(BLANKS, from->text[after]))
		after++;
	return after < from->len && from->text[after] == ',' ? after + 1 : end;
}

/* Names that are one word: one walk over the words. */
static void put_words(struct compilation *c, const struct condition *from, struct condition *out)
{
	for (size_t at = 0; at < from->len && !out->failed;) {
		size_t end = at;
		struct list_draft *list;

		while (end < from->len && !is_delimiter(from->text[end]))
			end++;
		list = end > at ? names_get(&c->loader->collection.lists, from->text + at, end - at)
				: NULL;
		if (list) {
			at = put_list(c, list, out, from, (size_t[]){ at, end });
			continue;
		}
		if (end == at)
			end++;
		condition_add_range(out, from, at, end);
		at = end;
	}
}

/* A name with delimiters in it: a search. */
static void put_wide(struct compilation *c, struct list_draft *list, const struct condition *from,
		     struct condition *out)
{
	size_t len = strlen(list->name), at = 0;
	const char *found;

	while (!out->failed && at < from->len &&
	       (found = memmem(from->text + at, from->len - at, list->name, len))) {
		size_t begin = (size_t)(found - from->text), end = begin + len;

		if ((begin == 0 || is_delimiter(from->text[begin - 1])) &&
		    (end == from->len || is_delimiter(from->text[end]))) {
			condition_add_range(out, from, at, begin);
			at = put_list(c, list, out, from, (size_t[]){ begin, end });
		} else {
			condition_add_range(out, from, at, begin + 1);
			at = begin + 1;
		}
	}
	condition_add_range(out, from, at, from->len);
}

void lists_put(struct compilation *c, const struct condition *condition,
	       struct condition *ret_condition)
{
	struct condition from = *condition, out;

	for (size_t i = 0; i < c->wide_lists.len && !from.failed; i++) {
		condition_init(&out, &c->arena);
		put_wide(c, c->wide_lists.items[i], &from, &out);
		from = out;
	}
	condition_init(&out, &c->arena);
	out.failed = from.failed;
	put_words(c, &from, &out);
	*ret_condition = out;
}
