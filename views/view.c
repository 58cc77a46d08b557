/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One view from its YAML file. The file is a mapping of known keys to words or lists of words:
 *
 *   name: processes              key: "1"             entity: process
 *   title: Processes             sort: cpu_pct desc   (or: arrival; without a direction: asc)
 *   drill: syscalls              drill_scoped: stream (instead of drill, in one process)
 *   twin: opens_by_path          stream: none | opens | failed | slow | all   follow: true | false
 *   group: [process, syscall, kind, target]     of entity slow
 *   help: one sentence
 *   columns: [pid, user, command]     optional: [ppid, state]
 *
 * name, title, entity and columns must be there. The order on screen is: columns, the optional
 * ones, and last the column that takes what is left of the line.
 */
#include "view_yaml.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "state/base/nearest.h"

#define WORD_MAX 256

/* A word of the file and where it is. */
struct word {
	char text[WORD_MAX];
	struct view_place place;
};

struct view_parser {
	struct view_error *err;
	yaml_parser_t yaml;
	struct view_parsed parsed;
	uint32_t seen; /* bit per row of view_keys */
	struct word entity, sort, group;
	struct word columns[VIEW_COLUMNS_MAX], optional[VIEW_COLUMNS_MAX];
	size_t columns_len, optional_len;
};

_Static_assert(sizeof(((struct view_error *)0)->file) == VIEW_FILE_NAME, "one size");

void view_file_name(const char *path, char ret_name[VIEW_FILE_NAME])
{
	size_t len = strlen(path), room = VIEW_FILE_NAME - 1;
	struct text_buf buf;

	text_buf_init(&buf, ret_name, VIEW_FILE_NAME);
	if (len > room)
		text_buf_add(&buf, "...");
	text_buf_add_safe(&buf, len > room ? path + len - room + 3 : path,
			  len > room ? room - 3 : len);
}

int view_fail(struct view_error *err, struct view_place place, const char *nearest,
	      const char *format, ...)
{
	struct text_buf buf;
	char message[sizeof(err->text)];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	err->line = place.line;
	err->column = place.column;
	text_buf_init(&buf, err->text, sizeof(err->text));
	text_buf_add_safe(&buf, message, strlen(message));
	if (nearest)
		text_buf_printf(&buf, "; did you mean \"%s\"?", nearest);
	return -EINVAL;
}

static struct view_place place_of(yaml_mark_t mark)
{
	return (struct view_place){ .line = (unsigned)mark.line + 1,
				    .column = (unsigned)mark.column + 1 };
}

/* The next event of the file; the caller deletes it. */
static int parser_next(struct view_parser *p, yaml_event_t *ret_event)
{
	if (yaml_parser_parse(&p->yaml, ret_event))
		return 0;
	return view_fail(p->err, place_of(p->yaml.problem_mark), NULL, "not YAML: %s",
			 p->yaml.problem ? p->yaml.problem : "out of memory");
}

/* Copies a scalar. Anchors and tags have no meaning here. */
static int parser_word(struct view_parser *p, const yaml_event_t *event, const char *what,
		       struct word *ret_word)
{
	struct view_place place = place_of(event->start_mark);
	size_t len;

	if (event->type != YAML_SCALAR_EVENT)
		return view_fail(p->err, place, NULL, "%s: expected a word, found a %s", what,
				 event->type == YAML_MAPPING_START_EVENT    ? "mapping"
				 : event->type == YAML_SEQUENCE_START_EVENT ? "list"
				 : event->type == YAML_ALIAS_EVENT          ? "alias"
									    : "end");
	if (event->data.scalar.anchor || event->data.scalar.tag)
		return view_fail(p->err, place, NULL, "%s: anchors and tags are not allowed", what);
	len = event->data.scalar.length;
	if (len >= sizeof(ret_word->text))
		return view_fail(p->err, place, NULL, "%s: longer than %d bytes", what,
				 WORD_MAX - 1);
	if (memchr(event->data.scalar.value, 0, len))
		return view_fail(p->err, place, NULL, "%s: has a NUL byte", what);
	memcpy(ret_word->text, event->data.scalar.value, len);
	ret_word->text[len] = '\0';
	ret_word->place = place;
	return 0;
}

static int copy_word(struct view_parser *p, const char *key, const struct word *word, char *field,
		     size_t size)
{
	size_t len = strlen(word->text);

	if (len == 0)
		return view_fail(p->err, word->place, NULL, "%s: is empty", key);
	if (len >= size)
		return view_fail(p->err, word->place, NULL, "%s: longer than %zu bytes", key,
				 size - 1);
	for (size_t i = 0; i < len; i++)
		/* C1 controls too, in UTF-8 0xc2 0x80..0x9f: YAML can escape them. */
		if ((unsigned char)word->text[i] < 0x20 || word->text[i] == 0x7f ||
		    ((unsigned char)word->text[i] == 0xc2 &&
		     (unsigned char)word->text[i + 1] < 0xa0))
			return view_fail(p->err, word->place, NULL, "%s: has a control character",
					 key);
	memcpy(field, word->text, len + 1);
	return 0;
}

/* Names of views are words of small letters, digits and "_". */
static int copy_name(struct view_parser *p, const char *key, const struct word *word, char *field,
		     size_t size)
{
	if (!word->text[0] ||
	    word->text[strspn(word->text, "abcdefghijklmnopqrstuvwxyz0123456789_")])
		return view_fail(p->err, word->place, NULL,
				 "%s: \"%.40s\" is no name; expected a-z, 0-9 and _", key,
				 word->text);
	return copy_word(p, key, word, field, size);
}

static int set_name(struct view_parser *p, const struct word *word)
{
	p->parsed.places.name = word->place;
	return copy_name(p, "name", word, p->parsed.view.name, sizeof(p->parsed.view.name));
}

static int set_title(struct view_parser *p, const struct word *word)
{
	return copy_word(p, "title", word, p->parsed.view.title, sizeof(p->parsed.view.title));
}

static int set_key(struct view_parser *p, const struct word *word)
{
	p->parsed.places.key = word->place;
	return copy_word(p, "key", word, p->parsed.view.key, sizeof(p->parsed.view.key));
}

static int set_entity(struct view_parser *p, const struct word *word)
{
	struct nearest nearest = { .wrong = word->text };

	for (unsigned i = 0; i < ENTITY_COUNT; i++) {
		if (strcmp(entity_name(i), word->text) == 0) {
			p->parsed.view.entity = i;
			p->entity = *word;
			return 0;
		}
		nearest_offer(&nearest, entity_name(i));
	}
	return view_fail(p->err, word->place, nearest.best, "unknown entity \"%.40s\"", word->text);
}

static int set_sort(struct view_parser *p, const struct word *word)
{
	p->sort = *word;
	return 0;
}

static int set_drill(struct view_parser *p, const struct word *word)
{
	p->parsed.places.drill = word->place;
	return copy_name(p, "drill", word, p->parsed.view.drill, sizeof(p->parsed.view.drill));
}

static int set_drill_scoped(struct view_parser *p, const struct word *word)
{
	p->parsed.places.drill_scoped = word->place;
	return copy_name(p, "drill_scoped", word, p->parsed.view.drill_scoped,
			 sizeof(p->parsed.view.drill_scoped));
}

static int set_twin(struct view_parser *p, const struct word *word)
{
	p->parsed.places.twin = word->place;
	return copy_name(p, "twin", word, p->parsed.view.twin, sizeof(p->parsed.view.twin));
}

static int set_stream(struct view_parser *p, const struct word *word)
{
	static const char *const names[] = {
		[VIEW_STREAM_NONE] = "none",     [VIEW_STREAM_OPENS] = "opens",
		[VIEW_STREAM_EXECS] = "execs",   [VIEW_STREAM_CONNECTS] = "connects",
		[VIEW_STREAM_FAILED] = "failed", [VIEW_STREAM_SLOW] = "slow",
		[VIEW_STREAM_ALL] = "all"
	};

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(names[i], word->text) == 0) {
			p->parsed.view.stream = i;
			return 0;
		}
	}
	return view_fail(
		p->err, word->place, NULL,
		"stream: \"%.40s\"; expected none, opens, execs, connects, failed, slow or all",
		word->text);
}

static int add_group(struct view_parser *p, const struct word *word)
{
	static const char *const names[] = { "process", "syscall", "kind", "target" };
	struct nearest nearest = { .wrong = word->text };

	p->group = *word;
	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(names[i], word->text) == 0) {
			p->parsed.view.group |= 1u << i;
			return 0;
		}
		nearest_offer(&nearest, names[i]);
	}
	return view_fail(p->err, word->place, nearest.best,
			 "group: \"%.40s\"; expected process, syscall, kind or target", word->text);
}

static int set_follow(struct view_parser *p, const struct word *word)
{
	p->parsed.view.follow = strcmp(word->text, "true") == 0;
	if (!p->parsed.view.follow && strcmp(word->text, "false") != 0)
		return view_fail(p->err, word->place, NULL,
				 "follow: \"%.40s\"; expected true or false", word->text);
	return 0;
}

static int set_help(struct view_parser *p, const struct word *word)
{
	return copy_word(p, "help", word, p->parsed.view.help, sizeof(p->parsed.view.help));
}

static int add_word(struct view_parser *p, const char *key, const struct word *word,
		    struct word *words, size_t *len)
{
	if (*len == VIEW_COLUMNS_MAX)
		return view_fail(p->err, word->place, NULL, "%s: more than %d columns", key,
				 VIEW_COLUMNS_MAX);
	words[(*len)++] = *word;
	return 0;
}

static int add_column(struct view_parser *p, const struct word *word)
{
	return add_word(p, "columns", word, p->columns, &p->columns_len);
}

static int add_optional(struct view_parser *p, const struct word *word)
{
	return add_word(p, "optional", word, p->optional, &p->optional_len);
}

enum view_key_kind { VIEW_KEY_WORD, VIEW_KEY_LIST };

static const struct view_key {
	const char *name;
	enum view_key_kind kind;
	bool required;
	int (*set)(struct view_parser *p, const struct word *word); /* of a list: each word */
} view_keys[] = {
	{ .name = "name", .required = true, .set = set_name },
	{ .name = "title", .required = true, .set = set_title },
	{ .name = "entity", .required = true, .set = set_entity },
	{ .name = "columns", .kind = VIEW_KEY_LIST, .required = true, .set = add_column },
	{ .name = "optional", .kind = VIEW_KEY_LIST, .set = add_optional },
	{ .name = "key", .set = set_key },
	{ .name = "sort", .set = set_sort },
	{ .name = "drill", .set = set_drill },
	{ .name = "drill_scoped", .set = set_drill_scoped },
	{ .name = "twin", .set = set_twin },
	{ .name = "stream", .set = set_stream },
	{ .name = "group", .kind = VIEW_KEY_LIST, .set = add_group },
	{ .name = "follow", .set = set_follow },
	{ .name = "help", .set = set_help },
};
#define VIEW_KEYS_LEN (sizeof(view_keys) / sizeof(view_keys[0]))

/* The words of a list, after its start. */
static int parse_list(struct view_parser *p, const struct view_key *key)
{
	for (;;) {
		yaml_event_t event;
		struct word word;
		bool end;
		int r = parser_next(p, &event);

		if (r < 0)
			return r;
		end = event.type == YAML_SEQUENCE_END_EVENT;
		if (!end)
			r = parser_word(p, &event, key->name, &word);
		yaml_event_delete(&event);
		if (end)
			return 0;
		if (r == 0)
			r = key->set(p, &word);
		if (r < 0)
			return r;
	}
}

static int parse_value(struct view_parser *p, const struct view_key *key)
{
	yaml_event_t event;
	struct word word;
	bool list;
	int r = parser_next(p, &event);

	if (r < 0)
		return r;
	list = event.type == YAML_SEQUENCE_START_EVENT;
	if (key->kind == VIEW_KEY_LIST && !list)
		r = view_fail(p->err, place_of(event.start_mark), NULL, "%s: expected a list",
			      key->name);
	else if (key->kind == VIEW_KEY_LIST &&
		 (event.data.sequence_start.anchor || event.data.sequence_start.tag))
		r = view_fail(p->err, place_of(event.start_mark), NULL,
			      "%s: anchors and tags are not allowed", key->name);
	else if (key->kind == VIEW_KEY_WORD)
		r = parser_word(p, &event, key->name, &word);
	yaml_event_delete(&event);
	if (r < 0)
		return r;
	return key->kind == VIEW_KEY_LIST ? parse_list(p, key) : key->set(p, &word);
}

/* One "key: value". */
static int parse_pair(struct view_parser *p, const yaml_event_t *event)
{
	struct nearest nearest;
	struct word word;
	int r = parser_word(p, event, "key", &word);

	if (r < 0)
		return r;
	nearest = (struct nearest){ .wrong = word.text };
	for (size_t i = 0; i < VIEW_KEYS_LEN; i++) {
		nearest_offer(&nearest, view_keys[i].name);
		if (strcmp(view_keys[i].name, word.text) != 0)
			continue;
		if (p->seen & 1u << i)
			return view_fail(p->err, word.place, NULL, "\"%s\" is there twice",
					 word.text);
		p->seen |= 1u << i;
		return parse_value(p, &view_keys[i]);
	}
	return view_fail(p->err, word.place, nearest.best, "unknown key \"%.40s\"", word.text);
}

/* Skips to the mapping's first key. */
static int parse_head(struct view_parser *p)
{
	static const yaml_event_type_t expected[] = { YAML_STREAM_START_EVENT,
						      YAML_DOCUMENT_START_EVENT,
						      YAML_MAPPING_START_EVENT };

	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		yaml_event_t event;
		int r = parser_next(p, &event);

		if (r < 0)
			return r;
		if (event.type != expected[i])
			r = view_fail(p->err, place_of(event.start_mark), NULL,
				      "expected \"key: value\" lines");
		yaml_event_delete(&event);
		if (r < 0)
			return r;
	}
	return 0;
}

/* After the mapping there is nothing: a second document would be ignored silently. */
static int parse_tail(struct view_parser *p)
{
	static const yaml_event_type_t expected[] = { YAML_DOCUMENT_END_EVENT,
						      YAML_STREAM_END_EVENT };

	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		yaml_event_t event;
		int r = parser_next(p, &event);

		if (r < 0)
			return r;
		if (event.type != expected[i])
			r = view_fail(p->err, place_of(event.start_mark), NULL,
				      "expected the end of the file");
		yaml_event_delete(&event);
		if (r < 0)
			return r;
	}
	return 0;
}

static int parse_document(struct view_parser *p)
{
	int r = parse_head(p);

	while (r == 0) {
		yaml_event_t event;
		bool end;

		r = parser_next(p, &event);
		if (r < 0)
			return r;
		end = event.type == YAML_MAPPING_END_EVENT;
		if (!end)
			r = parse_pair(p, &event);
		yaml_event_delete(&event);
		if (end)
			return parse_tail(p);
	}
	return r;
}

static const struct column *find_column(struct view_parser *p, const struct word *word,
					const char *id)
{
	const struct column *column = column_find(p->parsed.view.entity, id);
	struct nearest nearest = { .wrong = id };

	if (column)
		return column;
	for (size_t i = 0; i < column_table_len(); i++)
		if (column_at(i)->entity == p->parsed.view.entity)
			nearest_offer(&nearest, column_at(i)->id);
	view_fail(p->err, word->place, nearest.best, "entity \"%s\" has no column \"%.40s\"",
		  entity_name(p->parsed.view.entity), id);
	return NULL;
}

enum column_pass { PASS_COLUMNS, PASS_OPTIONAL, PASS_REST };

/* Adds the words' columns; those of width 0 only in the last pass. */
static int resolve_words(struct view_parser *p, const struct word *words, size_t len,
			 enum column_pass pass)
{
	for (size_t i = 0; i < len; i++) {
		const struct column *column = find_column(p, &words[i], words[i].text);

		if (!column)
			return -EINVAL;
		if ((column->width == 0) != (pass == PASS_REST))
			continue;
		for (size_t j = 0; j < p->parsed.view.columns_len; j++)
			if (p->parsed.view.columns[j].column == column)
				return view_fail(p->err, words[i].place, NULL,
						 "column \"%s\" is there twice", column->id);
		if (p->parsed.view.columns_len == VIEW_COLUMNS_MAX)
			return view_fail(p->err, words[i].place, NULL, "more than %d columns",
					 VIEW_COLUMNS_MAX);
		p->parsed.view.columns[p->parsed.view.columns_len++] =
			(struct view_column){ .column = column, .optional = words == p->optional };
	}
	return 0;
}

/* "cpu_pct desc", "pid", "arrival" */
static int resolve_sort(struct view_parser *p)
{
	char id[WORD_MAX];
	char *direction;

	p->parsed.view.sort = SIZE_MAX;
	memcpy(id, p->sort.text, sizeof(id));
	if (!id[0] || strcmp(id, "arrival") == 0)
		return 0;
	direction = strchr(id, ' ');
	if (direction) {
		*direction++ = '\0';
		p->parsed.view.descending = strcmp(direction, "desc") == 0;
		if (!p->parsed.view.descending && strcmp(direction, "asc") != 0)
			return view_fail(p->err, p->sort.place, NULL,
					 "sort: \"%.40s\"; expected asc or desc", direction);
	}
	if (!find_column(p, &p->sort, id))
		return -EINVAL;
	for (size_t i = 0; i < p->parsed.view.columns_len; i++) {
		if (strcmp(p->parsed.view.columns[i].column->id, id) == 0) {
			p->parsed.view.sort = i;
			return 0;
		}
	}
	return view_fail(p->err, p->sort.place, NULL,
			 "sort: \"%s\" is not among the view's columns", id);
}

static int resolve(struct view_parser *p)
{
	int r;

	for (size_t i = 0; i < VIEW_KEYS_LEN; i++)
		if (view_keys[i].required && !(p->seen & 1u << i))
			return view_fail(p->err, (struct view_place){ 1, 1 }, NULL,
					 "\"%s\" is missing", view_keys[i].name);
	if (p->columns_len == 0)
		return view_fail(p->err, (struct view_place){ 1, 1 }, NULL, "columns: is empty");
	if (p->parsed.view.group && p->parsed.view.entity != ENTITY_SLOW)
		return view_fail(p->err, p->group.place, NULL,
				 "group: only entity slow has groups");
	if (!p->parsed.view.group && p->parsed.view.entity == ENTITY_SLOW)
		return view_fail(p->err, p->entity.place, NULL, "entity slow needs group:");
	r = resolve_words(p, p->columns, p->columns_len, PASS_COLUMNS);
	if (r == 0)
		r = resolve_words(p, p->optional, p->optional_len, PASS_OPTIONAL);
	if (r == 0)
		r = resolve_words(p, p->columns, p->columns_len, PASS_REST);
	if (r == 0)
		r = resolve_words(p, p->optional, p->optional_len, PASS_REST);
	return r == 0 ? resolve_sort(p) : r;
}

int view_parse_places(const char *file, const char *text, size_t len,
		      struct view_parsed *ret_parsed, struct view_error *err)
{
	struct view_parser *p;
	int r;

	*err = (struct view_error){ .line = 0 };
	view_file_name(file, err->file);
	if (len > VIEW_FILE_MAX)
		return view_fail(err, (struct view_place){ 1, 1 }, NULL,
				 "the file is larger than %d bytes", VIEW_FILE_MAX);
	p = calloc(1, sizeof(*p));
	if (!p || !yaml_parser_initialize(&p->yaml)) {
		free(p);
		return -ENOMEM;
	}
	p->err = err;
	yaml_parser_set_input_string(&p->yaml, (const unsigned char *)text, len);
	yaml_parser_set_encoding(&p->yaml, YAML_UTF8_ENCODING);
	r = parse_document(p);
	if (r == 0)
		r = resolve(p);
	if (r == 0)
		*ret_parsed = p->parsed;
	yaml_parser_delete(&p->yaml);
	free(p);
	return r;
}

int view_parse(const char *file, const char *text, size_t len, struct view *ret_view,
	       struct view_error *err)
{
	struct view_parsed parsed;
	int r = view_parse_places(file, text, len, &parsed, err);

	if (r == 0)
		*ret_view = parsed.view;
	return r;
}
