/* SPDX-License-Identifier: Apache-2.0 */
#include "condition.h"

#include <errno.h>
#include <string.h>

void condition_init(struct condition *condition, struct arena *arena)
{
	*condition = (struct condition){ .arena = arena };
}

/* Room for len more bytes and one more part. */
static bool condition_reserve(struct condition *c, size_t len)
{
	if (c->failed)
		return false;
	if (c->len + len > CONDITION_MAX_BYTES) {
		c->failed = -E2BIG;
		return false;
	}
	if (c->len + len + 1 > c->room) {
		size_t room = 2 * (c->len + len + 1) < 128 ? 128 : 2 * (c->len + len + 1);
		char *text = arena_alloc(c->arena, room);

		if (!text) {
			c->failed = -ENOMEM;
			return false;
		}
		if (c->len)
			memcpy(text, c->text, c->len);
		text[c->len] = '\0';
		c->text = text;
		c->room = room;
	}
	if (c->parts_len == c->parts_room) {
		size_t room = c->parts_room ? 2 * c->parts_room : 8;
		struct condition_part *parts = arena_alloc(c->arena, room * sizeof(*parts));

		if (!parts) {
			c->failed = -ENOMEM;
			return false;
		}
		if (c->parts_len)
			memcpy(parts, c->parts, c->parts_len * sizeof(*parts));
		c->parts = parts;
		c->parts_room = room;
	}
	return true;
}

/* Does the part stand where all of the last one stands? */
static bool extends_last(const struct condition *c, const struct condition_part *part)
{
	const struct condition_part *last = c->parts_len ? &c->parts[c->parts_len - 1] : NULL;

	return last && last->fixed && part->fixed && last->node == part->node &&
	       last->index == part->index && last->file == part->file;
}

static void condition_add(struct condition *c, struct condition_part part, const char *text,
			  size_t len)
{
	if (len == 0 || !condition_reserve(c, len))
		return;
	if (!extends_last(c, &part)) {
		part.begin = c->len;
		c->parts[c->parts_len++] = part;
	}
	memcpy(c->text + c->len, text, len);
	c->len += len;
	c->text[c->len] = '\0';
}

void condition_add_node(struct condition *condition, const struct rule_file *file,
			const struct node *node)
{
	condition_add(condition, (struct condition_part){ .file = file, .node = node }, node->text,
		      node->len);
}

void condition_add_text(struct condition *condition, const struct rule_file *file,
			const struct node *node, size_t index, const char *text)
{
	condition_add(condition,
		      (struct condition_part){
			      .file = file, .node = node, .index = index, .fixed = true },
		      text, strlen(text));
}

/* The part that byte index is in: the last that begins at or before it. */
static size_t part_at(const struct condition *c, size_t index)
{
	size_t low = 0, high = c->parts_len;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (c->parts[middle].begin <= index)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* The part as it goes on from byte index. */
static struct condition_part part_from(const struct condition *c, size_t part, size_t index)
{
	struct condition_part copy = c->parts[part];

	if (!copy.fixed)
		copy.index += index - copy.begin;
	return copy;
}

void condition_add_range(struct condition *condition, const struct condition *from, size_t begin,
			 size_t end)
{
	if (begin >= end)
		return;
	for (size_t i = part_at(from, begin); begin < end; i++) {
		size_t part_end = i + 1 < from->parts_len ? from->parts[i + 1].begin : from->len;
		size_t stop = part_end < end ? part_end : end;

		condition_add(condition, part_from(from, i, begin), from->text + begin,
			      stop - begin);
		begin = stop;
	}
}

void condition_add_instead(struct condition *condition, const struct condition *from, size_t at,
			   const char *text, size_t len)
{
	struct condition_part part = part_from(from, part_at(from, at), at);

	part.fixed = true;
	condition_add(condition, part, text, len);
}

void condition_cut(struct condition *condition, size_t len)
{
	condition->len -= len;
	condition->text[condition->len] = '\0';
	while (condition->parts_len > 0 &&
	       condition->parts[condition->parts_len - 1].begin >= condition->len)
		condition->parts_len--;
}

struct document_place condition_place(const struct condition *condition, size_t index,
				      const struct rule_file **ret_file)
{
	struct condition_part part;

	*ret_file = NULL;
	if (condition->parts_len == 0)
		return (struct document_place){ .line = 0 };
	part = part_from(condition, part_at(condition, index), index);
	*ret_file = part.file;
	return node_place(part.node, part.index, part.file->text, part.file->len);
}
