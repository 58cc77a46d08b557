/* SPDX-License-Identifier: Apache-2.0 */
#include "document.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#define ANCHORS_MAX 1024

/* A collection whose end was not seen yet. */
struct open_node {
	struct node *node;
	size_t room;            /* of items */
	const struct node *key; /* of a mapping: waits for its value */
	char *anchor;           /* in the arena; NULL = none */
};

struct anchor {
	const char *name;
	const struct node *node;
};

struct reader {
	struct arena *arena;
	const char *text;
	size_t len;
	struct document_error *err;
	yaml_parser_t yaml;
	struct open_node open[DOCUMENT_MAX_DEPTH + 1]; /* the first is the root */
	size_t depth;
	size_t nodes;
	struct anchor anchors[ANCHORS_MAX];
	size_t anchors_len;
	/* libyaml counts characters: the byte where the last mark was. */
	size_t mark_index, mark_offset;
};

/* Bytes of the UTF-8 character that begins with c; the parser has checked them. */
static size_t character_bytes(unsigned char c)
{
	return c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

static struct document_place reader_place(struct reader *r, yaml_mark_t mark)
{
	if (mark.index < r->mark_index) {
		r->mark_index = 0;
		r->mark_offset = r->len >= 3 && memcmp(r->text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	}
	while (r->mark_index < mark.index && r->mark_offset < r->len) {
		r->mark_offset += character_bytes((unsigned char)r->text[r->mark_offset]);
		r->mark_index++;
	}
	if (r->mark_offset > r->len)
		r->mark_offset = r->len;
	return (struct document_place){ .line = (uint32_t)mark.line,
					.column = (uint32_t)mark.column,
					.offset = (uint32_t)r->mark_offset };
}

__attribute__((format(printf, 3, 4))) static int reader_fail(struct reader *r,
							     struct document_place place,
							     const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(r->err->text, sizeof(r->err->text), format, args);
	va_end(args);
	r->err->place = place;
	return -EBADMSG;
}

static int reader_next(struct reader *r, yaml_event_t *ret_event)
{
	if (yaml_parser_parse(&r->yaml, ret_event))
		return 0;
	if (r->yaml.error == YAML_MEMORY_ERROR)
		return -ENOMEM;
	if (r->yaml.error == YAML_READER_ERROR) {
		/* Bytes that are no UTF-8, or characters that YAML forbids: no mark, a byte. */
		struct document_place place = { .offset = (uint32_t)r->yaml.problem_offset };

		for (size_t i = 0; i < place.offset && i < r->len; i++) {
			place.column++;
			if (r->text[i] != '\n')
				continue;
			place.line++;
			place.column = 0;
		}
		return reader_fail(r, place, "%s", r->yaml.problem);
	}
	return reader_fail(r, reader_place(r, r->yaml.problem_mark), "%s%s%s",
			   r->yaml.problem ? r->yaml.problem : "not YAML",
			   r->yaml.context ? ", " : "", r->yaml.context ? r->yaml.context : "");
}

static int node_new(struct reader *r, const yaml_event_t *event, struct node **ret_node)
{
	struct document_place place = reader_place(r, event->start_mark);
	struct node *node;

	if (++r->nodes > DOCUMENT_MAX_NODES)
		return reader_fail(r, place, "more than %u values in one file", DOCUMENT_MAX_NODES);
	node = arena_alloc(r->arena, sizeof(*node));
	if (!node)
		return -ENOMEM;
	*node = (struct node){ .place = place };
	*ret_node = node;
	return 0;
}

static int open_reserve(struct reader *r, struct open_node *open)
{
	size_t room = open->room ? 2 * open->room : 4;
	const struct node **items, **keys = NULL;

	if (open->node->len < open->room)
		return 0;
	items = arena_alloc(r->arena, room * sizeof(*items));
	if (open->node->kind == NODE_MAPPING)
		keys = arena_alloc(r->arena, room * sizeof(*keys));
	if (!items || (open->node->kind == NODE_MAPPING && !keys))
		return -ENOMEM;
	if (open->node->len) {
		memcpy(items, open->node->items, open->node->len * sizeof(*items));
		if (keys)
			memcpy(keys, open->node->keys, open->node->len * sizeof(*keys));
	}
	open->node->items = items;
	open->node->keys = keys;
	open->room = room;
	return 0;
}

/* Hangs a finished node into the innermost open collection. */
static int reader_attach(struct reader *r, const struct node *node)
{
	struct open_node *open = &r->open[r->depth];
	int rc;

	if (open->node->kind == NODE_MAPPING && !open->key) {
		if (node->kind != NODE_SCALAR && node->kind != NODE_NULL)
			return reader_fail(r, node->place, "a key must be a word");
		open->key = node;
		return 0;
	}
	rc = open_reserve(r, open);
	if (rc < 0)
		return rc;
	if (open->node->kind == NODE_MAPPING)
		open->node->keys[open->node->len] = open->key;
	open->node->items[open->node->len++] = node;
	open->key = NULL;
	return 0;
}

static int anchor_set(struct reader *r, const char *name, const struct node *node)
{
	if (r->anchors_len == ANCHORS_MAX)
		return reader_fail(r, node->place, "more than %d anchors in one file", ANCHORS_MAX);
	r->anchors[r->anchors_len++] = (struct anchor){ .name = name, .node = node };
	return 0;
}

/* The newest anchor of that name, as YAML has it. */
static int reader_alias(struct reader *r, const yaml_event_t *event)
{
	const char *name = (const char *)event->data.alias.anchor;

	if (++r->nodes > DOCUMENT_MAX_NODES)
		return reader_fail(r, reader_place(r, event->start_mark),
				   "more than %u values in one file", DOCUMENT_MAX_NODES);
	for (size_t i = r->anchors_len; i-- > 0;)
		if (strcmp(r->anchors[i].name, name) == 0)
			return reader_attach(r, r->anchors[i].node);
	return reader_fail(r, reader_place(r, event->start_mark),
			   "alias of an unknown or unfinished anchor \"%.100s\"", name);
}

static bool is_null(const yaml_event_t *event)
{
	static const char *const words[] = { "", "~", "null", "Null", "NULL" };

	if (event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE || event->data.scalar.tag)
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp((const char *)event->data.scalar.value, words[i]) == 0)
			return true;
	return false;
}

static enum node_style style_of(yaml_scalar_style_t style)
{
	switch (style) {
	case YAML_SINGLE_QUOTED_SCALAR_STYLE: return NODE_SINGLE_QUOTED;
	case YAML_DOUBLE_QUOTED_SCALAR_STYLE: return NODE_DOUBLE_QUOTED;
	case YAML_LITERAL_SCALAR_STYLE:
	case YAML_FOLDED_SCALAR_STYLE: return NODE_BLOCK;
	case YAML_ANY_SCALAR_STYLE:
	case YAML_PLAIN_SCALAR_STYLE: break;
	}
	return NODE_PLAIN;
}

static int reader_scalar(struct reader *r, const yaml_event_t *event)
{
	const char *text = (const char *)event->data.scalar.value;
	const char *anchor = (const char *)event->data.scalar.anchor;
	struct node *node = NULL;
	int rc = node_new(r, event, &node);

	if (!node)
		return rc;
	if (event->data.scalar.length > DOCUMENT_MAX_SCALAR)
		return reader_fail(r, node->place, "a text of more than %u bytes",
				   DOCUMENT_MAX_SCALAR);
	if (memchr(text, 0, event->data.scalar.length))
		return reader_fail(r, node->place, "a text with a NUL byte");
	node->kind = is_null(event) ? NODE_NULL : NODE_SCALAR;
	node->style = style_of(event->data.scalar.style);
	node->end_offset = reader_place(r, event->end_mark).offset;
	node->len = node->kind == NODE_NULL ? 0 : event->data.scalar.length;
	node->text = arena_text(r->arena, text, node->len);
	if (!node->text)
		return -ENOMEM;
	if (anchor) {
		char *name = arena_text(r->arena, anchor, strlen(anchor));

		rc = name ? anchor_set(r, name, node) : -ENOMEM;
	}
	return rc < 0 ? rc : reader_attach(r, node);
}

static int reader_open(struct reader *r, const yaml_event_t *event, enum node_kind kind,
		       const yaml_char_t *anchor)
{
	struct node *node = NULL;
	int rc = node_new(r, event, &node);

	if (!node)
		return rc;
	if (r->depth == DOCUMENT_MAX_DEPTH)
		return reader_fail(r, node->place, "nested deeper than %d levels",
				   DOCUMENT_MAX_DEPTH);
	node->kind = kind;
	r->open[++r->depth] = (struct open_node){ .node = node };
	if (!anchor)
		return 0;
	r->open[r->depth].anchor =
		arena_text(r->arena, (const char *)anchor, strlen((const char *)anchor));
	return r->open[r->depth].anchor ? 0 : -ENOMEM;
}

static int reader_close(struct reader *r, const yaml_event_t *event)
{
	struct open_node *open = &r->open[r->depth];
	int rc = 0;

	open->node->end_offset = reader_place(r, event->end_mark).offset;
	if (open->anchor)
		rc = anchor_set(r, open->anchor, open->node);
	r->depth--;
	return rc < 0 ? rc : reader_attach(r, open->node);
}

static int reader_event(struct reader *r, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_SCALAR_EVENT: return reader_scalar(r, event);
	case YAML_ALIAS_EVENT: return reader_alias(r, event);
	case YAML_SEQUENCE_START_EVENT:
		return reader_open(r, event, NODE_SEQUENCE, event->data.sequence_start.anchor);
	case YAML_MAPPING_START_EVENT:
		return reader_open(r, event, NODE_MAPPING, event->data.mapping_start.anchor);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT: return reader_close(r, event);
	case YAML_DOCUMENT_START_EVENT: r->anchors_len = 0; break;
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
	case YAML_DOCUMENT_END_EVENT: break;
	}
	return 0;
}

static int reader_run(struct reader *r)
{
	int rc, done = 0;

	while (!done) {
		yaml_event_t event;

		rc = reader_next(r, &event);
		if (rc < 0)
			return rc;
		rc = reader_event(r, &event);
		done = event.type == YAML_STREAM_END_EVENT;
		yaml_event_delete(&event);
		if (rc < 0)
			return rc;
	}
	return 0;
}

int document_read(struct arena *arena, const char *text, size_t len, const struct node **ret_root,
		  struct document_error *err)
{
	struct reader *r;
	struct node *root;
	int rc;

	*err = (struct document_error){ .text = "" };
	if (len > DOCUMENT_MAX_BYTES) {
		snprintf(err->text, sizeof(err->text), "the file has more than %u bytes",
			 DOCUMENT_MAX_BYTES);
		return -EBADMSG;
	}
	root = arena_alloc(arena, sizeof(*root));
	r = calloc(1, sizeof(*r));
	if (!root || !r || !yaml_parser_initialize(&r->yaml)) {
		free(r);
		return -ENOMEM;
	}
	*root = (struct node){ .kind = NODE_SEQUENCE };
	r->arena = arena;
	r->text = text;
	r->len = len;
	r->err = err;
	r->open[0].node = root;
	r->mark_index = SIZE_MAX;
	yaml_parser_set_encoding(&r->yaml, YAML_UTF8_ENCODING);
	/* With a given encoding libyaml takes a byte order mark for a character of the text. */
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		yaml_parser_set_input_string(&r->yaml, (const unsigned char *)text + 3, len - 3);
	else
		yaml_parser_set_input_string(&r->yaml, (const unsigned char *)text, len);
	rc = reader_run(r);
	yaml_parser_delete(&r->yaml);
	free(r);
	if (rc == 0)
		*ret_root = root;
	return rc;
}

static size_t node_find(const struct node *mapping, const char *key)
{
	size_t i = 0;

	if (mapping->kind != NODE_MAPPING)
		return SIZE_MAX;
	while (i < mapping->len &&
	       (mapping->keys[i]->kind != NODE_SCALAR || strcmp(mapping->keys[i]->text, key) != 0))
		i++;
	return i < mapping->len ? i : SIZE_MAX;
}

const struct node *node_get(const struct node *mapping, const char *key)
{
	size_t i = node_find(mapping, key);

	return i == SIZE_MAX ? NULL : mapping->items[i];
}

const struct node *node_key(const struct node *mapping, const char *key)
{
	size_t i = node_find(mapping, key);

	return i == SIZE_MAX ? NULL : mapping->keys[i];
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The file's offset of the scalar's first byte of text. */
static size_t text_offset(const struct node *node, const char *file, size_t end)
{
	size_t at = node->place.offset;

	if (node->style == NODE_BLOCK) {
		while (at < end && file[at] != '\n')
			at++;
		return at;
	}
	return at + (node->style == NODE_PLAIN ? 0 : 1);
}

/* Counts from the scalar's place, so that the columns stay characters. */
static struct document_place advance(struct document_place place, const char *file, size_t to)
{
	while (place.offset < to) {
		unsigned char c = (unsigned char)file[place.offset++];

		if (c == '\n') {
			place.line++;
			place.column = 0;
		} else if ((c & 0xc0) != 0x80) {
			place.column++;
		}
	}
	return place;
}

struct document_place node_place(const struct node *node, size_t index, const char *file,
				 size_t file_len)
{
	size_t end = node->end_offset < file_len ? node->end_offset : file_len;
	size_t at;

	if (node->kind != NODE_SCALAR || node->place.offset > end)
		return node->place;
	at = text_offset(node, file, end);
	for (size_t i = 0; i <= index && i <= node->len; i++) {
		/* Blanks of the text stand for any blanks of the file. */
		if (i < node->len && is_blank(node->text[i])) {
			if (i == index)
				break;
			continue;
		}
		while (at < end && is_blank(file[at]))
			at++;
		if (i == index || i == node->len)
			break;
		if (at >= end || file[at] != node->text[i])
			return node->place;
		at++;
		if (node->style == NODE_SINGLE_QUOTED && node->text[i] == '\'')
			at++;
	}
	return advance(node->place, file, at < end ? at : end);
}
